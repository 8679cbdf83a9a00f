"""Every explorer, without a browser: each control counts, no value breaks it, and what it says is true."""

from __future__ import annotations

import base64
import io
import math
import re
from functools import cache
from html.parser import HTMLParser

import ipywidgets as widgets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib._pylab_helpers import Gcf
from PIL import Image

from vgrad import experiments, explorers, plots
from vgrad.explorers import framework

every_explorer = pytest.mark.parametrize("name", explorers.CATALOGUE)


@cache
def shared(name):
    """One explorer for all tests: that it comes back from wherever the last one left it is part of what is tested."""
    return explorers.CATALOGUE[name]()


@pytest.fixture
def explorer(name):
    shared(name).reset()
    return shared(name)


def every_control_of(kind):
    pairs = [(name, key, w) for name in explorers.CATALOGUE for key, w in shared(name).controls.items()]
    return pytest.mark.parametrize(("name", "key"), [(name, key) for name, key, w in pairs if isinstance(w, kind)])


SLIDERS = (widgets.IntSlider, widgets.FloatSlider, widgets.FloatLogSlider)
every_control = every_control_of(widgets.ValueWidget)
every_slider = every_control_of(SLIDERS)
every_dropdown = every_control_of(widgets.Dropdown)


def ends(widget):
    """The extreme values of a control, or all of them where they have no order."""
    if isinstance(widget, (widgets.IntSlider, widgets.FloatSlider)):
        return [widget.min, widget.max]
    if isinstance(widget, widgets.FloatLogSlider):
        return [float(f"{10**widget.min:.3g}"), float(f"{10**widget.max:.3g}")]
    return [False, True] if isinstance(widget, widgets.ToggleButton) else [value for _, value in widget.options]


