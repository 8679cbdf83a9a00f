"""The chain rule as a thing one can hold: a list of steps, and the loop that walks it backwards.

A forward pass leaves a **tape**, one ``Step`` per operation, each with its output and its pullback. ``backprop`` is
the whole of backpropagation (Rumelhart, Hinton & Williams 1986): it hands the derivative of the loss by the last
output to the last pullback, takes what comes out to the one before, and so on down to the input. The product of all
these linear maps is what vanishes or explodes, and each partial product passes by here, ready to be looked at.

Depth and time are the same tape: in an unrolled recurrent net the steps merely share their parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from . import require


class Step(NamedTuple):
    """One operation on the tape:  pullback(doutput) -> (grads or None, dinput)."""

    name: str  # "affine 3", "tanh 3"
    output: Any  # (..., N, D), or a tuple of such arrays
    pullback: Any


class Adjoint(NamedTuple):
    """What arrives at one step on the way back: the derivatives with respect to its output and its parameters."""

    name: str
    cotangent: Any  # of the shape of the step's output
    grads: Any  # of the type of the step's parameters, of a recurrent step (these, dx); None where it has none


def recorded(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` is a list of one Step or more, told by its ends."""
    fits = isinstance(tape, list) and tape and isinstance(tape[0], Step) and isinstance(tape[-1], Step)
    require.instance(name, tape, fits, "a list of Steps, as a forward pass leaves it")


def backprop(tape: list[Step], cotangent, inject=None) -> Iterator[Adjoint]:
    """Walk the tape backwards; yield one ``Adjoint`` per step, the last step first, and one named "input" at the end.

    ``cotangent`` is dL/d(last output), of its shape. ``inject``, where given, holds one cotangent or None per step,
    added to what arrives at that step's output: the loss of that step alone (a loss at every time step, say). Of a
    tuple of arrays, some may be None.
    Nothing is kept: a probe that takes a norm from each adjoint needs no memory for the rest.
    """
    if tape != []:
        recorded("tape", tape)
        _fits(cotangent, tape[-1].output)
    inject = [None] * len(tape) if inject is None else inject
    require.instance("inject", inject, isinstance(inject, (list, tuple)), "a list")
    if len(inject) != len(tape):
        raise ValueError(f"inject has length {len(inject)}; allowed is one entry per step, {len(tape)}")
    for step, extra in zip(reversed(tape), reversed(inject), strict=True):
        if extra is not None:
            cotangent = _lanes_plus(cotangent, extra) if isinstance(cotangent, tuple) else _plus(cotangent, extra)
        grads, dinput = step.pullback(cotangent)
        yield Adjoint(step.name, cotangent, grads)
        cotangent = dinput
    yield Adjoint("input", cotangent, None)


def leaves(tree) -> list:
    """The arrays of a tree, in its order."""
    if tree is None:
        return []
    return [leaf for branch in tree for leaf in leaves(branch)] if isinstance(tree, (tuple, list)) else [tree]


def _lanes_plus(cotangent: tuple, extra) -> tuple:
    fits = isinstance(extra, (tuple, list)) and len(extra) == len(cotangent)
    require.instance("inject", extra, fits, f"{len(cotangent)} arrays (or None) for a step of as many")
    return tuple(map(_plus, cotangent, extra))


def _plus(cotangent, extra):
    if extra is None:
        return cotangent
    if np.shape(extra) != np.shape(cotangent):
        require.misfit("inject", extra, f"that of the step's cotangent, {np.shape(cotangent)}")
    return cotangent + extra


@lru_cache(maxsize=2**14)
def place(name: str) -> int | None:
    """The number in a step's name, its layer or time: 12 of "tanh 12" and of "affine 12b"; None of "readout"."""
    require.text("name", name)
    digits = name.rpartition(" ")[2].rstrip("b")
    return int(digits) if digits.isdigit() else None


def _fits(cotangent, output) -> None:
    """Raise ValueError unless the cotangent has the output's form and shapes."""
    alike = isinstance(cotangent, tuple) and len(cotangent) == len(output)
    fits = alike if isinstance(output, tuple) else not isinstance(cotangent, (tuple, list, type(None)))
    require.instance("cotangent", cotangent, fits, "of the form of the last output")
    tree_map(_same_shape, cotangent, output)


def _same_shape(cotangent, output) -> None:
    shape = np.shape(output)
    require.shape("cotangent", cotangent, f"the last output's, {shape}", np.shape(cotangent) == shape)


def tree_map(f, tree, *rest):
    """Apply f to the arrays of a tree of tuples, NamedTuples and lists (None stays None); several trees go in step."""
    if not isinstance(tree, (tuple, list)):
        return None if tree is None else f(tree, *rest)
    branches = [tree_map(f, *branch) for branch in zip(tree, *rest, strict=True)]
    return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
