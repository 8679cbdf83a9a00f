"""What becomes of a gradient in a format: the entries that are counted, and the window that they are drawn in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vgrad import data, init, models, ops, train
from vgrad.lessons.precision.draw.window import FILLS, WindowPlot, window
from vgrad.lessons.precision.measure.window import in_format
from vgrad.lessons.precision.records import FORMATS, KINDS, WINDOWS
from vgrad.lessons.precision.say.window import percent, window_alt, window_sentence
from vgrad.models import Layer
from vgrad.ops import Affine

SMALL = dict(depth=3, width=8, seeds=2)
SCALES = [(0, 0), (0, -12), (4, -20), (20, -20), (42, -20)]
each_format = pytest.mark.parametrize("precision", WINDOWS)
each_scale = pytest.mark.parametrize(("scale", "factor"), SCALES)


def networks(depth, width, seeds, gain=1.0):
    """The networks of the measurement, drawn anew."""
    layers = []
    for k, fans in enumerate(itertools.pairwise([64, *[width] * depth, 10]), start=1):
        draws = np.random.default_rng((0, 15, k if k <= depth else 0))
        W = init.normal(draws, (seeds, *fans)) * (gain * init.xavier(*fans))
        layers.append(Layer(Affine(W, np.zeros((seeds, fans[1])))))
    return layers


def kinds(entries, precision):
    """How many of a format's numbers are of each kind, by the names that C has for them."""
    _, exponents = np.frexp(entries.astype(float))
    lowest = -13 if precision == "float16" else -125  # of frexp, whose mantissas lie below 1
    zero, finite = entries == 0, np.isfinite(entries)
    subnormal = finite & ~zero & (exponents < lowest)
    return [zero.sum(), subnormal.sum(), (finite & ~zero & ~subnormal).sum(), (~finite).sum()]


# --- the window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_a_window_ends_where_numpy_says(precision):
    smallest, normal, beyond = WINDOWS[precision]
    limits = np.finfo(precision)
    assert limits.smallest_subnormal == 2.0**smallest
    assert limits.smallest_normal == 2.0**normal
    assert 2.0 ** (beyond - 1) < float(limits.max) < 2.0**beyond


def test_the_window_of_bfloat16_ends_where_rounding_to_it_does():
    smallest, normal, beyond = WINDOWS["bfloat16"]
    assert ops.bfloat16(np.float32(2.0**smallest)) == 2.0**smallest
    assert ops.bfloat16(np.float32(2.0 ** (smallest - 1))) == 0
    assert ops.bfloat16(np.array(2.0**beyond)) == np.inf
    assert np.isfinite(ops.bfloat16(np.float32(2.0 ** (beyond - 1))))
    below = np.float32(2.0**normal * (1 - 2.0**-8))  # a normal number of this fraction would be kept
    assert ops.bfloat16(below * 4) == below * 4
    assert ops.bfloat16(below) != below


def test_the_windows_are_those_of_torch():
    torch = pytest.importorskip("torch")
    for name, (smallest, normal, beyond) in WINDOWS.items():
        limits = torch.finfo(getattr(torch, name))
        assert (limits.tiny, limits.tiny * limits.eps) == (2.0**normal, 2.0**smallest)
        assert 2.0 ** (beyond - 1) < limits.max < 2.0**beyond


# --- what is counted --------------------------------------------------------------------------------------------------