def tree(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from tree(child)


def button(explorer, label):
    return next(w for w in tree(explorer) if isinstance(w, widgets.Button) and w.description == label)


def view(explorer):
    return next(w for w in tree(explorer) if isinstance(w, widgets.HTML) and "<img" in w.value)


class Page(HTMLParser):
    """What a page shows: the picture's attributes, and the text of its caption."""

    def __init__(self, explorer):
        super().__init__()
        self.image, self.caption, self.role, self.inside = {}, "", "", False
        self.feed(view(explorer).value)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.image = dict(attrs)
        if tag == "figcaption":
            self.inside, self.role = True, dict(attrs).get("role")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "figcaption"

    def handle_data(self, data):
        self.caption += data if self.inside else ""


def decode(png):
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return picture.format, picture.size


def from_link(address):
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return base64.b64decode(data)


def same(a, b):
    """Whether two records are equal, array by array, a NaN being itself."""
    if hasattr(a, "_asdict"):
        a, b = a._asdict(), b._asdict()
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return a == b or (a != a and b != b)


def shown(explorer):
    return explorer.record, explorer.caption, explorer.png(), view(explorer).value


def values(explorer):
    return {key: widget.value for key, widget in explorer.controls.items()}


# --- what is said is true -----------------------------------------------------------------------------------------


def assert_flow_is_told_truly(explorer):
    """The sentence of a gradient's flow, against the norms, the controls, and the same networks in float64."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    assert record.shown == tuple(name for name in ("dh", "dz", "dW") if asked[name])
    assert (len(record.dh) < asked["seeds"]) == ("networks asked for" in words)
    assert words.startswith(f"{asked['depth']} layer")
    assert record.dh.shape[1] == asked["depth"]
    for name in record.shown if record.depth > 1 else ():
        assert_ratio_is_told_truly(name, getattr(record, name), words)
    broken = np.flatnonzero(~np.isfinite(record.dh).all(axis=0))
    assert re.findall(r"no longer finite at layer (\d+)", words) == [str(k + 1) for k in broken[-1:]]
    assert_silence_is_told_truly(asked, record, words)


def assert_ratio_is_told_truly(name, norms, words):
    with np.errstate(invalid="ignore"):
        ratios = np.sort(np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1]))
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}  # of an even number, either
    told = re.search(rf"{name} (?:is (exactly 0|[-+.e\d]+)[^;]*?: it (?:shrinks, but |grows, but )?)?(\w+)", words)
    sizes = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups() in {(sizes[m], verdict_of(m)) for m in medians}
    if band := re.search(rf"{name} of 8 in 10 from (\S+) to ([-+.e\d]+)", words):
        low, high = (float(said.rstrip(".")) for said in band.groups())
        assert np.mean((ratios >= 0.94 * low) & (ratios <= 1.06 * high)) >= 0.7  # 5 of 7 networks are the fewest


def verdict_of(ratio):
    if not math.isfinite(ratio):
        return "overflows"
    return "vanishes" if ratio < 0.1 else "explodes" if ratio > 10 else "holds"


def assert_silence_is_told_truly(asked, record, words):
    """A gradient of exactly 0 is underflow where float64 still has it; ReLU's dead units stop it in float64 too."""
    silent = record.dh[:, 0] == 0
    underflow, dead, flat = (
        sum(int(k) for k in re.findall(rf"In (\d+) of \d+ networks? {cause}", words))
        for cause in ("it is too small", "a layer of dead units", "slopes round to 0")
    )
    assert underflow + dead + flat == silent.sum()
    assert not (dead if asked["activation"] != "relu" else flat)
    if silent.any():
        limits = dict(multiply_adds=2**60, weights=2**60, seeds=len(record.dh), precision="float64")
        network = {key: asked[key] for key in ("depth", "width", "activation", "scheme", "batch")}
        exact = experiments.flow(**network, gain=record.gain, **limits).dh[:, 0] == 0
        assert underflow + flat >= (silent & ~exact).sum()
        assert dead <= (silent & exact).sum()


def assert_products_are_told_truly(explorer):
    """The sentence of the products, against products multiplied anew, one by one, from the same factors."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    factors = record.factor * np.exp(asked["spread"] * logarithms(asked["seeds"], asked["depth"]))
    product, path = np.ones(len(factors), asked["precision"]), []
    with np.errstate(all="ignore"):
        for column in factors.T:
            product = product * column.astype(asked["precision"])
            path.append(product.astype(float))
    chance, last = asked["spread"] > 0 and asked["seeds"] > 1, np.sort(path[-1])
    nearby = last[[(len(last) - 1) // 2, len(last) // 2]]  # of an even number, either
    told = re.search(r": the (?:product|median of (\d+) products) is (.+?) \(theory (\S+)\): it (\w+)", words)
    assert told[1] == (str(asked["seeds"]) if chance else None)
    assert told[2] in {"exactly 0" if m == 0 else plots.grammar.number(m) for m in nearby}
    assert told[4] in {verdict_of(m) for m in nearby}
    assert words.startswith(f"{asked['depth']} factor")
    assert_theory_is_told_truly(record, words, told[3], chance)
    assert_losses_are_told_truly(asked, np.array(path), words, chance)


def logarithms(seeds, depth):
    """ζ, drawn as the experiment says: a hundred at a time, each hundred with a generator of its own."""
    blocks = [np.random.default_rng((0, 3, k)).standard_normal((seeds, 100)) for k in range(-(-depth // 100))]
    return np.concatenate(blocks, axis=1)[:, :depth]


def assert_theory_is_told_truly(record, words, typical, chance):
    decades = record.depth * math.log10(record.factor)
    assert math.log10(float(typical)) == pytest.approx(decades, abs=0.03)
    if chance and (mean := re.search(r"their mean is (.+?) \(theory (\S+)\)", words)):
        of_ten = record.depth * record.spread**2 / 2 / math.log(10)
        mantissa, _, exponent = mean[2].partition("e")
        assert math.log10(float(mantissa)) + int(exponent or 0) == pytest.approx(decades + of_ten, abs=0.03)
        with np.errstate(over="ignore"):
            measured = float(np.mean(record.products[:, -1].astype(np.longdouble)))
        assert mean[1] in {"exactly 0" if measured == 0 else plots.grammar.number(measured)}


def assert_losses_are_told_truly(asked, path, words, chance):
    """From where on the median is lost, and how many products are lost in the end."""
    said = re.search(r"exactly 0 (?:in \w+ )?from (\d+) on", words), re.search(r"is beyond \w+ from (\d+) on", words)
    middle = np.sort(path, axis=1)[:, round(0.5 * (asked["seeds"] - 1))]
    for match, lost in zip(said, (middle == 0, ~np.isfinite(middle)), strict=True):
        assert (match and int(match[1])) == (int(np.argmax(lost)) + 1 if lost.any() else None)
    for kind, lost in (("exactly 0", path[-1] == 0), ("beyond", ~np.isfinite(path[-1]))):
        count = re.search(rf"In the end (\d+) of \d+ are {kind}", words)
        assert (int(count[1]) if count else 0) == (lost.sum() if chance else 0)


def assert_norms_are_told_truly(explorer):
    """The sentence of the norms: each curve's ratio, verdict and factor a layer, against the networks' own norms."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    named = {"none": ("no_norm", "without a norm"), "batch": ("batch_norm", "with batch norm")}
    named |= {"layer": ("layer_norm", "with layer norm")}
    suffix = "_after" if asked["place"] == "after" else ""
    assert [*record.flows] == [norm for norm, (key, _) in named.items() if asked[key]]
    assert words.startswith(f"{asked['depth']} layer")
    assert ("norms after the activation" in words) == bool(suffix)
    assert f"width {asked['width']}," in words
    assert f"{asked['batch']} samples." in words
    for norm, flow in record.flows.items():
        assert flow.norm == (None if norm == "none" else norm + suffix)
        assert flow.dh.shape[1] == asked["depth"]
        assert (len(flow.dh) < asked["seeds"]) <= ("networks asked for" in words)
        silent = int((flow.dh[:, 0] == 0).sum())
        told = re.findall(
            rf"In (\d+) of (?:\d+) networks? {named[norm][1]} the first layer receives exactly noth", words
        )
        assert told == ([str(silent)] if silent else [])
        if asked["depth"] > 1:
            assert_norm_is_told_truly(flow.dh, named[norm][1], words)


def assert_norm_is_told_truly(norms, name, words):
    with np.errstate(invalid="ignore"):
        ratios = np.sort(np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1]))
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}  # of an even number, either
    finding = words.partition(". ")[0]
    part = next(part for part in finding.split(": ", 1)[1].split("; ") if part.startswith(name))
    size = r"(exactly 0|[-+.e\d]+)"
    told = re.search(rf"{name} (?:the first layer's dh is )?(?:{size}(?: of the last's)?[^:]*: )?it (\w+)", part)
    sizes = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups() in {(sizes[m], verdict_of(m)) for m in medians}
    factor = re.search(rf"A layer multiplies it by [^:]*?([-+.e\d]+) {name}", words)
    layers = norms.shape[1] - 1
    allowed = {f"{m ** (1 / layers):.3g}" for m in medians if 0 < m < math.inf}
    assert (factor[1] in allowed) if factor else allowed != medians or not allowed


