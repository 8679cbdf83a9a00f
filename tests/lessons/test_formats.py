"""Where formats end, what a loss scale saves, and which updates a stored weight loses."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from vgrad import data, models, ops, train
from vgrad.kit.marks import grammar
from vgrad.lessons.precision import bits, records, show, store_in, train_in
from vgrad.lessons.precision.measure import nets
from vgrad.lessons.precision.say import formats as say_formats
from vgrad.lessons.precision.say import scaled as say_scaled
from vgrad.tape import leaves, tree_map

SMALL = dict(depth=2, width=8, batch=8, steps=12, seeds=2)
LOST = 2.0**-22  # a loss factor at which float16 keeps nothing of the gradient of 8 pictures


# --- the bits of a number ---------------------------------------------------------------------------------------------


def read(word):
    """The number of a word's bits, by the formula of the lesson."""
    kind, e, f = records.FORMATS[word.format], int(word.exponent, 2), int(word.fraction, 2)
    sign = -1.0 if word.sign == "1" else 1.0
    if e == 2**kind.exponent - 1:
        return sign * np.inf if f == 0 else np.nan
    if e == 0:
        return sign * f / 2**kind.fraction * 2.0 ** (1 - kind.bias)
    return sign * (1 + f / 2**kind.fraction) * 2.0 ** (e - kind.bias)


@pytest.mark.parametrize("number", [0.1, -3.0, 1.0, 65504.0, 6e-8, 1e-7, 3e-8, 1e5, 1e-40, 0.0, -np.inf, np.nan, 2e38])
def test_the_formula_of_the_lesson_reads_the_number_from_the_bits(number):
    words = {word.format: word for word in bits(number).words}
    for word in words.values():
        kind = records.FORMATS[word.format]
        assert (len(word.sign), len(word.exponent), len(word.fraction)) == (1, kind.exponent, kind.fraction)
        np.testing.assert_equal(read(word), word.value)
    half, single = words["float16"], words["float32"]
    with np.errstate(over="ignore"):
        assert int(half.sign + half.exponent + half.fraction, 2) == int(np.float16(number).view(np.uint16))
    if np.isfinite(number):
        assert struct.pack(">I", int(single.sign + single.exponent + single.fraction, 2)) == struct.pack(">f", number)


@pytest.mark.parametrize("name", ["float16", "float32"])
def test_the_ends_of_a_format_are_those_that_numpy_knows(name):
    kind, known = records.FORMATS[name], np.finfo(name)
    assert (kind.largest, kind.normal, kind.smallest) == (known.max, known.tiny, known.smallest_subnormal)


def test_the_ends_of_bfloat16_are_kept_and_what_lies_beyond_is_not():
    kind = records.FORMATS["bfloat16"]
    for number in (kind.largest, kind.normal, kind.smallest):
        assert ops.bfloat16(np.float32(number)) == number
    assert ops.bfloat16(np.float32(0.49 * kind.smallest)) == 0
    with np.errstate(over="ignore"):
        assert ops.bfloat16(np.float32(1.003 * kind.largest)) == np.inf


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0.1, "float16 stores 0.1 as 0.09998, bfloat16 as 0.1001 and float32 as 0.1."),
        (1e5, "float16 stores 1e+05 as inf, bfloat16 as 9.984e+04 and float32 as 1e+05."),
        (np.nan, "float16 stores NaN as NaN, bfloat16 as NaN and float32 as NaN."),
    ],
)
def test_the_picture_of_bits_says_what_is_stored(number, said):
    picture = show(bits(number))
    assert picture.caption == said
    drawn = [text.get_text() for text in picture.figure.axes[0].texts]
    for word in bits(number).words:
        together = word.sign + word.exponent + word.fraction
        assert together in "".join(text for text in drawn if text in "01")
        assert f"{word.sign} {word.exponent} {word.fraction}" in picture.alt
        assert any(say_formats.exponent_label(word) in text for text in drawn)


def test_the_label_of_an_exponent_tells_the_three_kinds_apart():
    labels = [say_formats.exponent_label(bits(number).words[0]) for number in (0.1, 1e-7, np.inf)]
    assert labels == ["e = 11, so times 2⁻⁴", "e = 0: subnormal, times 2⁻¹⁴", "e = 31: inf or NaN"]


