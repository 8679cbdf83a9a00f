"""What an argument may be: the words that signatures use, and the one decorator that reads them.

    @guarded
    def flow(depth: Count = 30, *, gain: NonNegative = 1.0, norm: Annotated[str | None, one_of(NORMS)] = None): ...

Each word is a type with a check, a function ``(name, value)`` that raises a ValueError. The error names the argument,
says what it was, and says what is allowed. A type checker sees the type alone.

These types are taken, everywhere:

- An array is a numpy.ndarray of float16, float32 or float64, in this machine's byte order and in any layout. Nothing is
  converted: integers, booleans, complex and longer numbers, lists, and subclasses such as matrices and masked arrays
  are refused by name. Only labels are integers, in an array or a list, and only a mask is an array of booleans.
- A number is whatever Python counts as a real number, except True and False, and is taken as an int or a float. So no
  NumPy integer wraps round, and 10**400, which no float holds, is refused.
- A size is a whole number from 1 to MOST, and sizes multiplied make at most NUMBERS numbers.
- Where several are asked for, they are a list, a tuple, a range or an array. A generator is refused, as it may not end.
"""

from __future__ import annotations

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Collection, Sequence
from numbers import Integral
from typing import Annotated, Any, TypeVar

import numpy as np

from .plain import PLAIN, plain
from .plain import is_number as is_number
from .plain import shown as shown

F = TypeVar("F", bound=Callable)
DTYPES = ("float16", "float32", "float64")
FLOATS = frozenset(map(np.dtype, DTYPES))
MOST = 1_000_000  # of one size: units, layers, steps, samples
NUMBERS = 100_000_000  # of all sizes multiplied: 0.8 GB in float64


def guarded(function: F, fits: Callable | None = None, inner: Callable | None = None) -> F:
    """Return ``function`` with a guard, which checks each argument by its annotation before every call.

    A default is always allowed, and so is None where the annotation says so. ``fits``, if given, receives the same
    arguments, and checks what no argument shows by itself, such as shapes that belong together. The function without
    its guard is ``bare(function)``; the engine calls that one where it has checked already. ``inner``, if given, stands
    in its place behind the guard.
    """
    inner = inner or function

    @functools.cache
    def rules():  # read at the first call, as annotations may name what is defined further down
        hints = typing.get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters.values()
        return {each.name: (each.default, _checks(hints.get(each.name))) for each in parameters}

    @functools.wraps(function)
    def call(*args, **kwargs):
        known = rules()
        for name, value in (*zip(known, args, strict=False), *kwargs.items()):
            default, checks = known.get(name, (None, ()))
            for check in checks if value is not default else ():
                check(name, value)
        if not PLAIN.issuperset(map(type, (*args, *kwargs.values()))):
            args = tuple(map(plain, args))
            kwargs = {name: plain(value) for name, value in kwargs.items()}
        if fits:
            fits(*args, **kwargs)
        return inner(*args, **kwargs)

    return typing.cast(F, call)


def guarded_by(fits: Callable) -> Callable[[F], F]:
    """Return the decorator that guards a function by its annotations and by ``fits``."""
    return lambda function: guarded(function, fits)


def bare(function: F) -> F:
    """Return the function under its guard, or the function itself if it has none."""
    return getattr(function, "__wrapped__", function)


