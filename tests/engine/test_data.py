"""The tasks are what their docstrings say: marginals, answers, chance levels, and the picture book of digits."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vgrad import data, ops

ROOT = Path(__file__).resolve().parents[2]
DTYPES = ["float16", "float32", "float64"]
RNG = np.random.default_rng(0)  # of calls that draw nothing
PLURALS = set(data.NOUNS.values())
TASKS = {
    "spirals": dict(n=60),
    "xor": dict(n=60),
    "adding": dict(T=12, N=40),
    "copy_memory": dict(T=7, N=40),
    "agreement": dict(distance=9, N=40),
}


def draw(name, seed=0, **options):
    return getattr(data, name)(**{"rng": np.random.default_rng(seed)} | TASKS[name] | options)


def chance(n):
    """Five standard deviations of the mean of n fair coins."""
    return 5 * 0.5 / n**0.5


def nouns(words):
    return [word for word in words if word in data.NOUNS or word in PLURALS]


def linear_accuracy(x, labels):
    """Of the best affine map onto ±1, by least squares."""
    rows, sign = np.column_stack([x, np.ones(len(x))]), 2 * labels - 1
    return np.mean(np.sign(rows @ np.linalg.lstsq(rows, sign, rcond=None)[0]) == sign)


# --- what all tasks share -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "options", "x_shape", "y_shape"),
    [
        ("spirals", dict(n=7, classes=3), (7, 2), (7,)),
        ("spirals", dict(n=1), (1, 2), (1,)),
        ("xor", dict(n=9), (9, 2), (9,)),
        ("xor", dict(n=1), (1, 2), (1,)),
        ("adding", dict(T=7, N=5), (7, 5, 2), (5, 1)),
        ("adding", dict(T=2, N=1), (2, 1, 2), (1, 1)),
        ("copy_memory", dict(T=5, N=4, symbols=3, length=2), (9, 4, 5), (9, 4)),
        ("copy_memory", dict(T=1, N=1, symbols=1, length=1), (3, 1, 3), (3, 1)),
        ("agreement", dict(distance=8, N=5), (10, 5, len(data.VOCABULARY)), (5,)),
        ("agreement", dict(distance=0, N=1), (2, 1, len(data.VOCABULARY)), (1,)),
    ],
)
def test_shapes_and_precision(name, options, x_shape, y_shape, dtype):
    x, y, *_ = draw(name, dtype=dtype, **options)
    assert (x.shape, y.shape) == (x_shape, y_shape)
    assert x.dtype == dtype
    assert y.dtype == (dtype if name == "adding" else np.int64)


@pytest.mark.parametrize("name", TASKS)
def test_a_seed_is_a_data_set_and_another_seed_another(name):
    (x, y, *_), (again, y_again, *_), (other, y_other, *_) = draw(name), draw(name), draw(name, seed=1)
    np.testing.assert_array_equal(x, again)
    np.testing.assert_array_equal(y, y_again)
    assert (x != other).any()
    assert (y != y_other).any()


@pytest.mark.parametrize("name", TASKS)
def test_one_generator_gives_new_data_every_time(name):
    rng = np.random.default_rng(0)
    assert (draw(name, rng=rng)[0] != draw(name, rng=rng)[0]).any()


@pytest.mark.parametrize("dtype", DTYPES[:2])
@pytest.mark.parametrize("name", TASKS)
def test_a_low_precision_rounds_the_same_data(name, dtype):
    np.testing.assert_array_equal(draw(name, dtype=dtype)[0], draw(name)[0].astype(dtype))


# --- points ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 60, 61])
def test_classes_of_points_are_equally_frequent_to_within_one(n, classes):
    counts = np.bincount(draw("spirals", n=n, classes=classes)[1], minlength=classes)
    assert np.ptp(counts) <= 1
    assert len(counts) == classes
    assert np.ptp(np.bincount(draw("xor", n=n)[1], minlength=2)) <= 1


@pytest.mark.parametrize("name", ["spirals", "xor"])
def test_points_have_mean_0_and_mean_square_1_and_noise_adds_its_variance(name):
    n = 20_000
    for noise in (0.0, 0.5):
        x, _ = draw(name, n=n, noise=noise)
        assert abs(x.mean(axis=0)).max() < 5 * (1 + noise**2) ** 0.5 / n**0.5
        np.testing.assert_allclose(np.mean(x**2, axis=0), 1 + noise**2, rtol=0.05)


def test_points_come_in_random_order():
    for name in ("spirals", "xor"):
        _, labels = draw(name, n=4000)
        assert abs(np.mean(labels[1:] == labels[:-1]) - 0.5) < chance(4000)


@pytest.mark.parametrize("turns", [0.5, 1.5, -3.0])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_noiseless_spiral_tells_its_class_by_radius_and_angle(classes, turns):
    x, labels = draw("spirals", n=500, classes=classes, turns=turns, noise=0.0)
    r, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    assert r.max() <= 2
    arm = (angle / (2 * np.pi) - turns * r / 2) * classes
    np.testing.assert_allclose(np.cos(2 * np.pi * (arm - labels) / classes), 1, atol=1e-10)


def test_spirals_fill_the_disc_evenly():
    r = np.hypot(*draw("spirals", n=10_000, noise=0.0)[0].T)
    for inner in (0.5, 1.0, 1.5):
        assert abs(np.mean(r < inner) - (inner / 2) ** 2) < chance(10_000)


def test_xor_is_1_where_the_signs_differ_and_no_feature_alone_tells():
    x, labels = draw("xor", n=4000, noise=0.0)
    assert set(map(tuple, x.tolist())) == set(itertools.product((-1.0, 1.0), repeat=2))
    np.testing.assert_array_equal(labels, x[:, 0] * x[:, 1] < 0)
    assert abs(np.mean(labels == (x > 0).T, axis=1) - 0.5).max() < chance(4000)


def test_xor_is_out_of_reach_of_a_linear_map():
    assert linear_accuracy(*draw("xor", n=4000)) < 0.6


def test_the_default_spirals_are_out_of_reach_of_a_linear_map_but_not_of_their_neighbours():
    x, labels = draw("spirals", n=1000)
    unseen, truth = draw("spirals", n=500, seed=1)
    nearest = ((unseen[:, None] - x) ** 2).sum(axis=-1).argmin(axis=1)
    assert linear_accuracy(x, labels) < 0.75
    assert np.mean(labels[nearest] == truth) > 0.97


@pytest.mark.parametrize(("name", "option"), [("spirals", "turns"), ("spirals", "noise"), ("xor", "noise")])
def test_a_slider_moves_the_same_points(name, option):
    (x, labels), (moved, same) = draw(name, **{option: 0.2}), draw(name, **{option: 0.2001})
    np.testing.assert_array_equal(labels, same)
    assert 0 < abs(moved - x).max() < 0.002


# --- sequences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("T", [2, 3, 10, 101])
def test_adding_marks_one_step_in_each_half_and_asks_for_their_sum(T):
    xs, target = draw("adding", T=T, N=500)
    numbers, marks = xs[..., 0], xs[..., 1]
    assert set(np.unique(marks)) == {0.0, 1.0} or T == 2
    assert (marks[: T // 2].sum(axis=0) == 1).all()
    assert (marks[T // 2 :].sum(axis=0) == 1).all()
    np.testing.assert_allclose(target[:, 0], (numbers * marks).sum(axis=0), rtol=1e-15)


def test_adding_marks_every_step_of_a_half_equally_often():
    T, N = 11, 20_000
    frequency = draw("adding", T=T, N=N)[0][..., 1].mean(axis=1)
    expected = np.repeat([1 / 5, 1 / 6], [5, 6])
    assert abs(frequency - expected).max() < chance(N)


def test_adding_draws_its_numbers_evenly():
    numbers = draw("adding", T=100, N=200)[0][..., 0].ravel()
    assert 0 <= numbers.min() < 0.001
    assert 0.999 < numbers.max() < 1
    for bound in (0.1, 0.5, 0.9):
        assert abs(np.mean(numbers < bound) - bound) < chance(numbers.size)


def test_always_answering_1_costs_the_adding_baseline():
    _, target = draw("adding", T=6, N=100_000)
    assert ops.mse(np.ones_like(target), target)[0] == pytest.approx(data.ADDING_BASELINE, rel=0.02)
    assert ops.mse(np.full_like(target, target.mean()), target)[0] == pytest.approx(data.ADDING_BASELINE, rel=0.02)


@pytest.mark.parametrize(("T", "symbols", "length"), [(1, 2, 1), (7, 8, 10), (30, 4, 3)])
def test_copy_memory_asks_for_the_message_after_the_cue(T, symbols, length):
    xs, labels = draw("copy_memory", T=T, symbols=symbols, length=length)
    assert (xs.sum(axis=-1) == 1).all()
    inputs = xs.argmax(axis=-1)
    message, blank, cue = inputs[:length], symbols, symbols + 1
    assert (message < symbols).all()
    assert (inputs[length : length + T - 1] == blank).all()
    assert (inputs[length + T - 1] == cue).all()
    assert (inputs[length + T :] == blank).all()
    assert (labels[: T + length] == blank).all()
    np.testing.assert_array_equal(labels[T + length :], message)


def test_copy_memory_draws_its_symbols_evenly():
    message = draw("copy_memory", N=2000)[0][:10].argmax(axis=-1)
    assert abs(np.bincount(message.ravel()) / message.size - 1 / 8).max() < chance(message.size)


@pytest.mark.parametrize(("T", "symbols", "length"), [(5, 8, 10), (20, 3, 4)])
def test_a_guess_without_memory_costs_the_copy_baseline(T, symbols, length):
    """It says blank until the cue, for certain, and then each symbol with the same probability."""
    _, labels = draw("copy_memory", T=T, symbols=symbols, length=length)
    logits = np.zeros((*labels.shape, symbols + 1))
    logits[: T + length, :, symbols] = 1000
    logits[T + length :, :, symbols] = -1000
    loss = ops.softmax_cross_entropy(logits, labels)[0].mean()
    assert loss == pytest.approx(data.copy_baseline(T, symbols=symbols, length=length), rel=1e-12)


def test_the_copy_baseline_of_the_paper():
    assert data.copy_baseline(100) == pytest.approx(10 * math.log(8) / 120, rel=1e-15)


@pytest.mark.parametrize("shape", [(), (4,), (3, 2)])
def test_one_hot_has_one_1_at_the_label(shape):
    labels = np.random.default_rng(0).integers(0, 6, shape)
    hot = data.one_hot(labels, 6, dtype="float32")
    assert (hot.shape, hot.dtype) == ((*shape, 6), np.float32)
    np.testing.assert_array_equal(hot.argmax(axis=-1), labels)
    np.testing.assert_array_equal(hot.sum(axis=-1), np.ones(shape))


# --- sentences ------------------------------------------------------------------------------------------------------

DISTANCES = [0, 1, 2, 3, 4, 5, 6, 7, 10, 25]
FORM = r"\w+"
ADJECTIVES = r"(?:(?:(?:strange|lovely|famous|curious) )?(?:old|new|small|big) )?"
PLACE = rf"(?:near|behind|beside|opposite) the {ADJECTIVES}({FORM})"
CLAUSE = rf"that the {ADJECTIVES}({FORM}) (?:saw|found|painted|watched|sketched|remembered)"
SENTENCE = re.compile(rf"the ({FORM})(?: {CLAUSE})?(?: {PLACE}(?: {CLAUSE})?)*(?: nearby| over there)?")


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_sentence_is_grammatical_and_its_first_noun_decides(distance):
    _, labels, words = draw("agreement", distance=distance, N=300)
    for label, sentence in zip(labels, words, strict=True):
        assert len(sentence) == distance + 2
        assert SENTENCE.fullmatch(" ".join(sentence)), " ".join(sentence)
        assert label == (sentence[1] in PLURALS)
        assert sentence[1] in nouns(sentence)


@pytest.mark.parametrize("distance", DISTANCES)
def test_xs_are_the_words_in_the_order_of_the_vocabulary(distance):
    xs, _, words = draw("agreement", distance=distance, N=20)
    assert (xs.sum(axis=-1) == 1).all()
    read = [[data.VOCABULARY[index] for index in column] for column in xs.argmax(axis=-1).T]
    assert read == words


@pytest.mark.parametrize("N", [1, 2, 33, 100])
def test_half_of_the_subjects_are_plural(N):
    assert abs(2 * draw("agreement", N=N)[1].sum() - N) <= 1


@pytest.mark.parametrize("distance", [3, 4, 5, 8, 15, 30])
def test_the_last_noun_is_right_half_of_the_time(distance):
    N = 3000
    _, labels, words = draw("agreement", distance=distance, N=N)
    assert min(len(nouns(sentence)) for sentence in words) >= 2
    last = np.array([nouns(sentence)[-1] in PLURALS for sentence in words])
    assert abs(np.mean(last == labels) - 0.5) < chance(N)
    for number in (0, 1):
        assert abs(np.mean(last[labels == number]) - 0.5) < chance(N / 2)


@pytest.mark.parametrize(("distance", "share"), [(12, 0.71), (50, 0.62)])
def test_the_majority_of_all_nouns_is_right_as_often_as_the_docstring_says(distance, share):
    N = 3000
    _, labels, words = draw("agreement", distance=distance, N=N)
    plural = np.array([np.mean([noun in PLURALS for noun in nouns(sentence)]) for sentence in words])
    right = np.where(plural == 0.5, 0.5, (plural > 0.5) == labels)  # a tie is a guess
    assert abs(right.mean() - share) < chance(N)


def test_no_word_after_the_subject_tells_its_number():
    """Nor does any word's frequency, its place, or how many nouns there are: the label is drawn apart from them."""
    N = 6000
    xs, labels, words = draw("agreement", distance=12, N=N)
    difference = xs[2:, labels == 1].mean(axis=1) - xs[2:, labels == 0].mean(axis=1)
    assert abs(difference).max() < 2 * chance(N)
    count = np.array([len(nouns(sentence)) for sentence in words])
    assert abs(count[labels == 1].mean() - count[labels == 0].mean()) < 10 * count.std() / N**0.5


