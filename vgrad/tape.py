"""The chain rule as a thing one can hold: a list of steps, and the loop that walks it backwards.

A forward pass leaves a **tape**, one ``Step`` per operation, each with its output and its pullback. ``backprop`` is
the whole of backpropagation (Rumelhart, Hinton & Williams 1986). It hands the derivative of the loss by the last
output to the last pullback, takes what comes out to the one before, and so on down to the input. The product of all
these linear maps is what vanishes or explodes, and each partial product passes by here, ready to be looked at.

Depth and time are the same tape. In an unrolled recurrent net, the steps merely share their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np

from . import require
from .require import guarded_by


class Step(NamedTuple):
    """One operation on the tape:  pullback(doutput) -> (grads or None, dinput)."""

    name: str  # "affine 3", "tanh 3", "lstm 3", "readout"
    layer: int | None  # the layer it belongs to, from 1; of a recurrent step the time t, from 1; None of the readout
    output: Any  # (..., N, D), or a tuple of such arrays
    pullback: Callable[[Any], tuple[Any, Any]]


class Adjoint(NamedTuple):
    """What arrives at one step on the way back: the derivatives with respect to its output and its parameters."""

    name: str
    layer: int | None
    cotangent: Any  # of the shape of the step's output
    grads: Any  # of the type of the step's parameters; of a step in time what it hands on to them; None without


@guarded_by(lambda *given, **named: _fits(*given, **named))
def backprop(tape: list[Step], cotangent, inject=None) -> Iterator[Adjoint]:
    """Walk the tape backwards, and yield one ``Adjoint`` per step, the last step first, and one named "input".

    ``cotangent`` is the derivative of the loss with respect to the last output, and has its shape. ``inject``, if it is
    given, holds one cotangent or None for each step. It is added to what arrives at that step's output, because it is
    the derivative of a loss of that step alone, such as the loss of one time step. Where the output is a tuple of
    arrays, so is the cotangent, and some of those to inject may be None.

    Nothing is kept, so a probe that takes a norm from each adjoint needs no memory for the rest.
    """
    inject = [None] * len(tape) if inject is None else inject
    for step, extra in zip(reversed(tape), reversed(inject), strict=True):
        if extra is not None:
            cotangent = _plus(cotangent, extra)
        grads, dinput = step.pullback(cotangent)
        yield Adjoint(step.name, step.layer, cotangent, grads)
        cotangent = dinput
    yield Adjoint("input", None, cotangent, None)


def _plus(cotangent, extra):
    """The sum of two cotangents of one form, where None is 0."""
    if extra is None:
        return cotangent
    if isinstance(cotangent, tuple):
        return tuple(map(_plus, cotangent, extra))
    return cotangent + extra


# --- trees: parameters, gradients and states are tuples and lists of arrays -------------------------------------------


def tree_map(f: Callable, tree, *rest):
    """Return a tree of the same form that holds ``f`` of each array; of several trees, f takes one array of each.

    A tree is an array, or a tuple, a NamedTuple or a list of trees. None is a tree without arrays, and stays None.
    """
    if tree is None:
        return None
    if not isinstance(tree, (tuple, list)):
        return f(tree, *rest)
    branches = [tree_map(f, *branch) for branch in zip(tree, *rest, strict=True)]
    kind: Any = type(tree)
    return kind(*branches) if hasattr(tree, "_fields") else kind(branches)


def leaves(tree) -> list:
    """Return the arrays of a tree, in its order."""
    if tree is None:
        return []
    if not isinstance(tree, (tuple, list)):
        return [tree]
    return [leaf for branch in tree for leaf in leaves(branch)]


# --- what can be walked -----------------------------------------------------------------------------------------------


def require_tape(name: str, tape) -> None:
    """Raise ValueError unless ``tape`` is a list of one Step or more, which its ends tell."""
    fits = isinstance(tape, list) and tape and isinstance(tape[0], Step) and isinstance(tape[-1], Step)
    require.instance(name, tape, fits, "a list of Steps, as a forward pass leaves it")


Tape = Annotated[list[Step], require_tape]


def _fits(tape, cotangent, inject=None) -> None:
    """Raise ValueError unless the cotangents have the form and the shapes of the outputs."""
    if tape != []:
        require_tape("tape", tape)
        _same_form("cotangent", cotangent, tape[-1].output)
    if inject is None:
        return
    require.instance("inject", inject, isinstance(inject, (list, tuple)), "a list")
    if len(inject) != len(tape):
        raise ValueError(f"inject has length {len(inject)}; allowed is one entry per step, {len(tape)}")
    for extra, step in zip(inject, tape, strict=True):
        if extra is not None:
            _injectable(extra, step.output)


def _same_form(name: str, cotangent, output) -> None:
    several = isinstance(output, tuple)
    alike = isinstance(cotangent, tuple) and len(cotangent) == len(output)
    fits = alike if several else not isinstance(cotangent, (tuple, list, type(None)))
    require.instance(name, cotangent, fits, "of the form of the last output")
    pairs = zip(cotangent, output, strict=True) if several else [(cotangent, output)]
    for own, its in pairs:
        require.shape(name, own, f"the last output's, {np.shape(its)}", np.shape(own) == np.shape(its))


def _injectable(extra, output) -> None:
    if isinstance(output, tuple):
        fits = isinstance(extra, (tuple, list)) and len(extra) == len(output)
        require.instance("inject", extra, fits, f"{len(output)} arrays (or None) for a step of as many")
        for own, its in zip(extra, output, strict=True):
            if own is not None:
                _injectable(own, its)
    elif np.shape(extra) != np.shape(output):
        require.misfit("inject", extra, f"that of the step's cotangent, {np.shape(output)}")
