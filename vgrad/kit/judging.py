"""How a function that a learner has written is judged: on several cases, and by numbers that float32 can reach as well.

A case is one set of inputs. Several of them, with other shapes and settings, show whether a setting is written into the
function. Each call receives copies, so that a function which overwrites its inputs is found, and is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .compare import apart, close, find_slip
from .expect import Lent, NotYetError, expect_array, expect_function, is_missing
from .experiments.flow import FlowRecord, flow
from .slips import told

SYMBOLS = {"c", "h", "x", "y", "z", "dc", "dh", "dx", "dy", "dz"}


class Case(NamedTuple):
    """Inputs of a function that returns an output and a pullback, and what its pullback is to be tried with."""

    what: str  # in words, such as "alpha = 1.5"
    inputs: dict[str, Any]  # by name, in their order
    output: np.ndarray
    cotangents: tuple[np.ndarray, ...]


class Words(NamedTuple):
    """What a function's results are called."""

    output: str  # "y"
    formula: str  # of the output
    cotangent: str  # "dy"


def call(function: Callable[..., Any], **inputs: Any) -> Any:
    """Return what ``function`` makes of copies of ``inputs``, in this order; NotYetError if it has changed one."""
    return Lent(**inputs).to(function)


def expect_parts(given: Any, count: int, what: str) -> list[Any]:
    """Return ``given`` as a list of ``count`` things: a tuple, a list, an array or an iterator; else NotYetError."""
    if is_missing(given):
        raise NotYetError(f"it returns nothing yet; it should return {what}")
    if isinstance(given, (str, bytes, dict, set)) or not hasattr(given, "__iter__"):
        raise NotYetError(f"what it returns is one thing; it should return {what}")
    if isinstance(given, np.ndarray) and given.ndim == 0:
        raise NotYetError(f"what it returns is one number; it should return {what}")
    parts = list(given)
    if len(parts) != count and isinstance(given, np.ndarray):
        raise NotYetError(f"it returns one array, of shape {given.shape}; it should return {what}")
    if len(parts) != count:
        raise NotYetError(f"it returns {counted(len(parts), 'thing')}; it should return {what}")
    return parts


