"""The first page of the browser-only site is filled from the README's tables, and asks nothing of the world outside.

Without a browser, and with one (pytest -m browser). What needs the whole site stands in test_site.py.
"""

from __future__ import annotations

import ast
import html.parser
import importlib
import importlib.resources
import importlib.util
import json
import re
import runpy
from urllib.parse import parse_qs, urlsplit

import pytest
import runtime
from tables import ROOT, page, table

LANDING = runpy.run_path(str(ROOT / "notebooks/lite/landing.py"))
PAGE = LANDING["page"]()
browser_test = pytest.mark.browser
LOADS = {"img", "script", "link", "iframe", "source", "image", "use", "object", "embed", "video", "audio"}


class Parsed(html.parser.HTMLParser):
    """The links of a page with their texts, what it loads, its ids, and all that is read."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.ids, self.words, self.hidden = [], [], [], "", 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.hidden += tag in ("style", "script")
        if tag == "a":
            self.links.append([attributes["href"], ""])
        elif tag in LOADS:
            self.loaded += [value for name, value in attrs if name in ("src", "href", "xlink:href", "data", "srcset")]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script")

    def handle_data(self, data):
        if not self.hidden:
            self.words += data
            if self.links:
                self.links[-1][1] += data


PARSED = Parsed(PAGE)


def lessons_linked():
    return [parse_qs(urlsplit(address).query)["path"][0] for address, _ in PARSED.links if "notebooks/" in address]


def test_every_lesson_of_the_readme_is_linked_with_its_question():
    for link, question in table("README.md", "The series"):
        file = re.search(r"notebooks/(\w+[.]ipynb)", link)[1]
        assert (f"notebooks/index.html?path={file}", question) in [
            (to, said.split("\n")[0]) for to, said in PARSED.links
        ]


def test_the_minutes_are_those_that_the_lessons_promise():
    said = dict.fromkeys(lessons_linked(), "each of the lessons 01 to 18 takes {}")
    said |= {
        "00_start_here.ipynb": "Lesson 00 takes {} minutes",
        "19_check_yourself.ipynb": "19 takes {} minutes for each",
    }
    words = " ".join(PAGE.split())
    for name, sentence in said.items():
        minutes = re.search(r"(\d+) minutes alone", (ROOT / "notebooks" / name).read_text("utf-8"))[1]
        assert sentence.format(minutes) in words, name


def test_each_reading_path_links_its_lessons_in_order():
    for said, lessons in table("README.md", "Reading paths"):
        row = re.search(rf"<dt>{re.escape(said)}</dt><dd>(.*?)</dd>", PAGE)[1]
        numbers = re.findall(r"\b\d\d\b", lessons)
        assert re.findall(r"path=(\d\d)_\w+[.]ipynb\">\1<", row) == numbers
        assert "".join(re.split(r"<.*?>", row)) == lessons


def test_every_linked_lesson_exists_and_the_first_is_where_one_begins():
    assert lessons_linked()[0] == "00_start_here.ipynb"
    assert set(lessons_linked()) == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_no_place_of_the_page_stays_unfilled_and_each_id_stands_once():
    assert re.findall(r"\{(?:begin|strip|lessons|paths|pictures|single|soon|files)\}", PAGE) == []
    assert len(PARSED.ids) == len(set(PARSED.ids))


def test_nothing_that_loads_comes_from_elsewhere():
    assert PARSED.loaded
    assert [place for place in PARSED.loaded if not place.startswith(("#", "data:"))] == []
    assert re.findall(r"url\(|@import", PAGE) == []


def test_links_work_wherever_the_site_lies():
    inside = [address for address, _ in PARSED.links if not address.startswith("https://")]
    assert len(inside) > 40
    assert [address for address in inside if address.startswith(("/", ".")) or ":" in address.split("?")[0]] == []


def test_the_strip_is_that_of_the_readme_and_says_all_of_it():
    stored = page("notebooks/images/strip.svg").strip()
    assert LANDING["strip"]().replace('<tspan class="long">', "").replace("</tspan>", "") == stored
    assert LANDING["strip"]().count('<tspan class="long">') == 2 * stored.count('class="verdict')


@pytest.mark.parametrize(("said", "room", "call"), LANDING["PICTURES"])
def test_a_single_picture_is_a_preset_of_its_explorer(said, room, call):
    (link,) = [address for address, text in PARSED.links if text.startswith(said)]
    assert parse_qs(urlsplit(link).query)["code"] == [LANDING["code"](room, call)]
    parsed = ast.parse(call, mode="eval").body
    settings = {each.arg: ast.literal_eval(each.value) for each in parsed.keywords}
    explorer = getattr(importlib.import_module(f"vgrad.lessons.{room}").explore, parsed.func.id)(**settings)
    assert explorer.code == LANDING["code"](room, call)  # one form of a link, and Share's is the same
    assert settings in importlib.import_module(f"vgrad.lessons.{room}.explore").PRESETS.values()


def test_it_says_where_work_is_kept_and_what_cannot_be_stopped():
    words = " ".join(PARSED.words.split())
    for said in (
        "stays in this browser",
        "Clear Browser Data",
        "File → Download",
        "cannot work here",
        "CC BY 4.0",
        "MIT",
    ):
        assert said in words


def built(folder):
    """A site's folder with a lock of three packages, two of which are wanted, and all of Python's files."""
    packages = {
        "vgrad": {"file_name": "vgrad.whl", "depends": ["numpy"]},
        "numpy": {"file_name": "../more/numpy.whl", "depends": []},
        "other": {"file_name": "other.whl", "depends": []},
    }
    files = {f"static/pyodide/{name}": bytes(100_000) for name in runtime.CORE}
    files |= {f"static/{name}": bytes(300_000) for name in ("lock/vgrad.whl", "lock/other.whl", "more/numpy.whl")}
    files |= {"notebooks/index.html": b"", "build/jlab_core.0.js": b"", "files/01.ipynb": b"{}"}
    files["static/lock/lock.json"] = json.dumps({"packages": packages}).encode()
    options = {"lockFileURL": "./static/lock/lock.json", "packages": ["vgrad"]}
    kernel = {"pyodideUrl": "./static/pyodide/pyodide.mjs", "loadPyodideOptions": options}
    settings = {"jupyter-config-data": {"litePluginSettings": {runtime.KERNEL: kernel}}}
    files["jupyter-lite.json"] = json.dumps(settings).encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


SOON = [
    *("notebooks/index.html", "build/jlab_core.0.js"),
    *(f"static/pyodide/{name}" for name in runtime.CORE),
    *("static/lock/lock.json", "static/more/numpy.whl", "static/lock/vgrad.whl"),
]


def test_what_python_needs_is_fetched_while_one_reads(tmp_path):
    site = built(tmp_path)
    assert LANDING["soon"](site) == SOON
    assert "fetching Python and the lessons (1 MB)" in LANDING["page"](site)
    assert "fetching Python" not in PAGE


def test_the_worker_keeps_what_a_lesson_needs_and_the_lessons_and_every_change_is_an_edition_of_its_own(tmp_path):
    site = built(tmp_path)
    worker = LANDING["worker"](site)
    kept = json.loads(re.search(r"^const FILES = (.*?); //", worker, re.MULTILINE)[1])
    assert kept == ["./", "glossary.html", *SOON, "files/01.ipynb"]
    assert LANDING["worker"](site) == worker
    editions = {worker}
    for name, change in (("files/01.ipynb", b"{ }"), ("static/lock/other.whl", b""), ("files/02.ipynb", b"{}")):
        (site / name).write_bytes(change)
        editions.add(re.search("^const EDITION = '([0-9a-f]{12})';$", LANDING["worker"](site), re.MULTILINE)[1])
    assert len(editions) == 4


# --- in the browser -----------------------------------------------------------------------------------------------

JUDGED = """async () => { const results = await axe.run(document,
    {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']});
  return [results.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]),
    results.passes.find(p => p.id === 'color-contrast').nodes.length] }"""
SEEN = """() => [...document.querySelectorAll('figure text')].map(t => {
  const box = t.getBoundingClientRect();
  return [box.left, box.right, box.top, box.bottom, parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a] })"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    (folder / "course").mkdir()
    (folder / "course/index.html").write_text(PAGE, "utf-8")
    with runpy.run_path(str(ROOT / "notebooks/lite/build.py"))["served"](folder) as served:
        yield f"{served}/course/"


