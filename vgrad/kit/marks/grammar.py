"""The one visual grammar: colours, markers, names and axes, the same in every picture.

Colours start from those of Okabe & Ito (2008), moved until each has a contrast of 3 : 1 on white and no two look alike,
to colour-blind eyes either; and none stands alone, as each activation has its own marker too.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1a1a1a"
PAPER = "#ffffff"
FAINT = "#6b6b6b"
VANISHING = "#0b4f82"  # of words on the shaded side, and of the mark of an exact 0
EXPLODING = "#9a3d00"
VANISHING_SIDE = "#dfecf7"
EXPLODING_SIDE = "#fde8d9"
HEALTHY = 1.0  # decades: between a tenth and ten times the last layer's gradient, nothing is called a problem
MARK = dict(color=FAINT, linewidth=1.4, linestyle=":")  # of a value to compare with
THEORY = dict(color=INK, linestyle=(0, (5, 3)), linewidth=1.8)


class Look(NamedTuple):
    """How one activation is drawn and named everywhere."""

    color: str
    marker: str
    label: str


ACTIVATIONS = {
    "identity": Look("#555555", "_", "linear"),
    "sigmoid": Look("#c44e00", "o", "sigmoid"),
    "tanh": Look("#0072b2", "s", "tanh"),
    "relu": Look("#00805d", "^", "ReLU"),
    "leaky_relu": Look("#328bac", "v", "leaky ReLU"),
    "elu": Look("#cb4e3e", "D", "ELU"),
    "selu": Look("#3b53c0", "P", "SELU"),
    "gelu": Look("#c5458c", "X", "GELU"),
    "silu": Look("#783407", "p", "SiLU"),
    "softplus": Look("#cb6f00", "h", "softplus"),
}
CURES = {  # colours and markers that no activation has
    "plain": Look("#5a5a5a", "x", "plain"),
    "batch": Look("#8f2fb0", "*", "batch norm"),
    "layer": Look("#a66a00", "d", "layer norm"),
    "rms": Look("#5c5f9e", "8", "RMS norm"),
    "skip": Look("#b3006b", ">", "skip"),
    "skip/√depth": Look("#5f6f00", "<", "skip/√depth"),
    "skip/depth": Look("#00716b", "H", "skip/depth"),
}
FILLS = {"dh": "full", "dz": "none", "dW": "left"}  # of the marker: which gradient a curve is
NORMS = {"batch": "batch norm", "layer": "layer norm", "rms": "RMS norm"}
NORM_PLACES = {"after": "after the activation", "input": "of each layer's input", "output": "of each layer's output"}
SKIPS = {
    "activation_last": "a skip", "activation_first": "a skip, the activation first", "branch": "a skip over two layers",
}  # fmt: skip
ALPHAS = {"1/sqrt(depth)": "1/√depth", "1/depth": "1/depth"}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NAMES = {"lecun": "LeCun", "xavier": "Xavier", "he": "He", "glorot": "Glorot's", "torch": "PyTorch", "linear": "Linear"}


def look(activation: str) -> Look:
    """Return an activation's look; one that is not in the table is drawn in ink under its own name."""
    return ACTIVATIONS.get(activation, Look(INK, "o", activation))


def cure(norm: str | None, skip: str | None = None, alpha=1.0) -> Look:
    """Return the look of a norm, of a skip (which lends the colour to both together), or of neither."""
    parts = [CURES["skip" + ALPHAS.get(str(alpha), "1")[1:]]] if skip else []
    parts += [CURES[norm.partition("_")[0]]] if norm else []
    first = parts[0] if parts else CURES["plain"]
    label = " and ".join(part.label for part in reversed(parts)) or first.label
    return first._replace(label=label)


def title(name: str) -> str:
    """Return a scheme's name for people: "xavier_normal" is "Xavier normal"."""
    return " ".join(NAMES.get(word, word) for word in name.split("_"))


