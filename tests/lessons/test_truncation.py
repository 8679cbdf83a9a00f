"""What truncated backpropagation through time loses: the error of its gradient, and what is learned in windows."""

from __future__ import annotations

import itertools

import course
import numpy as np
import pytest

from vgrad import models, ops, train
from vgrad.kit.experiments.reach import networks
from vgrad.kit.marks import grammar
from vgrad.lessons import memory
from vgrad.lessons.memory.draw import truncation as draw
from vgrad.lessons.memory.measure import adding, truncation
from vgrad.lessons.memory.say import truncation as say
from vgrad.tape import leaves, tree_map

SMALL = dict(T=10, width=5, batch=3, seeds=2, lag=3)


# --- the gradient -----------------------------------------------------------------------------------------------------


def cut_by_hand(cell, params, xs, doutputs, span):
    """The gradient of the cell, of short tapes each of which begins in a state that is only a number to it."""
    state, total = None, None
    for start in range(0, len(xs), span):
        outputs, tape = models.unroll(cell, params, xs[start : start + span], state)
        grads = models.through_time(tape, doutputs[start : start + len(outputs)])[0]
        total = grads if total is None else tree_map(np.add, total, grads)
        state = tape[-2].output
    return np.concatenate([array.reshape(2, -1) for array in leaves(total.cell)], axis=-1)


@pytest.mark.parametrize(("cell", "options"), [("rnn", dict(gain=0.7)), ("gru", {}), ("lstm", dict(bias=3.0))])
def test_the_truncated_gradient_is_that_of_a_tape_cut_by_hand(cell, options):
    record = memory.truncation(cell, spans=(1, 4, 10), **options, **SMALL)
    params = networks(cell, readout=2, T=10, width=5, seeds=2, **options)
    xs = np.random.default_rng((0, 1)).standard_normal((10, 2, 3, 2))
    outputs = models.unroll(cell, params, xs)[0]
    asked = np.zeros_like(xs)
    asked[3:] = xs[:-3]
    doutputs = 2 * (outputs - asked) / (3 * 2)  # of the mean square over 3 samples of 2 numbers, at each step
    whole = cut_by_hand(cell, params, xs, doutputs, 10)
    for k, span in enumerate(record.spans):
        cut = cut_by_hand(cell, params, xs, doutputs, span)
        for seed in range(2):
            size = np.linalg.norm(whole[seed])
            error = np.linalg.norm(cut[seed] - whole[seed]) / size
            cosine = cut[seed] @ whole[seed] / np.linalg.norm(cut[seed]) / size
            assert record.error[seed, k] == pytest.approx(error, rel=1e-9, abs=1e-12)
            assert record.cosine[seed, k] == pytest.approx(cosine, rel=1e-9)


def test_a_span_of_all_steps_cuts_nothing():
    record = memory.truncation("gru", spans=(2, 10, 99), **SMALL)
    assert (record.error[:, 0] > 0.01).all()
    np.testing.assert_array_equal(record.error[:, 1:], 0)
    np.testing.assert_allclose(record.cosine[:, 1:], 1, rtol=1e-12)


def test_truncation_hurts_the_net_that_remembers_and_hardly_the_net_that_forgets():
    """At all five seeds; the same LSTM with a forget bias of 0 is the control."""
    remembers, forgets = memory.truncation("lstm", bias=3.0), memory.truncation("rnn", gain=0.7)
    control = memory.truncation("lstm", bias=0.0)
    assert (remembers.error[:, 2] > 0.8).all()
    assert (remembers.cosine[:, 2] < 0.6).all()
    assert (forgets.error[:, 2] < 0.2).all()
    assert (forgets.cosine[:, 2] > 0.95).all()
    assert (control.error[:, 2] < 0.6).all()
    assert (np.diff(np.median(remembers.error, axis=0)) < 0).all()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (dict(spans=()), "spans"),
        (dict(spans=(1, 0)), "spans"),
        (dict(spans=4), "spans"),
        (dict(lag=0), "lag"),
        (dict(bias=1.0), "bias"),
        (dict(gain=np.nan), "gain"),
        (dict(T=1), "T"),
    ],
)
def test_a_truncation_refuses_what_it_cannot_do(options, named):
    with pytest.raises((ValueError, TypeError), match=rf"^(len\()?{named}\b.* is "):
        memory.truncation("rnn", **options)


