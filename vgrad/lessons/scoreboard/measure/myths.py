"""Claims that are often made, each with an experiment of a fraction of a second that settles it.

``measure_claim`` measures one, and says what it found and whether the claim stands. The verdict is computed from the
number.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import models, ops, probes, require
from ....kit.experiments import fresh
from ....kit.experiments.flow import flow
from ....kit.experiments.protocol import measured
from ....kit.experiments.reach import reach
from ....require import Seed, guarded
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


@_claim("the Jacobian of two layers is the product of their derivatives, entry by entry", "01_chain_rule")
def _elementwise(seed):
    W_1, W_2 = fresh.normal(seed, 2, 8, 8) / 8**0.5
    x = fresh.normal(seed + 100, 8)
    _, tape = models.hidden([fresh.plain(W_1), fresh.plain(W_2)], np.tile(x, (8, 1)), "tanh")
    exact = fresh.jacobian(tape)
    J_1 = (W_1 * (1 - tape[1].output[0] ** 2)).T
    J_2 = (W_2 * (1 - tape[3].output[0] ** 2)).T
    error, right = (fresh.size(product - exact) / fresh.size(exact) for product in (J_2 * J_1, J_2 @ J_1))
    return error, error < 0.01, f"entry by entry it is wrong by {error:.0%} of its size, row by column by {right:.0%}"


@_claim("ReLU passes the gradient on unchanged", "02_activations")
def _relu_unchanged(seed):
    z, dh = fresh.normal(seed, 2, 64, 256)
    left = fresh.size(ops.relu(z)[1](dh)) / fresh.size(dh)
    return left, left > 0.95, f"one ReLU layer leaves {left:.2f} of its size: half of its entries become 0"


@_claim("leaky ReLU cures vanishing: its slope is nowhere 0", "04_initialization")
def _leaky(seed):
    left, relu = (fresh.ratio(seed, activation=name, depth=50) for name in ("leaky_relu", "relu"))
    return left, left > HOLDS, f"fifty layers with a slope of 0.01 leave {left:.0e} of it, of slope 0 {relu:.0e}"


@_claim("normal weights or uniform ones of the same variance: the gradient does not mind", "04_initialization")
def _uniform(seed):
    schemes = ("xavier_normal", "xavier_uniform")
    normal, uniform = (fresh.decades(fresh.ratio(seed, scheme=name, activation="sigmoid")) for name in schemes)
    gap = abs(normal - uniform)
    return gap, gap < 1, f"thirty sigmoid layers: {normal:.1f} decades and {uniform:.1f}; only the variance counts"


@_claim("a ReLU layer with He's weights multiplies the gradient by 0.707", "04_initialization")
def _he_loses(seed):
    factor = fresh.ratio(seed, activation="relu", scheme="he_normal", width=128, seeds=6) ** (1 / 29)
    return factor, abs(factor - 0.707) < 0.1, f"a layer's factor is {factor:.2f}: √(2 · E[φ'²]), not √2 · E[φ']"


@_claim("tanh with Xavier's weights settles at a variance of 0.25", "04_initialization")
def _tanh_quarter(seed):
    record = flow(activation="tanh", depth=100, width=64, seeds=4, seed=seed)
    early, late = (np.median(record.h[:, k - 1] ** 2) / (record.net.batch * record.net.width) for k in (10, 100))
    return late, 0.15 < late < 0.35, f"it is {early:.3f} in layer 10 and {late:.3f} in layer 100: it goes on falling"


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


@_claim("in float64 the gradient does not vanish", "01_chain_rule")
def _double(seed):
    low, high = (fresh.ratio(seed, activation="sigmoid", depth=20, precision=name) for name in ("float32", "float64"))
    return high, high > HOLDS, f"twenty sigmoids: {low:.1e} in float32, {high:.1e} in float64: digits, not size"


@_claim("multiply the loss by 1024, and the first layer gets its share", "11_exploding")
def _loss_scaling(seed):
    one, scaled = (fresh.both_ends(seed, loss=loss) for loss in (1.0, 1024.0))
    return scaled, scaled > HOLDS, f"first over last: {one:.1e} before, {scaled:.1e} after, as both are multiplied"


@_claim("a larger rate makes up for a vanishing gradient", "06_learning")
def _larger_rate(seed):
    params, tape, cotangent = fresh.sigmoid(seed)
    relative = np.median(probes.flow(params, tape, cotangent).relative, axis=0)
    moved = 0.001 * relative[-1] / relative[0]
    words = f"a rate that moves the first layer by 0.001 of itself moves the last by {moved:.0e}"
    return moved, moved < 1, words


@_claim("with layer norm, weights ten times as large pass on the same gradient", "07_normalization")
def _layer_forgets(seed):
    net = dict(activation="relu", norm="layer", depth=50, width=64, seeds=4)
    one, ten = (fresh.ratio(seed, **net, gain=gain) for gain in (1, 10))
    apart = abs(fresh.decades(ten / one))
    words = f"{one:.2f} of the gradient arrives with Xavier's weights, {ten:.2f} with ten times those"
    return apart, HOLDS < one < 10 and apart < 0.1, words


@_claim("with batch norm three ReLU layers hold the gradient, so fifty do", "07_normalization")
def _three_layers(seed):
    net = dict(activation="relu", norm="batch", width=64)
    short, long = (fresh.decades(fresh.ratio(seed, **net, depth=depth)) for depth in (3, 50))
    return long, long < 1, f"three layers grow by {short:.1f} decades, fifty by {long:.1f}"


@_claim("standardize the inputs, and the gradient arrives", "03_gradient_flow")
def _inputs(seed):
    raw, standard = (fresh.both_ends(seed, shift=shift) for shift in (5.0, 0.0))
    words = f"twenty sigmoid layers: inputs of mean 5 leave {raw:.0e}, of mean 0 {standard:.0e}"
    return standard, standard > HOLDS, words


@_claim("half of all ReLUs are dead in a fresh net: ReLU is at fault", "04_initialization")
def _dead_default(seed):
    default, he = (fresh.dead(seed, scheme) for scheme in ("torch_linear", "he_normal"))
    return default, he > 0.4, f"in layer 20 {default:.0%} are, at a framework's default; with He's weights {he:.0%}"


@_claim("a thousand layers can hold the gradient without any norm", "09_deep_training")
def _thousand(seed):
    left = fresh.ratio(seed, activation="relu", skip="post", alpha="1/depth", depth=1000, width=16, seeds=4)
    return left, HOLDS < left < 10, f"of a thousand layers the first has {left:.2f} times the last's"


@_claim("if all eigenvalues of W are below 1, a step makes every state shorter", "10_recurrence")
def _eigenvalues(seed):
    W = fresh.normal(seed, 50, 50)
    W *= 0.95 / probes.spectral_radius(W)
    growth = float(probes.singular_values(W)[0])
    return growth, growth <= 1, f"largest eigenvalue 0.95, and a step makes some state {growth:.1f} times as long"


@_claim("what Xavier keeps on average, it keeps in every direction", "05_edge_of_chaos")
def _every_direction(seed):
    params = fresh.layers(seed, [64] * 51, scheme="xavier_normal")
    J = np.linalg.multi_dot([layer.affine.W for layer in params])
    largest, middle = np.quantile(probes.singular_values(J), (1, 0.5))
    words = f"fifty linear layers: the best direction times {largest:.1f}, the median one {middle:.0e}"
    return middle, middle > HOLDS, words


@_claim("sigmoid nets vanish because their units are saturated", "02_activations")
def _saturated(seed):
    params, tape, cotangent = fresh.sigmoid(seed)
    record = probes.flow(params, tape, cotangent)
    share = float(record.saturated.mean())
    left = float(np.median(record.dh[:, 0] / record.dh[:, -1]))
    return share, share > 0.1, f"twenty layers: {left:.0e} of it is left, and {share:.0%} of the units are saturated"


@_claim("an LSTM can pass on more than its forget gates let through", "12_gates")
def _lstm_more(seed):
    passed = reach("lstm", bias=1.0, T=50, seeds=8, seed=seed).ratio
    gates = 1 / (1 + np.exp(-1.0))
    words = f"fifty forget gates at bias 1 leave {gates**50:.0e}; {passed:.0e} of it arrives"
    return passed / gates**50, passed > 10 * gates**50, words
