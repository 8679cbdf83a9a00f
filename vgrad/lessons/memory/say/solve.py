"""What is said of the tasks whose answer lies T steps back: who solves them, and what the stored tables show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ....kit.marks import grammar
from ....kit.words.cells import CELLS
from ....kit.words.phrases import lines, points, solved_count, whose
from ..records import TASKS


class Verdict(NamedTuple):
    """The networks of one net at one T, at the better of its learning rates."""

    final: np.ndarray  # (seeds,): the last score of each network
    solved: list[int | None]
    rate: float


def verdicts(cells) -> dict[str, dict[int, Verdict]]:
    """Return for each net, by its name, the verdict at each T."""
    found: dict[str, dict[int, Verdict]] = {}
    for cell in cells:
        task = TASKS[cell.settings["task"]]
        row = found.setdefault(net_name(cell), {})
        new = Verdict(np.array(cell.result["final"], float), cell.result["solved"], cell.settings["rate"])
        old = row.get(cell.settings["T"])
        row[cell.settings["T"]] = max([old, new] if old else [new], key=lambda verdict: _merit(verdict, task))
    return found


def _merit(verdict: Verdict, task) -> tuple:
    """How good the networks are: how many have solved the task, and then their median score."""
    score = float(np.median(verdict.final))
    return sum(step is not None for step in verdict.solved), score if task.score == "accuracy" else -score


def net_name(cell) -> str:
    """Return the name of a stored cell's net, such as "linear, ring .9 to .999"."""
    return _named(cell.settings["cell"], cell.settings.get("ring"), cell.settings.get("bias", 0.0))


def record_name(record) -> str:
    """Return the name of a SolveRecord's net."""
    return _named(record.cell, record.ring, record.bias)


def _named(cell: str, ring, bias: float) -> str:
    if ring:
        kind = "linear" if cell == "linear" else "selective"
        return f"{kind}, r {' to '.join(f'{size:g}' for size in ring)}"
    return f"{CELLS[cell].label}, bias {bias:g}" if cell == "gru" else CELLS[cell].label


def table_sentence(cells) -> str:
    """Say of a stored table how many networks solve the task at the largest T, and of all others."""
    task, one = TASKS[cells[0].settings["task"]], cells[0].settings
    found = verdicts(cells)
    longest = max(T for row in found.values() for T in row)
    parts = [f"{name}, {solved_count(row[longest].solved)}" for name, row in found.items() if longest in row]
    finding = f"Over {longest} steps, so many networks of each kind have solved the task: {'; '.join(parts)}."
    limit = "above" if task.score == "accuracy" else "below"
    solved = f"A network has solved it when the mean {task.score} of 25 batches is {limit} {task.solved:g}."
    chance = f"Without memory the {task.score} is {grammar.number(task.chance)}."
    rates = _rates(cells)
    protocol = f"{whose(one['seeds'])}, {one['steps']} steps of Adam at most, clipped at norm 1."
    return lines(finding, [protocol, chance], [solved, *rates])


def _rates(cells) -> list[str]:
    """Say of the nets with several learning rates which these were, in a sentence for each set of them."""
    of_net: dict[str, set] = {}
    for cell in cells:
        of_net.setdefault(net_name(cell), set()).add(cell.settings["rate"])
    by_rates: dict[tuple, list] = {}
    for net, rates in of_net.items():
        by_rates.setdefault(tuple(sorted(rates)), []).append(net)
    return [
        f"Trained at learning rate{'s' if len(rates) > 1 else ''} {', '.join(f'{rate:g}' for rate in rates)}: "
        f"{'; '.join(nets)}." + (" The best is shown." if len(rates) > 1 else "")
        for rates, nets in by_rates.items()
    ]


def table_alt(cells) -> str:
    """The picture in words: the median score of each net at each T."""
    task = TASKS[cells[0].settings["task"]]
    rows = []
    for name, row in verdicts(cells).items():
        medians = [float(np.median(verdict.final)) for verdict in row.values()]
        rows.append(f"{name}: {points(medians, row, 'at T =')}")
    return f"A table of the {task.score} by net and length. {'. '.join(rows)}."


def course_sentence(records) -> str:
    """Say of SolveRecords how many networks have solved the task, and their last scores."""
    task = TASKS[records[0].task]
    final = [grammar.number(float(np.median(record.final))) for record in records]
    counts = [f"{record_name(record)} {solved_count(record.solved)}" for record in records]
    parts = [f"{count} ({task.score} {score})" for count, score in zip(counts, final, strict=True)]
    lengths = " and ".join(str(T) for T in sorted({record.T for record in records}))
    finding = (
        f"Networks that learn to {task.what}, over {lengths} steps, and how many have solved it: {'; '.join(parts)}."
    )
    chance = f"Without memory the {task.score} is {grammar.number(task.chance)}."
    return lines(finding, f"{whose(records[0].seeds)}, Adam, clipped at norm 1.", chance)
