"""JupyterLab in a real browser: a server of its own over a folder of notebooks, and Debian's Chromium to look at it.

    lab.notebook(folder / "sliders.ipynb", "from vgrad.lessons.gradient_flow import explore", "explore.gradient_flow()")
    with lab.serve(folder) as server, lab.chromium() as browser:
        page = server.open(browser, "sliders.ipynb")
        lab.run_all(page)
        print(lab.shown(page).caption)

Serve a copy: JupyterLab writes into the folder. Nothing of the user's own settings is read or written.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
ROOT = Path(__file__).parents[2]
NOTEBOOK = "window.jupyterapp.shell.currentWidget"
SHOWN = """() => { const view = document.querySelector('.vgrad-view'), picture = view.querySelector('[role=img]');
  const lines = [...view.querySelectorAll('figcaption, p')].map(e => e.textContent).filter(line => line);
  return [lines.join('\\n'), picture.getAttribute('aria-label'), picture.innerHTML] }"""
ALOUD = """() => { const view = document.querySelector('.vgrad-view');
  return view.querySelector('.vgrad-aloud').textContent === view.querySelector('figcaption').textContent }"""
SLIDE = f"""() => {NOTEBOOK}.content.activeCellIndex + '|' +
  [...document.querySelectorAll('.jp-deck-mod-onscreen')].map(e => e.innerText).join('|')"""


class Shown(NamedTuple):
    """What an explorer shows."""

    caption: str
    alt: str
    drawn: str


class Server(NamedTuple):
    """A running JupyterLab."""

    address: str

    def open(self, browser, notebook: str, width: int = 1200, height: int = 1000, prepare=None, place: str = "doc"):
        """A page with the notebook, its kernel ready; what the browser complains about is kept in ``page.noise``.

        prepare : called with the page before anything is loaded; place : "doc", or "lab", which has the file browser.
        """
        page = browser.new_page(viewport={"width": width, "height": height})
        if prepare is not None:
            prepare(page)
        page.noise = []
        page.on("console", lambda message: message.type == "error" and page.noise.append(message.text))
        page.on("pageerror", lambda error: page.noise.append(error.stack or str(error)))
        page.goto(f"{self.address}/{place}/tree/{notebook}?reset", timeout=60_000)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(f"window.jupyterapp && {NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle'")
        return page


LAB = ("jupyterlab", "--allow-root", "--expose-app-in-browser", "--ip=127.0.0.1", "--IdentityProvider.token=")
VOILA = ("voila", "--Voila.ip=127.0.0.1")


@contextlib.contextmanager
def serve(folder: Path, app: tuple[str, ...] = LAB):
    """Run JupyterLab, or another app, on a free port over ``folder``; yields a Server."""
    home = folder / ".lab"
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    port = _free_port()
    address, command = f"http://127.0.0.1:{port}", [sys.executable, "-m", *app, "--no-browser", f"--port={port}"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=_environment(home), stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(f"{address}/api" if app is LAB else address, process, home / "log")
        yield Server(address)
    finally:
        _stop(process)


def _stop(process) -> None:
    """End a server, which shuts down one kernel after the other. Where that takes long, they follow its own end."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _environment(home: Path) -> dict[str, str]:
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTERLAB_SETTINGS_DIR": "settings", "IPYTHONDIR": "ipython"}
    folders |= {"JUPYTERLAB_WORKSPACES_DIR": "workspaces", "JUPYTER_RUNTIME_DIR": "runtime"}
    private = {name: str(home / folder) for name, folder in folders.items()}
    return {**os.environ, **private, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def _wait(address: str, process, log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return
        time.sleep(0.25)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextlib.contextmanager
def chromium():
    """Debian's Chromium, driven by playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells."""
    code = [
        {"cell_type": "code", "id": f"cell-{k}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for k, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


def run_all(page) -> None:
    """Run all cells, and wait until the last is done."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"{NOTEBOOK}.sessionContext.session.kernel.status === 'idle'")


def run(page, *beginnings: str) -> None:
    """Run, in their order, the cells that begin so. The others show what is stored of them."""
    page.evaluate(
        """async ([notebook, beginnings]) => { const panel = eval(notebook), commands = window.jupyterapp.commands;
        for (const [k, cell] of panel.content.widgets.entries()) {
          const source = cell.model.sharedModel.source;
          if (cell.model.type !== 'code' || !beginnings.some(start => source.startsWith(start))) continue;
          panel.content.activeCellIndex = k;
          await commands.execute('notebook:run-cell') } }""",
        [NOTEBOOK, beginnings],
    )


def reveal(page):
    """Show the results that answer a question, which wait until their cells are run or they are asked for."""
    page.wait_for_function(
        """() => {
          document.querySelectorAll('.vgrad-waiting button').forEach(button => button.click());
          return !document.querySelector('.vgrad-waits'); }"""
    )


def errors(page) -> list[str]:
    """Every error and every warning that a cell shows, in the page or out of view, and what the browser complains."""
    cells = page.evaluate(f"{NOTEBOOK}.context.model.toJSON().cells")
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    return [*map(json.dumps, shown), *page.noise]


def theme(page, dark: bool) -> None:
    """Change to JupyterLab's dark theme or back."""
    name = "JupyterLab Dark" if dark else "JupyterLab Light"
    page.evaluate(f"void window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})")
    page.wait_for_selector(f"body[data-jp-theme-light='{str(not dark).lower()}']", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")  # a theme that is changed earlier removes it twice


def present(page) -> None:
    """Show the notebook as slides, from its first cell."""
    page.evaluate(f"{NOTEBOOK}.content.activeCellIndex = 0")
    page.evaluate("void window.jupyterapp.commands.execute('deck:start')")
    page.wait_for_selector("body[data-jp-deck-mode='presenting'] .jp-deck-mod-onscreen", state="attached")


def forward(page, seconds: float = 10, key: str = "Space") -> bool:
    """Go on in the slides by a key; False where that shows nothing new, as at the end."""
    before = page.evaluate(SLIDE)
    page.keyboard.press(key)
    try:
        page.wait_for_function(f"before => ({SLIDE})() !== before", arg=before, timeout=1000 * seconds)
    except Exception as problem:  # playwright's own TimeoutError, which only exists where playwright is installed
        if type(problem).__name__ != "TimeoutError":
            raise
        return False
    page.wait_for_timeout(400)  # it scrolls
    return True


def shown(page) -> Shown:
    """What the page's first explorer shows now."""
    return Shown(*page.evaluate(SHOWN))


def settled(page, quiet: float = 0.4, seconds: float = 20) -> Shown:
    """What it shows once the picture has stood still for a while."""
    state, since, end = shown(page), time.monotonic(), time.monotonic() + seconds
    while time.monotonic() - since < quiet:
        if time.monotonic() > end:
            raise TimeoutError("the picture does not come to rest")
        page.wait_for_timeout(50)
        now = shown(page)
        if now != state:
            state, since = now, time.monotonic()
    return state


def changed(page, before: Shown, seconds: float = 20) -> Shown:
    """What it shows once it differs from ``before`` and stands still."""
    page.wait_for_function(f"before => String(({SHOWN})()) !== before", arg=",".join(before), timeout=1000 * seconds)
    page.wait_for_function("!document.querySelector('.vgrad-rough')", timeout=1000 * seconds)
    return settled(page)


def step(page) -> int:
    """How far the training on the page has come."""
    return int(re.search(r"[Aa]fter (\d+) of \d+ steps", shown(page).caption)[1])


def trained(page, beyond: int) -> int:
    """A step after ``beyond`` that training comes to, Train having been pressed."""
    page.get_by_role("button", name="Train").click()
    page.wait_for_function(
        "beyond => +/fter (\\d+) of/.exec(document.querySelector('.vgrad-view figcaption').textContent)[1] > beyond",
        arg=beyond,
    )
    return step(page)


def stopped(page) -> int:
    """The step at which training stands, Stop having been pressed."""
    page.get_by_role("button", name="Stop").click()
    page.locator("button:not(.vgrad-off)", has_text="Train").wait_for()
    page.wait_for_function(ALOUD)  # the last picture
    return step(page)
