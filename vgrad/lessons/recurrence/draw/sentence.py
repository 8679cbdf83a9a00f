"""Where the words of a sentence stand in a picture: lines of boxes, as large as there is room for.

All lengths are inches. Widths are measured once for each word, at one size of the letters, and scaled.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

LETTERS = (16, 11, 7, 4)  # of a word at the most; fewer where there would be no room for letters of LEAST
LEAST = 7.0  # points
SIZES = (17, 16, 15, 14, 13, 12, 11, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6)  # of the letters, in points
ONE_LINE = 12.0  # points; one line is kept to where its letters are as large
POINT = 1 / 72
PAD, GAP, HIGH, LINE = 0.4, 0.6, 1.6, 2.2  # of a box and of what is between two, for each point of the letters


class Box(NamedTuple):
    """A word's place: its left end, the middle of its height, its width, and its height."""

    x: float
    y: float
    width: float
    height: float


def lay_out(words, width: float, height: float) -> tuple[list[str], float, list[Box]]:
    """Return the words as they are drawn, the size of their letters, and their boxes, within ``width`` and ``height``.

    The lines are as even as can be and end on the right, where the last word stands.
    """
    for letters in LETTERS:
        short = [shortened(word, letters) for word in words]
        size, lines = _largest(short, width, height)
        if lines and size >= LEAST:
            break
    return short, size, [*_boxes(lines, short, size, width, height)]


def shortened(word: str, letters: int = LETTERS[0]) -> str:
    """Return the word with a box for each letter that the font does not have, and ``letters`` at most."""
    short = word if len(word) <= letters else f"{word[: letters - 1]}…"
    return "".join(letter if ord(letter) in _letters() else "□" for letter in short)


def _largest(words, width: float, height: float) -> tuple[float, list[list[int]]]:
    """The size of the letters and the lines: one line, if its letters are large enough, or else the largest letters."""
    found = {size: _fit(words, size, width, height) for size in SIZES}
    one_line = (size for size in SIZES if size >= ONE_LINE and len(found[size]) == 1)
    any_lines = (size for size in SIZES if found[size])
    size = next(one_line, next(any_lines, SIZES[-1]))
    return size, found[size]


def width_of(word: str, size: float, bold: bool = False) -> float:
    """Return the width of a word's box."""
    return (_width(word, bold) + 2 * PAD) * size * POINT


def _widths(words, size: float) -> list[float]:
    """The widths of the boxes, the last of which holds bold letters."""
    return [width_of(word, size, bold=k == len(words) - 1) for k, word in enumerate(words)]


def _fit(words, size: float, width: float, height: float) -> list[list[int]]:
    """The lines at one size of the letters; none where there is no room for them."""
    lines = _lines(_widths(words, size), GAP * size * POINT, width)
    return lines if len(lines) * LINE * size * POINT <= height else []


def _boxes(lines, words, size: float, width: float, height: float):
    step = LINE * size * POINT
    top = height / 2 + (len(lines) - 1) * step / 2
    gap = GAP * size * POINT
    widths = _widths(words, size)
    for k, line in enumerate(lines):
        x = width - sum(widths[j] for j in line) - gap * (len(line) - 1)
        for j in line:
            yield Box(x, top - k * step, widths[j], HIGH * size * POINT)
            x += widths[j] + gap


def _lines(widths, gap: float, width: float) -> list[list[int]]:
    """The fewest lines that hold the words, each as short as it can be; none, if a word alone is too wide."""
    if not widths or max(widths) > width:
        return []
    fewest = len(_filled(widths, gap, width))
    low, high = max(widths), width
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(widths, gap, middle)) == fewest else (middle, high)
    return _filled(widths, gap, high)


def _filled(widths, gap: float, width: float) -> list[list[int]]:
    """The lines, if each takes what it can hold."""
    lines, used = [[0]], widths[0]
    for k, wide in enumerate(widths[1:], start=1):
        if used + gap + wide <= width:
            lines[-1].append(k)
            used += gap + wide
        else:
            lines.append([k])
            used = wide
    return lines


@lru_cache(10_000)
def _width(word: str, bold: bool) -> float:
    """The width of a word, in points, for each point of its letters."""
    font = FontProperties(size=100, weight="bold" if bold else "normal")
    wide, _, _ = TextToPath().get_text_width_height_descent(word, font, ismath=False)
    return wide / 100


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())
