"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about shattered gradients, and about nets of many blocks while they learn.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import five, lines, medians, points, size, so_it, whose

CLOSE = 0.2  # accuracy up to which ten digits are as good as guessed
NORMS = {"none": "without a norm", "pre": "with pre-norm", "post": "with post-norm"}
STARTS = {"1": "1", "1/sqrt(blocks)": "1/√blocks", "0": "0"}
OPTIMIZERS = {"adam": "Adam", "momentum": "momentum"}


def path_label(record) -> str:
    """Return what a record's nets have beside their layers, and how much of it."""
    label = grammar.cure(record.norm, record.skip, record.alpha).label
    weaker = "" if isinstance(record.alpha, str) or record.alpha == 1 else f", branch × {record.alpha:g}"
    return label.replace("skip", "path") + weaker


def shattered_sentence(records) -> str:
    """Say how much the gradient resembles itself at neighbouring points, and five points apart."""
    correlations = [np.median(record.correlation[:, (1, 5)], axis=0) for record in records]
    parts = [
        f"With {path_label(r)} it is {next_to:z.1f} and {five:z.1f}." if r.norm or r.skip else
        f"In plain layers it is {next_to:z.1f} and {five:z.1f}."
        for r, (next_to, five) in zip(records, correlations, strict=True)
    ]  # fmt: skip
    first = records[0]
    nets = f"{medians(len(first.correlation)).capitalize()}, {first.depth} ReLU layers, width {first.width}."
    what = "This is the correlation with the gradient one point and five points further on."
    return lines([what, *parts], nets)


def spirals_sentence(record) -> str:
    """Say how many points of two spirals each kind of net classifies correctly, in the median."""
    tests = dict(zip(record.nets, np.median(record.test, axis=1), strict=True))
    told = ", ".join(f"{name} {test:.2f}" for name, test in tests.items())
    return lines([f"The median network reaches these test accuracies: {told}."], "A dot on the right is one network.")


def spirals_alt(record) -> str:
    """Say in words what is drawn: the points of two spirals, and the accuracies of each kind of net."""
    each = (f"{name} {min(test):.2f} to {max(test):.2f}" for name, test in zip(record.nets, record.test, strict=True))
    return (
        f"On the left, {len(record.points)} points on two spiral arms wind around the same centre. On the right are "
        f"the test accuracies of five networks each: {', '.join(each)}."
    )


def middle(rows):
    """Return low, median and high over networks, each a network's own; what is not a number counts as infinite."""
    return grammar.quantiles(np.where(np.isnan(rows), np.inf, rows), method="inverted_cdf")


def blocks_sentence(record, begun: bool = True) -> str:
    """Say of a BlocksRecord how many digits its nets classify, and what has become of the gradient.

    begun : whether somebody has let it train; where not, no verdict.
    """
    right = middle(record.right[:, None])[1, 0]
    after = f"After {grammar.count(record.step, 'step')}"
    nets = f"{grammar.count(record.blocks, 'block')} {NORMS[record.norm]}"
    told = f"{after}, {nets} classify {right:.0%} of the pictures correctly"
    if not begun:
        found = f"{told}. Press Train to see how they learn."
    elif right <= CLOSE:
        found = f"{told}, which is close to guessing."
    else:
        line = f" A readout of the pixels alone reaches {record.baseline:.0%}." if record.baseline > 0 else ""
        found = f"{told}.{line}"
    return lines([found, *_back(record), *_troubles(record)], f"{_networks(record)}.", _test(record))


def blocks_alt(record) -> str:
    """Say in words what is drawn: the accuracy at five steps, and the ratio of gradients after each look."""
    accuracy = middle(np.nan_to_num(record.accuracy[:, : record.step]))[1]
    steps = five(1, record.step)
    shown = points([accuracy[k - 1] for k in steps], steps, "at step")
    ratio = middle(record.ratio[:, : record.looked])[1]
    back = points(ratio, record.looks[: record.looked], "after step", size)
    return (
        f"Training of {grammar.count(record.blocks, 'block')} {NORMS[record.norm]}: the accuracy is {shown}, on an "
        f"axis of {record.steps} steps; dh before the blocks over dh after them is {back}."
    )


def _back(record) -> list[str]:
    """What has become of the gradient, from the start to the last look."""
    if record.blocks == 0:
        return []
    ratio = middle(record.ratio[:, : record.looked])[1]
    first = f"At the start, dh before the blocks is {size(ratio[0], 'times dh after them')}, {so_it(ratio[0])}."
    if record.looked < 2:
        return [first]
    last = grammar.count(record.looks[record.looked - 1], "step")
    now = "it is no longer finite" if not np.isfinite(ratio[-1]) else f"it is {size(ratio[-1], 'times dh after them')}"
    return [first, f"After {last} {now}, {so_it(ratio[-1])}."]


def _troubles(record) -> list[str]:
    return ["The numbers are no longer finite, and training has ended."] if record.trouble else []


def _networks(record) -> str:
    warm = f"{record.warmup} steps of warm-up" if record.warmup else "no warm-up"
    rule = f"{OPTIMIZERS[record.optimizer]} at {record.rate:g}, {warm}"
    return f"{whose(record.seeds)}: {rule}, W₂ × {STARTS[record.start]}, width {record.width}"


def _test(record) -> list[str]:
    if not np.isfinite(record.test).all():
        return []
    return [f"Of the test pictures, they classify {middle(record.test[:, None])[1, 0]:.0%} correctly."]
