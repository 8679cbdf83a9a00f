"""What the experiments of this lesson return.

These are plain records about the report, its trial and the clinic.
"""

from __future__ import annotations

from typing import NamedTuple

from ... import probes, require
from ...ops import Array

LEARNS = 0.9  # above this accuracy of the last 10 batches, a treatment has worked


class Patient(NamedTuple):
    """Who comes with a number, which the clinic does not tell before the end."""

    number: int
    illness: str
    net: dict  # how it is built and trained
    seed: int


class File(NamedTuple):
    """What all tests of one patient have found."""

    findings: Findings
    precision: str  # of training
    dh: Array  # (depth,), relative to the last
    size: Array  # (depth,): √ mean h²
    alike: Array  # (depth,): 10^signal fraction, by how much inputs differ
    flat: Array  # (depth,): the share of saturated entries, whose slopes are below 0.01
    lost: Array  # (depth,): the share of dh that is 0, subnormal or not finite in that precision, and not in float64
    equal: Array  # (depth,): the share of units that receive the update of another unit
    line: Array  # (POINTS,): the gradient of one output along a line of inputs
    updates: Array  # (layers,): the median of ‖ΔW‖ / ‖W‖
    later: Array  # (depth,): dh after ten steps of training, relative to the last
    losses: Array  # (steps,); NaN where training had ended


class Course(NamedTuple):
    """A network's training after a treatment."""

    treatment: str
    losses: Array
    accuracy: float

    @property
    def learns(self) -> bool:
        """Whether the treatment has worked."""
        return self.accuracy > LEARNS


class Hint(NamedTuple):
    """What there is to say of a wrong diagnosis without telling the right one."""

    test: str  # the test that tells whether a patient has the illness that was named
    ordered: bool
    shows: bool  # whether it does show that illness
    other: str  # the test that tells what this patient has


class Visit(NamedTuple):
    """A patient, what has been ordered, what was said of it, and what became of diagnosis and treatment.

    The illness is None until it may be told, or a diagnosis and a treatment are given.
    """

    patient: int
    file: File
    ordered: tuple[str, ...]
    chosen: tuple[str | None, str | None]  # diagnosis and treatment
    illness: str | None  # the clinic's
    why: str | None
    course: Course | None
    tries: tuple[str, ...] = ()  # all diagnoses that were given, in their order
    told: bool = False  # whether the answer was asked for
    hint: Hint | None = None

    @property
    def right(self) -> bool:
        """Whether the diagnosis is the clinic's."""
        return self.chosen[0] is not None and self.chosen[0] == self.illness

    @property
    def disclosed(self) -> bool:
        """Whether the illness may be told: it was named, or two others were, or the answer was asked for."""
        return self.told or len(self.tries) > 1 or self.illness in self.tries

    @property
    def cured(self) -> bool:
        """Whether the treatment is one that this patient needs."""
        if self.course is None:
            return False
        return self.course.learns and (self.illness == "healthy") == (self.chosen[1] == "leave it alone")

    @property
    def passed(self) -> bool:
        """Whether the illness was named at the first try, without the answer, and the treatment is what it needs."""
        return self.right and self.cured and self.tries[0] == self.illness and not self.told


LAST = 10  # batches whose accuracy is averaged
TRAINS = 0.9  # above this accuracy of the last batches, a network trains


class Net(NamedTuple):
    """One network of a stored table: what was measured before training, and what became of it."""

    settings: dict
    measures: dict[str, float]
    band: str  # of probes.health
    total_norm: float  # of all gradients together
    warned: bool  # whether check_gradients said anything but "OK"
    accuracy: float  # after training, at the best rate

    @property
    def trains(self) -> bool:
        """Whether the network has learnt."""
        return self.accuracy > TRAINS


class Miss(NamedTuple):
    """One network of which the report was wrong: a green one that does not learn, or a red one that does."""

    kind: str  # of the network, such as "convolutional"
    unusual: str  # of its weights, its inputs or its precision; "none" if nothing is
    optimizer: str
    band: str
    accuracy: float  # after training, at the best rate


class Followed(NamedTuple):
    """Networks of one kind while they train: at each of ``steps``, a number for each network, (examinations, seeds)."""

    name: str  # of NETS, such as "tanh, 5 layers"
    steps: tuple[int, ...]  # after which the networks were examined
    dlogits: Array  # ‖dlogits‖, at the same digits each time
    left: Array  # ‖dlogits‖ over what it was at step 0: how much error is left
    reaches: Array  # ‖dh_1‖ / ‖dlogits‖: the backward gain
    first_layer: Array  # ‖dW_1‖
    accuracy: Array  # at the same digits
    states: list[list[str]]  # of the report: "fresh", "learning", "converged" or "vanished"
    width: int
    rate: float  # the learning rate of momentum

    @property
    def dh_1(self) -> Array:
        """‖dh_1‖, which is the backward gain times ‖dlogits‖."""
        return self.reaches * self.dlogits

    def at(self, step: int) -> Followed:
        """Return the examination after ``step`` steps alone, whose arrays are (seeds,)."""
        i = self.steps.index(require.choice("step", step, list(self.steps)))
        arrays = ("dlogits", "left", "reaches", "first_layer", "accuracy", "states")
        return self._replace(steps=(step,), **{name: getattr(self, name)[i] for name in arrays})


class Look(NamedTuple):
    """One fresh network, as our report and as the usual check see it."""

    health: probes.Health
    flow: probes.Flow  # layer by layer
    grads: list
    total_norm: float
    verdict: str  # of check_gradients


class Roc(NamedTuple):
    """Every threshold of a score at once, and what each would do."""

    name: str
    caught: Array  # share of the networks that do not train, which lie above the threshold
    false_alarms: Array  # share of those that train
    area: float  # the chance that the score is higher for a network that does not train than for one that does


class Grade(NamedTuple):
    """How well a rule tells which networks will learn."""

    name: str
    caught: int  # of the networks that fail, by the rule's own limit
    failing: int
    blamed: int  # of the networks that learn: false alarms
    good: int
    area: float  # under the ROC curve of its score


class Findings(NamedTuple):
    """What the tests find, each a number or two."""

    decades: float  # profile: log10 ‖dh_1‖ / ‖dh_depth‖
    range: float  # decades between the largest and the smallest ‖dh_k‖
    lost: float  # the largest share of a layer's dh that the precision of training loses
    dead: float  # activations: the largest share of dead units in a layer
    saturated: float  # the largest share of slopes below 0.01
    signal: float  # the signal fraction of the last h, a log10
    likeness: float  # line: of the gradient with itself, one step on
    update: float  # updates: ‖ΔW‖ / ‖W‖, the median
    copies: float  # the largest share of units that are and remain a copy of another one
    later: float  # after ten steps: log10 ‖dh_1‖ / ‖dh_depth‖
    first_loss: float
    last_loss: float  # loss: the mean of the last 10 batches
    accuracy: float
