"""Build the site that runs the series in the browser alone:  python3 notebooks/lite/build.py FOLDER

A static site of all notebooks, with JupyterLab, Python (Pyodide) and vgrad inside: each visitor's own browser computes,
so any host of files serves any number of them. While the site is built, Pyodide is fetched from its own place, or from
another address of its ``pyodide-lock.json`` in PYODIDE_LOCK_URL, or from a Pyodide distribution in VGRAD_PYODIDE (a
folder that holds ``pyodide-lock.json``). All that a lesson needs is then within the site.

The command needs nothing but a Python, because environment.py gets ready what is used here. With  --here FOLDER  an
environment that has vgrad's extra "site" builds as it is.
"""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).parent
LOCK = "pyodide-lock.json"
OPENING = (
    "The page is opening …<style>@keyframes late { from { visibility: hidden; } }</style>"
    '<p style="animation: late 1s 20s both">It takes longer than usual. '
    '<a href="javascript:location.reload()">Try again</a></p>'
)


def build(site: Path, pyodide: "Path | None" = None) -> None:
    """Build into ``site``, a new folder; ``pyodide`` is a distribution that is to be used."""
    import landing  # here, because an older Python reads this file and not those
    import runtime

    with tempfile.TemporaryDirectory(prefix="vgrad-site-") as scratch:
        shutil.copytree(HERE.parent, Path(scratch, "notebooks"), ignore=shutil.ignore_patterns("lite", ".*"))
        editions = {path.name: _join(path) for path in Path(scratch, "notebooks").glob("*.ipynb")}
        lite = shutil.copytree(HERE, Path(scratch, "lite"))
        _run("pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={lite / 'wheels'}", str(_package(scratch)))
        with pyodide_at(pyodide, Path(scratch, "pyodide")) as address:
            _lite(lite, site, f"--pyodide-lock-url={address}/{LOCK}")
            runtime.bring(site, address)
    for page in site.glob("*/index.html"):  # of JupyterLab, of a single notebook, and of the others
        page.write_text(page.read_text("utf-8").replace("Loading JupyterLite...", OPENING), "utf-8")
    (site / "glossary.html").write_text(landing.glossary(site), "utf-8")
    (site / "editions.json").write_text(json.dumps(editions), "utf-8")  # for labextension/static/editions.js
    (site / "index.html").write_text(landing.page(site), "utf-8")  # JupyterLite's own opens an empty JupyterLab
    (site / "service-worker.js").write_text(landing.worker(site), "utf-8")


@contextlib.contextmanager
def pyodide_at(folder, copy):
    """The address of the folder that holds Pyodide's lock, which is its own place, or a distribution that is served."""
    if folder is None:
        yield lock_address().rpartition("/")[0]
        return
    with served(_pruned(shutil.copytree(folder, copy))) as address:
        yield address


def lock_address() -> str:
    """Where Pyodide's lock is fetched from: the address in PYODIDE_LOCK_URL, or that of the kernel's own Pyodide."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_LOCK_DEFAULT_URL

    return os.environ.get("PYODIDE_LOCK_URL") or PYODIDE_LOCK_DEFAULT_URL


def _package(scratch: str) -> Path:
    """A copy of the project without its notebooks: the site has them already, and each visitor fetches the wheel."""
    root, folder = HERE.parents[1], Path(scratch, "package")
    shutil.copytree(root / "vgrad", folder / "vgrad", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, folder)
    return folder


def _join(path: Path) -> str:
    """Make one string of each output that is stored as a list of lines: JupyterLite would show commas between them.

    Returns the lesson's edition, a digest of its text, which the notebook also carries as metadata.
    """
    notebook = json.loads(path.read_text("utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    for bundle in [*outputs, *(output.get("data", {}) for output in outputs)]:
        lines = {kind: "".join(data) for kind, data in bundle.items() if isinstance(data, list) and kind != "traceback"}
        bundle.update(lines)
    text = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    edition = hashlib.sha256(json.dumps(text).encode()).hexdigest()[:12]
    notebook["metadata"]["vgrad"] = {"edition": edition}
    path.write_text(json.dumps(notebook), "utf-8")
    return edition


def _pruned(pyodide: Path) -> Path:
    """The distribution, with a lock that names only the packages that are there."""
    lock = json.loads((pyodide / LOCK).read_text())
    lock["packages"] = {k: p for k, p in lock["packages"].items() if (pyodide / p["file_name"]).exists()}
    (pyodide / LOCK).write_text(json.dumps(lock))
    return pyodide


@contextlib.contextmanager
def served(folder: Path):
    """The address of the folder's files, on this machine. (JupyterLite takes a lock from an address alone.)"""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _lite(lite: Path, site: Path, *options: str) -> None:
    _run("jupyter", "lite", "build", *options, f"--output-dir={site.resolve()}", cwd=lite)


def _run(*module_and_arguments: str, cwd: "Path | None" = None) -> None:
    """Run a module, whose talk is no part of what this command says."""
    quiet = {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # uv need not have Pyodide's Python
    command = [sys.executable, "-m", *module_and_arguments]
    subprocess.run(command, cwd=cwd, env={**os.environ, **quiet}, stdout=sys.stderr, check=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--lock"]:
        print(lock_address())
    elif sys.argv[1:2] == ["--here"]:
        folder = os.environ.get("VGRAD_PYODIDE")
        build(Path(sys.argv[2]), Path(folder) if folder else None)
    else:
        sys.exit(runpy.run_path(str(HERE / "environment.py"))["main"](sys.argv[1:]))
