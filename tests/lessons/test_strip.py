"""The strip shows a record as a network: every column, point, colour, mark and word is that of a layer.

What is drawn is read back from the SVG, and compared with the record. Each reading is tried on a picture with a planted
error too.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from vgrad import models
from vgrad.kit import styles
from vgrad.kit.experiments.flow import draw_networks, flow
from vgrad.kit.marks import grammar
from vgrad.kit.marks.film import film
from vgrad.kit.marks.strip import strip
from vgrad.kit.marks.units import UnitsPlot
from vgrad.lessons import gradient_flow
from vgrad.lessons.gradient_flow import distribution
from vgrad.lessons.start_here import show

HE = dict(activation="relu", scheme="he_normal")
NETS = {
    "vanishes": dict(activation="sigmoid"),
    "holds": HE,
    "explodes": dict(gain=1.5, **HE),
    "skip": dict(skip="activation_last", depth=12),
    "zeros": dict(gain=0.0, depth=8),
    "overflows": dict(gain=1e20, precision="float32", depth=10, **HE),
    "one layer": dict(depth=1),
    "two layers": dict(depth=2),
    "deep": dict(depth=200, seeds=2),
}
RECORDS = {name: flow(**net) for name, net in NETS.items()}
every_net = pytest.mark.parametrize("name", NETS)


def drawn(svg):
    """{n: (x of the column, its fill, its kind, the mark below: its tag, class, x, y and fill)} of each lit column."""
    root = ElementTree.fromstring(svg)
    columns = {}
    for group in root.findall("g[@class='lit']"):
        use = group.find("use")
        if use is not None:
            n = int(re.search(r"--n:(\d+)", group.get("style"))[1])
            columns[n] = (float(use.get("x")), use.get("fill"), use.get("class"), mark(group))
    return columns


def mark(group):
    """What is drawn in the curve: (class, x, y, fill)."""
    point = group.find("circle")
    if point is not None:
        return "point", float(point.get("cx")), float(point.get("cy")), point.get("fill")
    path = group.findall("path")[-1]
    x, y = map(float, re.match(r"M([-\d.]+),([-\d.]+)", path.get("d")).groups())
    return path.get("class"), x + 7, y, None


def shown_sizes(record):
    """The medians that have a column, from the last layer to the first, as the pulse meets them."""
    sizes = record.relative["dh"].median
    places = np.unique(np.linspace(0, len(sizes) - 1, min(len(sizes), 100)).round().astype(int))
    return sizes[places][::-1]


def faults(svg, sizes):
    """What is wrong with a picture of ``sizes``, which run from the last layer to the first."""
    columns = drawn(svg)
    found = [] if sorted(columns) == list(range(len(sizes))) else ["not one column for each layer"]
    xs = [columns[n][0] for n in sorted(columns)]
    if any(later >= earlier for earlier, later in pairwise(xs)):
        found.append("the pulse does not walk to the left")
    for n, size in enumerate(sizes):
        x, fill, kind, (cls, at, _, of_point) = columns.get(n, (0, "#000000", "", ("", 0, 0, "")))
        found += [f"a point beside its column: {n}"] if abs(x - at) > 0.11 else []
        found += [f"wrong colour: {n}"] if hue(fill) != expected_hue(size) or of_point not in (None, fill) else []
        expected = ("nothing", "vanishes") if size == 0 else ("units", "point")
        expected = expected if np.isfinite(size) else ("broken", "explodes")
        found += [f"wrong mark: {n}"] if (kind, cls) != expected else []
    return found


def hue(fill):
    """Whether a colour is blue, orange, or neither."""
    red, _, blue = to_rgb(fill)
    return "blue" if blue - red > 0.05 else "orange" if red - blue > 0.05 else "white"


def expected_hue(size):
    """The same of a size: within ten times of the last layer's it is white."""
    if not np.isfinite(size) or size > 10:
        return "orange"
    return "blue" if size < 0.1 else "white"


