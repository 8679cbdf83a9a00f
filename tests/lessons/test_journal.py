"""What a learner answers stays in the kernel until it is asked for, and then in one file, whatever happens to it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import simulated

from vgrad.kit import entries, journal, ledger
from vgrad.kit.exercises import answer_to
from vgrad.kit.journal import Entry
from vgrad.kit.keeping import Keeping

ROOT = Path(__file__).resolve().parents[2]
QUESTION = Entry("prediction", "gates", "how_long", "forget", "a hundred steps", True, "certain", choices=3)
EXERCISE = Entry("exercise", "gates", "carousel")


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """A kernel of its own, in a folder of its own; called, it is another kernel in the same folder."""
    monkeypatch.chdir(tmp_path)

    def start():
        monkeypatch.setattr(journal, "_journal", journal.Journal())
        return journal._journal

    start()
    return start


def lines():
    return Path("progress.json").read_text("utf-8").splitlines()


def test_nothing_is_written_until_it_is_asked_for():
    journal.note(QUESTION)
    journal.note(EXERCISE)
    assert len(journal.entries()) == 2
    assert os.listdir() == []
    assert journal.kept() is None


def test_keep_writes_what_was_answered_before_one_entry_a_line():
    journal.note(QUESTION)
    said = journal.keep()
    journal.note(EXERCISE)
    assert said == repr(said) == "Your answers are kept in progress.json, in this folder, and nowhere else."
    head, first, second, end = lines()
    assert (head, end) == ('{"vgrad": "progress", "version": 1, "entries": [', "]}")
    assert json.loads(first.rstrip(",")) == {
        "kind": "prediction", "room": "gates", "name": "how_long", "concept": "forget", "choice": "a hundred steps",
        "right": True, "confidence": "certain", "choices": 3, "time": journal.entries()[0].time,
    }  # fmt: skip
    assert json.loads(second)["kind"] == "exercise"
    assert os.listdir() == ["progress.json"]


def test_an_entry_holds_a_time_to_the_minute_and_nothing_of_the_machine():
    journal.note(QUESTION)
    journal.keep()
    text = Path("progress.json").read_text("utf-8")
    assert len(journal.entries()[0].time) == len("2026-02-03T14:05Z")
    for private in (os.getcwd(), str(Path.home()), os.uname().nodename, str(os.getpid()), sys.executable):
        assert private not in text


def test_the_first_answer_stays_and_an_exercise_counts_its_tries():
    journal.keep()
    journal.note(QUESTION)
    journal.note(QUESTION._replace(choice="ten steps", right=False))
    for right in (False, True, False):
        journal.note(EXERCISE._replace(right=right))
    for known in (journal.entries(), tuple(ledger.read(Path("progress.json")).values())):
        assert [entry.choice for entry in known] == ["a hundred steps", ""]
        assert (known[1].tries, known[1].right) == (3, True)


def test_a_file_in_the_folder_was_asked_for_so_another_notebook_goes_on(kernel):
    journal.keep()
    journal.note(QUESTION)
    kernel()
    assert [entry.name for entry in journal.entries("prediction")] == ["how_long"]  # it is known again
    journal.note(QUESTION._replace(choice="ten steps", right=False))
    journal.note(EXERCISE)
    assert [entry.choice for entry in ledger.read(Path("progress.json")).values()] == ["a hundred steps", ""]


def test_two_kernels_write_one_file_and_lose_nothing(kernel):
    first = kernel()
    journal.keep()
    second = kernel()
    for k, each in enumerate((first, second) * 5):
        journal._journal = each
        journal.note(QUESTION._replace(name=f"q{k}"))
        journal.note(EXERCISE)
    known = ledger.read(Path("progress.json"))
    assert {name for _, _, name in known} == {*(f"q{k}" for k in range(10)), "carousel"}
    assert known["exercise", "gates", "carousel"].tries == 10


def test_two_kernels_that_write_at_the_same_time_lose_nothing(tmp_path):
    program = (
        "import sys\nfrom vgrad.kit import journal\njournal.keep()\n"
        "for k in range(25):\n    journal.note(journal.Entry('prediction', 'gates', sys.argv[1] + str(k)))\n"
        "    journal.note(journal.Entry('exercise', 'gates', 'carousel'))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, each], env=_env(), cwd=tmp_path) for each in "ab"]
    assert [each.wait(60) for each in running] == [0, 0]
    known = ledger.read(tmp_path / "progress.json")
    assert len(known) == 51
    assert known["exercise", "gates", "carousel"].tries == 50
    assert os.listdir(tmp_path) == ["progress.json"]


def test_stop_keeps_what_is_there_and_says_what_to_delete(kernel):
    journal.keep()
    journal.note(QUESTION)
    before = lines()
    assert "Delete that file if you do not want it" in journal.stop()
    journal.note(EXERCISE)
    assert lines() == before
    assert journal.stop() == "Your answers are not kept."
    assert "kept in progress.json" in journal.keep()
    assert len(ledger.read(Path("progress.json"))) == 2


def test_keeping_twice_counts_no_try_twice():
    journal.note(EXERCISE)
    journal.keep()
    journal.keep()
    journal.keep("other.json")
    journal.keep()
    assert [entry.tries for entry in ledger.read(Path("progress.json")).values()] == [1]


def test_who_deletes_the_file_ends_it():
    journal.keep()
    journal.note(QUESTION)
    os.remove("progress.json")
    journal.note(EXERCISE)
    assert os.listdir() == []
    assert journal.kept() is None


@pytest.mark.parametrize("name", simulated.broken())
def test_a_broken_file_is_named_and_never_overwritten(name):
    content, word = simulated.broken()[name]
    Path("progress.json").write_bytes(content)
    assert word in journal.note(QUESTION)
    assert journal.trouble().startswith("Your answers are not kept, because progress.json")
    with pytest.raises(ValueError, match=r"^progress\.json") as told:
        journal.keep()
    assert word in str(told.value)
    assert Path("progress.json").read_bytes() == content
    assert os.listdir() == ["progress.json"]


def test_a_file_that_breaks_while_it_is_kept_is_left_as_it_is():
    journal.keep()
    Path("progress.json").write_text("mine", "utf-8")
    assert "is not JSON" in journal.note(QUESTION)
    assert lines() == ["mine"]
    os.remove("progress.json")
    journal.keep()
    assert len(ledger.read(Path("progress.json"))) == 1


def test_a_folder_that_cannot_be_written_to_gives_a_sentence_and_stops_no_cell(monkeypatch):
    journal.note(QUESTION)

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    said = "Your answers are not kept, because progress.json cannot be written here (Permission denied)."
    assert journal.keep() == said
    assert journal.kept() is None
    assert journal.note(EXERCISE) == said
    assert os.listdir() == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_gives_the_same_sentence(tmp_path):
    tmp_path.chmod(0o500)
    assert "cannot be written here" in journal.keep()
    tmp_path.chmod(0o700)


def test_a_folder_that_is_not_there_gives_a_sentence():
    assert "cannot be written here (No such file or directory)" in journal.keep("nowhere/progress.json")
    assert journal.note(QUESTION)


@pytest.mark.parametrize("moment", ["os.replace", "os.fdopen"])
def test_a_crash_in_the_middle_of_a_write_leaves_the_file_as_it_was(tmp_path, moment):
    journal.keep()
    journal.note(QUESTION)
    before = lines()
    program = (
        f"import os\nfrom vgrad.kit import journal\n{moment} = lambda *a, **b: os._exit(9)\n"
        "journal.note(journal.Entry('exercise', 'gates', 'carousel'))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], env=_env(), cwd=tmp_path).returncode == 9
    assert lines() == before
    assert sorted(os.listdir()) == ["progress.json", "progress.json.part"]
    os.utime("progress.json.part", (0, 0))
    journal.note(EXERCISE)
    assert len(ledger.read(Path("progress.json"))) == 2
    assert os.listdir() == ["progress.json"]


def test_what_stands_in_the_way_gives_a_sentence():
    Path("progress.json.part").mkdir()
    os.utime("progress.json.part", (0, 0))
    assert "cannot be written here" in journal.keep()


@pytest.mark.parametrize("field", Entry._fields)
def test_each_field_is_checked_and_named(field):
    for wrong in (None, [], {}, 0.5, -1, "x" * 3000, "<b>", "../x", float("nan"), 10**9):
        given = QUESTION._replace(time="2026-02-03T14:05Z")._asdict() | {field: wrong}
        if field in ("concept", "choice", "belief") and wrong in ("<b>", "../x"):
            assert entries.checked(given, "f.json, entry 1")
            continue
        with pytest.raises(ValueError, match=f"^f.json, entry 1: {field} is .*, and allowed is "):
            entries.checked(given, "f.json, entry 1")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[]", "is not a file of progress"),
        ('{"vgrad": "progress"}', "has version None"),
        ('{"vgrad": "progress", "version": true, "entries": []}', "has version True"),
        ('{"vgrad": "progress", "version": 1}', "needs 'entries'"),
        ('{"vgrad": "progress", "version": 1, "entries": [3]}', "entry 1 is 3"),
        ('{"vgrad": "progress", "version": 1, "entries": [], "name": "a b"}', "name is 'a b', and allowed is 1 to 60"),
        ('{"vgrad": "progress", "version": 1, "entries": [], "mood": 1}', "A newer vgrad may have written it"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_the_whole_file_is_checked_and_named(text, word):
    with pytest.raises(ValueError, match=r"^f\.json") as told:
        ledger.parse(text.encode(), "f.json")
    assert word in str(told.value)


def test_a_large_file_and_a_folder_are_not_read(tmp_path):
    (tmp_path / "large.json").write_bytes(b" " * (ledger.LARGEST + 1))
    with pytest.raises(ValueError, match="is larger than 5,000,000 bytes"):
        ledger.read(tmp_path / "large.json")
    with pytest.raises(ValueError, match="cannot be read"):
        ledger.read(tmp_path)


# --- exercises --------------------------------------------------------------------------------------------------------


def _whole(given):
    return None if given == 3 else "count again"


_whole.__module__ = "vgrad.lessons.gates.check.whole"


def begun(x):
    return ...


@pytest.mark.parametrize("untouched", [..., [..., "tanh"], ("relu", ...), {"a": (1, ...)}, begun, lambda x: [...]])
def test_a_cell_as_the_page_has_it_is_no_try(untouched):
    answer_to("count", untouched, {"count": (_whole, "three")})
    assert journal.entries() == ()


def test_a_try_is_noted_with_its_room_and_whether_it_solved_the_exercise():
    for given in (2, 3, 4):
        answer_to("count", given, {"count": (_whole, "three")})
    (entry,) = journal.entries("exercise")
    assert (entry.room, entry.name, entry.right, entry.tries) == ("gates", "count", True, 3)


def test_an_exercise_of_no_lesson_is_not_noted():
    answer_to("count", 2, {"count": (lambda given: "count again", "three")})
    assert journal.entries() == ()


# --- the button -------------------------------------------------------------------------------------------------------


def test_the_button_keeps_and_stops_and_says_so():
    shown, other = Keeping(), Keeping()
    assert (shown.text, shown._button.description) == ("Your answers are not kept.", "Keep them in progress.json")
    shown.press()
    for each in (shown, other):
        assert each.text == "Your answers are kept in progress.json, in this folder, and nowhere else."
        assert each._button.description == "Stop keeping"
    other.press()
    assert other.text.startswith("From now on, this notebook keeps nothing.")
    assert shown._button.description == "Keep them in progress.json"
    assert 'role="status"' in other._line.value


def test_the_button_says_what_is_wrong_and_a_page_without_a_kernel_shows_nothing():
    Path("progress.json").write_text("<b>", "utf-8")
    shown = Keeping()
    assert "is not JSON" in shown.text
    shown.press()
    assert "is not JSON" in shown.text
    stored = shown._repr_mimebundle_()
    assert (stored["text/plain"], stored["text/html"]) == ("", "")


# --- what is imported -------------------------------------------------------------------------------------------------

PAGES = [*(ROOT / "vgrad" / "progress").glob("*.py"), *(ROOT / "vgrad" / "kit" / f"{name}.py" for name in
         ("journal", "ledger", "entries", "keeping"))]  # fmt: skip
OUTWARD = {"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "poplib", "imaplib", "webbrowser", "subprocess",
           "asyncio", "xmlrpc", "socketserver", "requests", "ctypes", "multiprocessing", "selectors"}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_that_knows_answers_imports_what_could_send_them(page):
    names = set()
    for node in ast.walk(ast.parse(page.read_text("utf-8"))):
        names |= {alias.name.split(".")[0] for alias in node.names} if isinstance(node, ast.Import) else set()
        names |= {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) and not node.level else set()
    assert names & OUTWARD == set()
    if page.name in ("journal.py", "ledger.py", "entries.py"):
        assert names <= sys.stdlib_module_names


def _env():
    return {**os.environ, "PYTHONPATH": str(ROOT)}
