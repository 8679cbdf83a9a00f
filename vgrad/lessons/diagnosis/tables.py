"""The tables of this lesson that take too long to compute while one reads."""

from __future__ import annotations

from pathlib import Path

from ...kit.experiments.stored import Table, Tables
from .measure import cases, strangers, trial

TABLES = Tables(
    Path(__file__).with_name("tables"),
    diagnosis_fit=Table(
        "what fresh networks measure, and how well they learn the digits: those on which the bands were set",
        trial.trial,
        trial.FIT,
    ),
    diagnosis_held_out=Table(
        "the same of networks on which nothing was set: other depths, activations, weights and seeds",
        trial.trial,
        trial.HELD_OUT,
    ),
    diagnosis_budget=Table(
        "the same of networks trained with another optimizer, or for longer",
        trial.trial,
        trial.BUDGET,
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
