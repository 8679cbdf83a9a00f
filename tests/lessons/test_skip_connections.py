"""What lesson 08 measures and draws: sizes both ways, pre- and post-norm, shattered gradients, deep nets."""

from __future__ import annotations

import itertools

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad import models, theory
from vgrad.kit.experiments.flow import flow
from vgrad.kit.marks import grammar
from vgrad.lessons.deep_training import draw as deep_training_draw
from vgrad.lessons.deep_training.measure import deep, shatter
from vgrad.lessons.skip_connections import draw as skip_connections_draw
from vgrad.lessons.skip_connections import explore
from vgrad.lessons.skip_connections import say as skip_connections_say
from vgrad.lessons.skip_connections.draw import SkipPlot
from vgrad.lessons.skip_connections.measure import both_ways, last_layer

SMALL = dict(depth=6, width=16, batch=8, seeds=3)


# --- both ways ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [None, *models.FORMS])
@pytest.mark.parametrize(("activation", "scheme"), [("tanh", "xavier_normal"), ("relu", "he_normal")])
def test_it_is_flow_with_the_usual_weights_and_shows_both_ways(form, activation, scheme):
    record = both_ways(skip=form, alpha="0.5/depth", activation=activation, **SMALL)
    alone = flow(skip=form, alpha="0.5/depth", activation=activation, scheme=scheme, **SMALL)
    np.testing.assert_array_equal(record.dh, alone.dh)
    assert (record.net, record.shown) == (alone.net, ("h", "dh"))
    rms = np.median(alone.h[:, -1]) / (8 * 16) ** 0.5
    assert record.forward == pytest.approx(rms, rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "named"), [(dict(alpha="1/width"), "alpha"), (dict(alpha=np.nan), "alpha"), (dict(skip="u"), "skip")]
)
def test_both_ways_refuses_what_it_does_not_know(settings, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        both_ways(**SMALL, **settings)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_squares_grow_by_one_and_alpha_squared_a_block_both_ways(alpha):
    for seed in range(5):
        record = both_ways(skip="activation_first", alpha=alpha, depth=10, width=256, seeds=4, seed=seed)
        assert record.forward ** (2 / 10) == pytest.approx(1 + alpha**2, rel=0.05)
        assert record.ratio ** (2 / 9) == pytest.approx(1 + alpha**2, rel=0.05)


def test_behind_the_activation_the_mean_adds_up():
    """E[h²] of h + ReLU(h W), by the recursion of mean and mean square, is what theory says and networks have."""
    mean, square = 0.0, 1.0
    for _ in range(50):
        step = (square / np.pi) ** 0.5
        mean, square = mean + step, 2 * square + 2 * mean * step
    assert theory.flow(50, "relu", 2**0.5, skip="activation_last").h[-1] ** 2 == pytest.approx(square, rel=1e-6)
    measured = both_ways(skip="activation_last", depth=50, width=128, seeds=5).forward
    assert np.log10(measured**2) == pytest.approx(np.log10(square), abs=0.5)


@pytest.mark.parametrize("depth", [10, 20, 50])
def test_with_batch_norm_in_the_branch_the_square_grows_by_one_a_block(depth):
    for seed in range(5):
        record = both_ways(skip="activation_first", norm="batch", depth=depth, width=128, seeds=2, seed=seed)
        assert record.forward**2 == pytest.approx(1 + depth, rel=0.15)


# --- where the norm stands ------------------------------------------------------------------------------------------


def test_the_last_gradient_shrinks_with_pre_norm_only():
    for seed in range(5):
        dW = last_layer(depths=(4, 32), width=32, seeds=4, seed=seed).dW
        pre, post = (np.median(dW[place][1]) / np.median(dW[place][0]) for place in ("pre", "post"))
        assert pre == pytest.approx((9 / 65) ** 0.5, rel=0.2)
        assert post == pytest.approx(1, rel=0.2)


def test_each_depth_and_network_has_its_number_and_it_repeats():
    one, other = (last_layer(depths=(2, 3), width=8, batch=4, seeds=5) for _ in range(2))
    for place in ("pre", "post"):
        np.testing.assert_array_equal(one.dW[place], other.dW[place])
        assert one.dW[place].shape == (2, 5)
        assert (one.dW[place] > 0).all()


# --- lines of inputs ------------------------------------------------------------------------------------------------


def test_only_a_norm_shatters_and_a_path_mends_it():
    kinds = ({}, dict(norm="batch"), dict(norm="batch", skip="activation_first", alpha=0.1))
    for seed in range(5):
        plain, normed, path = (np.median(shatter(width=64, seed=seed, **kind).correlation[:, 5]) for kind in kinds)
        assert min(plain, path) > 0.2 > abs(normed)


def test_each_network_has_a_correlation_for_each_lag_and_it_is_1_with_itself():
    record = shatter(skip="activation_first", alpha="1/depth", depth=3, width=16, points=64, lags=4, seeds=2)
    assert record.correlation.shape == (2, 5)
    np.testing.assert_allclose(record.correlation[:, 0], 1)
    assert (record.correlation[:, 1] > record.correlation[:, 4]).all()


# --- deep nets ------------------------------------------------------------------------------------------------------


def test_the_stored_table_says_what_running_says():
    cells = course.load("path_depth")
    assert max(cell.settings["depth"] for cell in cells) == 1000
    assert all(min(cell.result["accuracy"]) > 0.8 for cell in cells)
    first = cells[0]
    np.testing.assert_allclose(deep(**first.settings)["accuracy"], first.result["accuracy"], atol=0.05)


# --- pictures -------------------------------------------------------------------------------------------------------


RECORDS = {
    "default": dict(),
    "post": dict(skip="activation_last", depth=40),
    "no path": dict(skip=None, activation="sigmoid", depth=20),
    "one layer": dict(depth=1),
    "one network": dict(seeds=1, norm="layer_output"),
    "overflow": dict(skip="activation_last", depth=2000, width=4, batch=2, seeds=2),
}


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    records = {
        name: both_ways(**{"skip": "activation_first", **SMALL, **settings}) for name, settings in RECORDS.items()
    }
    fresh = {name: pixels(SkipPlot(record)) for name, record in records.items()}
    live = SkipPlot(records["default"])
    for pair in itertools.combinations(records, 2):
        for name in pair:
            live.update(records[name])
            np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=f"on the way {pair}, at {name}")


