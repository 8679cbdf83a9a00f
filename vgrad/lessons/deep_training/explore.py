"""How do fifty layers train at all?  Nets of many blocks that learn the digits, live, and what their gradient does."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Generator

from ...kit.explorers.controls import choice, networks, scale, three_digits, whole
from ...kit.explorers.training import FIRST, TrainExplorer
from . import draw, say
from .measure import blocks
from .records import BlocksRecord

PRESETS = {
    "1 · Post-norm fails": dict(norm="post", rate=0.01),
    "2 · Pre-norm learns": dict(norm="pre"),
    "3 · Small branches help post-norm": dict(norm="post", start="1/sqrt(blocks)"),
    "4 · No norm, branches from 0": dict(norm="none", start="0"),
}
NORMS = {"none": "none", "pre-norm": "pre", "post-norm": "post"}
STARTS = {f"W₂ × {name}": start for start, name in say.STARTS.items()}


def train_deep(**values) -> TrainExplorer:
    """Explore the accuracy and the gradient of nets of many blocks while they train.   values : of its controls."""
    controls = {
        "norm": choice("layer norm", "post", NORMS),
        "warmup": whole("warm-up", 0, 0, 100),
        "rate": scale("learning rate", 0.003, 1e-4, 0.1, box_step=None),
        "start": choice("branch start", "1", STARTS),
        "blocks": whole("blocks", 24, 1, 48),
        "steps": whole("steps", 120, 20, 300),
        "seeds": networks(5, 10),
    }
    return TrainExplorer(
        train_deep, controls, _watch, draw.BlocksPlot,
        sentence=_told, alt=say.blocks_alt, presets=PRESETS, first=("norm", "warmup", "rate"), start=values,
    )  # fmt: skip


def _watch(*, rate, steps, **settings) -> Generator[BlocksRecord, None, None]:
    """Yield the records of the controls' values, each with the baseline: the rate as its number box shows it."""
    line = _baseline(steps)
    for record in blocks.watch_blocks(rate=three_digits(rate), steps=steps, **settings):
        yield record._replace(baseline=line)


@functools.lru_cache(16)
def _baseline(steps: int) -> float:
    """What a readout of the pixels alone classifies after as many steps, at a rate that suits it."""
    return statistics.median(blocks.train_blocks(0, rate=0.01, steps=steps).right.tolist())


def _told(record) -> str:
    """The sentence; of the first steps, which stand there before anybody has pressed Train, without a verdict."""
    return say.blocks_sentence(record, begun=record.step > FIRST or record.done)


EXPLORERS = {"train_deep": train_deep}
