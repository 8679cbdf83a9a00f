"""The bits of a number in float16, bfloat16 and float32."""

from __future__ import annotations

import numpy as np

from ....ops.rounding import bfloat16
from ....require import Scalar, guarded
from ..records import FORMATS, BitsRecord, Format, Word


@guarded
def bits(number: Scalar) -> BitsRecord:
    """(-1)^sign (1 + f / 2^F) 2^(e - bias).  Return the bits of a number in each format, to which it is rounded.

    number : also inf or NaN. A bfloat16 is the upper half of a float32.
    """
    with np.errstate(over="ignore"):
        half, single = np.float16(number), np.float32(number)
    upper = bfloat16(single)[()]
    stored = {
        "float16": (half, int(half.view(np.uint16))),
        "bfloat16": (upper, int(upper.view(np.uint32)) >> 16),
        "float32": (single, int(single.view(np.uint32))),
    }
    return BitsRecord(float(number), tuple(_word(FORMATS[name], *pair) for name, pair in stored.items()))


def _word(kind: Format, value, pattern: int) -> Word:
    digits = f"{pattern:0{1 + kind.exponent + kind.fraction}b}"
    return Word(kind.name, float(value), digits[0], digits[1 : 1 + kind.exponent], digits[1 + kind.exponent :])
