"""How do I see it in my own network?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.cases import CASES, case
from .measure.clinic import order_tests, treat, visit
from .measure.illness import diagnose
from .measure.patients import ILLNESSES, TREATMENTS, patient
from .measure.strangers import interval, verdicts
from .measure.trial import NEW, by_budget, check_gradients, examine, fresh, nets, rates_of_bands, roc, rocs, verdict
from .tables import TABLES

__all__ = [
    "CASES", "ILLNESSES", "NEW", "TABLES", "TREATMENTS", "ask", "by_budget", "case", "check", "check_gradients",
    "diagnose", "draw", "examine", "explore", "flow", "fresh", "interval", "load", "nets", "order_tests",
    "patient", "rates_of_bands", "roc", "rocs", "show", "treat", "verdict", "verdicts", "visit",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.Net, several=True)(draw.trial.diagnosed)
draws(records.Roc, several=True)(draw.trial.roc)
draws(dict)(draw.trial.bands)
