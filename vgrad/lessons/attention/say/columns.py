"""What is said of the tokens of a transformer, and the text that stands for their picture."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.phrases import five, lines, points, size, verdict, whose
from ..records import ROUNDING, ColumnsRecord, TokenNet

NORMS = {"none": "no norm", "pre": "pre-norm", "post": "post-norm"}
ALIKE = "alike"
GROWN = 10  # times the input's size: h whose growth is said


def percent(r: float) -> str:
    """Return by what share of their size tokens differ, such as "77 %", "0.003 %", or "alike" if it is rounding."""
    if r < ROUNDING:
        return ALIKE
    share = 100 * r
    if share >= 9.5:
        return f"{share:.0f} %"
    if share >= 0.001:
        return f"{share:.1g} %"
    mantissa, _, exponent = f"{share:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)} %"


def sentence(record: ColumnsRecord) -> str:
    """Say by how much the tokens differ in the end, and what becomes of dW_q and of dh; of which networks; and how."""
    return lines([_tokens(record), *_gradients(record)], _networks(record.net), _how(record))


def alt(record: ColumnsRecord) -> str:
    """Say in words what is drawn: the tokens, and of each curve the medians of five blocks."""
    net = record.net
    places = five(1, net.depth)
    blocks = (0, *places)
    curves = [f"r is {points([record.relative['r'].median[k] for k in blocks], blocks, 'after block', _share)}"]
    for name, said in (("dh", _told), ("dW_v", _told), ("dW_q", _told if record.gone is None else _share)):
        told = points([record.relative[name].median[k - 1] for k in places], places, "at block", said)
        curves.append(f"{name} over the last block's {'dh' if name == 'dh' else 'dW_v'} is {told}")
    first = f"{net.tokens} tokens as columns of coloured units, which grow the more alike the smaller r is."
    return f"{first} On a log axis beneath them, {'; '.join(curves)}."


def _told(number: float) -> str:
    return grammar.number(number) if np.isfinite(number) else "too large"


def _share(number: float) -> str:
    """A size where tokens may be one: of what rounding leaves, no two processors tell the same."""
    return "only rounding" if number < ROUNDING else _told(number)


def _tokens(record: ColumnsRecord) -> str:
    net = record.net
    after = f"After {grammar.count(net.depth, 'block')}"
    if record.gone is not None:
        return f"{after}, the {net.tokens} tokens are one: from block {record.gone} on, only rounding tells them apart."
    return f"{after}, the {net.tokens} tokens differ by {percent(record.left)} of their size."


def _gradients(record: ColumnsRecord) -> list[str]:
    """What the last block's W_q receives, and what reaches the first block."""
    last = record.relative["dW_q"].median[-1]
    first = record.relative["dh"].median[0]
    what = size(last, "times its dW_v")
    if record.gone is not None and last < ROUNDING:
        what = "no more than rounding"
    told = [_judged("dW_q of the last block", last, what)]
    if record.net.depth > 1:
        told.append(_judged("dh at the first block", first, size(first, "times the last")))
    return told


def _judged(where: str, ratio: float, what: str) -> str:
    return f"{where} is {what}, so it {verdict(ratio)}." if np.isfinite(ratio) else f"{where} overflows."


def _networks(net: TokenNet) -> str:
    """Of how many networks, and of which."""
    parts = [NORMS[net.norm], "skip" if net.skip else "no skip", "MLP" if net.mlp else "no MLP"]
    if net.causal:
        parts.append("causal mask")
    parts += [grammar.count(net.heads, "head")] if net.heads > 1 else []
    parts += [f"width {net.width}", f"scores × {net.scores:.3g}"]
    return f"{whose(net.seeds)}: {', '.join(parts)}."


def _how(record: ColumnsRecord) -> list[str]:
    said = [
        "A column holds the first units of a token of the first network: purple below 0, green above.",
        "dh is divided by the last block's dh. dW_q and dW_v are both divided by the last block's dW_v.",
        "A triangle at the edge marks what lies beyond it or is only rounding.",
    ]
    if record.net.scores != 1:
        said.append("Scores are q·k/√d times the number after “scores ×”.")
    begins = np.flatnonzero(np.isfinite(record.theory))
    if len(begins) > 1:
        does = "uses r' = C r³" if record.net.law == "cube" else "divides it by √2 in each block"
        said.append(f"Theory begins with the measured r after block {begins[0]}, the first that is small, and {does}.")
    if record.growth[-1] > GROWN:
        said.append(
            f"h has grown to {grammar.number(record.growth[-1])} times its first size, and scores grow with its square."
        )
    return [*said, "The first tokens and the gradient that enters the last block are random, from N(0, 1)."]
