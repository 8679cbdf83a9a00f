"""Odd input to theory, data, train, kit and the measurements of all lessons: refused by name, or answered as promised.

``odd`` says what is odd, and judges what comes of it. It is put in place of each argument of one valid call of each
public function (ROWS of test_fuzz). An experiment takes a while for each answer, and so each of its arguments meets
every fourth of the odd values, and another fourth than the argument before it.
"""

from __future__ import annotations

import importlib.util
import re
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from odd import judge, odd

from vgrad import data, theory, train
from vgrad.lessons.activations import critical

_spec = importlib.util.spec_from_file_location("fuzz", Path(__file__).with_name("test_fuzz.py"))
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)

OTHERS = ("lessons.diagnosis.measure.trial.*",)  # tried beside what is diagnosed
TRIED = [
    name
    for name in fuzz.ROWS
    if name.startswith(("theory.", "data.", "train.", "kit.", "lessons.")) and not fnmatch(name, OTHERS[0])
]
EXPERIMENTS = ("kit.", "lessons.")
LARGER = ("uint8 200", "int8 100", "uint16 300")  # right sizes, of which a call takes as long as it must
RECORDS = ("record", "row", "board", "tape", "outputs")  # whoever makes one answers for what is in it
NAMES = dict.fromkeys(
    ("params", "grads", "batches"), ("W", "b", "beta", "gamma", "x", "xs", "labels", "logits")
) | dict(optimizer=("rate",))
FINE = (  # function, argument and value that are no mistake, and why
    ("kit.investigation.investigate", "claim", "a str of a number, in capitals", "a sentence is judged by the check"),
    ("kit.investigation.investigate", "experiment", "...", "it is still open, and then nothing is measured"),
    ("*", "*", "None", "an option that is off"),
    ("*", "*", "a range", "several whole numbers"),
    ("*", "rate", "[1] (1.0, 2.0) 1-d 'a list of it'", "a rate for each network"),
    ("*", "optimizer", "*", "a rate for each network"),
    ("*", "grads", "*", "any tree of arrays"),
    ("*", "rates", "*", "several rates"),
    ("*.cliff.*", "*", "*", "a path each"),
    ("data.minibatches.batches", "y", "with nan", "targets of a regression"),
    ("data.sequences.one_hot", "labels", "[1]", "a list of labels"),
    ("data.sentences.encode", "sentence", "in capitals", "capitals do not matter"),
    ("*", "sentence", "*", "any words"),
    ("*", "activation", "a class int 'a lambda' 'the type of it'", "a function of one's own, asked when it is used"),
    ("*", "cell", "a class int 'a lambda' 'the type of it'", "a function of one's own, asked when it is used"),
    ("*", "sigma_b", "1.5", "a standard deviation"),
    ("*", "clip_norm", "1.5", "a norm"),
    ("kit.experiments.tokens.*", "scale", "1.5", "a number"),
    ("lessons.attention.*", "scale", "'a str of a number'", "a name in SCALES"),
    ("*.powers", "one", "[[1.0]]", "a list of its rows"),
)


def is_fine(name: str, argument: str, label: str) -> bool:
    """Whether FINE, or ACCEPTED of test_fuzz, says that an answer is right."""
    kept = [values for who, what, values, _ in FINE if fnmatch(name, who) and fnmatch(argument, what)]
    return any(values == "*" or label in values for values in kept) or fuzz.accepted(name, argument, label)


def tried(name: str):
    """Yield an argument of the function and an odd value, in turn."""
    every = 4 if name.startswith(EXPERIMENTS) else 1
    for place, (argument, valid) in enumerate(fuzz.arguments(name).items()):
        small = 100 if type(valid) is int and valid > 100 else valid
        with np.errstate(all="ignore"):  # some of them are beyond float16
            every_odd = [*odd(small)]
        for number, one in enumerate(every_odd):
            inside = argument in RECORDS and (" at (" in one.label or " in the middle" in one.label)
            if (number + place) % every == 0 and one.label not in LARGER and not inside:
                yield argument, one


