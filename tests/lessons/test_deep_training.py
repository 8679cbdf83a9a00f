"""What lesson 09 trains: nets of many blocks, their controls and their pictures."""

from __future__ import annotations

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad.lessons.deep_training import best, compare_spirals, shatter, show
from vgrad.lessons.deep_training.draw import BlocksPlot
from vgrad.lessons.deep_training.measure import first_step, train_blocks, train_plain, watch_blocks

SMALL = dict(blocks=3, width=8, steps=12, seeds=3)


def test_without_a_block_there_is_a_readout_alone():
    record = train_blocks(0, steps=30, seeds=2)
    assert np.isnan(record.ratio).all()
    assert record.test.min() > 0.3


def test_frozen_layers_keep_their_gradient_ratio_and_the_readout_learns():
    record = train_blocks(norm="pre", frozen=True, **SMALL | dict(steps=120, width=32, rate=0.01))
    free = train_blocks(norm="pre", **SMALL | dict(steps=120, width=32, rate=0.01))
    assert 0.2 < np.median(record.test) < np.median(free.test)


@pytest.mark.parametrize("start", ["1", "1/sqrt(blocks)", "0"])
def test_small_branches_start_small_and_from_zero_the_gradient_passes_untouched(start):
    record = train_blocks(**SMALL | dict(start=start, blocks=16, steps=1))
    if start == "0":
        np.testing.assert_allclose(record.ratio[:, 0], 1, rtol=1e-5)
    else:
        assert (np.median(record.ratio[:, 0]) > 100) == (start == "1")


def test_a_warm_up_makes_the_first_step_smaller():
    full, warm = (
        train_blocks(norm="post", warmup=warmup, blocks=24, seeds=3, steps=1, rate=0.01) for warmup in (0, 100)
    )
    assert np.median(full.ratio[:, 1]) < 0.3 * np.median(warm.ratio[:, 1])


def test_it_repeats_and_each_step_has_arrays_of_its_own():
    one, other = ([*watch_blocks(**SMALL)] for _ in range(2))
    np.testing.assert_array_equal(one[-1].accuracy, other[-1].accuracy)
    assert np.isnan(one[3].accuracy[:, 4:]).all()
    assert not np.isnan(one[-1].test).any()
    assert np.isnan(one[-2].test).all()


def test_numbers_that_are_no_longer_finite_end_training_and_are_said():
    record = train_blocks(rate=1e30, optimizer="momentum", **SMALL)
    assert record.trouble
    assert "no longer finite" in show(record).caption


@pytest.mark.parametrize(("name", "cell"), [("sigmoid_blocks", 11), ("warm_up", 6), ("spirals", 5)])
def test_a_stored_cell_says_what_running_says(name, cell):
    stored = course.load(name)[cell]
    (again,) = course.compute(name, [stored.settings])
    np.testing.assert_allclose(again.result["test"], stored.result["test"], atol=0.06)


def test_the_best_rate_is_that_of_the_training_batches_and_an_unknown_cell_is_refused():
    cell = best("spirals", hidden=1, width=800)
    assert cell.settings["rate"] == 0.03
    assert best("spirals", hidden=1, width=800, rate=0.01).settings["rate"] == 0.01
    with pytest.raises(ValueError, match=r"^settings is "):
        best("warm_up", norm="batch")


def test_the_first_step_moves_each_weight_by_the_rate_and_random_signs_keep_the_gradient():
    step = first_step(8, rate=0.02, seeds=3)
    assert step.moved == pytest.approx(0.02, rel=1e-3)
    start, adam, coin = np.median(step.added, axis=0)
    assert adam > start + 0.3
    assert abs(coin - start) < 0.3
    assert np.all(step.h_in_common > 3 * step.dh_in_common)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_the_formula_of_all_blocks_says_about_what_the_gradient_does(norm):
    step = first_step(norm=norm, rate=0.01)
    off = np.median(step.formula, axis=0) / np.median(step.ratio, axis=0)
    assert np.all((off > 0.4) & (off < 2.5)), off
    inverse = np.median(step.ratio, axis=0)[0] / np.median(step.formula, axis=0)[1]
    assert not 0.4 < inverse < 2.5 or norm == "pre"  # and another step's formula does not


def test_a_first_step_of_no_length_changes_nothing():
    step = first_step(4, rate=0.0, seeds=2)
    for look in (step.ratio, step.added, step.returned, step.formula):
        np.testing.assert_array_equal(look[:, 1:], look[:, :1].repeat(2, axis=1))


def test_weights_move_less_in_a_warm_up():
    full, warm = (train_blocks(norm="post", warmup=warmup, **SMALL).moved[1] for warmup in (0, 10))
    assert warm == pytest.approx(full / 10, rel=1e-3)


@pytest.mark.parametrize(("hidden", "width", "weights"), [(0, 9, 6), (1, 7, 37), (2, 5, 57), (4, 36, 4178)])
def test_a_plain_net_has_as_many_weights_as_one_counts(hidden, width, weights):
    record = train_plain(hidden, width=width, steps=1, seeds=2)
    assert record.weights == weights
    assert np.isnan(record.ratio).all() == (hidden == 0)


def test_frozen_plain_nets_start_as_free_ones_do_and_learn_less():
    free, frozen = (train_plain(2, width=32, steps=250, rate=0.01, seeds=3, frozen=frozen) for frozen in (False, True))
    np.testing.assert_array_equal(free.ratio, frozen.ratio)
    assert np.median(frozen.test) < np.median(free.test)


def test_the_spirals_need_depth_and_not_only_weights():
    none, wide, _, deep, frozen = compare_spirals().test
    assert max(*none, *frozen) < 0.65 < min(wide)
    assert max(wide) < min(deep)


def test_the_picture_of_the_spirals_holds_its_points_and_its_accuracies():
    record = compare_spirals()
    picture = show(record)
    plane, right = picture.figure.axes
    assert sum(len(line.get_xdata()) for line in plane.lines) == len(record.points)
    for line, test in zip(right.lines, record.test, strict=False):
        np.testing.assert_array_equal(line.get_xdata(), test)
    assert f"4 layers of 36 units {np.median(record.test[3]):.2f}" in picture.caption


def test_no_two_curves_of_a_picture_share_a_colour():
    norm = dict(norm="batch", skip="activation_first")
    kinds = ({}, dict(norm="batch"), norm, dict(alpha=0.1, **norm), dict(alpha=0.5, **norm))
    picture = show([shatter(depth=2, width=8, points=32, seeds=2, **kind) for kind in kinds])
    assert len({line.get_color() for line in picture.figure.axes[0].lines[:5]}) == 5


def test_a_live_picture_moved_to_another_record_is_the_fresh_picture_pixel_for_pixel():
    records = [train_blocks(norm=norm, **SMALL | dict(rate=rate)) for norm, rate in (("pre", 0.003), ("post", 0.1))]
    live = BlocksPlot(records[0])
    for record in (records[1], records[0]):
        live.update(record)
        np.testing.assert_array_equal(pixels(live), pixels(BlocksPlot(record)))
