"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about the size of the first weights.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.flow import counted, plain_layers, whose_weights
from ...kit.words.phrases import by_layer, fewer, lines, medians, predicted, size, so_it

ALIKE = 0.5  # of h: when two samples differ in less of it, a correlation of over 3/4


def sentence(record) -> str:
    """What a FlowRecord says both ways: each way first, then what tells samples apart; and which networks."""
    findings = [_finding(name, record, first=k == 0) for k, name in enumerate(record.shown)]
    nothing = [] if findings else ["Nothing is shown, because h, dh and apart are switched off."]
    return lines([*findings, *nothing, *_troubles(record)], f"{whose_weights(record)}.")


def alt(record) -> str:
    """The picture in words: medians of five layers of each curve."""
    said = [f"{name} is {by_layer(record.relative[name])}" for name in record.shown]
    drawn = "; ".join(said) or "no curve is switched on"
    return f"Signal and gradient by layer on a log axis, {plain_layers(record.net)}: {drawn}."


ENDS = {  # where a curve ends, how its sentence starts, and of what the size is told
    "h": (-1, "the last h is", "times the input's size"),
    "dh": (0, "the first layer's dh is", "times that at the last"),
    "apart": (-1, "samples differ in", "of h"),
}


def _finding(name: str, record, first: bool) -> str:
    """What has become of a curve at its end, and what follows, with theory beside a size that is not 0."""
    end, start, of_what = ENDS[name]
    ratio = float(record.relative[name].median[end])
    start = f"In {counted(record.net)} {start}" if first else start[0].upper() + start[1:]
    theory = predicted(record.theory[name][end] if ratio else np.nan)
    if not np.isfinite(ratio):
        return f"{start} beyond float64, {so_it(ratio)}."
    follows = so_it(ratio)
    if name == "apart":
        follows = "so they have grown alike" if ratio < ALIKE else "so they stay apart"
    return f"{start} {size(ratio, of_what)}, {follows}.{theory}"


def _troubles(record) -> list[str]:
    said = []
    if "apart" in record.shown and record.relative["apart"].median[-1] < 1e-7:
        said.append("So little is mostly rounding, and so the samples have become one.")
    return said + fewer(record.seeds_asked, record.net.seeds)


def sweep_sentence(records) -> str:
    """The scale at which each size is kept, as measured; which networks; and what theory and the formula say."""
    first = records[0]
    found = [
        f"The {WAYS[record.way]} of {_whose(record)} keeps its size at σ_w {_place(record.optimum)}."
        for record in records
    ]
    protocol = (
        f"{medians(first.decades.shape[1]).capitalize()}: {grammar.count(first.depth, 'layer')}, width {first.width}."
    )
    expected = ", ".join(_place(record.expected) for record in records)
    said = (
        f"In this order theory says {expected}, and the formulas say {', '.join(f'{r.formula:.3g}' for r in records)}."
    )
    return lines(found, protocol, said)


WAYS = {"h": "forward signal", "dh": "gradient"}


def _whose(record) -> str:
    small = "" if record.size == 1 else f" with inputs of size {record.size:g}"
    return grammar.look(record.activation).label + small


def _place(sigma_w: float) -> str:
    return f"{sigma_w:.3g}" if np.isfinite(sigma_w) else "none of these"


# --- what is learnt from a start --------------------------------------------------------------------------------------


def starts_sentence(records) -> str:
    """What the best and the worst start come to; which networks; and the test pictures, a start each."""
    named = dict(zip(labels(records), records, strict=True))
    best, worst = (pick(named, key=lambda name: np.median(named[name].train)) for pick in (max, min))
    finding = [f"With “{best}” the networks classify {_median(named[best].train)} of the training pictures correctly."]
    if best != worst:
        finding.append(f"With “{worst}” they classify {_median(named[worst].train)}, where guessing would get 10 %.")
    first = records[0]
    layers = f"{first.hidden} × {first.width} {grammar.look(first.activation).label} units"
    rate = f"{first.steps} steps of SGD, learning rate {first.rate:g}"
    other = len({(record.hidden, record.width, record.rate) for record in records}) > 1
    unless = " where a row names no other" if other else ""
    protocol = f"{medians(len(first.train)).capitalize()} on digits: {layers}, {rate}{unless}."
    shares = [_listed(record.train for record in records), _listed(record.test for record in records)]
    rest = (
        f"From the top, the rows classify {shares[0]} of the training pictures, and {shares[1]} of the test pictures."
    )
    return lines(finding, protocol, rest)


def starts_alt(records) -> str:
    """The picture in words: two numbers for each start."""
    parts = [
        f"{name}: {_median(record.train)} training, {_median(record.test)} test"
        for name, record in zip(labels(records), records, strict=True)
    ]
    return f"The share of digits that is classified after training, a row for each start. {'; '.join(parts)}."


def labels(records) -> list[str]:
    """What tells each StartRecord from the others: weights, layers, pixels, and a learning rate of its own."""
    starts = [_start(record) for record in records]
    pixels = [_pixels(record) for record in records]
    first = records[0].rate
    said = []
    for record, start, pixel in zip(records, starts, pixels, strict=True):
        parts = [pixel] if len(set(pixels)) > 1 else []
        if not parts or start != "random weights":
            parts.insert(0, start)
        said.append(", ".join([*parts, *([] if record.rate == first else [f"learning rate {record.rate:g}"])]))
    return said


def _start(record) -> str:
    if record.hidden == 0:
        return "no hidden layer"
    if record.constant is None:
        return "one unit per layer" if record.width == 1 else "random weights"
    noise = f" with noise of {record.noise:g}" if record.noise else ""
    return f"all weights {record.constant:g}{noise}"


def _pixels(record) -> str:
    return f"pixels {record.pixels}" if record.pixels[0].isdigit() else f"{record.pixels} pixels"


def _listed(rows) -> str:
    """The medians of several rows, from the top: "10 %, 16 % and 98 %"."""
    *others, last = map(_median, rows)
    return f"{', '.join(others)} and {last}" if others else last


def _median(shares) -> str:
    return f"{100 * np.median(shares):.0f} %"
