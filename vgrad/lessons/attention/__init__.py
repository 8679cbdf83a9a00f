"""Do transformers have this problem?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.columns import token_columns
from .measure.cube import cube
from .measure.scores import one_layer, softmax_jacobians

__all__ = [
    "ask", "check", "cube", "draw", "explore", "one_layer", "records", "show", "softmax_jacobians", "token_columns",
]  # fmt: skip

ask = asker(__name__)
draws(records.SoftmaxRecord)(draw.scores.jacobians)
draws(records.ColumnsRecord)(draw.columns.columns)
draws(records.ColumnsRecord, several=True)(draw.forms.forms)
