"""What is said of the softmax's derivative."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import lines, points

ROWS = {0.9: "best tenth", 0.5: "median row", 0.1: "worst tenth"}  # by the share of rows below their edge


def jacobians_sentence(record) -> str:
    """Say what becomes of the median row and of the worst tenth between the smallest and the largest scores."""
    at = int(np.argmin(np.abs(np.array(record.stds) - record.tokens**0.5)))
    std = record.stds[at]
    one = int(np.argmin(np.abs(np.log(record.stds))))
    low, median = (_number(np.median(record.share(share)[:, at])) for share in (0.1, 0.5))
    first, small = (_number(np.median(record.share(share)[:, one])) for share in (0.1, 0.5))
    finding = f"With scores of standard deviation {std:g}, the derivative of the median row has the size {median}."
    tail = f"The worst tenth of the rows, with the smallest derivatives, lies below {low}."
    before = f"With standard deviation {record.stds[one]:g}, these are {small} and {first}."
    flat = f"With scores near 0, theory predicts {grammar.number(record.flat)} for every row."
    protocol = f"{record.sizes.shape[0]} sets of {record.rows} rows of {record.tokens} random scores."
    kept = [
        "The best tenth lies above the upper curve, and the worst below the lower.",
        "Theory is √((1 - 1/n)/n) for n tokens.",
    ]
    return lines([finding, tail, before, flat], protocol, kept)


def jacobians_alt(record) -> str:
    """The picture in words, with the numbers of each curve."""
    names = [f"{std:g}" for std in record.stds]
    told = [
        f"{name}: {points(np.median(record.share(share), axis=0), names, 'at', _number)}"
        for share, name in ROWS.items()
    ]
    return f"Size of the softmax's derivative by the standard deviation of the scores, on log axes. {'; '.join(told)}."


def _number(value) -> str:
    return "0" if value == 0 else grammar.number(float(value))
