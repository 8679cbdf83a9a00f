"""The pictures hold the record's numbers, the sentences under them are true, and both are fit for a lecture room."""

from __future__ import annotations

import base64
import html
import io
import itertools
import re
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from drawn import pixels, place
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from vgrad.kit.experiments.flow import flow
from vgrad.kit.marks import flow as flow_marks
from vgrad.kit.marks import grammar
from vgrad.kit.marks.flow import QUANTITIES, FlowPlot
from vgrad.kit.words.flow import alt, sentence
from vgrad.lessons.gradient_flow import draw, measure
from vgrad.lessons.gradient_flow.draw import bars, spread

ALL = dict(shown=QUANTITIES)
CASES = {  # name: (what to run, what to show)
    "healthy": (dict(), dict()),
    "vanishing": (dict(activation="sigmoid"), dict()),
    "exploding": (dict(activation="relu", scheme="he_normal", gain=1.5), dict()),
    "float16 underflow": (dict(activation="sigmoid", precision="float16"), ALL),
    "float16 overflow": (dict(activation="relu", scheme="he_normal", gain=8.0, precision="float16"), ALL),
    "float64 overflow": (dict(activation="identity", gain=1e20), ALL),
    "some overflow": (dict(activation="relu", width=6, gain=3.9, depth=20, precision="float16"), ALL),
    "one network": (dict(seeds=1), ALL),
    "one layer": (dict(depth=1), ALL),
    "two layers": (dict(depth=2), ALL),
    "dead units": (dict(activation="relu", scheme="he_normal", width=8, depth=40, batch=1, seeds=63), ALL),
    "all dead": (dict(activation="relu", scheme="he_normal", width=2, depth=100, batch=1), ALL),
    "no weights": (dict(gain=0.0), ALL),
    "fewer networks": (dict(weights=7 * 30 * 32**2), dict()),
    "all three": (dict(activation="tanh", depth=50, gain=1.3), ALL),
    "none": (dict(), dict(shown=())),
    "linear": (dict(), dict(scale="linear")),
    "linear, exploding": (dict(activation="identity", gain=2.0), dict(scale="linear", shown=("dh", "dW"))),
    "linear, overflow": (dict(activation="identity", gain=1e20), dict(scale="linear", **ALL)),
    "deep": (dict(depth=700, width=4), dict()),
}


@cache
def record_of(case):
    settings, view = CASES[case]
    return flow(**{"seeds": 15, **settings})._replace(**view)  # odd: the median is one of the networks


every_case = pytest.mark.parametrize("case", CASES)


def on_axis(values, scale):
    with np.errstate(divide="ignore"):
        return np.log10(values) if scale == "log" else np.asarray(values)


def decode(png):
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return picture.format, picture.size


# --- the artists hold the numbers ---------------------------------------------------------------------------------


@every_case
def test_the_median_line_and_the_theory_are_the_records_numbers(case):
    record = record_of(case)
    plot = FlowPlot(record)
    for name in record.shown:
        curve = plot.curves[name]
        for line, relative in ((curve.median, record.relative[name].median), (curve.theory, record.theory[name])):
            expected = on_axis(relative, record.scale)
            expected[~np.isfinite(expected)] = np.nan
            np.testing.assert_array_equal(line.get_xdata(), np.arange(1, record.net.depth + 1))
            np.testing.assert_array_equal(line.get_ydata(), expected)


@every_case
def test_the_band_runs_from_the_low_to_the_high_networks_and_stays_between_floor_and_ceiling(case):
    record = record_of(case)
    plot = FlowPlot(record)
    floor, ceiling = plot.axes.get_ylim()
    for name in record.shown:
        band, n = plot.curves[name].band, record.net.depth
        assert band.get_visible() == (record.net.seeds > 1)
        drawn = band.get_paths()[0].vertices  # a corner, the lower edge, a corner, the upper edge backwards
        for edge, values in ((drawn[1 : n + 1], "low"), (drawn[n + 2 : 2 * n + 2][::-1], "high")):
            expected = on_axis(getattr(record.relative[name], values), record.scale)
            expected = np.nan_to_num(expected, nan=ceiling, posinf=ceiling, neginf=floor)
            np.testing.assert_array_equal(edge, np.column_stack([np.arange(1, n + 1), expected]))