def test_attractors_are_independent_of_each_other():
    N = 3000
    numbers = [[noun in PLURALS for noun in nouns(s)] for s in draw("agreement", distance=15, N=N).words]
    first, second = np.array([row[1:3] for row in numbers if len(row) > 2]).T
    assert len(first) > N / 2
    assert abs(np.mean(first == second) - 0.5) < chance(len(first))


def test_any_noun_may_be_the_subject_and_any_may_stand_between():
    words = draw("agreement", distance=20, N=3000).words
    forms = set(data.NOUNS) | PLURALS
    assert {sentence[1] for sentence in words} == forms
    assert {noun for sentence in words for noun in nouns(sentence)[1:]} == forms
    assert {word for sentence in words + draw("agreement", distance=2).words for word in sentence} <= {*data.VOCABULARY}


def test_the_vocabulary_is_sorted_has_no_verb_to_answer_with_and_is_all_in_use():
    assert list(data.VOCABULARY) == sorted(set(data.VOCABULARY))
    assert not set(data.VERBS) & set(data.VOCABULARY)
    assert not set(data.NOUNS) & PLURALS
    used = {word for d in (1, 2, 20) for sentence in draw("agreement", distance=d, N=1000).words for word in sentence}
    assert used == set(data.VOCABULARY)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_sentence_of_ones_own_is_encoded_as_the_task_does(dtype):
    xs, _, words = draw("agreement", dtype=dtype)
    for n, sentence in enumerate(words[:5]):
        mine = data.encode(" ".join(sentence).capitalize(), dtype=dtype)
        assert mine.dtype == dtype
        np.testing.assert_array_equal(mine, xs[:, n : n + 1])


