"""What lesson 06 measures, draws and trains live: records step by step, stored tables, a task that is interrupted."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager

import course
import numpy as np
import pytest
from explored import Page, view

from vgrad import data, models, ops
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.experiments import training
from vgrad.kit.experiments.baseline import baseline
from vgrad.kit.experiments.training import TWIN, train_mlp, watch
from vgrad.kit.explorers import training as training_explorers
from vgrad.kit.explorers.training import TrainExplorer
from vgrad.kit.marks.flow import flow
from vgrad.lessons.gradient_flow.explore import gradient_flow
from vgrad.lessons.learning import explore as learning_explore
from vgrad.lessons.learning import measure as learning_measure
from vgrad.lessons.learning.draw import tables as learning_draw
from vgrad.lessons.learning.draw.readout import readouts
from vgrad.lessons.learning.draw.training import TrainPlot, losses
from vgrad.lessons.learning.say.training import middle, sentence

SMALL = dict(depth=2, width=8, batch=16, steps=12, seeds=3)


# --- watch and run ------------------------------------------------------------------------------------------------


def test_records_are_those_of_training_by_hand():
    """SGD over the same batches, one network at a time: loss, updates and movement."""
    *_, record = watch("tanh", rate=0.2, **SMALL)
    digits = data.digits(dtype="float32")
    for k in range(3):
        kind = dict(scheme="xavier_normal", activation="tanh", dtype="float32")
        start = params = models.init_mlp([64, 8, 8, 10], rng=np.random.default_rng((0, 0, k)), **kind)
        batches = data.batches(digits.x_train, digits.y_train, 16, rng=np.random.default_rng((0, 1)))
        for step, (x, y) in zip(range(12), batches, strict=False):
            logits, tape = models.mlp(params, x, "tanh")
            loss, pullback = ops.softmax_cross_entropy(logits, y)
            assert record.loss[k, step] == pytest.approx(loss, rel=1e-4)
            before, (grads, _) = params, models.gradients(tape, pullback())
            params = [
                models.Layer(ops.Affine(p.affine.W - 0.2 * d.affine.W, p.affine.b - 0.2 * d.affine.b))
                for p, d in zip(params, grads, strict=True)
            ]
        for sizes, old in ((record.update, before), (record.movement, start)):
            for size, then, now in zip(sizes[k], old, params, strict=True):
                moved = np.linalg.norm(now.affine.W - then.affine.W) / np.linalg.norm(then.affine.W)
                assert size == pytest.approx(moved, rel=1e-3)


def test_each_step_has_a_record_of_its_own_and_run_is_the_last():
    records = [*watch("relu", scheme="he_normal", **SMALL)]
    assert [record.step for record in records] == list(range(1, 13))
    assert [record.done for record in records] == [False] * 11 + [True]
    for record in records:
        assert np.isfinite(record.loss[:, : record.step]).all()
        assert np.isnan(record.loss[:, record.step :]).all()
        assert record.steps == 12
    last = train_mlp("relu", scheme="he_normal", **SMALL)
    np.testing.assert_array_equal(last.loss, records[-1].loss)
    np.testing.assert_allclose(last.final, last.loss[:, -10:].mean(axis=1))


def test_the_first_networks_are_the_same_however_many_there_are():
    one, three = (train_mlp("tanh", **SMALL | dict(seeds=seeds)) for seeds in (1, 3))
    np.testing.assert_allclose(one.loss[0], three.loss[0], rtol=1e-5)


def test_a_frozen_layer_does_not_move_and_all_others_do():
    for optimizer in ("sgd", "momentum", "adam"):
        record = train_mlp("tanh", optimizer=optimizer, rate=0.01, frozen=(2,), **SMALL)
        assert (record.movement[:, 1] == 0).all()
        assert (record.movement[:, [0, 2]] > 0).all()


def test_a_twin_begins_as_the_tanh_net():
    """The same loss before the first update, to float32."""
    twin = next(watch("sigmoid", scheme=TWIN, **SMALL))
    tanh = next(watch("tanh", **SMALL))
    np.testing.assert_allclose(twin.loss[:, 0], tanh.loss[:, 0], rtol=1e-4)


def test_training_ends_where_numbers_are_no_longer_finite():
    record = train_mlp("relu", scheme="he_normal", rate=1e30, **SMALL)
    assert record.trouble
    assert record.done
    assert record.step < 12
    assert np.isnan(record.update).all()
    assert "layers is not finite" in sentence(record)
    TrainPlot(record).png()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (dict(activation="sine"), "activation"),
        (dict(scheme="huge"), "scheme"),
        (dict(activation="tanh", scheme=TWIN), "scheme"),
        (dict(norm="group"), "norm"),
        (dict(optimizer="newton"), "optimizer"),
        (dict(rate=-1.0), "rate"),
        (dict(depth=0), "depth"),
        (dict(steps=0), "steps"),
        (dict(seeds=0), "seeds"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(settings, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        train_mlp(**settings)


# --- the stored tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "k"), [("depth_paradox", 0)])
def test_stored_cells_come_out_again(name, k):
    """To a few percent, as training enlarges rounding.

    At rates on the edge of divergence it enlarges rounding without limit, and another processor may then go another
    way. So a cell is run again whose rates lie on either side of that edge.
    """
    cell = course.load(name)[k]
    (again,) = course.compute(name, [cell.settings])
    for key, numbers in cell.result.items():
        np.testing.assert_allclose(
            np.array(again.result[key], float), np.array(numbers, float), rtol=0.1, atol=0.05, err_msg=key
        )


def test_the_best_rate_counts():
    settings = dict(activation="tanh", scheme="xavier_normal", optimizer="sgd", **SMALL | dict(steps=30))
    best = training.deep(rates=[0.001, 0.3], **settings)
    assert best["rate"] == 0.3
    assert best["loss"].shape == (3,)


# --- pictures -------------------------------------------------------------------------------------------------------


def test_a_picture_moved_on_is_the_fresh_picture_pixel_for_pixel():
    records = [*watch("tanh", **SMALL)]
    records += [
        train_mlp("sigmoid", rate=0.3, **SMALL | dict(depth=9)),
        train_mlp("relu", scheme="he_normal", rate=1e30, **SMALL),
    ]
    plot = TrainPlot(records[0])
    for record in (records[5], records[11], records[12], records[13], records[0]):
        plot.update(record)
        assert plot.png() == TrainPlot(record).png()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("steps", [5, 300])
def test_the_name_of_the_rule_is_on_no_curve(activation, steps):
    plot = TrainPlot(train_mlp(activation, depth=6, rate=0.1, steps=steps))
    box = plot.rule.get_window_extent().transformed(plot.layers.transData.inverted())
    for row in plot.rows.values():
        y = np.interp(np.linspace(box.x0, box.x1, 20), *row.median.get_data())
        assert not ((box.y0 < y) & (y < box.y1)).any()


def test_middle_takes_what_is_not_a_number_for_infinite():
    low, median, high = middle(np.array([[1.0], [np.nan], [3.0], [2.0], [np.inf]]))
    assert (low[0], median[0], high[0]) == (1, 3, np.inf)


def test_still_pictures_say_their_numbers():
    sigmoid, tanh = (train_mlp(name, **SMALL) for name in ("sigmoid", "tanh"))
    held = train_mlp("tanh", frozen=(1,), **SMALL)
    caption = losses([sigmoid, tanh, held]).caption
    assert f"Tanh, layer 1 frozen, ends at a loss of {np.median(held.final):.1g}" in caption
    assert f", with {100 * np.median(held.test):.0f} % and {100 * np.median(held.right):.0f} %." in caption
    assert losses([sigmoid, tanh]).png() == losses([sigmoid, tanh]).png()


def test_the_picture_of_the_stored_table_says_its_test_pictures_and_has_the_baseline():
    cells = course.load("depth_paradox")
    picture = learning_draw.paradox(cells)
    assert "Sigmoid nets of 2, 5 and 50 layers classify 91 %, 10 % and 10 % correctly." in picture.caption
    heights = {float(np.round(line.get_ydata()[0], 3)) for line in picture.figure.axes[0].lines}
    for name in ("accuracy", "test"):
        assert float(np.round(np.median(cells[0].result[f"baseline_{name}"]), 3)) in heights


# --- the baseline -----------------------------------------------------------------------------------------------------


def test_the_baseline_is_a_linear_net_trained_by_hand():
    """SGD with momentum on the batches of ``watch``, one network at a time, and the test set at the end."""
    digits = data.digits(dtype="float32")
    beside = baseline(steps=30, batch=16)
    for k in range(2):
        kind = dict(scheme="xavier_normal", dtype="float32")
        (layer,) = models.init_mlp([64, 10], rng=np.random.default_rng((0, 0, k)), **kind)
        W, b = layer.affine
        speeds = [0.0, 0.0]
        batches = data.batches(digits.x_train, digits.y_train, 16, rng=np.random.default_rng((0, 1)))
        for step, (x, y) in zip(range(30), batches, strict=False):
            loss, pullback = ops.softmax_cross_entropy(x @ W + b, y)
            assert beside.loss[k, step] == pytest.approx(loss, rel=1e-3)
            dz = pullback()
            speeds = [0.9 * v + d for v, d in zip(speeds, (x.T @ dz, dz.sum(axis=0)), strict=True)]
            W, b = W - 0.1 * speeds[0], b - 0.1 * speeds[1]
        right = np.mean((digits.x_test @ W + b).argmax(axis=1) == digits.y_test)
        assert beside.test[k] == pytest.approx(right, abs=0.01)
        moved = np.linalg.norm(W - layer.affine.W) / np.linalg.norm(layer.affine.W)
        assert beside.movement[k] == pytest.approx(moved, rel=1e-3)


def test_the_baseline_is_computed_once_and_cannot_be_overwritten():
    assert baseline(steps=20, batch=16) is baseline(steps=20, batch=16)
    assert baseline(steps=20, batch=16) is not baseline(steps=21, batch=16)
    for array in baseline(steps=20, batch=16)[2:]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("seed", range(3))
def test_the_baseline_reads_what_the_course_says(seed):
    """94 to 99 % of training and about nine in ten of the test pictures, in eighty steps."""
    beside = baseline(steps=80, batch=64, seed=seed)
    assert np.all((beside.right > 0.94) & (beside.right < 0.995))
    assert np.all((beside.test > 0.86) & (beside.test < 0.94))


def test_every_training_picture_has_the_baseline():
    record = train_mlp("tanh", **SMALL)
    end = np.median(record.baseline.loss, axis=0)
    plot = TrainPlot(record)
    np.testing.assert_allclose(plot.baseline.get_ydata(), end)
    assert "A net without a hidden layer classifies" in sentence(record)
    assert any(line.get_linestyle() == "--" or line.is_dashed() for line in losses([record]).figure.axes[0].lines)
    assert "A net without a hidden layer ends at" in losses([record]).caption


def test_no_label_of_the_losses_is_struck_through_by_the_axis():
    figure = losses([train_mlp("tanh", rate=0.1)]).figure
    figure.canvas.draw()
    (axes,) = figure.axes
    labels = [text for text in axes.texts if "%" in text.get_text()]
    assert len(labels) == 2
    assert min(label.get_window_extent().y0 for label in labels) > axes.bbox.y0


def test_test_accuracy_is_of_the_test_set():
    record = train_mlp("tanh", **SMALL | dict(steps=60))
    digits = data.digits(dtype="float32")
    for k, share in enumerate(record.test):
        one = [models.Layer(ops.Affine(p.affine.W[k], p.affine.b[k])) for p in record.params]
        logits, _ = models.mlp(one, digits.x_test, "tanh")
        assert share == np.mean(logits.argmax(axis=1) == digits.y_test)


def test_a_net_trains_where_each_network_reads_more_than_three_in_ten():
    record = train_mlp("tanh", **SMALL | dict(steps=200, rate=0.3))
    assert learning_measure.trains(record)
    start = train_mlp("tanh", **SMALL | dict(steps=1)).params
    one_fails = [models.Layer(ops.Affine(*(a.copy() for a in layer.affine))) for layer in record.params]
    for layer, fresh in zip(one_fails, start, strict=True):
        layer.affine.W[1] = fresh.affine.W[1]
        layer.affine.b[1] = fresh.affine.b[1]
    assert not learning_measure.trains(record._replace(params=one_fails))


# --- the readout ------------------------------------------------------------------------------------------------------

LITTLE = dict(depths=(0, 2), seeds=3, width=16)


def test_a_readout_is_least_squares_of_the_centred_and_scaled_h():
    digits = data.digits()
    record = learning_measure.readout("tanh", **LITTLE)
    for k in range(2):
        kind = dict(scheme="xavier_normal", activation="tanh")
        layers = models.init_mlp([64, 16, 16, 10], rng=np.random.default_rng((0, 0, k)), **kind)[:-1]
        train, test = (models.hidden(layers, x, "tanh")[0] for x in (digits.x_train, digits.x_test))
        Z = (train - train.mean(axis=0)) / train.std(axis=0)
        targets = np.eye(10)[digits.y_train]
        V = np.linalg.solve(Z.T @ Z, Z.T @ (targets - targets.mean(axis=0)))
        scores = (test - train.mean(axis=0)) / train.std(axis=0) @ V + targets.mean(axis=0)
        assert record.test[1, k] == np.mean(scores.argmax(axis=1) == digits.y_test)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_read_of_sigmoid_layers(seed):
    """In float64 both depths are read, and in float32 six layers alone; the control reads what guessing does."""
    wide, narrow = (
        learning_measure.readout(precision=p, depths=(6, 20), seeds=5, seed=seed) for p in ("float64", "float32")
    )
    assert np.median(wide.test[0]) > 0.75
    assert np.median(wide.test[1]) > 0.65
    assert np.median(narrow.test[0]) > 0.75
    assert np.all(narrow.test[1] < 0.25)
    assert np.all(learning_measure.readout(depths=(6,), shuffled=True, seed=seed).test < 0.25)


def test_tanh_differs_more_and_is_read_less():
    sigmoid, tanh = (learning_measure.readout(name, depths=(6,)) for name in ("sigmoid", "tanh"))
    assert np.all(sigmoid.fraction < 1e-3)
    assert np.all(tanh.fraction > 0.5)
    assert np.median(tanh.test) < np.median(sigmoid.test)


def _without_scaling(h, by):
    return np.column_stack([np.asarray(h, np.float32), np.ones(len(h), np.float32)])


def _turned_round(h, by):
    return np.column_stack([(h - by.mean(axis=0)) / by.std(axis=0), np.ones(len(h))])[::-1]


@pytest.mark.parametrize("planted", [_without_scaling, _turned_round])
def test_a_planted_error_in_the_scaling_is_seen(planted, monkeypatch):
    right = learning_measure.readout(depths=(10,), seeds=2)
    monkeypatch.setattr(learning_measure, "_scaled", planted)
    assert np.all(learning_measure.readout(depths=(10,), seeds=2).train < right.train - 0.03)


def test_the_readout_does_not_see_the_labels_of_the_test_pictures(monkeypatch):
    """Where these change places, as many training pictures are read, and of the test pictures what guessing reads."""
    before = learning_measure.readout("tanh", **LITTLE)
    digits = data.digits
    rng = np.random.default_rng(0)

    def planted(**options):
        return digits(**options)._replace(y_test=rng.permutation(digits().y_test))

    monkeypatch.setattr(learning_measure.data, "digits", planted)
    after = learning_measure.readout("tanh", **LITTLE)
    np.testing.assert_array_equal(after.train, before.train)
    assert np.all(after.test < 0.2)


def test_sgd_on_units_as_they_are_is_the_training_with_frozen_hidden_layers():
    for activation in ("sigmoid", "tanh"):
        frozen = training.train_mlp(activation, depth=2, width=16, seeds=3, steps=60, rate=0.3, frozen=(1, 2))
        read = learning_measure.sgd_readout(activation=activation, depth=2, width=16, seeds=3, steps=60, rate=0.3)
        np.testing.assert_allclose(read, frozen.test, atol=0.011)


@pytest.mark.parametrize("seed", range(5))
def test_sgd_reads_a_buried_signal_only_when_its_units_are_centred_and_scaled(seed):
    shares = {units: learning_measure.sgd_readout(units, seed=seed) for units in learning_measure.UNITS}
    assert shares["as they are"].max() < 0.2
    assert shares["centred"].max() < 0.2
    assert np.median(shares["centred and scaled"]) > 0.6


def test_a_readout_after_no_training_is_the_readout_before_it():
    start = training.train_mlp("tanh", depth=2, width=16, seeds=3, steps=1, rate=0.0)
    before = learning_measure.readout("tanh", precision="float32", depths=(2,), seeds=3, width=16)
    np.testing.assert_allclose(learning_measure.readout_after(start), before.test[0], atol=0.011)


@pytest.mark.parametrize("seed", range(5))
def test_of_forty_sigmoid_layers_only_those_with_batch_norm_are_read(seed):
    shares = {
        norm: learning_measure.readout(norm=norm, precision="float32", depths=(40,), seed=seed).test
        for norm in ("none", "layer", "batch")
    }
    assert max(shares["none"].max(), shares["layer"].max()) < 0.2
    assert np.median(shares["batch"]) > 0.3
    for norm in ("none", "layer", "batch"):
        kind = dict(norm=norm, precision="float32", depths=(40,), seed=seed)
        assert np.median(learning_measure.readout("relu", **kind).test) < 0.33


def test_h_that_overflows_is_not_read():
    record = learning_measure.readout("identity", precision="float32", depths=(2, 900), width=100, seeds=1)
    assert np.isfinite(record.test[0]).all()
    sizes = record._replace(test=np.full((2, 1), np.nan), train=np.full((2, 1), np.nan))
    assert "no longer finite" in readouts([sizes]).caption


def test_the_picture_of_readouts_says_its_ends_and_draws_the_pixels():
    record = learning_measure.readout(**LITTLE)
    picture = readouts([record, record._replace(shuffled=True)])
    pixels, deep = (f"{100 * np.median(record.test[k]):.0f} %" for k in (0, 1))
    assert f"With float64 the readout share is {deep} after 2 layers." in picture.caption
    assert f"From the pixels it is {pixels}." in picture.caption
    assert "With shuffled labels" in picture.caption


# --- the live explorer ------------------------------------------------------------------------------------------------


@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.setattr(training_explorers, "MOMENT", 0.0)
    yield learning_explore.train_mlp(depth=2, seeds=2, steps=20)
    if TrainExplorer.current is not None:
        TrainExplorer.current.stop()


def test_without_a_loop_train_goes_to_the_end_at_once(explorer):
    assert explorer.record.step == training_explorers.FIRST
    explorer.train()
    assert (explorer.record.step, explorer.training) == (20, False)
    assert "After 20 of 20 steps" in explorer.caption
    explorer.train()  # anew, and the same
    assert explorer.record.step == 20


def offered(explorer):
    """Which of the two is not dimmed."""
    (one,) = (b for b in (explorer._train, explorer._stop) if "vgrad-off" not in b._dom_classes)
    return one.description


async def _until(true, turns=400):
    for _ in range(turns):
        if true():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def test_with_a_loop_the_page_has_its_turn_and_the_end_is_the_same(explorer):
    async def page():
        seen = set()
        explorer.train()
        assert explorer.training
        assert offered(explorer) == "Stop"
        explorer.train()  # hammering starts nothing twice
        await _until(lambda: seen.add(explorer._progress.value) or not explorer.training)
        return seen

    seen = asyncio.run(page())
    assert len(seen) > 3
    assert offered(explorer) == "Train"
    at_once = learning_explore.train_mlp(depth=2, seeds=2, steps=20)
    at_once.run()
    np.testing.assert_array_equal(explorer.record.loss, at_once.record.loss)
    assert explorer.png() == at_once.png()


def test_stop_keeps_what_is_learnt_and_train_goes_on(explorer):
    async def page():
        explorer.train()
        await _until(lambda: explorer.record.step > training_explorers.FIRST + 2)
        explorer.stop()
        where = explorer.record.step
        await asyncio.sleep(0.03)
        assert explorer.record.step == where < 20
        for _ in range(20):  # hammering
            explorer.train()
            explorer.stop()
        explorer.train()
        await _until(lambda: not explorer.training)

    asyncio.run(page())
    assert explorer.record.step == 20


def test_what_was_trained_stays_in_grey_until_something_else_is_trained_and_not_after_a_preset(explorer):
    explorer.run()
    trained = explorer.record
    explorer.set(activation="tanh")
    explorer.controls["rate"].value = 0.2
    assert explorer._before is trained
    assert explorer._view.ghost
    explorer.run()
    other = explorer.record
    explorer.set(depth=3)
    assert explorer._before is other
    explorer._preset(dict(depth=2, seeds=2, steps=20))
    begun = explorer.record
    explorer.set(depth=4)
    assert explorer._before is begun


@pytest.mark.parametrize("move", [lambda e: e.set(depth=3), lambda e: e.reset(), lambda e: e.set(rate=0.2)])
def test_a_move_of_a_control_begins_anew(explorer, move):
    async def page():
        explorer.set(depth=4)
        explorer.train()
        await _until(lambda: explorer.record.step > training_explorers.FIRST + 2)
        move(explorer)
        assert explorer.record.step == training_explorers.FIRST
        await asyncio.sleep(0.03)
        assert (explorer.record.step, explorer.training) == (training_explorers.FIRST, False)

    asyncio.run(page())


def test_a_cell_run_twice_does_not_train_twice(explorer):
    async def page():
        explorer.train()
        await asyncio.sleep(0.01)
        other = learning_explore.train_mlp(depth=2, seeds=2, steps=20)
        where = explorer.record.step
        other.train()
        await asyncio.sleep(0.05)
        assert explorer.record.step == where
        assert TrainExplorer.current in (other, None)
        other.stop()

    asyncio.run(page())


def test_an_interrupt_or_an_error_while_training_ends_it_and_not_the_kernel(explorer, monkeypatch):
    async def page(problem):
        def broken():
            raise problem

        explorer.reset()
        monkeypatch.setattr(explorer, "_for_a_moment", broken)
        explorer.train()
        await asyncio.sleep(0.05)
        assert not explorer.training
        monkeypatch.undo()

    asyncio.run(page(KeyboardInterrupt()))
    assert "ended with" not in explorer._busy.value
    asyncio.run(page(RuntimeError("no")))
    assert "Training ended with RuntimeError" in explorer._busy.value
    explorer.train()
    assert explorer.record.done


@contextmanager
def loop_elsewhere():
    """A loop on a thread of its own, as a kernel has for a page's controls; yields how to call there, and to end it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def call(function):
        return function()

    def end():
        if thread.is_alive():
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    try:
        yield lambda function: asyncio.run_coroutine_threadsafe(call(function), loop).result(30), end
    finally:
        end()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_train_on_one_thread_and_stop_on_another(monkeypatch):
    """Nothing moves after Stop, and the last sentence is the one that a screen reader is told."""
    monkeypatch.setattr(training_explorers, "MOMENT", 0.2)  # longer than a picture takes: Stop comes within it
    explorer = learning_explore.train_mlp(depth=20, seeds=10, steps=600)
    with loop_elsewhere() as (there, _):
        for _ in range(4):
            explorer.reset()
            there(explorer.train)
            step = explorer.record.step
            while explorer.training and explorer.record.step == step:
                time.sleep(0.001)
            explorer.stop()
            step, shown = explorer.record.step, view(explorer).value
            assert step < 600
            time.sleep(0.4)
            assert (explorer.record.step, explorer.training) == (step, False)
            assert view(explorer).value == shown
            assert f"After {step} of 600 steps" in shown
            assert f"After {step} of 600 steps" in Page(explorer).aloud
            assert offered(explorer) == "Train"


def test_training_can_go_on_where_the_loop_is_gone_in_which_it_began(explorer):
    """A page that is closed takes its thread away in the middle of training."""
    explorer.set(steps=600)
    with loop_elsewhere() as (there, end):
        there(explorer.train)
        end()
        assert not explorer.training
        explorer.train()  # here, where no loop runs
        assert explorer.record.done


def test_threads_that_draw_at_once_draw_what_one_alone_draws():
    """One explorer that is moved by two threads, and still pictures as cells draw them."""

    def move():
        for depth in depths * 5:
            explorer.set(depth=depth)
            seen.append(explorer.png())

    def draw():
        for _ in range(10):
            seen.append(flow(record).png())

    depths, explorer = (5, 9, 13, 17), gradient_flow(width=16, seeds=5)
    record = flow_experiments.flow(activation="tanh", depth=8, width=16, seeds=5)
    right, seen = {flow(record).png()}, []
    for depth in depths:
        explorer.set(depth=depth)
        right.add(explorer.png())
    threads = [threading.Thread(target=do) for do in (move, draw, move, draw)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 60
    assert set(seen) == right


def test_a_saved_page_shows_the_first_steps(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert "After 5 of 20 steps" in data["text/plain"]
    assert "image/png" in data
