"""What is drawn of the stored tables on training: the loss against the depth, and updates against what was learnt."""

from __future__ import annotations

import numpy as np

from ....kit.marks import curves, grammar
from ....kit.marks.grammar import MARK
from ....kit.marks.picture import Picture
from ....kit.words.phrases import GUESS
from ..say.tables import by_net, finite, paradox_sentence, ratios_sentence
from ..say.training import OPTIMIZERS
from .training import RULE, SPARE

FILLS = {"sgd": "full", "adam": "none"}  # of the dots, by optimizer
LEGEND = dict(ncols=6, fontsize=12, columnspacing=0.8, handletextpad=0.1)


def paradox(cells) -> Picture:
    """Draw the training loss of the stored table "depth_paradox" against the depth; an activation is a curve."""
    axes = curves.axes(grammar.new_figure(), "training loss, mean of the last ten steps")
    ends = []
    for name, group in by_net(cells, "activation").items():
        depths = [cell.settings["depth"] for cell in group]
        look = grammar.look(name)
        median = curves.curve(axes, depths, np.array([cell.result["loss"] for cell in group], float).T, look)
        ends.append((median[-1], look.label, look.color))
    axes.set(xscale="log", xlim=(depths[0] / 1.1, depths[-1] * 1.75), ylim=(0, 2.6))
    axes.axhline(GUESS, **MARK)
    curves.label_ends(axes, depths[-1], ends)
    axes.set_xticks(depths, depths)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("layers; the dotted line is guessing", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, paradox_sentence(cells))


def ratios(cells) -> Picture:
    """Draw a dot for each run of the stored table "update_ratio": early updates over weights, and what was learnt."""
    axes = curves.axes(grammar.new_figure(), "final accuracy")
    for cell in cells:
        look = _look(cell)
        update, accuracy = finite(cell)
        style = dict(color=look.color, marker=look.marker, linestyle="none", markersize=9)
        axes.plot(np.log10(update), accuracy, fillstyle=FILLS.get(cell.settings["optimizer"], "full"), **style)
    axes.axvline(RULE, **MARK)
    axes.set(xlim=(-5.2, 0.2), ylim=(0, 1.03))
    axes.text(RULE, 0.03, " a thousandth", fontsize=13, color=grammar.FAINT)
    axes.set_xticks(range(-5, 1), [grammar.power_of_ten(k) for k in range(-5, 1)])
    axes.set_xlabel("early update over weights, the layers' median", fontsize=13)
    curves.legend(axes.figure, handles=_keys(cells), **LEGEND)
    return Picture(axes.figure, ratios_sentence(cells))


def _keys(cells) -> list:
    """What the legend shows: each kind of net, and each optimizer."""
    ink = dict(linestyle="none", markersize=8)
    nets = dict.fromkeys(map(_look, cells))
    handles = [curves.key(look.label, color=look.color, marker=look.marker, **ink) for look in nets]
    handles += [curves.key(OPTIMIZERS[name], marker="o", fillstyle=fill, **ink) for name, fill in FILLS.items()]
    return handles


def _look(cell) -> grammar.Look:
    """Of a kind of net: a norm's has a look of its own."""
    look = grammar.look(cell.settings["activation"])
    return look if cell.settings["norm"] == "none" else SPARE[0]._replace(label=f"{look.label}, batch norm")
