"""What is said under the pictures of truncated backpropagation through time, and the texts that stand for them."""

from __future__ import annotations

import numpy as np

from ....kit.marks import grammar
from ....kit.words.cells import CELLS
from ....kit.words.phrases import five, lines, medians, points
from ..records import CHANCE

SPANS = {  # of the stored table, by the lag L
    "L/2": lambda lag: lag // 2,
    "L": lambda lag: lag,
    "L + 1": lambda lag: lag + 1,
    "L + 2": lambda lag: lag + 2,
    "2 L": lambda lag: 2 * lag,
    "3 L": lambda lag: 3 * lag,
}
SAID = {  # what is said of the least and of the largest of each measure
    "error": "Cut into spans of {span}, the gradient of {net} is wrong by {size} of its norm.",
    "cosine": "Cut into spans of {span}, the gradient of {net} has a cosine of {size} with the whole gradient.",
}
MEASURES = {"error": "relative error", "cosine": "cosine"}


# --- the gradient -----------------------------------------------------------------------------------------------------


def net_name(record, records) -> str:
    """Return what tells a TruncationRecord's net from those of the other ``records``, as it is written at its curve."""
    bias = {
        "alone": f"forget bias {record.bias:g}",
        "paired": f"forget {record.bias:g}, input {0 - record.bias:g}",
        "chrono": "chrono biases",
    }
    parts = [CELLS[record.cell].label]
    parts += {"lstm": [bias[record.mode]], "gru": [f"bias {record.bias:g}"]}.get(record.cell, [])
    if any(other.gain != 1 for other in records) and record.cell in ("rnn", "irnn"):
        parts.append(f"gain {record.gain:g}")
    if any(other.lag != record.lag for other in records):
        parts.append(f"lag {record.lag}")
    return ", ".join(parts)


