"""What the tests of explorers share: each explorer once, its page as a reader gets it, the ends of its controls."""

from __future__ import annotations

import base64
import io
import re
from functools import cache
from html.parser import HTMLParser

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from vgrad import lessons

every_explorer = pytest.mark.parametrize("name", lessons.CATALOGUE)


@cache
def shared(name):
    """One explorer for all tests: that it comes back from wherever the last one left it is part of what is tested."""
    return lessons.CATALOGUE[name]()


STARTS = {}


def at_its_start(name):
    """The shared explorer, reset unless nothing has moved it since the last time."""
    explorer = shared(name)
    record, start = STARTS.get(name, (None, None))
    if explorer.record is not record or values(explorer) != start:
        explorer.reset()
        STARTS[name] = explorer.record, values(explorer)
    return explorer


def every_control_of(kind):
    pairs = [(name, key, w) for name in lessons.CATALOGUE for key, w in shared(name).controls.items()]
    return pytest.mark.parametrize(("name", "key"), [(name, key) for name, key, w in pairs if isinstance(w, kind)])


SLIDERS = (widgets.IntSlider, widgets.FloatSlider, widgets.FloatLogSlider)
every_control = every_control_of(widgets.ValueWidget)
every_slider = every_control_of(SLIDERS)


def ends(widget):
    """The extreme values of a control, or all of them where they have no order."""
    if isinstance(widget, (widgets.IntSlider, widgets.FloatSlider)):
        return [widget.min, widget.max]
    if isinstance(widget, widgets.FloatLogSlider):
        return [float(f"{10**widget.min:.3g}"), float(f"{10**widget.max:.3g}")]
    if isinstance(widget, widgets.Text):
        return ["", "one", "Some words, some <b>of</b> $them$ again: some", "word " * 70]
    return [False, True] if isinstance(widget, widgets.ToggleButton) else [value for _, value in widget.options]


def tree(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from tree(child)


def presets(explorer):
    """The buttons above the controls."""
    return [w for w in tree(explorer.children[1]) if isinstance(w, widgets.Button)]


def button(explorer, label):
    return next(w for w in tree(explorer) if isinstance(w, widgets.Button) and w.description == label)


def view(explorer):
    """What moves in the picture, and the finding."""
    return next(w for w in tree(explorer) if isinstance(w, widgets.HTML) and "<figure" in w.value)


class Page(HTMLParser):
    """What a page shows: the picture's layers and alternative text, and the lines of its caption."""

    def __init__(self, explorer):
        super().__init__()
        self.alt, self.aloud, self.lines, self.inside = "", None, [], False
        self.moving = view(explorer).value
        shown = [w for w in tree(explorer._view) if isinstance(w, widgets.HTML)]
        self.ground = next(w.value for w in shown if w.value.startswith("<svg"))
        for widget in shown:
            self.feed(widget.value)
        self.caption = "\n".join(filter(None, self.lines))
        self.drawn = without_ids(self.ground + self.moving)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get("role") == "img":
            self.alt = attrs["aria-label"]
        if attrs.get("role") == "status":
            self.aloud = ""
            self.inside = True
        if tag in ("figcaption", "p"):
            self.lines.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("figcaption", "p", "span")

    def handle_data(self, data):
        if self.inside and self.aloud is None:
            self.lines[-1] += data
        elif self.inside:
            self.aloud += data


def without_ids(svg):
    """Layers without the names of their clips and marks, which are others each time."""
    return re.sub(r"\b(?:[a-zA-Z]+_?|C\w+_)[0-9a-f]{10}\b", "", svg)


def decode(png):
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return picture.format, picture.size


def pixels(png):
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)[..., :3]


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
    return explorer.record, explorer.caption, Page(explorer).drawn


def values(explorer):
    return {key: widget.value for key, widget in explorer.controls.items()}
