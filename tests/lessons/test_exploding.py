"""What lesson 11 measures and draws: where numbers end, what clipping changes, and a cliff."""

from __future__ import annotations

import asyncio
import itertools

import numpy as np
import pytest
from drawn import pixels
from explored import button
from matplotlib.colors import to_hex
from test_pictures import cie_lab, linear_rgb

from vgrad import train
from vgrad.kit.explorers import rolling
from vgrad.kit.marks import grammar
from vgrad.lessons.exploding import records as records_exploding
from vgrad.lessons.exploding.draw import relief
from vgrad.lessons.exploding.draw.cliff import CliffPlot, walk
from vgrad.lessons.exploding.draw.spikes import spikes
from vgrad.lessons.exploding.draw.training import runs
from vgrad.lessons.exploding.explore import cliff
from vgrad.lessons.exploding.measure import cliff as measure_cliff
from vgrad.lessons.exploding.measure import spikes as measure_spikes
from vgrad.lessons.exploding.measure import thresholds
from vgrad.lessons.exploding.measure import training as measure
from vgrad.lessons.exploding.say import cliff as say
from vgrad.lessons.exploding.tables import BOTH, FASTER, LIMITS, REMEDIES, TABLES, at_threshold, with_remedy

# --- where numbers end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "step"), [("float16", 1), ("float32", 2), ("float64", 2)])
def test_the_autopsy_names_step_and_time_in_each_precision(precision, step):
    for seed in range(5):
        found = measure.autopsy(precision, seed=seed)
        assert found.step == step == len(found.loss)
        assert found.trouble.startswith(f"Step {step}: ")
        assert "inf" in found.trouble
        assert ('forward, the output of "relu_rnn ' in found.trouble) >= (step == 2)


def test_an_autopsy_of_the_living_finds_nothing():
    found = measure.autopsy(clip=1.0, steps=3)
    assert (found.step, found.trouble, len(found.loss)) == (None, None, 3)


def test_without_clipping_relu_breaks_and_tanh_does_not():
    relu = measure.train_rnn("relu_rnn", gain=1.1, rate=0.01, steps=5)
    tanh = measure.train_rnn("rnn", gain=2.0, rate=0.01, steps=5)
    assert (relu.finite, tanh.finite) == (0, 5)
    assert relu.loss.shape == relu.norm.shape == (5, 2)
    assert len(relu.baseline) == 2
    assert (tanh.norm[:, 0] > 1e3).all()


def test_clipped_long_nets_are_finite_and_learn_nothing_and_short_ones_learn():
    for seed in range(2):
        short = measure.train_rnn(T=10, clip=15.0, seed=seed)
        assert short.finite == 5
        assert (short.last < 0.95).all()
    long = measure.train_rnn(T=100, clip=15.0)
    assert long.finite == 5
    assert (long.last > 0.95).all()
    assert (long.before > 1e3).all()
    assert (long.after < 1e-2).all()


def test_begun_counts_the_networks_below_the_line():
    short = measure.train_rnn(T=10, clip=15.0)
    assert short.begun == (short.last < records_exploding.BEGUN).sum() == 5
    assert measure.train_rnn(clip=None, steps=5).begun == 0


# --- which threshold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_the_cells_that_it_names(name):
    assert [cell.settings for cell in TABLES.load(name)] == TABLES[name].cells


def test_a_cell_of_the_table_comes_out_the_same_again():
    """Of one threshold below the median, because there no long step makes rounding grow."""
    cell = next(cell for cell in TABLES.load("thresholds") if cell.settings["clip"] == 1.0)
    (again,) = TABLES.compute("thresholds", [cell.settings])
    np.testing.assert_allclose(again.result["last"], cell.result["last"], atol=0.05)
    np.testing.assert_allclose(again.result["clipped"], cell.result["clipped"], atol=0.02)


def test_a_threshold_well_above_the_median_is_best_and_the_exact_number_matters_little():
    last = {limit: np.median(at_threshold(limit)["last"]) for limit in LIMITS}
    assert last[4.0] == pytest.approx(last[15.0], rel=0.1)
    assert max(last[4.0], last[15.0], last[150.0]) < 0.8 * min(last[0.15], last[1.0], last[None])
    assert last[1.5] < last[1.0] < last[0.15] < last[None]


