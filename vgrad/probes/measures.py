"""What one look at a network measures, each a number.

Three numbers carry most of what can be known at the start: **decades**, how far dh at the first layer is from dh at the
last; the same of dW; and the **signal fraction** of the last h. They are blind to what a gradient's size does not show,
and so there are others: whether anything but rounding noise arrives from the outputs, whether units are copies of each
other, in how many directions samples differ, and how large the loss is beside that of a network that only guesses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..models.layers import matrices
from ..ops import Array
from ..tape import Step
from .depth import SATURATED, Flow, flow, layers, norms_and_entries, outputs, slopes
from .signal import signal_fraction
from .size import norm

NOISE = 100  # times eps: what is smaller beside the outputs' cotangent is rounding
VISIBLE = 0.01  # of the largest: a direction in which samples differ by less is not counted
ALIKE_UNITS = 8  # times eps: two units whose answers differ by less are copies of each other


class Measures(NamedTuple):
    """What was measured, a number each; per layer it is in ``probes.flow``. NaN is what could not be known."""

    decades: float  # log10 ‖dh_1‖ / ‖dh_depth‖: negative is vanishing
    range: float  # decades between the largest and the smallest ‖dh_k‖
    weight_decades: float  # log10 ‖dW_1‖ / ‖dW_depth‖
    signal: float  # the signal fraction of h_depth, a log10
    depth_scale: float  # layers over which ‖dh‖² changes by e, as in theory.depth_scale
    total_norm: float  # of the hidden layers' dW together: the number that is usually watched
    smallest_step: float  # the least ‖dW_k‖ / ‖W_k‖
    dead: float  # the largest share, in a layer, of units whose slope is 0 on all samples of this batch
    saturated: float  # the largest share of saturated units in a layer
    flat: float  # the share of saturated entries in the median layer; ReLU's that are off do not count
    broken: float  # the largest share of zeros, subnormals, infs and NaNs in a layer's dh
    cotangent: float  # ‖cotangent‖, of the outputs
    arrives: float  # ‖dh_depth‖ / ‖cotangent‖: what the readout lets through
    reaches: float  # ‖dh_1‖ / ‖cotangent‖: what is left of it at the first layer
    copies: float  # the largest share, in a layer, of units that are and remain a copy of another one
    directions: float  # in how many directions the samples of h_depth differ
    directions_needed: float  # in how many they must differ to be told apart: one less than there are classes
    loss: float  # over that of a network that only guesses, ln K
    largest_step: float  # the largest ‖dW_k‖ / ‖W_k‖, over ‖cotangent‖: with little of it, learning is slow
    error_left: float  # how much error is left: the cotangent over the first reading's, or over a guess's
    score: float = math.nan  # of the gravest sign: from 1 on, the verdict is red


def measure(params, tape: list[Step], cotangent: Array, loss: float | None, labels, first: Measures | None) -> Measures:
    """Return all measures of one network but its score. The gradient's path is judged even where nothing arrives yet.

    If the readout is 0, or if what it hands back is rounding noise, then the gradient of the hidden layers says nothing
    of them. In this case a cotangent of unit normals is sent back from h_depth in its place.
    """
    seen = flow(params, tape, cotangent)
    known = _labels(tape, cotangent) if labels is None else np.asarray(labels)
    size = float(norm(cotangent))
    return Measures(
        **_of_path(tape, seen, size),
        **_of_flow(seen, tape),
        **_of_last(tape, cotangent, known),
        cotangent=size,
        copies=_copies(tape, cotangent, _over(seen.dh[-1], size)),
        loss=_over_a_guess(tape, known, loss),
        largest_step=_largest_step(params, tape, cotangent, seen, size),
        error_left=_error_left(tape, cotangent, known, first),
    )


def _of_path(tape: list[Step], seen: Flow, size: float) -> dict[str, float]:
    """What the sizes of dh say, of the cotangent that arrives, or of one of our own where none does."""
    h = outputs(tape)[-1]
    arrives = _over(seen.dh[-1], size)
    path, numbers = _path(tape, h) if nothing_arrives(arrives, h) else (seen.dh, seen.entries)
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.log10(path) - np.log10(path[-1])
    first = float(decades[0])
    return dict(
        decades=first,
        range=float(np.ptp(decades)),
        depth_scale=(len(path) - 1) / (2 * math.log(10) * abs(first)) if first else math.inf,
        broken=float(np.sum(np.asarray(numbers), axis=0).max()),
        arrives=arrives,
        reaches=_over(seen.dh[0], size),
    )


def _of_flow(seen: Flow, tape: list[Step]) -> dict[str, float]:
    """What dW and the slopes say."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weight_decades = float(np.log10(seen.dW[0]) - np.log10(seen.dW[-1]))
    return dict(
        weight_decades=weight_decades,
        total_norm=float(norm(seen.dW[None])),
        smallest_step=float(seen.relative.min()),
        dead=float(seen.dead.max()),
        saturated=float(seen.saturated.max()),
        flat=float(np.median([_flat(slope) for slope in slopes(tape)])),
    )


