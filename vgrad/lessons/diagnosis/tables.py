"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from .measure import cases, follow, strangers, trial

TABLES = Tables(
    Path(__file__).with_name("tables"),
    diagnosis_held_out=Table(
        "what fresh networks measure on which no limit of the report was set, and how well they learn the digits",
        trial.trial,
        trial.HELD_OUT,
    ),
    diagnosis_followed=Table(
        "three kinds of networks at ten moments of their training: the error that is left, and what reaches layer 1",
        follow.follow,
        [dict(name=name) for name in follow.NETS],
    ),
    diagnosis_cases=Table(
        "networks that people really meet, what the report says of them, and how well they learn the digits",
        cases.case,
        [dict(name=name) for name in cases.CASES],
    ),
    diagnosis_strangers=Table(
        "networks drawn at random, of kinds and with faults on which no limit of the report was set",
        strangers.meet,
        strangers.STRANGERS,
    ),
)
