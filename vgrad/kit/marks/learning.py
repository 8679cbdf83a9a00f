"""What networks learn, step by step: a still picture, and who has learnt."""

from __future__ import annotations

import numpy as np

from . import curves, grammar
from .picture import Picture


def learning(records) -> Picture:
    """Draw the accuracy of training's batches, step by step; a cure has its colour, an activation its marker."""
    axes = curves.axes(grammar.new_figure(), "accuracy of each batch, at the best rate")
    steps = max(record.steps for record in records)
    axes.set(xlim=(0, 1.6 * steps), ylim=(0, 1.02))
    axes.plot([0, steps], [0.1, 0.1], **grammar.MARK)
    labels = []
    for record in records:
        cure = _cure(record)
        marker = grammar.look(record.activation).marker
        there = np.isfinite(record.curves).all(axis=0)
        at = np.arange(1, record.steps + 1)[there]
        median = curves.curve(axes, at, record.curves[:, there], cure._replace(marker=marker))
        labels.append((np.mean(median[-10:]), _named(record, records), cure.color))
    curves.label_ends(axes, steps, labels)
    curves.ticks(axes, steps, 4)
    axes.set_xlabel("step of training; the dotted line is guessing", fontsize=13)
    curves.legend(axes.figure)
    return Picture(axes.figure, learning_sentence(records))


def learning_sentence(records) -> str:
    """Say how many networks of each kind learned, and how long they were trained."""
    parts = [f"{_named(record, records)}: {record.learnt} of {len(record.best)}" for record in records]
    first = records[0]
    layers = f"{grammar.count(first.depth, 'layer')}, " if _all_share(records, "depth") else ""
    after = f"after {grammar.count(first.steps, 'step')}, {layers}width {first.width}"
    return f"Networks that tell more than half of the digits {after}: {'; '.join(parts)}."


def _named(record, records) -> str:
    """What tells a record from the others: its depth, if that differs; the activation, if that does; its cure."""
    words = [] if _all_share(records, "depth") else [grammar.count(record.depth, "layer")]
    words += [] if len(records) > 1 and _all_share(records, "activation") else [grammar.look(record.activation).label]
    ended = ["not finite"] if record.trouble else []
    return ", ".join([*words, _cure(record).label, *ended])


def _cure(record) -> grammar.Look:
    return grammar.cure(record.norm, record.skip, record.alpha)


def _all_share(records, name: str) -> bool:
    return len({getattr(record, name) for record in records}) == 1
