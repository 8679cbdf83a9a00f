"""Who comes to the clinic: networks with one illness each, and the treatments that there are.

``patient`` draws who comes with this number. The network is a dict of settings, which ``nets`` draws and trains, and a
treatment changes some of them.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import require
from ....require import guarded
from ..records import Patient

MOST = 80  # numbers of patients
WARMUP = 60  # steps of the treatment that is called so
RATE = 0.03  # the learning rate that fits, with momentum
SMALL = 2e-4
LARGE = 3.0
FIT = dict(activation="tanh", depth=6), dict(activation="relu", depth=5), dict(activation="leaky_relu", depth=5)
ADAM = dict(optimizer="adam", rate=5e-3)
TINY = ADAM | dict(precision="float16", weight=1e-6)
POST_NORM = dict(norm="layer_output", skip="activation_first", depth=14, width=128, optimizer="adam", rate=0.009)
BYTES = dict(spread=96.0, centre=78.0)  # pixels from 0 to 255, where the others see them standardized
CASES: tuple[tuple[str, dict], ...] = (
    ("vanishing", dict(activation="sigmoid", depth=14)),
    ("vanishing", dict(activation="relu", depth=10, scheme="glorot_standard")),
    ("vanishing", dict(activation="tanh", depth=14, gain=0.5)),
    ("exploding", dict(activation="relu", depth=6, gain=3.5)),
    ("exploding", dict(activation="leaky_relu", depth=7, gain=3.0)),
    ("exploding", dict(activation="relu", depth=16, skip="activation_last")),
    ("saturated", dict(activation="tanh", depth=4, gain=20.0)),
    ("saturated", dict(activation="tanh", depth=6, gain=15.0)),
    ("dead", dict(activation="relu", depth=5, bias=-2.0)),
    ("dead", dict(activation="relu", depth=6, scheme="lecun_normal", bias=-1.5)),
    ("collapsed", dict(activation="relu", depth=12, scheme="lecun_normal", bias=1.0)),
    ("collapsed", dict(activation="leaky_relu", depth=14, scheme="lecun_normal", bias=1.0)),
    ("shattered", dict(activation="relu", depth=18, norm="batch")),
    ("shattered", dict(activation="leaky_relu", depth=18, norm="batch")),
    *(("symmetry", net | dict(equal=True)) for net in FIT),
    *(("unscaled input", net | BYTES) for net in FIT[1:]),
    *(("unscaled input", net | dict(centre=20.0)) for net in FIT[1:]),
    *(("too low precision", net | TINY) for net in FIT),
    *(("missing warm-up", POST_NORM | dict(activation=name)) for name in ("relu", "leaky_relu")),
    *(("rate too small", net | dict(rate=SMALL)) for net in FIT),
    *(("rate too large", net | dict(rate=LARGE)) for net in FIT),
    *(("healthy", net) for net in FIT),
    ("healthy", dict(activation="sigmoid", depth=8, norm="batch")),
)
ILLNESSES = tuple(dict.fromkeys(illness for illness, _ in CASES))
FIRST = (  # who comes with the first numbers, so that a class meets every illness
    "healthy", "collapsed", "unscaled input", "rate too large", "dead", "healthy", "missing warm-up", "shattered",
    "too low precision", "saturated", "symmetry", "rate too small", "missing warm-up", "exploding", "unscaled input",
    "vanishing",
)  # fmt: skip
USUAL = dict(
    scheme=None, gain=1.0, bias=0.0, equal=False, width=32, norm=None, skip=None, alpha=1.0, spread=1.0, centre=0.0,
    precision="float32", weight=1.0, optimizer="momentum", rate=RATE, warmup=None, clip_norm=None,
)  # fmt: skip
TREATMENTS = {
    "weights that fit": lambda net: net | dict(scheme=None, gain=1.0, bias=0.0, equal=False),
    "batch norm": lambda net: net | dict(norm="batch", skip=None),
    "a path, 1/depth": lambda net: net | dict(skip="activation_last", alpha="1/depth", norm=None),
    "clip the gradient": lambda net: net | dict(clip_norm=1.0),
    "scale the inputs": lambda net: net | dict(spread=1.0, centre=0.0),
    "float32": lambda net: net | dict(precision="float32"),
    "a warm-up": lambda net: net | dict(warmup=WARMUP),
    "rate × 100": lambda net: net | dict(rate=100 * net["rate"]),
    "rate ÷ 100": lambda net: net | dict(rate=net["rate"] / 100),
    "leave it alone": dict,
}
PatientNumber = Annotated[int, lambda _, number: require.whole("patient", number, 1, MOST)]


@guarded
def patient(number: PatientNumber) -> Patient:
    """Draw the patient of that number, who has an illness, one of its cases, and a network with weights of its own."""
    illness = _illness(number)
    cases = [net for name, net in CASES if name == illness]
    rng = np.random.default_rng((number, 11))
    rng.integers(2)  # this draw decides nothing, but it keeps the weights of the patients whom pages call by number
    return Patient(number, illness, USUAL | cases[rng.integers(len(cases))], int(rng.integers(2**31)))


def _illness(number: int) -> str:
    """The illness of a patient, of FIRST or, after these, of rounds in which each illness comes once."""
    if number <= len(FIRST):
        return FIRST[number - 1]
    lap, place = divmod(number - len(FIRST) - 1, len(ILLNESSES))
    return ILLNESSES[np.random.default_rng((lap, 12)).permutation(len(ILLNESSES))[place]]
