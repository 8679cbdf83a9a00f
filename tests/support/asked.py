"""What is asked of a set of questions: that nothing but the matter tells which choice is right."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

OPENINGS = re.compile(r"(but|so|that would|that is)\b|(yes|no|not|nearly|tempting|wrong|right)[,.!:]", re.I)


def unfit(replies, right):
    """The replies that are no whole sentence of their own, or do not say what is right before what goes wrong."""
    found = [reply for reply in replies.values() if OPENINGS.match(reply) or not reply[:1].isupper()]
    found += [reply for reply in replies.values() if not reply.endswith((".", "?"))]
    wrong = [reply for choice, reply in replies.items() if choice != right]
    return found + [reply for reply in wrong if not re.search(r"(?<!^)\b[Bb]ut\b", reply)]


def places_of(questions, choices):
    """How often the right choice stands at each of the places."""
    places = [question.choices.index(question.right) for question in questions]
    return [places.count(place) for place in range(choices)]


def tell_tale(questions):
    """The correlation between being right and the length of a choice beside the mean of its question."""
    right, length = [], []
    for question in questions:
        sizes = np.array([len(choice) for choice in question.choices])
        length += list(sizes - sizes.mean())
        right += [choice == question.right for choice in question.choices]
    return float(np.corrcoef(right, length)[0, 1])


def opening(questions):
    """The two words with which most replies begin, and how many do."""
    replies = [reply for question in questions for reply in question.replies.values()]
    return Counter(" ".join(reply.split()[:2]) for reply in replies).most_common(1)[0]
