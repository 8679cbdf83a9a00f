"""What linear recurrences keep, and which tasks they solve beside a tanh RNN and a GRU."""

from __future__ import annotations

import course
import numpy as np
import pytest

from vgrad import data, models, probes, theory
from vgrad.kit.experiments.stored import Cell
from vgrad.lessons.memory import TABLES, records
from vgrad.lessons.memory.draw import ring as ring_draw
from vgrad.lessons.memory.draw import solve as solve_draw
from vgrad.lessons.memory.measure import layered, nets
from vgrad.lessons.memory.measure import solve as solve_measure
from vgrad.lessons.memory.measure.adding import train_memory
from vgrad.lessons.memory.measure.ring import ring
from vgrad.lessons.memory.measure.solve import solve
from vgrad.lessons.memory.say import solve as solve_say
from vgrad.tape import leaves, tree_map

SIZES = (0.9, 0.99, 0.999, 1.01)
SMALL = dict(T=8, width=4, batch=4, seeds=2)

# --- what is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("T", [1, 2, 100, 1000])
@pytest.mark.parametrize("angle", [None, 6.28])
def test_a_linear_recurrence_keeps_a_power_of_r_to_twelve_digits(T, angle):
    record = ring(SIZES, angle=angle, T=T, width=5)
    for r in SIZES:
        assert record.exact[r].shape == (5, T)
        np.testing.assert_allclose(record.exact[r], np.tile(r ** np.arange(T - 1.0, -1, -1), (5, 1)), rtol=1e-12)
        np.testing.assert_allclose(record.exact[r][:, 0], theory.gradient_ratio(r, T), rtol=1e-12)
        np.testing.assert_allclose(record.powers[r], record.exact[r][0], rtol=1e-12)


@pytest.mark.parametrize("angle", [None, 1.0])
def test_a_ring_of_many_units_keeps_what_theory_says(angle):
    record = ring((0.9,), between=(0.9, 0.99), angle=angle, T=60, width=400)
    np.testing.assert_allclose(np.median(record.ring, axis=0), record.expected, rtol=0.1)
    assert record.expected[0] == theory.ring_ratio(59, 0.9, 0.99)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_the_nets_beside_it_vanish_and_depend_on_their_seed(cell):
    rows = getattr(ring(T=300, seeds=5), cell)
    np.testing.assert_allclose(rows[:, -1], 1)
    assert (rows[:, 0] < 1e-15).all()
    assert rows[:, 0].max() > 3 * rows[:, 0].min()


def test_the_rnn_of_the_ring_is_orthogonal_and_its_way_back_is_that_of_its_jacobians():
    record = ring((0.9,), T=6, width=5, seeds=1)
    rng = np.random.default_rng((0, 1))
    xs = rng.standard_normal((6, 1, 2))
    models.init_linear("diagonal", 2, 5, ring=records.RING, rng=rng, ensemble=(1,))
    rng.standard_normal((2, 1, 1, 5))  # the gradients of the ring and of r = .9
    params = models.init_recurrent("rnn", 2, 5, recurrent="orthogonal", rng=rng, ensemble=(1,))
    dh = rng.standard_normal((1, 1, 5))[0, 0]
    np.testing.assert_allclose(params.W_h[0] @ params.W_h[0].T, np.eye(5), atol=1e-12)
    own = params._replace(W_x=params.W_x[0], W_h=params.W_h[0], b=params.b[0])
    sizes = [np.linalg.norm(dh)]
    for J in probes.transitions(models.unroll("rnn", own, xs)[1])[:0:-1]:
        dh = dh @ J[0]
        sizes.append(np.linalg.norm(dh))
    np.testing.assert_allclose(record.rnn[0], np.array(sizes[::-1]) / sizes[0], rtol=1e-9)


# --- who solves what --------------------------------------------------------------------------------------------------


def test_the_first_symbol_speaks_once_and_noise_follows():
    xs, labels = solve_measure.first_of(50, 400, rng=np.random.default_rng(0), dtype="float32")
    np.testing.assert_array_equal(xs[0], np.eye(8)[labels])
    assert np.bincount(labels, minlength=8).min() > 25
    assert xs[1:].std() == pytest.approx(solve_measure.NOISE, rel=0.02)
    assert xs.dtype == np.float32


