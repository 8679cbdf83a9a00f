"""Numbers at the edge: a thousand layers, one unit, weights of 0 and of 1e30, two thousand steps, float16.

What is measured there is the number that exact arithmetic gives, or the sentence says what overflowed, and where.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from vgrad import data, models, probes, train
from vgrad.kit.experiments import training
from vgrad.kit.experiments.flow import flow
from vgrad.kit.words.flow import sentence
from vgrad.lessons.initialization import say as initialization_say
from vgrad.lessons.learning.say import training as learning_say
from vgrad.lessons.recurrence.draw.recurrence import powers
from vgrad.lessons.recurrence.measure import connectivity as recurrence_measure_connectivity
from vgrad.lessons.recurrence.measure import recurrence as recurrence_measure
from vgrad.lessons.recurrence.say import connectivity as recurrence_say

ONE = dict(width=1, batch=1, seeds=1)


def log10(number: Fraction) -> float:
    """log10 of a positive fraction of any size."""
    return math.log10(number.numerator) - math.log10(number.denominator)


def exact_norm(entries) -> float:
    """√Σ a², by whole numbers alone, to 40 digits."""
    square = sum(Fraction(float(entry)) ** 2 for entry in np.ravel(entries))
    if not square:
        return 0.0
    shift = 10 ** (2 * (40 + 330))
    return float(Fraction(math.isqrt(int(square * shift)), math.isqrt(shift)))


# --- norms ------------------------------------------------------------------------------------------------------------

MIXED = {
    "tiny": ("float32", [1e-30, -3e-30, 2e-31]), "subnormal": ("float32", [1e-44, 3e-44, -1e-45]),
    "large": ("float32", [1e30, -2e30, 3e38]), "all sizes": ("float32", [1e-44, 1e-30, 1e30, -1e30]),
    "tiny and 0": ("float32", [0.0, 1e-44, 0.0, 0.0]), "half": ("float16", [6e-8, 1e-4, 6e4, -6e4]),
    "half, subnormal": ("float16", [6e-8, -1.2e-7, 6e-8]), "double": ("float64", [1e-320, 3e-320, 1e-310]),
    "double, all sizes": ("float64", [1e-300, 1e-160, 1e-155]), "double, large": ("float64", [1e300, 1e154, -1e300]),
}  # fmt: skip


@pytest.mark.parametrize("name", MIXED)
def test_a_norm_is_right_to_twelve_digits_whatever_its_entries(name):
    dtype, entries = MIXED[name]
    a = np.array(entries, dtype)[None]
    right = exact_norm(a)
    for size in (probes.norm(a), *probes.norm(np.stack([a, -a]))):
        assert size == pytest.approx(right, rel=1e-12, abs=5e-324)
    for size in (probes.joint_norm([a, a]), train.global_norm([a, a])):
        assert size == pytest.approx(exact_norm([a, a]), rel=1e-12, abs=1e-323)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("shape", "size"),
    [((0, 3), ()), ((3, 0), ()), ((0, 3, 4), (0,)), ((2, 0, 4), (2,)), ((2, 3, 0), (2,)), ((3, 4), ())],
)
def test_the_norm_of_nothing_and_of_zeros_is_0(shape, size, dtype):
    norm = probes.norm(np.zeros(shape, dtype))
    assert norm.dtype == np.float64
    np.testing.assert_array_equal(norm, np.zeros(size))


def test_the_entries_of_nothing_are_no_shares():
    with pytest.raises(ValueError, match=r"^a has shape \(0, 3\)"):
        probes.entries(np.zeros((0, 3)))


# --- depth ------------------------------------------------------------------------------------------------------------


def factors(depth, gain=1.0, seed=0):
    """The weights of flow's first network of one unit, from its own draws: W_1 … W_depth, and cotangent of the last."""
    draws = [np.random.default_rng((seed, k, 0)).standard_normal((1, 1, 1)).item() for k in range(1, depth + 1)]
    return [gain * draw for draw in draws]


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_a_thousand_factors_give_the_gradient_that_fractions_give(gain):
    """dh_k = dh_1000 · W_1000 … W_{k+1}, exactly; below float64's range it is 0, and counted as that."""
    record = flow(depth=1000, activation="identity", gain=gain, **ONE)
    product, decades = Fraction(1), [0.0]
    for W in reversed(factors(1000, gain)[1:]):
        product *= abs(Fraction(W))
        decades.append(log10(product))
    expected = np.log10(record.dh[0, -1]) + np.array(decades[::-1])
    regular, gone = np.abs(expected) < 305, expected < -325
    np.testing.assert_allclose(np.log10(record.dh[0, regular]), expected[regular], rtol=0, atol=1e-11)
    np.testing.assert_array_equal(record.dh[0, gone], 0)
    np.testing.assert_array_equal(record.entries.zeros[gone], 1)
    assert gone.any() == (gain == 0.5)
    assert record.overflow is None
    assert ("underflow" in sentence(record)) == (gain == 0.5)


