"""What learners hand over in the lesson on training fifty layers."""

from __future__ import annotations

import numpy as np

from vgrad import probes


def centred(slopes):
    return slopes - slopes.mean()


def product(slopes, lag):
    return (slopes[: len(slopes) - lag] * slopes[lag:]).sum()


def in_loops(slopes, lag):
    mean = sum(slopes) / len(slopes)
    above = sum((slopes[k] - mean) * (slopes[k + lag] - mean) for k in range(len(slopes) - lag))
    return above / sum((slope - mean) ** 2 for slope in slopes)


class Line:
    def resemblance(self, slopes, lag=1):
        g = centred(slopes)
        return g[lag:] @ g[:-lag] / (g @ g)


def rising(rate, steps, t):
    return rate * t / steps if t < steps else rate


RIGHT = {
    "resemblance": {
        "as the lesson has it": lambda slopes, lag: product(centred(slopes), lag) / (centred(slopes) ** 2).sum(),
        "in loops": in_loops,
        "a method": Line().resemblance,
        "of the package": lambda slopes, lag: probes.autocorrelation(slopes, lag)[-1],
        "by corrcoef": lambda slopes, lag: np.corrcoef(slopes[:-lag], slopes[lag:])[0, 1],
        "by np.correlate": lambda slopes, lag: (
            np.correlate(centred(slopes), centred(slopes), "full")[len(slopes) - 1 + lag] / product(centred(slopes), 0)
        ),
        "in float32": lambda slopes, lag: Line().resemblance(slopes.astype(np.float32), lag),
    },
    "warm": {
        "as the lesson has it": lambda rate, steps, t: rate * min(1.0, t / steps),
        "by np.minimum": lambda rate, steps, t: rate * np.minimum(1, t / steps),
        "with if": rising,
        "by clip": lambda rate, steps, t: np.clip(t / steps, 0, 1) * rate,
        "the steps cut": lambda rate, steps, t: rate * min(t, steps) / steps,
        "in float32": lambda rate, steps, t: np.float32(rate) * np.float32(min(1, t / steps)),
        "by interp": lambda rate, steps, t: np.interp(t, [0, steps], [0, rate]),
    },
}
WRONG = {
    "resemblance": {
        "not centred": (lambda slopes, lag: product(slopes, lag) / (slopes**2).sum(), "mean of the line"),
        "not divided": (lambda slopes, lag: product(centred(slopes), lag), "divided by the sum of the squares"),
        "a covariance": (
            lambda slopes, lag: product(centred(slopes), lag) / (len(slopes) - lag),
            "divides by the mean square",
        ),
        "upside down": (lambda slopes, lag: product(centred(slopes), 0) / product(centred(slopes), lag), "below"),
        "not shifted": (lambda slopes, lag: 1.0, "shifted by lag"),
        "neighbours": (lambda slopes, lag: Line().resemblance(slopes), "right for neighbours"),
        "the root": (
            lambda slopes, lag: product(centred(slopes), lag) / product(centred(slopes), 0) ** 0.5,
            "took the root",
        ),
        "its sign": (lambda slopes, lag: -Line().resemblance(slopes, lag), "sign"),
        "a list": (lambda slopes, lag: probes.autocorrelation(slopes, lag), "one number"),
        "twice as far": (lambda slopes, lag: Line().resemblance(slopes, 2 * lag), "whose correlation is"),
    },
    "warm": {
        "without an end": (lambda rate, steps, t: rate * t / steps, "stay at its full value"),
        "the larger": (lambda rate, steps, t: rate * max(1.0, t / steps), "take the smaller"),
        "the share alone": (lambda rate, steps, t: min(1.0, t / steps), "multiplied by the rate"),
        "from 0": (lambda rate, steps, t: rate * min(1.0, (t - 1) / steps), "do not subtract 1"),
        "no warm-up": (lambda rate, steps, t: rate, "only a share"),
        "upside down": (lambda rate, steps, t: rate * min(1.0, steps / t), "upside down"),
        "a parabola": (lambda rate, steps, t: rate * min(1.0, t / steps) ** 2, "straight line"),
        "divided": (lambda rate, steps, t: rate / min(1.0, t / steps), "not divided"),
        "whole steps": (lambda rate, steps, t: rate * min(1.0, t // steps), "drops the fraction"),
        "added": (lambda rate, steps, t: rate + min(1.0, t / steps), "not added"),
        "half": (lambda rate, steps, t: rate * min(1.0, 0.5 * t / steps), "should have the rate"),
    },
}
