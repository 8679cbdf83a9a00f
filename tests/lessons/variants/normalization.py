"""What learners hand over in the lesson on batch norm and layer norm."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from vgrad.lessons.normalization import flow

from . import Later

EPSILON = 1e-5
FACTOR = (np.pi / (np.pi - 1)) ** 0.5
VARIANCE = 0.5 - 0.5 / np.pi


def batch_norm(back, y=lambda unit: unit, epsilon=EPSILON):
    """Batch norm whose pullback is back(y, dy, std), and whose output is ``y`` of the right one."""

    def norm(z):
        std = np.sqrt(z.var(axis=0) + epsilon)
        unit = (z - z.mean(axis=0)) / std
        return y(unit), lambda dy: back(unit, dy, std)

    return norm


def right_back(y, dy, std):
    return (dy - dy.mean(axis=0) - y * (y * dy).mean(axis=0)) / std


def in_float32(z):
    y, pullback = batch_norm(right_back)(z.astype(np.float32))
    return y, lambda dy: pullback(dy.astype(np.float32))


def in_loops(z):
    n, units = z.shape
    y = np.zeros((n, units))
    stds = []
    for j in range(units):
        column = z[:, j]
        mean = sum(column) / n
        std = math.sqrt(sum((entry - mean) ** 2 for entry in column) / n + EPSILON)
        stds.append(std)
        for i in range(n):
            y[i, j] = (z[i, j] - mean) / std

    def pullback(dy):
        dz = np.zeros_like(dy)
        for j in range(units):
            first = sum(dy[:, j]) / n
            second = sum(y[i, j] * dy[i, j] for i in range(n)) / n
            for i in range(n):
                dz[i, j] = (dy[i, j] - first - y[i, j] * second) / stds[j]
        return dz

    return y, pullback


def by_parts(z):
    """The chain rule through mean, variance and std, as the paper has it."""
    n = len(z)
    centred = z - z.mean(0)
    variance = (centred**2).mean(0)
    inverse = 1.0 / np.sqrt(variance + EPSILON)
    y = centred * inverse

    def pullback(dy):
        dvariance = (dy * centred).sum(0) * -0.5 * inverse**3
        dmean = -(dy * inverse).sum(0) + dvariance * (-2 * centred).mean(0)
        return dy * inverse + dvariance * 2 * centred / n + dmean / n

    return y, pullback


def by_the_jacobian(z):
    y, _ = batch_norm(right_back)(z)
    std = np.sqrt(z.var(axis=0) + EPSILON)
    n = len(z)

    def pullback(dy):
        columns = []
        for j in range(z.shape[1]):
            J = (np.eye(n) - 1 / n - np.outer(y[:, j], y[:, j]) / n) / std[j]
            columns.append(dy[:, j] @ J)
        return np.stack(columns, axis=1)

    return y, pullback


def of_z(third):
    """Batch norm whose third term is third(z, y, dy)."""

    def norm(z):
        y, _ = batch_norm(right_back)(z)
        std = np.sqrt(z.var(axis=0) + EPSILON)
        return y, lambda dy: (dy - dy.mean(axis=0) - third(z, y, dy)) / std

    return norm


class Norm:
    """A learner who likes classes."""

    def __call__(self, z, epsilon=EPSILON):
        self.std = (z.var(axis=0, keepdims=True) + epsilon) ** 0.5
        self.y = (z - np.mean(z, axis=0, keepdims=True)) / self.std
        return [self.y, self.back(self.y, self.std)]

    @staticmethod
    def back(y, std):
        return lambda dy: (dy - np.mean(dy, 0) - y * np.mean(y * dy, 0)) / std


def centres_in_place(z):
    std = np.sqrt(z.var(axis=0) + EPSILON)
    z -= z.mean(axis=0)
    y = z / std
    return y, lambda dy: right_back(y, dy, std)


def back_in_place(y, dy, std):
    along = y * (y * dy).mean(axis=0)
    dy -= dy.mean(axis=0)
    dy -= along
    dy /= std
    return dy


def changes_y(y, dy, std):
    dz = right_back(y, dy, std)
    y *= dy
    return dz


KEPT = {}


def in_global_names(z):
    KEPT["y"], _ = batch_norm(right_back)(z)
    KEPT["std"] = np.sqrt(z.var(axis=0) + EPSILON)
    return KEPT["y"], lambda dy: right_back(KEPT["y"], dy, KEPT["std"])


def layer_norm(z):
    std = np.sqrt(z.var(axis=1, keepdims=True) + EPSILON)
    return (z - z.mean(axis=1, keepdims=True)) / std, lambda dy: dy / std


def of_all(z):
    return (z - z.mean()) / z.std(), lambda dy: dy / z.std()


def held(activation="sigmoid", **settings):
    return Later(lambda: flow(**dict(depth=50, norm="batch", width=64, batch=64, activation=activation) | settings))


def faked(**net):
    record = flow(depth=50, norm="batch", width=32, batch=32, seeds=5, activation="sigmoid")
    return record._replace(net=record.net._replace(**net))


RIGHT = {
    "norm_pullback": {
        "as the lesson has it": batch_norm(right_back),
        "in float32": in_float32,
        "in loops": in_loops,
        "by parts": by_parts,
        "by the Jacobian": by_the_jacobian,
        "without epsilon": batch_norm(right_back, epsilon=0.0),
        "a class, and a list for the pair": Norm(),
        "sums over N": batch_norm(lambda y, dy, std: (dy - dy.sum(0) / len(dy) - y * (y * dy).sum(0) / len(y)) / std),
        "each term divided": batch_norm(
            lambda y, dy, std: dy / std - np.average(dy, axis=0) / std - y * np.einsum("nd,nd->d", y, dy) / len(y) / std
        ),
        "a list of rows": batch_norm(lambda y, dy, std: right_back(y, dy, std).tolist()),
    },
    "relu_factor": {
        "by its formula": FACTOR,
        "as the averages have it": math.sqrt(0.5 / (0.5 - (1 / math.sqrt(2 * math.pi)) ** 2)),
        "of float32": np.float32(FACTOR),
        "an array of no dimension": np.array(FACTOR),
        "a fraction": Fraction(FACTOR).limit_denominator(100_000),
        "three decimals": 1.211,
        "three digits": 1.21,
        "one over the root": 1 / np.sqrt(1 - 1 / np.pi),
        "exp of half a logarithm": np.exp(0.5 * np.log(np.pi / (np.pi - 1))),
    },
    "hold_batch": {
        "sigmoid": held(),
        "another seed": held(seed=3),
        "deeper": held(depth=55),
        "more of all": held(width=96, batch=96, seeds=8),
        "behind the activation": held(norm="batch_after"),
        "He's weights": held(scheme="he_normal"),
        "another gain": held(gain=3.0),
        "in float32": held(precision="float32"),
        "wide, and few networks": held(width=128, seeds=5),
    },
}
WRONG = {
    "norm_pullback": {
        "std alone": (batch_norm(lambda y, dy, std: dy / std), "depend on z"),
        "no third term": (batch_norm(lambda y, dy, std: (dy - dy.mean(0)) / std), "Now the std"),
        "a mean of y times a mean of dy": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * y.mean(0) * dy.mean(0)) / std), "comes to 0",
        ),
        "the third term not divided": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0)) / std - y * (y * dy).mean(0)), "third is not divided",
        ),
        "the second term not divided": (
            batch_norm(lambda y, dy, std: (dy - y * (y * dy).mean(0)) / std - dy.mean(0)), "second is not divided",
        ),
        "dy alone divided": (
            batch_norm(lambda y, dy, std: dy / std - dy.mean(0) - y * (y * dy).mean(0)), "dy alone is divided",
        ),
        "the third alone divided": (
            batch_norm(lambda y, dy, std: dy - dy.mean(0) - y * (y * dy).mean(0) / std), "third alone is divided",
        ),
        "the third term not averaged": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * y * dy) / std), "averaged over the samples before",
        ),
        "the third term averaged late": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - (y * y * dy).mean(0)) / std), "outside of the mean",
        ),
        "no y in the mean": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * dy.mean(0)) / std), "mean of dy alone",
        ),
        "z in front": (of_z(lambda z, y, dy: z * (y * dy).mean(0)), "multiplied by z"),
        "z in the mean": (of_z(lambda z, y, dy: y * (z * dy).mean(0)), "in place of z"),
        "z twice": (of_z(lambda z, y, dy: z * (z * dy).mean(0)), "both places"),
        "z less its mean twice": (
            of_z(lambda z, y, dy: (z - z.mean(0)) * ((z - z.mean(0)) * dy).mean(0)), "z less its mean",
        ),
        "no second term": (batch_norm(lambda y, dy, std: (dy - y * (y * dy).mean(0)) / std), "moves the mean"),
        "no std": (batch_norm(lambda y, dy, std: right_back(y, dy, 1.0)), "divided by std"),
        "the third term added": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) + y * (y * dy).mean(0)) / std),
            "third is to be taken away",
        ),
        "the second term added": (
            batch_norm(lambda y, dy, std: (dy + dy.mean(0) - y * (y * dy).mean(0)) / std),
            "second is to be taken away",
        ),
        "a sum": (batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * (y * dy).sum(0)) / std), "not the sum"),
        "the other sum": (batch_norm(lambda y, dy, std: (dy - dy.sum(0) - y * (y * dy).mean(0)) / std), "not the sum"),
        "no y in the third term": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - (y * dy).mean(0)) / std),
            "multiplied by y",
        ),
        "over N - 1": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * (y * dy).sum(0) / (len(y) - 1)) / std),
            "N - 1",
        ),
        "rounded": (batch_norm(lambda y, dy, std: right_back(y, dy, std).round(2)), "should be"),
        "the variance": (batch_norm(lambda y, dy, std: right_back(y, dy, std**2)), "variance"),
        "over the units": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(1, keepdims=True) - y * (y * dy).mean(1, keepdims=True)) / std),
            "over the samples",
        ),
        "over all": (batch_norm(lambda y, dy, std: (dy - dy.mean() - y * (y * dy).mean()) / std), "of its own"),
        "a batch of five": (
            batch_norm(lambda y, dy, std: (dy - dy.sum(0) / 5 - y * (y * dy).sum(0) / 5) / std),
            "8 samples",
        ),
        "the sign": (batch_norm(lambda y, dy, std: -right_back(y, dy, std)), "should be"),
        "transposed": (batch_norm(lambda y, dy, std: right_back(y, dy, std).T), "shape"),
        "dy ignored": (batch_norm(lambda y, dy, std: right_back(y, np.ones_like(dy), std)), "should be"),
        "z overwritten": (centres_in_place, "has changed"),
        "dy overwritten": (batch_norm(back_in_place), "has changed"),
        "y overwritten": (batch_norm(changes_y), "changed y"),
        "in global names": (in_global_names, "global"),
        "only centred": (batch_norm(right_back, y=lambda unit: unit * 3.0), "should be"),
        "N - 1 in std": (lambda z: ((z - z.mean(0)) / z.std(0, ddof=1), lambda dy: dy), "N - 1"),
        "the mean left in": (lambda z: (z / np.sqrt(z.var(0) + EPSILON), lambda dy: dy), "mean"),
        "layer norm": (layer_norm, "layer norm"),
        "one mean for all": (of_all, "of its own"),
        "a large epsilon": (batch_norm(right_back, epsilon=0.1), "should be"),
        "y alone": (lambda z: batch_norm(right_back)(z)[0], "pullback"),
        "dz in place of a function": (lambda z: (batch_norm(right_back)(z)[0], z), "function"),
    },
    "relu_factor": {
        "χ": (np.pi / (np.pi - 1), "χ"),
        "upside down": (1 / FACTOR, "upside down"),
        "layer norm's": (1.0, "layer norm"),
        "two digits": (1.2, "three significant digits"),
        "the negative root": (-FACTOR, "positive"),
        "by how much more": (FACTOR - 1, "factor itself"),
        "the root below alone": (0.5 / VARIANCE**0.5, "whole fraction"),
        "the root above alone": (0.5**0.5 / VARIANCE, "whole fraction"),
        "E φ not squared": ((0.5 / (0.5 - (2 * np.pi) ** -0.5)) ** 0.5, "square"),
        "the variance alone": (VARIANCE**0.5, "slopes"),
        "something else": (2.0, "larger than"),
        "nothing": (0, "never negative"),
        "too small": (0.9, "smaller than"),
        "as a text": ("1.2112", "text"),
        "of 39 layers": (FACTOR**39, "which numbers"),
    },
    "hold_batch": {
        "as it stands": (held("relu"), "norm_chi"),
        "without a norm": (held(norm=None), "norm='batch'"),
        "layer norm": (held(norm="layer"), "norm='batch'"),
        "with a skip": (held("relu", skip="pre", alpha=0.1), "skip"),
        "too short": (held(depth=49), "49"),
        "linear": (held("identity"), "linear"),
        "narrow": (held(width=16), "take at least 32 units"),
        "few samples": (held(batch=16), "take at least 32 samples"),
        "few networks": (held(seeds=4), "take at least 5 networks"),
        "few of all": (held(width=16, batch=8, seeds=3), "16 units, 3 networks and 8 samples"),
        "beyond the work budget": (
            held("selu", width=256, batch=256, seeds=5, scheme="lecun_normal"), "only 1 of 5 networks was run",
        ),
        "two of five": (
            held("selu", width=128, batch=128, seeds=5, scheme="lecun_normal"), "make them narrower",
        ),
        "another gain": (held("gelu", gain=0.5), "divides out"),
        "tanh": (held("tanh"), "gains"),
        "nothing arrives": (held(gain=0.0), "nothing arrives"),
        "the ratio": (Later(lambda: held().make().ratio), "whole record"),
        "called tanh's": (Later(lambda: faked(activation="tanh")), "not theirs"),
        "called another seed's": (Later(lambda: faked(seed=7)), "not theirs"),
        "made by hand": (SimpleNamespace(net=SimpleNamespace(norm="batch", skip=None), ratio=1.0), "record"),
    },
}  # fmt: skip
