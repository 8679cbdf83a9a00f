"""Thirty files give a table, a picture, and a named error for each that is broken; and nothing leaves the machine."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import simulated

from vgrad import progress
from vgrad.kit import journal, ledger
from vgrad.kit.entries import Entry
from vgrad.kit.marks.picture import Picture
from vgrad.kit.questions import read
from vgrad.kit.questions.asking import entry as noted_of
from vgrad.lessons import ROOMS, concepts
from vgrad.lessons.concepts import CONCEPTS
from vgrad.progress import counting, draw, known, table
from vgrad.progress.records import Level

ROOT = Path(__file__).resolve().parents[2]
TODAY = known.asked


@pytest.fixture(autouse=True)
def kernel(tmp_path, monkeypatch):
    """A kernel of its own, in a folder of its own, and a course that asks what the simulated class was asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_journal", journal.Journal())
    monkeypatch.setattr(known, "asked", simulated.asked)


@pytest.fixture
def folder(tmp_path):
    """What a class of thirty has handed in."""
    there = tmp_path / "hand_ins"
    there.mkdir()
    simulated.write(there)
    return there


# --- a class ----------------------------------------------------------------------------------------------------------


def test_thirty_files_give_a_table_a_picture_and_an_error_for_each_broken_one(folder):
    assert len([path for path in folder.rglob("*.json") if path.is_file()]) == 30
    found = progress.collect(folder)
    assert (len(found.learners), found.both, found.once) == (21, 19, 2)
    broken = simulated.broken()
    assert {problem.file for problem in found.problems} == {*broken, "choice.json"}
    for problem in found.problems:
        word = broken[problem.file][1] if problem.file in broken else "the choice 'a choice of last year' is no longer"
        assert word in problem.said
        assert problem.said.startswith(problem.file)
        assert " ".join(problem.said.split()) in " ".join(repr(found).split())
    picture = progress.show(found)
    assert isinstance(picture, Picture)
    assert len(re.findall(r"\d+", picture.alt)) >= 3
    assert len(picture.png()) > 10_000


def test_the_table_counts_what_was_simulated(folder):
    """Anew, from the files themselves, with another program."""
    found = progress.collect(folder)
    right = {question.id: question.right for form in simulated.FORMS.values() for question in form}
    before, after, once = Counter(), Counter(), Counter()
    for path in folder.rglob("*.json"):
        try:
            entries = json.loads(path.read_bytes())["entries"]
        except (ValueError, KeyError):
            continue
        if path.name not in ("choice.json", *(f"hand_in_learner{k:02d}.json" for k in range(20))):
            continue
        forms = [entry for entry in entries if entry["kind"].startswith("form") and "last year" not in entry["choice"]]
        first = min(forms, key=lambda entry: entry["time"])["kind"]
        for concept in CONCEPTS:
            mine = {entry["kind"] == first: entry["choice"] == right[entry["name"]]
                    for entry in forms if entry["concept"] == concept}  # fmt: skip
            if len(mine) == 2:
                before[concept] += mine[True]
                after[concept] += mine[False]
            else:
                once[concept] += sum(mine.values())
    for row in found.rows:
        counted = (before[row.concept], after[row.concept], once[row.concept])
        assert (row.before, row.after, row.once_right) == counted
        assert row.after - row.before == row.gained - row.lost
        assert row.both + row.once == 21
    assert [row.concept for row in found.rows] == list(CONCEPTS)


def form(kind, time, **chosen):
    """The answers of a form about some concepts: the place of the choice, or "right"."""
    entries = []
    for concept, place in chosen.items():
        question = next(each for each in simulated.FORMS[kind] if each.concept == concept)
        choice = (
            question.right if place == "right" else [each for each in question.choices if each != question.right][place]
        )
        entries.append(Entry(kind, "check_yourself", question.id, concept, choice, time=time))
    return entries


def hand_in(folder, name, *entries, learner=""):
    (folder / name).write_text(ledger.text(entries, **({"name": learner} if learner else {})), "utf-8")


def test_before_is_the_form_that_was_taken_first_whichever_its_letter(tmp_path):
    hand_in(tmp_path, "a.json", *form("form A", "2026-06-01T10:00Z", product="right", twin=0),
            *form("form B", "2026-02-01T10:00Z", product=0, twin=0))  # fmt: skip
    row = progress.collect(tmp_path).rows[0]
    assert (row.concept, row.before, row.after, row.gained, row.lost) == ("product", 0, 1, 1, 0)
    assert row.believed == (simulated.WRONG[0], 1, 0)
    assert row.believes is None


