"""A network that somebody else has trained, of which nothing but plain arrays is known.

Its loop is one of NumPy, so it also shows how a loop that is not PyTorch's fills ``bridge.readings``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .... import data, models, ops, probes, train
from ....bridge import Readings, readings
from ....tape import tree_map

DEPTH, WIDTH, BATCH, STEPS = 10, 32, 64, 60
RATE = 0.05
FROM = 30  # the step from which on a weight decay is a thousand times too large
DECAYED = 4  # the one hidden layer, counted from 1, whose weights it shrinks
DECAY = 0.4  # the share of these weights that each step takes away
NAMES = (*(f"hidden {k}" for k in range(1, DEPTH + 1)), "readout")


def unknown() -> Readings:
    """Return what was read of ten ReLU layers over sixty steps of training, in which something broke them.

    The arrays dz, dW, W, update, signal and dead are (60, 11), and error and loss are (60,), as in ``bridge.Readings``.
    """
    rng = np.random.default_rng(0)
    params = models.init_mlp([64, *[WIDTH] * DEPTH, 10], scheme="he_normal", rng=rng)
    digits = data.digits()
    batches = data.batches(digits.x_train, digits.y_train, BATCH, rng=rng)
    rows = []
    for step, (x, labels) in zip(range(STEPS), batches, strict=False):
        row, params = _stepped(params, x, labels, DECAY if step >= FROM else 0.0)
        rows.append(row)
    arrays = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return readings(NAMES, np.arange(STEPS), guess=np.full(STEPS, np.log(10)), **arrays)


def _stepped(params, x, labels, decay: float) -> tuple[dict[str, Any], Any]:
    """What is read of one step of training, and the parameters after it."""
    logits, tape = models.mlp(params, x, "relu")
    loss, pullback = ops.softmax_cross_entropy(logits, labels)
    dlogits = pullback()
    grads, _ = models.gradients(tape, dlogits)
    update, _ = train.sgd(RATE).step(grads, (), params)
    if decay:
        update[DECAYED - 1] = tree_map(lambda array: -decay * array, params[DECAYED - 1])
    after = tree_map(np.add, params, update)
    inputs = [x, *probes.outputs(tape)]
    return (
        dict(
            dz=np.append(probes.norms(tape, dlogits).dz, probes.norm(dlogits)),
            dW=[probes.norm(layer.affine.W) for layer in grads],
            W=[probes.norm(layer.affine.W) for layer in params],
            update=probes.change(params, after),
            signal=[probes.signal_fraction(h) for h in inputs],
            dead=[np.mean((h == 0).all(axis=0)) for h in inputs],
            output=probes.norm(dlogits),
            loss=loss,
        ),
        after,
    )