# --- a loss scale -----------------------------------------------------------------------------------------------------


def by_hand(precision, factor, scale):
    """The same training in a plain loop: the first network alone, by Adam's formula, on whole parameters."""
    params = tree_map(lambda array: array[0], nets.drawn(2, 8, 2, 0))
    mean, square = tree_map(np.zeros_like, params), tree_map(np.zeros_like, params)
    digits = data.digits(dtype="float32")
    found = []
    given = data.batches(digits.x_train, digits.y_train, 8, rng=np.random.default_rng((0, 1)))
    for t, (x, labels) in zip(range(1, 13), given, strict=False):
        cast = tree_map(lambda array: array.astype(precision), params)
        logits, tape = models.mlp(cast, x.astype(precision), "tanh")
        found.append((logits.argmax(axis=-1) == labels).mean())
        _, pullback = ops.softmax_cross_entropy(logits, labels)
        grads, _ = models.gradients(tape, pullback(scale * factor))
        dW = tree_map(lambda d: d.astype(np.float32) / scale, grads)
        mean = tree_map(lambda m, d: 0.9 * m + 0.1 * d, mean, dW)
        square = tree_map(lambda s, d: 0.999 * s + 0.001 * d**2, square, dW)
        params = tree_map(
            lambda w, m, s, t=t: w - 3e-3 * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8),
            params, mean, square,
        )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("precision", "factor", "scale"), [("float32", 1.0, 1.0), ("float16", 1.0, 1.0), ("float16", LOST, 2.0**20)]
)
def test_training_in_a_format_is_the_loop_that_one_would_write(precision, factor, scale):
    record = train_in(precision, factor=factor, scale=scale, **SMALL)
    np.testing.assert_allclose(record.accuracy[0], by_hand(precision, factor, scale), atol=0.126)
    assert record.accuracy[0][:3] == pytest.approx(by_hand(precision, factor, scale)[:3])


def test_a_small_loss_underflows_in_float16_alone_and_a_scale_saves_it():
    lost = train_in("float16", factor=LOST, **SMALL)
    np.testing.assert_array_equal(lost.zeros, 1)
    np.testing.assert_array_equal(lost.size, 0)
    np.testing.assert_allclose(train_in(factor=LOST, **SMALL).size, LOST * train_in(**SMALL).size, rtol=1e-5)
    for kept in (
        train_in("float16", **SMALL),
        train_in("float32", factor=LOST, **SMALL),
        train_in("bfloat16", factor=LOST, **SMALL),
        train_in("float16", factor=LOST, scale=2.0**20, **SMALL),
    ):
        assert kept.zeros.max() < 0.02
        assert kept.size.min() > 0
        assert (kept.accuracy != lost.accuracy).any()


def test_the_factor_at_which_every_entry_is_0_is_that_of_the_smallest_number():
    """Each entry of dlogits is at most factor / batch, and half of the smallest number is rounded to 0."""
    edge = 8 * records.FORMATS["float16"].smallest / 2
    at, above = (train_in("float16", factor=w, **SMALL | dict(steps=1)) for w in (edge, 4 * edge))
    np.testing.assert_array_equal(at.zeros, 1)
    logits, _ = models.mlp(nets.drawn(2, 8, 2, 0), next(nets.batches(8, 0))[0], "tanh")
    labels = next(nets.batches(8, 0))[1]
    dlogits = ops.softmax_cross_entropy(logits.astype(np.float16), labels)[1]
    assert not dlogits(edge).any()
    assert dlogits(4 * edge).any()
    assert above.zeros.min() > 0.2  # the products on the way are smaller still


def test_a_dynamic_scale_comes_down_and_skips_and_a_static_one_does_not():
    dynamic = train_in("float16", factor=LOST, scale=2.0**44, every=4, **SMALL)
    first = np.flatnonzero(~dynamic.skipped)[0]
    assert 3 <= first <= 8
    np.testing.assert_array_equal(dynamic.scales[: first + 1], 2.0 ** (44 - np.arange(first + 1)))
    np.testing.assert_array_equal(dynamic.accuracy[:, 0], train_in("float16", **SMALL).accuracy[:, 0])
    static = train_in("float16", factor=LOST, scale=2.0**44, **SMALL)
    assert static.skipped.all()
    assert set(static.scales) == {2.0**44}
    assert static.trouble is None


