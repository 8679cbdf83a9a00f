"""What learners hand over in the lesson on batch norm and layer norm."""

from __future__ import annotations

import math

import numpy as np

NET = dict(activation="relu", norm="batch", depth=40, width=32, batch=48, steps=80, optimizer="momentum")
EPSILON = 1e-5


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


def control(predicted="learns", **changed):
    return NET | changed, predicted


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
    "choose_control": {
        "Adam": control(optimizer="adam"),
        "Adam, in a list": [NET | dict(optimizer="adam"), "learns"],
        "Adam, in words": control("It learns.", optimizer="adam"),
        "Adam, written out": (dict(NET, optimizer="adam"), "Learns"),
        "wider": control("fails", width=128),
        "a larger batch": control("fails", batch=128),
        "half as wide again": control("it fails", width=48),
        "four layers": control("learns", depth=4),
        "one layer": control("learns", depth=1),
        "ten layers": control("learns", depth=10),
        "layer norm": control("learns", norm="layer"),
        "no norm": control("learns", norm=None),
        "no norm, in a word": control("learns", norm="none"),
        "sigmoid": control("learns", activation="sigmoid"),
        "a linear net": control("learns", activation="identity"),
        "as NumPy has it": control("fails", width=np.int64(256)),
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
        "both sums": (batch_norm(lambda y, dy, std: (dy - dy.sum(0) - y * (y * dy).sum(0)) / std), "N times the mean"),
        "times std": (batch_norm(lambda y, dy, std: right_back(y, dy, 1.0) * std), "so divide"),
        "one mean of y · dy": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(0) - y * (y * dy).mean()) / std),
            "mean of y · dy needs axis=0",
        ),
        "over the units, as rows": (
            batch_norm(lambda y, dy, std: (dy - dy.mean(1) - y * (y * dy).mean(1)) / std),
            "do not fit together",
        ),
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
    "choose_control": {
        "as it stands": ((..., ...), "dict of settings"),
        "one thing": (NET, "two things"),
        "only the change": ((dict(optimizer="adam"), "learns"), "a value for activation"),
        "nothing said": ((NET | dict(optimizer="adam"), ...), "what the explanation predicts"),
        "another word": (control("better", optimizer="adam"), "should be"),
        "a number": (control(0.7, optimizer="adam"), "should be"),
        "Adam, and it fails": (control("fails", optimizer="adam"), "removes the cause"),
        "larger, and it learns": (control("learns", width=128), "serve both ends"),
        "the same": (control("fails"), "net that failed"),
        "two things": (control(optimizer="adam", width=128), "which of them"),
        "Adam and more steps": (control(optimizer="adam", steps=300), "which of them"),
        "plain SGD": (control("fails", optimizer="sgd"), "single learning rate"),
        "no such optimizer": (control(optimizer="Adam with warm-up"), "none of"),
        "more steps": (control("fails", steps=300), "low learning rate"),
        "more steps, and wider": (control("fails", steps=300, width=128), "width and steps differ"),
        "less deep, and it fails": (control("fails", depth=4), "removes the cause that the explanation names"),
        "layer norm, and it fails": (control("fails", norm="layer"), "removes the cause that the explanation names"),
        "deeper": (control("fails", depth=60), "a failure would say nothing new"),
        "half as deep": (control("learns", depth=20), "no clear prediction here"),
        "GELU": (control("learns", activation="gelu"), "no clear prediction here"),
        "no layer": (control("learns", depth=0), "there is no such net"),
        "no such norm": (control("learns", norm="group"), "there is no such net"),
        "a truth value": (control(True, optimizer="adam"), "should be"),
        "a truth value in quotes": (control("True", optimizer="adam"), "should be"),
        "wider, with a larger batch": (control("fails", width=128, batch=128), "width and batch differ"),
        "one unit more": (control("fails", width=33), "hardly differs from 32"),
        "narrower": (control("fails", width=16), "risks nothing"),
        "half a unit": (control("fails", width=64.5), "whole number"),
        "a setting of its own": (control(rate=0.1), "has the setting"),
        "a blank": (control(optimizer=...), "a value for optimizer"),
    },
}  # fmt: skip