TRULY = {
    "products": assert_products_are_told_truly,
    "gradient_flow": assert_flow_is_told_truly,
    "normalization": assert_norms_are_told_truly,
}


def assert_sound(explorer, name):
    """It shows a PNG that decodes, with its own sentence, and the sentence is true."""
    page = Page(explorer)
    assert decode(from_link(page.image["src"])) == ("PNG", decode(explorer.png())[1])
    assert page.caption == explorer.caption
    TRULY[name](explorer)


def test_every_explorer_has_a_check_of_what_it_says():
    assert TRULY.keys() == explorers.CATALOGUE.keys()


# --- every control counts, and no value breaks it -----------------------------------------------------------------


@every_control
def test_each_control_changes_what_is_measured_and_the_picture(explorer, key):
    before, picture, widget = explorer.record, explorer.png(), explorer.controls[key]
    others, moved = [value for value in ends(widget) if value != widget.value], []
    for value in others:
        explorer.reset()
        explorer.set(**{key: value})
        after = explorer.record
        if hasattr(after, key):  # a record that only repeats its setting has not changed
            after = after._replace(**{key: getattr(before, key)})
        moved.append(not same(after, before) and explorer.png() != picture)
    assert any(moved) if isinstance(widget, widgets.Dropdown) else all(moved)  # two choices may come to the same


