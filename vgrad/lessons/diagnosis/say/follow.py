"""What is said under the picture of networks that train: who has converged, and in whom the gradient has vanished."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.marks.grammar import number
from ....kit.words.phrases import lines

LOOKS = {
    "tanh, 5 layers": grammar.ACTIVATIONS["tanh"],
    "sigmoid, 4 layers": grammar.ACTIVATIONS["sigmoid"],
    "sigmoid, 10 layers": grammar.Look("#8f2fb0", "v", "sigmoid"),
}


def paths_sentence(records) -> str:
    """Say how many networks have converged at the end, and in how many the gradient has vanished."""
    first = records[0]
    networks = sum(len(one.states[-1]) for one in records)
    converged, vanished = (sum(map(_counter(state), records)) for state in ("converged", "vanished"))
    finding = (
        f"After {first.steps[-1]} steps {converged} of {networks} networks have converged, "
        f"and in {vanished} the gradient has vanished."
    )
    nets = f"{len(first.states[-1])} networks of each kind, width {first.width}, momentum at {first.rate:g}."
    paths_are = "Thin lines are single networks, and the thick one with marks is their median."
    return lines(finding, nets, paths_are)


def in_numbers(records, steps) -> str:
    """Return a table of the networks after some of the steps, whose numbers are medians over the networks of a kind."""
    rows = ["network              step   ‖dh_1‖   right   error left   backward gain"]
    for one in records:
        rows += [_row(one.at(step)) for step in steps]
    return "\n".join(rows)


def _row(one) -> str:
    dh, right, left, gain = map(np.median, (one.dh_1, one.accuracy, one.left, one.reaches))
    return f"{one.name:18} {one.steps[0]:6} {dh:8.1e} {right:7.0%} {left:12.1%} {number(gain):>15}"


def paths_alt(records) -> str:
    """Say where each kind of network starts in the picture, and where it ends."""
    return " ".join(map(_path, records))


def _path(one) -> str:
    left, reaches = (np.median(values, axis=1) for values in (one.left, one.reaches))
    return (
        f"In {one.name}, the backward gain is {number(reaches[0])} at step 0. At step {one.steps[-1]} it is "
        f"{number(reaches[-1])}, and {left[-1]:.1%} of the error is left."
    )


def _counter(state: str):
    """How many networks of a record are in this state at the end."""
    return lambda one: one.states[-1].count(state)