# --- the echo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lag", "span"), [(3, 1), (3, 3), (2, 5), (7, 4)])
def test_the_answer_is_the_bit_of_lag_steps_ago_across_all_windows(lag, span):
    xs, labels = (
        np.concatenate(parts)
        for parts in zip(*itertools.islice(truncation._stream(lag, span, (0, 1)), 12), strict=True)
    )
    assert set(np.unique(xs)) == {-1.0, 1.0}
    assert 0.4 < labels.mean() < 0.6
    np.testing.assert_array_equal(labels[lag:], xs[:-lag, :, 0] > 0)


def test_all_spans_hear_the_same_networks_and_the_first_are_the_same_however_many():
    two, three = (truncation._listeners("rnn", 6, seeds, 4) for seeds in (2, 3))
    tree_map(lambda a, b: np.testing.assert_array_equal(a, b[:2]), two, three)
    W_h = three.cell.W_h[2]
    np.testing.assert_allclose(W_h @ W_h.T, np.eye(6), atol=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_windows_are_the_spans_of_one_long_tape_that_is_truncated(cell):
    params = truncation._listeners(cell, 5, 2, 0)
    batches = [*itertools.islice(truncation._stream(2, 4, (0, 1)), 3)]
    model = truncation._listening(cell, carried=True, frozen=False)
    runs = [model(params, batch) for batch in batches]
    xs, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    outputs, tape = models.unroll(cell, params, xs)
    labels = np.broadcast_to(labels[:, None], outputs.shape[:-1])
    loss, pullback = ops.softmax_cross_entropy(outputs, labels)
    doutputs = pullback(np.full_like(loss, 1 / 4))
    close = dict(rtol=2e-4, atol=1e-6)  # of float32
    summed = tree_map(lambda *grads: sum(grads), *(run.grads for run in runs))
    tree_map(
        lambda a, b: np.testing.assert_allclose(a, b, **close),
        summed,
        models.through_time(tape, doutputs, truncate=4)[0],
    )
    np.testing.assert_allclose(np.mean([run.loss for run in runs], axis=0), loss.mean(axis=0), **close)
    np.testing.assert_allclose(
        np.mean([run.accuracy for run in runs], axis=0), (outputs.argmax(-1) == labels).mean(axis=(0, 2)), **close
    )
    whole = models.through_time(tape, doutputs)[0]
    assert max(abs(a - b).max() for a, b in zip(leaves(whole), leaves(summed), strict=True)) > 1e-3


def test_a_reset_window_begins_in_nought_and_a_frozen_cell_stays():
    params = truncation._listeners("gru", 5, 2, 0)
    first, second = itertools.islice(truncation._stream(2, 4, (0, 1)), 2)
    alone = train.sequence("gru", last=False)(params, (second[0], second[1]))
    runs = {}
    for carried, frozen in itertools.product((True, False), repeat=2):
        model = truncation._listening("gru", carried, frozen)
        model(params, first)
        runs[carried, frozen] = model(params, second)
    for reset in (runs[False, False], runs[False, True]):
        np.testing.assert_allclose(reset.loss, alone.loss, rtol=1e-5)
    assert (abs(runs[True, False].loss - alone.loss) > 1e-4).all()
    for frozen in (runs[True, True], runs[False, True]):
        assert all((array == 0).all() for array in leaves(frozen.grads.cell))
        assert all((array != 0).any() for array in leaves(frozen.grads.readout))
    assert all((array != 0).any() for array in leaves(runs[True, False].grads.cell))


def test_a_gru_learns_the_echo_where_a_window_holds_an_input_and_its_echo_and_not_below():
    """The controls are the state that is reset, and the readout that learns alone."""
    learned, below = memory.echo(4, 5), memory.echo(4, 4)
    reset = memory.echo(4, 5, carried=False)
    alone = memory.echo(4, 5, frozen=True)
    assert (learned.accuracy > 0.98).all()
    assert (alone.accuracy < 0.85).all()
    assert np.median(below.accuracy) < 0.85
    assert reset.expected == pytest.approx(0.6)
    np.testing.assert_allclose(reset.accuracy, reset.expected, atol=0.03)
    np.testing.assert_allclose(reset.by_position[:, :4], 0.5, atol=0.06)
    assert (reset.by_position[:, 4] > 0.98).all()
    assert learned.course.shape == learned.loss.shape == (5, 400)


@pytest.mark.parametrize(
    ("lag", "span", "expected"), [(4, 2, 0.5), (4, 4, 0.5), (4, 5, 0.6), (4, 8, 0.75), (4, 16, 0.875)]
)
def test_what_is_expected_of_one_who_knows_its_own_window(lag, span, expected):
    record = memory.echo(lag, span, steps=span, width=2, seeds=1, carried=False)
    assert record.expected == pytest.approx(expected)


def test_an_echo_repeats_and_its_first_networks_are_the_same():
    few, again, more = (memory.echo(2, 3, steps=30, width=4, seeds=seeds, seed=1) for seeds in (1, 1, 2))
    np.testing.assert_array_equal(few.course, again.course)
    np.testing.assert_allclose(few.loss, more.loss[:1], rtol=1e-3)
    assert not np.allclose(few.loss, memory.echo(2, 3, steps=30, width=4, seeds=1, seed=2).loss)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (dict(lag=0), "lag"),
        (dict(span=0), "span"),
        (dict(span=31), "span"),
        (dict(cell="lstm"), "cell"),
        (dict(carried=1), "carried"),
        (dict(frozen=None), "frozen"),
        (dict(steps=10**6), "steps"),
    ],
)
def test_an_echo_refuses_what_it_cannot_do(options, named):
    with pytest.raises((ValueError, TypeError), match=rf"^{named} is "):
        memory.echo(**(dict(lag=2, span=3, steps=30) | options))


