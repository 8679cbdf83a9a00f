"""Losses: of shape (...,), a mean over the N samples; pullback(dloss=1.0).

The loss itself is summed and kept in float32 at least, because float16 ends at 65504, which is the square of 256. The
gradient has the precision of what it is the gradient of.
"""

from __future__ import annotations

import numpy as np

from .shapes import at_least_float32

Array = np.ndarray


def mse(prediction: Array, target: Array):
    """loss = mean over N and D of (prediction - target)²;  dprediction = 2 (prediction - target) dloss / (N D).

    Returns the loss (...,) and its pullback. prediction : (..., N, D), target : (N, D), or with the ensemble axes too.
    Raises ValueError when they do not fit.
    """
    error = (prediction - target).astype(prediction.dtype, copy=False)
    wide = at_least_float32(error)

    def pullback(dloss: float | Array = 1.0):
        return _scaled(error, 2 / (error.shape[-1] * error.shape[-2]), dloss)

    return np.mean(wide * wide, axis=(-1, -2)), pullback


def softmax_cross_entropy(logits: Array, labels: Array):
    """loss = mean over N of -ln softmax(logits)[label], by log-sum-exp;  dlogits = (softmax - onehot) dloss / N.

    Returns the loss (...,) and its pullback. logits : (..., N, K), labels : (..., N) or (N,), whole numbers from 0 to
    K-1, else ValueError. No logarithm of 0 is taken, for any finite logits (Goodfellow et al. 2016, §4.1).
    """
    labels = np.broadcast_to(labels, logits.shape[:-1])[..., None]
    wide = at_least_float32(logits)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=-1, keepdims=True)
    losses = np.log(total) - np.take_along_axis(shifted, labels, axis=-1)

    def pullback(dloss: float | Array = 1.0):
        onehot = np.arange(logits.shape[-1]) == labels
        dlogits = (exp / total - onehot).astype(logits.dtype, copy=False)
        return _scaled(dlogits, 1 / logits.shape[-2], dloss)

    return losses[..., 0].mean(axis=-1), pullback


def _scaled(gradient: Array, factor: float, dloss) -> Array:
    """gradient · factor · dloss in the gradient's own precision; dloss is one number or one per ensemble member."""
    return gradient * np.asarray(factor * np.asarray(dloss), gradient.dtype)[..., None, None]
