"""What learners hand over in the lesson on skip connections."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from vgrad import ops
from vgrad.kit.experiments.flow import flow
from vgrad.lessons.skip_connections import both_ways

from . import Later


def path(back, y=lambda h, t, alpha: h + alpha * t):
    """A block with a path: y(h, t, alpha), and a pullback that is back(h, W, alpha, t, dy)."""

    def block(h, W, alpha):
        t = np.tanh(h @ W)
        return y(h, t, alpha), lambda dy: back(h, W, alpha, t, dy)

    return block


def right_back(h, W, alpha, t, dy):
    return dy + (alpha * dy * (1 - t**2)) @ W.T


def in_float32(h, W, alpha):
    W = W.astype(np.float32)
    t = np.tanh(h.astype(np.float32) @ W)
    y = h.astype(np.float32) + np.float32(alpha) * t
    return y, lambda dy: dy.astype(np.float32) + np.float32(alpha) * (dy.astype(np.float32) * (1 - t * t)) @ W.T


def in_loops(h, W, alpha):
    z = h @ W
    y = h.copy()
    for n in range(len(h)):
        for j in range(h.shape[1]):
            y[n, j] += alpha * math.tanh(z[n, j])

    def pullback(dy):
        dh = dy.copy()
        for n, j, i in np.ndindex(len(h), h.shape[1], h.shape[1]):
            dh[n, i] += alpha * dy[n, j] * (1 - math.tanh(z[n, j]) ** 2) * W[i, j]
        return dh

    return y, pullback


def of_the_package(h, W, alpha):
    t, through = ops.tanh(h @ W)
    return h + alpha * t, lambda dy: dy + alpha * through(dy) @ W.T


def with_cosh(h, W, alpha):
    z = h @ W
    return [h + alpha * np.sinh(z) / np.cosh(z), lambda dy: (alpha * dy / np.cosh(z) ** 2) @ W.T + dy]


class Block:
    def step(self, h, W, alpha=1.0):
        t = np.tanh(np.einsum("ni,ij->nj", h, W))

        def pullback(dy):
            return dy + np.einsum("nj,ij->ni", alpha * dy * (1 - t) * (1 + t), W)

        return t * alpha + h, pullback


def path_in_place(h, W, alpha):
    t = np.tanh(h @ W)
    h += alpha * t
    return h, lambda dy: right_back(h, W, alpha, t, dy)


def back_in_place(h, W, alpha, t, dy):
    branch = alpha * (dy * (1 - t**2)) @ W.T
    dy += branch
    return dy


def scales_in_place(h, W, alpha, t, dy):
    W *= alpha
    return dy + (dy * (1 - t**2)) @ W.T


KEPT = {}
FIRST = dict(skip="activation_first")


def in_global_names(h, W, alpha):
    KEPT.update(t=np.tanh(h @ W), W=W, alpha=alpha)
    return h + alpha * KEPT["t"], lambda dy: right_back(h, KEPT["W"], KEPT["alpha"], KEPT["t"], dy)


def ways(**settings):
    return Later(lambda: both_ways(**dict(skip="activation_first", norm="layer", width=64) | settings))


def renamed(settings, **net):
    record = both_ways(**dict(width=32, seeds=5) | settings)
    return record._replace(net=record.net._replace(**net))


RIGHT = {
    "skip_pullback": {
        "as the lesson has it": path(right_back),
        "in float32": in_float32,
        "in loops": in_loops,
        "of the package": of_the_package,
        "with cosh, and a list for the pair": with_cosh,
        "a method": Block().step,
        "alpha last": path(lambda h, W, alpha, t, dy: dy + alpha * ((dy * (1 - t**2)) @ W.T)),
        "z once more": path(lambda h, W, alpha, t, dy: dy + alpha * dy * (1 - np.tanh(h @ W) ** 2) @ np.transpose(W)),
        "columns": path(lambda h, W, alpha, t, dy: dy + alpha * (W @ (dy * (1 - t * t)).T).T),
    },
    "hold_path": {
        "pre, layer norm": ways(),
        "in two layers": ways(skip="branch"),
        "RMS norm": ways(norm="rms"),
        "RMS norm of a branch": ways(skip="branch", norm="rms"),
        "after each join": ways(norm="layer_output"),
        "another seed": ways(seed=5),
        "at 32 units": ways(width=32, seeds=8),
        "in float32": ways(precision="float32"),
        "by flow": Later(
            lambda: flow(activation="relu", scheme="he_normal", skip="activation_first", norm="rms", depth=50, width=64)
        ),
    },
}
WRONG = {
    "skip_pullback": {
        "the branch alone": (path(lambda h, W, alpha, t, dy: right_back(h, W, alpha, t, dy) - dy), "gradients add"),
        "the path alone": (path(lambda h, W, alpha, t, dy: dy), "branch"),
        "alpha forgotten": (path(lambda h, W, alpha, t, dy: right_back(h, W, 1.0, t, dy)), "alpha"),
        "alpha hard-coded": (path(lambda h, W, alpha, t, dy: right_back(h, W, 0.3, t, dy)), "alpha = 1.5"),
        "alpha twice": (path(lambda h, W, alpha, t, dy: right_back(h, W, alpha**2, t, dy)), "twice"),
        "no slope": (path(lambda h, W, alpha, t, dy: dy + alpha * dy @ W.T), "slope"),
        "not squared": (path(lambda h, W, alpha, t, dy: dy + alpha * (dy * (1 - t)) @ W.T), "square"),
        "the slope of y": (
            path(lambda h, W, alpha, t, dy: dy + alpha * (dy * (1 - (h + alpha * t) ** 2)) @ W.T),
            "y has the path in it",
        ),
        "1 for the path": (
            path(lambda h, W, alpha, t, dy: 1 + alpha * (dy * (1 - t**2)) @ W.T), "1 is the slope of the path",
        ),
        "h for the path": (path(lambda h, W, alpha, t, dy: h + alpha * (dy * (1 - t**2)) @ W.T), "h is no gradient"),
        "not transposed": (path(lambda h, W, alpha, t, dy: dy + alpha * (dy * (1 - t**2)) @ W), "transposed"),
        "no W": (path(lambda h, W, alpha, t, dy: dy + alpha * dy * (1 - t**2)), "through W"),
        "the slope at h": (
            path(lambda h, W, alpha, t, dy: dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T),
            "tanh saw z",
        ),
        "the slope behind W": (path(lambda h, W, alpha, t, dy: dy + alpha * (1 - t**2) * (dy @ W.T)), "before W"),
        "alpha on both": (
            path(lambda h, W, alpha, t, dy: alpha * right_back(h, W, 1.0, t, dy)),
            "belongs to the branch",
        ),
        "the branch taken away": (path(lambda h, W, alpha, t, dy: right_back(h, W, -alpha, t, dy)), "gradients add"),
        "W first": (path(lambda h, W, alpha, t, dy: dy + alpha * W.T @ (dy * (1 - t**2))), "Samples are rows"),
        "rounded": (path(lambda *given: right_back(*given).round(2)), "should be"),
        "the slope of h": (
            path(lambda h, W, alpha, t, dy: dy + alpha * (dy * (1 - h**2)) @ W.T),
            "h came in before W",
        ),
        "the path twice": (path(lambda h, W, alpha, t, dy: dy + right_back(h, W, alpha, t, dy)), "add it twice"),
        "no brackets": (path(lambda h, W, alpha, t, dy: dy + (alpha * dy * 1 - t**2) @ W.T), "needs brackets"),
        "no dy in the branch": (path(lambda h, W, alpha, t, dy: dy + alpha * (1 - t**2) @ W.T), "dy is missing"),
        "W entry by entry": (path(lambda h, W, alpha, t, dy: dy + alpha * dy * (1 - t**2) * W.T), "do not fit"),
        "dW": (path(lambda h, W, alpha, t, dy: h.T @ (alpha * dy * (1 - t**2))), "shape"),
        "no path forward": (path(right_back, y=lambda h, t, alpha: alpha * t), "path"),
        "no alpha forward": (path(right_back, y=lambda h, t, alpha: h + t), "multiplied by alpha"),
        "alpha on the path": (path(right_back, y=lambda h, t, alpha: alpha * (h + t)), "not the path"),
        "alpha hard-coded forward": (path(right_back, y=lambda h, t, alpha: h + 0.3 * t), "alpha = 1.5"),
        "a linear branch": (lambda h, W, alpha: (h + alpha * h @ W, lambda dy: dy + alpha * dy @ W.T), "no tanh"),
        "h overwritten": (path_in_place, "has changed"),
        "dy overwritten": (path(back_in_place), "has changed"),
        "W overwritten": (path(scales_in_place), "has changed"),
        "in global names": (in_global_names, "global"),
        "dh in place of a function": (lambda h, W, alpha: (h + alpha * np.tanh(h @ W), h), "function"),
    },
    "hold_path": {
        "as it stands": (ways(skip="activation_last", norm="batch"), "times what it was"),
        "no norm": (ways(norm=None), "h of the last block"),
        "batch norm": (ways(norm="batch"), "nearly"),
        "layer norm in post form": (ways(skip="activation_last"), "h of the last block"),
        "behind the activation": (ways(norm="layer_after"), "times what it was"),
        "behind the join": (ways(skip="activation_last", norm="layer_output"), "dh of the first block"),
        "no path": (ways(skip=None), "it has no path"),
        "beyond the work budget": (ways(width=256, batch=64, seeds=5), "of 5 networks"),
        "tanh": (ways(activation="tanh"), "tanh"),
        "short": (ways(depth=20), "20"),
        "one more": (ways(depth=51), "fifty blocks are asked for, and yours has 51"),
        "a hundred": (ways(depth=100), "fifty blocks are asked for, and yours has 100"),
        "weakened by alpha": (ways(norm=None, alpha="1/depth"), "α = 1"),
        "alpha turned": (ways(alpha=-1.0), "α = -1"),
        "alpha above 1": (ways(alpha=2.0), "α = 2"),
        "weakened by the weights": (ways(norm=None, gain=0.1), "weights"),
        "Xavier's weights": (
            Later(lambda: flow(activation="relu", skip="activation_first", norm="layer", depth=50, width=64)),
            "weights",
        ),
        "narrow": (ways(width=16), "take at least 32 units"),
        "few samples": (ways(batch=4), "take at least 16 samples"),
        "few networks": (ways(seeds=2), "take at least 5 networks"),
        "called ReLU's": (
            Later(lambda: renamed(dict(activation="tanh", **FIRST, norm="layer"), activation="relu")), "weights",
        ),
        "called α = 1": (Later(lambda: renamed(FIRST | dict(alpha="1/depth"), alpha=1.0)), "not theirs"),
        "called fifty": (Later(lambda: renamed(FIRST | dict(norm="layer", depth=10), depth=50)), "not theirs"),
        "made by hand": (SimpleNamespace(net=None, forward=1.0, ratio=1.0), "record"),
    },
}  # fmt: skip
