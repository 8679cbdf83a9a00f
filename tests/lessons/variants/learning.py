"""What learners hand over in lesson 06."""

from __future__ import annotations

import functools

import numpy as np

from variants import Later
from vgrad import train
from vgrad.kit.experiments.training import train_mlp
from vgrad.lessons.learning import trains


def means(dW, m, s):
    return 0.9 * m + 0.1 * dW, 0.999 * s + 0.001 * dW**2


def as_taught(dW, m, s, t, rate):
    m = 0.9 * m + (1 - 0.9) * dW
    s = 0.999 * s + (1 - 0.999) * dW**2
    m_hat = m / (1 - 0.9**t)
    s_hat = s / (1 - 0.999**t)
    return -rate * m_hat / (np.sqrt(s_hat) + 1e-8), m, s


def by_the_library(dW, m, s, t, rate):
    rule = train.adam(rate)
    (update,), (_, (m,), (s,)) = rule.step([dW], (t - 1, [m], [s]), [dW])
    return update, m, s


def entry_by_entry(dW, m, s, t, rate):
    out = np.empty((3, *dW.shape))
    for entry in np.ndindex(dW.shape):
        out[(slice(None), *entry)] = as_taught(dW[entry], m[entry], s[entry], t, rate)
    return tuple(out)


def on_copies(dW, m, s, t, rate):
    m = m.copy()
    s = s.copy()
    m *= 0.9
    m += 0.1 * dW
    s *= 0.999
    s += 0.001 * dW * dW
    return -rate * (m / (1 - 0.9**t)) / ((s / (1 - 0.999**t)) ** 0.5 + 1e-8), m, s


def one_factor(dW, m, s, t, rate):
    """Kingma & Ba's faster form, whose floor is scaled as well."""
    m, s = means(dW, m, s)
    root = np.sqrt(1 - 0.999**t)
    return -rate * root / (1 - 0.9**t) * m / (np.sqrt(s) + 1e-8 * root), m, s


class Adam:
    beta1, beta2 = 0.9, 0.999

    def step(self, dW, m, s, t, rate):
        m = np.add(self.beta1 * m, (1 - self.beta1) * dW)
        s = np.add(self.beta2 * s, (1 - self.beta2) * np.square(dW))
        return np.negative(rate * m / (1 - self.beta1**t) / (np.sqrt(s / (1 - self.beta2**t)) + 1e-8)), m, s


def updating(update):
    """The right m and s, and ΔW by ``update`` of dW, m, s, t and the rate."""

    def function(dW, m, s, t, rate):
        m, s = means(dW, m, s)
        return update(dW, m, s, t, rate), m, s

    return function


def averaging(m_new=lambda dW, m: 0.9 * m + 0.1 * dW, s_new=lambda dW, s, m: 0.999 * s + 0.001 * dW**2):
    """Other means, and ΔW that follows them."""

    def function(dW, m, s, t, rate):
        m = m_new(dW, m)
        s = s_new(dW, s, m)
        return -rate * m / (1 - 0.9**t) / (np.sqrt(np.abs(s) / (1 - 0.999**t)) + 1e-8), m, s

    return function


def in_place(dW, m, s, t, rate):
    m *= 0.9
    m += 0.1 * dW
    return as_taught(dW, m, s, t, rate)


def old_means(dW, m, s, t, rate):
    return -rate * m / (1 - 0.9**t) / root(s, t), *means(dW, m, s)


def scaled(parts, *factors):
    return tuple(part * factor for part, factor in zip(parts, factors, strict=True))


def root(s, t):
    return np.sqrt(s / (1 - 0.999**t)) + 1e-8


def adam(*, activation="sigmoid", objection=False, **settings):
    """A record and a verdict."""
    return Later(lambda: (train_mlp(activation, **{"optimizer": "adam", "rate": 0.005} | settings), objection))


def judged(record):
    return record, trains(record)


