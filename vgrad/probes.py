"""How do we see it?  Measurements on a tape, taken while ``backprop`` walks by, and kept as numbers only.

A norm is the Frobenius norm over the last two axes, (N, D) or (fan_in, fan_out), one per ensemble member, **always
accumulated in float64**: in float32 the squares underflow at 1e-19, half way to where the gradient itself is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
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


class Norms(NamedTuple):
    """The norms alone, and what became of the numbers: all that a picture needs, at half the cost of ``flow``."""

    dh: Array
    dz: Array
    dW: Array
    health: Health


def layers(tape: list[Step], cotangent: Array) -> Iterator[tuple[Array, Array, Array]]:
    """Walk the tape of an MLP backwards; yield (dh_k, dz_k, dW_k) of each hidden layer, the last layer first."""
    for adjoint in backprop(tape, cotangent):
        if adjoint.name in ("readout", "input"):
            continue
        if adjoint.grads is None:  # an activation's step: what arrives is dh
            dh = adjoint.cotangent
        else:
            yield dh, adjoint.cotangent, adjoint.grads.W


def norms(tape: list[Step], cotangent: Array) -> Norms:
    """‖dh_k‖, ‖dz_k‖, ‖dW_k‖ per hidden layer, (..., depth), of a cotangent of the last output."""
    rows = [(norm(dh), norm(dz), norm(dW), health(dh)) for dh, dz, dW in layers(tape, cotangent)]
    dh, dz, dW, healths = (np.stack(row, axis=-1) for row in zip(*reversed(rows), strict=True))
    return Norms(dh, dz, dW, Health(*healths))


def flow(params, tape: list[Step], cotangent: Array) -> Flow:
    """Pull ``cotangent`` back through the tape of an MLP's hidden layers (and its readout, if the tape has one).

    params : the layers that made the tape; cotangent : (..., N, D), the derivative with respect to the last output.
    """
    rows = [(norm(dh), norm(dz), norm(dW), health(dh), dead(dz)) for dh, dz, dW in layers(tape, cotangent)]
    dh, dz, dW, healths, deads = (np.stack(row, axis=-1) for row in zip(*reversed(rows), strict=True))
    W = np.stack([norm(layer.affine.W) for layer in params[: len(rows)]], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Flow(dh, dz, dW, dW / W, np.log10(dh) - np.log10(dh[..., -1:]), deads, Health(*healths))


def norm(a: Array) -> Array:
    """‖a‖ over the last two axes:  (..., N, D) -> (...,).  Right to the last digits wherever ‖a‖ is a float64."""
    flat = a.reshape(*a.shape[:-2], -1).astype(np.float64, copy=False)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = np.vecdot(flat, flat)
        if square.min() > 1e-280 and square.max() < 1e280:
            return np.sqrt(square)
        # squares left the range of float64 in some networks: take the largest entry out first
        size, lost = np.asarray(np.sqrt(square)), ~((square > 1e-280) & (square < 1e280))
        if np.any(lost):
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


def dead(dz: Array) -> Array:
    """The share of units whose dz is 0 for all N samples:  (..., N, D) -> (...,)."""
    return (dz == 0).all(axis=-2).mean(axis=-1)
