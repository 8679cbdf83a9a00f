"""How do I see it in my own network?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.clinic import ILLNESSES, TREATMENTS, order_tests, patient, treat, visit
from .measure.illness import diagnose
from .measure.trial import NEW, by_budget, check_gradients, examine, fresh, nets, rates_of_bands, roc, rocs, verdict
from .tables import TABLES

__all__ = [
    "ILLNESSES", "NEW", "TABLES", "TREATMENTS", "ask", "by_budget", "check", "check_gradients", "diagnose", "draw",
    "examine", "explore", "flow", "fresh", "load", "nets", "order_tests", "patient", "rates_of_bands", "roc", "rocs",
    "show", "treat", "verdict", "visit",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.Net, several=True)(draw.trial.diagnosed)
draws(records.Roc, several=True)(draw.trial.roc)
draws(dict)(draw.trial.bands)
