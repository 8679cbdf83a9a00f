"""The exercises of the lesson on the gradient by layer.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    NotYetError,
    expect_array,
    expect_number,
    expect_two,
    is_missing,
    refuse_slips,
)
from ...kit.experiments.flow import CHOICES, flow
from ...kit.judging import counted
from ...kit.marks import grammar
from ...kit.words.phrases import verdict

KEPT = np.array([0.392, 0.278, 0.197, 0.139, 0.098])  # theory: what 10, 20, 40, 80 and 160 tanh layers keep
RATIOS = KEPT[1:] / KEPT[:-1]
NEAR_RATIO = 0.04  # what sixteen networks, 32 wide, may differ by
NEAR_EXPONENT = 0.07  # the same of the exponents of single doublings, as a share


def _exponent(given) -> str | None:
    per_doubling, exponent = expect_two(given, "the ratios and the exponent")
    if is_missing(per_doubling):
        return "per_doubling is still missing"
    _expect_ratios(expect_array(per_doubling, "per_doubling").astype(float))
    if is_missing(exponent):
        return "the ratios are right, and p is still missing; which power of 2 is the ratio?"
    return _judge_exponent(exponent)


def _expect_ratios(ratios) -> None:
    """Raise NotYetError unless these are the four ratios of neighbours."""
    near = dict(rtol=0, atol=NEAR_RATIO)
    wrong_ways = {
        "the ratios are upside down, because they say that the deeper network keeps more; put the deeper one on top": (
            1 / RATIOS
        ),
        "you have subtracted, and a share is found by a division": RATIOS * KEPT[:-1] - KEPT[:-1],
        "you have subtracted. A share is found by a division": KEPT[:-1] - KEPT[1:],
        "each is divided by the shallowest network; divide it by the network that is half as deep": KEPT[1:] / KEPT[0],
    }
    if ratios.size == len(KEPT):
        hint = "five numbers cannot all be ratios of neighbours, of which there are four; use kept[1:] and kept[:-1]"
        raise NotYetError(hint)
    if ratios.size != len(RATIOS):
        raise NotYetError(f"five depths have four doublings, and per_doubling has {counted(ratios.size, 'number')}")
    if not np.isfinite(ratios).all():
        raise NotYetError("per_doubling holds a number that is not finite, so something was divided by 0")
    ratios = ratios.ravel()
    if np.allclose(ratios, RATIOS, **near):
        return
    refuse_slips(ratios, wrong_ways, **near)
    raise NotYetError(
        "per_doubling is not what the network of 20 layers keeps, divided by what the network of 10 keeps"
    )


def _judge_exponent(exponent) -> str | None:
    """What there is to say to an exponent."""
    near = dict(rtol=NEAR_EXPONENT, atol=0)
    if isinstance(exponent, (list, tuple, np.ndarray)) and np.size(exponent) == len(RATIOS):
        return "the ratios are right. But p is one number for all doublings, so take the mean of the four"
    exponent = expect_number(exponent, "give the exponent as a number")
    right = np.log2(RATIOS.mean())
    slips = {
        "the size is right. But with a positive exponent the gradient would grow with depth": -right,
        "that is the ratio itself; the exponent is the power of 2 that equals it": RATIOS.mean(),
        "that is the natural logarithm of the ratio; the base should be 2, because the depth doubles": (
            np.log(RATIOS.mean())
        ),
        "that is the logarithm to the base 10; the base should be 2, because the depth doubles": (
            np.log10(RATIOS.mean())
        ),
        "an exponent of -1 would halve the gradient at each doubling, and the ratio is larger than a half": -1.0,
        "that is the change over all four doublings, or one over the exponent; look at one doubling": 4 * right,
    }
    if np.allclose(exponent, right, **near):
        return None
    refuse_slips(exponent, slips, **near)
    with np.errstate(all="ignore"):
        return f"2 to the power of {exponent:.3g} is {2**exponent:.3g}, and it should be the ratio"


CLAIMS = (  # what a claim is about, whether that is the first or the second of a pair, and what it says of the gradient
    ("ReLU", 0, "relu", "holds"),
    ("tanh", 0, "tanh", "vanishes"),
    ("He's weights", 1, "he_normal", "holds"),
)
KINDS = ("activation", "initialization")
ROWS = ("torch_linear", "xavier_normal", "he_normal", "orthogonal")  # of the table on the page
ACTIVATIONS = {grammar.look(name).label.lower(): name for name in CHOICES["activation"]}
SCHEMES = {grammar.title(name).lower(): name for name in ROWS}


def _refute(given) -> str | None:
    given = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(given, (list, tuple, np.ndarray)) or len(given) != len(CLAIMS):
        return "hand over three pairs in a list, one for each claim"
    for number, (claim, pair) in enumerate(zip(CLAIMS, given, strict=True), start=1):
        if why := _judge_pair(*claim, pair):
            return f"claim {number}: {why}"
    return None


def _judge_pair(about: str, place: int, name: str, said: str, pair) -> str | None:
    """What there is to say to a pair that should contradict the claim that the gradient of ``about`` is as ``said``."""
    if not isinstance(pair, (list, tuple, np.ndarray)) or len(pair) != 2:
        return "a pair has two names, of an activation and of an initialization"
    missing = [kind for kind, part in zip(KINDS, pair, strict=True) if is_missing(part)]
    if missing:
        return f"the {missing[0]} is still missing"
    activation, scheme = (_named(part, kind) for part, kind in zip(pair, KINDS, strict=True))
    if (activation, scheme)[place] != name:
        return f"it speaks of {about}, so this pair needs {name!r}"
    word = verdict(flow(activation=activation, scheme=scheme).ratio)
    if word != said:
        return None
    return f"with {activation!r} and {scheme!r} the gradient {word}, as the claim says; find a cell where it does not"


def _named(part, kind: str) -> str:
    """Return the name of an activation or of an initialization, which may also be given as the table writes it."""
    known = {"activation": ACTIVATIONS, "initialization": SCHEMES}
    text = part.strip().lower().replace("_", " ") if isinstance(part, str) else None
    for other, labels in known.items():
        names = labels | {name.replace("_", " "): name for name in labels.values()}
        if text in names and other == kind:
            return names[text]
        if text in names:
            raise NotYetError(f"the activation comes first in a pair, and {part!r} is an {other}")
    names = ", ".join(map(repr, known[kind].values()))
    raise NotYetError(f"{part!r} is no {kind} of the table, which has {names}")


EXERCISES = {
    "exponent": (_exponent, "what tanh keeps is proportional to depth to the power of -1/2, so 1 over its square root"),
    "refute": (_refute, "one cell is enough against each claim, because each of them leaves out half of the pair"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
