"""The class scripts of TEACHING.md on the slides: each row as a teacher goes through it.   pytest -m browser"""

from __future__ import annotations

import importlib.util
import re
import shutil

import lab
import pytest
import script

pytestmark = pytest.mark.browser
LESSONS = sorted({row.lesson for title in script.TITLES for row in script.rows(title)})
STEP = re.compile(r"→ ×(\d)(?:, the (\w+))?|(the choices|the wrong choice)|\*\*(.+?)\*\*|then ([\d.]+)")
SLIDE = """() => [...document.querySelectorAll('.jp-deck-mod-onscreen')].map(cell => cell.innerText).join(' ')
  + [...document.querySelectorAll('.jp-deck-mod-onscreen [role=img]')].map(e => e.ariaLabel).join(' ')"""
STILL = """() => !document.querySelector('.vgrad-rough') && !document.querySelector('.vgrad-busy')"""
WITHIN = """selector => [...document.querySelectorAll('.jp-deck-mod-onscreen ' + selector)].some(e => {
  const { top, bottom, height } = e.getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight + 24 })"""
NAMED = {
    "explorer": ".vgrad-explorer figcaption",
    "choices": ".vgrad-choices",
    "question": ".vgrad-choices",
    "picture": ".jp-RenderedImage img",
    "numbers": "pre",
    "table": "table",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if importlib.util.find_spec("jupyterlab_slideshow") is None:
        pytest.skip("jupyterlab-slideshow is not installed: it comes with the extra  present")
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(lab.ROOT / "notebooks", folder / "notebooks")
    with lab.serve(folder) as server:
        yield server


def prepared(server, browser, lesson):
    """The lesson as a teacher prepares it before the class comes in."""
    path = next((lab.ROOT / "notebooks").glob(f"{lesson}_*.ipynb"))
    page = server.open(browser, f"notebooks/{path.name}", 1280, 720)
    page.set_default_timeout(300_000)
    if lesson == "10":
        at = heading(lesson, "3 · Is or are?") + 1
        cell = {"cell_type": "code", "source": script.extra_cell()}
        page.evaluate(f"([at, cell]) => {lab.NOTEBOOK}.model.sharedModel.insertCell(at, cell)", [at, cell])
    lab.run_all(page)
    page.set_default_timeout(20_000)
    return page


def heading(lesson, title):
    """The number of the cell with this heading."""
    pattern = re.compile(rf"^#+ {re.escape(title)}$", re.MULTILINE)
    return next(k for k, cell in enumerate(script.notebook(lesson)) if pattern.search(script.source(cell)))


def jump(page, lesson, title):
    """Leave the slides, choose a heading in the list, and go back to the slides there."""
    page.evaluate("void window.jupyterapp.commands.execute('deck:stop')")
    at = heading(lesson, title) + (lesson == "10" and heading(lesson, title) > heading(lesson, "3 · Is or are?"))
    page.evaluate(f"at => {{ {lab.NOTEBOOK}.content.activeCellIndex = at }}", at)
    page.evaluate("void window.jupyterapp.commands.execute('deck:start')")
    page.wait_for_selector("body[data-jp-deck-mode='presenting'] .jp-deck-mod-onscreen", state="attached")
    page.wait_for_timeout(800)


def forward(page, times, named):
    """Press → so many times. What the row names is on the screen then."""
    if page.evaluate("document.activeElement.matches('input')"):
        page.keyboard.press("Escape")
    for _ in range(times):
        assert lab.forward(page, key="ArrowRight"), "there is nothing more"
    if named:
        assert page.evaluate(WITHIN, NAMED[named]), f"no {named} after {times} presses"


def answer(page, row):
    """Choose what the class says, the wrong answers first, and read the replies. "As above" is the first choice."""
    read = []
    for choice in [choice for choice, _ in row.choices] or [""]:
        page.locator(".jp-deck-mod-onscreen .vgrad-choices .widget-radio-box label", has_text=choice).first.click()
        page.locator(".jp-deck-mod-onscreen .vgrad-predict button").first.click()
        page.wait_for_timeout(1200)
        read.append(page.locator(".jp-deck-mod-onscreen .vgrad-predict [role=status]").first.inner_text())
        assert page.evaluate(WITHIN, ".vgrad-predict [role=status]"), "the reply is below the edge"
    return read


def press(page, name, value):
    """Press a button, or fill a box or a menu of the explorer on the slide."""
    there = page.locator(".jp-deck-mod-onscreen .vgrad-explorer").first
    more = there.locator("details.vgrad-more:not([open]) summary")
    button = there.get_by_role("button", name=name, exact=True)
    if button.count():
        button.click()
        return
    control = there.get_by_label(name, exact=True).and_(there.locator("input, select"))
    if not control.is_visible() and more.count():
        more.first.click()
    if control.evaluate("e => e.tagName") == "SELECT":
        control.select_option(label=value)
    else:
        control.fill(value or f"{control.input_value()} {control.input_value()}")
        control.press("Enter")


def seen(page):
    """The words on the slide, once the picture stands still."""
    page.wait_for_timeout(600)
    page.wait_for_function(STILL)
    page.wait_for_timeout(400)
    return page.evaluate(SLIDE)


def followed(page, row, before):
    """All that a class gets to see while a teacher follows a row."""
    shown = [seen(page)] if before else []
    for title in row.headings[:1]:
        if not row.open.startswith("→"):
            jump(page, row.lesson, title)
            shown.append(seen(page))
    pressed = iter(script.pressed(row.show))
    for step in STEP.finditer(f"{row.open} | {row.show}"):
        times, named, choices, *_ = step.groups()
        if times:
            forward(page, int(times), named)
        elif choices:
            shown += answer(page, row)
        else:
            press(page, *next(pressed))
        shown.append(seen(page))
    return shown


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_row_of_a_script_shows_on_the_slides_what_it_quotes(server, browser, lesson):
    page = prepared(server, browser, lesson)
    missing = []
    for title in script.TITLES:
        lab.present(page)
        before = False
        for row in script.rows(title):
            if row.lesson != lesson:
                continue
            shown = script.plain(" ".join(followed(page, row, before)))
            before = True
            missing += [(title, row.minute, quote) for quote in row.quotes if script.plain(quote) not in shown]
    assert missing == []
    page.close()
