"""Norms are right where squares are not, and every measure is that of the explicit gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vgrad import models, ops, probes
from vgrad.models import Layer
from vgrad.ops import Affine
from vgrad.tape import backprop


def net(activation="tanh", depth=4, ensemble=(), seed=0):
    """Hidden layers with generic biases, their tape on 6 samples, and a cotangent of the last output."""
    rng = np.random.default_rng(seed)
    params = models.init_mlp((5, *[7] * depth), scheme="he_normal", rng=rng, ensemble=ensemble)
    params = [Layer(Affine(W, 0.3 * rng.standard_normal(b.shape))) for (W, b), _ in params]
    tape = models.hidden(params, rng.standard_normal((*ensemble, 6, 5)), activation)[1]
    return params, tape, rng.standard_normal((*ensemble, 6, 7))


# --- norm ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [
        *[("float16", scale) for scale in (6e-8, 1e-6, 1.0, 1e4)],  # squares underflow float16 below 1e-4
        *[("float32", scale) for scale in (1e-44, 1e-30, 1.0, 1e37)],
        *[("float64", scale) for scale in (5e-324, 1e-320, 1e-250, 1e-141, 1e-139, 1.0, 1e139, 1e141, 1e300)],
    ],
)
@pytest.mark.parametrize("shape", [(3, 4), (2, 5, 6), (2, 3, 1, 7)])
def test_the_norm_is_right_where_squares_are_out_of_range(dtype, scale, shape):
    a = (np.random.default_rng(1).standard_normal(shape) * scale).astype(dtype)
    a[..., 0, 0] = scale
    norms = probes.norm(a)
    exact = [math.hypot(*map(float, matrix.ravel())) for matrix in a.reshape(-1, *shape[-2:])]
    assert norms.dtype == np.float64
    assert norms.shape == shape[:-2]
    np.testing.assert_allclose(np.ravel(norms), exact, rtol=1e-12, atol=0)


def test_one_call_measures_sizes_of_all_ranges():
    scales = np.array([1e-320, 1e-200, 0.0, 1.0, 1e200, 1e305])
    np.testing.assert_allclose(probes.norm(scales[:, None, None] * np.full((6, 2, 2), 0.5)), scales, rtol=1e-3)


def test_the_norm_of_a_network_does_not_depend_on_its_neighbours():
    a = np.random.default_rng(2).standard_normal((50, 4, 7))
    with_a_silent_one = np.concatenate([a, np.zeros((1, 4, 7))])
    np.testing.assert_array_equal(probes.norm(with_a_silent_one)[:50], probes.norm(a))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([0.0, 0.0], 0.0),
        ([-0.0, 3.0], 3.0),
        ([3.0, -4.0], 5.0),
        ([np.inf, 1.0], np.inf),
        ([-np.inf, 0.0], np.inf),
        ([np.nan, 1.0], np.nan),
        ([np.nan, np.inf], np.nan),
    ],
)
def test_the_norm_of_zeros_infs_and_nans(entries, expected, dtype):
    np.testing.assert_array_equal(probes.norm(np.array([entries], dtype)), expected)


def test_a_norm_beyond_float64_is_inf():
    assert probes.norm(np.full((2, 2), 1.7e308)) == np.inf


# --- health ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "subnormal"), [("float16", 3e-5), ("float32", 1e-40), ("float64", 1e-310)])
def test_health_counts_what_a_precision_cannot_hold(dtype, subnormal):
    sick = [[0.0, -0.0, subnormal, -subnormal], [np.inf, -np.inf, np.nan, 1.0], [subnormal, 0.0, 2.0, -3.0]]
    well = np.ones((3, 4))
    entries = probes.entries(np.array([sick, well], dtype))
    assert {name: share.tolist() for name, share in entries._asdict().items()} == {
        "zeros": [3 / 12, 0],
        "subnormals": [3 / 12, 0],
        "infs": [2 / 12, 0],
        "nans": [1 / 12, 0],
    }


@pytest.mark.parametrize("entry", [0.0, 1e-310, np.inf, np.nan])
def test_one_sick_entry_is_one_share_only(entry):
    a = np.ones((4, 5))
    a[2, 3] = entry
    assert sorted(map(float, probes.entries(a))) == [0, 0, 0, 1 / 20]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("entry", [1.0, 0.0])
def test_the_smallest_normal_number_is_well(entry, dtype):
    a = np.full((2, 3, 4), np.finfo(dtype).tiny, dtype)
    a[:, 0, 0] = entry
    entries = probes.entries(a)
    assert entries.zeros.tolist() == [(entry == 0) / 12] * 2
    assert all((share == np.zeros(2)).all() for share in entries[1:])


# --- flow ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_the_flow_holds_the_norms_of_the_explicit_gradients(activation, ensemble):
    params, tape, cotangent = net(activation, ensemble=ensemble)
    flow = probes.flow(params, tape, cotangent)
    adjoints = {adjoint.name: adjoint for adjoint in backprop(tape, cotangent)}
    for k, layer in enumerate(params, start=1):
        dh, (dz, grads) = adjoints[f"{activation} {k}"].cotangent, adjoints[f"affine {k}"][1:]
        expected = [np.linalg.norm(a, axis=(-2, -1)) for a in (dh, dz, grads.W, layer.affine.W)]
        np.testing.assert_allclose(flow.dh[..., k - 1], expected[0], rtol=1e-12)
        np.testing.assert_allclose(flow.dz[..., k - 1], expected[1], rtol=1e-12)
        np.testing.assert_allclose(flow.dW[..., k - 1], expected[2], rtol=1e-12)
        np.testing.assert_allclose(flow.relative[..., k - 1], expected[2] / expected[3], rtol=1e-12)
    assert {array.shape for array in (*flow[:6], *flow.entries)} == {(*ensemble, 4)}


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_the_flow_of_a_low_precision_is_measured_in_float64(precision):
    params, tape, cotangent = net()
    params = [Layer(Affine(*(a.astype(precision) for a in layer.affine))) for layer in params]
    tape = models.hidden(params, np.ones((6, 5), precision), "tanh")[1]
    flow = probes.flow(params, tape, cotangent.astype(precision))
    assert {array.dtype.name for array in (*flow[:6], *flow.entries)} == {"float64"}


def test_decades_are_powers_of_ten_relative_to_the_last_layer():
    identity = [Layer(Affine(scale * np.eye(7), np.full(7, 0.1))) for scale in (1.0, 100.0, 1e-3, 10.0)]
    tape = models.hidden(identity, np.ones((6, 7)), "identity")[1]
    flow = probes.flow(identity, tape, np.ones((6, 7)))
    np.testing.assert_allclose(flow.decades, [0, -2, 1, 0], atol=1e-13)


def test_a_gradient_that_is_gone_is_infinitely_many_decades_away():
    params, tape, cotangent = net("relu", depth=2)
    params = [params[0], Layer(Affine(params[1].affine.W, np.full(7, -1e3)))]
    tape = models.hidden(params, np.ones((6, 5)), "relu")[1]
    flow = probes.flow(params, tape, cotangent)
    assert flow.decades.tolist() == [-np.inf, 0]
    assert flow.entries.zeros.tolist() == [1, 0]


@pytest.mark.parametrize("ensemble", [(), (3,)])
@pytest.mark.parametrize("count", [0, 1, 5, 7])
def test_dead_units_are_those_whose_slope_is_0_for_every_sample(count, ensemble):
    params, _, cotangent = net("relu", depth=3, ensemble=ensemble)
    biases = np.full((3, *ensemble, 7), 50.0)  # far above what the small weights can add
    biases[1, ..., :count] = -50.0
    params = [Layer(Affine(0.01 * layer.affine.W, b)) for layer, b in zip(params, biases, strict=True)]
    tape = models.hidden(params, np.ones((*ensemble, 6, 5)), "relu")[1]
    dead = probes.flow(params, tape, cotangent).dead
    assert (dead[..., 1] == count / 7).all()
    assert (dead[..., 2] == 0).all()
    assert (dead[..., 0] == 0).all()


def test_a_unit_that_is_off_for_some_samples_only_is_not_dead():
    layer = Layer(Affine(np.eye(2), np.array([0.1, 0.1])))
    tape = models.hidden([layer], np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]]), "relu")[1]
    assert probes.flow([layer], tape, np.ones((3, 2))).dead.tolist() == [0]


@pytest.mark.parametrize("ensemble", [(), (3,)])
def test_a_readout_on_the_tape_only_passes_the_gradient_on(ensemble):
    params, _, _ = net(ensemble=ensemble)
    rng = np.random.default_rng(3)
    x, dlogits = rng.standard_normal((*ensemble, 6, 5)), rng.standard_normal((*ensemble, 6, 2))
    readout = Affine(rng.standard_normal((*ensemble, 7, 2)), rng.standard_normal((*ensemble, 2)))
    with_readout = probes.flow([*params, Layer(readout)], models.mlp([*params, Layer(readout)], x, "tanh")[1], dlogits)
    dh = dlogits @ readout.W.swapaxes(-1, -2)
    without = probes.flow(params, models.hidden(params, x, "tanh")[1], dh)
    for mine, other in zip((*with_readout[:6], *with_readout.entries), (*without[:6], *without.entries), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)
