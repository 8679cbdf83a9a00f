"""The Python of the site: Pyodide with what the lessons need and nothing else, within the site and ready compiled.

JupyterLite's build leaves a lock that names each package and its address. Here the packages are brought into the site,
so that a visitor asks nobody else and a browser can keep all of it. What no lesson ever imports is left out, and
modules are compiled beforehand, because a browser would compile them at each visit.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
INSTALLERS = ("micropip", "piplite")  # the kernel would load them one after the other, when all else is there
UNUSED = {  # what a package asks for, and no page on the site imports
    "ipython": {"jedi", "prompt-toolkit"},  # a slower completion of 5,600 files, and the terminal
    "ipywidgets": {"jupyterlab-widgets", "widgetsnbextension"},  # scripts, which JupyterLite's own folder has
    "matplotlib": {"fonttools", "pytz"},  # PDF and PostScript, and time zones
}
ABSENT = "jedi"  # the kernel insists on a package of this name, and IPython completes without it
SECONDS = 60
NOT_COMPILED = (
    "The lessons on this site work, but they start later than they could, because a browser compiles their modules at "
    "each visit. Python {0} can compile them beforehand, but it was not found and could not be fetched. To gain this "
    "time, install Python {0}, and build the site again."
)


def bring(site: Path, address: str) -> None:
    """Bring Pyodide, and the packages that the site's lock names, into the site.

    address : of the folder that holds Pyodide's own lock.
    """
    settings = json.loads((site / "jupyter-lite.json").read_text("utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"][KERNEL]
    options = kernel["loadPyodideOptions"]
    lock = site / options["lockFileURL"]
    content = json.loads(lock.read_text("utf-8"))
    options["packages"] = sorted({*options["packages"], *INSTALLERS, ABSENT})
    kernel["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    content["packages"] = _packages(content["packages"], options["packages"], lock.parent, address)
    core = site / "static/pyodide"
    core.mkdir(exist_ok=True)
    for name in CORE:
        (core / name).write_bytes(_read(f"{address}/{name}", lock.parent))
    compile_all([*lock.parent.glob("*.whl"), core / "python_stdlib.zip"], content["info"]["python"])
    for package in content["packages"].values():
        if "://" not in package["file_name"]:
            package["sha256"] = _digest((lock.parent / package["file_name"]).read_bytes())
    lock.write_text(json.dumps(content), "utf-8")
    (site / "jupyter-lite.json").write_text(json.dumps(settings, indent=2), "utf-8")


def _packages(packages: dict, wanted: list[str], folder: Path, address: str) -> dict:
    """The packages of the site's lock; the wheels of those that are wanted are in its folder, and no others."""
    for name, unused in UNUSED.items():
        packages[name]["depends"] = [other for other in packages[name]["depends"] if other not in unused]
    packages[ABSENT] = {**packages["piplite"], "name": ABSENT, "depends": [], "imports": [], **_nothing(folder)}
    wheels = {name: _wheel(packages[name], folder) for name in needed(packages, wanted)}
    for old in folder.glob("*.whl"):
        old.unlink()
    for name, wheel in wheels.items():
        packages[name]["file_name"] = packages[name]["file_name"].rpartition("/")[2]
        (folder / packages[name]["file_name"]).write_bytes(wheel)
    return {name: it for name, it in packages.items() if name in wheels or _elsewhere(it["file_name"], address)}


def _nothing(folder: Path) -> dict[str, str]:
    """A wheel of the package that is absent, which holds its name alone."""
    about = f"{ABSENT}-0.dist-info"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {ABSENT}\nVersion: 0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    name = f"{ABSENT}-0-py3-none-any.whl"
    (folder / name).write_bytes(content.getvalue())
    return dict(file_name=name, sha256=_digest(content.getvalue()), version="0")


def _wheel(package: dict, folder: Path) -> bytes:
    """The content of a package's wheel, which is what the lock says it is."""
    content = _read(package["file_name"], folder)
    if _digest(content) != package["sha256"]:
        raise ValueError(f"{package['file_name']!r} is not the file that Pyodide's lock names: its SHA-256 differs")
    return content


def _read(file: str, folder: Path) -> bytes:
    """The content of a file, at an address of its own or within the site."""
    if "://" not in file:
        return (folder / file).read_bytes()
    request = urllib.request.Request(file, headers={"User-Agent": "Mozilla/5.0"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return answer.read()


def _elsewhere(file: str, address: str) -> bool:
    """Whether a file stays where it is, at an address that will still be there when the build has ended."""
    return "://" in file and not address.startswith("http://127.0.0.1")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def needed(packages: dict, names: list[str]) -> list[str]:
    """Return these packages of a lock, and all that they depend on."""
    found, waiting = [], list(names)
    while waiting:
        name = waiting.pop()
        if name in packages and name not in found:
            found.append(name)
            waiting += packages[name]["depends"]
    return sorted(found)


def compile_all(files: list[Path], version: str) -> None:
    """Compile the modules in these files by the Python of this version, where it is here or uv finds or fetches it."""
    short = ".".join(version.split(".")[:2])
    python = [sys.executable]
    if not version.startswith("{}.{}.".format(*sys.version_info)):
        python += ["-m", "uv", "run", "--quiet", "--no-project", "--python", short, "python"]
    command = [*python, str(HERE / "bytecode.py"), *map(str, files)]
    compiled = subprocess.run(command, env={**os.environ, "UV_PYTHON_DOWNLOADS": "automatic"}, stdout=sys.stderr)
    if compiled.returncode:
        print(NOT_COMPILED.format(short), flush=True)
