"""What is said of tokens that become one."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, points, whose


def form(record) -> str:
    """The name of a form: "attention alone", "pre-norm, skip, MLP", "norm, no skip"."""
    parts = [f"{record.place}-norm" if record.skip else "norm"] if record.norm else []
    parts += ["skip" if record.skip else "no skip"] if record.norm or record.mlp or record.skip else []
    parts += ["MLP"] if record.mlp else []
    parts += ["causal"] if record.causal else []
    return ", ".join(parts) or "attention alone"


def forms_sentence(records) -> str:
    """Say of each form in how much of h its tokens differ behind the last block, and of which networks it is told."""
    depths = sorted({record.depth for record in records})
    after = grammar.count(depths[0], "block") if len(depths) == 1 else "the last block"
    ends = [f"{_last(record)} with {form(record)}" for record in records]
    finding = f"After {after}, tokens differ by this share of h: {_and(ends)}."
    first = records[0]
    protocol = f"{whose(len(first.rest))}: {first.T} tokens of {first.width} numbers, one head."
    law = ""
    if any(record.alone for record in records):
        law = (
            f"Theory predicts √(1/{first.width} + 1/{first.T}) m r³ from what was measured one block before. "
            "Here m is the mean square of what attention reads."
        )
    return lines(finding, protocol, law)


def forms_alt(records) -> str:
    """The picture in words, with the numbers of five blocks of each form."""
    parts = []
    for record in records:
        blocks = five(0, record.depth)
        middle = np.median(record.rest, axis=0)
        parts.append(f"{form(record)}: {points(middle[blocks], blocks, 'after block', _number)}")
    return f"The share of h in which tokens differ, by block, on a log axis. {'; '.join(parts)}."


def _last(record) -> str:
    return _number(np.median(record.rest[:, -1]))


def _number(value) -> str:
    """Two digits, but of what rounding leaves only its power of ten, which no processor changes."""
    return "less than 1e-14" if value < 1e-14 else grammar.number(float(value))


def _and(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