@every_net
def test_each_layer_has_its_column_its_colour_and_its_point_below(name):
    assert faults(show(RECORDS[name], "strip").svg, shown_sizes(RECORDS[name])) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("vanishes", r'(circle class="point" cx=")112', r"\g<1>130", "a point beside its column: 29"),
        ("vanishes", r'fill="#0b4f82"/>', 'fill="#f7f7f5"/>', "wrong colour: 29"),
        ("explodes", r'class="units"', 'class="broken"', "wrong mark: 29"),
        ("zeros", r'<path class="vanishes"', '<path class="explodes"', "wrong mark: 7"),
        ("holds", r'style="--n:29"', 'style="--n:30"', "not one column for each layer"),
    ],
)
def test_a_planted_error_is_found(name, old, new, found):
    right = show(RECORDS[name], "strip").svg
    wrong = re.sub(old, new, right)
    assert wrong != right
    assert found in faults(wrong, shown_sizes(RECORDS[name]))


@every_net
def test_the_curve_is_as_high_as_the_logarithm_of_the_size(name):
    sizes = shown_sizes(RECORDS[name])
    columns = drawn(show(RECORDS[name], "strip").svg)
    heights = [columns[n][3][2] for n, size in enumerate(sizes) if 0 < size < np.inf]
    decades = [np.log10(size) for size in sizes if 0 < size < np.inf]
    if len(heights) > 2:
        slope, level = np.polyfit(decades, heights, 1)
        assert slope < 0
        np.testing.assert_allclose(heights, slope * np.array(decades) + level, atol=0.11)


def test_the_further_it_has_vanished_the_darker_it_is_down_to_the_blue_of_the_words():
    fills = [fill for _, (_, fill, _, _) in sorted(drawn(show(RECORDS["vanishes"], "strip").svg).items())]
    light = [sum(to_rgb(fill)) for fill in fills]
    assert all(later <= earlier for earlier, later in pairwise(light))
    assert fills[0] == "#f7f7f5"
    assert fills[-1] == grammar.VANISHING


@every_net
def test_a_second_lane_is_there_only_with_a_skip(name):
    svg = show(RECORDS[name], "strip").svg
    pulse = re.search(r'class="pulse.*', svg)[0]
    assert (pulse.count("<circle") == 1) is (pulse.count("head") == 2) is (name == "skip")
    assert (re.search(r'class="line" d="M[\d.]+,56H', svg) is not None) is (name == "skip")


@every_net
def test_zeros_and_overflows_are_said_in_words(name):
    record = RECORDS[name]
    sizes = record.relative["dh"].median
    picture = show(record, "strip")
    for cells, words in ((sizes == 0, "exactly 0"), (~np.isfinite(sizes), "no longer finite")):
        assert (f">{words}</text>" in picture.svg) is bool(cells.any())
        if cells.any():
            layers = f"{cells.sum()} layers, up to layer {np.flatnonzero(cells)[-1] + 1}."
            assert picture.caption.partition("\n")[0].endswith(f"It is {words} in {layers}")


@every_net
def test_the_accessible_name_is_the_finding_with_its_numbers(name):
    record = RECORDS[name]
    picture = show(record, "strip")
    svg = ElementTree.fromstring(picture.svg)
    said = svg.get("aria-label")
    assert (svg.get("role"), said) == ("img", picture.alt)
    assert said.startswith(picture.caption.partition("\n")[0])
    first = record.relative["dh"].median[0]
    word = {"one layer": "nothing to lose", "two layers": "holds", "skip": "holds", "deep": "vanishes"}.get(name, name)
    assert {"zeros": "vanishes"}.get(word, word) in said
    if np.isfinite(first) and first > 0 and record.net.depth > 1:
        assert f"is {grammar.number(first)} times that at the last, so it {word}." in said
        assert f"{grammar.number(first)} at layer 1" in said


@every_net
def test_a_sentence_has_at_most_three_lines_of_short_sentences(name):
    lines = show(RECORDS[name], "strip").caption.split("\n")
    assert len(lines) <= 3
    sentences = [each for line in lines[:2] for each in re.split(r"[.] (?=[A-Z])", line)]
    assert max(len(sentence.split()) for sentence in sentences) <= 20


def test_the_verdict_in_the_picture_is_a_word_and_a_number():
    for name in ("vanishes", "holds", "explodes"):
        first = grammar.number(RECORDS[name].relative["dh"].median[0])
        assert f">It {name}. First over last: {first}</text>" in show(RECORDS[name], "strip").svg


# --- the page ---------------------------------------------------------------------------------------------------------


