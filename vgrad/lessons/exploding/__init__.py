"""What breaks, and does clipping mend it?"""

from __future__ import annotations

from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.cliff import descend, gradient, surface, walk
from .measure.spikes import long_run, spikes_with
from .measure.thresholds import both_passes, clipped_at, norms_seen
from .measure.training import PRECISIONS, autopsy, train_rnn, upscaled
from .tables import REMEDIES, TABLES, at_threshold, with_remedy

__all__ = [
    "PRECISIONS", "REMEDIES", "TABLES", "ask", "at_threshold", "autopsy", "both_passes", "check", "clipped_at",
    "descend", "draw", "explore", "gradient", "long_run", "norms_seen", "show", "spikes_with", "surface",
    "train_rnn", "upscaled", "walk", "with_remedy",
]  # fmt: skip

ask = asker(__name__)
draws(records.CliffRecord)(draw.cliff.walk)
draws(records.RunsRecord, several=True)(draw.training.runs)
draws(records.LongRun)(draw.spikes.spikes)