@every_case
def test_zeros_lie_on_the_floor_and_overflows_on_the_ceiling_each_with_its_symbol(case):
    record = record_of(case)
    plot = FlowPlot(record)
    floor, ceiling = plot.axes.get_ylim()
    for name in record.shown:
        curve, median = plot.curves[name], record.relative[name].median
        for marks, where, edge, symbol in (
            (curve.zeros, median == 0, floor, "v"),
            (curve.overflows, ~np.isfinite(median), ceiling, "^"),
        ):
            assert marks.get_marker() == symbol
            np.testing.assert_array_equal(marks.get_xdata(), np.flatnonzero(where) + 1)
            np.testing.assert_array_equal(marks.get_ydata(), np.full(where.sum(), edge))


@pytest.mark.parametrize("activation", grammar.ACTIVATIONS)
def test_a_curve_wears_the_colour_and_the_marker_of_its_activation(activation):
    plot = FlowPlot(record_of("all three"))
    plot.update(flow(activation=activation, depth=4, seeds=3)._replace(shown=QUANTITIES))
    look = grammar.ACTIVATIONS[activation]
    for name, curve in plot.curves.items():
        assert curve.label.get_text() == name
        assert curve.median.get_marker() == look.marker
        assert curve.median.get_fillstyle() == grammar.FILLS[name]
        assert curve.median.get_color() == curve.label.get_color() == look.color
        assert to_hex(curve.band.get_facecolor()[0]) == look.color


@pytest.mark.parametrize(
    ("case", "zeros", "overflows"),
    [
        ("healthy", False, False),
        ("float16 underflow", True, False),
        ("float16 overflow", False, True),
        ("float64 overflow", False, True),
        ("all dead", True, False),
        ("no weights", True, False),
    ],
)
def test_the_cases_show_the_symbols_they_are_here_for(case, zeros, overflows):
    curve = FlowPlot(record_of(case)).curves["dh"]
    assert (len(curve.zeros.get_xdata()) > 0, len(curve.overflows.get_xdata()) > 0) == (zeros, overflows)


@every_case
def test_no_finite_value_lies_outside_the_axes(case):
    record = record_of(case)
    plot = FlowPlot(record)
    (left, right), (floor, ceiling) = plot.axes.get_xlim(), plot.axes.get_ylim()
    assert left < 1 <= record.net.depth <= right
    for name in record.shown:
        for values in (*record.relative[name], record.theory[name]):
            drawn = on_axis(values, record.scale)
            drawn = drawn[np.isfinite(drawn)]
            assert floor <= drawn.min(initial=floor)
            assert drawn.max(initial=ceiling) <= ceiling


@pytest.mark.parametrize("shown", [(), ("dh",), ("dz", "dW"), QUANTITIES])
def test_what_is_not_shown_is_not_drawn(shown):
    plot = FlowPlot(record_of("all three")._replace(shown=QUANTITIES))
    plot.update(record_of("healthy")._replace(shown=shown))
    drawn = {name for name, curve in plot.curves.items() if any(artist.get_visible() for artist in curve.artists)}
    assert drawn == set(shown)


@every_case
def test_labels_lie_apart_from_each_other_and_between_the_ticks_and_the_curves(case):
    plot = FlowPlot(record_of(case)._replace(shown=QUANTITIES))
    place(plot)
    extents = [plot.curves[name].label.get_window_extent() for name in QUANTITIES]
    for a, b in itertools.combinations(extents, 2):
        assert not a.overlaps(b)
    first_layer = plot.axes.transData.transform((1, 0))[0]
    for extent in extents:
        assert plot.axes.bbox.x0 < extent.x0 < extent.x1 < first_layer
        assert 0 < extent.y0 < extent.y1 < plot.figure.bbox.y1


def test_a_live_picture_moved_from_any_record_to_any_other_is_the_fresh_picture_pixel_for_pixel():
    walked = [
        "healthy", "exploding", "float16 underflow", "float16 overflow", "one network", "one layer", "all dead",
        "all three", "none", "linear",
    ]  # fmt: skip
    fresh = {case: pixels(FlowPlot(record_of(case))) for case in walked}
    live = FlowPlot(record_of(walked[0]))
    for pair in itertools.combinations(walked, 2):  # a, b, a, c, a, d, ...: almost every move, and its way back
        for case in pair:
            live.update(record_of(case))
            np.testing.assert_array_equal(pixels(live), fresh[case], err_msg=f"on the way {pair}, at {case}")


