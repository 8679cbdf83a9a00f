"""Where does the gradient go in a deep net?"""

from __future__ import annotations

from ...kit.experiments.flow import CHOICES, FlowRecord, flow
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure import (
    TEN_LAYER_ACTIVATIONS,
    TYPICAL_SLOPES,
    distribution,
    gradient_magnitudes,
    lcg,
    ten_layer_weights,
    ten_layers,
)

__all__ = [
    "CHOICES", "TEN_LAYER_ACTIVATIONS", "TYPICAL_SLOPES", "FlowRecord", "ask", "check", "distribution", "draw",
    "explore", "flow", "gradient_magnitudes", "lcg", "show", "ten_layer_weights", "ten_layers",
]  # fmt: skip

ask = asker(__name__)
draws(records.TenLayerRecord, several=True)(draw.bars)
draws(FlowRecord, several=True)(draw.grid)
draws(FlowRecord, several=True)(draw.spread)
draws(records.DistributionRecord)(draw.distribution)