@every_dropdown
def test_each_choice_says_something_of_its_own(explorer, key):
    said = set()
    for value in ends(explorer.controls[key]):
        explorer.set(**{key: value})
        said.add(explorer.caption)
    assert len(said) == len(ends(explorer.controls[key]))


@every_control
def test_at_the_ends_of_each_control_the_picture_decodes_and_the_sentence_is_true(explorer, name, key):
    for value in ends(explorer.controls[key]):
        explorer.set(**{key: value})
        assert values(explorer)[key] == value
        assert_sound(explorer, name)


@every_explorer
@pytest.mark.parametrize("end", [0, -1], ids=["least", "most"])
def test_at_all_ends_at_once_too(explorer, name, end):
    explorer.set(**{key: ends(w)[end] for key, w in explorer.controls.items() if isinstance(w, SLIDERS)})
    choices = {key: ends(w) for key, w in explorer.controls.items() if isinstance(w, widgets.Dropdown)}
    for key, options in choices.items():
        for option in options:
            explorer.set(**{key: option})
            assert_sound(explorer, name)


def anywhere(widget):
    """A value of a control, at its ends rather often."""
    at_the_ends = st.sampled_from(ends(widget))
    if isinstance(widget, widgets.IntSlider):
        return at_the_ends | st.integers(widget.min, widget.max)
    return at_the_ends | st.floats(*ends(widget)) if isinstance(widget, SLIDERS) else at_the_ends


CORNERS = {
    "normalization": [
        dict(activation="relu", width=4, batch=2, depth=100, place="after"),  # dead units, and nothing to divide by
        dict(activation="relu", gain=0.1, batch=2, depth=100),  # where ε counts
        dict(activation="sigmoid", gain=20.0, batch=2, depth=100, place="after"),
        dict(activation="identity", batch=3),  # theory has no answer
        dict(no_norm=False, batch_norm=False, layer_norm=False),
        dict(width=128, batch=128, depth=100, seeds=32),  # more than a slider can wait for
    ],
    "products": [
        dict(factor=0.1, depth=200, spread=2.0, precision="float64"),
        dict(factor=10.0, depth=200, spread=2.0, precision="float64", seeds=1000),
        dict(factor=0.6, depth=33, spread=0.3, precision="float16"),  # some products are 0, and some subnormal
        dict(factor=1.4, depth=33, spread=0.3, precision="float16"),
        dict(factor=0.5, depth=20, spread=0.0, precision="float16"),
        dict(factor=1.0, depth=200, spread=2.0, precision="float16", seeds=7),
    ],
    "gradient_flow": [
        dict(activation="relu", gain=0.1, precision="float16"),  # what underflows is h, on the way forward
        dict(activation="relu", gain=0.1, precision="float32", depth=100),
        dict(activation="relu", gain=0.1, precision="float16", width=4, batch=1),
        dict(activation="sigmoid", precision="float16", depth=8),  # subnormal, not yet 0
        dict(activation="tanh", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="relu", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="selu", gain=20.0, precision="float32", depth=100, log=False),
        dict(activation="relu", width=4, batch=1, depth=100, seeds=64, dz=True, dW=True),
        dict(dh=False),
    ],
}


@pytest.mark.parametrize(("name", "corner"), [(name, corner) for name in CORNERS for corner in CORNERS[name]], ids=str)
def test_in_known_corners_the_sentence_is_true(explorer, name, corner):
    explorer.set(**corner)
    assert_sound(explorer, name)


