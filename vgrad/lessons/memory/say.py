"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about learning to remember.
"""

from __future__ import annotations

import numpy as np

from ... import require
from ...kit.marks import grammar
from ...kit.words.cells import cell_label, record_label
from ...kit.words.phrases import verdict, whose

GUESS = 1 / 6  # the loss of always answering 1
SOLVED = 0.05  # the loss that counts as solved


def quantiles(rows):
    """low, median, high over the networks; what is not finite as infinite."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.quantile(rows, (0.1, 0.5, 0.9), axis=0), nan=np.inf, posinf=np.inf)


def adding_sentence(cells) -> str:
    """How many networks of each cell have solved the adding problem, and at which steps."""
    parts = []
    for cell in cells:
        steps = [step for step in cell.result["solved"] if step]
        when = f", at step {min(steps)} to {max(steps)}" if len(steps) > 1 else f", at step {steps[0]}" if steps else ""
        parts.append(f"{name(cell)} {solved_count(cell.result['solved'])}{when}")
    one = cells[0].settings
    settings = f"over {one['T']} steps, width {one['width']}, {one['steps']} steps of training each"
    return f"The adding problem {settings}, solved by: {'; '.join(parts)}."


def losses_sentence(records) -> str:
    """How many networks of each record have solved it."""
    parts = [f"{record_label(record)} {solved_count(record.solved)}" for record in records]
    steps = grammar.count(max(record.steps for record in records), "step")
    return f"Networks that add two numbers up to {records[0].T} steps apart within {steps}: {'; '.join(parts)}."


def learnt_sentence(cells) -> str:
    """How many networks of each cell have solved it, beside what their gradient was before training."""
    parts = []
    for cell in cells:
        sizes = {mark: np.median(row) for mark, row in zip(cell.result["marks"], cell.result["reach"], strict=True)}
        said = ", ".join(
            f"{grammar.number(sizes[mark])} at step {mark}" for mark in (0, 25, 100, 400, 800) if mark in sizes
        )
        parts.append(f"{name(cell)} {said}")
    return f"Of the gradient of the last h reaches the first state, while it learns: {'; '.join(parts)}."


def name(cell) -> str:
    """The net of a stored cell, for people."""
    require.instance("cell", cell, hasattr(cell, "settings"), "a Cell of a stored table")
    return cell_label(cell.settings["cell"], cell.settings.get("bias", 0.0), cell.settings.get("mode", "alone"))


def solved_count(solved) -> str:
    """How many of the networks have solved it: "3 of 5"."""
    return f"{sum(step is not None for step in solved)} of {len(solved)}"


def sentence(record) -> str:
    """What a MemoryRecord says: who has solved it, the loss, what reaches the first state, and the networks."""
    with np.errstate(invalid="ignore"):
        arrives, now = float(np.median(record.sizes[:, 0])), float(np.median(record.final))
    solved = f"{solved_count(record.solved)} have solved it after step {record.step}"
    finding = f"{record_label(record)}, {record.T} steps apart: {solved}."
    now = grammar.number(now) if np.isfinite(now) else "not known yet" if record.step == 0 else "no longer finite"
    loss = f"The loss is {now}; always answering 1 has {GUESS:.2g}."
    arrived = f"Of the gradient of the last h, {grammar.number(arrives)} reaches the first state"
    gradient = f"{arrived if np.isfinite(arrives) else 'The gradient is no longer finite'}: it {verdict(arrives)}."
    gate = (
        f"The gate that keeps the state is open to {np.median(record.open):.2f}."
        if np.isfinite(record.open).all()
        else ""
    )
    trouble = f"Training ended: {record.trouble}." if record.trouble else ""
    protocol = f"{whose(record.seeds)}: width {record.width}, Adam at {record.rate:g}, clipped to a norm of 1."
    return " ".join(part for part in (finding, loss, gradient, gate, trouble, protocol) if part)


def alt(record) -> str:
    """The picture in words."""
    times = np.unique(np.linspace(0, record.T, 5).round().astype(int))
    sizes = quantiles(record.sizes)[1]
    points = ", ".join(f"{grammar.number(float(sizes[t]))} at time {t}" for t in times)
    return (
        f"Loss by step of training, and the gradient by time after step {record.measured} of {record.steps}: {points}."
    )
