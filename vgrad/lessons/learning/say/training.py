"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `train_mlp`, and networks while they learn.
"""

from __future__ import annotations

import numpy as np

from .... import require
from ....kit.marks import grammar
from ....kit.words.phrases import GUESS, WITH, five, lines, points, size, whose

STALLED = 0.97  # of what guessing costs: above it, nothing has been learnt
OPTIMIZERS = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
BATCHES = "The training pictures are those of the last ten batches."
SCHEMES = {"tanh_twin": "the weights that make it a tanh net"}


def middle(rows):
    """Return low, median, high, each a network's own: (3, ...); what is not a number counts as infinite."""
    require.shape("rows", rows, "(networks, ...)", np.ndim(rows) >= 1 and np.size(rows) > 0)
    rows = np.where(np.isnan(rows), np.inf, rows)
    return grammar.quantiles(rows, method="inverted_cdf")


def sentence(record, begun: bool = True) -> str:
    """Say of a TrainingRecord: the loss, and how far layers have moved; which networks; and their last updates.

    begun : whether somebody has let it train; where not, no verdict.
    """
    moved, updated = _layers(record)
    told = [_finding(record, begun), *_read(record), *moved, *_troubles(record)]
    return lines(told, f"{_networks(record)}.", updated)


def alt(record) -> str:
    """Say in words what is drawn: the loss at five steps, and both sizes at five layers."""
    loss = middle(record.loss[:, : record.step])[1]
    steps = five(1, record.step)
    shown = points([loss[k - 1] for k in steps], steps, "at step")
    parts = [f"the loss is {shown}, on an axis of {record.steps} steps"]
    layers = five(1, record.depth + 1)
    for name, sizes in (("movement since the start", record.movement), ("last update", record.update)):
        median = middle(sizes)[1]
        shown = points([median[k - 1] for k in layers], layers, "at layer", size)
        parts.append(f"{name} over the weights is {shown}")
    without = f"Without a hidden layer the loss ends at {grammar.number(np.median(record.baseline.final))}"
    return f"Training of {_net(record)}: {'; '.join(parts)}. The net {classified(record)}. {without}."


def _net(record) -> str:
    layers = grammar.count(record.depth, "layer")
    norm = "" if record.norm == "none" else f" {WITH[record.norm]}"
    name = grammar.look(record.activation).label
    return f"{layers} of {name}{norm}, {OPTIMIZERS[record.optimizer]}, rate {record.rate:g}"


def _finding(record, begun: bool) -> str:
    loss = middle(record.final)[1]
    layers = f"{record.depth} {grammar.look(record.activation).label} layer{'s' if record.depth > 1 else ''}"
    after = f"After {record.step} of {record.steps} step{'s' if record.steps > 1 else ''} the loss of {layers} is"
    if not np.isfinite(loss):
        return f"{after} not finite."
    told = f"{after} {grammar.number(loss)}"
    if not begun:
        return f"{told}. Press Train to see how they learn."
    if loss > STALLED * GUESS:
        return f"{told}, which is no better than guessing."
    return f"{told}, where guessing has {grammar.number(GUESS)}."


def _read(record) -> list[str]:
    """What share of the pictures the nets classify correctly, and what share the baseline does in the end."""
    now = f"The net {classified(record)}."
    without = record.baseline
    shares = f"{percent(without.right)} and {percent(without.test)}"
    after = f"after {grammar.count(without.steps, 'step')}"
    return [now, f"A net without a hidden layer classifies {shares} correctly {after}."]


def classified(record) -> str:
    """Say what share of training and test pictures is classified correctly now, the median over networks."""
    return f"classifies {percent(record.right)} of training and {percent(record.test)} of test pictures correctly"


def percent(shares) -> str:
    """Return the median of ``shares``, one of each network, in whole percent."""
    median = float(middle(shares)[1])
    return f"{100 * median:.0f} %" if np.isfinite(median) else "no longer finite"


def _layers(record) -> tuple[list[str], list[str]]:
    """How far the first and the output layer have moved since the start, and in their last update."""
    if not np.isfinite(middle(record.final)[1]):
        return [], []
    moved, update = (middle(rows)[1] for rows in (record.movement, record.update))
    first = f"The first layer has moved by {size(moved[0])} of its size"
    ratio = f"{size(update[0])} and {size(update[-1])}"
    since = f"{first}, and the output layer by {size(moved[-1])}."
    return [since], [f"The last updates of these two layers are {ratio} of their weights."]


def _troubles(record) -> list[str]:
    lost = int((~np.isfinite(record.final)).sum())
    said = [f"In {lost} of {grammar.count(record.seeds, 'network')} the numbers are no longer finite."] if lost else []
    return said + (["All have ended, and so has training."] if record.trouble else [])


def _networks(record) -> str:
    scheme = SCHEMES.get(record.scheme) or grammar.title(record.scheme)
    norm = "" if record.norm == "none" else f", {WITH[record.norm]}"
    optimizer = f"{OPTIMIZERS[record.optimizer]} at {record.rate:g}"
    net = f"width {record.width}, {scheme}{norm}, {record.batch} pictures a step, float32"
    return f"{whose(record.seeds)}: {optimizer}, {net}"


def rough(value: float) -> str:
    """Return one significant digit, because training enlarges what processors round differently."""
    return size(float(f"{value:.1g}")) if np.isfinite(value) else "no longer finite"


def rough_loss(value: float) -> str:
    """Return the same of a loss; from 1 on it has two digits, as that of guessing, by which it is known."""
    if abs(value / GUESS - 1) < 1 - STALLED:
        return grammar.number(GUESS)
    return grammar.number(value) if 1 <= value < 10 else rough(value)


def named(record, among) -> str:
    """Return a record's name where it stands beside others: what all share is left out."""
    name = grammar.look(record.activation).label
    if len({other.depth for other in among}) > 1:
        name += f", {record.depth} layers"
    if len({other.optimizer for other in among}) > 1:
        name += f", {OPTIMIZERS[record.optimizer]}"
    if len({other.scheme for other in among}) > 1 and record.scheme in SCHEMES:
        name += ", as tanh"
    if record.frozen:
        name += _which_frozen(record)
    if len({other.floor for other in among}) > 1 and record.floor < 1e-8:
        name += ", no floor"
    return name


def _which_frozen(record) -> str:
    """What is said of the layers that did not learn: all hidden ones are not counted."""
    if set(record.frozen) == set(range(1, record.depth + 1)):
        return ", hidden frozen"
    return f", layer {', '.join(map(str, record.frozen))} frozen"


def losses_sentence(records) -> str:
    """Say which loss each net has come to, and what share of test and training pictures it classifies correctly."""
    parts = []
    for k, record in enumerate(records):
        shares = f"{percent(record.test)} and {percent(record.right)}"
        if k == 0:
            shares = f"{percent(record.test)} of test and {percent(record.right)} of training pictures correct"
        name = named(record, records) + ("," if record.frozen else "")
        loss = rough_loss(np.median(record.final))
        parts.append(f"{name[0].upper()}{name[1:]} ends at a loss of {loss}, with {shares}.")
    without = max(records, key=lambda record: record.steps).baseline
    loss = rough(np.median(without.final))
    shares = f"{percent(without.test)} and {percent(without.right)}"
    parts.append(f"A net without a hidden layer ends at {loss}, with {shares}.")
    steps = " or ".join(dict.fromkeys(grammar.count(record.step, "step") for record in records))
    nets = f"{whose(records[0].seeds)}, width {records[0].width}, {steps} of {records[0].batch} pictures"
    return lines(parts, f"{nets}.", BATCHES)
