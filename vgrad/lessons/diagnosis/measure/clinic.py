"""Blind patients: networks with one illness each, tests to be ordered, treatments to be applied.

``patient``: who comes with this number.  ``examine``: all tests of one.  ``diagnose``: the clinic's own rule, which
sees the findings and nothing else.  ``treat``: a treatment applied, and the network trained.  ``visit``: all of it,
graded.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.learning import usual
from ....kit.experiments.protocol import checked, measured
from ....ops import Array
from ..records import Course, File, Findings, Patient, Visit
from .illness import diagnose

MOST = 80  # numbers of patients
WIDTH, BATCH, LAST = 32, 64, 10
WATCHED, TREATED = 60, 120  # steps of training: to watch a patient, and after a treatment
POINTS = 128  # on the line between two pictures
TESTS = ("profile", "activations", "line", "updates", "loss")
RATE, SMALL, LARGE = 0.03, 2e-4, 3.0
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


def patient(number: int) -> Patient:
    """Draw the patient of that number: an illness, one of its cases, and the network's own weights."""
    rng = np.random.default_rng((require.whole("patient", number, 1, MOST), 11))
    illness = ILLNESSES[rng.integers(len(ILLNESSES))]
    cases = [net for name, net in CASES if name == illness]
    return Patient(number, illness, USUAL | cases[rng.integers(len(cases))], int(rng.integers(2**31)))


def _known(_, number) -> None:
    require.whole("patient", number, 1, MOST)


@checked(number=_known)
@lru_cache(maxsize=64)
@measured
def order_tests(number: int) -> File:
    """Order every test."""
    who = patient(number)
    net, path = _draw(who.net, who.seed, "float64")
    digits = data.digits()
    logits, tape = models.mlp(net, digits.x_train[:BATCH], who.net["activation"], **path)
    dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:BATCH])[1]()
    measures, flow = probes.health(net, tape, dlogits).measures, probes.flow(net, tape, dlogits)
    line, trained = _line(net, who.net["activation"], path), _trained(who.net, who.seed, WATCHED)
    alike, size = (np.array([of(h) for h in probes.outputs(tape)]) for of in (probes.signal_fraction, _size))
    findings = _findings(measures, line, *trained)
    return File(findings, flow.dh / flow.dh[-1], size, 10.0**alike, flow.saturated, line, trained[2], trained[0])


def _findings(measures, line: Array, losses: Array, accuracy: float, updates: Array) -> Findings:
    """The numbers of all tests; of a gradient that is constant, the likeness is 1."""
    likeness = float(np.nan_to_num(probes.autocorrelation(line, 1)[1], nan=1.0))
    fresh = [getattr(measures, name) for name in ("decades", "range", "dead", "saturated", "signal")]
    end = float(losses[-LAST:].mean())
    return Findings(*fresh, likeness, float(np.median(updates)), float(losses[0]), end, accuracy)


@checked(number=_known, treatment=require.text)
@lru_cache(maxsize=64)
@measured
def treat(number: int, treatment: str) -> Course:
    """Apply a treatment, one of TREATMENTS, to the patient of that number, and train."""
    change = TREATMENTS[require.choice("treatment", treatment, TREATMENTS)]
    who = patient(number)
    losses, accuracy, _ = _trained(change(who.net), who.seed, TREATED)
    return Course(treatment, losses, accuracy)


def _tests(name: str, ordered) -> None:
    require.instance(name, ordered, isinstance(ordered, (list, tuple)), f"some of {TESTS}")
    for test in ordered:
        require.choice(name, test, TESTS)


@checked(number=_known, ordered=_tests, treatment=require.text)
def visit(number: int, ordered=TESTS, diagnosis: str | None = None, treatment: str | None = None) -> Visit:
    """What the patient's chart shows. It is graded when a diagnosis and a treatment are given."""
    file, chosen = order_tests(number), (diagnosis, treatment)
    if None in chosen:
        return Visit(number, file, tuple(ordered), chosen, None, None, None)
    require.choice("diagnosis", diagnosis, ILLNESSES)
    return Visit(number, file, tuple(ordered), chosen, *diagnose(file.findings), treat(number, treatment))


def _draw(net: dict, seed: int, dtype: str):
    """The network's weights, and its norm and path."""
    path = dict(norm=net["norm"], skip=net["skip"] and models.Skip(net["skip"], net["alpha"]))
    scheme = net["scheme"] or usual(net["activation"])
    kind = dict(scheme=scheme, gain=net["gain"], activation=net["activation"], dtype=dtype)
    params = models.init_mlp([64, *[WIDTH] * net["depth"], 10], rng=np.random.default_rng(seed), **kind, **path)
    *hidden, readout = params
    moved = [
        layer._replace(affine=layer.affine._replace(b=layer.affine.b + np.array(net["bias"], dtype)))
        for layer in hidden
    ]
    return [*moved, readout], path


def _size(h: Array) -> float:
    return float(np.sqrt(np.mean(h.astype(np.float64) ** 2)))


def _line(params, activation: str, path: dict) -> Array:
    """The first logit's derivative along the straight line from one picture to another, at each point of it."""
    start, end = data.digits().x_train[:2]
    logits, tape = models.mlp(params, np.linspace(start, end, POINTS), activation, **path)
    one = np.zeros_like(logits)
    one[:, 0] = 1.0
    return models.gradients(tape, one)[1] @ (end - start)


def _trained(net: dict, seed: int, steps: int) -> tuple[Array, float, Array]:
    """losses (steps,), accuracy of the last batches, updates over weights (layers,), in float32."""
    params, path = _draw(net, seed, "float32")
    digits, rng = data.digits(dtype="float32"), np.random.default_rng((seed, 1))
    batches = data.batches(digits.x_train, digits.y_train, BATCH, rng=rng)
    settings = dict(optimizer=train.momentum(net["rate"]), steps=steps, clip_norm=net["clip_norm"])
    records = [*train.fit(params, train.classifier(net["activation"], **path), batches, **settings)]
    losses = np.full(steps, np.nan)
    losses[: len(records)] = [record.loss for record in records]
    accuracy = 0.0 if records[-1].trouble else float(np.mean([record.accuracy for record in records[-LAST:]]))
    return losses, accuracy, np.median([record.update for record in records], axis=0)