def truncation_sentence(records, kind: str) -> str:
    """Say at one span which net's gradient differs least from the whole one and which most, and then all numbers.

    kind : "error" or "cosine".
    """
    one = records[0]
    span = one.spans[len(one.spans) // 2]
    sizes = {net_name(record, records): median(record, kind) for record in records}
    at = {net: size[record.spans.index(span)] for (net, size), record in zip(sizes.items(), records, strict=True)}
    best, worst = (choose(at, key=at.__getitem__) for choose in (min, max))
    shown = [worst, best] if len(at) > 1 else [best]
    steps = grammar.count(span, "step")
    finding = [
        SAID[kind].format(span=steps, net=f"the {net.replace(', ', ' with ', 1)}", size=grammar.number(at[net]))
        for net in shown
    ]
    nets = f"{medians(one.seeds, 'untrained network').capitalize()}, {one.T} steps, width {one.width}."
    task = f"At every step, the loss compares the output with the input of {_steps_ago(records)}."
    each = "; ".join(f"{net} {_by_span(size, one.spans)}" for net, size in sizes.items())
    return lines(finding, nets, [task, f"The {MEASURES[kind]} of the cell's gradient by span: {each}."])


def truncation_alt(records, kind: str) -> str:
    """Say in words what the picture shows."""
    each = "; ".join(
        f"{net_name(record, records)}: {_by_span(median(record, kind), record.spans)}" for record in records
    )
    return f"The {MEASURES[kind]} of the truncated gradient by span, a curve for each net. {each}."


def median(record, kind: str):
    """Return the median over the networks of a TruncationRecord, by span."""
    return np.median(getattr(record, kind), axis=0)


def _by_span(sizes, spans) -> str:
    """At most five of the numbers, with their spans."""
    shown = five(0, len(spans) - 1)
    return points([float(sizes[k]) for k in shown], [spans[k] for k in shown], "at")


# --- the echo ---------------------------------------------------------------------------------------------------------


def run_name(record, records) -> str:
    """Return what tells an EchoRecord's run from the other ``records``, as it is written at its curve."""
    parts = [f"{record.span} steps"]
    if len({other.cell for other in records}) > 1:
        parts.insert(0, CELLS[record.cell].label)
    if len({other.lag for other in records}) > 1:
        parts.append(f"lag {record.lag}")
    if record.frozen:
        parts.append("readout alone")
    return ", ".join(parts + ([] if record.carried else ["reset"]))


def echo_sentence(records) -> str:
    """Say the accuracy of each run after training, of whom it is, and what a guess has."""
    one = records[0]
    several = len({record.cell for record in records}) > 1
    kind = "network" if several else CELLS[one.cell].label
    networks = f"One {kind}" if one.seeds == 1 else f"Median and range of {one.seeds} {kind}s"
    finding = [f"{_in_windows(record, several)}, the accuracy is {_ranged(record.accuracy)}." for record in records]
    protocol = f"{networks}, echo of {_steps_ago(records)}. A guess has {CHANCE:g}."
    how = [
        f"The networks trained on {grammar.count(one.steps, 'step')} of a stream, Adam at 0.01, clipped at norm 1.",
        "The accuracy is that of all answers to a new stream.",
    ]
    how += [
        f"If only a window of {grammar.count(record.span, 'step')} is known and all else is guessed, "
        f"it is {record.expected:.2f}."
        for record in records
        if not record.carried
    ]
    return lines(finding, protocol, how)


def _in_windows(record, several: bool) -> str:
    """A run in words, as a sentence begins with it; with its cell where there are several."""
    whose = f"For the {CELLS[record.cell].label} with" if several else "With"
    begins = f"{whose} windows of {grammar.count(record.span, 'step')}"
    state = " and the state carried over" if record.carried else " and the state reset at each"
    return begins + state + (", where the readout alone learns" if record.frozen else "")


def _steps_ago(records) -> str:
    """The lags of all records: "1 step ago", "2, 4 and 8 steps ago"."""
    lags = sorted({record.lag for record in records})
    return f"{_and(lags)} {'step' if lags == [1] else 'steps'} ago"


def _ranged(accuracy) -> str:
    """The median accuracy, and the range of the networks."""
    if len(accuracy) == 1:
        return f"{accuracy[0]:.2f}"
    return f"{np.median(accuracy):.2f} ({min(accuracy):.2f} to {max(accuracy):.2f})"


def echo_alt(records) -> str:
    """Say in words what the picture shows."""
    each = []
    for record in records:
        course = np.median(record.course, axis=0)
        at = five(0, len(course) - 1)
        steps = [record.span * (k + 1) for k in at]
        each.append(f"{run_name(record, records)}: {points(course[at], steps, 'at step')}")
    return f"Accuracy of the answers by step of the stream; a guess has {CHANCE:g}. {'; '.join(each)}."


# --- the stored table -------------------------------------------------------------------------------------------------


def panels(cells) -> dict:
    """Return the accuracies of the stored cells by (cell, carried), and there by (lag, span).

    Where the readout alone learned, the span does not matter, and None stands for it.
    """
    found = {}
    for cell in cells:
        its = cell.settings
        panel = found.setdefault((its["cell"], its["carried"]), {})
        panel[its["lag"], None if its["frozen"] else its["span"]] = np.array(cell.result["accuracy"], dtype=float)
    return found


def panel_name(cell: str, carried: bool) -> str:
    """Return the title of a panel."""
    return f"{CELLS[cell].label}, state {'carried over' if carried else 'reset at each window'}"


def table_sentence(cells) -> str:
    """Say the medians at spans of L and of L + 1 steps, and then those of the readout alone, for each panel."""
    one = cells[0].settings
    finding, alone = [], []
    for (cell, carried), fields in panels(cells).items():
        name = f"{CELLS[cell].label} {'with its state carried over' if carried else 'with its state reset'}"
        finding.append(f"The {name} has {_medians(fields, 'L')} at k = L and {_medians(fields, 'L + 1')} at k = L + 1.")
        if any(span is None for _, span in fields):
            alone.append(f"Where its readout alone learns, the {CELLS[cell].label} has {_medians(fields, None)}.")
    lags = _and(sorted({cell.settings["lag"] for cell in cells}))
    protocol = f"Median accuracies of {one['seeds']} networks for lags L = {lags}. A guess has {CHANCE:g}."
    stream = f"Each trained on {one['steps']} steps of a stream in windows of k steps, width {one['width']}, "
    return lines(finding, protocol, [f"{stream}Adam at 0.01, clipped at norm 1.", *alone])


def _medians(fields: dict, name: str | None) -> str:
    """The medians of a column, from the least lag to the largest: "0.78, 0.73 and 0.65"."""
    lags = sorted({lag for lag, _ in fields})
    keys = [(lag, SPANS[name](lag) if name else None) for lag in lags]
    return _and([f"{np.median(fields[key]):.2f}" for key in keys if key in fields])


def _and(words) -> str:
    """Some words as a list in a sentence."""
    *most, last = map(str, words)
    return f"{', '.join(most)} and {last}" if most else last


def table_alt(cells) -> str:
    """Say in words what the table shows: the median of each field."""
    said = []
    for (cell, carried), fields in panels(cells).items():
        rows = sorted(fields, key=lambda field: (field[0], field[1] or 0))
        names = [f"L {lag}, {f'span {span}' if span else 'readout alone'}" for lag, span in rows]
        each = (f"{name}: {np.median(fields[key]):.2f}" for name, key in zip(names, rows, strict=True))
        said.append(f"{panel_name(cell, carried)}: {'; '.join(each)}.")
    grid = "Fields coloured by their accuracy, a row for each lag L and a column for each span of the windows"
    return f"{grid}; a guess has {CHANCE:g}. {' '.join(said)}"