def _checks(hint) -> list[Callable]:
    """The checks that an annotation holds; those of ``Count | None`` let None pass."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = typing.get_args(hint)
        checks = [check for part in parts for check in _checks(part)]
        if type(None) not in parts:
            return checks
        return [lambda name, value, check=check: value is None or check(name, value) for check in checks]
    return [check for check in getattr(hint, "__metadata__", ()) if callable(check)]


def whole(name: str, value: Any, low: int, high: float = math.inf) -> int:
    """Return ``value`` as an int if it is a whole number in [low, high]; raise ValueError if it is not."""
    counts = type(value) is int or (is_number(value) and isinstance(value, Integral))
    if not counts or not low <= int(value) <= high:
        raise ValueError(f"{name} is {shown(value)}; allowed is {_span('a whole number', low, high)}")
    return int(value)


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """Return ``value`` as a float if it is a finite number in [low, high]; raise ValueError if it is not."""
    if not is_number(value) or not math.isfinite(value) or not low <= float(value) <= high:
        raise ValueError(f"{name} is {shown(value)}; allowed is {_span('a finite number', low, high)}")
    return float(value)


def total(name: str, numbers: int) -> None:
    """Raise ValueError if ``name``, sizes multiplied and added, asks for more than NUMBERS numbers."""
    if numbers > NUMBERS:
        raise ValueError(f"{name} make {shown(numbers)} numbers; allowed are {NUMBERS} at most")


def _span(kind: str, low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return kind
    return f"{kind} of at least {low}" if math.isinf(high) else f"{kind} from {low} to {high}"


def whole_from(low: int, high: float = math.inf) -> Callable:
    """Return the check for a whole number in [low, high]."""
    return lambda name, value: whole(name, value, low, high)


def number_from(low: float, high: float = math.inf) -> Callable:
    """Return the check for a finite number in [low, high]."""
    return lambda name, value: number(name, value, low, high)


def several(name: str, values, most: float = math.inf) -> tuple:
    """Return ``values`` as a tuple if there are from 1 to ``most`` of them; raise ValueError if there are not."""
    many = isinstance(values, Collection) and not isinstance(values, (str, bytes, dict, set))
    if not many or getattr(values, "ndim", 1) == 0:
        raise ValueError(f"{name} is {shown(values)}; allowed are several, such as a list of them")
    values = tuple(values)
    whole(f"len({name})", len(values), 1, most)
    return values


def numbers(name: str, values, low: float = -math.inf) -> tuple[float, ...]:
    """Return ``values`` as a tuple if they are one or more finite numbers of at least ``low``; else ValueError."""
    return tuple(number(name, value, low) for value in several(name, values))


def sizes(name: str, values, least: int = 0) -> None:
    """Raise ValueError unless ``values`` are a tuple or a list of at least ``least`` whole numbers from 1."""
    fits = isinstance(values, (tuple, list)) and len(values) >= least
    instance(name, values, fits, f"a tuple of whole numbers from 1 to {MOST}, {least} or more")
    for value in values:
        whole(name, value, 1, MOST)
    total(name, math.prod(map(int, values)))


def choice(name: str, value, allowed):
    """Return ``value`` if it is among ``allowed``, of the same type; raise ValueError if it is not."""
    if not any(type(value) is type(option) and value == option for option in allowed):
        raise ValueError(f"{name} is {shown(value)}; allowed is one of {', '.join(map(repr, allowed))}")
    return value


def some(name: str, values, allowed) -> tuple:
    """Return ``values`` as a tuple if they are one or more of those ``allowed``; raise ValueError if not."""
    return tuple(choice(name, value, allowed) for value in several(name, values))


def one_of(allowed) -> Callable:
    """Return the check for one of those ``allowed``."""
    return lambda name, value: choice(name, value, allowed)


def some_of(allowed) -> Callable:
    """Return the check for one or more of those ``allowed``."""
    return lambda name, value: some(name, value, allowed)


def instance(name: str, value, fits, expected: str) -> None:
    """Raise ValueError unless ``fits``, because ``value`` is not the ``expected`` thing."""
    if not fits:
        raise ValueError(f"{name} is {shown(value)}; allowed is {expected}")


def thing(expected: str, fits: Callable[[Any], Any]) -> Callable:
    """Return the check for a thing: what is expected, in words, and a function that knows one."""
    return lambda name, value: instance(name, value, fits(value), expected)


def misfit(name: str, array, expected: str) -> typing.NoReturn:
    """Raise ValueError, because the shape of ``array`` is not the ``expected`` one."""
    was = f"{array.shape}" if hasattr(array, "shape") else f"None, being {shown(array)}"
    raise ValueError(f"{name} has shape {was}; allowed is {expected}")


def shape(name: str, array, expected: str, fits) -> None:
    """Raise ValueError unless ``fits``, because the shape of ``array`` is not the ``expected`` one."""
    if not fits:
        misfit(name, array, expected)


def array(name: str, value, least: int = 0) -> None:
    """Raise ValueError unless ``value`` is an array of floating-point numbers with at least ``least`` axes."""
    if not (type(value) is np.ndarray and value.dtype in FLOATS):
        was = value.dtype if type(value) is np.ndarray else type(value).__name__
        raise ValueError(f"{name} is of {was}; allowed is an array of float16, float32 or float64")
    if value.ndim < least:
        misfit(name, value, f"one of {least} axes or more")


# --- the words --------------------------------------------------------------------------------------------------------

generator = thing(
    "a numpy.random.Generator, such as np.random.default_rng(0)", lambda it: isinstance(it, np.random.Generator)
)
function = thing("a function", lambda it: callable(it) and not isinstance(it, type))
text = thing("a string", lambda it: isinstance(it, str))
flag = thing("True or False", lambda it: isinstance(it, bool))
scalar = thing("a number; NaN and inf are numbers", is_number)
nonempty = thing("a list, of one at least", lambda it: isinstance(it, (list, tuple)) and it)
table = thing("a dict, of one entry at least", lambda it: isinstance(it, dict) and it)
count = whole_from(1, MOST)
nonnegative = number_from(0.0)

Count = Annotated[int, count]
Seed = Annotated[int, whole_from(0)]
Precision = Annotated[str, one_of(DTYPES)]
Finite = Annotated[float, number]
NonNegative = Annotated[float, nonnegative]
Scalar = Annotated[float, scalar]
Flag = Annotated[bool, flag]
Text = Annotated[str, text]
Rng = Annotated["np.random.Generator", generator]  # a string, as numpy.random is loaded when it is first used
Function = Annotated[Callable, function]
Sizes = Annotated[Sequence[int], sizes]
Numbers = Annotated[Sequence[float], numbers]
Several = Annotated[Sequence, several]
NonEmpty = Annotated[Sequence, nonempty]
NumberArray = Annotated[np.ndarray, array]
