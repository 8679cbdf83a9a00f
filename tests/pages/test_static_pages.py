"""A lesson as a static page: it loads nothing, has all formulas, gives nothing away, and fits on a phone."""

from __future__ import annotations

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import lab
import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("latex2mathml") is None, reason="latex2mathml comes with the extra  present"
)
TEMPLATES = lab.ROOT / "vgrad/kit/pages"
LESSONS = sorted((lab.ROOT / "notebooks").glob("*.ipynb"))


def page_of(lesson: Path, folder: Path) -> str:
    """The page that nbconvert makes of a lesson, with the template of this clone and not an installed one."""
    from nbconvert import HTMLExporter

    templates = folder / "nbconvert/templates"
    templates.mkdir(parents=True, exist_ok=True)
    if not (templates / "vgrad").exists():
        (templates / "vgrad").symlink_to(TEMPLATES / "static")
    exporter = HTMLExporter(template_name="vgrad", extra_template_basedirs=[str(templates)])
    return exporter.from_filename(str(lesson))[0]


class Reader(HTMLParser):
    """What a page loads, and the text that is seen before anything is opened."""

    def __init__(self, page: str):
        super().__init__()
        self.loads: list[str] = []
        self.inside: list[str] = []
        self.seen = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        source = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        if source and not source.startswith("data:"):
            self.loads.append(source)
        if tag in ("details", "summary", "style", "title", "script", "code"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self.inside:
            self.inside.reverse()
            self.inside.remove(tag)
            self.inside.reverse()

    def handle_data(self, data):
        closed = "details" in self.inside and "summary" not in self.inside
        if not closed and not {"style", "script", "code", "title"} & set(self.inside):
            self.seen += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_static_page_loads_nothing_and_gives_nothing_away(lesson, folder):
    page = page_of(lesson, folder)
    reader = Reader(page)
    assert [each for each in reader.loads if not each.startswith("images/")] == []
    assert "<script" not in page
    assert "<details open" not in page
    assert re.findall(r"\$[^$\n]*[\\_^][^$\n]*\$", reader.seen) == []  # TeX that was left as it is
    assert not re.search(r"<m\w+[^>]*>[^<]*\\", page), "a formula has a command that was not understood"
    for dead in ("Run this cell", "run it again", "not yet solved", "not yet begun", "will stand here beside it"):
        assert dead not in reader.seen
    assert page.count("<details><summary>How this claim is tested</summary>") == _claims(lesson)


def _claims(lesson: Path) -> int:
    """How many claims of a lesson are folded; one more is open, so that learners see how a claim is tested."""
    return sum("claim" in cell["metadata"].get("tags", []) for cell in json.loads(lesson.read_text("utf-8"))["cells"])


def test_formulas_become_mathml_and_code_stays_as_it_is():
    from vgrad.kit.pages.formulas import with_mathml

    text = "Let $x_t$ be.\n\n$$\\|W^\\top\\| * 2$$\n\n`$a$` costs\n\n```python\nf'$b$'\n```"
    made = with_mathml(text)
    assert made.count("<math") == 2
    assert '<span class="formula"><math' in made
    assert "`$a$`" in made
    assert "f'$b$'" in made
    assert "*" not in made  # which Markdown would take for emphasis
    assert "&#8868;" in made  # the transpose


WIDE = """() => ({page: document.documentElement.scrollWidth,
  formulas: [...document.querySelectorAll('.formula')].filter(e => e.offsetParent).map(
    e => [e.getBoundingClientRect().right, e.scrollWidth - e.clientWidth, e.querySelector('math').clientHeight])})"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 800, 390])
def test_a_wide_formula_scrolls_within_a_page_that_has_no_network(folder, browser, width):
    made = folder / "recurrence.html"
    made.write_text(page_of(lab.ROOT / "notebooks/10_recurrence.ipynb", folder), "utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(made.as_uri())
    found = page.evaluate(WIDE)
    assert found["page"] <= width
    assert all(right <= width and height > 10 for right, _, height in found["formulas"])
    assert any(beyond > 0 for _, beyond, _ in found["formulas"]) == (width == 390)
    context.close()