def test_a_threshold_of_one_is_too_low_for_one_learning_rate_only():
    last = {(limit, rate): np.median(at_threshold(limit, rate)["last"]) for limit in BOTH for rate in (0.01, FASTER)}
    assert last[1.0, 0.01] > 1.4 * last[15.0, 0.01]
    assert last[1.0, FASTER] == pytest.approx(last[15.0, FASTER], rel=0.05)
    assert last[1.0, FASTER] < 0.9 * last[15.0, 0.01]
    assert all(len(at_threshold(limit, FASTER)["last"]) == 25 for limit in BOTH)


def test_short_steps_leave_the_steep_start_slowly():
    for seed in range(5):
        recorded, clipped = (np.median(thresholds.norms_seen(clip=clip, seed=seed)) for clip in (100.0, 1.0))
        assert clipped > 3 * recorded


def test_a_threshold_of_one_clips_nearly_every_step_and_ten_times_the_median_few():
    assert np.median(at_threshold(1.0)["clipped"]) > 0.9
    assert np.median(at_threshold(15.0)["clipped"]) < 0.05
    assert not any(at_threshold(None)["clipped"])


def test_a_share_counts_the_norms_above_the_threshold():
    record = measure.train_rnn(T=10, clip=2.0, steps=30)
    cell = thresholds.clipped_at(2.0, steps=30)
    np.testing.assert_array_equal(cell["clipped"], (record.norm > 2.0).mean(axis=1))
    np.testing.assert_array_equal(cell["last"], record.last)


def test_a_sum_over_the_samples_makes_each_gradient_sixteen_times_as_long():
    for seed in range(5):
        mean, summed = (thresholds.norms_seen(loss, steps=20, seed=seed) for loss in ("mean", "sum"))
        np.testing.assert_allclose(summed, 16 * mean, rtol=1e-3)


def test_the_norms_that_are_seen_have_a_long_tail():
    for seed in range(5):
        norms = thresholds.norms_seen(seed=seed)
        assert 1 < np.median(norms) < 2
        assert norms.max() > 1000 * np.median(norms)


def test_a_tanh_net_of_both_passes_is_bounded_forward_only():
    nets = thresholds.both_passes(50, "float64", seeds=2)
    assert (nets.largest <= 1).all()
    assert (nets.largest > 0.9).all()
    assert ((nets.slope > 1.3 / 3) & (nets.slope < 0.5)).all()  # so gain · slope is above 1
    assert (nets.norm > 1e3).all()
    assert (nets.finite_losses, nets.finite_gradients) == (2, 2)
    broken = thresholds.both_passes(400, seeds=2)
    assert (broken.finite_losses, broken.finite_gradients) == (2, 0)
    calm = thresholds.both_passes(50, "float64", gain=0.5, seeds=2)
    assert (calm.norm < 10).all()


def test_the_first_gradient_is_far_longer_than_the_product_of_a_hundred_factors():
    for seed in range(5):
        found = measure.autopsy(seed=seed)
        assert 1e5 * 1.1**100 < found.norm[0] < 1e9 * 1.1**100
    assert not np.isfinite(measure.autopsy("float16").norm[0])


def test_the_baseline_is_the_loss_of_always_answering_one():
    record = measure.train_rnn(T=10, clip=1.0, steps=200, seeds=1)
    assert record.baseline.mean() == pytest.approx(1 / 6, abs=0.02)


def test_a_vanished_gradient_has_its_direction_and_no_slope():
    up = measure.upscaled(0.1, precision="float32", width=32, depth=50)
    assert (up.first < 1e-20).all()
    assert (up.cosine > 1 - 1e-10).all()
    assert (abs(up.gain_first) < 1e-14).all()
    assert (up.gain_last > 0.01).all()
    half = measure.upscaled(0.1, precision="float16", width=32, depth=50)
    assert (half.first == 0).all()


