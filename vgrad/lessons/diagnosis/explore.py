"""What is the matter with this network?  A blind patient: order tests, name the illness, treat it, and be graded."""

from __future__ import annotations

from ...kit.explorers.controls import choice, row, switch, whole
from ...kit.explorers.framework import Explorer
from . import records
from .draw import clinic as draw
from .measure import clinic as measure
from .say import clinic as say

NOT_YET = "not yet"
TIPS = {
    "profile": "the size of dh, layer by layer",
    "activations": "flat slopes, dead units, and by how much inputs still differ",
    "line": "the gradient along a straight line from one picture to another",
    "updates": "the size of an update over the size of the weights",
    "loss": "the loss, step by step",
}
PRESETS = {
    "Order every test": dict.fromkeys(TIPS, True),
    "Another patient": dict(patient=2),
    "A case, solved": dict(patient=16, diagnosis="vanishing", treatment="batch norm", **dict.fromkeys(TIPS, True)),
}


class ClinicExplorer(Explorer):
    """An explorer in which a new patient, chosen by hand, comes bare; a preset keeps the patient if it names none."""

    def _moved(self, change) -> None:
        if not self._held and change["owner"] is self.controls["patient"]:
            self._move(dict.fromkeys(TIPS, False) | dict(diagnosis=NOT_YET, treatment=NOT_YET))
        super()._moved(change)

    def _preset(self, values: dict) -> None:
        super()._preset({"patient": self.controls["patient"].value} | values)


def clinic(**values) -> Explorer:
    """Explore a blind patient's chart.   values : where its controls start, as the number of a patient of your own."""
    controls = {
        "patient": whole("patient", 1, 1, measure.MOST),
        **{name: switch(say.TESTS[name], False, tip) for name, tip in TIPS.items()},
        "diagnosis": choice("diagnosis", NOT_YET, {name: name for name in (NOT_YET, *measure.ILLNESSES)}),
        "treatment": choice("treatment", NOT_YET, {name: name for name in (NOT_YET, *measure.TREATMENTS)}),
    }
    tests = row("order", *(controls[name] for name in TIPS))
    rows = [controls["patient"].row, tests, controls["diagnosis"].row, controls["treatment"].row]
    return ClinicExplorer(
        "clinic", controls, _measure, draw.ClinicPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, rows=rows, start=values,
    )  # fmt: skip


def _measure(*, patient, diagnosis, treatment, **tests) -> records.Visit:
    """The visit as the controls have it."""
    given = [None if name == NOT_YET else name for name in (diagnosis, treatment)]
    return measure.visit(patient, [name for name, on in tests.items() if on], *given)


EXPLORERS = {"clinic": clinic}
