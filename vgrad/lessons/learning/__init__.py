"""What does it do to training?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.experiments.stored import Cell
from ...kit.experiments.training import TrainingRecord, message, train_mlp, watch
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore
from .measure import readout, readout_after, sgd_readout, trains
from .records import ReadoutRecord
from .tables import TABLES

__all__ = [
    "TABLES", "Cell", "ReadoutRecord", "TrainingRecord", "ask", "check", "draw", "explore", "flow", "load",
    "message", "readout", "readout_after", "sgd_readout", "show", "train_mlp", "trains", "watch",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(TrainingRecord)(draw.training.training)
draws(TrainingRecord, several=True)(draw.training.losses)
draws(ReadoutRecord, several=True)(draw.readout.readouts)
draws(Cell, several=True)(draw.tables.paradox)
