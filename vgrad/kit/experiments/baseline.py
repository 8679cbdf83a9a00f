"""What a net without a hidden layer learns, which every training picture has as its baseline."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ... import data, models, probes, train
from ...ops import Array
from ...require import Seed, guarded
from ...tape import tree_map
from .protocol import LAST, Batch, TrainSteps, measured, share_correct

RATE = 0.1
NETWORKS = 5
KEPT = 32  # settings whose baseline is kept


class Baseline(NamedTuple):
    """How networks without a hidden layer have learned, for as many steps as the networks beside them."""

    steps: int
    batch: int
    loss: Array  # (networks, steps): of each batch, before the update of that step
    accuracy: Array  # (networks, steps): of the same batches
    test: Array  # (networks,): of the test set, in the end
    movement: Array  # (networks,): ‖W - W at the start‖ / ‖W at the start‖

    @property
    def right(self) -> Array:
        """Each network's accuracy on the training batches, the mean of the last steps, (networks,)."""
        return self.accuracy[:, -LAST:].mean(axis=1)

    @property
    def final(self) -> Array:
        """Each network's loss, the mean of the last steps, (networks,)."""
        return self.loss[:, -LAST:].mean(axis=1)


@guarded
def baseline(*, steps: TrainSteps = 300, batch: Batch = 64, seed: Seed = 0) -> Baseline:
    """logits = x @ W + b.  Return how five networks without a hidden layer learn the digits.

    They are trained in float32 by SGD with momentum 0.9 at a learning rate of 0.1, on the batches that ``watch`` draws
    from ``seed``. What has been computed once is kept, and its arrays cannot be written to.
    """
    return _kept(int(steps), int(batch), seed)


@lru_cache(KEPT)
@measured
def _kept(steps: int, batch: int, seed) -> Baseline:
    digits = data.digits(dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))
    rule = train.momentum(RATE)
    nets = _networks(seed)
    records = [*train.fit(nets, train.classifier("identity"), batches, optimizer=rule, steps=steps)]
    params = records[-1].params
    loss, accuracy = (np.stack([getattr(record, name) for record in records], 1) for name in ("loss", "accuracy"))
    numbers = loss, accuracy, accuracy_on_test(params, "identity"), probes.change(nets, params)[:, 0]
    for array in numbers:
        array.setflags(write=False)
    return Baseline(steps, batch, *numbers)


def _networks(seed) -> Any:
    """Five networks of one layer each, which is the readout, with a generator of its own for each of them."""
    kind = dict(scheme="xavier_normal", dtype="float32")
    each = [models.init_mlp([64, 10], rng=np.random.default_rng((seed, 0, k)), **kind) for k in range(NETWORKS)]
    return tree_map(lambda *arrays: np.stack(arrays), *each)


def accuracy_on_test(params: list, activation: str, norm: str | None = None, skip=None) -> Array:
    """Return the share of the 297 test pictures that each network classifies correctly, (networks,)."""
    digits = data.digits(dtype="float32")
    x = np.broadcast_to(digits.x_test, (len(params[-1].affine.W), *digits.x_test.shape))
    logits, _ = models.mlp(params, x, activation, norm=norm, skip=skip)
    return share_correct(logits, digits.y_test)
