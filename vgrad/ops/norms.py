"""y = γ ẑ + β, where ẑ is z with mean 0 and variance 1, over the samples or the units, or with mean square 1 alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .shapes import at_least_float32, sum_to_shape, wide_sum

Array = np.ndarray
EPSILON = 1e-5  # added to the variance that a norm divides by, as in every framework


class Norm(NamedTuple):
    """The parameters of y = γ ẑ + β:  gamma (..., D) and beta (..., D), which is None in an RMS norm."""

    gamma: Array
    beta: Any


def batch_norm(params: Norm, z: Array):
    """ẑ = (z - mean_N z) / √(var_N z + ε), over the N samples, unit by unit (Ioffe & Szegedy 2015, alg. 1).

    Returns y (..., N, D), and the pullback(dy) -> (Norm(dγ, dβ), dz). It couples the samples, because each dz depends
    on all dy. There are no running averages: every batch is normalized by itself, and so N must be at least 2.
    """
    return _norm(params, z, axis=-2)


def layer_norm(params: Norm, z: Array):
    """ẑ = (z - mean_D z) / √(var_D z + ε), over the D units, sample by sample (Ba et al. 2016, eq. 3).

    Returns y (..., N, D), and the pullback(dy) -> (Norm(dγ, dβ), dz).
    """
    return _norm(params, z, axis=-1)


def rms_norm(params: Norm, z: Array):
    """y = γ ẑ,  ẑ = z / √(mean_D z² + ε):  a layer norm that leaves the mean in (Zhang & Sennrich 2019, eq. 4).

    Returns y (..., N, D), and the pullback(dy) -> (Norm(dγ, None), dz):  dγ = Σ_N ẑ dy,  dẑ = γ dy,
    dz = (dẑ - ẑ mean(ẑ dẑ)) / √(mean z² + ε). It has no β. ε is that of the other norms, where PyTorch's default is the
    eps of the precision.
    """
    gamma = params.gamma[..., None, :]
    wide = at_least_float32(z)
    rms = np.sqrt(np.mean(wide * wide, axis=-1, keepdims=True) + EPSILON)
    unit = wide / rms
    y = gamma * unit

    def pullback(dy):
        stacked = dy.ndim - y.ndim
        dy = dy.astype(wide.dtype, copy=False)
        dunit = gamma * dy
        dz = (dunit - unit * np.mean(unit * dunit, axis=-1, keepdims=True)) / rms
        dgamma = _of(params.gamma, wide_sum(unit * dy, -2), stacked)
        return Norm(dgamma, None), _of(z, dz, stacked)

    return y.astype(z.dtype, copy=False), pullback


def _norm(params: Norm, z: Array, axis: int):
    """y = γ ẑ + β;  dγ = Σ_N ẑ dy,  dβ = Σ_N dy,  dẑ = γ dy,  dz = (dẑ - mean dẑ - ẑ mean(ẑ dẑ)) / √(var + ε)."""
    gamma, beta = (p[..., None, :] for p in params)
    wide = at_least_float32(z)
    centred = wide - wide.mean(axis=axis, keepdims=True)
    std = np.sqrt(np.mean(centred * centred, axis=axis, keepdims=True) + EPSILON)
    unit = centred / std
    y = gamma * unit + beta

    def pullback(dy):
        stacked = dy.ndim - y.ndim
        dy = dy.astype(wide.dtype, copy=False)
        dunit = gamma * dy
        along = unit * np.mean(unit * dunit, axis=axis, keepdims=True)
        dz = (dunit - dunit.mean(axis=axis, keepdims=True) - along) / std
        dgamma = _of(params.gamma, wide_sum(unit * dy, -2), stacked)
        dbeta = _of(params.beta, wide_sum(dy, -2), stacked)
        return Norm(dgamma, dbeta), _of(z, dz, stacked)

    return y.astype(z.dtype, copy=False), pullback


def _of(argument: Array, gradient: Array, stacked: int) -> Array:
    """A gradient in its argument's shape and precision."""
    return sum_to_shape(gradient, argument, stacked).astype(argument.dtype, copy=False)
