"""The map from one state to a later one: dh_t/dh_k, the product of which all of this is about.

A Jacobian is what the pullbacks make of the identity, sample by sample: J (..., N, n, n'), J[i, j] = d state_t[i] /
d state_k[j], where a state of several arrays, (h, c), counts as one of n numbers. Depth and time are the same here: of
an MLP's tape the states are the layers' outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..door import quietly_guarded
from ..models import back_through_time
from ..ops import Array
from ..require import Flag, bare
from ..tape import Tape
from .size import norm


def require_square(name: str, W) -> None:
    """Raise ValueError unless W is (..., n, n)."""
    require.array(name, W)
    require.shape(name, W, "(..., n, n) with n >= 1", W.ndim >= 2 and W.shape[-1] == W.shape[-2] >= 1)


Square = Annotated[Array, require_square]
Matrix = Annotated[Array, lambda name, J: require.array(name, J, 2)]


class Highway(NamedTuple):
    """Of dc_T/dc_k in an LSTM, for k = 1 … T, the Jacobian and its two parts, (T, ..., N, H, H) each."""

    total: Array
    highway: Array  # along c alone: the product of the forget gates, diagonal
    gates: Array  # by all paths that pass through some h, and so through the gates


@quietly_guarded
def jacobian(tape: Tape) -> Array:
    """J[i, j] = d output[i] / d input[j].  Returns J (..., N, n, n') of a piece of tape, from its input to its output.

    Raises ValueError for a step that couples the samples, batch_norm, as J would not be one per sample.
    """
    for step in tape:
        if step.name.startswith("batch_norm "):
            raise ValueError(f"tape has the step {step.name!r}; allowed are steps that treat each sample by itself")
    cotangent = _identity(tape[-1].output)
    lead = _flat(tape[-1].output).shape[:-1]
    for step in reversed(tape):
        output = _flat(step.output)
        require.shape("tape's step", output, f"{lead} and its width", output.shape[:-1] == lead)
        _, cotangent = step.pullback(cotangent)
    J = np.moveaxis(_flat(cotangent), 0, -2)
    require.shape("tape's input", J[..., 0, :], f"{lead} and its width, as its outputs", J.shape[:-2] == lead)
    return J


@quietly_guarded
def transitions(tape: Tape) -> list[Array]:
    """Return the Jacobian of each time step, or layer, by itself. Their product is that of the whole tape."""
    groups = groupby(tape, key=lambda step: step.layer)
    return [jacobian(list(steps)) for layer, steps in groups if layer is not None]


@quietly_guarded
def jacobian_norms(tape: Tape, *, spectral: Flag = False) -> Array:
    """‖d state_t / d state_k‖.  Returns (T, T), with t by rows and k by columns, from 1 to T, and 0 where k > t.

    The norm is the Frobenius norm, or the spectral one, which is slow as it takes a singular value decomposition each.
    Each entry is the root of the mean square over all samples. The diagonal is that of the identity, √n or 1.
    """
    columns = list(jacobian_columns(tape, spectral=spectral))
    T = len(columns)
    norms = np.zeros((T, T))
    for column in columns:
        k = T - len(column)
        norms[k:, k] = column
    return norms


@quietly_guarded
def jacobian_columns(tape: Tape, *, spectral: Flag = False) -> Iterator[Array]:
    """Yield the columns of ``jacobian_norms``, k = T first, each from t = k to T, so that progress can be shown.

    All states must be of one width. It is one sweep, because the Jacobians from k + 1 to all later t are stacked, and
    one product takes the stack to k.
    """
    maps = transitions(tape)
    if not maps:
        raise ValueError("tape has no hidden layer and no time step; allowed are tapes of one at least")
    size = spectral_norm if spectral else norm
    n = maps[-1].shape[-2]
    widths = {J.shape[-2] for J in maps} - {n}
    if widths:
        raise ValueError(f"tape has states of {n} and of {widths} numbers; allowed are states of one width")
    stack = np.empty((*maps[-1].shape[:-2], len(maps) * n, n), maps[-1].dtype)
    spare = np.empty_like(stack)
    for k in reversed(range(len(maps))):
        if k + 1 < len(maps):
            later = slice((k + 1) * n, None)
            np.matmul(stack[..., later, :], maps[k + 1], out=spare[..., later, :])
            stack, spare = spare, stack
        stack[..., k * n : (k + 1) * n, :] = np.eye(n)
        blocks = stack[..., k * n :, :].reshape(*stack.shape[:-2], len(maps) - k, n, n)
        sizes = np.reshape(size(blocks), (-1, len(maps) - k))
        yield _rms(sizes)


def _rms(sizes: Array) -> Array:
    """The root of the mean square over the first axis, also of squares that are out of range."""
    return norm(sizes.T[..., None]) / len(sizes) ** 0.5


def spectral_norm(J: Array) -> Array:
    """Return the largest singular value; NaN where an entry is not finite."""
    return singular_values(J)[..., 0]


@quietly_guarded
def singular_values(J: Matrix) -> Array:
    """Return how far J (..., n, n') stretches, the largest value first; NaN where an entry is not finite."""
    finite = np.asarray(np.isfinite(J).all(axis=(-2, -1), keepdims=True))
    values = np.linalg.svd(np.where(finite, J, 0.0).astype(np.float64), compute_uv=False)
    return np.where(finite[..., 0], values, np.nan)


@quietly_guarded
def eigenvalues(W: Square) -> Array:
    """Return the eigenvalues of W (..., n, n), which are complex; NaN where an entry is not finite.

    Rounding moves those of a matrix that is far from normal, as ``spectral_radius`` says.
    """
    finite = np.asarray(np.isfinite(W).all(axis=(-2, -1), keepdims=True))
    return np.where(finite[..., 0], np.linalg.eigvals(np.where(finite, W, 0.0).astype(np.float64)), np.nan)


@quietly_guarded
def spectral_radius(W: Square) -> Array:
    """max |λ|.  Returns what decides how ‖Wᵗ‖ ends, and not how it begins (Trefethen & Embree 2005, §14).

    The eigenvalues of a matrix that is far from normal cannot be had from 16 digits, because rounding moves those of a
    nilpotent 100 × 100 matrix of N(0, 1) from 0 to 0.9. So W is also taken with 12 digits. If that moves the radius by
    more than 1 % and by more than 1e-5 ‖W‖, a ValueError says so.
    """
    radius = np.abs(bare(eigenvalues)(W)).max(axis=-1)
    size = norm(W)
    unit = np.where(size > 0, size, 1.0)[..., None, None] * 2.0**-40
    moved = np.abs(np.abs(bare(eigenvalues)(np.rint(W / unit) * unit)).max(axis=-1) - radius)
    if np.any((moved > 0.01 * radius) & (moved > 1e-5 * size)):
        raise ValueError(
            f"W is so far from normal that the 13th digit of its entries moves its radius, {np.max(radius):.2g}, by"
            f" {np.nanmax(moved):.1g}; allowed is a W whose radius is known to 1 %"
        )
    return radius


@quietly_guarded
def nonnormality(W: Square) -> Array:
    """√(‖W‖² - Σ|λ|²) / ‖W‖.  Returns 0 for a normal matrix, and up to 1 for a nilpotent one (Henrici 1962)."""
    size = norm(W)
    share = np.linalg.norm(np.abs(eigenvalues(W)) / np.where(size > 0, size, 1.0)[..., None], axis=-1)
    return np.where(size > 0, np.sqrt(np.maximum(1 - share**2, 0)), size)


@quietly_guarded
def norms_in_time(tape: Tape, doutputs: Array) -> Array:
    """‖dL/dstate_t‖.  Returns it for t = 1 … T, (..., T), of an unrolled cell.

    doutputs : the derivative of the loss by all outputs. If the loss is at the last step alone, the norms say how much
    of it reaches each earlier time.
    """
    adjoints = back_through_time(tape, doutputs)
    rows = [norm(_flat(adjoint.cotangent)) for adjoint in adjoints if adjoint.layer is not None]
    return np.stack(rows[::-1], axis=-1)


@quietly_guarded
def highway(tape: Tape) -> Highway:
    """D_c <- D_h A + D_c f.  Returns an LSTM's dc_T/dc_k for each k, along c alone and through h.

    With A = dh_{k+1}/dc_k and f = dc_{k+1}/dc_k, the forget gate, and D_h, D_c the Jacobian of c_T by h_{k+1}, c_{k+1}:
    the highway's part of D_c takes only f, and the gates' part all the rest.
    """
    for step in tape:
        if step.layer is not None and not (isinstance(step.output, tuple) and len(step.output) == 2):
            raise ValueError(f"tape has the step {step.name!r}; allowed are steps of an LSTM, whose state is (h, c)")
    maps = transitions(tape)
    H = maps[-1].shape[-1] // 2
    eye = np.broadcast_to(np.eye(H), (*maps[-1].shape[:-2], H, H))
    total = np.concatenate([0 * eye, eye], axis=-1)
    along = eye
    through = 0 * eye
    rows = []
    for J in reversed(maps):
        rows.append((total[..., H:], along, through))
        forget = np.diagonal(J[..., H:, H:], axis1=-2, axis2=-1)[..., None, :]
        through = total[..., :H] @ J[..., :H, H:] + through * forget
        along = along * forget
        total = total @ J
    return Highway(*(np.stack(part) for part in zip(*reversed(rows), strict=True)))


def _identity(output):
    """Cotangents of a state: the n rows of the identity, for every sample, in its own form."""
    arrays = output if isinstance(output, tuple) else (output,)
    rows = _rows(tuple(array.shape for array in arrays), arrays[0].dtype)
    return rows if isinstance(output, tuple) else rows[0]


@lru_cache(maxsize=8)
def _rows(shapes: tuple, dtype) -> tuple[Array, ...]:
    """The same for every state of these shapes; read-only, as all steps of a tape share it."""
    sizes = [shape[-1] for shape in shapes]
    columns = np.split(np.eye(sum(sizes), dtype=dtype), np.cumsum(sizes)[:-1], axis=1)
    return tuple(
        np.broadcast_to(np.expand_dims(part, (*range(1, len(shape)),)), (len(part), *shape))
        for part, shape in zip(columns, shapes, strict=True)
    )


def _flat(state) -> Array:
    """A state of several arrays as one."""
    return np.concatenate(state, axis=-1) if isinstance(state, tuple) else state
