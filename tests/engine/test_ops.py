"""Every pullback is the transposed derivative of its function, in every precision, and at the extremes."""

from __future__ import annotations

import weakref
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgrad import ops
from vgrad.gradcheck import directional
from vgrad.tape import tree_map

PRECISIONS = ("float16", "float32", "float64")
PI = "3.14159265358979323846264338327950288419716939937510582097494"
LOW_PRECISIONS = PRECISIONS[:2]
ACTIVATIONS = tuple(ops.ACTIVATIONS)
NORMS = {"batch_norm": -2, "layer_norm": -1}  # and the axis that each takes its mean over
WITH_PARAMETERS = ("affine", "product", *NORMS, "rms_norm")

leads = st.sampled_from([(), (1,), (3,), (2, 3)])  # the ensemble axes
nested = st.sampled_from([((3,), (3,)), ((3,), ()), ((), (3,)), ((3,), (2, 3)), ((2, 3), (3,)), ((2, 3), ())])
sizes = st.integers(1, 6)
several = st.integers(2, 6)
seeds = st.integers(0, 2**32 - 1)


def case(name, lead, x_lead, N, fan_in, fan_out, seed, dtype="float64"):
    """An operation, generic parameters and input, and a cotangent: no entry is 0, the biases neither.

    The input's entries are at least 0.5 apart, along both axes: no norm divides by a variance near 0.
    """
    rng = np.random.default_rng(seed)
    shapes = {"affine": ((fan_in, fan_out), (fan_out,)), "product": ((fan_in, fan_out),), "rms_norm": ((fan_in,),)}
    params = [rng.standard_normal((*lead, *shape)).astype(dtype) for shape in shapes.get(name, ((fan_in,), (fan_in,)))]
    forms = {"affine": ops.Affine, "product": lambda W: W, "rms_norm": lambda gamma: ops.Norm(gamma, None)}
    form = forms.get(name, ops.Norm)
    apart = np.add.outer(np.arange(N), np.arange(fan_in)) - (N + fan_in) / 2
    x = (apart + rng.uniform(0, 0.5, (*x_lead, N, fan_in))).astype(dtype)
    width = fan_in if name.endswith("norm") else fan_out
    dy = rng.standard_normal((*max(lead, x_lead, key=len), N, width)).astype(dtype)
    return getattr(ops, name), form(*params), x, dy


def as_float64(*arrays):
    return [array.astype(np.float64) for array in arrays]


def form(tree):
    """The types and shapes of a tree of arrays."""
    return (type(tree), *map(form, tree)) if isinstance(tree, tuple) else tree is not None and (tree.shape, tree.dtype)


def assert_close(computed, exact, tolerance=1e-12):
    tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance), computed, exact)


# --- directions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_PARAMETERS)
@given(pair=nested | leads.map(lambda lead: (lead, lead)), N=several, fan_in=sizes, fan_out=sizes, seed=seeds)
def test_operations_pull_back_to_their_parameters_and_their_input(name, pair, N, fan_in, fan_out, seed):
    f, params, x, _ = case(name, *pair, N, fan_in, fan_out, seed)
    assert directional(lambda at: f(*at), (params, x), rng=np.random.default_rng(seed)).error <= 1e-6


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(lead=leads, N=sizes, D=sizes, seed=seeds)
def test_activations_pull_back_along_the_transposed_derivative(name, lead, N, D, seed):
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.standard_normal((*lead, N, D))
    z += np.copysign(2e-3, z)  # a central difference across a kink at 0 would average its two slopes
    still = not ops.ACTIVATIONS[name](z)[0].any()  # as of relu where all z < 0, and differences tell nothing there
    assert directional(ops.ACTIVATIONS[name], z, rng=rng).error <= 1e-6 or still


@given(lead=leads, shared=st.booleans(), N=sizes, D=sizes, seed=seeds)
def test_mse_pulls_back_to_the_prediction(lead, shared, N, D, seed):
    rng = np.random.default_rng(seed)
    prediction, target = rng.standard_normal((*lead, N, D)), rng.standard_normal((*(() if shared else lead), N, D))
    assert directional(lambda p: ops.mse(p, target), prediction, rng=rng).error <= 1e-6


@given(lead=leads, shared=st.booleans(), N=sizes, K=st.integers(2, 6), seed=seeds)
def test_softmax_cross_entropy_pulls_back_to_the_logits(lead, shared, N, K, seed):
    rng = np.random.default_rng(seed)
    logits, labels = 2 * rng.standard_normal((*lead, N, K)), rng.integers(K, size=(*(() if shared else lead), N))
    assert directional(lambda at: ops.softmax_cross_entropy(at, labels), logits, rng=rng).error <= 1e-6


