"""What lessons 04 and 05 measure and draw: the signal, starts, the sweep, order and chaos, and stored tables."""

from __future__ import annotations

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad import data, models, ops, theory
from vgrad.kit.experiments.flow import flow
from vgrad.kit.experiments.protocol import crossing
from vgrad.kit.marks import grammar
from vgrad.lessons.edge_of_chaos import draw as edge_of_chaos_draw
from vgrad.lessons.edge_of_chaos import measure as edge_of_chaos_measure
from vgrad.lessons.edge_of_chaos import training_map
from vgrad.lessons.edge_of_chaos.draw import PhasePlot
from vgrad.lessons.edge_of_chaos.measure import correlation_scale, depth_scale, pair, spectrum, trained
from vgrad.lessons.initialization import draw as initialization_draw
from vgrad.lessons.initialization.draw import LOOKS, SignalPlot
from vgrad.lessons.initialization.measure import FORMULAS, sweep, train_from

SMALL = dict(depth=6, width=16, batch=8, seeds=3)


# --- signal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sigma_w", "sigma_b"), [(0.8, 0.3), (1.5, 0.2), (2.0, 0.0)])
def test_theory_is_followed_with_biases_too(sigma_w, sigma_b):
    net = dict(depth=10, width=200, batch=16, seeds=5)
    record = flow(scheme="scaled_normal", gain=sigma_w, sigma_b=sigma_b, apart=True, **net)
    for name in ("h", "dh", "apart"):
        np.testing.assert_allclose(record.relative[name].median, record.theory[name], rtol=0.2)


def test_apart_is_the_unbiased_share_in_which_samples_differ():
    for batch in (2, 8):
        net = dict(depth=1, width=400, batch=batch, seeds=9)
        record = flow(activation="relu", scheme="he_normal", apart=True, **net)
        assert 1 - np.median(record.apart) ** 2 == pytest.approx(1 / np.pi, abs=0.03)


def test_the_correlation_collapses_as_the_arc_cosine_map_says():
    c, ours = 0.0, theory.correlations(50, "relu", 2**0.5)
    for says in ours:
        c = ((1 - c * c) ** 0.5 + c * (np.pi - np.arccos(c))) / np.pi
        assert says == pytest.approx(c, rel=1e-9)


@pytest.mark.parametrize("settings", [dict(depth=0), dict(batch=1), dict(activation="sine"), dict(sigma_b=-1)])
def test_it_refuses_what_it_cannot_do(settings):
    with pytest.raises(ValueError, match=rf"^{next(iter(settings))} is "):
        flow(apart=True, **{**SMALL, **settings})


# --- sweep, spectrum ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("activation", "way"), [("tanh", dict(size=0.1)), ("relu", {}), ("selu", dict(way="h"))])
def test_the_sweep_finds_the_formula_where_its_derivation_holds(activation, way):
    record = sweep(activation, FORMULAS[activation] * np.geomspace(0.8, 1.3, 6), seeds=4, **way)
    assert record.optimum == pytest.approx(record.expected, rel=0.04)
    assert record.optimum == pytest.approx(FORMULAS[activation], rel=0.04)


@pytest.mark.parametrize("activation", ["tanh", "selu"])
def test_where_it_does_not_hold_theory_still_does(activation):
    record = sweep(activation, FORMULAS[activation] * np.geomspace(0.8, 1.3, 6), seeds=4)
    assert record.optimum == pytest.approx(record.expected, rel=0.04)
    assert abs(record.optimum / FORMULAS[activation] - 1) > 0.1


@pytest.mark.parametrize("activation", ["tanh", "relu", "selu"])
def test_the_sweeps_theory_is_that_of_flow_for_inputs_of_size_1(activation):
    record = sweep(activation, (0.8, 1.5), depth=7, width=8, seeds=1)
    for sigma_w, dh in zip((0.8, 1.5), record.theory, strict=True):
        says = theory.flow(7, activation, sigma_w)
        assert 10**dh == pytest.approx(says.dh[0] / says.dh[-1], rel=1e-6)


@pytest.mark.parametrize("settings", [dict(activation="gelu"), dict(way="dW")])
def test_sweep_refuses_what_has_no_formula(settings):
    with pytest.raises(ValueError, match=rf"^{next(iter(settings))} is "):
        sweep(**{"activation": "tanh", **settings})


def test_the_crossing_lies_between_two_points():
    assert crossing(np.array([1.0, 2.0, 3.0]), np.array([-2.0, -1.0, 3.0])) == pytest.approx(2.25)
    for never in ([-2.0, -1.0], [1.0, 2.0], [-np.inf, 2.0]):
        assert np.isnan(crossing(np.array([1.0, 2.0]), np.array(never)))


