"""The telephone game in words."""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import layers_of
from ...kit.words.phrases import lines, points, predicted, whose
from .records import WhispersRecord

COLOURS = "Pale circles receive much of it, and dark blue circles almost nothing."


def first_sentence(caption: str, record) -> str:
    """Return a strip's sentence with its colours explained; theory goes to how it was measured."""
    finding, *protocol = caption.split("\n")
    theory = predicted(float(record.theory["dh"][0]))
    return lines(finding.removesuffix(theory), COLOURS, [*protocol, theory.strip()])


def whispers_sentence(record: WhispersRecord) -> str:
    """How much is left at the end of each row; which networks they were; and what a layer passes on."""
    steps = len(record.game) - 1
    left, kept = grammar.number(record.game[-1]), grammar.number(record.network[-1])
    net = record.flow.net
    each = float(np.prod(record.network[1:] / record.network[:-1]) ** (1 / steps))
    return lines(
        [
            f"After {grammar.count(steps, 'whisper')}, {left} of the loudness is left.",
            f"After as many layers, {kept} of the gradient is left.",
        ],
        f"{whose(net.seeds)}: {layers_of(net)}, width {net.width}, {grammar.title(net.scheme)}.",
        f"On average a person passes on {grammar.number(record.share)} of the loudness, "
        f"and a layer passes on {grammar.number(each)} of the gradient.",
    )


def whispers_alt(record: WhispersRecord) -> str:
    """The picture in words: both rows, from the right to the left."""
    people = range(1, len(record.game) + 1)
    layers = [record.flow.net.depth + 1 - k for k in people]
    return (
        "Two rows, to be read from the right to the left, with a disc over each member whose area is what it receives. "
        f"People in the telephone game: {points(record.game, people, 'at person')}. "
        f"Layers of the network: {points(record.network, layers, 'at layer')}."
    )