def test_an_unknown_word_is_named():
    with pytest.raises(ValueError, match=r"^word is 'giraffe'; allowed is one of 'behind', .*'women'$"):
        data.encode("the giraffe near the doors")


@pytest.mark.parametrize("sentence", ["", "  ", None, ["the", "key"]])
def test_no_sentence_is_no_sentence(sentence):
    with pytest.raises(ValueError, match=r"^sentence is .*; allowed is a string"):
        data.encode(sentence)


# --- digits ---------------------------------------------------------------------------------------------------------


def test_digits_have_their_shapes_and_classes():
    x_train, y_train, x_test, y_test = data.digits()
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == ((1500, 64), (1500,), (297, 64), (297,))
    assert np.bincount(y_train).tolist() == [151, 151, 150, 153, 148, 152, 151, 149, 146, 149]
    assert np.bincount(y_test).tolist() == [27, 31, 27, 30, 33, 30, 30, 30, 28, 31]
    assert {y.dtype for y in (y_train, y_test)} == {np.dtype("int64")}


def test_the_training_set_has_mean_0_and_mean_square_1_and_the_test_set_its_scale():
    x_train, _, x_test, _ = data.digits()
    assert abs(x_train.mean()) < 1e-14
    assert np.mean(x_train**2) == pytest.approx(1, rel=1e-14)
    assert x_test.min() == x_train.min()
    assert x_test.max() == x_train.max()
    assert abs(np.mean(x_test**2) - 1) < 0.05


