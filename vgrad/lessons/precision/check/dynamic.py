"""A dynamic loss scale: which steps are skipped, and which scale the next step has."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .... import train
from ....kit.exercises import NotYetError, expect_function, expect_number
from ....kit.judging import call, counted, expect_parts
from ....tape import leaves, tree_map
from ..measure import nets

FACTOR = 2.0**-20  # of the loss
SPENT = 12  # steps that may be skipped on the way down from START
START, EVERY, STEPS = 2.0**44, 20, 60


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

    @property
    def names(self) -> tuple[str, str]:
        """What the two numbers are, with the step of the exercise that asks for one of them."""
        scale, good = "the next scale", "the count of good steps"
        if self.overflows:
            return f"step 2: {scale}", good
        return (f"step 3: {scale}", good) if self.good + 1 == self.every else (scale, f"step 4: {good}")


def _moments() -> list[_Moment]:
    """Steps of all kinds, in the order of the exercise: overflows in any layer, a step that doubles, and good ones."""
    rng = np.random.default_rng(0)
    found = []
    for scale, good, every in ((2.0**6, 4, 5), (2.0**16, 2, 5), (2.0**10, 0, 50), (2.0**44, 7, 20), (2.0**9, 0, 1)):
        for bad in (np.inf, -np.inf, np.nan, None):
            for layer in range(2 if bad is not None else 1):
                dW = [rng.standard_normal((3, 2)).astype(np.float32) for _ in range(2)]
                if bad is not None:
                    dW[layer][1, 1] = bad
                found.append(_Moment(dW, scale, good, every))
    largest = [np.full((3, 2), np.finfo(np.float16).max) for _ in range(2)]  # whose sums and norms do not fit
    broken = [np.full((3, 2), np.inf, np.float16) for _ in range(2)]
    nothing = [np.zeros((3, 2), np.float16) for _ in range(2)]  # finite all the same
    good = [_Moment(largest, START, EVERY - 1, EVERY), _Moment(nothing, 2.0**6, 2, 5)]
    return [*found, *good, _Moment(broken, 3.0, 1, 5)]


class _Update:
    """What updates the weights; it notes with what it was called."""

    def __init__(self):
        self.calls: list[Any] = []

    def __deepcopy__(self, memo):
        return self

    def __call__(self, grads):
        self.calls.append(grads)


def dynamic(function: Any) -> str | None:
    """Return why a rule that finds the scale of the next step is not right yet, or None."""
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
    why = _of_update(update, moment)
    if why:
        return why
    scale, good = (
        expect_number(part, f"{name} should be a number") for part, name in zip(pair, moment.names, strict=True)
    )
    if np.isclose(scale, moment.after[0], rtol=1e-6) and good == moment.after[1]:
        return None
    if np.isclose(good, moment.after[0], rtol=1e-6) and scale == moment.after[1]:
        return "the next scale and the count are both right. But they have changed places, and the scale comes first"
    return (_skip_slip if moment.overflows else _good_slip)(scale, good, moment)


def _of_update(update: _Update, moment: _Moment) -> str | None:
    """Why update was not called as it should be, or None."""
    if moment.overflows and update.calls:
        return f"step 1: a gradient holds {_kind_of(moment.dW)}, and the weights were updated all the same"
    if not moment.overflows and not update.calls:
        return f"step 1: all gradients are finite{_though(moment.dW[0])}, and the weights were not updated"
    if len(update.calls) > 1:
        return f"the weights were updated {len(update.calls)} times in one step"
    if update.calls and not _alike(update.calls[0], moment.dW):
        return f"the weights were updated, but not with grads. {_handed(update.calls[0], moment)}"
    return None


def _though(dW: np.ndarray) -> str:
    """What may have made finite gradients look as if they were not."""
    if not dW.any():
        return ", though they are 0"
    return ", though they are large" if dW.dtype == np.float16 else ""


def _alike(handed: Any, grads: list[np.ndarray]) -> bool:
    """Whether update received these gradients."""
    try:
        return len(handed) == len(grads) and all(map(np.array_equal, handed, grads))
    except TypeError:
        return False


def _handed(handed: Any, moment: _Moment) -> str:
    """What update received in place of grads, and what it needs."""
    for wrong in (np.divide(moment.dW, moment.scale), np.multiply(moment.dW, moment.scale)):
        if np.shape(handed) == np.shape(wrong) and np.allclose(handed, wrong, rtol=1e-3, atol=0):
            return "update divides by the scale itself, so hand it the gradients as they came in"
    return "update needs the gradients of all layers, as they came in"


def _kind_of(grads) -> str:
    return "NaN" if any(np.isnan(dW).any() for dW in grads) else "inf"


def _skip_slip(scale: float, good: float, moment: _Moment) -> str:
    if scale == moment.scale:
        return "step 2: the step is skipped. But the next one overflows as well if its scale is the same"
    if scale > moment.scale:
        return "step 2: the step is skipped. But a gradient was too large, and a larger scale makes it larger still"
    if scale == moment.scale // 2 != moment.after[0]:
        return "step 2: // drops what is behind the point of one half of the old scale, so divide by /"
    if np.isclose(scale, moment.after[0], rtol=1e-6):
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
        wide = tree_map(lambda d, at=scale: d / at, model(kept["params"], given, scale * FACTOR).grads)
        before = kept["memory"]

        def update(_, wide=wide):
            change, kept["memory"] = rule.step(wide, kept["memory"], kept["params"])
            kept["params"] = tree_map(np.add, kept["params"], change)

        scale, good = function(leaves(wide), scale, good, EVERY, update)
        skipped += kept["memory"] is before
    if skipped > SPENT:
        raise NotYetError(f"from scale 2^44, {skipped} of {STEPS} steps are skipped, and {SPENT} are enough")
    return None
