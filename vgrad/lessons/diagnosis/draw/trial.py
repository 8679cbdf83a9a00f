"""The diagnosis on trial: each network a dot, ROC curves, and how many networks of each band train."""

from __future__ import annotations

from typing import Annotated

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ....require import guarded, thing
from ..say.trial import LOOKS, SCORES, bands_sentence, diagnosed_sentence, roc_sentence

WIDEST = 8.0  # decades; beyond, at the edge
LIMIT = 0.9  # the accuracy above which a network trains
RING = dict(marker="o", fillstyle="none", color=grammar.INK, linestyle="none")  # around what check_gradients warned of


def _are_rates(rates) -> bool:
    return isinstance(rates, dict) and bool(rates) and all(isinstance(each, dict) and each for each in rates.values())


Rates = Annotated[dict, thing("a dict of what rates_of_bands returned, by name", _are_rates)]


def diagnosed(nets) -> Picture:
    """Draw a dot for each network: how far its dh spans before training, and what it has learnt."""
    axes = curves.axes(grammar.new_figure(), "accuracy after training")
    for band, look in LOOKS.items():
        some = [net for net in nets if net.band == band]
        dots = dict(color=look.color, alpha=0.75, markersize=8, clip_on=False)
        axes.plot([_reach(net) for net in some], [net.accuracy for net in some], look.marker, **dots)
    warned = [net for net in nets if net.warned]
    if warned:
        ring = dict(markersize=15, clip_on=False, **RING)
        axes.plot([_reach(net) for net in warned], [net.accuracy for net in warned], **ring)
    axes.axhline(LIMIT, **grammar.MARK)
    axes.set(xlim=(0, WIDEST), ylim=(0, 1.03))
    axes.set_xticks(range(int(WIDEST) + 1), [*map(str, range(int(WIDEST))), f"≥ {WIDEST:.0f}"])
    axes.set_xlabel("before training: decades between the largest and the smallest dh", fontsize=13)
    dots = dict(linestyle="none", markersize=8)
    handles = [curves.key(look.label, color=look.color, marker=look.marker, **dots) for look in LOOKS.values()]
    handles.append(curves.key("check_gradients warned", markersize=12, **RING))
    curves.legend(axes.figure, handles=handles, columnspacing=1.2)
    return Picture(axes.figure, diagnosed_sentence(nets))


def _reach(net) -> float:
    """Where a network's dot is: so many decades, or at the edge."""
    return min(net.measures["range"], WIDEST)


def roc(rocs) -> Picture:
    """Draw the share of the failures that are caught, against the share of good networks that are blamed."""
    figure = grammar.new_figure(9.0, 4.8)
    axes = figure.add_axes((0.075, 0.13, 0.5, 0.77))
    grammar.tidy(axes)
    curves.title(figure, "caught, of the networks that do not train")
    for k, one in enumerate(rocs):
        look = SCORES[one.name]
        style = dict(color=look.color, linewidth=3 - 0.5 * k, markersize=9, clip_on=False)
        axes.plot(one.false_alarms, one.caught, marker="D" if len(one.caught) < 5 else "", **style)
        text = f"{look.label}\narea {one.area:.2f}"
        figure.text(0.62, 0.78 - 0.2 * k, text, fontsize=15, weight="bold", color=look.color, va="center")
    axes.plot([0, 1], [0, 1], **grammar.MARK)
    figure.text(0.62, 0.78 - 0.2 * len(rocs), "dotted: a coin, area 0.5", fontsize=13, color=grammar.FAINT)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xlabel("false alarms, of the networks that train", fontsize=13)
    return Picture(figure, roc_sentence(rocs))


@guarded
def bands(rates: Rates) -> Picture:
    """Draw the share that trains as bars.   rates : name -> {band: (how many train, of how many)}."""
    axes = curves.axes(grammar.new_figure(), "share of the networks that train")
    wide = 0.92 / max(len(groups) for groups in rates.values())
    for at, groups in enumerate(rates.values()):
        for k, (band, (good, of)) in enumerate(groups.items()):
            look = LOOKS.get(band, grammar.Look("#12305c", "", band))
            x = at + (k - (len(groups) - 1) / 2) * wide
            share = good / of if of else 0.0
            axes.bar(x, share, 0.9 * wide, color=look.color)
            words = f"{good}/{of}\n{_short(look.label)}"
            axes.text(x, share + 0.02, words, ha="center", fontsize=11, color=grammar.INK)
    axes.set(ylim=(0, 1.2), yticks=[0, 0.25, 0.5, 0.75, 1])
    axes.set_xticks(range(len(rates)), list(rates))
    return Picture(axes.figure, bands_sentence(rates))


def _short(band: str) -> str:
    """A band's name where there is little room."""
    if band.endswith(" or more"):
        return f"≥ {band.removesuffix(' or more')}"
    return band.replace("under ", "< ").replace(" to ", "–")