@each_format
@each_scale
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_entries_are_those_of_a_training_step_before_its_gradient_is_unscaled(precision, scale, factor, activation):
    record = in_format(precision=precision, scale=scale, factor=factor, activation=activation, **SMALL)
    params, digits = networks(**SMALL), data.digits()
    batch = digits.x_train[:32], digits.y_train[:32]
    with np.errstate(all="ignore"):
        scaled = train.classifier(activation, precision=precision)(params, batch, 2.0 ** (scale + factor)).grads
        exact = train.classifier(activation)(params, batch).grads
    for k, (layer, real) in enumerate(zip(scaled, exact, strict=True)):
        there = real.affine.W != 0
        assert record.counts[:, k].tolist() == kinds(layer.affine.W[there], precision)
        bits = np.log2(abs(real.affine.W[there])) + scale + factor
        np.testing.assert_allclose(record.bits[:, k], np.quantile(bits, (0.1, 0.5, 0.9)))


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_what_loss_scaling_hands_on_is_zero_where_the_entries_were_zero_or_too_small(precision):
    """``train.loss_scaling`` divides by the scale in float32, where nothing of float16 is lost."""
    record = in_format(precision=precision, scale=6, **SMALL)
    digits = data.digits()
    model = train.classifier("tanh", precision=precision)

    def weighted(params, batch, dloss=1.0):
        return model(params, batch, dloss * 2.0**-20)

    batch = digits.x_train[:32], digits.y_train[:32]
    grads = train.loss_scaling(2.0**6).run(weighted, networks(**SMALL), batch).grads
    assert [int((layer.affine.W == 0).sum()) for layer in grads] == record.counts[0].tolist()


@each_format
def test_dh_is_what_arrives_at_each_activation_and_at_the_logits(precision):
    record = in_format(precision=precision, quantity="dh", scale=4, **SMALL)
    params, digits = networks(**SMALL), data.digits()
    own = ops.bfloat16 if precision == "bfloat16" else lambda a: a.astype(precision)
    arrived = []

    def tanh(z):
        h, pullback = (ops.in_bfloat16(ops.tanh) if precision == "bfloat16" else ops.tanh)(z)
        return h, lambda dh: (arrived.append(own(dh)), pullback(dh))[1]

    params = [Layer(Affine(*map(own, layer.affine))) for layer in params]
    logits, tape = models.mlp(params, own(digits.x_train[:32]), tanh)
    dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:32])[1](2.0**-16)
    models.gradients(tape, dlogits)
    for k, entries in enumerate([*arrived[::-1], own(dlogits)]):
        assert record.counts[:, k].tolist() == kinds(entries, precision)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_where_every_entry_is_fine_another_scale_moves_them_all_by_its_power(activation):
    one, other = (in_format(scale=scale, precision="float32", activation=activation, **SMALL) for scale in (0, 30))
    np.testing.assert_array_equal(one.counts, other.counts)
    np.testing.assert_allclose(other.bits - one.bits, 30)


def test_entries_that_are_zero_in_float64_are_not_counted():
    relu = in_format(activation="relu", factor=0, **SMALL)
    every = np.array([64 * 8, 64, 64, 80]) * 2
    assert (relu.counts.sum(axis=0) < every).all()
    assert relu.counts[0].sum() < 0.01 * relu.counts.sum()
    assert in_format(factor=0, **SMALL).counts.sum(axis=0).tolist() == every.tolist()
    nothing = in_format(gain=0.0, **SMALL)
    assert nothing.counts[:, :-1].sum() == 0
    assert np.isnan(nothing.shares[:, :-1]).all()
    assert np.isnan(nothing.bits[:, :-1]).all()


def test_a_smaller_depth_has_the_first_layers_and_fewer_seeds_have_the_first_networks():
    five, two = (in_format(precision="float32", factor=0, depth=3, width=8, seeds=seeds) for seeds in (5, 2))
    assert five.counts.sum() == 2.5 * two.counts.sum()
    again = in_format(precision="float32", factor=0, depth=3, width=8, seeds=5)
    np.testing.assert_array_equal(again.bits, five.bits)


def test_work_beyond_the_budget_is_refused():
    with pytest.raises(ValueError, match=r"seeds · depth · batch · width² is "):
        in_format(depth=100, width=512, batch=1500)


# --- what is known of float16 -----------------------------------------------------------------------------------------