# --- a gradient of the last steps -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["relu_rnn", "lstm", "gru"])
def test_the_gradient_of_the_last_steps_is_the_truncated_one(cell):
    """Where the span divides T, through_time cuts at the same place."""
    params = models.init_recurrent(cell, 2, 4, rng=np.random.default_rng(0), readout=1, ensemble=(3,))
    rng = np.random.default_rng(1)
    batch = rng.standard_normal((12, 5, 2)), rng.standard_normal((5, 1))
    for span in (1, 3, 6):
        mine = adding._model(cell, span)(params, batch)
        its = train.sequence(cell, truncate=span)(params, batch)
        np.testing.assert_allclose(mine.loss, its.loss, rtol=1e-12)
        tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14), mine.grads, its.grads)
    short, long = (adding._model(cell, span)(params, batch).grads.cell.W_x for span in (3, 6))
    assert abs(short - long).max() > 1e-6


def test_watch_shows_nothing_before_the_span():
    cut, whole = (next(memory.watch("gru", T=9, width=4, steps=1, seeds=2, span=span)) for span in (4, None))
    np.testing.assert_array_equal(cut.sizes[:, :6], 0)
    np.testing.assert_array_equal(cut.sizes[:, 6:], whole.sizes[:, 6:])
    assert (whole.sizes > 0).all()


