"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the trial of the report on held-out networks.
"""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import lines

COLOURS = "The colour is of all nine signs, not of R alone."
BROKEN = "At accuracy 0, numbers were not finite."
FAULTS = {  # what was done to the weights or the biases, in words
    "one layer": "one layer's weights rescaled",
    "one bias": "one layer's biases shifted",
    "bias": "all biases shifted",
    "readout": "readout's weights rescaled",
    "equal units": "equal units in one layer",
    "constant": "all weights equal",
    "constant hidden": "hidden weights equal",
    "nearly constant": "weights nearly equal",
    "heavy tails": "a few huge weights",
}
LOOKS = {
    "green": grammar.Look("#00805d", "o", "green"),
    "amber": grammar.Look("#b07400", "s", "amber"),
    "red": grammar.Look("#b3261e", "v", "red"),
}


def diagnosed_sentence(nets) -> str:
    """Say how many green and red networks learn, and how many of the others the usual check has warned of."""
    groups = _groups(nets)
    lost = [net for net in nets if not net.trains]
    amber = f"Of the amber networks {_of(groups['amber'])} learn."
    warned = f"The check warned of {sum(net.warned for net in lost)} of the {len(lost)} that do not learn."
    finding = f"Of the green networks {_of(groups['green'])} learn, and of the red ones {_of(groups['red'])}."
    nets_are = (
        f"{grammar.count(len(nets), 'network')}, examined fresh, then trained at the best of four learning rates."
    )
    return lines(finding, nets_are, [amber, warned, COLOURS, BROKEN])


def diagnosed_alt(nets) -> str:
    """The networks of each band in numbers: how many learn, and how far their dh spans."""
    return " ".join(_band_in_words(band, group, nets) for band, group in _groups(nets).items() if group)


def _band_in_words(band: str, group, nets) -> str:
    spans = [min(net.measures["range"], 99.0) for net in nets if net.band == band]
    return f"{sum(group)} of {len(group)} {band} networks learn, whose median range is {np.median(spans):.1f} decades."


def graded(rules, bands) -> str:
    """Return what each rule catches, its false alarms and its area, and how many networks of each band learn."""
    rows = [
        f"{one.name:15} caught {one.caught:2} of {one.failing}, "
        f"false alarms {one.blamed} of {one.good}, area {one.area:.2f}"
        for one in rules
    ]
    learning = ", ".join(f"{learn} of {networks} {band} ones" for band, (learn, networks) in bands.items())
    return "\n".join([*rows, f"learn: {learning}"])


def listed(misses) -> str:
    """Return a table of the networks of which the report was wrong, one in each row."""
    rows = ["verdict  right  network        optimizer  unusual"]
    rows += [f"{one.band:7} {one.accuracy:6.0%}  {one.kind:13}  {one.optimizer:9}  {_unusual(one)}" for one in misses]
    return "\n".join(rows)


def _unusual(miss) -> str:
    names: list[str] = miss.unusual.split(", ")
    return ", ".join(FAULTS.get(name, name) for name in names)


def _groups(nets) -> dict[str, list[bool]]:
    return {band: [net.trains for net in nets if net.band == band] for band in LOOKS}


def _of(group) -> str:
    return f"{sum(group)} of {len(group)}" if group else "none of 0"
