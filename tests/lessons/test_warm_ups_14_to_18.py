"""The warm-ups of lessons 14 to 18 are right about what earlier lessons taught, and their wrong choices are wrong."""

from __future__ import annotations

import numpy as np

from vgrad import models, ops, probes, train
from vgrad.kit import questions
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.reach import networks, reach
from vgrad.lessons import attention, diagnosis, memory
from vgrad.lessons.attention import token_columns
from vgrad.lessons.recurrence.measure.shared import parts
from vgrad.ops import bfloat16

ROOMS = ("attention", "precision", "diagnosis", "your_network", "scoreboard")
QUESTIONS = {name: q for room in ROOMS for name, q in questions.read(f"vgrad.lessons.{room}", "warm_up").items()}
SEEDS = range(5)


def right(name):
    return QUESTIONS[name].right


def smallest(E, F):
    """The smallest number above 0 of a format that is built like float16."""
    return 2.0 ** (1 - (2 ** (E - 1) - 1) - F)


def echo(span, **settings):
    """The accuracies of five RNNs that were trained to echo a bit of eight steps ago."""
    wanted = dict(cell="rnn", lag=8, carried=True, frozen=False, span=span) | settings
    (net,) = (net for net in memory.load("echo") if wanted.items() <= net.settings.items())
    return np.array(net.result["accuracy"])