@every_explorer
@settings(max_examples=60)
@given(data=st.data())
def test_wherever_the_controls_are_the_picture_decodes_and_the_sentence_is_true(name, data):
    explorer = shared(name)  # as the last example left it
    explorer.set(**data.draw(st.fixed_dictionaries({key: anywhere(w) for key, w in explorer.controls.items()})))
    assert_sound(explorer, name)


# --- Reset, presets, set ------------------------------------------------------------------------------------------


@every_explorer
def test_reset_restores_the_first_record_caption_and_picture(name):
    explorer = explorers.CATALOGUE[name]()
    before, start = shown(explorer), values(explorer)
    explorer.set(**{key: next(v for v in ends(w) if v != w.value) for key, w in explorer.controls.items()})
    assert not same(explorer.record, before[0])
    button(explorer, "Reset").click()
    assert values(explorer) == start
    assert same(explorer.record, before[0])
    assert shown(explorer)[1:] == before[1:]


def test_reset_goes_back_to_where_a_lesson_let_it_start():
    explorer = explorers.gradient_flow(depth=50, activation="sigmoid")
    start = values(explorer)
    assert (start["depth"], start["activation"]) == (50, "sigmoid")
    explorer.set(depth=3, gain=2.0)
    explorer.reset()
    assert values(explorer) == start


PRESETS = {
    "normalization": {
        "Batch norm rescues sigmoid": lambda record: (
            record.activation == "sigmoid"
            and record.flows["none"].ratio < 1e-10 < 0.1 < record.flows["batch"].ratio < 10
        ),
        "Layer norm does not rescue sigmoid": lambda record: (
            record.activation == "sigmoid" and record.flows["none"].ratio < record.flows["layer"].ratio < 1e-8
        ),
        "Batch norm explodes ReLU": lambda record: record.activation == "relu" and record.flows["batch"].ratio > 1e3,
        "Layer norm fixes ReLU": lambda record: (
            record.activation == "relu" and record.flows["none"].ratio < 1e-5 and 0.1 < record.flows["layer"].ratio < 10
        ),
        "Tiny batches": lambda record: (
            record.activation == "identity" and record.batch < 10 and record.flows["batch"].ratio > 10
        ),
        "Norms forget the gain": lambda record: (
            record.gain == 3 and record.flows["none"].ratio > 1e10 and 0.1 < record.flows["layer"].ratio < 10
        ),
    },
    "products": {
        "A quarter, ten times": lambda record: record.over_seeds.median[-1] == 0.25**10,
        "Twice, until float16 ends": lambda record: record.precision == "float16" and record.ends == (None, None, 16),
        "Half, until float16 is 0": lambda record: record.precision == "float16" and record.ends == (15, 25, None),
        "Typical against mean": lambda record: (
            0.5 < np.median(record.products[:, -1]) < 2 and record.products[:, -1].mean() > 1000
        ),
        "A mean of 1 vanishes": lambda record: (
            record.factor * math.exp(record.spread**2 / 2) == pytest.approx(1, abs=0.01)
            and np.median(record.products[:, -1]) < 1e-4
        ),
        "One product": lambda record: record.products.shape == (1, 100),
    },
    "gradient_flow": {
        "Sigmoid vanishes": lambda record: record.ratio < 1e-10,
        "He keeps ReLU": lambda record: 0.1 < record.ratio < 10 and record.theory["dh"][0] == pytest.approx(1),
        "Too large explodes": lambda record: record.ratio > 1e4,
        "Narrow nets die": lambda record: 0 < (record.dh[:, 0] == 0).mean() < 1 and record.width < 10,
        "Batch norm explodes": lambda record: record.norm == "batch" and record.ratio > 100,
        "Skips keep it": lambda record: record.skip == "post" and record.depth == 100 and 0.5 < record.ratio < 2,
        "float16 underflows": lambda record: record.precision == "float16" and (record.dh[:, 0] == 0).all(),
        "tanh: dz against dW": lambda record: (
            np.median(record.dW[:, 0] / record.dW[:, -1]) > 5 * np.median(record.dz[:, 0] / record.dz[:, -1])
        ),
    },
}


