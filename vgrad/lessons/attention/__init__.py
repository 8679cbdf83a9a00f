"""Do transformers have this problem?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.collapse import collapse, cube
from .measure.scores import one_layer, softmax_jacobians

__all__ = [
    "ask", "check", "collapse", "cube", "draw", "explore", "one_layer", "records", "show", "softmax_jacobians",
]  # fmt: skip

ask = asker(__name__)
draws(records.SoftmaxRecord)(draw.scores.jacobians)
draws(records.CollapseRecord, several=True)(draw.collapse.forms)