def test_two_strips_of_one_record_share_no_id_and_use_their_own():
    pages = [show(RECORDS["holds"], "strip").html for _ in range(2)]
    ids = [set(re.findall(r' id="([^"]+)"', page)) for page in pages]
    assert ids[0].isdisjoint(ids[1])
    for page, own in zip(pages, ids, strict=True):
        assert len(re.findall(r' id="', page)) == len(own)
        assert set(re.findall(r'href="#([^"]+)"', page)) <= own
        assert set(re.findall(r'for="([^"]+)"', page)) <= own


def test_the_control_is_a_checkbox_with_a_name_and_there_is_no_script():
    page = show(RECORDS["holds"], "strip").html
    name = re.search(r'<input type="checkbox" id="([^"]+)">', page)[1]
    assert f'<label for="{name}">Send it back</label>' in page
    assert not re.search(r"<script|\son\w+=|javascript:|https?://", page)


def test_the_style_stops_all_motion_where_none_is_wanted_and_marks_the_focus():
    assert (
        "@media (prefers-reduced-motion: reduce) { .vgrad-strip svg * { animation: none !important; } }" in styles.STRIP
    )
    assert "input:focus-visible + label { outline:" in styles.STRIP
    for animation in re.findall(r"--\w+: (vgrad-\w+-[ab])", styles.STRIP):
        assert f"@keyframes {animation} " in styles.STRIP
    a, b = (re.findall(rf"@keyframes vgrad-(\w+)-{each} (.*)", styles.STRIP) for each in "ab")
    assert a == b
    assert len(a) == 4


def test_it_is_hidden_where_its_style_has_not_come_along():
    assert '<div class="vgrad-strip" style="display: none"' in show(RECORDS["holds"], "strip").html
    assert "display: block !important" in styles.STRIP


def test_thirty_layers_are_small_and_ten_thousand_hardly_larger():
    assert len(show(RECORDS["vanishes"], "strip").html.encode()) < 40_000
    assert len(strip(np.full(10_000, 1.0), theory=np.full(10_000, 1.0), skip=True).html.encode()) < 60_000


def test_a_still_picture_stands_beside_it(monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **options: shown.append((data, options)))
    picture = show(RECORDS["vanishes"], "strip")
    picture._ipython_display_()
    (still, options), (moving, _) = shown
    assert set(still) == {"image/png"}
    assert options["metadata"]["image/png"]["alt"] == picture.alt
    assert picture.svg in moving["text/html"]
    assert moving["text/plain"] == picture.caption
    assert picture._repr_html_() == picture.html


# --- any chain --------------------------------------------------------------------------------------------------------


def test_time_is_the_same_picture_with_inputs_and_words():
    words = ("the", "keys", "are", "here")
    picture = strip([0.125, 0.25, 0.5, 1.0], place="word", names=words, start="h₀", end="loss", every=True)
    assert faults(picture.svg, [1.0, 0.5, 0.25, 0.125]) == []
    for word in (*words, "h₀", "word"):
        assert f">{word}</text>" in picture.svg
    assert picture.svg.count("v-20") == 4
    assert picture.caption == "The gradient at the first of 4 words is 0.12 times that at the last, so it holds."


def test_words_are_written_as_text():
    assert "<b>" not in strip([0.5, 1], start="<b>", caption="<b>", alt="<b>").html


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(sizes=[]), "sizes"),
        (dict(sizes=3.0), "sizes"),
        (dict(sizes=[[1.0]]), "sizes"),
        (dict(sizes=[-1.0, 1.0]), "sizes"),
        (dict(sizes=["1", "2"]), "sizes"),
        (dict(sizes=None), "sizes"),
        (dict(sizes=[True, False]), "sizes"),
        (dict(sizes=[1.0], theory=[1.0, 2.0]), "theory"),
        (dict(sizes=[1.0, 1.0], names=["a"]), "names"),
        (dict(sizes=[1.0], skip="activation_last"), "skip"),
        (dict(sizes=[1.0], place=3), "place"),
        (dict(sizes=[1.0], every=1), "every"),
        (dict(sizes=[1.0], caption=None), "caption"),
    ],
)
def test_bad_input_is_refused_by_name(wrong, said):
    with pytest.raises(ValueError, match=rf"^{said} "):
        strip(**wrong)


# --- still, and as one file -------------------------------------------------------------------------------------------


