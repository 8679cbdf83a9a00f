"""The report on trial: what is stored of two hundred PyTorch networks is so, and areas are shares of pairs."""

from __future__ import annotations

import course
import numpy as np
import pytest

from vgrad.lessons import your_network
from vgrad.lessons.your_network.measure import networks, trial
from vgrad.lessons.your_network.say.trial import trial_alt, trial_sentence

CELLS = course.load("your_network_trial")


def test_the_table_holds_the_networks_that_are_drawn():
    assert [cell.settings for cell in CELLS] == trial.CELLS
    assert len(CELLS) >= 150
    for half in (0, 1):
        kinds = [cell.settings["kind"] for cell in CELLS if cell.settings["seed"] % 2 == half]
        assert {kinds.count(kind) for kind in networks.KINDS} <= {33, 34}


def test_rates_and_first_weights_are_drawn_over_decades():
    rates = np.array([settings["rate"] for settings in trial.CELLS])
    gains = np.array([settings["gain"] for settings in trial.CELLS])
    assert np.log10(rates.max() / rates.min()) > 4
    assert np.log10(gains.max() / gains.min()) > 1


def test_the_report_tells_more_than_the_usual_rules_and_hardly_more_than_the_loss():
    for held_out in (False, True):
        areas = trial.judge(CELLS, held_out=held_out).areas
        assert areas["the report"][50] > 0.9
        assert areas["the report"][0] > 0.7 > areas["first and last layer"][50]
        assert max(areas["check_gradients"].values()) < 0.65
        assert abs(areas["the report"][50] - areas["loss so far"][50]) < 0.05


def test_an_area_is_the_share_of_pairs_in_the_right_order():
    assert trial.area([3, 2, 1, 0], [False, False, True, True]) == 1
    assert trial.area([3, 2, 1, 0], [True, True, False, False]) == 0
    assert trial.area([1, 1, 1], [True, False, False]) == 0.5
    assert trial.area([2, 0, 1], [False, False, True]) == 0.5


def test_misses_are_the_warned_that_learn_and_the_others_that_do_not():
    found = trial.judge(CELLS)
    for step in trial.LOOKS:
        missed = trial.misses(CELLS, step)
        warned = found.scores[step] >= 1
        assert sum(len(green) for green, _ in missed.values()) == np.sum(~warned & ~found.learns)
        assert sum(len(red) for _, red in missed.values()) == np.sum(warned & found.learns)


def test_the_sentence_counts_what_the_record_holds():
    found = trial.judge(CELLS)
    warned = found.scores[50] >= 1
    assert f"warns of {np.sum(warned & ~found.learns)} of the {np.sum(~found.learns)}" in trial_sentence(found)
    assert f"{found.areas['the report'][50]:.2f}" in trial_alt(found)


@pytest.mark.parametrize("number", [2, 5, 9])
def test_torch_networks_that_are_trained_again_come_out_as_stored(number):
    pytest.importorskip("torch")
    (again,) = course.compute("your_network_trial", [trial.CELLS[number]])
    stored = CELLS[number].result
    for name, value in stored["step 0"].items():
        assert again.result["step 0"][name] == pytest.approx(value, rel=0.02, abs=1e-6), name
    assert again.result["accuracy"] == pytest.approx(stored["accuracy"], abs=0.15)


def test_the_right_choice_of_the_question_on_trust_is_measured():
    areas = {rule: each[50] for rule, each in trial.judge(CELLS).areas.items()}
    assert abs(areas["the report"] - areas["loss so far"]) < 0.02
    assert min(areas["the report"], areas["loss so far"]) > 0.9  # "in about nine of ten pairs"
    assert max(areas["first and last layer"], areas["check_gradients"]) < 0.7
    assert your_network.ask("trust").question.right.startswith("the report and the loss")