def test_the_commonest_belief_is_counted_before_and_after(tmp_path):
    for k, (first, then) in enumerate([(0, "right"), (0, 1), (0, 0), (1, 1), ("right", 1)]):
        hand_in(tmp_path, f"{k}.json", *form("form A", "2026-02-01T10:00Z", eigen=first),
                *form("form B", "2026-06-01T10:00Z", eigen=then))  # fmt: skip
    found = progress.collect(tmp_path)
    row = next(row for row in found.rows if row.concept == "eigen")
    assert row.believed == (simulated.WRONG[0], 3, 1)
    assert row.believes == (simulated.WRONG[1], 1, 3)
    assert (row.before, row.after, row.gained, row.lost) == (1, 1, 1, 1)
    assert "eigen: What is lost adds up. (3 before, 1 after)" in repr(found)
    assert "eigen: The largest number decides. (1 before, 3 after)" in repr(found)


def test_one_form_is_counted_apart_and_its_beliefs_are_told_where_nobody_took_both(tmp_path):
    for k, choice in enumerate((0, 0, "right", 1)):
        hand_in(tmp_path, f"{k}.json", *form("form B", "2026-02-01T10:00Z", sum=choice))
    found = progress.collect(tmp_path)
    row = next(row for row in found.rows if row.concept == "sum")
    assert (found.both, found.once, row.both, row.once, row.once_right) == (0, 4, 0, 4, 1)
    assert row.believed == (simulated.WRONG[0], 2, 0)
    assert "sum: What is lost adds up. (2)" in repr(found)
    assert progress.show(found).caption.startswith("“sum” (lesson 08) is understood least, because 1 of 4 learners are")


def test_an_answer_is_judged_by_the_course_and_not_by_what_the_file_says(tmp_path):
    (entry,) = form("form A", "2026-02-01T10:00Z", product=0)
    hand_in(tmp_path, "a.json", entry._replace(right=True, belief="<script>alert(1)</script>", concept="twin"))
    found = progress.collect(tmp_path)
    assert (found.rows[0].concept, found.rows[0].once, found.rows[0].once_right) == ("product", 1, 0)
    assert "script" not in found._repr_markdown_() + repr(found)


def test_a_question_that_was_left_open_is_not_right_and_has_no_belief(tmp_path):
    (entry,) = form("form A", "2026-02-01T10:00Z", product=0)
    hand_in(tmp_path, "a.json", entry._replace(choice=""))
    found = progress.collect(tmp_path)
    assert (found.rows[0].once, found.rows[0].once_right, found.rows[0].believed) == (1, 0, None)
    assert found.problems == ()


def test_files_of_one_name_are_joined_and_where_they_differ_the_latest_counts(tmp_path):
    first = form("form A", "2026-02-01T10:00Z", product=0)
    later = form("form B", "2026-06-01T10:00Z", product="right")
    hand_in(tmp_path, "hand_in_ada.json", *first, learner="ada")
    hand_in(tmp_path, "hand_in_ada (1).json", *first, *later, learner="ada")
    found = progress.collect(tmp_path)
    assert (found.learners, found.rows[0].both, found.problems) == (("ada",), 1, ())
    hand_in(tmp_path, "z.json", *form("form A", "2026-01-01T10:00Z", product="right"), learner="ada")
    found = progress.collect(tmp_path)
    assert (found.learners, found.rows[0].both, found.rows[0].before) == (("ada",), 1, 0)
    (problem,) = found.problems
    assert problem.said == (
        "z.json: hand_in_ada (1).json has the same name, ada, and another answer to a_product. "
        "The later file counts. Two learners need two names."
    )


def test_files_without_a_name_are_those_of_different_learners(tmp_path):
    for each in ("one", "two"):
        (tmp_path / each).mkdir()
        hand_in(tmp_path / each, "progress.json", *form("form A", "2026-02-01T10:00Z", product=0))
    assert progress.collect(tmp_path).learners == ("one/progress.json", "two/progress.json")