def test_warm_14_truncation():
    assert right("warm_14_truncation").startswith("because no gradient reaches the bit eight steps back")
    assert [t // 4 - (t - 8) // 4 for t in range(8, 12)] == [2] * 4  # the bit is read two windows before
    assert echo(4).max() < 0.6
    assert np.median(echo(9)) > 0.9  # in windows that hold a bit and its answer, and with no more updates
    assert len({net.settings.get("steps") for net in memory.load("echo")}) == 1


def kept(params, seed):
    """The share of the gradient that an LSTM with these weights sends back through a hundred steps."""
    rng = np.random.default_rng(seed)
    outputs, steps = models.unroll("lstm", params, rng.standard_normal((100, 1, 2, 2)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(doutputs[-1].shape)
    *_, first = models.back_through_time(steps, doutputs)
    return probes.norm(np.concatenate(first.cotangent, axis=-1))[0] / probes.norm(doutputs[-1])[0]


def test_warm_14_forget():
    assert right("warm_14_forget").startswith("forget biases of 3")
    assert abs(ops.sigmoid(np.array(3.0))[0] - 0.95) < 0.005
    fresh = [reach("lstm", seeds=3, batch=2, seed=seed).ratio for seed in SEEDS]
    opened = [reach("lstm", bias=3.0, seeds=3, batch=2, seed=seed).ratio for seed in SEEDS]
    assert 1e-16 < np.median(fresh) < 1e-12 < 1e-9 < min(opened)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        plain, open_gates = (networks("lstm", seeds=1, bias=bias, seed=seed) for bias in (0.0, 3.0))
        gates = [np.linalg.qr(rng.standard_normal((32, 32)))[0] for _ in range(4)]
        turned = plain._replace(W_h=np.concatenate(gates, axis=1)[None])
        assert kept(turned, seed) < 1e-9 < 1e-3 < kept(open_gates, seed)
    params = networks("lstm", seeds=1, width=8)
    xs = np.random.default_rng(0).standard_normal((20, 1, 4, 2))
    outputs, steps = models.unroll("lstm", params, xs)
    shares = []
    for loss in (1, 1000):
        doutputs = np.zeros_like(outputs)
        doutputs[-1] = loss
        found = [probes.norm(step.cotangent[0])[0] for step in models.back_through_time(steps, doutputs)]
        shares.append(found[-1] / found[0])
    assert np.isclose(*shares)


def test_warm_14_eigen():
    assert right("warm_14_eigen").startswith("A's, because only A has")
    assert np.isclose(1.05**1000, 2e21, rtol=0.3)
    assert np.isclose(0.95**1000, 5e-23, rtol=0.1)

    def of(radius, stretch):
        shear = (stretch**2 - radius**2) / stretch  # the singular values of [[r, s], [0, r]] have the product r²
        return np.array([[radius, shear], [0, radius]])

    A, B = of(1.05, 1.1), of(0.95, 20)
    assert np.allclose([probes.spectral_radius(W) for W in (A, B)], (1.05, 0.95))
    assert np.allclose([probes.singular_values(W)[0] for W in (A, B)], (1.1, 20))
    sizes = [[probes.singular_values(np.linalg.matrix_power(W, t))[0] for W in (A, B)] for t in (10, 1000)]
    assert sizes[0][1] > 20 * sizes[0][0]
    assert sizes[1][0] > 1e20 > 1e-15 > sizes[1][1]


def test_warm_15_softmax_scale():
    assert right("warm_15_softmax_scale").startswith("large ones to one or two")
    for seed in SEEDS:
        q, k = np.random.default_rng(seed).standard_normal((2, 200, 256))
        s = q @ k[:64].T
        assert abs(s.mean()) < 2 < 15 < s.std() < 17
        order = np.sort(ops.softmax(s)[0])
        assert np.median(order[:, -2:].sum(axis=1)) > 0.95
        assert np.median(order[:, -1]) > 0.8
        best = np.sort(s)[:, -2:]
        assert np.median(order[:, -1] / order[:, -2]) > 5 > 2 > np.median(best[:, 1] / best[:, 0])
    assert np.exp(16) > 5e6


def test_warm_15_truncation():
    assert right("warm_15_truncation").startswith("for eight steps, because the state crosses the cuts")
    for seed in SEEDS:
        params = networks("gru", seeds=1, width=16, seed=seed)
        xs = np.random.default_rng(seed).standard_normal((16, 1, 4, 2))
        whole, _ = models.unroll("gru", params, xs)
        state, cut, reset = None, [], []
        for start in range(0, 16, 4):
            outputs, steps = models.unroll("gru", params, xs[start : start + 4], state)
            state = steps[-1].output
            cut.append(outputs)
            reset.append(models.unroll("gru", params, xs[start : start + 4])[0])
        assert np.allclose(np.concatenate(cut), whole)
        assert not np.allclose(np.concatenate(reset), whole, atol=1e-3)


def test_warm_15_post_norm():
    assert right("warm_15_post_norm").startswith("all of it, because the norms stand in the branches")
    unit = ops.Norm(np.ones(512), np.zeros(512))
    for seed in SEEDS:
        h, *branches = np.random.default_rng(seed).standard_normal((11, 4, 512))
        dy = dh = np.random.default_rng(seed + 100).standard_normal((4, 512))
        blocks = []
        for branch in branches:  # constants, as large as the path, which return no gradient
            h, pullback = ops.layer_norm(unit, ops.layer_norm(unit, h)[0] + branch)
            blocks.append(pullback)
        for pullback in blocks[::-1]:
            dh = pullback(dh)[1]
        assert abs(np.linalg.norm(dh) / np.linalg.norm(dy) * 32 - 1) < 0.1
    assert 0.5**10 == 1 / 1024
    x = np.random.default_rng(0).standard_normal((4, 8))
    step = 1e-6 * np.ones_like(x)

    def pre_norm(h):
        for _ in range(10):
            z = ops.layer_norm(ops.Norm(np.ones(8), np.zeros(8)), h)[0] - 9  # where ReLU has the slope 0
            h = h + ops.relu(z)[0]
        return h

    assert np.allclose(pre_norm(x + step) - pre_norm(x), step)


def test_warm_16_range():
    assert right("warm_16_range").startswith("the first")
    assert smallest(5, 10) == float(np.finfo(np.float16).smallest_subnormal)
    assert smallest(8, 23) == float(np.finfo(np.float32).smallest_subnormal)
    assert (smallest(5, 2), smallest(4, 3)) == (2.0**-16, 2.0**-9)
    assert smallest(4, 2) / smallest(4, 3) == 2  # one halving for a fraction bit


def test_warm_16_softmax_scale():
    assert right("warm_16_softmax_scale").startswith("all scores times 10")
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        s = rng.standard_normal((2000, 64))
        p = ops.softmax(s)[0]
        assert np.median(p.max(axis=-1)) < 0.15
        assert np.allclose(ops.softmax(s + 10)[0], p)
        assert np.median(ops.softmax(10 * s)[0].max(axis=-1)) > 0.8
        assert np.median(ops.softmax(s / 10)[0].max(axis=-1)) < 0.03 < 2 / 64  # a division makes the weights more equal
        q, k, v = rng.standard_normal((3, 12, 100))
        assert np.allclose(ops.attention(q, k, 10 * v)[0], 10 * ops.attention(q, k, v)[0])
        assert np.allclose(ops.attention(q, k, v, scale=1.0)[0], ops.softmax(10 * (q @ k.T / 100**0.5))[0] @ v)


def test_warm_16_time():
    assert right("warm_16_time").startswith("because dh is still large in the last few steps")
    for seed in SEEDS:
        shared = parts(T=30, seeds=4, seed=seed)
        assert np.median(shared.dh[0]) < 1e-4
        assert np.median(shared.off[9]) < 0.02  # without all but the last ten
        assert np.median(shared.dW[0]) < 1e-4 < 0.1 < np.median(shared.dW[-1])
        deep = flow(activation="sigmoid", depth=30, width=32, batch=8, seeds=2, seed=seed)
        assert deep.ratio < 1e-12


def trained(step):
    """The error left, the backward gain, the accuracy and the state of each network of lesson 16 at a step."""
    for net in diagnosis.followed(diagnosis.load("diagnosis_followed")):
        at = list(net.steps).index(step)
        yield from zip(net.left[at], net.reaches[at], net.accuracy[at], net.states[at], strict=True)


def test_warm_17_converged():
    assert right("warm_17_converged").startswith("Training has converged")
    found = [(accuracy, state) for left, gain, accuracy, state in trained(1000) if left < 1 / 100 and gain > 1]
    assert len(found) >= 5
    assert {state for _, state in found} == {"converged"}
    assert min(accuracy for accuracy, _ in found) > 0.99


def test_warm_17_range():
    assert right("warm_17_range").startswith("a copy in float32")
    w = master = np.float32(1.5)
    for _ in range(1000):
        w = bfloat16(w + np.float32(0.002))
        master += np.float32(0.002)
    assert (w, abs(bfloat16(master) - 3.5) < 0.05) == (1.5, True)
    scale = np.float32(2.0**20)
    assert scale * np.float32(0.002) / scale == np.float32(0.002)
    assert abs(bfloat16(np.float32(0.002)) / 0.002 - 1) < 2.0**-8  # its exponent bits hold 0.002 already
    assert bfloat16(np.float32(1.5 + 0.6 * 2.0**-7)) == 1.5 + 2.0**-7  # and its fraction bits make the steps near 1.5


def different(outgoing, optimizer, seed):
    """How many units of a tanh layer differ after training, whose incoming weights and biases started at 0."""
    rng = np.random.default_rng(seed)
    x, labels = rng.standard_normal((64, 5)), rng.integers(0, 3, 64)
    start = rng.standard_normal((1, 8, 3)) if outgoing == "random" else np.full((1, 8, 3), 0.1) * [1, 2, 3]
    layers = [ops.Affine(np.zeros((1, 5, 8)), np.zeros((1, 8))), ops.Affine(start, np.zeros((1, 3)))]
    batches = ((x, labels) for _ in range(8))
    params = [models.Layer(layer) for layer in layers]
    *_, last = train.fit(params, train.classifier("tanh"), batches, optimizer=optimizer, steps=8)
    units = last.params[0].affine.W[0].T
    assert abs(units).min() > 0  # weights of 0 did receive a gradient
    return len(np.unique(units.round(6), axis=0))


def test_warm_17_symmetry():
    assert right("warm_17_symmetry").startswith("They become different, because they receive different dh")
    for seed in SEEDS:
        assert different("random", train.sgd(0.5), seed) == 8
        assert different("equal", train.sgd(0.5), seed) == 1


def test_warm_18_first_steps():
    assert right("warm_18_first_steps").startswith("a warm-up")
    rate, rng = 0.01, np.random.default_rng(0)
    params = [np.zeros((1, 40, 30))]
    gradients = [[size * rng.standard_normal((1, 40, 30))] for size in (5, 3, 4, 2, 6)]
    clipped = [train.clip_by_norm(grads, 1.0, ensemble=1) for grads in gradients]

    def lengths(optimizer, gradients):
        memory, found = optimizer.start(params), []
        for grads in gradients:
            update, memory = optimizer.step(grads, memory, params)
            found.append(np.abs(update[0]).mean() / rate)
        return np.array(found)

    adam = train.adam(rate)
    assert np.isclose(lengths(adam, gradients)[0], 1)
    assert np.allclose(lengths(adam, clipped), lengths(adam, gradients), rtol=0.3)
    assert np.allclose(lengths(train.warmup(adam, 100), gradients), lengths(adam, gradients) * np.arange(1, 6) / 100)
    places = attention.compare_places()
    assert tuple(places.names[:2]) == ("post-norm", "post-norm, warm-up")
    plain, warm = places.accuracy[:2, places.rates.index(0.003)]
    assert max(plain) < 0.5 < min(warm)  # 200 steps did not repair it


def test_warm_18_converged():
    assert right("warm_18_converged").startswith("Layer 1 gets too little, because dh")
    for left, gain, accuracy, state in trained(1000):
        assert (state == "converged") == (left < 1 / 4) == (accuracy > 0.9)
        assert (state == "vanished") == (left >= 1 / 4 and gain < 1 / 1000)
    guessing = [(left, gain, state) for left, gain, accuracy, state in trained(1000) if accuracy < 0.2]
    assert len(guessing) == 5
    for left, gain, state in guessing:
        assert (0.9 < left < 1.1, 3e-7 < gain < 3e-6, state) == (True, True, "vanished")


def test_warm_18_alike():
    assert right("warm_18_alike").startswith("hardly at all")
    for seed in SEEDS:
        record = token_columns(norm="pre", depth=20, width=32, tokens=12, seeds=4, seed=seed)
        assert record.left < 1e-6
        assert 0.1 < np.median(record.dh[:, 0] / record.dh[:, -1]) < 10
        assert record.growth[-1] > 0.1
