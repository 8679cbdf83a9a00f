"""Has a gradient vanished, or has the network converged?  Three networks that train, and two numbers at each of them.

``follow`` is what the stored table "diagnosis_followed" runs in each cell, and ``followed`` reads it.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from .... import data, models, ops, probes, require, train
from ....kit.experiments.protocol import measured, share_correct
from ....kit.experiments.stored import Cell
from ....require import Count, Seed, guarded
from ....tape import tree_map
from ..records import Followed
from .grades import Cells

NETS: dict[str, dict[str, Any]] = {
    "tanh, 5 layers": dict(activation="tanh", depth=5),
    "sigmoid, 4 layers": dict(activation="sigmoid", depth=4),
    "sigmoid, 10 layers": dict(activation="sigmoid", depth=10),
}
STEPS = (0, 10, 30, 60, 100, 200, 300, 500, 700, 1000)  # after which the networks are examined
ARRAYS = ("dlogits", "left", "reaches", "first_layer", "accuracy")
EXAMINED = 100  # digits, the same at each step
BATCH = 100
RATE = 0.1

NetName = Annotated[str, require.one_of(NETS)]


@guarded
@measured
def follow(name: NetName, *, seeds: Count = 5, width: Count = 32, steps: Count = STEPS[-1], seed: Seed = 0) -> dict:
    """Train networks of that name by momentum, and examine each of them at STEPS.

    Returns the numbers of the record Followed, (examinations, seeds) each, and what the report says of them.
    """
    digits = data.digits()
    activation, depth = NETS[name]["activation"], NETS[name]["depth"]
    weights: dict[str, Any] = dict(scheme="xavier_normal", activation=activation, rng=np.random.default_rng(seed))
    params: Any = models.init_mlp([64, *[width] * depth, 10], **weights, ensemble=(seeds,))
    batches = data.batches(digits.x_train, digits.y_train, BATCH, rng=np.random.default_rng((seed, 1)))
    rule = train.OPTIMIZERS["momentum"](RATE)
    records = train.fit(params, train.classifier(activation), batches, optimizer=rule, steps=steps)
    first = [_examine(_one(params, k), activation, None) for k in range(seeds)]
    rows = [first]
    for step, record in enumerate(records, start=1):
        if step in STEPS:
            rows.append([_examine(_one(record.params, k), activation, first[k]["health"]) for k in range(seeds)])
    return _columns(rows) | dict(width=width, rate=RATE)


def _one(params, k: int):
    """The k-th network of an ensemble."""
    return tree_map(lambda array: array[k], params)


def _examine(params, activation: str, first) -> dict[str, Any]:
    digits = data.digits()
    x, labels = digits.x_train[:EXAMINED], digits.y_train[:EXAMINED]
    logits, tape = models.mlp(params, x, activation)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    dlogits = pullback()
    health = probes.health(params, tape, dlogits, first=first)
    dW = probes.flow(params, tape, dlogits).dW[0]
    return dict(health=health, first_layer=float(dW), accuracy=float(share_correct(logits, labels)))


def _columns(rows) -> dict[str, Any]:
    measures = [[one["health"].measures for one in row] for row in rows]
    left = [[m.cotangent / start.cotangent for m, start in zip(row, measures[0], strict=True)] for row in measures]
    return dict(
        dlogits=np.array([[m.cotangent for m in row] for row in measures]),
        left=np.array(left),
        reaches=np.array([[m.reaches for m in row] for row in measures]),
        first_layer=np.array([[one["first_layer"] for one in row] for row in rows]),
        accuracy=np.array([[one["accuracy"] for one in row] for row in rows]),
        states=[[one["health"].state for one in row] for row in rows],
    )


@guarded
def followed(cells: Cells) -> list[Followed]:
    """Return the networks of a stored table, one record for each cell."""
    return [_followed(cell) for cell in cells]


def _followed(cell: Cell) -> Followed:
    arrays = {key: np.array(values) if key in ARRAYS else values for key, values in cell.result.items()}
    return Followed(cell.settings["name"], STEPS, **arrays)