def _of_last(tape: list[Step], cotangent: Array, labels) -> dict[str, float]:
    """What the last h says, and in how many directions it would have to differ."""
    h = outputs(tape)[-1]
    needed = min(cotangent.shape[-1] - (labels is not None), len(h) - 1)
    return dict(
        signal=float(signal_fraction(h)),
        directions=_directions(h),
        directions_needed=float(needed) if tape[-1].layer is None else math.nan,
    )


def _over(size, whole: float) -> float:
    """The size over the whole, by IEEE's rules: 0/0 is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(size) / whole)


def _largest_step(params, tape: list[Step], cotangent: Array, seen: Flow, size: float) -> float:
    """The largest relative gradient of a layer, or of the readout, over the size of the cotangent."""
    largest = float(seen.relative.max())
    if tape[-1].layer is None and isinstance(params, list):
        h = outputs(tape)[-1] if len(tape) < 2 else tape[-2].output
        with np.errstate(all="ignore"):
            largest = max(largest, float(norm(h.T @ cotangent) / norm(params[-1].affine.W)))
    return _over(largest, size)


def nothing_arrives(arrives: float, h: Array) -> bool:
    """Return whether what the readout hands back is 0, or no more than the rounding of this precision."""
    return arrives < NOISE * np.finfo(h.dtype).eps


def readout_is_zero(params) -> bool:
    """Return whether the last matrix is 0, as it is in a usual trick."""
    return not any(np.any(W) for W in matrices(params[-1])) if isinstance(params, list) else False


def _path(tape: list[Step], h: Array):
    """‖dh_k‖ of a cotangent of unit normals that starts from h_depth, and what became of its numbers."""
    last = max(i for i, step in enumerate(tape) if step.layer is not None)
    own = np.random.default_rng(0).standard_normal(h.shape).astype(h.dtype)
    norms, numbers = norms_and_entries(tape[: last + 1], own)
    return norms.dh, numbers


def _copies(tape: list[Step], cotangent: Array, arrives: float) -> float:
    """The largest share, in a layer, of units that answer all samples as another unit does and receive the same dh.

    Such units also get the same update, and so they remain copies for ever. Where nothing but rounding arrives, all
    units receive the same.
    """
    h = outputs(tape)
    noise = nothing_arrives(arrives, h[-1])
    dh = [adjoint.dh for adjoint in layers(tape, cotangent)][::-1]
    return max(_same(one, np.zeros_like(its) if noise else its) for one, its in zip(h, dh, strict=True))


def _same(h: Array, dh: Array) -> float:
    """The share of units beside which, in the order of their answers, stands another with the same h and dh."""
    mixtures = np.random.default_rng(0).standard_normal((3, len(h)))  # of samples
    numbers = np.concatenate([mixtures @ _scaled(h), mixtures @ _scaled(dh)])
    if h.shape[-1] < 2 or not np.isfinite(numbers).all():
        return 0.0
    apart = np.abs(np.diff(numbers[:, np.argsort(numbers[0])], axis=-1))
    tolerance = ALIKE_UNITS * np.finfo(h.dtype).eps * np.abs(numbers).max(axis=-1, keepdims=True)
    return float((apart <= tolerance).all(axis=0).mean())


def _scaled(a: Array) -> Array:
    """The array over its largest entry, in float64, so that no square underflows."""
    peak = np.abs(a.astype(np.float64)).max(initial=0.0)
    return a / peak if peak > 0 and np.isfinite(peak) else a.astype(np.float64)


def _flat(slope: Array) -> float:
    """The share of slopes that are nearly 0. Where all are exactly 0 or 1, they are off, and that is no saturation."""
    return 0.0 if np.isin(slope, (0, 1)).all() else float((np.abs(slope) < SATURATED).mean())


def _directions(h: Array) -> float:
    """The singular values of h about its mean over samples that are more than VISIBLE of the largest."""
    wide = _scaled(h)
    if not np.isfinite(wide).all():
        return math.nan
    values = np.linalg.svd(wide - wide.mean(axis=0), compute_uv=False)
    floor = NOISE * float(np.finfo(h.dtype).eps)  # of numbers as large as 1
    return float(np.sum(values > max(VISIBLE * values[0], floor)))


# --- the loss, if it is a cross-entropy -------------------------------------------------------------------------------


def _labels(tape: list[Step], cotangent: Array):
    """The labels, if the cotangent is that of a softmax's cross-entropy, (p - y) s, where s is 1/N or has a scale.

    In each row one entry is (p_t - 1) s, and all others are p_j s. A row without a negative entry agrees with this too,
    because its answer is right and as certain as rounding allows. Returns None where the cotangent is of another loss.
    """
    if tape[-1].layer is not None or cotangent.shape[-1] < 2 or not np.isfinite(cotangent).all():
        return None
    p = _softmax(tape[-1].output)
    c = cotangent.astype(np.float64)
    labels = np.where((c < 0).any(axis=-1), c.argmin(axis=-1), p.argmax(axis=-1))
    rest = p - np.eye(c.shape[-1])[labels]
    scale = float((rest * c).sum() / max((rest * rest).sum(), np.finfo(float).tiny))
    largest = float(np.abs(tape[-1].output).max())
    tolerance = np.finfo(cotangent.dtype).eps * (NOISE + 4 * largest)  # p is as uncertain as the rounding of logits
    fits = scale > 0 and np.abs(c - scale * rest).max() <= tolerance * scale
    return labels if fits else None


def _softmax(logits: Array) -> Array:
    z = logits.astype(np.float64)
    with np.errstate(invalid="ignore"):
        exp = np.exp(z - z.max(axis=-1, keepdims=True))
        return exp / exp.sum(axis=-1, keepdims=True)


def _over_a_guess(tape: list[Step], labels, loss) -> float:
    """The loss over ln K, that of a network that only guesses; NaN where it is not known, inf where it is lost."""
    K = tape[-1].output.shape[-1]
    if K < 2:
        return math.nan
    if loss is None and labels is not None:
        z = tape[-1].output.astype(np.float64)
        with np.errstate(invalid="ignore"):
            z = z - z.max(axis=-1, keepdims=True)
            loss = float(np.mean(np.log(np.exp(z).sum(axis=-1)) - z[np.arange(len(z)), labels]))
    if loss is None:
        return math.nan
    return math.inf if math.isnan(loss) else float(loss) / math.log(K)


def _error_left(tape: list[Step], cotangent: Array, labels, first: Measures | None) -> float:
    """How much there still is to correct, beside the first reading, or beside a guess; NaN if neither is known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if first is not None:
            return float(norm(cotangent) / np.float64(first.cotangent))
        if labels is None:
            return math.nan
        error = _softmax(tape[-1].output) - np.eye(cotangent.shape[-1])[labels]
        return float(norm(error) / math.sqrt(len(error) * (1 - 1 / cotangent.shape[-1])))
