"""How soon is the site alive?   python tests/benchmarks/site.py SITE [another SITE ...] [--rounds 3] [--mbit 20]

SITE is a folder that ``notebooks/lite/build.py`` has built. Chromium runs for real. Read the ratios to the bare page of
the same round, because the seconds are the machine's.

  python      no notebook at all, but a page that loads Pyodide with NumPy and Matplotlib, and draws one line
  bare        a notebook that draws one line, in a site that loads NumPy and Matplotlib and knows nothing of vgrad
  explorer    a notebook that shows one explorer
  00          the lesson, all of whose cells are run, until its first explorer is alive

Each is opened cold, by a browser that was never here, and then warm, by the same browser when it is started again.
Measured are the seconds until the kernel is ready, until the first output, and until the picture is there, the
megabytes that the server sent, the requests of the page, and how many of them reached for anything but the site. With
``--mbit`` the server sends no faster than this.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import itertools
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import lab

BARE = "import numpy as np\nimport matplotlib.pyplot as plt\nplt.plot(np.arange(9.0) ** 2);"
EXPLORER = "from vgrad.lessons.gradient_flow import explore\nexplore.gradient_flow()"
ALIVE = ".vgrad-view [role=img] > svg"
NOTEBOOKS = {
    "bare": ("bare/notebooks/index.html?path=bare.ipynb", ".jp-OutputArea-output img"),
    "explorer": ("site/notebooks/index.html?path=explorer.ipynb", ALIVE),
    "00": ("site/notebooks/index.html?path=00_start_here.ipynb", ALIVE),
}
PAGES = ("python", *NOTEBOOKS)
PYTHON = """<!doctype html><title>Python alone</title><script type="module">
import { loadPyodide } from "./site/static/pyodide/pyodide.mjs";
const at = new URL("./site/static/pyodide-lock/", location).href;
const pyodide = await loadPyodide({ lockFileURL: at + "pyodide-lock.json", packageBaseUrl: at });
await pyodide.loadPackage(["numpy", "matplotlib"]);
const drawn = pyodide.runPython(`
import base64, io
import matplotlib
matplotlib.use("agg")
import numpy as np
import matplotlib.pyplot as plt
plt.plot(np.arange(9.0) ** 2)
plt.savefig(file := io.BytesIO())
base64.b64encode(file.getvalue()).decode()`);
document.body.append(Object.assign(new Image(), { src: "data:image/png;base64," + drawn }));
</script>"""
READY = f"window.jupyterapp && {lab.NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle'"
RUN = "void window.jupyterapp.commands.execute('notebook:run-all-cells')"
CLEAR = f"""() => {{ for (const cell of {lab.NOTEBOOK}.content.widgets) cell.model.sharedModel.outputs?.length
  && cell.model.clearOutputs?.() }}"""
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
SECONDS = 180


class Counting(http.server.SimpleHTTPRequestHandler):
    """A server of files that counts what it sends, and sends no faster than it may."""

    protocol_version = "HTTP/1.1"
    sent: list[int]
    mbit: float
    lock: threading.Lock

    def copyfile(self, source, outputfile):
        while chunk := source.read(1 << 16):
            if self.mbit:
                with self.lock:  # all connections share the line
                    time.sleep(8 * len(chunk) / (1e6 * self.mbit))
            outputfile.write(chunk)
            self.sent.append(len(chunk))

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder: Path, mbit: float):
    """Yield the address of the folder, and the list of the sizes that were sent."""
    sent: list[int] = []
    kind = type("Here", (Counting,), dict(sent=sent, mbit=mbit, lock=threading.Lock()))
    handler = functools.partial(kind, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", sent
        finally:
            server.shutdown()


def prepared(site: Path, folder: Path) -> None:
    """Two copies of the site whose pages can be driven: one with an explorer, and one that loads no vgrad."""
    for name, code in (("site", EXPLORER), ("bare", BARE)):
        copy = Path(shutil.copytree(site, folder / name))
        config = copy / "jupyter-lite.json"
        settings = json.loads(config.read_text())
        settings["jupyter-config-data"]["exposeAppInBrowser"] = True  # for lab.NOTEBOOK
        if code is BARE:
            options = settings["jupyter-config-data"]["litePluginSettings"][KERNEL]["loadPyodideOptions"]
            options["packages"] = sorted({*options["packages"], "numpy", "matplotlib"} - {"vgrad"})
        config.write_text(json.dumps(settings))
        add(copy, "explorer.ipynb" if code is EXPLORER else "bare.ipynb", code)
    (folder / "python.html").write_text(PYTHON)


def add(site: Path, name: str, code: str) -> None:
    """Add a notebook of one cell to a site."""
    notebook = lab.notebook(site / "files" / name, code)
    page = json.loads(notebook.read_text())
    page["metadata"]["language_info"] = {"name": "python"}  # JupyterLite chooses the kernel by it
    notebook.write_text(json.dumps(page))
    listing = site / "api/contents/all.json"
    contents = json.loads(listing.read_text())
    like = next(entry for entry in contents["content"] if entry["name"] == "00_start_here.ipynb")
    contents["content"].append({**like, "name": name, "path": name})
    listing.write_text(json.dumps(contents))


def visit(browser, address: str, name: str, sent: list[int]) -> dict[str, float]:
    """Open one page in a context, and return what it took."""
    page = browser.new_page()
    page.set_default_timeout(1000 * SECONDS)
    asked: list[str] = []
    listen = lambda request: asked.append(request.url)  # noqa: E731
    browser.on("request", listen)
    sent.clear()
    start = time.monotonic()
    took = python_alone(page, address) if name == "python" else notebook(page, address, *NOTEBOOKS[name])
    took = {key: moment - start for key, moment in took.items()}
    browser.remove_listener("request", listen)
    page.close()
    outside = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    return {**took, "MB": sum(sent) / 1e6, "requests": len(asked), "outside": len(outside)}


def python_alone(page, address: str) -> dict[str, float]:
    """The moments at which a page without a notebook has drawn its line."""
    page.goto(f"{address}/python.html")
    page.wait_for_selector("img")
    return dict.fromkeys(("ready", "first", "alive"), time.monotonic())


def notebook(page, address: str, path: str, picture: str) -> dict[str, float]:
    """The moments at which a kernel is ready, a cell has said something, and the picture is there."""
    page.goto(f"{address}/{path}")
    page.wait_for_function(READY)
    ready = time.monotonic()
    page.evaluate(CLEAR)
    page.evaluate(RUN)
    page.wait_for_selector(".jp-OutputArea-output", state="attached")
    first = time.monotonic()
    page.wait_for_selector(picture, state="attached")
    return dict(ready=ready, first=first, alive=time.monotonic())


def measure(sites: list[Path], rounds: int, mbit: float) -> dict[tuple, list[dict]]:
    """Open all pages of all sites in turns, cold and warm."""
    from playwright.sync_api import sync_playwright

    results: dict[tuple, list[dict]] = {}
    with contextlib.ExitStack() as stack:
        there = []
        for site in sites:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vgrad-site-")))
            prepared(site, folder)
            there.append((site.name, *stack.enter_context(served(folder, mbit))))
        playwright = stack.enter_context(sync_playwright())
        for _, page, (site, address, sent) in itertools.product(range(rounds), PAGES, there):
            with tempfile.TemporaryDirectory(
                prefix="vgrad-visitor-"
            ) as visitor:  # a disk to keep things on, as at home
                for temperature in ("cold", "warm"):
                    browser = playwright.chromium.launch_persistent_context(
                        visitor, executable_path=shutil.which("chromium"), args=lab.FLAGS
                    )
                    result = visit(browser, address, page, sent)
                    results.setdefault((site, page, temperature), []).append(result)
                    browser.close()
    return results


def tell(results: dict[tuple, list[dict]]) -> None:
    """Print the medians, and how many times as long as the bare page of its own round each page took."""
    print("site        page      visit   ready  first  alive   / bare     MB  requests  outside")
    for (site, name, temperature), each in results.items():
        bare = results[site, "bare", temperature]
        ratio = statistics.median(mine["alive"] / its["alive"] for mine, its in zip(each, bare, strict=True))
        ready, first, alive, size = (
            statistics.median(r[key] for r in each) for key in ("ready", "first", "alive", "MB")
        )
        asked, outside = (statistics.median(r[key] for r in each) for key in ("requests", "outside"))
        print(
            f"{site:<11} {name:<9} {temperature:<6} {ready:6.1f} {first:6.1f} {alive:6.1f} {ratio:8.2f} "
            f"{size:6.1f} {asked:9.0f} {outside:8.0f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mbit", type=float, default=0.0)
    given = parser.parse_args()
    tell(measure(given.sites, given.rounds, given.mbit))
