"""Blind patients: networks with one illness each, tests to be ordered, treatments to be applied.

``patient`` draws who comes with this number. ``order_tests`` makes all tests of one, and ``diagnose`` is the clinic's
own rule, which sees their findings and nothing else. ``treat`` applies a treatment, and trains the network. ``visit``
is all of it, graded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.learning import usual
from ....kit.experiments.protocol import measured, norm_and_skip
from ....ops import Array
from ....require import Flag, guarded
from ..records import LAST, Course, File, Findings, Hint, Patient, Visit
from .illness import RULES, diagnose

MOST = 80  # numbers of patients
WIDTH = 32
BATCH = 64
WATCHED = 60  # steps of training to watch a patient
TREATED = 120  # steps of training after a treatment
POINTS = 128  # on the line between two pictures
TESTS = ("profile", "activations", "line", "updates", "loss")
RATE = 0.03  # the learning rate that fits
SMALL = 2e-4
LARGE = 3.0
FIT = dict(activation="tanh", depth=6), dict(activation="relu", depth=5), dict(activation="leaky_relu", depth=5)
CASES: tuple[tuple[str, dict], ...] = (
    ("vanishing", dict(activation="sigmoid", depth=14)),
    ("vanishing", dict(activation="relu", depth=10, scheme="glorot_standard")),
    ("vanishing", dict(activation="tanh", depth=14, gain=0.5)),
    ("exploding", dict(activation="relu", depth=7, gain=3.0)),
    ("exploding", dict(activation="leaky_relu", depth=7, gain=3.0)),
    ("exploding", dict(activation="relu", depth=16, skip="post")),
    ("saturated", dict(activation="tanh", depth=4, gain=20.0)),
    ("saturated", dict(activation="tanh", depth=6, gain=15.0)),
    ("dead", dict(activation="relu", depth=5, bias=-2.0)),
    ("dead", dict(activation="relu", depth=6, scheme="lecun_normal", bias=-1.5)),
    ("collapsed", dict(activation="relu", depth=12, scheme="lecun_normal", bias=1.0)),
    ("collapsed", dict(activation="leaky_relu", depth=14, scheme="lecun_normal", bias=1.0)),
    ("shattered", dict(activation="relu", depth=14, norm="batch")),
    ("shattered", dict(activation="leaky_relu", depth=14, norm="batch")),
    *(("rate too small", net | dict(rate=SMALL)) for net in FIT),
    *(("rate too large", net | dict(rate=LARGE)) for net in FIT),
    *(("healthy", net) for net in FIT),
    ("healthy", dict(activation="sigmoid", depth=8, norm="batch")),
)
ILLNESSES = tuple(dict.fromkeys(illness for illness, _ in CASES))
USUAL = dict(scheme=None, gain=1.0, bias=0.0, norm=None, skip=None, alpha=1.0, rate=RATE, clip_norm=None)
TREATMENTS = {
    "weights that fit": lambda net: net | dict(scheme=None, gain=1.0, bias=0.0),
    "batch norm": lambda net: net | dict(norm="batch", skip=None),
    "a path, 1/depth": lambda net: net | dict(skip="post", alpha="1/depth", norm=None),
    "clip the gradient": lambda net: net | dict(clip_norm=1.0),
    "rate × 100": lambda net: net | dict(rate=100 * net["rate"]),
    "rate ÷ 100": lambda net: net | dict(rate=net["rate"] / 100),
    "leave it alone": dict,
}


TELLS = {  # which test tells an illness
    "vanishing": "profile", "exploding": "profile", "dead": "activations", "saturated": "activations",
    "collapsed": "activations", "shattered": "line", "rate too small": "updates", "rate too large": "loss",
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


PatientNumber = Annotated[int, lambda _, number: require.whole("patient", number, 1, MOST)]
Tests = Annotated[Sequence[str], _require_tests]
Illness = Annotated[str, require.one_of(ILLNESSES)]
Illnesses = Annotated[Sequence[str], _require_illnesses]
Treatment = Annotated[str, require.one_of(TREATMENTS)]


@guarded
def patient(number: PatientNumber) -> Patient:
    """Draw the patient of that number, who has an illness, one of its cases, and a network with weights of its own."""
    rng = np.random.default_rng((number, 11))
    illness = ILLNESSES[rng.integers(len(ILLNESSES))]
    cases = [net for name, net in CASES if name == illness]
    return Patient(number, illness, USUAL | cases[rng.integers(len(cases))], int(rng.integers(2**31)))


@guarded
@lru_cache(maxsize=64)
@measured
def order_tests(number: PatientNumber) -> File:
    """Return all tests of the patient of that number."""
    case = patient(number)
    activation = case.net["activation"]
    net, path = _draw(case.net, case.seed, "float64")
    digits = data.digits()
    logits, tape = models.mlp(net, digits.x_train[:BATCH], activation, **path)
    _, pullback = ops.softmax_cross_entropy(logits, digits.y_train[:BATCH])
    dlogits = pullback()
    flow = probes.flow(net, tape, dlogits)
    outputs = probes.outputs(tape)
    size = np.array([_size(h) for h in outputs])
    alike = 10.0 ** np.array([probes.signal_fraction(h) for h in outputs])
    line = _line(net, activation, path)
    losses, accuracy, updates = _trained(case.net, case.seed, WATCHED)
    findings = _findings(probes.health(net, tape, dlogits).measures, line, losses, accuracy, updates)
    return File(findings, flow.dh / flow.dh[-1], size, alike, flow.saturated, line, updates, losses)


def _findings(measures: probes.Measures, line: Array, losses: Array, accuracy: float, updates: Array) -> Findings:
    """The numbers of all tests; of a gradient that is constant, the likeness is 1."""
    return Findings(
        decades=measures.decades,
        range=measures.range,
        dead=measures.dead,
        saturated=measures.saturated,
        signal=measures.signal,
        likeness=float(np.nan_to_num(probes.autocorrelation(line, 1)[1], nan=1.0)),
        update=float(np.median(updates)),
        first_loss=float(losses[0]),
        last_loss=float(losses[-LAST:].mean()),
        accuracy=accuracy,
    )


@guarded
@lru_cache(maxsize=64)
@measured
def treat(number: PatientNumber, treatment: Treatment) -> Course:
    """Apply a treatment, one of TREATMENTS, to the patient of that number, and train."""
    case = patient(number)
    losses, accuracy, _ = _trained(TREATMENTS[treatment](case.net), case.seed, TREATED)
    return Course(treatment, losses, accuracy)


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
    return next(holds(found) for name, holds, _ in RULES if name == illness)


def _draw(net: dict[str, Any], seed: int, dtype: str) -> tuple[list, dict[str, Any]]:
    """The network's weights, and its norm and path."""
    path = norm_and_skip(net["norm"], net["skip"], net["alpha"])
    scheme = net["scheme"] or usual(net["activation"])
    kind: dict[str, Any] = dict(scheme=scheme, gain=net["gain"], activation=net["activation"], dtype=dtype)
    params = models.init_mlp([64, *[WIDTH] * net["depth"], 10], rng=np.random.default_rng(seed), **kind, **path)
    *hidden, readout = params
    bias = np.array(net["bias"], dtype)
    moved = [layer._replace(affine=layer.affine._replace(b=layer.affine.b + bias)) for layer in hidden]
    return [*moved, readout], path


