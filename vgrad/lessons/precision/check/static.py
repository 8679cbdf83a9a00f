"""A static loss scale: where the backward pass starts, and in which format its gradients are divided."""

from __future__ import annotations

from typing import Any

import numpy as np

from .... import models, ops
from ....kit.compare import in_digits
from ....kit.exercises import expect_function
from ....kit.judging import expect_parts, expect_shaped
from ....tape import tree_map
from ..measure import nets

FACTOR = 2.0**-20  # of the loss
SCALES = (2.0**14, 2.0**10, 2.0**24)
TOO_LARGE = 2.0**44  # with which the pass overflows


class _Backward:
    """The backward pass of a small net in float16, from a start that replaces the 1. It notes where it was started."""

    def __init__(self):
        net = nets.drawn(2, 16, 1, 0)
        self.x, self.labels = next(nets.batches(16, 0))
        self.params = tree_map(lambda array: array[0].astype(np.float16), net)
        self.starts: list[float] = []

    def __call__(self, start=1.0):
        self.starts.append(float(start))
        return self.grads(start, np.float16)

    def grads(self, start, dtype) -> list[np.ndarray]:
        """dW of each layer, computed in this precision from a cotangent of the loss times its factor."""
        params = tree_map(lambda array: array.astype(dtype), self.params)
        logits, tape = models.mlp(params, self.x.astype(dtype), "tanh")
        _, pullback = ops.softmax_cross_entropy(logits, self.labels)
        grads, _ = models.gradients(tape, pullback(float(start) * FACTOR))
        return [layer.affine.W for layer in grads]


def static(function: Any) -> str | None:
    """Return why a function that scales and unscales a backward pass is not right yet, or None."""
    expect_function(function)
    for scale in SCALES:
        why = _static_at(function, scale)
        if why:
            return why if scale == SCALES[0] else f"it is right for one scale. For scale = {scale:g}, {why}"
    return _overflow(function)


def _overflow(function) -> str | None:
    """Why an overflow of the pass cannot be seen in what the function returns, or None where it can."""
    backward = _Backward()
    parts = zip(function(backward, TOO_LARGE), backward.grads(TOO_LARGE, np.float16), strict=True)
    if all(np.array_equal(np.isfinite(dW), np.isfinite(half)) for dW, half in parts):
        return None
    return (
        f"it is right for scales that fit. But with scale = {TOO_LARGE:.4g} the backward pass overflows, and what you "
        f"return is finite. Leave inf and NaN as they are, because they show that the scale is too large"
    )


def _static_at(function, scale: float) -> str | None:
    backward = _Backward()
    given = function(backward, scale)
    if not backward.starts:
        return "step 1: call backward, with the number from which the backward pass starts"
    others = [start for start in backward.starts if not np.isclose(start, scale, rtol=1e-6)]
    if len(others) == len(backward.starts):  # a call more, of which nothing is returned, does no harm
        return _start_slip(others[-1], scale)
    true = backward.grads(1.0, np.float64)
    parts = expect_parts(given, len(true), f"a list of {len(true)} arrays, one for each layer")
    for array, right in zip(parts, true, strict=True):
        kind = np.asarray(array).dtype
        dW = expect_shaped(array, "dW of a layer", right.shape)
        layer = [np.shape(each) for each in true].index(right.shape)
        slip = _unscaling_slip(dW, kind, backward, scale, layer)
        if slip or not _near(dW, right):
            return slip or _other_pass(dW, backward, scale, others, layer) or _off(dW, right)
    return None


def _other_pass(dW, backward: _Backward, scale: float, starts: list[float], layer: int) -> str | None:
    """What there is to say where a layer's gradient, divided or not, is that of a pass with another start."""
    for start in starts:
        half = backward.grads(start, np.float16)[layer].astype(float)
        if any(np.allclose(dW, wrong, rtol=1e-4, atol=0) for wrong in (half, half / scale, half / start)):
            return (
                f"step 1: some of what you return comes from a backward pass that started from {start:.4g}. Return the "
                f"gradients of the pass that starts from the scale"
            )
    return None


def _start_slip(start: float, scale: float) -> str:
    if start == 1:
        return "step 1: the backward pass still starts from 1, and so the gradients are 0 before you can divide them"
    if np.isclose(start * scale, 1):
        return "step 1: the scale goes in. But it has to make the gradients larger on their way, and 1/scale does not"
    if np.isclose(start, scale * FACTOR) or np.isclose(start, FACTOR):
        return "step 1: the loss factor is already in the loss that backward differentiates, so start from the scale"
    one, other = in_digits(start, scale)
    return f"step 1: the backward pass starts from {one}, and it should start from the scale, {other}"


def _unscaling_slip(dW, kind, backward: _Backward, scale: float, layer: int) -> str | None:
    """What is wrong with the gradients of a layer, where it is a frequent slip."""
    half = backward.grads(scale, np.float16)[layer]
    if kind == np.float16:
        return "step 2: the gradients are still float16, where the unscaled numbers become 0 or lose their digits"
    wide = half.astype(float)
    early = (half / np.float16(min(scale, 6e4))).astype(float) if scale < 6e4 else None
    if early is not None and np.array_equal(dW, early):
        return (
            "step 2: the gradients are in float32 at the end. But you divided them while they were float16, so what "
            "was too small was lost. Change the format first"
        )
    slips = {
        "step 3: the gradients are in a wider format. But they are still as many times too large as the scale": wide,
        "step 3: the scale made the gradients larger, so divide by it, and do not multiply": wide * scale,
        "step 3: you divide by the scale twice": wide / scale**2,
        "step 3: the scale is divided out. But the loss factor is part of the loss, so leave it in its gradient": (
            wide / scale / FACTOR
        ),
        "step 3: the loss factor is part of the loss. What step 1 has put in is the scale, so divide by the scale": (
            wide * FACTOR
        ),
    }
    return next((hint for hint, wrong in slips.items() if np.allclose(dW, wrong, rtol=1e-4, atol=0)), None)


def _near(dW, right) -> bool:
    """Whether a gradient is that of float64 but for the rounding of float16."""
    return bool(np.linalg.norm(dW - right) < 0.1 * np.linalg.norm(right))


def _off(dW, right) -> str:
    ratio = np.linalg.norm(dW) / np.linalg.norm(right)
    return f"a layer's dW is {ratio:.3g} times as large as its gradient in float64. Look at steps 2 and 3"
