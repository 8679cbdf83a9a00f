"""The directional test accepts right pullbacks and catches planted wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import cells, ops
from vgrad.gradcheck import Comparison, directional

RNG = np.random.default_rng(0)
PARAMS, X = ops.Affine(RNG.standard_normal((3, 3)), RNG.standard_normal(3)), RNG.standard_normal((4, 3))
Z = X + np.copysign(0.01, X)  # away from the kinks
NORM = ops.Norm(*RNG.standard_normal((2, 3)))
LSTM = cells.Recurrent(RNG.standard_normal((3, 8)), RNG.standard_normal((2, 8)), RNG.standard_normal(8))
GRU = cells.GRUParams(RNG.standard_normal((3, 6)), RNG.standard_normal((2, 6)), *RNG.standard_normal((2, 6)))
STATE = tuple(RNG.standard_normal((2, 4, 2)))


def affine(at):
    return ops.affine(*at)


def batch_norm(at):
    return ops.batch_norm(*at)


def layer_norm(at):
    return ops.layer_norm(*at)


def lstm(at):
    return cells.lstm(*at)


def gru(at):
    return cells.gru(*at)


def loss(prediction):
    return ops.mse(prediction, Z)


def twisted(f, twist):
    """F with its pullback's answer spoiled."""

    def wrong(x):
        y, pullback = f(x)
        return y, lambda dy: twist(pullback(dy))

    return wrong


def on_dW(twist):
    return lambda grads: (ops.Affine(twist(grads[0].W), grads[0].b), grads[1])


def on_dstate(twist):
    return lambda gradients: (*gradients[:2], twist(gradients[2]))


def on_part(place, twist):
    """The gradient's array at ``place``, of the parameters, spoiled."""

    def spoiled(gradients):
        grads, *others = gradients
        parts = [twist(part) if k == place else part for k, part in enumerate(grads)]
        return type(grads)(*parts), *others

    return spoiled


def swapped(dz, gates):
    """The first two gates' parts exchanged."""
    first, second, *others = np.split(dz, gates, axis=-1)
    return np.concatenate([second, first, *others], axis=-1)


PLANTED = {
    "affine: sign of dW": (affine, (PARAMS, X), on_dW(np.negative)),
    "affine: dW transposed": (affine, (PARAMS, X), on_dW(np.transpose)),
    "affine: one entry of dW": (affine, (PARAMS, X), on_dW(lambda dW: dW * (1 + 1e-3 * np.eye(3)))),
    "affine: db missing": (affine, (PARAMS, X), lambda g: (ops.Affine(g[0].W, 0 * g[0].b), g[1])),
    "affine: dx missing": (affine, (PARAMS, X), lambda g: (g[0], 0 * g[1])),
    "affine: mean in place of a sum": (affine, (PARAMS, X), lambda g: (ops.Affine(g[0].W, g[0].b / len(X)), g[1])),
    "tanh: sign": (ops.tanh, Z, np.negative),
    "tanh: slope squared": (ops.tanh, Z, lambda dz: dz * (1 - np.tanh(Z) ** 2)),
    "silu: a term missing": (ops.silu, Z, lambda dz: dz - 0.1 * Z),
    "relu: other side": (ops.relu, Z, lambda dz: np.where(Z > 0, 0, dz + 1)),
    "mse: factor 2": (loss, X, lambda dp: dp / 2),
    "sigmoid: samples swapped": (ops.sigmoid, Z, lambda dz: dz[::-1]),
    "batch_norm: a part along 1": (batch_norm, (NORM, X), lambda g: (g[0], g[1] + 0.01)),
    "batch_norm: a part along z": (batch_norm, (NORM, X), lambda g: (g[0], g[1] + 0.01 * X)),
    "layer_norm: dgamma missing": (layer_norm, (NORM, X), on_part(0, lambda dgamma: 0 * dgamma)),
    "layer_norm: dbeta a mean": (layer_norm, (NORM, X), on_part(1, lambda dbeta: dbeta / len(X))),
    "lstm: the highway closed": (lstm, (LSTM, X, STATE), on_dstate(lambda d: (d[0], 0 * d[1]))),
    "lstm: dh by way of W_h missing": (lstm, (LSTM, X, STATE), on_dstate(lambda d: (0 * d[0], d[1]))),
    "lstm: i and f exchanged": (lstm, (LSTM, X, STATE), on_part(1, lambda dW_h: swapped(dW_h, 4))),
    "gru: r and u exchanged": (gru, (GRU, X, STATE[:1]), on_part(0, lambda dW_x: swapped(dW_x, 3))),
    "gru: b_h taken for b_x": (gru, (GRU, X, STATE[:1]), lambda g: (g[0]._replace(b_h=g[0].b_x), *g[1:])),
    "gru: dx missing": (gru, (GRU, X, STATE[:1]), lambda g: (g[0], 0 * g[1], g[2])),
}


@pytest.mark.parametrize("case", PLANTED)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_pullback_is_caught_and_the_right_one_accepted(case, seed):
    f, x, twist = PLANTED[case]
    assert directional(f, x, rng=np.random.default_rng(seed)).error < 1e-7
    assert directional(twisted(f, twist), x, rng=np.random.default_rng(seed)).error > 1e-5


def test_a_pullback_transposed_is_caught():
    def wrong(x):
        z, _ = ops.affine(PARAMS, x)
        return z, lambda dz: dz @ PARAMS.W  # not W's transpose

    assert directional(wrong, X, rng=np.random.default_rng(1)).error > 1e-2


@pytest.mark.parametrize(
    ("exact", "approximate", "error"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, 1.0), (0.0, -1.0, 1.0), (1.0, -1.0, 2.0), (-4.0, -3.0, 0.25), (1e-300, 1e-300, 0.0)],
)
def test_the_error_is_relative_to_the_larger_and_zero_for_two_zeros(exact, approximate, error):
    assert Comparison(exact, approximate).error == error


def test_a_dead_layer_is_no_error():
    assert directional(ops.relu, -abs(Z), rng=np.random.default_rng(2)) == Comparison(0.0, 0.0)


def test_the_same_generator_gives_the_same_direction():
    first, again, other = (directional(ops.tanh, Z, rng=np.random.default_rng(seed)).exact for seed in (5, 5, 6))
    assert first == again != other