def test_orthogonal_weights_of_a_linear_net_stretch_nothing():
    np.testing.assert_allclose(spectrum("identity", sigma_w=1.0, depth=5, width=8).values, 1.0, rtol=1e-10)


def test_the_spectrum_is_in_order_a_row_for_each_network():
    record = spectrum("tanh", "normal", depth=3, width=4, seeds=1)
    assert record.values.shape == (1, 4)
    assert (np.diff(record.values) <= 0).all()


# --- what is learnt from a start ------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_equal_units_stay_equal_and_noise_makes_them_differ(activation):
    settings = dict(activation=activation, constant=0.1, width=12, steps=30, seeds=3)
    assert list(train_from(**settings).different) == [1, 1, 1]
    assert list(train_from(noise=1e-3, **settings).different) == [12, 12, 12]


def test_all_zero_guesses_unless_there_is_no_hidden_layer():
    assert train_from(constant=0.0, steps=60).train.max() < 0.12
    assert train_from(constant=0.0, hidden=0, steps=60).train.min() > 0.8


def test_each_network_of_a_start_has_its_own_order_of_pictures():
    assert len(set(train_from(constant=0.1, steps=5).loss[:, -1])) == 5
    assert len(set(train_from(constant=0.1, steps=5, seed=1).loss[:, -1]) & set(train_from(steps=5).loss[:, -1])) == 0


def test_raw_pixels_start_a_hundred_times_higher_and_still_end_as_a_record():
    raw = train_from(activation="relu", pixels="0 to 255", steps=20)
    assert raw.loss[:, 0].min() > 30 * train_from(activation="relu", steps=1).loss.max()
    burst = train_from(activation="relu", pixels="0 to 255", rate=1e200, steps=5, seeds=2)
    assert np.isnan(burst.loss[:, -1]).all()
    assert burst.train.max() < 0.3


def test_the_picture_of_starts_names_each_and_says_its_medians():
    runs = [train_from(constant=0.1, steps=5), train_from(width=1, steps=5), train_from(hidden=0, steps=60)]
    picture = initialization_draw.starts(runs)
    for name, run in zip(("all weights 0.1", "one unit per layer", "no hidden layer"), runs, strict=True):
        assert (
            f"{name}: {100 * np.median(run.train):.0f} % training, {100 * np.median(run.test):.0f} % test"
            in picture.alt
        )
    assert picture.caption.startswith(
        f"With “no hidden layer” the networks classify {100 * np.median(runs[2].train):.0f} %"
    )


# --- phase ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", edge_of_chaos_measure.ACTIVATIONS)
def test_the_chart_is_theorys_chi(activation):
    chart = edge_of_chaos_measure.chart(activation)
    for row, column in ((4, 10), (20, 30), (40, 60)):
        sigma_w, sigma_b = chart.sigma_w[column], chart.sigma_b[row]
        q = min(theory.q_fixed_point(activation, sigma_w, sigma_b, layers=400), 1e6)
        assert chart.chi[row, column] == pytest.approx(theory.chi(activation, q, sigma_w), rel=0.01)


@pytest.mark.parametrize(("sigma_w2", "six_xi", "six_xi_c"), [(2.2, 75, 97), (2.8, 36, 59), (3.6, 23, 46)])
def test_in_chaos_a_correlation_reaches_farther_than_a_gradient(sigma_w2, six_xi, six_xi_c):
    assert (round(6 * depth_scale(sigma_w2)), round(6 * correlation_scale(sigma_w2))) == (six_xi, six_xi_c)


@pytest.mark.parametrize("sigma_w2", [0.0, 0.8, 1.4])
def test_in_order_both_length_scales_are_one(sigma_w2):
    assert correlation_scale(sigma_w2) == depth_scale(sigma_w2)


def test_the_correlation_scale_is_the_pace_at_which_a_correlation_comes_to_rest():
    c = theory.correlations(60, "tanh", 2.8**0.5, 0.05**0.5, 0.9)
    at_rest = theory.correlations(2000, "tanh", 2.8**0.5, 0.05**0.5, 0.9)[-1]
    left = np.log(abs(c - at_rest))
    assert -1 / np.mean(np.diff(left[45:])) == pytest.approx(correlation_scale(2.8), rel=0.02)


@pytest.mark.parametrize(
    ("activation", "sigma_w", "c"), [("tanh", 1.0, 0.0), ("tanh", 2.0, 0.9), ("relu", 2**0.5, 0.3)]
)
def test_a_pair_follows_theory_in_its_first_layers(activation, sigma_w, c):
    run = pair(activation=activation, sigma_w=sigma_w, sigma_b=0.1, c=c, depth=6, width=1000, seeds=5)
    np.testing.assert_allclose(np.median(run.correlation, axis=0), run.theory, atol=0.06)


