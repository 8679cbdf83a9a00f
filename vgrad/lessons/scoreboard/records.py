"""What the experiments of this lesson return.

These are plain records about the scoreboard, the table as it is taught, and the myths.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...ops import Array

GUESSING = 0.1  # the accuracy of a net that guesses, of ten digits
LEARNT = 0.5  # accuracy, or share of networks, over which a net learns


class Claim(NamedTuple):
    """What is said, the lesson that explains it, and its experiment: seed -> the number, does it stand?, in words."""

    said: str
    lesson: str
    experiment: Callable[[int], tuple[float, bool, str]]


class Myth(NamedTuple):
    """A claim and what was measured of it."""

    name: str
    claim: str
    lesson: str
    value: float
    stands: bool
    words: str

    def __str__(self) -> str:
        return f"{'✓ stands' if self.stands else '✗ falls '}  {self.words}  (lesson {self.lesson[:2]})"


class Net(NamedTuple):
    """A row of the scoreboard: what it is called, its settings, and the lesson that explains it."""

    label: str
    lesson: str
    settings: dict


class Row(NamedTuple):
    """What was measured of one net. A cell has no accuracy, and a deep net has solved nothing."""

    name: str
    label: str
    lesson: str
    settings: dict
    layers: Array  # (3, layers): ‖dh‖ over the last one's; of the networks the lowest, the median, the highest
    decades: Array  # (seeds,): log10 of the first layer's, or step's
    accuracy: Array | None  # (seeds,): of the last training batches, at the best of RATES
    test: Array | None  # (seeds,): of the test set
    finite: float | None  # share of all runs, at whatever rate, whose numbers stayed finite
    solved: list[int | None] | None  # step at which each network had solved the adding problem
    cost: Array  # (AGAIN,): of a step of training, in those of a plain net

    deep = property(lambda self: "cell" not in self.settings)
    trained = property(lambda self: self.settings.get("depth") != 0 and not self.settings.get("frozen"))

    @property
    def learnt(self) -> float:
        """The median accuracy of a deep net, or of a cell the share of networks that solved the problem."""
        if self.accuracy is not None:
            return float(np.median(self.accuracy))
        solved = self.solved or []
        return sum(step is not None for step in solved) / len(solved)


class Board(NamedTuple):
    """The scoreboard, whose rows stand in the order of NETS."""

    rows: dict[str, Row]

    def __getitem__(self, name):
        return self.rows[name] if isinstance(name, str) else tuple(self)[name]


class Treated(NamedTuple):
    """A net, what was changed of it, and its gradient before and after that: decades of each network."""

    name: str
    changes: dict
    settings: dict
    before: Array
    after: Array


class Taught(NamedTuple):
    """A row of the taught table: an answer for each illness, and the rows of the scoreboard that test it."""

    answers: tuple[str, str]
    evidence: tuple[tuple[str, ...], tuple[str, ...]]


class Judgement(NamedTuple):
    """One cell of the taught table, and what the scoreboard says of it."""

    cure: str
    illness: str
    taught: str
    found: str
    well: tuple[str, ...]  # rows of the scoreboard in which the net is well
    ill: tuple[str, ...]

    right = property(lambda self: self.taught == self.found)


class View(NamedTuple):
    """The rows of one kind, deep nets or cells, with their verdicts; one of them is chosen."""

    chosen: Row
    within: float  # decades in which a gradient holds
    rows: tuple[Row, ...]
    verdicts: tuple[str, ...]
    learning: tuple[str, ...]
    baseline: Row | None  # the net without a hidden layer, of deep nets
    priced: bool = False  # whether a dot is as large as a step of training costs


class Advice(NamedTuple):
    """A line of the page to print."""

    seen: str  # what you see
    before: str  # what it was here
    cure: str  # what you do
    after: str  # what it was here then
    lesson: str  # that explains it


class Guide(NamedTuple):
    """The page to print."""

    lines: tuple[Advice, ...]
    baseline: Row  # what the nets have to do better than