def test_what_the_course_no_longer_asks_is_named_and_the_rest_counts(tmp_path):
    (good,) = form("form A", "2026-02-01T10:00Z", product=0)
    gone = [good._replace(name=f"{letter}_gone") for letter in "abc"]
    nowhere = [good._replace(room="nowhere", kind=kind) for kind in ("form A", "exercise")]
    hand_in(tmp_path, "a.json", good, gone[0], *nowhere, *gone[1:])
    found = progress.collect(tmp_path)
    assert found.rows[0].once == 1
    assert found.problems[0].said == (
        "a.json: All else in it counts, but not entry 2: the question 'a_gone' is no longer asked in check_yourself; "
        "entry 3: the lesson 'nowhere' is not in this vgrad; entry 4: the lesson 'nowhere' is not in this vgrad; "
        "and 2 more."
    )


def test_hidden_files_are_passed_by_and_a_folder_called_json_is_named(tmp_path):
    hand_in(tmp_path, "a.json", *form("form A", "2026-02-01T10:00Z", product=0))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    hand_in(tmp_path / ".ipynb_checkpoints", "a-checkpoint.json", *form("form A", "2026-02-01T10:00Z", product=0))
    (tmp_path / "b.json").mkdir()
    found = progress.collect(tmp_path)
    assert found.learners == ("a.json",)
    assert [problem.file for problem in found.problems] == ["b.json"]
    assert "b.json cannot be read" in found.problems[0].said


@pytest.mark.parametrize("wrong", [None, 3, "", b"x", "nowhere", "a\0b", []])
def test_a_folder_that_is_none_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=r"^folder is .*; allowed is"):
        progress.collect(wrong)


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no file in it ends with \.json"):
        progress.collect(tmp_path)


def test_a_class_in_which_every_file_is_broken_has_a_table_of_errors(tmp_path):
    (tmp_path / "a.json").write_text("", "utf-8")
    found = progress.collect(tmp_path)
    assert repr(found).startswith("0 learners: 0 took both forms")
    assert "a.json, line 1, is not JSON" in found._repr_markdown_()
    assert progress.show(found) == draw.UNASKED


def test_the_lessons_are_counted_in_their_order(folder):
    (lesson,) = progress.collect(folder).lessons
    assert (lesson.room, lesson.learners, lesson.predictions, lesson.warm_ups, lesson.exercises) == (
        "gates", 21, 252, 252, 21,
    )  # fmt: skip
    done = [Entry("exercise", room, "x", right=room == "gates", time="t") for room in ("zoo", "gates", "chain_rule")]
    assert [(each.room, each.solved) for each in counting.lessons([done])] == [
        ("chain_rule", 0),
        ("gates", 1),
        ("zoo", 0),
    ]


def test_markdown_shows_what_a_file_says_as_it_is():
    assert table.escaped("a|b <b>*x*</b>\n[y](z) $q$ `c`") == (
        "a&#124;b &lt;b&gt;&#42;x&#42;&lt;/b&gt; &#91;y&#93;(z) &#36;q&#36; &#96;c&#96;"
    )


def test_lines_of_the_text_table_fit_a_notebook(folder):
    assert max(map(len, repr(progress.collect(folder)).splitlines())) <= table.WIDTH


# --- a learner --------------------------------------------------------------------------------------------------------


@pytest.fixture
def learnt():
    """The progress of one learner, in a file."""
    Path("progress.json").write_text(ledger.text(simulated.learner(3)), "utf-8")
    return progress.record()


def test_the_picture_of_the_concepts_counts_what_is_in_the_file(learnt):
    forms = counting.taken(learnt.entries)
    before, after = (sum(entry.right for entry in each.values()) for each in forms)
    new = sum(forms.after[name].right and not forms.before[name].right for name in CONCEPTS)
    picture = progress.show(learnt)
    assert picture.caption.startswith(
        f"You were right on {before} of 24 concepts before and on {after} after, of which {new} are new."
    )
    assert f"Before: {before} of 24 right." in picture.alt
    (axes,) = picture.figure.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert sum(line.get_fillstyle() == "full" for line in dots) == before + after + sum(
        entry.right for entry in learnt.entries if entry.kind == "warm-up"
    )
    assert len(dots) == 48 + 12


