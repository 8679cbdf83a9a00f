"""What lesson 08 measures and draws: unrolled cells, tied weights, powers, radii, sentences, and nets that learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import pixels

from vgrad import cells, init, models, probes
from vgrad.kit.marks import grammar, heatmap
from vgrad.lessons.recurrence.draw import recurrence as draw
from vgrad.lessons.recurrence.draw.connectivity import ConnectivityPlot, read
from vgrad.lessons.recurrence.draw.recurrence import RecurrencePlot, powers
from vgrad.lessons.recurrence.measure import connectivity as measure_connectivity
from vgrad.lessons.recurrence.measure import recurrence as measure

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
    record = by_radius(radii=(1.5,))
    assert (record.sizes[0] > 1).all()
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


def test_the_exercise_s_step_is_a_pullback():
    rng = np.random.default_rng(0)
    W, x, h, dh = rng.standard_normal((3, 3)), *rng.standard_normal((3, 4, 3))
    _, pullback = cells.rnn(cells.Recurrent(np.eye(3), W, np.zeros(3)), x, (h,))
    grads, _, (back,) = pullback((dh,))
    dz = dh * (1 - np.tanh(x + h @ W) ** 2)
    np.testing.assert_allclose(grads.W_h, h.T @ dz)
    np.testing.assert_allclose(back, dz @ W.T)


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
    plot = RecurrencePlot(unrolled(T=5))
    plot.heat.update(norms, most)
    assert T == 30
    k, t = plot.heat.zeros.get_data()
    assert len(k) > 0
    assert (norms[np.array(t) - 1, np.array(k) - 1] == 0).all()
    assert plot.heat.overflows.get_data()[0].tolist() == [4]
    alpha = plot.heat.image.get_array()[..., 3]
    assert np.array_equal(np.asarray(alpha) > 0, np.tri(30, dtype=bool))


RECORDS = {
    "default": dict(T=20),
    "short": dict(T=2),
    "zero": dict(T=20, radius=0.0),
    "large": dict(T=60, cell="relu_rnn", radius=3.0, nonnormality=5.0),
    "gru": dict(T=10, cell="gru"),
}


def test_a_live_map_moved_from_any_record_to_any_other_is_the_fresh_one_pixel_for_pixel():
    records = {name: unrolled(**settings) for name, settings in RECORDS.items()}
    fresh = {name: pixels(RecurrencePlot(record)) for name, record in records.items()}
    live = RecurrencePlot(records["default"])
    for pair in itertools.combinations(records, 2):
        for name in pair:
            live.update(records[name])
            np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=f"on the way {pair}, at {name}")


def test_a_live_sentence_is_the_fresh_one_pixel_for_pixel():
    said = ("", "one", "the key near the old cabinets", "a $b^ \\ <i> ü", "w " * 60)
    records = [connectivity(words, seeds=3) for words in said]
    fresh, live = [pixels(ConnectivityPlot(record)) for record in records], ConnectivityPlot(records[2])
    for a, b in itertools.combinations(range(len(said)), 2):
        for k in (a, b):
            live.update(records[k])
            np.testing.assert_array_equal(pixels(live), fresh[k])


def test_still_pictures_hold_their_numbers_and_say_them():
    record = measure.powers(T=30, sheared=[[0.9, 10], [0, 0.9]])
    np.testing.assert_allclose(powers(record).figure.axes[0].lines[0].get_ydata(), np.log10(record.sizes[0]))
    assert "grows to 39 at t = 9" in powers(record).caption
    radii = by_radius(radii=(0.9, 1.5), n=20, T=20, seeds=3)
    for rows, says in zip(radii.sizes, radii.theory, strict=True):
        assert f"{grammar.number(np.median(rows[1]))} (theory {grammar.number(says[1])}) at ρ = 1.5" in (
            draw.radii(radii).caption
        )
    assert draw.unrolled(unrolled(T=5)).caption.startswith("A tanh RNN over 5 steps")
    assert read(connectivity("a b")).caption.startswith('Of the gradient at "b", so much reaches "a"')
