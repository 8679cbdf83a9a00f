"""What every explorer says is true, wherever its controls are: at their ends, in corners, and anywhere.

pytest tests/robust/test_sentences.py -k wherever --dist=load -n 2 --states=20000      # twenty thousand states
"""

from __future__ import annotations

import itertools
import math

import ipywidgets as widgets
import pytest
from explored import (
    SLIDERS,
    Page,
    button,
    ends,
    every_control,
    every_explorer,
    presets,
    same,
    shared,
    shown,
    values,
)
from hypothesis import given, note, settings
from hypothesis import strategies as st
from truths import TRULY, assert_sound

from vgrad import lessons
from vgrad.kit.explorers.training import TrainExplorer


def test_every_explorer_has_a_check_of_what_it_says():
    assert TRULY.keys() == lessons.CATALOGUE.keys()


@every_control
def test_at_the_ends_of_each_control_all_is_true_and_record_words_and_picture_are_others(explorer, name, key):
    before, at_first, widget, said, counts = explorer.record, Page(explorer), explorer.controls[key], set(), []
    start = widget.value
    for value in ends(widget):
        explorer.set(**{key: value})
        assert values(explorer)[key] == value
        assert_sound(explorer, name)
        said.add(explorer.caption)
        if value != start:
            counts.append(is_another(explorer, before, at_first, key))
    if isinstance(widget, widgets.Dropdown):  # two choices may come to the same record, and each says so
        assert any(counts)
        assert len(said) == len(ends(widget))
    else:
        assert all(counts)


def is_another(explorer, before, at_first, key):
    after, now = explorer.record, Page(explorer)
    if key in after._fields:  # a record that only repeats its setting has not changed
        after = after._replace(**{key: getattr(before, key)})
    told = (now.alt, now.caption) != (at_first.alt, at_first.caption)
    return told and now.drawn != at_first.drawn and not same(after, before)


@every_explorer
@pytest.mark.parametrize("end", [0, -1], ids=["least", "most"])
def test_at_all_ends_at_once_too(explorer, name, end):
    explorer.set(**{key: ends(w)[end] for key, w in explorer.controls.items() if isinstance(w, SLIDERS)})
    choices = {key: ends(w) for key, w in explorer.controls.items() if isinstance(w, widgets.Dropdown)}
    for turn in range(3):
        explorer.set(**{key: options[turn % len(options)] for key, options in choices.items()})
        assert_sound(explorer, name)


def anywhere(widget):
    """A value of a control, at its ends rather often."""
    at_the_ends = st.sampled_from(ends(widget))
    if isinstance(widget, widgets.IntSlider):
        return at_the_ends | st.integers(widget.min, widget.max)
    if isinstance(widget, widgets.Text):
        return at_the_ends | st.text(max_size=400) | st.lists(st.text(max_size=9), max_size=70).map(" ".join)
    return at_the_ends | st.floats(*ends(widget)) if isinstance(widget, SLIDERS) else at_the_ends


