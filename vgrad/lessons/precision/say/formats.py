"""What is said of a number in three formats."""

from __future__ import annotations

import math

from ....kit.marks import grammar
from ....kit.words.phrases import lines
from ..records import FORMATS, BitsRecord, Word


def bits_sentence(record: BitsRecord) -> str:
    """Say what each format stores of a number, and how far that is from it."""
    parts = [f"{word.format} stores {value(word.value)}{_off(record.number, word.value)}" for word in record.words]
    told = f"{', '.join(parts[:-1])}, and {parts[-1]}."
    each = (f"{kind.exponent} and {kind.fraction} in {kind.name}" for kind in FORMATS.values())
    return lines(f"Of {value(record.number)}, {told}", f"Bits of exponent and fraction: {', '.join(each)}.")


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


def _off(number: float, stored: float) -> str:
    """How far what is stored is from the number, relative to it."""
    if not (math.isfinite(number) and math.isfinite(stored)) or number == stored:
        return ""
    return f" ({grammar.number(abs(stored / number - 1))} off)"
