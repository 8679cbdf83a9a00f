"""Products of random factors: multiplied anew here, with theory, a coin, the picture, the words, and the page."""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from drawn import pixels, place

from vgrad import models, tape
from vgrad.kit.marks import grammar
from vgrad.lessons.chain_rule import draw
from vgrad.lessons.chain_rule.draw import ProductsPlot
from vgrad.lessons.chain_rule.measure import chain, coin, products
from vgrad.lessons.chain_rule.say import products_alt, products_sentence

CASES = {
    "a quarter": dict(factor=0.25, depth=10),
    "by chance": dict(factor=1.0, depth=100, spread=0.5, seeds=99),
    "a coin": dict(factor=0.9**0.5, depth=100, spread=math.log(2.5) / 2, seeds=99, law="coin"),
    "all large": dict(factor=10.0, depth=200, spread=2.0, seeds=33),
    "some beyond": dict(factor=1.4, depth=2000, spread=2.0, seeds=33),
    "one product": dict(factor=0.9, depth=40, spread=0.5, seeds=1),
    "one factor": dict(factor=0.9, depth=1, spread=0.5, seeds=9),
    "no factor but 0": dict(factor=0.0, depth=5),
    "deep": dict(factor=0.5, depth=1200),
    "the deepest": dict(factor=1e-3, depth=10_000, seeds=1),
}
every_case = pytest.mark.parametrize("case", CASES)


@cache
def record_of(case):
    return products(**{"seeds": 5, **CASES[case]})


def decades(values):
    with np.errstate(divide="ignore"):
        return np.log10(values)


def drawn(values, one=1.0):
    """What a line from 1 shows of sizes: their decades, and nothing where they have none."""
    heights = decades(np.concatenate([[one], values]))
    return np.where(np.isfinite(heights), heights, np.nan)


# --- what is measured -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.25, 0.65, 2.0])
def test_without_spread_every_product_is_a_power(factor):
    record = products(factor=factor, depth=50, seeds=3)
    np.testing.assert_allclose(record.products, np.tile(factor ** np.arange(1.0, 51), (3, 1)), rtol=1e-13)
    np.testing.assert_allclose(record.mean, record.over_seeds.median, rtol=1e-13)
    for line in record.theory.values():
        np.testing.assert_allclose(line, decades(record.products[0]), atol=1e-12)


def test_the_typical_product_and_the_mean_are_those_of_theory():
    """Of ln f ~ N(ln 0.9, 0.2²): 20 000 products of 20 factors; five standard errors."""
    count, depth, spread = 20_000, 20, 0.2
    record = products(factor=0.9, depth=depth, spread=spread, seeds=count)
    wide = spread * depth**0.5
    error = 5 * wide / count**0.5 * math.sqrt(math.pi / 2)
    assert math.log(record.over_seeds.median[-1]) == pytest.approx(
        math.log(10) * record.theory["typical"][-1], abs=error
    )
    error = 5 * math.sqrt((math.exp(wide**2) - 1) / count)
    assert record.mean[-1] == pytest.approx(10 ** record.theory["mean"][-1], rel=error)
    assert 10 ** record.theory["mean"][-1] == pytest.approx((0.9 * math.exp(spread**2 / 2)) ** depth)


def test_one_set_of_draws_moves_smoothly_with_every_control():
    base = dict(factor=0.8, depth=130, spread=0.5, seeds=20)
    record = products(**base)
    np.testing.assert_array_equal(products(**base | dict(depth=57)).products, record.products[:, :57])
    np.testing.assert_array_equal(products(**base | dict(seeds=7)).products, record.products[:7])
    np.testing.assert_array_equal(products(**base).products, record.products)
    near = products(**base | dict(spread=0.5001)).products
    np.testing.assert_allclose(np.log(near), np.log(record.products), atol=0.05)
    scaled = products(**base | dict(factor=0.4)).products / record.products
    np.testing.assert_allclose(scaled, np.tile(0.5 ** np.arange(1, 131.0), (20, 1)), rtol=1e-11)
    assert not np.array_equal(products(**base | dict(seed=1)).products, record.products)


def test_the_band_is_counted_from_the_products():
    record = record_of("some beyond")
    ordered = np.sort(record.products, axis=0)
    for row, index in zip(record.over_seeds, (3, 16, 29), strict=True):
        np.testing.assert_array_equal(row, ordered[index])


def test_a_coin_shows_heads_or_tails_and_as_many_heads_as_tails():
    record = coin(heads=1.5, tails=0.6, tosses=100, players=10_000)
    factors = np.diff(np.log(record.products), axis=1, prepend=0.0)
    heads = factors > 0
    np.testing.assert_allclose(factors, np.where(heads, math.log(1.5), math.log(0.6)), rtol=1e-9)
    assert heads.mean() == pytest.approx(1 / 2, abs=5 * 0.5 / 1000)
    assert (
        record
        == products(factor=record.factor, spread=record.spread, depth=100, seeds=10_000, law="coin")[:7] + (record[7:])
    )


