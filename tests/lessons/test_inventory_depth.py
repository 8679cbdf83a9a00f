"""The right choices of the inventory, computed: products, layers, depth, first weights, and how nets are judged."""

from __future__ import annotations

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
    assert left < 0.01 < 1 / 60 < 0.5 < 0.9  # neither a sixtieth nor nearly all
    assert 0.9**7 < 0.5 < 0.9**6
    starting(others, "about a sixtieth")


def test_b_product():
    choice, others = right("b_product")
    assert choice.startswith("over 400 times")
    grown = np.prod(np.full(80, 1.08))
    assert grown == pytest.approx(470, abs=5)
    assert round(1 + 80 * 0.08) == 7  # what adding up would make
    assert abs(1.08**9 - 2) < 0.01
    for words in ("about seven", "about eighty", "hardly larger"):
        starting(others, words)


@pytest.mark.parametrize(
    ("name", "up", "down", "steps", "pairs", "mean"), [("a", 1.6, 0.5, 100, 1e-5, 100), ("b", 1.8, 0.4, 80, 2e-6, 1000)]
)
def test_typical(name, up, down, steps, pairs, mean):
    choice, others = right(f"{name}_typical")
    assert choice.startswith("It falls below a thousandth")
    assert (up * down) ** (steps / 2) == pytest.approx(pairs, rel=0.5)
    assert ((up + down) / 2) ** steps > mean
    for seed in range(5):
        ends = np.random.default_rng(seed).choice([up, down], size=(2000, steps)).prod(axis=1)
        assert np.mean(ends < 1e-3) > 0.7
        assert np.mean((ends > 0.1) & (ends < 10)) < 0.15
        assert np.mean(ends > mean) < 0.05
    starting(others, "It grows over a hundredfold" if name == "a" else "It grows over a thousandfold")


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
    for words in (f"by about {mean},", f"by about {largest},", "by less than 1,"):
        starting(others, words)


@pytest.mark.parametrize("seed", range(5))
def test_a_twin(seed):
    choice, others = right("a_twin")
    assert choice.startswith("It could keep as much")
    starting(others, "It loses the gradient with any weights")
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


@pytest.mark.parametrize("seed", range(5))
def test_b_twin(seed):
    choice, others = right("b_twin")
    assert choice.startswith("It could hold the gradient too")
    starting(others, "It makes gradients explode with any weights")
    net = dict(depth=30, width=128, batch=4, seeds=4, scheme="scaled_normal", sigma_b=0.7, seed=seed)
    tanh, relu = (flow(activation=name, gain=1.75, **net).ratio for name in ("tanh", "relu"))
    assert 0.5 < tanh < 5 < 100 < relu < 2000
    assert 1 / 3 < flow(activation="relu", gain=2**0.5, **net).ratio < 3
    assert flow(activation="relu", gain=1, **net).ratio < 1e-3  # smaller ones still


# --- depth ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_power_law(seed):
    choice, others = right("a_power_law")
    assert choice.startswith("about 0.06,")
    net = dict(activation="tanh", scheme="orthogonal", width=32, batch=4, seeds=2, seed=seed)
    measured = [flow(depth=depth, **net).ratio for depth in (25, 50, 100, 400)]
    assert measured == pytest.approx([0.25, 0.18, 0.12, 0.06], rel=0.12)
    assert 0.12 * (0.12 / 0.18) ** 6 < 0.12 * (0.124 / 0.175) ** 6 < 0.02
    for words in ("about 0.02,", "about 0.03,", "about 0.12,"):
        starting(others, words)


def blocks(depth, seed, width=96, samples=16):
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
    assert choice.startswith("by 13,")
    found = np.median([[blocks(depth, seed) for depth in (10, 20, 40, 160)] for seed in range(5)], axis=0)
    assert found == pytest.approx([3.3, 4.6, 6.4, 12.7], rel=0.15)
    exact = (1 + np.array([10, 20, 40, 160])) ** 0.5  # block k multiplies the squared norm by (k + 1) / k
    assert exact == pytest.approx([3.3, 4.6, 6.4, 12.7], abs=0.05)
    assert round(exact[2] * (exact[2] / exact[1]) ** 6) == 48
    assert round(exact[2] * 4) == 26
    for words in ("by 6.4,", "by 26,", "by 48,"):
        starting(others, words)


