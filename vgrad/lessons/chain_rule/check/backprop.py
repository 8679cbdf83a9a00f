"""The exercise in which a learner writes backpropagation through a chain of functions."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import (
    Lent,
    NotYetError,
    UntouchedError,
    agrees,
    apart,
    expect_array,
    expect_function,
    expect_two,
    off_quotient,
    refuse_slips,
    slip,
)

MIXING = np.array([[0.0, 1.0], [3.0, -2.0]])  # a function for which the order of the pullbacks counts
WIDER = np.array([[1.0, -1.0, 2.0], [0.5, 0.0, 1.0]])  # one that makes three numbers of two


def _triple(x):
    return 3 * x, lambda dy: 3 * dy


def _tanh(x):
    return np.tanh(x), lambda dy: (1 - np.tanh(x) ** 2) * dy


def _square(x):
    return x * x, lambda dy: 2 * x * dy


def _mix(x):
    return _product(x, MIXING)


def _widen(x):
    return _product(x, WIDER)


def _product(x, W):
    y = x @ W

    def pullback(dy):
        if np.shape(dy) != y.shape:
            raise NotYetError(
                f"it is right for three functions. But a pullback takes dy, which has the shape of its function's "
                f"output, here {y.shape}, and yours was given {_given(dy)}"
            )
        return dy @ W.T

    return y, pullback


def _given(dy) -> str:
    return f"{dy} alone" if np.ndim(dy) == 0 else f"an array of the shape {np.shape(dy)}"


def _noted(function, arrived: list):
    """The same function, whose pullback notes what it is given."""

    def run(x):
        y, pullback = function(x)

        def noting(dy):
            arrived.append(np.array(dy))
            return pullback(dy)

        return y, noting

    return run


def judge_backprop(function) -> str | None:
    """Return why a ``function`` that walks a chain forwards and backwards is not right yet, or None."""
    function = expect_function(function, ", backprop")

    def backprop(functions, x, dy):
        given = expect_two(Lent(functions=functions, x=x, dy=dy).to(function), "y and dx")
        return expect_array(given[0], "y"), expect_array(given[1], "dx")

    x = np.array([0.5, -0.2, 0.1])
    dy = np.array([1.0, 2.0, -1.0])
    arrived: list[np.ndarray] = []
    y, dx = backprop([_noted(function, arrived) for function in (_triple, _tanh, _square)], x, dy)
    right = np.tanh(3 * x) ** 2
    if agrees(dx, right) and not agrees(y, right):
        return "y and dx have changed places, because y comes first"
    if not agrees(y, right):
        return _ascent(y, dx, x, dy)
    return _carried(dx, x, dy, arrived) or _descent(dx, x, dy) or _in_order(backprop) or _other_chains(backprop)


def _ascent(y, dx, x, dy) -> str:
    """What there is to say to a y that is not the output of the chain of _triple, _tanh and _square."""
    if y.shape != x.shape:
        return f"y has shape {y.shape}, and these functions keep the shape of x, {x.shape}"
    if agrees(y, x) and agrees(dx, dy):
        return "y is not the chain's output yet, so hand what one function returns to the next one"
    if agrees(y, x) and not _descent(dx, x, dy):
        return "dx is right. But y is still x, what came in, so return what the last function has returned"
    slips = {
        "y is still x, what came in. Return what the last function has returned": x,
        "each function is handed what another one returned, as it should be. But the forward pass begins with the "
        "first of the list, and only the pullbacks come in reverse": 3 * np.tanh(x * x),
        "the first two functions are chained as they should be. But the last one is still missing in y": np.tanh(3 * x),
        "the first function is called as it should be. But what it returns still has to go on to the others": 3 * x,
        "the last two functions are chained as they should be. But the first one is missing in y": np.tanh(x) ** 2,
        "each function is called. But y is what the last one makes of x itself; hand it what the one before returned": (
            x * x
        ),
    }
    return slip(y, slips, rtol=1e-5) or (
        "y is not the chain's output yet, because the first function takes x, each later one takes what the one before "
        "it returned, and y is what the last one returns"
    )


def _carried(dx, x, dy, arrived) -> str | None:
    """Whether what a pullback returns is handed on, which is known by what has ``arrived`` at the pullbacks."""
    if len(arrived) < 2:
        return None
    if all(np.array_equal(each, dy) for each in arrived):
        return (
            "pullbacks are called, as they should be. But each call gets dy itself, and not what the later one returned"
        )
    if agrees(dx, dy):
        return "the pullbacks are called. But dx is still dy, so return what the first function's pullback returned"
    return None


def _descent(dx, x, dy) -> str | None:
    """dx against a difference quotient of the whole chain; the frequent slips are known by their own numbers."""
    step = 1e-6
    a = 3 * x
    h = np.tanh(a)
    slope = (np.tanh(3 * (x + step)) ** 2 - np.tanh(3 * (x - step)) ** 2) / (2 * step)
    if agrees(dx, slope * dy):
        return None
    if dx.shape != x.shape:
        return f"dx has shape {dx.shape}, and x has {x.shape}: for each number that goes in, one comes back"
    at_x = "each slope has to be taken at what entered its function, so call each function once, in the forward pass"
    if agrees(dx, dy):
        raise UntouchedError("dx is still dy, so write the backward pass, which hands it to each pullback")
    slips = {
        "only the last function's pullback has been applied; what it returns goes to the one before": 2 * h * dy,
        "only the first function's pullback has been applied; start from the last one, with dy": 3 * dy,
        "that is the chain's slope; start from dy, what comes from above, not from 1": slope,
        "the size is right, the sign is not": -slope * dy,
        "dx has all the slopes in it. But dy is in it twice; it goes into the last pullback, and nowhere else": (
            slope * dy * dy
        ),
    }
    refuse_slips(dx, slips, rtol=1e-5)
    refuse_slips(dx, {at_x: 3 * (1 - np.tanh(x) ** 2) * 2 * x * dy})
    refuse_slips(dx, {at_x: 3 * (1 - h**2) * 2 * a * dy})
    return f"y is right. But {off_quotient('dx', dx, slope * dy, x=x, dy=dy)}"


def _in_order(backprop) -> str | None:
    """Where each function works on each number alone, slopes may be multiplied in any order; a matrix tells."""
    x = np.array([0.5, -1.5])
    dy = np.array([1.0, 2.0])
    dx = backprop([_square, _mix], x, dy)[1]
    right = 2 * x * (dy @ MIXING.T)
    if agrees(dx, right):
        return None
    if agrees(dx, 2 * x * dy * MIXING.sum(axis=1)):
        return (
            "it is right for three functions. But give dy to the last pullback, and not ones that dy multiplies later"
        )
    if not agrees(dx, (2 * x * dy) @ MIXING.T):
        off = apart("dx", dx, right) if dx.shape == x.shape else f"dx has shape {dx.shape}, and x has {x.shape}"
        return f"it is right for three functions. But for two, of which the second mixes the numbers, {off}"
    return "right as long as each number keeps to itself; if a function mixes them, the last pullback must come first"


def _other_chains(backprop) -> str | None:
    """Chains of another length, and one whose functions change the shape."""
    x = np.array([0.5, -1.5])
    y, dx = backprop([_tanh], x, np.array([1.0, 2.0]))
    if not (agrees(y, np.tanh(x)) and agrees(dx, (1 - np.tanh(x) ** 2) * [1.0, 2.0])):
        return "it is right for a chain of three functions; a chain of a single one is a chain too"
    dy = np.array([1.0, 2.0, -1.0])
    y, dx = backprop([_mix, _tanh, _widen, _square], x, dy)
    h = np.tanh(x @ MIXING)
    if agrees(y, (h @ WIDER) ** 2) and agrees(dx, ((2 * (h @ WIDER) * dy) @ WIDER.T * (1 - h**2)) @ MIXING.T):
        return None
    return "it is right for three functions that keep the shape; it should work for a chain of any length and shapes"
