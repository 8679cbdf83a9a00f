"""The nets of this lesson, one for each seed, and the batches that they learn from."""

from __future__ import annotations

from typing import Any

import numpy as np

from .... import data, models
from ....tape import tree_map

PIXELS, CLASSES = 64, 10


def drawn(depth: int, width: int, seeds: int, seed: int) -> Any:
    """Return tanh nets with Xavier's weights in float32, stacked, each of a generator of its own."""
    sizes = [PIXELS, *[width] * depth, CLASSES]
    kind = dict(scheme="xavier_normal", activation="tanh", dtype="float32")
    each = [models.init_mlp(sizes, rng=np.random.default_rng((seed, 0, k)), **kind) for k in range(seeds)]
    return tree_map(lambda *arrays: np.stack(arrays), *each)


def batches(batch: int, seed: int):
    """Yield batches of the digits, the same ones for the same seed."""
    digits = data.digits(dtype="float32")
    return data.batches(digits.x_train, digits.y_train, batch, rng=np.random.default_rng((seed, 1)))
