"""Training in 16 bits: a loss times a large number, and weights of which the pass sees a rounded copy.

    dW = (gradient of  scale · loss, in 16 bits) / scale          (Micikevicius et al. 2018, §3)

A gradient below 3e-8 is 0 in float16, and nothing says so. If the backward pass starts at ``scale`` instead of 1, all
of the gradient is that much larger on its way, and the scale is divided out afterwards, in float32. A scale that is too
large does little harm, because an overflow is seen and its step is skipped. bfloat16 has the range of float32, and so
it needs no scale. What it lacks is digits. Since 1 + 1/256 rounds to 1, a small update of a bfloat16 weight is lost,
unless the weights that are updated are kept in float32.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..ops.rounding import bfloat16
from ..ops.shapes import at_least_float32
from ..require import guarded
from ..tape import tree_map

LARGEST = 2.0**120  # a scale is itself a number of float32
PRECISIONS = ("float16", "bfloat16", "float32")

Scale = Annotated[float, require.number_from(1.0, LARGEST)]
PassPrecision = Annotated[str, require.one_of(PRECISIONS)]


class LossScaling(NamedTuple):
    """The scale of the next step, and when it changes."""

    scale: float
    every: int | None  # so many good steps in a row double it; None: it is static
    good: int = 0  # as many have passed

    def run(self, model, params, batch):
        """Return the Pass of a model whose backward pass starts at the scale, its gradients over the scale again."""
        passed = model(params, batch, self.scale)
        return passed._replace(grads=tree_map(lambda d: at_least_float32(d) / self.scale, passed.grads))

    def after(self, skipped: bool) -> LossScaling:
        """Return the scaling of the step after one that was skipped or was not."""
        if self.every is None:
            return self
        if skipped:
            return self._replace(scale=max(self.scale / 2, 1.0), good=0)
        if self.good + 1 < self.every:
            return self._replace(good=self.good + 1)
        return self._replace(scale=min(self.scale * 2, LARGEST), good=0)


@guarded
def loss_scaling(
    scale: Scale = 2.0**16, *, every: Annotated[int, require.whole_from(1, 10**9)] | None = None
) -> LossScaling:
    """dW = (gradient of  scale · loss) / scale.  Returns the settings of loss scaling, for ``fit(..., scaling=...)``.

    A step whose gradients are not finite is skipped: parameters and the optimizer's memory stay as they were. The scale
    is static if ``every`` is None. Otherwise it is dynamic, because each skipped step halves it, down to 1, and
    ``every`` good steps in a row double it. A power of two changes no digit. All networks of an ensemble have one
    scale, and a step is skipped for all of them where the gradient of one overflows.
    """
    return LossScaling(float(scale), every)


def on_rounded_copy(model, precision: str | None):
    """Return a model that runs on a copy of the parameters and inputs in this precision; of None, the model itself.

    The gradients come back in the precision of the parameters that were given, which an optimizer updates: these are
    the master weights.
    """
    if precision is None:
        return model

    def rounded(array):
        return bfloat16(array) if precision == "bfloat16" else np.asarray(array, precision)

    def run(params, batch, dloss=1.0):
        x, target = batch
        passed = model(tree_map(rounded, params), (rounded(x), target), dloss)
        return passed._replace(grads=tree_map(lambda d, a: rounded(d).astype(a.dtype), passed.grads, params))

    return run
