"""The site that runs in the browser alone: it is built, opened in Chromium, and asks nothing of the world outside.

VGRAD_PYODIDE=FOLDER pytest -n 0 -m browser tests/pages/test_site.py      FOLDER : a Pyodide distribution
"""

from __future__ import annotations

import base64
import contextlib
import functools
import http.server
import importlib.util
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urljoin

import lab
import landing
import pytest
import simulated

from vgrad.kit import ledger

PYODIDE = os.environ.get("VGRAD_PYODIDE")
NEEDS = ("jupyterlite_pyodide_kernel", "pyodide_lock.uv_pip_compile", "playwright")
MISSING = [name for name in NEEDS if importlib.util.find_spec(name.partition(".")[0]) is None]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PYODIDE, reason="VGRAD_PYODIDE names no folder of a Pyodide distribution"),
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} is not installed: it comes with the extra  site"),
]
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # a browser without a network
SECONDS = 300
BUILD = str(lab.ROOT / "notebooks/lite/build.py")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the site, built as by the README's command."""
    folder = tmp_path_factory.mktemp("built") / "site"
    subprocess.run([sys.executable, BUILD, "--here", folder], check=True, timeout=600)
    return folder


@pytest.fixture(scope="module")
def site(built):
    """The site's address, served from this machine below the top of its host."""
    with served(built) as address:
        yield address


