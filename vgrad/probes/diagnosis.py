"""All of it together: one look at a network, before its training or during it, and what it says in words.

Every sign of trouble has a limit (``signs``). The verdict is red if a sign is beyond its limit, and amber if one is
close to it. The limits hold for a fresh network. During training there is one more question, because small gradients
are good news where the error is small: a gradient has *converged* if there is little left to correct, and it has
*vanished* if there is much to correct that does not arrive. The norm of all gradients together cannot answer that. It
is reported beside the signs, because it is what is usually watched, and the layers with the largest gradients make it.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..door import quietly_guarded
from ..ops import Array
from ..require import Scalar
from ..tape import Tape
from .depth import Params, outputs
from .measures import Measures, measure, nothing_arrives, readout_is_zero
from .signs import FADED, MANY_DEAD, SIGNS, WATCH, Sign

BANDS = ("green", "amber", "red")
CONVERGED = 0.5  # of the error at the start: with less, training works
LOST_ON_THE_WAY = 1e-3  # of the outputs' cotangent: what reaches the first layer of a gradient that has vanished


class Health(NamedTuple):
    """A diagnosis."""

    measures: Measures
    band: str  # "green", "amber" or "red"
    reasons: tuple[str, ...]  # why, in words, the gravest first; what is merely worth knowing last
    state: str = "fresh"  # or during training "learning", "converged" or "vanished"

    def __str__(self) -> str:
        return "\n".join([f"{self.band.upper()}", *(f"- {reason}" for reason in self.reasons)])


@quietly_guarded
def health(
    params: Params, tape: Tape, cotangent: Annotated[Array, _require_one_network], *, loss: Scalar | None = None,
    labels: Annotated[Array | None, _require_labels] = None, first: Annotated[Health | None, _require_health] = None,
) -> Health:  # fmt: skip
    """Examine one network at one batch, and return what was measured, a band, and the reasons in words.

    params, tape : of models.mlp, hidden or transformer; cotangent : of the tape's last output. loss : at this batch, or
    labels : of it, (N,), from which a cross-entropy follows. Neither is needed where the cotangent is that of a softmax
    and cross-entropy, because the labels can be read from it. first : the Health before training, if this one is
    during training. Raises ValueError for an ensemble, for one sample, and for labels that do not fit.
    """
    if labels is not None:
        require.shape("labels", np.asarray(labels), f"({len(cotangent)},)", np.shape(labels) == (len(cotangent),))
        require.whole("labels' largest", int(np.max(labels)), 0, cotangent.shape[-1] - 1)
        require.whole("labels' least", int(np.min(labels)), 0)
    m = measure(params, tape, cotangent, loss, labels, first and first.measures)
    gravities = {sign.name: sign.gravity(m) for sign in SIGNS}
    m = m._replace(score=float(max(gravities.values())))
    state = _state(m, first is not None)
    verdict = _band(m.score, state)
    return Health(m, verdict, tuple(_reasons(m, _told_of(gravities, state), state, params, outputs(tape)[-1])), state)


def _band(score: float, state: str) -> str:
    if state in ("learning", "converged"):
        return "green"
    if state == "vanished" or not score < 1:  # nor if it is NaN
        return "red"
    return "green" if score < WATCH else "amber"


def _state(m: Measures, in_training: bool) -> str:
    """Where training stands, by how much error is left, and by how much of it reaches the first layer."""
    if m.error_left < CONVERGED:
        return "converged" if m.error_left < CONVERGED / 2 else "learning"
    if not in_training:
        return "fresh"
    if not m.reaches >= LOST_ON_THE_WAY:
        return "vanished"
    return "fresh"


def _told_of(gravities: dict[str, float], state: str) -> list[Sign]:
    """The signs that are told: beyond their limit first, and then those to watch, without what another one explains."""
    if state in ("learning", "converged"):
        return []
    beyond = [sign for sign in SIGNS if not gravities[sign.name] < 1]
    explained = {name for sign in beyond for name in sign.explains}
    watched = [sign for sign in SIGNS if WATCH <= gravities[sign.name] < 1]
    return [sign for sign in beyond + watched if sign.name not in explained]


def _reasons(m: Measures, told: list[Sign], state: str, params, h: Array):
    """Why, in words."""
    if state in ("learning", "converged"):
        yield _of_success(m, state)
    if state == "vanished":
        yield (
            f"Of the first error {m.error_left:.0%} is left to correct, and {m.reaches:.1g} of it reaches the first "
            "layer. So the gradient has vanished, and not converged. Try a smaller learning rate, a warm-up, or what "
            "helps a fresh network."
        )
    if nothing_arrives(m.arrives, h):
        yield _of_readout(m, params)
    for sign in told:
        yield sign.told(m)
    spread = SIGNS[0]
    if spread not in told:
        yield spread.told(m)
    yield from _worth_knowing(m, [sign.name for sign in told])


def _of_success(m: Measures, state: str) -> str:
    told = f"{m.error_left:.1%} of the error of the start is left, and {m.reaches:.1g} times the outputs' cotangent"
    if state == "converged":
        return f"Small gradients are good news here, because {told} reaches the first layer. The net has converged."
    return f"The network is learning, because {told} reaches the first layer."


def _of_readout(m: Measures, params) -> str:
    if readout_is_zero(params):
        return (
            "The readout is 0, so no gradient reaches the hidden layers yet. This is a usual start, because the first "
            "step makes the readout differ from 0. What follows is about a gradient that starts at the last layer."
        )
    return (
        f"What reaches the last layer is {m.arrives:.0e} of the outputs' cotangent, which is rounding noise around an "
        "exact 0. Look for a readout whose columns are all alike, and draw it at random or start it at 0."
    )


def _worth_knowing(m: Measures, told: list[str]):
    """What is no verdict, in words."""
    if m.dead > MANY_DEAD and "dead" not in told:
        yield f"In some layer {m.dead:.0%} of the units are dead, because they pass nothing on for any sample."
    if m.broken > 0.01 and "broken" not in told:
        yield f"In some layer {m.broken:.0%} of dh is 0, subnormal or not finite."
    if abs(m.weight_decades) >= FADED:
        yield f"The weights' gradient changes by 10^{abs(m.weight_decades):.1f} over the depth, so no rate suits all."
    yield f"The norm of the hidden layers' dW together is {m.total_norm:.2g}, which says nothing of this."


def _require_one_network(name: str, cotangent) -> None:
    require.array(name, cotangent)
    require.shape(name, cotangent, "(N, D): one network", cotangent.ndim == 2)


def _require_labels(name: str, labels) -> None:
    kind = np.asarray(labels).dtype.kind
    require.instance(name, labels, labels is None or kind in "iu", "whole numbers, one for each sample")


def _require_health(name: str, first) -> None:
    require.instance(
        name, first, first is None or isinstance(first, Health), "what probes.health returned at the start"
    )