def test_a_short_step_changes_the_loss_by_its_length_times_the_slope():
    up = measure.upscaled(1e-5, activation="tanh", depth=3, width=16)
    np.testing.assert_allclose(up.gain_last, 1e-5 * up.last, rtol=1e-3)
    np.testing.assert_allclose(up.gain_first, 1e-5 * up.first, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: thresholds.both_passes(precision="float8"), "precision"),
        (lambda: thresholds.norms_seen("median"), "loss"),
        (lambda: thresholds.clipped_at(-1.0), "clip"),
        (lambda: at_threshold(2.0), "clip"),
        (lambda: at_threshold(1.0, 0.02), "rate"),
        (lambda: at_threshold(4.0, 0.04), "rate"),
        (lambda: with_remedy("a prayer"), "name"),
        (lambda: measure_spikes.long_run("adamax"), "optimizer"),
        (lambda: measure_spikes.long_run(decay_squares=1.0), "decay_squares"),
        (lambda: measure_spikes.long_run(floor=-1.0), "floor"),
        (lambda: measure_spikes.long_run(factor=-1.0), "factor"),
        (lambda: measure_spikes.spikes_with(clip=-1.0), "clip"),
        (lambda: measure_spikes.spikes_with(precision="float8"), "precision"),
        (lambda: measure.autopsy("float8"), "precision"),
        (lambda: measure.train_rnn("lstm"), "cell"),
        (lambda: measure.train_rnn(clip=-1.0), "clip"),
        (lambda: measure.train_rnn(width=0), "width"),
        (lambda: measure.train_rnn(seeds=0), "seeds"),
        (lambda: measure.autopsy(seed=-1), "seed"),
        (lambda: measure.upscaled(precision="float8"), "precision"),
        (lambda: measure.upscaled(depth=0), "depth"),
        (lambda: measure.upscaled(seed=-1), "seed"),
        (lambda: measure_cliff.walk(w=8.0), "w"),
        (lambda: measure_cliff.walk(b=0.0), "b"),
        (lambda: measure_cliff.walk(rate=-1.0), "rate"),
        (lambda: measure_cliff.walk(threshold=0.0), "threshold"),
        (lambda: measure_cliff.walk(steps=0), "steps"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(call, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        call()


def test_clipping_is_that_of_pytorch_the_infinite_gradient_included():
    torch = pytest.importorskip("torch")
    for entries in ([3.0, 0.1], [0.3, 0.1], [np.inf, 1.0], [-np.inf, -2.0], [np.nan, 1.0], [0.0, 0.0]):
        theirs = [torch.zeros(2, dtype=torch.float64, requires_grad=True) for _ in range(2)]
        for each in theirs:
            each.grad = torch.tensor(entries, dtype=torch.float64)
        torch.nn.utils.clip_grad_norm_(theirs[:1], 1.0)
        torch.nn.utils.clip_grad_value_(theirs[1:], 1.0)
        ours = train.clip_by_norm([np.array(entries)], 1.0), train.clip_by_value([np.array(entries)], 1.0)
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine[0], other.grad.numpy(), rtol=1e-12)


# --- spikes -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[0, 3])
def lasting(request):
    return measure_spikes.long_run(seed=request.param)


def test_adam_makes_a_spike_and_the_update_grows_first(lasting):
    assert lasting.spiked.all()
    assert (lasting.growth > records_exploding.GROWN).all()
    update, gradient, _ = lasting.warnings
    assert (update > gradient).mean() > 0.5  # rounding errors decide, and so each processor has its own
    assert (lasting.lowest < 1e-6).all()


def test_before_a_spike_the_gradient_is_a_rounding_error(lasting):
    assert (lasting.agreement[:, 4] > 0.99).all()
    assert (lasting.doubtful < 0.6).all()


def test_the_picture_of_a_spike_says_what_its_record_holds(lasting):
    finding, protocol, how = spikes(lasting).caption.split("\n")
    assert finding.startswith("In 5 of 5 networks the loss rises above 0.001 after it has fallen below 0.0001.")
    power = float(finding.partition("falls below ")[2].partition(",")[0])
    assert power / 10 <= max(lasting.lowest) < power
    assert "in 5 of them the update becomes 5 times as long as its shortest" in finding
    assert "700 steps of Adam at a learning rate of 0.003, with β₂ = 0.9 and a floor of 1e-8" in protocol
    assert how.startswith("5 networks in float32.")


def test_a_remedy_is_named_under_its_picture():
    few = dict(steps=40, depth=1, width=4, batch=10, seeds=1)
    clipped = spikes(measure_spikes.long_run("momentum", rate=0.01, clip=2.0, **few)).caption
    assert "40 steps of SGD with momentum at a learning rate of 0.01, clipped at 2." in clipped
    assert "In 0 of 1 networks" in clipped
    assert "1 network in float64" in spikes(measure_spikes.long_run(precision="float64", **few)).caption


@pytest.mark.parametrize("name", ["a floor of 1e-4", "float64", "a memory of 0.999", "SGD with momentum"])
def test_what_prevents_a_spike_does_so_in_other_networks_too(name):
    assert max(with_remedy(name)["first"]) == -1
    record = measure_spikes.long_run(seeds=2, seed=4, **REMEDIES[name])
    assert not record.spiked.any()
    assert (record.doubtful > 0.9).all()
    assert (record.loss[:, -1] < records_exploding.LEARNT).all()


@pytest.mark.parametrize(
    "name", ["Adam, a memory of 0.9", "clipping at 1.0", "the loss times 1024", "a floor of 1e-12"]
)
def test_what_does_not_prevent_a_spike_fails_in_other_networks_too(name):
    assert min(with_remedy(name)["first"]) > 0
    assert measure_spikes.long_run(seed=4, **REMEDIES[name]).spiked.sum() >= 4


def test_with_a_memory_of_less_than_that_of_the_mean_a_spike_needs_no_rounding_errors():
    for precision in ("float32", "float64"):
        record = measure_spikes.long_run(decay_squares=0.8, precision=precision, steps=200, seed=5)
        assert record.spiked.sum() >= 4


def test_a_factor_of_the_loss_multiplies_the_gradient_alone():
    few = dict(steps=20, depth=1, width=4, batch=10, seeds=2, precision="float64")
    one, many = (measure_spikes.long_run("sgd", rate=0.0, factor=factor, **few) for factor in (1.0, 1024.0))
    np.testing.assert_allclose(many.norm, 1024 * one.norm)
    np.testing.assert_allclose(many.loss, one.loss)
    assert not many.moved.any()
    np.testing.assert_allclose(one.agreement, 1.0)


def test_first_warnings_and_growth_are_read_from_the_curves():
    loss = np.array([[1.0, 1e-5, 1e-6, 1e-5, 1.0, 1e-9], [1.0, 0.5, 0.4, 0.3, 0.2, 1e-5]])
    moved = np.array([[2.0, 1.0, 3.0, 6.0, 9.0, 1.0], np.ones(6)])
    norm = np.array([[4.0, 2.0, 1.0, 5.0, 50.0, 1.0], np.ones(6)])
    record = measure_spikes.long_run(steps=20, depth=1, width=4, batch=10, seeds=2)
    record = record._replace(
        loss=loss, moved=moved, norm=norm, every=2, agreement=np.array([[1, 0.5, 0.2], [1, 0.9, 0.8]])
    )
    assert record.first.tolist() == [4, -1]
    assert record.growth.tolist() == [6.0]
    assert record.lowest.tolist() == [1.0]
    assert record.warnings.tolist() == [[1], [0], [1]]
    assert record.doubtful.tolist() == [0.5, 0.8]


def test_a_cell_of_the_table_of_spikes_comes_out_the_same_again():
    """Of momentum, because no rounding error grows there."""
    cell = TABLES.load("spikes")[-1]
    (again,) = TABLES.compute("spikes", [cell.settings])
    assert again.result["first"] == cell.result["first"]
    np.testing.assert_allclose(again.result["last"], cell.result["last"], rtol=0.2)


# --- the cliff --------------------------------------------------------------------------------------------------------


def test_the_gradient_is_a_difference_quotient():
    w, b = np.random.default_rng(0).uniform((4, -3.4), (7, -1.8), (50, 2)).T
    loss, dw, db = measure_cliff.gradient(w, b)
    step = 1e-7
    for slope, (at_w, at_b) in ((dw, (step, 0)), (db, (0, step))):
        up, down = (measure_cliff.gradient(w + s * at_w, b + s * at_b)[0] for s in (1, -1))
        np.testing.assert_allclose((up - down) / (2 * step), slope, rtol=1e-4, atol=1e-7)
    assert ((loss >= 0) & (loss < 0.49)).all()


def test_the_surface_has_the_wall_of_the_paper():
    surface = measure_cliff.surface(400, 400)
    steepest = np.unravel_index(surface.norm.argmax(), surface.norm.shape)
    assert surface.norm.max() > 1000 * np.median(surface.norm)
    assert (surface.w[steepest[1]], surface.b[steepest[0]]) == pytest.approx((4.699, -2.426), abs=0.01)


def test_each_step_is_the_clipped_gradient_times_the_rate():
    record = measure_cliff.walk(steps=40)
    for path, threshold in ((record.free, None), (record.clipped, 1.0)):
        _, dw, db = measure_cliff.gradient(path.w, path.b)
        for k in range(40):
            grads = (dw[k : k + 1], db[k : k + 1])
            if threshold:
                grads = train.clip_by_norm(grads, threshold)
            np.testing.assert_allclose(path.w[k + 1], path.w[k] - 0.3 * grads[0][0], rtol=1e-6)
            np.testing.assert_allclose(path.b[k + 1], path.b[k] - 0.3 * grads[1][0], rtol=1e-6)


def test_one_step_is_flung_far_and_a_clipped_one_is_not():
    path = measure_cliff.descend(4 + 16 / 9, -2.4, rate=0.3, steps=100)
    assert path.longest > 100
    assert path.loss[-1] == pytest.approx(0.09, abs=1e-3)
    assert measure_cliff.descend(4 + 16 / 9, -2.4, rate=0.3, threshold=1.0, steps=100).longest <= 0.3


# --- pictures ---------------------------------------------------------------------------------------------------------

WALKS = {
    "default": dict(),
    "off the map": dict(w=5.15, b=-3.35),
    "no cliff": dict(w=4.15, b=-2.05),
    "one step": dict(steps=1),
    "many": dict(steps=200, rate=3.0),
    "still": dict(rate=0.001, threshold=0.01),
    "no step": None,
}


def walked(name):
    settings = WALKS[name]
    return measure_cliff.walk(**settings) if settings is not None else measure_cliff.walk().until(0)


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    records = {name: walked(name) for name in WALKS}
    fresh = {name: pixels(CliffPlot(record)) for name, record in records.items()}
    live = CliffPlot(records["default"])
    for name in itertools.chain(records, reversed(records)):
        live.update(records[name])
        np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=name)


