"""The chain rule as a thing one can hold: a list of steps, and the loop that walks it backwards.

A forward pass leaves a **tape**, one ``Step`` per operation, each with its output and its pullback. ``backprop`` is
the whole of backpropagation (Rumelhart, Hinton & Williams 1986). It hands the derivative of the loss by the last
output to the last pullback, takes what comes out to the one before, and so on down to the input. The product of all
these linear maps is what vanishes or explodes, and each partial product passes by here, ready to be looked at.

Depth and time are the same tape. In an unrolled recurrent net, the steps merely share their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from . import require
from .door import quietly_guarded_by, require_cotangent, shapes_of


class _Fields(NamedTuple):
    name: str  # "affine 3", "tanh 3", "lstm 3", "readout"
    layer: int | None  # the layer it belongs to, from 1; of a recurrent step the time t, from 1; None of the readout
    output: Any  # (..., N, D), or a tuple of such arrays
    pullback: Callable[[Any], tuple[Any, Any]]


class Step(_Fields):
    """One operation on the tape:  pullback(doutput) -> (grads or None, dinput).

    A step may also keep what it was computed from, ``input``. It is the output of the step before it, the same object,
    and so a tape that misses a step, or holds one of another forward pass, is told from a whole one.
    """

    input: Any = None

    def __new__(cls, name, layer, output, pullback, input=None):  # noqa: A002, D102 - the word of the field
        step = tuple.__new__(cls, (name, layer, output, pullback))
        step.input = input
        return step


class Adjoint(NamedTuple):
    """What arrives at one step on the way back: the derivatives with respect to its output and its parameters."""

    name: str
    layer: int | None
    cotangent: Any  # of the shape of the step's output
    grads: Any  # of the type of the step's parameters; of a step in time what it hands on to them; None without


@quietly_guarded_by(lambda *given, **named: require_walk(*given, **named))
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
    """Raise ValueError unless ``tape`` is a list of one Step or more, each computed from the output of the one before.

    A step that keeps no ``input``, as one that was made by hand may not, is believed to follow. Neither can be seen
    that the first or the last steps are missing, because what is left is the tape of a shorter chain, nor that an array
    was overwritten since.
    """
    steps = isinstance(tape, list) and set(map(type, tape)) == {Step}
    require.instance(name, tape, steps, "a list of Steps, as a forward pass leaves it")
    for before, step in pairwise(tape):
        if step.input is not before.output and step.input is not None:
            raise ValueError(
                f"{name} is torn, as {step.name!r} was not computed from the output of {before.name!r}; allowed is each"
                " step of one forward pass, in its order"
            )


Tape = Annotated[list[Step], require_tape]


def require_walk(tape, cotangent, inject=None) -> None:
    """Raise ValueError unless the tape is whole, and the cotangents have the form and the shapes of the outputs."""
    if not (isinstance(tape, list) and not tape):
        require_tape("tape", tape)
        if tape[-1].name == "readout" and isinstance(tape[-2:][0].output, tuple):
            raise ValueError("tape ends with a readout of all times; allowed are the steps before it, or through_time")
        require_cotangent("cotangent", cotangent, shapes_of(tape[-1].output), "the last output's")
    if inject is None:
        return
    require.instance("inject", inject, isinstance(inject, (list, tuple)), "a list")
    if len(inject) != len(tape):
        raise ValueError(f"inject has length {len(inject)}; allowed is one entry per step, {len(tape)}")
    for extra, step in zip(inject, tape, strict=True):
        _injectable(extra, shapes_of(step.output))


def _injectable(extra, shapes) -> None:
    """Raise ValueError unless ``extra`` is a cotangent of a step, some of whose arrays may be None."""
    if extra is None:
        return
    if not isinstance(shapes, list):
        require_cotangent("inject", extra, shapes, "that of the step's cotangent")
        return
    fits = isinstance(extra, (tuple, list)) and len(extra) == len(shapes)
    require.instance("inject", extra, fits, f"{len(shapes)} arrays (or None) for a step of as many")
    for own, its in zip(extra, shapes, strict=True):
        _injectable(own, its)
