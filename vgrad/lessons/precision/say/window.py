"""What is said of the entries of a gradient in a format: what becomes of them, and where float64 finds them."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines
from ..records import KINDS, WINDOWS

LABELS = {"zero": "becomes 0", "subnormal": "subnormal", "fine": "fine", "infinite": "infinite or NaN"}
WORDS = {"zero": "0", "subnormal": "subnormal", "fine": "fine", "infinite": "infinite or NaN"}  # of an alt text
COUNTED = (
    "The entries are counted before the gradient is divided by the loss scale. "
    "An entry that is 0 in float64 too is not counted."
)
BAND = "The lower picture has the same gradient in float64, and its band holds the middle 80 % of the entries."
LIFTED = "But rounding at each step lifts most entries there above it."
FEW_DIGITS = "A subnormal number lies so close to 0 that it has fewer digits than the others."
ON_THE_WAY = "Because the format rounds at each step, an entry near an end of its range may be kept or lost."


def window_sentence(record) -> str:
    """What becomes of the entries, which networks they are, and where the typical entry of the first layer lies."""
    if not record.counts.any():
        return lines(f"Every entry of {record.quantity} is 0 in float64 too, so no format can keep it.", _nets(record))
    return lines(_becomes(record), _nets(record), [BAND, _lies(record), ON_THE_WAY, FEW_DIGITS, COUNTED])


def _becomes(record) -> str:
    """What the format makes of all entries together."""
    zero, subnormal, _, infinite = record.all_shares
    start = f"At loss scale {power_of_two(record.scale)},"
    entries, entry = f"of the entries of {record.quantity}", f"entry of {record.quantity}"
    few = f"and {percent(subnormal)} are subnormal"
    if not record.forward:
        return f"The forward pass itself overflows in {record.precision}, so no loss scale helps."
    if infinite == 1:
        return f"{start} every {entry} becomes infinite or NaN in {record.precision}, so this step is skipped."
    if infinite and zero:
        return f"{start} {percent(zero)} {entries} become 0, and {percent(infinite)} become infinite or NaN."
    if infinite:
        return f"{start} {percent(infinite)} {entries} become infinite or NaN, so this step is skipped."
    if zero == 1:
        return f"{start} every {entry} becomes 0 in {record.precision}, so no weight moves."
    if zero:
        return f"{start} {percent(zero)} {entries} become 0 in {record.precision}, {few}."
    if subnormal:
        return f"{start} no {entry} becomes 0 in {record.precision}, {few}."
    return f"{start} every {entry} is fine in {record.precision}."


def _lies(record) -> str:
    """Where float64 finds the median entry of the first layer in the window of the format."""
    window = WINDOWS[record.precision]
    if np.isnan(record.bits[1, 0]):
        return ""
    whole = int(np.floor(record.bits[1, 0]))
    start = f"The median entry at layer 1 is about {power_of_two(whole)} in float64,"
    half = power_of_two(window.smallest - 1)
    if whole < window.smallest - 1:
        below = f"{start} below {half}, half of {record.precision}'s smallest number."
        return f"{below} {LIFTED}" if record.shares[0, 0] < 0.5 else below
    if whole < window.normal:
        return f"{start} where {record.precision} has only subnormal numbers."
    if whole >= window.beyond:
        return f"{start} beyond {record.precision}'s largest number."
    return f"{start} where {record.precision} has all its digits."


def _nets(record) -> str:
    """Which networks were measured."""
    nets = f"{grammar.count(record.seeds, 'network')} of {grammar.count(record.depth, 'layer')}"
    kind = f"{grammar.look(record.activation).label}, width {record.width}, Xavier × {record.gain:.3g}"
    return f"{nets}: {kind}, {grammar.count(record.batch, 'digit')}, loss factor {power_of_two(record.factor)}."


def window_alt(record) -> str:
    """The picture in words: the shares of some layers, and the median sizes against the window."""
    window = WINDOWS[record.precision]
    layers = five(1, record.depth + 1)
    said = "; ".join(f"{_layer(record, k)}: {_shares(record.shares[:, k - 1])}" for k in layers)
    sizes = ", ".join(f"{_size(record.bits[1, k - 1])} at {_layer(record, k)}" for k in layers)
    ends = ", ".join(f"{power_of_two(end)} ({name})" for end, name in zip(window, ENDS, strict=True))
    return (
        f"Columns for the entries of {record.quantity} in {record.precision}. {said}. Beneath them, the median size of "
        f"the entries in float64 is {sizes}. The window of {record.precision}: {ends}."
    )


ENDS = ("the smallest number", "the smallest with all digits", "the first power of two that is too large")


def _layer(record, k: int) -> str:
    return f"layer {k}" if k <= record.depth else "the output"


def _shares(shares) -> str:
    """The kinds that a layer's entries are of."""
    if np.isnan(shares).any():
        return "all are 0 in float64 too"
    return ", ".join(f"{percent(share)} {WORDS[kind]}" for share, kind in zip(shares, KINDS, strict=True) if share)


def _size(bits: float) -> str:
    return "0" if np.isnan(bits) else f"about {power_of_two(int(np.floor(bits)))}"


def percent(share: float) -> str:
    """Return a share above 0 in whole per cent: "100 %" only where it is all."""
    if share < 0.01:
        return "less than 1 %"
    return f"{100 * share:.0f} %" if share == 1 or share < 0.995 else "more than 99 %"


def power_of_two(exponent: int) -> str:
    """Return 2 to a whole power as people write it: "2⁻²⁰", and "1" of the power 0."""
    return f"2{str(exponent).translate(grammar.RAISED)}" if exponent else "1"
