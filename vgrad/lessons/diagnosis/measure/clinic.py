"""Blind patients: networks with one illness each, tests to be ordered, treatments to be applied.

``patient`` draws who comes with this number. ``order_tests`` makes all tests of one, and ``diagnose`` is the clinic's
own rule, which sees their findings and nothing else. ``treat`` applies a treatment, and trains the network. ``visit``
is all of it, graded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

import numpy as np

from .... import models, probes, require
from ....kit.experiments.protocol import measured
from ....ops import Array
from ....require import Flag, guarded
from ....tape import tree_map
from ..records import LAST, Course, File, Findings, Hint, Visit
from .illness import FALLEN, RULES, diagnose
from .nets import BATCH, Training, dh_of, drawn, passed, pictures, trained
from .patients import ILLNESSES, TREATMENTS, PatientNumber, patient

WATCHED = 60  # steps of training to watch a patient
TREATED = 120  # steps of training after a treatment
POINTS = 128  # on the line between two pictures
SAME = 1e-9  # two updates that differ by less, beside the largest of the layer, are equal
TESTS = ("profile", "activations", "line", "updates", "later", "loss")
TELLS = {  # which test tells an illness
    "vanishing": "profile", "exploding": "profile", "dead": "activations", "saturated": "activations",
    "collapsed": "activations", "shattered": "line", "symmetry": "updates", "unscaled input": "loss",
    "too low precision": "profile", "missing warm-up": "later", "rate too small": "updates", "rate too large": "loss",
    "healthy": "loss",
}  # fmt: skip


def _require_tests(name: str, ordered) -> None:
    require.instance(name, ordered, isinstance(ordered, (list, tuple)), f"some of {TESTS}")
    for test in ordered:
        require.choice(name, test, TESTS)


def _require_illnesses(name: str, earlier) -> None:
    require.instance(name, earlier, isinstance(earlier, (list, tuple)), f"some of {ILLNESSES}")
    for illness in earlier:
        require.choice(name, illness, ILLNESSES)


Tests = Annotated[Sequence[str], _require_tests]
Illness = Annotated[str, require.one_of(ILLNESSES)]
Illnesses = Annotated[Sequence[str], _require_illnesses]
Treatment = Annotated[str, require.one_of(TREATMENTS)]


@guarded
@lru_cache(maxsize=64)
@measured
def order_tests(number: PatientNumber) -> File:
    """Return all tests of the patient of that number."""
    case = patient(number)
    net, path = drawn(case.net, case.seed, "float64")
    x, labels = pictures(case.net, "float64")
    batch = x[:BATCH], labels[:BATCH]
    tape, dlogits = passed(net, path, case.net["activation"], batch)
    flow = probes.flow(net, tape, dlogits)
    outputs = probes.outputs(tape)
    size = np.array([_size(h) for h in outputs])
    alike = 10.0 ** np.array([probes.signal_fraction(h) for h in outputs])
    line = _line(net, case.net["activation"], path, x[:2])
    run = trained(case.net, case.seed, WATCHED)
    lost = _lost(case.net, case.seed, batch, flow)
    later = dh_of(case.net, run.soon)
    equal = np.array([_equal(step.dW[0]) for step in probes.layers(tape, dlogits)][::-1])
    findings = _findings(probes.health(net, tape, dlogits).measures, line, run, lost, later)
    return File(
        findings, case.net["precision"], flow.dh / flow.dh[-1], size, alike, flow.saturated, lost, equal, line,
        run.updates, later, run.losses,
    )  # fmt: skip


def _findings(measures: probes.Measures, line: Array, run: Training, lost: Array, later: Array) -> Findings:
    """The numbers of all tests; of a gradient that is constant, the likeness is 1."""
    return Findings(
        decades=measures.decades,
        range=measures.range,
        lost=float(lost.max()),
        dead=measures.dead,
        saturated=measures.saturated,
        signal=measures.signal,
        likeness=float(np.nan_to_num(probes.autocorrelation(line, 1)[1], nan=1.0)),
        update=float(np.median(run.updates)),
        copies=measures.copies,
        later=float(np.log10(later[0])),
        first_loss=float(run.losses[0]),
        last_loss=float(run.losses[-LAST:].mean()),
        accuracy=run.accuracy,
    )


@guarded
@lru_cache(maxsize=64)
@measured
def treat(number: PatientNumber, treatment: Treatment) -> Course:
    """Apply a treatment, one of TREATMENTS, to the patient of that number, and train."""
    case = patient(number)
    run = trained(TREATMENTS[treatment](case.net), case.seed, TREATED)
    return Course(treatment, run.losses, run.accuracy)


@guarded
def visit(
    number: PatientNumber, ordered: Tests = TESTS, diagnosis: Illness | None = None,
    treatment: Treatment | None = None, *, earlier: Illnesses = (), told: Flag = False,
) -> Visit:  # fmt: skip
    """Return what the patient's chart shows. It is graded when a diagnosis and a treatment are given.

    earlier : diagnoses that were given before this one; told : whether the answer is asked for. A first diagnosis that
    is wrong has a hint.
    """
    file = order_tests(number)
    illness, why = diagnose(file.findings)
    tries = tuple(dict.fromkeys(name for name in (*earlier, diagnosis) if name is not None))
    course = treat(number, treatment) if diagnosis is not None and treatment is not None else None
    found = Visit(number, file, tuple(ordered), (diagnosis, treatment), illness, why, course, tries, told)
    if found.disclosed:
        return found
    hint = None if diagnosis is None else _hint(file.findings, found.ordered, diagnosis, illness)
    return found._replace(hint=hint) if course else found._replace(hint=hint, illness=None, why=None)


def _hint(found: Findings, ordered: tuple[str, ...], diagnosis: str, illness: str) -> Hint:
    """What the tests say of a diagnosis that is wrong."""
    test = TELLS[diagnosis]
    return Hint(test, test in ordered, _shows(found, diagnosis), TELLS[illness])


def _shows(found: Findings, illness: str) -> bool:
    """Whether a patient shows what this illness would show, whatever else it has."""
    if illness == "exploding":
        return not found.range < 2 and not found.decades < 0
    if illness == "rate too large":
        return not found.last_loss < found.first_loss
    if illness == "missing warm-up":
        return not found.later > FALLEN
    return next(holds(found) for name, holds, _ in RULES if name == illness)


def _size(h: Array) -> float:
    return float(np.sqrt(np.mean(h.astype(np.float64) ** 2)))


def _lost(net: dict, seed: int, batch, exact: probes.Flow) -> Array:
    """The share of dh that is 0, subnormal or not finite in the precision of training, and not in float64, (depth,)."""
    params, path = drawn(net, seed, "float32")
    own = tree_map(lambda array: array.astype(net["precision"]), params)
    x = batch[0].astype(net["precision"])
    tape, dlogits = passed(own, path, net["activation"], (x, batch[1]), net["weight"])
    broken = np.sum(np.asarray(probes.flow(own, tape, dlogits).entries), axis=0)
    return np.maximum(broken - np.sum(np.asarray(exact.entries), axis=0), 0.0)


def _equal(dW: Array) -> float:
    """The share of a layer's units whose update is that of another unit, and not 0."""
    peak = np.abs(dW).max(initial=0.0)
    if not 0 < peak < np.inf:
        return 0.0
    columns = dW[:, dW.any(axis=0)] / peak
    mixtures = np.random.default_rng(0).standard_normal((3, len(dW))) @ columns  # of equal columns they are equal
    close = (np.abs(np.diff(mixtures[:, np.argsort(mixtures[0])])) < SAME).all(axis=0)
    return float((np.append(close, False) | np.append(False, close)).sum() / dW.shape[1])


def _line(params, activation: str, path: dict, ends: Array) -> Array:
    """The first logit's derivative along the straight line from one picture to another, at each point of it."""
    start, end = ends
    logits, tape = models.mlp(params, np.linspace(start, end, POINTS), activation, **path)
    one = np.zeros_like(logits)
    one[:, 0] = 1.0
    _, dx = models.gradients(tape, one)
    return dx @ (end - start)