@pytest.mark.parametrize("name", WITH_PARAMETERS)
@given(pair=nested | leads.map(lambda lead: (lead, lead)), N=several, D=sizes, K=sizes, seed=seeds)
def test_a_gradient_has_the_form_of_what_it_is_the_gradient_of(name, pair, N, D, K, seed):
    f, params, x, dy = case(name, *pair, N, D, K, seed)
    y, pullback = f(params, x)
    assert y.shape == dy.shape
    assert form(pullback(dy)) == form((params, x))


@given(lead=leads, N=sizes, K=sizes, seed=seeds)
def test_a_loss_has_the_ensemble_axes_and_its_gradient_the_shape_of_the_outputs(lead, N, K, seed):
    outputs, target = np.random.default_rng(seed).standard_normal((2, *lead, N, K))
    for loss, pullback in (ops.mse(outputs, target), ops.softmax_cross_entropy(outputs, np.zeros(N, int))):
        assert np.shape(loss) == lead
        assert pullback().shape == pullback(np.ones(lead)).shape == outputs.shape


@pytest.mark.parametrize("name", WITH_PARAMETERS)
@given(pair=nested | leads.map(lambda lead: (lead, lead)), N=several, D=sizes, K=sizes, seed=seeds)
def test_a_stack_of_cotangents_gives_the_stack_of_their_gradients(name, pair, N, D, K, seed):
    f, params, x, dy = case(name, *pair, N, D, K, seed)
    _, pullback = f(params, x)
    stack = np.random.default_rng(seed).standard_normal((4, *dy.shape))
    assert_close(pullback(stack), tree_map(lambda *each: np.stack(each), *map(pullback, stack)))


