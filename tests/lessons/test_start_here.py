"""What lesson 00 measures and draws: the telephone game beside the last layers of a network."""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.patches import Circle

from vgrad.kit.marks import grammar
from vgrad.lessons.start_here import draw, flow, show, whispers


@pytest.fixture(scope="module")
def record():
    return whispers(flow(depth=30, activation="sigmoid"), share=0.25, people=6)


def test_the_game_multiplies_and_the_network_is_read_from_its_last_layer_down(record):
    np.testing.assert_array_equal(record.game, [0.25**k for k in range(6)])
    np.testing.assert_array_equal(record.network, record.flow.relative["dh"].median[[29, 28, 27, 26, 25, 24]])
    assert record.network[0] == 1


def test_a_network_without_activation_passes_on_what_it_receives_where_sigmoid_does_not(record):
    kept = whispers(flow(depth=30, activation="identity")).network
    assert np.all(np.abs(np.log10(kept)) < 0.3)
    assert record.network[-1] < 1e-3 < kept[-1]


def test_an_area_is_a_loudness(record):
    axes = show(record).figure.axes[0]
    heights = [draw.GAME + 1.4, draw.NETWORK + 1.4]
    discs = [patch for patch in axes.patches if isinstance(patch, Circle) and patch.center[1] in heights]
    areas = np.array([disc.radius**2 for disc in discs]).reshape(2, 6)
    np.testing.assert_allclose(areas / areas[:, :1], [record.game, record.network], rtol=1e-12)
    places = [disc.center[0] for disc in discs][:6]
    assert places == sorted(places, reverse=True)  # from the right to the left, as the gradient goes


def test_the_caption_and_the_text_for_the_picture_say_what_was_measured(record):
    picture = show(record)
    left, kept = grammar.number(0.25**5), grammar.number(record.network[-1])
    first, second, third = picture.caption.splitlines()
    assert (
        first
        == f"After 5 whispers, {left} of the loudness is left. After as many layers, {kept} of the gradient is left."
    )
    assert second.startswith("Median of 16 networks: 30 layers of sigmoid, width 32")
    each = float(re.search(r"a layer passes on ([\d.]+) of the gradient\.$", third)[1])
    assert each**5 == pytest.approx(record.network[-1], rel=0.15)
    assert f"{kept} at layer 25" in picture.alt
    assert f"{left} at person 6" in picture.alt


def test_the_first_strip_says_what_its_colours_mean_and_keeps_theory_for_the_fold(record):
    first, second, third = draw.first_look(record.flow).caption.splitlines()
    assert first.endswith("so it vanishes.")
    assert "Pale circles receive much of it" in second
    assert third.startswith("Median of 16 networks")
    assert third.endswith(f"Theory predicts {grammar.number(record.flow.theory['dh'][0])}.")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (dict(share=-0.1), "share is -0.1"),
        (dict(share=np.nan), "share is nan"),
        (dict(people=1), "people is 1"),
        (dict(people=9), "people is 9"),
        (dict(people=2.5), "people is 2.5"),
    ],
)
def test_odd_rows_are_refused(record, settings, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        whispers(record.flow, **settings)


def test_a_network_that_is_too_short_and_one_that_is_none_are_refused():
    with pytest.raises(ValueError, match="people is 6"):
        whispers(flow(depth=5))
    with pytest.raises(ValueError, match="record is 3"):
        whispers(3)
