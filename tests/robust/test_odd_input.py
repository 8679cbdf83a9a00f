"""Odd input to the engine is refused by name, or answered as the same values are in their plainest form.

Each argument of one valid call of each public function is replaced by some hundred odd values. The judge is in
``support/odd.py``, and the valid calls are those of ``test_fuzz``.
"""

from __future__ import annotations

import inspect
from fnmatch import fnmatch

import numpy as np
import odd
import pytest
from test_fuzz import ALIASES, FACE, accepted, arguments

from vgrad import init, models, ops, probes, require, tape

ENGINE = ("ops.", "init.", "tape.", "cells.", "models.", "probes.")
NAMES = [name for name in FACE if name.startswith(ENGINE)]
FIELDS = ("W", "b", "W_x", "W_h", "b_x", "b_h", "gamma", "beta", "nu", "theta")  # an error may name a part of params

FINE = (  # function, argument, labels, and why it is right to answer, or to leave the error to Python
    ("tape.tree_map", "*", "*", "it is called in each step, and what is no tuple, list or None is a leaf"),
    ("tape.leaves", "tree", "*", "what is no tuple, list or None is a leaf"),
    ("tape.require_tape", "name", "*", "what the argument is called by whoever asks"),
    ("init.require_scheme", "name", "*", "what the argument is called by whoever asks"),
    ("init.*", "activation", "*", "a scheme that was derived for no activation, or for another one, has one scale"),
    ("*", "activation", "a lambda", "it is a function, and what it does is not to be known"),
    ("models.recurrent.unroll", "cell", "a lambda", "it is a function, and what it does is not to be known"),
    ("*", "scale", "1.5", "a number"),
    ("ops.rounding.in_bfloat16", "operation", "a lambda", "it is a function, and what it does is not to be known"),
    ("probes.depth.*", "*", "* at (?, 0, 1)", "of a layer without b the weights are seen all the same"),
    ("probes.diagnosis.health", "*", "* at (?, 0, 1)", "of a layer without b the weights are seen all the same"),
)


def fine(name, argument, label) -> bool:
    """Whether a table says that this is no fault."""
    return accepted(name, argument, label) or any(
        fnmatch(name, who) and fnmatch(argument, what) and fnmatch(label, which.replace("[", "[[]"))
        for who, what, which, _ in FINE
    )


def faults(name) -> list[str]:
    """What is not as promised, of all odd values of all arguments of a function."""
    parameters = inspect.signature(FACE[name]).parameters
    found = []
    for argument, valid in arguments(name).items():
        others = (*parameters, ALIASES.get(argument, argument), *FIELDS)
        for one in odd.odd(valid):
            if argument in parameters and parameters[argument].default is one.value:
                continue
            fault = odd.judge(FACE[name], lambda: arguments(name), argument, one, others)
            if fault and not fine(name, argument, one.label):
                found.append(f"{argument} = {one.label}: {fault.kind}, {fault.words}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_odd_input_is_refused_by_name_or_answered_as_plain_values_are(name):
    assert not faults(name)


def test_the_judge_sees_what_is_not_as_promised():
    def broken(x):
        return np.asarray(x)[0] * 2

    def seen(value, plain):
        fault = odd.judge(broken, dict, "x", odd.Odd("", value, plain))
        return fault and fault.kind

    ones = np.ones(2)
    assert seen(ones, ones) is None
    assert seen(np.full(2, 200, np.uint8), np.full(2, 200.0)) in ("wrong", "warned")
    assert seen([], odd.ANY) == "raw"
    assert seen([{}], odd.NOTHING) == "unnamed"
    assert seen(np.array([1e308]), odd.ANY) == "warned"
    assert seen([1.0], odd.NOTHING) == "wrong"
    assert odd.judge(lambda x: x.sort(), dict, "x", odd.Odd("", np.array([2.0, 1.0]), odd.ANY)).kind == "mutated"


# --- what the table cannot say ----------------------------------------------------------------------------------------


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: init.xavier(10**30, 2), "fan_in is 1e30; allowed is a whole number from 1 to 1000000"),
        (lambda: init.scaled_normal(10**400), "sigma_w is 1e400; allowed is a finite number"),
        (lambda: init.normal(rng(), (10**6, 10**6)), "shape make 1000000000000 numbers; allowed are 100000000 at most"),
        (
            lambda: models.init_mlp([10**6, 10**6], scheme="he_normal", rng=rng()),
            "sizes and ensemble make 1000000001000 numbers",
        ),
        (lambda: models.init_recurrent("rnn", 2, 10**5, rng=rng()), "H .* make 1.* numbers; allowed"),
        (lambda: models.init_transformer(10**6, 64, scheme="he_normal", rng=rng()), "depth · width² .* make"),
        (lambda: init.with_spectrum(3, radius=0.9, rng=np.random.Generator), "rng is <class 'numpy.random"),
        (
            lambda: init.with_spectrum(100, radius=0.9, nonnormality=20, rng=rng()),
            "nonnormality is 20, at which rounding",
        ),
        (lambda: ops.sigmoid(np.array([3], np.uint8)), "z is of uint8; allowed is an array of float16"),
        (lambda: ops.tanh(np.ones((5, 3)))[1](np.ones((5, 1))), "cotangent has shape"),
    ],
)
def test_a_limit_is_said(call, named):
    with pytest.raises(ValueError, match=f"^{named}"):
        call()