def test_the_caption_of_the_calibration_is_that_of_the_file(learnt):
    sure = [entry for entry in learnt.entries if entry.confidence == "certain"]
    guessed = [entry for entry in learnt.entries if entry.confidence == "guess"]
    picture = progress.show(learnt, "calibration")
    right = sum(entry.right for entry in sure)
    assert picture.caption.startswith(f"When you were certain, you were right in {right} of {len(sure)}.")
    chance = sum(1 / entry.choices for entry in guessed) / len(guessed)
    assert f"A guess promises what chance gives, which is {chance:.0%} of these questions." in picture.caption


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (Level("certain", 9, 12, 0.3), "right in 9 of 12. The feeling was wrong 3 times."),
        (Level("certain", 11, 12, 0.3), "right in 11 of 12. The feeling was wrong once."),
        (Level("certain", 12, 12, 0.3), "right in 12 of 12. So this feeling could be trusted."),
        (Level("certain", 1, 2, 0.3), "right in 1 of 2. 2 answers are too few to judge it."),
        (Level("guess", 1, 1, 0.3), "When you guessed, you were right in 1 of 1. 1 answer is too few to judge it."),
    ],
)
def test_a_confidence_is_judged_by_what_it_promises(level, said):
    from vgrad.progress import say

    assert said in say.calibration_sentence([level])


def test_a_caption_begins_with_a_finding_of_at_most_twenty_words(learnt, folder):
    known = progress.collect(folder)
    for record, picture in ((learnt, None), (learnt, "calibration"), (known, None), (known, "calibration")):
        shown = progress.show(record, picture)
        for line in shown.caption.splitlines()[:2]:
            assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.]) ", line)), line
        assert len(re.findall(r"\d+", shown.alt)) >= 3


def test_before_anything_is_answered_a_sentence_stands_in_place_of_the_picture():
    nothing = progress.record()
    assert repr(nothing) == "Progress in this kernel: nothing has been answered yet."
    assert repr(progress.show(nothing)) == draw.NOTHING
    assert repr(progress.show(nothing, "calibration")) == draw.UNSURE
    assert progress.hand_in("ada") == "There is nothing to hand in yet, because nothing has been answered."
    assert os.listdir() == []


def test_the_record_holds_what_is_kept_and_what_this_kernel_knows_besides(learnt):
    progress.stop()
    journal.note(Entry("exercise", "gates", "another"))
    assert [entry.name for entry in progress.record().entries] == [
        *(entry.name for entry in learnt.entries), "another",
    ]  # fmt: skip
    assert len(progress.record("./progress.json").entries) == len(ledger.read(Path("progress.json"))) + 1
    times = [entry.time for entry in progress.record().entries]
    assert times == sorted(times)


@pytest.mark.parametrize("kept", [[0], [1], [30, 31], [72]])
def test_a_few_answers_are_drawn_too(kept):
    entries = simulated.learner(3)
    for entry in [entries[k] for k in kept]:
        journal.note(entry)
    shown = progress.show(progress.record())
    assert isinstance(shown, Picture)
    assert shown.png()


def test_what_is_no_record_and_no_picture_is_refused(learnt):
    with pytest.raises(ValueError, match=r"^record is 3; allowed is what progress.record\(\) or"):
        progress.show(3)
    with pytest.raises(ValueError, match=r"^picture is 'x'; allowed is one of 'concepts', 'calibration'"):
        progress.show(learnt, "x")
    with pytest.raises(ValueError, match=r"^path is 'nowhere.json'; allowed is a file that keep has made"):
        progress.record("nowhere.json")


# --- handing in, and the page -----------------------------------------------------------------------------------------


def test_a_hand_in_is_a_copy_with_the_name_that_was_chosen(learnt):
    said = progress.hand_in("ada_l-1")
    assert said == (
        "hand_in_ada_l-1.json holds 73 answers and the name ada_l-1. Give this file to your teacher. "
        "It lies in this folder, and nothing was sent."
    )
    sheet = ledger.parse(Path("hand_in_ada_l-1.json").read_bytes(), "it")
    assert (sheet.name, tuple(sheet.entries.values())) == ("ada_l-1", learnt.entries)
    assert sorted(os.listdir()) == ["hand_in_ada_l-1.json", "progress.json"]
    assert progress.collect(".").learners == ("ada_l-1", "progress.json")


@pytest.mark.parametrize("wrong", ["", "../x", "a b", "a/b", "a.b", None, 3, "x" * 61, "a\n", "C:"])
def test_a_name_that_is_no_name_of_a_file_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^name is .*; allowed are 1 to 60 letters"):
        progress.hand_in(wrong)
    if wrong != "":
        with pytest.raises(ValueError, match=r"^name is .*; allowed are 1 to 60 letters"):
            progress.download(wrong)
    assert os.listdir() == []


