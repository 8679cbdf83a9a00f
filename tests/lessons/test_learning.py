"""Networks of many seeds and rates that learn at once, and the picture of them."""

import re

import numpy as np
import pytest

from vgrad import data, models, ops
from vgrad.kit.experiments import learning as learning_experiments
from vgrad.kit.experiments.learning import learn
from vgrad.kit.marks.learning import learning

SMALL = dict(depth=2, width=16, steps=20, seeds=3)


def test_learn_repeats_and_each_rate_has_its_networks():
    one, other = (learn("tanh", norm="layer", **SMALL) for _ in range(2))
    np.testing.assert_array_equal(one.accuracy, other.accuracy)
    assert one.accuracy.shape == one.losses.shape == (2, 3)
    assert one.curves.shape == (3, 20)
    best = np.median(one.accuracy, axis=1).argmax()
    np.testing.assert_allclose(one.curves[:, -10:].mean(axis=1), one.best, rtol=1e-6)
    np.testing.assert_array_equal(one.best, one.accuracy[best])
    np.testing.assert_array_equal(one.loss, one.losses[best])
    assert one.rate == one.rates[best]
    assert one.learnt == (one.best > 0.5).sum() == 3
    assert one.trouble is None


def test_learn_is_the_loop_that_one_would_write():
    record = learn("tanh", rates=(0.1,), seed=7, **SMALL)
    rng = np.random.default_rng(7)
    sizes = [64, 16, 16, 10]
    params = models.init_mlp(sizes, scheme="xavier_normal", ensemble=(3,), rng=rng, dtype="float32")
    digits, velocity = data.digits(dtype="float32"), [0.0] * 3
    batches = data.batches(digits.x_train, digits.y_train, 48, rng=rng)
    for step, (x, labels) in zip(range(20), batches, strict=False):
        logits, tape = models.mlp(params, x, "tanh")
        np.testing.assert_allclose(record.curves[:, step], (logits.argmax(-1) == labels).mean(-1), atol=0.03)
        grads, _ = models.gradients(tape, ops.softmax_cross_entropy(logits, labels)[1]())
        for k, (layer, grad) in enumerate(zip(params, grads, strict=True)):
            W, b = (0.9 * v + g for v, g in zip(velocity[k] or (0, 0), grad.affine, strict=True))
            velocity[k] = (W, b)
            params[k] = layer._replace(affine=ops.Affine(layer.affine.W - 0.1 * W, layer.affine.b - 0.1 * b))


def test_what_explodes_ends_early_and_has_learnt_nothing():
    record = learn("relu", gain=100.0, depth=30, width=16, steps=20, seeds=2)
    assert "inf" in record.trouble or "NaN" in record.trouble
    assert record.learnt == 0
    assert np.isnan(record.curves[:, -1]).all()
    assert "ReLU, plain, not finite: 0 of 2" in learning([record]).caption


@pytest.mark.parametrize(
    "wrong",
    [
        dict(activation="sine"),
        dict(norm="group"),
        dict(skip="around"),
        dict(scheme="zeros"),
        dict(seeds=0),
        dict(steps=0),
    ],
)
def test_learn_refuses_what_it_does_not_know(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))} is "):
        learn(**wrong)


def test_usual_is_he_for_the_halved_and_xavier_for_the_others():
    for name in ops.ACTIVATIONS:
        assert learning_experiments.usual(name).startswith("he" if name in ("relu", "leaky_relu") else "xavier")


def test_the_picture_counts_who_has_learnt():
    records = [learn("tanh", norm=norm, **SMALL) for norm in (None, "batch")]
    records.append(learn("relu", skip="activation_last", alpha="1/depth", **SMALL))
    picture = learning(records)
    told = re.findall(r"(tanh|ReLU), (plain|batch norm|skip/depth): (\d) of 3", picture.caption)
    assert told == [
        ("tanh", "plain", str(records[0].learnt)),
        ("tanh", "batch norm", str(records[1].learnt)),
        ("ReLU", "skip/depth", str(records[2].learnt)),
    ]
    assert learning(records).png() == picture.png()


def test_depths_are_named_where_they_differ():
    records = [learn("tanh", **{**SMALL, "depth": depth}) for depth in (1, 2)]
    assert "width 16: 1 layer, plain: 3 of 3; 2 layers, plain: 3 of 3." in learning(records).caption