@every_net
def test_the_still_columns_are_those_of_the_strip(name):
    plot = UnitsPlot(RECORDS[name])
    columns = drawn(show(RECORDS[name], "strip").svg)
    fills = plot.columns.get_facecolors()[::-1, :3]
    for n, (_, fill, kind, _) in columns.items():
        assert kind == "nothing" or np.allclose(fills[n], to_rgb(fill), atol=0.003)
    here = [size for size in shown_sizes(RECORDS[name]) if 0 < size < np.inf]
    np.testing.assert_allclose(plot.points.get_offsets()[::-1, 1], np.log10(here))
    assert show(RECORDS[name], "units").png().startswith(b"\x89PNG")


README = {"Sigmoid": "vanishes", "ReLU with He's weights": "holds", "1.5 times these weights": "explodes"}


def test_the_first_pages_film_is_made_from_records(request):
    """The stored file is what ``film`` makes of these records today."""
    made = film({title: RECORDS[name] for title, name in README.items()})
    assert (request.config.rootpath / "notebooks/images/strip.svg").read_text("utf-8") == made


def test_a_film_is_one_file_that_moves_by_itself():
    made = film({title: RECORDS[name] for title, name in README.items()})
    root = ElementTree.fromstring(made)
    for title, name in README.items():
        first = grammar.number(RECORDS[name].relative["dh"].median[0])
        assert f"{title}: It {name}. First over last: {first}." in root.get("aria-label")
    assert "prefers-color-scheme: dark" in made
    assert "prefers-reduced-motion:reduce" in made
    assert not re.search(r"<script|<image|url\(|https?://(?!www.w3.org/2000/svg)", made)
    assert len(made) < 40_000


def test_a_film_of_networks_that_differ_in_depth_is_refused():
    with pytest.raises(ValueError, match=r"^records have \[2, 12\] layers"):
        film({"a": RECORDS["two layers"], "b": RECORDS["skip"]})


# --- the entries behind the norms -------------------------------------------------------------------------------------


@every_net
def test_the_entries_of_each_layer_are_counted_once(name):
    found = distribution(RECORDS[name])
    np.testing.assert_allclose(found.shares.sum(axis=1) + found.zeros + found.broken, 1.0)
    norms = RECORDS[name].relative["dh"].median
    assert ((found.zeros == 1) == (norms == 0)).all()
    assert ((found.broken > 0) == ~np.isfinite(norms)).all()


def test_the_entries_of_one_layer_are_those_of_a_backward_pass_by_hand():
    record = flow(depth=3, width=5, batch=4, seeds=1, seed=7)
    params, x, cotangent = draw_networks(record.net)
    tape = models.hidden(params, x, "tanh")[1]
    dh = cotangent
    for step in tape[:1:-1]:  # from the last activation down to the affine map of the second layer
        dh = step.pullback(dh)
        dh = dh[1] if isinstance(dh, tuple) else dh
    sizes = np.abs(dh) / np.sqrt((cotangent**2).mean())
    found = distribution(record)
    np.testing.assert_allclose(found.quantiles[:, 0], np.quantile(sizes, (0.1, 0.5, 0.9)))
    np.testing.assert_allclose(found.shares[0], np.histogram(np.log10(sizes), found.edges)[0] / sizes.size)


@every_net
def test_the_sentence_about_the_entries_says_their_numbers(name):
    found = distribution(RECORDS[name])
    picture = gradient_flow.show(found)
    low, median, high = found.quantiles[:, 0]
    said = picture.caption.partition("\n")[0]
    if not np.isfinite(high):
        assert "entries of dh overflow" in said
    elif high == 0:
        assert "at least 9 of 10 entries of dh are exactly 0" in said
    else:
        assert f"median entry of dh is {grammar.number(median)}. Of 10 entries, 8 lie between" in said
        assert said.endswith(f"between {grammar.number(low)} and {grammar.number(high)}.")
    assert picture.png().startswith(b"\x89PNG")


def test_entries_of_what_is_no_record_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^record is 3; allowed is what flow returns"):
        distribution(3)
    with pytest.raises(ValueError, match=r"^seeds · batch · width · depth is \d+"):
        distribution(RECORDS["holds"]._replace(net=RECORDS["holds"].net._replace(seeds=100_000)))
