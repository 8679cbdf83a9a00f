"""How do we see it?  Measurements on a tape, taken while ``backprop`` walks by, and kept as numbers only.

A norm is the Frobenius norm over the last two axes, (N, D) or (fan_in, fan_out), one per ensemble member, **always
accumulated in float64**: in float32 the squares underflow at 1e-19, half way to where the gradient itself is lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .ops import Array
from .tape import Step, backprop


class Flow(NamedTuple):
    """The gradient's flow through the hidden layers: arrays (..., depth), first layer first, in float64."""

    dh: Array  # ‖dL/dh_k‖, what arrives at the layer's output
    dz: Array  # ‖dL/dz_k‖, behind the activation
    dW: Array  # ‖dL/dW_k‖, what the layer would learn from
    relative: Array  # ‖dW_k‖ / ‖W_k‖
    decades: Array  # log10 of ‖dh_k‖ over the last layer's: negative is vanishing
    dead: Array  # share of units that pass nothing back: dz is 0 for all N samples
    health: Health  # what became of the numbers in dh_k


class Health(NamedTuple):
    """Shares, from 0 to 1, of an array's entries that a precision could not hold well."""

    zeros: Array
    subnormals: Array
    infs: Array
    nans: Array


def flow(params, tape: list[Step], cotangent: Array) -> Flow:
    """Pull ``cotangent`` back through the tape of an MLP's hidden layers (and its readout, if the tape has one).

    params : the layers that made the tape; cotangent : (..., N, D), the derivative by the last output.
    """
    rows = {"dh": [], "dz": [], "dW": [], "dead": [], "health": []}
    for adjoint in backprop(tape, cotangent):
        if adjoint.name in ("readout", "input"):
            continue
        if adjoint.grads is None:  # an activation's step: what arrives is dh
            rows["dh"].append(norm(adjoint.cotangent))
            rows["health"].append(health(adjoint.cotangent))
        else:
            rows["dz"].append(norm(adjoint.cotangent))
            rows["dW"].append(norm(adjoint.grads.W))
            rows["dead"].append((adjoint.cotangent == 0).all(axis=-2).mean(axis=-1))
    dh, dz, dW, dead, healths = (np.stack(row[::-1], axis=-1) for row in rows.values())
    W = np.stack([norm(layer.affine.W) for layer in params[: dz.shape[-1]]], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Flow(dh, dz, dW, dW / W, np.log10(dh) - np.log10(dh[..., -1:]), dead, Health(*healths))


def norm(a: Array) -> Array:
    """‖a‖ over the last two axes:  (..., N, D) -> (...,).  Right to the last digits wherever ‖a‖ is a float64."""
    flat = a.reshape(*a.shape[:-2], -1).astype(np.float64)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = np.vecdot(flat, flat)
        size, lost = np.asarray(np.sqrt(square)), ~((square > 1e-280) & (square < 1e280))
        if np.any(lost):  # squares left the range of float64: take the largest entry out first
            peak = np.abs(flat[lost]).max(axis=-1)
            scale = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
            flat = flat[lost] / scale[..., None]
            size[lost] = scale * np.sqrt(np.vecdot(flat, flat))
        return size[()]


def health(a: Array) -> Health:
    """The shares of zeros, subnormals, infs and NaNs over the last two axes:  (..., N, D) -> (...,) each."""
    size = np.abs(a)
    tiny = np.finfo(a.dtype).tiny
    if size.min() >= tiny and size.max() < np.inf:  # false for NaN too
        return Health(*np.zeros((4, *a.shape[:-2])))
    kinds = (size == 0, (size > 0) & (size < tiny), np.isinf(size), np.isnan(size))
    return Health(*(kind.mean(axis=(-2, -1)) for kind in kinds))