HIDDEN = (1, 2, 3, 4, 5, 6)
RIGHT = {
    "adam_step": {
        "as taught": as_taught,
        "the library's": by_the_library,
        "a lambda": lambda dW, m, s, t, rate: as_taught(dW, m, s, t, rate),
        "a list": lambda dW, m, s, t, rate: list(as_taught(dW, m, s, t, rate)),
        "an array": lambda dW, m, s, t, rate: np.array(as_taught(dW, m, s, t, rate)),
        "entry by entry": entry_by_entry,
        "on copies": on_copies,
        "one factor": one_factor,
        "in float32": lambda dW, m, s, t, rate: as_taught(*(a.astype(np.float32) for a in (dW, m, s)), t, rate),
        "lists": lambda dW, m, s, t, rate: tuple(part.tolist() for part in as_taught(dW, m, s, t, rate)),
        "a method": Adam().step,
        "a partial": functools.partial(lambda f, dW, m, s, t, rate: f(dW, m, s, t, rate), as_taught),
        "other names": lambda g, mean, square, count, eta: as_taught(g, mean, square, count, eta),
    },
    "control": {
        "a tuple": adam(frozen=HIDDEN),
        "a range": adam(frozen=range(1, 7)),
        "a list": adam(frozen=[6, 5, 4, 3, 2, 1]),
        "an array": adam(frozen=np.arange(1, 7)),
        "twice the same": adam(frozen=(*HIDDEN, 1)),
        "more networks": adam(frozen=HIDDEN, seeds=6),
        "other networks": adam(frozen=HIDDEN, seed=2),
        "a rate for each": adam(frozen=HIDDEN, rate=[0.005] * 5),
        "by the function": Later(lambda: judged(adam(frozen=HIDDEN).make()[0])),
        "a truth of NumPy": adam(frozen=HIDDEN, objection=np.bool_(False)),
    },
}

