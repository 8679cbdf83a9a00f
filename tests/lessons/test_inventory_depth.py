"""The right choices of the inventory, computed: products, layers, depth, first weights, and how nets are judged."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vgrad import data, models, ops, train
from vgrad.kit import questions
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.twin import sigmoid_twin
from vgrad.lessons.edge_of_chaos import pair
from vgrad.models import Layer
from vgrad.ops import Affine

A, B = (questions.read("vgrad.lessons.check_yourself", f"form_{letter}") for letter in "ab")


def right(name):
    """The right choice of a question, and the others."""
    question = {"a": A, "b": B}[name[0]][name]
    return question.right, [choice for choice in question.choices if choice != question.right]


def starting(choices, words):
    """The one choice that starts with ``words``."""
    (found,) = (choice for choice in choices if choice.startswith(words))
    return found


# --- product and typical ----------------------------------------------------------------------------------------------


def test_a_product():
    choice, others = right("a_product")
    assert choice.startswith("under a hundredth")
    left = np.prod(np.full(60, 0.9))
    assert left == pytest.approx(0.002, abs=3e-4)
    assert 0 < left < 0.01 < 0.5 < 0.9  # neither nothing nor nearly all
    assert 0.9**7 < 0.5 < 0.9**6
    assert 0.5**10 < left < 0.5**9  # halved nine times
    for start in (1e-6, 1, 1e6):  # the share does not depend on it
        assert start * np.prod(np.full(60, 0.9)) / start == pytest.approx(left)
    assert 10 * 0.1 == 1  # what adding up would take away
    assert 0.9**44 < 0.9**22 < 0.1 < 0.9**21  # a tenth is no limit
    for words in ("about a tenth", "exactly 0", "nearly all"):
        starting(others, words)


def test_b_product():
    choice, others = right("b_product")
    assert choice.startswith("over 400 times")
    grown = np.prod(np.full(80, 1.08))
    assert grown == pytest.approx(470, abs=5)
    assert round(1 + 80 * 0.08) == 7  # what adding up would make
    assert abs(1.08**9 - 2) < 0.01
    assert abs(1.08**30 - 10) < 0.1
    assert 1.08**60 > 100  # ten times is no limit
    for words in ("about seven", "about ten times", "hardly larger"):
        starting(others, words)


@pytest.mark.parametrize(
    ("name", "up", "down", "average", "product"), [("a", 1.6, 0.5, 1.05, 0.8), ("b", 1.8, 0.4, 1.1, 0.72)]
)
def test_typical(name, up, down, average, product):
    choice, others = right(f"{name}_typical")
    assert choice.startswith("It falls below a thousandth")
    assert choice.endswith(f"because {up} times {down} is only {product}.")
    assert up * down == pytest.approx(product)
    assert (up + down) / 2 == pytest.approx(average)
    assert product**150 < 1e-12
    assert average**300 > 1e6
    for seed in range(5):
        ends = np.random.default_rng(seed).choice([up, down], size=(2000, 300)).prod(axis=1)
        assert np.mean(ends < 1e-3) > 0.98
        assert np.mean((ends > 0.1) & (ends < 10)) < 0.02
        assert np.mean(ends > 1) < 0.01  # far from a half
        assert np.mean(ends > 1000) < 0.005
    half = "It grows in half of them" if name == "a" else "It grows for half of them"
    for words in ("It grows over a thousandfold", "It stays within a factor of ten", half):
        starting(others, words)


# --- one layer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "share", "sigma_w", "says", "mean", "largest"), [("a", 0.5, 2, 1.41, 1, 2), ("b", 0.25, 4, 2, 1, 4)]
)
def test_rms_slope(name, share, sigma_w, says, mean, largest):
    choice, others = right(f"{name}_rms_slope")
    assert choice.startswith("by about 1.4," if name == "a" else "by about 2,")
    for seed in range(5):
        rng = np.random.default_rng(seed)
        dh, slope = rng.standard_normal((20, 1000)), (rng.random((20, 1000)) < share).astype(float)
        W = sigma_w * rng.standard_normal((1000, 1000)) / 1000**0.5
        weights_alone = np.linalg.norm(dh @ W.T) / np.linalg.norm(dh)
        assert weights_alone == pytest.approx(sigma_w, rel=0.03)
        assert np.linalg.norm((dh * slope) @ W.T) / np.linalg.norm(dh) == pytest.approx(says, rel=0.05)
        assert sigma_w * slope.mean() == pytest.approx(mean, rel=0.05)
        assert sigma_w * slope.max() == largest
    shown = (f"{mean:.1f}", f"{largest:.1f}") if name == "a" else (mean, largest)
    assert says > 1
    for words in (*(f"by about {number}," for number in shown), "by less than 1,"):
        starting(others, words)


@pytest.mark.parametrize("seed", range(5))
def test_a_twin(seed):
    choice, others = right("a_twin")
    assert choice.startswith("as much as with tanh")
    for words in ("no more than before, because slopes of at most 1/4", "more, but less than with tanh", "hardly more"):
        starting(others, words)
    net = dict(depth=20, width=64, batch=8, seeds=2, seed=seed)
    tanh, sigmoid = (flow(activation=name, scheme="xavier_normal", sigma_b=0.0, **net) for name in ("tanh", "sigmoid"))
    assert tanh.ratio > 0.1 > 1e-9 > sigmoid.ratio
    rng = np.random.default_rng(seed)
    params, x, dh = models.init_mlp([64] * 22, scheme="xavier_normal", rng=rng), *rng.standard_normal((2, 8, 64))
    kept = []
    for name, weights in (("tanh", params), ("sigmoid", sigmoid_twin(params))):
        outputs, tape = models.mlp(weights, x, name)
        grads, _ = models.gradients(tape, dh)
        kept.append((outputs, np.linalg.norm(grads[0].affine.W)))
    assert np.allclose(kept[0][0], kept[1][0], atol=1e-10)
    assert kept[1][1] == pytest.approx(kept[0][1] / 2)  # z doubles, so its gradient halves
    for layer, other in zip(sigmoid_twin(params)[1:-1], params[1:-1], strict=True):
        assert np.allclose(layer.affine.W, 4 * other.affine.W)  # larger weights, and yet no saturation


@pytest.mark.parametrize("seed", range(5))
def test_b_twin(seed):
    choice, others = right("b_twin")
    assert choice.startswith("It keeps its size as with tanh, because smaller weights")
    for words in ("It grows as before", "It grows a little more than with tanh", "It vanishes"):
        starting(others, words)
    net = dict(depth=30, width=128, batch=4, seeds=4, scheme="scaled_normal", sigma_b=0.7, seed=seed)
    tanh, relu = (flow(activation=name, gain=1.75, **net).ratio for name in ("tanh", "relu"))
    assert 0.5 < tanh < 5 < 100 < relu < 2000
    assert 1 / 3 < flow(activation="relu", gain=2**0.5, **net).ratio < 3
    assert flow(activation="relu", gain=1, **net).ratio < 1e-3  # smaller ones still


# --- depth ------------------------------------------------------------------------------------------------------------


def test_a_power_law():
    choice, others = right("a_power_law")
    assert choice.startswith("about 0.06,")
    net = dict(activation="tanh", scheme="orthogonal", width=32, batch=4, seeds=2)
    measured = [[flow(depth=depth, seed=seed, **net).ratio for depth in (25, 50, 100, 400)] for seed in range(5)]
    assert np.median(measured, axis=0) == pytest.approx([0.24, 0.17, 0.12, 0.06], rel=0.12)
    assert np.array(measured)[:, 3] == pytest.approx(np.full(5, 0.06), rel=0.2)
    doublings = np.array([0.17 / 0.24, 0.12 / 0.17])  # the pattern of the three numbers
    assert doublings == pytest.approx(doublings.mean(), rel=0.01)
    assert np.round(0.12 * doublings**2, 2) == pytest.approx([0.06, 0.06])
    assert np.round(0.12 * doublings**6, 3) == pytest.approx([0.015, 0.015])
    assert 0.12 - 300 / 50 * (0.17 - 0.12) < 0  # nothing would be left if each fifty layers took as much
    for words in ("about 0.015,", "nearly 0,", "about 0.12,"):
        starting(others, words)


def blocks(depth, seed, width=64, samples=12):
    """By how much ``depth`` blocks x + W norm(x), each with its rms norm, multiply the norm of the gradient."""
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal((2, samples, width))
    before, steps = np.linalg.norm(g), []
    for _ in range(depth):
        W, size = rng.standard_normal((width, width)) / width**0.5, np.mean(x**2, axis=1, keepdims=True) ** 0.5
        steps.append((W, size, x / size))
        x = x + x / size @ W
    for W, size, unit in reversed(steps):
        back = g @ W.T
        g = g + (back - unit * np.mean(unit * back, axis=1, keepdims=True)) / size
    return np.linalg.norm(g) / before


def test_b_power_law():
    choice, others = right("b_power_law")
    assert choice.startswith("18 times,")
    found = np.median([[blocks(depth, seed) for depth in (20, 40, 80, 320)] for seed in range(5)], axis=0)
    assert found == pytest.approx([4.6, 6.4, 9, 18], rel=0.15)
    exact = (1 + np.array([20, 40, 80, 320])) ** 0.5  # block k multiplies the squared norm by (k + 1) / k
    assert exact == pytest.approx([4.6, 6.4, 9, 18], abs=0.1)
    doublings = np.array([6.4 / 4.6, 9 / 6.4])  # the pattern of the three numbers
    assert doublings == pytest.approx(doublings.mean(), rel=0.01)
    assert round(9 * (9 / 6.4) ** 2) == 18
    assert round(9 * (9 / 6.4) ** 6, -1) == 70
    assert round(9 + 240 / 40 * (9 - 6.4)) == 25  # what adding up would make
    for words in ("9 times,", "25 times,", "70 times,"):
        starting(others, words)


@pytest.mark.parametrize(("name", "output", "inputs", "says"), [("a", 1 / 20, 5, 1 / 4), ("b", 20, 1 / 5, 4)])
def test_dW(name, output, inputs, says):
    choice, others = right(f"{name}_dW")
    assert choice.startswith("a quarter as large" if name == "a" else "4 times as large")
    for seed in range(5):
        h, dz = np.random.default_rng(seed).standard_normal((2, 1, 50))
        for size in (0.1, 1, 10):  # of the weights, which play no part
            W = size * np.ones((50, 50))
            last, first = ops.affine(Affine(W, np.zeros(50)), h)[1], ops.affine(Affine(W, np.zeros(50)), inputs * h)[1]
            dW = [np.linalg.norm(grads.W) for grads, _ in (first(output * dz), last(dz))]
            assert dW[0] / dW[1] == pytest.approx(says)
    assert not 0.5 < says < 2
    for words in ("a twentieth" if name == "a" else "20 times", "just as large", "unknown without the weights"):
        starting(others, words)


# --- first weights ----------------------------------------------------------------------------------------------------


def kept_by_layer(std, inputs, activation, seed):
    """By how much a layer of units with so many ``inputs`` multiplies the mean square of h."""
    rng = np.random.default_rng(seed)
    h = ops.ACTIVATIONS[activation](rng.standard_normal((100, inputs)))[0]
    after = ops.ACTIVATIONS[activation](h @ (std * rng.standard_normal((inputs, 400))))[0]
    return np.mean(after**2) / np.mean(h**2)


@pytest.mark.parametrize(
    ("name", "old", "new"), [("a", (200, "identity"), (800, "relu")), ("b", (200, "relu"), (50, "identity"))]
)
def test_variance(name, old, new):
    before, std, *wrong = {"a": (0.07, 0.05, 0.035, 0.1, 0.01), "b": (0.1, 0.14, 0.07, 0.2, 0.01)}[name]
    times, words = {"a": (2, "twice"), "b": (0.5, "half")}[name]
    choice, others = right(f"{name}_variance")
    assert choice == f"{std}, because {before} would make the mean square {words} as large"
    for seed in range(5):
        assert kept_by_layer(before, *old, seed) == pytest.approx(1, abs=0.12)
        assert kept_by_layer(before, *new, seed) == pytest.approx(times, rel=0.12)
        assert kept_by_layer(std, *new, seed) == pytest.approx(1, abs=0.12)
        for other in wrong:
            starting(others, f"{other},")
            assert not 0.7 < kept_by_layer(other, *new, seed) < 1.4


def digits_after(params, steps, optimizer, activation="tanh", seed=0, x=None, model=None):
    """What training makes of ``params`` on the digits: the parameters, and the share of correct pictures."""
    digits = data.digits()
    x = digits.x_train if x is None else x
    batches = data.batches(x, digits.y_train, 64, rng=np.random.default_rng(seed))
    model = model or train.classifier(activation)
    *_, last = train.fit(params, model, batches, optimizer=optimizer, steps=steps)
    logits, _ = models.mlp(last.params, x, activation)
    return last.params, np.mean(logits.argmax(axis=1) == digits.y_train)


def how_unequal(params, pairs, optimizer, batch, steps, seed):
    """How much the incoming weights of units differ after training, and how far they have moved."""
    digits = data.digits()
    x, labels = digits.x_train[:300], digits.y_train[:300]
    rng = np.random.default_rng(seed)
    fed = itertools.repeat((x, labels)) if batch == "all" else data.batches(x, labels, batch, rng=rng)
    *_, last = train.fit(params, train.classifier("tanh"), fed, optimizer=optimizer, steps=steps)
    W, (one, other) = last.params[0].affine.W, pairs
    return np.abs(W[:, one] - W[:, other]).max(), np.abs(W - params[0].affine.W).max()


CHANGES = [  # the optimizer, the batch and the steps
    (train.sgd(0.5), "all", 15),
    (train.sgd(0.5), 64, 40),
    (train.adam(0.01), "all", 15),
    (train.sgd(0.5), "all", 45),
]


def test_a_symmetry():
    choice, others = right("a_symmetry")
    assert choice.startswith("random outgoing weights")
    pairs = (slice(0, 19), slice(1, 20))
    for seed in range(5):
        (one, out) = models.init_mlp([64, 20, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
        hidden, b = Layer(Affine(np.tile(one.affine.W[:, :1], 20), np.zeros(20))), np.zeros(10)
        equal = [hidden, Layer(Affine(np.tile(out.affine.W[:1] / 20, (20, 1)), b))]
        for change in CHANGES[: 4 if seed == 0 else 2]:
            apart, moved = how_unequal(equal, pairs, *change, seed)
            assert apart < 1e-7 < 0.003 < moved  # and yet they have learned
        apart, _ = how_unequal([hidden, Layer(Affine(out.affine.W, b))], pairs, *CHANGES[0], seed)
        assert apart > 0.003
    for words in ("random batches", "Adam", "more steps"):
        starting(others, words)


def test_b_symmetry():
    choice, others = right("b_symmetry")
    assert choice.startswith("a split into 1/3 and 2/3")
    pairs = (slice(0, 20), slice(20, 40))
    for seed in range(5):
        start = models.init_mlp([64, 20, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
        (hidden, readout), _ = digits_after(start, 30, train.sgd(0.1), seed=seed)

        def doubled(share, hidden=hidden, readout=readout):
            W, out = hidden.affine.W, readout.affine.W
            twice = Affine(np.tile(W, 2), np.tile(hidden.affine.b, 2))
            return [Layer(twice), Layer(Affine(np.vstack([share * out, (1 - share) * out]), readout.affine.b))]

        x = data.digits().x_train
        for share in (1 / 2, 1 / 3):  # both compute what the network has computed before
            assert np.allclose(models.mlp(doubled(share), x, "tanh")[0], models.mlp([hidden, readout], x, "tanh")[0])
        for change in CHANGES[: 4 if seed == 0 else 2]:
            apart, moved = how_unequal(doubled(1 / 2), pairs, *change, seed)
            assert apart < 1e-7 < 0.003 < moved
        apart, _ = how_unequal(doubled(1 / 3), pairs, *CHANGES[0], seed)
        assert apart > 0.003
    for words in ("random batches", "Adam", "more steps"):
        starting(others, words)


# --- what a norm shows, and what it hides -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_edge(seed):
    choice, others = right("a_edge")
    assert choice.startswith("The outputs come from the sigmoid's values")
    record = flow(depth=30, activation="sigmoid", width=64, batch=4, seeds=4, seed=seed)
    assert np.median(record.each("h"), axis=0) == pytest.approx(np.full(30, 0.52), abs=0.04)
    assert record.ratio < 1e-9
    for words in (
        "The outputs of the first layers are saturated",
        "All layers share the gradient",
        "The code has an error",
    ):
        starting(others, words)


@pytest.mark.parametrize("seed", range(5))
def test_b_edge(seed):
    choice, others = right("b_edge")
    assert choice.startswith("Tanh limits the outputs in each layer")
    record = flow(depth=30, activation="tanh", gain=2.5, width=128, batch=4, seeds=4, seed=seed)
    assert np.median(record.each("h"), axis=0) == pytest.approx(np.full(30, 0.8), abs=0.06)
    assert 300 < record.ratio < 3000
    for words in (
        "The outputs of the last layers are saturated",
        "All layers add their errors",
        "The code has an error",
    ):
        starting(others, words)


@pytest.mark.parametrize("seed", range(5))
def test_alike(seed):
    for name, activation, sigma_w, depth in (("a", "relu", 2**0.5, 40), ("b", "sigmoid", 1.0, 20)):
        angle, below, words = {"a": (60, 20, "20 degrees"), "b": (80, 1, "one degree")}[name]
        choice, others = right(f"{name}_alike")
        assert choice.startswith(f"It shrinks below {words},")
        net = dict(activation=activation, sigma_w=sigma_w, sigma_b=0.0, depth=depth, width=128, seeds=3, seed=seed)
        ends = pair(c=float(np.cos(np.radians(angle))), **net).correlation[:, -1]
        assert np.degrees(np.arccos(np.minimum(ends, 1))).max() < below
        size = np.median(flow(depth=depth, activation=activation, scheme="scaled_normal", gain=sigma_w, sigma_b=0.0,
                              width=128, batch=4, seeds=4, seed=seed).each("h"), axis=0)  # fmt: skip
        assert 0.4 < size[-1] / size[0] < 2.5
        for words in ("It becomes about 90 degrees", f"It stays about {angle} degrees", "It grows to about"):
            starting(others, words)


# --- judging ----------------------------------------------------------------------------------------------------------


def test_a_baseline():
    choice, others = right("a_baseline")
    assert choice == "the accuracy of a network with one hidden layer"
    for words in ("the accuracy of a network with forty", "the accuracy of the network on the training pictures"):
        starting(others, words)
    digits = data.digits()
    for seed in range(5):
        start = models.init_mlp([64, 32, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
        params, _ = digits_after(start, 100, train.adam(0.01), seed=seed)
        logits, _ = models.mlp(params, digits.x_test, "tanh")
        assert np.mean(logits.argmax(axis=1) == digits.y_test) > 0.87
    x, new = (np.column_stack([each, np.ones(len(each))]) for each in (digits.x_train, digits.x_test))
    # and even one linear layer, fitted by least squares
    W = np.linalg.solve(x.T @ x + 50 * np.eye(65), x.T @ np.eye(10)[digits.y_train])
    assert np.mean((new @ W).argmax(axis=1) == digits.y_test) > 0.85


def test_b_baseline():
    choice, others = right("b_baseline")
    assert choice == "the error of one constant answer for all sequences"
    for seed, length in zip(range(5), (100, 100, 100, 200, 200), strict=True):  # and no other on longer sequences
        _, target = data.adding(length, 5000, rng=np.random.default_rng(seed))
        errors = [np.mean((target - answer) ** 2) for answer in (0.9, 1, 1.1)]
        assert min(errors) == errors[1]  # no other constant answer is better
        assert np.mean((target - 1) ** 2) == pytest.approx(1 / 6, rel=0.08)
        assert np.mean(target) == pytest.approx(1, abs=0.03)
    for words in ("the error of the network on sequences twice", "the error of the network on the training sequences"):
        starting(others, words)


@pytest.mark.parametrize("seed", range(5))
def test_a_buried(seed):
    choice, others = right("a_buried")
    assert choice.startswith("in P at a usual learning rate")
    for words in ("in both", "in neither", "in P at a larger learning rate only"):
        starting(others, words)
    start = models.init_mlp([64, 32, 32, 10], scheme="he_normal", rng=np.random.default_rng(seed))
    small = [*start[:-1], Layer(Affine(start[-1].affine.W / 1000, start[-1].affine.b))]  # P: a thousandth comes back
    (first, *_), share = digits_after(small, 60, train.adam(0.005), "relu", seed)
    (slow, *_), _ = digits_after(small, 5, train.sgd(0.1), "relu", seed)
    moved, hardly = (np.linalg.norm(layer.affine.W - start[0].affine.W) for layer in (first, slow))
    assert moved > 100 * hardly
    zeros = [start[0], Layer(Affine(start[1].affine.W, start[1].affine.b - 1000)), start[2]]  # Q: 0 for every input
    after, share_q = digits_after(zeros, 60, train.adam(0.005), "relu", seed)
    assert np.array_equal(after[0].affine.W, start[0].affine.W)
    assert share_q < 0.2 < 0.8 < share


@pytest.mark.parametrize("seed", range(5))
def test_b_buried(seed):
    choice, others = right("b_buried")
    assert choice.startswith("in P at an unchanged learning rate, because Adam enlarges")
    for words in ("in both", "in neither", "in P at a larger learning rate only"):
        starting(others, words)
    start = models.init_mlp([64, 32, 32, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
    model = train.classifier("tanh")

    def multiplied(factor):
        """The model, whose first two layers' gradients are multiplied by ``factor`` before the optimizer gets them."""

        def back(params, batch):
            done = model(params, batch)
            first = [Layer(Affine(factor * grads.affine.W, factor * grads.affine.b)) for grads in done.grads[:2]]
            return done._replace(grads=[*first, *done.grads[2:]])

        return back

    normal, share = digits_after(start, 60, train.adam(0.005), seed=seed)
    p, share_p = digits_after(start, 60, train.adam(0.005), seed=seed, model=multiplied(0.001))
    q, _ = digits_after(start, 60, train.adam(0.005), seed=seed, model=multiplied(0.0))
    moved = [np.linalg.norm(params[0].affine.W - start[0].affine.W) for params in (normal, p, q)]
    assert moved[1] == pytest.approx(moved[0], rel=0.2)  # at the same learning rate
    assert moved[2] == 0
    assert abs(share - share_p) < 0.03
    assert share_p > 0.8
