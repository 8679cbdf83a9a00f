"""First parameters of the linear cells: how large are the numbers that multiply a memory?

r = |λ| decides alone how far a gradient reaches, because t steps leave rᵗ of it. A long sequence needs an r close to 1,
and units of many different r remember over long and over short times side by side.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np

from .. import cells, require
from ..cells import linear
from ..init import Named
from ..ops import Array
from ..require import Count, Precision, Rng, Sizes, guarded
from .mlp import init_affine
from .recurrent_weights import Sequence

LinearName = Annotated[str, require.one_of(linear.CELLS)]
Ring = Annotated[tuple[float, float], lambda name, value: _ring(name, value)]
Angle = Annotated[float, require.number_from(0.0, 2 * math.pi)]


@guarded
def ring_sizes(ring: Ring, shape: Sizes, *, rng: Rng) -> Array:
    """r² ~ U(r_min², r_max²).  Returns the sizes r (shape) of eigenvalues that are uniform in area on a ring.

    (Orvieto et al. 2023, Lemma 3.2.) The outer part of a ring has more area, and so it gets more of them: of the whole
    disc, half lie beyond r = .71.
    """
    low, high = map(float, ring)
    return np.sqrt(rng.uniform(low**2, high**2, tuple(shape)))


@guarded
def init_linear(
    cell: LinearName, D: Count, H: Count, *, rng: Rng, ring: Ring = (0.9, 0.999), angle: Angle | None = None,
    readout: Count | None = None, scheme: Named = "lecun_normal", ensemble: Sizes = (), dtype: Precision = "float64",
):  # fmt: skip
    """Return the parameters of a cell without a matrix W_h; with ``readout``, a Sequence with the Affine that reads h.

    ring : (r_min, r_max), from which r is drawn uniformly in area. It is |λ| of "diagonal", and of "gated_linear" the a
    of a recurrence gate of 1; at x = 0 the gate is 1/2, and a is √r.
    angle : of "diagonal" alone; θ is uniform in [0, angle], and 2π gives the whole ring. None keeps λ and h real. Of a
    complex h a readout sees the real part. Both parts of x W_x have half of its variance, so that |h| is as large.
    scheme : of each part of W_x, and of the readout. Biases start at 0, or as a torch scheme draws them.
    """
    if angle is not None and cell != "diagonal":
        raise ValueError(f"angle is {angle!r}, but cell is {cell!r}; allowed is it for 'diagonal' alone")
    parts = 3 if cell == "gated_linear" else 1 if angle is None else 2
    options: dict = dict(scheme=scheme, rng=rng, ensemble=ensemble, dtype=dtype)
    drawn = [init_affine(D, H, gain=2**-0.5 if parts == 2 else 1.0, **options) for _ in range(parts)]
    W_x, b = (np.concatenate(part, axis=-1) for part in zip(*drawn, strict=True))
    s = -np.log(ring_sizes(ring, (*ensemble, H), rng=rng))
    params: Any
    if cell == "gated_linear":
        params = cells.GatedLinear(W_x, b, np.log(np.expm1(s / cells.SHARPNESS)).astype(dtype))
    else:
        theta = None if angle is None else rng.uniform(0, abs(angle), s.shape).astype(dtype)
        params = cells.Diagonal(W_x, b, np.log(s).astype(dtype), theta)
    return params if readout is None else Sequence(params, init_affine(H, readout, **options))


def _ring(name: str, value) -> None:
    """Raise ValueError unless ``value`` is (r_min, r_max), two numbers with 0 <= r_min <= r_max <= 1 in between."""
    expected = "(r_min, r_max) with 0 <= r_min <= r_max <= 1, but neither (0, 0) nor (1, 1)"
    two = isinstance(value, (tuple, list)) and len(value) == 2 and all(map(require.is_number, value))
    require.instance(name, value, two and 0 <= value[0] <= value[1] <= 1 and 0 < sum(value) < 2, expected)
