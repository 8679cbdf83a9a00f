"""What is said under the picture of readouts."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import lines, whose
from .training import percent

NEAR = 0.2  # of the test pictures: below, it is said in words, as guessing is
MEASURED = "Units are centred and scaled, and the fit is on 1500 training pictures."


def readouts_sentence(records) -> str:
    """Say what share of the test pictures is classified correctly at both end depths, and from the pixels."""
    parts = [f"With {named(record)} the readout share is {_ends(record)}." for record in records]
    first = records[0]
    if 0 in first.depths:
        parts.append(f"From the pixels it is {percent(first.test[first.depths.index(0)])}.")
    nets = f"{whose(first.seeds)}, {grammar.look(first.activation).label}, width {first.width}, untrained"
    return lines(parts, f"{nets}, test pictures.", MEASURED)


def _ends(record) -> str:
    """Return "84 % after 6 layers and 77 % after 20 layers", or both ends at once where they are equal."""
    deep = [k for k, depth in enumerate(record.depths) if depth > 0] or [0]
    ends = {record.depths[k]: _share(record.test[k]) for k in (deep[0], deep[-1])}
    if len(set(ends.values())) == 1:
        return f"{_share(record.test[deep[0]])} after {' and '.join(map(str, ends))} layers"
    return " and ".join(f"{share} after {depth} layers" for depth, share in ends.items())


def _share(test) -> str:
    """The median share in percent; near guessing it is words, because processors round its last digit otherwise."""
    return "about a tenth" if np.median(test) < NEAR else percent(test)


def named(record) -> str:
    """Return a record's name, which is its precision, or what was done to its labels."""
    return "shuffled labels" if record.shuffled else record.precision
