"""The command  vgrad lessons DIR,  which copies the notebooks out of an installed package, so that they can be opened.

A wheel is installed where nobody looks for notebooks, and what lies there is overwritten by the next version. So each
learner gets a copy of their own, and a file that they have changed is never touched.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHIPPED = ("[0-9][0-9]_*.ipynb", "CLAIMS.md", "GLOSSARY.md", "images/*")  # the lessons, and what they link to
FIRST = "00_start_here.ipynb"


def source() -> Path:
    """Return the folder of the lessons: the wheel has it within the package, and a checkout beside it."""
    within = HERE / "_notebooks"
    return within if within.is_dir() else HERE.parent / "notebooks"


def files(folder: Path) -> list[Path]:
    """Return what is copied out of the folder, as sorted paths that are relative to it."""
    found = (path for pattern in SHIPPED for path in folder.glob(pattern) if path.is_file())
    return sorted(path.relative_to(folder) for path in found)


def copied(start: Path, end: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file with what became of it: "copied", "there" if it was so already, or "kept" if it differs."""
    for path in files(start):
        target = end / path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (start / path).read_bytes()
        if _made(target, content):
            yield path, "copied"
        else:
            yield path, "there" if target.is_file() and target.read_bytes() == content else "kept"


def _made(target: Path, content: bytes) -> bool:
    """Write a new file, and return whether there was none; what was written in part is removed."""
    try:
        opened = target.open("xb")
    except FileExistsError:
        return False
    try:
        with opened:
            opened.write(content)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return True


def said(fates: dict[Path, str], folder: Path) -> Iterator[str]:
    """Yield the lines that tell what was done, and how the first lesson is opened."""
    count = list(fates.values()).count
    yield f"{folder}: {count('copied')} of {len(fates)} files were copied, and {count('there')} were there already."
    for path, fate in fates.items():
        if fate == "kept":
            yield f"{path.as_posix()} differs from this version's and was kept. Rename it to get this version's."
    name = f'"{folder}"' if " " in str(folder) else folder
    if importlib.util.find_spec("jupyterlab") is None:
        yield "JupyterLab is not installed here. The command  pip install jupyterlab  adds it, and VS Code needs none."
    yield f"To begin, run  jupyter lab {name}  and open {FIRST} there."


def lessons(folder: Path) -> None:
    """Copy the lessons into ``folder``, which is made, and print what was done.

    It ends the program with a sentence and exit code 1 where nothing can be copied.
    """
    if folder.exists() and not folder.is_dir():
        sys.exit(f"DIR is {str(folder)!r}, which is a file. Allowed is a folder, or a name that is not taken.")
    if not files(source()):
        sys.exit(f"No lessons are in {str(source())!r}. Install vgrad again, from a wheel or as a checkout.")
    try:
        fates = dict(copied(source(), folder))
    except OSError as error:
        sys.exit(f"{str(error.filename or folder)!r} cannot be written: {error.strerror or error}.")
    print(*said(fates, folder), sep="\n")


def main(arguments: list[str] | None = None) -> None:
    """Run the command; ``arguments`` are those of the command line unless they are given."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name of a folder may have letters that the stream's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(prog="vgrad", description="Vanishing and exploding gradients, by hand.")
    parser.add_argument("--version", action="version", version=f"vgrad {version('vgrad')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    what = "copy the notebooks, with their glossary, claims and images, into a folder of yours"
    more = " No file is overwritten: one that differs is named and kept, so the command can be run again at any time."
    command = commands.add_parser("lessons", help=what, description=f"{what[0].upper()}{what[1:]}.{more}")
    command.add_argument("folder", metavar="DIR", type=Path, help="the folder, which is made where it is missing")
    lessons(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
