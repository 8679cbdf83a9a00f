"""A class of thirty that nobody belongs to: files of progress from a seed, some of them broken."""

from __future__ import annotations

import json

import numpy as np

from vgrad.kit import ledger
from vgrad.kit.entries import CONFIDENCES, Entry
from vgrad.kit.questions.form import Question
from vgrad.lessons.concepts import CONCEPTS

WRONG = ("What is lost adds up.", "The largest number decides.", "A norm repairs each network.")


def question(letter, concept):
    """A question of a form, whose right choice stands anywhere."""
    choices = [f"{concept} {letter} {k}" for k in range(4)]
    place = (len(concept) + (letter == "B")) % 4
    beliefs = dict(zip([each for each in choices if each != choices[place]], WRONG, strict=True))
    replies = dict.fromkeys(choices, "A reply.")
    return Question(f"{letter.lower()}_{concept}", concept, "?", tuple(choices), choices[place], replies, beliefs)


FORMS = {f"form {letter}": [question(letter, concept) for concept in CONCEPTS] for letter in "AB"}
ASKED = {
    "check_yourself": {
        each.name if hasattr(each, "name") else each.id: each for form in FORMS.values() for each in form
    }
}
LESSON = {f"warm_{k}": Question(f"warm_{k}", concept, "?", ("yes", "no"), "yes", {"yes": "a", "no": "b"})
          for k, concept in enumerate(CONCEPTS)}  # fmt: skip
ASKED["gates"] = LESSON


def asked(room):
    """What stands in place of the questions of the course."""
    return ASKED.get(room)


def answer(rng, asked, kind, room, right, time, choices=None):
    """One entry, which is right with a probability; the surer, the better."""
    level = int(rng.integers(3))
    is_right = rng.random() < min(1.0, right + 0.15 * (level - 1))
    wrong = [each for each in asked.choices if each != asked.right]
    weights = np.array([6, 3, 1][: len(wrong)]) / sum([6, 3, 1][: len(wrong)])
    choice = asked.right if is_right else str(rng.choice(wrong, p=weights))
    return Entry(kind, room, asked.id, asked.concept, choice, choice == asked.right, CONFIDENCES[level],
                 asked.beliefs.get(choice, ""), len(asked.choices), time=time)  # fmt: skip


def learner(seed, forms=("form A", "form B")):
    """The entries of one learner, who takes the forms in this order, and a lesson between them."""
    rng = np.random.default_rng(seed)
    entries = []
    for month, (form, level) in enumerate(zip(forms, (0.35, 0.75), strict=False), 1):
        for k, each in enumerate(FORMS[form]):
            right = level + 0.02 * (k - 12) * (month - 1)
            entries.append(answer(rng, each, form, "check_yourself", right, f"2026-0{month * 3}-01T10:{k:02d}Z"))
    for k, each in enumerate(LESSON.values()):
        kind = "warm-up" if k % 2 else "prediction"
        entries.append(answer(rng, each, kind, "gates", 0.6, f"2026-04-{k + 1:02d}T09:00Z"))
    tries = int(rng.integers(1, 6))
    entries.append(Entry("exercise", "gates", "carousel", right=tries < 4, tries=tries, time="2026-05-01T09:30Z"))
    return entries


def text(entries, **more):
    """The text of a file."""
    return ledger.text(entries, **more)


def edited(entries, number, **fields):
    """The text of a file in which one entry has other fields; None takes a field out."""
    whole = json.loads(text(entries))
    entry = whole["entries"][number] | fields
    whole["entries"][number] = {field: value for field, value in entry.items() if value is not None}
    return json.dumps(whole)


def broken():
    """What is wrong with nine files, by name, and a word of what is said of each."""
    entries = learner(99)
    good = text(entries)
    return {
        "not_json.json": (b"my answers are all right", "line 1, is not JSON"),
        "truncated.json": (good[: len(good) // 2].encode(), "is not JSON"),
        "version.json": (good.replace('"version": 1', '"version": 2').encode(), "A newer vgrad has written it"),
        "missing.json": (edited(entries, 4, room=None).encode(), "entry 5 has no field 'room'"),
        "confidence.json": (
            edited(entries, 6, confidence="sure").encode(),
            "entry 7: confidence is 'sure', and allowed",
        ),
        "newer.json": (edited(entries, 2, mood="good").encode(), "entry 3 has the field 'mood', which this vgrad"),
        "empty.json": (b"", "is not JSON"),
        "latin.json": ("é".encode("latin-1"), "is not text in UTF-8"),
        "other.json": (b'{"cells": []}', "is not a file of progress"),
    }


def write(folder):
    """Thirty files: twenty that count, one whose choice is no longer there, and nine that are broken, one a folder."""
    for seed in range(20):
        forms = ("form B", "form A") if seed % 3 == 0 else ("form A", "form B")
        forms = forms[:1] if seed in (18, 19) else forms
        path = folder / f"class_{seed % 2}" / f"hand_in_learner{seed:02d}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(learner(seed, forms), name=f"learner{seed:02d}"), "utf-8")
    (folder / "choice.json").write_text(edited(learner(50), 3, choice="a choice of last year"), "utf-8")
    for name, (content, _) in broken().items():
        (folder / name).write_bytes(content)
