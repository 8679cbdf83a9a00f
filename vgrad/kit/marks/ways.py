"""Both ways in one picture: how large h is going forward, and dh coming back, each relative to where it starts."""

from __future__ import annotations

from . import grammar
from .flow import Curve, FlowPlot, frame

LOOKS = {  # each marker points where its curve goes
    "h": grammar.Look("#b3006b", ">", "h"),
    "dh": grammar.Look("#00558f", "<", "dh"),
}


class WaysPlot(FlowPlot):
    """The picture kept alive, of a record whose ``relative`` and ``theory`` have "h" and "dh"."""

    title = "h over the input's, dh over the last layer's"

    def _curves(self) -> dict[str, Curve]:
        return {quantity: Curve(self.axes, quantity, look) for quantity, look in LOOKS.items()}

    def _drawn(self, record) -> dict:
        return dict.fromkeys(LOOKS, record)

    def _frame(self, *now) -> None:
        frame(self.axes, *now)
        for words in self.axes.texts:
            if not words.get_animated():
                words.set(x=0.55, ha="center")  # the curves end at the sides


def ends(record) -> str:
    """Medians of five layers of both, for the text that stands for the picture."""
    layers = sorted({round(1 + k * (record.depth - 1) / 4) for k in range(5)})
    said = []
    for name, start in (("h", "the input"), ("dh", "the last layer")):
        points = ", ".join(f"{grammar.number(record.relative[name].median[k - 1])} at layer {k}" for k in layers)
        said.append(f"{name} relative to {start} is {points}")
    return "; ".join(said)
