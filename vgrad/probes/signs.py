"""The signs by which a network's trouble is known: a number, its limit, and what it means in words.

The gravity of a sign is 1 at its limit and more beyond it. From WATCH of it on, a sign is worth a look. Some signs
never reach their limit, because patience or another optimizer may help. Each sentence ends with what to try next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from .measures import Measures

WATCH = 0.6  # of a limit
LOST = 2.0  # decades between the largest and the smallest ‖dh_k‖
ALIKE = -2.0  # the signal fraction at which inputs differ by a hundredth of their size
HIGH_LOSS = 30.0  # times the loss of a guess
DEAD = 0.9  # of the units of a layer
MANY_DEAD = 0.5  # of them; above it, the report says so
FLAT = 0.95  # of the slopes in the median layer
BROKEN = 0.6  # of the numbers of a layer's dh
FEW = 0.5  # of the directions that the classes need
FAINT = 0.02  # times the outputs' cotangent: the largest relative gradient of any layer
CURABLE = 0.99  # the most that a sign weighs which patience or another optimizer may cure
EQUAL = 0.5  # of the units of a layer
FADED = 1.0  # decades of dW that are worth a word


class Sign(NamedTuple):
    """One sign of trouble."""

    name: str
    gravity: Callable[[Measures], float]
    told: Callable[[Measures], str]
    explains: tuple[str, ...] = ()  # signs that follow from it, and are not told beside it


def _of_spread(m: Measures) -> float:
    return m.range / LOST if math.isfinite(m.range) else math.inf


def _of_signal(m: Measures) -> float:
    return math.inf if math.isnan(m.signal) else m.signal / ALIKE


def _of_loss(m: Measures) -> float:
    """0 at the loss of a guess or below it, and where the loss is not known."""
    return math.log(m.loss) / math.log(HIGH_LOSS) if m.loss > 1 else 0.0


def _of_directions(m: Measures) -> float:
    if not m.directions_needed > 0:
        return 0.0
    return min(FEW * m.directions_needed / m.directions, CURABLE) if m.directions else math.inf


def _of_faint(m: Measures) -> float:
    if not 0 < m.largest_step < 1:
        return 0.0
    return min(math.log(m.largest_step) / math.log(FAINT), CURABLE)


def _beyond(share: float, start: float, limit: float) -> float:
    """0 up to ``start``, and 1 at the limit."""
    return max(share - start, 0.0) / (limit - start)


def _gradient(m: Measures) -> str:
    if not math.isfinite(m.range):
        return _broken_gradient(m)
    if m.range >= FADED > abs(m.decades):
        return (
            f"The gradient arrives, but between the layers its size changes by 10^{m.range:.1f}. "
            "Look for a layer whose weights are much larger or smaller than the others'."
        )
    told = f"since dh at the first layer is 10^{m.decades:.1f} of what it is at the last"
    if abs(m.decades) < FADED:
        return f"The gradient arrives, {told}."
    if m.decades < 0:
        return (
            f"The gradient vanishes, {told}. Try initial weights that fit the activation, a norm, or skip connections."
        )
    return (
        f"The gradient explodes, {told}. "
        "Try initial weights that fit the activation, or branches that are scaled by 1/depth."
    )


def _broken_gradient(m: Measures) -> str:
    if m.decades == -math.inf:
        return (
            "The gradient is exactly 0 at the first layer, so nothing can be learned there. "
            "Look for dead units, or for numbers that are too small for this precision."
        )
    return (
        "The gradient is exactly 0, or no longer finite, in some layer, so nothing can be learned behind it. "
        "Try smaller weights, or a precision with a wider range."
    )


def _signal(m: Measures) -> str:
    if math.isnan(m.signal):
        return (
            "The last layer puts out nothing but zeros, or numbers that are not finite, so there is no signal. "
            "Find the first layer where this is so."
        )
    share = 10**m.signal
    told = f"{share:.1%}" if share > 1e-3 else "less than 0.1%"
    return (
        f"All inputs have become nearly alike, because at the last layer they differ by {told} of their size. "
        "Try biases of 0, fewer layers, a batch norm, or skip connections."
    )


def _loss(m: Measures) -> str:
    if m.loss == math.inf:
        return (
            "The loss is no longer a finite number. "
            "Find the first layer whose numbers are not finite, and try smaller inputs or weights."
        )
    return (
        f"The loss is {m.loss:.3g} times that of a network that only guesses, because the outputs are far too large. "
        "Try inputs of mean 0 and size 1, and a smaller readout."
    )


def _directions(m: Measures) -> str:
    directions = "one direction" if m.directions == 1 else f"{m.directions:.0f} directions"
    return (
        f"At the last layer the samples differ in {directions}, and {m.directions_needed:.0f} are needed to tell the "
        "classes apart. Try wider or fewer layers, or weights that are drawn at random."
    )


def _faint(m: Measures) -> str:
    return (
        f"Even where it is largest beside the weights, a layer's gradient is only {m.largest_step:.1g} of them for "
        "each unit of the outputs' cotangent, so learning is slow. Try larger inputs, weights that fit the "
        "activation, or Adam."
    )


def _dead(m: Measures) -> str:
    return (
        f"In some layer {m.dead:.0%} of the units are dead, because they pass nothing on for any sample. "
        "Try larger biases, weights of mean 0, or an activation with a slope on both sides."
    )


def _flat(m: Measures) -> str:
    return (
        f"In half of the layers {m.flat:.0%} or more of the slopes are flat, because their units are saturated. "
        "Try smaller weights or smaller inputs."
    )


def _broken(m: Measures) -> str:
    return (
        f"In some layer {m.broken:.0%} of dh is 0, subnormal or not finite. "
        "Try a scaled loss, or a precision with a wider range."
    )


def _copies(m: Measures) -> str:
    return (
        f"In some layer {m.copies:.0%} of the units are copies of another unit, and they receive the same gradient, "
        "so that training cannot tell them apart. Draw the first weights at random."
    )


FROM_DEAD = ("signal", "copies", "flat", "broken", "directions", "faint")
SIGNS = (  # those that explain others come first
    Sign("spread", _of_spread, _gradient, ("faint",)),
    Sign("dead", lambda m: _beyond(m.dead, MANY_DEAD, DEAD), _dead, FROM_DEAD),
    Sign("loss", _of_loss, _loss),
    Sign("signal", _of_signal, _signal, ("copies", "directions", "faint")),
    Sign("copies", lambda m: _beyond(m.copies, 0.0, EQUAL), _copies, ("directions", "faint")),
    Sign("flat", lambda m: _beyond(m.flat, 0.5, FLAT), _flat),
    Sign("broken", lambda m: m.broken / BROKEN, _broken, ("faint",)),
    Sign("directions", _of_directions, _directions),
    Sign("faint", _of_faint, _faint),
)
