"""What lesson 09 measures and draws: where numbers end, what clipping changes, and a cliff."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from drawn import pixels
from test_pictures import APART, SIGHT, cie_lab, contrast, linear_rgb

from vgrad import train
from vgrad.kit.marks import grammar
from vgrad.lessons.exploding import records as records_exploding
from vgrad.lessons.exploding.draw.cliff import CLIPPED, FREE, CliffPlot, walk
from vgrad.lessons.exploding.draw.training import runs
from vgrad.lessons.exploding.measure import cliff as measure_cliff
from vgrad.lessons.exploding.measure import training as measure
from vgrad.lessons.exploding.say import cliff as say

# --- where numbers end ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "ends"), [("float16", 16), ("float32", 128), ("float64", 1024)])
@pytest.mark.parametrize("factor", [1.5, 2.0, 4.0])
def test_the_first_layer_that_overflows_is_where_the_exponent_ends(precision, ends, factor):
    assert measure.first_overflow(factor, precision) == math.ceil(ends / math.log2(factor))


def test_a_net_that_does_not_grow_never_overflows():
    assert measure.first_overflow(1.0, "float16", most=100) is None


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
    short = measure.train_rnn(T=10, clip=1.0)
    assert short.finite == 5
    assert (short.last < 0.95).all()
    long = measure.train_rnn(T=100, clip=1.0, steps=120)
    assert long.finite == 5
    assert (long.last > 0.95).all()
    assert (long.before > 1e3).all()
    assert (long.after < 1e-2).all()


def test_begun_counts_the_networks_below_the_line():
    short = measure.train_rnn(T=10, clip=1.0)
    assert short.begun == (short.last < records_exploding.BEGUN).sum() == 5
    assert measure.train_rnn(clip=None, steps=5).begun == 0


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
        (lambda: measure.first_overflow(2, "float8"), "precision"),
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
        (lambda: measure_cliff.survey(thresholds=(0.0,)), "thresholds"),
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


def test_clipping_is_better_for_most_starts_and_not_for_all():
    for rows in (15, 16, 17, 18, 19):
        survey = measure_cliff.survey(thresholds=(0.1, 1.0, 10.0), rows=rows)
        low, good, high = survey.better
        assert 0.8 < good < 1
        assert good > max(low, high)


def test_clipping_speeds_the_quartic_up_a_hundredfold():
    assert measure_cliff.quartic(7e-4) > 100 * measure_cliff.quartic(0.1, 10.0) > 0
    assert measure_cliff.quartic(8e-4) is None
    assert measure_cliff.quartic(0.1) is None
    assert measure_cliff.quartic(0.1, 10.0, start=0.05) == 0


# --- pictures ---------------------------------------------------------------------------------------------------------

WALKS = {
    "default": dict(),
    "off the map": dict(w=5.15, b=-3.35),
    "no cliff": dict(w=4.15, b=-2.05),
    "one step": dict(steps=1),
    "many": dict(steps=200, rate=3.0),
    "still": dict(rate=0.001, threshold=0.01),
}


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    records = {name: measure_cliff.walk(**settings) for name, settings in WALKS.items()}
    fresh = {name: pixels(CliffPlot(record)) for name, record in records.items()}
    live = CliffPlot(records["default"])
    for name in itertools.chain(records, reversed(records)):
        live.update(records[name])
        np.testing.assert_array_equal(pixels(live), fresh[name], err_msg=name)


@pytest.mark.parametrize("name", WALKS)
def test_labels_lie_apart_and_within_the_picture(name):
    plot = CliffPlot(measure_cliff.walk(**WALKS[name]))
    pixels(plot)
    one, other = (trail.label.get_window_extent() for trail in (plot.free, plot.clipped))
    assert not one.overlaps(other)
    assert max(one.x1, other.x1) <= plot.figure.bbox.x1


def test_the_paths_are_told_apart_by_colour_marker_and_colour_blind_eyes():
    assert FREE.marker != CLIPPED.marker
    for look in (FREE, CLIPPED):
        assert contrast(look.color, grammar.PAPER) >= 3
    for sight in SIGHT:
        a, b = (cie_lab(SIGHT[sight] @ linear_rgb(look.color)) for look in (FREE, CLIPPED))
        assert np.linalg.norm(a - b) >= APART[sight]


def test_the_still_picture_holds_its_numbers_and_says_them():
    record = measure_cliff.walk()
    picture = walk(record)
    assert picture.caption == say.sentence(record)
    assert grammar.number(record.clipped.loss[-1]) in picture.caption
    assert f"{grammar.number(record.free.loss[-1])} after 60" in say.alt(record)
    losses = [line.get_ydata() for line in picture.figure.axes[1].lines]
    np.testing.assert_array_equal(losses[0], record.free.loss)


def test_the_runs_say_who_is_finite_and_who_learns():
    settings = dict(steps=100, seeds=3)
    broken, short = measure.train_rnn(clip=None, **settings), measure.train_rnn(T=5, clip=1.0, **settings)
    caption = runs([broken, short]).caption
    assert "T = 100, no clipping: 0 finite, over after step 2, 0 have begun to learn" in caption
    assert (short.last < 0.95).all()
    assert "T = 5, clip 1: 3 finite, 3 have begun to learn" in caption
