"""Does the suite pass on every Python found, with the oldest and with the newest packages that pyproject.toml admits?

python tests/versions.py [arguments of pytest]    for example  tests/engine/test_ops.py notebooks/03_gradient_flow.ipynb

It needs uv, which finds the interpreters (those on PATH, and its own) and makes an environment for each, in a folder
that is deleted at the end. With --core=TYPE first, OpenBLAS computes as on another processor, such as Nehalem: what the
notebooks say must not depend on it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
PACKAGES = {"oldest": "lowest-direct", "newest": "highest"}


def interpreters() -> dict[str, str]:
    """{3.11: path}: of each version that pyproject.toml admits, the first that is found."""
    uv = ("uv", "python", "list", ALLOWED, "--only-installed", "--output-format=json")
    found = json.loads(subprocess.run(uv, capture_output=True, check=True, text=True).stdout)
    parts = [(entry["version_parts"], entry["path"]) for entry in found]
    return {f"{version['major']}.{version['minor']}": path for version, path in reversed(parts)}


def tried(python: str, resolution: str, arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Install, run pytest, and return its exit code and its last line, with what failed."""
    folder = Path(tempfile.mkdtemp(prefix="vgrad-versions-"))
    try:
        install = ("uv", "pip", "install", "--quiet", f"--python={folder}", f"--resolution={resolution}")
        subprocess.run(("uv", "venv", "--quiet", f"--python={python}", "--seed", "--clear", folder), check=True)
        subprocess.run((*install, "--editable", f"{ROOT}[dev]"), check=True)
        pytest = (folder / "bin/python", "-m", "pytest", "-q", *arguments)
        run = subprocess.run(pytest, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        *_, last = run.stdout.strip().splitlines() or [""]
        failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return run.returncode, "\n    ".join([last, *failed])
    finally:
        shutil.rmtree(folder)


def main(arguments: list[str]) -> int:
    """Try every combination, and say how each ended; 1 if one failed."""
    environment, codes = dict(os.environ), set()
    if arguments and arguments[0].startswith("--core="):
        environment["OPENBLAS_CORETYPE"] = arguments.pop(0).removeprefix("--core=")
    for version, python in sorted(interpreters().items()):
        for name, resolution in PACKAGES.items():
            code, words = tried(python, resolution, arguments, environment)
            print(f"Python {version}, the {name} packages: {words}", flush=True)
            codes.add(code)
    return int(codes != {0})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