def test_the_ground_is_drawn_once_and_what_moves_is_light():
    plot = CliffPlot(walked("default"))
    ground = plot.canvas.ground
    for name in WALKS:
        plot.update(walked(name), grow=True)
        assert plot.canvas.ground is ground
        assert len(plot.canvas.overlay()) < 22_000


@pytest.mark.parametrize("name", WALKS)
def test_words_lie_apart_and_within_the_picture(name):
    plot = CliffPlot(walked(name))
    assert plot.canvas.overlay()  # which places the words
    one, other = (slope.state.get_window_extent() for slope in (plot.free, plot.clipped))
    assert not one.overlaps(other)
    assert other.x1 <= plot.figure.bbox.x1
    words = [slope.word.get_window_extent() for slope in (plot.free, plot.clipped)]
    for word, slope in zip(words, (plot.free, plot.clipped), strict=True):
        assert slope.axes.bbox.x0 <= word.x0 < word.x1 <= slope.axes.bbox.x1


@pytest.mark.parametrize("name", WALKS)
def test_the_ball_is_where_its_path_is_or_an_arrow_is_where_it_left(name):
    record = walked(name)
    plot = CliffPlot(record)
    for slope, path in ((plot.free, record.free), (plot.clipped, record.clipped)):
        w, b, loss = (part[-1] for part in (path.w, path.b, path.loss))
        inside = 4 <= w <= 7 and -3.4 <= b <= -1.8
        assert (slope.ball.get_visible(), slope.out.get_visible()) == (inside, not inside)
        if inside:
            np.testing.assert_allclose(np.ravel(slope.ball.get_data()), [w, -b + relief.LIFT * loss])
        else:
            x, y = np.ravel(slope.out.get_data())
            (left, right), (bottom, top) = slope.axes.get_xlim(), slope.axes.get_ylim()
            assert min(abs(x - left), abs(x - right), abs(y - bottom), abs(y - top)) < 1e-9
        np.testing.assert_allclose(slope.path.get_xdata()[0], record.w)


