"""Both ways in one picture: how large h is going forward, and dh coming back, each relative to where it starts."""

from __future__ import annotations

from . import grammar
from .flow import FlowPlot

LOOKS = {  # each marker points where its curve goes
    "h": grammar.Look("#b3006b", ">", "h"),
    "dh": grammar.Look("#00558f", "<", "dh"),
}


class WaysPlot(FlowPlot):
    """The picture kept alive, of a FlowRecord that shows "h" and "dh"."""

    title = "size of h ÷ the input's, of dh ÷ the last's"
    looks = LOOKS
    centred = True