@pytest.mark.parametrize("cell", nets.SOLVERS)
@pytest.mark.parametrize("task", records.TASKS)
def test_training_repeats_and_the_first_networks_are_the_same_however_many_there_are(task, cell):
    settings = SMALL | dict(steps=3)
    record, again = solve(task, cell, **settings), solve(task, cell, **settings)
    np.testing.assert_array_equal(record.scores, again.scores)
    more = solve(task, cell, **settings | dict(seeds=3))
    np.testing.assert_allclose(more.scores[:2], record.scores, rtol=1e-5)
    np.testing.assert_allclose(more.reach[:2], record.reach, rtol=1e-5)
    assert not np.array_equal(solve(task, cell, **settings, seed=1).scores, record.scores)


def test_training_ends_when_all_networks_have_solved_the_task():
    record = solve("first", "linear", T=10, seeds=2, width=16)
    assert record.done == max(record.solved) < record.steps
    for row, step in zip(record.scores, record.solved, strict=True):
        means = [row[k - 25 : k].mean() > 0.9 for k in range(25, len(row) + 1)]
        assert means.index(True) + 25 == step


def test_what_is_solved_is_judged_by_the_score_of_the_task():
    rows = np.concatenate([np.full((1, 40), 0.2), np.full((1, 40), 0.02), np.full((1, 40), 0.95)])
    first, adding = (solve(task, "rnn", **SMALL, steps=1)._replace(scores=rows) for task in ("first", "adding"))
    assert first.solved == [None, None, 25]
    assert adding.solved == [None, 25, None]
    np.testing.assert_allclose(adding.final, [0.2, 0.02, 0.95])


def test_a_linear_recurrence_reaches_the_first_step_by_its_ring_alone():
    """Its readout and its inputs do not matter, as long as all units have one r."""
    for task in records.TASKS:
        record = solve(task, "linear", **SMALL | dict(T=50), ring=(0.9, 0.9), steps=1)
        np.testing.assert_allclose(record.reach, 0.9**49, rtol=1e-4)  # in float32


def test_where_a_single_step_speaks_gamma_does_not_make_it_smaller():
    options = dict(ring=(0.99, 0.9999), bias=0.0, width=4, seeds=2, seed=0)
    plain, pulse = (nets.solvers("linear", 8, 8, pulse=flag, **options).cell for flag in (False, True))
    gamma = np.sqrt(1 - np.exp(-2 * np.exp(plain.nu.astype(float))))
    np.testing.assert_allclose(pulse.W_x * gamma[:, None], plain.W_x, rtol=1e-3)
    np.testing.assert_array_equal(pulse.nu, plain.nu)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (dict(task="copy"), "task is 'copy'"),
        (dict(cell="lstm"), "cell is 'lstm'"),
        (dict(cell="rnn", ring=(0.9, 0.99)), "ring is .*allowed is it for linear and selective"),
        (dict(cell="linear", bias=1.0), "bias is 1.0"),
        (dict(ring=(0.9, 0.5)), "ring is"),
        (dict(T=1), "T is 1"),
        (dict(steps=0), "steps is 0"),
        (dict(batch=0), "batch is 0"),
    ],
)
def test_solve_refuses_what_it_cannot_do(settings, named):
    with pytest.raises(ValueError, match=f"^{named}"):
        solve(**dict(task="first", cell="linear") | settings)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: ring((0.9, -1.0)), "r is -1.0"),
        (lambda: ring(()), r"len\(r\) is 0"),
        (lambda: ring(between=(0.9, 0.5)), "between is"),
    ],
)
def test_what_no_recurrence_is_is_refused_by_name(call, named):
    with pytest.raises(ValueError, match=f"^{named}"):
        call()


