"""The lessons for those who cannot see them, hold no mouse, or tell few colours apart.   pytest -m browser, and without

In the browser: axe-core over everything that cells show, in both themes; and the controls by keys alone. Without: what
alternative texts say, and the palettes.
"""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import itertools
import json
import pkgutil
import re
import shutil
import tomllib
from functools import cache

import course
import ipywidgets as widgets
import lab
import numpy as np
import pytest
from explored import every_explorer, presets, shared, tree
from hygiene import source
from matplotlib.colors import to_hex
from matplotlib.text import Text
from test_pictures import SIGHT, cie_lab, contrast, linear_rgb

from vgrad import (
    kit,
    lessons,
)
from vgrad.kit.marks import grammar, heatmap
from vgrad.kit.questions import asking

LESSONS = sorted((lab.ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EXTENSION = lab.ROOT / "vgrad/labextension"
browser_test = pytest.mark.browser
OF_TORCH = "17_your_network"
INVENTORY = "19_check_yourself"
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


# --- what is served -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab over the lessons and some pages, with every cell in the page at once."""
    folder = tmp_path_factory.mktemp("lab")
    settings = folder / ".lab/settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    for lesson in LESSONS:
        shutil.copy(lesson, folder)
    for name, cells in PAGES.items():
        lab.notebook(folder / f"{name}.ipynb", *cells)
    with lab.serve(folder) as server:
        yield server


BAD = "<p style='color: #bbb; background: #fff'>pale</p><input type=text>"
FROM = "from vgrad.lessons import gradient_flow, learning, recurrence"
PAGES = {
    "bad": ["from IPython.display import HTML, display", *["print('a line\\n' * 30)"] * 8, f"display(HTML({BAD!r}))"],
    "desk": [
        FROM, "gradient_flow.ask('narrow')", "gradient_flow.explore.gradient_flow()",
        "learning.explore.train_mlp(steps=600, seeds=10)",
        "recurrence.explore.connectivity()",
    ],
}  # fmt: skip


def ran(server, browser, name):
    page = server.open(browser, f"{name}.ipynb")
    lab.run_all(page)
    page.wait_for_timeout(500)
    return page


# --- axe ----------------------------------------------------------------------------------------------------------

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SHOWN = [[".jp-Notebook .jp-OutputArea-output"], [".jp-Notebook .jp-MarkdownCell .jp-RenderedHTMLCommon"]]
AXE = """async ([include, rules]) => {
  const results = await axe.run({include}, {runOnly: rules});
  const found = results.violations.flatMap(v => v.nodes.map(n => [v.id, n.target.join(' '), n.html.slice(0, 200)]));
  return [found, Object.fromEntries(results.passes.map(p => [p.id, p.nodes.length]))] }"""
THERE = f"""() => {{
  const cells = {lab.NOTEBOOK}.content.widgets.filter(cell => !cell.outputHidden);
  const all = selector => [...document.querySelectorAll(selector)];
  const outputs = cells.flatMap(cell => cell.model.outputs?.toJSON() ?? []);
  const pictures = outputs.filter(output => output.data?.['image/png']);
  const live = pictures.filter(output => output.data['application/vnd.jupyter.widget-view+json']);
  return {{outputs: outputs.length, pictures: pictures.length, explorers: live.length,
    texts: cells.filter(cell => cell.model.type === 'markdown').length,
    alts: pictures.filter(output => !live.includes(output)).map(output => output.metadata['image/png'].alt),
    seen: {{outputs: all('.jp-Notebook .jp-OutputArea-output').length,
      pictures: all('.jp-Notebook .jp-OutputArea-output :is(img, .vgrad-view [role=img])').length,
      explorers: all('.jp-Notebook .vgrad-view [role=img][aria-label] > svg').length,
      texts: all('.jp-Notebook .jp-MarkdownCell .jp-RenderedHTMLCommon').length,
      alts: all('.jp-Notebook .jp-RenderedImage img').map(image => image.getAttribute('alt'))}}}} }}"""
HANDLES = """() => [...document.querySelectorAll('.noUi-handle')].map(handle => {
  const slider = handle.closest('.widget-slider'), box = slider.parentElement.querySelector('.vgrad-box input');
  return [handle.ariaLabel, slider.querySelector('label').textContent, box?.labels?.[0]?.textContent] })"""


@cache
def axe():
    if importlib.util.find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python, which carries axe-core, is not installed")
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def judged(page):
    """What axe finds in what cells show, and how many elements each rule was content with.

    For axe, text is only there where it is on the screen. So the window grows to the notebook's height, and shows it
    from its top; and the body, which has no height and hides what overflows it, must show it.
    """
    height = page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
    page.set_viewport_size({"width": 1200, "height": height + 400})
    page.wait_for_timeout(1000)  # until it is laid out
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    page.add_style_tag(content="html, body { overflow: visible !important }")
    page.evaluate(axe())
    return page.evaluate(AXE, [SHOWN, RULES])


@browser_test
@every_lesson
def test_axe_finds_nothing_in_a_lesson_and_each_handle_has_the_name_of_its_box(server, browser, lesson):
    axe()
    if lesson.stem == OF_TORCH and importlib.util.find_spec("torch") is None:
        pytest.skip(f"{OF_TORCH} needs PyTorch")
    page = server.open(browser, lesson.name)
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    calls = [source(cell) for cell in cells if cell["cell_type"] == "code"]
    shown = [call for call in calls if re.match(r"import|from|(\w+\.)?(ask(\.warm_up)?\(|take\(|explore\.)", call)]
    lab.run(page, *shown)
    lab.reveal(page)
    there = page.evaluate(THERE)
    assert there.pop("seen") == there  # nothing that JupyterLab has not yet drawn, and every picture with its text
    explorers = sum(bool(re.search(r"^(\w+\.)?explore\.\w+\(", call, re.M)) for call in calls)
    assert there["explorers"] == explorers
    assert explorers > 0 or lesson.stem in (OF_TORCH, INVENTORY)  # PyTorch's loops draw the one, the other only asks
    for dark in (False, True):
        lab.theme(page, dark)
        page.wait_for_timeout(500)  # colours fade over
        found, content = judged(page)
        strips = page.locator(".vgrad-strip").count()  # each hides its still picture
        assert content.get("image-alt", 0) == there["pictures"] - there["explorers"] - strips
        assert content.get("role-img-alt", 0) == there["explorers"]
        assert content["color-contrast"] > 2 * there["texts"]  # of several pieces each: all of the page was judged
        assert found == []
        assert all(name and name == label == beside for name, label, beside in page.evaluate(HANDLES))
    page.close()


@browser_test
def test_axe_finds_what_is_planted_far_below_the_window(server, browser):
    axe()
    page = ran(server, browser, "bad")
    assert {rule for rule, *_ in judged(page)[0]} == {"color-contrast", "label"}
    page.close()


def test_the_extension_that_hands_alternative_texts_on_is_installed_with_the_package():
    build = tomllib.loads((lab.ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    shared_data = build["targets"]["wheel"].get("shared-data", {})
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    assert shared_data == {
        "vgrad/labextension": f"share/jupyter/labextensions/{package['name']}",
        "vgrad/kit/pages/static": "share/jupyter/nbconvert/templates/vgrad",
        "vgrad/kit/pages/dashboard": "share/jupyter/voila/templates/vgrad",
        "vgrad/labsettings.json": "share/jupyter/lab/settings/overrides.d/vgrad.json",
    }
    settings = json.loads((lab.ROOT / "vgrad/labsettings.json").read_text())
    assert settings == {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
        "@jupyterlab/lsp-extension:plugin": {"activate": "off"},  # a type checker's messages come over the lesson
    }
    assert (EXTENSION / package["jupyterlab"]["_build"]["load"]).is_file()


# --- by keys alone ------------------------------------------------------------------------------------------------

FIRST = "e => e.querySelector(':is(button, input, select, [tabindex]):not(:disabled)').focus()"
FOLDS = {"vgrad-more": "More controls", "vgrad-how": "How this was measured"}  # class and name of what opens them
FOCUS = """root => { const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const height = box.y + box.height / 2 - root.getBoundingClientRect().y;
  return root.contains(e) ? [height, style.outlineStyle, parseFloat(style.outlineWidth),
    style.outlineColor.match(/\\d+/g).map(Number)] : null }"""
ROLES = {
    widgets.Button: "button", widgets.ToggleButton: "button", widgets.Dropdown: "combobox", widgets.Text: "textbox",
    widgets.BoundedIntText: "spinbutton", widgets.BoundedFloatText: "spinbutton",
}  # fmt: skip
CELLS = f"() => {lab.NOTEBOOK}.content.widgets.map(cell => cell.model.sharedModel.source)"
INSIDE = f"() => {lab.NOTEBOOK}.content.activeCellIndex"


@pytest.fixture(scope="module")
def desk(server, browser):
    page = ran(server, browser, "desk")
    page.wait_for_selector(".vgrad-view [role=img] > svg")
    page.reader = page.context.new_cdp_session(page)
    page.reader.send("Accessibility.enable")
    return page


@pytest.fixture
def page(desk):
    """The page; afterwards its cells are what they were: no key has gone past a control to the notebook."""
    before = desk.evaluate(CELLS)
    yield desk
    assert desk.evaluate(CELLS) == before
    assert lab.errors(desk) == []


def spoken(page):
    """What a screen reader is told of the element that has the focus: role, name, description."""
    focus = page.reader.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    (node,) = page.reader.send("Accessibility.getPartialAXTree", {"objectId": focus, "fetchRelatives": False})["nodes"]
    return tuple(node.get(part, {}).get("value", "").strip() for part in ("role", "name", "description"))


def stops(page, root):
    """Every place where Tab stops within ``root``: (role, name, description), and where and how the focus shows."""
    root.evaluate(FIRST)
    page.keyboard.press("Tab")  # by a key, as it then shows
    page.keyboard.press("Shift+Tab")
    element, found = root.element_handle(), []
    while focus := page.evaluate(FOCUS, element):
        found.append((spoken(page), focus))
        page.keyboard.press("Tab")
    return found


def go(page, root, name, handle=False):
    """Go by Tab to the control called ``name``; or to its slider's handle, where a mouse would take hold of it."""
    root.evaluate(FIRST)
    seen = []
    while spoken(page)[1] != name:
        seen.append(spoken(page))
        assert len(seen) < 60, f"{name} is not among {seen}"
        page.keyboard.press("Tab")
    if handle:
        slider = root.locator(".widget-slider").filter(has=page.get_by_text(name, exact=True))
        slider.locator(".noUi-handle").focus()
        assert spoken(page)[0] == "slider"


def press(page, root, *keys, says):
    """Press the keys, and wait until the sentence says so, a regular expression; however slow the machine is."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(
        "([e, says]) => RegExp(says).test(e.querySelector('figcaption').innerText)", arg=[root.element_handle(), says]
    )


def expected(explorer):
    """What Tab stops at, from the top of the page to its end; of a slider, at the box that has its name and value."""
    for widget in tree(explorer):
        folds = [name for kind, name in FOLDS.items() if f'class="{kind}"' in str(getattr(widget, "value", ""))]
        if type(widget) in ROLES or folds:
            yield ROLES.get(type(widget), "DisclosureTriangle"), *(folds or [widget.description])


def fold(root, opened):
    """Open what is folded away, or close it."""
    root.locator("details.vgrad-more").evaluate(f"e => {{ e.open = {str(opened).lower()} }}")


@browser_test
@pytest.mark.parametrize(("k", "name"), [(0, "gradient_flow"), (1, "train_mlp"), (2, "connectivity")])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_tab_stops_at_every_control_from_the_top_down_says_its_name_and_shows_where_it_is(page, k, name, dark):
    lab.theme(page, dark)
    root = page.locator(".vgrad-explorer").nth(k)
    try:
        page.wait_for_timeout(500)
        fold(root, True)
        found = stops(page, root)
    finally:
        fold(root, False)
        lab.theme(page, False)
    assert [told[:2] for told, _ in found] == list(expected(lessons.CATALOGUE[name]()))
    heights = [height for _, (height, *_) in found[:-1]]  # the last stands under the picture
    assert all(below > above - 12 for above, below in itertools.pairwise(heights))
    for _, (_, style, width, color) in found:
        assert style == "solid"
        assert width >= 2
        assert contrast("#{:02x}{:02x}{:02x}".format(*color), "#111111" if dark else "#ffffff") >= 3


@browser_test
def test_what_is_folded_opens_and_closes_by_keys_and_tab_passes_by_what_is_closed(page):
    root = page.locator(".vgrad-explorer").nth(0)
    names = [told[1] for told, _ in stops(page, root)]
    folded = [
        "width",
        "weights",
        "seen as",
        "norm",
        "skip",
        "networks",
        "batch",
        "precision",
        "dh",
        "dz",
        "dW",
        "log axis",
    ]
    every = [name for _, name in expected(lessons.CATALOGUE["gradient_flow"]())]
    assert names == [name for name in every if name not in folded]
    go(page, root, "More controls")
    at = page.evaluate(INSIDE)
    for key in ("Enter", "b", "Space", "Enter"):
        go(page, root, "More controls")
        page.keyboard.press(key)
        assert page.evaluate(INSIDE) == at
    go(page, root, "width")
    go(page, root, "More controls")
    page.keyboard.press("Space")
    go(page, root, "How this was measured")
    measured = root.get_by_text("In the middle 80 % of the networks, dh is from")
    assert not measured.is_visible()
    page.keyboard.press("Enter")
    measured.wait_for()
    page.keyboard.press("Enter")
    measured.wait_for(state="hidden")


@browser_test
def test_a_slider_moves_by_arrows_home_and_end_and_its_finding_is_a_status(page):
    root = page.locator(".vgrad-explorer").nth(0)
    go(page, root, "depth", handle=True)
    at = page.evaluate(INSIDE)
    press(page, root, "ArrowRight", says="of 31 tanh layers")
    press(page, root, "ArrowDown", "ArrowDown", says="of 29 tanh layers")
    press(page, root, "Home", says="With 1 tanh layer")
    press(page, root, "End", says="of 100 tanh layers")
    assert page.evaluate(INSIDE) == at
    root.get_by_role("status").filter(has_text="of 100 tanh layers").wait_for()  # when the hand rests
    assert root.get_by_role("status").count() == 1
    assert root.locator("figcaption[role], figcaption[aria-live]").count() == 0  # it would be said at every move
    go(page, root, "Reset")
    press(page, root, "Enter", says="of 30 tanh layers")


@browser_test
def test_a_number_box_a_dropdown_a_switch_and_a_preset_obey_keys_and_a_switch_says_whether_it_is_on(page):
    root = page.locator(".vgrad-explorer").nth(0)
    go(page, root, "depth")
    press(page, root, "Control+a", "1", "2", "Enter", says="of 12 tanh layers")
    go(page, root, "activation")
    at = page.evaluate(INSIDE)
    press(page, root, "ArrowDown", says=r"of 12 (?!tanh)\w+ layers")
    assert spoken(page)[:2] == ("combobox", "activation")  # the notebook has not taken the focus away
    press(page, root, "Home", says="linear layers")
    press(page, root, "t", says="tanh layers")
    assert page.evaluate(INSIDE) == at
    fold(root, True)
    go(page, root, "dz")
    assert spoken(page)[2].endswith("(off)")
    press(page, root, "Space", says="dz is")
    assert spoken(page)[2].endswith("(on)")
    fold(root, False)
    go(page, root, "4 · Only eight units")
    press(page, root, "Space", says="of 64 networks it is exactly 0")
    go(page, root, "Reset")
    press(page, root, "Enter", says="of 30 tanh layers")


@browser_test
def test_train_and_stop_obey_keys_and_lie_side_by_side(page):
    root = page.locator(".vgrad-explorer").nth(1)
    go(page, root, "Train")
    page.keyboard.press("Enter")
    root.locator("button.vgrad-off", has_text="Train").wait_for()
    assert spoken(page)[:2] == ("button", "Train")  # the focus is not lost
    aloud = root.locator(".vgrad-aloud [role=status]")
    page.wait_for_timeout(500)
    assert "fter 5 of 600 steps" in aloud.inner_text()  # a screen reader is not told of every step
    page.keyboard.press("Tab")
    assert spoken(page)[:2] == ("button", "Stop")
    page.keyboard.press("Enter")
    root.locator("button.vgrad-off", has_text="Stop").wait_for()
    assert spoken(page)[:2] == ("button", "Stop")
    page.wait_for_timeout(1000)  # the last picture is on its way
    step = int(re.search(r"fter (\d+) of 600 steps", root.locator("figcaption").inner_text())[1])
    page.wait_for_timeout(800)
    assert f"fter {step} of" in root.locator("figcaption").inner_text()
    assert aloud.text_content() == root.locator("figcaption").text_content()
    assert 5 < step < 600


@browser_test
def test_keys_stay_with_a_button_and_escape_leads_back_to_its_cell(page):
    root = page.locator(".vgrad-explorer").nth(0)
    go(page, root, "4 · Only eight units")
    at = page.evaluate(INSIDE)
    for key in ("ArrowDown", "ArrowRight", "b", "j"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
        assert (spoken(page)[1], page.evaluate(INSIDE)) == ("4 · Only eight units", at)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.jp-Cell')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(INSIDE) != at


@browser_test
def test_a_sentence_is_typed_and_no_letter_of_it_is_a_command_to_the_notebook(page):
    root = page.locator(".vgrad-explorer").nth(2)
    go(page, root, "sentence")
    page.keyboard.press("Control+a")
    page.keyboard.type("add a dd b x m y z")
    press(page, root, "z", "Backspace", "Enter", says='The gradient at "add" is ')


@browser_test
def test_a_prediction_is_made_by_keys_and_arrows_do_not_answer_it(page):
    root, question = page.locator(".vgrad-predict"), course.QUESTIONS["narrow"]
    answer = "This is my answer"
    assert [told[:2] for told, _ in stops(page, root)] == [
        *(("radio", choice) for choice in (*question.choices, *asking.SURE)), ("button", answer),
    ]  # fmt: skip
    groups = [group.get_attribute("aria-label") for group in root.get_by_role("radiogroup").all()]
    assert groups == [f"Predict. {question.prompt}", "How sure?"]
    for k, (choice, why) in enumerate(question.replies.items()):
        go(page, root, choice)
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")  # makes the next choice, and then this one again
        page.keyboard.press("ArrowUp")
        assert spoken(page)[0] == "radio"  # the notebook has not taken it
        assert root.get_by_role("status").filter(has_text=why).count() == 0
        go(page, root, "Read the reply to this choice" if k else answer)
        page.keyboard.press("Space")
        reply = root.get_by_role("status").filter(has_text=why)
        reply.wait_for()
        assert reply.inner_text().startswith(why)
        assert f"“{question.choices[0]}” was your first choice" in reply.inner_text()
        assert spoken(page)[0] == "button", k  # and the focus is where it was


# --- alternative texts --------------------------------------------------------------------------------------------

NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
EMPTY = "No test has been ordered yet"  # the clinic's chart, before anything is drawn in it


def stored_pictures(lesson):
    """(cell's name, the picture's alternative text, the text that strict nbval compares) of each stored picture."""
    for cell in json.loads(lesson.read_text("utf-8"))["cells"]:
        outputs = cell.get("outputs", [])
        said = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
        for k, output in enumerate(outputs):
            if "image/png" in output.get("data", {}):
                yield cell["id"], output["metadata"]["image/png"].get("alt"), said[k] or said[k + 1]


@every_lesson
def test_a_stored_picture_says_its_numbers_and_so_does_what_running_it_again_is_compared_with(lesson):
    pictures = list(stored_pictures(lesson))
    assert pictures or lesson.stem == INVENTORY  # which draws nothing but a learner's own answers
    for name, alt, compared in pictures:
        for words in (alt, compared):
            assert len(set(NUMBER.findall(words))) >= 3 or EMPTY in words, name


@every_lesson
def test_two_pictures_of_a_lesson_have_the_same_alternative_text_only_where_they_are_the_same_picture(lesson):
    notebook = json.loads(lesson.read_text("utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    outputs = [output for output in outputs if "image/png" in output.get("data", {})]
    for one, other in itertools.combinations(outputs, 2):
        if one["metadata"]["image/png"]["alt"] == other["metadata"]["image/png"]["alt"]:
            sizes = [tuple(o["metadata"]["image/png"][side] for side in ("width", "height")) for o in (one, other)]
            assert sizes[0] == sizes[1]


@every_explorer
def test_an_explorers_alternative_text_says_numbers_and_other_ones_in_another_state(explorer, name):
    alt = explorer._alt
    first = alt(explorer.record)
    assert len(set(NUMBER.findall(first))) >= 3
    told = {first}
    for preset in presets(shared(name)):
        preset.click()
        told.add(alt(explorer.record))
    assert len(told) > len(presets(shared(name))) * 2 / 3


MEANS = {  # what an alternative text has to say: record -> its parts, each computed here from the record's arrays
    "attention": lambda r: [
        f"{grammar.number(r.relative['r'].median[-1])} after block {r.net.depth}",
        f"{grammar.number(np.sort(r.dh[:, 0] / r.dh[:, -1])[round(0.5 * (len(r.dh) - 1))])} at block 1",
    ],
    "clinic": lambda r: [f"patient {r.patient}", "filled: none"],
    "connectivity": lambda r: [
        f'{band.median[0]:.2g} at "{r.words[0]}"'.replace("e-0", "e-") for band in r.reach.values()
    ],
    "gates": lambda r: [f"{grammar.number(row[0])} at step 1" for row in (*r.kept.values(), r.highway, r.gates)],
    "phase_diagram": lambda r: [
        f"{grammar.number(np.sort(r.flow.dh[:, 0] / r.flow.dh[:, -1])[len(r.flow.dh) // 2])} at layer 1",
        f"σ_w {r.flow.sigma_w:.3g}",
    ],
    "precision": lambda r: [
        f"layer 1: {100 * r.counts[0, 0] / r.counts[:, 0].sum():.0f} % 0, {100 * r.shares[1, 0]:.0f} % subnormal"
    ],
    "recurrence": lambda r: [f"{grammar.number(r.over.median[-1])} at {r.T - 1}", f"over {r.T} steps"],
    "signal_propagation": lambda r: [
        f"{grammar.number(r.relative[name].median[k - 1])} at layer {k}" for name in r.shown for k in (1, r.net.depth)
    ],
    "train_memory": lambda r: [
        f"{grammar.number(np.median(r.sizes, axis=0)[r.T])} at time {r.T}", f"step {r.measured}"
    ],
    "train_mlp": lambda r: [f"{grammar.number(np.median(r.loss[:, k - 1]))} at step {k}" for k in (1, r.step)],
}  # fmt: skip


@pytest.mark.parametrize("name", MEANS)
def test_an_explorers_alternative_text_says_the_records_own_numbers(explorer, name):
    for part in MEANS[name](explorer.record):
        assert part in explorer._alt(explorer.record)


# --- colours ------------------------------------------------------------------------------------------------------

BLIND = SIGHT | {  # Machado, Oliveira & Fernandes 2009, table 1, severity 1.0: on linear RGB
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    )
}
GROUNDS = (grammar.PAPER, grammar.VANISHING_SIDE, grammar.EXPLODING_SIDE)
INKS = (grammar.INK, grammar.FAINT, grammar.VANISHING, grammar.EXPLODING)
HUE = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])  # CSS's hue-rotate(180deg)


def palettes():
    """{name: its looks}: every table of looks, and the looks that stand alone, of each module that draws or names."""
    found = {}
    of_kit = pkgutil.walk_packages(kit.__path__, "vgrad.kit.")
    of_rooms = pkgutil.walk_packages(lessons.__path__, "vgrad.lessons.")
    for module in itertools.chain(of_kit, of_rooms):
        if module.name == "vgrad.lessons.your_network.measure.modules":
            continue  # it imports PyTorch, and it draws nothing
        names = vars(importlib.import_module(module.name))
        alone = {name: value for name, value in names.items() if isinstance(value, grammar.Look)}
        tables = {name: dict(enumerate(t)) for name, t in names.items() if type(t) is tuple} | {
            name: table for name, table in names.items() if isinstance(table, dict)
        }
        for name, table in [("alone", alone), *tables.items()]:
            looks = {key: look for key, look in table.items() if isinstance(look, grammar.Look)}
            if looks and not name.startswith("__"):
                found[f"{module.name.removeprefix('vgrad.')}.{name}"] = looks
    return found


PALETTES = palettes()
COLORS = sorted({look.color for looks in PALETTES.values() for look in looks.values()} | {*INKS})


def on_a_dark_page(color):
    """What CSS's invert(0.93) hue-rotate(180deg) makes of a colour."""
    channels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    turned = HUE @ (0.93 - 0.86 * channels)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in turned.clip(0, 1))


def distance(one, other, sight):
    """CIE76 ΔE between two colours, as an eye sees them."""
    here, there = (cie_lab(BLIND[sight] @ linear_rgb(color)) for color in (one, other))
    return float(np.linalg.norm(here - there))


def test_every_palette_is_among_those_that_are_tested():
    of_kit = {"kit.marks.grammar.ACTIVATIONS", "kit.marks.grammar.CURES", "kit.words.cells.CELLS"}
    assert of_kit | {"lessons.diagnosis.draw.trial.LOOKS", "lessons.exploding.draw.training.LOOKS"} <= PALETTES.keys()


@pytest.mark.parametrize("color", COLORS)
def test_a_curve_stands_out_on_paper_and_on_both_shaded_sides_by_day_and_by_night(color):
    for ground in GROUNDS:
        assert contrast(color, ground) >= 3
        assert contrast(on_a_dark_page(color), on_a_dark_page(ground)) >= 3


@pytest.mark.parametrize("ink", INKS)
def test_words_are_legible_on_a_dark_page_too(ink):
    grounds = {grammar.VANISHING: GROUNDS[:2], grammar.EXPLODING: GROUNDS[::2]}.get(ink, GROUNDS[:1])
    for ground in grounds:
        assert contrast(ink, ground) >= 4.5
        assert contrast(on_a_dark_page(ink), on_a_dark_page(ground)) >= 4.5


@every_explorer
def test_every_word_in_an_explorers_picture_is_legible(explorer):
    explorer.png()
    for text in (text for text in explorer.figure.findobj(Text) if text.get_text().strip()):
        pixels = text.get_fontsize() * 100 / 72  # an inch of the figure is 100 pixels on the page
        large = pixels >= 24 or (text.get_fontweight() == "bold" and pixels >= 18.66)
        assert contrast(to_hex(text.get_color()), grammar.PAPER) >= (3 if large else 4.5), text.get_text()


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("sight", BLIND)
def test_two_curves_of_a_palette_differ_in_marker_or_in_colour_to_every_eye(palette, sight):
    looks = PALETTES[palette].values()
    alike = [
        (one.color, other.color)
        for one, other in itertools.combinations(looks, 2)
        if one.marker == other.marker and one.color != other.color and distance(one.color, other.color, sight) < 10
    ]
    assert alike == []


@pytest.mark.parametrize("sight", BLIND)
def test_the_two_sides_differ_to_every_eye(sight):
    """Where the map over time, the shaded sides, their words and their symbols mean small or large."""
    pairs = [(grammar.VANISHING_SIDE, grammar.EXPLODING_SIDE), *zip(heatmap.BLUES, heatmap.ORANGES, strict=True)]
    assert {pair: distance(*pair, sight) for pair in pairs if distance(*pair, sight) < 10} == {}
