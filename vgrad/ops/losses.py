"""Losses: of shape (...,), a mean over the N samples; pullback(dloss=1.0).

The loss itself is summed and kept in float32 at least: float16 ends at 65504, the square of 256. The gradient is of the
precision of what it is the gradient of.
"""

from __future__ import annotations

import numpy as np

from .. import require

Array = np.ndarray


def mse(prediction: Array, target: Array):
    """loss = mean over N and D of (prediction - target)²;  dprediction = 2 (prediction - target) dloss / (N D).

    prediction : (..., N, D), target : (N, D), or with the ensemble axes too. Raises ValueError when they do not fit.
    """
    require.real("prediction", prediction)
    require.shape("prediction", prediction, "(..., N, D)", np.ndim(prediction) >= 2)
    shape = np.shape(target)
    fits = len(shape) >= 2 and shape == prediction.shape[-len(shape) :]
    require.shape("target", target, f"prediction's {prediction.shape}, or without its leading axes", fits)
    error = (prediction - target).astype(prediction.dtype, copy=False)
    wide = error.astype(_wide(error), copy=False)

    def pullback(dloss=1.0):
        return _scale(error, 2 / (error.shape[-1] * error.shape[-2]), dloss)

    return np.mean(wide * wide, axis=(-1, -2)), pullback


def softmax_cross_entropy(logits: Array, labels: Array):
    """loss = mean over N of -ln softmax(logits)[label], by log-sum-exp;  dlogits = (softmax - onehot) dloss / N.

    logits : (..., N, K), labels : (..., N) whole numbers from 0 to K-1, else ValueError. No ln 0, for any finite logits
    (Goodfellow et al. 2016, §4.1).
    """
    require.real("logits", logits)
    require.shape("logits", logits, "(..., N, K)", np.ndim(logits) >= 2)
    classes = logits.shape[-1]
    labels = np.broadcast_to(_labels(labels, logits), logits.shape[:-1])[..., None]
    wide = logits.astype(_wide(logits), copy=False)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=-1, keepdims=True)
    losses = np.log(total) - np.take_along_axis(shifted, labels, axis=-1)

    def pullback(dloss=1.0):
        onehot = np.arange(classes) == labels
        return _scale((exp / total - onehot).astype(logits.dtype, copy=False), 1 / logits.shape[-2], dloss)

    return losses[..., 0].mean(axis=-1), pullback


def _wide(a: Array):
    return np.result_type(a, np.float32)


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
