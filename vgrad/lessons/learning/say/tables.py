"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the stored tables.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import medians
from .training import rough_loss


def paradox_sentence(cells) -> str:
    """The depth at which each kind of net learns best, and what becomes of deeper ones."""
    parts = []
    for name, group in by_net(cells, "activation").items():
        loss = {cell.settings["depth"]: np.median(cell.result["loss"]) for cell in group}
        said = ", ".join(f"{rough_loss(loss[k])} with {k}" for k in (2, 5, 10, 50) if k in loss)
        parts.append(f"{grammar.look(name).label} {said}")
    one = cells[0]
    nets = f"{medians(one.settings['seeds'])}, width {one.settings['width']}"
    return f"Training loss after {one.settings['steps']} steps, by layers: {'; '.join(parts)}; {nets}."


def by_net(cells, name: str) -> dict[str, list]:
    """Return the cells in groups, by the value of the setting called ``name``."""
    groups = {}
    for cell in cells:
        groups.setdefault(cell.settings[name], []).append(cell)
    return groups


def finite(cell):
    """Return update and accuracy of the runs that ended with finite numbers."""
    update, accuracy = (np.array(cell.result[name], float) for name in ("update", "accuracy"))
    there = np.isfinite(update) & np.isfinite(accuracy)
    return update[there], accuracy[there]


def ratios_sentence(cells) -> str:
    """Say at which sizes of update the networks have learned."""
    update, accuracy = (np.concatenate(rows) for rows in zip(*map(finite, cells), strict=True))
    good = update[accuracy > 0.95]
    low, median, high = (grammar.number(size) for size in grammar.quantiles(good))
    learnt = f"{len(good)} of {len(update)} runs tell more than 95 % of the digits"
    band = f"their early updates are {median} of the weights, 8 in 10 between {low} and {high}"
    return f"After {cells[0].settings['steps']} steps {learnt}; {band}."
