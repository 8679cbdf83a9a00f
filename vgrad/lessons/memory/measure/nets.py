"""The networks of this lesson: those of the kit, and two whose recurrence is linear in the state.

"linear" is a diagonal recurrence, h' = a ∘ h + γ ∘ u, with the same real a at every step. "selective" computes a and
the input from x at each step, as "gated_linear" does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from .... import cells, models, require
from ....kit.experiments import reach
from ....models.linear import Ring
from ....tape import tree_map
from ..records import RING

LINEAR = {"linear": "diagonal", "selective": "gated_linear"}
CELLS = reach.CELLS | LINEAR
CellName = Annotated[str, require.one_of(CELLS)]
SOLVERS = ("linear", "selective", "rnn", "gru")
Solver = Annotated[str, require.one_of(SOLVERS)]


def networks(cell: str, *, bias: float, mode: str, T: int, seeds: int, seed: int, width: int, **options) -> Any:
    """Draw ``seeds`` networks that read two inputs, as ``reach.networks`` does.   options : of the cell's init."""
    if cell not in LINEAR:
        return reach.networks(cell, bias=bias, mode=mode, T=T, seeds=seeds, seed=seed, width=width, **options)
    require.choice("bias", float(bias), (0.0,))
    require.choice("mode", mode, reach.MODES[:1])
    options |= dict(ring=RING)
    return stacked(lambda rng: models.init_linear(LINEAR[cell], reach.D, width, rng=rng, **options), seeds, seed)


def solvers(
    cell: str, D: int, outputs: int, *, ring: Ring | None, bias: float, width: int, seeds: int, seed: int, pulse: bool
) -> Any:
    """Draw ``seeds`` networks in float32 that read D numbers a step.

    An RNN has an orthogonal W_h, which keeps the length of h. ring, bias : as in ``solve``; pulse : whether a single
    step of the sequence speaks, so that the W_x of "linear" starts divided by γ, which is made for inputs at all steps.
    """
    options: dict[str, Any] = dict(readout=outputs, dtype="float32")
    _require_own(cell, ring, bias)
    if cell in LINEAR:
        options |= dict(ring=ring or RING)
        params = stacked(lambda rng: models.init_linear(LINEAR[cell], D, width, rng=rng, **options), seeds, seed)
        return params._replace(cell=without_gamma(params.cell)) if pulse and cell == "linear" else params
    options |= dict(update_bias=bias) if cell == "gru" else dict(recurrent="orthogonal")
    return stacked(lambda rng: models.init_recurrent(cell, D, width, rng=rng, **options), seeds, seed)


def _require_own(cell: str, ring: Ring | None, bias: float) -> None:
    """Raise ValueError for a ring or a bias that the cell does not have."""
    if cell not in LINEAR and ring is not None:
        raise ValueError(f"ring is {ring!r}, but cell is {cell!r}; allowed is it for {' and '.join(LINEAR)} alone")
    if cell != "gru":
        require.choice("bias", float(bias), (0.0,))


def without_gamma(params: cells.Diagonal) -> cells.Diagonal:
    """W_x / γ, with γ = √(1 - r²) and r = exp(-exp(nu)).  Return the recurrence whose inputs γ leaves as they are."""
    gamma = np.sqrt(-np.expm1(-2 * np.exp(params.nu)))
    return params._replace(W_x=params.W_x / gamma[..., None, :])


def stacked(draw: Callable, seeds: int, seed: int) -> Any:
    """Return ``seeds`` networks in one tree with an ensemble axis; the first are the same however many there are.

    draw : rng -> the parameters of one network.
    """
    each = [draw(np.random.default_rng((seed, 0, k))) for k in range(seeds)]
    return tree_map(lambda *arrays: np.stack(arrays), *each)