def test_a_gradient_that_arrives_does_not_add_but_a_selective_gate_does():
    """Over thirty steps: the control is the same recurrence without the gate."""
    settings = dict(T=30, seeds=2, steps=240, every=240)
    linear, gated = train_memory("linear", **settings), train_memory("selective", **settings)
    assert linear.solved == [None, None]
    assert None not in gated.solved
    assert np.median(linear.sizes[:, 0]) > 0.5
    assert (linear.final > 0.1).all()


@pytest.mark.parametrize("setting", [dict(bias=1.0), dict(mode="paired")])
def test_a_linear_cell_has_no_gate_to_set(setting):
    (named,) = setting
    with pytest.raises(ValueError, match=f"^{named} is "):
        train_memory("linear", T=4, steps=1, **setting)


# --- the stored tables ------------------------------------------------------------------------------------------------


def cells_of(name, **settings):
    return [cell for cell in course.load(name) if settings.items() <= cell.settings.items()]


AGAIN = [
    *(("first_symbol", dict(cell=cell, T=100, rate=0.01)) for cell in ("linear", "rnn", "gru")),
    ("first_symbol", dict(cell="linear", T=1000, rate=0.01, ring=[0.999, 0.99999])),
    *(("long_adding", dict(cell=cell, T=100, rate=0.01)) for cell in ("linear", "selective", "rnn", "gru")),
]


@pytest.mark.parametrize(("name", "settings"), AGAIN)
def test_the_stored_tables_begin_as_training_begins_again(name, settings):
    cell = cells_of(name, **settings)[0]
    record = solve(**cell.settings | dict(steps=10))
    np.testing.assert_allclose(record.scores.mean(axis=1), np.array(cell.result["scores"])[:, 0], rtol=2e-2, atol=0.013)
    np.testing.assert_allclose(record.reach, cell.result["reach"], rtol=2e-3)