def test_the_pixels_are_whole_sixteenths_of_the_original():
    x = np.concatenate([data.digits().x_train, data.digits().x_test])
    pixels = 16 * (x - x.min()) / np.ptp(x)
    np.testing.assert_allclose(pixels, pixels.round(), atol=1e-12)
    assert pixels[0].round().reshape(8, 8)[:2].tolist() == [[0, 0, 5, 13, 9, 1, 0, 0], [0, 0, 13, 15, 10, 15, 5, 0]]
    assert int(pixels.round().sum()) == 561718


def test_simple_classifiers_read_the_digits():
    x_train, y_train, x_test, y_test = data.digits()
    centroids = np.stack([x_train[y_train == k].mean(axis=0) for k in range(10)])

    def accuracy(prototypes, labels):
        nearest = (-2 * x_test @ prototypes.T + (prototypes**2).sum(axis=1)).argmin(axis=1)
        return np.mean(labels[nearest] == y_test)

    assert accuracy(centroids, np.arange(10)) > 0.85
    assert accuracy(x_train, y_train) > 0.94


@pytest.mark.parametrize("dtype", DTYPES)
def test_digits_come_in_the_precision_asked_for_are_kept_and_read_only(dtype):
    record = data.digits(dtype=dtype)
    assert record.x_train.dtype == record.x_test.dtype == dtype
    np.testing.assert_array_equal(record.x_train, data.digits().x_train.astype(dtype))
    assert data.digits(dtype=dtype) is record
    for array in record:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_digits_are_small_and_say_whose_they_are():
    folder = ROOT / "vgrad" / "data"
    assert (folder / "digits.npz").stat().st_size < 50_000
    notice = (folder / "DIGITS.md").read_text("utf-8")
    for what in ("Alpaydin", "Kaynak", "10.24432/C50P49", "creativecommons.org/licenses/by/4.0", "Changes"):
        assert what in notice


