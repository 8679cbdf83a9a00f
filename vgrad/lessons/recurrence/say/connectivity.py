"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the explorer `connectivity`, where the gradient reaches the words of a sentence.
"""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words import cells
from ....kit.words.phrases import five, lines, points, size, verdict

LOOKS = {name: cells.CELLS[name] for name in ("rnn", "lstm", "gru")}


def sentence(record) -> str:
    """Say in three lines what arrives at the first word through each cell, which networks they are, and how."""
    how = "Each word is a vector of random numbers that its letters determine, so any language will do."
    return lines(_finding(record), _networks(record), [*_left_out(record), how])


def alt(record) -> str:
    """Say in words what is drawn: what arrives at five of the words."""
    if not record.words:
        return "An empty picture of the gradient at each word of a sentence: no sentence is given."
    at = five(0, len(record.words) - 1)
    words = [f'"{record.words[k]}"' for k in at]
    parts = []
    for cell, band in record.reach.items():
        parts.append(f"{LOOKS[cell].label}: {points([band.median[k] for k in at], words, 'at')}")
    return f"The gradient at each word, relative to the last one's. {'; '.join(parts)}. {_networks(record)}"


def _finding(record) -> list[str]:
    if not record.words:
        return ["There is no sentence, so type one."]
    if len(record.words) == 1:
        return [f'"{record.words[0]}" is the first word and the last, so nothing is lost on the way.']
    arrives = {LOOKS[cell].label: band.median[0] for cell, band in record.reach.items()}
    said = listed([f"{size(ratio)} ({cell})" for cell, ratio in arrives.items()])
    first, last = record.words[0], record.words[-1]
    return [f'The gradient at "{first}" is {said} times that at "{last}".', _verdicts(arrives)]


def _verdicts(arrives: dict[str, float]) -> str:
    """In which cells it vanishes, holds or explodes: "So it vanishes in the RNN, and it holds in the LSTM"."""
    found: dict[str, list[str]] = {}
    for cell, ratio in arrives.items():
        found.setdefault(verdict(ratio), []).append(f"the {cell}")
    if len(found) == 1:
        return f"It {next(iter(found))} in all three."
    *firsts, last = (f"it {word} in {listed(cells)}" for word, cells in found.items())
    return f"So {', '.join(firsts)}, and {last}."


def listed(parts: list[str]) -> str:
    """Return parts as said aloud: "a", "a and b", "a, b and c"."""
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def _left_out(record) -> list[str]:
    if not record.left_out:
        return []
    more = grammar.count(record.left_out, "word")
    return [f"Only the first {len(record.words)} words were read, and {more} more did not fit."]


def _networks(record) -> str:
    nets = f"{grammar.count(record.seeds, 'untrained network')} of each kind"
    return (
        f"Median of {nets}, forget bias {record.forget_bias:g}, update bias {record.update_bias:g}, "
        f"recurrent weights times {record.gain:g}."
    )
