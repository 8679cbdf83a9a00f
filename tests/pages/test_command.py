"""The command  vgrad lessons DIR  gives each learner whole notebooks, and never touches what they have changed."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from vgrad import __main__ as command

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
FILES = [path.as_posix() for path in command.files(NOTEBOOKS)]


def run(folder, capsys):
    """The lines that the command prints."""
    command.main(["lessons", str(folder)])
    return capsys.readouterr().out.splitlines()


def refused(folder):
    """The sentence with which the command ends."""
    with pytest.raises(SystemExit) as caught:
        command.main(["lessons", str(folder)])
    return caught.value.code


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_lesson_is_copied_with_its_glossary_claims_and_images():
    lessons = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    images = [f"images/{path.name}" for path in (NOTEBOOKS / "images").iterdir()]
    assert len(lessons) >= 20
    assert sorted(FILES) == sorted([*lessons, "CLAIMS.md", "GLOSSARY.md", *images])


def test_a_first_run_copies_all_and_a_second_finds_all(tmp_path, capsys):
    folder = tmp_path / "my lessons" / "here"
    first, begin, *_ = run(folder, capsys)
    assert first == f"{folder}: {len(FILES)} of {len(FILES)} files were copied, and 0 were there already."
    assert begin == f'To begin, run  jupyter lab "{folder}"  and open 00_start_here.ipynb there.'
    assert contents(folder) == {name: (NOTEBOOKS / name).read_bytes() for name in FILES}
    second, *_ = run(folder, capsys)
    assert second == f"{folder}: 0 of {len(FILES)} files were copied, and {len(FILES)} were there already."
    assert contents(folder) == {name: (NOTEBOOKS / name).read_bytes() for name in FILES}


def test_what_a_learner_changed_stays_is_named_and_does_not_stop_the_rest(tmp_path, capsys):
    run(tmp_path, capsys)
    (tmp_path / "03_gradient_flow.ipynb").write_text("mine")
    (tmp_path / "progress.json").write_text("mine too")
    (tmp_path / "04_initialization.ipynb").unlink()
    (tmp_path / "05_edge_of_chaos.ipynb").unlink()
    (tmp_path / "05_edge_of_chaos.ipynb").mkdir()
    first, *kept, _ = run(tmp_path, capsys)
    assert first == f"{tmp_path}: 1 of {len(FILES)} files were copied, and {len(FILES) - 3} were there already."
    assert [line.partition(" ")[0] for line in kept] == ["03_gradient_flow.ipynb", "05_edge_of_chaos.ipynb"]
    assert "was kept. Rename it to get this version's" in kept[0]
    assert (tmp_path / "03_gradient_flow.ipynb").read_text() == "mine"
    assert (tmp_path / "progress.json").read_text() == "mine too"
    assert (tmp_path / "04_initialization.ipynb").read_bytes() == (NOTEBOOKS / "04_initialization.ipynb").read_bytes()


def test_a_copy_can_be_written_although_the_installed_file_cannot(tmp_path, monkeypatch, capsys):
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "00_start_here.ipynb").write_text("{}")
    (installed / "00_start_here.ipynb").chmod(0o444)
    monkeypatch.setattr(command, "source", lambda: installed)
    run(tmp_path / "here", capsys)
    assert (tmp_path / "here/00_start_here.ipynb").stat().st_mode & 0o200


def test_a_folder_that_is_a_file_is_refused_and_left_as_it_is(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    words = refused(taken)
    assert words.startswith(f"DIR is {str(taken)!r}, which is a file. Allowed is a folder")
    assert refused(taken / "deeper").endswith(f"cannot be written: {os.strerror(20)}.") or os.name == "nt"
    assert taken.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path / "00_start_here.ipynb"))

    monkeypatch.setattr(command, "_made", full)
    assert refused(tmp_path) == f"{str(tmp_path / '00_start_here.ipynb')!r} cannot be written: No space left on device."


def test_a_file_that_was_written_in_part_is_removed(tmp_path):
    with pytest.raises(TypeError):
        command._made(tmp_path / "file", "no bytes, so that writing stops")
    assert list(tmp_path.iterdir()) == []


def test_an_installation_without_lessons_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "source", lambda: tmp_path)
    words = refused(tmp_path / "here")
    assert words == f"No lessons are in {str(tmp_path)!r}. Install vgrad again, from a wheel or as a checkout."
    assert not (tmp_path / "here").exists()


def test_who_has_no_jupyterlab_is_told_how_to_add_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    *_, missing, begin = run(tmp_path, capsys)
    assert "pip install jupyterlab" in missing
    assert begin.startswith("To begin, run  jupyter lab")  # what is run first is said first


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--help"], 0, "copy the notebooks, with their glossary, claims and images, into a folder of yours"),
        (["lessons", "--help"], 0, "No file is overwritten"),
        (["--version"], 0, "vgrad "),
        ([], 2, "required: COMMAND"),
        (["lessons"], 2, "required: DIR"),
        (["lesson", "here"], 2, "invalid choice: 'lesson'"),
    ],
)
def test_the_command_explains_itself(arguments, code, words, capsys):
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == code
    assert words in " ".join("".join(capsys.readouterr()).split())


def test_a_name_that_the_screen_cannot_show_is_no_obstacle(tmp_path):
    folder = tmp_path / "Übung ∇"
    environment = dict(os.environ, PYTHONIOENCODING="ascii", PYTHONPATH=str(ROOT))
    arguments = [sys.executable, "-m", "vgrad", "lessons", str(folder)]
    said = subprocess.run(arguments, capture_output=True, env=environment, check=True).stdout
    assert rb"\u2207: " in said
    assert contents(folder).keys() == set(FILES)


def test_an_installed_wheel_copies_the_same_files(tmp_path):
    """The wheel is unpacked, as an installation does it, and asked from a folder of its own."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra  dev")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    (entry,) = installed.glob("*.dist-info/entry_points.txt")
    assert "vgrad = vgrad.__main__:main" in entry.read_text()
    environment = dict(os.environ, PYTHONPATH=str(installed))
    arguments = [sys.executable, "-m", "vgrad", "lessons", "here"]
    subprocess.run(arguments, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert contents(tmp_path / "here") == {name: (NOTEBOOKS / name).read_bytes() for name in FILES}
    assert contents(installed / "vgrad/_notebooks").keys() == set(FILES)
