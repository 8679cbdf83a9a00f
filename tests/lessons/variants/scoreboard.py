"""What learners hand over in the lesson on the scoreboard."""

from __future__ import annotations

import math
import statistics
from types import SimpleNamespace

import numpy as np

from vgrad.lessons.scoreboard import treat

from . import Later

CURES = {"sigmoid": dict(norm="batch"), "relu batch": dict(norm="layer"), "relu skip": dict(alpha="1/depth")}


def cured(**changes):
    """The three nets, each with its cure, or with what is given; None leaves one out."""
    asked = CURES | {name.replace("_", " "): change for name, change in changes.items()}
    return Later(lambda: [treat(name, **cure) for name, cure in asked.items() if cure is not None])


def changed(name, **fields):
    return Later(lambda: [one._replace(**fields) if one.name == name else one for one in cured().make()])


def without_a_warning(later):
    with np.errstate(all="ignore"):
        return later.make()


def word_of(decades):
    if decades < -1:
        return "vanishes"
    return "explodes" if decades > 1 else "holds"


def row(decades=lambda norms: np.log10(norms[:, 0] / norms[:, -1]), middle=np.median, word=word_of):
    def function(norms):
        found = decades(norms)
        return middle(found), found.min(), found.max(), word(middle(found))

    return function


def in_loops(norms):
    found = []
    for network in norms:
        found.append(-math.inf if network[0] == 0 else math.log10(network[0]) - math.log10(network[-1]))
    middle = statistics.median(found)
    return [middle, min(found), max(found), word_of(middle)]


def of_logs(norms):
    logs = np.log10(norms).T
    found = logs[0] - logs[-1]
    return np.median(found), np.min(found), np.max(found), np.str_(word_of(np.median(found)))


