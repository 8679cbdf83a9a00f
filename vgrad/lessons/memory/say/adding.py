"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about learning to remember.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from ....kit.marks import grammar
from ....kit.words.cells import CELLS
from ....kit.words.phrases import five, lines, points, solved_count, verdict, whose
from ....require import guarded, thing
from ..records import RING

GUESS = 1 / 6  # the loss of always answering 1
SOLVED = 0.05  # the loss that counts as solved


def quantiles(rows):
    """Return low, median, high over the networks, where what is not finite is infinite."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(grammar.quantiles(rows), nan=np.inf, posinf=np.inf)


def losses_sentence(cells) -> str:
    """Say which of the stored nets solves the adding problem soonest, and which of them solves it least often."""
    best, worst = min(cells, key=_lateness), max(cells, key=_lateness)
    finding = f"{_solving(best)}."
    if worst is not best:
        finding += f" {_solving(worst)}."
    one = cells[0].settings
    protocol = f"Sequences of {one['T']} numbers: width {one['width']}, Adam at {one['rate']:g}, medians of 5 networks."
    dotted = (
        f"The dotted lines are the loss of always answering 1, {GUESS:.2g}, and that of a solved problem, {SOLVED:g}."
    )
    return lines(finding, protocol, dotted)


def _lateness(cell) -> tuple[int, float]:
    """How many networks have not solved it, and when the last of the others had."""
    solved = [step for step in cell.result["solved"] if step]
    return len(cell.result["solved"]) - len(solved), max(solved, default=np.inf)


def _solving(cell) -> str:
    """Say how many networks of a stored net have solved the problem, and when the last of them had."""
    solved = [step for step in cell.result["solved"] if step]
    when = (
        f", the last of them at step {max(solved)}" if len(solved) > 1 else f", at step {solved[0]}" if solved else ""
    )
    return f'{solved_count(cell.result["solved"])} networks of the kind "{name(cell)}" learn to add{when}'


def learnt_sentence(cells) -> str:
    """Say of the net whose gradient rises most, and of the one whose gradient falls most, how far it reaches."""
    rise = {name(cell): _reaching(cell) for cell in cells}
    most = max(rise, key=lambda net: rise[net][-1] / max(rise[net][0], 1e-300))
    least = min(rise, key=lambda net: min(rise[net]) / max(rise[net][0], 1e-300))
    first, last = (grammar.number(rise[most][k]) for k in (0, -1))
    end = cells[0].result["marks"][-1]
    finding = f'In the net "{most}", {first} of the gradient reaches the first state before training'
    finding += f", and {last} after {end} steps."
    if min(rise[least]) < rise[least][0]:
        first, lowest = (grammar.number(size) for size in (rise[least][0], min(rise[least])))
        finding += f' In the net "{least}" it falls from {first} to {lowest} on the way.'
    one = cells[0].settings
    return lines(
        finding,
        f"Medians of 5 networks: the adding problem over {one['T']} steps, relative to the gradient of the last h.",
    )


def _reaching(cell) -> list[float]:
    """How much of the gradient reaches the first state at each mark of training, the median of the networks."""
    return [float(np.median(row)) for row in cell.result["reach"]]


@guarded
def name(cell: Annotated[Any, thing("a Cell of a stored table", lambda it: hasattr(it, "settings"))]) -> str:
    """Return the name of a stored cell's net in words, such as "LSTM, forget bias 1"."""
    kind, bias = cell.settings["cell"], cell.settings.get("bias", 0.0)
    return _in_words(kind, bias, cell.settings.get("mode", "alone")).replace(" and ", ", ")


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
    """The net of a record in words, with the bias that opens it."""
    return _in_words(record.cell, record.bias, record.mode)


def _in_words(cell: str, bias: float, mode: str) -> str:
    """A net in words, with the bias that opens it, such as "LSTM, forget bias 3 and input bias -3"."""
    label = CELLS[cell].label
    if cell == "gru":
        return f"{label}, update bias {bias:g}"
    if cell in ("linear", "selective"):
        return f"{label}, ring from {RING[0]:g} to {RING[1]:g}"
    if cell != "lstm":
        return label
    paired = f"forget bias {bias:g} and input bias {0 - bias:g}"
    modes = {"alone": f"forget bias {bias:g}", "chrono": "chrono biases"}
    return f"{label}, {modes.get(mode, paired)}"


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