def test_a_small_move_draws_the_same_pixels_over_the_same_ground():
    records = [flow(gain=gain, seeds=5) for gain in (1.0, 1.01, 1.02)]
    live = FlowPlot(records[0])
    ground = live.canvas.ground
    for record in records[1:]:
        live.update(record)
        np.testing.assert_array_equal(pixels(live), pixels(FlowPlot(record)))
        assert live.canvas.ground is ground


# --- the words are true -------------------------------------------------------------------------------------------


def size_said(words, name):
    """The number said of a gradient, first layer against last."""
    said = re.search(rf"{name} (?:at the first of .*? layers? )?is (exactly 0|[\d.]+(?:e-?\d+)?)", words)[1]
    return 0.0 if said == "exactly 0" else float(said)


def verdict_of(ratio):
    return "vanishes" if ratio < 0.1 else "explodes" if ratio > 10 else "holds"


@every_case
def test_the_sentence_says_the_ratio_to_two_digits_and_its_verdict(case):
    record = record_of(case)
    words = sentence(record)
    if not record.shown:
        assert "Nothing is shown" in words
        return
    if record.net.depth == 1:
        assert "the first is the last" in words
        return
    for name in record.shown:
        norms = getattr(record, name)
        with np.errstate(invalid="ignore"):
            ratios = np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1])  # where nothing arrives it is 0
        ratio = float(np.sort(ratios)[record.net.seeds // 2])
        if not np.isfinite(ratio):
            assert re.search(rf"{name} (at the first of .*? )?overflows", words)
            continue
        assert size_said(words, name) == pytest.approx(float(f"{ratio:.2g}"), rel=1e-9)
        assert re.search(rf"{name} [^,]*, so it {verdict_of(ratio)}\b", words)


TROUBLES = {  # what is said of it: the cases in which it is said
    "underflows": {"float16 underflow"},
    "dead units": {"dead units", "all dead"},
    "overflows at layer": {"float16 overflow", "float64 overflow", "linear, overflow", "some overflow"},
    "no longer finite": {"float16 overflow", "float64 overflow", "linear, overflow", "some overflow"},
    "networks asked for": {"fewer networks"},
    "All weights are 0": {"no weights"},
    "One network: ": {"one network"},
    "exactly 0": {"float16 underflow", "dead units", "all dead", "no weights"},
}


@every_case
def test_the_sentence_names_a_trouble_exactly_where_there_is_one(case):
    words = sentence(record_of(case))
    assert {said for said in TROUBLES if said in words} == {said for said, cases in TROUBLES.items() if case in cases}


@every_case
def test_the_sentence_counts_the_networks_right(case):
    record, words = record_of(case), sentence(record_of(case))
    silent = int((record.dh[:, 0] == 0).sum())
    said = [int(k) for k in re.findall(r"In (\d+) of \d+ networks? it", words)]
    assert sum(said) == (silent if record.net.gain else 0)
    assert f"{record.net.seeds} networks" in words or record.net.seeds == 1 or record.net.depth == 1 or not record.shown
    if record.net.seeds < record.seeds_asked:
        assert f"Of {record.seeds_asked} networks asked for, {len(record.dh)} ran" in words


@every_case
def test_the_sentence_names_the_network_and_the_protocol(case):
    record, words = record_of(case), sentence(record_of(case))
    label = grammar.look(record.net.activation).label
    assert f"{record.net.depth} {label} layer{'s' if record.net.depth > 1 else ''}" in words
    for part in (grammar.look(record.net.activation).label, f"width {record.net.width}", record.protocol):
        assert part in words
    assert record.net.precision in words


@every_case
def test_the_alternative_text_says_the_medians_of_five_layers(case):
    record = record_of(case)
    words = alt(record)
    assert f"on a {record.scale} axis" in words
    for name in record.shown:
        said = re.search(rf"{name} relative to the last layer is (.*?)[;.](?: |$)", words)[1]
        said = {int(layer): value for value, layer in re.findall(r"(\S+|not a number) at layer (\d+)", said)}
        assert len(said) == min(5, record.net.depth)
        assert {1, record.net.depth} <= said.keys()
        for layer, value in said.items():
            assert value == grammar.number(record.relative[name].median[layer - 1])
    assert record.shown or "no curve" in words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.1949, "0.19"), (1.0, "1"), (4.6e-19, "4.6e-19"), (6.62e-4, "0.00066"), (2.34e-5, "2.3e-5"),
        (131_000, "1.3e5"), (198, "200"), (-1234, "-1200"), (0, "0"), (np.inf, "infinite"), (np.nan, "not a number"),
        (9.96, "10"), (-0.0312, "-0.031"),
    ],
)  # fmt: skip
def test_numbers_are_said_with_two_digits(value, said):
    assert grammar.number(value) == said


