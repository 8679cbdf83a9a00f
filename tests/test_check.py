"""Predictions have the right answer, measured here; exercises answer a blank, a wrong and a nearly right try apart."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import check, experiments
from vgrad.experiments import kata


def softsign(slope):
    def function(z):
        return z / (1 + abs(z)), lambda dh: slope(z, dh)

    return function


def raising(z):
    raise RuntimeError("half finished")


def norm(slope, y=lambda unit: unit):
    """Batch norm whose pullback is slope(y, dy, std)."""

    def function(z):
        std = np.sqrt(z.var(axis=0) + 1e-5)
        unit = (z - z.mean(axis=0)) / std
        return y(unit), lambda dy: slope(unit, dy, std)

    return function


def along(y, dy):
    return y * (y * dy).mean(axis=0)


def normed(activation="relu", **settings):
    return experiments.flow(
        **{"depth": 50, "norm": "batch", "width": 64, "batch": 64, **settings}, activation=activation
    )


def chained(down):
    """A backprop that goes up rightly, and ``down`` as it is told."""

    def backprop(functions, x, dy):
        y, pullbacks = x, []
        for function in functions:
            y, pullback = function(y)
            pullbacks.append(pullback)
        return y, down(pullbacks, x, dy)

    return backprop


TRIES = {
    "thousandth": {
        "right": 17,
        "nearly": 16,
        "where the line crosses": 16.04,
        "too many": 20,
        "too few": 7,
        "none": 0,
        "a word": "seventeen",
        "nothing": None,
    },
    "decades": {
        "right": lambda factors: np.log10(factors).sum(),
        "logarithm of the product": lambda factors: np.log10(np.prod(factors)),
        "natural": lambda factors: np.log(factors).sum(),
        "the product": np.prod,
        "the other sign": lambda factors: -np.log10(factors).sum(),
        "a sum": np.sum,
        "cut off": lambda factors: max(np.log10(factors).sum(), -308.0),
        "one each": np.log10,
        "no function": 3.0,
        "dots": lambda factors: ...,
        "raises": raising,
    },
    "fair_coin": {
        "right": 1 / 0.6,
        "mean of one": 1.4,
        "nearly": 1.65,
        "too small": 1.5,
        "too large": 2.0,
        "negative": -1.0,
        "a word": "two",
        "nothing": None,
    },
    "backprop": {
        "right": chained(lambda pullbacks, x, dy: [dy := pullback(dy) for pullback in reversed(pullbacks)][-1]),
        "untouched": lambda functions, x, dy: (x, dy),
        "not down": chained(lambda pullbacks, x, dy: dy),
        "not reversed": chained(lambda pullbacks, x, dy: [dy := pullback(dy) for pullback in pullbacks][-1]),
        "only the last": chained(lambda pullbacks, x, dy: pullbacks[-1](dy)),
        "only the first": chained(lambda pullbacks, x, dy: pullbacks[0](dy)),
        "from one": chained(lambda pullbacks, x, dy: pullbacks[0](pullbacks[1](pullbacks[2](np.ones(3))))),
        "all at x": lambda functions, x, dy: (
            np.tanh(3 * x) ** 2,
            [dy := f(x)[1](dy) for f in reversed(functions)][-1],
        ),
        "another shape": chained(lambda pullbacks, x, dy: 1.0),
        "something else": chained(lambda pullbacks, x, dy: dy + 1),
        "half": chained(lambda pullbacks, x, dy: None),
        "one thing": lambda functions, x, dy: dy,
        "no function": 3,
        "raises": lambda functions, x, dy: raising(x),
    },
    "norm_pullback": {
        "right": norm(lambda y, dy, std: (dy - dy.mean(axis=0) - along(y, dy)) / std),
        "std alone": norm(lambda y, dy, std: dy / std),
        "no third term": norm(lambda y, dy, std: (dy - dy.mean(axis=0)) / std),
        "no second term": norm(lambda y, dy, std: (dy - along(y, dy)) / std),
        "no std": norm(lambda y, dy, std: dy - dy.mean(axis=0) - along(y, dy)),
        "plus": norm(lambda y, dy, std: (dy - dy.mean(axis=0) + along(y, dy)) / std),
        "a sum": norm(lambda y, dy, std: (dy - dy.mean(axis=0) - len(dy) * along(y, dy)) / std),
        "wrong": norm(lambda y, dy, std: -dy),
        "nothing": norm(lambda y, dy, std: None),
        "dots": norm(lambda y, dy, std: ...),
        "one number": lambda z: z,
        "other y": norm(lambda y, dy, std: dy, y=lambda unit: 2 * unit),
        "raises": raising,
        "another shape": norm(lambda y, dy, std: dy.T),
        "no function": 3,
    },
    "relu_factor": {
        "right": (np.pi / (np.pi - 1)) ** 0.5,
        "chi": np.pi / (np.pi - 1),
        "upside down": ((np.pi - 1) / np.pi) ** 0.5,
        "layer norm's": 1.0,
        "nearly": 1.21,
        "wrong": 2.0,
        "a word": "pi",
        "nothing": None,
    },
    "hold_batch": {
        "right": normed("sigmoid"),
        "untouched": normed(),
        "without a norm": normed("sigmoid", norm=None),
        "too short": normed("sigmoid", depth=10),
        "linear": normed("identity"),
        "one network": normed("sigmoid", seeds=1),
        "another gain": normed("gelu", gain=0.5),
        "tanh": normed("tanh"),
        "a number": 1.0,
    },
    "softsign": {
        "right": softsign(lambda z, dh: dh / (1 + abs(z)) ** 2),
        "nearly": softsign(lambda z, dh: dh / (1 + abs(z))),
        "no dh": softsign(lambda z, dh: 1 / (1 + abs(z)) ** 2),
        "wrong": softsign(lambda z, dh: -dh),
        "nothing": softsign(lambda z, dh: None),
        "dots": softsign(lambda z, dh: ...),
        "one number": lambda z: z,
        "other h": lambda z: (z, lambda dh: dh),
        "raises": raising,
        "another shape": softsign(lambda z, dh: (dh / (1 + abs(z)) ** 2).T),
        "no absolute value": softsign(lambda z, dh: dh / (1 + z) ** 2),
        "no function": 3,
    },
    "kata_scale": {
        "right": 3**0.5,
        "nearly": 1.71,
        "squared": 3,
        "wrong": 2.0,
        "negative": -(3**0.5),
        "a word": "three",
        "nothing": None,
    },
    "hold_sigmoid": {
        "right": experiments.flow(activation="sigmoid", gain=11.0),
        "untouched": experiments.flow(activation="sigmoid"),
        "too small": experiments.flow(activation="sigmoid", gain=8.0),
        "too large": experiments.flow(activation="sigmoid", gain=20.0),
        "too narrow": experiments.flow(activation="sigmoid", gain=11.0, width=4),
        "zero": experiments.flow(activation="sigmoid", gain=0.0),
        "another net": experiments.flow(activation="tanh"),
        "too short": experiments.flow(activation="sigmoid", depth=2),
        "a number": 11.0,
    },
}


def test_every_exercise_is_tried():
    assert TRIES.keys() == check.EXERCISES.keys()


@pytest.mark.parametrize("name", TRIES)
def test_only_the_right_answer_is_correct_and_each_other_gets_its_own_reason(name):
    replies = {kind: check.answer(name, given) for kind, given in {"blank": ..., **TRIES[name]}.items()}
    assert [kind for kind, reply in replies.items() if reply.correct] == ["right"]
    assert replies["right"].text.startswith("correct: ")
    wrong = [reply.text for kind, reply in replies.items() if kind != "right"]
    assert all(text.startswith("not yet: ") for text in wrong)
    distinct = {text for kind, text in ((k, r.text) for k, r in replies.items()) if kind not in ("nothing", "a word")}
    assert len(distinct) == len(replies) - len({"nothing", "a word"} & replies.keys())


def test_a_correct_answer_in_place_is_correct():
    def in_place(z):
        h = z.copy()
        z /= 1 + abs(z)
        return z, lambda dh: dh / (1 + abs(h)) ** 2

    assert check.answer("softsign", in_place).correct


def test_the_solution_says_that_it_is_not_the_learners():
    assert check.solution("kata_scale", 3**0.5).text.startswith("correct (the solution, not yours): ")


def test_feedback_is_the_same_in_text_and_on_the_page():
    reply = check.answer("kata_scale", 3)
    assert repr(reply) == reply.text
    assert reply.text in reply._repr_html_()
    assert 'role="status"' in reply._repr_html_()


def test_markup_in_an_answer_is_not_run():
    assert "<b>" not in check.answer("kata_scale", "<b>3</b>")._repr_html_()


@pytest.mark.parametrize("show", [check.predict, lambda name: check.answer(name, 1)])
def test_an_unknown_name_is_refused_with_those_that_exist(show):
    with pytest.raises(ValueError, match=r"name is 'nowhere'; allowed is one of '\w+'"):
        show("nowhere")


@pytest.mark.parametrize("name", check.QUESTIONS)
def test_every_choice_of_a_question_is_answered(name):
    prediction = check.predict(name)
    assert prediction.reply == ""
    replies = []
    for choice in prediction.question.choices:
        prediction.choose(choice)
        replies.append(prediction.reply)
        assert prediction.reply.startswith("Yes." if choice == prediction.question.right else "Tempting")
    assert sum(reply.startswith("Yes.") for reply in replies) == 1
    assert len(set(replies)) == len(replies)


def test_a_page_without_a_kernel_shows_the_question_but_not_the_answer():
    data = check.predict("narrow")._repr_mimebundle_()["text/plain"]
    question = check.QUESTIONS["narrow"]
    assert question.text in data
    assert all(choice in data for choice in question.choices)
    assert question.choices[question.right] not in data


# --- the right choices, measured ------------------------------------------------------------------------------------


def test_quarter_10():
    assert np.log10(0.25**10) == pytest.approx(-6, abs=0.05)
    assert check.QUESTIONS["quarter_10"].right == "about a millionth"


def test_float16_doublings():
    number, doublings = np.float16(1), 0
    with np.errstate(over="ignore"):
        while np.isfinite(number):
            number, doublings = number * np.float16(2), doublings + 1
    assert check.QUESTIONS["float16_doublings"].right == f"the {doublings}th"


def test_coin():
    for seed in range(5):
        held = np.random.default_rng(seed).choice([1.5, 0.6], size=(2000, 100)).prod(axis=1)
        assert 1e-3 < np.median(held) < 1e-2
    assert check.QUESTIONS["coin"].right == "less than a hundredth"


def test_which_slope():
    x, step = 0.5, 1e-6
    measured = (np.tanh(3 * (x + step)) ** 2 - np.tanh(3 * (x - step)) ** 2) / (2 * step)
    h = np.tanh(1.5)
    assert measured == pytest.approx(2 * h * (1 - h**2) * 3, rel=1e-6)
    assert check.QUESTIONS["which_slope"].right == "at what enters it, h = tanh(1.5)"


def test_sigmoid_30():
    ratios = [experiments.flow(depth=30, width=32, activation="sigmoid", seed=seed).ratio for seed in range(5)]
    assert all(1e-19 < ratio < 1e-17 for ratio in ratios)
    assert check.QUESTIONS["sigmoid_30"].right == "about 1e-18"


def test_tanh_dW():
    for seed in range(5):
        relative = experiments.flow(depth=50, width=64, activation="tanh", seed=seed).relative
        assert 1 / 20 < relative["dz"].median[0] < 1 / 5
        assert 1 / 2 < relative["dW"].median[0] < 2
    assert check.QUESTIONS["tanh_dW"].right == "dW stays about the same"


def test_kata_relu():
    sigmoid, tanh, leaky = (kata.run(name).ratio for name in ("sigmoid", "tanh", "leaky_relu"))
    assert sigmoid < leaky < tanh
    assert check.QUESTIONS["kata_relu"].right == "less than for tanh, more than for sigmoid"


def test_narrow():
    for seed in range(5):
        record = experiments.flow(
            depth=40, width=8, activation="relu", scheme="he_normal", batch=1, seeds=200, seed=seed
        )
        ratio = record.dh[:, 0] / record.dh[:, -1]
        assert record.silent > 0
        assert np.log10(np.quantile(ratio, 0.9) / np.quantile(ratio[ratio > 0], 0.1)) > 2
    assert check.QUESTIONS["narrow"].right.startswith("networks differ by decades")


def test_norms_sigmoid():
    for seed in range(5):
        flows = experiments.normalization.compare(activation="sigmoid", seed=seed).flows
        assert flows["none"].ratio < 1e-17
        assert 0.1 < flows["batch"].ratio < 10
        assert flows["layer"].ratio < 1e-8
    assert check.QUESTIONS["norms_sigmoid"].right == "batch norm only"


def test_norms_relu():
    settings = dict(activation="relu", scheme="he_normal", depth=50, width=64, batch=64, seeds=4)
    for seed in range(5):
        flows = experiments.normalization.compare(norms=("none", "batch"), seed=seed, **settings).flows
        assert 0.1 < flows["none"].ratio < 10
        assert flows["batch"].ratio ** (1 / 49) == pytest.approx(1.21, abs=0.03)
    assert check.QUESTIONS["norms_relu"].right.startswith("it explodes, by a fifth more")


def test_norms_batch():
    for activation in ("identity", "relu"):
        small, large = np.median(experiments.normalization.growth(activation, batches=(8, 64)).factors, axis=1)
        assert small > 1.05 * large > 1
    assert check.QUESTIONS["norms_batch"].right == "smaller batches explode faster"


def test_norms_learn():
    nets = {"ReLU with batch norm": ("relu", "batch"), "sigmoid with layer norm": ("sigmoid", "layer")}
    nets |= {"sigmoid with batch norm": ("sigmoid", "batch")}
    learn = [name for name, net in nets.items() if experiments.normalization.learn(*net, seeds=2).learnt == 2]
    assert learn == [check.QUESTIONS["norms_learn"].right]