def test_no_integer_wraps_round():
    assert init.xavier(np.uint8(200), np.uint8(100)) == init.xavier(200, 100)
    assert ops.sigmoid(np.uint8(3))[0] == ops.sigmoid(3.0)[0]
    assert init.orthogonal_draw(rng(), (np.uint8(200), np.uint8(2))).dtype == np.float64


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_passes_through_a_product_as_ieee_754_says_and_without_a_word(value):
    params = models.init_mlp([3, 3, 2], scheme="he_normal", rng=rng())
    x = np.array([[value, 1.0, 2.0], [1.0, 2.0, 3.0]])
    logits, steps = models.mlp(params, x, "tanh")
    with np.errstate(all="ignore"):
        assert np.array_equal(logits, np.tanh(x @ params[0].affine.W) @ params[1].affine.W, equal_nan=True)
    assert np.isfinite(logits[1]).all()
    assert not np.isfinite(probes.norms(steps, np.full((2, 2), value)).dW).any()


def nilpotent(n):
    draws = rng()
    Q = np.linalg.qr(draws.standard_normal((n, n)))[0]
    return Q @ np.triu(draws.standard_normal((n, n)), 1) @ Q.T


@pytest.mark.parametrize("n", [4, 20, 50, 200])
def test_a_radius_that_rounding_hides_is_refused_and_that_of_a_triangle_is_exact(n):
    with pytest.raises(ValueError, match=r"^W is so far from normal .*; allowed is a W whose radius is known to 1 %"):
        probes.spectral_radius(nilpotent(n))
    assert probes.spectral_radius(np.triu(np.ones((n, n)), 1)) == 0
    W = init.with_spectrum(n, radius=0.9, nonnormality=2, rng=rng())
    assert probes.spectral_radius(W) == pytest.approx(0.9, rel=1e-6)


def tapes():
    one, other = (
        models.mlp(models.init_mlp([3] * 4, scheme="he_normal", rng=rng()), np.ones((2, 3)), "tanh")[1] for _ in "ab"
    )
    return one, other


@pytest.mark.parametrize("k", range(1, 4))
def test_a_torn_tape_is_refused_and_a_piece_of_one_is_not(k):
    steps, others = tapes()
    torn = {
        "missing": steps[:k] + steps[k + 1 :],
        "swapped": [*steps[:k], steps[k + 1], steps[k], *steps[k + 2 :]],
        "of another net": [*steps[:k], others[k], *steps[k + 1 :]],
    }
    for walk in (tape.backprop, probes.norms, models.gradients):
        for broken in torn.values():
            with pytest.raises(ValueError, match=r"^tape is torn, as '.*; allowed is each step"):
                walk(broken, np.ones((2, 3)))
    assert len([*tape.backprop(steps[:k], np.ones((2, 3)))]) == k + 1
    own = [step._replace(pullback=lambda dy, step=step: step.pullback(dy)) for step in steps]
    assert np.array_equal(models.gradients(own, np.ones((2, 3)))[1], models.gradients(steps, np.ones((2, 3)))[1])


def test_the_types_that_are_taken_stand_in_one_place():
    assert "These types are taken, everywhere:" in require.__doc__