def test_the_picture_says_what_its_boxes_and_diamonds_are():
    with_norm, without = (SkipPlot(both_ways(norm=norm, **SMALL)).key.get_text() for norm in ("layer_input", None))
    assert without.startswith("A box is blue where dh has vanished")
    assert with_norm == f"{without} A diamond is a norm."


@pytest.mark.parametrize("menu", ["form", "norm"])
def test_a_menu_of_the_explorer_shows_the_names_that_code_needs(menu):
    for shown, name in explore.skip().controls[menu].options:
        assert name == "none" or shown.startswith(f"{name}: ")


def test_a_still_picture_says_its_sentence():
    record = both_ways(skip="branch", alpha="0.5/depth", norm="batch", **SMALL)
    assert skip_connections_draw.paths(record).caption == skip_connections_say.sentence(record)
    assert ": h + φ(h W₁) W₂, α = 0.5/depth, batch norm, width 16" in skip_connections_say.sentence(record)
    assert all(f"at layer {k}" in skip_connections_say.alt(record) for k in (1, 6))


def test_an_overflow_is_said():
    assert "it overflows" in skip_connections_say.sentence(both_ways(**{**SMALL, **RECORDS["overflow"]}))


def test_the_last_layers_picture_holds_its_numbers_and_theory():
    record = last_layer(depths=(2, 4, 8), width=16, seeds=5)
    picture = skip_connections_draw.last_layer(record)
    pre, post, dashed = picture.figure.axes[0].lines
    unit = np.median(record.dW["pre"][0])
    for line, place in ((pre, "pre"), (post, "post")):
        np.testing.assert_allclose(line.get_ydata(), np.median(record.dW[place], axis=1) / unit, rtol=1e-12)
    np.testing.assert_allclose(dashed.get_ydata(), (5 / (1 + 2 * np.array([2, 4, 8]))) ** 0.5)
    ratio = np.median(record.dW["pre"][-1]) / unit
    assert f"multiplied by {grammar.number(ratio)}, where theory predicts 0.54." in picture.caption


def test_the_shattered_picture_holds_its_correlations_and_says_them():
    kinds = ({}, dict(norm="batch"), dict(norm="batch", skip="activation_first", alpha=0.1))
    records = [shatter(depth=4, width=16, points=64, seeds=3, **kind) for kind in kinds]
    picture = deep_training_draw.shattered(records)
    for record, line in zip(records, picture.figure.axes[0].lines, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.median(record.correlation, axis=0))
    five = f"{np.median(records[2].correlation[:, 5]):z.1f}"
    next_to = f"{np.median(records[2].correlation[:, 1]):z.1f}"
    assert f"With batch norm and path, branch × 0.1 it is {next_to} and {five}." in picture.caption
    assert deep_training_draw.shattered(records).png() == picture.png()