CORNERS = {
    "precision": [
        dict(activation="relu", gain=0.1, depth=30, width=8, seeds=1),  # numbers that vanish on the way forward
        dict(activation="identity", gain=10.0, depth=30),  # the forward pass overflows
        dict(activation="identity", gain=10.0, depth=30, precision="float32", scale=60, factor=0),
        dict(activation="sigmoid", depth=30, scale=40, quantity="dh"),
        dict(scale=8),  # nearly all subnormal
        dict(precision="bfloat16", depth=1, scale=0, factor=-40, activation="identity", gain=4, width=8, quantity="dh"),
        dict(activation="relu", factor=-18, scale=0),  # nearly all 0
        dict(activation="relu", factor=0, scale=0),  # what is 0 in float64 is not counted
        dict(activation="sigmoid", depth=20, scale=40),  # zeros and infinities at once
        dict(activation="relu", gain=10.0, factor=-40, precision="bfloat16", quantity="dh"),
    ],
    "connectivity": [
        dict(
            sentence="\x08 \x00 한국어 字 \U0001f511 $ a$b$c \\$ _^{ <b>&amp; \u202e\u0301"
        ),  # letters that no font has
    ],
    "clinic": [
        dict(patient=5, profile=True, activations=True, line=True),  # a gradient that is 0
        dict(patient=14, updates=True, loss=True),  # numbers that are not finite
        dict(patient=14, diagnosis="exploding", treatment="leave it alone"),
        dict(patient=1, diagnosis="healthy", treatment="leave it alone"),
        dict(patient=5, activations=True, diagnosis="saturated"),  # what decides is in the same test
        dict(patient=3, answer=True),
        dict(patient=3, loss=True, diagnosis="rate too large"),  # the loss is not finite, and starts too high
        dict(patient=7, profile=True, later=True, diagnosis="missing warm-up"),
        dict(patient=9, profile=True, updates=True, diagnosis="dead"),  # an update of 0
        dict(patient=11, updates=True, activations=True, diagnosis="symmetry"),
    ],
    "cliff": [
        dict(w=5.15, b=-3.35, rate=3.0, threshold=100.0),
        dict(w=7.0, b=-1.8, rate=3.0),
        dict(w=4.15, b=-2.05),  # clipping changes nothing
        dict(rate=0.001, threshold=0.01, steps=1),
        dict(steps=0),
    ],
    "gates": [
        dict(sigma=0.0, T=100),
        dict(forget_bias=-1.0, T=100, sigma=3.0, width=2),
        dict(forget_bias=5.0, T=100, width=32, sigma=3.0),
        dict(mode="chrono", T=2),
    ],
    "train_memory": [
        dict(cell="irnn", rate=10.0),  # numbers that grow beyond all bounds
        dict(cell="lstm", bias=-1.0, T=100, seeds=1),
        dict(cell="rnn", rate=10.0, seeds=2),
        dict(cell="selective", rate=10.0, seeds=2),
        dict(cell="linear", seeds=1, span="5"),
    ],
    "attention": [
        dict(depth=1),
        dict(depth=2, norm="none", skip="without", tokens=2, seeds=1),
        dict(depth=48, norm="none", mlp=True, scores=100.0, width="16", heads="8"),  # h grows beyond all others
        dict(depth=48, norm="none", skip="without", mlp=True, scores=0.01),  # h shrinks
        dict(depth=24, norm="post", skip="without", causal=True),
        dict(depth=30, norm="pre", skip="without", seeds=2, width="64", tokens=32),
    ],
    "train_mlp": [
        dict(activation="relu", scheme="he_normal", rate=10.0, depth=3),  # numbers that do not stay finite
        dict(activation="identity", rate=10.0, optimizer="momentum", depth=30),
        dict(depth=30, optimizer="adam", rate=1e-4),  # updates under Adam's floor
        dict(norm="batch", optimizer="momentum", rate=10.0, depth=30),
    ],
    "skip": [
        dict(form="activation_last", norm="layer_output", depth=100),
        dict(form="none", activation="relu", width=4, depth=100),  # dead units
        dict(alpha=0.0, depth=1),
        dict(width=128, depth=100, seeds=32, form="branch"),  # more than a slider can wait for
        dict(form="activation_last", activation="softplus", depth=100),
        dict(form="none", activation="gelu", depth=100, seeds=1),
    ],
    "normalization": [
        dict(activation="relu", width=4, batch=2, depth=100, place="after"),  # dead units, and nothing to divide by
        dict(activation="relu", gain=0.1, batch=2, depth=100),  # where ε counts
        dict(activation="sigmoid", gain=20.0, batch=2, depth=100, place="after"),
        dict(activation="identity", batch=3),  # theory has no answer
        dict(no_norm=False, batch_norm=False, layer_norm=False),
        dict(width=128, batch=128, depth=100, seeds=32),  # more than a slider can wait for
    ],
    "products": [
        dict(factor=0.1, depth=200, spread=2.0),
        dict(factor=10.0, depth=200, spread=2.0, seeds=1000),
        dict(factor=10.0, depth=200, spread=2.0, law="coin", seeds=1000),
        dict(factor=0.6, depth=33, spread=0.3, law="coin", seeds=1),
        dict(factor=0.5, depth=20, spread=0.0, law="coin"),
        dict(factor=1.0, depth=200, spread=2.0, seeds=7),
    ],
    "gradient_flow": [
        dict(activation="relu", gain=0.1, precision="float16"),  # what underflows is h, on the way forward
        dict(
            activation="relu", gain=20.0, depth=100, width=4, skip="activation_first, 1", seeds=1, batch=1, dW=True
        ),  # last dW is 0
        dict(activation="relu", norm="layer_after", width=4, batch=1, seeds=64),
        dict(activation="relu", gain=0.1, precision="float32", depth=100),
        dict(activation="relu", gain=0.1, precision="float16", width=4, batch=1),
        dict(activation="sigmoid", precision="float16", depth=8),  # subnormal, not yet 0
        dict(activation="tanh", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="relu", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="selu", gain=20.0, precision="float32", depth=100, log=False),
        dict(activation="relu", width=4, batch=1, depth=100, seeds=64, dz=True, dW=True),
        dict(dh=False),
    ],
}