@every_explorer
def test_presets_show_what_their_names_say_wherever_one_comes_from(explorer, name):
    start = values(explorer)
    for label, true_of in PRESETS[name].items():
        explorer.set(**{key: ends(w)[0] for key, w in explorer.controls.items()})
        button(explorer, label).click()
        assert true_of(explorer.record), label
        assert values(explorer) != start
        assert_sound(explorer, name)


@every_explorer
def test_the_buttons_are_the_presets_reset_and_save(explorer, name):
    labels = [w.description for w in tree(explorer) if isinstance(w, widgets.Button)]
    assert sorted(labels) == sorted([*PRESETS[name], "Reset", "Save picture"])


def bad_values(widget):
    wrong = ["ten", None, math.nan, [1]]
    if isinstance(widget, SLIDERS):
        low, high = ends(widget)
        return [*wrong, True, low - 1, high + 1, 10**9, math.inf]
    return [*wrong, 7] if isinstance(widget, widgets.Dropdown) else [*wrong, 1, 0]


@every_control
def test_set_refuses_what_a_control_cannot_hold_and_changes_nothing(explorer, key):
    before, start = shown(explorer), values(explorer)
    another, widget = next((k, w) for k, w in explorer.controls.items() if k != key)
    good = next(value for value in ends(widget) if value != widget.value)
    for bad in bad_values(explorer.controls[key]):
        with pytest.raises(ValueError, match=rf"^{key} is {re.escape(repr(bad))}; allowed is ") as refusal:
            explorer.set(**{another: good, key: bad})
        for allowed in ends(explorer.controls[key]):
            assert str(allowed) in str(refusal.value)
    assert shown(explorer) == before
    assert explorer.record is before[0]
    assert values(explorer) == start


@every_explorer
def test_set_refuses_a_control_that_does_not_exist(explorer):
    before = shown(explorer)
    with pytest.raises(ValueError, match="control is 'hidden'; allowed is one of ") as refusal:
        explorer.set(hidden=1)
    assert all(repr(key) in str(refusal.value) for key in explorer.controls)
    assert shown(explorer) == before


@every_explorer
@pytest.mark.parametrize("move", ["set", "preset", "reset"])
def test_many_controls_at_once_are_one_redraw(explorer, name, move):
    other = {key: next(v for v in ends(w) if v != w.value) for key, w in explorer.controls.items()}
    if move != "set":
        explorer.set(**other)
    redrawn = []
    view(explorer).observe(redrawn.append, "value")
    if move == "set":
        explorer.set(**other)
    else:
        button(explorer, "Reset" if move == "reset" else next(iter(PRESETS[name]))).click()
    assert len(redrawn) == 1


# --- what is on the page ------------------------------------------------------------------------------------------


@every_slider
def test_slider_and_number_box_are_one_value(explorer, key):
    slider = explorer.controls[key]
    (row,) = (w for w in tree(explorer) if slider in getattr(w, "children", ()))
    (box,) = (w for w in row.children if w is not slider)
    assert box.description == slider.description != ""
    low, high = ends(slider)
    for value in (high, low):
        slider.value = value
        assert box.value == value
    record = explorer.record
    box.value = type(low)((low + high) / 2)
    assert slider.value == box.value == type(low)((low + high) / 2)
    assert not same(explorer.record, record)
    box.value = high + 1000
    assert slider.value == box.value == high


@every_explorer
def test_a_number_box_of_three_digits_shows_what_is_measured(explorer):
    for key, slider in explorer.controls.items():
        if isinstance(slider, widgets.FloatLogSlider):
            (box,) = (
                w for w in tree(explorer) if w is not slider and getattr(w, "description", "") == slider.description
            )
            slider.value = 1.2345678
            assert box.value == 1.23
            assert getattr(explorer.record, key) == 1.23