def test_a_span_of_all_steps_is_the_whole_gradient():
    records = [memory.train_memory("gru", T=6, width=4, steps=8, seeds=2, span=span) for span in (None, 6, 7, 5)]
    for same in records[1:3]:
        assert same.span is None
        np.testing.assert_array_equal(same.loss, records[0].loss)
        np.testing.assert_array_equal(same.sizes, records[0].sizes)
    np.testing.assert_array_equal(records[3].loss[:, 0], records[0].loss[:, 0])
    assert (records[3].loss[:, 1:] != records[0].loss[:, 1:]).any()


def test_a_truncated_training_that_ends_says_why():
    record = memory.train_memory("irnn", T=10, width=8, steps=30, rate=1e30, seeds=1, span=3)
    assert record.trouble
    assert record.trouble.startswith("Step ")


# --- the stored table -------------------------------------------------------------------------------------------------


def stored():
    """The accuracies of the stored table, by (cell, carried) and there by (lag, span); None is the readout alone."""
    return say.panels(course.load("echo"))


@pytest.mark.parametrize("number", [0, 12, 20, 35, 40, 52, 66, 73])
def test_the_stored_table_begins_as_training_begins_again(number):
    cell = course.load("echo")[number]
    again = truncation.table(**(cell.settings | dict(steps=truncation.FIRST * cell.settings["span"])))
    np.testing.assert_allclose(again["start"], cell.result["start"], rtol=2e-3)


def test_the_stored_table_has_five_networks_in_each_field_and_all_fields():
    panels = stored()
    assert list(panels) == [("gru", True), ("gru", False), ("rnn", True), ("rnn", False)]
    for (_, carried), fields in panels.items():
        of_spans = {(lag, of(lag)) for lag in (2, 4, 8) for of in say.SPANS.values()}
        assert set(fields) == of_spans | ({(lag, None) for lag in (2, 4, 8)} if carried else set())
        assert {len(accuracy) for accuracy in fields.values()} == {5}


def test_only_a_window_that_holds_an_input_and_its_echo_teaches_the_gru():
    """Chance is 0.5. The control is the readout alone: what it finds, the cell need not have learned."""
    fields = stored()["gru", True]
    for lag in (2, 4, 8):
        alone = fields[lag, None].max()
        assert alone < 0.8
        for name, of in say.SPANS.items():
            accuracy = fields[lag, of(lag)]
            if of(lag) > lag:
                assert (accuracy > max(0.85, alone + 0.05)).all(), name
            else:
                assert np.median(accuracy) < alone, name