@pytest.mark.parametrize(("heads", "tails"), [(1.5, 0.6), (0.6, 1.5), (1.1, 1.0), (2.0, 2.0)])
def test_theory_of_a_coin_is_its_own(heads, tails):
    theory = coin(heads=heads, tails=tails, tosses=50, players=1).theory
    tosses = np.arange(1, 51)
    np.testing.assert_allclose(theory["typical"], tosses * decades(heads * tails) / 2, atol=1e-12)
    np.testing.assert_allclose(theory["mean"], tosses * decades((heads + tails) / 2), atol=1e-12)


def test_the_mean_of_a_coin_is_that_of_theory():
    """10 tosses of 20 000 players; the variance of one factor is ((heads - tails) / 2)²; five standard errors."""
    record = coin(heads=1.5, tails=0.6, tosses=10, players=20_000)
    second = ((1.5**2 + 0.6**2) / 2) ** 10
    error = 5 * math.sqrt((second / 1.05**20 - 1) / 20_000)
    assert record.mean[-1] == pytest.approx(1.05**10, rel=error)


def test_a_coin_falls_as_the_gaussian_of_the_same_seed_lies():
    gaussian, tossed = (products(factor=1.0, spread=0.3, depth=130, seeds=20, law=law) for law in ("gaussian", "coin"))
    steps = [np.diff(np.log(record.products), axis=1) for record in (gaussian, tossed)]
    np.testing.assert_array_equal(np.sign(steps[0]), np.sign(steps[1]))


def test_a_mean_near_the_end_of_float64_does_not_overflow_itself():
    record = products(factor=10.0, depth=308, seeds=64)
    assert record.mean[-1] == pytest.approx(1e308)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(depth=0), ["depth is 0", "from 1 to 10000"]),
        (dict(depth=1.5), ["depth is 1.5", "a whole number"]),
        (dict(seeds=0), ["seeds is 0", "from 1"]),
        (dict(depth=10_000, seeds=1000), ["depth · seeds is 10000000", "from 1 to"]),
        (dict(factor=-1.0), ["factor is -1.0", "at least 0"]),
        (dict(factor=math.nan), ["factor is nan", "a finite number"]),
        (dict(spread=-0.1), ["spread is -0.1", "at least 0"]),
        (dict(law="dice"), ["law is 'dice'", "'gaussian', 'coin'"]),
        (dict(seed=-1), ["seed is -1", "at least 0"]),
    ],
)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(options, words):
    with pytest.raises(ValueError, match="allowed is") as caught:
        products(**options)
    assert all(word in str(caught.value) for word in words)


# --- what is drawn ----------------------------------------------------------------------------------------------------


@every_case
def test_the_lines_are_the_records_numbers_from_1_on(case):
    record, plot = record_of(case), ProductsPlot(record_of(case))
    chance = record.spread > 0 and record.seeds > 1
    for track, values, name in (
        (plot.median, record.over_seeds.median, "typical"),
        (plot.mean, record.mean, "mean"),
    ):
        assert track.median.get_visible() == (chance or name == "typical")
        np.testing.assert_array_equal(track.median.get_xdata(), np.arange(record.depth + 1))
        np.testing.assert_array_equal(track.median.get_ydata(), drawn(values))
        theory = np.concatenate([[0], record.theory[name]])
        np.testing.assert_array_equal(track.theory.get_ydata(), np.where(np.isfinite(theory), theory, np.nan))
    assert plot.band.get_visible() == chance


@every_case
def test_zeros_lie_on_the_floor_and_overflows_on_the_ceiling_and_all_else_between(case):
    record, plot = record_of(case), ProductsPlot(record_of(case))
    floor, ceiling = plot.axes.get_ylim()
    for track, values in ((plot.median, record.over_seeds.median), (plot.mean, record.mean)):
        for marks, where, edge, symbol in (
            (track.zeros, values == 0, floor, "v"),
            (track.overflows, ~np.isfinite(values), ceiling, "^"),
        ):
            assert marks.get_marker() == symbol
            np.testing.assert_array_equal(marks.get_xdata(), np.flatnonzero(where) + 1)
            np.testing.assert_array_equal(marks.get_ydata(), np.full(where.sum(), edge))
        heights = drawn(values)
        if track.median.get_visible():
            assert np.nanmin(heights) >= floor
            assert np.nanmax(heights) <= ceiling
    band = plot.band.get_paths()[0].vertices
    assert band[:, 1].min() >= floor
    assert band[:, 1].max() <= ceiling


