"""What lesson 12 measures and draws: how far a gated cell's gradient reaches, and by which paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import pixels
from test_pictures import cie_lab, contrast, linear_rgb

from vgrad import cells, models, probes
from vgrad.kit.experiments import reach as reach_experiments
from vgrad.kit.experiments.reach import keeping, networks, reach
from vgrad.kit.marks import grammar, heatmap
from vgrad.kit.words.cells import CELLS
from vgrad.lessons.gates import draw as gates_draw
from vgrad.lessons.gates import say as gates_say
from vgrad.lessons.gates.draw import GatesPlot
from vgrad.lessons.gates.measure import compare, split

SMALL = dict(T=12, width=6)


# --- reach and compare ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "options"),
    [("rnn", {}), ("irnn", {}), ("lstm", dict(bias=2.0, mode="paired")), ("gru", dict(bias=1.0))],
)
def test_reach_is_the_jacobians_way_back(cell, options):
    """‖Jᵀ dh‖ / ‖dh‖ by the product of the steps' Jacobians, for one sample of one network."""
    record = reach(cell, batch=1, seeds=1, **SMALL, **options)
    (params,) = networks(cell, **SMALL, **options, apart=True)
    rng = np.random.default_rng((0, 1))
    xs = rng.standard_normal((SMALL["T"], 1, 1, 2))[:, 0]
    tape = models.unroll(reach_experiments.CELLS[cell], params, xs)[1]
    dh = rng.standard_normal((1, 1, SMALL["width"]))[0, 0]
    dstate = np.concatenate([dh, np.zeros(SMALL["width"] * (len(tape[-1].output) - 1))])
    sizes = [np.linalg.norm(dstate)]
    for J in probes.transitions(tape)[::-1]:
        dstate = dstate @ J[0]
        sizes.append(np.linalg.norm(dstate))
    np.testing.assert_allclose(record.sizes[0], np.array(sizes[::-1]) / np.linalg.norm(dh), rtol=1e-9)


def test_biases_are_where_they_belong():
    H = 6
    (lstm,) = networks("lstm", bias=3.0, mode="paired", width=H, apart=True)
    np.testing.assert_array_equal(lstm.b, np.repeat([-3.0, 3.0, 0.0, 0.0], H))
    (gru,) = networks("gru", bias=2.0, width=H, apart=True)
    np.testing.assert_array_equal(gru.b_x + gru.b_h, np.repeat([0.0, 2.0, 0.0], H))
    (chrono,) = networks("lstm", mode="chrono", T=50, width=H, apart=True)
    assert ((chrono.b[H : 2 * H] > 0) & (chrono.b[H : 2 * H] < np.log(49))).all()
    np.testing.assert_array_equal(chrono.b[:H], -chrono.b[H : 2 * H])


def test_a_bias_moves_the_same_network_and_more_seeds_begin_with_the_same():
    a, b = networks("lstm", bias=0.0, width=5, seeds=2), networks("lstm", bias=3.0, width=5, seeds=4)
    np.testing.assert_array_equal(a.W_h, b.W_h[:2])
    np.testing.assert_array_equal(a.W_x, b.W_x[:2])