WRONG = {
    "adam_step": {
        "dots": (lambda dW, m, s, t, rate: (..., ..., ...), "dots"),
        "the old m": (averaging(m_new=lambda dW, m: m), "old m still"),
        "momentum's m": (averaging(m_new=lambda dW, m: 0.9 * m + dW), "as momentum does"),
        "m turned round": (averaging(m_new=lambda dW, m: 0.1 * m + 0.9 * dW), "changed places"),
        "m without a past": (averaging(m_new=lambda dW, m: 0.1 * dW), "forgotten"),
        "m with the decay of s": (averaging(m_new=lambda dW, m: 0.999 * m + 0.001 * dW), "0.999"),
        "m of the square": (averaging(m_new=lambda dW, m: 0.9 * m + 0.1 * dW**2), "square"),
        "another decay": (averaging(m_new=lambda dW, m: 0.8 * m + 0.2 * dW), "should be"),
        "the old s": (averaging(s_new=lambda dW, s, m: s), "old s still"),
        "s not squared": (averaging(s_new=lambda dW, s, m: 0.999 * s + 0.001 * dW), "dW**2"),
        "s whole": (averaging(s_new=lambda dW, s, m: 0.999 * s + dW**2), "thousandth"),
        "s with the decay of m": (averaging(s_new=lambda dW, s, m: 0.9 * s + 0.1 * dW**2), "decay of m"),
        "s of m": (averaging(s_new=lambda dW, s, m: 0.999 * s + 0.001 * m**2), "square of m"),
        "s without a past": (averaging(s_new=lambda dW, s, m: 0.001 * dW**2), "forgotten"),
        "up": (updating(lambda dW, m, s, t, rate: rate * m / (1 - 0.9**t) / root(s, t)), "minus"),
        "no rate": (updating(lambda dW, m, s, t, rate: -m / (1 - 0.9**t) / root(s, t)), "learning rate"),
        "no correction": (updating(lambda dW, m, s, t, rate: -rate * m / (np.sqrt(s) + 1e-8)), "bias correction"),
        "m not corrected": (updating(lambda dW, m, s, t, rate: -rate * m / root(s, t)), "m is not corrected"),
        "s not corrected": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / (np.sqrt(s) + 1e-8)),
            "s is not corrected",
        ),
        "multiplied": (
            updating(lambda dW, m, s, t, rate: -rate * m * (1 - 0.9**t) / (np.sqrt(s * (1 - 0.999**t)) + 1e-8)),
            "multiply",
        ),
        "no root": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / (s / (1 - 0.999**t) + 1e-8)),
            "root of s",
        ),
        "the floor in the root": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t) + 1e-8)),
            "outside",
        ),
        "no floor": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t))),
            "is missing",
        ),
        "along dW": (updating(lambda dW, m, s, t, rate: -rate * dW / root(s, t)), "along its mean"),
        "at a wrong t": (
            lambda dW, m, s, t, rate: as_taught(dW, m, s, t + 1, rate),
            "yours take t + 1",
        ),
        "one step behind": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9 ** (t - 1)) / root(s, t - 1)),
            "yours take t - 1",
        ),
        "the floor behind": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / np.sqrt(s / (1 - 0.999**t)) + 1e-8),
            "brackets round the divisor",
        ),
        "the old means": (old_means, "the old m and s"),
        "no brackets": (
            updating(lambda dW, m, s, t, rate: -rate * m / 1 - 0.9**t / (np.sqrt(s / 1 - 0.999**t) + 1e-8)),
            "needs its brackets",
        ),
        "t as a factor": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9 * t) / root(s, t) * np.sqrt(1 - 0.999 * t)),
            "two stars",
        ),
        "s corrected outside": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / (np.sqrt(s) / (1 - 0.999**t) + 1e-8)),
            "outside of the root",
        ),
        "one correction for both": (
            updating(lambda dW, m, s, t, rate: -rate * m / (1 - 0.9**t) / (np.sqrt(s / (1 - 0.9**t)) + 1e-8)),
            "which is for m",
        ),
        "m and s changed places": (
            lambda dW, m, s, t, rate: tuple(as_taught(dW, m, s, t, rate)[k] for k in (0, 2, 1)),
            "m and s have changed places",
        ),
        "m comes back corrected": (
            lambda dW, m, s, t, rate: scaled(as_taught(dW, m, s, t, rate), 1, 1 / (1 - 0.9**t), 1),
            "m comes back corrected",
        ),
        "s comes back corrected": (
            lambda dW, m, s, t, rate: scaled(as_taught(dW, m, s, t, rate), 1, 1, 1 / (1 - 0.999**t)),
            "s comes back corrected",
        ),
        "a rate of its own": (lambda dW, m, s, t, rate: as_taught(dW, m, s, t, 0.005), "every ΔW is 0.02 times"),
        "the rate twice": (lambda dW, m, s, t, rate: as_taught(dW, m, s, t, rate**2), "every ΔW is 0.25 times"),
        "t is 3": (lambda dW, m, s, t, rate: as_taught(dW, m, s, 3, rate), "at t = 1"),
        "another order": (lambda dW, m, s, t, rate: (*as_taught(dW, m, s, t, rate)[1:], 0 * dW), "another order"),
        "the update alone": (lambda dW, m, s, t, rate: as_taught(dW, m, s, t, rate)[0], "one array, of shape (4, 3)"),
        "s missing": (lambda dW, m, s, t, rate: (*as_taught(dW, m, s, t, rate)[:2], None), "s is still missing"),
        "transposed": (lambda dW, m, s, t, rate: tuple(a.T for a in as_taught(dW, m, s, t, rate)), "shape"),
        "in place": (in_place, "m, which your function was given, has changed"),
        "called": (as_taught(np.ones(3), np.ones(3), np.ones(3), 1, 0.1), "without calling"),
    },
    "control": {
        "untouched": (adam(), "no layer is frozen"),
        "the first alone": (adam(frozen=(1,)), "2, 3, 4, 5, 6"),
        "all but the last": (adam(frozen=(1, 2, 3, 4, 5)), "still learn: 6"),
        "the output layer": (adam(frozen=(7,)), "output layer"),
        "everything": (adam(frozen=(*HIDDEN, 7)), "output layer"),
        "SGD": (adam(frozen=HIDDEN, optimizer="sgd"), "optimizer is sgd and was adam"),
        "another rate": (adam(frozen=HIDDEN, rate=0.05), "rate is 0.05"),
        "another net": (adam(activation="tanh", frozen=HIDDEN), "activation is tanh"),
        "a norm": (adam(frozen=HIDDEN, norm="layer", steps=20), "norm is layer and was none; steps is 20"),
        "deeper": (adam(frozen=HIDDEN, depth=8, steps=20), "depth is 8 and was 6"),
        "other weights": (adam(frozen=HIDDEN, scheme="he_normal", steps=20), "scheme is he_normal"),
        "no floor": (adam(frozen=HIDDEN, floor=1e-30), "floor is 1e-30"),
        "shorter": (adam(frozen=HIDDEN, steps=20), "steps is 20 and was 300"),
        "one network": (adam(frozen=HIDDEN, seeds=1), "5 networks"),
        "the objection is true": (adam(frozen=HIDDEN, objection=True), "guessing does as well"),
        "no verdict": (adam(frozen=HIDDEN, objection=...), "True or False"),
        "the record alone": (Later(lambda: adam(frozen=HIDDEN).make()[0]), "True or False"),
        "a verdict in words": (adam(frozen=HIDDEN, objection="no"), "as trains(record) returns it"),
        "its loss": (Later(lambda: (adam(frozen=HIDDEN, steps=5).make()[0].final, False)), "whole record"),
        "the layers": ((HIDDEN, False), "whole record"),
        "the function": ((train_mlp, False), "whole record"),
        "the function alone": (train_mlp, "two things"),
    },
}
