"""Can the report of a PyTorch network tell whether it will learn, before its training and after fifty steps of it?

``meet`` trains one network and reads it on its way, and that is what the stored table "your_network_trial" runs in
each cell. Every second network was used to set limits, and the others were looked at once, when all limits stood.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np

from .... import bridge, data, require
from ....bridge.course import Course, course
from ....bridge.report import score
from ....kit.experiments.stored import Cell
from ....kit.experiments.usual import share_of_limit
from ....require import Finite, Flag, Seed, Text, guarded
from ..records import LEARNS, WARNS, Trial
from .networks import KINDS, build, settings_of

Cells = Annotated[Sequence[Cell], lambda name, cells: _require_cells(name, cells)]

BATCH = 32
STEPS = {"convolutional": 250, "recurrent": 400, "transformer": 250}
LOOKS = (0, 50)  # steps at which the report is asked
LAST = 20  # batches over which the accuracy is a mean
RULES = ("the report", "loss so far", "first and last layer", "check_gradients")
NUMBER = 200  # networks


class Watched(NamedTuple):
    """One network that was trained, and what was read meanwhile."""

    readings: bridge.Readings
    totals: dict[int, float]  # the norm of all gradients together, at each step of LOOKS
    losses: list[float]  # of each step
    right: list[float]  # the share of each batch that was classified correctly


@guarded
def meet(**settings) -> dict[str, Any]:
    """Train the network of these settings, which are those of ``train``, and return what is stored of it.

    These are the numbers of ``bridge.course`` at step 0 and at step 50, what other rules look at, and the accuracy of
    the last batches, which is 0 where numbers ceased to be finite.
    """
    watched = train(**settings)
    finite = math.isfinite(watched.losses[-1])
    return dict(
        accuracy=float(np.mean(watched.right[-LAST:])) if finite else 0.0,
        **{f"step {step}": _looked(watched, step) for step in LOOKS},
    )


@guarded
def train(
    kind: Text, *, seed: Seed, optimizer: Text, rate: Finite, ink: Finite = 1.0, warmup: Seed = 0, **settings
) -> Watched:  # fmt: skip
    """Train one network, and watch its first fifty steps.

    ink : by what its inputs are multiplied; warmup : steps in which the learning rate rises; settings : of the module,
    as ``networks.build`` takes them.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = build(kind, **settings)
    rule = _optimizer(torch, model, optimizer, rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(rule, lambda step: min(1.0, (step + 1) / (warmup + 1)))
    batches = _batches(torch, ink, seed, STEPS[kind])
    totals: dict[int, float] = {}
    losses: list[float] = []
    right: list[float] = []

    def steps(some):
        for x, labels in some:
            logits = model(x)
            loss = torch.nn.functional.cross_entropy(logits, labels)
            rule.zero_grad()
            loss.backward()
            if len(losses) in LOOKS:
                totals[len(losses)] = _total(model)
            rule.step()
            schedule.step()
            losses.append(loss.item())
            right.append((logits.argmax(dim=1) == labels).double().mean().item())

    with bridge.watch(model) as seen:
        steps(itertools.islice(batches, LOOKS[-1] + 1))
    if math.isfinite(losses[-1]):
        steps(batches)
    return Watched(seen.readings, totals, losses, right)


def _optimizer(torch, model, name: str, rate: float):
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=rate)
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)


def _batches(torch, ink: float, seed: int, steps: int):
    digits = data.digits(dtype="float32")
    rng = np.random.default_rng((seed, 53))
    drawn = data.batches(digits.x_train, digits.y_train, BATCH, rng=rng)
    for _, (x, labels) in zip(range(steps), drawn, strict=False):
        yield torch.tensor(x * np.float32(ink)), torch.tensor(labels)


def _total(model) -> float:
    """The norm of all gradients together, as the usual check has it."""
    squares = [float(p.grad.double().square().sum()) for p in model.parameters() if p.grad is not None]
    return math.sqrt(sum(squares))


