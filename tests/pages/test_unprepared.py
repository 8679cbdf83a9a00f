"""The README's commands on a machine that nobody has prepared: they find a Python, or say what is missing.

A server on this machine plays Pyodide's own place, and scripts play Pythons. So nothing here needs a network.
"""

from __future__ import annotations

import ast
import contextlib
import http.server
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PREPARE, BUILD = ROOT / "tests/prepare.py", ROOT / "notebooks/lite/build.py"
BEFORE_ALL = [PREPARE, BUILD, BUILD.with_name("environment.py")]  # what an old Python reads
scripts = pytest.mark.skipif(os.name == "nt", reason="a script for sh plays a program here")


def loaded(path):
    """The module of a file that no package holds."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


prepare, site = loaded(PREPARE), loaded(BUILD.with_name("environment.py"))


def program(path, lines):
    """A program for sh; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


# --- Python ---------------------------------------------------------------------------------------------------------


def test_the_oldest_pythons_are_those_of_pyproject():
    assert ">={}.{}".format(*prepare.OLDEST) == PROJECT["requires-python"]
    extras = [Requirement(each) for each in PROJECT["optional-dependencies"]["site"]]
    (needed,) = (requirement for requirement in extras if requirement.marker)
    assert needed.name == site.KERNEL
    asked = [minor for minor in range(30) if needed.marker.evaluate({"python_version": f"3.{minor}"})]
    assert min(asked) == site.OLDEST[1]


@pytest.mark.parametrize("path", BEFORE_ALL, ids=lambda path: path.name)
def test_an_old_python_can_read_what_tells_it_that_it_is_old(path):
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 7))  # the oldest that ast knows
    assert [node for node in ast.walk(tree) if getattr(node, "module", "") == "__future__"] == []
    hints = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
    hints += [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.returns]
    assert [ast.unparse(hint) for hint in hints if isinstance(hint, ast.BinOp | ast.Subscript)] == []


