"""Every derivative in this package: a function returns its output *and its pullback*.

    h, pullback = tanh(z)        # forward:  h = tanh(z)
    dz = pullback(dh)            # backward: dL/dh  ->  dL/dz

The contract. Let L be any scalar loss and write ``dz`` for dL/dz, an array of z's own shape. The pullback of
y = f(z) is the linear map ``dy -> dz``, the transposed Jacobian of f at z. It is written beside the forward pass,
in one scope, so the two cannot disagree about a symbol; it keeps no state, and can be called any number of times.

Shapes. Every function works on (..., N, D): N samples of D features, and any leading ensemble axes, so that S
networks of S seeds run in one call. The precision is that of the arguments: float16, float32 or float64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import require

Array = np.ndarray
LEAK = 0.01  # leaky_relu's slope for z < 0 (Maas et al. 2013)
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017, eq. 14


class Affine(NamedTuple):
    """The parameters of z = x W + b:  W (..., fan_in, fan_out) and b (..., fan_out)."""

    W: Array
    b: Array


def affine(params: Affine, x: Array):
    """z = x W + b.

    x : (..., N, fan_in), z : (..., N, fan_out).  pullback(dz) -> (Affine(dW, db), dx), where
    dW = xᵀ dz,  db = Σ_N dz,  dx = dz Wᵀ,  summed over the leading axes that W, b or x does not have.
    Raises ValueError when W, b and x do not fit.
    """
    W, b = params
    _fits(W, b, x)
    z = matmul(x, W)
    z += b[..., None, :]

    def pullback(dz):
        dW, db, dx = matmul(x.swapaxes(-1, -2), dz), _sum(dz, -2), matmul(dz, W.swapaxes(-1, -2))
        return Affine(_own(dW, W), _own(db, b)), _own(dx, x)

    return z, pullback


def _fits(W: Array, b: Array, x: Array) -> None:
    require.shape("W", W, "(..., fan_in, fan_out)", np.ndim(W) >= 2)
    require.shape(
        "b", b, f"{W.shape[:-2] + W.shape[-1:]}, as W has shape {W.shape}", b.shape == W.shape[:-2] + W.shape[-1:]
    )
    one = min(W.ndim, np.ndim(x)) == 2 or np.shape(x)[:-2] == W.shape[:-2]
    fits = np.ndim(x) >= 2 and x.shape[-1] == W.shape[-2] and one
    require.shape("x", x, f"(..., N, {W.shape[-2]}), as W has shape {W.shape}", fits)


def _own(gradient: Array, argument: Array) -> Array:
    """A gradient in its argument's own shape: summed over the leading axes that only the others had."""
    extra = gradient.ndim - argument.ndim
    return _sum(gradient, tuple(range(extra))) if extra else gradient


def _sum(a: Array, axis) -> Array:
    """Σ, in float32 at least, as ``matmul`` does."""
    return a.sum(axis=axis, dtype=np.result_type(a, np.float32)).astype(a.dtype, copy=False)


def matmul(a: Array, b: Array) -> Array:
    """a @ b; a float16 product is multiplied and summed in float32, then rounded, as accelerators do."""
    if a.dtype == np.float16 and b.dtype == np.float16:
        return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
    return np.matmul(a, b)


# --- activations: h = φ(z), elementwise, and the pullback dz = φ'(z) dh ------------------------------------------


def identity(z: Array):
    """h = z, dz = dh: a linear network, which vanishes and explodes all the same."""
    return z, lambda dh: dh


def sigmoid(z: Array):
    """h = 1 / (1 + e⁻ᶻ), dz = h (1 - h) dh; the slope is at most 1/4, at z = 0."""
    small = np.exp(-np.abs(z))  # never overflows, and h (1 - h) = small / (1 + small)² loses no digit to 1 - h
    h = np.where(z >= 0, 1, small) / (1 + small)
    return h, lambda dh: small / (1 + small) ** 2 * dh


def tanh(z: Array):
    """h = tanh z, dz = (1 - h²) dh; the slope is at most 1, at z = 0.

    So written it rounds to 0 where h rounds to ±1, at |z| > 19 in float64 and > 5 in float16, as in every framework.
    """
    h = np.tanh(z)
    return h, lambda dh: (1 - h * h) * dh


def relu(z: Array):
    """h = max(z, 0), dz = dh where z > 0, else 0 (Nair & Hinton 2010)."""
    return np.maximum(z, 0), lambda dh: np.where(z <= 0, 0, dh)  # so written, a NaN z does not pass for a dead unit


def leaky_relu(z: Array):
    """h = z where z > 0, else 0.01 z;  dz = dh or 0.01 dh (Maas et al. 2013)."""
    return np.where(z > 0, z, LEAK * z), lambda dh: np.where(z > 0, dh, LEAK * dh)


