"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about shattered gradients.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import medians


def path_label(record) -> str:
    """Return what a record's nets have beside their layers, and how much of it."""
    weaker = "" if isinstance(record.alpha, str) or record.alpha == 1 else f" × {record.alpha:g}"
    return grammar.cure(record.norm, record.skip, record.alpha).label + weaker


def shattered_sentence(records) -> str:
    """Say how much the gradient resembles itself at neighbouring points, and five points apart."""
    correlations = [np.median(record.correlation[:, (1, 5)], axis=0) for record in records]
    parts = [
        f"{path_label(r)}: {next_to:z.1f} and {five:z.1f}"
        for r, (next_to, five) in zip(records, correlations, strict=True)
    ]
    first = records[0]
    nets = f"{medians(len(first.correlation))}, {first.depth} layers, width {first.width}"
    return f"Correlation of the gradient at neighbouring points, and five points apart: {'; '.join(parts)}; {nets}."
