"""How do I see it?"""

from __future__ import annotations

from ...kit.experiments.flow import flow
from ...kit.questions import asker
from ...kit.show import draws, show
from . import check, draw, explore, records
from .measure.cases import CASES, case
from .measure.clinic import order_tests, treat, visit
from .measure.follow import followed
from .measure.grades import bands, interval, misses, verdicts
from .measure.illness import diagnose
from .measure.patients import ILLNESSES, TREATMENTS, patient
from .measure.trial import check_gradients, examine, fresh, nets, rates_of_bands, roc, verdict
from .say.follow import in_numbers
from .say.trial import graded, listed
from .tables import TABLES

__all__ = [
    "CASES", "ILLNESSES", "TABLES", "TREATMENTS", "ask", "bands", "case", "check", "check_gradients", "diagnose",
    "draw", "examine", "explore", "flow", "followed", "fresh", "graded", "in_numbers", "interval", "listed", "load",
    "misses", "nets", "order_tests", "patient", "rates_of_bands", "roc", "show", "treat",
    "verdict", "verdicts", "visit",
]  # fmt: skip

ask = asker(__name__)
load = TABLES.load
draws(records.Net, several=True)(draw.trial.diagnosed)
draws(records.Followed, several=True)(draw.follow.paths)
