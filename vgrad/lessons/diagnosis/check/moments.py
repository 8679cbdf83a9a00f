"""The exercise on the verdict during training, from three norms."""

from __future__ import annotations

from ....kit.exercises import NotYetError, expect_function
from ....kit.expect import is_missing
from ....kit.judging import call, counted
from ....kit.slips import told

ASKED = ("first_dlogits", "dlogits", "dh_1")
STATES = ("converged", "vanished", "neither")
MOMENTS = {  # what is given, the norms ASKED, and the word for it
    "a tanh network at its start": ((0.096, 0.096, 0.065), "neither"),
    "a network of ten sigmoid layers": ((0.097, 0.095, 2.9e-7), "vanished"),
    "a tanh network after 1000 steps": ((0.096, 1.2e-4, 4.7e-4), "converged"),
    "a network that has begun to learn": ((0.096, 0.033, 0.092), "neither"),
    "a network of four sigmoid layers, before it learns": ((0.097, 0.095, 1.6e-3), "neither"),
    "a network of four sigmoid layers, after it has learned": ((0.097, 8.9e-3, 0.125), "converged"),
    "a network whose loss is a mean over a million samples": ((9.6e-7, 9.5e-7, 6.0e-7), "neither"),
    "a network whose loss is a sum, and which has lost its gradient": ((970.0, 950.0, 0.0029), "vanished"),
    "a network that has learned without its first layer": ((0.096, 0.002, 1e-8), "converged"),
    "a network without any error": ((0.096, 0.0, 0.0), "converged"),
    "a network whose first layer receives nothing": ((0.096, 0.095, 0.0), "vanished"),
    "a network whose numbers are all tiny": ((1e-12, 9e-13, 5e-13), "neither"),
    "a network just above a quarter of its error": ((0.096, 0.0245, 0.031), "neither"),
    "a network just below a quarter of its error": ((0.096, 0.0235, 0.031), "converged"),
    "a network that hands back just over a thousandth": ((0.096, 0.048, 4.9e-5), "neither"),
    "a network that hands back just under a thousandth": ((0.096, 0.048, 4.7e-5), "vanished"),
    "a network whose error has grown, and little of it arrives": ((0.096, 0.192, 1.88e-4), "vanished"),
    "a network whose error has grown, and enough of it arrives": ((0.096, 0.192, 1.96e-4), "neither"),
}


def state(function) -> str | None:
    """The verdict during training, from three norms: converged, vanished, or neither."""
    verdict = expect_function(function, ", state")
    given = {}
    for name, (norms, right) in MOMENTS.items():
        try:
            given[name] = _word(call(verdict, **dict(zip(ASKED, norms, strict=True))))
        except ArithmeticError as problem:
            return f"{_while_it_runs(norms)}. For {name} your code stops: {told(problem)}"
        if given[name] != right:
            return _wrong_state(name, norms, given[name], right, fine=len(given) - 1)
    return None


def _while_it_runs(norms) -> str:
    zero = next((name for name, norm in zip(ASKED, norms, strict=True) if norm == 0), None)
    return f"what is above 0 is judged rightly, but {zero} may be exactly 0" if zero else "the call is right"


def _word(given) -> str:
    """One of the three words; NotYetError says so if it is another thing."""
    if is_missing(given):
        raise NotYetError("it returns nothing yet for one of its cases. Let it return a word in each of them")
    word = str(given).strip().lower()
    if not isinstance(given, str) or word not in STATES:
        said = f"'{given}'" if isinstance(given, str) else f"{given!r}"
        raise NotYetError(f"it returns {said}, and the three words are 'converged', 'vanished' and 'neither'")
    return word


def _wrong_state(name: str, norms, given: str, right: str, fine: int) -> str:
    """What is right about the function, and the step that goes wrong in this case."""
    first, now, dh = norms
    left = now / first
    begin = f"{counted(fine, 'case')} {'is' if fine == 1 else 'are'} right. " if fine else "each case gets a word. "
    reaching = f"‖dh_1‖ is {dh / now:.3g} times ‖dlogits‖" if now else "‖dlogits‖ is 0"
    facts = f"In {name}, {left:.3g} of the error is left, and {reaching}. So it is {right}, and yours says {given}. "
    return begin + facts + _step(given, right)


def _step(given: str, right: str) -> str:
    if right == "converged" and given == "vanished":
        return "Ask first how much of the error is left, because then a small gradient is good news"
    if "converged" in (right, given):
        return (
            "A network has converged if dlogits is less than a quarter of what it was, so divide it by first_dlogits, "
            "and compare the quotient with 1/4"
        )
    return (
        "The gradient has vanished if dh_1 is less than a thousandth of dlogits as it is now, so divide one by the "
        "other, and compare the quotient with 1/1000"
    )