def expect_shaped(given: Any, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return ``given`` as an array of floats if it holds numbers and has this ``shape``; raise NotYetError if not."""
    array = expect_array(given, name)
    if array.shape != shape:
        raise NotYetError(f"{name} is there, but its shape is {array.shape}; it should be {shape}")
    return array.astype(float)


def named(names: list[str]) -> str:
    """Return "dz_i, dz_f and dz_o"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def counted(count: int, what: str) -> str:
    """Return "1 sample" or "2 samples"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def sentence(text: str) -> str:
    """Return ``text`` with a capital letter, unless it begins with a symbol such as dh."""
    word = text.split()[0]
    return text if word in SYMBOLS or not (word.isalpha() and word.islower()) else text[0].upper() + text[1:]


def too_few(**counts: tuple[int, int]) -> str | None:
    """Return which counts of a record are below what is asked for, or None.   counts : what=(given, least)."""
    short = {what: pair for what, pair in counts.items() if pair[0] < pair[1]}
    if not short:
        return None
    given = named([counted(count, what.removesuffix("s")) for what, (count, _) in short.items()])
    least = named([counted(least, what.removesuffix("s")) for what, (_, least) in short.items()])
    return f"with {given} the result is a matter of luck; take at least {least}"


def is_of_its_settings(record: FlowRecord) -> bool:
    """Return whether the first network's gradient is found again when the settings of a record are run anew.

    The first network is the same however many there are, so that a single one is run.
    """
    again = flow(**record.net._replace(seeds=1)._asdict())
    with np.errstate(divide="ignore"):
        same = record.dh.shape == (record.net.seeds, record.net.depth)
        return same and bool(np.allclose(np.log(record.dh[0]), np.log(again.dh[0]), atol=0.1))


def too_small(record: FlowRecord, *, units: int, networks: int, samples: int) -> str | None:
    """Return which counts of a record are below the least that is asked for, or None; and whose doing it is."""
    net = record.net
    if net.seeds < min(networks, record.seeds_asked):
        ran = f"only {net.seeds} of {counted(record.seeds_asked, 'network')} {'was' if net.seeds == 1 else 'were'} run"
        return (
            f"the net is of the right kind. But {ran}, because {net.depth} layers of {net.width} units with "
            f"{counted(net.batch, 'sample')} leave the work budget no room for more; make them narrower, or take fewer "
            f"samples"
        )
    few = too_few(units=(net.width, units), networks=(net.seeds, networks), samples=(net.batch, samples))
    return f"the net is of the right kind. But {few}" if few else None


# --- a function that returns an output and its pullback --------------------------------------------------------------

Judge = Callable[[Case, np.ndarray, Any], "str | None"]


def judge_pullback(
    function: Any, cases: list[Case], words: Words, slips: Callable[[Case], dict[str, Any]], judge: Judge
) -> str | None:
    """Return why a ``function`` that returns (output, pullback) is not right in one of the ``cases``, or None.

    slips : of the output of a case; judge : what there is to say to what the pullback returns of a cotangent.
    """
    expect_function(function)
    for case in cases:
        why = _first_reason(function, case, words, slips, judge)
        if why:
            return why if case is cases[0] else f"it is right in one example. In another, with {case.what}, {why}"
    if not _right_at_once(function, cases, words, slips, judge):
        return (
            "each call is right by itself. But after a second call the first pullback computes with the second call's "
            "numbers, so keep what a pullback needs inside of the function, and in no global name"
        )
    return None


def _right_at_once(function, cases: list[Case], words: Words, slips, judge: Judge) -> bool:
    """Whether pullbacks still are right after the function was called again."""
    try:
        runs = [_Run(function, case, words, slips) for case in cases]
        return not any(why for case, run in zip(cases, runs, strict=True) for why in _reasons(case, run, judge))
    except Exception:  # such as shapes of the last call's arrays
        return False


def _first_reason(function, case: Case, words: Words, slips, judge: Judge) -> str | None:
    try:
        return next(_reasons(case, _Run(function, case, words, slips), judge), None)
    except NotYetError as hint:
        return str(hint)
    except ValueError as problem:
        if "matmul" not in str(problem) or "W" not in case.inputs:
            return f"your code was run, and it stopped: {told(problem)}"
        return (
            "two shapes do not fit in a matrix product. Samples are rows, so that W, or its transpose, comes last in a "
            "product with them"
        )


class _Run:
    """One call of the function, and its pullback, which may be called more than once."""

    def __init__(self, function, case: Case, words: Words, slips):
        what = f"{words.output} and the function pullback"
        self.case, self.words = case, words
        self.lent = Lent(**case.inputs)
        output, self.pullback = expect_parts(self.lent.to(function), 2, what)
        if not callable(self.pullback):
            raise NotYetError(f"the second of what it returns is no function; it should return {what}")
        self.output = output
        self.before = expect_shaped(output, words.output, case.output.shape)
        if not close(self.before, case.output):
            told = apart(words.output, self.before, case.output)
            hint = find_slip(self.before, slips(case)) or f"{told}, which is {words.formula}"
            raise NotYetError(hint)

    def back(self, cotangent: np.ndarray) -> Any:
        """What the pullback returns of a copy of the cotangent, if it leaves all that there was as it was."""
        result = call(self.pullback, **{self.words.cotangent: cotangent})
        self.lent.look()
        if not np.array_equal(self.before, np.asarray(self.output, float)):
            raise NotYetError(f"the pullback has changed {self.words.output}, which was returned before; copy it first")
        return result


def _reasons(case: Case, run: _Run, judge: Judge) -> Iterator[str]:
    """What is wrong with the pullback of a case, whose output is right."""
    for cotangent in case.cotangents:
        result = run.back(cotangent)
        try:
            why = judge(case, cotangent, result)
        except NotYetError as hint:
            why = str(hint)
        if why:
            yield f"{run.words.output} is right. {sentence(why)}"
