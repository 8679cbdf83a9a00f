"""A slip of the finger, in words: what stopped a learner's code, and where.

``told`` says it of an exception. ``watch`` asks IPython, where it runs, to show that instead of a traceback when the
cell of an exercise stops before its check is reached. Every other cell, and every exception that does not come out of
what the learner typed, keeps Python's own traceback.
"""

from __future__ import annotations

import builtins
import difflib
import linecache
import re
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any
from weakref import WeakSet

EXERCISE = "check.answer("  # a cell with this call is an exercise's
SLIPS = (
    SyntaxError, NameError, AttributeError, TypeError, ValueError, ZeroDivisionError, OverflowError, LookupError,
)  # fmt: skip


def told(problem: BaseException) -> str:
    """Return what stopped the code and in which line of the learner's, as sentences."""
    if isinstance(problem, SyntaxError):
        return _told_of_syntax(problem)
    frame, number = _where(problem.__traceback__)
    line = linecache.getline(frame.f_code.co_filename, number).strip() if frame else ""
    kinds = [kind.__name__ for kind in type(problem).__mro__]
    words = next((_WORDS[kind] for kind in kinds if kind in _WORDS), _told_plainly)(problem, line)
    if not line:
        return words
    return f"{words}{'' if words.endswith('?') else '.'} This happened in line {number}:  {line}"


# --- what the words are -----------------------------------------------------------------------------------------------


def _told_plainly(problem: BaseException, line: str) -> str:
    return f"Python says {type(problem).__name__}: {problem}"


def _told_of_name(problem: Any, line: str) -> str:
    if isinstance(problem, UnboundLocalError):
        return f"{_plain(problem)}; give it a value earlier in the function"
    name = getattr(problem, "name", None) or "?"
    return f"the name {name} is not known{_suggestion(name, _names(problem.__traceback__), _RUN_IT)}"


_RUN_IT = "; if another cell defines it, run that cell first, and see that it ends without an error"


def _told_of_attribute(problem: Any, line: str) -> str:
    said = re.search(r"'([\w.]+)'(?: object)? has no attribute '(\w+)'", str(problem))
    if not said:
        return _told_plainly(problem, line)
    owner, name = said.groups()
    if owner == "NoneType":
        return f"None has no {name}: a function that should have returned something returned nothing"
    known = dir(getattr(problem, "obj", None) or sys.modules.get(owner))
    article = "" if "module" in str(problem) else "a "
    return f"{article}{owner} has no {name}{_suggestion(name, known, '')}"


def _told_of_type(problem: Any, line: str) -> str:
    said = str(problem)
    if re.search(r"for \^=?:|ufunc 'bitwise_xor'", said):
        power = re.search(r"([\w.]+)\s*\^\s*([\w.]+)", line)
        so = f", so write {power[1]}**{power[2]}" if power else ""
        return f"^ is Python's exclusive or, and a power is written **{so}"
    if "ellipsis" in said:
        return "three dots still hold the place of something that you are to fill in"
    called = re.search(r"'(int|float|tuple|str|numpy\.\w+)' object is not callable", said)
    if called:
        return f"a bracket directly after a {called[1]} calls it like a function, and a product needs its *"
    if re.search(r"only (?:0-dimensional|length-1|size-1) arrays", said):
        return "a function that takes one number was given an array, which NumPy's functions (np.log10) take"
    if "NoneType" in said:
        return f"something here is None, because a function returned nothing ({said})"
    if re.search(r"positional argument|required keyword|unexpected keyword", said):
        return f"a function was called with other arguments than it takes, because {_first_lower(said)}"
    return _told_plainly(problem, line)


def _told_of_value(problem: Any, line: str) -> str:
    if "allowed is" in str(problem):
        return _plain(problem)
    for pattern, words in _SHAPES.items():
        if shapes := re.search(pattern, str(problem)):
            return words.format(*shapes.groups())
    return _told_plainly(problem, line)


_SHAPES = {  # a pattern in NumPy's message -> words, which may name its groups
    r"broadcast together with shapes (\(.*?\)) (\(.*?\))": "the shapes {0} and {1} do not fit together entry by entry",
    r"array from shape (\(.*?\)) into shape (\(.*?\))": "an array of shape {0} does not fit into one of shape {1}",
    r"matmul: .*enough dimensions": "@ multiplies arrays, and one of the two is a single number",
    r"matmul: .*size (\d+) is different from (\d+)": (
        "in a matrix product @, the first has {1} columns and the second has {0} rows, which do not fit"
    ),
}


_WORDS: dict[str, Callable[[Any, str], str]] = {
    "NameError": _told_of_name,
    "UnboundLocalError": _told_of_name,
    "AttributeError": _told_of_attribute,
    "TypeError": _told_of_type,
    "ValueError": _told_of_value,
    "ZeroDivisionError": lambda problem, line: "something is divided by 0",
}


def _plain(problem: BaseException) -> str:
    return str(problem).rstrip(".")


