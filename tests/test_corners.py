"""The smallest runs there are, and those that went wrong, are drawn or refused by name: nothing breaks within."""

from __future__ import annotations

import re

import numpy as np
import pytest

from vgrad import experiments, plots

ONE = dict(depth=1, width=1, batch=1, seeds=1)
of = experiments


def trained(**settings):
    return of.training.run(**{**ONE, "batch": 2, "depth": 2, "width": 4, "steps": 2, **settings})


def remembering(cell="gru", **settings):
    return of.memory.run(cell, **{"T": 2, "width": 1, "steps": 1, "seeds": 1, "every": 1, **settings})


def recurrent(**settings):
    return of.exploding.train_rnn(**{"T": 2, "width": 1, "steps": 1, "seeds": 1, **settings})


def digits(**settings):
    return of.learning.learn(
        **{"depth": 1, "width": 1, "batch": 2, "seeds": 1, "steps": 1, "rates": (0.1,), **settings}
    )


def swept(activation, way, **settings):
    return of.initialization.sweep(activation, way=way, **{**ONE, "batch": 2, "depth": 2, **settings})


DRAWN = {
    "small multiples of a layer": lambda: plots.grid([of.flow(**ONE)], 1),
    "one network's spread": lambda: plots.spread([of.flow(**ONE)]),
    "two steps back": lambda: plots.reach([of.gates.reach("lstm", T=2, width=1, batch=1, seeds=1)]),
    "two steps of three cells": lambda: plots.gates.gates(of.gates.compare(T=2, width=1, batch=1)),
    "no step of the adding problem": lambda: plots.memory.memory(next(of.memory.watch("gru", T=2, width=1, seeds=1))),
    "a step of the adding problem": lambda: plots.memory.losses([remembering()]),
    "nine steps of it": lambda: plots.memory.losses([remembering(steps=9)]),
    "it overflows": lambda: plots.memory.memory(remembering("irnn", T=10, width=8, steps=30, rate=1e30)),
    "its losses overflow": lambda: plots.memory.losses([remembering("irnn", T=10, width=8, steps=30, rate=1e30)]),
    "a step of learning": lambda: plots.learning([digits()]),
    "a step of an RNN": lambda: plots.runs([recurrent()]),
    "two steps of an RNN": lambda: plots.runs([recurrent(steps=2)]),
    "a step of training": lambda: plots.losses([trained(steps=1)]),
    "nine steps of training": lambda: plots.losses([trained(steps=9)]),
    "five nets of one activation": lambda: plots.moves([trained()] * 5),
    "losses of five": lambda: plots.losses([trained()] * 5),
    "a frozen layer": lambda: plots.moves([trained(frozen=(1,))]),
    "nothing moves": lambda: plots.moves([trained(rate=0.0)], "update"),
    "training overflows": lambda: plots.losses([trained(activation="relu", rate=1e12, steps=9)]),
    "its updates overflow": lambda: plots.moves([trained(activation="relu", rate=1e12, steps=9)], "update"),
    "a matrix of zeros": lambda: plots.powers(of.recurrence.powers(T=1, zeros=np.zeros((2, 2)), one=np.eye(2))),
    "a matrix whose square is 0": lambda: plots.powers(of.recurrence.powers(T=3, jump=np.array([[0.0, 1], [0, 0]]))),
    "a radius of 0": lambda: plots.radii(of.recurrence.by_radius(radii=(0.0,), inputs=(0.0,), n=1, T=1, seeds=1)),
    "and one of 1": lambda: plots.radii(of.recurrence.by_radius(radii=(0.0, 1.0), inputs=(1.0,), n=2, T=3, seeds=2)),
    "a scale that nothing passes": lambda: plots.initialization.sweep([swept("relu", "h", depth=3)]),
    "two layers back": lambda: plots.initialization.sweep([swept("tanh", "dh")]),
}


@pytest.mark.parametrize("case", DRAWN)
def test_the_smallest_and_the_broken_are_drawn_and_said(case):
    picture = DRAWN[case]()
    assert picture.png().startswith(b"\x89PNG")
    assert "not a number" not in picture.caption
    assert " nan" not in picture.caption
    assert "1 networks" not in picture.caption


def test_what_is_0_lies_on_the_floor_under_its_symbol():
    axes = plots.powers(of.recurrence.powers(T=3, jump=np.array([[0.0, 1], [0, 0]]))).figure.axes[0]
    drawn, zeros = axes.lines[:2]
    floor = axes.get_ylim()[0]
    np.testing.assert_array_equal(drawn.get_ydata(), [0, 0, floor, floor])
    np.testing.assert_array_equal(zeros.get_xdata(), [2, 3])


def test_a_curve_each_or_none():
    one = recurrent()
    assert len(plots.runs([one] * 3).figure.axes[0].collections) == 3
    with pytest.raises(ValueError, match=r"^len\(records\) is 4; allowed is a whole number from 1 to 3$"):
        plots.runs([one] * 4)
    with pytest.raises(ValueError, match=r"^len\(record.names\) is 5"):
        plots.powers(of.recurrence.powers(T=1, **{name: np.eye(1) for name in "abcde"}))
    with pytest.raises(ValueError, match=r"^len\(record.inputs\) is 5"):
        plots.radii(of.recurrence.by_radius(radii=(1.0,), inputs=(0, 1, 2, 3, 4), n=1, T=1, seeds=1))
    with pytest.raises(ValueError, match=r"^len\(records\) is 8; allowed is a whole number from 1 to 7$"):
        plots.moves([trained()] * 8)


def test_a_shattered_gradient_needs_the_five_points_it_speaks_of():
    with pytest.raises(ValueError, match=r"^lags is 4; allowed is a whole number of at least 5"):
        plots.skips.shattered([of.skips.shatter(depth=1, width=2, points=8, lags=4, seeds=1)])


REFUSED = [  # what fits in kind, but not here; all else is refused in test_fuzz
    (of.learning.learn, "rates", (-1.0,)), (of.skips.last_layer, "depths", (0,)), (of.skips.last_layer, "width", 1),
    (of.training.run, "batch", 1501), (of.connectivity.agree, "distances", (-1,)),
    (of.activation.sweep, "sigmas", (-1.0,)), (of.recurrence.powers, "len(matrices)", None),
]  # fmt: skip


@pytest.mark.parametrize(("experiment", "named", "value"), REFUSED)
def test_an_experiment_refuses_by_the_name_the_caller_used(experiment, named, value):
    argument = named.removeprefix("len(").removesuffix(")")
    with pytest.raises(ValueError, match=rf"^{re.escape(named)} is .*; allowed is "):
        experiment(**({} if value is None else {argument: value}))


@pytest.mark.parametrize(
    ("named", "settings"),
    [("depth", dict(depth=1)), ("batch", dict(batch=1)), ("size", dict(size=0.0)),
     ("sigma_ws", dict(sigma_ws=(-1.0,)))],
)  # fmt: skip
def test_a_sweep_of_the_scale_refuses_by_name(named, settings):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        of.initialization.sweep("tanh", **settings)


def test_growth_and_message_refuse_by_name():
    for call, named in (
        (lambda: of.normalization.growth("relu", batches=(1,)), "batches"),
        (lambda: of.training.message(trained(), pictures=1), "pictures"),
    ):
        with pytest.raises(ValueError, match=rf"^{named} is "):
            call()


def test_of_a_survey_without_a_jump_no_share_is_better():
    assert np.isnan(of.cliff.survey(columns=1, rows=1, steps=1, thresholds=(1.0,)).better).all()
