"""Type a sentence: how much of the gradient at its last word reaches each earlier one?"""

from __future__ import annotations

from ....kit.explorers.controls import networks, real, text
from ....kit.explorers.framework import Explorer
from ..draw import connectivity as draw
from ..measure import connectivity as measure
from ..say import connectivity as say

SENTENCE = "the key near the old cabinets that the sailors painted"
TWICE = "the keys that the farmer saw behind the old door opposite the famous tree near the boat that the child found"
PRESETS = {
    "1 · Gates without a bias: all fade": dict(forget_bias=0.0, update_bias=0.0),
    "2 · Gates told to keep": dict(forget_bias=3.0, update_bias=3.0),
    "3 · A longer sentence": dict(sentence=f"{TWICE} beside the bench"),
    "4 · Longer, and gates that keep": dict(sentence=f"{TWICE} beside the bench", forget_bias=3.0, update_bias=3.0),
    "5 · Sixty words": dict(sentence=" ".join(f"{TWICE} near the box {TWICE} beside {TWICE}".split()[:60])),
    "6 · Larger weights: the RNN holds": dict(gain=2.0),
}


def connectivity(**values) -> Explorer:
    """Explore the gradient at each word of a sentence of your own.   values : where its controls start."""
    controls = {
        "sentence": text("sentence", SENTENCE, "any words, in any language"),
        "forget_bias": real("forget bias", 1.0, -2.0, 5.0, 0.1),
        "update_bias": real("update bias", 1.0, -2.0, 5.0, 0.1),
        "gain": real("weights ×", 1.0, 0.0, 3.0, 0.05),
        "seeds": networks(16, 32),
    }
    return Explorer(
        connectivity, controls, measure.connectivity, draw.ConnectivityPlot,
        sentence=say.sentence, alt=say.alt, presets=PRESETS, first=("sentence", "forget_bias", "update_bias"),
        start=values,
    )  # fmt: skip