def test_a_stored_cell_can_be_computed_again():
    settings = dict(task="first", cell="linear", ring=[0.9, 0.99], steps=40, rate=0.01, **SMALL)
    (cell,) = course.compute("first_symbol", [settings])
    record = solve(**settings)
    assert cell.result["solved"] == record.solved
    assert np.shape(cell.result["scores"]) == (2, record.done // 10)
    np.testing.assert_allclose(cell.result["final"], record.final, rtol=1e-3)


def solved_of(name, cell, T, **settings):
    """How many of the five networks have solved the task, at the best of the learning rates."""
    found = cells_of(name, cell=cell, T=T, **settings)
    assert all(len(one.result["solved"]) == 5 for one in found)
    return max(sum(step is not None for step in one.result["solved"]) for one in found)


def accuracy_of(T, **settings):
    return max(np.median(one.result["final"]) for one in cells_of("first_symbol", T=T, **settings))


RINGS = ([0.5, 0.9], [0.9, 0.999], [0.99, 0.9999], [0.999, 0.99999])


def test_the_ring_decides_who_names_the_first_symbol():
    counts = {T: [solved_of("first_symbol", "linear", T, ring=ring) for ring in RINGS] for T in (100, 300, 1000)}
    assert counts == {100: [0, 5, 5, 5], 300: [0, 0, 5, 5], 1000: [0, 0, 0, 5]}
    at_last = [accuracy_of(1000, cell="linear", ring=ring) for ring in RINGS]
    assert abs(at_last[0] - 1 / 8) < 0.03  # the control: the inner ring knows nothing
    assert at_last[1] < 0.25 < 0.4 < at_last[2] < 0.75 < 0.9 < at_last[3]
    reach = [np.median(cells_of("first_symbol", T=1000, ring=ring)[0].result["reach"]) for ring in RINGS]
    assert np.all(np.diff(reach) > 0)
    assert reach[0] < 1e-40 < 0.5 < reach[3]


def test_a_tanh_rnn_names_the_first_of_a_hundred_at_a_low_rate_and_of_a_thousand_at_none():
    rates = {one.settings["rate"]: one.result["solved"] for one in cells_of("first_symbol", cell="rnn", T=100)}
    assert None not in rates[0.001]
    assert rates[0.01].count(None) >= 4
    assert {one.settings["rate"] for one in cells_of("first_symbol", cell="rnn", T=1000)} == {0.01, 0.003, 0.001}
    assert solved_of("first_symbol", "rnn", 1000) == 0


def test_a_gru_needs_its_bias_to_name_the_first_symbol():
    assert solved_of("first_symbol", "gru", 100, bias=5.0) == 5
    for T in (100, 300):
        assert abs(accuracy_of(T, cell="gru", bias=0.0) - 1 / 8) < 0.05
    assert solved_of("first_symbol", "gru", 1000, bias=5.0) == 0


@pytest.mark.parametrize("T", [100, 300])
def test_no_linear_recurrence_adds_and_no_rnn_but_the_selective_gate_does(T):
    assert solved_of("long_adding", "linear", T) == solved_of("long_adding", "rnn", T) == 0
    assert solved_of("long_adding", "selective", T) == 5
    for one in cells_of("long_adding", cell="linear", T=T):
        assert np.median(one.result["reach"]) > 0.3  # what fails is not the gradient
        assert np.median(one.result["final"]) > 1 / 6


def test_over_a_thousand_steps_an_open_gru_adds_and_the_linear_recurrence_and_the_rnn_do_not():
    assert solved_of("long_adding", "gru", 1000, bias=5.0) == 5
    assert solved_of("long_adding", "linear", 1000) == solved_of("long_adding", "rnn", 1000) == 0
    assert {ring[0]: solved_of("long_adding", "selective", 1000, ring=ring) for ring in RINGS[1:3]} == {0.9: 0, 0.99: 1}


@pytest.mark.parametrize("name", ["first_symbol", "long_adding"])
def test_each_cell_of_the_stored_tables_is_one_that_its_command_computes(name):
    assert [cell.settings for cell in course.load(name)] == TABLES[name].cells
    for cell in course.load(name):
        done, steps = cell.result["done"], cell.settings["steps"]
        assert (done < steps) <= (None not in cell.result["solved"])
        assert np.shape(cell.result["scores"]) == (5, done // 10)


# --- pictures ---------------------------------------------------------------------------------------------------------


def stored(net, T, rate, final, solved, task="first"):
    settings = dict(task=task, **net, T=T, rate=rate, width=4, batch=4, steps=9, seeds=2, seed=0)
    return Cell(settings, dict(final=final, solved=solved, done=9, scores=[], reach=[1.0, 1.0]))


def test_a_table_shows_the_better_learning_rate_and_the_count_decides_before_the_median():
    net = dict(cell="linear", ring=[0.9, 0.99])
    cells = [stored(net, 10, 0.01, [0.3, 0.4], [None, None]), stored(net, 10, 0.001, [0.95, 0.1], [7, None])]
    cells += [stored(net, 20, 0.01, [0.3, 0.4], [None, None]), stored(net, 20, 0.001, [0.2, 0.3], [None, None])]
    ((name, row),) = solve_say.verdicts(cells).items()
    assert name == "linear, r 0.9 to 0.99"
    assert [row[T].rate for T in (10, 20)] == [0.001, 0.01]
    loss = [stored(net, 10, rate, [last] * 2, [None] * 2, "adding") for rate, last in ((0.01, 0.2), (0.001, 0.1))]
    assert solve_say.verdicts(loss)[name][10].rate == 0.001


def test_the_fields_of_a_table_say_its_numbers_and_its_chance():
    nets_ = [dict(cell="linear", ring=[0.9, 0.99]), dict(cell="rnn"), dict(cell="gru", bias=5.0)]
    cells = [stored(net, T, 0.01, [0.25, 0.35], [None, 5]) for net in nets_ for T in (10, 20)][:-1]
    picture = solve_draw.verdicts(cells)
    axes = picture.figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.3", "1 of 2"] * 5 + ["not run"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["linear, r 0.9 to 0.99", "RNN", "GRU, bias 5"]
    assert "chance is 0.125" in picture.figure.texts[0].get_text()
    assert "0.12" in picture.caption
    assert picture.alt.count("0.3 at T") == 5
    assert "have solved the task: linear, r 0.9 to 0.99, 1 of 2; RNN, 1 of 2." in picture.caption


def test_the_scores_of_training_are_drawn_with_chance_and_the_limit():
    records_ = [solve("first", cell, **SMALL, steps=30) for cell in ("linear", "rnn")]
    picture = solve_draw.course(records_)
    dotted = {line.get_ydata()[0] for line in picture.figure.axes[0].lines if line.get_linestyle() == ":"}
    assert dotted == {0.125, 0.9}
    assert "linear, r 0.99 to 0.9999" in picture.caption


def test_the_picture_of_a_ring_holds_its_medians_and_its_words_the_last_of_them():
    record = ring((0.5,), T=30, width=6, seeds=3)
    picture = ring_draw.ring(record)
    drawn = [line.get_ydata() for line in picture.figure.axes[0].lines if len(line.get_ydata()) == 30]
    np.testing.assert_allclose(drawn[0], np.log10(record.powers[0.5][::-1]), atol=1e-9)
    assert "1.9e-9 where r = 0.5" in picture.caption
    assert "by 1e-12 at most" in picture.caption


def test_a_power_that_is_missed_is_not_called_exact():
    record = ring((0.5,), T=30, width=6, seeds=3)
    off = record._replace(exact={0.5: record.exact[0.5] * (1 + 1e-3)})
    assert "by 0.001 at most" in ring_draw.ring(off).caption


# --- a layer before the recurrence ------------------------------------------------------------------------------------


def test_a_relu_at_each_step_lets_a_linear_recurrence_add_exactly():
    """ReLU(x + mark - 1) is x at a mark and 0 elsewhere, and an r of 1 adds what comes."""
    xs, target = data.adding(50, 20, rng=np.random.default_rng(0))
    s = 1e-18
    gamma = np.sqrt(2 * s)
    ones = np.ones((2, 1))
    by_hand = layered.Layered(ones, -ones[0], ones[:1] / gamma, np.zeros(1), np.log([s]))
    added = models.unroll(layered.after("relu"), by_hand, xs)[0][-1]
    np.testing.assert_allclose(added, target, rtol=1e-12)
    assert abs(models.unroll(layered.after("identity"), by_hand, xs)[0][-1] - target).min() > 1


@pytest.mark.parametrize("activation", layered.ACTIVATIONS)
def test_the_gradient_behind_a_layer_is_the_slope_of_the_loss(activation):
    rng = np.random.default_rng(0)
    cell = layered.after(activation)
    params = tree_map(lambda array: array[0].astype(float), layered.networks(width=4, seeds=1, seed=0))
    xs, weights = rng.standard_normal((5, 3, 2)), rng.standard_normal((5, 3, 1))
    _, tape = models.unroll(cell, params, xs)
    grads, dxs, _ = models.through_time(tape, weights)
    ways = tree_map(lambda array: rng.standard_normal(array.shape), params)
    dx = rng.standard_normal(xs.shape)

    def loss(step):
        moved = tree_map(lambda array, way: array + step * way, params, ways)
        return (weights * models.unroll(cell, moved, xs + step * dx)[0]).sum()

    products = tree_map(lambda grad, way: (grad * way).sum(), grads, ways)
    slope = sum(leaves(products)) + (dxs * dx).sum()
    np.testing.assert_allclose((loss(1e-6) - loss(-1e-6)) / 2e-6, slope, rtol=1e-5)


def test_the_stored_networks_behind_a_layer_are_those_that_its_command_draws():
    stored = [one for one in course.load("layered") if one.settings["activation"] == "relu"]
    settings = stored[0].settings | dict(steps=1)
    (again,) = course.compute("layered", [settings])
    np.testing.assert_allclose(again.result["reach"], stored[0].result["reach"], rtol=1e-2)


def test_behind_a_relu_all_linear_recurrences_add_and_behind_the_identity_none():
    solved = {one.settings["activation"]: one.result["solved"] for one in course.load("layered")}
    assert all(step < 250 for step in solved["relu"])
    assert solved["identity"] == [None] * 5
    assert min(np.median(one.result["reach"]) for one in course.load("layered")) > 0.5