def test_the_sentence_tells_the_accuracies_and_the_settings():
    runs = [train_in("float32", factor=LOST, **SMALL), train_in("float16", factor=LOST, scale=2.0**20, **SMALL)]
    runs.append(train_in("float16", factor=LOST, scale=2.0**20, every=50, **SMALL))
    picture = show(runs)
    shares = [f"{np.median(run.right):.0%}" for run in runs]
    assert picture.caption.splitlines()[0] == (
        f"In float32 the networks classify {shares[0]} of the pictures correctly, in float16 with scale 2²⁰ "
        f"{shares[1]} and in float16 with a dynamic scale {shares[2]}."
    )
    assert "Median of 2 networks, 2 tanh layers of 8 units, Adam at 0.003, loss × 2⁻²²." in picture.caption
    drawn = [line.get_ydata() for line in picture.figure.axes[0].lines]
    for run in runs:
        median = grammar.quantiles(say_scaled.means(run))[1]
        assert any(len(line) == len(median) and np.allclose(line, median) for line in drawn)
        assert f"{say_scaled.label(run)} {grammar.number(median[0])} at step 10" in picture.alt


# --- weights in fewer digits ------------------------------------------------------------------------------------------


def test_weights_in_float32_are_the_plain_loop():
    record = store_in("float32", **SMALL)
    start = nets.drawn(2, 8, 2, 0)
    *_, last = train.fit(start, train.classifier("tanh"), nets.batches(8, 0), optimizer=train.sgd(0.01), steps=12)
    digits = data.digits(dtype="float32")
    x = np.broadcast_to(digits.x_train, (2, *digits.x_train.shape))
    logits, _ = models.mlp(last.params, x, "tanh")
    np.testing.assert_allclose(record.loss, ops.softmax_cross_entropy(logits, digits.y_train)[0], rtol=1e-5)
    assert record.still.max() < 0.01


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_what_does_not_move_lies_between_the_two_limits(name):
    record = store_in(name, **SMALL)
    assert (record.least <= record.still).all()
    assert (record.still <= record.most).all()
    assert record.most.mean() - record.least.mean() < 0.25
    assert 0.02 < record.still.mean() < 0.98


def test_the_limits_of_a_lost_update_are_sharp():
    """Just below a power of two |w|/512 is the limit, and at a power of two it is |w|/256."""
    for w, limit in ((1.0, 1 / 256), (2 - 2.0**-7, 1 / 512)):
        rounded = [ops.bfloat16(np.float32(w * (1 + factor * limit))) for factor in (0.99, 1.02)]
        assert rounded[0] == np.float32(w) < rounded[1]


def test_a_large_rate_moves_more_and_a_rate_of_0_moves_nothing():
    still = [store_in("bfloat16", rate=rate, **SMALL).still.mean() for rate in (0.0, 0.01, 1.0)]
    assert still[0] == 1 > still[1] > still[2] + 0.1


def test_master_weights_learn_as_if_nothing_were_rounded():
    losses = {
        kind: store_in(*kind[:1], master=kind[1], rate=0.003, **SMALL | dict(steps=60)).loss
        for kind in (("float32", False), ("bfloat16", True), ("bfloat16", False))
    }
    single, master, lost = losses.values()
    assert np.all(abs(master - single) < 0.1 * abs(lost - single))


def test_stochastic_rounding_is_refused_where_there_is_none():
    with pytest.raises(ValueError, match=r"stochastic is True; allowed is False, but in bfloat16"):
        store_in("float16", stochastic=True, **SMALL)
    assert store_in("bfloat16", stochastic=True, **SMALL).stochastic


def test_the_nets_are_the_same_for_the_same_seed_and_others_for_another():
    one, again, other = (leaves(nets.drawn(2, 8, 2, seed)) for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[0][0], one[0][1])