def test_the_untrained_rnn_holds_the_echo_and_short_windows_make_it_forget():
    """The readout alone answers all; where the cell learns in windows of L steps, the same task is lost."""
    fields = stored()["rnn", True]
    for lag in (2, 4, 8):
        assert (fields[lag, None] > 0.99).all()
        assert (fields[lag, lag + 1] > 0.98).all()
    for lag in (4, 8):
        assert (fields[lag, lag] < 0.75).all()
        assert (fields[lag, lag // 2] < 0.75).all()


def test_without_the_carried_state_a_network_knows_its_own_window_alone():
    for (_, carried), fields in stored().items():
        for (lag, span), accuracy in fields.items():
            if not carried:
                expected = 0.5 + max(0, 1 - lag / span) / 2
                assert np.median(accuracy) == pytest.approx(expected, abs=0.025)


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_each_field_has_its_median_its_range_and_the_colour_of_its_median():
    picture = memory.show(course.load("echo"), "echo")
    panels = stored()
    assert len(picture.figure.axes) == len(panels)
    shades = {}
    for axes, fields in zip(picture.figure.axes, panels.values(), strict=True):
        texts = [text.get_text() for text in axes.texts]
        assert len(axes.patches) == len(texts) / 2
        for patch, median, spread in zip(axes.patches, texts[::2], texts[1::2], strict=True):
            shades.setdefault(float(median), set()).add(patch.get_facecolor()[:3])
            low, high = map(float, spread.split("–"))
            assert low <= float(median) <= high
        assert {f"{np.median(accuracy):.2f}" for accuracy in fields.values()} == set(texts[::2])
    light = {median: max(sum(shade) for shade in found) for median, found in shades.items()}
    assert all(light[a] < light[b] for a, b in itertools.pairwise((0.5, 0.67, 0.83, 1.0)))
    for (cell, carried), fields in panels.items():
        assert say.panel_name(cell, carried) in picture.alt
        assert all(f"{np.median(accuracy):.2f}" in picture.alt for accuracy in fields.values())
    assert "A guess has 0.5." in picture.caption


def test_only_the_panels_of_the_given_cells_are_drawn():
    cells = [cell for cell in course.load("echo") if cell.settings["cell"] == "gru" and cell.settings["carried"]]
    picture = memory.show(cells, "echo")
    (axes,) = picture.figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["readout\nalone", *say.SPANS]
    assert "RNN" not in picture.caption + picture.alt


def test_a_caption_of_truncation_says_the_least_and_the_largest_error():
    records = [memory.truncation(cell, **SMALL) for cell in ("rnn", "gru")]
    records += [memory.truncation("rnn", gain=0.5, **SMALL), memory.truncation("lstm", bias=3.0, **SMALL)]
    for kind, words in (("error", "is wrong by"), ("cosine", "has a cosine of")):
        picture = memory.show(records, kind)
        finding, protocol, how = picture.caption.split("\n")
        at = [float(np.median(getattr(record, kind)[:, 2])) for record in records]
        assert finding.count(words) == 2
        for size in (min(at), max(at)):
            assert f"{words} {grammar.number(size)} " in finding
        assert protocol == "Medians of 2 untrained networks, 10 steps, width 5."
        assert "the input of 3 steps ago" in how
        names = [text.get_text() for text in picture.figure.axes[0].texts]
        assert sorted(names) == sorted(["RNN, gain 1", "GRU, bias 0", "RNN, gain 0.5", "LSTM, forget bias 3"])
        assert len({text.get_color() for text in picture.figure.axes[0].texts}) == 4


def test_nets_that_differ_in_their_lag_are_named_by_it():
    records = [memory.truncation("gru", **(SMALL | dict(lag=lag))) for lag in (2, 5)]
    picture = memory.show(records)
    assert "the input of 2 and 5 steps ago" in picture.caption
    assert {text.get_text() for text in picture.figure.axes[0].texts} == {"GRU, bias 0, lag 2", "GRU, bias 0, lag 5"}


def test_a_picture_of_echoes_says_their_accuracies_beside_a_guess():
    small = dict(steps=60, width=4, seeds=2)
    records = [
        memory.echo(2, 3, **small),
        memory.echo(2, 3, carried=False, **small),
        memory.echo(2, 2, frozen=True, **small),
    ]
    picture = memory.show(records)
    finding, protocol, how = picture.caption.split("\n")
    for record in records:
        assert f"the accuracy is {np.median(record.accuracy):.2f} ({record.accuracy.min():.2f} to" in finding
    assert protocol == "Median and range of 2 GRUs, echo of 2 steps ago. A guess has 0.5."
    assert f"it is {records[1].expected:.2f}." in how
    axes = picture.figure.axes[0]
    assert {text.get_text() for text in axes.texts} == {"3 steps", "3 steps, reset", "2 steps, readout alone"}
    dotted = {line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == ":"}
    assert dotted == {0.5, records[1].expected}


def test_the_course_of_an_echo_is_drawn_in_means_of_about_a_hundred_steps():
    record = memory.echo(2, 30, steps=300, width=4, seeds=2)
    x, rows = draw._in_blocks(record)
    np.testing.assert_allclose(x, [45, 135, 225])
    np.testing.assert_allclose(rows[:, 0], record.course[:, :3].mean(axis=1))
    short = memory.echo(1, 2, steps=4, width=2, seeds=1)
    np.testing.assert_allclose(draw._in_blocks(short)[1], short.course.mean(axis=1)[:, None])
