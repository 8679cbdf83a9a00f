"""Odd input: what may stand in place of one argument of a valid call, and a judge of what comes back.

``odd(valid)`` yields an ``Odd`` for each way of being odd. Its ``plain`` says what it means. It is either the same
values in the plainest form there is (a contiguous float64 array, a Python number), or ANY if the values are other ones,
such as NaN, or NOTHING if it is no value at all, such as a class in place of an object.

``judge`` makes the call and returns a ``Fault``, or None if all is well. All is well if a ValueError or a TypeError
names the argument, or if the answer is that of the plain values. Nothing may warn, take long, or change what was handed
over. An answer to NOTHING is a fault, and so is every other exception.
"""

from __future__ import annotations

import copy
import re
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from vgrad.tape import backprop

SECONDS = 2.0
MOST = 64  # items that are taken from a generator


class Mark:
    """A word that is no value."""

    def __init__(self, word):
        self.word = word

    def __repr__(self):
        return self.word


ANY = Mark("ANY")
NOTHING = Mark("NOTHING")


class Odd(NamedTuple):
    """An odd value, what it is called, and what it means."""

    label: str
    value: Any
    plain: Any


class Fault(NamedTuple):
    """What is not as promised: "wrong", "unnamed", "raw", "warned", "slow" or "mutated", and the words for it."""

    kind: str
    words: str


class TooLong(BaseException):
    """The call was stopped; not an Exception, so that nothing on the way catches it."""


class Empty:
    """An object and a class that nobody has heard of."""


# --- what is odd ------------------------------------------------------------------------------------------------------


def odd(valid) -> Iterator[Odd]:
    """Yield what may stand in place of a valid value."""
    yield from (Odd(label, value, NOTHING) for label, value in things(valid).items())
    if isinstance(valid, (bool, str)) or valid is None:
        yield from names(valid)
    elif isinstance(valid, (int, float)):
        yield from scalars(valid)
    elif isinstance(valid, np.ndarray):
        yield from arrays(valid)
    elif isinstance(valid, np.random.Generator):
        yield from generators()
    elif is_tape(valid):
        yield from tapes(valid)
    elif isinstance(valid, (tuple, list)):
        yield from trees(valid)


def is_tape(value) -> bool:
    """Return whether a value is a list of steps with pullbacks."""
    return isinstance(value, list) and bool(value) and all(hasattr(each, "pullback") for each in value)


def things(valid) -> dict[str, Any]:
    """What is no number, no array and no name."""
    values = {
        "None": None, "'x'": "x", "''": "", "b'x'": b"x", "an object": Empty(), "a class": Empty, "int": int,
        "a lambda": lambda: None, "a dict": {}, "a dict of 1": {1: 1}, "a set": {1, 2}, "a module": np, "...": ...,
        "1j": 1j, "complex64": np.complex64(1j), "NotImplemented": NotImplemented, "Decimal": Decimal(1),
        "a generator": (x for x in (1.0, 2.0)), "a range": range(2), "datetime64": np.datetime64("2020-01-01"),
        "a str array": np.array(["x", "y"]), "a str of a number": "1", "an array of None": np.array([None, None]),
        "the type of it": type(valid),
    }  # fmt: skip
    if valid is None:
        values.pop("None")
    if isinstance(valid, str):
        values = {label: value for label, value in values.items() if label != "''"}
    if callable(valid):
        values.pop("a lambda")  # it is a function, and what it does is not to be known
    if not isinstance(valid, (tuple, list)):
        values |= {"[]": [], "()": (), "[1]": [1], "[[1.0]]": [[1.0]], "[None]": [None], "(1.0, 2.0)": (1.0, 2.0)}
    return values


def names(valid) -> Iterator[Odd]:
    """What may stand in place of a flag, a name or None."""
    wrong = {"3": 3, "1.5": 1.5, "nan": np.nan, "10**400": 10**400, "an array": np.ones((2, 2))}
    yield from (Odd(label, value, NOTHING) for label, value in wrong.items())
    if isinstance(valid, bool):
        yield Odd("np.bool_", np.bool_(valid), valid)
        yield Odd("0 or 1", int(valid), valid)
        yield Odd("0-d bool", np.array(valid), valid)
    if isinstance(valid, str):
        yield Odd("np.str_", np.str_(valid), valid)
        yield Odd("0-d str", np.array(valid), valid)
        yield Odd("in capitals", valid.upper(), NOTHING)
        yield Odd("bytes of it", valid.encode(), NOTHING)
        yield Odd("a list of it", [valid], NOTHING)