@every_explorer
def test_every_control_is_on_the_page_and_says_what_it_is(explorer):
    on_the_page = list(tree(explorer))
    for widget in explorer.controls.values():
        assert widget in on_the_page
        assert widget.description
    for widget in on_the_page:
        if isinstance(widget, (widgets.ValueWidget, widgets.Button)) and not isinstance(
            widget, (widgets.HTML, widgets.Label)
        ):
            assert widget.description
        assert not isinstance(widget, widgets.Output)


@every_explorer
def test_the_page_has_picture_alternative_text_and_a_sentence_that_is_read_aloud(explorer):
    page = Page(explorer)
    assert from_link(page.image["src"]) == explorer.png()
    assert len(page.image["alt"]) > 40
    assert page.role == "status"
    width, height = decode(explorer.png())[1]
    assert int(page.image["width"]) / int(page.image["height"]) == pytest.approx(width / height, rel=0.01)


@every_control
def test_the_alternative_text_or_the_sentence_says_each_move(explorer, key):
    before, widget = Page(explorer), explorer.controls[key]
    explorer.set(**{key: next(value for value in ends(widget) if value != widget.value)})
    after = Page(explorer)
    assert (after.image["alt"], after.caption) != (before.image["alt"], before.caption)


@every_explorer
def test_a_page_without_a_kernel_gets_picture_and_sentence(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == plots.picture.still(explorer.figure)
    assert data["text/plain"] == metadata["image/png"]["alt"] == explorer.caption
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id


@every_explorer
def test_the_saved_picture_is_the_one_shown_and_the_offer_goes_with_it(explorer, name):
    offers = [w for w in tree(explorer) if isinstance(w, widgets.HTML)]
    button(explorer, "Save picture").click()
    (offer,) = (w for w in offers if "download=" in w.value)
    address = re.search(rf'<a download="{name}\.png" href="([^"]+)">', offer.value)[1]
    assert from_link(address) == plots.picture.still(explorer.figure, dpi=200)
    explorer.set(**{key: next(v for v in ends(w) if v != w.value) for key, w in [*explorer.controls.items()][:1]})
    assert offer.value == ""


@every_explorer
def test_a_slow_tick_lets_sliders_report_when_let_go_and_says_so_until_it_is_quick_again(explorer, monkeypatch):
    key, slider = next((k, w) for k, w in explorer.controls.items() if isinstance(w, SLIDERS))
    follows = [w for w in explorer.controls.values() if w.has_trait("continuous_update")]
    low, high = ends(slider)
    moves = ((low, True, False), (high, True, False), (low, True, True), (high, True, True), (low + 1, False, False))
    for value, late, slow in moves:
        monkeypatch.setattr(framework, "SLOW", 0.0 if late else math.inf)
        explorer.set(**{key: value})
        assert {w.continuous_update for w in follows} == {not slow}
        notes = [w.value for w in tree(explorer) if isinstance(w, widgets.HTML) and "when you let go" in w.value]
        assert len(notes) == slow
        assert all('role="status"' in note for note in notes)


@every_explorer
def test_no_pyplot_figure_is_opened(explorer):
    explorer.reset()
    explorer._repr_mimebundle_()
    assert Gcf.get_all_fig_managers() == []


@every_explorer
def test_two_explorers_do_not_share_anything_that_moves(name):
    one, other = explorers.CATALOGUE[name](), explorers.CATALOGUE[name]()
    before = shown(other)
    one.set(**{key: next(v for v in ends(w) if v != w.value) for key, w in one.controls.items()})
    assert shown(other) == before


def test_the_page_may_show_a_gain_at_the_nearest_step_without_changing_it():
    """The page snaps a logarithmic slider to its steps and reports that; a move by a step is a move."""
    explorer = explorers.gradient_flow(gain=1.5)
    slider = explorer.controls["gain"]
    snapped = round(math.log10(1.5) / slider.step) * slider.step
    slider.set_state({"value": 10**snapped})
    assert slider.value == explorer.record.gain == 1.5
    slider.set_state({"value": 10 ** (snapped + slider.step)})
    assert explorer.record.gain == pytest.approx(10 ** (snapped + slider.step), rel=1e-2)
    assert explorer.record.gain > 1.5
