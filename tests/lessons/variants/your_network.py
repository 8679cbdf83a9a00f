"""What learners hand over in the lesson on watching one's own network."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vgrad import bridge

# --- from a log to readings -------------------------------------------------------------------------------------------


def forward(log):
    """The names of the layers, in the order of the forward pass."""
    return list(log[min(log)])[::-1]


def norms(log, names):
    return [[row[name] for name in names] for row in log.values()]


def logged(names=forward, steps=list, dz=norms):
    """The three steps of the exercise, each with an answer of its own."""

    def function(log):
        found = names(log)
        return bridge.readings(found, steps(log), dz=dz(log, forward(log)))

    return function


def in_loops(log):
    names = []
    for name in reversed(log[next(iter(log))]):
        names.append(name)
    dz = np.zeros((len(log), len(names)))
    for row, step in enumerate(log):
        for column, name in enumerate(names):
            dz[row, column] = log[step][name]
    return bridge.readings(names, np.array(list(log)), dz=dz)


def with_more(log):
    first, *_ = log.values()
    names = tuple(first)[::-1]
    dz = np.array([list(row.values())[::-1] for row in log.values()])
    return bridge.readings(names, sorted(log), dz=dz, output=dz[:, -1])


class Reader:
    def read(self, log):
        return logged()(log)


def emptied(log):
    names = forward(log)
    steps = list(log)
    return bridge.readings(names, steps, dz=[[log[step].pop(name) for name in names] for step in steps])


def as_they_are(log):
    names = list(log[min(log)])
    return bridge.readings(names, list(log), dz=[list(row.values()) for row in log.values()])


def rows_backward(log):
    names = forward(log)
    return bridge.readings(names, list(log), dz=[list(row.values()) for row in log.values()])


def transposed(log):
    """Right in form only where there are as many steps as layers."""
    dz = np.array([list(row.values())[::-1] for row in log.values()])
    square = dz.T if dz.shape[0] == dz.shape[1] else dz
    return bridge.readings(forward(log), list(log), dz=square)


RIGHT = {
    "from_log": {
        "as the lesson has it": logged(),
        "in loops": in_loops,
        "with what goes out": with_more,
        "a method": Reader().read,
        "sorted steps": logged(steps=sorted),
        "steps as an array": logged(steps=lambda log: np.fromiter(log, int)),
        "a float32 array": logged(dz=lambda log, names: np.float32(norms(log, names))),
    },
    "culprit": {
        "as the lesson has it": (30, "hidden 4"),
        "a list": [30, "hidden 4"],
        "of NumPy": (np.int64(30), np.str_("hidden 4")),
        "a float": (30.0, "hidden 4"),
        "a fraction": (Fraction(30), "hidden 4"),
        "an array of one": (np.array([30]), "hidden 4"),
    },
}
WRONG = {
    "from_log": {
        "as they are": (as_they_are, "Turn them around"),
        "sorted names": (logged(names=lambda log: forward(log)[1:] + forward(log)[:1]), "another order"),
        "rows backward": (rows_backward, "last layer first"),
        "transposed": (transposed, "rows and columns"),
        "counted steps": (logged(steps=lambda log: range(len(log))), "you count the readings"),
        "other steps": (logged(steps=lambda log: [step + 1 for step in log]), "the keys of the log"),
        "the step 0": (logged(names=lambda log: list(log[0])[::-1]), "asks for the key 0, which is not there"),
        "names of another log": (
            lambda log: bridge.readings(["in", "mid"], list(log), dz=norms(log, ["in", "mid"])), "the key 'in', which",
        ),
        "a view for the steps": (logged(steps=lambda log: log.keys()), "log.keys() is a view of the dict"),
        "other names": (logged(names=lambda log: [*map(str.upper, forward(log))]), "the names should be"),
        "no norms": (lambda log: bridge.readings(forward(log), list(log)), "no norm has been handed on"),
        "logarithms": (
            logged(dz=lambda log, names: np.log10(norms(log, names))),
            "logarithms",
        ),
        "relative": (
            logged(dz=lambda log, names: [[r[n] / r[names[-1]] for n in names] for r in log.values()]),
            "leave the norms as they are",
        ),
        "the first step alone": (
            logged(dz=lambda log, names: [[log[min(log)][n] for n in names] for _ in log]),
            "not those of the log",
        ),
        "the log itself": (lambda log: log, "what bridge.readings returns"),
        "the report": (lambda log: bridge.report(logged()(log)), "what bridge.readings returns"),
        "the log emptied": (emptied, "has changed"),
        "step 1 open": (lambda log: bridge.readings(..., ..., dz=...), "step 1: the names are still missing"),
        "step 2 open": (logged(steps=lambda log: ...), "step 2: the numbers of the steps are still missing"),
        "step 3 open": (logged(dz=lambda log, names: ...), "three dots"),
    },
    "culprit": {
        "what suffers": (44, "hidden 3"), "where it is seen": (47, "readout"), "another layer": (30, "hidden 7"),
        "what the report says": (44, "hidden 4"), "of the signal": (47, "hidden 4"), "late": (31, "hidden 4"),
        "early": (29, "hidden 4"), "far": (50, "hidden 4"), "a number": (30, 3), "no such layer": (30, "layer 4"),
        "turned": ("hidden 4", 30), "open": (..., ...), "half open": (30, ...), "a text": ("30", "hidden 4"),
    },
}  # fmt: skip
WORDS = {
    "what suffers": "suffers most", "where it is seen": "in an earlier layer", "another layer": "as the other layers",
    "what the report says": "the cause came earlier", "of the signal": "the cause came earlier",
    "late": "the step itself",
    "early": "one step early", "far": "the numbers jump", "a number": "by its name", "no such layer": "net.names holds",
    "turned": "the step comes first", "open": "three dots", "half open": "three dots", "a text": "quotes",
}  # fmt: skip
WRONG["culprit"] = {name: (given, WORDS[name]) for name, given in WRONG["culprit"].items()}
