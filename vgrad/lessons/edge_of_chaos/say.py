"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about order, chaos, and the edge between them.
"""

from __future__ import annotations

import numpy as np

from ...kit.marks import grammar
from ...kit.words.phrases import verdict, whose_weights

EDGE = 0.01  # of |χ - 1|: nearer to it, we say "at the edge"


@grammar.asked
def sentence(record) -> str:
    """Where the place lies, what χ and ξ are, and what became of the gradient."""
    net, look = record.net, grammar.look(record.activation)
    place = f"{look.label}, σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}: {phase_of(record.chi)}"
    size = (
        f"a layer multiplies a squared gradient by χ = {record.chi:.3g}, by e over a ξ of {_layers(record.depth_scale)}"
    )
    result = f"{grammar.number(net.ratio)} of the last's"
    if net.ratio == 0 or not np.isfinite(net.ratio):
        result = "exactly 0" if net.ratio == 0 else "beyond float64"
    ours = net.theory["dh"][0]
    said = f" (theory {grammar.number(ours)})" if np.isfinite(ours) else ""
    deep = "layer" if record.depth == 1 else "layers"
    back = f"After {record.depth} {deep} the first layer's dh is {result}{said}: it {verdict(net.ratio)}"
    return f"{place}; {size}. {back}; h is {grammar.number(net.forward)} times the input's. {whose_weights(net)}."


@grammar.asked
def phase_of(chi: float) -> str:
    """Which of three it is: "order", "chaos", or "the edge"."""
    return "the edge" if abs(chi - 1) < EDGE else "order" if chi < 1 else "chaos"


def _layers(scale: float) -> str:
    if scale > 1000:
        return "more than 1000 layers"
    return f"{scale:.0f} layers" if scale >= 100 else f"{scale:.2g} layers"


@grammar.asked
def alt(record) -> str:
    """The picture in words."""
    layers = sorted({round(1 + k * (record.depth - 1) / 4) for k in range(5)})
    points = ", ".join(f"{grammar.number(record.net.relative['dh'].median[k - 1])} at layer {k}" for k in layers)
    place = f"a point at σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}, in {phase_of(record.chi)}"
    return f"A chart of χ over σ_w and σ_b for {record.activation}, with {place}; beside it dh by layer: {points}."
