"""What is the matter with this network?  A blind patient: order tests, name the illness, treat it, and be graded."""

from __future__ import annotations

from ...kit.explorers.controls import Control, choice, row, switch, told, whole
from ...kit.explorers.framework import Explorer
from . import records
from .draw import clinic as draw
from .measure import clinic as measure
from .measure import patients
from .say import clinic as say

NOT_YET = "not yet"
TIPS = {
    "profile": "the size of dh, layer by layer, and what the precision of training loses of it",
    "activations": "flat slopes, dead units, and by how much inputs still differ",
    "line": "the gradient along a straight line from one picture to another",
    "updates": "the size of an update over the size of the weights, and units that are copies of each other",
    "later": "the size of dh, layer by layer, after 10 steps of training",
    "loss": "the loss, step by step",
}
BARE = dict.fromkeys(TIPS, False) | dict(diagnosis=NOT_YET, treatment=NOT_YET, answer=False)
PRESETS = {
    "1 · Order every test": dict.fromkeys(TIPS, True),
    "2 · Another patient": dict(patient=2),
    "3 · A wrong diagnosis gets a hint": dict(patient=12, profile=True, diagnosis="vanishing"),
    "4 · A case, solved": dict(
        patient=33, diagnosis="vanishing", treatment="batch norm", **dict.fromkeys(TIPS, True)
    ),
    "5 · Well named, and not cured": dict(
        patient=14, profile=True, loss=True, diagnosis="exploding", treatment="clip the gradient"
    ),
    "6 · Well at first": dict(patient=7, profile=True, later=True),
}  # fmt: skip


class ClinicExplorer(Explorer):
    """An explorer that remembers which diagnoses were given, because the first one counts.

    A new patient, chosen by hand, comes bare, and a preset keeps the patient if it names none. Both, and Reset, forget
    what was said before.
    """

    def __init__(self, entry, controls, plot, **more):
        self._given: list[str] = []
        self._seen: int | None = None
        super().__init__(entry, controls, self.visit, plot, **more)

    def reset(self) -> None:
        """Move all controls back to how this page started, and forget what was said."""
        self._given = []
        super().reset()

    def visit(self, *, patient: int, diagnosis: str, treatment: str, answer: bool, **tests: bool) -> records.Visit:
        """Return the visit as the controls have it, after the diagnoses that were given before."""
        if patient != self._seen:
            self._seen = patient
            self._given = []
        if diagnosis not in (NOT_YET, *self._given):
            self._given.append(diagnosis)
        chosen = [None if name == NOT_YET else name for name in (diagnosis, treatment)]
        ordered = [name for name, on in tests.items() if on]
        return measure.visit(patient, ordered, *chosen, earlier=self._given, told=answer)

    def _show(self, resting: bool = True) -> None:
        super()._show(resting)
        self._behind.value = told(self.controls, self._default, ["answer"])  # all others can be seen

    def _moved(self, change) -> None:
        if not self._held and change["owner"] is self.controls["patient"]:
            self._move(BARE)
        super()._moved(change)

    def _preset(self, values: dict) -> None:
        self._given = []
        super()._preset({"patient": self.controls["patient"].value} | values)


def clinic(**values) -> Explorer:
    """Explore a blind patient's chart.   values : where its controls start, as the number of a patient of your own."""
    tests = {name: switch(say.TESTS[name], False, tip) for name, tip in TIPS.items()}
    named = choice("diagnosis", NOT_YET, {name: name for name in (NOT_YET, *patients.ILLNESSES)})
    treated = choice("treatment", NOT_YET, {name: name for name in (NOT_YET, *patients.TREATMENTS)})
    answer = switch("show the answer", False, "the illness, and how one sees it")
    controls = {
        "patient": whole("patient", 1, 1, patients.MOST),
        **tests | dict(profile=Control(tests["profile"].widget, _below_each_other(*tests.values()))),
        "diagnosis": Control(named.widget, _below_each_other(named, treated)),
        "treatment": treated,
        "answer": answer,
    }
    return ClinicExplorer(
        clinic, controls, draw.ClinicPlot, first=("patient", "profile", "diagnosis"), rows=[answer.row],
        sentence=say.sentence, alt=say.alt, presets=PRESETS, start=values,
    )  # fmt: skip


def _below_each_other(*controls: Control):
    """One row with several controls, each below the one before it."""
    several = row("", *controls)
    several.children = several.children[1:]  # without a label
    several.layout.flex_flow = "column"
    several.layout.align_items = "stretch"
    return several


EXPLORERS = {"clinic": clinic}
