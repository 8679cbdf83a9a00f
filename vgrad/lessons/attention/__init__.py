"""Do transformers have this problem?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.columns import token_columns
from .measure.cube import cube
from .measure.scores import one_layer, softmax_jacobians
from .measure.training import train_tokens
from .tables import TABLES, best, compare_growth, compare_places, compare_scales, compare_starved

__all__ = [
    "TABLES", "ask", "best", "check", "compare_growth", "compare_places", "compare_scales", "compare_starved", "cube",
    "draw", "explore", "load", "one_layer", "records", "show", "softmax_jacobians", "token_columns", "train_tokens",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.SoftmaxRecord)(draw.scores.jacobians)
draws(records.ColumnsRecord)(draw.columns.columns)
draws(records.ColumnsRecord, several=True)(draw.forms.forms)
draws(records.ScalesRecord)(draw.training.scales)
draws(records.PlacesRecord)(draw.training.places)
draws(records.GrowthRecord)(draw.training.growth)
draws(records.StarvedRecord)(draw.training.starved)
