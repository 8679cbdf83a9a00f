"""Claims that are often made, each with an experiment of a fraction of a second that settles it.

``measure_claim`` measures one, and says what it found and whether the claim stands. The verdict is computed from the
number.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import models, ops, probes, require
from ....kit.experiments import fresh
from ....kit.experiments.protocol import measured
from ....require import Seed, guarded
from ... import attention
from ..records import Claim, Myth

HOLDS = 0.1  # of the last layer's gradient, or more
CLAIMS: dict[str, Claim] = {}


@guarded
@measured
def measure_claim(name: Annotated[str, require.one_of(CLAIMS)], seed: Seed = 0) -> Myth:
    """Measure the claim of CLAIMS called ``name``, and say whether it stands."""
    claim = CLAIMS[name]
    value, stands, words = claim.experiment(seed)
    return Myth(name, claim.said, claim.lesson, float(value), bool(stands), words)


def _claim(said: str, lesson: str):
    """What an experiment of its own settles, under the experiment's name."""

    def register(experiment):
        CLAIMS[experiment.__name__.strip("_")] = Claim(said, lesson, experiment)
        return experiment

    return register


@_claim("leaky ReLU cures vanishing, because its slope is nowhere 0", "04_initialization")
def _leaky(seed):
    left, relu = (fresh.ratio(seed, activation=name, depth=50) for name in ("leaky_relu", "relu"))
    words = f"Xavier's fifty layers leave {left:.0e} with a slope of 0.01, and {relu:.0e} with a slope of 0"
    return left, left > HOLDS, words


@_claim("orthogonal weights keep every size, so a ReLU net of them keeps the gradient", "05_edge_of_chaos")
def _orthogonal_relu(seed):
    left = fresh.ratio(seed, activation="relu", scheme="orthogonal", depth=50, width=64, seeds=4)
    return left, left > HOLDS, f"fifty layers leave {left:.0e}: W keeps the size, ReLU takes its half of the square"


@_claim("a hundred ReLU layers with He's weights make any two inputs nearly the same", "05_edge_of_chaos")
def _he_alike(seed):
    x = fresh.normal(seed, 4, 2, 128)
    params = fresh.layers(seed, [128] * 101, ensemble=(4,), scheme="he_normal", activation="relu")
    ends = (x, models.hidden(params, x, "relu")[0])
    before, after = (np.median((h[:, 0] * h[:, 1]).sum(-1) / np.linalg.norm(h, axis=-1).prod(-1)) for h in ends)
    return after, after > 0.95, f"their outputs' cosine is {after:.2f}, that of the inputs {before:.2f}"


@_claim("multiply the loss by 1024, and the first layer gets its share", "11_exploding")
def _loss_scaling(seed):
    one, scaled = (fresh.both_ends(seed, loss=loss) for loss in (1.0, 1024.0))
    return scaled, scaled > HOLDS, f"first over last: {one:.1e} before, {scaled:.1e} after, as both are multiplied"


@_claim("a larger rate makes up for a vanishing gradient", "06_learning")
def _larger_rate(seed):
    params, tape, cotangent = fresh.sigmoid(seed)
    relative = np.median(probes.flow(params, tape, cotangent).relative, axis=0)
    moved = 0.001 * relative[-1] / relative[0]
    words = f"a rate that moves the first layer by 0.001 of itself moves the last by {moved:.0e} times its own size"
    return moved, moved < 1, words


@_claim("with layer norm, weights ten times as large pass on the same gradient", "07_normalization")
def _layer_forgets(seed):
    net = dict(activation="relu", norm="layer", depth=50, width=64, seeds=4)
    one, ten = (fresh.ratio(seed, **net, gain=gain) for gain in (1, 10))
    apart = abs(fresh.decades(ten / one))
    words = f"{one:.2f} of the gradient arrives with Xavier's weights, {ten:.2f} with ten times those"
    return apart, HOLDS < one < 10 and apart < 0.1, words


@_claim("wider sigmoid layers lose less of the gradient, because more paths lead back", "03_gradient_flow")
def _wider(seed):
    net = dict(activation="sigmoid", depth=20)
    few, many = (-fresh.decades(fresh.ratio(seed, **net, width=width)) for width in (32, 256))
    return (
        few - many,
        few - many > 1,
        f"twenty layers of 32 units lose {few:.0f} decades, those of 256 units {many:.0f}",
    )


@_claim("sigmoid nets vanish because their units are saturated", "02_activations")
def _saturated(seed):
    params, tape, cotangent = fresh.sigmoid(seed)
    record = probes.flow(params, tape, cotangent)
    share = float(record.saturated.mean())
    left = float(np.median(record.dh[:, 0] / record.dh[:, -1]))
    return share, share > 0.1, f"twenty layers: {left:.0e} of it is left, and {share:.0%} of the units are saturated"


@_claim("where attention passes the gradient on to its values, it passes it to its queries too", "14_attention")
def _queries(seed):
    record = attention.token_columns(depth=4, seed=seed)
    first, last = np.median(record.dW_q / record.dW_v, axis=0)[[0, -1]]
    words = f"W_q receives {first:.1f} of what W_v does in block 1, and {last:.0e} in block 4, where tokens are alike"
    return last, last > HOLDS, words


@_claim("Adam does not mind how small a gradient is", "06_learning")
def _adam_small(seed):
    _, tape, cotangent = fresh.sigmoid(seed)
    grads, _ = models.gradients(tape, cotangent)
    first, last = (np.median(abs(g) / (abs(g) + 1e-8)) for g in (grads[0].affine.W, grads[-1].affine.W))
    words = (
        f"its first step is {last:.0%} of the rate in the last of twenty sigmoid layers, and {first:.2%} in the first"
    )
    return first, first > HOLDS, words


@_claim("with pre-norm, a late block adds a smaller share of h than an early one", "09_deep_training")
def _trunk_grows(seed):
    form = dict(norm="layer_input", skip="branch")
    params = fresh.layers(seed, [64] * 25, ensemble=(4,), scheme="he_normal", activation="gelu", **form)
    _, tape = models.hidden(params, fresh.normal(seed + 100, 4, 16, 64), "gelu", **form)
    sums = [step.output for step in tape if step.name.startswith("join")]
    first, last = (fresh.size(sums[k] - sums[k - 1]) / fresh.size(sums[k]) for k in (1, -1))
    words = f"block 2 adds {first:.0%} of its sum's size, and block 24 adds {last:.0%}, because the sum grows"
    return last, last < first / 2, words


@_claim("bfloat16 needs a scaled loss as much as float16 does", "15_precision")
def _bfloat_scaling(seed):
    entries = fresh.first_layer(seed)
    half, brain = (np.mean(stored == 0) for stored in (entries.astype(np.float16), ops.bfloat16(entries)))
    return (
        brain,
        brain > half / 2,
        f"of a small gradient float16 makes {half:.0%} of the entries 0, bfloat16 {brain:.0%}",
    )