# --- batches --------------------------------------------------------------------------------------------------------


def batches(N=10, size=3, seed=0):
    x = np.arange(2 * N).reshape(N, 2)
    return data.batches(x, np.arange(N), size, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(("N", "size"), [(10, 3), (12, 4), (5, 5), (1, 1)])
def test_an_epoch_shows_every_row_at_most_once_and_rows_stay_with_their_labels(N, size):
    stream = batches(N, size)
    for _ in range(4):
        epoch = list(itertools.islice(stream, N // size))
        for x, y in epoch:
            assert (x.shape, y.shape) == ((size, 2), (size,))
            np.testing.assert_array_equal(x, np.stack([2 * y, 2 * y + 1], axis=-1))
        seen = np.concatenate([y for _, y in epoch])
        assert len(set(seen.tolist())) == N // size * size


def test_every_epoch_is_shuffled_anew_and_a_seed_repeats():
    first, second = (list(itertools.islice(batches(seed=0), 6)) for _ in range(2))
    orders = [np.concatenate([y for _, y in first[k : k + 3]]).tolist() for k in (0, 3)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) != orders[0]
    assert all((a[1] == b[1]).all() for a, b in zip(first, second, strict=True))
    assert any((a[1] != b[1]).any() for a, b in zip(first, batches(seed=1), strict=False))


def test_no_row_is_dropped_for_ever():
    seen = {label for _, y in itertools.islice(batches(10, 7), 30) for label in y.tolist()}
    assert seen == set(range(10))


def test_a_batch_is_a_copy_even_of_read_only_digits():
    x_train, y_train, *_ = data.digits(dtype="float32")
    x, y = next(data.batches(x_train, y_train, 64, rng=np.random.default_rng(0)))
    assert x.dtype == np.float32
    x[:], y[:] = 0, 0
    assert x_train.any()


# --- bad input, and what an import costs ----------------------------------------------------------------------------

ONE = "a whole number from 1 to"
NOT_NEGATIVE = "a finite number of at least 0"
NAN = float("nan")


@pytest.mark.parametrize(
    ("task", "argument", "value", "allowed"),
    [
        ("spirals", "n", 0, ONE),
        ("spirals", "classes", 1, "a whole number from 2 to 100000"),
        ("spirals", "turns", NAN, "a finite number"),
        ("spirals", "noise", -0.1, NOT_NEGATIVE),
        ("xor", "n", 2.0, ONE),
        ("xor", "noise", float("inf"), NOT_NEGATIVE),
        ("adding", "T", 1, "a whole number from 2 to 100000"),
        ("adding", "N", 0, ONE),
        ("copy_memory", "T", 0, ONE),
        ("copy_memory", "N", True, ONE),
        ("copy_memory", "symbols", 0, ONE),
        ("copy_memory", "length", "3", ONE),
        ("agreement", "distance", -1, "a whole number from 0 to 1000"),
        ("agreement", "N", 0, ONE),
        *((task, "dtype", "float8", "one of 'float16', 'float32', 'float64'") for task in TASKS),
        *((task, "rng", 0, "a numpy.random.Generator") for task in TASKS),
        *((task, "rng", None, "a numpy.random.Generator") for task in TASKS),
    ],
)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(task, argument, value, allowed):
    with pytest.raises(ValueError, match="allowed is") as caught:
        draw(task, **{argument: value})
    assert str(caught.value).startswith(f"{argument} is {value!r}; allowed is {allowed}")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.copy_baseline(0), "T is 0; allowed"),
        (lambda: data.copy_baseline(5, symbols=0), "symbols is 0; allowed"),
        (lambda: data.copy_baseline(5, length=-1), "length is -1; allowed"),
        (lambda: data.digits(dtype="int"), "dtype is 'int'; allowed"),
        (lambda: data.digits(dtype=["float32"]), "dtype is ['float32']; allowed"),
        (lambda: data.encode("the key", dtype=None), "dtype is None; allowed"),
        (lambda: data.one_hot([0, 3], 3), "labels is array([0, 3]); allowed is whole numbers from 0 to 2"),
        (lambda: data.one_hot([-1], 3), "labels is array([-1]); allowed"),
        (lambda: data.one_hot([0.0], 3), "labels is [0.0]; allowed is an array of whole numbers"),
        (lambda: data.one_hot([0], 0), "classes is 0; allowed"),
        (lambda: batches(10, 0), "size is 0; allowed is a whole number from 1 to 10"),
        (lambda: batches(10, 11), "size is 11; allowed is a whole number from 1 to 10"),
        (lambda: data.batches(np.zeros((0, 2)), np.zeros(0), 1, rng=RNG), "x has shape (0, 2); allowed is (N, ...)"),
        (lambda: data.batches(np.zeros((3, 2)), np.zeros(4), 1, rng=RNG), "y has shape (4,); allowed is (3, ...)"),
        (lambda: data.batches(np.zeros((3, 2)), np.zeros(3), 1, rng=7), "rng is 7; allowed"),
    ],
)
def test_helpers_name_bad_input_too_and_at_once(call, message):
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert str(caught.value).startswith(message)


def test_importing_the_tasks_draws_nothing_and_reads_nothing():
    code = """
import sys
from pathlib import Path
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import vgrad.data
assert "numpy.random" not in sys.modules
assert not [path for path in opened if path.endswith(".npz")]
assert vgrad.data.digits().x_train.shape == (1500, 64)
assert [path for path in opened if path.endswith(".npz")]
assert "numpy.random" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