@pytest.mark.parametrize("name", TRIED)
def test_odd_input_is_refused_by_name_or_answered_as_its_plain_form_is(name):
    wrongly = []
    for argument, one in tried(name):
        names = (*NAMES.get(argument, ()), *filter(None, [fuzz.ALIASES.get(argument)]))
        fault = judge(fuzz.FACE[name], fuzz.ROWS[name], argument, one, names)
        if fault and fault.kind == "slow" and "stopped" not in fault.words:
            continue  # a busy machine
        if fault and not (fault.kind == "wrong" and is_fine(name, argument, one.label)):
            wrongly.append(f"{argument} = {one.label}: {fault.kind}, {fault.words}")
    assert not wrongly, "\n".join(wrongly[:20])


def test_eight_thousand_calls_are_made():
    assert sum(1 for name in TRIED for _ in tried(name)) > 8000


# --- one of each kind of fault, which was answered wrongly or not at all --------------------------------------------

RNG = np.random.default_rng(0)


def fitted(batches, steps):
    params = fuzz.net()
    return train.fit(params, train.classifier("tanh"), batches, optimizer=train.sgd(0.1), steps=steps)


REFUSED = {
    "whole numbers to be clipped": (lambda: train.clip_by_norm([np.array([3, 4])], 1.0), "grads is of int64"),
    "layers without end": (lambda: theory.flow(10**6, "tanh", 1.0), "depth is 1000000; allowed is a whole number from"),
    "words without end": (
        lambda: data.agreement(10**30, 3, rng=RNG),
        "distance is 1e30; allowed is a whole number from",
    ),
    "large sizes together": (
        lambda: data.adding(10**5, 10**5, rng=RNG),
        "T · N · 2 make 20000000000 numbers; allowed",
    ),
    "the module of generators": (lambda: data.xor(3, rng=np.random), "rng is <module"),
    "the class of generators": (lambda: data.xor(3, rng=np.random.Generator), "rng is <class"),
    "two batches for three steps": (
        lambda: [*fitted([(fuzz.array(5, 3), np.zeros(5, int))] * 2, 3)],
        "batches ended after 2 of 3 steps; allowed is",
    ),
    "no batch": (lambda: [*fitted([], 1)], "batches ended after 0 of 1 steps; allowed is"),
    "no samples": (lambda: [*fitted([(np.zeros((0, 3)), np.zeros(0, int))], 1)], "logits has shape"),
    "a model of nothing": (
        lambda: [*train.fit(fuzz.net(), lambda *_: None, [()], optimizer=train.sgd(0.1), steps=1)],
        "model returns None; allowed is a train.Pass",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name(what):
    call, message = REFUSED[what]
    with pytest.raises(ValueError, match=rf"^{re.escape(message)}"):
        call()


def test_what_was_done_before_the_batches_ended_is_kept():
    records = []
    with pytest.raises(ValueError, match=r"^batches ended"):
        records.extend(record for record in fitted([(fuzz.array(5, 3), np.zeros(5, int))] * 2, 3))
    assert [record.step for record in records] == [1, 2]


def test_what_is_beyond_float64_is_inf_and_its_ratios_are_numbers():
    assert theory.q_map("relu", 1.0, 1e200) == theory.chi("relu", 1.0, 1e200) == np.inf
    assert theory.q_map("relu", np.inf, 0.0, 2.0) == 4.0
    assert theory.moments("relu", 1e300)[0] == pytest.approx(5e299)
    same = theory.correlation_map("tanh", 0.5, 1.0, 1.5), theory.correlation_map("tanh", 0.5, 1.0, 1.5e200)
    assert same[0] == pytest.approx(same[1], rel=1e-14)
    assert np.isnan(theory.correlation_map("tanh", 0.5, 1.0, 0.0))
    assert theory.memory_rms(1e200, 2, normalized=False) == pytest.approx(1e200)


def test_gradients_of_float16_are_clipped_by_a_factor_that_float16_does_not_hold():
    clipped = train.clip_by_norm([np.array([6e4], np.float16)], 1e-3)
    assert clipped[0] == pytest.approx(np.float16(1e-3), rel=1e-3)


def test_a_search_in_vain_ends():
    assert np.isnan(critical("relu", low=2.0, high=1.0))
