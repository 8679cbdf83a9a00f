"""What does it do to training?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.experiments.stored import Cell
from ...kit.experiments.training import TrainingRecord, message, train_mlp, watch
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore
from .measure import update_table
from .tables import TABLES

__all__ = [
    "TABLES", "Cell", "TrainingRecord", "ask", "check", "draw", "explore", "flow", "load", "message", "show",
    "train_mlp", "update_table", "watch",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(TrainingRecord)(draw.training.training)
draws(TrainingRecord, several=True)(draw.training.moves)
draws(TrainingRecord, several=True)(draw.training.losses)
draws(Cell, several=True)(draw.tables.paradox)
draws(Cell, several=True)(draw.tables.ratios)