def test_a_long_mean_kills_the_gradient_of_float16_at_the_logits_and_any_scale_in_a_wide_range_saves_it():
    assert (in_format(quantity="dh").shares[0] == 1).all()
    assert (in_format().shares[0] == 1).all()
    for scale in range(16, 37, 4):
        record = in_format(scale=scale)
        assert record.counts[3].sum() == 0
        assert record.all_shares[0] < 0.001
        assert record.all_shares[2] > 0.85
    assert (in_format(scale=44).shares[3] == 1).all()
    assert (in_format(precision="bfloat16").shares[2] == 1).all()


def test_a_gradient_that_spans_more_than_the_window_fits_no_scale():
    widest = WINDOWS["float16"].beyond - WINDOWS["float16"].smallest
    record = in_format(activation="sigmoid", depth=20)
    assert record.bits[1, -1] - record.bits[1, 0] > widest
    bfloat16 = in_format(activation="sigmoid", depth=20, precision="bfloat16")
    assert (bfloat16.shares[2] > 0.99).all()


# --- the picture ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [dict(scale=2), dict(scale=40, activation="sigmoid", depth=20), dict(scale=50)])
def test_the_columns_are_as_high_as_the_shares(settings):
    record = in_format(**settings)
    plot = WindowPlot(record)
    for kind, shares in zip(KINDS, record.shares, strict=True):
        corners = plot.patches[kind].get_path().vertices
        corners = corners.reshape(-1, 5, 2) if len(corners) > 1 else np.zeros((0, 5, 2))
        heights = np.zeros(record.depth + 1)
        for box in corners:
            heights[round(box[:, 0].mean() + (box[1, 0] - box[0, 0]) / 10) - 1] = np.ptp(box[:, 1])
        np.testing.assert_allclose(heights, shares, atol=1e-12)


def test_the_grounds_change_where_the_format_ends():
    for precision, (smallest, normal, beyond) in WINDOWS.items():
        plot = WindowPlot(in_format(precision=precision, activation="sigmoid", depth=30, factor=-40))
        floor, ceiling = plot.sizes.get_ylim()
        ends = [patch.get_y() for patch in plot.sizes.patches if patch.get_height() > 0]
        inside = {end for end in (smallest - 1, normal, beyond) if floor < end < ceiling}
        assert {*ends[1:]} == inside <= {*plot.sizes.get_yticks()}


def test_an_entry_becomes_0_up_to_half_of_the_smallest_number():
    smallest = WINDOWS["float16"].smallest
    assert np.float16(2.0 ** (smallest - 1)) == 0 < np.float16(1.01 * 2.0 ** (smallest - 1)) == 2.0**smallest


def test_an_end_of_the_window_beyond_the_axis_is_named_at_its_edge():
    said = {text.get_text() for text in WindowPlot(in_format(precision="bfloat16")).sizes.texts}
    assert {"fine", "up to 2¹²⁸", "down to 2⁻¹²⁶"} <= said
    said = {text.get_text() for text in WindowPlot(in_format()).sizes.texts}
    assert {"becomes 0", "subnormal", "fine", "infinite or NaN"} <= said
    assert not any("to 2" in words for words in said)


def test_each_kind_has_a_colour_and_a_hatch_of_its_own():
    assert len({style["facecolor"] for style in FILLS.values()}) == len(KINDS)
    assert len({style.get("hatch") for style in FILLS.values()}) == len(KINDS)


def test_the_alternative_text_says_the_shares_and_the_ends_of_the_window():
    record = in_format(scale=2)
    alt = window_alt(record)
    for k in (0, -1):
        assert f"{percent(record.shares[0, k])} 0, {percent(record.shares[1, k])} subnormal" in alt
    assert "2⁻²⁴ (the smallest number)" in alt
    picture = window(record)
    assert (picture.caption, picture.alt) == (window_sentence(record), alt)


def test_the_formats_of_the_explorer_are_those_of_the_lesson_and_of_training():
    assert [*WINDOWS] == [*FORMATS]
    assert {*WINDOWS} == {*train.precision.PRECISIONS}