def scalars(valid) -> Iterator[Odd]:
    """What may stand in place of a number: the same in other types, and other numbers."""
    types: list[Callable] = [np.float64, np.float32, np.float16, np.longdouble, Fraction]
    if isinstance(valid, int):
        integers = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
        yield from (Odd(f"{kind.__name__}", kind(valid), valid) for kind in integers if valid >= 0)
        yield from (Odd(label, value, plain) for label, value, plain in (
            ("uint8 200", np.uint8(200), 200), ("int8 100", np.int8(100), 100),
        ))  # fmt: skip
        yield Odd("float", float(valid), valid)
    else:
        yield Odd("uint8 3", np.uint8(3), 3.0)
        yield Odd("int8 100", np.int8(100), 100.0)
    yield from (Odd(f"{kind.__name__}", kind(valid), float(kind(valid))) for kind in types)
    yield Odd("0-d", np.array(valid), valid)
    yield Odd("1-d", np.array([valid]), valid)
    yield Odd("complex", complex(valid), valid)
    yield Odd("str", str(valid), valid)
    yield Odd("object 0-d", np.array(valid, object), valid)
    yield Odd("a list of it", [valid], valid)
    yield Odd("True", True, NOTHING)
    yield Odd("np.True_", np.True_, NOTHING)
    others = {
        "0": 0, "-0.0": -0.0, "-1": -1, "1.5": 1.5, "nan": np.nan, "inf": np.inf, "-inf": -np.inf, "1e400": 1e400,
        "10**30": 10**30, "-10**30": -(10**30), "10**400": 10**400, "-10**400": -(10**400), "10**5000": 10**5000,
        "2**31": 2**31, "2**63": 2**63, "2**64": 2**64, "1e308": 1e308, "5e-324": 5e-324,
        "float32 inf": np.float32(np.inf), "float32 nan": np.float32(np.nan), "uint64 max": np.uint64(2**64 - 1),
        "a huge fraction": Fraction(10**400, 3), "longdouble inf": np.longdouble("inf"),
        "longdouble 1e4000": np.longdouble("1e4000"),
    }  # fmt: skip
    yield from (Odd(label, value, ANY) for label, value in others.items())


def arrays(valid: np.ndarray) -> Iterator[Odd]:
    """What may stand in place of an array: the same values in another form, other values, and other shapes."""
    if valid.dtype.kind != "f":  # labels, a mask
        yield from _labels(valid)
        return
    plain = np.ascontiguousarray(valid, np.float64)
    yield from (Odd(label, value, plain) for label, value in _forms(plain).items())
    whole = np.rint(3 * plain)
    for kind in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
        values = np.abs(whole) if kind.startswith("u") else whole
        yield Odd(kind, values.astype(kind), values)
    yield Odd("bool", plain > 0, (plain > 0).astype(float))
    for kind in ("float32", "float16", "longdouble", ">f8", ">f4", ">f2", "<f8"):
        its = plain.astype(kind)
        yield Odd(kind, its, its.astype(np.float64))
    yield Odd("complex128", plain.astype(complex), plain)
    yield Odd("complex64", plain.astype(np.complex64), plain)
    for label, number in {"nan": np.nan, "inf": np.inf, "-inf": -np.inf, "1e300": 1e300, "1e-310": 1e-310}.items():
        one = plain.copy()
        one[(0,) * plain.ndim] = number
        yield Odd(f"with {label}", one, ANY)
        yield Odd(f"all {label}", np.full_like(plain, number), ANY)
    yield Odd("all -0.0", np.full_like(plain, -0.0), ANY)
    yield Odd("inf - inf", np.where(np.arange(plain.size).reshape(plain.shape) % 2, np.inf, -np.inf), ANY)
    yield Odd("float32 with inf", np.where(plain > 0, np.inf, plain).astype(np.float32), ANY)
    yield from (Odd(label, value, ANY) for label, value in _shapes(plain).items())
    yield from (Odd(label, value, NOTHING) for label, value in _no_numbers(plain).items())


