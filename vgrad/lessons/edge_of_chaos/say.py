"""What is said under the pictures of this lesson, and the texts that stand for the pictures.

They are about order, chaos, and the edge between them.
"""

from __future__ import annotations

from ...kit.marks import grammar
from ...kit.words.flow import whose_weights
from ...kit.words.phrases import beside, by_layer, judged

EDGE = 0.01  # of |χ - 1|: nearer to it, we say "at the edge"


def sentence(record) -> str:
    """Where the place lies, what χ and ξ are, and what became of the gradient."""
    flow = record.flow
    net = flow.net
    scale = f"by e over a ξ of {_layers(record.depth_scale)}"
    multiplied = f"a layer multiplies a squared gradient by χ = {record.chi:.3g}, {scale}"
    place = f"{grammar.look(net.activation).label}, {_place(flow)}: {phase_of(record.chi)}"
    theory = flow.theory["dh"][0]
    back = judged(flow.ratio, theory, "of the last's", f"beyond float64{beside(theory)}")
    deep = f"After {grammar.count(net.depth, 'layer')} the first layer's dh is {back}"
    forward = f"h is {grammar.number(flow.forward)} times the input's"
    return f"{place}; {multiplied}. {deep}; {forward}. {whose_weights(flow)}."


def phase_of(chi: float) -> str:
    """Which of three it is: "order", "chaos", or "the edge"."""
    if abs(chi - 1) < EDGE:
        return "the edge"
    return "order" if chi < 1 else "chaos"


def _place(flow) -> str:
    return f"σ_w {flow.sigma_w:.3g}, σ_b {flow.sigma_b:.3g}"


def _layers(scale: float) -> str:
    if scale > 1000:
        return "more than 1000 layers"
    return f"{scale:.0f} layers" if scale >= 100 else f"{scale:.2g} layers"


def alt(record) -> str:
    """The picture in words: the place on the chart, and the medians of five layers."""
    flow = record.flow
    place = f"a point at {_place(flow)}, in {phase_of(record.chi)}"
    chart = f"A chart of χ over σ_w and σ_b for {flow.net.activation}, with {place}"
    return f"{chart}; beside it dh by layer: {by_layer(flow.relative['dh'])}."
