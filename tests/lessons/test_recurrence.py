"""What lesson 10 measures and draws: unrolled cells, shared weights, powers, radii, sentences, and nets that learn."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from drawn import pixels

from vgrad import cells, init, models, probes
from vgrad.kit.marks import heatmap
from vgrad.lessons.recurrence import check
from vgrad.lessons.recurrence.draw import recurrence as draw
from vgrad.lessons.recurrence.draw.chain import places
from vgrad.lessons.recurrence.draw.connectivity import ConnectivityPlot, read, veil
from vgrad.lessons.recurrence.draw.recurrence import VIEWS, RecurrencePlot, powers
from vgrad.lessons.recurrence.draw.sentence import lay_out
from vgrad.lessons.recurrence.measure import connectivity as measure_connectivity
from vgrad.lessons.recurrence.measure import recurrence as measure
from vgrad.lessons.recurrence.measure import shared

unrolled, by_radius = measure.unrolled, measure.by_radius
connectivity = measure_connectivity.connectivity


# --- the map of one unrolled cell ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", cells.GATES)
def test_the_map_holds_the_jacobians_by_difference_quotients(cell):
    """From the first state to the last, moved by hand."""
    record = unrolled(cell=cell, T=4, radius=0.9, seed=3)
    rng = np.random.default_rng(3)
    W = init.with_spectrum(32, radius=0.9, nonnormality=1.0, rng=rng)
    params = models.init_recurrent(cell, 32, 32, recurrent=W, rng=rng)
    state = tuple(np.tanh(rng.standard_normal((cells.STATES[cell], 1, 32))))
    xs, n = rng.standard_normal((200, 1, 32))[:4], 32 * cells.STATES[cell]
    first, _ = cells.CELLS[cell](params, xs[0], state)

    def end(flat):
        state = tuple(flat.reshape(cells.STATES[cell], 1, 32))
        for x in xs[1:]:
            state, _ = cells.CELLS[cell](params, x, state)
        return np.concatenate(state, axis=None)

    start = np.concatenate(first, axis=None)
    J = np.stack([(end(start + e) - end(start - e)) / 2e-6 for e in 1e-6 * np.eye(n)])
    assert record.norms[3, 0] == pytest.approx(np.linalg.norm(J) / n**0.5, rel=1e-6)
    np.testing.assert_allclose(np.diag(record.norms), 1)
    spectral = unrolled(cell=cell, T=4, radius=0.9, seed=3, spectral=True).norms
    assert spectral[3, 0] == pytest.approx(np.linalg.norm(J, 2), rel=1e-6)


def test_norms_over_the_distance_and_bounds():
    record = unrolled(T=12, radius=0.7, spectral=True)
    assert record.over.high[5] == np.diagonal(record.norms, -5).max()
    assert record.over.low[5] == np.diagonal(record.norms, -5).min()
    assert np.abs(record.eigenvalues).max() == pytest.approx(0.7)
    assert (record.over.high <= record.bounds["stretch"] * (1 + 1e-9)).all()
    assert "stretch" not in unrolled(cell="gru", T=2).bounds


@pytest.mark.parametrize("bad", [dict(T=1), dict(cell="mlp"), dict(radius=-1.0), dict(sigma=-1.0), dict(seed=-1)])
def test_unrolled_refuses_what_it_cannot_do(bad):
    with pytest.raises(ValueError, match=rf"^{next(iter(bad))} is "):
        unrolled(**bad)


@pytest.mark.parametrize("cell", cells.GATES)
def test_each_gate_has_the_eigenvalues_asked_for(cell, monkeypatch):
    ran, unroll = [], models.unroll
    monkeypatch.setattr(models, "unroll", lambda cell, params, *rest: ran.append(params) or unroll(cell, params, *rest))
    record = unrolled(cell=cell, T=2, radius=1.3, nonnormality=2.0)
    for gate in np.split(ran[0].W_h, cells.GATES[cell], axis=-1):
        np.testing.assert_allclose(np.sort(np.linalg.eigvals(gate)), np.sort(record.eigenvalues), atol=1e-9)
    assert np.abs(record.eigenvalues).max() == pytest.approx(1.3)


# --- tied weights, powers, radii ----------------------------------------------------------------------------------


def test_shared_weights_spread_further_than_fresh_ones():
    for seed in range(5):
        record = measure.tied(n=20, T=50, draws=60, seed=seed)
        assert record.shared.std() > 3 * record.fresh.std()


def test_tied_multiplies_what_it_says():
    record = measure.tied(n=3, T=4, draws=2, seed=1)
    W = np.random.default_rng(1).standard_normal((2, 4, 3, 3)) / 3**0.5
    for k in range(2):
        assert record.shared[k] == pytest.approx(np.log(np.linalg.norm(np.linalg.matrix_power(W[k, 0], 4))))
        assert record.fresh[k] == pytest.approx(np.log(np.linalg.norm(np.linalg.multi_dot(list(W[k])))))


def test_a_matrix_of_two_eigenvalues_09_grows_38_fold_first():
    record = measure.powers(T=100, sheared=[[0.9, 10], [0, 0.9]])
    assert record.sizes[0].argmax() == 9
    assert record.sizes[0].max() == pytest.approx(38.7, abs=0.05)
    assert record.sizes[0, -1] == pytest.approx(0.030, abs=0.001)
    assert (record.radius[0], record.stretch[0]) == pytest.approx((0.9, 10.08), abs=0.01)


def test_a_radius_of_one_and_a_half_vanishes_with_inputs_and_not_without():
    for seed in range(5):
        record = by_radius(radii=(1.5,), seed=seed)
        assert (record.sizes[0] > 1e-3).all()
        assert np.median(record.sizes[0]) > 1
        assert (record.sizes[1] < 1e-6).all()
    assert np.log10(np.median(record.sizes[1]) / record.theory[1, 0]) == pytest.approx(0, abs=1)


def test_without_inputs_one_matrix_keeps_more_than_theory_and_a_fresh_one_at_each_step_does_not():
    n, T = 100, 100
    record, rng, J = by_radius(radii=(0.5,), inputs=(0.0,), n=n, T=T), np.random.default_rng(0), np.eye(n)
    W = rng.standard_normal((5, n, n))
    scale = 0.5 / probes.spectral_radius(W)[:, None, None]
    for _ in range(T):
        J = J @ (scale * rng.standard_normal((5, n, n)))  # tanh's slope is 1: without inputs the states die out
    fresh = np.median(probes.norm(J)) / n**0.5
    assert np.median(record.sizes) > 10 * record.theory.item()
    assert fresh < 5 * record.theory.item()


def test_by_radius_is_the_jacobian_of_an_unrolled_rnn():
    record = by_radius(radii=(1.2,), inputs=(1.0,), n=6, T=5, seeds=2, seed=4)
    rng = np.random.default_rng(4)
    W = rng.standard_normal((2, 6, 6))
    W *= 1.2 / probes.spectral_radius(W)[:, None, None]
    xs, start = rng.standard_normal((5, 2, 1, 6)), np.tanh(rng.standard_normal((2, 1, 6)))
    params = cells.Recurrent(np.broadcast_to(np.eye(6), W.shape), W, np.zeros((2, 6)))
    J = probes.jacobian(models.unroll("rnn", params, xs, (start,))[1])
    np.testing.assert_allclose(record.sizes[0, 0], np.linalg.norm(J[:, 0], axis=(1, 2)) / 6**0.5, rtol=1e-12)


def test_the_exercise_s_walk_is_the_gradient_of_the_engine():
    rng = np.random.default_rng(0)
    params = models.init_recurrent("rnn", 4, 3, rng=rng)
    start = np.tanh(rng.standard_normal((5, 3)))
    outputs, tape = models.unroll("rnn", params, rng.standard_normal((7, 5, 4)), (start,))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal((5, 3))
    grads, _, (first,) = models.through_time(tape, doutputs)
    steps, dh = check.walked(params.W_h, np.concatenate([start[None], outputs]), doutputs[-1])
    np.testing.assert_allclose(sum(steps), grads.W_h, rtol=1e-12)
    np.testing.assert_allclose(dh, first, rtol=1e-12)


def test_parts_add_up_to_the_engine_s_gradient_of_the_shared_weights():
    record = shared.parts(T=6, seeds=2, seed=3)
    rng = np.random.default_rng([3, 1])
    params, xs, state, _ = measure.drawn_net("rnn", T=6, radius=1.0, sigma=1.0, nonnormality=1.0, rng=rng)
    outputs, tape = models.unroll("rnn", params, xs, state)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal((1, 32))
    whole = models.through_time(tape, doutputs)[0].W_h
    hs = np.concatenate([state[0][None], outputs])
    steps, _ = check.walked(params.W_h, hs, doutputs[-1])
    np.testing.assert_allclose(sum(steps), whole, rtol=1e-10)
    for k in range(6):
        assert record.dW[5 - k, 1] == pytest.approx(np.linalg.norm(steps[k]) / np.linalg.norm(whole))
        left = whole - sum(steps[: k + 1])
        assert record.off[k, 1] == pytest.approx(np.linalg.norm(left) / np.linalg.norm(whole), abs=1e-12)
    _, dh = check.walked(params.W_h, hs[1:], doutputs[-1])
    assert record.dh[0, 1] == pytest.approx(np.linalg.norm(dh) / np.linalg.norm(doutputs[-1]))
    assert (record.dh[-1] == 1).all()


def test_the_last_ten_of_thirty_steps_make_the_gradient_of_the_weights_over_seeds():
    for seed in range(5):
        record = shared.parts(T=30, seed=seed)
        assert np.median(record.off[9]) < 0.01
        assert np.median(record.off[24]) < np.median(record.off[9])


def test_a_matrix_whose_singular_value_is_its_radius_need_not_be_normal():
    W = np.array([[1, 0, 0], [0, 0, 0.5], [0, 0, 0]])
    record = measure.powers(T=5, block=W)
    assert record.radius[0] == pytest.approx(record.stretch[0])
    assert not np.allclose(W @ W.T, W.T @ W)


# --- sentences ----------------------------------------------------------------------------------------------------


def test_the_same_word_is_the_same_vector_and_capitals_do_not_matter():
    a, b = connectivity("The key, near"), connectivity("the KEY near")
    np.testing.assert_array_equal(a.reach["rnn"].median, b.reach["rnn"].median)
    assert not np.array_equal(a.reach["gru"].median, connectivity("the door near").reach["gru"].median)


def test_a_sentence_may_be_empty_one_word_or_too_long():
    assert connectivity("  ").words == ()
    assert connectivity("one").reach["lstm"].median.tolist() == [1.0]
    record = connectivity("… word ? " * 40)
    assert (len(record.words), record.left_out) == (60, 60)
    with pytest.raises(ValueError, match=r"^sentence is None; allowed is "):
        connectivity(None)


def test_open_gates_let_more_arrive_over_seeds():
    for seed in range(5):
        closed, opened = (connectivity("w " * 30, forget_bias=b, update_bias=b, seeds=4, seed=seed) for b in (0.0, 3.0))
        for cell in ("lstm", "gru"):
            assert opened.reach[cell].median[0] > 10 * closed.reach[cell].median[0]


def test_near_subjects_are_learnt():
    record = measure_connectivity.agree(distances=(2,), seeds=3, steps=100)
    assert record.learnt.tolist() == [3]
    assert record.before.shape == record.after.shape == record.accuracy.shape == (1, 3)


# --- pictures -----------------------------------------------------------------------------------------------------


def test_the_map_s_colours_are_blue_below_orange_above_and_clear_between():
    red, _, blue, _ = heatmap.colours(np.array([-30.0, -2.0, 0.5, 2.0, 30.0]), 20).T
    assert (blue[:2] > red[:2]).all()
    assert (red[3:] > blue[3:]).all()
    assert abs(red[2] - blue[2]) < 0.05
    lightness = heatmap.colours(np.linspace(1, 20, 50), 20)[:, :3].sum(axis=1)
    assert (np.diff(lightness) <= 1e-12).all()


def test_zeros_and_overflows_are_marked_and_the_future_is_not_drawn():
    norms = np.tril(np.ones((30, 30)))
    norms[20:, :5], norms[15, 3] = 0, np.inf
    T, most = heatmap.limits(norms)
    heat = RecurrencePlot(unrolled(T=5)).views["map"].heat
    heat.update(norms, most)
    assert T == 30
    k, t = heat.zeros.get_data()
    assert len(k) > 0
    assert (norms[np.array(t) - 1, np.array(k) - 1] == 0).all()
    assert heat.overflows.get_data()[0].tolist() == [4]
    alpha = heat.image.get_array()[..., 3]
    assert np.array_equal(np.asarray(alpha) > 0, np.tri(30, dtype=bool))


def test_the_chain_holds_the_last_row_of_the_map_and_each_circle_has_its_point_below_it():
    record = unrolled(T=100)
    chain = RecurrencePlot(record).views["chain"]
    x, y = chain.measured.get_data()
    np.testing.assert_array_equal(x, np.arange(1, 101))
    np.testing.assert_allclose(y, np.log10(record.norms[-1]))
    circles, points = chain.cells.get_offsets(), chain.points.get_offsets()
    at = circles[:, 0].astype(int)
    np.testing.assert_array_equal(circles[:, 0], points[:, 0])
    np.testing.assert_allclose(points[:, 1], np.log10(record.norms[-1, at - 1]))
    np.testing.assert_array_equal(chain.cells.get_facecolors(), chain.points.get_facecolors())
    expected = heatmap.colours(np.log10(record.norms[-1, at - 1]), 10)
    np.testing.assert_allclose(chain.cells.get_facecolors(), expected)


def test_the_predictions_are_powers_and_a_gated_cell_has_no_bound():
    record = unrolled(T=20, radius=0.8, nonnormality=0.0)
    chain = RecurrencePlot(record).views["chain"]
    back = np.arange(19, -1, -1)
    for name, base in (("radius", 0.8), ("stretch", record.singular[0])):
        np.testing.assert_allclose(chain.lines[name].get_ydata(), back * np.log10(base))
    gated = RecurrencePlot(unrolled(cell="gru", T=20)).views["chain"]
    assert not gated.lines["stretch"].get_visible()
    assert not gated.labels["singular value"].get_visible()
    assert gated.lines["radius"].get_visible()


def test_a_line_that_leaves_the_axes_says_so_in_its_label():
    record = unrolled(radius=0.9, sigma=0.0, nonnormality=5.0, T=30)
    chain = RecurrencePlot(record).views["chain"]
    ceiling = chain.over.get_ylim()[1]
    assert chain.labels["singular value"].get_text().endswith("↑")
    assert np.log10(record.bounds["stretch"][-1]) > ceiling > np.log10(record.norms[-1, 0])
    assert chain.labels["measured"].get_text() == "measured"
    nothing = RecurrencePlot(unrolled(radius=0.0, T=5)).views["chain"]
    assert nothing.labels["eigenvalue"].get_text().endswith("↓")


def test_exact_zeros_and_overflows_have_symbols_in_the_chain_and_on_the_edges_of_the_curve():
    record = unrolled(T=5, radius=0.0)
    norms = record.norms.copy()
    norms[-1, 1] = np.inf
    chain = RecurrencePlot(record._replace(norms=norms)).views["chain"]
    floor, ceiling = chain.over.get_ylim()
    in_circles, on_edges = ([mark.get_data() for mark in marks] for marks in chain.marks)
    assert [x.tolist() for x, _ in in_circles] == [x.tolist() for x, _ in on_edges] == [[1, 3, 4], [2]]
    assert [set(y) for _, y in on_edges] == [{floor}, {ceiling}]


@pytest.mark.parametrize("T", [2, 3, 29, 30, 31, 60, 61, 99, 100])
def test_at_most_thirty_circles_are_drawn_from_the_first_step_to_the_last_apart_from_each_other(T):
    at = places(T)
    assert (at[0], at[-1]) == (1, T)
    assert len(at) <= 31
    assert T > 30 or len(at) == T
    assert np.diff(at).min() > np.diff(at).max() / 2


def test_inputs_are_arrows_as_long_as_their_standard_deviation_and_none_without():
    long, short = (RecurrencePlot(unrolled(T=5, sigma=sigma)).views["chain"].inputs for sigma in (2.0, 1.0))
    lengths = [np.nanmax(line.get_ydata()) - np.nanmin(line.get_ydata()) for line in (long, short)]
    assert lengths[0] == pytest.approx(2 * lengths[1])
    assert not RecurrencePlot(unrolled(T=5, sigma=0.0)).views["chain"].inputs.get_visible()


@pytest.mark.parametrize("shown", VIEWS)
def test_one_view_is_seen_at_a_time(shown):
    plot = RecurrencePlot(unrolled(T=5)._replace(view=shown))
    for name, view in plot.views.items():
        assert {axes.get_visible() for axes in view.axes} == {name == shown}
    assert sum(artist.get_visible() for artist in plot.canvas.moving) <= len(plot.views[shown].artists)
    assert not plot.figure.texts  # words belong to a view's axes, and go with them


RECORDS = {
    "default": dict(T=20),
    "short": dict(T=2),
    "zero": dict(T=20, radius=0.0),
    "large": dict(T=60, cell="relu_rnn", radius=3.0, nonnormality=5.0),
    "gru": dict(T=10, cell="gru"),
}


def test_a_live_cell_moved_from_any_record_to_any_other_is_the_fresh_one_pixel_for_pixel():
    measured = {name: unrolled(**settings) for name, settings in RECORDS.items()}
    records = {(name, view): record._replace(view=view) for name, record in measured.items() for view in VIEWS}
    fresh = {name: pixels(RecurrencePlot(record)) for name, record in records.items()}
    live = RecurrencePlot(records["default", "chain"])
    pairs = [pair for pair in itertools.combinations(records, 2) if pair[0][1] != pair[1][1] or pair[0][1] == "chain"]
    for pair in pairs[::7]:
        for name in pair:
            live.update(records[name])
            np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=f"on the way {pair}, at {name}")


# --- words in boxes -----------------------------------------------------------------------------------------------

SAID = ("", "one", "the key near the old cabinets", "a $b^ \\ <i> ü $math$", "w " * 60)


def test_a_live_sentence_is_the_fresh_one_pixel_for_pixel():
    records = [connectivity(words, seeds=3) for words in SAID]
    fresh, live = [pixels(ConnectivityPlot(record)) for record in records], ConnectivityPlot(records[2])
    for a, b in itertools.combinations(range(len(SAID)), 2):
        for k in (a, b):
            live.update(records[k])
            np.testing.assert_array_equal(pixels(live), fresh[k])


def test_a_words_ink_and_bar_fade_with_what_arrives():
    record = connectivity("the key near the old cabinets", seeds=3)
    plot = ConnectivityPlot(record)
    decades = np.log10(np.concatenate([record.reach[cell].median for cell in ("rnn", "lstm", "gru")]))
    hidden = plot.veils.get_facecolors()[:, 3]
    order = np.argsort(decades)
    assert (np.diff(hidden[order]) <= 0).all()
    assert hidden[decades == 0].tolist() == [0, 0, 0]
    ends = {}
    for line in plot.bars.values():
        for start, end, _ in np.reshape(line.get_xydata(), (-1, 3, 2)):
            ends[tuple(start.round(6))] = end[0]
    for box, size in zip(plot.boxes, decades, strict=True):
        foot = (round(box.x, 6), round(box.y - box.height / 2 - 0.05, 6))
        assert ends[foot] == pytest.approx(box.x + box.width * np.clip(1 + size / 3, 0, 1))


def test_what_explodes_glows_and_what_is_0_or_not_finite_has_its_symbol():
    explodes = veil(np.array([2.0]))[0]
    assert explodes[0] > explodes[2]
    assert 0 < explodes[3] < 0.9
    record = connectivity("a b c", gain=0.0, seeds=2)
    plot = ConnectivityPlot(record)
    assert len(plot.zeros.get_xdata()) == sum((band.median == 0).sum() for band in record.reach.values()) > 0
    reach = {name: band._replace(median=np.array([np.inf, np.nan, 1])) for name, band in record.reach.items()}
    plot.update(record._replace(reach=reach))
    assert len(plot.overflows.get_xdata()) == 6


@pytest.mark.parametrize(
    "said",
    ["a b c", "the key near the old cabinets that the sailors painted", "w " * 30, "w " * 60, "m" * 300, "…" * 60]
    + [" ".join(["m" * 16] * count) for count in (1, 3, 30, 60)],
)  # fmt: skip
def test_boxes_lie_apart_within_their_rows_and_the_last_word_is_on_the_right(said):
    words, size, boxes = lay_out(said.split(), 8.28, 0.8)
    assert len(words) == len(boxes) == len(said.split())
    assert size >= (12 if len(words) <= 10 else 6)
    for one, other in itertools.combinations(boxes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        assert beside or abs(one.y - other.y) >= one.height + 0.05
    assert min(box.x for box in boxes) >= -1e-9
    assert boxes[-1].x + boxes[-1].width == pytest.approx(8.28)
    assert boxes[-1].y == min(box.y for box in boxes)
    assert all(box.y - box.height / 2 >= 0 and box.y + box.height / 2 <= 0.8 for box in boxes)


def test_words_fit_into_their_boxes_and_odd_ones_are_drawn_as_they_are_typed():
    plot = ConnectivityPlot(connectivity("a $b^ <i>x</i> $math$ Donaudampfschiffahrt ü \x08 is", seeds=2))
    drawn = {text.get_text(): text for text in plot.axes.texts}
    for word in ("$b^", "<i>x</i>", "$math$", "Donaudampfschif…", "□", "is"):
        assert word in drawn
    boxes = {round(box.x + box.width / 2, 3): box for box in plot.boxes}
    for text in drawn.values():
        box = boxes.get(round(text.get_position()[0], 3))
        if box:
            extent = text.get_window_extent()
            assert extent.width / plot.figure.dpi <= box.width


# --- what is said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("settings", [{}, dict(cell="lstm"), dict(spectral=True, T=5, cell="lstm"), dict(radius=0.0)])
def test_a_finding_and_a_protocol_have_whole_sentences_of_at_most_twenty_words(view, settings):
    finding, protocol, _ = draw.unrolled(unrolled(**{"T": 20, **settings})._replace(view=view)).caption.split("\n")
    for line in (finding, protocol):
        for said in re.split(r"(?<=\.) ", line):
            assert len(said.split()) <= 20, said
            assert said.endswith(".")


@pytest.mark.parametrize("said", SAID)
def test_so_do_those_of_a_sentence(said):
    finding, protocol, _ = read(connectivity(said, seeds=2)).caption.split("\n")
    for line in (finding, protocol):
        for part in re.split(r"(?<=\.) ", line):
            assert len(part.split()) <= 20, part


def test_still_pictures_hold_their_numbers_and_say_them():
    record = measure.powers(T=30, sheared=[[0.9, 10], [0, 0.9]], calm=[[0.9, 0], [0, 0.9]])
    np.testing.assert_allclose(powers(record).figure.axes[0].lines[0].get_ydata(), np.log10(record.sizes[0]))
    finding, _, spectra = powers(record).caption.split("\n")
    assert finding.startswith("The powers of “sheared” grow to 39 at t = 9, and they are ")
    assert "The powers of “calm” never grow, and they are 0.042 at t = 30." in finding
    assert "“sheared” has the largest |eigenvalue| 0.9 and the largest singular value 10." in spectra
    assert draw.unrolled(unrolled(T=5)).caption.startswith("The gradient at the first of 5 states is ")
    assert read(connectivity("a b")).caption.startswith('The gradient at "a" is ')


def test_the_gradient_alone_is_drawn_and_told_without_what_the_weights_predict():
    picture = draw.gradient(unrolled(T=12))
    for word in ("eigenvalue", "singular"):
        assert word not in picture.caption + picture.alt
    drawn = RecurrencePlot(unrolled(T=12)._replace(bounds={})).views["chain"]
    assert not any(line.get_visible() for line in drawn.lines.values())
    assert drawn.measured.get_visible()
    whole = RecurrencePlot(unrolled(T=12)).views["chain"]
    assert all(line.get_visible() for line in whole.lines.values())
