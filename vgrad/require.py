"""One voice for bad input: a ValueError that names the argument, what it was, and what is allowed."""

from __future__ import annotations

import functools
import math
from numbers import Integral, Real


def checked(**kinds):
    """A decorator: before each call, each argument with a name in KINDS or ``kinds`` is checked by the function there.

    So a name means the same everywhere, and the equations stand alone. A default, such as None, is always allowed.
    """
    kinds = KINDS | kinds

    def decorate(function):
        plain = function
        while hasattr(plain, "__wrapped__"):
            plain = plain.__wrapped__
        names, optional = plain.__code__.co_varnames[: plain.__code__.co_argcount], plain.__kwdefaults__ or {}
        defaults = dict(zip(names[::-1], (plain.__defaults__ or ())[::-1], strict=False)) | optional

        @functools.wraps(function)
        def run(*args, **kwargs):
            for name, value in (*zip(names, args, strict=False), *kwargs.items()):
                if name in kinds and not (name in defaults and value is defaults[name]):
                    kinds[name](name, value)
            return function(*args, **kwargs)

        return run

    return decorate


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
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise ValueError(f"{name} is {values!r}; allowed are several, such as a list of them")
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


def count(name: str, value) -> int:
    """Return ``value`` if it is a whole number of at least 1."""
    return whole(name, value, 1)


def nonnegative(name: str, value) -> float:
    """Return ``value`` if it is a finite number of at least 0."""
    return number(name, value, 0.0)


def sizes(name: str, values, least: int = 0) -> None:
    """Raise ValueError unless ``values`` are a tuple or a list of whole numbers of at least 1, and so many."""
    fits = isinstance(values, (tuple, list)) and len(values) >= least
    instance(name, values, fits, f"a tuple of whole numbers of at least 1, {least} or more")
    for value in values:
        whole(name, value, 1)


def generator(name: str, rng) -> None:
    """Raise ValueError unless chance can be drawn from ``rng``: for a seed, None or the old RandomState."""
    if not hasattr(rng, "bit_generator"):
        raise ValueError(f"{name} is {rng!r}; allowed is a numpy.random.Generator, such as np.random.default_rng(0)")


def function(name: str, value) -> None:
    """Raise ValueError unless ``value`` can be called."""
    instance(name, value, callable(value), "a function")


def text(name: str, value) -> None:
    """Raise ValueError unless ``value`` is a string."""
    instance(name, value, isinstance(value, str), "a string")


def nonempty(name: str, values) -> None:
    """Raise ValueError unless ``values`` are a list or a tuple, of one at least."""
    instance(name, values, isinstance(values, (list, tuple)) and values, "a list, of one at least")


def some(name: str, values, allowed) -> tuple:
    """Return ``values`` as a tuple if they are some of those ``allowed``, one at least; raise ValueError if not."""
    return tuple(choice(name, value, allowed) for value in several(name, values))


def table(name: str, value) -> None:
    """Raise ValueError unless ``value`` is a dict, of one entry at least."""
    instance(name, value, isinstance(value, dict) and value, "a dict, of one entry at least")


def flag(name: str, value) -> None:
    """Raise ValueError unless ``value`` is True or False."""
    instance(name, value, isinstance(value, bool), "True or False")


def scalar(name: str, value) -> None:
    """Raise ValueError unless ``value`` is one number; NaN and inf are."""
    instance(name, value, isinstance(value, Real) and not isinstance(value, bool), "a number; NaN and inf are numbers")


def instance(name: str, value, fits: bool, expected: str) -> None:
    """Raise ValueError unless ``fits``: ``value`` is not the ``expected`` thing."""
    if not fits:
        raise ValueError(f"{name} is {value!r:.99}; allowed is {expected}")


def array(name: str, value, least: int = 0) -> None:
    """Raise ValueError unless ``value`` is an array of numbers with so many axes."""
    fits = getattr(getattr(value, "dtype", None), "kind", "?") in "fiu" and value.ndim >= least
    instance(name, value, fits, f"an array of numbers{f' with {least} axes or more' if least else ''}")


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
    was = f"{array.shape}" if hasattr(array, "shape") else f"None, being {array!r:.99}"
    raise ValueError(f"{name} has shape {was}; allowed is {expected}")


def _span(kind: str, low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return kind
    return f"{kind} of at least {low}" if math.isinf(high) else f"{kind} from {low} to {high}"


KINDS = {
    **dict.fromkeys(("depth", "width", "batch", "seeds", "steps", "T", "n", "fan_in", "fan_out"), count),
    "seed": lambda name, value: whole(name, value, 0),
    "rng": generator,
    "shape": sizes,
    **dict.fromkeys(("sigma_w", "sigma_b", "sigma"), nonnegative),
    "gain": number,
    "c": lambda name, value: number(name, value, -1.0, 1.0),
}  # what the names of arguments mean, wherever they are checked
