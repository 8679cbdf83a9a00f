"""Two groups of networks beside each other: a dot for each network, and a thin line between the two of one seed."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.figure import Figure

from . import grammar

LOOKS = (grammar.Look("#5a5a5a", "s", "control"), grammar.Look(grammar.INK, "o", "net"))
LINE = dict(color=grammar.FAINT, linewidth=1.0, alpha=0.7, zorder=1)
FAR = 100.0  # between the largest and the smallest, from where on the axis is logarithmic
LETTERS = 74  # of a title's line


def pairs(control: np.ndarray, net: np.ndarray, names: tuple[str, str], *, title: str, quantity: str) -> Figure:
    """Draw the numbers of both, (seeds,) each; what is not finite is left out.

    names : what stands below the control and the net; title : above the picture; quantity : along the axis.
    """
    figure = grammar.new_figure(8.0, 4.8)
    axes = figure.add_subplot()
    grammar.tidy(axes)
    groups = [np.where(np.isfinite(group), group, np.nan) for group in (control, net)]
    if len(control) == len(net):
        axes.plot([0, 1], np.array(groups), **LINE)
    for place, (group, look) in enumerate(zip(groups, LOOKS, strict=True)):
        there = group[~np.isnan(group)]
        axes.plot(np.full(len(there), place), there, look.marker, color=look.color, markersize=9, alpha=0.85)
        if len(there):
            mean = float(there.mean())
            aside = place - 0.22 if place == 0 else place + 0.22
            axes.plot([place - 0.13, place + 0.13], [mean, mean], color=look.color, linewidth=3.2)
            axes.annotate(
                f"mean {grammar.number(mean)}", (aside, mean), color=look.color, fontsize=13, va="center",
                ha="right" if place == 0 else "left",
            )  # fmt: skip
    _scale(axes, np.concatenate(groups))
    axes.set(xlim=(-0.8, 1.8), xticks=[0, 1])
    axes.set_xticklabels([f"{look.label}\n{name}" for look, name in zip(LOOKS, names, strict=True)], fontsize=13)
    axes.set_ylabel(quantity, fontsize=13)
    axes.set_title(textwrap.fill(title, LETTERS), fontsize=13, loc="left")
    figure.tight_layout()
    return figure


def _scale(axes, numbers: np.ndarray) -> None:
    """Make the axis logarithmic where sizes lie far apart."""
    there = numbers[~np.isnan(numbers)]
    if len(there) and there.min() > 0 and there.max() / there.min() > FAR:
        axes.set_yscale("log")
