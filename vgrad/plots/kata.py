"""The program's picture: a bar a layer, on the linear axis it uses and on the one that shows what it hides."""

from __future__ import annotations

import numpy as np

from .. import require
from . import grammar
from .picture import Picture


@grammar.asked
def bars(records, quantity: str = "magnitudes") -> Picture:
    """Bars of ``quantity`` by layer, relative to the largest, an activation a column; linear above, decades below."""
    require.choice("quantity", quantity, ("magnitudes", "dW", "h"))
    figure = grammar.new_figure(9.6, 5.0)
    axes = figure.subplots(2, len(records), sharex=True, sharey="row", squeeze=False)
    figure.subplots_adjust(left=0.095, right=0.995, bottom=0.11, top=0.91, wspace=0.1, hspace=0.14)
    floor = -10.0
    for column, record in zip(axes.T, records, strict=True):
        sizes, look = getattr(record, quantity), grammar.look(record.activation)
        relative, layers = sizes / sizes.max(), np.arange(1, len(sizes) + 1)
        column[0].set_title(look.label, fontsize=13, color=grammar.INK)
        column[0].bar(layers, relative, color=look.color)
        column[1].bar(layers, np.log10(relative) - floor, bottom=floor, color=look.color)
        grammar.shade(column[1], -grammar.HEALTHY, grammar.HEALTHY, floor, 0.5, words=False)
        column[1].set(xticks=layers, ylim=(floor, 0.5))
        for panel in column:
            grammar.tidy(panel, size=11)
    grammar.decade_ticks(axes[1, 0], floor, 0)
    name = "mean |dL/dz|" if quantity == "magnitudes" else f"‖{quantity}‖"
    axes[0, 0].set_ylabel(f"{name} ÷ largest", fontsize=11)
    axes[1, 0].set_ylabel("the same, log axis", fontsize=11)
    figure.supxlabel("layer: input on the left, output on the right", fontsize=12)
    return Picture(figure, _sentence(records, quantity))


def _sentence(records, quantity: str) -> str:
    hidden = sum(int((getattr(r, quantity) < 0.025 * getattr(r, quantity).max()).sum()) for r in records)
    name = "mean |dL/dz|" if quantity == "magnitudes" else f"‖{quantity}‖"
    ratios = ", ".join(
        f"{grammar.number(getattr(r, quantity)[0] / getattr(r, quantity)[-1])} for {grammar.look(r.activation).label}"
        for r in records
    )
    bars = len(records) * len(getattr(records[0], quantity))
    hides = f"on the linear axis {hidden} of {bars} bars are under 2.5 %"
    return f"{name}, each net's divided by its largest. First layer over last: {ratios}; {hides}."
