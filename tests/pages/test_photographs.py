"""Every explorer after every preset, as it is seen in JupyterLab: nothing of it is cut off.   pytest -m browser"""

from __future__ import annotations

import lab
import pytest
from explored import every_explorer

pytestmark = pytest.mark.browser
PICTURE = ".vgrad-explorer:not(.old) .vgrad-view [role=img] > svg"
PRESETS = ".vgrad-explorer > .vgrad-buttons button"
RUN = f"""async source => {{
  document.querySelectorAll('.vgrad-explorer').forEach(before => before.classList.add('old'));
  {lab.NOTEBOOK}.model.cells.get(0).sharedModel.setSource(source);
  await window.jupyterapp.commands.execute('notebook:run-all-cells'); }}"""
TO_THE_TOP = """() => document.querySelector('.vgrad-explorer').closest('.jp-OutputArea-output').scrollIntoView(
  { block: 'start', behavior: 'instant' })"""
SEEN = "const seen = document.querySelector('.jp-Notebook .jp-WindowedPanel-outer').getBoundingClientRect();"

OUT_OF_SIGHT = f"""() => {{
  {SEEN}
  const parts = ['.vgrad-view [role=img] > svg', 'figcaption', '.vgrad-panel'];
  return parts.filter(part => {{
    const box = document.querySelector('.vgrad-explorer ' + part).getBoundingClientRect();
    const above = seen.top - box.top, below = box.bottom - seen.bottom;
    return above > 1 || below > 1 || box.left < seen.left - 1 || box.right > seen.right + 1
  }}) }}"""

# What is wider than its box, or than the notebook, and names that a dropdown has no room for. A sentence that is typed
# in may be longer than its line, and the buttons over dots and names show no letters.
CUT_OFF = f"""() => {{
  {SEEN}
  const not = '.vgrad-box > label, .vgrad-aloud, .vgrad-aloud *, svg *, .vgrad-spot, input[type=text]';
  const parts = [...document.querySelectorAll(`.vgrad-explorer, .vgrad-explorer *:not(${{not}})`)];
  const clips = e => getComputedStyle(e).overflowX !== 'visible';
  const cut = e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1 && clips(e);
  const outside = box => box.width > 0 && (box.right > seen.right + 1 || box.left < seen.left - 1);
  const pen = document.createElement('canvas').getContext('2d');
  const names = [...document.querySelectorAll('.vgrad-explorer select')].flatMap(list => {{
    const style = getComputedStyle(list);
    pen.font = style.font;
    const room = list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const chosen = [...list.selectedOptions].map(option => option.textContent);
    return room > 0 ? chosen.filter(name => pen.measureText(name).width > room) : [] }});
  const wide = parts.filter(e => cut(e) || outside(e.getBoundingClientRect()));
  return [...wide.map(e => e.outerHTML.slice(0, 200)), ...names] }}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory, browser):
    """A laptop's window with a notebook beside the file browser. One kernel shows one explorer after the other."""
    folder = tmp_path_factory.mktemp("photographs")
    lab.notebook(folder / "photographs.ipynb", "")
    with lab.serve(folder) as server:
        page = server.open(browser, "photographs.ipynb", width=1280, height=720, place="lab")
        page.evaluate(
            f"text => {lab.NOTEBOOK}.model.sharedModel.addCell(text)", {"cell_type": "markdown", "source": "<br>" * 60}
        )
        assert page.locator(".jp-FileBrowser").is_visible()
        page.dark = False
        yield page
        assert lab.errors(page) == []


def opened(page, name, dark):
    """The explorer at its start, in a theme."""
    if dark != page.dark:
        lab.theme(page, dark)
        page.dark = dark
    page.evaluate(RUN, f"from vgrad import lessons\nlessons.CATALOGUE[{name!r}]()")
    page.wait_for_selector(PICTURE)
    lab.settled(page)


@every_explorer
def test_picture_sentence_and_controls_are_on_a_laptops_screen_after_each_preset(page, name):
    opened(page, name, dark=False)
    presets = page.locator(PRESETS)
    for k in range(-1, presets.count()):
        label = "the start"
        if k >= 0:
            before, label = lab.shown(page), presets.nth(k).inner_text()
            presets.nth(k).evaluate("button => button.click()")  # it need not be in sight
            lab.changed(page, before)
        page.evaluate(TO_THE_TOP)
        assert (label, page.evaluate(OUT_OF_SIGHT)) == (label, [])
        assert (label, page.evaluate(CUT_OFF)) == (label, [])


@every_explorer
def test_in_the_dark_nothing_is_cut_off_among_all_controls_and_at_twice_the_size(page, name):
    opened(page, name, dark=True)
    page.evaluate(TO_THE_TOP)
    assert page.evaluate(OUT_OF_SIGHT) == []
    more = page.get_by_text("More controls")
    if more.count():
        more.evaluate("handle => handle.click()")
    try:
        for width, height in ((1280, 720), (640, 360)):  # which is what is left of it at 200 %
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            assert page.evaluate(CUT_OFF) == []
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})
