"""h = φ(z), elementwise, and the pullback dz = φ'(z) dh."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
LEAK = 0.01  # leaky_relu's slope for z < 0 (Maas et al. 2013)
SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772  # Klambauer et al. 2017, eq. 14


def identity(z: Array):
    """h = z, dz = dh: a linear network, which vanishes and explodes all the same."""
    return z, lambda dh: dh


def sigmoid(z: Array):
    """h = 1 / (1 + e⁻ᶻ), dz = h (1 - h) dh; the slope is at most 1/4, at z = 0."""
    small = np.exp(-np.abs(z))  # never overflows, and h (1 - h) = small / (1 + small)² loses no digit to 1 - h
    h = np.maximum(small, z >= 0) / (1 + small)  # the maximum is 1 where z >= 0, since small is at most 1
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
    """h = z s(2u), s the sigmoid and u = √(2/π) (z + 0.044715 z³):  z (1 + tanh u) / 2 (Hendrycks & Gimpel 2016, §2).

    dz = (s + 2 u' z s (1 - s)) dh. It is written with s because 1 + tanh u loses all its digits where tanh u nears -1.
    """
    root = (8 / np.pi) ** 0.5
    near = np.clip(z, -30, 30)  # beyond, s is 0 or 1 in every precision, and z³ may overflow
    s, sigmoid_pullback = sigmoid(root * (near + 0.044715 * near * near * near))

    def pullback(dh):
        slope = root * (1 + 3 * 0.044715 * near * near)
        return (s + sigmoid_pullback(slope * near)) * dh

    return z * s, pullback


def silu(z: Array):
    """h = z s(z) with the sigmoid s;  dz = s (1 + z (1 - s)) dh (Elfwing et al. 2018; also called swish)."""
    s, sigmoid_pullback = sigmoid(z)
    return z * s, lambda dh: (s + sigmoid_pullback(z)) * dh


def softplus(z: Array):
    """h = ln(1 + eᶻ), dz = s(z) dh with the sigmoid s (Dugas et al. 2001)."""
    h = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))  # never overflows
    return h, lambda dh: sigmoid(z)[0] * dh


ACTIVATIONS = {f.__name__: f for f in (identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus)}