@pytest.mark.parametrize(("name", "corner"), [(name, corner) for name in CORNERS for corner in CORNERS[name]], ids=str)
def test_in_known_corners_the_sentence_is_true(explorer, name, corner):
    explorer.set(**corner)
    assert_sound(explorer, name)


STATES = dict.fromkeys(lessons.CATALOGUE, 45)  # in proportion; a thousand in all, unless more are asked for
STATES |= dict.fromkeys(("products", "activation", "connectivity", "cliff"), 155)  # quick ones
STATES |= dict.fromkeys(("attention", "gates", "clinic", "recurrence", "scoreboard"), 18)


def share(name, states):
    """How many of so many states are this explorer's."""
    return math.ceil(STATES[name] * states / sum(STATES.values()))


@pytest.mark.parametrize("states", [1, 1000, 1007, 20_000])
def test_the_explorers_shares_are_as_many_states_as_were_asked_for_and_a_thousand_if_nothing_was(states, pytestconfig):
    shares = [share(name, states) for name in lessons.CATALOGUE]
    assert states <= sum(shares) < states + len(shares)
    assert min(shares) > 0
    assert sum(STATES.values()) >= 1000


TRAINS = 20  # steps, where a state is one of training


def moves(explorer):
    """A move: a button or none, and after it new values for some of the controls, or one that is moved by hand."""
    buttons = [None, "Reset", *(w.description for w in presets(explorer))]
    buttons += ["Train"] if isinstance(explorer, TrainExplorer) else []
    each = {key: anywhere(widget) for key, widget in explorer.controls.items()}
    one = st.sampled_from(sorted(each)).flatmap(lambda key: st.tuples(st.just(key), each[key]))
    return st.tuples(st.just(None) | st.sampled_from(buttons), st.fixed_dictionaries(each) | one)


def move(explorer, pressed, values, start):
    """Make a move; where it is Reset, all is as at the start."""
    if pressed == "Train":  # a little, and as much on each machine
        records = explorer._records
        explorer._records = (record for record in itertools.islice(records, TRAINS))
        explorer.run()
        explorer._records = records
        return
    if pressed:
        button(explorer, pressed).click()
    if pressed == "Reset":
        assert_it_is_as_at_the_start(explorer, start)
    if isinstance(values, dict):
        explorer.set(**values)
    else:
        key, value = values
        explorer.controls[key].value = value


def assert_it_is_as_at_the_start(explorer, start):
    assert same(explorer.record, start[0])
    assert shown(explorer)[1:] == start[1:]


@every_explorer
def test_wherever_the_controls_are_the_picture_decodes_and_the_sentence_is_true(name, pytestconfig, caplog):
    explorer, asked, trail = shared(name), share(name, pytestconfig.getoption("states")), []
    explorer.reset()
    start, first = shown(explorer), values(explorer)

    @settings(max_examples=asked)
    @given(moves(explorer))
    def anywhere_from_anywhere(way):
        trail.append(way)
        note(f"the last moves: {trail[-4:]}")
        move(explorer, *way, start)  # from where the last one has left it
        assert_sound(explorer, name)
        assert not caplog.records  # matplotlib logs what it cannot place, and does not warn

    anywhere_from_anywhere()
    assert len(trail) >= asked
    explorer.reset()
    assert values(explorer) == first
    assert_it_is_as_at_the_start(explorer, start)