@contextlib.contextmanager
def served(folder):
    """The address of a built site, whose pages let a test see their insides."""
    config = folder / "jupyter-lite.json"
    settings = json.loads(config.read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True  # for lab.NOTEBOOK
    config.write_text(json.dumps(settings))
    with runpy.run_path(BUILD)["served"](folder.parent) as address:
        yield f"{address}/{folder.name}"


class ForEveryPage(http.server.SimpleHTTPRequestHandler):
    """The files of a folder, which pages of other hosts may read, as they may read those of Pyodide's own place."""

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def own_place(tmp_path_factory):
    """An address on this machine that plays Pyodide's own place: its lock lists what the distribution holds."""
    folder = shutil.copytree(PYODIDE, tmp_path_factory.mktemp("place") / "full")
    runpy.run_path(BUILD)["_pruned"](folder)
    handler = functools.partial(ForEveryPage, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visitor():
    """A browser that was never here before, and every address that it asks for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = [*lab.FLAGS, NOWHERE]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        context = browser.new_context(viewport={"width": 1200, "height": 1000})
        context.asked, page = [], context.new_page()
        context.on("request", lambda request: context.asked.append(request.url))
        page.noise = []
        page.on("pageerror", lambda error: page.noise.append(error.stack or str(error)))
        page.set_default_timeout(1000 * SECONDS)
        yield page
        browser.close()


READY = f"window.jupyterapp && {lab.NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle'"
STATUS = f"{lab.NOTEBOOK}.sessionContext.session?.kernel?.status"
PHONE = {"width": 390, "height": 844}


def opened(page, address):
    """The page once a kernel is ready in it; the seconds it took."""
    start = time.monotonic()
    page.goto(address)
    page.wait_for_function(READY)
    return time.monotonic() - start


def outside(page, site):
    """What is asked of anything but the site; at the top of its host are a heartbeat and the browser's icon."""
    top = (urljoin(site, "/api/service-worker-heartbeat"), urljoin(site, "/favicon.ico"))
    return [url for url in page.context.asked if not url.startswith((f"{site}/", "data:", "blob:", *top))]


@pytest.mark.parametrize("lesson", ["00_start_here", "03_gradient_flow", "10_recurrence", "12_gates"])
def test_a_lesson_runs_and_its_explorer_moves_without_a_network(site, visitor, lesson, capsys):
    ready = opened(visitor, f"{site}/lab/index.html?path={lesson}.ipynb")
    start = time.monotonic()
    lab.run_all(visitor)
    ran = time.monotonic() - start
    assert lab.errors(visitor) == []
    visitor.locator(".vgrad-explorer").first.scroll_into_view_if_needed()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    before = lab.settled(visitor)
    visitor.locator(".vgrad-explorer .noUi-handle").first.press("ArrowLeft")
    after = lab.changed(visitor, before, seconds=60)
    assert after.drawn != before.drawn
    assert after.caption != before.caption
    assert any("numpy" in url for url in visitor.context.asked)  # so the requests of Python itself are among them
    assert outside(visitor, site) == []
    with capsys.disabled():
        print(f"\n{lesson}: ready after {ready:.1f} s, all cells in {ran:.1f} s, {len(visitor.context.asked)} requests")


def test_the_first_page_leads_to_the_first_lesson_and_soon_its_explorer_is_alive(site, visitor, capsys):
    visitor.goto(f"{site}/")
    start = time.monotonic()
    visitor.get_by_role("link", name="Begin with lesson 00").click()
    visitor.wait_for_function(READY)
    assert visitor.url == f"{site}/notebooks/index.html?path=00_start_here.ipynb"
    assert visitor.evaluate(f"{lab.NOTEBOOK}.context.path") == "00_start_here.ipynb"
    visitor.locator(".jp-OutputArea-output li", has_text="after about 250").wait_for(state="attached")
    stored = visitor.locator(".jp-OutputArea-output").all_text_contents()
    assert not any("\n," in text for text in stored)  # as it is stored, line by line
    visitor.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    visitor.wait_for_selector(".vgrad-view [role=img] > svg", state="attached")
    before = lab.shown(visitor)
    visitor.locator(".vgrad-explorer .noUi-handle").first.press("ArrowLeft")
    lab.changed(visitor, before, seconds=60)
    with capsys.disabled():
        print(f"\nfirst live explorer after {time.monotonic() - start:.1f} s")
    assert outside(visitor, site) == []


def test_python_is_within_the_site_wherever_it_came_from(own_place, visitor, tmp_path):
    environment = {**os.environ, "VGRAD_PYODIDE": "", "PYODIDE_LOCK_URL": f"{own_place}/pyodide-lock.json"}
    subprocess.run([sys.executable, BUILD, "--here", tmp_path / "site"], env=environment, check=True, timeout=600)
    with served(tmp_path / "site") as address:
        opened(visitor, f"{address}/lab/index.html?path=00_start_here.ipynb")
        lab.run_all(visitor)
        assert lab.errors(visitor) == []
        assert outside(visitor, address) == []
    assert any("numpy" in url for url in visitor.context.asked)


KEPT = """async () => { const names = (await caches.keys()).filter(name => name.startsWith('vgrad '));
  const kept = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  return kept.flat().map(({ url }) => url.split('?')[0]) }"""


def kept_here(page, site, *, all_of):
    """The files of the site that the browser keeps, once it has all of some."""
    wanted = {urljoin(f"{site}/", file.partition("?")[0]) for file in all_of}
    until = time.monotonic() + SECONDS
    while not wanted <= (kept := set(page.evaluate(KEPT))):
        assert time.monotonic() < until, wanted - kept
        page.wait_for_timeout(500)
    return kept


def files_of(built):
    """What the worker of a built site is told to keep."""
    return json.loads(
        re.search(r"^const FILES = (.*?); //", (built / "service-worker.js").read_text(), re.MULTILINE)[1]
    )


def test_python_is_fetched_while_one_reads_and_not_where_data_are_to_be_saved(built, site, visitor):
    visitor.goto(f"{site}/")
    fetched = kept_here(visitor, site, all_of=files_of(built))
    visitor.context.asked.clear()
    visitor.get_by_role("link", name="Begin with lesson 00").click()
    visitor.wait_for_function(READY)
    wanted = {url for url in visitor.context.asked if re.search(r"[.](whl|wasm|zip)$|/pyodide[^/]*[.]mjs$", url)}
    assert len(wanted) > 20
    assert wanted <= fetched
    assert outside(visitor, site) == []


def test_where_data_are_to_be_saved_nothing_is_fetched_while_one_reads(site, visitor):
    visitor.add_init_script("Object.defineProperty(Navigator.prototype, 'connection', {get: () => ({saveData: true})})")
    visitor.goto(f"{site}/", wait_until="networkidle")
    kept_here(visitor, site, all_of=[""])
    visitor.wait_for_timeout(2000)
    assert kept_here(visitor, site, all_of=[""]) == {f"{site}/"}
    worker = {f"{site}/service-worker.js", f"{site}/build/service-worker.js"}
    assert {url.partition("?")[0] for url in visitor.context.asked} <= {f"{site}/", *worker}


def test_after_the_first_visit_every_lesson_opens_without_a_network(built, visitor):
    with served(built) as site:
        opened(visitor, f"{site}/notebooks/index.html?path=00_start_here.ipynb")
        kept_here(visitor, site, all_of=files_of(built))
    visitor.goto(f"{site}/")  # nobody answers at this address any more
    visitor.get_by_role("link", name="Where does the gradient go in a deep net?").click()
    visitor.wait_for_function(READY)
    lab.run(visitor, "import", "from", "explore.gradient_flow(")
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    before = lab.settled(visitor)
    visitor.locator(".vgrad-explorer .noUi-handle").first.press("ArrowLeft")
    lab.changed(visitor, before, seconds=60)
    assert lab.errors(visitor) == []


def test_a_changed_site_is_there_at_the_next_visit_and_keeps_no_third_edition(built, visitor, tmp_path):
    folder = Path(shutil.copytree(built, tmp_path / "site"))
    lesson = folder / "files/01_chain_rule.ipynb"
    with served(folder) as site:
        address = f"{site}/notebooks/index.html?path=01_chain_rule.ipynb"
        for edition in ("first", "second", "third"):
            notebook = json.loads(lesson.read_text("utf-8"))
            notebook["cells"][0]["source"] = f"# This is the {edition} edition"
            lesson.write_text(json.dumps(notebook), "utf-8")
            (folder / "service-worker.js").write_text(landing.worker(folder), "utf-8")
            opened(visitor, address)  # the browser finds the new worker
            visitor.wait_for_function(
                "navigator.serviceWorker.getRegistration().then(it => !it.installing && !it.waiting)"
            )
            kept_here(visitor, site, all_of=["files/01_chain_rule.ipynb"])
            opened(visitor, address)
            visitor.locator(".jp-RenderedMarkdown h1", has_text=f"This is the {edition} edition").wait_for()
        editions = visitor.evaluate("caches.keys().then(names => names.filter(name => name.startsWith('vgrad ')))")
        assert len(editions) == 2


def test_on_a_phone_a_lesson_can_be_read_and_its_explorer_moves(site, visitor):
    visitor.set_viewport_size(PHONE)
    opened(visitor, f"{site}/notebooks/index.html?path=00_start_here.ipynb")
    assert visitor.locator(".jp-MarkdownCell p").first.bounding_box()["width"] > 0.8 * PHONE["width"]
    lab.run_all(visitor)
    explorer = visitor.locator(".vgrad-explorer").first
    explorer.scroll_into_view_if_needed()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    before = lab.settled(visitor)
    for part in (".vgrad-view [role=img]", ".noUi-handle", ".vgrad-box input", "select", "button"):
        for box in (each.bounding_box() for each in explorer.locator(part).all() if each.is_visible()):
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
    explorer.locator(".noUi-handle").first.press("ArrowLeft")
    assert lab.changed(visitor, before, seconds=60).caption != before.caption
    assert lab.errors(visitor) == []


ROWS = """() => [...document.querySelectorAll('.jp-RenderedText pre.vgrad-columns')].map(pre => [
  pre.getClientRects().length && Math.round(pre.scrollHeight / parseFloat(getComputedStyle(pre).lineHeight)),
  pre.textContent.trimEnd().split('\\n').length, pre.getBoundingClientRect().right ])"""


def test_on_a_phone_a_printed_table_keeps_its_rows_and_scrolls(site, visitor):
    visitor.set_viewport_size(PHONE)
    opened(visitor, f"{site}/notebooks/index.html?path=14_attention.ipynb")
    visitor.locator(".jp-RenderedText pre.vgrad-columns").locator("visible=true").first.scroll_into_view_if_needed()
    drawn = [table for table in visitor.evaluate(ROWS) if table[0]]
    assert drawn
    for height, rows, right in drawn:
        assert height <= rows + 2  # a bar to scroll may lie below the last
        assert right <= PHONE["width"]


def test_a_link_from_lesson_to_lesson_keeps_its_path(site, visitor):
    opened(visitor, f"{site}/notebooks/index.html?path=00_start_here.ipynb")
    with visitor.context.expect_page() as opening:
        visitor.locator(".jp-RenderedHTMLCommon a", has_text="Why do products run away?").last.click()
    opening.value.wait_for_url(f"{site}/notebooks/index.html?path=01_chain_rule.ipynb", timeout=1000 * SECONDS)
    opening.value.wait_for_function(READY, timeout=1000 * SECONDS)
    assert opening.value.evaluate(f"{lab.NOTEBOOK}.context.path") == "01_chain_rule.ipynb"


def test_a_single_picture_opens_with_its_settings(site, visitor):
    visitor.set_viewport_size(PHONE)
    visitor.goto(f"{site}/")
    visitor.get_by_role("link", name="Skip connections keep it through 100 layers").click()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    assert visitor.get_by_role("spinbutton", name="depth", exact=True).input_value() == "100"
    assert "100 ReLU layers" in lab.settled(visitor).caption
    assert outside(visitor, site) == []


def test_a_shared_link_opens_the_same_picture_and_can_be_shared_again(site, visitor):
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(visitor, f"{site}/lab/index.html?path=03_gradient_flow.ipynb")
    lab.run(visitor, "import", "from", "explore.gradient_flow(")
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    before = lab.settled(visitor)
    visitor.get_by_role("button", name="6 · Skips keep it").click()
    before = lab.changed(visitor, before, seconds=60)
    visitor.locator(".vgrad-explorer .noUi-handle").first.press("ArrowLeft")
    there = lab.changed(visitor, before, seconds=60)
    link = shared(visitor)
    assert link.startswith(
        f"{site}/repl/index.html?kernel=python&showBanner=0&hideCodeInput=1&code=from%20vgrad.lessons.gradient_flow%20"
    )
    assert link.endswith("%29")  # a bare bracket at the end would be lost in many a letter
    guest = visitor.context.new_page()
    guest.goto(link)
    guest.wait_for_selector(".vgrad-view [role=img] > svg", timeout=1000 * SECONDS)
    here = lab.settled(guest)
    assert here[:2] == there[:2]
    assert not guest.locator(".cm-content").locator("visible=true").count()
    assert [boxes(guest), moved(guest)] == [boxes(visitor), moved(visitor)]
    guest.get_by_role("button", name="Reset").click()
    assert shared(guest) == link
    assert outside(visitor, site) == []


BOXES = "all => all.map(e => [e.labels[0].textContent, e.value])"


def boxes(page):
    """What stands in the boxes and dropdowns of the page's explorer."""
    return page.locator(".vgrad-explorer :is(.vgrad-box input, select)").evaluate_all(BOXES)


def moved(page):
    """What an explorer says of its folded controls."""
    return page.locator(".vgrad-explorer .vgrad-panel .vgrad-note").first.inner_text()


def shared(page):
    """The link that Share puts on the clipboard, and shows."""
    page.bring_to_front()
    page.get_by_role("button", name="Share").click()
    page.locator(".vgrad-share [role=status]", has_text="The link to this picture is copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert page.locator(".vgrad-share a").get_attribute("href") == link
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator(".vgrad-share").get_by_role("button", name="Copy").press("Enter")
    page.wait_for_function("link => navigator.clipboard.readText().then(text => text === link)", arg=link)
    return link


STILL = "This picture stands still."


def test_a_lesson_says_when_python_is_ready_and_its_first_picture_is_then_alive(site, visitor):
    visitor.goto(f"{site}/notebooks/index.html?path=00_start_here.ipynb")
    said = visitor.locator(".vgrad-opening [role=status]")
    said.get_by_text("Python is starting").wait_for()
    said.get_by_text("Python is ready").wait_for()
    visitor.get_by_text("Send it back", exact=True).locator("visible=true").first.wait_for()
    assert visitor.locator(".vgrad-view").count() == 0  # the others wait until they are run
    still = visitor.locator(".vgrad-still").filter(has_text=STILL)
    assert still.get_by_role("button", name="Bring it to life").is_enabled()
    visitor.get_by_role("button", name="Run the whole lesson").click()
    said.get_by_text("All cells have run.").wait_for()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg", state="attached")
    assert still.count() == 0
    assert visitor.get_by_role("heading", name="What is this about?").bounding_box()["y"] > 0  # one still reads the top
    assert lab.errors(visitor) == []
    asked = []
    visitor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    assert visitor.evaluate(f"{lab.NOTEBOOK}.context.model.dirty")
    visitor.get_by_role("link", name="All lessons").click()
    visitor.get_by_role("link", name="Begin with lesson 00").wait_for()
    assert asked == []  # whether one really wants to leave, since what has been run was saved


def test_a_button_brings_a_stored_picture_to_life_also_while_python_is_still_starting(site, visitor):
    visitor.goto(f"{site}/notebooks/index.html?path=03_gradient_flow.ipynb")
    visitor.get_by_role("button", name="Bring it to life").click()
    visitor.get_by_text("It is starting").wait_for()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg", state="attached")
    assert visitor.get_by_text("It is starting").count() == 0
    assert lab.errors(visitor) == []  # the first cell, which the picture relies on, was run before


def test_while_a_page_opens_it_says_so_and_a_shared_picture_says_what_one_waits_for(site, visitor):
    visitor.route("**/build/jlab_core*", lambda route: route.abort())  # so that it never opens
    visitor.goto(f"{site}/notebooks/index.html?path=00_start_here.ipynb")
    visitor.get_by_text("The page is opening …").wait_for()
    again = visitor.get_by_role("link", name="Try again")
    assert not again.is_visible()
    again.wait_for(timeout=25_000)
    visitor.unroute("**/build/jlab_core*")
    again.click()
    visitor.locator(".vgrad-opening [role=status]").wait_for()
    visitor.goto(f"{site}/")
    visitor.get_by_role("link", name="open a single picture").click()
    visitor.locator(".vgrad-course", has_text="Python is starting").wait_for()
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    assert visitor.get_by_text("Python is starting").count() == 0
    visitor.get_by_role("link", name="All lessons on vanishing and exploding gradients").click()
    visitor.get_by_role("link", name="Begin with lesson 00").wait_for()


def test_who_comes_back_to_what_they_saved_sees_pictures_and_no_sliders_of_a_python_that_is_gone(site, visitor):
    address = f"{site}/notebooks/index.html?path=00_start_here.ipynb"
    opened(visitor, address)
    lab.run_all(visitor)
    visitor.wait_for_selector(".vgrad-view [role=img] > svg", state="attached")
    visitor.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    opened(visitor, address)
    assert "vnd.jupyter.widget-view" not in visitor.evaluate(f"JSON.stringify({lab.NOTEBOOK}.context.model.toJSON())")
    assert visitor.locator(".jp-OutputArea-output img[alt*='30 layers of sigmoid']").count() > 0
    assert visitor.get_by_text("Loading widget").count() == 0


def test_a_word_of_a_lesson_opens_the_glossary_at_that_word(site, visitor):
    visitor.set_viewport_size(PHONE)
    opened(visitor, f"{site}/notebooks/index.html?path=00_start_here.ipynb")
    with visitor.context.expect_page() as opening:
        visitor.locator(".jp-RenderedHTMLCommon a", has_text="gradient").first.click()
    opening.value.get_by_role("heading", name="gradient", exact=True).wait_for()
    assert opening.value.url == f"{site}/glossary.html#gradient"
    assert -1 < opening.value.locator("#gradient").bounding_box()["y"] < PHONE["height"] / 2
    assert outside(visitor, site) == []


def test_in_jupyterlab_the_glossary_is_shown_as_a_page(site, visitor):
    opened(visitor, f"{site}/lab/index.html?path=00_start_here.ipynb")
    visitor.locator(".jp-RenderedHTMLCommon a", has_text="glossary").last.click()
    visitor.locator(".jp-MarkdownViewer h1", has_text="Glossary").wait_for()


def test_a_cell_without_end_is_not_stopped_by_its_button_but_by_a_restart(site, visitor):
    opened(visitor, f"{site}/notebooks/index.html?path=01_chain_rule.ipynb")
    endless(visitor, "while True: pass")
    visitor.wait_for_function(f"{STATUS} === 'busy'")
    visitor.locator("[data-jp-item-name=interrupt] :is(button, jp-button)").first.click()
    visitor.wait_for_timeout(4000)
    assert visitor.evaluate(STATUS) == "busy"
    visitor.locator("[data-jp-item-name=restart] :is(button, jp-button)").first.click()
    visitor.locator(".jp-Dialog button", has_text="Restart").last.click()
    visitor.wait_for_function(f"{STATUS} === 'idle'")
    endless(visitor, "print(6 * 7)")
    visitor.locator(".jp-OutputArea-output", has_text="42").first.wait_for()


def endless(page, code):
    """Write code into the first cell of code, and run it without waiting for its end."""
    page.evaluate(
        """([notebook, code]) => { const content = eval(notebook).content;
        content.activeCellIndex = content.widgets.findIndex(cell => cell.model.type === 'code');
        content.activeCell.model.sharedModel.setSource(code);
        void window.jupyterapp.commands.execute('notebook:run-cell') }""",
        [lab.NOTEBOOK, code],
    )


def test_what_was_written_is_there_again_until_one_begins_anew(site, visitor):
    address = f"{site}/notebooks/index.html?path=01_chain_rule.ipynb"
    first = f"{lab.NOTEBOOK}.content.widgets[0].model.sharedModel"
    opened(visitor, address)
    stored = visitor.evaluate(f"{first}.source")
    visitor.evaluate(f"{first}.setSource('# mine')")
    visitor.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    opened(visitor, address)
    assert visitor.evaluate(f"{first}.source") == "# mine"
    visitor.get_by_role("menuitem", name="Help").click()
    visitor.get_by_role("menuitem", name="Clear Browser Data").click()
    visitor.locator(".jp-Dialog button", has_text="Clear").last.click()
    visitor.wait_for_timeout(2000)
    opened(visitor, address)
    assert visitor.evaluate(f"{first}.source") == stored
    visitor.evaluate(f"{first}.setSource('# mine')")
    visitor.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    visitor.goto(f"{site}/tree/index.html")
    visitor.locator(".jp-DirListing-item", has_text="01_chain_rule").click()
    visitor.get_by_role("button", name="Delete").first.click()
    visitor.locator(".jp-Dialog button", has_text="Delete").last.click()
    visitor.wait_for_timeout(1000)
    opened(visitor, address)
    assert visitor.evaluate(f"{first}.source") == stored


TAKE, KEEP = "Take the new one, keep mine as a copy", "Keep mine"
IMPROVED = "This lesson has been improved since you saved it."
FIRST_CELL = f"{lab.NOTEBOOK}.content.widgets[0].model.sharedModel.source"


def saved(page, path, edition=None, mine="# mine"):
    """Leave a lesson in the browser as it was saved from an edition of the site, or before there were editions."""
    page.evaluate(
        """async ([contents, path, edition, mine]) => { contents = eval(contents);
        const { content } = await contents.get(path, {content: true});
        if (edition === null) delete content.metadata.vgrad;
        else content.metadata.vgrad = {edition};
        if (mine !== null) content.cells[0].source = mine;
        await contents.save(path, {type: 'notebook', format: 'json', content}) }""",
        [CONTENTS, path, edition, mine],
    )


def told(page, address):
    """Open a lesson; returns whether a note stands over it."""
    opened(page, address)
    page.wait_for_timeout(1500)
    return page.locator(".vgrad-edition").count() == 1


def editions(page, site):
    """The site's list of editions."""
    return page.evaluate("address => fetch(address).then(it => it.json())", f"{site}/editions.json")


@pytest.mark.parametrize("view", ["lab", "notebooks"])
def test_an_older_lesson_that_was_saved_is_replaced_if_one_likes_and_kept_as_a_copy(site, visitor, view):
    address = f"{site}/{view}/index.html?path=01_chain_rule.ipynb"
    assert not told(visitor, address)
    assert not any("editions.json" in url for url in visitor.context.asked)  # nothing was saved yet
    stored = visitor.evaluate(FIRST_CELL)
    for name in ("01_chain_rule (mine).ipynb", "01_chain_rule (mine 2).ipynb"):
        saved(visitor, "01_chain_rule.ipynb", "000000000000", f"# kept in {name}")
        assert told(visitor, address)
        assert IMPROVED in visitor.locator(".vgrad-edition [role=status]").inner_text()
        visitor.get_by_role("button", name=TAKE).press("Enter")
        visitor.locator(".vgrad-edition [role=status]", has_text=name).wait_for()
        assert visitor.evaluate(FIRST_CELL) == stored
        visitor.get_by_role("button", name="Close", exact=True).and_(visitor.locator(".vgrad-edition *")).press("Enter")
        visitor.locator(".vgrad-edition").wait_for(state="detached")
        copy = visitor.evaluate(f"name => {CONTENTS}.get(name, {{content: true}})", name)
        assert copy["content"]["cells"][0]["source"] == f"# kept in {name}"
        assert not told(visitor, address)
        assert visitor.evaluate(FIRST_CELL) == stored
    first = visitor.evaluate(f"{CONTENTS}.get('01_chain_rule (mine).ipynb', {{content: true}})")
    assert first["content"]["cells"][0]["source"] == "# kept in 01_chain_rule (mine).ipynb"
    assert not told(visitor, f"{site}/{view}/index.html?path=01_chain_rule%20(mine).ipynb")
    assert outside(visitor, site) == []


def test_who_keeps_an_older_lesson_is_asked_again_after_the_next_change_alone(site, visitor):
    address = f"{site}/notebooks/index.html?path=01_chain_rule.ipynb"
    opened(visitor, address)
    saved(visitor, "01_chain_rule.ipynb", "000000000000")
    assert told(visitor, address)
    visitor.get_by_role("button", name=KEEP, exact=True).click()
    visitor.locator(".vgrad-edition").wait_for(state="detached")
    assert visitor.evaluate(FIRST_CELL) == "# mine"
    assert not told(visitor, address)
    changed = editions(visitor, site) | {"01_chain_rule.ipynb": "ffffffffffff"}
    visitor.context.route("**/editions.json", lambda route: route.fulfill(json=changed))
    assert told(visitor, address)


def test_no_note_stands_over_a_lesson_that_is_current_and_one_without_an_edition_is_compared(site, visitor):
    path = "01_chain_rule.ipynb"
    address = f"{site}/notebooks/index.html?path={path}"
    opened(visitor, address)
    assert editions(visitor, site).keys() == {each.name for each in (lab.ROOT / "notebooks").glob("*.ipynb")}
    saved(visitor, path, editions(visitor, site)[path])
    assert not told(visitor, address)
    assert visitor.evaluate(FIRST_CELL) == "# mine"
    delete(visitor, path)
    saved(visitor, path, mine=None)
    assert not told(visitor, address)
    saved(visitor, path)
    assert told(visitor, address)
    visitor.set_viewport_size(PHONE)
    for box in (each.bounding_box() for each in visitor.locator(".vgrad-edition :is(p, button)").all()):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    below = visitor.locator(".jp-Notebook").bounding_box()
    note = visitor.locator(".vgrad-edition > div").bounding_box()
    assert note["y"] + note["height"] <= below["y"] + 1


def test_training_and_the_page_take_turns_on_the_one_thread_there(site, visitor):
    opened(visitor, f"{site}/lab/index.html?path=06_learning.ipynb")
    lab.run(visitor, "import numpy", "explore.train_mlp()")
    visitor.wait_for_selector(".vgrad-view [role=img] > svg")
    at = lab.trained(visitor, beyond=5)
    assert at <= (at := lab.stopped(visitor)) < 300
    visitor.wait_for_timeout(1000)
    assert lab.step(visitor) == at
    assert lab.trained(visitor, beyond=at) <= 300
    assert lab.errors(visitor) == []


def test_in_the_page_explorers_start_with_fewer_networks(site, visitor):
    opened(visitor, f"{site}/lab/index.html?path=03_gradient_flow.ipynb")
    lab.run_all(visitor)
    explorer = visitor.locator(".vgrad-explorer").first
    explorer.get_by_text("More controls").click()
    networks = explorer.get_by_role("spinbutton", name="networks", exact=True)
    assert int(networks.input_value()) == 5


def test_answers_are_kept_in_the_visitors_browser_and_carried_out_of_it(site, visitor):
    opened(visitor, f"{site}/lab/index.html?path=03_gradient_flow.ipynb")
    lab.run(visitor, "import numpy", "ask.warm_up")
    answer(visitor, 0)
    visitor.get_by_role("button", name="Keep them in progress.json").click()
    visitor.get_by_text("Your answers are kept in progress.json, in this folder, and nowhere else.").wait_for()
    assert kept(visitor) == ["warm-up"]
    assert files(visitor) == ["progress.json"]
    delete(visitor, "progress.json")
    answer(visitor, 1)
    visitor.get_by_text("Your answers are not kept.").wait_for()
    visitor.get_by_role("button", name="Keep them in progress.json").click()
    visitor.get_by_text("Your answers are kept in progress.json, in this folder, and nowhere else.").wait_for()
    assert kept(visitor) == ["warm-up"] * 2

    opened(visitor, f"{site}/lab/index.html?path=19_check_yourself.ipynb")  # the page anew, and another kernel
    assert files(visitor) == ["progress.json"]
    lab.run(visitor, "from vgrad", 'take("A")')
    visitor.get_by_role("button", name="Begin").click()
    for number in (1, 2, 3):
        visitor.get_by_text(f"Form A, question {number} of 24").wait_for()
        visitor.locator(".vgrad-predict input[type=radio]").first.check()
        visitor.get_by_role("button", name="Next").click()
    visitor.get_by_text("Form A, question 4 of 24").wait_for()
    assert kept(visitor) == ["warm-up"] * 2 + ["form A"] * 3
    assert cell(visitor, "len(progress.record().entries)") == "5"
    cell(visitor, "progress.download()")
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Download progress.json (5 answers)").click()
    taken = ledger.parse(download.value.path().read_bytes(), "it").entries
    assert len(taken) == 5
    cell(visitor, "progress.upload()")
    with visitor.expect_file_chooser() as chooser:
        visitor.get_by_role("button", name="Put in progress.json").click()
    content = ledger.text(simulated.learner(3)).encode()
    chooser.value.set_files([{"name": "mine.json", "mimeType": "application/json", "buffer": content}])
    visitor.get_by_text("answers of mine.json were taken. They are kept in progress.json.").wait_for()
    for times in range(3):
        assert "Give this file to your teacher." in cell(visitor, 'progress.hand_in("ada")')
        assert files(visitor) == ["hand_in_ada.json", "progress.json"]
        if times == 1:
            delete(visitor, "hand_in_ada.json")
    delete(visitor, "progress.json")
    assert cell(visitor, "progress.record().source") == "'this kernel'"
    assert lab.errors(visitor) == []
    assert outside(visitor, site) == []


def answer(page, number):
    """Answer a question of the warm-up with its first choice."""
    question = page.locator(".vgrad-warm-up .vgrad-predict").nth(number)
    question.locator("input[type=radio]").first.check()
    question.get_by_role("button", name="This is my answer").click()
    page.locator(".vgrad-warm-up .vgrad-first-1").nth(number).wait_for()


def cell(page, source):
    """Run a new cell at the end of the notebook; returns what it shows as text."""
    return page.evaluate(
        """async ([notebook, source]) => { const panel = eval(notebook), commands = window.jupyterapp.commands;
        panel.content.activeCellIndex = panel.content.widgets.length - 1;
        await commands.execute('notebook:insert-cell-below');
        panel.content.activeCell.model.sharedModel.setSource(source);
        const cell = panel.content.activeCell;
        await commands.execute('notebook:run-cell');
        return cell.model.toJSON().outputs.map(it => [it.data?.['text/plain'] ?? it.text].flat().join('')).join() }""",
        [lab.NOTEBOOK, source],
    )


CONTENTS = "window.jupyterapp.serviceManager.contents"


def files(page):
    """The names of the files of answers that the file browser has."""
    listed = page.evaluate(f"{CONTENTS}.get('', {{content: true}}).then(it => it.content.map(file => file.name))")
    return sorted(name for name in listed if ".json" in name)


def kept(page):
    """The kinds of the answers in progress.json, in their order."""
    there = page.evaluate(f"{CONTENTS}.get('progress.json', {{content: true}})")
    content = there["content"]
    raw = base64.b64decode(content) if there["format"] == "base64" else content.encode()
    return [entry.kind for entry in ledger.parse(raw, "it").entries.values()]


def delete(page, name):
    """Delete a file, as by the file browser."""
    page.evaluate(f"name => {CONTENTS}.delete(name)", name)
