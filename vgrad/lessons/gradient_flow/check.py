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
    expect_record,
    expect_two,
    is_missing,
    refuse_slips,
)
from ...kit.judging import counted

KEPT = np.array([0.392, 0.278, 0.197, 0.139, 0.098])  # theory: what 10, 20, 40, 80 and 160 tanh layers keep
RATIOS = KEPT[1:] / KEPT[:-1]
NEAR_RATIO, NEAR_EXPONENT = 0.04, 0.06  # what sixteen networks, 32 wide, may differ by


def _exponent(given) -> str | None:
    per_doubling, exponent = expect_two(given, "the ratios and the exponent")
    if is_missing(per_doubling):
        return "per_doubling is still missing"
    _expect_ratios(expect_array(per_doubling, "per_doubling").astype(float))
    if is_missing(exponent):
        return "the ratios are right, and exponent is still missing; which power of 2 is the ratio?"
    return _judge_exponent(exponent)


def _expect_ratios(ratios) -> None:
    """Raise NotYetError unless these are the four ratios of neighbours, or one number in their place."""
    near = dict(rtol=0, atol=NEAR_RATIO)
    one = ratios.size == 1
    wrong_ways = {
        "the ratios are upside down, because they say that the deeper net keeps more; put the deeper net on top": (
            1 / RATIOS
        ),
        "you have subtracted, and a share is found by a division": RATIOS * KEPT[:-1] - KEPT[:-1],
        "you have subtracted. A share is found by a division": KEPT[:-1] - KEPT[1:],
        "each is divided by the shallowest net; divide it by the net that is half as deep": KEPT[1:] / KEPT[0],
    }
    if ratios.size == len(KEPT):
        hint = "five numbers cannot all be ratios of neighbours, of which there are four; use kept[1:] and kept[:-1]"
        raise NotYetError(hint)
    if not one and ratios.size != len(RATIOS):
        raise NotYetError(f"five depths have four doublings, and per_doubling has {counted(ratios.size, 'number')}")
    if not np.isfinite(ratios).all():
        raise NotYetError("per_doubling holds a number that is not finite, so something was divided by 0")
    if np.allclose(ratios, RATIOS.mean() if one else RATIOS, **near):
        return
    refuse_slips(ratios, {hint: way.mean() if one else way for hint, way in wrong_ways.items()}, **near)
    raise NotYetError("per_doubling is not what the net of 20 layers keeps, divided by what the net of 10 keeps")


def _judge_exponent(exponent) -> str | None:
    """What there is to say to an exponent, which may also be given once for each doubling."""
    near = dict(rtol=0, atol=NEAR_EXPONENT)
    if not (isinstance(exponent, (list, tuple, np.ndarray)) and np.size(exponent) == len(RATIOS)):
        exponent = expect_number(exponent, "give the exponent as a number")
    exponent = np.asarray(exponent, float)
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
    if not np.isfinite(exponent).all():
        return "the exponent is not finite; take the logarithm of a ratio that is larger than 0"
    if np.allclose(exponent, right, **near):
        return None
    refuse_slips(exponent, slips, **near)
    with np.errstate(all="ignore"):
        return f"2 to the power of {exponent.mean():.3g} is {2 ** exponent.mean():.3g}, and it should be the ratio"


def _hold_sigmoid(record) -> str | None:
    expect_record(record, "the whole record that flow returns, not a number of it", "net", "ratio")
    net = record.net
    if (net.activation, net.depth) != ("sigmoid", 30):
        return f"the net asked for has 30 sigmoid layers, and yours has {counted(net.depth, f'{net.activation} layer')}"
    added = [words for words, there in (("a norm", net.norm), ("skip connections", net.skip)) if there]
    if added:
        return f"{' and '.join(added)} may well hold a gradient, but here the gain alone should do it; leave the rest"
    if net.sigma_b:
        return "biases shift z and change the slopes; here the gain alone should do it, so leave sigma_b out"
    if net.width < 16 or net.seeds < 5:
        return f"with width {net.width} and seeds {net.seeds} it is a matter of luck; take 5 or more, 16 wide or more"
    decades = np.log10(record.ratio) if record.ratio > 0 else -np.inf
    if abs(decades) < 1:
        return None
    if decades == -np.inf:
        return f"at gain {net.gain:g} nothing at all reaches the first layer, so more gain is needed"
    if net.gain == 1 and decades < 0:
        return f"it loses {-decades:.1f} decades, as before, so more gain is needed"
    way, turn = ("loses", "more") if decades < 0 else ("gains", "less")
    return f"at gain {net.gain:g} it {way} {abs(decades):.1f} decades, so {turn} gain is needed"


EXERCISES = {
    "exponent": (_exponent, "what tanh keeps is proportional to depth to the power of -1/2, so 1 over its square root"),
    "hold_sigmoid": (
        _hold_sigmoid,
        "no slope is larger than 1/4, and yet the gradient reaches the first layer, because the weights are large",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
