"""Does the suite pass on every Python found, with the oldest and with the newest packages that pyproject.toml admits?

python tests/versions.py [options] [arguments of pytest]    for example  --core=Nehalem notebooks/03_gradient_flow.ipynb

It needs uv, which finds the interpreters (those on PATH, and its own) and makes an environment for each, in a folder
that is deleted at the end. Two options let it compute as on another processor, because what the notebooks say must not
depend on it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
PACKAGES = {"oldest": "lowest-direct", "newest": "highest"}
FOUND = "import numpy; print(*numpy.show_config(mode='dicts')['SIMD Extensions'].get('found', ()))"


def interpreters() -> dict[str, str]:
    """{3.11: path}: of each version that pyproject.toml admits, the first that is found."""
    uv = ("uv", "python", "list", ALLOWED, "--only-installed", "--output-format=json")
    found = json.loads(subprocess.run(uv, capture_output=True, check=True, text=True).stdout)
    parts = [(entry["version_parts"], entry["path"]) for entry in found]
    return {f"{version['major']}.{version['minor']}": path for version, path in reversed(parts)}


def beyond_the_baseline(python: Path | str) -> str:
    """What NumPy uses beyond its baseline, because it has found it on this processor.

    NumPy names it, since the names differ between its versions, and it refuses to do without a name of the baseline.
    """
    return subprocess.run((python, "-c", FOUND), capture_output=True, check=True, text=True).stdout.strip()


def installed(folder: Path, python: str, resolution: str) -> Path:
    """Make an environment in the folder, with vgrad and what its tests need, and return its Python."""
    install = ("uv", "pip", "install", "--quiet", f"--python={folder}", f"--resolution={resolution}")
    subprocess.run(("uv", "venv", "--quiet", f"--python={python}", "--seed", "--clear", folder), check=True)
    subprocess.run((*install, "--editable", f"{ROOT}[dev]"), check=True)
    return folder / "bin/python"


def tried(python: Path | str, arguments: list[str], options: argparse.Namespace) -> tuple[int, str]:
    """Run pytest, and return its exit code and what it said: its last line, with what failed; here, all of it."""
    environment = dict(os.environ)
    if options.core:
        environment["OPENBLAS_CORETYPE"] = options.core
    if options.baseline:
        features = beyond_the_baseline(python)
        if not features:
            return 0, "NumPy uses nothing beyond its baseline on this processor, so nothing was tried."
        print(f"NumPy computes without {features}.", flush=True)
        environment["NPY_DISABLE_CPU_FEATURES"] = features
        environment["ATEN_CPU_CAPABILITY"] = "default"  # the same of PyTorch
    pytest = (python, "-m", "pytest", "-q", *arguments)
    run = subprocess.run(pytest, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if options.here:
        return run.returncode, run.stdout
    *_, last = run.stdout.strip().splitlines() or [""]
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return run.returncode, "\n    ".join([last, *failed])


def main(arguments: list[str]) -> int:
    """Try every combination, and say how each ended; 1 if one failed."""
    parser = argparse.ArgumentParser(allow_abbrev=False, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--core", metavar="TYPE", help="OpenBLAS computes as on another processor, such as Nehalem")
    parser.add_argument("--baseline", action="store_true", help="NumPy computes as on a processor without AVX2")
    parser.add_argument("--here", action="store_true", help="try this environment alone, as it is")
    options, for_pytest = parser.parse_known_args(arguments)
    if options.here:
        code, words = tried(sys.executable, for_pytest, options)
        print(words)
        return code
    codes = set()
    for version, interpreter in sorted(interpreters().items()):
        for name, resolution in PACKAGES.items():
            with tempfile.TemporaryDirectory(prefix="vgrad-versions-") as folder:
                python = installed(Path(folder), interpreter, resolution)
                code, words = tried(python, for_pytest, options)
            print(f"Python {version}, the {name} packages: {words}", flush=True)
            codes.add(code)
    return int(codes != {0})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
