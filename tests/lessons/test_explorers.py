"""Every explorer, without a browser: Reset, presets and bad values, and what is on the page."""

from __future__ import annotations

import base64
import math
import re

import ipywidgets as widgets
import pytest
from explored import (
    SLIDERS,
    Page,
    button,
    decode,
    ends,
    every_control,
    every_explorer,
    every_slider,
    from_link,
    presets,
    same,
    shown,
    tree,
    values,
    view,
)
from matplotlib._pylab_helpers import Gcf

from vgrad import lessons
from vgrad.kit.explorers import framework
from vgrad.kit.marks import picture
from vgrad.lessons.gates.explore import gates
from vgrad.lessons.gradient_flow.explore import gradient_flow

KINDS = ("gradient_flow", "scoreboard", "connectivity", "train_mlp")  # what the framework does for all, with each sort

# --- Reset, presets, set ------------------------------------------------------------------------------------------


@every_explorer
def test_reset_restores_the_first_record_caption_and_picture_and_another_explorer_is_left_alone(name):
    explorer, another = lessons.CATALOGUE[name](), lessons.CATALOGUE[name]()
    before, start, alone = shown(explorer), values(explorer), shown(another)
    explorer.set(**elsewhere(explorer))
    assert not same(explorer.record, before[0])
    assert shown(another) == alone
    button(explorer, "Reset").click()
    assert values(explorer) == start
    assert same(explorer.record, before[0])
    assert shown(explorer)[1:] == before[1:]


def elsewhere(explorer):
    """For each control a value that it does not have."""
    return {key: next(v for v in ends(w) if v != w.value) for key, w in explorer.controls.items()}


def test_reset_goes_back_to_where_a_lesson_let_it_start():
    explorer = gradient_flow(depth=50, activation="sigmoid")
    start = values(explorer)
    assert (start["depth"], start["activation"]) == (50, "sigmoid")
    explorer.set(depth=3, gain=2.0)
    explorer.reset()
    assert values(explorer) == start


def bad_values(widget):
    if isinstance(widget, widgets.Text):
        return [None, math.nan, 1, ["ten"]]
    wrong = ["ten", None, math.nan, [1]]
    if isinstance(widget, SLIDERS):
        low, high = ends(widget)
        return [*wrong, True, low - 1, high + 1, 10**9, math.inf]
    return [*wrong, 7] if isinstance(widget, widgets.Dropdown) else [*wrong, 1, 0]


@every_control
def test_set_refuses_what_a_control_cannot_hold_and_changes_nothing(explorer, key):
    before, start = shown(explorer), values(explorer)
    another, widget = next((k, w) for k, w in explorer.controls.items() if k != key)
    good = next(value for value in ends(widget) if value != widget.value)
    for bad in bad_values(explorer.controls[key]):
        with pytest.raises(ValueError, match=rf"^{key} is {re.escape(repr(bad))}; allowed is ") as refusal:
            explorer.set(**{another: good, key: bad})
        for allowed in ends(explorer.controls[key]) if key != "sentence" else ["string"]:
            assert str(allowed) in str(refusal.value)
    assert shown(explorer) == before
    assert explorer.record is before[0]
    assert values(explorer) == start


@every_explorer
def test_set_refuses_a_control_that_does_not_exist(explorer):
    before = shown(explorer)
    with pytest.raises(ValueError, match="control is 'hidden'; allowed is one of ") as refusal:
        explorer.set(hidden=1)
    assert all(repr(key) in str(refusal.value) for key in explorer.controls)
    assert shown(explorer) == before


@every_explorer
def test_many_controls_at_once_are_one_redraw(explorer):
    redrawn = []
    view(explorer).observe(redrawn.append, "value")
    moves = (lambda: explorer.set(**elsewhere(explorer)), presets(explorer)[0].click, button(explorer, "Reset").click)
    for count, move in enumerate(moves, start=1):
        move()
        assert len(redrawn) == count


# --- what is on the page ------------------------------------------------------------------------------------------


@every_slider
def test_slider_and_number_box_are_one_value(explorer, key, monkeypatch):
    slider, redraws = explorer.controls[key], []
    monkeypatch.setattr(explorer, "_redraw", lambda: redraws.append(slider.value))
    (row,) = (w for w in tree(explorer) if slider in getattr(w, "children", ()))
    (box,) = (w for w in row.children if w is not slider)
    assert box.description == slider.description != ""
    low, high = ends(slider)
    for value in (high, low):
        slider.value = value
        assert box.value == value
    box.value = type(low)((low + high) / 2)
    assert slider.value == box.value == type(low)((low + high) / 2)
    box.value = high + 1000
    assert slider.value == box.value == redraws[-1] == high
    assert redraws[-2] == type(low)((low + high) / 2)


