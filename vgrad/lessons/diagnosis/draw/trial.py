"""The diagnosis on trial: each network a mark."""

from __future__ import annotations

from ....kit.marks import curves, grammar
from ....kit.marks.picture import Picture
from ..say import trial as say
from ..say.trial import LOOKS

WIDEST = 8.0  # decades; beyond, at the edge
LIMIT = 0.9  # the accuracy above which a network trains
RING = dict(marker="o", fillstyle="none", color=grammar.INK, linestyle="none")  # around what check_gradients warned of


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
    axes.set_xlabel("range R before training, in decades of ‖dh‖", fontsize=13)
    dots = dict(linestyle="none", markersize=8)
    handles = [curves.key(look.label, color=look.color, marker=look.marker, **dots) for look in LOOKS.values()]
    handles.append(curves.key("check_gradients warned", markersize=12, **RING))
    curves.legend(axes.figure, handles=handles, columnspacing=1.2)
    return Picture(axes.figure, say.diagnosed_sentence(nets), say.diagnosed_alt(nets))


def _reach(net) -> float:
    """Where a network's dot is: so many decades, or at the edge."""
    return min(net.measures["range"], WIDEST)
