"""The lines that Share hands out open the same picture, whatever was done before."""

from __future__ import annotations

import html
import re

import ipywidgets as widgets
import numpy as np
import pytest
from explored import at_its_start, button, every_explorer, presets, tree, values

from vgrad import lessons
from vgrad.kit.explorers.controls import three_digits


@pytest.fixture
def explorer(name):
    return at_its_start(name)


def boxes(explorer):
    """The values as the controls show them: of a logarithmic slider, three digits."""
    logarithmic = {key for key, w in explorer.controls.items() if isinstance(w, widgets.FloatLogSlider)}
    return {key: three_digits(v) if key in logarithmic else v for key, v in values(explorer).items()}


def shared(explorer):
    """The lines that stand under the buttons once Share is pressed."""
    button(explorer, "Share").click()
    told = [w.value for w in tree(explorer) if isinstance(w, widgets.HTML)]
    (lines,) = filter(None, (re.search('<div class="vgrad-share">.*<pre>(.*)</pre>', each, re.DOTALL) for each in told))
    return html.unescape(lines[1])


def opened(lines):
    """What the lines open in a kernel of their own."""
    first, last = lines.split("\n")
    names = {}
    exec(first, names)
    return eval(last, names)


def assert_opens_the_same(explorer):
    copy = opened(shared(explorer))
    assert type(copy) is type(explorer)
    assert boxes(copy) == boxes(explorer)
    assert copy.caption == explorer.caption
    assert copy.code == explorer.code


def anywhere(widget, rng):
    """A value of a control, as a hand may leave it."""
    if isinstance(widget, widgets.Text):
        return ["the cat, the <b>dog</b>", "it said \"no\" and 'yes'", "back\\slash {φ} $x$"][rng.integers(3)]
    if isinstance(widget, widgets.ToggleButton):
        return bool(rng.integers(2))
    if isinstance(widget, widgets.Dropdown):
        return widget.options[rng.integers(len(widget.options))][1]
    if isinstance(widget, widgets.FloatLogSlider):
        return 10 ** rng.uniform(widget.min, widget.max)
    if isinstance(widget, widgets.FloatSlider):
        return widget.min + widget.step * rng.integers(round((widget.max - widget.min) / widget.step) + 1)
    return widget.min + int(rng.integers(min(widget.max - widget.min, 40) + 1))


@every_explorer
def test_untouched_settings_are_not_named(explorer, name):
    room, call = shared(explorer).split("\n")
    assert call == f"explore.{name}()"
    assert re.fullmatch(r"from vgrad[.]lessons[.]\w+ import explore", room)
    assert opened(shared(explorer)).name == name


@every_explorer
def test_the_lines_open_every_preset(explorer):
    for preset in presets(explorer):
        explorer.reset()
        preset.click()
        assert_opens_the_same(explorer)


@every_explorer
def test_the_lines_open_whatever_the_controls_were_moved_to(explorer, name):
    rng = np.random.default_rng(len(name))
    for _ in range(2):
        explorer.reset()
        explorer.set(**{key: anywhere(w, rng) for key, w in explorer.controls.items()})
        assert_opens_the_same(explorer)


def test_only_what_differs_is_named_and_as_its_control_shows_it():
    explore = lessons.CATALOGUE["gradient_flow"](depth=100, skip="activation_last, 1/depth", gain=1.0)
    explore.controls["gain"].value = 1.0232929922807541
    assert explore.code.split("\n")[1] == 'explore.gradient_flow(depth=100, gain=1.02, skip="activation_last, 1/depth")'
    explore.controls["gain"].value = 1.0000001  # its box shows 1
    assert "gain" not in explore.code


def test_the_lines_go_with_the_settings_and_stay_while_they_hold():
    explorer = lessons.CATALOGUE["train_mlp"](depth=3, seeds=1)
    lines = shared(explorer)
    explorer.run()
    assert lines in explorer._offered.value
    explorer.controls["depth"].value = 4
    assert explorer._offered.value == ""


def test_a_second_press_says_it_anew():
    explorer = lessons.CATALOGUE["activation"]()
    told = []
    explorer._offered.observe(lambda change: told.append(change.new), "value")
    shared(explorer)
    shared(explorer)
    assert [bool(value) for value in told] == [True, False, True]
