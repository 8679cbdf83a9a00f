"""Do these arguments belong together?  What the door of ``ops`` asks before a page behind it computes.

Each function takes the arguments of the operation of its name, and raises a ValueError that names the one that does
not fit. Only shapes and precisions are looked at, so that an array's ``Form`` does in its place.
"""

from __future__ import annotations

from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from .. import require
from .attention import may_look


class Form(NamedTuple):
    """All that is asked of an array before it is there: its shape and its precision."""

    shape: tuple[int, ...]
    dtype: Any


def elementwise(z) -> None:
    """Raise ValueError unless z is a number or an array of numbers."""
    number = isinstance(z, Real) and not isinstance(z, bool)
    fits = number or getattr(getattr(z, "dtype", None), "kind", "") in ("f", "i", "u")
    require.instance("z", z, fits, "a number or an array of numbers")


def affine(params, x) -> None:
    """Raise ValueError unless W, b and x fit in shape and are of one precision."""
    require.instance("params", params, isinstance(params, tuple) and len(params) == 2, "Affine(W, b)")
    W, b = params
    product(W, x)
    expected = W.shape[:-2] + W.shape[-1:]
    if _shape(b) != expected:
        require.misfit("b", b, f"{expected}, as W has shape {W.shape}")


def product(W, x) -> None:
    """Raise ValueError unless W and x fit in shape and are of one precision."""
    shape = _shape(W)
    its_shape = _shape(x)
    require.shape("W", W, "(..., fan_in, fan_out)", len(shape) >= 2)
    if len(its_shape) < 2 or its_shape[-1] != shape[-2] or not _axes_agree(its_shape[:-2], shape[:-2]):
        require.misfit("x", x, f"(..., N, {shape[-2]}), as W has shape {shape}")
    if x.dtype != W.dtype:
        raise ValueError(f"x is {x.dtype}, but W is {W.dtype}; allowed is one precision for both")
    require.real("W", W)


def matmul(a, b) -> None:
    """Raise ValueError unless both are arrays of numbers."""
    require.array("a", a)
    require.array("b", b)


def softmax(z) -> None:
    """Raise ValueError unless z is of floating-point numbers, one at least in each row."""
    require.real("z", z)
    require.shape("z", z, "(..., D) with D >= 1", z.ndim >= 1 and z.shape[-1] >= 1)


def attention(q, k, v, causal=False, *, mask=None) -> None:
    """Raise ValueError unless q, k, v and mask fit, and each token may look at one at least."""
    require.flag("causal", causal)
    for name, each in (("q", q), ("k", k), ("v", v)):
        require.real(name, each)
        require.shape(name, each, "(..., T, D), of one token at least", each.ndim >= 2 and 0 not in each.shape[-2:])
        if each.dtype != q.dtype:
            raise ValueError(f"{name} is {each.dtype}, but q is {q.dtype}; allowed is one precision for all")
    if k.shape[-1] != q.shape[-1] or not _axes_agree(k.shape[:-2], q.shape[:-2]):
        require.misfit("k", k, f"(..., S, {q.shape[-1]}), as q has shape {q.shape}")
    lead = max(q.shape[:-2], k.shape[:-2], key=len)
    if v.shape[-2] != k.shape[-2] or not _axes_agree(v.shape[:-2], lead):
        require.misfit("v", v, f"(..., {k.shape[-2]}, D), as k has shape {k.shape}")
    if mask is not None:
        _mask(mask, max(v.shape[:-2], lead, key=len), (q.shape[-2], k.shape[-2]), causal)


def _mask(mask, lead: tuple, shape: tuple, causal: bool) -> None:
    require.instance(
        "mask", mask, getattr(getattr(mask, "dtype", None), "kind", "") == "b", "an array of booleans, or None"
    )
    if mask.shape[-2:] != shape or not _axes_agree(mask.shape[:-2], lead):
        require.misfit("mask", mask, f"(..., {shape[0]}, {shape[1]}), a row for each query and a column for each key")
    blind = np.argwhere(~np.any(may_look(shape, causal, mask), axis=-1))
    if len(blind):
        row = blind[0].tolist() if mask.ndim > 2 else blind[0].item()
        hides = "and causal hide" if causal else "hides"
        raise ValueError(f"mask {hides} every key from query row {row}; allowed is one at least in each row")


def layer_norm(params, z) -> None:
    """Raise ValueError unless gamma, beta and z fit, and z is of floating-point numbers."""
    _gamma(params, z)
    gamma, beta = params
    if _shape(beta) != gamma.shape:
        require.misfit("beta", beta, f"{gamma.shape}, that of gamma")


def rms_norm(params, z) -> None:
    """Raise ValueError unless gamma and z fit, there is no beta, and z is of floating-point numbers."""
    _gamma(params, z)
    require.instance("beta", params[1], params[1] is None, "None, as an RMS norm adds nothing")


def _gamma(params, z) -> None:
    require.instance("params", params, isinstance(params, tuple) and len(params) == 2, "Norm(gamma, beta)")
    gamma = params[0]
    require.real("z", z)
    require.shape("gamma", gamma, "(..., D)", len(_shape(gamma)) >= 1)
    shape = _shape(z)
    if len(shape) < 2 or shape[-1] != gamma.shape[-1] or not _axes_agree(shape[:-2], gamma.shape[:-1]):
        require.misfit("z", z, f"(..., N, {gamma.shape[-1]}), as gamma has shape {gamma.shape}")


def batch_norm(params, z) -> None:
    """Raise ValueError unless there are two samples or more, and all fits as in ``layer_norm``."""
    fits = len(_shape(z)) >= 2 and z.shape[-2] >= 2
    require.shape("z", z, "(..., N, D) with N >= 2: a mean over one sample is that sample", fits)
    layer_norm(params, z)


def mse(prediction, target) -> None:
    """Raise ValueError unless target has the prediction's shape, or its last axes."""
    require.real("prediction", prediction)
    require.shape("prediction", prediction, "(..., N, D)", prediction.ndim >= 2)
    shape = np.shape(target)
    fits = len(shape) >= 2 and shape == prediction.shape[-len(shape) :]
    require.shape("target", target, f"prediction's {prediction.shape}, or without its leading axes", fits)


def softmax_cross_entropy(logits, labels) -> None:
    """Raise ValueError unless labels are whole numbers that name classes, one for each row of logits."""
    require.real("logits", logits)
    require.shape("logits", logits, "(..., N, K)", logits.ndim >= 2)
    labels = np.asarray(labels)
    *rows, classes = logits.shape
    if not (np.issubdtype(labels.dtype, np.integer) and ((labels >= 0) & (labels < classes)).all()):
        raise ValueError(f"labels is {labels!r}; allowed are whole numbers from 0 to {classes - 1}")
    fits = labels.ndim >= 1 and labels.shape == tuple(rows)[-labels.ndim :]
    require.shape("labels", labels, f"{tuple(rows)}, or without its leading axes", fits)


def _shape(array) -> tuple:
    return getattr(array, "shape", ())


def _axes_agree(lead: tuple, other: tuple) -> bool:
    """Whether of two tuples of leading axes one ends with the other: W of S networks, x of T steps of each."""
    shared = min(len(lead), len(other))
    return not shared or lead[-shared:] == other[-shared:]
