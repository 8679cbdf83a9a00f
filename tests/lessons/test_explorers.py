"""Every explorer, without a browser: Reset, presets and bad values, and what is on the page."""

from __future__ import annotations

import asyncio
import base64
import itertools
import math
import re

import ipywidgets as widgets
import numpy as np
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
    without_ids,
)
from matplotlib._pylab_helpers import Gcf

from vgrad import lessons
from vgrad.kit.explorers import pace
from vgrad.kit.marks import picture
from vgrad.lessons.gates.explore import gates
from vgrad.lessons.gradient_flow.explore import gradient_flow
from vgrad.lessons.learning.explore import train_mlp

WORDS = 20  # of a sentence, and of a protocol
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
    assert explorer._view._ghost.value == ""


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
    (row,) = (w for w in tree(explorer) if slider in getattr(w, "children", ()))
    (box,) = (w for w in row.children if w is not slider)
    monkeypatch.setattr(explorer, "_redraw", lambda **how: redraws.append(slider.value))
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
            small = slider.max < np.log10(1.2345678)
            slider.value = 0.012345678 if small else 1.2345678
            assert box.value == (0.0123 if small else 1.23)
            settings = getattr(explorer.record, "net", explorer.record)
            assert getattr(settings, key) == box.value


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
    assert len(page.alt) > 40
    assert page.caption == explorer.caption
    assert page.aloud == explorer.caption.partition("\n")[0]
    width, height = decode(explorer.png())[1]
    for box in re.findall(r'viewBox="0 0 (\S+) (\S+)"', page.ground + page.moving):
        assert float(box[0]) / float(box[1]) == pytest.approx(width / height, rel=0.01)


@every_explorer
def test_the_finding_is_short_and_three_controls_are_seen_first(explorer):
    finding, _, rest = explorer.caption.partition("\n")
    for sentence in re.split(r"(?<=[.?!]) ", finding):
        assert len(sentence.split()) <= WORDS, sentence
    assert len(rest.partition("\n")[0].split()) <= WORDS
    assert len(explorer.controls) - len(explorer._hidden) <= 3