def _first_lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _suggestion(name: str, known: Any, otherwise: str) -> str:
    near = difflib.get_close_matches(name, [each for each in known if not each.startswith("_")], n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else otherwise


def _names(traceback: TracebackType | None) -> set[str]:
    """The names that were known where the exception was raised."""
    frame = _innermost(traceback)
    return set(dir(builtins)) | (set(frame.f_locals) | set(frame.f_globals) if frame else set())


def _where(traceback: TracebackType | None) -> tuple[FrameType | None, int]:
    """The innermost frame of what was typed into a cell, and the number of its line."""
    found = None, 0
    while traceback:
        if traceback.tb_frame.f_globals.get("__name__") == "__main__":
            found = traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


# --- what Python cannot read ------------------------------------------------------------------------------------------

_READ = {  # a pattern in Python's message -> words, which may name its groups
    r"'(.)' was never closed": "a bracket {0} was opened and not closed",
    r"unmatched '(.)'": "a bracket {0} is closed that was not opened",
    r"closing parenthesis '(.)' does not match opening parenthesis '(.)'": "a bracket {1} is closed by a {0}",
    r"unterminated .*string literal": "a text has quotes at one end only",
    r"expected ':'": "a colon is missing at the end of the line",
    r"expected an indented block": "the line after a colon has to be indented",
    r"unexpected indent": "the line is indented, and nothing before it asks for that",
    r"unindent does not match": "the line is indented by another number of spaces than the lines that it belongs to",
    r"inconsistent use of tabs": "tabs and spaces are mixed at the start of the line",
    r"invalid decimal literal": "a number and a name stand side by side, and a product needs its *",
    r"invalid (?:non-printable )?character '?(.*?)'? \(U\+\w+\)|character (U\+\w+)": (
        "the character {0} is none of Python's (− is typed -, × is *, ² is **2, and quotes are straight)"
    ),
    r"cannot assign to|Maybe you meant '=='": "the left side of = has to be one name",
    r"object is not callable": "a bracket directly after a number calls it like a function, and a product needs its *",
    r"Perhaps you forgot a comma": "a comma, or a * of a product, is missing between two things",
    r"'return' outside function": "return belongs inside a function, so the line has to be indented under its def",
    r"leading zeros": "a whole number may not begin with 0, and a decimal one needs its point",
}  # fmt: skip


def _told_of_syntax(problem: SyntaxError) -> str:
    said = problem.msg or "invalid syntax"
    line = (problem.text or "").strip()
    place = f", in line {problem.lineno}:  {line}" if line else ""
    for pattern, words in _READ.items():
        found = re.search(pattern, said)
        if found:
            return words.format(*(group or "" for group in found.groups())) + place
    if line.endswith("="):
        return f"nothing stands to the right of ={place}"
    return f"Python cannot read this ({said}){place}"


# --- in a notebook ----------------------------------------------------------------------------------------------------

_watched: WeakSet = WeakSet()


def watch(card: Callable[[str], Any]) -> None:
    """Let IPython, if it runs, answer a slip in the cell of an exercise by what ``card`` makes of the words.

    The handler is in place only while such a cell runs, and not at all where somebody has set another one.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or shell in _watched:
        return
    _watched.add(shell)

    def before(info: Any) -> None:
        if EXERCISE in (info.raw_cell or "") and not shell.custom_exceptions:
            shell.set_custom_exc(SLIPS, lambda shell, *raised, tb_offset=None: _answer(shell, raised, card))

    def after(result: Any) -> None:
        if shell.custom_exceptions is SLIPS:
            shell.set_custom_exc((), None)
            unread = result.error_before_exec  # what IPython itself stumbles over does not come to the handler
            if isinstance(unread, SyntaxError) and not getattr(unread, "vgrad_answered", False):
                _publish(shell, unread, card)

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)


def _answer(shell: Any, raised: tuple, card: Callable[[str], Any]) -> None:
    """Show the card; or Python's own report, where the exception does not come out of what was typed."""
    _, problem, _ = raised
    if is_slip(problem):
        sys.last_type, sys.last_value, sys.last_traceback = raised  # for %tb and %debug
        _publish(shell, problem, card)
    else:
        shell.set_custom_exc((), None)
        shell.showtraceback(raised, running_compiled_code=True)


def _publish(shell: Any, problem: Any, card: Callable[[str], Any]) -> None:
    problem.vgrad_answered = True
    data, metadata = shell.display_formatter.format(card(f"not yet: {told(problem)}"))
    shell.display_pub.publish(data=data, metadata=metadata)


def is_slip(problem: BaseException) -> bool:
    """Return whether an exception comes out of what was typed, or was raised by a guard that says what is allowed."""
    frame, number = _where(problem.__traceback__)
    if isinstance(problem, SyntaxError):
        return frame is None
    called = re.match(r"(?:[\w.<>]+\.)?(\w+)\(\) (?:got|missing|takes)", str(problem))
    if called and isinstance(problem, TypeError) and frame:  # a call that does not fit is raised where it is made
        return f"{called[1]}(" in linecache.getline(frame.f_code.co_filename, number)
    raised_in = _innermost(problem.__traceback__)
    return raised_in is not None and raised_in.f_globals.get("__name__") in ("__main__", "vgrad.require")


def _innermost(traceback: TracebackType | None) -> FrameType | None:
    """The frame that raised, where a module's or an object's own ``__getattr__`` counts as whoever asked it."""
    frame = None
    while traceback:
        if traceback.tb_frame.f_code.co_name != "__getattr__":
            frame = traceback.tb_frame
        traceback = traceback.tb_next
    return frame
