"""What lesson 18 measures and draws: the stored scoreboard, the taught table judged by it, and the myth lab."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import course
import numpy as np
import pytest
from drawn import pixels

from vgrad import data, models
from vgrad.kit.experiments.learning import learn
from vgrad.lessons.scoreboard.draw import pages as draw
from vgrad.lessons.scoreboard.draw.board import CORNER, ScorePlot, place
from vgrad.lessons.scoreboard.explore import scoreboard
from vgrad.lessons.scoreboard.measure import board as measure
from vgrad.lessons.scoreboard.measure import guide as measure_guide
from vgrad.lessons.scoreboard.measure import myths as measure_myths
from vgrad.lessons.scoreboard.measure import taught as measure_taught
from vgrad.lessons.scoreboard.say import board as say

ROOT = Path(__file__).parents[2]
CELLS = course.load("scoreboard")


@cache
def board():
    return measure.board()


def sample(what, how_many):
    """Some of the stored cells, drawn by seed."""
    some = [cell for cell in CELLS if cell.settings["what"] == what]
    return [some[k] for k in np.random.default_rng(12).permutation(len(some))[:how_many]]


# --- the stored table -------------------------------------------------------------------------------------------------


def test_the_table_holds_every_cell_of_every_net():
    assert [cell.settings for cell in CELLS] == measure.cells()


@pytest.mark.parametrize("cell", sample("gradient", 8), ids=lambda cell: cell.settings["net"])
def test_a_gradient_is_the_stored_one(cell):
    (again,) = course.compute("scoreboard", [cell.settings])
    for name in ("decades", "layers"):
        ours, theirs = (np.array(result[name], float) for result in (again.result, cell.result))
        np.testing.assert_allclose(ours, theirs, rtol=0.01, atol=0.01 if name == "decades" else 0)


@pytest.mark.parametrize("cell", sample("training", 1), ids=lambda cell: cell.settings["net"])
def test_a_training_is_the_stored_one(cell):
    (again,) = course.compute("scoreboard", [cell.settings])
    assert np.median(again.result["accuracy"]) == pytest.approx(np.median(cell.result["accuracy"]), abs=0.08)
    assert again.result["finite"] == pytest.approx(cell.result["finite"], abs=0.07)


def test_a_cost_is_a_list_of_quotients():
    (again,) = course.compute("scoreboard", [next(c.settings for c in CELLS if c.settings["what"] == "cost")])
    assert len(again.result["cost"]) == measure.AGAIN
    assert min(again.result["cost"]) > 0


def test_every_row_has_its_seeds_and_only_its_own_columns():
    for row in board().rows.values():
        assert row.decades.shape == (measure.FRESH,)
        depth = max(row.settings.get("depth", measure.DEPTH), 1)
        assert row.layers.shape == (3, depth if row.deep else measure.T + 1)
        assert (row.accuracy is None) != row.deep
        assert (row.test is None) != row.deep
        assert (row.solved is None) == row.deep
        assert len(row.accuracy if row.deep else row.solved) == measure.SEEDS == 5
        assert 0.2 < np.median(row.cost) < 8 or row.name == "none"


def test_the_first_layer_is_told_by_decades():
    for row in board().rows.values():
        assert np.log10(row.layers[1, 0]) == pytest.approx(np.median(row.decades), abs=1)
        np.testing.assert_allclose(row.layers[:, -1], 1)


def test_clipping_leaves_the_gradients_way_as_it_is():
    np.testing.assert_array_equal(measure.at_start("relu", clip_norm=1.0, depth=4), measure.at_start("relu", depth=4))


def test_treating_changes_what_it_says_and_keeps_the_rest():
    treated = measure.treat("relu skip", alpha="1/depth")
    assert treated.settings == dict(activation="relu", skip="activation_last", alpha="1/depth")
    assert np.median(treated.before) > 5 > 0.2 > np.median(treated.after)
    assert measure.NETS["relu skip"].settings == dict(activation="relu", skip="activation_last")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: measure.treat("rnn"), "name"),
        (lambda: measure.treat("relu", depth=3), "changes"),
        (lambda: measure.measure("relu", "luck"), "what"),
        (lambda: measure.measure("rnn", "training"), "what"),
        (lambda: measure_taught.view(board(), "mlp"), "name"),
        (lambda: measure_taught.view(board(), "relu", -1), "within"),
        (lambda: measure_taught.view(board(), "relu", 1, "yes"), "priced"),
        (lambda: measure_myths.measure_claim("luck"), "name"),
        (lambda: measure_myths.measure_claim("leaky", -1), "seed"),
    ],
)
def test_what_cannot_be_is_refused(call, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        call()


# --- the taught table -------------------------------------------------------------------------------------------------


def test_five_cells_are_contradicted_and_seven_confirmed():
    judged = measure_taught.judge(board())
    assert len(judged) == 12
    assert {(cell.cure, cell.illness): cell.found for cell in judged if not cell.right} == {
        ("gradient clipping", "exploding"): "no",
        ("ReLU", "vanishing"): "partly",
        ("batch norm", "exploding"): "no",
        ("skip connections", "exploding"): "partly",
        ("LSTM and GRU", "vanishing"): "partly",
    }


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("relu batch", 4, 5.1),  # 49 layers of √(π/(π-1)) are 4.1 decades, of 48 samples a little more
        ("relu skip", 9, 12),
        ("relu xavier", -8.5, -7),  # 49 halves of the square: -7.4
        ("lstm 0", -16, -12),
        ("sigmoid", -31.5, -30),
        ("relu large clip", 6, 8),
    ],
)
def test_the_numbers_of_the_contradicted_cells_are_in_every_network(name, low, high):
    assert low < np.median(board()[name].decades) < high
    assert (np.sign(board()[name].decades) == np.sign(low)).all()


@pytest.mark.parametrize("line", [0.25, 0.5, 0.75, 1.25, 1.5, 2, 3])
def test_the_same_five_are_contradicted_wherever_the_line_is_drawn(line):
    wrong = [{(c.cure, c.illness) for c in measure_taught.judge(board(), at) if not c.right} for at in (1, line)]
    assert wrong[0] <= wrong[1]
    assert len(wrong[1]) <= 6


@pytest.mark.parametrize(("line", "right"), [(0.8, False), (1, True), (1.4, False)])
def test_a_row_by_hand_is_told_its_line(line, right):
    def row(norms):
        decades = np.log10(norms[:, 0] / norms[:, -1])
        middle = np.median(decades)
        word = "vanishes" if middle < -line else "explodes" if middle > line else "holds"
        return middle, decades.min(), decades.max(), word

    assert course.answer("row_by_hand", row).correct == right


@pytest.mark.parametrize(
    ("line", "sixth"),
    [
        (0.65, {("better initialization", "vanishing")}),
        (0.75, set()),
        (1.05, set()),
        (1.15, {("LSTM and GRU", "exploding")}),
    ],
)
def test_the_sixth_cell_joins_below_0_7_and_above_1_1_decades(line, sixth):
    wrong = [{(c.cure, c.illness) for c in measure_taught.judge(board(), at) if not c.right} for at in (1, line)]
    assert wrong[1] - wrong[0] == sixth


def test_most_nets_that_learn_hold_and_a_third_of_those_that_hold_do_not_learn():
    nets = [row for row in board().rows.values() if row.deep and row.trained]
    found = [(measure_taught.verdict(row), row.learnt > 0.5) for row in nets]
    assert [found.count((word, learns)) for word in ("holds", "vanishes", "explodes") for learns in (True, False)] == [
        6, 3, 0, 4, 1, 6,
    ]  # fmt: skip


def test_the_solutions_second_net_learns_as_well_as_one_without_a_hidden_layer():
    sizes = measure.SIZES["training"] | dict(rates=[0.1], seeds=2)
    record = learn("relu", norm="batch", skip="activation_last", alpha="1/depth", **sizes)
    assert np.median(record.best) > board()["none"].learnt - 0.02
    assert np.median(record.test) > np.median(board()["none"].test) - 0.02


def test_a_view_holds_every_row_of_its_kind_in_the_order_of_the_series():
    view = measure_taught.view(board(), "gru 0")
    assert [row.name for row in view.rows] == [row.name for row in board().rows.values() if not row.deep]


def test_a_stricter_line_lets_fewer_hold():
    holding = [measure_taught.view(board(), "relu", within=line).verdicts.count("holds") for line in (0.25, 1, 3)]
    assert holding == sorted(holding)
    assert holding[0] < holding[-1]


# --- the myth lab -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", measure_myths.CLAIMS)
def test_a_claims_verdict_is_that_of_its_question_with_another_seed_too(name):
    (question,) = [q for key, q in course.QUESTIONS.items() if key.startswith("myths_") and claim(name) in q.choices]
    myth = measure_myths.measure_claim(name, 17)
    assert myth.stands == (question.right == claim(name)), myth
    assert np.isfinite(myth.value)
    assert (ROOT / "notebooks" / f"{myth.lesson}.ipynb").exists()
    assert str(myth).startswith("✓ stands" if myth.stands else "✗ falls")


def claim(name):
    return measure_myths.CLAIMS[name].said


def test_there_are_twelve_claims_and_every_round_has_one_that_stands_at_a_place_of_its_own():
    rounds = [q for key, q in course.QUESTIONS.items() if key.startswith("myths_")]
    assert sorted(said for q in rounds for said in q.choices) == sorted(claim(name) for name in measure_myths.CLAIMS)
    assert [len(q.choices) for q in rounds] == [4] * 3
    assert len({[*q.choices].index(q.right) for q in rounds}) == 3


# --- pages and pictures -----------------------------------------------------------------------------------------------


def pages():
    return [draw.answers(measure_taught.judge(board()), board()), draw.guide(measure_guide.guide(board()))]


@pytest.mark.parametrize("k", range(2))
def test_a_page_says_the_same_in_html_and_in_text_and_links_to_lessons(k):
    page = pages()[k]
    markup, text = page._repr_html_(), repr(page)
    links = set(re.findall(r'href="([^"]+)"', markup))
    assert links
    assert all((ROOT / "notebooks" / link).exists() for link in links)
    assert markup.count("<tr>") == len(page.rows) + 1
    for row in page.rows:
        for cell in row:
            words = cell[0] if isinstance(cell, tuple) else cell
            assert words in text
            assert words.replace("'", "&#x27;") in markup


def test_the_page_to_print_says_what_was_measured():
    lines = measure_guide.guide(board()).lines
    rows = {f"{np.median(row.decades):+.1f} decades" for row in board().rows.values()}
    *told, warm, scaled = lines
    for line in told:
        assert {words.split(",")[0] for words in (line.before, line.after)} <= rows
    cells = course.load("warm_up")
    place = {(c.settings["norm"], c.settings["warmup"]): np.median(c.result["accuracy"]) for c in cells[:4]}
    assert warm.before == f"{place['post', 0]:.0%}"
    assert warm.after == f"{place['post', 100]:.0%} warmed up, {place['pre', 0]:.0%} with pre-norm"
    assert place["post", 0] < 0.5 < place["post", 100] < place["pre", 0]
    assert (scaled.before, scaled.after) == ("100% of them", "0% of them")


def test_every_cure_of_the_page_to_print_makes_its_net_better():
    for _, ill, _, well in measure_guide._STEPS:
        assert board()[well].learnt > board()[ill].learnt + 0.3 or board()[ill].finite == 0


# --- the baselines ----------------------------------------------------------------------------------------------------


def test_no_deep_net_learns_more_than_one_without_a_hidden_layer():
    deep = [row for row in board().rows.values() if row.deep and row.name != "none"]
    none = board()["none"]
    assert all(row.learnt < none.learnt + 0.01 for row in deep)
    assert all(np.median(row.test) < np.median(none.test) + 0.01 for row in deep)
    assert none.learnt > 0.95


def test_hidden_layers_that_learn_are_worth_more_than_frozen_ones():
    assert board()["relu skip depth"].accuracy.min() > board()["frozen skip"].accuracy.max()
    assert abs(board()["relu"].learnt - board()["frozen"].learnt) < 0.15
    np.testing.assert_array_equal(board()["frozen"].decades, board()["relu"].decades)


def test_a_readout_alone_leaves_the_hidden_layers_as_they_are():
    frozen, none = (measure.NETS[name].settings for name in ("frozen", "none"))
    assert frozen["frozen"]
    assert none["depth"] == 0
    still = learn("relu", depth=3, rates=(0.1,), steps=5, frozen=True, seeds=2)
    moved = learn("relu", depth=3, rates=(0.1,), steps=5, seeds=2)
    assert not np.array_equal(still.losses, moved.losses)
    assert still.test.shape == (2,)


def test_a_live_picture_moved_and_back_is_the_fresh_one():
    first, other = measure_taught.view(board(), "relu batch"), measure_taught.view(board(), "irnn", 0.5, True)
    live, fresh = ScorePlot(first), pixels(ScorePlot(first))
    live.update(other)
    np.testing.assert_array_equal(pixels(live), pixels(ScorePlot(other)))
    live.update(first)
    np.testing.assert_array_equal(pixels(live), fresh)


def test_a_picture_reached_by_moving_the_line_is_that_of_its_record():
    live = ScorePlot(measure_taught.view(board(), "gru 0", 0.25))
    for line in (3.0, 1.0):
        live.update(measure_taught.view(board(), "gru 0", line))
    fresh = ScorePlot(measure_taught.view(board(), "gru 0", 1.0))
    np.testing.assert_array_equal(pixels(live), pixels(fresh))


@pytest.mark.parametrize("name", ["relu skip batch", "lstm paired"])
@pytest.mark.parametrize("line", [0.25, 1, 3])
def test_names_lie_apart_within_the_plane_and_beside_their_dots(name, line):
    view = measure_taught.view(board(), name, line)
    plot = ScorePlot(view)
    points = 72 / plot.figure.dpi
    dots = {row.name: plot.plane.transData.transform(place(row)) for row in view.rows}
    boxes = {name: text.get_window_extent() for name, text in plot.texts.items()}
    assert [text.get_text().split(",")[0] for text in plot.texts.values()] == [
        row.label.split(",")[0] for row in view.rows
    ]
    for name, box in boxes.items():
        assert plot.plane.bbox.contains(box.x0, box.y0)
        assert plot.plane.bbox.contains(box.x1, box.y1)
        assert not any(box.overlaps(other) for key, other in boxes.items() if key != name), name
        assert not any(box.contains(*dot) for dot in dots.values()), name
        away = np.clip(dots[name], (box.x0, box.y0), (box.x1, box.y1)) - dots[name]
        assert np.hypot(*away) * points < 110, name
    pixels(plot)
    for row in view.rows:  # in any order, and after the picture was saved
        plot.update(measure_taught.view(board(), row.name, line))
        frame = plot.mark.get_bbox().transformed(plot.plane.transData)
        assert all(frame.contains(*corner) for corner in boxes[row.name].get_points())
        assert not any(frame.contains(*dot) for dot in dots.values())


def test_the_chosen_net_is_ringed_and_its_gradient_ends_under_its_dot():
    for name in ("relu", "sigmoid", "relu skip", "gru 0", "irnn"):
        row = board()[name]
        plot = ScorePlot(measure_taught.view(board(), name))
        x = np.median(row.decades)
        y = plot.ring.get_ydata()[0]
        assert plot.ring.get_xdata()[0] == pytest.approx(x)
        assert (y < 0) == (row.finite == 0)
        assert y < 0 or y == pytest.approx(row.learnt)
        way = plot.past.get_xdata()
        assert way[0] == pytest.approx(x, abs=0.5)
        assert way[-1] == pytest.approx(0)
        assert len(way) == row.layers.shape[1]
        assert np.array_equal(plot.past.get_ydata()[[0, -1]], (1, 50) if row.deep else (0, 100))
        assert plot.up.get_xdata()[0] == pytest.approx(x)
        assert f"{x:+.1f} decades" in plot.said.get_text()


def test_a_click_on_a_dot_chooses_its_net_and_only_the_dots_that_are_shown_can_be_clicked():
    explorer = scoreboard(row="relu")
    for name in ("sigmoid", "relu skip", "pre-norm"):
        explorer._spots[name].value = True
        assert explorer.record.chosen.name == explorer.controls["row"].value == name
        assert not explorer._spots[name].value
    for name in ("relu", "gru 1"):
        explorer.set(row=name)
        shown = [key for key, spot in explorer._spots.items() if spot.layout.display != "none"]
        assert shown == [row.name for row in explorer.record.rows]
        spot = explorer._spots[name]
        ring = explorer._plot.ring.get_xydata()
        x, y = explorer._plot.plane.transData.transform(ring)[0] / explorer.figure.bbox.size
        assert float(spot.layout.left.rstrip("%")) == pytest.approx(100 * x, abs=0.1)
        assert float(spot.layout.top.rstrip("%")) == pytest.approx(100 * (1 - y), abs=0.1)
        assert spot.description == explorer.record.chosen.label


@pytest.mark.parametrize("within", [1.0, 0.25])
def test_a_click_on_a_name_chooses_its_net_also_where_dots_lie_on_each_other(within):
    explorer = scoreboard(row="relu", within=3.0)
    explorer.set(within=within)
    for name in ("none", "relu skip depth", "frozen"):
        explorer._labels[name].value = True
        assert explorer.record.chosen.name == name
        frame = explorer._plot.mark.get_bbox().transformed(explorer._plot.plane.transData)  # around the chosen name
        whole = explorer.figure.bbox
        sides = dict(left=frame.x0 / whole.width, top=1 - frame.y1 / whole.height)
        sides |= dict(width=frame.width / whole.width, height=frame.height / whole.height)
        layout = explorer._labels[name].layout
        for side, share in sides.items():
            assert float(getattr(layout, side).rstrip("%")) == pytest.approx(100 * share, abs=0.1), side


@pytest.mark.parametrize(("name", "line"), [("relu", 1), ("gru 0", 1), ("gru 0", 3)])
def test_the_corner_is_marked_where_a_net_holds_and_does_not_learn(name, line):
    view = measure_taught.view(board(), name, line)
    there = [row for row in view.rows if abs(np.median(row.decades)) <= line and row.learnt < 0.5]
    said = [text.get_text() for text in ScorePlot(view).plane.texts]
    assert (CORNER in said) == bool(there)


def test_a_dear_net_has_a_large_dot_only_if_its_cost_is_asked_for():
    def areas(priced):
        plot = ScorePlot(measure_taught.view(board(), "relu", 1.0, priced))
        return np.array([dots.get_sizes()[0] for dots in plot.plane.collections])

    costs = [np.median(row.cost) for row in board().rows.values() if row.deep]
    assert len(set(areas(False))) == 1
    np.testing.assert_allclose(areas(True) / areas(False), costs)


def test_the_alternative_text_names_every_row_and_its_verdicts():
    view = measure_taught.view(board(), "relu")
    said = say.alt(view)
    assert all(row.label in said for row in view.rows)
    assert all(said.count(word) >= view.verdicts.count(word) for word in set(view.verdicts))
    assert f"{np.log10(view.chosen.layers[1, 0]):+.1f} at layer 1" in said


def test_every_sentence_of_the_finding_and_the_protocol_is_short():
    for name in measure.NETS:
        finding, protocol, _ = say.sentence(measure_taught.view(board(), name)).split("\n")
        for words in (*re.split(r"(?<=\.) ", finding), protocol):
            assert len(words.split()) <= 20, words


def test_a_nets_settings_are_those_that_its_networks_were_drawn_with():
    """By hand: the first layer's dh over the last's, of the row's own settings."""
    rng = np.random.default_rng((0, 12))
    params = models.init_mlp([64, *[32] * 3, 10], ensemble=(10,), scheme="he_normal", activation="relu", rng=rng)
    digits = data.digits()
    x, labels = next(iter(data.batches(digits.x_train, digits.y_train, 48, rng=rng)))
    logits, _ = models.mlp(params, x, "relu")
    soft = np.exp(logits - logits.max(-1, keepdims=True))
    dlogits = (soft / soft.sum(-1, keepdims=True) - np.eye(10)[labels]) / 48
    dh = dlogits @ params[-1].affine.W.swapaxes(-1, -2)
    np.testing.assert_allclose(
        measure.at_start("relu", depth=3)[:, -1], np.linalg.norm(dh.reshape(10, -1), axis=1), rtol=1e-10
    )