def dressing(norm: str | None, skip: str | None, alpha) -> str:
    """Return what a net has beside its layers: "batch norm and a skip times 1/√depth"; "" if nothing."""
    kind, _, place = (norm or "").partition("_")
    parts = [f"{NORMS[kind]} {NORM_PLACES.get(place, '')}".strip()] if norm else []
    if skip:
        times = ALPHAS.get(alpha) or number(alpha)
        parts.append(SKIPS[skip] + ("" if times == "1" else f" whose branch is multiplied by {times}"))
    return " and ".join(parts)


def new_figure(width: float = 9.0, height: float = 4.6) -> Figure:
    """Return a figure outside pyplot, legible from the back of a lecture room: letters of 13 points at 9 inches."""
    return Figure(figsize=(width, height), dpi=115, facecolor=PAPER)


def tidy(axes: Axes, size: float = 13) -> None:
    """Leave of a chart's frame two spines, faint horizontal lines, and letters of ``size`` points."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=size, colors=INK, length=4)
    axes.grid(axis="y", color="#000000", alpha=0.10, linewidth=0.8)
    axes.set_axisbelow(True)


def shade(axes: Axes, low: float, high: float, floor: float, ceiling: float, words: bool = True) -> None:
    """Shade what lies under ``low`` as vanishing, over ``high`` as exploding, and say so where there is room."""
    for name, a, b, face, ink in (
        ("vanishing", floor, low, VANISHING_SIDE, VANISHING),
        ("exploding", high, ceiling, EXPLODING_SIDE, EXPLODING),
    ):
        axes.axhspan(a, b, color=face, linewidth=0, zorder=0)
        if words and b - a > 0.12 * (ceiling - floor):
            at = dict(y=0.03, va="bottom") if name == "vanishing" else dict(y=0.97, va="top")
            axes.text(0.985, s=name, transform=axes.transAxes, ha="right", color=ink, fontsize=14, style="italic", **at)


def decade_ticks(axes: Axes, low: float, high: float, most: int = 8) -> None:
    """Set the ticks of an axis of decades: 10⁻²⁰, 10⁻¹⁰, 1, … and at most one more than ``most``."""
    step = next(s for s in (1, 2, 5, 10, 20, 40, 50, 100, 200, 500) if (high - low) / s <= most)
    ticks = np.arange(math.ceil(low / step) * step, high + 0.5, step)
    axes.set_yticks(ticks, [power_of_ten(round(t)) for t in ticks])


def power_of_ten(exponent: int) -> str:
    """Return 10 to a whole power as people write it: "10⁻⁵", and "1" of the power 0."""
    return f"10{str(exponent).translate(RAISED)}" if exponent else "1"


def up_to(value: float, steps) -> float:
    """Return the first of ``steps`` not below ``value``, or the last: axes move in steps, so that ticks stay put."""
    return next((step for step in steps if value <= step), steps[-1])


def decades(sizes):
    """Return log10, which is -inf of 0, and NaN of what is not a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(sizes)


def quantiles(rows, method: Literal["linear", "inverted_cdf"] = "linear"):
    """Return low, median and high of rows (networks, ...), with the middle 80 % of the networks between: (3, ...)."""
    return np.quantile(rows, (0.1, 0.5, 0.9), axis=0, method=method)


def number(value: float) -> str:
    """Return two significant digits, as said aloud: 0.21, 1200, 1.2e-18, 3.4e5."""
    if not math.isfinite(value):
        return "infinite" if math.isinf(value) else "not a number"
    mantissa, _, exponent = f"{value:.2g}".partition("e")
    if exponent in ("+02", "+03"):
        return f"{float(mantissa) * 10 ** int(exponent):.0f}"
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def count(how_many: int, thing: str) -> str:
    """Return so many of a thing: 1 layer, 30 layers."""
    return f"{how_many} {thing}" if how_many == 1 else f"{how_many} {thing}s"
