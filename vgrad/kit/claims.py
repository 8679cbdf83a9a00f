"""What can be seen of a claim's sentence without understanding it: what it names, and which way it points.

Language is not judged beyond that. A claim has to be a sentence, and it has to name what is changed and what is
measured, because otherwise nobody can see whether the claim is the one that was measured. Where it says outright that
the quantity is higher or lower, the direction has to say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..plain import is_number, shown
from .evidence import Investigation
from .judging import named

WORDS = 4  # of a sentence, at least
SHOWN = 4  # words for a setting or a quantity, at most
HEDGES = ("may", "might", "maybe", "perhaps", "possibly")  # whatever comes out, such a sentence is right
HIGHER = ("higher", "larger", "greater", "more", "raises?", "raised", "increases?", "grows?", "rises?")
LOWER = ("lower", "smaller", "less", "fewer", "lowers", "lowered", "reduces?", "decreases?", "falls?", "drops?")
BETWEEN = "the|a|an|its|their|of|is|are|was|were|becomes?|gets?|ends?|stays?|will|be|test|training|final|last|mean"
TURNS = r"\b(?:not|no|never|without|cannot|los(?:e|es|t)|costs?)\b|n't\b"  # a sentence with one may mean the opposite

Words = tuple[str, ...] | Callable[[Mapping[str, Any]], tuple[str, ...]]  # or a function of the net's settings


def words_fault(given: Investigation, quantities: Mapping[str, Words], settings: Mapping[str, Words]) -> str | None:
    """Return why the sentence is not the claim that was measured, or None.

    quantities, settings : by which words a sentence may name each of them. The name itself always counts.
    """
    claim, changed, quantity = given.claim, given.changed, given.quantity
    said, of_settings = ({name: _of(words, given) for name, words in each.items()} for each in (quantities, settings))
    values = [side.get(changed) for side in (given.net, given.control)]
    if why := _form_fault(claim):
        return why
    if not names(claim, [changed, *of_settings.get(changed, ()), *values]):
        told = _told((changed, *of_settings.get(changed, ())))
        return f"your sentence does not name what is changed. Say it in a word, such as {told}"
    known = tuple(dict.fromkeys([quantity, *said.get(quantity, ())]))
    bare = _without_others(claim, known, [*said.values(), *of_settings.values()])
    if names(bare, known) or quantity == "<lambda>":
        return _direction_fault(given, bare, known, (changed, *of_settings.get(changed, ())))
    others = [each for each, words in said.items() if each != quantity and names(claim, [each, *words])]
    if others:
        told = f"your sentence speaks of {others[0]}, and you measured another quantity, {quantity}"
        return f"{told}. Change one of the two"
    return f"your sentence does not name what is measured. Say it in a word, such as {_told(known)}"


def _of(words: Words, given: Investigation) -> tuple[str, ...]:
    return words(given.net) if callable(words) else words


def _told(known: tuple[str, ...]) -> str:
    return named([*map(repr, known[:SHOWN])])


def _form_fault(claim: str) -> str | None:
    """Why a text is no claim, whatever it is about; or None."""
    if len(claim.split()) < WORDS:
        return f"a claim is a whole sentence, which a measurement could refute, and yours is {shown(claim)}"
    if claim.rstrip().endswith("?"):
        return "this is a question, and a measurement cannot refute a question. Write what you expect"
    hedge = re.search(rf"\b(?:{'|'.join(HEDGES)})\b", claim, re.IGNORECASE)
    if hedge:
        return f"no measurement could refute a sentence with {hedge[0]!r} in it. Write what you expect"
    return None


def _without_others(claim: str, known: tuple[str, ...], groups: list[tuple[str, ...]]) -> str:
    """The claim without longer names that hold a known one, as "training accuracy" and "learning rate" may."""
    for words in groups:
        for word in (word for word in words if word not in known and any(own in word for own in known)):
            claim = re.sub(_pattern(word), " ", claim, flags=re.IGNORECASE)
    return claim


# --- which way it points ----------------------------------------------------------------------------------------------


def _direction_fault(given: Investigation, claim: str, known: tuple[str, ...], setting: tuple[str, ...]) -> str | None:
    """Why sentence and direction contradict each other, or None, which is also said where that cannot be seen."""
    said = {way: pointing(claim, way, known) for way in ("higher", "lower")}
    opposite = "lower" if given.direction == "higher" else "higher"
    if said[given.direction] or not said[opposite] or _may_speak_of_the_control(given, setting):
        return None
    return (
        f"your sentence says {said[opposite]!r}, and direction says {given.direction!r}. Both speak of the net beside "
        f"the control, so change one of the two"
    )


def pointing(claim: str, way: str, known: tuple[str, ...]) -> str | None:
    """Return the word by which a sentence says outright that what is ``known`` is "higher" or "lower", or None."""
    word = rf"\b({'|'.join(HIGHER if way == 'higher' else LOWER)})\b"
    between = rf"(?:[\s-]+(?:{BETWEEN}))*[\s-]+"
    for name in map(_pattern, known):
        found = re.search(f"{word}{between}{name}|{name}\\w*{between}{word}", claim, re.IGNORECASE)
        if found:
            return found[1] or found[2]
    return None


def _may_speak_of_the_control(given: Investigation, setting: tuple[str, ...]) -> bool:
    """Whether the sentence turns something round, names the control first, or calls the net what the control is."""
    net, control = given.net.get(given.changed), given.control.get(given.changed)
    if re.search(TURNS, given.claim, re.IGNORECASE):
        return True
    here, there = (_place(given.claim, value) for value in (net, control))
    if there is not None:
        return here is None or there < here
    if net is None or control is None or not (is_number(net) and is_number(control)):
        return False
    return bool(pointing(given.claim, "lower" if net > control else "higher", setting))


def _place(sentence: str, value: Any) -> int | None:
    """Where a value stands first in a sentence, or None."""
    if isinstance(value, str):
        found = re.search(_pattern(value), sentence, re.IGNORECASE)
        return found.start() if found else None
    numbers = re.finditer(NUMBER, sentence.lower()) if is_number(value) else ()
    return next((each.start() for each in numbers if float(each[0]) == value), None)


# --- what it names ----------------------------------------------------------------------------------------------------

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"


def names(sentence: str, words: list[Any] | tuple[Any, ...]) -> bool:
    """Return whether a sentence has one of the words, whatever its case, hyphens and ending, or one of the numbers."""
    said = {float(token) for token in re.findall(NUMBER, sentence.lower())}
    texts = [word for word in words if isinstance(word, str)]
    if any(re.search(_pattern(word), sentence, re.IGNORECASE) for word in texts):
        return True
    return any(is_number(word) and float(word) in said for word in words)


def _pattern(word: str) -> str:
    """What finds a word at the beginning of one, with or without hyphens; a word of up to three letters is whole."""
    letters = [re.escape(letter) for letter in re.sub(r"[\W_]+", "", word)]
    return r"\b" + r"[\W_]*".join(letters) + (r"\b" if len(letters) < 4 else "")