@every_case
def test_labels_lie_apart_and_within_the_figure(case):
    plot = ProductsPlot(record_of(case))
    place(plot)
    extents = [t.label.get_window_extent() for t in (plot.median, plot.mean) if t.label.get_visible()]
    assert len(extents) == 1 or not extents[0].overlaps(extents[1])
    for extent in extents:
        assert plot.axes.bbox.x0 < extent.x0 < extent.x1 < plot.figure.bbox.x1
        assert plot.axes.bbox.y0 - 5 < extent.y0 < extent.y1 < plot.axes.bbox.y1 + 5


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    walked = ["a quarter", "a coin", "by chance", "some beyond", "all large", "one product"]
    fresh = {case: pixels(ProductsPlot(record_of(case))) for case in walked}
    live = ProductsPlot(record_of(walked[0]))
    for pair in itertools.combinations(walked, 2):
        for case in pair:
            live.update(record_of(case))
            np.testing.assert_array_equal(pixels(live), fresh[case], err_msg=f"on the way {pair}, at {case}")


def test_a_small_move_draws_over_the_same_ground():
    live = ProductsPlot(products(factor=0.8))
    ground = live.canvas.ground
    record = products(factor=0.801)
    live.update(record)
    np.testing.assert_array_equal(pixels(live), pixels(ProductsPlot(record)))
    assert live.canvas.ground is ground


def test_a_still_picture_is_the_same_bytes_when_made_twice():
    first, second = (draw.products(record_of("by chance")) for _ in range(2))
    assert first.png() == second.png()
    assert first.caption == products_sentence(record_of("by chance"))


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "a quarter",
            "The product of 10 factors of 0.25 is 9.5e-7, so the product vanishes. Theory predicts 9.5e-7.\nAll",
        ),
        ("by chance", "The median of 99 products of 100 random factors is "),
        ("a coin", "A coin decides whether a factor is 1.5 or 0.6."),
        ("one product", "A factor is typically 0.9, with a spread of 0.5 in its logarithm."),
        ("one factor", "of 1 random factor is "),
        ("deep", "Theory predicts 5.8e-362."),
        ("the deepest", "Theory predicts 1.0e-30000."),
    ],
)
def test_the_sentence_says_what_the_case_is_here_for(case, said):
    assert said in products_sentence(record_of(case))


@every_case
def test_sentence_and_alternative_text_name_the_setting_and_the_end(case):
    record = record_of(case)
    words, alt = products_sentence(record), products_alt(record)
    last = record.over_seeds.median[-1]
    size = "exactly 0" if last == 0 else grammar.number(last)
    noun = "median" if record.seeds > 1 and record.spread else "product"
    assert f" is {size}, so the {noun} " in words
    assert f"{size} after {record.depth}" in alt
    drawn = (
        "All factors are equal."
        if not record.spread
        else f"{record.factor * (np.exp(record.spread) if record.law == 'coin' else 1):.3g}"
    )
    for text in (words, alt):
        assert drawn in text
    assert record.protocol in words


# --- the source on the page -------------------------------------------------------------------------------------------


@cache
def blocks_of_the_page():
    """The Python that the text of the lesson shows."""
    page = json.loads((Path(__file__).parents[2] / "notebooks/01_chain_rule.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in page["cells"] if cell["cell_type"] == "markdown")
    return re.findall(r"```python\n(.*?)\n```", text, re.DOTALL)


def test_the_page_shows_the_source_of_backprop_which_has_eight_lines():
    source = Path(tape.__file__).read_text(encoding="utf-8")
    (found,) = (
        each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef) and each.name == "backprop"
    )
    rows = source.splitlines()
    docstring, first = found.body[:2]
    body = rows[first.lineno - 1 : found.end_lineno]
    assert len(body) == 8
    assert "\n".join([*rows[found.lineno - 1 : docstring.lineno - 1], *body]) in blocks_of_the_page()


def test_the_short_loop_of_the_page_does_what_backprop_does():
    (loop,) = (block for block in blocks_of_the_page() if block.startswith("for step in "))
    rng = np.random.default_rng(0)
    _, steps = models.hidden(models.init_mlp([3, 3, 3], scheme="xavier_normal", rng=rng), np.ones((1, 3)), "tanh")
    names = dict(tape=steps, cotangent=np.ones((1, 3)))
    exec(loop, names)
    *_, last = tape.backprop(steps, np.ones((1, 3)))
    np.testing.assert_array_equal(names["cotangent"], last.cotangent)
    assert not np.array_equal(last.cotangent, np.ones((1, 3)))


def test_the_factors_of_a_chain_multiply_to_what_arrives():
    nets = chain(layers=5, networks=40, seed=3)
    assert nets.weights.shape == nets.slopes.shape == (40, 4)
    np.testing.assert_array_equal(nets.dh[:, -1], 1.0)
    np.testing.assert_allclose(nets.dh[:, 0], np.prod(nets.weights * nets.slopes, axis=1), rtol=1e-12)
    assert nets.slopes.max() <= 0.25
