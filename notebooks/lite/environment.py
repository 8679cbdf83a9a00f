"""What stands before the build of the site: it gets ready all that a build needs, on a machine that nobody prepared.

It needs nothing but the standard library. It finds a Python that is new enough, makes an environment for this one
build, asks whether Pyodide can be fetched, and puts the site into its place when the site is whole. Whatever is missing
is said in whole sentences, and nothing stays behind. An old Python should read this file and build.py too, because it
is to be told which Python is needed, so they have the syntax of Python 3.6.
"""

import contextlib
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = HERE / "build.py"
LOCK = "pyodide-lock.json"
OLDEST = (3, 12)  # what JupyterLite's kernel needs in the extra "site"
KERNEL = "jupyterlite-pyodide-kernel"
MADE = ("index.html", "jupyter-lite.json", "lab/index.html", "static/pyodide-lock/" + LOCK)  # what every site has
SECONDS = 30

USAGE = "Build the site that runs the series in the browser alone:  python3 notebooks/lite/build.py FOLDER"
NO_PACKAGES = (
    "pip cannot fetch what builds the site. Connect this machine to a network, or put the address of a package index "
    "that it can reach into the variable PIP_INDEX_URL. {}pip says: {}"
)
NO_FOLDER_EITHER = (
    "Pyodide will be fetched too, unless you put a folder that holds it into the variable VGRAD_PYODIDE. "
)
NO_PYODIDE = (
    "Pyodide cannot be fetched, because the address {} does not answer with its list of packages ({}). Connect this "
    "machine to a network. Or unpack a Pyodide distribution, and put the path of the folder that holds "
    "pyodide-lock.json into the variable VGRAD_PYODIDE, as notebooks/TEACHING.md explains."
)
NO_DISTRIBUTION = (
    "The variable VGRAD_PYODIDE is {!r}, which is no folder that holds pyodide-lock.json and pyodide.mjs. Let it name "
    "the folder of an unpacked Pyodide distribution, or unset it, so that Pyodide is fetched."
)
NO_SITE = (
    "FOLDER is {!r}, which is there already and is no site that this command has built, so it will not be replaced. "
    "Choose another name, or delete it yourself."
)
NO_PARENT = "FOLDER is {!r}, but the folder {!r} is not there. Make it first, or choose another name."


class ObstacleError(Exception):
    """Why no site can be built, in whole sentences."""


def main(arguments):
    """Build the site, and return the exit code, which is 0 or the sentences that say what is missing."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        return USAGE
    python = runpy.run_path(str(ROOT / "tests/prepare.py"))
    if not python["fits"]([sys.executable], OLDEST):
        return python["by_another"](BUILD, arguments, OLDEST)
    with contextlib.suppress(ValueError):  # a thread that is not the first may set no signal
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _put(place(arguments[0]), distribution(os.environ.get("VGRAD_PYODIDE")))
    except ObstacleError as obstacle:
        return f"No site was built. {obstacle}"
    except OSError as error:
        return f"No site was built. {str(error.filename)!r} cannot be written: {error.strerror or error}."
    except KeyboardInterrupt:
        return "No site was built, because the command was stopped."
    return 0


# --- what is asked before anything is made --------------------------------------------------------------------------


def place(folder):
    """The path of the site, where nothing stands, or an empty folder, or a site that was built before."""
    site = Path(folder).resolve()
    if not site.parent.is_dir():
        raise ObstacleError(NO_PARENT.format(folder, str(site.parent)))
    empty = site.is_dir() and not any(site.iterdir())
    built = all((site / name).is_file() for name in MADE) and not (site / ".git").exists()
    if site.exists() and not empty and not built:
        raise ObstacleError(NO_SITE.format(folder))
    return site


def distribution(folder):
    """The path of the Pyodide distribution that the site gets its Python from, or None where none is named."""
    if not folder:
        return None
    if not all(Path(folder, name).is_file() for name in (LOCK, "pyodide.mjs")):
        raise ObstacleError(NO_DISTRIBUTION.format(folder))
    return Path(folder).resolve()


def answered(address):
    """The address of Pyodide's lock, once it has answered with one."""
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0"})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            json.loads(answer.read().decode())["packages"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "reason", None) or error
        raise ObstacleError(NO_PYODIDE.format(address, str(reason) or type(reason).__name__))  # noqa: B904
    return address


# --- the environment, and the site ----------------------------------------------------------------------------------


def _put(site, pyodide):
    """Build the site within a scratch folder beside its place, and move it there."""
    with tempfile.TemporaryDirectory(prefix=f".{site.name}-", dir=str(site.parent)) as scratch:
        python = environment(Path(scratch, "environment"), pyodide)
        print("Building the site.", flush=True)
        built = Path(scratch, "site")
        _build(python, built, Path(scratch, "said"))
        replace(site, built, Path(scratch, "before"))
    name = f'"{site}"' if " " in str(site) else site
    print(f"The site is whole. To try it, run  python3 -m http.server --directory {name}")


def _build(python, built, said):
    """Build in the environment of this Python; what JupyterLite says is shown where it fails."""
    with said.open("wb") as told, _started([str(python), str(BUILD), "--here", str(built)], stderr=told) as it:
        failed = it.wait()
    if failed:
        sys.stderr.write(said.read_text("utf-8", "replace"))
        raise ObstacleError("What stands above says why, and where a site was before, it is as it was.")


def environment(folder, pyodide):
    """Make an environment that can build the site, and return its Python; what may fail comes before what is long."""
    print("Making an environment for this build, which takes a minute or two.", flush=True)
    for name in ("TMPDIR", "TEMP", "TMP"):  # so that what is stopped leaves nothing elsewhere
        os.environ[name] = str(folder.parent)
    _ran([sys.executable, "-m", "venv", str(folder)], "No environment could be made, because venv says: {}")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    refused = NO_PACKAGES.format("" if pyodide else NO_FOLDER_EITHER, "{}")
    pip = [str(python), "-m", "pip", "install", "-q", "-c", str(ROOT / "tests/constraints.txt")]
    _ran([*pip, "--retries=1", "--no-deps", KERNEL], refused)
    if pyodide is None:
        asked = [str(python), str(BUILD), "--lock"]
        os.environ["PYODIDE_LOCK_URL"] = answered(_ran(asked, "{}").strip())
    _ran([*pip, f"{ROOT}[site]"], refused)
    return python


@contextlib.contextmanager
def _started(command, **options):
    """A process; where the block is left before it has ended, it is stopped with all that it has started."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None and os.name == "nt":
            process.kill()
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ran(command, refused):
    """Run a command, and return what it printed; where it fails, the line that tells most is put into the words."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
    with _started(command, **pipes) as process:
        printed, complaint = process.communicate()
    if process.returncode:
        raise ObstacleError(refused.format(reason(printed + complaint)))
    return printed


def reason(said):
    """The line that tells most: why pip lost its connection, or else the first error, or else the last line."""
    said = said.strip()
    broken = [re.sub("<.*?>: ", "", line) for line in re.findall("connection broken by .*", said)]
    errors = re.findall("^error.*", said, re.IGNORECASE | re.MULTILINE)
    return [*broken, *errors, *said.split("\n")[::-1]][0]


def replace(site, built, before):
    """Put what was built into its place; what stood there goes to ``before``, and comes back where the move fails."""
    if site.exists():
        site.rename(before)
    try:
        built.rename(site)
    except BaseException:
        if before.exists():
            before.rename(site)
        raise
