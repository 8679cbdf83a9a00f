"""Networks that people really meet, sick and well, and what the report says of each.

A case is read at its start, or after some steps of training beside the first reading. Whether it is sick is decided by
training alone, at the best of three learning rates, unless the case is about the rate itself.
"""

from __future__ import annotations

from typing import Annotated, Any

from .... import require
from ....kit.experiments.protocol import measured
from ....require import guarded
from . import strangers

TANH = dict(kind="mlp", depth=6, width=50, activation="tanh", scheme="xavier_normal")
RELU = dict(kind="mlp", depth=6, width=50, activation="relu", scheme="he_normal")
SIGMOID = TANH | dict(activation="sigmoid")
TWO = TANH | dict(depth=2)
BLOCKS = dict(
    kind="transformer", depth=4, width=16, activation="gelu", scheme="xavier_normal", norm="layer", optimizer="adam"
)
CONVOLUTIONS = dict(kind="convolutional", depth=4, channels=2, activation="relu", scheme="he_normal")
MIXED = dict(
    kind="mixed", widths=[64, 32, 48, 24, 40, 32], activations=["tanh", "relu", "tanh", "gelu", "selu", "tanh"],
    scheme="xavier_normal",
)  # fmt: skip
POST = BLOCKS | dict(depth=6, place="post")

CASES: dict[str, dict[str, Any]] = {
    "tanh with Xavier's weights": TANH,
    "ReLU with He's weights": RELU,
    "two sigmoid layers with Xavier's weights": SIGMOID | dict(depth=2),
    "ten sigmoid layers": SIGMOID | dict(depth=10),
    "ten sigmoid layers with batch norm": SIGMOID | dict(depth=10, norm="batch"),
    "thirty ReLU layers with Xavier's weights": RELU | dict(depth=30, scheme="xavier_normal"),
    "thirty orthogonal tanh layers": TANH | dict(depth=30, scheme="orthogonal"),
    "twenty SELU layers": TANH | dict(depth=20, activation="selu", scheme="lecun_normal"),
    "ReLU whose weights are three times too large": RELU | dict(depth=10, gain=3.0),
    "tanh whose weights are half as large": TANH | dict(depth=14, gain=0.5),
    "tanh that is saturated": TANH | dict(gain=20.0),
    "ReLU in which a layer is dead": RELU | dict(fault="bias", amount=-4.0),
    "ReLU in which all layers but the first are nearly dead": RELU | dict(fault="bias", amount=-0.5),
    "ReLU with a few dead units": RELU | dict(fault="bias", amount=-0.15),
    "one ReLU layer of which most units are dead": RELU | dict(depth=1, fault="bias", amount=-2.5),
    "all weights 0": TWO | dict(fault="constant", amount=0.0),
    "all weights 0.1": TWO | dict(fault="constant", amount=0.1),
    "equal weights behind a random readout": TANH | dict(depth=3, fault="constant hidden", amount=0.1),
    "weights that are nearly equal": TANH | dict(depth=4, fault="nearly constant", amount=1e-3),
    "weights that differ by enough": TWO | dict(fault="nearly constant", amount=0.2),
    "a readout that starts at 0": TANH | dict(fault="readout", amount=0.0),
    "a readout a thousand times smaller": TANH | dict(fault="readout", amount=1e-3),
    "a readout ten thousand times larger": TANH | dict(fault="readout", amount=1e4),
    "inputs from 0 to 255": RELU | dict(ink=100.0, shift=128.0),
    "inputs a hundred times smaller": TANH | dict(depth=3, ink=0.01),
    "one layer ten thousand times smaller": TANH | dict(fault="one layer", amount=1e-4),
    "weights with heavy tails": RELU | dict(fault="heavy tails", amount=1.5),
    "ten layers of rank 1": RELU | dict(depth=10, fault="low rank", amount=1),
    "inputs that become alike": RELU | dict(depth=22, scheme="lecun_normal", fault="bias", amount=1.0),
    "skip connections that double the state": RELU | dict(depth=40, skip="activation_last", alpha=1.0),
    "fifty layers with small branches": RELU | dict(depth=50, width=32, skip="activation_last", alpha="1/depth"),
    "branches whose last map is 0, as in Fixup": RELU | dict(depth=16, skip="branch", fault="last maps", amount=0.0),
    "forty ReLU layers with batch norm": RELU | dict(depth=40, norm="batch"),
    "float16": TANH | dict(dtype="float16"),
    "float16 and a mean over very many tokens": TANH | dict(dtype="float16", weight=2.0**-18),
    "float32 and a mean over very many tokens": TANH | dict(weight=2.0**-18),
    "convolutions": CONVOLUTIONS,
    "convolutions whose weights are too small": CONVOLUTIONS | dict(depth=8, gain=0.4),
    "layers of many widths and activations": MIXED,
    "a pre-norm transformer": BLOCKS,
    "a transformer without norms whose last maps are 0": BLOCKS | dict(norm=None, last_maps="zero"),
    "a post-norm transformer with a small rate, step 60": POST | dict(depth=2, rates=[3e-3], at=60),
    "a post-norm transformer without warm-up, step 60": POST | dict(rates=[2e-2], at=60),
    "tanh, step 20": TANH | dict(rates=[0.02], at=20),
    "tanh, converged, step 250": TANH | dict(rates=[0.1], at=250),
    "ten sigmoid layers, step 250": SIGMOID | dict(depth=10, rates=[0.1], at=250),
    "ReLU killed by its learning rate, step 20": RELU | dict(rates=[0.5], at=20),
}
CaseName = Annotated[str, require.one_of(CASES)]
USUAL = dict(seed=1, gain=1.0, dtype="float32", optimizer="momentum")


@guarded
@measured
def case(name: CaseName) -> dict[str, Any]:
    """Return what the report says of the case of that name, and the accuracy after training at each rate."""
    return strangers.meet(**USUAL | CASES[name])
