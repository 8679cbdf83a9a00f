"""Readings from any source are read in words and drawn, without PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import bridge

LAYERS = ("stem", "middle", "head")


def made(steps=(0, 1, 50), time=None, **arrays):
    """Readings of three layers that are well: the gradient reaches all, and the error falls."""
    R = len(steps)
    well = dict(
        dz=np.tile([0.5, 0.8, 1.0], (R, 1)), dW=np.ones((R, 3)), W=np.ones((R, 3)), update=np.full((R, 3), 1e-2),
        signal=np.full((R, 3), -0.2), dead=np.zeros((R, 3)), alike=np.zeros((R, 3)), output=np.linspace(1, 0.9, R),
        loss=np.linspace(2.3, 2.0, R), guess=np.full(R, np.log(10)), error=np.linspace(1.0, 0.9, R),
    )  # fmt: skip
    return bridge.readings(LAYERS, list(steps), time=time, **well | arrays)


def rows(*layers):
    return np.array(layers, float)


ILL = {
    "spread": (
        dict(dz=rows([1, 1, 1], [1e-5, 1e-2, 1], [1e-7, 1e-3, 1])),
        1,
        "'stem' receives 10^-7.0",
        "initial weights",
    ),
    "noise": (dict(dz=np.tile([1e-9, 2e-9, 1.0], (3, 1))), 0, "2e-09", "every class"),
    "dead": (dict(dead=np.tile([0, 0.95, 0], (3, 1))), 0, "'middle', 95%", "slope on both sides"),
    "copies": (dict(alike=np.tile([1, 0, 0], (3, 1))), 0, "'stem', 100%", "at random"),
    "loss": (dict(loss=np.array([2.3, 23.0, 230.0])), 1, "99.9 times", "mean 0"),
    "signal": (dict(signal=np.tile([-0.1, -1, -5.0], (3, 1))), 0, "1e-05", "biases of 0"),
    "hot": (dict(update=np.tile([0.01, 0.6, 0.7], (3, 1))), 0, "60%", "smaller learning rate"),
    "cold": (dict(update=np.full((3, 3), 1e-7)), 0, "1e-07", "larger learning rate"),
}


@pytest.mark.parametrize("name", ILL)
def test_each_sign_is_found_since_its_step_and_says_what_to_try(name):
    arrays, since, told, advice = ILL[name]
    report = bridge.report(made(**arrays))
    assert name in [finding.name for finding in report.findings]
    (finding,) = [finding for finding in report.findings if finding.name == name]
    assert finding.since == since
    assert told in finding.told
    assert advice in finding.advice
    assert finding.told[1:] in " ".join(report.sentences)
    assert ("Since step 1, " in " ".join(report.sentences)) == (since == 1)
    assert ("training itself" in " ".join(report.sentences)) == (since == 1)  # and then it was not the first weights
    assert report.score >= 1


def test_what_is_wrong_at_the_start_is_told_first_and_when_it_is_over():
    dz = rows([1e-5, 1e-2, 1], [0.1, 0.5, 1], [0.1, 0.5, 1])
    report = bridge.report(made(dz=dz, signal=np.array([[-0.1] * 3, [-0.1] * 3, [-4.0] * 3])))
    start, later = report.findings
    assert (start.name, start.since, start.over) == ("spread", 0, 1)
    assert (later.name, later.since) == ("signal", 50)
    assert "From step 1 on, this is no longer seen." in " ".join(report.sentences)
    assert "Repair first what was wrong" in " ".join(report.sentences)


@pytest.mark.parametrize(("size", "told"), [(1.0, False), (8.0, False), (80.0, True)])
def test_large_inputs_are_told_and_are_not_part_of_the_score(size, told):
    report = bridge.report(made(size=np.full((3, 3), size)))
    assert ("root mean square" in " ".join(report.sentences)) == told
    assert report.score == bridge.report(made()).score


def test_the_first_step_of_a_sequence_is_told_as_a_number():
    norms = np.array([[1.0, 1.0, 1.0, np.nan]] * 2 + [[1e-3, 0.1, 1.0, np.nan]])
    report = bridge.report(made(time={"cells": norms}))
    assert "In 'cells', the first of 3 time steps receives 10^-3.0 of what the last one receives." in " ".join(
        report.sentences
    )
    assert not report.findings


def test_readings_up_to_a_step_are_those_that_there_were():
    readings = made((0, 1, 50, 60), time={"cells": np.ones((4, 2))})
    until = readings.until(55)
    assert until.steps.tolist() == [0, 1, 50]
    assert {len(until.dz), len(until.loss), len(until.time["cells"])} == {3}
    with pytest.raises(ValueError, match="step is -1"):
        readings.until(-1)


def test_a_network_that_is_well_has_no_finding_and_no_promise():
    report = bridge.report(made())
    assert not report.findings
    assert report.state == "stuck"
    assert report.score < 1
    assert "does not promise" in " ".join(report.sentences)
    assert "3 layers, from 'stem' to 'head', were read 3 times, from step 0 to step 50." in " ".join(report.sentences)
    assert "The loss went from 2.3 to 2." in " ".join(report.sentences)


@pytest.mark.parametrize(
    ("left", "smallest", "state", "words"),
    [
        (0.01, 1e-5, "converged", "good news"),
        (0.01, 0.5, "converged", "little left to correct"),
        (0.5, 0.5, "learning", "50%"),
        (0.98, 1e-6, "vanished", "vanished, and the network has not converged"),
        (0.98, 0.5, "stuck", "reaches every layer"),
    ],
)
def test_a_small_gradient_has_vanished_or_converged(left, smallest, state, words):
    size = np.array([[1.0], [left]])
    readings = made((0, 100), error=np.array([1.0, left]), dz=rows([0.5, 0.8, 1.0], [smallest, 0.8, 1.0]) * size)
    report = bridge.report(readings)
    assert report.state == state
    assert words in " ".join(report.sentences)


def test_without_a_cross_entropy_the_first_reading_is_what_the_others_are_compared_with():
    nothing = np.full(2, np.nan)
    readings = made((0, 100), error=nothing, guess=nothing, loss=nothing, output=np.array([4.0, 0.4]))
    report = bridge.report(readings)
    assert report.state == "converged"
    assert "10.0% of the output's gradient at step 0 is left" in " ".join(report.sentences)
    assert "a guess" not in bridge.show(readings).caption


def test_of_one_layer_no_spread_is_told():
    readings = bridge.readings(["head"], [0, 100], dz=np.ones((2, 1)), error=np.ones(2))
    report = bridge.report(readings)
    assert report.state == "stuck"
    assert "vanished" not in str(report)
    fresh = bridge.show(readings.until(0)).caption
    assert "one layer was read" in fresh
    assert "no gradient" not in fresh


def test_what_is_no_longer_finite_is_said_from_its_step_on():
    report = bridge.report(made(dz=rows([1, 1, 1], [1, np.inf, 1], [np.nan, np.nan, np.nan])))
    assert report.state == "not finite"
    assert "From step 1 on" in " ".join(report.sentences)


@pytest.mark.parametrize("what", ["dz", "dx", "dW", "update"])
@pytest.mark.parametrize("layers", [3, 10, 200])
def test_the_map_names_a_few_layers_and_has_an_alternative_text(what, layers):
    names = [f"blocks.{k}.linear" for k in range(layers)]
    decades = np.linspace(-8, 0, layers)
    numbers = {name: np.tile(10.0**decades, (5, 1)) for name in ("dz", "dx", "dW", "update")}
    numbers["dz"][1:3, 0] = 0
    picture = bridge.show(bridge.readings(names, range(5), **numbers, error=np.ones(5)), what)
    labels = picture.figure.axes[0].get_yticklabels()
    assert min(layers, 12) == len(labels)
    assert {names[0], names[-1]} <= {label.get_text() for label in labels}
    assert f"{names[-1]} +0.0" in picture.alt or what == "update"
    assert picture.png()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: bridge.readings(LAYERS, [0, 1], dz=np.ones((2, 4))), "dz has shape"),
        (lambda: bridge.readings(LAYERS, [0, 1], loss=np.ones(3)), "loss has shape"),
        (lambda: bridge.readings(LAYERS, [1, 1]), "steps is"),
        (lambda: bridge.readings(LAYERS, [0.5]), "steps is"),
        (lambda: bridge.readings(LAYERS, []), "steps is"),
        (lambda: bridge.readings([], [0]), "len\\(names\\) is 0"),
        (lambda: bridge.readings("stem", [0]), "names is 'stem'"),
        (lambda: bridge.readings(LAYERS, [0], dq=np.ones((1, 3))), "arrays is 'dq'"),
        (lambda: bridge.report({"dz": 1}), "readings is"),
        (lambda: bridge.show(None), "readings is None"),
        (lambda: bridge.show(made(), "dq"), "what is 'dq'"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(wrong, words):
    with pytest.raises(ValueError, match=f"{words}.*; allowed"):
        wrong()


def test_a_printed_report_breaks_no_word():
    lines = str(bridge.report(made(dz=np.tile([1e-9, 2e-9, 1.0], (3, 1))))).splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(line.strip() for line in lines) == " ".join(
        bridge.report(made(dz=np.tile([1e-9, 2e-9, 1.0], (3, 1)))).sentences
    )
