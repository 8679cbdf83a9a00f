"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about batch norm and layer norm.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import plain_layers
from ...kit.words.phrases import DIGITS, TWO_SAMPLES, by_layer, fewer, lines, of_networks, size, verdict, whose

WITH = {"none": "without normalization", "batch": "with batch norm", "layer": "with layer norm"}


def sentence(record) -> str:
    """Say what each norm does to the gradient, and what went wrong; then which networks ran; then the factors."""
    return lines([*_findings(record), *_troubles(record)], _networks(record), [*_factors(record), *_theory(record)])


def alt(record) -> str:
    """The picture in words, with the medians of five layers for each curve."""
    curves = [
        f"{WITH[norm]}, dh relative to the last layer is {by_layer(flow.relative['dh'])}"
        for norm, flow in record.flows.items()
    ]
    drawn = "; ".join(curves) or "no curve is switched on"
    return f"Gradient by layer on a log axis, {_layers(record)}, {_weights(record.net)}: {drawn}."


def _layers(record) -> str:
    return plain_layers(record.net) + ("" if record.place == "before" else ", normalized after the activation")


def _weights(net) -> str:
    gain = "" if net.gain == 1 else f" × {net.gain:g}"
    return f"width {net.width}, {grammar.title(net.scheme)}{gain}, {net.batch} samples"


def _findings(record) -> list[str]:
    if not record.flows:
        return ["Nothing is shown, because none, batch and layer are switched off."]
    if record.net.depth == 1:
        return ["With a single layer, the first is the last, so the gradient passes through nothing."]
    return [_finding(norm, flow, first=k == 0) for k, (norm, flow) in enumerate(record.flows.items())]


def _finding(norm: str, flow, first: bool) -> str:
    start = WITH[norm].capitalize()
    if first:
        start += f", dh at the first of {flow.net.depth} layers"
    if not np.isfinite(flow.ratio):
        return f"{start} overflows." if first else f"{start} it overflows."
    told = size(flow.ratio, "times the last" if first else "")
    return f"{start} {'' if first else 'it '}is {told}, so it {verdict(flow.ratio)}."


def _theory(record) -> list[str]:
    """What theory predicts of the first layer's dh, for each norm."""
    ratios = {norm: flow.theory["dh"][0] for norm, flow in record.flows.items() if record.net.depth > 1}
    said = [f"{grammar.number(ratio)} {WITH[norm]}" for norm, ratio in ratios.items() if np.isfinite(ratio)]
    return [f"For infinitely wide layers, theory predicts {', '.join(said)}."] if said else []


def _factors(record) -> list[str]:
    """By how much one layer multiplies the gradient, on the geometric average."""
    if record.net.depth == 1 or not record.flows:
        return []
    by_norm = {norm: flow.ratio ** (1 / (record.net.depth - 1)) for norm, flow in record.flows.items()}
    said = [f"{by:.{DIGITS}g} {WITH[norm]}" for norm, by in by_norm.items() if 0 < by < np.inf]
    return [f"One layer multiplies it by {', '.join(said)}."] if said else []


def _troubles(record) -> list[str]:
    """Where nothing arrives, what two samples do, and where the work budget bit."""
    said = [
        f"In {of_networks(flow.silent, flow.net.seeds)} {WITH[norm]} the first layer receives a gradient of exactly 0."
        for norm, flow in record.flows.items()
        if flow.silent
    ]
    if record.net.batch == 2 and "batch" in record.flows:
        said.append(TWO_SAMPLES)
    return said + (fewer(record.net.seeds, _ran(record)) if record.flows else [])


def _networks(record) -> str:
    same = ", the same for each curve" if len(record.flows) > 1 else ""
    place = "" if record.place == "before" else ", normalized after the activation"
    name = grammar.look(record.net.activation).label
    return f"{whose(_ran(record))}{same}: {name}, {_weights(record.net)}{place}."


def _ran(record) -> int:
    return min([flow.net.seeds for flow in record.flows.values()], default=record.net.seeds)


# --- what was learned -------------------------------------------------------------------------------------------------

SETTINGS = {"width": "width {}", "batch": "batch {}", "steps": "{} steps", "optimizer": "{}"}
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
NAMED = {"none": "no normalization", "batch": "batch norm", "layer": "layer norm", "scale": "divided per unit"}


def digits_name(record, records) -> str:
    """Return what tells a DigitsRecord from the others, which is its net, or else the settings that differ."""
    kinds = {(each.activation, each.norm) for each in records if each.depth}
    if not record.depth:
        return "no hidden layer"
    if len(kinds) > 1:
        return f"{grammar.look(record.activation).label}, {NAMED[record.norm]}"
    differ = [name for name in SETTINGS if len({getattr(each, name) for each in records}) > 1]
    told = [SETTINGS[name].format(OPTIMIZERS.get(getattr(record, name), getattr(record, name))) for name in differ]
    return ", ".join(told) or grammar.count(record.depth, "layer")


def digits_sentence(records) -> str:
    """Say which deep net has learned most, and what the others and a net without hidden layers have."""
    deep = [record for record in records if record.depth] or records
    best = max(deep, key=lambda record: np.median(record.training))
    bare = [record for record in records if not record.depth]
    name = digits_name(best, records)
    said = [f"Of the deep nets, “{name}” classifies the most training pictures correctly, {_percent(best.training)}"]
    said += [f"Without a hidden layer it is {_percent(bare[0].training)}"] if bare and best.depth else []
    first = deep[0]
    nets = f"Medians of {grammar.count(len(first.training), 'network')} of {grammar.count(first.depth, 'hidden layer')}"
    return lines([f"{words}." for words in said], f"{nets}, each at its best learning rate.")


def table(records) -> str:
    """Return the medians of some DigitsRecords as a table to print, with a line for each kind of net."""
    names = [digits_name(record, records) for record in records]
    wide = max(map(len, names))
    rows = [
        f"{name:{wide}}  {_percent(record.training):>8}  {_percent(record.test):>5}"
        for name, record in zip(names, records, strict=True)
    ]
    return "\n".join([f"{'pictures classified correctly':{wide}}  training   test", *rows])


def digits_alt(records) -> str:
    """The picture in words, with each net's median accuracy in training and in the test."""
    return " ".join(["A dot for each network.", *_all_digits(records)])


def _all_digits(records) -> list[str]:
    """Each net's median accuracy in training and in the test, for example "no hidden layer 98 % and 90 %"."""
    each = [
        f"{digits_name(record, records)} {_percent(record.training)} and {_percent(record.test)}" for record in records
    ]
    return [f"In training and in the test: {'; '.join(each)}."]


def _percent(accuracy) -> str:
    return f"{100 * np.median(accuracy):.0f} %"