# --- still pictures -----------------------------------------------------------------------------------------------


@cache
def narrow(width, **settings):
    return flow(activation="relu", scheme="he_normal", depth=40, width=width, batch=1, seeds=49, **settings)


def stills():
    grid = [
        flow(activation=activation, scheme=scheme, depth=20, seeds=3)
        for scheme in ("xavier_normal", "he_normal")
        for activation in ("sigmoid", "tanh", "relu")
    ]
    kata = [measure.ten_layers(activation) for activation in measure.TEN_LAYER_ACTIVATIONS]
    return {
        "flow": lambda: flow_marks.flow(record_of("all three")),
        "grid": lambda: draw.grid(grid, 3),
        "spread": lambda: spread([narrow(width) for width in (4, 8, 32)]),
        "bars": lambda: bars(kata),
        "bars of dW": lambda: bars(kata, "dW"),
    }


@pytest.mark.parametrize("name", ["flow", "grid", "spread", "bars", "bars of dW"])
def test_a_page_gets_the_png_with_its_alt_text_then_the_sentence_and_the_same_bytes_when_made_twice(name, monkeypatch):
    displayed = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata=None, raw=False: displayed.append((data, metadata))
    )
    make = stills()[name]
    first, second = make(), make()
    first._ipython_display_()
    second._ipython_display_()
    (picture, metadata), (text, _) = displayed[:2]
    assert displayed[2:] == displayed[:2]
    assert base64.b64decode(picture["image/png"]) == first.png()
    assert text["text/plain"] == first.caption == repr(first)
    assert metadata["image/png"]["alt"] == first.alt
    assert first.alt != first.caption
    assert html.unescape(
        re.sub("<style>.*</style>|<.*?>", "", text["text/html"], flags=re.DOTALL)
    ) == first.caption.replace("\n", "")
    assert 'role="status"' in text["text/html"]
    width, height = decode(first.png())[1]
    assert metadata["image/png"]["width"] / metadata["image/png"]["height"] == pytest.approx(width / height, rel=0.01)


def test_a_still_flow_shows_what_is_asked_for():
    record = record_of("all three")
    picture = flow_marks.flow(record, shown=["dz"], scale="linear")
    assert picture.caption == sentence(record._replace(shown=("dz",), scale="linear"))
    assert picture.figure.axes[0].get_ylim()[0] == 0
    assert record.shown == QUANTITIES


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_still_flow_has_the_curve_in_it(activation):
    png = flow_marks.flow(flow(activation=activation, seeds=3)).png()
    colors = np.asarray(Image.open(io.BytesIO(png))).reshape(-1, 3)
    curve = np.round(255 * np.array(to_rgb(grammar.ACTIVATIONS[activation].color)))
    assert (colors == curve).all(axis=1).sum() > 1000


def test_the_sentence_of_a_grid_counts_its_verdicts():
    records = [record_of(case) for case in ("healthy", "vanishing", "exploding", "one network")]
    finding, protocol = draw.grid(records, 2).caption.split("\n")
    assert finding == "Of 4 pairs of activation and initialization, 1 vanishes, 1 explodes and 2 hold."
    assert "30 layers" in protocol


def table(picture):
    """The colour and the words of each cell of a grid, cell by cell."""
    (axes,) = picture.figure.axes
    words = [(text.get_position(), text.get_text()) for text in axes.texts]
    for patch in axes.patches:
        x, y = patch.get_xy()
        inside = [said for (left, up), said in words if x < left < x + 1 and y < up < y + 1]
        yield patch.get_facecolor()[:3], inside


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_a_grid_has_each_records_decades_and_colour_in_its_place(columns):
    records = [record_of(case) for case in ("healthy", "vanishing", "exploding", "float16 underflow")]
    picture = draw.grid(records, columns)
    for record, (color, words) in zip(records, table(picture), strict=True):
        decades = on_axis(record.ratio, "log")
        assert words[0] == ("▼ 0" if record.ratio == 0 else f"{decades:+.1f}")
        theory = on_axis(record.theory["dh"][0], "log")
        assert (f"theory {theory:+.1f}" in words) == (not abs(theory - decades) < 0.5)
        assert f"{grammar.look(record.net.activation).label}, " in "".join(words) or columns == 1
        assert (color[2] > color[0] + 0.02) == (decades < -1)
        assert (color[0] > color[2] + 0.02) == (decades > 1)
    assert all(f"{on_axis(record.ratio, 'log'):+.1f}" in picture.alt or record.ratio == 0 for record in records)
    assert "exactly 0" in picture.alt


