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


TRIES = {
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
