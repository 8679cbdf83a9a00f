"""Do these arguments belong together?  What the door of ``ops`` asks before a page behind it computes.

Each function takes the arguments of the operation of its name, and raises a ValueError that names the one that does
not fit. Only shapes and precisions are looked at, so that an array's ``Form`` does in its place.
"""

from __future__ import annotations

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
    if not require.is_number(z):
        array("z", z)


def bfloat16(a, *, rng=None) -> None:
    """Raise ValueError unless a is a number or an array of numbers."""
    if not require.is_number(a):
        array("a", a)


def array(name: str, value, least: int = 0) -> None:
    """Raise ValueError unless ``value`` is an array of floats with so many axes at least, or the Form of one."""
    if type(value) is not Form:
        require.array(name, value, least)


def pair(name: str, params, expected: str) -> tuple:
    """Return the two parameters of an operation; raise ValueError unless they are two."""
    require.instance(name, params, isinstance(params, tuple) and len(params) == 2, expected)
    return params


def affine(params, x) -> None:
    """Raise ValueError unless W, b and x fit in shape and are of one precision."""
    W, b = pair("params", params, "Affine(W, b)")
    product(W, x)
    require.array("b", b)
    if b.shape != W.shape[:-2] + W.shape[-1:]:
        require.misfit("b", b, f"{W.shape[:-2] + W.shape[-1:]}, as W has shape {W.shape}")
    one_precision("b", b, "W", W)


def product(W, x) -> None:
    """Raise ValueError unless W and x fit in shape and are of one precision."""
    require.array("W", W)
    array("x", x)
    shape = W.shape
    its_shape = x.shape
    require.shape("W", W, "(..., fan_in, fan_out)", len(shape) >= 2)
    if len(its_shape) < 2 or its_shape[-1] != shape[-2] or not _axes_agree(its_shape[:-2], shape[:-2]):
        require.misfit("x", x, f"(..., N, {shape[-2]}), as W has shape {shape}")
    one_precision("x", x, "W", W)


def one_precision(name: str, array, other: str, its) -> None:
    """Raise ValueError unless two arrays are of one precision."""
    if array.dtype != its.dtype:
        raise ValueError(f"{name} is {array.dtype}, but {other} is {its.dtype}; allowed is one precision for both")


def like(name: str, array, x, expected: str, shape: tuple) -> None:
    """Raise ValueError unless an array has this shape and the precision of x."""
    require.array(name, array)
    require.shape(name, array, expected, array.shape == shape)
    one_precision(name, array, "x", x)


def matmul(a, b) -> None:
    """Raise ValueError unless both are arrays of numbers that can be multiplied."""
    require.array("a", a, 2)
    require.array("b", b, 2)
    fits = a.shape[-1] == b.shape[-2] and _axes_agree(a.shape[:-2], b.shape[:-2])
    require.shape("b", b, f"(..., {a.shape[-1]}, M), as a has shape {a.shape}", fits)


def softmax(z) -> None:
    """Raise ValueError unless z is of floating-point numbers, one at least in each row."""
    require.array("z", z)
    require.shape("z", z, "(..., D) with D >= 1", z.ndim >= 1 and z.shape[-1] >= 1)


def attention(q, k, v, causal=False, *, mask=None, scale=None) -> None:
    """Raise ValueError unless q, k, v and mask fit, and each token may look at one at least."""
    require.flag("causal", causal)
    if scale is not None:
        require.number("scale", scale)
    for name, each in (("q", q), ("k", k), ("v", v)):
        require.array(name, each)
        require.shape(name, each, "(..., T, D), of one token at least", each.ndim >= 2 and 0 not in each.shape[-2:])
        one_precision(name, each, "q", q)
    if k.shape[-1] != q.shape[-1] or not _axes_agree(k.shape[:-2], q.shape[:-2]):
        require.misfit("k", k, f"(..., S, {q.shape[-1]}), as q has shape {q.shape}")
    lead = max(q.shape[:-2], k.shape[:-2], key=len)
    if v.shape[-2] != k.shape[-2] or not _axes_agree(v.shape[:-2], lead):
        require.misfit("v", v, f"(..., {k.shape[-2]}, D), as k has shape {k.shape}")
    if mask is not None:
        _mask(mask, max(v.shape[:-2], lead, key=len), (q.shape[-2], k.shape[-2]), causal)