@pytest.mark.parametrize("loss", ["mse", "softmax_cross_entropy"])
def test_each_member_of_an_ensemble_has_its_own_dloss(loss):
    rng = np.random.default_rng(1)
    outputs, target, labels = rng.standard_normal((3, 4, 5)), rng.standard_normal((4, 5)), rng.integers(5, size=4)
    pullback = ops.mse(outputs, target)[1] if loss == "mse" else ops.softmax_cross_entropy(outputs, labels)[1]
    np.testing.assert_allclose(pullback(np.array([1.0, -2.0, 0.5])), pullback() * [[[1.0]], [[-2.0]], [[0.5]]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_pullback_keeps_no_state_and_is_linear(name):
    rng = np.random.default_rng(2)
    z, dh, other = rng.standard_normal((3, 2, 4, 5))
    _, pullback = ops.ACTIVATIONS[name](z)
    first = pullback(dh).copy()
    pullback(other)
    np.testing.assert_array_equal(pullback(dh), first)
    np.testing.assert_allclose(pullback(dh - 3 * other), first - 3 * pullback(other), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_a_pullback_to_parameters_keeps_no_state_and_is_linear(name):
    f, params, x, dy = case(name, (2,), (2,), 4, 5, 3, seed=2)
    other = np.random.default_rng(3).standard_normal(dy.shape)
    _, pullback = f(params, x)
    first = tree_map(np.copy, pullback(dy))
    second = pullback(other)
    tree_map(np.testing.assert_array_equal, pullback(dy), first)
    assert_close(pullback(dy - 3 * other), tree_map(lambda a, b: a - 3 * b, first, second))


# --- precision -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", LOW_PRECISIONS)
@pytest.mark.parametrize("name", ACTIVATIONS)
@given(seed=seeds)
def test_activations_agree_with_their_float64_selves(name, dtype, seed):
    """Within 8 eps |dh|: no slope exceeds 2, and none is a difference of terms larger than 4, while |z| < 4."""
    rng = np.random.default_rng(seed)
    z, dh = rng.uniform(-4, 4, (2, 8, 16)).astype(dtype)
    h, pullback = ops.ACTIVATIONS[name](z)
    h64, pullback64 = ops.ACTIVATIONS[name](*as_float64(z))
    dz, (dh64,) = pullback(dh), as_float64(dh)
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    assert h.dtype == dz.dtype == dtype
    assert (abs(h - h64) <= 2 * eps * (1 + abs(z)) + smallest).all()
    assert (abs(dz - pullback64(dh64)) <= 8 * eps * abs(dh64) + 2 * smallest).all()


@pytest.mark.parametrize("dtype", LOW_PRECISIONS)
@given(lead=leads, N=sizes, fan_in=sizes, fan_out=sizes, seed=seeds)
def test_affine_agrees_with_its_float64_self(dtype, lead, N, fan_in, fan_out, seed):
    """Within n eps times the sum of the n terms' sizes, for each of the sums that it computes."""
    _, params, x, dz = case("affine", lead, lead, N, fan_in, fan_out, seed, dtype)
    W, b, x64, dz64 = as_float64(*params, x, dz)
    z, pullback = ops.affine(params, x)
    z64, pullback64 = ops.affine(ops.Affine(W, b), x64)
    (dW, db), dx = pullback(dz)
    (dW64, db64), dx64 = pullback64(dz64)
    sums = (  # computed, exact, the sizes of its terms, how many
        (z, z64, abs(x64) @ abs(W) + abs(b)[..., None, :], fan_in + 1),
        (dW, dW64, abs(x64).swapaxes(-1, -2) @ abs(dz64), N),
        (db, db64, abs(dz64).sum(axis=-2), N),
        (dx, dx64, abs(dz64) @ abs(W).swapaxes(-1, -2), fan_out),
    )
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    for computed, exact, terms, n in sums:
        assert computed.dtype == dtype
        assert (abs(computed - exact) <= n * eps * terms + n * smallest).all()


@pytest.mark.parametrize("dtype", LOW_PRECISIONS)
@pytest.mark.parametrize("name", NORMS)
@given(lead=leads, N=several, D=sizes, offset=st.sampled_from([0.0, 30.0]), seed=seeds)
def test_norms_agree_with_their_float64_selves(name, dtype, lead, N, D, offset, seed):
    """Computed in float32 and rounded once: within n eps of float32 times the sizes of the terms, plus that rounding.

    The difference z - mean is off by n eps max|z|, and so ẑ by n eps (1 + |ẑ|) (1 + max|z| / std): what is lost where
    the mean is large. Every other term has ẑ as a factor.
    """
    axis = NORMS[name]
    f, params, z, dy = case(name, lead, lead, N, D, D, seed, dtype)
    z += z.dtype.type(offset)
    gamma, beta, z64, dy64 = as_float64(*params, z, dy)
    y, pullback = f(params, z)
    y64, pullback64 = f(ops.Norm(gamma, beta), z64)
    (dgamma, dbeta), dz = pullback(dy)
    (dgamma64, dbeta64), dz64 = pullback64(dy64)

    std = np.sqrt(z64.var(axis=axis, keepdims=True) + ops.EPSILON)
    unit = 1 + abs(z64 - z64.mean(axis=axis, keepdims=True)) / std
    lost = 1 + abs(z64).max(axis=axis, keepdims=True) / std
    dunit = abs(gamma[..., None, :] * dy64)
    along = unit * np.mean(unit * dunit, axis=axis, keepdims=True)
    sums = (  # computed, exact, the sizes of its terms
        (y, y64, abs(gamma)[..., None, :] * unit * lost + abs(beta)[..., None, :]),
        (dgamma, dgamma64, (unit * lost * abs(dy64)).sum(axis=-2)),
        (dbeta, dbeta64, abs(dy64).sum(axis=-2)),
        (dz, dz64, (dunit + along) * lost / std),
    )
    n, eps32 = N + D + 4, np.finfo("float32").eps.item()
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    for computed, exact, terms in sums:
        assert computed.dtype == dtype
        assert (abs(computed - exact) <= n * eps32 * terms + eps * abs(exact) + smallest).all()


@pytest.mark.parametrize("dtype", LOW_PRECISIONS)
@given(lead=leads, N=sizes, K=st.integers(2, 6), seed=seeds)
def test_losses_agree_with_their_float64_selves(dtype, lead, N, K, seed):
    """Within n eps of the largest term: squares for mse, log-sum-exp over K and a mean over N for the other."""
    rng = np.random.default_rng(seed)
    outputs, target = (2 * rng.standard_normal((2, *lead, N, K))).astype(dtype)
    labels = rng.integers(K, size=N)
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    size = 1 + abs(as_float64(outputs)[0]).max() + abs(as_float64(target)[0]).max()
    pairs = (
        (ops.mse(outputs, target), ops.mse(*as_float64(outputs, target)), size**2, 4),
        (ops.softmax_cross_entropy(outputs, labels), ops.softmax_cross_entropy(*as_float64(outputs), labels), size, 4),
    )
    for (loss, pullback), (loss64, pullback64), largest, n in pairs:
        assert (loss.dtype, pullback().dtype) == ("float32", dtype)
        assert (abs(loss - loss64) <= (n + K + N) * eps * largest).all()
        assert (abs(pullback() - pullback64()) <= (n + K) * eps * size / N + smallest).all()


@given(lead=leads, n=st.integers(1, 300), seed=seeds)
def test_a_float16_product_is_rounded_once(lead, n, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((*lead, 4, n)).astype("float16"), rng.standard_normal((*lead, n, 3)).astype("float16")
    product, (a64, b64) = ops.matmul(a, b), as_float64(a, b)
    half_ulp = np.spacing(abs(a64 @ b64).astype("float16")).astype("float64") / 2
    in_float32 = n * np.finfo("float32").eps.item() * (abs(a64) @ abs(b64))
    assert product.dtype == "float16"
    assert (abs(product - a64 @ b64) <= half_ulp + in_float32).all()


def test_a_float16_sum_may_pass_beyond_float16_and_return():
    a, b = np.array([[300.0, 300.0]], "float16"), np.array([[300.0], [-299.0]], "float16")
    assert ops.matmul(a, b).item() == 300.0  # 90000 is beyond float16's 65504


# --- norms -----------------------------------------------------------------------------------------------------------

LARGE = 1e5  # so much larger than ε that it does not show


def norm_case(name, lead, N, D, seed):
    """A norm of large numbers, without ε, but with generic parameters; and the mean over its axis."""
    f, params, z, dy = case(name, lead, lead, N, D, D, seed)
    return f, params, LARGE * z, dy, lambda a: a.mean(axis=NORMS[name], keepdims=True)


@pytest.mark.parametrize("name", NORMS)
@given(lead=leads, N=several, D=several, seed=seeds)
def test_a_norms_output_has_mean_beta_and_standard_deviation_gamma(name, lead, N, D, seed):
    f, (gamma, beta), z, _, mean = norm_case(name, lead, N, D, seed)
    unit, _ = f(ops.Norm(np.ones_like(gamma), np.zeros_like(beta)), z)
    np.testing.assert_allclose(mean(unit), 0 * mean(unit), atol=1e-9)
    np.testing.assert_allclose(mean(unit * unit), 1 + 0 * mean(unit), rtol=1e-9)
    y, _ = f(ops.Norm(gamma, beta), z)
    assert_close(y, gamma[..., None, :] * unit + beta[..., None, :])
    if name == "batch_norm":
        assert_close((y.mean(axis=-2), y.std(axis=-2)), (beta, abs(gamma)), tolerance=1e-9)


@pytest.mark.parametrize("name", NORMS)
@given(lead=leads, N=several, D=several, seed=seeds)
def test_a_norm_does_not_see_scale_and_shift(name, lead, N, D, seed):
    """Of a unit, over all samples, for batch_norm; of a sample, over all units, for layer_norm."""
    f, params, z, dy, mean = norm_case(name, lead, N, D, seed)
    rng = np.random.default_rng(seed)
    scale, shift = rng.uniform(0.5, 2, mean(z).shape), rng.normal(0, LARGE, mean(z).shape)
    (y, pullback), (same, pullback_there) = f(params, z), f(params, scale * z + shift)
    (grads, dz), (same_grads, dz_there) = pullback(dy), pullback_there(dy)
    assert_close((same, same_grads, scale * dz_there * LARGE), (y, grads, dz * LARGE), tolerance=1e-8)


@pytest.mark.parametrize("name", NORMS)
@given(lead=leads, N=several, D=several, seed=seeds)
def test_a_norms_gradient_is_orthogonal_to_what_it_does_not_see(name, lead, N, D, seed):
    f, params, z, dy, mean = norm_case(name, lead, N, D, seed)
    unit = (z - mean(z)) / np.sqrt(mean((z - mean(z)) ** 2))
    _, dz = f(params, z)[1](dy)
    for direction in (np.ones_like(z), unit):
        np.testing.assert_allclose(LARGE * mean(dz * direction), 0 * mean(z), atol=1e-9)


@given(lead=leads, N=sizes, D=sizes, seed=seeds)
def test_rms_norm_has_mean_square_gamma_and_sees_the_mean_but_not_the_scale(lead, N, D, seed):
    f, params, z, dy = case("rms_norm", lead, lead, N, D, D, seed)
    z = LARGE * z
    unit, _ = f(ops.Norm(np.ones_like(params.gamma), None), z)
    np.testing.assert_allclose(np.mean(unit * unit, axis=-1), 1, rtol=1e-9)
    y, pullback = f(params, z)
    assert_close(y, params.gamma[..., None, :] * unit)
    np.testing.assert_allclose(LARGE * np.mean(pullback(dy)[1] * unit, axis=-1), 0, atol=1e-9)
    scale = np.random.default_rng(seed).uniform(0.5, 2, (*lead, N, 1))
    same, pullback_there = f(params, scale * z)
    assert_close((same, LARGE * scale * pullback_there(dy)[1]), (y, LARGE * pullback(dy)[1]), tolerance=1e-8)


def test_rms_norm_is_layer_norm_where_the_mean_is_0():
    f, params, z, dy = case("rms_norm", (2,), (2,), 4, 5, 5, seed=9)
    z -= z.mean(axis=-1, keepdims=True)
    (y, pullback), (its_y, its_pullback) = f(params, z), ops.layer_norm(ops.Norm(params.gamma, 0 * params.gamma), z)
    ((dgamma, _), dz), ((its_dgamma, _), its_dz) = pullback(dy), its_pullback(dy)
    assert_close((y, dgamma, dz - dz.mean(axis=-1, keepdims=True)), (its_y, its_dgamma, its_dz))


@pytest.mark.parametrize("dtype", LOW_PRECISIONS)
@given(lead=leads, N=sizes, D=sizes, seed=seeds)
def test_rms_norm_agrees_with_its_float64_self(dtype, lead, N, D, seed):
    """Computed in float32 and rounded once, like the other norms."""
    f, params, z, dy = case("rms_norm", lead, lead, N, D, D, seed, dtype)
    gamma, z64, dy64 = as_float64(params.gamma, z, dy)
    (y, pullback), (y64, pullback64) = f(params, z), f(ops.Norm(gamma, None), z64)
    ((dgamma, _), dz), ((dgamma64, _), dz64) = pullback(dy), pullback64(dy64)
    rms = np.sqrt(np.mean(z64**2, axis=-1, keepdims=True) + ops.EPSILON)
    unit, dunit = abs(z64) / rms, abs(gamma[..., None, :] * dy64)
    along = unit * np.mean(unit * dunit, axis=-1, keepdims=True)
    sums = (
        (y, y64, abs(gamma)[..., None, :] * unit),
        (dgamma, dgamma64, (unit * abs(dy64)).sum(axis=-2)),
        (dz, dz64, (dunit + along) / rms),
    )
    n, eps32 = N + D + 4, np.finfo("float32").eps.item()
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    for computed, exact, terms in sums:
        assert computed.dtype == dtype
        assert (abs(computed - exact) <= n * eps32 * terms + eps * abs(exact) + smallest).all()


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_rms_norm_stays_finite_at_0_and_where_squares_leave_float16(dtype):
    f, params, z, dy = case("rms_norm", (), (), 4, 3, 3, seed=6, dtype=dtype)
    y, pullback = f(params, 0 * z)
    np.testing.assert_array_equal(y, 0)
    assert_close(as_float64(pullback(dy)[1])[0], as_float64(params.gamma * dy)[0] / ops.EPSILON**0.5, tolerance=0.2)
    y, pullback = f(params, np.full((4, 3), 300, dtype))
    np.testing.assert_allclose(y, np.broadcast_to(params.gamma, y.shape), rtol=1e-10 + 2 * np.finfo(dtype).eps)
    assert np.isfinite(pullback(dy)[1]).all()


def test_batch_norm_couples_the_samples_and_layer_norm_does_not():
    dy = np.zeros((4, 3))
    dy[1] = 1.0, -2.0, 0.5
    for name, others in (("batch_norm", True), ("layer_norm", False)):
        f, params, z, _ = case(name, (), (), 4, 3, 3, seed=5)
        assert (f(params, z)[1](dy)[1] != 0).any(axis=-1).tolist() == [others, True, others, others]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", NORMS)
def test_what_is_all_alike_becomes_beta_and_its_gradient_stays_finite(name, dtype):
    f, params, _, dy = case(name, (), (), 4, 3, 3, seed=6, dtype=dtype)
    y, pullback = f(params, np.full((4, 3), 300.0, dtype))  # its square is beyond float16's 65504
    (dgamma, _), dz = pullback(dy)
    np.testing.assert_array_equal(y, np.broadcast_to(params.beta, y.shape))
    np.testing.assert_array_equal(dgamma, 0)
    assert np.isfinite(dz).all()
    assert dz.any()


@pytest.mark.parametrize("name", NORMS)
def test_a_nan_stays_visible_in_what_shares_its_mean(name):
    f, params, z, dy = case(name, (), (), 3, 4, 4, seed=7)
    spoiled = np.where(np.arange(12).reshape(3, 4) == 5, np.nan, z)  # sample 1, unit 1
    touched = np.zeros((3, 4), bool)
    touched[(slice(None), 1) if name == "batch_norm" else 1] = True
    y, pullback = f(params, spoiled)
    np.testing.assert_array_equal(np.isnan(y), touched)
    np.testing.assert_array_equal(np.isnan(pullback(dy)[1]), touched)
    np.testing.assert_array_equal(np.isnan(f(params, z)[1](np.where(np.isnan(spoiled), np.nan, dy))[1]), touched)


# --- extremes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_finite_and_silent_far_from_zero(name, dtype):
    z = np.array([[-1e4, -300.0, 300.0, 1e4]], dtype)
    h, pullback = ops.ACTIVATIONS[name](z)
    slopes = pullback(np.ones_like(z))
    assert np.isfinite(h).all()
    assert np.isfinite(slopes).all()
    saturated = {"sigmoid": (0, 0), "tanh": (0, 0), "identity": (1, 1), "leaky_relu": (ops.LEAK, 1)}
    saturated["selu"] = (0, ops.SELU_SCALE)
    left, right = saturated.get(name, (0, 1))
    np.testing.assert_allclose(slopes, [[left, left, right, right]], rtol=1e-3, atol=1e-30)


@pytest.mark.parametrize("z", [30.0, 300.0, -30.0, -300.0])
def test_the_sigmoids_slope_keeps_its_digits_where_it_saturates(z):
    _, pullback = ops.sigmoid(np.array([[z]]))
    assert pullback(np.ones((1, 1))).item() == pytest.approx(np.exp(-abs(z)), rel=1e-12, abs=0)


def exact_gelu(z):
    """h and the slope of z (1 + tanh u) / 2 in 60 digits, the sum of the sizes of the slope's terms, and 2u."""
    with localcontext(prec=60):
        z = Decimal(z)
        root, cubic = (Decimal(8) / Decimal(PI)).sqrt(), Decimal("0.044715")
        twice_u = root * (z + cubic * z**3)
        s = 1 / (1 + (-twice_u).exp())
        steep = z * s * (1 - s) * root * (1 + 3 * cubic * z * z)
        return float(z * s), float(s + steep), float(s + abs(steep)), float(twice_u)


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_gelu_keeps_its_digits_in_the_tails(dtype):
    """A rounding of u by eps moves e^2u by 2u eps, and that is all that is lost, where 1 + tanh u would be 0."""
    z = np.linspace(-10, 10, 401).astype(dtype)
    h, pullback = ops.gelu(z)
    slope = pullback(np.ones_like(z))
    eps, smallest = np.finfo(dtype).eps.item(), np.finfo(dtype).smallest_subnormal.item()
    for at, its_h, its_slope in zip(z.tolist(), h.tolist(), slope.tolist(), strict=True):
        exact_h, exact_slope, terms, twice_u = exact_gelu(at)
        lost = eps * (4 + 2 * abs(min(twice_u, 0)))
        assert abs(its_h - exact_h) <= lost * abs(exact_h) + 12 * smallest
        assert abs(its_slope - exact_slope) <= lost * terms + 150 * smallest
    if dtype != "float16":  # whose smallest number is 6e-8
        assert (slope[z < -1] < 0).all()


@pytest.mark.parametrize(("name", "slope"), [("elu", 1.0), ("selu", ops.SELU_SCALE * ops.SELU_ALPHA)])
def test_exponential_units_keep_their_digits_near_zero(name, slope):
    z = np.array([[-1e-12, -1e-100]])
    np.testing.assert_allclose(ops.ACTIVATIONS[name](z)[0], slope * z, rtol=1e-11)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_nan_stays_visible_forward_and_backward(name):
    z = np.array([[np.nan, 1.0]])
    with np.errstate(invalid="ignore"):  # NumPy's logaddexp remarks on a NaN
        h, pullback = ops.ACTIVATIONS[name](z)
        dz = pullback(np.ones_like(z))
    assert np.isnan(h).tolist() == [[True, False]]
    assert dz[0, 0] != 0  # a dead unit's gradient is 0, a NaN's is not: NaN, or a slope of a kinked function
    assert np.isnan(dz[0, 0]) or name in ("identity", "relu", "leaky_relu")
    assert np.isnan(pullback(np.full_like(z, np.nan))[0, 1])


@pytest.mark.parametrize(("dtype", "huge"), [("float16", 3e4), ("float32", 1e38), ("float64", 1e300)])
def test_cross_entropy_is_exact_for_huge_logits(dtype, huge):
    logits = np.array([[huge, -huge / 2, 0.0], [0.0, 0.0, huge]], dtype)
    loss, pullback = ops.softmax_cross_entropy(logits, [0, 0])
    assert loss == np.array(huge, dtype) / 2
    np.testing.assert_array_equal(pullback(), [[0, 0, 0], [-0.5, 0, 0.5]])


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("dloss", [3, 0.5, np.float64(0.5), np.array(2.0)])
def test_a_scalar_never_widens_a_gradient(dtype, dloss):
    outputs = np.array([[0.5, -1.5], [2.0, 1.0]], dtype)
    assert ops.mse(outputs, np.zeros_like(outputs))[1](dloss).dtype == dtype
    assert ops.softmax_cross_entropy(outputs, [0, 1])[1](dloss).dtype == dtype


# --- PyTorch ---------------------------------------------------------------------------------------------------------

NAMES_IN_TORCH = {
    "identity": lambda F, z: z * 1.0,
    "sigmoid": lambda F, z: F.sigmoid(z),
    "tanh": lambda F, z: F.tanh(z),
    "relu": lambda F, z: F.relu(z),
    "leaky_relu": lambda F, z: F.leaky_relu(z, 0.01),
    "elu": lambda F, z: F.elu(z),
    "selu": lambda F, z: F.selu(z),
    "gelu": lambda F, z: F.gelu(z, approximate="tanh"),
    "silu": lambda F, z: F.silu(z),
    "softplus": lambda F, z: F.softplus(z, threshold=1e9),  # without it, PyTorch's is the identity above 20
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_agree_with_pytorch(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    z, dh = 4 * rng.standard_normal((50, 7)), rng.standard_normal((50, 7))
    h, pullback = ops.ACTIVATIONS[name](z)
    its_z = torch.tensor(z, requires_grad=True)
    its_h = NAMES_IN_TORCH[name](torch.nn.functional, its_z)
    its_h.backward(torch.tensor(dh))
    np.testing.assert_allclose(h, its_h.detach(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(pullback(dh), its_z.grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("loss", ["mse", "softmax_cross_entropy"])
def test_losses_agree_with_pytorch(loss):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    outputs, target, labels = 3 * rng.standard_normal((9, 5)), rng.standard_normal((9, 5)), rng.integers(5, size=9)
    its_outputs = torch.tensor(outputs, requires_grad=True)
    if loss == "mse":
        value, pullback = ops.mse(outputs, target)
        its_value = torch.nn.functional.mse_loss(its_outputs, torch.tensor(target))
    else:
        value, pullback = ops.softmax_cross_entropy(outputs, labels)
        its_value = torch.nn.functional.cross_entropy(its_outputs, torch.tensor(labels))
    (1.7 * its_value).backward()
    np.testing.assert_allclose(value, its_value.item(), rtol=1e-12)
    np.testing.assert_allclose(pullback(1.7), its_outputs.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", [*NORMS, "rms_norm"])
def test_norms_agree_with_pytorch(name):
    torch = pytest.importorskip("torch")
    _, params, z, dy = case(name, (), (), 9, 5, 5, seed=8)
    y, pullback = getattr(ops, name)(params, z)
    (dgamma, dbeta), dz = pullback(dy)
    (its_gamma, its_beta), its_z = tree_map(lambda a: torch.tensor(a, requires_grad=True), (params, z))
    if name == "batch_norm":
        its_y = torch.nn.functional.batch_norm(its_z, None, None, its_gamma, its_beta, training=True)
    elif name == "layer_norm":
        its_y = torch.nn.functional.layer_norm(its_z, (5,), its_gamma, its_beta)
    else:
        its_y = torch.nn.functional.rms_norm(its_z, (5,), its_gamma, eps=ops.EPSILON)
    its_y.backward(torch.tensor(dy))
    pairs = [(y, its_y.detach()), (dgamma, its_gamma.grad), (dz, its_z.grad)]
    if dbeta is not None:
        pairs.append((dbeta, its_beta.grad))
    for ours, its in pairs:
        np.testing.assert_allclose(ours, its, rtol=1e-12, atol=1e-13)


# --- bad input -------------------------------------------------------------------------------------------------------

X = np.ones((4, 3))
UNIT_NORM = ops.Norm(np.ones(3), np.zeros(3))
BAD_CALLS = {
    "x that does not fit W": (
        lambda: ops.affine(ops.Affine(np.ones((5, 2)), np.ones(2)), X),
        ["x has shape (4, 3)", "allowed is (..., N, 5)"],
    ),
    "axes that do not nest": (
        lambda: ops.affine(ops.Affine(np.ones((2, 3, 2)), np.ones((2, 2))), np.ones((5, 4, 3))),
        ["x has shape (5, 4, 3)", "W has shape (2, 3, 2)"],
    ),
    "a W that is no matrix": (lambda: ops.product(np.ones(3), X), ["W has shape (3,)", "(..., fan_in, fan_out)"]),
    "a b of its own axes": (
        lambda: ops.affine(ops.Affine(np.ones((3, 2)), np.ones((5, 2))), X),
        ["b has shape (5, 2)", "allowed is (2,)"],
    ),
    "one sample, alone": (lambda: ops.batch_norm(UNIT_NORM, X[:1]), ["z has shape (1, 3)", "N >= 2"]),
    "a sample without a batch": (lambda: ops.batch_norm(UNIT_NORM, X[0]), ["z has shape (3,)", "N >= 2"]),
    "a vector to layer_norm": (lambda: ops.layer_norm(UNIT_NORM, X[0]), ["z has shape (3,)", "(..., N, 3)"]),
    "z of another width": (lambda: ops.layer_norm(UNIT_NORM, np.ones((4, 2))), ["z has shape (4, 2)", "(..., N, 3)"]),
    "a beta of another width": (
        lambda: ops.layer_norm(ops.Norm(np.ones(3), np.ones(1)), X),
        ["beta has shape (1,)", "allowed is (3,)"],
    ),
    "a beta in rms_norm": (lambda: ops.rms_norm(UNIT_NORM, X), ["beta is array", "allowed is None"]),
    "norms of other nets": (
        lambda: ops.batch_norm(ops.Norm(*np.ones((2, 2, 3))), np.ones((5, 4, 3))),
        ["z has shape (5, 4, 3)", "gamma", "(2, 3)"],
    ),
    "target of another width": (lambda: ops.mse(X, np.ones((4, 2))), ["target has shape (4, 2)", "(4, 3)"]),
    "a negative label": (
        lambda: ops.softmax_cross_entropy(X, np.array([0, 1, 2, -1])),
        ["labels is", "-1", "from 0 to 2"],
    ),
    "a label too large": (lambda: ops.softmax_cross_entropy(X, [0, 1, 2, 3]), ["labels is", "3", "from 0 to 2"]),
    "labels that are not whole": (
        lambda: ops.softmax_cross_entropy(X, np.array([0.5, 1, 2, 1])),
        ["labels is", "0.5", "whole numbers from 0 to 2"],
    ),
    "labels that are one-hot": (lambda: ops.softmax_cross_entropy(X, X.astype(bool)), ["labels is", "whole numbers"]),
    "too few labels": (lambda: ops.softmax_cross_entropy(X, np.array([0, 1, 2])), ["labels", "(3,)", "allowed", "4"]),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(case):
    call, words = BAD_CALLS[case]
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("call", [lambda a: ops.mse(a, a), lambda a: ops.layer_norm(ops.Norm(X[0], X[0]), a)])
@pytest.mark.parametrize("array", [X.astype(int), X.tolist(), X.astype(bool)], ids=["whole numbers", "a list", "bools"])
def test_what_has_no_fractions_is_refused_in_place_of_a_gradient_of_zeros(call, array):
    with pytest.raises(ValueError, match=r"is of .*; allowed is an array of float16, float32 or float64"):
        call(array)


def test_a_squared_error_beyond_float16_is_a_loss_and_its_gradient_is_float16():
    loss, pullback = ops.mse(np.array([[300.0]], "float16"), np.zeros((1, 1)))
    assert loss == 90000
    assert pullback().dtype == "float16"
    assert pullback().item() == 600


@pytest.mark.parametrize(
    "operation", [lambda W, b, x: ops.affine(ops.Affine(W, b), x), lambda W, b, x: ops.product(W, x)]
)
def test_a_products_pullback_does_not_keep_its_output(operation):
    output, pullback = operation(np.ones((3, 2)), np.zeros(2), np.ones((4, 3)))
    kept = weakref.ref(output)
    del output
    assert kept() is None
    assert pullback(np.ones((4, 2)))[1].shape == (4, 3)