def test_equal_inputs_stay_equal_and_a_map_has_a_row_without_layers():
    assert pair(c=1.0, depth=4, width=20).correlation == pytest.approx(1.0)
    alone = trained(1.76, 0, width=32)
    assert alone["accuracy"].min() > 0.9
    assert alone["test"].shape == (5,)


@pytest.mark.parametrize("name", ["he_figure", "phase_map", "saxe"])
def test_stored_cells_come_out_the_same_again(name):
    shallow = [cell for cell in course.load(name) if cell.settings["depth"] <= 6][:1]
    (again,) = course.compute(name, [shallow[0].settings])
    measured = next(iter(again.result))
    np.testing.assert_allclose(again.result[measured], shallow[0].result[measured], rtol=0.1)


def test_the_short_digits_have_the_moments_of_all():
    x, y = edge_of_chaos_measure._summary()
    digits = data.digits()
    np.testing.assert_allclose(x.T @ x / len(x), digits.x_train.T @ digits.x_train / 1500, atol=1e-4)
    np.testing.assert_allclose(x.T @ y / len(x), digits.x_train.T @ np.eye(10)[digits.y_train] / 1500, atol=1e-4)


# --- pictures ------------------------------------------------------------------------------------------

RECORDS = {
    "default": dict(),
    "deep": dict(depth=40, gain=2.0),
    "one layer": dict(depth=1),
    "one network": dict(seeds=1),
    "large": dict(activation="relu", gain=5.0, depth=30),
}


def test_live_pictures_moved_from_one_record_to_another_are_fresh_ones_pixel_for_pixel():
    records = {name: flow(apart=True, **{**SMALL, **settings}) for name, settings in RECORDS.items()}
    made = {name: record._replace(shown=(*LOOKS,)) for name, record in records.items()}
    live = SignalPlot(made["default"])
    fresh = {name: pixels(SignalPlot(record)) for name, record in made.items()}
    for name in (*made, *reversed(made)):
        live.update(made[name])
        np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=name)


def test_a_live_chart_is_the_fresh_one_too():
    made = [
        edge_of_chaos_measure.point(activation=a, depth=5, width=16, seeds=2, sigma_w=w)
        for a, w in (("tanh", 1.0), ("relu", 3.0))
    ]
    live = PhasePlot(made[0])
    for record in (*made, made[0]):
        live.update(record)
        np.testing.assert_array_equal(pixels(live), pixels(PhasePlot(record)))


def test_still_pictures_say_their_numbers():
    record = sweep("relu", np.linspace(1.2, 1.6, 3), seeds=3)
    caption = initialization_draw.sweep([record]).caption
    assert f"The gradient of ReLU keeps its size at σ_w {record.optimum:.3g}." in caption
    assert f"theory says {record.expected:.3g}, and the formulas say 1.41" in caption
    nets = [spectrum(draw=draw, depth=3, width=8) for draw in ("orthogonal", "normal")]
    middle = grammar.number(float(np.median(nets[1].values)))
    assert f"With Gaussian weights the middle singular value is {middle}." in edge_of_chaos_draw.spectra(nets).caption
    runs = [pair(depth=3, width=16), pair(activation="relu", c=0.5, depth=3, width=16)]
    assert f"from 0.5 to {np.median(runs[1].correlation[:, -1]):.2f}." in edge_of_chaos_draw.pairs(runs).caption


def test_the_map_of_training_knows_where_the_two_rules_differ():
    nets = training_map(course.load("phase_map"))
    assert nets.accuracy.shape == (len(nets.depths), len(nets.sigma_w)) == (5, 7)
    assert (nets.fits(nets.xi), nets.fits(nets.xi_c)) == (33, 30)
    told = edge_of_chaos_draw.trained(nets).caption
    assert "have 40 layers, at σ_w 1.33 and 1.48." in told
    assert "40 layers at σ_w 1.67, 40 layers at σ_w 1.90, and 80 layers at σ_w 1.48." in told
    assert nets.fits(nets.xi_c / 2) == 32
    wrong = np.argwhere(nets.within(nets.xi) != nets.learned)
    found = [(nets.depths[row], round(nets.sigma_w[k], 2), 6 * nets.xi[k] > 60) for row, k in wrong]
    assert found == [(40, 1.18, True), (80, 1.33, True)]
    alike = nets._replace(xi_c=nets.xi)
    assert "framed" not in edge_of_chaos_draw.trained(alike).caption


def test_selu_is_pulled_to_mean_0_and_variance_1():
    rng = np.random.default_rng(0)
    params = models.init_mlp([200] * 42, scheme="lecun_normal", rng=rng)[:-1]
    h, _ = models.hidden(params, 0.3 + 3.5**0.5 * rng.standard_normal((64, 200)), ops.selu)
    assert abs(h.mean()) < 0.2
    assert 0.7 < h.var() < 1.3
