"""What is said of several forms of a network, whose tokens become alike or not."""

from __future__ import annotations

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, points, whose
from ..records import ROUNDING, SMALL, ColumnsRecord, TokenNet


def form(net: TokenNet) -> str:
    """The name of a form: "attention alone", "pre-norm, skip, MLP", "norm, no skip"."""
    parts = [] if net.norm == "none" else [f"{net.norm}-norm" if net.skip else "norm"]
    parts += ["skip"] if net.skip else []
    parts += ["MLP"] if net.mlp else []
    parts += ["causal"] if net.causal else []
    if not net.skip and parts:
        parts.insert(1 if net.norm != "none" else 0, "no skip")
    return ", ".join(parts) or "attention alone"


def forms_sentence(records: list[ColumnsRecord]) -> str:
    """Say of each form what r is after the last block, two forms in a sentence, and of which networks it is told."""
    ends = [f"{_number(record.left)} ({form(record.net)})" for record in records if record.left >= ROUNDING]
    gone = [f"“{form(record.net)}”" for record in records if record.left < ROUNDING]
    finding = [f"Only rounding is left of r in {' and in '.join(gone)}."] if gone else []
    finding += [f"It is {' and '.join(ends[k : k + 2])}." for k in range(0, len(ends), 2)]  # of 20 words at the most
    finding[0] = f"After the last block, {finding[0].replace('It is', 'r is').replace('Only', 'only')}"
    net = records[0].net
    heads = f", {grammar.count(net.heads, 'head')}" if net.heads > 1 else ""
    sizes = f"{net.tokens} tokens, width {net.width}{heads}"
    cube = "Theory without a skip is r' = √(1/D + 1/T) r³ for width D and T tokens, where r is small."
    half = "Theory with post-norm divides r by √2 in each block."
    laws = {record.net.law for record in records}
    told = [law for name, law in (("cube", cube), ("half", half)) if name in laws]
    if told:
        told.append(f"It begins where r falls below {SMALL}.")
    return lines(finding, f"{whose(net.seeds)}: {sizes}.", told)


def forms_alt(records: list[ColumnsRecord]) -> str:
    """The picture in words, with the numbers of five blocks of each form."""
    parts = []
    for record in records:
        blocks = five(0, record.net.depth)
        numbers = [float(record.relative["r"].median[block]) for block in blocks]
        parts.append(f"{form(record.net)}: {points(numbers, blocks, 'after block', _number)}")
    return f"The share of h in which tokens differ, by block, on a log axis. {'; '.join(parts)}."


def _number(value: float) -> str:
    """Two digits; of what rounding leaves, no processor tells the same, so it is called rounding."""
    return "only rounding" if value < ROUNDING else grammar.number(value)