def test_the_wall_is_where_the_loss_falls_and_its_face_is_as_high_as_the_fall():
    surface = measure_cliff.surface()
    there = np.isfinite(surface.wall)
    assert there[0]
    assert not there[-1]
    w, wall = surface.w[there], surface.wall[there]
    above, below = (measure_cliff.gradient(w, wall + away)[0] for away in (-1e-7, 1e-7))
    assert ((above > 0.2) & (below < 0.2)).all()
    steep = w > 5
    assert (surface.crest[there][steep] - surface.foot[there][steep] > 0.28).all()
    np.testing.assert_allclose(surface.crest[there], measure_cliff.gradient(w, wall - 1e-3)[0])
    np.testing.assert_allclose(surface.foot[there], measure_cliff.gradient(w, wall + 1e-3)[0])


def test_higher_ground_is_drawn_higher_and_lighter():
    x, y = relief.project([5, 5], [-3, -3], [0.1, 0.4])
    assert x[0] == x[1]
    assert y[0] < y[1]
    lightness = [cie_lab(linear_rgb(to_hex(relief.GROUND(share))))[0] for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert np.all(np.diff(lightness) > 3)


def test_the_still_picture_holds_its_numbers_and_says_them():
    record = measure_cliff.walk()
    picture = walk(record)
    assert picture.caption == say.sentence(record)
    assert grammar.number(record.clipped.loss[-1]) in picture.caption
    assert f"{grammar.number(record.free.loss[-1])} after 60" in say.alt(record)
    assert f"loss {grammar.number(record.free.loss[-1])}, off the map" in [
        text.get_text() for text in picture.figure.axes[0].texts
    ]


# --- the ball rolls ---------------------------------------------------------------------------------------------------


def test_without_a_loop_play_rolls_to_the_end_and_step_begins_anew():
    explorer = cliff(steps=10)
    start = explorer.record
    button(explorer, "Step").click()
    assert explorer.record.steps == explorer.controls["steps"].value == 11
    np.testing.assert_array_equal(explorer.record.free.w[:11], start.free.w)
    button(explorer, "Play").click()
    assert explorer.record.steps == 60
    assert not explorer.playing
    button(explorer, "Step").click()
    assert explorer.record.steps == 1
    assert len(explorer.record.clipped.loss) == 2


def test_in_a_loop_play_shows_each_step_and_stop_stays_where_it_is(monkeypatch):
    monkeypatch.setattr(rolling.RollExplorer, "pause", 0.0)

    async def roll():
        explorer = cliff()
        seen = []
        explorer.controls["steps"].observe(lambda change: seen.append(change.new), "value")
        button(explorer, "Play").click()
        assert explorer.playing
        while explorer.playing and len(seen) < 8:
            await asyncio.sleep(0)
        button(explorer, "Stop").click()
        await asyncio.sleep(0.01)
        assert not explorer.playing
        assert seen[:8] == [0, 1, 2, 3, 4, 5, 6, 7]
        assert explorer.record.steps == seen[-1] < 60
        button(explorer, "Play").click()
        await explorer._task
        assert seen[-53:] == [*range(8, 61)]
        assert explorer.record.steps == 60

    asyncio.run(roll())


def test_moving_a_control_ends_the_play(monkeypatch):
    monkeypatch.setattr(rolling.RollExplorer, "pause", 0.0)

    async def roll():
        explorer = cliff()
        button(explorer, "Play").click()
        await asyncio.sleep(0.001)
        explorer.controls["threshold"].value = 2.0
        assert not explorer.playing
        there = explorer.record.steps
        await asyncio.sleep(0.01)
        assert (explorer.record.steps, explorer.record.threshold) == (there, 2.0)

    asyncio.run(roll())


def test_a_step_shows_a_part_of_the_whole_walk():
    explorer = cliff(w=4.45, b=-3.0)
    whole = explorer.record
    for step in (0, 1, 30):
        explorer.set(steps=step)
        assert explorer.record.steps == step
        np.testing.assert_array_equal(explorer.record.free.loss, whole.free.loss[: step + 1])


def test_the_runs_say_who_is_finite_and_who_learns():
    settings = dict(steps=100, seeds=3)
    broken, short = measure.train_rnn(clip=None, **settings), measure.train_rnn(T=5, clip=15.0, **settings)
    caption = runs([broken, short]).caption
    assert "Over 100 time steps, without clipping, no network stays finite, and training ends after 2 steps." in caption
    assert (short.last < 0.95).all()
    assert "Over 5 time steps, clipped at 15, 3 of 3 stay finite and 3 of 3 begin to learn." in caption
    assert "3 networks per curve: ReLU, W_h is 1.1 times the identity, learning rate 0.01." in caption


def test_a_tanh_rnn_stays_finite_forward_and_overflows_backward():
    """Over 400 steps in float32, at weights three times orthogonal; in float64, or over 200 steps, it does not."""
    for seed in range(5):
        runs = [
            measure.train_on_adding("rnn", 3.0, (), None, 0.01, 1, T, 32, precision, seed)[0][-1]
            for precision, T in (("float32", 400), ("float64", 400), ("float32", 200))
        ]
        assert [bool(np.isfinite(run.loss)) for run in runs] == [True] * 3
        assert [bool(np.isfinite(run.norm)) for run in runs] == [False, True, True]
        assert "backward" in runs[0].trouble
