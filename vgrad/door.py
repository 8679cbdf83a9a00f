"""How a function stands at the door: it asks whether its arguments fit, and it keeps quiet about what is not finite.

Infinities and NaNs are results here, and so their arithmetic is that of IEEE 754, without NumPy's warnings. A pullback
that is handed out asks as much: its argument is a cotangent of the output, or a stack of them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import copy_context
from itertools import repeat
from typing import Any, TypeVar

import numpy as np

from . import require

F = TypeVar("F", bound=Callable)


def quiet(function: F) -> F:
    """Return the function, which does not warn of numbers that are not finite.

    Between the items of a generator, whoever reads them keeps settings of their own.
    """
    if not inspect.isgeneratorfunction(function):
        return np.errstate(all="ignore")(function)

    @functools.wraps(function)
    def walk(*args, **kwargs):
        within: Any = copy_context()
        within.run(np.errstate(all="ignore").__enter__)
        return map(within.run, repeat(next), repeat(function(*args, **kwargs)))  # it ends when next has no more

    return walk  # type: ignore[return-value]


def quietly_guarded(function: F, fits: Callable | None = None) -> F:
    """Return ``function`` with a guard, as ``require.guarded`` does, and quiet."""
    return require.guarded(function, fits, inner=quiet(function))


def quietly_guarded_by(fits: Callable) -> Callable[[F], F]:
    """Return the decorator of ``quietly_guarded``."""
    return lambda function: quietly_guarded(function, fits)


def door(function: F, fits: Callable | None = None, *, alike: bool = False) -> F:
    """Return ``function`` with a guard before it and before the pullback that it returns.

    alike : whether a number stands for an array: a whole one is taken as a float, and in place of a cotangent it is
    that of each entry of the output.
    """

    @functools.wraps(function)
    def answer(*args, **kwargs):
        if alike:
            args = map(_as_float, args)
            kwargs = {name: _as_float(value) for name, value in kwargs.items()}
        with np.errstate(all="ignore"):
            output, pullback = function(*args, **kwargs)
        return output, of_cotangents(output, pullback, alike)

    return require.guarded(function, fits, inner=answer)


def _as_float(value):
    return float(value) if type(value) is int else value


def door_by(fits: Callable) -> Callable[[F], F]:
    """Return the decorator of ``door``."""
    return lambda function: door(function, fits)


def of_cotangents(output: Any, pullback: Callable, alike: bool = False) -> Callable:
    """Return the pullback, which raises a ValueError for what is no cotangent of the output."""
    shapes = shapes_of(output)

    def checked(*doutput):
        for cotangent in doutput:
            if not (alike and require.is_number(cotangent)):
                require_cotangent("cotangent", cotangent, shapes, stacked=True)
        with np.errstate(all="ignore"):
            return pullback(*doutput)

    return checked


def shapes_of(output):
    """Return the shape of an array, or those of a tuple of arrays."""
    return list(map(shapes_of, output)) if isinstance(output, tuple) else np.shape(output)


def require_cotangent(name: str, cotangent, shapes, whose: str = "the output's", stacked: bool = False) -> None:
    """Raise ValueError unless ``cotangent`` is of the form of an output of these shapes.

    stacked : whether it may be a stack of them, with axes in front.
    """
    if isinstance(shapes, list):
        alike = isinstance(cotangent, (tuple, list)) and len(cotangent) == len(shapes)
        require.instance(name, cotangent, alike, f"of the form of {whose.partition(chr(39))[0]}, {len(shapes)} arrays")
        for own, its in zip(cotangent, shapes, strict=True):
            require_cotangent(name, own, its, whose, stacked)
        return
    if shapes == () and require.is_number(cotangent):
        return
    shape = cotangent.shape if isinstance(cotangent, np.ndarray) else None
    fits = shape == shapes or (stacked and shape is not None and shape[len(shape) - len(shapes) :] == shapes)
    require.shape(name, cotangent, f"{whose}, {shapes}{', or a stack of them' if stacked else ''}", fits)
    require.array(name, cotangent)
