"""What lesson 09 trains: nets of many blocks, their controls and their pictures."""

from __future__ import annotations

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad.lessons.deep_training import best, show
from vgrad.lessons.deep_training.draw import BlocksPlot
from vgrad.lessons.deep_training.measure import train_blocks, trained, watch_blocks

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


@pytest.mark.parametrize(("name", "cell"), [("sigmoid_blocks", 11), ("warm_up", 13), ("spiral_blocks", 1)])
def test_a_stored_cell_says_what_running_says(name, cell):
    stored = course.load(name)[cell]
    np.testing.assert_allclose(trained(**stored.settings)["test"], stored.result["test"], atol=0.06)


def test_the_best_rate_is_that_of_the_training_batches_and_an_unknown_cell_is_refused():
    cell = best("warm_up", norm="pre", warmup=0)
    assert cell.settings["rate"] == 0.003
    assert best("warm_up", norm="pre", warmup=0, rate=0.001).settings["rate"] == 0.001
    with pytest.raises(ValueError, match=r"^settings is "):
        best("warm_up", norm="batch")


def test_the_spirals_need_blocks_that_learn():
    tests = {k: np.median(best("spiral_blocks", **k_).result["test"]) for k, k_ in (
        ("none", dict(blocks=0)), ("one", dict(blocks=1)), ("four", dict(blocks=4)),
        ("frozen", dict(blocks=4, frozen=True)),
    )}  # fmt: skip
    assert max(tests["none"], tests["frozen"]) < 0.65 < tests["one"] < 0.95 < tests["four"]


def test_a_live_picture_moved_to_another_record_is_the_fresh_picture_pixel_for_pixel():
    records = [train_blocks(norm=norm, **SMALL | dict(rate=rate)) for norm, rate in (("pre", 0.003), ("post", 0.1))]
    live = BlocksPlot(records[0])
    for record in (records[1], records[0]):
        live.update(record)
        np.testing.assert_array_equal(pixels(live), pixels(BlocksPlot(record)))
