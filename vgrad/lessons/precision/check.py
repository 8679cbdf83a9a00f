"""The exercises of the lesson on where the numbers end.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ... import models, ops, train
from ...kit.exercises import Exercises, NotYetError, expect_function, expect_number
from ...kit.judging import call, counted, expect_parts, expect_shaped
from ...tape import leaves, tree_map
from .measure import nets

WEIGHT = 2.0**-20  # of the loss
SCALES = (2.0**14, 2.0**10, 2.0**24)
SPENT = 12  # steps that may be skipped on the way down from START
START, EVERY, STEPS = 2.0**44, 20, 60


# --- a static scale ---------------------------------------------------------------------------------------------------


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
        """dW of each layer, computed in this precision from a cotangent of the weighted loss."""
        params = tree_map(lambda array: array.astype(dtype), self.params)
        logits, tape = models.mlp(params, self.x.astype(dtype), "tanh")
        _, pullback = ops.softmax_cross_entropy(logits, self.labels)
        grads, _ = models.gradients(tape, pullback(float(start) * WEIGHT))
        return [layer.affine.W for layer in grads]


def _static(function) -> str | None:
    expect_function(function)
    for scale in SCALES:
        why = _static_at(function, scale)
        if why:
            return why if scale == SCALES[0] else f"it is right for one scale. For scale = {scale:g}, {why}"
    return None


def _static_at(function, scale: float) -> str | None:
    backward = _Backward()
    given = function(backward, scale)
    if not backward.starts:
        return "step 1: call backward, with the number from which the backward pass starts"
    if not all(np.isclose(start, scale, rtol=1e-6) for start in backward.starts):
        return _start_slip(backward.starts[-1], scale)
    true = backward.grads(1.0, np.float64)
    parts = expect_parts(given, len(true), f"a list of {len(true)} arrays, one for each layer")
    for array, right in zip(parts, true, strict=True):
        kind = np.asarray(array).dtype
        dW = expect_shaped(array, "dW of a layer", right.shape)
        slip = _unscaling_slip(dW, kind, backward, scale, [np.shape(each) for each in true].index(right.shape))
        if slip or not _near(dW, right):
            return slip or _off(dW, right)
    return None


def _start_slip(start: float, scale: float) -> str:
    if start == 1:
        return "step 1: the backward pass still starts from 1, and so the gradients are 0 before you can divide them"
    if np.isclose(start * scale, 1):
        return "step 1: the scale goes in. But it has to make the gradients larger on their way, and 1/scale does not"
    if np.isclose(start, scale * WEIGHT) or np.isclose(start, WEIGHT):
        return "step 1: the loss weight is already in the loss that backward differentiates, so start from the scale"
    return f"step 1: the backward pass starts from {start:.4g}, and it should start from the scale, {scale:.4g}"


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
        "step 3: the scale is divided out. But the weight is part of the loss, so leave it in its gradient": (
            wide / scale / WEIGHT
        ),
        "step 3: the loss weight is part of the loss. What step 1 has put in is the scale, so divide by the scale": (
            wide * WEIGHT
        ),
    }
    return next((hint for hint, wrong in slips.items() if np.allclose(dW, wrong, rtol=1e-4, atol=0)), None)


def _near(dW, right) -> bool:
    """Whether a gradient is that of float64 but for the rounding of float16."""
    return bool(np.linalg.norm(dW - right) < 0.1 * np.linalg.norm(right))


def _off(dW, right) -> str:
    ratio = np.linalg.norm(dW) / np.linalg.norm(right)
    return f"a layer's dW is {ratio:.3g} times as large as its gradient in float64. Look at steps 2 and 3"


# --- a dynamic scale --------------------------------------------------------------------------------------------------


class _Moment(NamedTuple):
    """A step of training: its gradients, and the scale and the good steps before it."""

    dW: list[np.ndarray]
    scale: float
    good: int
    every: int

    @property
    def overflows(self) -> bool:
        """Whether a gradient is not finite."""
        return not all(np.isfinite(dW).all() for dW in self.dW)

    @property
    def after(self) -> tuple[float, int]:
        """The scale and the good steps after it."""
        if self.overflows:
            return self.scale / 2, 0
        if self.good + 1 == self.every:
            return self.scale * 2, 0
        return self.scale, self.good + 1


def _moments() -> list[_Moment]:
    """Steps of all kinds: good ones, overflows to inf, -inf and NaN in any layer, and the step that doubles."""
    rng = np.random.default_rng(0)
    found = []
    for scale, good, every in ((2.0**16, 2, 5), (2.0**10, 0, 50), (2.0**44, 7, 20), (2.0**6, 4, 5), (2.0**9, 0, 1)):
        for bad in (None, np.inf, -np.inf, np.nan):
            for layer in range(2 if bad is not None else 1):
                dW = [rng.standard_normal((3, 2)).astype(np.float32) for _ in range(2)]
                if bad is not None:
                    dW[layer][1, 1] = bad
                found.append(_Moment(dW, scale, good, every))
    return found


class _Update:
    """What updates the weights; it notes with what it was called."""

    def __init__(self):
        self.calls: list[Any] = []

    def __deepcopy__(self, memo):
        return self

    def __call__(self, grads):
        self.calls.append(grads)


def _dynamic(function) -> str | None:
    expect_function(function)
    for moment in _moments():
        why = _dynamic_at(function, moment)
        if why:
            return why
    return _survives(function)


def _dynamic_at(function, moment: _Moment) -> str | None:
    update = _Update()
    given = call(
        function, grads=moment.dW, scale=moment.scale, good=moment.good, every=moment.every, update=update
    )  # fmt: skip
    pair = expect_parts(given, 2, "two numbers, the next scale and the good steps in a row")
    if moment.overflows and update.calls:
        return (
            f"step 1: a gradient holds {_kind_of(moment.dW)}, and the weights were updated all the same. isfinite is "
            f"True for a number that is neither inf nor NaN"
        )
    if not moment.overflows and not update.calls:
        return "step 1: all gradients are finite, and the weights were not updated"
    if len(update.calls) > 1:
        return f"the weights were updated {len(update.calls)} times in one step"
    scale, good = (expect_number(part, f"{name} should be a number") for part, name in zip(pair, NAMES, strict=True))
    if np.isclose(scale, moment.after[0], rtol=1e-6) and good == moment.after[1]:
        return None
    return (_skip_slip if moment.overflows else _good_slip)(scale, good, moment)


NAMES = ("the next scale", "the count of good steps")


def _kind_of(grads) -> str:
    return "NaN" if any(np.isnan(dW).any() for dW in grads) else "inf"


def _skip_slip(scale: float, good: float, moment: _Moment) -> str:
    if scale == moment.scale:
        return "step 2: the step is skipped. But the next one overflows as well if its scale is the same"
    if scale > moment.scale:
        return "step 2: the step is skipped. But a gradient was too large, and a larger scale makes it larger still"
    if good != 0:
        return "the scale is right. But a skipped step ends the row of good steps, so the count starts from 0"
    if scale <= 1:
        return "step 2: a scale of 1 or less brings the underflow back. One half of the old scale is enough"
    return (
        f"step 2: after a skipped step at scale {moment.scale:g} the next scale is half of it, and yours is {scale:g}"
    )


def _good_slip(scale: float, good: float, moment: _Moment) -> str:
    last = moment.good + 1 == moment.every
    when = f"with {counted(moment.good, 'good step')} before this one and every = {moment.every}"
    if last and scale == moment.scale:
        return f"step 3: {when}, the row is complete, so the scale should be doubled, and it stays as it was"
    if last and scale < moment.scale:
        return f"step 3: {when}, nothing has overflowed, so the scale may grow. Yours becomes smaller"
    if last:
        told = "the count starts again from 0" if good else f"the scale should be {2 * moment.scale:g}, not {scale:g}"
        return f"step 3: {when}, {told}"
    if scale != moment.scale:
        return f"step 3: {when}, the row is not complete yet. So the scale stays as it was"
    if good == moment.good:
        return "step 4: the scale is right. But this step was good too, so the count should be one more"
    return f"step 4: {when}, the count should be {moment.good + 1}, and yours is {good:g}"


def _survives(function) -> str | None:
    """Why a net does not survive a start at too large a scale with this rule, or None."""
    model, rule = train.classifier("tanh", precision="float16"), train.adam(3e-3)
    params = nets.drawn(2, 16, 1, 0)
    kept = {"params": params, "memory": rule.start(params)}
    scale, good, skipped = START, 0, 0
    for _, given in zip(range(STEPS), nets.batches(16, 0), strict=False):
        wide = tree_map(lambda d, at=scale: d / at, model(kept["params"], given, scale * WEIGHT).grads)
        before = kept["memory"]

        def update(_, wide=wide):
            change, kept["memory"] = rule.step(wide, kept["memory"], kept["params"])
            kept["params"] = tree_map(np.add, kept["params"], change)

        scale, good = function(leaves(wide), scale, good, EVERY, update)
        skipped += kept["memory"] is before
    if skipped > SPENT:
        raise NotYetError(f"from scale 2^44, {skipped} of {STEPS} steps are skipped, and {SPENT} are enough")
    return None


EXERCISES = {
    "static_scaling": (
        _static,
        "the gradients are large on their way, and they become small only where the format can hold small numbers",
    ),
    "dynamic_scaling": (
        _dynamic,
        "a net that starts with a scale of 2^44 loses a few steps, and it loses nothing else",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