def _looked(watched: Watched, step: int) -> dict[str, Any]:
    """What the report and the other rules look at, after the reading of that step."""
    until = watched.readings.until(step)
    numbers = {name: number[-1] for name, number in course(until)._asdict().items()}
    trained = np.isfinite(until.dW).any(axis=0)
    dW = until.dW[-1, trained]
    with np.errstate(divide="ignore", invalid="ignore"):
        first_and_last = np.log10(dW[0] / dW[-1])
    return dict(
        **numbers,
        total_norm=watched.totals[step],
        first_and_last=first_and_last,
        loss_now=watched.losses[step],
    )


CELLS = [settings_of(number) for number in range(NUMBER)]


# --- who told them apart ----------------------------------------------------------------------------------------------


@guarded
def judge(cells: Cells, *, held_out: Flag = True) -> Trial:
    """Return what the report and three other rules said of the networks of the stored table.

    held_out : whether those that no limit was set on, whose numbers are odd, or else the others. The other rules are
    the loss itself, by how many decades the gradients of the first and the last layer differ, and the usual check of
    the norm of all gradients together.
    """
    chosen = [cell for cell in cells if cell.settings["seed"] % 2 == held_out]
    accuracy = np.array([cell.result["accuracy"] for cell in chosen])
    learns = accuracy > LEARNS
    scores = {step: np.array([_score(cell.result[f"step {step}"], step) for cell in chosen]) for step in LOOKS}
    areas = {
        rule: {step: area([_of_rule(rule, cell.result[f"step {step}"]) for cell in chosen], learns) for step in LOOKS}
        for rule in RULES[1:]
    }
    areas = {RULES[0]: {step: area(scores[step], learns) for step in LOOKS}} | areas
    kinds = tuple(cell.settings["kind"] for cell in chosen)
    return Trial(kinds, scores, accuracy, learns, areas, tuple(cell.settings for cell in chosen))


def _require_cells(name: str, cells) -> None:
    require.nonempty(name, cells)
    require.instance(name, cells, all(isinstance(cell, Cell) for cell in cells), "the cells of the stored table")


def _score(looked: dict[str, Any], step: int) -> float:
    """The report's score from the stored numbers, of which those that were not finite are None."""
    numbers = {name: np.array([_number(name, looked[name])]) for name in Course._fields}
    return float(score(Course(**numbers | dict(steps=np.array([step]))))[0])


def _number(name: str, stored) -> float:
    """What None stands for: a spread and a signal that have none are lost, and other numbers are not known."""
    lost = {"spread": np.inf, "signal": -np.inf, "loss": np.inf}
    return lost.get(name, np.nan) if stored is None else stored


def _of_rule(rule: str, looked: dict[str, Any]) -> float:
    """How much another rule warns."""
    number = looked[{"loss so far": "loss_now", "first and last layer": "first_and_last"}.get(rule, "total_norm")]
    if number is None:
        return np.inf
    if rule == "check_gradients":
        return share_of_limit(number)
    return abs(number)


def area(warnings, learns) -> float:
    """Return the area under the ROC curve: the share of pairs, one that learns and one not, in the right order.

    warnings : a number for each network, larger where it should not learn; a tie counts half.
    """
    numbers = np.asarray(warnings, float)
    learned = np.asarray(learns, bool)
    bad = numbers[~learned][:, None]
    good = numbers[learned][None]
    return float(np.mean((bad > good) + (bad == good) / 2))


@guarded
def misses(cells: Cells, step: Seed = 50, *, held_out: Flag = True) -> dict[str, tuple[list[dict], list[dict]]]:
    """Return by kind the networks that the report was wrong about: settings of false greens, and of false reds.

    A false green was not warned of and does not learn, and a false red was warned of and learns.
    """
    require.choice("step", step, LOOKS)
    trial = judge(cells, held_out=held_out)
    warned = trial.scores[step] >= WARNS
    found = {}
    for kind in KINDS:
        of_kind = np.array(trial.kinds) == kind
        wrong = (~warned & ~trial.learns, warned & trial.learns)
        found[kind] = tuple([trial.settings[k] for k in np.flatnonzero(of_kind & each)] for each in wrong)
    return found
