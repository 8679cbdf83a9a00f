"""What is said of a number in three formats."""

from __future__ import annotations

import math

from ....kit.marks import grammar
from ..records import FORMATS, BitsRecord, Word


def bits_sentence(record: BitsRecord) -> str:
    """Say what each format stores of a number."""
    first, *others, last = record.words
    between = "".join(f", {word.format} as {value(word.value)}" for word in others)
    told = f"{first.format} stores {value(record.number)} as {value(first.value)}{between}"
    return f"{told} and {last.format} as {value(last.value)}."


def bits_alt(record: BitsRecord) -> str:
    """Say in words what is drawn: the bits of the number in each format."""
    rows = (f"{word.format} {word.sign} {word.exponent} {word.fraction}" for word in record.words)
    return f"A row of bits for each format, as sign, exponent and fraction: {'; '.join(rows)}."


def value(number: float) -> str:
    """Return a number with four significant digits; what is not finite by its name."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "-inf" if number < 0 else "inf"
    return f"{number:.4g}"


def exponent_label(word: Word) -> str:
    """Return what the exponent bits mean, such as "e = 11, so 2^-4"."""
    kind, e = FORMATS[word.format], int(word.exponent, 2)
    if e == 2**kind.exponent - 1:
        return f"e = {e}: inf or NaN"
    power = str(max(e, 1) - kind.bias).translate(grammar.RAISED)
    return f"e = {e}, so times 2{power}" if e else f"e = 0: subnormal, times 2{power}"