@every_explorer
def test_a_number_box_of_three_digits_shows_what_is_measured(explorer):
    for key, slider in explorer.controls.items():
        if isinstance(slider, widgets.FloatLogSlider):
            (box,) = (
                w for w in tree(explorer) if w is not slider and getattr(w, "description", "") == slider.description
            )
            slider.value = 1.2345678
            assert box.value == 1.23
            settings = getattr(explorer.record, "net", explorer.record)
            assert getattr(settings, key) == 1.23


@every_explorer
def test_every_control_is_on_the_page_and_says_what_it_is(explorer):
    on_the_page = list(tree(explorer))
    for widget in explorer.controls.values():
        assert widget in on_the_page
        assert widget.description
    for widget in on_the_page:
        if isinstance(widget, (widgets.ValueWidget, widgets.Button)) and not isinstance(
            widget, (widgets.HTML, widgets.Label)
        ):
            assert widget.description
        assert not isinstance(widget, widgets.Output)


@every_explorer
def test_the_page_has_picture_alternative_text_and_a_sentence_that_is_read_aloud(explorer):
    page = Page(explorer)
    assert from_link(page.image["src"]) == explorer.png()
    assert len(page.image["alt"]) > 40
    assert page.role == "status"
    width, height = decode(explorer.png())[1]
    assert int(page.image["width"]) / int(page.image["height"]) == pytest.approx(width / height, rel=0.01)


@every_explorer
def test_a_page_without_a_kernel_gets_picture_and_sentence(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == picture.still(explorer.figure)
    assert data["text/plain"] == explorer.caption
    assert metadata["image/png"]["alt"] == f"{Page(explorer).image['alt']} {explorer.caption}"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert Gcf.get_all_fig_managers() == []  # no pyplot figure was opened


@pytest.mark.parametrize("name", KINDS)
def test_the_saved_picture_is_the_one_shown_and_the_offer_goes_with_it(explorer, name):
    offers = [w for w in tree(explorer) if isinstance(w, widgets.HTML)]
    button(explorer, "Save picture").click()
    (offer,) = (w for w in offers if "download=" in w.value)
    address = re.search(rf'<a download="{name}\.png" href="([^"]+)">', offer.value)[1]
    assert from_link(address) == picture.still(explorer.figure, dpi=200)
    explorer.set(**{key: next(v for v in ends(w) if v != w.value) for key, w in [*explorer.controls.items()][:1]})
    assert offer.value == ""


@pytest.mark.parametrize("name", KINDS)
def test_a_slow_tick_lets_sliders_report_when_let_go_and_says_so_until_it_is_quick_again(explorer, monkeypatch):
    key, slider = next((k, w) for k, w in explorer.controls.items() if isinstance(w, SLIDERS))
    follows = [w for w in explorer.controls.values() if w.has_trait("continuous_update")]
    low = ends(slider)[0]  # where little is measured
    one = low + 1
    moves = ((low, True, False), (one, True, False), (low, True, True), (one, True, True), (low, False, False))
    monkeypatch.setattr(framework, "SLOW", math.inf)
    explorer.reset()  # on a busy machine the fixture's own was a slow tick
    for value, late, slow in moves:
        monkeypatch.setattr(framework, "SLOW", 0.0 if late else math.inf)
        explorer.set(**{key: value})
        assert {w.continuous_update for w in follows} == {not slow}
        notes = [w.value for w in tree(explorer) if isinstance(w, widgets.HTML) and "let it go" in w.value]
        assert len(notes) == slow
        assert all('role="status"' in note for note in notes)


def test_the_page_may_show_a_gain_at_the_nearest_step_without_changing_it():
    """The page snaps a logarithmic slider to its steps and reports that; a move by a step is a move."""
    explorer = gradient_flow(gain=1.5)
    slider = explorer.controls["gain"]
    snapped = round(math.log10(1.5) / slider.step) * slider.step
    slider.set_state({"value": 10**snapped})
    assert slider.value == explorer.record.net.gain == 1.5
    slider.set_state({"value": 10 ** (snapped + slider.step)})
    assert explorer.record.net.gain == pytest.approx(10 ** (snapped + slider.step), rel=1e-2)
    assert explorer.record.net.gain > 1.5


def test_the_page_may_report_a_sum_of_steps_with_its_rounding_error():
    explorer = gates()
    slider = explorer.controls["forget_bias"]
    slider.set_state({"value": 4.000000000000001})
    assert slider.value == 4.0
    assert explorer.record.forget_bias == 4.0