def sorted_copy(norms):
    found = np.sort(np.log10(norms[:, 0] / norms[:, -1]))
    n = len(found)
    middle = found[n // 2] if n % 2 else (found[n // 2 - 1] + found[n // 2]) / 2
    return middle, found[0], found[-1], {-1: "vanishes", 0: "holds", 1: "explodes"}[int(middle > 1) - int(middle < -1)]


def in_float32(norms):
    return row()(norms.astype(np.float32))


def arrays(norms):
    found = np.log10(norms[:, :1] / norms[:, -1:])
    return [np.array(np.quantile(found, q)) if q != 0.5 else np.array(np.median(found)) for q in (0.5,)] + [
        np.array(found.min()), np.array(found.max()), word_of(np.median(found)).capitalize(),
    ]  # fmt: skip


class Board:
    def row(self, sizes):
        return tuple(row()(sizes))


def sorts_in_place(norms):
    norms[:, 0] /= norms[:, -1]
    found = np.log10(norms[:, 0])
    return np.median(found), found.min(), found.max(), word_of(np.median(found))


def by_networks(norms):
    found = np.log10(norms[0] / norms[-1])
    return np.median(found), found.min(), found.max(), word_of(np.median(found))


def places(norms):
    middle, low, high, word = row()(norms)
    return middle, high, low, word


def in_order(norms):
    middle, low, high, word = row()(norms)
    return low, middle, high, word


def median_last(norms):
    middle, low, high, word = row()(norms)
    return low, high, middle, word


def by_quantiles(norms):
    found = np.log10(norms[:, 0] / norms[:, -1])
    low, middle, high = np.quantile(found, [0, 0.5, 1])
    return middle, low, high, word_of(middle)


def by_the_extremes(norms):
    middle, low, high, _ = row()(norms)
    return middle, low, high, word_of(low if -low > high else high)


def worded(word):
    """The row of the lesson, with a word that goes by all decades."""
    return lambda norms: (*row()(norms)[:3], word(np.log10(norms[:, 0] / norms[:, -1])))


def by_most(found, share=0.5):
    if np.mean(found < -1) > share:
        return "vanishes"
    return "explodes" if np.mean(found > 1) > share else "holds"


def of_ratios(norms):
    _, low, high, _ = row()(norms)
    middle = np.log10(np.median(norms[:, 0] / norms[:, -1]))
    return middle, low, high, word_of(middle)


def in_loops_without_nought(norms):
    found = [math.log10(network[0] / network[-1]) for network in norms]
    return statistics.median(found), min(found), max(found), word_of(statistics.median(found))


RIGHT = {
    "three_cures": {
        "the lesson's": cured(),
        "a tuple": Later(lambda: tuple(cured().make())),
        "in another order": Later(lambda: cured().make()[::-1]),
        "by name": Later(lambda: {one.name: one for one in cured().make()}),
        "no norm": cured(relu_batch=dict(norm=None)),
        "a path for sigmoid": cured(sigmoid=dict(skip="activation_last")),
        "another form of the skip": cured(relu_skip=dict(skip="activation_first", norm="layer_output")),
        "clipped too": cured(sigmoid=dict(norm="batch", clip_norm=1.0)),
        "a path for batch norm": cured(relu_batch=dict(skip="activation_last", alpha="1/depth")),
    },
    "row_by_hand": {
        "as the lesson has it": row(),
        "in loops, and a list": in_loops,
        "of logarithms": of_logs,
        "of a sorted copy": sorted_copy,
        "in float32": in_float32,
        "arrays of no dimension": arrays,
        "a method": Board().row,
        "by logarithms of e": row(lambda norms: np.log(norms[:, 0] / norms[:, -1]) / np.log(10)),
    },
}
WRONG = {
    "three_cures": {
        "clipped": (cured(sigmoid=dict(clip_norm=1.0)), "clipping"),
        "all clipped": (cured(**{name.replace(" ", "_"): dict(clip_norm=1.0) for name in CURES}), "clipping"),
        "two": (cured(relu_skip=None), "sigmoid and relu batch are there"),
        "the last alone": (cured(sigmoid=None, relu_batch=None), "relu skip is there"),
        "the gain": (cured(relu_batch=dict(gain=2.0)), "it was"),
        "as it was": (cured(relu_skip=dict()), "relu skip is as it was"),
        "a divided branch without a skip": (cured(relu_batch=dict(alpha="1/depth")), "relu batch has no skip"),
        "half": (cured(relu_skip=dict(alpha=0.5)), "it was"),
        "layer norm": (cured(sigmoid=dict(norm="layer")), "sigmoid is changed"),
        "no skip": (cured(relu_skip=dict(skip=None)), "its skip"),
        "another activation": (cured(sigmoid=dict(activation="tanh")), "keep sigmoid"),
        "ReLU no more": (cured(relu_batch=dict(activation="sigmoid")), "keep ReLU"),
        "no branch": (cured(relu_skip=dict(alpha=0.0)), "multiplied by 0"),
        "no weights": (Later(lambda: without_a_warning(cured(relu_skip=dict(gain=0.0)))), "multiplied by 0"),
        "one": (Later(lambda: cured().make()[0]), "list of the three"),
        "four": (Later(lambda: [*cured().make(), treat("sigmoid", clip_norm=1.0)]), "these are 4"),
        "names alone": ([*CURES], "list of the three"),
        "its numbers made up": (
            changed("sigmoid", changes=dict(clip_norm=1.0), settings=dict(activation="sigmoid", clip_norm=1.0)),
            "treat measures",
        ),
        "made by hand": ([SimpleNamespace(name=name, after=[0.0], settings={}) for name in CURES], "list of the three"),
    },
    "row_by_hand": {
        "upside down": (row(lambda norms: np.log10(norms[:, -1] / norms[:, 0])), "vanishing is negative"),
        "natural": (row(lambda norms: np.log(norms[:, 0] / norms[:, -1])), "natural"),
        "ratios": (row(lambda norms: norms[:, 0] / norms[:, -1]), "log10"),
        "a mean": (row(middle=np.mean), "np.median"),
        "one word": (row(word=lambda middle: "holds"), "not 'holds'"),
        "never explodes": (row(word=lambda middle: "vanishes" if middle < -1 else "holds"), "not 'holds'"),
        "a wider band": (row(word=lambda middle: word_of(middle / 2)), "not 'holds'"),
        "words changed": (row(word=lambda middle: word_of(-middle)), "not 'explodes'"),
        "other words": (row(word=lambda middle: word_of(middle)[:-1]), "none of the words"),
        "the word by the extremes": (by_the_extremes, "word is not"),
        "the word where all are beyond": (
            worded(lambda found: word_of(max(found.min(), -found.max(), key=abs)) if all(abs(found) > 1) else "holds"),
            "by the median alone",
        ),
        "the word by most": (worded(by_most), "by the median alone"),
        "the word by a half": (worded(lambda found: by_most(found, 0.49)), "by the median alone"),
        "the word by the median ratio": (
            worded(lambda found: word_of(np.log10(np.median(10.0**found)))), "by the median alone",
        ),
        "the median of the ratios": (of_ratios, "taken of the ratios"),
        "sizes": (row(lambda norms: abs(np.log10(norms[:, 0] / norms[:, -1]))), "its size alone"),
        "the largest over the smallest": (
            row(lambda norms: np.log10(norms.max(axis=1) / norms.min(axis=1))), "the largest norm over the smallest",
        ),
        "the first network": (row(lambda norms: np.log10(norms[:1, 0] / norms[:1, -1])), "the first network alone"),
        "math of nought": (in_loops_without_nought, "may be exactly 0"),
        "places changed": (places, "changed places"),
        "by networks": (by_networks, "networks are rows"),
        "low, median, high": (in_order, "first the median"),
        "low, high, median": (median_last, "first the median"),
        "quantiles": (by_quantiles, "take min and max"),
        "the second layer": (row(lambda norms: np.log10(norms[:, -2:][:, 0] / norms[:, -1])), "should be"),
        "over the largest": (row(lambda norms: np.log10(norms[:, 0] / norms.max(axis=1))), "should be"),
        "noughts raised": (row(lambda norms: np.log10(np.maximum(norms[:, 0], 1e-12) / norms[:, -1])), "lowest"),
        "three": (lambda norms: row()(norms)[:3], "four things"),
        "dots": (lambda norms: (..., ..., ..., "holds"), "the median"),
        "a number for the word": (lambda norms: (*row()(norms)[:3], 0), "should be a word"),
        "each network": (lambda norms: (*[np.log10(norms[:, 0] / norms[:, -1])] * 3, row()(norms)[3]), "shape"),
        "norms overwritten": (sorts_in_place, "has changed"),
    },
}  # fmt: skip