def test_a_grid_of_pairs_in_order_has_them_at_its_rows_and_columns():
    records = [
        flow(activation=activation, scheme=scheme, depth=5, seeds=2)
        for scheme in ("xavier_normal", "he_normal")
        for activation in ("sigmoid", "leaky_relu")
    ]
    picture = draw.grid(records, 2)
    heads = [text.get_text() for text in picture.figure.axes[0].texts if hasattr(text, "xyann")]
    assert heads == ["sigmoid", "Xavier\nnormal", "leaky\nReLU", "He\nnormal"]
    assert all(len(words) <= 2 for _, words in table(picture))


def test_a_grid_marks_what_is_no_longer_finite():
    record = flow(activation="relu", scheme="he_normal", gain=20.0, precision="float16", depth=30, seeds=2)
    ((_, words),) = table(draw.grid([record], 1))
    assert words[0] == "▲ ∞"


def dots(panel, marker):
    """Where the dots or the symbols of a spread lie: one array a record."""
    return [line.get_ydata() for line in panel.lines if line.get_marker() == marker]


def test_a_spread_has_a_dot_for_each_network_and_a_symbol_on_the_floor_for_each_silent_one():
    records = [narrow(width) for width in (4, 8, 32)]
    panel = spread(records).figure.axes[0]
    floor, ceiling = panel.get_ylim()
    for record, column, zeros in zip(records, dots(panel, "o"), dots(panel, "v"), strict=True):
        expected = on_axis(record.dh[:, 0] / record.dh[:, -1], "log")
        np.testing.assert_allclose(column, expected, rtol=1e-12)
        assert (expected[np.isfinite(expected)] >= floor).all()
        assert (expected <= ceiling).all()
        np.testing.assert_array_equal(zeros, np.full((record.dh[:, 0] == 0).sum(), floor))


@pytest.mark.parametrize(
    "settings",
    [
        dict(gain=8.0, precision="float16"),  # all overflow
        dict(gain=0.0),  # all 0
        dict(gain=0.5),  # theory says the same for all widths, far from 1
    ],
    ids=str,
)
def test_a_spread_keeps_all_it_draws_on_its_axes(settings):
    records = [narrow(width, **settings) for width in (8, 32)]
    panel = spread(records).figure.axes[0]
    floor, ceiling = panel.get_ylim()
    for line in panel.lines:
        heights = np.asarray(line.get_ydata())
        heights = heights[np.isfinite(heights)]
        assert ((heights >= floor) & (heights <= ceiling)).all()
    marked = sum(len(heights) for marker in "v^" for heights in dots(panel, marker))
    assert marked == sum(((r.dh[:, 0] == 0) | ~np.isfinite(r.dh[:, 0] / r.dh[:, -1])).sum() for r in records)


@pytest.mark.parametrize("seeds", [6, 15, 16])
def test_a_spread_says_the_median_that_it_draws(seeds):
    record = flow(activation="relu", scheme="he_normal", depth=40, width=16, batch=1, seeds=seeds)
    picture = spread([record])
    drawn = next(y for y in (line.get_ydata() for line in picture.figure.axes[0].lines) if len(y) == 2 and y[0] == y[1])
    said = re.search(r"width 16: median (\S+),", picture.alt)[1]
    assert grammar.number(10 ** drawn[0]) == said


def test_the_sentence_of_a_spread_counts_the_silent_networks():
    records = [narrow(width) for width in (4, 8, 64)]
    said = re.findall(r"width (\d+): .*?(?:(?:, (\d+) of 49 networks exactly 0)|(?=;|\.$))", spread(records).alt)
    assert [(int(width), int(n or 0)) for width, n in said] == [(r.net.width, (r.dh[:, 0] == 0).sum()) for r in records]


