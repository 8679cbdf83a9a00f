"""What lesson 13 measures and draws of the adding problem: who learns it, and how far a gradient reaches meanwhile."""

from __future__ import annotations

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad import data, models
from vgrad.kit.experiments.reach import keeping, networks
from vgrad.lessons.memory.draw import adding as memory_draw
from vgrad.lessons.memory.draw.adding import MemoryPlot
from vgrad.lessons.memory.measure import adding as memory_measure
from vgrad.lessons.memory.measure.scan import scan
from vgrad.lessons.memory.say import adding as memory_say


def test_training_is_watched_step_by_step_and_repeats():
    records = [*memory_measure.watch("gru", bias=1.0, T=8, width=6, steps=12, seeds=2, every=5)]
    assert [record.step for record in records] == [*range(13)]
    assert [record.measured for record in records] == [0] * 5 + [5] * 5 + [10] * 2 + [12]
    assert np.isfinite(records[-1].loss).all()
    assert np.isnan(records[3].loss[:, 3:]).all()
    assert records[-1].done
    again = memory_measure.train_memory("gru", bias=1.0, T=8, width=6, steps=12, seeds=2, every=5)
    np.testing.assert_array_equal(again.loss, records[-1].loss)
    np.testing.assert_array_equal(again.sizes, records[-1].sizes)
    np.testing.assert_allclose(again.sizes[:, -1], 1)


def test_solved_is_the_first_step_whose_window_is_low():
    record = next(memory_measure.watch("rnn", T=4, width=2, steps=60, seeds=3))
    loss = np.full((3, 60), 0.2)
    loss[1, 30:] = 0.0  # the mean of 25 is below 0.05 as soon as 19 are 0
    loss[2, 50:] = 0.0
    assert record._replace(loss=loss, step=60).solved == [None, 49, None]


def test_a_plain_cell_has_no_gate_that_keeps():
    record = next(memory_measure.watch("rnn", T=4, width=2, steps=2, seeds=2))
    assert np.isnan([record.open, record.widest]).all()


