"""Make the environment .venv of this folder, or say in a sentence why there can be none:  python3 tests/prepare.py

It stands before pip in the README's commands, and needs nothing but the standard library. Where this Python is too
old, it goes on with a newer one that it finds. A .venv that is there is never changed, because a learner may have
installed something in it, but one that an older Python made, or a Python that is gone, is named. An old Python should
read this file too, because it is to be told which Python is needed, so it has the syntax of Python 3.6.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 14)  # what pyproject.toml admits, and the newest that constraints.txt fits
ASKED = "import sys; assert sys.version_info >= {}; import ensurepip, venv"
NO_PYTHON = (
    "Python {}.{} or newer is needed, with its modules venv and ensurepip, but this is {}, and no other was found. "
    "Install one, for example python3.13 (Debian and Ubuntu have these modules in python3-venv), and run the command "
    "again."
)
UNUSABLE = "The folder .venv cannot be used, because {}. Delete it, and run the command again: {}"


def fits(command, oldest):
    """Whether this command, a list of words, is a Python that is new enough and can make environments."""
    program = shutil.which(command[0])
    if program is None:
        return False
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([program, *command[1:], "-c", ASKED.format(oldest)], **silent) == 0


def others(oldest):
    """Commands that may be a Python, the newest first: of the launcher on Windows, on PATH, and those that uv knows."""
    versions = [f"3.{minor}" for minor in range(NEWEST[1], oldest[1] - 1, -1)]
    launched = [["py", "-" + version] for version in versions] if os.name == "nt" else []
    uv = ["uv", "run", "--quiet", "--no-project", "--offline", "--no-python-downloads", "--python"]
    named = [["python" + version] for version in versions] + [["python3"], ["python"]]
    return launched + named + [[*uv, version, "python"] for version in versions]


def by_another(script, arguments, oldest):
    """Run the script with another Python that fits, and return its exit code, or the sentence that says which fits."""
    this = "Python {}.{}.{}".format(*sys.version_info)
    for command in others(oldest):
        if fits(command, oldest):
            print("This is {}, which does not do here, so {} goes on.".format(this, " ".join(command)), flush=True)
            return subprocess.call([shutil.which(command[0]), *command[1:], str(script), *arguments])
    return NO_PYTHON.format(*oldest, this if sys.version_info < oldest else this + " without them")


def inside(folder, program):
    """The path of a program of an environment."""
    return folder / "Scripts" / (program + ".exe") if os.name == "nt" else folder / "bin" / program


def fault(folder):
    """Why the environment in this folder cannot be used: its pip does not answer, or is not its own, or is too old."""
    try:
        said = subprocess.check_output([str(inside(folder, "pip")), "--version"], stderr=subprocess.DEVNULL).decode()
    except (OSError, subprocess.CalledProcessError):
        return "its pip does not run, as when the Python that made it is gone, or its folder was moved"
    place, major, minor = re.search(r" from (.+) \(python (\d+)\.(\d+)\)", said).groups()
    if folder.resolve() not in Path(place).resolve().parents:
        return f"its pip belongs to another folder, {place!r}"
    if (int(major), int(minor)) < OLDEST:
        return "Python {}.{} made it, and Python {}.{} or newer is needed".format(major, minor, *OLDEST)
    return ""


def main():
    """Make .venv where there is none, and return the exit code, or the sentence that says why it cannot be used."""
    if not fits([sys.executable], OLDEST):
        return by_another(__file__, [], OLDEST)
    folder = ROOT / ".venv"
    if not os.path.lexists(str(folder)):
        return subprocess.call([sys.executable, "-m", "venv", str(folder)])
    why = fault(folder)
    return UNUSABLE.format(why, folder) if why else 0


if __name__ == "__main__":
    sys.exit(main())
