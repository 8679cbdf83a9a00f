"""The questions and exercises of all lessons, by name, as one lesson's notebook meets its own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from vgrad.kit import questions
from vgrad.lessons import ROOMS
from vgrad.lessons.stored import TABLES

CHECKED = [f"vgrad.lessons.{room}.check" for room in ROOMS]
CHECKS = {name.split(".")[2]: import_module(name) for name in CHECKED if find_spec(name)}
QUESTIONS = {name: asked for room in ROOMS for name, asked in questions.read(f"vgrad.lessons.{room}").items()}
EXERCISES = {name: exercise for check in CHECKS.values() for name, exercise in check.EXERCISES.items()}


def predict(name):
    """The question called ``name``, on the page."""
    room = next((room for room in ROOMS if name in questions.read(f"vgrad.lessons.{room}")), ROOMS[0])
    return import_module(f"vgrad.lessons.{room}").ask(name)


def answer(name, given):
    """What the check of the exercise called ``name`` says."""
    return _check_of(name).answer(name, given)


def _check_of(name):
    """The check that has the exercise; where none has, the first one, which refuses it."""
    checks = list(CHECKS.values())
    return next((check for check in checks if name in check.EXERCISES), checks[0])


def load(name):
    """The cells of a stored table, of whichever lesson."""
    return TABLES[name].load(name)


def compute(name, cells):
    """Some of its cells anew."""
    return TABLES[name].compute(name, cells)