def opened(browser, address, width, dark=False, still=False):
    view = {"width": width, "height": 844}
    motion = "reduce" if still else "no-preference"
    first = browser.new_page(viewport=view, color_scheme="dark" if dark else "light", reduced_motion=motion)
    first.asked, first.noise = [], []
    first.on("request", lambda request: first.asked.append(request.url))
    first.on("console", lambda message: message.type == "error" and first.noise.append(message.text))
    first.on("pageerror", lambda error: first.noise.append(str(error)))
    first.goto(address)
    return first


@browser_test
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 800, 1280])
def test_axe_finds_nothing_on_the_first_page_and_nothing_overflows(browser, address, width, dark):
    if importlib.util.find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python, which carries axe-core, is not installed")
    first = opened(browser, address, width, dark, still=True)
    assert first.evaluate("document.documentElement.scrollWidth") == width
    first.evaluate((importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found, judged = first.evaluate(JUDGED)
    assert found == []
    assert judged > 40
    assert first.noise == []
    assert first.asked == [address]
    first.close()


@browser_test
@pytest.mark.parametrize("width", [390, 800, 1280])
def test_the_words_of_the_strip_are_large_enough_and_lie_apart(browser, address, width):
    first = opened(browser, address, width, still=True)
    boxes = first.evaluate(SEEN)
    assert len(boxes) == 12
    assert min(size for *_, size in boxes) >= 10
    assert all(left >= 0 and right <= width for left, right, *_ in boxes)
    for k, (left, right, top, bottom, _) in enumerate(boxes):
        for other in boxes[:k]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
    first.close()


@browser_test
def test_the_strip_moves_by_itself_and_stands_still_where_motion_is_not_wanted(browser, address):
    running = "() => document.getAnimations().filter(each => each.playState === 'running').length"
    for still, moves in ((False, True), (True, False)):
        first = opened(browser, address, 1280, still=still)
        assert bool(first.evaluate(running)) == moves
        first.close()


@browser_test
def test_the_first_key_reaches_the_first_lesson(browser, address):
    first = opened(browser, address, 390)
    first.keyboard.press("Tab")
    assert first.evaluate("document.activeElement.textContent") == "Begin with lesson 00"
    assert first.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    first.close()
