"""What lesson 02 measures and draws: slopes where z lies, the factor of a layer by σ_w, and the sigmoid twin."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import pixels, place

from vgrad import models, ops, probes, theory
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.experiments.twin import sigmoid_twin
from vgrad.kit.marks import grammar
from vgrad.lessons.activations import draw, say
from vgrad.lessons.activations.draw import ActivationPlot, limits
from vgrad.lessons.activations.measure import critical, factor, largest, slope_at, slopes, sweep, twins
from vgrad.lessons.activations.say import sentence
from vgrad.tape import backprop

SMALL = dict(depth=6, width=32, batch=4, seeds=3)


# --- slopes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_rms_and_mean_slope_are_those_of_the_integrals(activation, sigma):
    nodes, weights = theory.gaussian_nodes()
    slope = slope_at(activation, sigma * nodes)
    for seed in range(5):
        record = slopes(activation=activation, sigma=sigma, seed=seed)
        assert record.theory == pytest.approx((weights @ slope**2) ** 0.5, rel=1e-9)
        assert record.rms == pytest.approx(record.theory, rel=0.05)
        assert record.mean == pytest.approx(weights @ slope, abs=0.02)


@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_every_unit_is_in_one_bin_and_none_is_steeper_than_the_largest(activation):
    for sigma in (0.001, 1.0, 1000.0):
        record = slopes(activation=activation, sigma=sigma, units=500)
        assert record.shares.sum() == pytest.approx(1)
        assert abs(record.slope).max() <= largest(activation) + 1e-4


def test_the_same_units_at_any_size_of_z():
    small, large = (slopes(activation="relu", sigma=sigma) for sigma in (0.5, 50))
    assert small.rms == large.rms
    np.testing.assert_array_equal(small.shares, large.shares)


def test_saturated_and_stopped_units_are_counted_apart():
    relu, tanh, leaky = (slopes(activation=name, sigma=30) for name in ("relu", "tanh", "leaky_relu"))
    assert (relu.saturated, leaky.saturated, leaky.stopped) == (0, 0, 0)
    assert relu.stopped == pytest.approx(0.5, abs=0.02)
    assert tanh.saturated > 0.3 < tanh.stopped
    assert tanh.saturated + tanh.stopped < 1


@pytest.mark.parametrize(
    ("settings", "named"), [(dict(activation="sine"), "activation"), (dict(sigma=0), "sigma"), (dict(units=0), "units")]
)
def test_slopes_refuses_what_it_cannot_do(settings, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        slopes(**settings)


# --- factors ------------------------------------------------------------------------------------------------------


def test_factors_are_the_geometric_mean_over_the_layers():
    record = sweep("tanh", sigmas=(1, 3), **SMALL)
    for sigma_w, factors, says in zip(record.sigmas, record.factors, record.theory, strict=True):
        flow = flow_experiments.flow(activation="tanh", gain=sigma_w, **SMALL)
        np.testing.assert_allclose(factors**5, flow.dh[:, 0] / flow.dh[:, -1], rtol=1e-12)
        assert says**5 == pytest.approx(flow.theory["dh"][0], rel=1e-12)


def test_sigmoid_holds_at_ten_times_xaviers_weights():
    """√χ = 1 at σ_w = 10.149; and so measured, over five sets of networks, to three per cent."""
    assert critical("sigmoid") == pytest.approx(10.149, abs=1e-3)
    assert factor("sigmoid", critical("sigmoid")) == pytest.approx(1, abs=1e-6)
    for seed in range(5):
        near = sweep("sigmoid", sigmas=(9, 10, 11), depth=12, width=256, batch=16, seeds=4, seed=seed)
        assert near.crossing == pytest.approx(10.149, rel=0.03)


def test_slopes_below_one_do_not_make_a_gradient_shrink():
    for seed in range(5):
        assert (sweep("tanh", sigmas=(2,), depth=12, width=64, seeds=3, seed=seed).factors > 1.05).all()


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_where_nothing_crosses_one_there_is_no_answer(activation):
    assert np.isnan(sweep(activation, sigmas=(3, 4), **SMALL).crossing)
    assert np.isnan(sweep(activation, sigmas=(0.1, 0.2), **SMALL).crossing)
    assert np.isnan(critical("sigmoid", 1.0, 2.0))


# --- the twin -----------------------------------------------------------------------------------------------------


def test_the_twin_computes_and_pulls_back_what_the_tanh_net_does():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        params = models.init_mlp([16] * 11 + [3], scheme="torch_linear", gain=2.0, ensemble=(2,), rng=rng)
        x, cotangent = rng.standard_normal((2, 8, 16)), rng.standard_normal((2, 8, 3))
        (ours, tape), (theirs, other) = (
            models.mlp(params, x, "tanh"),
            models.mlp(sigmoid_twin(params), x, "sigmoid"),
        )
        np.testing.assert_allclose(theirs, ours, atol=1e-13)
        dh, dh_twin = probes.norms(tape, cotangent).dh, probes.norms(other, cotangent).dh
        np.testing.assert_allclose(dh_twin, 2 * dh, rtol=1e-10)  # as h_tanh moves twice as far as h_sigmoid
        dx, dx_twin = ([*backprop(steps, cotangent)][-1].cotangent for steps in (tape, other))
        np.testing.assert_allclose(dx_twin, dx, rtol=1e-9, atol=1e-12)


def test_the_record_of_twins_holds_four_nets_that_are_what_they_are_called():
    record = twins(depth=4, width=16, batch=8, seeds=3, seed=1)
    assert record.nets == ("tanh", "twin", "twin without biases", "sigmoid")
    assert record.dh.shape == (4, 3, 4)
    assert np.all(record.dh[:, :, -1] == 1)
    np.testing.assert_allclose(record.dh[0], record.dh[1], rtol=1e-10)
    assert record.apart[1] < 1e-12 < 0.1 < record.apart[2:].min()
    assert record.rms[1] < record.rms[0] / 2
    assert all(record.rms[1:] < 0.25)


def test_large_weights_without_biases_keep_what_the_sweep_says_and_the_biases_keep_the_rest():
    """0.63 per layer at σ_w = 4, and about 0.9 with the biases, over five sets of networks."""
    for seed in range(5):
        tanh, twin, bare, sigmoid = twins(seed=seed).first ** (1 / 9)
        assert bare == pytest.approx(factor("sigmoid", 4.0), abs=0.02)
        assert sigmoid == pytest.approx(factor("sigmoid", 1.0), abs=0.02)
        assert twin == pytest.approx(tanh, rel=1e-10)
        assert twin == pytest.approx(0.9, abs=0.02)


def test_half_of_a_new_layer_is_off_and_nothing_is_dead_until_the_biases_fall():
    for seed in range(5):
        z = np.random.default_rng(seed).standard_normal((256, 1000))
        off, low = (ops.relu(z + bias)[1](np.ones_like(z)) == 0 for bias in (0, -3))
        assert off.mean() == pytest.approx(0.5, abs=0.01)
        assert not off.all(axis=0).any()
        assert low.all(axis=0).mean() == pytest.approx(0.7, abs=0.05)


# --- pictures -----------------------------------------------------------------------------------------------------


RECORDS = {
    "relu": dict(activation="relu"),
    "nearly linear": dict(activation="tanh", sigma=0.1),
    "saturated": dict(activation="sigmoid", sigma=100.0),
    "steep": dict(activation="selu", sigma=2.0),
    "below zero": dict(activation="gelu"),
    "linear": dict(activation="identity"),
}


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    records = {name: slopes(units=500, **settings) for name, settings in RECORDS.items()}
    fresh = {name: pixels(ActivationPlot(record)) for name, record in records.items()}
    live = ActivationPlot(records["relu"])
    for name in [*records, *reversed(records)]:
        live.update(records[name])
        np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=name)


@pytest.mark.parametrize("name", RECORDS)
def test_the_picture_holds_its_numbers_within_its_axes(name):
    record = slopes(**RECORDS[name])
    plot = ActivationPlot(record)
    np.testing.assert_array_equal(plot.slopes.get_ydata(), record.slope)
    np.testing.assert_array_equal(plot.bars.get_data().values, record.shares)
    for lines, value in ((plot.rms, record.rms), (plot.theory, record.theory)):
        assert all(set(line.get_ydata()) == {value} for line in lines)
    _, floor, ceiling, top, most = limits(record)
    seen = abs(record.z) <= 3 * record.sigma
    assert floor <= record.h[seen].min() <= record.h[seen].max() <= ceiling
    assert record.largest < top
    assert record.shares.max() <= most
    assert f"{grammar.number(record.rms)} σ_w" in sentence(record)


@pytest.mark.parametrize("name", RECORDS)
def test_nothing_written_in_the_picture_overlaps(name):
    plot = ActivationPlot(slopes(**RECORDS[name]))
    place(plot)
    panels = (plot.curve, plot.slope, plot.units)
    ticks = [[*axes.get_xticklabels(), *axes.get_yticklabels()] for axes in panels]
    words = [label.get_window_extent() for labels in ticks for label in labels if label.get_text()]
    inside = [w for w in words if plot.figure.bbox.y0 <= w.y0]
    for one, other in itertools.combinations(inside, 2):
        assert not one.overlaps(other)
    assert max(word.x1 for word in words) <= plot.figure.bbox.x1 + 0.5
    assert plot.label.get_window_extent().x0 > plot.units.bbox.x0


def test_still_pictures_say_their_sentences_and_repeat():
    record = slopes(activation="relu")
    assert draw.slopes(record).caption == sentence(record)
    assert "50 % near 1" in say.alt(record)
    records = [sweep(name, sigmas=(0.5, 1, 2), **SMALL) for name in ("relu", "tanh")]
    picture = draw.factors(records)
    for record, median, dashed in zip(records, *(picture.figure.axes[0].lines[k::3] for k in (0, 2)), strict=True):
        np.testing.assert_allclose(median.get_ydata(), np.log10(np.median(record.factors, axis=1)), rtol=1e-12)
        np.testing.assert_array_equal(dashed.get_ydata(), np.log10(record.theory))
        name = grammar.look(record.activation).label
        for index, line in ((1, "At σ_w = 1, "), (2, "At σ_w = 2, ")):
            said = picture.caption.partition(line)[2].partition(".\n")[0]
            assert f"{grammar.number(np.median(record.factors[index]))} ({name})" in said
            assert f"{grammar.number(record.theory[index])}" in picture.caption.splitlines()[2]
    assert draw.factors(records).png() == picture.png()


def test_a_size_of_0_has_no_place_on_the_axis_and_the_others_have():
    picture = draw.factors([sweep("tanh", sigmas=(0, 1, 2), **SMALL)])
    low, high = picture.figure.axes[0].get_xlim()
    assert 0 < low < 1 < 2 < high
    assert np.isfinite(picture.figure.axes[0].get_ylim()).all()


def test_the_picture_of_twins_shows_each_net_and_its_sentence_says_the_first_layer():
    record = twins(depth=5, width=16, batch=8, seeds=3)
    picture = draw.twins(record)
    for line, rows in zip(picture.figure.axes[0].lines, record.dh, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.log10(np.median(rows, axis=0)), rtol=1e-9, atol=1e-12)
    assert all(grammar.number(first) in picture.caption for first in record.first)
    assert all(
        f"for {net} it is {grammar.number(first)} at layer 1" in picture.alt
        for net, first in zip(record.nets, record.first, strict=True)
    )
    labels = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert labels == list(record.nets)
    assert draw.twins(record).png() == picture.png()