def test_weights_of_1e30_overflow_at_the_layer_that_fractions_say():
    record = flow(depth=30, activation="identity", gain=1e30, **ONE)
    x = record.h[0, 0] / abs(factors(1, 1e30)[0])
    size, layer = Fraction(float(x)), 0
    while size < Fraction(2) ** 1024:
        size *= abs(Fraction(factors(30, 1e30)[layer]))
        layer += 1
    assert record.overflow == layer
    assert f"float64 overflows at layer {layer}" in sentence(record)


@pytest.mark.parametrize("precision", ["float16", "float32", "float64"])
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "relu"])
def test_weights_of_0_pass_nothing_and_the_sentence_says_so(activation, precision):
    record = flow(depth=3, activation=activation, gain=0.0, precision=precision, **ONE)
    np.testing.assert_array_equal(record.dh[0, :-1], 0)
    assert record.dh[0, -1] > 0
    assert "All weights are 0, and so nothing passes." in sentence(record)


def test_the_signal_of_one_unit_is_that_of_scalars():
    record = flow(depth=200, width=1, batch=2, seeds=1, activation="identity")
    draws = [np.random.default_rng((0, k, 0)).standard_normal((1, 1, 1)).item() for k in range(1, 201)]
    logs = np.log10(np.abs(draws))
    forward = np.log10(record.h[0]) - np.log10(record.h[0, 0])
    np.testing.assert_allclose(forward, np.cumsum(logs) - logs[0], atol=1e-11)
    np.testing.assert_allclose(np.log10(record.each("dh")[0]), logs[::-1].cumsum()[::-1] - logs, atol=1e-11)
    for activation, said in (("identity", "beyond float64, so it overflows"), ("tanh", "exactly 0, so it vanishes")):
        huge = flow(depth=30, width=1, batch=2, seeds=1, activation=activation, gain=1e30)
        assert f"the first layer's dh is {said}" in initialization_say.sentence(huge)


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [0.5, 1.01, 2.0])
def test_two_thousand_steps_of_one_unit_are_a_power(w):
    """A linear RNN: dh_t is w^(T - t), by fractions; 0 below float64's range, inf above it."""
    T, identity = 2000, lambda z: (z, lambda dh: dh)

    def linear(params, x, state):
        from vgrad.cells import rnn

        return rnn(params, x, state, activation=identity)

    params = models.init_recurrent("rnn", 1, 1, rng=np.random.default_rng(0), recurrent=np.full((1, 1), w))
    _, tape = models.unroll(linear, params, np.zeros((T, 1, 1)))
    doutputs = np.zeros((T, 1, 1))
    doutputs[-1] = 1
    with np.errstate(over="ignore", invalid="ignore"):
        norms = probes.norms_in_time(tape, doutputs)
    expected = (T - 1 - np.arange(T)) * log10(Fraction(w))
    inside, gone, above = np.abs(expected) < 305, expected < -325, expected > 309
    np.testing.assert_allclose(np.log10(norms[inside]), expected[inside], atol=1e-10)
    np.testing.assert_array_equal(norms[gone], 0)
    np.testing.assert_array_equal(norms[above], np.inf)


