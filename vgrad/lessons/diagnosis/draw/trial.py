"""The diagnosis on trial: each network a dot, ROC curves, and how many networks of each band train."""

from __future__ import annotations

import numpy as np
from matplotlib.lines import Line2D

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say.trial import LOOKS, SCORES, bands_sentence, diagnosed_sentence, roc_sentence

WIDEST, LIMIT = 8.0, 0.9  # decades; beyond, at the edge.  The accuracy above which a network trains


@grammar.asked
def diagnosed(nets) -> Picture:
    """A dot for each network: how far its dh spans before training, and what it has learnt."""
    axes = curves.axes(grammar.new_figure(), "accuracy after training")
    for band, look in LOOKS.items():
        some = [net for net in nets if net.band == band]
        x = np.minimum([net.measures["range"] for net in some], WIDEST)
        axes.plot(
            x, [net.accuracy for net in some], look.marker, color=look.color, alpha=0.75, markersize=8, clip_on=False
        )
    warned = [(min(net.measures["range"], WIDEST), net.accuracy) for net in nets if net.warned]
    ring = dict(marker="o", markersize=15, fillstyle="none", color=grammar.INK, linestyle="none", clip_on=False)
    axes.plot(*zip(*warned, strict=True), **ring) if warned else None
    axes.axhline(LIMIT, color=grammar.FAINT, linewidth=1.4, linestyle=":")
    axes.set(xlim=(0, WIDEST), ylim=(0, 1.03))
    axes.set_xticks(range(int(WIDEST) + 1), [*map(str, range(int(WIDEST))), f"≥ {WIDEST:.0f}"])
    axes.set_xlabel("before training: decades between the largest and the smallest dh", fontsize=13)
    handles = [
        Line2D([], [], color=k.color, marker=k.marker, linestyle="none", markersize=8, label=k.label)
        for k in LOOKS.values()
    ]
    handles.append(Line2D([], [], **{**ring, "markersize": 12}, label="check_gradients warned"))
    axes.figure.legend(handles=handles, loc="upper right", ncols=4, frameon=False, fontsize=13, columnspacing=1.2)
    return Picture(axes.figure, diagnosed_sentence(nets))


@grammar.asked
def roc(rocs) -> Picture:
    """Share of the failures that are caught, against the share of good networks that are blamed."""
    figure = grammar.new_figure(9.0, 4.8)
    axes = figure.add_axes((0.075, 0.13, 0.5, 0.77))
    grammar.tidy(axes)
    figure.text(0.012, 0.982, "caught, of the networks that do not train", fontsize=13, va="top", color=grammar.INK)
    for k, one in enumerate(rocs):
        look = SCORES[one.name]
        axes.plot(one.false_alarms, one.caught, color=look.color, linewidth=3 - 0.5 * k, clip_on=False,
                  marker="D" if len(one.caught) < 5 else "", markersize=9)  # fmt: skip
        text = f"{look.label}\narea {one.area:.2f}"
        figure.text(0.62, 0.78 - 0.2 * k, text, fontsize=15, weight="bold", color=look.color, va="center")
    axes.plot([0, 1], [0, 1], color=grammar.FAINT, linewidth=1.4, linestyle=":")
    figure.text(0.62, 0.78 - 0.2 * len(rocs), "dotted: a coin, area 0.5", fontsize=13, color=grammar.FAINT)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xlabel("false alarms, of the networks that train", fontsize=13)
    return Picture(figure, roc_sentence(rocs))


@grammar.asked
def bands(rates) -> Picture:
    """Bars of the share that trains.   rates : name -> {band: (how many train, of how many)}."""
    axes = curves.axes(grammar.new_figure(), "share of the networks that train")
    wide = 0.92 / max(len(groups) for groups in rates.values())
    for at, groups in enumerate(rates.values()):
        for k, (band, (good, all_)) in enumerate(groups.items()):
            look, x = _bar(band), at + (k - (len(groups) - 1) / 2) * wide
            share = good / all_ if all_ else 0.0
            axes.bar(x, share, 0.9 * wide, color=look.color)
            axes.text(
                x, share + 0.02, f"{good}/{all_}\n{_short(look.label)}", ha="center", fontsize=11, color=grammar.INK
            )
    axes.set(ylim=(0, 1.2), yticks=[0, 0.25, 0.5, 0.75, 1])
    axes.set_xticks(range(len(rates)), list(rates))
    return Picture(axes.figure, bands_sentence(rates))


def _short(band: str) -> str:
    """A band's name where there is little room."""
    if band.endswith(" or more"):
        return f"≥ {band.removesuffix(' or more')}"
    return band.replace("under ", "< ").replace(" to ", "–")


def _bar(band: str) -> grammar.Look:
    return LOOKS.get(band, grammar.Look("#12305c", "", band))
