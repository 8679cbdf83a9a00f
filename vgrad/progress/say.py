"""The sentences and the alternative texts of the pictures of progress."""

from __future__ import annotations

from collections.abc import Sequence

from ..kit.marks.grammar import count
from ..kit.words.phrases import lines
from .counting import Taken
from .records import Level, Row

FEW = 5  # answers, below which nothing is said of how well a confidence fits
WHEN = {"guess": "you guessed", "fairly sure": "you were fairly sure", "certain": "you were certain"}
OF_CLASS = {"guess": "learners guessed", "fairly sure": "learners were fairly sure", "certain": "learners were certain"}


def concepts_sentence(taken: Taken, warm: dict[str, list[bool]], concepts: int) -> str:
    """How many concepts are understood before and after, and which moved."""
    before = _right(taken.before)
    after = _right(taken.after)
    said = [right for each in warm.values() for right in each]
    if taken.after:
        both = sorted(taken.before.keys() & taken.after.keys())
        now = sum(taken.after[concept].right and not taken.before[concept].right for concept in both)
        finding = (
            f"You were right on {before} of {concepts} concepts before and on {after} after, of which {now} are new."
        )
    elif taken.before:
        finding = f"You were right on {before} of the {len(taken.before)} concepts that you were asked about."
    elif said:
        finding = f"You were right in {sum(said)} of {count(len(said), 'question')} of the warm-ups."
    else:
        finding = "No question about a concept of the table has been answered yet."
    marks = "A filled circle was right, and a hollow one was not. A dash was not asked yet."
    return lines(finding, marks)


def concepts_alt(taken: Taken, warm: dict[str, list[bool]]) -> str:
    """The same in numbers, and the concepts that were not right the last time."""
    said = [right for each in warm.values() for right in each]
    last = {**taken.before, **taken.after}
    open_ones = [concept for concept, entry in last.items() if not entry.right]
    not_yet = f" Not right the last time: {', '.join(open_ones)}." if open_ones else ""
    return (
        f"Concepts by rows. Before: {_right(taken.before)} of {len(taken.before)} right. "
        f"Warm-ups: {sum(said)} of {len(said)} right. After: {_right(taken.after)} of {len(taken.after)} right."
        f"{not_yet}"
    )


def calibration_sentence(levels: Sequence[Level], who: dict[str, str] = WHEN) -> str:
    """How often the surest answers were right, and what the word promises."""
    surest = levels[-1]
    finding = f"When {who[surest.confidence]}, {_they(who)} right in {surest.right} of {surest.answers}."
    finding = f"{finding} {_judged(surest)}".rstrip()
    others = [f"{_of(level)} where {who[level.confidence]}" for level in levels[:-1]]
    beside = f"{' and '.join(others).capitalize()}." if others else ""
    return lines(finding, beside, _promise(levels))


def _they(who: dict[str, str]) -> str:
    return "you were" if who is WHEN else "they were"


def _of(level: Level) -> str:
    return f"{level.right} of {level.answers} were right"


def _judged(surest: Level) -> str:
    if surest.answers < FEW:
        return f"{count(surest.answers, 'answer')} {'is' if surest.answers == 1 else 'are'} too few to judge it."
    if surest.confidence == "certain" and surest.right == surest.answers:
        return "So this feeling could be trusted."
    if surest.confidence == "certain":
        return f"The feeling was wrong {_times(surest.answers - surest.right)}."
    return ""


def _times(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def _promise(levels: Sequence[Level]) -> str:
    guess = next((level for level in levels if level.confidence == "guess"), None)
    chance = f"A guess promises what chance gives, which is {guess.chance:.0%} of these questions. " if guess else ""
    return f"{chance}A dotted line shows what a word promises. Fairly sure promises no number."


def calibration_alt(levels: Sequence[Level]) -> str:
    """Every level in numbers."""
    said = [
        f"{each.confidence}: {each.right} of {each.answers} right, {each.right / each.answers:.0%}" for each in levels
    ]
    guess = next((f" Chance gives {each.chance:.0%}." for each in levels if each.confidence == "guess"), "")
    return f"Share of right answers by confidence. {'; '.join(said)}.{guess}"


def moves_sentence(rows: Sequence[Row]) -> str:
    """Which concept gained most, and how many gained, of those who took both forms."""
    both = max(row.both for row in rows)
    if not both:
        least = min((row for row in rows if row.once), key=lambda row: row.once_right / row.once)
        right = f"{least.once_right} of {least.once} learners are right"
        return lines(
            f"“{least.concept}” (lesson {least.lesson}) is understood least, because {right}.",
            "Nobody has taken both forms yet.",
        )
    best = max(rows, key=lambda row: row.gain)
    up = sum(row.gain > 0 for row in rows)
    grown = f"from {best.before} to {best.after} of {best.both} learners"
    finding = f"“{best.concept}” (lesson {best.lesson}) gained most, {grown}."
    if best.gain <= 0:
        finding = "No concept is understood by more learners after the course than before."
    held = f"{up} of {count(len(rows), 'concept')} gained, and {sum(row.gain < 0 for row in rows)} lost."
    return lines(finding, held, "Hollow is the form that was taken first, filled is the second, and n took both.")


def moves_alt(rows: Sequence[Row]) -> str:
    """The concepts that gained most and least, in numbers."""
    if not any(row.both for row in rows):
        said = "; ".join(f"{row.concept} {row.once_right} of {row.once}" for row in rows if row.once)
        return f"Right answers by concept, in one form: {said}."
    ordered = sorted((row for row in rows if row.both), key=lambda row: -row.gain)
    some = dict.fromkeys([*ordered[:3], *ordered[-2:]])
    said = "; ".join(f"{row.concept} from {row.before} to {row.after} of {row.both}" for row in some)
    return f"Right answers by concept, before and after: {said}."


def _right(forms: dict) -> int:
    return sum(entry.right for entry in forms.values())