def test_powers_beyond_float64_are_infinite_not_nothing():
    record = recurrence_measure.powers(
        T=1100, half=np.eye(2) / 2, two=2 * np.eye(2), turn=np.array([[0.0, -2], [2, 0]])
    )
    t = np.arange(1101)
    np.testing.assert_array_equal(record.sizes[0], 0.5**t)
    for sizes in record.sizes[1:]:
        np.testing.assert_allclose(sizes[:1024], 2.0 ** t[:1024], rtol=1e-12)
        np.testing.assert_array_equal(sizes[1024:], np.inf)
    assert "not a number" not in powers(record).caption


def test_logarithms_of_products_have_no_range():
    record = recurrence_measure.tied(n=1, T=2000, draws=3)
    W = np.random.default_rng(0).standard_normal((3, 2000))
    np.testing.assert_allclose(record.fresh, np.log(np.abs(W)).sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(record.shared, 2000 * np.log(np.abs(W[:, 0])), rtol=1e-12)


def test_radii_of_0_and_of_1e30_are_answered_also_after_two_thousand_steps():
    record = recurrence_measure.by_radius(radii=(0.0, 1e30), inputs=(0.0,), n=1, T=2000, seeds=2)
    np.testing.assert_array_equal(record.sizes, 0)
    assert record.theory[0, 0] == 0


def test_a_gradient_that_reaches_no_word_has_not_overflowed():
    record = recurrence_measure_connectivity.connectivity("the key near the door", gain=1e30, seeds=2)
    np.testing.assert_array_equal(record.reach["rnn"].median[:-1], 0)
    assert 'The gradient at "the" is exactly 0 (RNN), ' in recurrence_say.sentence(record)
    assert "vanishes in" in recurrence_say.sentence(record)
    assert "overflows in the RNN" not in recurrence_say.sentence(record)


# --- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", train.OPTIMIZERS)
@pytest.mark.parametrize("rate", [0.0, 1e30])
def test_a_rate_of_0_moves_nothing_and_one_of_1e30_is_told(rule, rate):
    record = training.train_mlp("tanh", optimizer=rule, rate=rate, depth=5, width=1, batch=1, steps=3, seeds=1)
    said = learning_say.sentence(record)
    assert "nan" not in said
    if rate == 0:
        np.testing.assert_array_equal(record.movement, 0)
        assert "has moved by exactly 0 of its size" in said
    else:
        assert record.movement[0, -1] > 1e20
        assert "no better than guessing" in said


def test_a_step_of_sgd_in_float16_is_the_step_of_fractions():
    """One unit, one sample: W' = round(W - rate · dW), with dW of the tape itself."""
    rng = np.random.default_rng(0)
    params = models.init_mlp([64, 1, 10], scheme="lecun_normal", rng=rng, dtype="float16")
    digits = data.digits(dtype="float16")
    batch = digits.x_train[:1], digits.y_train[:1]
    model = train.classifier("tanh")
    (record,) = train.fit(params, model, [batch], optimizer=train.sgd(0.5), steps=1)
    grads = model(params, batch).grads
    for old, new, d in zip(params, record.params, grads, strict=True):
        exact = [
            float(Fraction(float(W)) - Fraction(float(dW)) / 2)
            for W, dW in zip(*map(np.ravel, (old.affine.W, d.affine.W)), strict=True)
        ]
        step = np.spacing(np.abs(old.affine.W).max())
        np.testing.assert_allclose(np.ravel(new.affine.W), exact, rtol=0, atol=float(step))


def test_an_overflow_in_float16_is_named_with_its_layer():
    params = models.init_mlp(
        [64, *[4] * 20, 10], scheme="he_normal", rng=np.random.default_rng(0), dtype="float16", gain=4.0
    )
    digits = data.digits(dtype="float16")
    batch = digits.x_train[:8], digits.y_train[:8]
    (record,) = train.fit(params, train.classifier("relu"), [batch], optimizer=train.adam(0.01), steps=1)
    h, layer = batch[0].astype(np.longdouble), 0
    while np.abs(h).max() < 65520:
        h = np.maximum(h @ params[layer].affine.W.astype(np.longdouble), 0)
        layer += 1
    assert record.trouble == f'Step 1: forward, the output of "affine {layer}" holds inf'