@every_explorer
def test_a_page_without_a_kernel_gets_picture_and_sentence(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == picture.still(explorer.figure)
    assert data["text/plain"] == explorer.caption
    assert metadata["image/png"]["alt"] == f"{Page(explorer).alt} {explorer.caption}".replace("\n", " ")
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


# --- a hand that moves --------------------------------------------------------------------------------------------


async def drag(explorer, key, *moves, rest=True):
    """Move a control as a hand does, and let it rest."""
    for value in moves:
        explorer.controls[key].value = value
    if rest:
        await asyncio.sleep(2 * pace.REST)


def slow_to_measure(monkeypatch):
    """What is seen of one network a moment; returns how many were measured each time."""
    counts = []
    took = pace.Pace.took

    def never_quick(self, seconds, networks):
        counts.append(networks)
        took(self, networks * pace.MOMENT / 3.5, networks)

    monkeypatch.setattr(pace.Pace, "took", never_quick)
    return counts


def test_while_a_hand_moves_few_networks_are_measured_and_when_it_rests_all(monkeypatch):
    counts = slow_to_measure(monkeypatch)
    explorer = gradient_flow()
    asyncio.run(drag(explorer, "depth", 31, 32, 33))
    assert counts == [16, 3, 3, 3, 16]
    assert explorer.record.net.seeds == 16
    assert explorer.record.net.depth == 33
    assert Page(explorer).caption == explorer.caption


def test_what_is_rough_says_nothing_aloud_and_keeps_the_protocol(monkeypatch):
    slow_to_measure(monkeypatch)
    monkeypatch.setattr(pace, "REST", 60.0)  # however slow the machine is
    explorer = gradient_flow()
    protocol = explorer._view._protocol.value
    aloud = Page(explorer).aloud
    asyncio.run(drag(explorer, "depth", 40, rest=False))
    assert explorer.record.net.seeds == 3
    assert Page(explorer).aloud == aloud
    assert explorer._view._protocol.value == protocol
    assert "first of 40 tanh layers" in view(explorer).value
    assert "vgrad-rough" in view(explorer).value
    explorer.reset()
    explorer.set(depth=40)
    assert "first of 40 tanh layers" in Page(explorer).aloud
    assert "vgrad-rough" not in view(explorer).value


def test_the_number_of_networks_itself_is_followed_in_full(monkeypatch):
    counts = slow_to_measure(monkeypatch)
    explorer = gradient_flow()
    asyncio.run(drag(explorer, "seeds", 20, 30))
    assert counts == [16, 20, 30]


def test_a_jump_after_a_move_leaves_no_move_behind(monkeypatch):
    counts = slow_to_measure(monkeypatch)
    explorer = gradient_flow()

    async def moved_and_reset():
        await drag(explorer, "depth", 31, rest=False)
        explorer.reset()
        await asyncio.sleep(2 * pace.REST)

    asyncio.run(moved_and_reset())
    assert counts == [16, 3, 16]
    assert explorer.record.net.depth == 30


def test_where_nothing_waits_all_networks_are_measured_at_once(monkeypatch):
    counts = slow_to_measure(monkeypatch)
    explorer = gradient_flow()
    explorer.controls["depth"].value = 40
    assert counts == [16, 16]


def test_a_hand_that_trains_at_once_trains_all_networks(monkeypatch):
    slow_to_measure(monkeypatch)
    explorer = train_mlp(steps=20)

    async def moved_and_trained():
        await drag(explorer, "depth", 4, rest=False)
        assert explorer.record.seeds < 5
        explorer.run()

    asyncio.run(moved_and_trained())
    assert (explorer.record.seeds, explorer.record.step, explorer.record.depth) == (5, 20, 4)


def test_a_ghost_of_the_state_before_the_move_is_left_on_the_axes_as_they_are():
    explorer = gradient_flow(activation="sigmoid")
    outline = explorer._plot.canvas.outline()
    explorer.controls["gain"].value = 1.05  # within the axes
    ghost = explorer._view._ghost.value
    assert without_ids(ghost) == without_ids(outline)
    assert "<use" not in re.sub("<defs>.*?</defs>", "", ghost) or "DejaVu" not in ghost  # no letters
    explorer.controls["depth"].value = 60  # the axes grow
    again = explorer._plot.ghost(explorer._before)
    explorer._plot.update(explorer.record, grow=True)
    assert without_ids(explorer._view._ghost.value) == without_ids(again) != without_ids(ghost)


def test_a_ghost_shows_what_was_there_before_the_whole_gesture_also_if_the_hand_rests_on_its_way():
    explorer = gradient_flow(activation="sigmoid")
    outline = without_ids(explorer._plot.canvas.outline())

    async def gestures():
        await drag(explorer, "gain", 1.05)
        await drag(explorer, "gain", 1.1)
        one = explorer._view.ghost
        half_way = explorer._plot.canvas.outline()
        await drag(explorer, "depth", 29)  # another control, and so another gesture
        return one, half_way, explorer._view.ghost

    one, half_way, other = map(without_ids, asyncio.run(gestures()))
    assert one == outline
    assert other == half_way != one


def test_after_a_pause_the_next_move_of_the_same_control_leaves_a_ghost_of_its_own(monkeypatch):
    monkeypatch.setattr(pace, "PAUSE", pace.REST)
    explorer = gradient_flow(activation="sigmoid")

    async def gestures():
        await drag(explorer, "gain", 1.05)
        there = explorer._plot.canvas.outline()
        await drag(explorer, "gain", 1.1)
        return there, explorer._view.ghost

    there, ghost = map(without_ids, asyncio.run(gestures()))
    assert ghost == there


def test_a_ghost_keeps_to_the_axes_where_they_grow_during_a_move():
    explorer = gradient_flow(activation="sigmoid")
    before = explorer.record
    asyncio.run(drag(explorer, "depth", 31, 45, 70))
    there = explorer._view.ghost
    again = explorer._plot.ghost(before)
    explorer._plot.update(explorer.record, grow=True)
    assert explorer._plot.limits[0] == 80
    assert without_ids(there) == without_ids(again) != ""


def test_axes_at_rest_are_the_same_however_few_networks_the_hand_has_seen(monkeypatch):
    quick = gradient_flow()
    quick.controls["depth"].value = 100
    slow_to_measure(monkeypatch)
    monkeypatch.setattr(pace, "REST", 60.0)  # however slow the machine is
    slow = gradient_flow()
    asyncio.run(drag(slow, "depth", 100, rest=False))
    assert slow._plot.limits[1] < quick._plot.limits[1]  # the floor: three networks reach further down than all sixteen
    slow._hand.rest()
    assert slow._plot.limits == quick._plot.limits


def test_axes_only_grow_while_a_control_moves_and_fit_anew_after_reset():
    explorer = gradient_flow()
    limits = []
    for gain in (1.0, 4.0, 0.2, 1.0):
        explorer.controls["gain"].value = gain
        limits.append(explorer._plot.limits)
    for before, after in itertools.pairwise(limits):
        assert after[1] <= before[1]  # the floor
        assert after[2] >= before[2]  # the ceiling
    assert limits[-1] != limits[0]
    explorer.reset()
    assert explorer._plot.limits == limits[0]


@pytest.mark.parametrize("key", ["depth", "gain"])
def test_new_axes_are_rare_over_a_drag_through_the_whole_range(key):
    explorer = gradient_flow(activation="sigmoid")
    low, high = ends(explorer.controls[key])
    framed = []
    for value in np.linspace(low, high, 60):
        explorer.controls[key].value = type(low)(value)
        framed.append(explorer._plot.limits)
    assert sum(a != b for a, b in itertools.pairwise(framed)) <= 12


def test_what_is_behind_more_is_named_where_it_has_been_changed():
    explorer = gradient_flow()
    assert explorer._behind.value == ""
    explorer.set(norm="batch", width=8, dz=True)
    assert explorer._behind.value == "width: 8, norm: batch norm, dz: on"
    explorer.reset()
    assert explorer._behind.value == ""


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