@pytest.mark.parametrize(("name", "output", "inputs", "says"), [("a", 1 / 20, 5, 1 / 4), ("b", 20, 1 / 5, 4)])
def test_dW(name, output, inputs, says):
    choice, others = right(f"{name}_dW")
    assert choice.startswith("about a quarter" if name == "a" else "about four times")
    for seed in range(5):
        h, dz = np.random.default_rng(seed).standard_normal((2, 1, 50))
        for size in (0.1, 1, 10):  # of the weights, which play no part
            W = size * np.ones((50, 50))
            last, first = ops.affine(Affine(W, np.zeros(50)), h)[1], ops.affine(Affine(W, np.zeros(50)), inputs * h)[1]
            dW = [np.linalg.norm(grads.W) for grads, _ in (first(output * dz), last(dz))]
            assert dW[0] / dW[1] == pytest.approx(says)
    for words in ("about a twentieth", "about five") if name == "a" else ("about 20", "about a fifth"):
        starting(others, words)
    starting(others, "in proportion to its weights")


# --- first weights ----------------------------------------------------------------------------------------------------


def kept_by_layer(std, inputs, activation, seed):
    """By how much a layer of units with so many ``inputs`` multiplies the mean square of h."""
    rng = np.random.default_rng(seed)
    h = ops.ACTIVATIONS[activation](rng.standard_normal((100, inputs)))[0]
    after = ops.ACTIVATIONS[activation](h @ (std * rng.standard_normal((inputs, 400))))[0]
    return np.mean(after**2) / np.mean(h**2)


@pytest.mark.parametrize(
    ("name", "old", "new"), [("a", (200, "identity"), (400, "relu")), ("b", (800, "relu"), (400, "identity"))]
)
def test_variance(name, old, new):
    std, *wrong = {"a": (0.07, 0.05, 0.1, 0.01), "b": (0.05, 0.07, 0.035, 0.01)}[name]
    choice, others = right(f"{name}_variance")
    assert choice.startswith(f"{std},")
    for seed in range(5):
        assert kept_by_layer(std, *old, seed) == pytest.approx(1, abs=0.12)
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


def test_a_symmetry():
    choice, others = right("a_symmetry")
    assert choice.startswith("They are still equal")
    start = [Layer(Affine(np.full((64, 20), 0.05), np.zeros(20))), Layer(Affine(np.full((20, 10), 0.05), np.zeros(10)))]
    for seed in range(5):
        (hidden, readout), _ = digits_after(start, 60, train.sgd(0.1), seed=seed)
        assert np.allclose(hidden.affine.W, hidden.affine.W[:, :1], rtol=1e-6, atol=1e-9)
        assert np.allclose(readout.affine.W, readout.affine.W[:1], rtol=1e-6, atol=1e-9)
        assert np.abs(hidden.affine.W - 0.05).max() > 0.01  # and yet they have learned
    starting(others, "They are as before")


