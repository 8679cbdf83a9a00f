"""A model is a function (params, batch) -> Pass: it owns the forward pass, the loss and the way back.

So the loop is one for an MLP and for an unrolled cell. A third argument, dloss, is where the way back begins: it is 1,
or with loss scaling the scale. What is not finite in a pass is named by the first step of its tape that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import models, ops, probes, require
from ..models.checks import Activation, NormName, SkipName, activation_named
from ..models.recurrent import Cell, cell_named
from ..ops import Array
from ..ops.rounding import in_bfloat16
from ..require import Flag, guarded, whole_from
from ..tape import Step, backprop, leaves
from .precision import PassPrecision, on_rounded_copy


class Pass(NamedTuple):
    """One batch forward and backward."""

    loss: Array  # (...,): one number per network
    accuracy: Array | None  # (...,), or None for a regression
    grads: Any  # of the type of the parameters
    trouble: Callable[[], str | None]  # names the first step whose numbers are not finite


Steps = Annotated[int, whole_from(1, 10**9)]
Model = Callable[..., Pass]  # (params, batch, dloss=1.0); without loss scaling dloss is not passed


@guarded
def classifier(
    activation: Activation, *, norm: NormName = None, skip: SkipName = None, precision: PassPrecision | None = None
) -> Model:
    """Return the model of an MLP that classifies:  batch = (x, labels), softmax and cross-entropy.

    precision : in which the pass runs, on a rounded copy of the parameters and of x; None leaves both as they are. In
    "bfloat16", which is emulated, the ends of each activation and the gradients of the parameters are rounded as well.
    """
    phi = in_bfloat16(activation_named(activation)) if precision == "bfloat16" else activation

    def model(params, batch, dloss=1.0):
        x, labels = _pair(batch)
        logits, tape = models.mlp(params, x, phi, norm=norm, skip=skip)
        loss, pullback = ops.softmax_cross_entropy(logits, labels)
        dlogits = pullback(dloss)
        grads, _ = models.gradients(tape, dlogits)

        def trouble():
            return _trouble(params, tape, loss, backprop(tape, dlogits), grads)

        return Pass(loss, _accuracy(logits, labels), grads, trouble)

    return on_rounded_copy(model, precision)


@guarded
def sequence(
    cell: Cell, *, last: Flag = True, truncate: Steps | None = None, precision: PassPrecision | None = None
) -> Model:
    """Return the model of an unrolled cell with a readout:  batch = (xs, target), read at the last step or at each.

    Whole numbers as a target, (N,) or (T, N), are labels, and the loss is cross-entropy; (N, D) or (T, N, D) of any
    others is a regression, by mean squares. precision : as in ``classifier``; in "bfloat16" what enters and what leaves
    the cell at each step is rounded.
    """
    step = in_bfloat16(cell_named(cell)[1]) if precision == "bfloat16" else cell

    def model(params, batch, dloss=1.0):
        xs, target = _pair(batch)
        outputs, tape = models.unroll(step, params, xs)
        if last:
            loss, accuracy, dlast = _loss(outputs[-1], np.asarray(target), dloss)
            doutputs = np.zeros_like(outputs)
            doutputs[-1] = dlast
        else:
            loss, accuracy, doutputs = _mean_loss(outputs, np.asarray(target), dloss)
        grads, _, _ = models.through_time(tape, doutputs, truncate=truncate)

        def trouble():
            way_back = models.back_through_time(tape, doutputs, truncate=truncate)
            return _trouble(params, tape, loss, way_back, grads)

        return Pass(loss, accuracy, grads, trouble)

    return on_rounded_copy(model, precision)


# --- within a pass ----------------------------------------------------------------------------------------------------


def _pair(batch):
    fits = isinstance(batch, (tuple, list)) and len(batch) == 2
    require.instance("batch", batch, fits, "a pair, of inputs and what is to be learnt, as each of the batches is")
    return batch


def _loss(outputs: Array, target: Array, dloss) -> tuple:
    """loss, accuracy or None, doutputs of one reading, (..., N, D)."""
    if not np.issubdtype(target.dtype, np.integer):
        loss, pullback = ops.mse(outputs, target)
        return loss, None, pullback(dloss)
    loss, pullback = ops.softmax_cross_entropy(outputs, target)
    return loss, _accuracy(outputs, target), pullback(dloss)


def _mean_loss(outputs: Array, target: Array, dloss) -> tuple:
    """The same of a reading at every step, (T, ..., N, D): the mean over the T of them."""
    T = len(outputs)
    fits = target.ndim and len(target) == T
    require.shape("target", target, f"({T}, N, ...), one for every step", fits)
    of_labels = np.issubdtype(target.dtype, np.integer)
    ensemble = tuple(range(1, outputs.ndim - target.ndim + 1 - of_labels))  # one target for all networks
    shape = outputs.shape[:-1] if of_labels else outputs.shape
    target = np.broadcast_to(np.expand_dims(target, ensemble), shape)
    loss, pullback = (ops.softmax_cross_entropy if of_labels else ops.mse)(outputs, target)
    accuracy = _accuracy(outputs, target).mean(axis=0) if of_labels else None
    return loss.mean(axis=0), accuracy, pullback(np.full(loss.shape, dloss / T))


def _accuracy(logits: Array, labels: Array) -> Array:
    return (logits.argmax(axis=-1) == labels).mean(axis=-1)


def _trouble(*run) -> str:
    """Where numbers cease to be finite; of an ensemble, in any of its networks."""
    found = ((words, _broken(tree)) for tree, words in _computed(*run))
    return next(words.format(what) for words, what in found if what)


def _computed(params, tape: list[Step], loss: Array, way_back: Iterator, grads):
    """All that one step of training computes, in its order, and words for each."""
    for k, maps in enumerate(probes.weights(params), start=1):
        yield maps, f"the weights of layer {k} already hold {{}}"
    for step in tape:
        yield step.output, f'forward, the output of "{step.name}" holds {{}}'
    yield loss, "the loss of finite outputs is {}"
    for adjoint in way_back:
        yield adjoint.cotangent, f'backward, what arrives at "{adjoint.name}" holds {{}}'
        of_a_cell = type(adjoint.grads) is tuple  # a step in time hands on to weights that all steps share
        what = "what is handed to the weights by" if of_a_cell else "the gradient of the parameters of"
        yield adjoint.grads, f'backward, {what} "{adjoint.name}" holds {{}}'
    yield grads, "backward, the gradient of the parameters, summed over all steps, holds {}"
    yield np.nan, "the norm of all gradients together is beyond float64"


def _broken(tree) -> str | None:
    """What is not finite among the numbers of a tree: "NaN" if there is one, "inf", or None."""
    arrays = leaves(tree)
    if any(np.isnan(array).any() for array in arrays):
        return "NaN"
    return "inf" if any(np.isinf(array).any() for array in arrays) else None