def _forms(plain: np.ndarray) -> dict[str, Any]:
    """The same values in other containers and layouts."""
    apart = np.repeat(plain, 2, axis=-1)[..., ::2]
    behind = np.ascontiguousarray(plain[..., ::-1])[..., ::-1]
    frozen = plain.copy()
    frozen.flags.writeable = False
    raw = np.frombuffer(b"\0" + plain.tobytes(), np.uint8)[1:]
    forms = {
        "a list": plain.tolist(), "a tuple": tuple(plain.tolist()), "a list of arrays": list(plain),
        "a generator of rows": iter(plain), "Fortran order": np.asfortranarray(plain), "every other": apart,
        "backwards": behind, "read-only": frozen, "unaligned": raw.view(np.float64).reshape(plain.shape),
        "an array of objects": plain.astype(object), "a masked array": np.ma.masked_array(plain),
        "a partly masked array": np.ma.masked_array(plain, mask=plain > 0), "a memoryview": memoryview(plain),
        "text": plain.astype(str), "a recarray": plain.view(np.recarray), "a subclass": plain.view(Own),
        "an __array__": Holder(plain),
    }  # fmt: skip
    if plain.ndim == 2:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            forms["a matrix"] = np.matrix(plain)
    return forms


class Own(np.ndarray):
    """A subclass that changes nothing."""


