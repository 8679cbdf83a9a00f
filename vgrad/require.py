"""One voice for bad input: a ValueError that names the argument, what it was, and what is allowed."""

from __future__ import annotations

import math
from numbers import Integral, Real


def whole(name: str, value, low: int, high: float = math.inf) -> int:
    """Return ``value`` as an int if it is a whole number in [low, high]; raise ValueError if it is not."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; allowed is {_span('a whole number', low, high)}")
    return int(value)


def counts(**values) -> None:
    """Raise ValueError unless each of ``values``, by its name, is a whole number of at least 1."""
    for name, value in values.items():
        whole(name, value, 1)


def several(name: str, values, most: float = math.inf) -> tuple:
    """Return ``values`` as a tuple if there are from 1 to ``most`` of them; raise ValueError if there are not."""
    values = tuple(values)
    whole(f"len({name})", len(values), 1, most)
    return values


def number(name: str, value, low: float = -math.inf, high: float = math.inf) -> float:
    """Return ``value`` as a float if it is a finite number in [low, high]; raise ValueError if it is not."""
    real_number = isinstance(value, Real) and not isinstance(value, bool)
    if not real_number or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; allowed is {_span('a finite number', low, high)}")
    return float(value)


def numbers(name: str, values, low: float = -math.inf) -> tuple[float, ...]:
    """Return ``values`` as a tuple if they are one or more finite numbers of at least ``low``; else ValueError."""
    return tuple(number(name, value, low) for value in several(name, values))


def choice(name: str, value, allowed):
    """Return ``value`` if it is among ``allowed``, of the same type; raise ValueError if it is not."""
    if not any(type(value) is type(option) and value == option for option in allowed):
        raise ValueError(f"{name} is {value!r}; allowed is one of {', '.join(map(repr, allowed))}")
    return value


def real(name: str, array) -> None:
    """Raise ValueError unless ``array`` is an array of floating-point numbers."""
    if getattr(getattr(array, "dtype", None), "kind", "") != "f":
        was = getattr(array, "dtype", type(array).__name__)
        raise ValueError(f"{name} is of {was}; allowed is an array of float16, float32 or float64")


def shape(name: str, array, expected: str, fits: bool) -> None:
    """Raise ValueError unless ``fits``: ``array``'s shape is not the ``expected`` one."""
    if not fits:
        misfit(name, array, expected)


def misfit(name: str, array, expected: str) -> None:
    """Raise ValueError: ``array``'s shape is not the ``expected`` one."""
    raise ValueError(f"{name} has shape {getattr(array, 'shape', None)}; allowed is {expected}")


def _span(kind: str, low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return kind
    return f"{kind} of at least {low}" if math.isinf(high) else f"{kind} from {low} to {high}"