def test_a_hand_in_that_cannot_be_written_gives_a_sentence(learnt):
    Path("hand_in_ada.json.part").mkdir()
    assert "hand_in_ada.json cannot be written here" in progress.hand_in("ada")


def test_what_is_downloaded_can_be_put_in_again(monkeypatch):
    link = progress.download("ada")
    assert link.text == "There is nothing to download yet, because nothing has been answered."
    assert "href" not in link.value
    for entry in simulated.learner(3):
        journal.note(entry)
    assert link.text == "Download hand_in_ada.json (73 answers)"
    (data,) = re.findall(r'href="data:application/json;base64,([^"]+)"', link.value)
    content = base64.b64decode(data)
    assert ledger.parse(content, "it").name == "ada"
    monkeypatch.setattr(journal, "_journal", journal.Journal())
    put = progress.upload()
    files = [
        ("hand_in_ada.json", content),
        ("<b>.json", b"x"),
        *((name, it) for name, (it, _) in simulated.broken().items()),
    ]
    put.files.value = tuple(
        {"name": name, "type": "application/json", "size": len(it), "content": memoryview(it), "last_modified": NOW}
        for name, it in files
    )
    assert put.lines[0] == "73 answers of hand_in_ada.json were taken. They are known until the kernel stops."
    assert all(line.startswith("Nothing was taken, because ") for line in put.lines[1:])
    assert "<b>" not in put._said.value
    assert len(journal.entries()) == 73
    assert os.listdir() == []


def test_what_is_put_in_is_kept_where_answers_are_kept_and_counts_no_try_twice():
    progress.keep()
    mine = Entry("exercise", "gates", "carousel", tries=2, time="2026-02-01T10:00Z")
    put = progress.upload()
    for right in (False, True):
        put._taken("x.json", ledger.text([mine._replace(right=right)]).encode())
    (entry,) = progress.record().entries
    assert (entry.tries, entry.right) == (2, True)
    assert put._taken("x.json", ledger.text([mine]).encode()).endswith("They are kept in progress.json.")


def test_a_page_without_a_kernel_shows_nothing_of_it():
    for shown in (progress.download(), progress.upload()):
        stored = shown._repr_mimebundle_()
        assert (stored["text/plain"], stored["text/html"]) == ("", "")


# --- nothing is kept unasked, and nothing leaves the machine ----------------------------------------------------------

WATCHED = """
import os, sys
sys.path[:0] = ['{root}/tests/support', '{root}/tests/lessons']
import course, simulated, numpy, matplotlib.pyplot, PIL.Image, PIL.PngImagePlugin
from pathlib import Path
from vgrad import progress
from vgrad.kit import journal
from vgrad.kit.keeping import Keeping
from vgrad.progress import draw, gather, handing, known, page
from vgrad.lessons import ROOMS, CATALOGUE
from vgrad.lessons.check_yourself import take
for room in ROOMS: __import__('vgrad.lessons.' + room)
writes = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
seen = []
def watch(event, args):
    written = event == 'open' and isinstance(args[0], (str, bytes)) and isinstance(args[2], int) and args[2] & writes
    if written or event in ('os.rename', 'os.mkdir', 'os.remove', 'os.link', 'os.symlink', 'os.truncate'):
        if '__pycache__' not in str(args[0]):
            seen.append('write ' + os.path.basename(str(args[0])))
    doors = ('socket', 'urllib', 'http', 'ftplib', 'smtplib', 'subprocess', 'webbrowser')
    if event.split('.')[0] in doors or event in ('os.system', 'os.exec', 'os.posix_spawn', 'os.fork'):
        seen.append(event)
sys.addaudithook(watch)
"""
ANSWER = """
from unittest import mock
for name in course.QUESTIONS:
    asked = course.predict(name)
    asked.choose(asked.question.choices[0])
for name in course.EXERCISES:
    for given in (1.0, [1, 2], None, lambda *a, **b: 1.0):
        course.answer(name, given)
keeping = Keeping()
for room in ROOMS:
    ask = getattr(__import__('vgrad.lessons.' + room, fromlist=['ask']), 'ask', None)
    for asked in ask.warm_up().predictions if ask else ():
        asked.choose(asked.question.choices[0], 'guess')
for letter in 'AB':
    while take(letter).question:
        take(letter).choose(take(letter).question.choices[0], 'certain')
print(len(journal.entries('warm-up')), len(journal.entries('form A') + journal.entries('form B')))
print(len(journal.entries('prediction')), len(journal.entries('exercise')) - len(course.EXERCISES), keeping.text)
print(sorted(set(seen)), os.listdir())
"""
USE = """
for entry in simulated.learner(3): journal.note(entry)
known.asked = simulated.asked
progress.keep(); progress.stop(); Keeping().press()
mine = progress.record()
progress.show(mine).png(); progress.show(mine, 'calibration').png()
progress.hand_in('ada'); progress.download('ada'); progress.upload()._taken('x.json', b'x')
there = progress.collect('.')
repr(there); there._repr_markdown_(); progress.show(there).png()
print(sorted(set(seen)), sorted(os.listdir()))
"""
NOW = __import__("datetime").datetime.now(__import__("datetime").UTC)


