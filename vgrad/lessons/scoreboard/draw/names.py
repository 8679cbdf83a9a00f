"""Names beside the dots of a plane, none of them on a dot or on another name."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from ....kit.marks import grammar
from ....ops import Array

SIZE = 12.0  # points, of the letters
NEAR = 8.0  # points from a dot to its name
DOT = 6.0  # points, half of what a dot covers
OTHER = 13.0  # points; a name that comes nearer to another dot might be taken for that one's
LINE = 15.0  # points, from which on a line leads from the name to its dot
ROUNDS = 100  # of the search
MOVED = 4  # names that are taken away in a round
PLACES = 90  # that are looked at for each name, the nearest
CLASH = 1e5  # what it costs when two names overlap; a place costs the square of its points
_UP = range(-98, 99, 7)
_ASIDE = (0, 12, 26, 42, 60)


def beside(axes: Axes, dots, taken=(), crossed=()) -> list[Annotation]:
    """Write a name beside each dot, and return the texts, in the order of ``dots``.

    dots : (x, y, name), in the units of the axes; taken : boxes in pixels that no name may cover; crossed : boxes that
    names should not cover where there is another place. All names together stand as near to their dots as they can.
    """
    style = dict(textcoords="offset points", va="center", fontsize=SIZE, color=grammar.INK)
    texts = [axes.annotate(name, (x, y), (0, 0), **style) for x, y, name in dots]
    points = 72 / axes.figure.dpi
    at = points * axes.transData.transform([dot[:2] for dot in dots])
    sizes = points * np.array([text.get_window_extent().size for text in texts])
    hard, soft = (points * np.array([box.extents for box in boxes]).reshape(-1, 4) for boxes in (taken, crossed))
    room = points * np.array(axes.bbox.extents)
    free = [_free(place, size, at, hard, soft, room) for place, size in zip(at, sizes, strict=True)]
    boxes, offsets, costs = (np.array(part) for part in zip(*free, strict=True))
    for k, i in enumerate(_search(boxes, costs**2)):
        texts[k].set_position(offsets[k, i])
        _lead(axes, texts[k], boxes[k, i], at[k])
    return texts


def _free(place: Array, size: Array, dots: Array, hard: Array, soft: Array, room: Array):
    """The PLACES of one name that cost the least: their boxes, offsets and costs."""
    boxes, offsets, cost = _places(place, size, room)
    others = _around(dots[np.hypot(*(dots - place).T) > 1], OTHER)
    cost = cost + 2 * OTHER * (_overlap(boxes, others).any(axis=1) + _overlap(boxes, soft).any(axis=1))
    cost[_overlap(boxes, np.concatenate([hard, _around(dots, DOT)])).any(axis=1)] = CLASH
    order = np.argsort(cost, kind="stable")[:PLACES]
    return boxes[order], offsets[order], cost[order]


def _places(place: Array, size: Array, room: Array) -> tuple[Array, Array, Array]:
    """The boxes (places, 4) where one name may stand, its offsets there, and how far from its dot it is."""
    right = [NEAR + aside for aside in _ASIDE]
    left = [-size[0] - NEAR - aside for aside in _ASIDE]
    offsets = np.array([*itertools.product([*right, *left, -size[0] / 2], _UP)], float)
    low = place + offsets - np.array([0, size[1] / 2])
    boxes = np.concatenate([low, low + size], axis=1)
    inside = (boxes[:, :2] >= room[:2] + 1).all(axis=1) & (boxes[:, 2:] <= room[2:] - 1).all(axis=1)
    gap = np.maximum(np.abs(offsets[:, 0] + size[0] / 2) - size[0] / 2, 0)
    return boxes, offsets, np.where(inside, np.hypot(gap - NEAR, offsets[:, 1]), CLASH)


def _search(boxes: Array, costs: Array) -> Array:
    """Which of its places each name takes: each in turn the best beside the others, again and again from elsewhere.

    A round takes some names away at random, and is kept if it has made all of them cheaper.
    """
    names, places = costs.shape
    overlap = _overlap(boxes.reshape(-1, 4), boxes.reshape(-1, 4)).reshape(names, places, names, places)
    each = np.arange(names)
    overlap[each, :, each] = False
    rng = np.random.default_rng(0)
    best, least = np.zeros(names, int), np.inf
    for _ in range(ROUNDS):
        taken = best.copy()
        moved = rng.permutation(names)[:MOVED]
        taken[moved] = rng.integers(places, size=len(moved))
        before = None
        while before is None or (taken != before).any():
            before = taken.copy()
            for k in rng.permutation(names):
                taken[k] = (costs[k] + CLASH * overlap[k][:, each, taken].sum(axis=1)).argmin()
        total = costs[each, taken].sum() + CLASH * overlap[each, taken][:, each, taken].sum()
        if total <= least:
            best, least = taken, total
    return best


def _around(places: Array, far: float) -> Array:
    return np.concatenate([places - far, places + far], axis=1)


def _overlap(boxes: Array, others: Array) -> Array:
    """Whether each box (n, 4) overlaps each other one (m, 4): (n, m)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray((low < high).all(axis=2))


def _lead(axes: Axes, text: Annotation, box: Array, place: Array) -> None:
    """Draw a line from a name that stands far from its dot."""
    nearest = np.clip(place, box[:2], box[2:]) - place
    if np.hypot(*nearest) > LINE:
        line = dict(arrowstyle="-", color=grammar.FAINT, linewidth=0.8, shrinkA=0, shrinkB=5)
        axes.annotate("", text.xy, nearest, textcoords="offset points", arrowprops=line)