def test_b_symmetry():
    choice, others = right("b_symmetry")
    assert choice.startswith("They change and stay alike")
    for seed in range(5):
        start = models.init_mlp([64, 20, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
        (hidden, readout), _ = digits_after(start, 30, train.sgd(0.1), seed=seed)
        twice = [
            Layer(Affine(np.tile(hidden.affine.W, 2), np.tile(hidden.affine.b, 2))),
            Layer(Affine(np.tile(readout.affine.W, (2, 1)) / 2, readout.affine.b)),
        ]
        (after, out), _ = digits_after(twice, 30, train.adam(0.01), seed=seed + 1)
        assert np.allclose(after.affine.W[:, :20], after.affine.W[:, 20:], rtol=1e-6, atol=1e-7)
        assert np.allclose(out.affine.W[:20], out.affine.W[20:], rtol=1e-6, atol=1e-7)
        assert np.abs(after.affine.W - twice[0].affine.W).max() > 0.01
    starting(others, "They are as before")


# --- what a norm shows, and what it hides -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_edge(seed):
    choice, others = right("a_edge")
    assert choice.startswith("The sigmoid's values shape the outputs")
    record = flow(depth=30, activation="sigmoid", width=64, batch=4, seeds=4, seed=seed)
    assert np.median(record.each("h"), axis=0) == pytest.approx(np.full(30, 0.52), abs=0.04)
    assert record.ratio < 1e-9
    starting(others, "The later layers use the gradient up")


@pytest.mark.parametrize("seed", range(5))
def test_b_edge(seed):
    choice, others = right("b_edge")
    assert choice.startswith("Tanh bounds the outputs")
    record = flow(depth=30, activation="tanh", gain=2.5, width=128, batch=4, seeds=4, seed=seed)
    assert np.median(record.each("h"), axis=0) == pytest.approx(np.full(30, 0.8), abs=0.06)
    assert 300 < record.ratio < 3000
    starting(others, "Each layer adds the gradient of its own weights")


@pytest.mark.parametrize("seed", range(5))
def test_alike(seed):
    for name, activation, sigma_w, depth in (("a", "relu", 2**0.5, 40), ("b", "sigmoid", 1.0, 20)):
        choice, others = right(f"{name}_alike")
        assert choice.startswith("They are nearly the same")
        net = dict(activation=activation, sigma_w=sigma_w, sigma_b=0.0, depth=depth, width=128, seeds=3, seed=seed)
        assert np.median(pair(c=0.0, **net).correlation[:, -1]) > 0.9
        size = np.median(flow(depth=depth, activation=activation, scheme="scaled_normal", gain=sigma_w, sigma_b=0.0,
                              width=128, batch=4, seeds=4, seed=seed).each("h"), axis=0)  # fmt: skip
        assert 0.4 < size[-1] / size[0] < 2.5
        starting(others, "They have nothing in common")


# --- judging ----------------------------------------------------------------------------------------------------------


def test_a_baseline():
    choice, _ = right("a_baseline")
    assert choice.endswith("without a hidden layer")
    digits = data.digits()
    x, new = (np.column_stack([each, np.ones(len(each))]) for each in (digits.x_train, digits.x_test))
    # one linear layer, fitted by least squares
    W = np.linalg.solve(x.T @ x + 50 * np.eye(65), x.T @ np.eye(10)[digits.y_train])
    assert np.mean((new @ W).argmax(axis=1) == digits.y_test) > 0.85


def test_b_baseline():
    choice, others = right("b_baseline")
    assert choice.endswith("always answering 1")
    for T in (100, 200):  # and twice the length changes nothing
        _, target = data.adding(T, 5000, rng=np.random.default_rng(T))
        assert np.mean((target - 1) ** 2) == pytest.approx(1 / 6, rel=0.08)
        assert np.mean(target) == pytest.approx(1, abs=0.03)
    starting(others, "the mean squared error on sequences of 200")


@pytest.mark.parametrize("seed", range(5))
def test_a_buried(seed):
    choice, others = right("a_buried")
    assert choice.startswith("only P")
    starting(others, "both")
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
    assert choice.startswith("only P")
    starting(others, "both")
    start = models.init_mlp([64, 32, 10], scheme="xavier_normal", rng=np.random.default_rng(seed))
    model = train.classifier("tanh")
    _, before = digits_after(start, 60, train.adam(0.005), seed=seed)

    def thousandth(params, batch, dloss=1.0):
        return model(params, batch, dloss / 1000)

    _, p = digits_after(start, 60, train.adam(0.005), seed=seed, model=thousandth)
    x = data.digits().x_train
    _, q = digits_after(start, 60, train.adam(0.005), seed=seed, x=np.full_like(x, 0.5))
    assert abs(before - p) < 0.03
    assert q < 0.2 < 0.8 < p
