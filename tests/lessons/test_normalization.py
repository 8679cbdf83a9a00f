"""What lesson 07 measures and draws: the same networks under each norm, and growth against the batch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import pixels, place
from test_pictures import APART, SIGHT, cie_lab, contrast, linear_rgb

from vgrad import models, ops, probes, theory
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.marks import grammar
from vgrad.lessons.normalization import draw, say
from vgrad.lessons.normalization.draw import LOOKS, NormsPlot, norms
from vgrad.lessons.normalization.measure import compare, growth

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
        assert curve.label.get_text() == {"none": "no norm"}.get(norm, f"{norm} norm")
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


def test_the_growth_picture_holds_its_numbers_and_says_them():
    records = [growth(name, batches=(4, 8, 32), depth=8, width=16, seeds=5) for name in ("relu", "identity")]
    picture = draw.growth(records)
    lines = picture.figure.axes[0].lines
    for record, median, dashed in zip(records, lines[::2], lines[1::2], strict=True):
        np.testing.assert_allclose(median.get_ydata(), np.median(record.factors, axis=1), rtol=1e-12)
        np.testing.assert_array_equal(dashed.get_ydata(), record.theory)
        assert f"{np.median(record.factors[0]):.3g} (theory {record.theory[0]:.3g}) at 4" in picture.caption
    assert draw.growth(records).png() == picture.png()
