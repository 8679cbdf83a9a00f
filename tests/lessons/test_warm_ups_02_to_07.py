"""The warm-ups of lessons 02 to 07 have the right answer, computed here again."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import data, ops
from vgrad.kit import questions
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.twin import sigmoid_twin
from vgrad.lessons.activations import sweep, twins
from vgrad.lessons.chain_rule import coin
from vgrad.lessons.edge_of_chaos import pair, point
from vgrad.models import Layer

ROOMS = ("activations", "gradient_flow", "initialization", "edge_of_chaos", "learning", "normalization")
ASKED = {name: each for room in ROOMS for name, each in questions.read(f"vgrad.lessons.{room}", "warm_up").items()}
SEEDS = range(5)


def right(name):
    return ASKED[name].right


# --- lesson 02 --------------------------------------------------------------------------------------------------------


def test_warm_02_typical():
    ends = [coin(heads=2.0, tails=0.4, tosses=100, players=1000, seed=seed).products[:, -1] for seed in SEEDS]
    medians = np.median(ends, axis=1)
    assert np.all((medians > 0.8**50 / 10) & (medians < 0.8**50 * 10))
    assert max(medians) < 0.1 < 10 < 1.2**100
    assert abs(0.8**50 / 1e-5 - 1) < 0.5
    assert all(abs(np.mean(products < 1) - 0.9) < 0.04 for products in ends)
    assert right("warm_02_typical") == "It vanishes, because one 2 and one 0.4 make only 0.8"


def test_warm_02_product():
    layers = np.prod(np.full(12, 3))
    assert abs(layers / 500_000 - 1) < 0.1
    assert layers == 729 * 729 > 100 * 12**3 > 1000 * 36
    assert (12 * 3, 12**3) == (36, 1728)
    assert right("warm_02_product").startswith("half a million times")


def test_warm_02_product_2():
    factor = 1e-6 ** (1 / 100)
    half = np.prod(np.full(50, factor))
    assert np.isclose(half, 1e-3)
    assert np.isclose(half**2, 1e-6)
    assert max(2e-6**2, 5e-7**2) < 1e-11
    assert right("warm_02_product_2").startswith("1e-3")


# --- lesson 03 --------------------------------------------------------------------------------------------------------


def test_warm_03_rms_slope():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        dh, W = rng.standard_normal((20, 600)), 2 * rng.standard_normal((600, 600)) / 600**0.5
        slope = rng.permutation(np.repeat([1.0, 0.0], [150, 450]))
        factor = np.linalg.norm((slope * dh) @ W.T) / np.linalg.norm(dh)
        assert abs(factor - 2 * np.mean(slope**2) ** 0.5) < 0.1
        assert abs(factor - 1) < 0.1 < abs(factor - 2 * slope.mean())
        assert abs(factor - 2 * slope.max()) > 0.9
    assert right("warm_03_rms_slope") == "by 1, because the rms slope is 1/2"


def test_warm_03_typical():
    for seed in SEEDS:
        ends = coin(heads=1.5, tails=0.6, tosses=100, players=1000, seed=seed).products[:, -1]
        assert ends.mean() > 1000 * np.median(ends)
        assert np.isclose((1.5 + 0.6) / 2, 1.05)
        networks = flow(depth=40, activation="relu", scheme="he_normal", width=8, batch=1, seeds=100, seed=seed).dh
        kept = networks[:, 0] / networks[:, -1]
        alive = networks[:, 1:] > 0
        factor = np.mean(networks[:, :-1][alive] / networks[:, 1:][alive])
        for products, others in ((ends, (ends.mean(), 1.05**100)), (kept, (kept.mean(), factor**39))):
            median = np.median(products)
            for other in others:
                assert other > 10 * median
                assert np.mean(abs(products - median) < abs(products - other)) > 0.55
                assert np.mean(products < (median * other) ** 0.5) > 0.55  # and most are closer by factors, too
    assert right("warm_03_typical").startswith("the median product, because")


def test_warm_03_twin():
    assert flow(depth=30, activation="sigmoid", width=64, seeds=3).ratio < 1e-15
    z = np.random.default_rng(0).normal(scale=10, size=1000)
    h, pullback = ops.sigmoid(z)
    assert pullback(np.ones_like(z)).max() <= 0.25
    assert 0.25**30 < 1e-18
    assert np.allclose(pullback(1e6 * h), 1e6 * pullback(h))  # a longer step at the end keeps the same share
    large = [flow(depth=30, activation="sigmoid", width=128, seeds=3, gain=20.0, seed=seed).ratio for seed in SEEDS]
    assert min(large) > 10
    assert right("warm_03_twin").startswith("the weights")


# --- lesson 04 --------------------------------------------------------------------------------------------------------


def test_warm_04_dW():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        h, W, dz = rng.standard_normal((8, 5)), rng.standard_normal((5, 3)), rng.standard_normal((8, 3))
        once, twice = (x.T @ dz for x in (h, 2 * h))
        change = 1e-6 * rng.standard_normal(W.shape)  # the loss is the sum of z dz
        assert np.isclose(np.sum((2 * h @ (W + change) - 2 * h @ W) * dz), np.sum(twice * change))
        assert np.allclose(twice, 2 * once)
    assert right("warm_04_dW").startswith("It doubles")


def test_warm_04_rms_slope():
    for seed in SEEDS:
        one, two = np.median(
            sweep("tanh", sigmas=(1.0, 2.0), depth=20, width=128, batch=32, seeds=2, seed=seed).factors, axis=1
        )
        assert abs(one / 0.94 - 1) < 0.03
        assert abs(two / 1.16 - 1) < 0.03
        assert 1.1 < two / one < 1.5 < 2
        assert two / 2 > one / 2  # the rms slope falls by less than a half
        assert abs(two - 2 * 0.94) > 0.6 < abs(two - 0.5)
    assert right("warm_04_rms_slope").startswith("by about 1.2, because slopes fall less")


def test_warm_04_power_law():
    k = np.arange(1, 1001)
    A, B = 0.97, 1 - 1 / (2 * k)
    assert A**1000 < 1e-13
    assert abs(np.prod(B) - 0.018) < 0.001
    assert np.all((B > A) == (k >= 17))
    tanh = flow(depth=160, activation="tanh", scheme="orthogonal", seeds=4).ratio
    assert tanh > 5 * 0.97**159
    assert right("warm_04_power_law").startswith("B, because")


# --- lesson 05 --------------------------------------------------------------------------------------------------------


def test_warm_05_variance():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        sizes = {}
        for std in (0.1, 0.05, 0.025):  # as it was for 200 inputs, a half, and a quarter
            x = np.sqrt(2) * np.maximum(rng.standard_normal((50, 800)), 0)
            sizes[std] = np.mean(np.maximum(x @ (std * rng.standard_normal((800, 400))), 0) ** 2)
        x = np.sqrt(2) * np.maximum(rng.standard_normal((50, 200)), 0)
        before = np.mean(np.maximum(x @ (0.1 * rng.standard_normal((200, 400))), 0) ** 2)
        assert abs(sizes[0.05] / before - 1) < 0.3
        assert sizes[0.1] > 3 * before > 9 * sizes[0.025]
    assert (2 / 200) ** 0.5 == 0.1
    assert (2 / 800) ** 0.5 == 0.05
    assert right("warm_05_variance").startswith("It is halved")


def test_warm_05_power_law():
    for seed in SEEDS:
        steps = np.diff(np.log10(flow(depth=40, activation="sigmoid", seeds=4, seed=seed).relative["dh"].median))[5:]
        assert steps.std() < 0.1 * steps.mean()
        late = np.log10(
            flow(depth=40, activation="tanh", scheme="orthogonal", seeds=4, seed=seed).relative["dh"].median
        )
        assert np.diff(late)[5] > 3 * np.diff(late)[-5:].mean()  # where the factor approaches 1, the line becomes flat
    assert right("warm_05_power_law").startswith("Its factor stays the same")


def test_warm_05_product():
    products = {"ten": 0.1**10, "a thousand": 0.95**1000, "a hundred": 0.5**100}
    assert min(products, key=products.get) == "a hundred"
    assert [round(-np.log2(product)) for product in products.values()] == [33, 74, 100]
    assert abs(0.95**14 - 0.5) < 0.02
    assert round(1000 / 14) == 71
    assert right("warm_05_product") == "a hundred factors of 0.5"


# --- lesson 06 --------------------------------------------------------------------------------------------------------


def test_warm_06_edge():
    for seed in SEEDS:
        found = point(sigma_w=0.8, sigma_b=0.2, width=64, seed=seed).flow
        h = np.median(found.each("h"), axis=0)[4:]
        assert np.all(abs(h / 0.28 - 1) < 0.15)
        assert found.ratio < 0.01
        assert found.ratio < 0.8**29  # each layer multiplies by less than the size of its weights
    assert np.max(1 - np.tanh(np.linspace(-5, 5, 1001)) ** 2) == 1  # whatever the biases are
    assert 1 - np.tanh(0.28) ** 2 > 0.9  # a small h has slopes near 1
    assert right("warm_06_edge") == "It vanishes, because 0.8 times a slope is below 1"


@pytest.mark.parametrize("same", [True, False])
def test_warm_06_symmetry(same):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((32, 5)), rng.standard_normal((32, 2))
        W, b, V = rng.standard_normal((5, 6)), rng.standard_normal(6), rng.standard_normal((6, 2))
        W[:, 1], V[1] = W[:, 0], V[0]
        if same:  # unit 1 is a copy of unit 0, with its bias
            b[1] = b[0]
        for _ in range(1000):
            batch = rng.integers(len(x), size=8)  # at random, which does not separate them
            h = np.tanh(x[batch] @ W + b)
            dy = (h @ V - y[batch]) / len(batch)
            dz = (1 - h**2) * (dy @ V.T)
            V, W, b = V - 0.1 * h.T @ dy, W - 0.1 * x[batch].T @ dz, b - 0.1 * dz.sum(axis=0)
        assert np.allclose(W[:, 0], W[:, 1], atol=1e-9) is same
        assert np.linalg.norm(V[0]) > 1e-3  # and neither of them fades
    assert right("warm_06_symmetry").startswith("They stay equal")


def test_warm_06_twin():
    for seed in SEEDS:
        found = twins(seeds=1, seed=seed)
        tanh, twin = found.first[:2]
        assert found.apart[1] < 1e-12
        assert np.isclose(tanh, twin, rtol=1e-9)
        assert np.isclose(found.rms[0] / found.rms[1], 4, rtol=1e-6)
    layers = [ops.Affine(np.eye(2), np.zeros(2)) for _ in range(3)]
    _, middle, last = (layer.affine.W for layer in sigmoid_twin([Layer(affine) for affine in layers]))
    assert np.allclose(middle, 4 * np.eye(2))
    assert np.allclose(last, 2 * np.eye(2))  # so dh of each hidden layer is twice as large
    assert right("warm_06_twin") == "neither, because weights times slopes are the same"


# --- lesson 07 --------------------------------------------------------------------------------------------------------


def adam_readout(h, y, steps=150, rate=0.01, scale=1.0):
    """Train an output layer on h with Adam and scaled gradients, and return what it says for each row."""
    params = [np.zeros((h.shape[1], 10)), np.zeros(10)]
    m, s = ([np.zeros_like(each) for each in params] for _ in range(2))
    for t in range(1, steps + 1):
        logits = h @ params[0] + params[1]
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        dz = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
        for k, grad in enumerate((h.T @ dz, dz.sum(axis=0))):
            grad = scale * grad
            m[k], s[k] = 0.9 * m[k] + 0.1 * grad, 0.999 * s[k] + 0.001 * grad**2
            params[k] = params[k] - rate * (m[k] / (1 - 0.9**t)) / (np.sqrt(s[k] / (1 - 0.999**t)) + 1e-8)
    return (h @ params[0] + params[1]).argmax(axis=1)


def test_warm_07_buried():
    digits = data.digits()
    x, y = digits.x_train[:300], digits.y_train[:300]
    equal = (0.5 + 1e-9 * x).astype("float32").astype("float64")  # rounding leaves no difference
    assert np.all(equal == 0.5)
    said = adam_readout(equal, y)
    assert len(set(said)) == 1
    assert np.mean(said == y) < 0.2
    assert np.mean(adam_readout(x, y) == y) > 0.8  # the control, in which the pictures differ
    assert np.mean(adam_readout(x, y, scale=1e-3) == y) > 0.8  # and so does a thousandth of the gradient
    assert right("warm_07_buried").startswith("only A, because Adam rescales gradients")


def test_warm_07_alike():
    found = pair(activation="relu", sigma_w=2**0.5, sigma_b=0.0, c=0.0)
    assert np.median(found.correlation[:, -1]) > 0.9
    relu = flow(depth=30, activation="relu", scheme="he_normal", width=128, seeds=20).each("h")
    sizes = np.median(relu, axis=0) / np.median(relu[:, 0])
    assert np.all((sizes > 0.4) & (sizes < 2))  # and the length holds
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        h = np.eye(2, 64)
        for _ in range(30):
            h = h @ np.linalg.qr(rng.standard_normal((64, 64)))[0]
        assert np.allclose(h @ h.T, np.eye(2))  # both lengths are 1, and the product is 0
    assert right("warm_07_alike").startswith("the linear layers, because they turn both in the same way")


def test_warm_07_dW():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        h, dz = rng.standard_normal((16, 6)), rng.standard_normal((16, 4))
        share = np.linalg.norm((50 * h).T @ (dz / 100)) / np.linalg.norm(h.T @ dz)
        assert np.isclose(share, 0.5)
        assert 10 * 1 / 100 < share < 50 / 10
    assert right("warm_07_dW").startswith("It is 1/2 as large")
