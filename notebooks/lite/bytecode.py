"""Compile the modules of wheels, and of the standard library's zip, beforehand:  python bytecode.py FILE [FILE ...]

A browser keeps no compiled modules, so without this every visit compiles all of them again, which takes longer than
running them. Each FILE is changed where it is. Bytecode belongs to one version of Python, so the Python that runs this
must have that of Pyodide. Of vgrad the sources stay too, because learners read them; of all others the bytecode
replaces them, as in Pyodide's own builds, so that a visitor fetches no more than before.
"""

import importlib.util
import io
import marshal
import sys
import zipfile
from pathlib import Path

READ = "vgrad-"  # the wheels whose sources stay
PACKAGES = "/lib/python{}.{}/site-packages/"  # where Pyodide unpacks a wheel
LIBRARY = "/lib/python{}{}.zip/"
UNCHECKED = 0b01  # flags of a module that is found by the hash of its source, which is not compared


def compiled(data: bytes, place: str, *, sources: bool) -> bytes:
    """Return the archive with bytecode for each of its modules.

    place : where its files will be, for tracebacks; sources : whether the sources stay beside it.
    """
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            code = _code(item.filename, content, place)
            if code is None or sources:
                new.writestr(item, content)
            if code is not None:
                new.writestr(_name(item.filename, sources), _pyc(code, content))
    return changed.getvalue()


def _code(name: str, content: bytes, place: str):
    """The code of a module, or None of what is no module, or is written for another Python."""
    if not name.endswith(".py"):
        return None
    try:
        return compile(content, place + name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None


def _name(module: str, sources: bool) -> str:
    """Where Python looks for the bytecode of a module, beside its source or instead of it."""
    return importlib.util.cache_from_source(module) if sources else f"{module}c"


def _pyc(code, source: bytes) -> bytes:
    """The content of a .pyc file (PEP 552)."""
    flags = UNCHECKED.to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + marshal.dumps(code)


def main(files: list[str]) -> None:
    """Compile what is in these files."""
    version = sys.version_info[:2]
    for file in map(Path, files):
        place = PACKAGES if file.suffix == ".whl" else LIBRARY
        file.write_bytes(compiled(file.read_bytes(), place.format(*version), sources=file.name.startswith(READ)))


if __name__ == "__main__":
    main(sys.argv[1:])