def _mask(mask, lead: tuple, shape: tuple, causal: bool) -> None:
    is_mask = type(mask) is np.ndarray and mask.dtype == bool
    require.instance("mask", mask, is_mask, "an array of booleans, or None")
    if mask.shape[-2:] != shape or not _axes_agree(mask.shape[:-2], lead):
        require.misfit("mask", mask, f"(..., {shape[0]}, {shape[1]}), a row for each query and a column for each key")
    blind = np.argwhere(~np.any(may_look(shape, causal, mask), axis=-1))
    if len(blind):
        row = blind[0].tolist() if mask.ndim > 2 else blind[0].item()
        hides = "and causal hide" if causal else "hides"
        raise ValueError(f"mask {hides} every key from query row {row}; allowed is one at least in each row")


def layer_norm(params, z) -> None:
    """Raise ValueError unless gamma, beta and z fit, and all are of one precision."""
    _gamma(params, z)
    gamma, beta = params
    require.shape("beta", beta, f"{gamma.shape}, that of gamma", getattr(beta, "shape", None) == gamma.shape)
    require.array("beta", beta)
    one_precision("beta", beta, "z", z)


def rms_norm(params, z) -> None:
    """Raise ValueError unless gamma and z fit, there is no beta, and both are of one precision."""
    _gamma(params, z)
    require.instance("beta", params[1], params[1] is None, "None, as an RMS norm adds nothing")


def _gamma(params, z) -> None:
    gamma, _ = pair("params", params, "Norm(gamma, beta)")
    array("z", z)
    require.array("gamma", gamma)
    require.shape("gamma", gamma, "(..., D) with D >= 1", gamma.ndim >= 1 and gamma.shape[-1] >= 1)
    shape = z.shape
    if len(shape) < 2 or shape[-1] != gamma.shape[-1] or not _axes_agree(shape[:-2], gamma.shape[:-1]):
        require.misfit("z", z, f"(..., N, {gamma.shape[-1]}), as gamma has shape {gamma.shape}")
    one_precision("gamma", gamma, "z", z)


def batch_norm(params, z) -> None:
    """Raise ValueError unless there are two samples or more, and all fits as in ``layer_norm``."""
    array("z", z)
    fits = len(z.shape) >= 2 and z.shape[-2] >= 2
    require.shape("z", z, "(..., N, D) with N >= 2: a mean over one sample is that sample", fits)
    layer_norm(params, z)


def mse(prediction, target) -> None:
    """Raise ValueError unless target has the prediction's shape, or its last axes."""
    require.array("prediction", prediction)
    require.array("target", target)
    _has_samples("prediction", prediction, "(..., N, D)")
    shape = target.shape
    fits = len(shape) >= 2 and shape == prediction.shape[-len(shape) :]
    require.shape("target", target, f"prediction's {prediction.shape}, or without its leading axes", fits)


def softmax_cross_entropy(logits, labels) -> None:
    """Raise ValueError unless labels are whole numbers that name classes, one for each row of logits."""
    require.array("logits", logits)
    _has_samples("logits", logits, "(..., N, K)")
    *rows, classes = logits.shape
    expected = f"an array of whole numbers from 0 to {classes - 1}"
    labels = _whole_numbers("labels", labels, expected)
    inside = ((labels >= 0) & (labels < classes)).all()
    require.instance("labels", labels, inside, expected)
    fits = labels.ndim >= 1 and labels.shape == tuple(rows)[-labels.ndim :]
    require.shape("labels", labels, f"{tuple(rows)}, or without its leading axes", fits)


def _whole_numbers(name: str, value, expected: str) -> np.ndarray:
    """Return whole numbers as an array, which may be a list: they count, and so no precision is asked for."""
    try:
        array = np.asarray(value) if type(value) in (list, tuple) else value
    except (ValueError, OverflowError):  # of rows of several lengths
        array = None
    if type(array) is np.ndarray and array.dtype.kind in "iu":
        return array
    raise ValueError(f"{name} is {require.shown(value)}; allowed is {expected}")


def _has_samples(name: str, array, expected: str) -> None:
    fits = array.ndim >= 2 and 0 not in array.shape[-2:]
    require.shape(name, array, f"{expected}, of one sample at least", fits)


def _axes_agree(lead: tuple, other: tuple) -> bool:
    """Whether of two tuples of leading axes one ends with the other: W of S networks, x of T steps of each."""
    shared = min(len(lead), len(other))
    return not shared or lead[-shared:] == other[-shared:]
