"""The right choices of the warm-ups of the lessons 08 to 13 are measured here, and wrong ones that are numbers, too."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import ops, theory, train
from vgrad.kit import questions
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.training import baseline
from vgrad.lessons.deep_training import best, first_step
from vgrad.lessons.edge_of_chaos.measure import point
from vgrad.lessons.gates.measure import compare
from vgrad.lessons.learning import load
from vgrad.lessons.recurrence.measure.shared import parts

ROOMS = ("skip_connections", "deep_training", "recurrence", "exploding", "gates", "memory")
QUESTIONS = {name: each for room in ROOMS for name, each in questions.read(f"vgrad.lessons.{room}", "warm_up").items()}


def right(name):
    return QUESTIONS[name].right


def rngs():
    return [np.random.default_rng(seed) for seed in range(5)]


def rms(a):
    return np.mean(np.square(a)) ** 0.5


def unit_norm(width):
    """The parameters of a new norm, whose gamma is 1 and whose beta is 0."""
    return ops.Norm(np.ones(width), np.zeros(width))


# --- 08 ---------------------------------------------------------------------------------------------------------------


def test_warm_08_norm():
    assert right("warm_08_norm").startswith("batch norm, ")
    for rng in rngs():
        z = rng.standard_normal((20, 16))
        more = z + 5.0 * (np.arange(16) == 3)
        moved = {}
        for norm in (ops.batch_norm, ops.layer_norm):
            moved[norm] = abs(norm(unit_norm(16), more)[0] - norm(unit_norm(16), z)[0]).max()
        assert moved[ops.batch_norm] < 1e-9
        assert moved[ops.layer_norm] > 0.5


def test_warm_08_baseline():
    assert right("warm_08_baseline").startswith("After equal training, a net without the layers ")
    untrained, trained = (baseline(steps=steps) for steps in (1, 300))
    assert np.median(untrained.right) < 0.2  # an output layer alone rises as far,
    assert np.median(trained.test) > 0.85
    cells = {(cell.settings["activation"], cell.settings["depth"]): cell.result for cell in load("depth_paradox")}
    assert flow(depth=50, activation="relu", scheme="he_normal", width=32, seeds=32).ratio > 0.1
    assert max(cells["relu", 50]["test"]) < 0.5 < min(trained.test)  # a gradient reaches layers that do not help


def test_warm_08_variance():
    assert right("warm_08_variance").startswith("by 2, ")
    for rng in rngs():
        sizes = {}
        for width in (64, 256):
            h = rng.standard_normal((200, width))
            sizes[width] = [1.0]
            for _ in range(8):
                h = np.maximum(h @ rng.normal(scale=(2 / 64) ** 0.5, size=(width, width)), 0)
                sizes[width].append(rms(h))
        first, last = (np.array(sizes[width])[[1, 8]] for width in (64, 256))
        assert 0.6 < (first[1] / first[0]) ** (1 / 7) < 1.25  # He's weights keep it,
        assert 1.9 < (last[1] / last[0]) ** (1 / 7) < 2.1  # and with four times the width it doubles


# --- 09 ---------------------------------------------------------------------------------------------------------------


def test_warm_09_post_norm():
    assert right("warm_09_post_norm").startswith("about 1/1000, ")
    for rng in rngs():
        h, dh = rng.standard_normal((2, 4, 1024))
        pullbacks = []
        for _ in range(20):  # a branch that does not depend on h sends nothing back
            h, pullback = ops.layer_norm(unit_norm(1024), h + rng.standard_normal((4, 1024)))
            pullbacks.append(pullback)
            assert abs(rms(h) - 1) < 0.01
        first = rms(dh)
        for pullback in pullbacks[::-1]:
            _, dh = pullback(dh)
        assert abs(1024 * rms(dh) / first - 1) < 0.2
        assert 2.0**-20 < 1.1e-6 < 100 * rms(dh) / first < 1


def test_warm_09_norm():
    assert right("warm_09_norm") == "It explodes, because its factor per layer is 0.68/0.59."
    z = np.random.default_rng(0).standard_normal(200_000)
    h, pullback = ops.gelu(z)
    numbers = rms(pullback(np.ones_like(z))), h.std()
    assert np.allclose(numbers, (0.68, 0.59), atol=0.007)
    assert abs(theory.norm_chi("batch", "gelu") ** 0.5 - numbers[0] / numbers[1]) < 0.02
    assert (0.68 / 0.59) ** 49 > 500
    assert 0.68**49 < 1e-8


def test_warm_09_edge():
    assert right("warm_09_edge").startswith("σ_w times the rms slope, ")
    for seed in range(5):
        sizes = (1.0, 0.6), (1.2, 0.5), (1.5, 0.1)
        nets = [point(sigma_w=w, sigma_b=b, width=64, seeds=8, seed=seed) for w, b in sizes]
        for net in nets:
            h = np.median(net.flow.each("h"), axis=0)
            assert np.all(abs(h[4:] - 0.58) < 0.08)  # all three keep the same size of h,
            assert 1 / 3 < net.flow.ratio / net.chi**14.5 < 3  # and χ tells the three gradients
        vanished, less, exploded = (net.flow.ratio for net in nets)
        assert vanished < 1e-3 < less < 0.1 < 2 < exploded  # σ_w = 1 does not hold it


# --- 10 ---------------------------------------------------------------------------------------------------------------


def test_warm_10_first_steps():
    assert right("warm_10_first_steps").startswith("a vanishing dh, because norms divided it by larger sums")
    plain, warm = (best("warm_up", norm="post", warmup=warmup, rate=0.002).result for warmup in (0, 100))
    assert plain["moved"][1] > 50 * warm["moved"][1]  # the first step is shorter,
    assert min(plain["ratio"]) < 0.1 < min(warm["ratio"])  # and dh holds
    assert max(plain["ratio"]) < 1  # it does not explode without a warm-up
    assert plain["ratio"][0] == pytest.approx(warm["ratio"][0], rel=0.01)  # the first weights are the same
    assert np.median(plain["accuracy"]) < 0.3  # after 200 steps, so the error has not fallen
    assert 10 * 0.002 < 0.1 * (2 / 32) ** 0.5  # ten full steps in one direction hardly shorten weights of He's size
    full, short = (first_step(rate=rate, seeds=3) for rate in (0.01, 0.01 / 100))
    for looked, least, most in ((full, 1.1, 10.0), (short, 0.95, 1.05)):
        before, after, _ = np.median(looked.added, axis=0)  # the branches' share of the sum, b²
        assert least < after / before < most


def test_warm_10_first_steps_keeps_the_signs():
    for rng in rngs():
        W, dW = rng.standard_normal((2, 4, 4))
        long, short = (step_of(train.adam(rate), W, dW) for rate in (0.002, 0.00002))
        assert np.array_equal(np.sign(long), np.sign(short))


def step_of(optimizer, W, dW):
    """The first change of W."""
    (change,), _ = optimizer.step([dW], optimizer.start([W]), [W])
    return change


def test_warm_10_sum():
    assert right("warm_10_sum").startswith("10 and 10, ")
    tiny = 1e-6
    for a, b in ((2 + tiny, 4), (2, 4 + tiny)):
        assert ((a + b) - (2 + 4)) * 10 / tiny == pytest.approx(10, rel=1e-6)


def test_warm_10_buried():
    assert right("warm_10_buried").startswith("a signal, because the last h is equal for all pictures")
    for rng in rngs():
        x = rng.standard_normal((200, 16)).astype(np.float32)
        for _ in range(20):
            x = ops.sigmoid(x @ rng.normal(scale=1 / 4, size=(16, 16)).astype(np.float32))[0]
        assert np.ptp(x, axis=0).max() < 1e-6  # of Xavier's weights, no more than rounding
    for rate, steps, rng in zip((0.01, 0.01, 0.1, 1.0, 0.01), (100, 300, 100, 100, 100), rngs(), strict=True):
        labels = rng.integers(10, size=200)
        h = np.tile(rng.standard_normal(8), (200, 1))
        params = [0.1 * rng.standard_normal((8, 10)), np.zeros(10)]
        optimizer = train.adam(rate)
        memory = optimizer.start(params)
        for step in range(steps):  # neither more steps nor longer ones help
            _, pullback = ops.softmax_cross_entropy(h @ params[0] + params[1], labels)
            dz = pullback(1.0)
            grads = [h.T @ dz, dz.sum(axis=0)]
            assert step > 0 or abs(grads[0]).max() > 1e-3  # the gradient is not 0
            changes, memory = optimizer.step(grads, memory, params)
            params = [old + change for old, change in zip(params, changes, strict=True)]
        answers = np.argmax(h @ params[0] + params[1], axis=1)
        assert len(set(answers)) == 1


# --- 11 ---------------------------------------------------------------------------------------------------------------


def test_warm_11_eigen():
    assert right("warm_11_eigen") == "It explodes, because the powers of 1.02 grow."
    assert 0.5 * 1.02 < 1
    assert round(1.02**500, -3) == 20_000
    for rng in rngs():
        S, rows = rng.standard_normal((2, 2)), rng.standard_normal((21, 2))
        W = S @ np.diag([1.02, 0.5]) @ np.linalg.inv(S)
        grown = np.linalg.norm(rows @ np.linalg.matrix_power(W, 500), axis=1) / np.linalg.norm(rows, axis=1)
        assert np.median(grown) > 1000


def test_warm_11_first_steps():
    assert right("warm_11_first_steps").startswith("each weight by 0.01 times the sign")
    for rng in rngs():
        inputs = rng.choice([-1, 1], size=100)
        coins = rng.choice([-1, 1], size=(1000, 100))
        assert 0.01 * np.sign(inputs) @ inputs == pytest.approx(1)
        assert np.mean(abs(0.02 * coins @ inputs) < 0.5) > 0.9
        assert rms(0.02 * coins @ inputs) == pytest.approx(0.2, rel=0.15)


def test_warm_11_alike():
    assert right("warm_11_alike").startswith("the correlation of both h, ")
    for rng in rngs():
        pair = 128**0.5 * np.linalg.qr(rng.standard_normal((128, 2)))[0].T  # two perpendicular rows of size 1
        relu = [rng.normal(scale=(2 / 128) ** 0.5, size=(128, 128)) for _ in range(30)]
        linear = [reflections(128, rng) for _ in range(30)]
        for layers, function, low, high in ((relu, ops.relu, 0.9, 1.0), (linear, ops.identity, -0.01, 0.01)):
            h, pullbacks = pair, []
            for W in layers:
                h, pullback = function(h @ W)
                pullbacks.append(pullback)
            dh = last = rng.standard_normal(h.shape)
            for W, pullback in zip(layers[::-1], pullbacks[::-1], strict=True):
                dh = pullback(dh) @ W.T
            assert 0.2 < rms(h) < 5  # the size of the outputs holds in both kinds of layers,
            assert 0.4 < np.linalg.norm(h[0]) / np.linalg.norm(h[1]) < 2.5
            assert 0.2 < rms(dh) / rms(last) < 5  # and so does the gradient,
            assert low < h[0] @ h[1] / np.linalg.norm(h[0]) / np.linalg.norm(h[1]) < high  # but one makes them alike


def reflections(n, rng):
    """A matrix that changes no length, a product of two reflections."""
    W = np.eye(n)
    for v in rng.standard_normal((2, n)):
        W = W - 2 * np.outer(W @ v, v) / (v @ v)
    return W


# --- 12 ---------------------------------------------------------------------------------------------------------------


def test_warm_12_clipping():
    assert right("warm_12_clipping").startswith("still a millionth, ")
    for rng in rngs():
        first, last = 1e-6 * rng.standard_normal((8, 8)), rng.standard_normal((8, 8))
        whole = np.hypot(np.linalg.norm(first), np.linalg.norm(last))
        clipped = train.clip_by_norm([first, last], whole / 2)
        before, after = (np.linalg.norm(a) / np.linalg.norm(b) for a, b in ((first, last), clipped))
        assert before == pytest.approx(after, rel=1e-9)
        assert 0.49 < np.linalg.norm(clipped[1]) / np.linalg.norm(last) < 0.51


def test_warm_12_time():
    assert right("warm_12_time").startswith("steps 44 to 50, ")
    of_steps = 0.5 ** np.arange(50.0)[::-1]
    assert round(of_steps[-7:].sum() / of_steps.sum(), 2) == 0.99
    assert of_steps[:7].sum() / of_steps.sum() < 1e-12
    assert list(np.arange(1, 51)[-7:]) == list(range(44, 51))
    for seed, rng in enumerate(rngs()):
        states = rng.choice([-1, 1], size=(50, 64))  # of equal size
        dz = of_steps[:, None] * rng.choice([-1, 1], size=(50, 64))
        early, late = (states[part].T @ dz[part] for part in (slice(43), slice(43, 50)))
        assert np.linalg.norm(early) < 0.02 * np.linalg.norm(late)
        seen = parts(T=20, seeds=3, seed=seed)  # an RNN whose steps back keep about 0.57
        assert np.median(seen.off[9]) < 0.03


def test_warm_12_sum():
    assert right("warm_12_sum").startswith("all of it, ")
    for rng in rngs():
        h, W, dy = -abs(rng.standard_normal((4, 8))), rng.standard_normal((8, 8)), rng.standard_normal((4, 8))
        _, through = ops.relu(h)  # all slopes are 0
        assert np.array_equal(dy + through(dy @ W.T), dy)
        step = 1e-7 * rng.standard_normal(h.shape)
        moved = (h + step + np.maximum(h + step, 0) @ W) - (h + np.maximum(h, 0) @ W)
        assert np.allclose(moved, step, rtol=1e-6, atol=1e-14)


# --- 13 ---------------------------------------------------------------------------------------------------------------


def test_warm_13_forget():
    assert right("warm_13_forget") == "about a third, because 100 factors of 0.99 multiply"
    assert round(0.99**100, 2) == 0.37
    for seed in range(5):
        net = compare(forget_bias=np.log(99), mode="paired", T=101, width=16, seed=seed)
        assert abs(net.highway[0] - 0.37) < 0.05  # of gates that vary a little around 0.99


def test_warm_13_clipping():
    assert right("warm_13_clipping") == "each update, because it uses the clipped gradient"
    for rng in rngs():
        W = 1.2 * np.linalg.qr(rng.standard_normal((8, 8)))[0]
        x = rng.standard_normal((1, 8))
        states, dh = [x], [rng.standard_normal((1, 8))]
        for _ in range(20):
            states.append(states[-1] @ W)
            dh.append(dh[-1] @ W.T)
        dW = sum(h.T @ later for h, later in zip(states[:-1], dh[-2::-1], strict=True))
        clipped = np.asarray(train.clip_by_norm([dW], 1.0))
        update = 0.1 * clipped[0]
        assert np.linalg.norm(update) <= 0.1
        lengths = np.linalg.norm(np.concatenate(dh), axis=1)
        assert np.allclose(lengths[1:] / lengths[:-1], 1.2)  # the factors stay,
        assert np.linalg.norm(200 * update) > 10  # and many updates in one direction move the weights far


def test_warm_13_baseline():
    assert right("warm_13_baseline").startswith("It calls no mail spam, ")
    wanted = np.arange(1000) < 900
    assert wanted.mean() == 0.9 > 0.88
    proportion = [rng.random(100_000) < 0.9 for rng in rngs()]
    wanted = np.arange(100_000) < 90_000
    assert all(abs(np.mean(guess == wanted) - 0.82) < 0.01 for guess in proportion)
    assert all(abs(np.mean((rng.random(100_000) < 0.5) == wanted) - 0.5) < 0.01 for rng in rngs())