class Holder:
    """It is no array, but NumPy can make one of it."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)


def _shapes(plain: np.ndarray) -> dict[str, Any]:
    return {
        "0-d": np.array(1.5), "no rows": plain[:0], "no columns": plain[..., :0], "nothing": np.zeros((0, 0)),
        "flat": plain.ravel(), "flat and empty": np.zeros(0), "one row": plain[:1], "one column": plain[..., :1],
        "[None]": plain[None], "[..., None]": plain[..., None], "a column less": plain[..., :-1],
        "a row more": np.concatenate([plain, plain[:1]]), "an ensemble": np.stack([plain, plain]),
        "an empty ensemble": np.zeros((0, *plain.shape)), "transposed": plain.T.copy(),
        "five axes": plain[None, None, None],
        "np.float64": np.float64(1.5), "np.float32": np.float32(1.5), "np.uint8": np.uint8(3), "3": 3, "1.5": 1.5,
        "nan": np.nan, "10**400": 10**400,
    }  # fmt: skip


def _no_numbers(plain: np.ndarray) -> dict[str, Any]:
    fields = np.zeros(plain.shape, [("a", float), ("b", float)])
    return {
        "structured": fields, "bytes": plain.astype("S8"), "datetimes": np.zeros(plain.shape, "M8[s]"),
        "timedeltas": np.zeros(plain.shape, "m8[s]"), "void": np.zeros(plain.shape, "V4"), "raw bytes": plain.tobytes(),
        "ragged": [[1.0], [1.0, 2.0]],
    }  # fmt: skip


def _labels(valid: np.ndarray) -> Iterator[Odd]:
    kinds = ("int8", "uint8", "int16", "uint32", "int64", "uint64", ">i4") if valid.dtype.kind in "iu" else ()
    yield from (Odd(kind, valid.astype(kind), valid) for kind in kinds)
    forms = {
        "a list": valid.tolist(), "a tuple": tuple(valid.tolist()), "float64": valid.astype(float),
        "complex": valid.astype(complex), "objects": valid.astype(object), "Fortran order": np.asfortranarray(valid),
        "a masked array": np.ma.masked_array(valid), "a generator of rows": iter(valid), "text": valid.astype(str),
        "every other": np.repeat(valid, 2, axis=-1)[..., ::2],
    }  # fmt: skip
    yield from (Odd(label, value, valid) for label, value in forms.items())
    yield Odd("with nan", np.where(valid, np.nan, valid), NOTHING)
    yield from (Odd(label, value, ANY) for label, value in {
        "0-d": np.array(1), "no rows": valid[:0], "[None]": valid[None], "[..., None]": valid[..., None],
        "a column less": valid[..., :-1], "all -1": np.full_like(valid, -1), "all 100": np.full_like(valid, 100),
    }.items())  # fmt: skip


def generators() -> Iterator[Odd]:
    """What is no numpy.random.Generator."""
    import random

    others = {
        "np.random": np.random, "the class": np.random.Generator, "RandomState": np.random.RandomState(0),
        "random.Random": random.Random(0), "PCG64": np.random.PCG64(0), "SeedSequence": np.random.SeedSequence(0),
        "default_rng": np.random.default_rng, "0": 0, "a seed": 2**63, "1.5": 1.5, "an array": np.zeros(3),
        "random": random, "has a bit_generator": Counterfeit(), "the class RandomState": np.random.RandomState,
    }  # fmt: skip
    yield from (Odd(label, value, NOTHING) for label, value in others.items())


class Counterfeit:
    """It looks like a generator, and has no draws."""

    bit_generator = np.random.PCG64(0)


def trees(valid: tuple | list) -> Iterator[Odd]:
    """What may stand in place of a tuple or a list: other containers, other lengths, and odd values inside."""
    if not valid:
        inside = {"3": 3, "(0,)": (0,), "(-1,)": (-1,), "(1.5,)": (1.5,), "('x',)": ("x",), "(None,)": (None,)}
        yield from (Odd(label, value, ANY) for label, value in inside.items())
        return
    yield Odd("the other container", list(valid) if isinstance(valid, tuple) else tuple(valid), valid)
    yield Odd("a generator of it", (each for each in valid), valid)
    yield Odd("its first", valid[0], ANY)
    others = {"[]": [], "()": (), "one less": valid[:-1], "one more": (*valid, valid[-1]), "twice": valid * 2, "3": 3}
    yield from (Odd(label, value, ANY) for label, value in others.items() if value)
    middle = (len(valid) // 2,)
    for label, value in {"None": None, "3": 3, "an array": np.ones((2, 2)), "an object": Empty(), "()": ()}.items():
        if type(at(valid, middle)) is not type(value):
            yield Odd(f"{label} in the middle", put(valid, middle, value), ANY)
    places = leaf_places(valid)
    for place in dict.fromkeys((places[0], places[-1], places[len(places) // 2])) if places else ():
        for label, value, plain in odd(at(valid, place)):
            kept = plain if isinstance(plain, Mark) else put(valid, place, plain)
            yield Odd(f"{label} at {place}", put(valid, place, value), kept)


def tapes(valid: list) -> Iterator[Odd]:
    """What is no tape, and tapes that are torn: a step is missing, doubled, swapped, or of another forward pass."""
    yield Odd("a tuple", tuple(valid), valid)
    yield Odd("a generator of it", (each for each in valid), NOTHING)
    yield Odd("outputs alone", [step.output for step in valid], NOTHING)
    yield Odd("plain tuples", [tuple(step) for step in valid], NOTHING)
    yield Odd("backwards", valid[::-1], NOTHING if len(valid) > 1 else valid)
    yield Odd("twice", [*valid, *valid], NOTHING)
    for k in range(1, len(valid) - 1):
        torn = {
            f"without step {k}": valid[:k] + valid[k + 1 :],
            f"step {k} twice": [*valid[: k + 1], *valid[k:]],
            f"steps {k} and {k + 1} swapped": [*valid[:k], valid[k + 1], valid[k], *valid[k + 2 :]],
            f"None at {k}": [*valid[:k], None, *valid[k + 1 :]],
            f"an array at {k}": [*valid[:k], valid[k].output, *valid[k + 1 :]],
        }
        for label, steps in torn.items():
            value = copy.copy(valid)
            value[:] = steps
            yield Odd(label, value, NOTHING)


def leaf_places(tree, place=()) -> list[tuple]:
    """Return where the arrays and numbers of a tree are."""
    if isinstance(tree, (tuple, list)):
        return [found for k, branch in enumerate(tree) for found in leaf_places(branch, (*place, k))]
    return [place] if isinstance(tree, (np.ndarray, int, float, str)) else []


def at(tree, place):
    """Return what stands at a place of a tree."""
    for k in place:
        tree = tree[k]
    return tree


def put(tree, place, value):
    """Return a tree with another value at a place."""
    if not place:
        return value
    branches = [put(branch, place[1:], value) if k == place[0] else branch for k, branch in enumerate(tree)]
    if isinstance(tree, tuple):
        return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)
    like = copy.copy(tree)
    like[:] = branches
    return like


# --- the judge --------------------------------------------------------------------------------------------------------


def judge(function: Callable, arguments: Callable[[], dict], argument: str, one: Odd, names=()) -> Fault | None:
    """Call ``function`` with an odd value for one argument, and return what is wrong with its answer, or None.

    arguments : returns the valid ones, made anew; names : other words that an error may name, such as another argument
    that does not fit this one.
    """
    given = arguments() | {argument: one.value}
    before = {name: snapshot(value) for name, value in given.items()}
    try:
        got, seconds = answered(function, given)
    except (TypeError, ValueError) as refusal:
        return _refused(str(refusal), (argument, *names))
    except TooLong:
        return Fault("slow", f"stopped after {10 * SECONDS} s")
    except Warning as warning:
        return Fault("warned", f"{type(warning).__name__}: {warning}")
    except Exception as error:
        return Fault("raw", f"{type(error).__name__}: {error!s:.120}")
    if seconds > SECONDS:
        return Fault("slow", f"{seconds:.1f} s")
    for name, value in given.items():
        if not same(snapshot(value), before[name], 0.0):
            return Fault("mutated", name)
    if one.plain is ANY:
        return None
    if one.plain is NOTHING:
        return Fault("wrong", "answered")
    return _compared(function, arguments() | {argument: one.plain}, got, one)


def _refused(message: str, names) -> Fault | None:
    named = any(re.search(rf"\b{re.escape(name)}\b", message) for name in names)
    if named and "allowed" in message:
        return None
    return Fault("unnamed", f"{message:.150}")


def _compared(function, plainly: dict, got, one: Odd) -> Fault | None:
    try:
        want, _ = answered(function, plainly)
    except (TypeError, ValueError) as refusal:
        return Fault("wrong", f"answered, though the plain values are refused: {refusal!s:.100}")
    except TooLong:
        return None
    if not same(got, want, tolerance(one.value)):
        return Fault("wrong", "not the answer of the plain values")
    return None


def tolerance(value) -> float:
    """Return the relative difference that the least precise float in a tree of values explains."""
    if isinstance(value, (tuple, list)):
        return max([1e-9, *map(tolerance, value)])
    kind = getattr(value, "dtype", None)
    if kind is None or kind.kind not in "fc":
        return 1e-9
    return {2: 3e-2, 4: 1e-4}.get(kind.itemsize // (2 if kind.kind == "c" else 1), 1e-9)


def answered(function, given) -> tuple[list, float]:
    """Return the leaves of an answer, pulled back where there are pullbacks, and the seconds that it took."""
    start = time.thread_time()
    old = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)  # a busy machine is no fault of the call
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            leaves = settled(function(**given))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return leaves, time.thread_time() - start


def _stop(*_):
    raise TooLong


def settled(answer) -> list:
    """Return the leaves of an answer: numbers, arrays and words. A pullback is asked for one gradient."""
    if isinstance(answer, tuple) and len(answer) == 2 and is_tape(answer[1]) and answer[1][-1].output is answer[0]:
        return [*settled(answer[0]), *settled(backprop(answer[1], cotangent(answer[0])))]
    if isinstance(answer, tuple) and len(answer) == 2 and callable(answer[1]):
        return [*settled(answer[0]), *settled(answer[1](cotangent(answer[0])))]
    if isinstance(answer, tuple) and hasattr(answer, "pullback"):  # a step, whose pullback is for those who walk
        return settled(answer.output)
    if isinstance(answer, Iterator):
        return [leaf for each in islice(answer, MOST) for leaf in settled(each)]
    if isinstance(answer, dict):
        return [leaf for each in answer.values() for leaf in settled(each)]
    if isinstance(answer, (tuple, list)):
        return [leaf for each in answer for leaf in settled(each)]
    if callable(answer):
        return [type(answer).__name__]
    if hasattr(answer, "__dict__") and not isinstance(answer, np.ndarray):
        return [leaf for each in vars(answer).values() for leaf in settled(each)]
    return [answer]


def cotangent(output):
    """Return a cotangent of an output, no two entries of which are equal."""
    if isinstance(output, tuple):
        return tuple(map(cotangent, output))
    output = np.asarray(output)
    return np.cos(np.arange(output.size)).reshape(output.shape).astype(output.dtype)


def snapshot(value) -> list:
    """Return copies of the arrays in a value, and what else is in it by identity."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in snapshot(each)]
    if isinstance(value, (tuple, list)):
        return [len(value), *(leaf for each in value for leaf in snapshot(each))]
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiubcSU":
        return [np.array(value)]
    return []


def same(got: list, want: list, rtol: float) -> bool:
    """Return whether two lists of leaves are alike: of one shape, and within a tolerance of the largest entry or 1."""
    if len(got) != len(want):
        return False
    return all(_alike(a, b, rtol) for a, b in zip(got, want, strict=True))


def _alike(a, b, rtol: float) -> bool:
    if not isinstance(a, (np.ndarray, np.generic, int, float, complex)):
        return type(a) is type(b) and (a == b or not isinstance(a, str))
    a = np.asarray(a)
    b = np.asarray(b)
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fiubc" or b.dtype.kind not in "fiubc":
        return bool(np.all(a == b))
    finite = np.abs(b[np.isfinite(b)])
    scale = max(float(finite.max(initial=0.0)), 1.0)  # so that what rounding leaves of a 0 is no difference
    return bool(np.allclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True))
