"""What is drawn of the stored table on training: what share nets of ever more layers classify correctly."""

from __future__ import annotations

import numpy as np

from ....kit.marks import baseline, curves, grammar
from ....kit.marks.grammar import MARK
from ....kit.marks.picture import Picture
from ..say.tables import by_net, paradox_sentence

TEST = dict(linewidth=1.6, linestyle=(0, (2, 2)), fillstyle="none", markersize=7)


def paradox(cells) -> Picture:
    """Draw the correct share of the nets of the table "depth_paradox" against the depth; an activation is a colour.

    The full line is of training pictures and the dotted one of test pictures, and likewise of the baseline, the net
    without a hidden layer, which stands at the same height at every depth.
    """
    axes = curves.axes(grammar.new_figure(), "share classified correctly")
    ends = []
    for name, group in by_net(cells, "activation").items():
        depths = [cell.settings["depth"] for cell in group]
        look = grammar.look(name)
        median = curves.curve(axes, depths, _rows(group, "accuracy"), look)
        axes.plot(depths, np.median(_rows(group, "test"), axis=0), color=look.color, marker=look.marker, **TEST)
        ends.append((median[-1], look.label, look.color))
    axes.set(xscale="log", xlim=(depths[0] / 1.1, depths[-1] * 1.75), ylim=(0, 1.04))
    axes.plot([depths[0], depths[-1]], [0.1, 0.1], **MARK)
    _draw_baseline(axes, cells[0], depths)
    curves.label_ends(axes, depths[-1], ends)
    _names(axes, depths)
    return Picture(axes.figure, paradox_sentence(cells))


def _rows(group, name: str):
    """A share of each network at each depth, (networks, depths)."""
    return np.array([cell.result[name] for cell in group], float).T


def _draw_baseline(axes, cell, depths) -> None:
    """Draw the correct share of the baseline on training and on test pictures, which is the same at every depth."""
    for name in ("accuracy", "test"):
        height = np.median(cell.result[f"baseline_{name}"])
        axes.plot([depths[0], depths[-1]], [height, height], **baseline.LINE)


def _names(axes, depths) -> None:
    axes.set_xticks(depths, depths)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("hidden layers; the dotted line is guessing", fontsize=13)
    ink = dict(marker="o", markersize=7)
    keys = [curves.key("training", linewidth=2.6, **ink), curves.key("test", **TEST | dict(marker="o"))]
    curves.legend(axes.figure, handles=[*keys, baseline.key()])