def elu(z: Array):
    """h = z where z > 0, else eᶻ - 1;  dz = dh or eᶻ dh (Clevert et al. 2016, eq. 15 at α = 1)."""
    below = np.minimum(z, 0)
    return np.where(z > 0, z, np.expm1(below)), lambda dh: np.exp(below) * dh


def selu(z: Array):
    """h = λ z where z > 0, else λ α (eᶻ - 1);  dz = λ dh or λ α eᶻ dh (Klambauer et al. 2017, eq. 2)."""
    below = np.minimum(z, 0)
    h = SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(below))
    return h, lambda dh: SELU_SCALE * np.where(z > 0, 1, SELU_ALPHA * np.exp(below)) * dh


def gelu(z: Array):
    """h = z (1 + tanh u) / 2 with u = √(2/π) (z + 0.044715 z³), the tanh form (Hendrycks & Gimpel 2016, §2).

    dz = [(1 + t) / 2 + z (1 - t²) u' / 2] dh, where t = tanh u.
    """
    root, near = (2 / np.pi) ** 0.5, np.clip(z, -10, 10)  # beyond, t is ±1 to the last digit, and z³ may overflow
    t = np.tanh(root * (near + 0.044715 * near * near * near))

    def pullback(dh):
        slope = root * (1 + 3 * 0.044715 * near * near)
        return (0.5 * (1 + t) + 0.5 * near * (1 - t * t) * slope) * dh

    return 0.5 * z * (1 + t), pullback


def silu(z: Array):
    """h = z s(z) with the sigmoid s;  dz = s (1 + z (1 - s)) dh (Elfwing et al. 2018; also called swish)."""
    s, sigmoid_pullback = sigmoid(z)
    return z * s, lambda dh: (s + sigmoid_pullback(z)) * dh


def softplus(z: Array):
    """h = ln(1 + eᶻ), dz = s(z) dh with the sigmoid s (Dugas et al. 2001)."""
    h = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))  # never overflows
    return h, lambda dh: sigmoid(z)[0] * dh


ACTIVATIONS = {f.__name__: f for f in (identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus)}


# --- losses: shape (...,), a mean over the N samples; pullback(dloss=1.0) ------------------------------------------


def mse(prediction: Array, target: Array):
    """loss = mean over N and D of (prediction - target)²;  dprediction = 2 (prediction - target) dloss / (N D).

    prediction : (..., N, D), target : (N, D), or with the ensemble axes too. Raises ValueError when they do not fit.
    """
    require.shape("prediction", prediction, "(..., N, D)", np.ndim(prediction) >= 2)
    shape = np.shape(target)
    fits = len(shape) >= 2 and shape == prediction.shape[-len(shape) :]
    require.shape("target", target, f"prediction's {prediction.shape}, or without its leading axes", fits)
    error = prediction - target

    def pullback(dloss=1.0):
        return _scale(error, 2 / (error.shape[-1] * error.shape[-2]), dloss)

    return np.mean(error * error, axis=(-1, -2)), pullback


def softmax_cross_entropy(logits: Array, labels: Array):
    """loss = mean over N of -ln softmax(logits)[label], by log-sum-exp;  dlogits = (softmax - onehot) dloss / N.

    logits : (..., N, K), labels : (..., N) whole numbers from 0 to K-1, else ValueError. Exact for any finite logits:
    no ln 0 (Goodfellow et al. 2016, §4.1).
    """
    require.shape("logits", logits, "(..., N, K)", np.ndim(logits) >= 2)
    classes = logits.shape[-1]
    labels = np.broadcast_to(_labels(labels, logits), logits.shape[:-1])[..., None]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=-1, keepdims=True)
    losses = np.log(total) - np.take_along_axis(shifted, labels, axis=-1)

    def pullback(dloss=1.0):
        onehot = np.arange(classes) == labels
        return _scale(exp / total - onehot, 1 / logits.shape[-2], dloss)

    return losses[..., 0].mean(axis=-1), pullback


def _scale(gradient: Array, factor: float, dloss) -> Array:
    """gradient · factor · dloss in the gradient's own precision; dloss is one number or one per ensemble member."""
    return gradient * np.asarray(factor * np.asarray(dloss), gradient.dtype)[..., None, None]


def _labels(labels, logits: Array) -> Array:
    labels, (*ensemble, classes) = np.asarray(labels), logits.shape
    if not (np.issubdtype(labels.dtype, np.integer) and ((labels >= 0) & (labels < classes)).all()):
        raise ValueError(f"labels is {labels!r}; allowed are whole numbers from 0 to {classes - 1}")
    fits = labels.ndim >= 1 and labels.shape == tuple(ensemble)[-labels.ndim :]
    require.shape("labels", labels, f"{tuple(ensemble)}, or without its leading axes", fits)
    return labels