def test_the_inputs_weights_of_all_gates_are_drawn_in_one_piece():
    W_x = networks("lstm", width=32, seeds=200).W_x
    assert W_x.std() == pytest.approx((2 / (2 + 4 * 32)) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    ("cell", "options", "named"),
    [
        ("rnn", dict(bias=1.0), "bias"),
        ("gru", dict(mode="chrono"), "mode"),
        ("rnn", dict(mode="paired"), "mode"),
        ("lstm", dict(width=0), "width"),
        ("lstm", dict(batch=0), "batch"),
        ("lstm", dict(seed=-1), "seed"),
        ("lstm", dict(mode="open"), "mode"),
        ("elman", {}, "cell"),
        ("lstm", dict(T=1), "T"),
        ("lstm", dict(sigma=-1.0), "sigma"),
    ],
)
def test_reach_refuses_what_it_cannot_do(cell, options, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        reach(cell, **options)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_gate_that_keeps_is_the_share_of_the_old_state_in_the_new(cell):
    """dc'/dc of an LSTM along c, from the Jacobian; of a GRU, by its equation from n and h."""
    (params,) = networks(cell, bias=1.0, width=4, apart=True)
    xs = np.random.default_rng(0).standard_normal((5, 3, 2))
    outputs, tape = models.unroll(cell, params, xs)
    gate = keeping(cell, params, xs, outputs)
    if cell == "lstm":
        for f, J in zip(gate, probes.transitions(tape), strict=True):
            np.testing.assert_allclose(f, np.diagonal(J[:, 4:, 4:], axis1=-2, axis2=-1), rtol=1e-12)
        return
    moved = params._replace(b_x=params.b_x + np.repeat([0.0, 60.0, 0.0], 4))  # u = 1: h' = h, and n is not seen
    np.testing.assert_allclose(keeping(cell, moved, xs, outputs), 1)
    n_only = params._replace(b_x=params.b_x - np.repeat([0.0, 60.0, 0.0], 4))
    before = np.concatenate([np.zeros_like(outputs[:1]), outputs[:-1]])
    n = np.stack([cells.gru(n_only, x, (h,))[0][0] for x, h in zip(xs, before, strict=True)])
    np.testing.assert_allclose(outputs, (1 - gate) * n + gate * before, rtol=1e-9)


def test_highway_and_gates_sum_to_the_whole_and_the_highway_is_the_product_of_the_forget_gates():
    (params,) = networks("lstm", bias=1.0, width=5, apart=True)
    xs = np.random.default_rng(1).standard_normal((9, 2, 2))
    outputs, tape = models.unroll("lstm", params, xs)
    parts, f = split(tape), keeping("lstm", params, xs, outputs)
    np.testing.assert_allclose(parts.highway + parts.gates, parts.total, rtol=1e-9, atol=1e-15)
    along = np.diagonal(parts.highway, axis1=-2, axis2=-1)
    np.testing.assert_allclose(along[0], f[1:].prod(axis=0), rtol=1e-12)
    assert (parts.highway[-1] == np.eye(5)).all()


def test_compare_holds_what_each_net_keeps_and_the_split():
    record = compare(forget_bias=1.0, **SMALL, seed=3)
    (params,) = networks("lstm", bias=1.0, **SMALL, seed=3, apart=True)
    xs = np.random.default_rng((3, 1)).standard_normal((12, 2, 2))
    tape = models.unroll("lstm", params, xs)[1]
    np.testing.assert_allclose(record.kept["lstm"], probes.jacobian_norms(tape)[-1] / 12**0.5, rtol=1e-9)
    assert all(kept[-1] == pytest.approx(1) for kept in record.kept.values())
    sizes = np.sqrt((split(tape).gates ** 2).sum(axis=(-2, -1)).mean(axis=1) / 6)
    np.testing.assert_allclose(record.gates, sizes, rtol=1e-9, atol=1e-300)


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_a_live_picture_of_gates_moved_is_the_fresh_one_pixel_for_pixel():
    records = [compare(), compare(T=2, width=2), compare(forget_bias=5.0, T=40, sigma=3.0), compare(sigma=0.0, T=20)]
    fresh = [pixels(GatesPlot(record)) for record in records]
    live = GatesPlot(records[0])
    for pair in itertools.combinations(range(len(records)), 2):
        for k in pair:
            live.update(records[k])
            np.testing.assert_array_equal(pixels(live), fresh[k], err_msg=f"on the way {pair}, at {k}")


def colours_of(lamps):
    """The colour of each cell: it is the same wherever in the cell it is taken but at its edge."""
    row = np.asarray(lamps.get_array())[0]
    return row[gates_draw.ACROSS // 2 :: gates_draw.ACROSS]


def test_each_cell_is_lit_by_its_own_number_and_the_first_one_says_it():
    record = compare(**SMALL)
    plot = GatesPlot(record)
    _, most = plot._limits(record)
    for cell, row in plot.rows.items():
        kept = record.kept[cell]
        np.testing.assert_allclose(colours_of(row.lamps), heatmap.colours(np.log10(kept), most))
        assert row.lamps.get_extent()[:2] == [11.5, -0.5]
        assert row.number.get_text().split("\n")[0].strip() == grammar.number(kept[0])
        assert row.number.get_text().split("\n")[1].strip() in ("vanishes", "holds", "explodes")


def test_the_band_is_as_wide_as_what_the_highway_keeps_and_the_detours_are_lit_by_theirs():
    record = compare(forget_bias=2.0, **SMALL)
    plot = GatesPlot(record)
    x, y = plot.highway.band.get_xy()[:-1].T  # the last is the first again
    widths = (y[:12] - y[12:][::-1]) / gates_draw.ROAD[1]
    np.testing.assert_array_equal(x[:12], np.arange(12))
    np.testing.assert_allclose(widths, record.highway[::-1], atol=1e-12)
    colours = np.asarray(plot.highway.lamps.get_array())[0]
    _, most = plot._limits(record)
    np.testing.assert_allclose(colours[:-2], heatmap.colours(np.log10(record.gates[:-2]), most))
    numbers = [text.get_text().split("\n")[0].strip() for text in plot.highway.numbers]
    assert numbers == [grammar.number(record.highway[0]), grammar.number(record.gates[0])]


@pytest.mark.parametrize("settings", [dict(), dict(forget_bias=0.0, update_bias=0.0, T=100), dict(T=2, width=2)])
def test_names_and_numbers_lie_apart(settings):
    plot = GatesPlot(compare(**settings))
    assert plot.canvas.ground
    assert plot.canvas.overlay()
    words = [text for text in plot.axes.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in words]
    for (one, here), (other, there) in itertools.combinations(boxes, 2):
        assert not here.shrunk(0.98, 0.8).overlaps(there.shrunk(0.98, 0.8)), (one, other)


def test_several_lstms_are_shaded_by_their_bias_and_named_by_it_at_their_curves():
    records = [reach("lstm", bias=bias, T=10, seeds=2) for bias in (3.0, 0.0, 1.0)]
    records += [reach("lstm", bias=5.0, mode="paired", T=10, seeds=2), reach("lstm", mode="chrono", T=10, seeds=2)]
    looks = gates_draw._looks(records)
    three, nought, one, paired, _ = (cie_lab(linear_rgb(look.color))[0] for look in looks)
    assert np.all(np.diff([nought, one, three, paired]) < -3)
    for look in looks:
        for ground in (grammar.PAPER, grammar.VANISHING_SIDE, grammar.EXPLODING_SIDE):
            assert contrast(look.color, ground) >= 3
    names = [gates_say.short_name(record, records) for record in records]
    assert names == ["forget bias 3", "forget bias 0", "forget bias 1", "forget 5, input -5", "chrono biases"]
    written = {text.get_text(): text.get_color() for text in gates_draw.reach(records).figure.axes[0].texts}
    for name, look in zip(names, looks, strict=True):
        assert written[name] == look.color


def test_one_lstm_among_other_nets_keeps_its_colour():
    records = [reach("rnn", T=5, seeds=2), reach("lstm", bias=1.0, T=5, seeds=2), reach("gru", T=5, seeds=2)]
    assert [look.color for look in gates_draw._looks(records)] == [CELLS[record.cell].color for record in records]
    named = ["RNN", "LSTM, forget bias 1", "GRU, update bias 0"]
    assert [gates_say.short_name(record, records) for record in records] == named


def test_on_axes_that_have_grown_a_shorter_record_is_drawn_as_short_as_it_is():
    gates = GatesPlot(compare(T=40, width=4))
    gates.update(compare(T=8, width=4), grow=True)
    assert gates.axes.get_xlim()[0] > 40
    assert [row.lamps.get_extent()[0] for row in gates.rows.values()] == [7.5] * 3
    assert gates.highway.band.get_xy()[:, 0].max() == 7


def test_still_pictures_say_their_numbers():
    records = [reach("rnn", T=20, seeds=3), reach("lstm", bias=3.0, mode="paired", T=20, seeds=3)]
    finding, protocol, how = gates_draw.reach(records).caption.split("\n")
    names = ("the RNN", "the LSTM with forget bias 3 and input bias -3")
    sizes = {name: record.ratio for record, name in zip(records, names, strict=True)}
    best, worst = sorted(sizes, key=lambda name: abs(np.log(sizes[name])))
    assert finding.startswith(f"Over 20 steps, {best} keeps its gradient best: {grammar.number(sizes[best])} of it ")
    assert finding.endswith(f" T{worst[1:]} keeps {grammar.number(sizes[worst])}.")
    assert protocol == "Medians of 3 networks, width 32, inputs of size 1."
    for record, name in zip(records, ("RNN", "LSTM, forget 3, input -3"), strict=True):
        assert f"{name} {grammar.number(record.ratio)}" in how
