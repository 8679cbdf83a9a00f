"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about learning to remember.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from ....kit.marks import grammar
from ....kit.words.cells import CELLS, cell_label, record_label
from ....kit.words.phrases import five, points, solved_count, verdict, whose
from ....require import guarded, thing

GUESS = 1 / 6  # the loss of always answering 1
SOLVED = 0.05  # the loss that counts as solved


def quantiles(rows):
    """Return low, median, high over the networks, where what is not finite is infinite."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(grammar.quantiles(rows), nan=np.inf, posinf=np.inf)


def adding_sentence(cells) -> str:
    """Say how many networks of each cell have solved the adding problem, and at which steps."""
    parts = [f"{name(cell)} {solved_count(cell.result['solved'])}{_when(cell)}" for cell in cells]
    one = cells[0].settings
    settings = f"over {one['T']} steps, width {one['width']}, {one['steps']} steps of training each"
    return f"The adding problem {settings}, solved by: {'; '.join(parts)}."


def _when(cell) -> str:
    """The first and the last step at which a network of the cell had solved it."""
    steps = [step for step in cell.result["solved"] if step]
    if not steps:
        return ""
    return f", at step {min(steps)}" + (f" to {max(steps)}" if len(steps) > 1 else "")


def losses_sentence(records) -> str:
    """Say how many networks of each record have solved it."""
    parts = [f"{record_label(record)} {solved_count(record.solved)}" for record in records]
    steps = grammar.count(max(record.steps for record in records), "step")
    return f"Networks that add two numbers up to {records[0].T} steps apart within {steps}: {'; '.join(parts)}."


def learnt_sentence(cells) -> str:
    """Say how many networks of each cell have solved it, beside what their gradient was before training."""
    parts = []
    for cell in cells:
        sizes = {mark: np.median(row) for mark, row in zip(cell.result["marks"], cell.result["reach"], strict=True)}
        marks = [mark for mark in (0, 25, 100, 400, 800) if mark in sizes]
        parts.append(f"{name(cell)} {points([sizes[mark] for mark in marks], marks, 'at step')}")
    return f"Of the gradient of the last h reaches the first state, while it learns: {'; '.join(parts)}."


@guarded
def name(cell: Annotated[Any, thing("a Cell of a stored table", lambda it: hasattr(it, "settings"))]) -> str:
    """Return the name of a stored cell's net."""
    return cell_label(cell.settings["cell"], cell.settings.get("bias", 0.0), cell.settings.get("mode", "alone"))


def sentence(record) -> str:
    """Say of a MemoryRecord: who has solved it and what reaches the first state, then the training, then the loss."""
    steps = f"{grammar.count(record.step, 'step')}"
    solved = f"After {steps} of training, {solved_count(record.solved)} {_have(record)} learnt to add"
    finding = f"{solved}. {_arriving(record)}."
    net = f"{_kind(record)}, length {record.T}, width {record.width}"
    return "\n".join([finding, f"{net}, Adam at {record.rate:g}, clipped at norm 1.", _how(record)])


def _have(record) -> str:
    return "network has" if record.seeds == 1 else "networks have"


def _kind(record) -> str:
    """The net in words, with the bias that opens it."""
    label = CELLS[record.cell].label
    if record.cell == "gru":
        return f"{label}, update bias {record.bias:g}"
    if record.cell != "lstm":
        return label
    paired = f"forget bias {record.bias:g} and input bias {0 - record.bias:g}"
    modes = {"alone": f"forget bias {record.bias:g}", "chrono": "chrono biases"}
    return f"{label}, {modes.get(record.mode, paired)}"


def _how(record) -> str:
    """The loss, the gate, and why training ended, if it did."""
    parts = [f"{whose(record.seeds)}: the loss is {_loss(record)}, and always answering 1 has {GUESS:.2g}."]
    parts.append(f"An answer counts as learnt when the mean of 25 losses is below {SOLVED:g}.")
    if np.isfinite(record.open).all():
        parts.append(f"The gate that keeps the state is open to {np.median(record.open):.2f}.")
    if record.trouble:
        parts.append(f"Training ended: {record.trouble}.")
    return " ".join(parts)


def _loss(record) -> str:
    """The median of the networks' losses."""
    with np.errstate(invalid="ignore"):
        now = float(np.median(record.final))
    if np.isfinite(now):
        return grammar.number(now)
    return "not known yet" if record.step == 0 else "no longer finite"


def _arriving(record) -> str:
    """Say how much of the gradient reaches the first state, or that truncation lets none reach it."""
    if record.span is not None:
        back = f"The gradient goes back {grammar.count(record.span, 'step')} of {record.T}"
        return f"{back}, so none of it reaches the first state"
    with np.errstate(invalid="ignore"):
        ratio = float(np.median(record.sizes[:, 0]))
    if not np.isfinite(ratio):
        return f"The gradient is no longer finite, so it {verdict(ratio)}"
    share = f"{grammar.number(ratio)} {'of' if ratio < 1 else 'times'} the gradient of the last h"
    return f"The first state receives {share}, so it {verdict(ratio)}"


def alt(record) -> str:
    """Say in words what the picture shows."""
    sizes = quantiles(record.sizes)[1]
    times = five(0, record.T)
    said = points([float(sizes[t]) for t in times], times, "at time")
    after = f"after step {record.measured} of {record.steps}"
    return f"Loss by step of training, and the gradient by time {after}: {said}."
