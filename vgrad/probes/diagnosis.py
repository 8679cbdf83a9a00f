"""All of it together: one look at a network before it is trained, and what it says in words.

Three numbers carry most of what can be known at the start: **decades**, how far dh at the first layer is from dh at the
last; the same of dW; and the **signal fraction** of the last h. What a norm of all gradients together says is reported
beside them, since that is what is usually looked at: it is dominated by the layers that are well.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..ops import Array
from ..require import Scalar, guarded
from ..tape import Step, Tape
from .depth import Params, flow, outputs
from .signal import signal_fraction

LOST = 2.0
FADED = 1.0
ALIKE = -0.55
MANY_DEAD = 0.5  # of the units of one layer; above it, the report says so
BANDS = ("green", "amber", "red")


class Measures(NamedTuple):
    """What was measured, a number each; per layer it is in ``probes.flow``."""

    decades: float  # log10 ‖dh_1‖ / ‖dh_depth‖: negative is vanishing
    range: float  # decades between the largest and the smallest ‖dh_k‖
    weight_decades: float  # log10 ‖dW_1‖ / ‖dW_depth‖
    signal: float  # the signal fraction of h_depth, a log10
    score: float  # |decades| + |weight_decades| + 2 |signal|: 0 is perfect
    depth_scale: float  # layers over which ‖dh‖² changes by e, as in theory.depth_scale
    total_norm: float  # of the hidden layers' dW together: the number that is usually watched
    smallest_step: float  # the least ‖dW_k‖ / ‖W_k‖
    dead: float  # the largest share, in a layer, of units whose slope is 0 on all samples of this batch
    saturated: float  # the largest share of saturated units in a layer
    broken: float  # the largest share of zeros, subnormals, infs and NaNs in a layer's dh


class Health(NamedTuple):
    """A diagnosis."""

    measures: Measures
    band: str  # "green", "amber" or "red"
    reasons: tuple[str, ...]  # why, in words, the gravest first; what is merely worth knowing last

    def __str__(self) -> str:
        return "\n".join([f"{self.band.upper()}", *(f"- {reason}" for reason in self.reasons)])


@guarded
def health(params: Params, tape: Tape, cotangent: Annotated[Array, _require_one_network]) -> Health:
    """Examine one MLP at one batch, and return what was measured, a band, and the reasons in words.

    params, tape : of models.mlp or hidden; cotangent : of the tape's last output. The band is red if the norms of dh
    span LOST decades or more, or are not finite. It is green if they span less than FADED and the signal fraction is
    above ALIKE, and else it is amber. Raises ValueError for an ensemble or for one sample.
    """
    measures = _measures(params, tape, cotangent)
    return Health(measures, band(measures.range, measures.signal), tuple(_reasons(measures)))


@guarded
def band(span: Scalar, signal: Scalar) -> str:
    """Return the band of a network whose dh spans so many decades and whose last h has this signal fraction."""
    if not span < LOST:  # nor if it is NaN
        return "red"
    return "green" if span < FADED and signal > ALIKE else "amber"


def _measures(params, tape: list[Step], cotangent: Array) -> Measures:
    seen = flow(params, tape, cotangent)
    decades = float(seen.decades[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        weight_decades = float(np.log10(seen.dW[0]) - np.log10(seen.dW[-1]))
    signal = float(signal_fraction(outputs(tape)[-1]))
    return Measures(
        decades=decades,
        range=float(np.ptp(seen.decades)),
        weight_decades=weight_decades,
        signal=signal,
        score=abs(decades) + abs(weight_decades) + 2 * abs(signal),
        depth_scale=(len(seen.dh) - 1) / (2 * math.log(10) * abs(decades)) if decades else math.inf,
        total_norm=float(np.linalg.norm(seen.dW)),
        smallest_step=float(seen.relative.min()),
        dead=float(seen.dead.max()),
        saturated=float(seen.saturated.max()),
        broken=float(np.sum(np.asarray(seen.entries), axis=0).max()),
    )


def _require_one_network(name: str, cotangent) -> None:
    require.shape(name, cotangent, "(N, D): one network", np.ndim(cotangent) == 2)


def _of_the_gradient(decades: float, span: float) -> str:
    if decades == -math.inf:
        return "The gradient is exactly 0 at the first layer: nothing can be learned from it."
    if not math.isfinite(span):
        return "The gradient is exactly 0, or no longer finite, in some layer: nothing can be learned from it."
    if span >= FADED > abs(decades):
        return f"The gradient arrives, but between the layers its size changes by 10^{span:.1f}."
    word = "vanishes" if decades < 0 else "explodes"
    if abs(decades) < FADED:
        word = "arrives"
    return f"The gradient {word}: dh at the first layer is 10^{decades:.1f} of what it is at the last."


def _reasons(m: Measures):
    """Why, in words."""
    yield _of_the_gradient(m.decades, m.range)
    if math.isnan(m.signal):
        yield "The last layer puts out nothing but zeros, or numbers that are not finite: there is no signal."
    elif m.signal <= ALIKE:
        yield f"All inputs have become nearly alike: at the last layer they differ by {10**m.signal:.1%} of their size."
    if m.dead > MANY_DEAD:
        yield f"In some layer {m.dead:.0%} of the units are dead: they pass nothing for any sample."
    if m.broken > 0.01:
        yield f"In some layer {m.broken:.0%} of dh is 0, subnormal or not finite."
    if abs(m.weight_decades) >= FADED:
        yield f"The weights' gradient changes by 10^{abs(m.weight_decades):.1f} over the depth: no rate suits all."
    yield f"The norm of all weight gradients together is {m.total_norm:.2g}, which says nothing of this."
