"""The exercise in the clinic: three patients, each with a diagnosis and a treatment."""

from __future__ import annotations

from ....kit.judging import sentence
from ..measure.clinic import visit
from ..records import Visit


def treated(visits) -> str | None:
    """Three patients, each with the right diagnosis and a treatment that works."""
    visits = list(visits.values() if isinstance(visits, dict) else visits) if hasattr(visits, "__iter__") else []
    if len(visits) != 3 or not all(isinstance(one, Visit) for one in visits):
        return "hand over a list of three visits, one of each patient"
    for one in visits:
        if one.course is None:
            return f"patient {one.patient} has been visited, but still needs a diagnosis and a treatment, both by name"
    if len({one.illness for one in visits}) < 3:
        return "the visits are complete. But take patients of three different illnesses"
    for one in visits:
        why = _wrong_visit(one)
        if why:
            return f"of patient {one.patient}, {why}"
    return None


def _wrong_visit(one: Visit) -> str | None:
    again = visit(one.patient, one.ordered, *one.chosen)
    if (again.illness, again.passed) != (one.illness, one.passed):
        return "the visit is not what visit returns; run it again, and hand over the visit itself"
    if one.chosen[0] != one.illness:
        return f"the tests are done, but the diagnosis is not {one.chosen[0]}. {sentence(one.why)}"
    if one.passed or one.course is None:
        return None
    if one.illness == "healthy":
        return "healthy is right, and so it needs no treatment"
    if one.course.learns:
        return f"{one.illness} is right, but {one.chosen[1]} is not what it needs"
    after = f"After it, the network tells {one.course.accuracy:.0%} of the digits"
    return f"{one.illness} is right, but {one.chosen[1]} is not what it needs. {after}"
