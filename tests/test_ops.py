"""Every pullback is the transposed derivative of its function, in every precision, and at the extremes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgrad import ops
from vgrad.gradcheck import directional

PRECISIONS = ("float16", "float32", "float64")
LOW_PRECISIONS = PRECISIONS[:2]
ACTIVATIONS = tuple(ops.ACTIVATIONS)

leads = st.sampled_from([(), (1,), (3,), (2, 3)])  # the ensemble axes
sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


def affine_case(lead, N, fan_in, fan_out, seed, dtype="float64"):
    """Generic parameters, input and cotangent: no entry is 0, the biases neither."""
    rng = np.random.default_rng(seed)
    W, b, x, dz = (
        rng.standard_normal((*lead, *shape)).astype(dtype)
        for shape in ((fan_in, fan_out), (fan_out,), (N, fan_in), (N, fan_out))
    )
    return ops.Affine(W, b), x, dz


def as_float64(*arrays):
    return [array.astype(np.float64) for array in arrays]


# --- directions ------------------------------------------------------------------------------------------------------


@given(lead=leads, N=sizes, fan_in=sizes, fan_out=sizes, seed=seeds)
def test_affine_pulls_back_to_its_parameters_and_its_input(lead, N, fan_in, fan_out, seed):
    params, x, _ = affine_case(lead, N, fan_in, fan_out, seed)
    comparison = directional(lambda at: ops.affine(*at), (params, x), rng=np.random.default_rng(seed))
    assert comparison.error <= 1e-6


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(lead=leads, N=sizes, D=sizes, seed=seeds)
def test_activations_pull_back_along_the_transposed_derivative(name, lead, N, D, seed):
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.standard_normal((*lead, N, D))
    z += np.copysign(2e-3, z)  # a central difference across a kink at 0 would average its two slopes
    assert directional(ops.ACTIVATIONS[name], z, rng=rng).error <= 1e-6


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


@given(lead=leads, N=sizes, D=sizes, K=sizes, seed=seeds)
def test_a_gradient_has_the_shape_of_what_it_is_the_gradient_of(lead, N, D, K, seed):
    params, x, dz = affine_case(lead, N, D, K, seed)
    z, pullback = ops.affine(params, x)
    grads, dx = pullback(dz)
    assert (z.shape, dx.shape) == (dz.shape, x.shape)
    assert isinstance(grads, ops.Affine)
    assert [g.shape for g in grads] == [p.shape for p in params]
    for loss, loss_pullback in (ops.mse(z, dz), ops.softmax_cross_entropy(z, np.zeros(N, int))):
        assert np.shape(loss) == lead
        assert loss_pullback().shape == loss_pullback(np.ones(lead)).shape == z.shape


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
    params, x, dz = affine_case(lead, N, fan_in, fan_out, seed, dtype)
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
        assert loss.dtype == pullback().dtype == dtype
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


# --- bad input -------------------------------------------------------------------------------------------------------

X = np.ones((4, 3))
BAD_CALLS = {
    "x that does not fit W": (
        lambda: ops.affine(ops.Affine(np.ones((5, 2)), np.ones(2)), X),
        ["x has shape (4, 3)", "allowed is (..., N, 5)"],
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