def _size(h: Array) -> float:
    return float(np.sqrt(np.mean(h.astype(np.float64) ** 2)))


def _line(params, activation: str, path: dict) -> Array:
    """The first logit's derivative along the straight line from one picture to another, at each point of it."""
    start, end = data.digits().x_train[:2]
    logits, tape = models.mlp(params, np.linspace(start, end, POINTS), activation, **path)
    one = np.zeros_like(logits)
    one[:, 0] = 1.0
    _, dx = models.gradients(tape, one)
    return dx @ (end - start)


def _trained(net: dict, seed: int, steps: int) -> tuple[Array, float, Array]:
    """The losses (steps,), the accuracy of the last batches, and updates over weights (layers,), in float32."""
    params, path = _draw(net, seed, "float32")
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, BATCH, rng=np.random.default_rng((seed, 1)))
    model = train.classifier(net["activation"], **path)
    rule = train.momentum(net["rate"])
    records = [*train.fit(params, model, batches, optimizer=rule, steps=steps, clip_norm=net["clip_norm"])]
    losses = np.full(steps, np.nan)
    losses[: len(records)] = [record.loss for record in records]
    last = np.array([record.accuracy for record in records[-LAST:]])
    accuracy = 0.0 if records[-1].trouble else float(last.mean())
    return losses, accuracy, np.median([record.update for record in records], axis=0)
