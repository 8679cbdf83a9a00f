"""The first weights of a recurrent net, drawn gate by gate, and the biases that decide how far it remembers."""

from __future__ import annotations

import math
from typing import Annotated, Any, NamedTuple

import numpy as np

from .. import cells, init, require
from ..door import quietly_guarded
from ..init import Named
from ..ops import Affine, Array
from ..require import Count, Finite, Flag, Precision, Rng, Sizes
from .mlp import init_affine

OWNERS = {"forget_bias": "lstm", "paired": "lstm", "chrono": "lstm", "update_bias": "gru"}  # which cell has the gate


class Sequence(NamedTuple):
    """The parameters of a cell, and of the affine map that reads its h at every step."""

    cell: cells.Recurrent | cells.GRUParams
    readout: Affine


CellName = Annotated[str, require.one_of(cells.GATES)]
Weights = Annotated[Any, lambda name, value: _scheme_or_array(name, value)]


@quietly_guarded
def init_recurrent(
    cell: CellName, D: Count, H: Count, *, rng: Rng, readout: Count | None = None, scheme: Named = "xavier_normal",
    recurrent: Weights = None, gain: Finite = 1.0, forget_bias: Finite = 0.0, paired: Flag = False,
    chrono: Annotated[float, require.number_from(2)] | None = None, update_bias: Finite = 0.0, ensemble: Sizes = (),
    dtype: Precision = "float64",
):  # fmt: skip
    """Return the parameters of a cell in cells.GATES, drawn gate by gate; with ``readout``, a Sequence with its Affine.

    scheme : of W_x, W_h and the readout; recurrent : another one of W_h ("orthogonal", "identity"), or an array
    (*ensemble, H, H) to use for each gate; gain multiplies W_h's scale. Biases start at 0, or as a torch scheme draws
    them, to which are added,
    lstm : ``forget_bias`` to b_f (1, as Jozefowicz et al. 2015 advise); paired, its negative to b_i; in place of both,
        chrono, a time span T: ln U(1, T - 1) to b_f and its negative to b_i (Tallec & Ollivier 2018, eq. 16);
    gru : ``update_bias`` to b_u; positive keeps the memory.
    Raises ValueError naming the argument, also where the cell has no such gate.
    """
    gates = cells.GATES[cell]
    require.total("H · (D + H), for each gate, and ensemble", gates * H * (D + H) * math.prod(map(int, ensemble)))
    biases = dict(forget_bias=forget_bias, paired=paired, chrono=chrono, update_bias=update_bias)
    _has_gate(cell, **biases)
    options: dict = dict(rng=rng, ensemble=ensemble, dtype=dtype)
    inputs = [init_affine(D, H, scheme=scheme, **options) for _ in range(gates)]
    hidden = [_recurrent(recurrent, H, scheme=scheme, gain=gain, **options) for _ in range(gates)]
    W_x, b_x = (np.concatenate(part, axis=-1) for part in zip(*inputs, strict=True))
    W_h, b_h = (np.concatenate(part, axis=-1) for part in zip(*hidden, strict=True))
    b_x += _bias(cell, (*ensemble, H), rng, **biases).astype(dtype)
    params = cells.GRUParams(W_x, W_h, b_x, b_h) if cell == "gru" else cells.Recurrent(W_x, W_h, b_x + b_h)
    return params if readout is None else Sequence(params, init_affine(H, readout, scheme=scheme, **options))


def _recurrent(given, H: int, *, scheme, gain, rng, ensemble, dtype) -> Affine:
    """One gate's W_h: drawn by a scheme, or the array given."""
    if isinstance(given, np.ndarray):
        require.shape("recurrent", given, f"(..., {H}, {H})", given.shape == (*ensemble, H, H))
        return Affine((float(gain) * given).astype(dtype), np.zeros((*ensemble, H), dtype))
    scheme = scheme if given is None else given
    return init_affine(H, H, scheme=scheme, gain=gain, rng=rng, ensemble=ensemble, dtype=dtype)


def _bias(cell: str, shape, rng, forget_bias, paired, chrono, update_bias) -> Array:
    """What the options add to b (..., gates · H)."""
    b = np.zeros((cells.GATES[cell], *shape))
    if cell == "gru":
        b[1] = update_bias
    if cell == "lstm":
        b[1] = forget_bias if chrono is None else np.log(rng.uniform(1, chrono - 1, shape))
        if paired or chrono is not None:
            b[0] = -b[1]
    return np.concatenate(b, axis=-1)


def _scheme_or_array(name: str, value) -> None:
    if not isinstance(value, np.ndarray):
        init.require_scheme(name, value)


def _has_gate(cell: str, **options) -> None:
    """Raise ValueError for a bias of a gate that the cell does not have."""
    for name, value in options.items():
        given = value is not None if name == "chrono" else value
        owner = OWNERS[name]
        if given and owner != cell:
            raise ValueError(f"{name} is {value!r}, but cell is {cell!r}; allowed is it for {owner!r} alone")
