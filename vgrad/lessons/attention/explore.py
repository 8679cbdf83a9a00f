"""Do transformers have this problem?  Tokens that grow alike, and gradients that vanish with their differences."""

from __future__ import annotations

from ...kit.explorers.controls import choice, networks, scale, switch, three_digits, whole
from ...kit.explorers.framework import Explorer
from .draw.columns import ColumnsPlot
from .measure.columns import token_columns
from .records import ColumnsRecord
from .say.columns import alt, sentence

ALONE = dict(norm="none", skip="without", depth=8)
PRESETS = {
    "1 · Attention alone: one token": ALONE,
    "2 · A skip delays it": dict(norm="none", depth=24),
    "3 · Pre-norm: slowly": dict(depth=24),
    "4 · Post-norm: halved in two blocks": dict(norm="post", depth=24),
    "5 · Without 1/√d: three blocks later": ALONE | dict(scores=5.66),
    "6 · A causal mask: steadily": ALONE | dict(causal=True, depth=24),
}
NORMS = {"none": "none", "pre-norm": "pre", "post-norm": "post"}
SKIPS = {"with": "with", "without": "without"}
SIZES = {str(size): str(size) for size in (16, 32, 64)}
HEADS = {str(heads): str(heads) for heads in (1, 2, 4, 8)}


def attention(**values) -> Explorer:
    """The tokens of a transformer, block by block, and the gradients.   values : where its controls start."""
    controls = {
        "depth": whole("blocks", 12, 1, 48),
        "norm": choice("norm", "pre", NORMS),
        "skip": choice("skip", "with", SKIPS),
        "scores": scale("scores ×", 1.0, 0.01, 100.0),
        "mlp": switch("MLP", False, "two more maps behind each attention"),
        "causal": switch("causal mask", False, "a token sees itself and those before it"),
        "heads": choice("heads", "1", HEADS),
        "width": choice("width", "32", SIZES),
        "tokens": whole("tokens", 12, 2, 32),
        "seeds": networks(8, 12),
    }
    return Explorer(
        attention, controls, _measure, ColumnsPlot,
        sentence=sentence, alt=alt, presets=PRESETS, first=("depth", "norm", "skip"), start=values,
    )  # fmt: skip


def _measure(*, skip, scores, heads, width, **settings) -> ColumnsRecord:
    """The record of the controls' values, with the factor of the scores as its number box shows it."""
    sizes = dict(heads=int(heads), width=int(width))
    return token_columns(skip=skip == "with", scores=three_digits(scores), **sizes, **settings)


EXPLORERS = {"attention": attention}
