"""What lesson 07 measures and draws, which is the gradient under each norm, a norm in parts, and what is learned."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from drawn import pixels, place
from test_pictures import APART, SIGHT, cie_lab, contrast, linear_rgb

from vgrad import gradcheck, models, ops, probes, theory
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.marks import grammar
from vgrad.lessons.normalization import draw, load, say
from vgrad.lessons.normalization.draw import LOOKS, NormsPlot, norms
from vgrad.lessons.normalization.measure import DIVISORS, _with_parts, classify, compare, growth, parts
from vgrad.lessons.normalization.tables import TABLES
from vgrad.tape import backprop

SMALL = dict(depth=6, width=16, batch=8, seeds=3)


# --- compare ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["before", "after"])
def test_each_norm_is_measured_as_flow_measures_it_on_the_same_networks(place):
    record = compare(place=place, activation="tanh", gain=1.5, **SMALL)
    for norm, suffixed in (("none", None), ("batch", "batch"), ("layer", "layer")):
        name = f"{suffixed}_after" if suffixed and place == "after" else suffixed
        alone = flow_experiments.flow(norm=name, activation="tanh", gain=1.5, **SMALL)
        np.testing.assert_array_equal(record.flows[norm].dh, alone.dh)
        np.testing.assert_array_equal(record.flows[norm].theory["dh"], alone.theory["dh"])


def test_only_the_norms_asked_for_are_run_and_in_their_order():
    assert [*compare(norms=("layer", "none"), **SMALL).flows] == ["layer", "none"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (dict(batch=1), "batch"),
        (dict(norms=("group",)), "norms"),
        (dict(place="input"), "place"),
        (dict(depth=0), "depth"),
    ],
)
def test_compare_refuses_what_it_cannot_do(settings, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        compare(**{**SMALL, **settings})


@pytest.mark.parametrize("norm", ["batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "selu"])
def test_growth_per_layer_is_norm_chi_over_seeds(activation, norm):
    """√χ within 3 % a layer, in each of five sets of networks."""
    chi = theory.norm_chi(norm, activation, batch=64 if norm == "batch" else None)
    for seed in range(5):
        record = growth(activation, norm=norm, batches=(64,), depth=16, width=128, seeds=4, seed=seed)
        assert np.median(record.factors) == pytest.approx(chi**0.5, rel=0.03)


def test_layer_norm_rescues_a_sigmoid_without_its_half():
    """It is the centring: slopes are the same, only the 1/2 is gone."""

    def centred(z):
        h, pullback = ops.sigmoid(z)
        return h - 0.5, pullback

    rng = np.random.default_rng(0)
    params = models.init_mlp([64] * 32, scheme="xavier_normal", norm="layer", ensemble=(5,), rng=rng)[:-1]
    x, cotangent = rng.standard_normal((2, 5, 64, 64))
    ratios = {}
    for phi in (ops.sigmoid, centred):
        dh = probes.flow(params, models.hidden(params, x, phi, norm="layer")[1], cotangent).dh
        ratios[phi.__name__] = dh[:, 0] / dh[:, -1]
    assert (ratios["sigmoid"] < 1e-10).all()
    assert ((ratios["centred"] > 0.3) & (ratios["centred"] < 10)).all()


# --- growth ---------------------------------------------------------------------------------------------------------


def test_factors_are_the_geometric_mean_over_the_layers():
    record = growth("relu", batches=(8, 32), depth=6, width=16, seeds=3)
    for batch, factors, says in zip(record.batches, record.factors, record.theory, strict=True):
        flow = flow_experiments.flow(activation="relu", norm="batch", batch=batch, depth=6, width=16, seeds=3)
        np.testing.assert_allclose(factors**5, flow.dh[:, 0] / flow.dh[:, -1], rtol=1e-12)
        assert says == pytest.approx(theory.norm_chi("batch", "relu", batch) ** 0.5, rel=1e-3)


def test_a_batch_of_three_has_no_theory():
    assert np.isnan(growth("tanh", batches=(3, 8), depth=4, width=8, seeds=2).theory).tolist() == [True, False]


def test_every_norm_stands_out_in_its_own_colour_and_marker():
    for look in LOOKS.values():
        assert contrast(look.color, grammar.PAPER) >= 3
        assert contrast(look.color, grammar.VANISHING_SIDE) >= 2.5
        assert contrast(look.color, grammar.EXPLODING_SIDE) >= 2.5
    markers = [look.marker for look in (*LOOKS.values(), *grammar.ACTIVATIONS.values())]
    assert len(set(markers)) == len(markers)


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_norms_look_alike_to_colour_blind_eyes_either(sight):
    seen = [cie_lab(SIGHT[sight] @ linear_rgb(look.color)) for look in LOOKS.values()]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= APART[sight]


def test_each_curve_holds_its_norms_numbers_and_wears_its_look():
    record = compare(activation="relu", **SMALL)
    plot = NormsPlot(record)
    floor, ceiling = plot.axes.get_ylim()
    for norm, flow in record.flows.items():
        curve = plot.curves[norm]
        for line, relative in ((curve.median, flow.relative["dh"].median), (curve.theory, flow.theory["dh"])):
            np.testing.assert_allclose(line.get_ydata(), np.log10(relative), rtol=1e-12)
            assert ((line.get_ydata() >= floor) & (line.get_ydata() <= ceiling)).all()
        assert curve.label.get_text() == {"none": "neither"}.get(norm, f"{norm} norm")
        assert (curve.median.get_color(), curve.median.get_marker()) == LOOKS[norm][:2]


RECORDS = {
    "default": dict(),
    "deep": dict(depth=40, width=8),
    "one layer": dict(depth=1),
    "one network": dict(seeds=1),
    "one norm": dict(norms=("batch",)),
    "no norm": dict(norms=()),
    "a sign": dict(batch=2),
    "dead": dict(activation="relu", width=2, depth=60, seeds=4),
    "large": dict(activation="relu", gain=5.0, depth=30),
}


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    records = {name: compare(**{**SMALL, **settings}) for name, settings in RECORDS.items()}
    fresh = {name: pixels(NormsPlot(record)) for name, record in records.items()}
    live = NormsPlot(records["default"])
    for pair in itertools.combinations(records, 2):
        for name in pair:
            live.update(records[name])
            np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=f"on the way {pair}, at {name}")


@pytest.mark.parametrize("name", RECORDS)
def test_labels_lie_apart_beside_the_curves_and_within_the_picture(name):
    plot = NormsPlot(compare(**{**SMALL, **RECORDS[name]}))
    place(plot)
    extents = [c.label.get_window_extent() for c in plot.curves.values() if c.label.get_visible()]
    for a, b in itertools.combinations(extents, 2):
        assert not a.overlaps(b)
    for extent in extents:
        assert plot.axes.bbox.x0 < extent.x0 < extent.x1 < plot.axes.transData.transform((1, 0))[0]


def test_a_still_picture_says_its_sentence():
    record = compare(**SMALL)
    assert norms(record).caption == say.sentence(record)
    assert all(f"at layer {k}" in say.alt(record) for k in (1, 6))


# --- a norm in parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize("divisor", DIVISORS)
def test_the_pullback_of_a_norm_in_parts_is_right(divisor, centre):
    z = np.random.default_rng(0).standard_normal((5, 4)) + 0.5
    phi = _with_parts("sigmoid", centre, divisor)
    assert gradcheck.directional(phi, z, rng=np.random.default_rng(1)).error < 1e-7


def test_the_parts_together_are_batch_norm():
    z = np.random.default_rng(0).standard_normal((6, 4)) + 2
    h, _ = _with_parts("tanh", True, "unit")(z)
    y, _ = ops.batch_norm(ops.Norm(np.ones(4), np.zeros(4)), z)
    np.testing.assert_allclose(h, np.tanh(y), rtol=1e-12)


def test_the_sample_alone_is_an_rms_norm():
    z = np.random.default_rng(0).standard_normal((6, 4)) + 2
    h, _ = _with_parts("tanh", False, "sample")(z)
    y, _ = ops.rms_norm(ops.Norm(np.ones(4), None), z)
    np.testing.assert_allclose(h, np.tanh(y), rtol=1e-12)


def test_the_parts_of_a_norm_and_what_arrives():
    """In each of five sets centring is what a division per sample lacks, and a division per unit works without it."""
    for seed in range(5):
        ratios = {part: np.median(each) for part, each in parts(seed=seed, seeds=4).ratios.items()}
        assert ratios["nothing", False] < 1e-17
        assert ratios["nothing", True] < 1e-16
        assert ratios["sample", False] < 1e-11
        assert all(0.1 < ratios[part] < 10 for part in (("sample", True), ("unit", True), ("unit", False)))


def test_without_centring_the_gradient_takes_the_units_whose_z_is_small():
    """Of the units of a layer, the tenth with the smallest z carries more than 40 % of the squared gradient."""
    rng = np.random.default_rng(0)
    params = models.init_mlp([64] * 31 + [1], scheme="xavier_normal", ensemble=(5,), rng=rng)[:-1]
    x, cotangent = rng.standard_normal((2, 5, 64, 64))
    _, tape = models.hidden(params, x, _with_parts("sigmoid", False, "unit"))
    sizes = {step.layer: np.mean(step.output**2, axis=-2) for step in tape if step.name.startswith("affine")}
    for adjoint in backprop(tape, cotangent):
        if adjoint.name.startswith("affine") and adjoint.layer in (5, 15, 25):
            squares = np.sum(adjoint.cotangent**2, axis=-2)
            order = sizes[adjoint.layer].argsort(axis=-1)
            ordered = np.take_along_axis(squares, order, axis=-1)
            assert np.median(ordered[:, :6].sum(axis=-1) / ordered.sum(axis=-1)) > 0.4


# --- does it train? ---------------------------------------------------------------------------------------------------


def test_classify_returns_each_networks_accuracy_at_the_best_learning_rate():
    record = classify("relu", depth=0, rates=(0.1, 1e-5), steps=60, seeds=3)
    assert record.rate == 0.1
    assert record.training.shape == record.test.shape == (3,)
    assert record.training.min() > 0.9
    assert record.test.min() > 0.8
    assert record.learnt == 3


def test_each_learning_rate_begins_with_the_same_networks():
    alone = classify("relu", depth=2, width=8, rates=(0.1,), steps=12, seeds=2)
    beside = classify("relu", depth=2, width=8, rates=(1e-6, 0.1), steps=12, seeds=2)
    assert beside.rate == 0.1
    np.testing.assert_allclose(alone.training, beside.training, atol=0.02)


def test_a_net_too_large_is_refused():
    with pytest.raises(ValueError, match=r"^len\(rates\) · seeds"):
        classify(depth=2_000, width=4_096, batch=1_000, steps=10_000)


@pytest.mark.parametrize("name", TABLES)
def test_a_stored_cell_comes_out_the_same_again(name):
    cell = TABLES.load(name)[0 if name == "norms_trained" else -1]
    (again,) = TABLES.compute(name, [cell.settings])
    assert cell.settings["depth"] == 0
    assert again.result["rate"] == cell.result["rate"]
    np.testing.assert_allclose(again.result["training"], cell.result["training"], atol=0.02)
    np.testing.assert_allclose(again.result["test"], cell.result["test"], atol=0.02)


def test_a_stored_deep_net_comes_out_as_good_again():
    """Forty layers in float32 are too chaotic for equal numbers, and so only the verdicts are compared."""
    for cell in TABLES.load("norms_trained"):
        if cell.settings["norm"] == "batch":
            settings = cell.settings | dict(rates=[cell.result["rate"]])
            (again,) = TABLES.compute("norms_trained", [settings])
            assert np.median(again.result["training"]) == pytest.approx(np.median(cell.result["training"]), abs=0.12)
            assert np.median(again.result["test"]) == pytest.approx(np.median(cell.result["test"]), abs=0.12)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_the_cells_that_it_names(name):
    assert [cell.settings for cell in TABLES.load(name)] == TABLES[name].cells


@pytest.mark.parametrize("name", TABLES)
def test_the_picture_of_what_was_learned_holds_its_numbers_and_says_them(name):
    records = load(name)
    picture = draw.digits(records)
    axes = picture.figure.axes[0]
    dots = [line for line in axes.lines if len(line.get_xdata()) == 5]
    for record, training, test in zip(records, dots[::2], dots[1::2], strict=True):
        np.testing.assert_array_equal(training.get_xdata(), record.training)
        np.testing.assert_array_equal(test.get_xdata(), record.test)
        medians = [f"{100 * np.median(accuracy):.0f} %" for accuracy in (record.training, record.test)]
        row = next(row for row in say.table(records).splitlines() if row.startswith(say.digits_name(record, records)))
        assert re.findall(r"\d+ %", row) == medians
        assert f"{say.digits_name(record, records)} {' and '.join(medians)}" in say.digits_alt(records)
    names = [say.digits_name(record, records) for record in records]
    assert [label.get_text() for label in axes.get_yticklabels()] == names
    picture.figure.canvas.draw()
    assert all(label.get_window_extent().x0 > 0 for label in axes.get_yticklabels())
    assert len(set(names)) == len(names)
    deep = max((record for record in records if record.depth), key=lambda record: np.median(record.training))
    assert f"“{say.digits_name(deep, records)}” classifies the most" in picture.caption
    assert draw.digits(records).png() == picture.png()


def test_a_single_net_is_named_by_its_depth():
    record = load("relu_batch")[0]
    assert say.digits_name(record, [record]) == "40 layers"
