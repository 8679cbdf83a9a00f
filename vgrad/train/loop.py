"""The loop: forward, loss, backward, clip, update; and a record of what happened, step after step.

    for record in train.fit(params, train.classifier("tanh"), batches, optimizer=train.adam(1e-3), steps=300):
        ...                                            # draw it, store it, break

The model owns the forward pass, the loss and the way back. Where numbers cease to be finite the loop ends, and its last
record says at which step of training, and at which step of which tape: the first layer, the first time.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import probes, require
from ..ops import Array
from ..require import NonNegative, guarded
from ..tape import leaves, tree_map
from .model import Model, Pass
from .precision import LARGEST, LossScaling
from .update import Optimizer, Rule, Steps, clip_by_norm, clip_by_value, global_norm, require_arrays


class TrainRecord(NamedTuple):
    """One step of training, measured before its update, but for ``update``."""

    step: int  # from 1
    loss: Array  # (...,)
    accuracy: Array | None  # (...,) of the batch
    norm: Array  # (...,): ‖all gradients‖, before clipping
    norms: Array  # (..., layers): ‖dW‖ of each layer, before clipping
    update: Array  # (..., layers): ‖ΔW‖ / ‖W‖
    params: Any  # after the update
    trouble: str | None = None  # why training ended here
    scale: float = 1.0  # by which the loss was multiplied
    skipped: bool = False  # whether gradients overflowed at this scale, so that nothing was updated


Batches = Annotated[Iterable, lambda name, value: _require_batches(name, value)]
AModel = Annotated[Model, lambda name, value: _require_model(name, value)]
Parameters = Annotated[Any, require_arrays]
Scaling = Annotated[LossScaling, lambda name, value: _require_scaling(name, value)]


@guarded
def fit(
    params: Parameters, model: AModel, batches: Batches, *, optimizer: Rule, steps: Steps,
    clip_norm: NonNegative | None = None, clip_value: NonNegative | None = None, scaling: Scaling | None = None,
) -> Iterator[TrainRecord]:  # fmt: skip
    """params <- params + update(clipped gradients).  Yields a TrainRecord for each step of training.

    params : with or without ensemble axes; batches : what model takes, one a step; clip_norm, clip_value : clip all
    gradients by their common norm, or each entry, before the optimizer sees them. The first step at which no network's
    loss and gradients are finite is the last: its record's ``trouble`` says where they ceased to be, and its params are
    those before it.
    scaling : of ``loss_scaling``. Where the loss is finite and the gradients are not, a scale above 1 may be to blame,
    and so that step is skipped. Where the loss itself is not finite, or the scale is 1, training ends as above.
    Raises ValueError where ``batches`` end before ``steps`` steps are done, after the record of the last batch.
    """
    memory = optimizer.start(params)
    scaling = scaling and scaling._replace(scale=float(scaling.scale))
    for step, batch in _numbered(batches, steps):
        with np.errstate(all="ignore"):  # not around the yield: whoever reads keeps settings of their own
            run, scale = _run(model, params, batch, scaling)
            ensemble = _networks(run.loss, params, optimizer)
            norm = global_norm(run.grads, ensemble)
            norms = _weight_norms(run.grads)
            moved = np.zeros_like(norms)
            finite = np.isfinite(run.loss + norm)
            skipped = scale > 1 and bool((np.isfinite(run.loss) & ~finite).any())
            if finite.any() and not skipped:
                clipped = _clipped(run.grads, clip_norm, clip_value, ensemble)
                params, memory, moved = _stepped(optimizer, clipped, memory, params)
            why = None if finite.any() or skipped else f"Step {step}: {run.trouble()}"
            scaling = scaling and scaling.after(skipped)
        yield TrainRecord(step, run.loss, run.accuracy, norm, norms, moved, params, why, scale, skipped)
        if why:
            return


# --- within a step ----------------------------------------------------------------------------------------------------


def _numbered(batches: Iterable, steps: int) -> Iterator[tuple[int, Any]]:
    """The batches with their numbers from 1; ValueError where they end before so many steps."""
    done = 0
    for done, batch in enumerate(islice(batches, steps), start=1):
        yield done, batch
    if done < steps:
        raise ValueError(f"batches ended after {done} of {steps} steps; allowed is one batch for each of the steps")


def _run(model: Model, params, batch, scaling: LossScaling | None) -> tuple[Pass, float]:
    """One pass, and the scale of its loss."""

    def checked(*given):
        passed = model(*given)
        if not isinstance(passed, Pass):
            raise ValueError(f"model returns {passed!r:.99}; allowed is a train.Pass")
        return passed

    return (checked(params, batch), 1.0) if scaling is None else (scaling.run(checked, params, batch), scaling.scale)


def _stepped(optimizer: Optimizer, grads, memory, params) -> tuple:
    """The parameters and the memory after an update, and how far each layer has moved."""
    update, memory = optimizer.step(grads, memory, params)
    after = tree_map(_moved, params, update)
    return after, memory, probes.change(params, after)


def _moved(array: Array, update: Array) -> Array:
    """array + update, in the precision of the array."""
    return (array + update).astype(array.dtype, copy=False)


def _weight_norms(grads) -> Array:
    return np.stack([probes.joint_norm(maps) for maps in probes.weights(grads)], axis=-1)


def _clipped(grads, clip_norm, clip_value, ensemble: int):
    grads = grads if clip_norm is None else clip_by_norm(grads, clip_norm, ensemble)
    return grads if clip_value is None else clip_by_value(grads, clip_value)


# --- what fits --------------------------------------------------------------------------------------------------------


def _networks(loss: Array, params, optimizer: Optimizer) -> int:
    """The number of leading axes; ValueError for rates, or inputs, of another number of networks."""
    if any(array.shape[: np.ndim(loss)] != np.shape(loss) for array in leaves(params)):
        raise ValueError(f"batches give losses of shape {np.shape(loss)}; allowed is one for each network of params")
    fits = np.shape(optimizer.rate) in ((), np.shape(loss))
    require.shape("rate", optimizer.rate, f"(), or {np.shape(loss)}, as there are networks", fits)
    return np.ndim(loss)


def _require_model(name: str, value) -> None:
    """Raise ValueError unless ``value`` can be called with params and a batch."""
    fits = callable(value) and not isinstance(value, type)
    try:
        inspect.signature(value).bind("params", "batch") if fits else None
    except (TypeError, ValueError):
        fits = False
    require.instance(name, value, fits, "a function of (params, batch), such as train.classifier returns")


def _require_batches(name: str, value) -> None:
    fits = isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict, set))
    fits = fits and getattr(value, "ndim", 1)
    require.instance(name, value, fits, "what the model takes, one a step")


def _require_scaling(name: str, value) -> None:
    require.instance(name, value, isinstance(value, LossScaling), "what train.loss_scaling returns")
    require.number(f"{name}.scale", value.scale, 1.0, LARGEST)
    require.whole(f"{name}.good", value.good, 0)
    if value.every is not None:
        require.whole(f"{name}.every", value.every, 1)
