"""The smallest runs there are, and those that went wrong, are drawn or refused by name: nothing breaks within."""

from __future__ import annotations

import re

import course  # noqa: F401  (it loads every room)
import numpy as np
import pytest

from vgrad import kit, lessons
from vgrad.kit.marks.learning import learning
from vgrad.lessons.deep_training import draw as deep_training_draw
from vgrad.lessons.exploding.draw.training import runs
from vgrad.lessons.gates.draw import gates as gates_draw
from vgrad.lessons.gates.draw.reach import reach
from vgrad.lessons.gradient_flow.draw import grid, spread
from vgrad.lessons.initialization import draw as initialization_draw
from vgrad.lessons.learning.draw.training import losses
from vgrad.lessons.memory.draw import adding as memory_draw
from vgrad.lessons.recurrence.draw.recurrence import powers

ONE = dict(depth=1, width=1, batch=1, seeds=1)


def trained(**settings):
    return kit.experiments.training.train_mlp(**{**ONE, "batch": 2, "depth": 2, "width": 4, "steps": 2, **settings})


def remembering(cell="gru", **settings):
    return lessons.memory.measure.adding.train_memory(
        cell, **{"T": 2, "width": 1, "steps": 1, "seeds": 1, "every": 1, **settings}
    )


def recurrent(**settings):
    return lessons.exploding.measure.training.train_rnn(**{"T": 2, "width": 1, "steps": 1, "seeds": 1, **settings})


def digits(**settings):
    return kit.experiments.learning.learn(
        **{"depth": 1, "width": 1, "batch": 2, "seeds": 1, "steps": 1, "rates": (0.1,), **settings}
    )


def swept(activation, way, **settings):
    return lessons.initialization.measure.sweep(activation, way=way, **{**ONE, "batch": 2, "depth": 2, **settings})


DRAWN = {
    "small multiples of a layer": lambda: grid([kit.experiments.flow.flow(**ONE)], 1),
    "one network's spread": lambda: spread([kit.experiments.flow.flow(**ONE)]),
    "two steps back": lambda: reach([kit.experiments.reach.reach("lstm", T=2, width=1, batch=1, seeds=1)]),
    "two steps of three cells": lambda: gates_draw.gates(lessons.gates.measure.compare(T=2, width=1, batch=1)),
    "no step of the adding problem": lambda: memory_draw.memory(
        next(lessons.memory.measure.adding.watch("gru", T=2, width=1, seeds=1))
    ),
    "it overflows": lambda: memory_draw.memory(remembering("irnn", T=10, width=8, steps=30, rate=1e30)),
    "a step of learning": lambda: learning([digits()]),
    "a step of an RNN": lambda: runs([recurrent()]),
    "two steps of an RNN": lambda: runs([recurrent(steps=2)]),
    "a step of training": lambda: losses([trained(steps=1)]),
    "nine steps of training": lambda: losses([trained(steps=9)]),
    "losses of five": lambda: losses([trained()] * 5),
    "a frozen layer": lambda: losses([trained(frozen=(1,))]),
    "nothing moves": lambda: losses([trained(rate=0.0)]),
    "training overflows": lambda: losses([trained(activation="relu", rate=1e12, steps=9)]),
    "a matrix of zeros": lambda: powers(
        lessons.recurrence.measure.recurrence.powers(T=1, zeros=np.zeros((2, 2)), one=np.eye(2))
    ),
    "a matrix whose square is 0": lambda: powers(
        lessons.recurrence.measure.recurrence.powers(T=3, jump=np.array([[0.0, 1], [0, 0]]))
    ),
    "a scale that nothing passes": lambda: initialization_draw.sweep([swept("relu", "h", depth=3)]),
    "two layers back": lambda: initialization_draw.sweep([swept("tanh", "dh")]),
}


@pytest.mark.parametrize("case", DRAWN)
def test_the_smallest_and_the_broken_are_drawn_and_said(case):
    picture = DRAWN[case]()
    assert picture.png().startswith(b"\x89PNG")
    assert "not a number" not in picture.caption
    assert " nan" not in picture.caption
    assert "1 networks" not in picture.caption


def test_what_is_0_lies_on_the_floor_under_its_symbol():
    axes = powers(lessons.recurrence.measure.recurrence.powers(T=3, jump=np.array([[0.0, 1], [0, 0]]))).figure.axes[0]
    drawn, zeros = axes.lines[:2]
    floor = axes.get_ylim()[0]
    np.testing.assert_array_equal(drawn.get_ydata(), [0, 0, floor, floor])
    np.testing.assert_array_equal(zeros.get_xdata(), [2, 3])


def test_a_curve_each_or_none():
    one = recurrent()
    assert len(runs([one] * 3).figure.axes[0].collections) == 3
    with pytest.raises(ValueError, match=r"^len\(records\) is 4; allowed is a whole number from 1 to 3$"):
        runs([one] * 4)
    with pytest.raises(ValueError, match=r"^len\(record.names\) is 5"):
        powers(lessons.recurrence.measure.recurrence.powers(T=1, **{name: np.eye(1) for name in "abcde"}))
    with pytest.raises(ValueError, match=r"^len\(records\) is 8; allowed is a whole number from 1 to 7$"):
        losses([trained()] * 8)


def test_a_shattered_gradient_needs_the_five_points_it_speaks_of():
    with pytest.raises(ValueError, match=r"^lags is 4; allowed is a whole number of at least 5"):
        deep_training_draw.shattered(
            [lessons.deep_training.measure.shatter(depth=1, width=2, points=8, lags=4, seeds=1)]
        )


REFUSED = [  # what fits in kind, but not here; all else is refused in test_fuzz
    (kit.experiments.learning.learn, "rates", (-1.0,)),
    (lessons.skip_connections.last_layer, "depths", (0,)),
    (lessons.skip_connections.last_layer, "width", 1),
    (kit.experiments.training.train_mlp, "batch", 1501),
    (lessons.recurrence.agree, "distances", (-1,)),
    (lessons.activations.sweep, "sigmas", (-1.0,)),
    (lessons.recurrence.powers, "len(matrices)", None),
]


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
        lessons.initialization.measure.sweep("tanh", **settings)


def test_growth_and_message_refuse_by_name():
    for call, named in (
        (lambda: lessons.normalization.measure.growth("relu", batches=(1,)), "batches"),
        (lambda: kit.experiments.training.message(trained(), pictures=1), "pictures"),
    ):
        with pytest.raises(ValueError, match=rf"^{named} is "):
            call()