def test_the_sentence_of_a_spread_tells_of_its_first_and_its_last_column():
    records = [narrow(width) for width in (4, 8, 64)]
    first, last = re.findall(r"At width (\d+), the first layer receives (.*?)\.(?= At|\n)", spread(records).caption)
    silent = (records[0].dh[:, 0] == 0).sum()
    low, _, high = (grammar.number(row[0]) for row in records[-1].relative["dh"])
    assert first == ("4", f"exactly 0 in {silent} of 49 networks")
    assert last == ("64", f"{low} to {high} of the last layer's dh in the middle 80 % of the networks")


@pytest.mark.parametrize("quantity", ["magnitudes", "dW"])
def test_the_bars_are_told_in_words_as_they_are_drawn(quantity):
    records = [measure.ten_layers(activation) for activation in measure.TEN_LAYER_ACTIVATIONS]
    picture = bars(records, quantity)
    for panel, record in zip(picture.figure.axes, records, strict=False):
        heights = [patch.get_height() for patch in panel.patches]
        told = ", ".join(f"{grammar.number(heights[k - 1])} at layer {k}" for k in (1, 3, 6, 8, 10))
        assert f"{grammar.look(record.activation).label} {told}" in picture.alt


def test_the_sentence_of_the_bars_is_counted_from_the_bars():
    records = [measure.ten_layers(activation) for activation in measure.TEN_LAYER_ACTIVATIONS]
    words = bars(records).caption
    sizes = [record.magnitudes / record.magnitudes.max() for record in records]
    assert f"{sum((size < 0.025).sum() for size in sizes)} of 30 bars are under 2.5 %" in words
    for record in records:
        ratio = record.magnitudes[0] / record.magnitudes[-1]
        assert f"{ratio:.2g}".replace("e-0", "e-") + f" with {grammar.look(record.activation).label}" in words


def test_pictures_are_drawn_without_pyplot():
    program = (
        "import sys; from vgrad.lessons.gradient_flow import flow, show, ten_layers; record = flow(depth=3, seeds=2);"
        "show(record).png(); show([record], columns=1).png();"
        "show([ten_layers('tanh')]).png(); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- colours ------------------------------------------------------------------------------------------------------

SIGHT = {  # Machado, Oliveira & Fernandes 2009, table 1, severity 1.0: on linear RGB
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
APART = {"usual": 12.0, "protanopia": 8.0, "deuteranopia": 8.0}  # CIE76 ΔE; 2.3 is just noticeable side by side


def linear_rgb(color):
    channels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2's: (L + 0.05) / (L' + 0.05) of relative luminances."""
    dark, light = sorted(float(linear_rgb(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def cie_lab(rgb):
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.119192, 0.9503041]]
    )
    t = (to_xyz @ rgb.clip(0, 1)) / [0.95047, 1.0, 1.08883]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", grammar.ACTIVATIONS)
def test_every_activation_stands_out_on_paper_and_on_both_shaded_sides(name):
    color = grammar.ACTIVATIONS[name].color
    assert contrast(color, grammar.PAPER) >= 3
    assert contrast(color, grammar.VANISHING_SIDE) >= 2.5
    assert contrast(color, grammar.EXPLODING_SIDE) >= 2.5


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        (grammar.INK, grammar.PAPER),
        (grammar.FAINT, grammar.PAPER),
        (grammar.VANISHING, grammar.VANISHING_SIDE),
        (grammar.EXPLODING, grammar.EXPLODING_SIDE),
    ],
)
def test_letters_have_the_contrast_of_text(ink, paper):
    assert contrast(ink, paper) >= 4.5


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_activations_look_alike_to_colour_blind_eyes_either(sight):
    seen = {name: cie_lab(SIGHT[sight] @ linear_rgb(look.color)) for name, look in grammar.ACTIVATIONS.items()}
    near = {
        pair: round(float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])), 1) for pair in itertools.combinations(seen, 2)
    }
    assert {pair: distance for pair, distance in near.items() if distance < APART[sight]} == {}


def test_every_activation_has_its_own_marker_and_label():
    assert len({look.marker for look in grammar.ACTIVATIONS.values()}) == len(grammar.ACTIVATIONS)
    assert len({look.label for look in grammar.ACTIVATIONS.values()}) == len(grammar.ACTIVATIONS)
    assert len(set(grammar.FILLS.values())) == len(QUANTITIES)
