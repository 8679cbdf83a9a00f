"""The explorers in JupyterLab in a real browser: what a hand on a slider gets to see.   pytest -m browser"""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
from functools import partial

import course
import lab
import numpy as np
import pytest
from explored import without_ids
from PIL import Image, ImageStat

from vgrad.lessons.gradient_flow.explore import PRESETS, gradient_flow

pytestmark = pytest.mark.browser
LESSON = lab.ROOT / "notebooks/03_gradient_flow.ipynb"
PICTURE = ".vgrad-view [role=img] > svg"  # the layer that moves
LAYERS = """() => ['.vgrad-layer:not(.vgrad-ghost) svg', '[role=img] > svg'].map(
  layer => document.querySelector('.vgrad-view ' + layer).outerHTML)"""
AS_IT_IS_PARSED = """layers => layers.map(layer => {
  const page = document.createElement('template');
  page.innerHTML = layer;
  return page.innerHTML })"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    lab.notebook(folder / "sliders.ipynb", "from vgrad.lessons.gradient_flow import explore", "explore.gradient_flow()")
    lab.notebook(
        folder / "training.ipynb",
        "from vgrad.lessons.learning import explore",
        "explore.train_mlp(steps=600, seeds=10, depth=20)",
    )
    equation(lab.notebook(folder / "equation.ipynb", "1 + 1"))
    lab.notebook(folder / "question.ipynb", "from vgrad.lessons import gradient_flow", "gradient_flow.ask('narrow')")
    if LESSON.exists():
        shutil.copytree(LESSON.parent, folder / "notebooks")
        shutil.copy(LESSON, folder / "waits.ipynb")
    with lab.serve(folder) as server:
        yield server


def equation(path):
    """Add an equation to a notebook that no page is wide enough for."""
    notebook = json.loads(path.read_text("utf-8"))
    wide = "$$" + " + ".join(f"x_{{{k}}}" for k in range(90)) + "$$"
    notebook["cells"].append(dict(cell_type="markdown", id="wide", metadata={}, source=wide))
    path.write_text(json.dumps(notebook), "utf-8")


@pytest.fixture(scope="module")
def opened(server, browser):
    page = server.open(browser, "sliders.ipynb")
    lab.run_all(page)
    page.wait_for_selector(PICTURE)
    more(page)
    page.first = lab.settled(page).caption
    return page


@pytest.fixture
def page(opened):
    """The page as it was at first; afterwards, nothing on it has gone wrong."""
    opened.get_by_role("button", name="Reset").click()
    opened.wait_for_function(f"first => ({lab.SHOWN})()[0] === first", arg=opened.first)
    lab.settled(opened)
    yield opened
    assert lab.errors(opened) == []


def box(page, label):
    """The number box or the dropdown with this label."""
    return page.get_by_label(label, exact=True).and_(page.locator("input, select"))


def handle(page, label):
    return page.locator(".widget-slider").filter(has=page.get_by_text(label, exact=True)).get_by_role("slider")


def after(page, act):
    """What is shown once ``act`` has had its effect."""
    before = lab.shown(page)
    act()
    return anonymous(lab.changed(page, before))


def anonymous(shown):
    """The same without the names of clips and marks, which are others each time."""
    return shown._replace(drawn=without_ids(shown.drawn))


def more(page):
    """Open what is folded behind "More controls"."""
    page.get_by_text("More controls").first.click()


def says(shown, **values):
    """An explorer without a browser at these values. The browser shows its sentence and its alternative text."""
    expected = gradient_flow()
    for key, value in values.items():
        expected.controls[key].value = value
        expected._hand.rest()
    assert shown[:2] == (expected.caption, expected._alt(expected.record))
    return expected


def assert_is(page, shown, **values):
    """The browser shows what an explorer without a browser shows at these values: sentence, and both layers."""
    expected = says(shown, **values)
    canvas = expected._plot.canvas
    layers = [page.evaluate(LAYERS), page.evaluate(AS_IT_IS_PARSED, [canvas.ground, canvas.overlay()])]
    here, there = (list(map(without_ids, both)) for both in layers)
    same = here == there  # not compared within the assert, which would spell out the difference
    assert same


# --- by hand ------------------------------------------------------------------------------------------------------


def test_an_arrow_key_on_the_slider_moves_picture_alternative_text_sentence_and_number_box(page):
    before = anonymous(lab.shown(page))
    shown = after(page, partial(handle(page, "depth").press, "ArrowRight"))
    assert all(a != b for a, b in zip(shown, before, strict=True))
    assert "31 layers" in shown.alt
    assert box(page, "depth").input_value() == "31"
    assert_is(page, shown, depth=31)


def test_a_number_typed_into_the_box_moves_slider_and_picture(page):
    def write():
        box(page, "depth").fill("12")
        box(page, "depth").press("Enter")

    shown = after(page, write)
    assert handle(page, "depth").get_attribute("aria-valuetext") == "12"
    assert_is(page, shown, depth=12)


@pytest.mark.parametrize(("typed", "kept"), [("500", "100"), ("0", "1")])
def test_a_number_beyond_the_slider_becomes_its_end(page, typed, kept):
    def write():
        box(page, "depth").fill(typed)
        box(page, "depth").press("Enter")

    assert_is(page, after(page, write), depth=int(kept))
    assert box(page, "depth").input_value() == kept


def test_a_click_on_the_rail_moves_the_slider_there(page):
    rail = page.locator(".widget-slider").filter(has=page.get_by_text("depth", exact=True)).locator(".noUi-target")
    width = rail.bounding_box()["width"]
    shown = after(page, partial(rail.click, position={"x": 0.75 * width, "y": 2}))
    assert 70 < int(box(page, "depth").input_value()) < 80
    assert_is(page, shown, depth=int(box(page, "depth").input_value()))


def swipe(page, start, across, along):
    """Draw a thumb from the middle of an element so many pixels across and along the page."""
    at = start.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    thumb = page.context.new_cdp_session(page)
    for k in range(11):
        where = {"x": x + across * k / 10, "y": y + along * k / 10}
        thumb.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [where]})
    thumb.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_thumb_moves_a_slider_sideways_and_does_not_where_it_scrolls_the_page(page):
    rail = page.locator(".widget-slider").filter(has=page.get_by_text("depth", exact=True)).locator(".noUi-target")
    rail.scroll_into_view_if_needed()
    swipe(page, rail, 3, -60)
    swipe(page, rail, -2, 60)
    page.wait_for_timeout(500)
    assert box(page, "depth").input_value() == "30"
    shown = after(page, partial(swipe, page, handle(page, "depth"), rail.bounding_box()["width"] / 4, 5))
    assert 50 < int(box(page, "depth").input_value()) < 60
    assert_is(page, shown, depth=int(box(page, "depth").input_value()))


def test_whoever_runs_an_explorers_cell_sees_its_controls_and_its_picture(server, browser):
    page = server.open(browser, "sliders.ipynb", width=1280, height=720)
    text = {"cell_type": "markdown", "source": "<br>" * 60 + "The text goes on."}
    for where in ("insertCell(0, text)", "addCell(text)"):
        page.evaluate(f"text => {lab.NOTEBOOK}.model.sharedModel.{where}", text)
    page.locator(".jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(PICTURE)
    page.wait_for_function(
        """() => {
          const seen = document.querySelector('.jp-Notebook').getBoundingClientRect();
          const { top, bottom } = document.querySelector('.vgrad-explorer').getBoundingClientRect();
          return seen.top <= top && bottom <= seen.bottom; }"""
    )
    assert page.evaluate(f"{lab.NOTEBOOK}.content.activeCellIndex") == 3  # the next cell is the active one all the same
    page.close()


@pytest.mark.skipif(not LESSON.exists(), reason="the lesson is not written")
def test_shift_and_enter_go_on_from_the_answer_to_a_question(server, browser):
    page = server.open(browser, f"notebooks/{LESSON.name}")
    active = f"{lab.NOTEBOOK}.content.activeCellIndex"
    for cell in ("from vgrad.lessons", 'ask("sixty")'):
        page.locator(".jp-CodeCell").filter(has_text=cell).first.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
    question = page.locator(".vgrad-predict").filter(has_text="thirty sigmoid layers")
    question.get_by_role("radio").nth(1).click()
    question.get_by_role("button", name="This is my answer").click()
    question.get_by_role("button", name="Read the reply to this choice").wait_for()
    asked = page.evaluate(active)
    page.keyboard.press("Shift+Enter")
    page.get_by_text("We measure 4.5e-38").wait_for()
    assert page.evaluate(active) == asked + 2
    assert question.get_by_role("radio").nth(1).is_checked()  # it was not asked anew
    page.close()


@pytest.mark.skipif(not LESSON.exists(), reason="the lesson is not written")
def test_a_result_that_answers_a_question_waits_until_its_cell_is_run_or_it_is_asked_for(server, browser):
    page = server.open(browser, "waits.ipynb")
    waiting = page.locator(".vgrad-waits")
    asked = 4  # one for each question of this lesson, whose cells JupyterLab draws one after the other
    page.wait_for_function("count => document.querySelectorAll('.vgrad-waiting').length === count", arg=asked)
    measured = page.get_by_text("We measure 4.5e-38")
    assert not measured.is_visible()
    page.get_by_role("button", name="Show the result").first.click()
    measured.wait_for()
    assert waiting.count() == asked - 1
    page.locator(".jp-CodeCell").filter(has_text="from vgrad.lessons").locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-CodeCell").filter(has_text="depths = (10, 20").locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("We measure 0.099").wait_for()
    assert waiting.count() == asked - 2
    page.close()


def test_every_preset_shows_its_picture_and_reset_brings_back_the_first(page):
    first, seen = anonymous(lab.shown(page)), set()
    for name in PRESETS:
        seen.add(after(page, page.get_by_role("button", name=name, exact=True).click))
    assert len(seen) == len(PRESETS)
    assert first not in seen
    assert after(page, page.get_by_role("button", name="Reset").click) == first


@pytest.mark.parametrize(
    ("label", "option"), [("activation", "leaky ReLU"), ("weights", "PyTorch Linear"), ("precision", "float16")]
)
def test_a_dropdown_changes_picture_and_sentence(page, label, option):
    before = anonymous(lab.shown(page))
    shown = after(page, partial(box(page, label).select_option, value=option))
    assert option in shown.caption
    assert shown.drawn != before.drawn


@pytest.mark.parametrize("label", ["dh", "dz", "dW", "log axis"])
def test_a_switch_changes_picture_and_alternative_text_there_and_back(page, label):
    before = anonymous(lab.shown(page))
    switch = page.get_by_role("button", name=label, exact=True)
    shown = after(page, switch.click)
    assert shown.drawn != before.drawn
    assert shown.alt != before.alt
    assert after(page, switch.click) == before


@pytest.mark.parametrize("label", ["depth", "width", "gain", "networks", "batch"])
def test_at_both_ends_of_a_slider_there_is_a_picture(page, label):
    for key, end in (("Home", "min"), ("End", "max")):
        shown = after(page, partial(handle(page, label).press, key))
        assert box(page, label).input_value() == box(page, label).get_attribute(end)
        assert page.locator(f"{PICTURE} > g :is(path, use)").count() > 0
        assert not re.search(r"\bnan\b|inf", shown.drawn)


def test_all_sliders_at_their_ends_at_once_still_end_in_a_picture(page):
    labels = ["depth", "width", "gain", "networks", "batch"]
    for key in ("End", "Home"):
        for label in labels:
            handle(page, label).press(key)
        lab.settled(page, quiet=2)
    shown = lab.settled(page)
    says(shown, depth=1, width=4, gain=0.1, seeds=1, batch=1)  # its axes have been wider on the way


def test_a_held_key_ends_at_the_last_value_with_the_picture_in_agreement(page):
    handle(page, "depth").focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    shown = lab.settled(page, quiet=1)
    assert box(page, "depth").input_value() == handle(page, "depth").get_attribute("aria-valuetext") == "80"
    assert_is(page, shown, depth=80)


def test_a_slider_tells_its_name_and_its_value_and_never_its_logarithm(page):
    gain = handle(page, "gain")
    assert [gain.get_attribute(f"aria-{part}") for part in ("label", "valuetext")] == ["gain", "1"]
    for key, says in (("Home", "0.1"), ("ArrowRight", "0.102"), ("End", "20")):
        after(page, partial(gain.press, key))
        assert gain.get_attribute("aria-valuetext") == says == box(page, "gain").input_value()
    after(page, partial(handle(page, "depth").press, "ArrowRight"))
    assert [handle(page, "depth").get_attribute(f"aria-{part}") for part in ("label", "valuetext")] == ["depth", "31"]
    names = page.locator(".vgrad-explorer .noUi-handle").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert names == ["depth", "gain", "width", "networks", "batch"]


def test_a_press_saves_the_picture_that_is_on_the_page(page):
    seen = page.locator(PICTURE).screenshot()
    for button in (page.get_by_role("button", name="Save picture"), page.get_by_role("link", name="Download")):
        with page.expect_download() as download:
            button.click()  # once: the link is for pages without the extension
        assert download.value.suggested_filename == "gradient_flow.png"
        with Image.open(download.value.path()) as saved, Image.open(io.BytesIO(seen)) as moving:
            assert saved.width > 1.5 * moving.width  # finer, and the same picture
            here, there = (np.asarray(one.convert("L").resize(moving.size), float) for one in (moving, saved))
        assert abs(here - there).mean() < 5


def test_share_shows_the_lines_that_open_the_picture_and_copies_them(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = after(page, partial(box(page, "activation").select_option, value="ReLU"))
    page.get_by_role("button", name="Share", exact=True).click()
    copy = page.locator(".vgrad-share").get_by_role("button", name="Copy")
    copy.wait_for()
    lines = page.locator(".vgrad-share pre").inner_text()
    assert lines == says(shown, activation="relu").code
    assert page.locator(".vgrad-share a").count() == 0  # there is a link on the site alone
    copy.press("Enter")
    page.locator(".vgrad-share [role=status]", has_text="The code of this picture is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == lines
    assert page.evaluate(SPILLS) == []
    assert page.evaluate("performance.getEntriesByType('resource').filter(e => /editions/.test(e.name)).length") == 0


# --- a kernel that is stopped -------------------------------------------------------------------------------------

KERNEL = f"{lab.NOTEBOOK}.sessionContext.session.kernel"


def test_training_goes_on_after_the_kernel_was_interrupted_and_anew_after_it_was_restarted(server, browser):
    page = server.open(browser, "training.ipynb")
    lab.run_all(page)
    page.wait_for_selector(PICTURE)
    first = lab.trained(page, 5)
    assert first < 600
    page.evaluate(f"{KERNEL}.interrupt()")
    at = lab.stopped(page)
    assert first <= at < 600
    lab.trained(page, at)
    page.evaluate(f"{KERNEL}.restart()")
    page.wait_for_function(f"{KERNEL}.status === 'idle'")
    lab.run_all(page)
    page.wait_for_selector(PICTURE)
    assert lab.step(page) == 5  # as it stands before Train
    lab.trained(page, 5)
    assert [error for error in lab.errors(page) if "Traceback" in error] == []
    page.close()


# --- to the eye ---------------------------------------------------------------------------------------------------


SPILLS = """() => {
  const not = '.vgrad-box > label, .vgrad-aloud, svg *';
  const parts = [...document.querySelectorAll(`.vgrad-explorer, .vgrad-explorer *:not(${not})`)];
  const cell = document.querySelector('.vgrad-explorer').closest('.jp-OutputArea-output').getBoundingClientRect();
  const outside = box => box.width > 0 && (box.right > cell.right + 1 || box.left < cell.left - 1);
  const clips = e => getComputedStyle(e).overflowX !== 'visible';
  const cut = e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && clips(e);
  return parts.filter(e => outside(e.getBoundingClientRect()) || cut(e)).map(e => e.outerHTML.slice(0, 200)) }"""


@pytest.mark.parametrize("width", [1200, 800])
def test_nothing_overflows_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(300)
    try:
        assert page.evaluate(SPILLS) == []
        image = page.locator(PICTURE).bounding_box()
        for part in (image, handle(page, "depth").bounding_box(), box(page, "depth").bounding_box()):
            assert part["x"] >= 0
            assert part["x"] + part["width"] <= width
        assert image["width"] >= 400
    finally:
        page.set_viewport_size({"width": 1200, "height": 1000})


def test_every_control_has_a_name_for_a_screen_reader(page):
    nameless = page.evaluate(
        "[...document.querySelectorAll('.vgrad-explorer :is(input, select, button)')]"
        ".filter(e => !(e.labels?.[0]?.textContent || e.textContent)).map(e => e.outerHTML)"
    )
    assert nameless == []


def test_on_a_dark_page_the_picture_is_dark(page):
    def brightness():
        picture = Image.open(io.BytesIO(page.locator(PICTURE).screenshot()))
        return ImageStat.Stat(picture.convert("L")).mean[0]

    assert brightness() > 200
    lab.theme(page, dark=True)
    try:
        assert brightness() < 80
        assert "invert" in page.locator(PICTURE).evaluate("e => getComputedStyle(e).filter")
    finally:
        lab.theme(page, dark=False)


# --- in class ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deck(tmp_path_factory, browser):
    """A notebook shown as slides; all of its cells are on the first. JupyterLab remembers: a server of its own."""
    if importlib.util.find_spec("jupyterlab_slideshow") is None:
        pytest.skip("jupyterlab-slideshow is not installed: it comes with the extra  present")
    folder = tmp_path_factory.mktemp("class")
    lab.notebook(
        folder / "deck.ipynb",
        "from vgrad.lessons import gradient_flow",
        "gradient_flow.ask('narrow')",
        "gradient_flow.explore.gradient_flow()",
    )
    with lab.serve(folder) as server:
        page = server.open(browser, "deck.ipynb", 1280, 720)
        lab.run_all(page)
        page.wait_for_selector(PICTURE)
        lab.present(page)
        yield page
        assert lab.errors(page) == []


AT_THE_LEFT_EDGE = {"x": 6, "y": 12}  # where the strip lies that collapses an output


def test_in_a_deck_the_mouse_reaches_every_button_of_an_explorer(deck):
    first = anonymous(lab.settled(deck))
    preset = deck.get_by_role("button", name="3 · Too large explodes", exact=True)
    assert "explodes" in after(deck, partial(preset.click, position=AT_THE_LEFT_EDGE)).caption
    reset = deck.get_by_role("button", name="Reset")
    assert after(deck, partial(reset.click, position=AT_THE_LEFT_EDGE)) == first


def test_in_a_deck_a_rail_is_where_it_seems(deck):
    rail = deck.locator(".widget-slider").filter(has=deck.get_by_text("depth", exact=True)).locator(".noUi-target")
    after(deck, partial(rail.click, position={"x": 0.75 * rail.bounding_box()["width"], "y": 2}))
    assert 70 < int(box(deck, "depth").input_value()) < 82


def test_in_a_deck_a_prediction_is_answered(deck):
    deck.locator(".vgrad-choices input").last.click()
    deck.get_by_role("button", name="This is my answer").click()
    deck.wait_for_selector(".vgrad-predict [role=status]")
    reply = list(course.QUESTIONS["narrow"].replies.values())[-1]
    assert deck.locator(".vgrad-predict [role=status]").inner_text().startswith(reply)


def test_in_a_deck_escape_leaves_a_number_box_and_a_second_one_the_slides(deck):
    mode = "document.body.dataset.jpDeckMode"
    box(deck, "depth").fill("40")
    after(deck, partial(box(deck, "depth").press, "Enter"))
    deck.keyboard.press("Escape")
    assert deck.evaluate(mode) == "presenting"
    assert box(deck, "depth").evaluate("e => e !== document.activeElement")
    deck.keyboard.press("Escape")
    deck.wait_for_function(f"{mode} !== 'presenting'")
    lab.present(deck)


BELOW = """() => document.querySelector('.vgrad-predict [role=status]').getBoundingClientRect().bottom
  - Math.min(innerHeight, document.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect().bottom)"""
TOP = "() => document.querySelector('.vgrad-predict').getBoundingClientRect().top"


def answered_at_the_edge(page):
    """Answer the question on the page while its button lies at the lower edge of the screen."""
    page.locator(".vgrad-choices input").first.click()
    button = page.locator(".vgrad-predict button")
    button.evaluate("e => e.scrollIntoView({ block: 'end', behavior: 'instant' })")
    before = page.evaluate(TOP)
    button.click()
    page.wait_for_function(f"document.querySelector('.vgrad-predict [role=status]') && ({BELOW})() < 1")
    assert page.evaluate(TOP) < before - 20


def test_in_a_deck_the_reply_to_a_choice_comes_into_view(deck):
    deck.set_viewport_size({"width": 1280, "height": 320})
    try:
        answered_at_the_edge(deck)
    finally:
        deck.set_viewport_size({"width": 1280, "height": 720})


def test_in_a_notebook_the_reply_to_a_choice_comes_into_view_if_it_is_below_the_edge(server, browser):
    page = server.open(browser, "question.ipynb", height=500)
    text = {"cell_type": "markdown", "source": "<br>" * 40 + "The text goes on."}
    for where in ("insertCell(0, text)", "addCell(text)"):
        page.evaluate(f"text => {lab.NOTEBOOK}.model.sharedModel.{where}", text)
    lab.run_all(page)
    page.locator(".vgrad-predict").wait_for()
    answered_at_the_edge(page)
    seen = page.evaluate(TOP)
    page.locator(".vgrad-choices input").last.click()
    page.locator(".vgrad-predict button").click()
    page.get_by_text(list(course.QUESTIONS["narrow"].replies.values())[-1]).wait_for()
    page.wait_for_timeout(500)
    assert abs(page.evaluate(TOP) - seen) < 60  # at most as far as the other reply is longer
    page.close()


BIG = """() => { const picture = document.querySelector('.vgrad-view [role=img] > svg');
  const box = picture.getBoundingClientRect(), panel = document.querySelector('.vgrad-panel');
  const label = panel.querySelector('.widget-slider .widget-label');
  return [box.width * box.height / innerWidth / innerHeight, 13 * box.width / picture.viewBox.baseVal.width,
    panel.currentCSSZoom * parseFloat(getComputedStyle(label).fontSize)] }"""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_in_a_deck_the_picture_takes_half_of_the_screen_and_its_letters_are_as_large_as_those_of_controls(
    deck, width, height
):
    deck.set_viewport_size({"width": width, "height": height})
    deck.wait_for_timeout(300)
    try:
        share, letters, labels = deck.evaluate(BIG)
        assert share >= 0.5
        assert letters >= labels >= 18
        assert deck.evaluate(SPILLS) == []
    finally:
        deck.set_viewport_size({"width": 1280, "height": 720})


def test_in_a_deck_words_and_controls_are_large_and_nothing_overflows(deck):
    sentence = deck.locator(".vgrad-view figcaption").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert sentence >= 18
    assert deck.get_by_role("button", name="Reset").bounding_box()["height"] >= 36
    assert deck.evaluate(SPILLS) == []


CUT_OFF = """() => [...document.querySelectorAll('.jp-deck-mod-onscreen')].flatMap(cell => {
  const parts = [cell, ...cell.querySelectorAll('*:not(.vgrad-box > label, .vgrad-aloud, svg *)')];
  const clips = e => getComputedStyle(e).overflowX !== 'visible';
  return parts.filter(e => {
    const box = e.getBoundingClientRect();
    return (box.width > 1 && box.right > innerWidth + 1) || (e === cell && box.bottom > innerHeight + 1)
      || (e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && clips(e))
  }).map(e => e.outerHTML.slice(0, 200)) })"""


@pytest.fixture
def lesson(tmp_path, browser):
    """Lesson 03 as slides, where nothing else was shown before."""
    if importlib.util.find_spec("jupyterlab_slideshow") is None:
        pytest.skip("jupyterlab-slideshow is not installed: it comes with the extra  present")
    shutil.copy(LESSON, tmp_path)
    with lab.serve(tmp_path) as server:
        page = server.open(browser, LESSON.name, 1280, 720)
        lab.run_all(page)
        lab.present(page)
        yield page
        own = "NotFoundError: Failed to execute 'removeChild'"  # JupyterLab's, where a theme changes under the slides
        assert [error for error in lab.errors(page) if not error.startswith(own)] == []


def test_every_slide_of_a_lesson_is_whole_and_its_explorer_moves(lesson):
    seen, moved = set(), False
    while True:
        for dark in (False, True):
            lab.theme(lesson, dark)
            assert lesson.evaluate(CUT_OFF) == [], sorted(seen)
            with Image.open(io.BytesIO(lesson.screenshot())) as picture:
                shades = ImageStat.Stat(picture.convert("L"))
            assert (shades.mean[0] < 90) == dark, "a slide is as bright as its theme"
            assert shades.stddev[0] > 4, "a slide is blank"
        seen.add(lesson.evaluate(lab.SLIDE).partition("|")[2])
        if not moved and lesson.locator(".jp-deck-mod-onscreen .vgrad-explorer").count():
            shown = after(lesson, partial(handle(lesson, "depth").first.press, "ArrowRight"))
            moved = "31 tanh layers" in shown.caption
            lesson.locator(PICTURE).first.click()  # takes the keys from the slider
        if not lab.forward(lesson):
            break
    assert moved
    assert len(seen) >= 12


def test_a_clicker_turns_the_slides_also_from_a_slider(lesson):
    first = lesson.evaluate(lab.SLIDE)
    while not lesson.locator(".jp-deck-mod-onscreen .vgrad-explorer").count():
        assert lab.forward(lesson, key="PageDown")
    slider = handle(lesson, "depth").first
    slider.focus()
    value = slider.get_attribute("aria-valuenow")
    assert lab.forward(lesson, key="PageDown")
    assert lab.forward(lesson, key="PageUp")
    assert slider.get_attribute("aria-valuenow") == value
    while lesson.evaluate(lab.SLIDE) != first:
        assert lab.forward(lesson, key="PageUp")


TOP_OF_SLIDE = "() => document.querySelector('.jp-deck-mod-onscreen').getBoundingClientRect().top"


@pytest.mark.parametrize("key", ["Space", "PageDown"])
def test_each_press_shows_something_new_and_so_does_each_on_the_way_back(lesson, key):
    def seen():
        return lesson.evaluate(lab.SLIDE).partition("|")[2]

    shown = [seen()]
    for turn in (key, "ArrowLeft"):
        before = len(shown)
        while lab.forward(lesson, seconds=4, key=turn):
            shown.append(seen())
            assert shown[-1] != shown[-2], f"press {len(shown) - before} of {turn} changed nothing"
        assert len(shown) - before >= 12


def test_a_slide_begins_at_its_top_and_a_press_brings_the_rest_of_it_into_view(tmp_path, browser):
    if importlib.util.find_spec("jupyterlab_slideshow") is None:
        pytest.skip("jupyterlab-slideshow is not installed: it comes with the extra  present")
    lab.notebook(tmp_path / "long.ipynb", "from vgrad.lessons import gradient_flow", "gradient_flow.ask('narrow')")
    with lab.serve(tmp_path) as server:
        page = server.open(browser, "long.ipynb", 1280, 720)
        text = {"cell_type": "markdown", "source": "The text begins." + "<br>" * 40}
        page.evaluate(f"text => {lab.NOTEBOOK}.model.sharedModel.insertCell(0, text)", text)
        lab.run_all(page)  # after which it is scrolled to its end
        lab.present(page)
        page.wait_for_function(f"({TOP_OF_SLIDE})() > 0")
        for _ in range(2):
            page.wait_for_timeout(500)
            page.keyboard.press("Space")
        page.wait_for_function(f"({TOP_OF_SLIDE})() < 0")
        page.wait_for_function("document.querySelector('.vgrad-predict button').getBoundingClientRect().bottom <= 720")
        page.close()


def test_voila_serves_an_explorer_that_moves(tmp_path, browser):
    if importlib.util.find_spec("voila") is None:
        pytest.skip("voila is not installed: it comes with the extra  present")
    lab.notebook(tmp_path / "flow.ipynb", "from vgrad.lessons.gradient_flow import explore", "explore.gradient_flow()")
    with lab.serve(tmp_path, lab.VOILA) as server:
        page = browser.new_page()
        page.goto(f"{server.address}/voila/render/flow.ipynb", timeout=60_000)
        page.wait_for_selector(PICTURE, timeout=60_000)
        first = anonymous(lab.shown(page))
        moved = after(page, page.get_by_role("button", name="1 · Sigmoid vanishes").click)
        assert "sigmoid" in moved.caption
        assert moved.drawn != first.drawn


ALONE = """() => [...document.querySelectorAll('#rendered_cells .jp-OutputArea-output pre')].filter(
  text => !text.closest('[cell-index]').querySelector('.vgrad-code pre')).map(text => text.innerText)"""


def test_a_dashboard_shows_no_number_without_its_code_and_says_where_an_exercise_is_done(
    tmp_path, browser, monkeypatch
):
    if importlib.util.find_spec("voila") is None:
        pytest.skip("voila is not installed: it comes with the extra  present")
    templates = tmp_path / "jupyter/voila/templates"
    templates.mkdir(parents=True)
    (templates / "vgrad").symlink_to(lab.ROOT / "vgrad/kit/pages/dashboard")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))  # the template of this clone
    shutil.copy(LESSON, tmp_path)
    with lab.serve(tmp_path, (*lab.VOILA, "--template=vgrad")) as server:
        page = browser.new_page()
        page.goto(f"{server.address}/voila/render/{LESSON.name}", timeout=120_000)
        page.wait_for_selector(PICTURE, timeout=60_000)
        page.wait_for_selector("#rendered_cells .jp-OutputArea-output pre")
        assert page.evaluate(ALONE) == []
        exercises = page.locator(".vgrad-code:has(.vgrad-elsewhere)").all_inner_texts()
        assert len(exercises) == 2
        assert all("..." in text and "check.answer(" in text for text in exercises)
        seen = page.inner_text("#rendered_cells")
        assert "not yet solved" not in seen
        assert page.locator("details[open]").count() == 0


EQUATIONS = """() => [...document.querySelectorAll('.jp-Notebook mjx-container[display=true]')].map(e => {
  const cell = e.closest('.jp-Cell').getBoundingClientRect();
  return [e.getBoundingClientRect().right <= cell.right, e.scrollWidth - e.clientWidth] })"""


def test_an_equation_that_is_wider_than_the_page_scrolls_within_it(server, browser):
    page = server.open(browser, "equation.ipynb", width=800)
    page.locator("mjx-container[display=true]").first.wait_for()
    within, beyond = zip(*page.evaluate(EQUATIONS), strict=True)
    assert all(within)
    assert max(beyond) > 0  # so there is one
    page.close()


# --- the lesson ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not LESSON.exists(), reason="the lesson is not written")
def test_the_lesson_runs_without_an_error_and_its_explorer_is_alive(server, browser):
    page = server.open(browser, f"notebooks/{LESSON.name}")
    lab.run_all(page)
    assert lab.errors(page) == []
    page.locator(".vgrad-explorer").first.scroll_into_view_if_needed()
    shown = after(page, partial(handle(page, "depth").first.press, "ArrowRight"))
    assert "31 tanh layers" in shown.caption
    page.close()