def watched(folder, program):
    """What a program prints, in a folder, under a hook that sees each file written and each door of the network."""
    code = WATCHED.format(root=ROOT) + program
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.check_output(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True)


def test_every_question_and_exercise_is_answered_and_no_file_is_written(tmp_path):
    recalled, counted, touched = watched(tmp_path, ANSWER).splitlines()
    assert recalled == f"{3 * sum(1 for room in ROOMS if read(f'vgrad.lessons.{room}', 'warm_up'))} 48"
    questions, exercises, said = counted.split(" ", 2)
    assert int(questions) >= 60
    assert int(exercises) == 0  # more or fewer than there are
    assert said == "Your answers are not kept."
    assert touched == "[] []"


def test_nothing_leaves_the_machine_while_everything_is_used(tmp_path):
    (said,) = watched(tmp_path, USE).splitlines()
    ours = ["hand_in_ada.json.part", "progress.json.part"]
    assert said == f"{[f'write {each}' for each in ours]} ['hand_in_ada.json', 'progress.json']"


def test_a_file_of_a_learner_is_not_committed_by_accident():
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert {"progress.json", "hand_in_*.json"} <= set(ignored)


def test_every_answer_that_the_course_takes_today_is_counted_as_it_was_noted(monkeypatch):
    monkeypatch.setattr(known, "asked", TODAY)
    asked = [(room, question) for room in (*ROOMS, "check_yourself") for question in TODAY(room).values()]
    assert len(asked) > 150
    for room, question in asked:
        kind = "form A" if room == "check_yourself" else "prediction"
        for choice in question.choices:
            noted = noted_of(question, kind, room, choice, "certain")
            assert known.fault(noted) == ""
            assert known.judged(noted) == noted
            assert ledger.parse(ledger.text([noted._replace(time=journal.now())]).encode(), "it").entries


# --- the table of concepts --------------------------------------------------------------------------------------------

HEAD = "| concept | topic | what it says | lesson | returns in |\n|---|---|---|---|---|\n"


def test_the_concepts_are_those_of_the_table():
    assert len(CONCEPTS) == 24
    assert CONCEPTS["product"].returns == ("02", "02", "05")
    assert all(each.lesson < later for each in CONCEPTS.values() for later in each.returns)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("| a b | it | It is so. | 01 | 02 |", "line 3: concept is 'a b'"),
        ("| a | it | It is so. | 1 | 02 |", "line 3: a lesson is '1'"),
        ("| a | it | It is so. | 01 | 02, x |", "line 3: a lesson is 'x'"),
        ("| a | it | It is so. | 01 |", "line 3 has 4 cells"),
        ("| a | it |  | 01 | 02 |", "line 3 has 5 cells, some of them perhaps empty"),
        (
            "| a | it | It is so. | 01 | 02 |\n| a | it | It is so. | 01 | 02 |",
            "line 4: concept 'a' stands there twice",
        ),
    ],
)
def test_a_line_of_another_form_is_named(line, said):
    with pytest.raises(ValueError, match=r"^concepts\.md, line \d") as told:
        concepts.parse(HEAD + line)
    assert said in str(told.value)


def test_a_table_with_another_head_is_refused():
    with pytest.raises(ValueError, match="needs a table with the head concept"):
        concepts.parse("nothing")