def test_the_unit_that_keeps_most_is_told_apart_from_the_mean():
    record = next(memory_measure.watch("gru", T=9, width=4, steps=1, seeds=2, seed=3))
    params = networks("gru", T=9, width=4, seeds=2, seed=3, readout=1, dtype="float32")
    xs, _ = data.adding(9, memory_measure.BATCH, rng=np.random.default_rng((3, 2)), dtype="float32")
    gate = keeping("gru", params.cell, xs[:, None], models.unroll("gru", params.cell, xs)[0]).astype(np.float64)
    kept = [
        [gate[:, seed, :, unit].prod() ** (1 / (9 * memory_measure.BATCH)) for unit in range(4)] for seed in range(2)
    ]
    np.testing.assert_allclose(record.open, gate.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(record.widest, np.max(kept, axis=1), rtol=1e-4)


@pytest.mark.parametrize("number", [0, 3, 8])
def test_the_stored_table_begins_as_training_begins_again(number):
    cell = course.load("adding")[number]
    kind = cell.settings["cell"]
    options = {key: value for key, value in cell.settings.items() if key not in ("cell", "steps")}
    record = memory_measure.train_memory(kind, steps=10, **options)
    np.testing.assert_allclose(record.loss.mean(axis=1), np.array(cell.result["loss"])[:, 0], rtol=2e-3)
    start = next(memory_measure.watch(kind, steps=10, **options))
    np.testing.assert_allclose(start.sizes[:, 0], cell.result["reach"][0], rtol=2e-3)
    stored_widest = np.array(cell.result["widest"][0], dtype=float)
    np.testing.assert_allclose(start.widest, stored_widest, rtol=2e-3, equal_nan=True)


def test_the_stored_table_says_who_adds():
    solved = {memory_say.name(cell): [s is not None for s in cell.result["solved"]] for cell in course.load("adding")}
    assert all(len(networks) == 5 for networks in solved.values())
    assert {cell.settings["steps"] for cell in course.load("adding")} == {800}
    for net in (
        "GRU, update bias 0",
        "GRU, update bias 1",
        "LSTM, chrono biases",
        "LSTM, forget bias 3, input bias -3",
    ):
        assert all(solved[net])
    assert not any(solved["RNN"] + solved["LSTM, forget bias 0"])
    for cell in course.load("adding"):
        ends = np.array(cell.result["loss"])[:, -1]
        assert (cell.settings["cell"] != "rnn") or (ends > 0.8 * data.ADDING_BASELINE).all()


def test_what_arrives_after_200_steps_tells_who_learns_and_what_arrives_before_does_not():
    """What arrives before training is largest where one network learns, and smallest where all five do."""
    learn, before, after = {}, {}, {}
    for net in course.load("adding"):
        kind = memory_say.name(net)
        learn[kind] = sum(step is not None for step in net.result["solved"])
        before[kind], after[kind] = (np.median(net.result["reach"][net.result["marks"].index(k)]) for k in (0, 200))
    assert {kind for kind in after if after[kind] > 1e-3} == {kind for kind in learn if learn[kind] >= 4}
    assert learn[min(before, key=lambda kind: before[kind])] == 5
    assert learn[max(before, key=lambda kind: before[kind])] == 1


def test_a_live_picture_of_training_moved_is_the_fresh_one_pixel_for_pixel():
    records = [*memory_measure.watch("gru", bias=1.0, T=8, width=6, steps=60, seeds=2)][1::20]
    records += [*memory_measure.watch("rnn", T=20, width=6, steps=9, seeds=1)][1::4]
    live = MemoryPlot(records[0])
    for record in [*records, *records[::-1]]:
        live.update(record)
        np.testing.assert_array_equal(pixels(live), pixels(MemoryPlot(record)))


def test_on_axes_that_have_grown_a_shorter_record_is_drawn_as_short_as_it_is():
    memory = [next(memory_measure.watch("gru", T=T, width=4, steps=5, seeds=2)) for T in (40, 8)]
    live = MemoryPlot(memory[0])
    live.update(memory[1], grow=True)
    assert live.time.get_xlim()[1] > 40
    assert list(live.arriving.median.get_xdata()) == [*range(9)]


def chosen(*names):
    return [cell for cell in course.load("adding") if memory_say.name(cell) in names]


def test_the_losses_say_who_solves_it_first_and_who_never_does():
    rnn, lstm, gru = cells = chosen("RNN", "LSTM, forget bias 1", "GRU, update bias 0")
    first, protocol, _ = memory_draw.losses(cells).caption.split("\n")
    last = max(gru.result["solved"])
    assert first.startswith(
        f'5 of 5 networks of the kind "GRU, update bias 0" learn to add, the last of them at step {last}.'
    )
    assert first.endswith('0 of 5 networks of the kind "RNN" learn to add.')
    assert protocol == "Sequences of 100 numbers: width 32, Adam at 0.01, medians of 5 networks."
    assert "at step" not in memory_draw.losses([rnn]).caption
    solved = max(filter(None, lstm.result["solved"]))
    assert memory_draw.losses([lstm]).caption.startswith(
        f'3 of 5 networks of the kind "LSTM, forget bias 1" learn to add, the last of them at step {solved}.\n'
    )
    assert memory_draw.losses(cells).png() == memory_draw.losses(cells).png()


def test_what_is_learnt_says_whose_gradient_rises_and_whose_falls():
    cells = chosen("RNN", "LSTM, forget bias 1", "GRU, update bias 0")
    finding, _ = memory_draw.learnt(cells).caption.split("\n")
    gru, rnn = (np.median(cells[k].result["reach"], axis=1) for k in (2, 0))
    assert f'In the net "GRU, update bias 0", {gru[0]:.1e} of the gradient'.replace("e-0", "e-") in finding
    assert 'In the net "RNN" it falls from 0.014 to' in finding
    assert f"to {rnn.min():.1e} on the way".replace("e-0", "e-") in finding
    assert "falls" not in memory_draw.learnt([cells[2]]).caption


def test_the_gate_opens_even_where_there_is_nothing_to_remember():
    (control,) = course.load("shuffled")
    (gru,) = chosen("GRU, update bias 0")
    assert control.settings == gru.settings | dict(shuffled=True, steps=200)
    assert not any(control.result["solved"])
    assert np.min(np.array(control.result["loss"])[:, 5:]) > 0.1
    for result in (control.result, gru.result):
        widest = dict(zip(result["marks"], result["widest"], strict=True))
        assert np.max(widest[0]) < 0.6
        assert np.min(widest[100]) > 0.8


def test_a_shuffled_batch_has_the_answers_of_its_sequences_in_another_order():
    pair = [memory_measure._batch(6, np.random.default_rng(0), shuffled) for shuffled in (False, True)]
    (xs, target), (same, other) = pair
    np.testing.assert_array_equal(xs, same)
    assert not np.array_equal(target, other)
    np.testing.assert_array_equal(np.sort(target, axis=0), np.sort(other, axis=0))


def test_the_stored_control_begins_as_training_begins_again():
    (cell,) = course.load("shuffled")
    options = {key: value for key, value in cell.settings.items() if key != "steps"}
    record = memory_measure.train_memory(steps=10, **options)
    np.testing.assert_allclose(record.loss.mean(axis=1), np.array(cell.result["loss"])[:, 0], rtol=2e-3)


# --- what can be computed ---------------------------------------------------------------------------------------------


def test_a_scan_adds_up_powers():
    v = np.random.default_rng(0).standard_normal((6, 3))
    powers = [[0.7 ** (t - s) if s <= t else 0.0 for s in range(6)] for t in range(6)]
    np.testing.assert_allclose(scan(0.7, v), np.array(powers) @ v, rtol=1e-12)
    assert scan(0.7, v.astype("float32")).dtype == np.float32
    assert scan(1, np.arange(4.0)[:, None])[:, 0].tolist() == [0, 1, 3, 6]
    assert scan(0.5, np.zeros((0, 2))).shape == (0, 2)