@scripts
def test_the_newest_python_that_fits_goes_on_and_its_exit_code_is_that_of_the_command(tmp_path, monkeypatch, capfd):
    program(tmp_path / "python3.14", "exit 127")  # as a shim whose Python is not there
    program(tmp_path / "python3.13", 'test "$1" = -c && exit 0\necho "ran $*"\nexit 7')
    program(tmp_path / "python3.12", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prepare.by_another("script.py", ["site"], (3, 12)) == 7
    assert capfd.readouterr().out.splitlines()[-1] == "ran script.py site"


def test_where_no_python_fits_one_sentence_says_which_is_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    for oldest in (prepare.OLDEST, site.OLDEST):
        words = prepare.by_another("script.py", [], oldest)
        assert words.startswith(f"Python 3.{oldest[1]} or newer is needed")
        assert "but this is Python 3.8.10, and no other was found" in words


def test_the_command_of_the_site_asks_for_its_own_oldest_python(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(site, "OLDEST", (3, 99))
    assert site.main([str(tmp_path / "site")]).startswith("Python 3.99 or newer is needed")
    assert list(tmp_path.iterdir()) == []


# --- an old .venv ---------------------------------------------------------------------------------------------------

OLD = {
    "the Python of an older day": (
        "pip 9 from {}/lib/python3.10/site-packages/pip (python 3.10)",
        "Python 3.10 made it",
    ),
    "a folder that was copied": ("pip 9 from /elsewhere/site-packages/pip (python 3.13)", "belongs to another folder"),
    "no pip": ("", "its pip does not run"),
}


@scripts
@pytest.mark.parametrize(("said", "words"), OLD.values(), ids=OLD)
def test_an_environment_that_cannot_be_used_is_named_and_left_alone(tmp_path, monkeypatch, said, words):
    folder = tmp_path / ".venv"
    program(folder / "bin/pip", f"echo '{said.format(folder)}'" if said else "exit 1")
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    told = prepare.main()
    assert words in told
    assert told.endswith(f"Delete it, and run the command again: {folder}")
    assert [path.name for path in folder.rglob("*")] == ["bin", "pip"]


@scripts
def test_an_environment_whose_python_is_gone_is_named(tmp_path, monkeypatch):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/pip").symlink_to(tmp_path / "gone")
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    assert "when the Python that made it is gone" in prepare.main()


def test_an_environment_is_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    assert prepare.main() == 0
    mark = tmp_path / ".venv/mine"
    mark.write_text("mine")
    settings = (tmp_path / ".venv/pyvenv.cfg").stat().st_mtime_ns
    assert prepare.main() == 0
    assert mark.read_text() == "mine"
    assert (tmp_path / ".venv/pyvenv.cfg").stat().st_mtime_ns == settings


# --- the place of the site ------------------------------------------------------------------------------------------


def made(folder, *others):
    """A folder with the files that every site has."""
    for name in (*site.MADE, *others):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("before")
    return folder


def test_a_site_may_stand_where_nothing_is_or_an_older_site(tmp_path):
    (tmp_path / "empty").mkdir()
    made(tmp_path / "older")
    for name in ("new", "empty", "older"):
        assert site.place(str(tmp_path / name)) == tmp_path / name


def test_no_other_folder_is_replaced(tmp_path):
    (tmp_path / "file").write_text("mine")
    made(tmp_path / "of_git", ".git")
    for folder in (tmp_path / "file", tmp_path / "of_git", ROOT, BUILD.parent):
        with pytest.raises(site.ObstacleError, match="will not be replaced"):
            site.place(str(folder))
    with pytest.raises(site.ObstacleError, match="is not there"):
        site.place(str(tmp_path / "no/site"))


def test_where_the_new_site_cannot_be_moved_the_old_one_comes_back(tmp_path):
    made(tmp_path / "site")
    with pytest.raises(OSError, match="missing"):
        site.replace(tmp_path / "site", tmp_path / "missing", tmp_path / "before")
    assert (tmp_path / "site/index.html").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


# --- Pyodide's own place --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def own_place(answer):
    """The address of a lock, at a server on this machine that gives this answer to whoever asks for anything."""

    class Place(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if answer else 404)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Place) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/pyodide-lock.json"
        server.shutdown()


def test_a_lock_is_taken_for_one_only_if_it_lists_packages():
    with own_place('{"packages": {}}') as address:
        assert site.answered(address) == address
    for answer, reason in {
        "": "Not Found",
        "<html>Please log in</html>": "Expecting value",
        "[1]": "list indices",
    }.items():
        with own_place(answer) as address, pytest.raises(site.ObstacleError) as caught:
            site.answered(address)
        assert f"{address} does not answer with its list of packages" in str(caught.value)
        assert reason in str(caught.value)
        assert "VGRAD_PYODIDE" in str(caught.value)
    with pytest.raises(site.ObstacleError, match="refused"):
        site.answered(address)  # the server has ended


def test_a_folder_that_holds_no_pyodide_is_named(tmp_path):
    assert site.distribution("") is site.distribution(None) is None
    with pytest.raises(site.ObstacleError, match="which is no folder that holds"):
        site.distribution(str(tmp_path))
    for name in ("pyodide-lock.json", "pyodide.mjs"):
        (tmp_path / name).write_text("{}")
    assert site.distribution(str(tmp_path)) == tmp_path


# --- the command of the site ----------------------------------------------------------------------------------------

WHOLE = "\n".join(f'mkdir -p "$(dirname "$3/{name}")"\necho new > "$3/{name}"' for name in site.MADE)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing installed: what its pip was asked for, and its build and address, which a test sets."""
    told = {"pip": [], "build": WHOLE, "lock": None}

    def run(command, refused):
        if "venv" in command:
            program(Path(command[-1], "bin/python"), told["build"])
        if "pip" in command:
            told["pip"].append(command[-1])
        return f"{told['lock']}\n" if "--lock" in command else ""

    monkeypatch.setattr(site, "_ran", run)
    monkeypatch.setattr(site, "OLDEST", prepare.OLDEST)  # so that Python 3.11 tries it too
    monkeypatch.delenv("VGRAD_PYODIDE", raising=False)
    for name in ("TMPDIR", "TEMP", "TMP", "PYODIDE_LOCK_URL"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # so that it is put back
    monkeypatch.chdir(tmp_path)
    return told


@scripts
def test_a_new_site_stands_in_its_place_when_it_is_whole(machine, tmp_path):
    made(tmp_path / "site", "only_in_the_old_one")
    with own_place('{"packages": {}}') as machine["lock"]:
        assert site.main(["site"]) == 0
    assert machine["pip"] == [site.KERNEL, f"{ROOT}[site]"]
    assert os.environ["PYODIDE_LOCK_URL"] == machine["lock"]  # the build takes the address that has answered
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    there = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert sorted(path.relative_to(tmp_path / "site").as_posix() for path in there) == sorted(site.MADE)
    assert {path.read_text() for path in there} == {"new\n"}


@scripts
def test_what_is_missing_is_said_before_anything_large_is_installed_and_nothing_stays_behind(machine, tmp_path):
    with own_place("") as machine["lock"]:
        words = site.main(["site"])
    assert words.startswith("No site was built. Pyodide cannot be fetched")
    assert machine["pip"] == [site.KERNEL]
    assert list(tmp_path.iterdir()) == []


@scripts
def test_with_a_folder_of_pyodide_its_own_place_is_not_asked(machine, tmp_path, monkeypatch):
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    for name in ("pyodide-lock.json", "pyodide.mjs"):
        (pyodide / name).write_text("{}")
    monkeypatch.setenv("VGRAD_PYODIDE", "pyodide")
    assert site.main(["site"]) == 0
    assert (tmp_path / "site/index.html").is_file()


@scripts
@pytest.mark.parametrize("end", ["exit 1", "kill -INT $PPID; sleep 5"], ids=["it fails", "it is stopped"])
def test_when_a_build_ends_early_the_old_site_stays_and_nothing_else(machine, tmp_path, end, capsys):
    made(tmp_path / "site")
    machine["build"] = f"{WHOLE}\necho why >&2\n{end}"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
    try:
        with own_place('{"packages": {}}') as machine["lock"]:
            assert site.main(["site"]).startswith("No site was built")
    finally:
        signal.signal(signal.SIGINT, before)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site/index.html").read_text() == "before"
    assert (capsys.readouterr().err == "why\n") == (end == "exit 1")


@pytest.mark.skipif(sys.version_info < site.OLDEST, reason="an older Python cannot build the site")
def test_without_a_network_the_command_of_the_readme_says_so_once_and_leaves_nothing_behind(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "VGRAD_"))}
    environment |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
    }
    command = [sys.executable, str(BUILD), "site"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (words,) = ended.stderr.splitlines()
    assert words.startswith(
        "No site was built. pip cannot fetch what builds the site. Connect this machine to a network"
    )
    assert "VGRAD_PYODIDE" in words
    assert "pip says: connection broken by" in words
    assert list(tmp_path.iterdir()) == []


def test_of_what_a_program_says_the_line_is_quoted_that_tells_most():
    broken = "WARNING: Retrying after connection broken by 'NewError('<object at 0x7f>: No route')': /simple/"
    error = "ERROR: No matching distribution found"
    assert site.reason(f"{broken}\n{error}\n") == "connection broken by 'NewError('No route')': /simple/"
    assert site.reason(f"{error}\nERROR: See the help\nnotice\n") == error
    assert site.reason("a\nb\n") == "b"
    assert site.reason("") == ""


def test_the_command_of_the_site_explains_itself():
    assert site.main([]) == site.main(["--help"]) == site.main(["a", "b"]) == site.USAGE
