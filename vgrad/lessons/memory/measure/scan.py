"""A linear recurrence in one line, which the learner runs forwards and backwards."""

from __future__ import annotations

import numpy as np

from .... import require
from ....ops import Array
from ....require import Finite, NumberArray, guarded


@guarded
def scan(r: Finite, v: NumberArray) -> Array:
    """h_t = r h_(t-1) + v_t, from h = 0.  Return h_1 … h_T, of the shape of v, (T, H)."""
    require.shape("v", v, "(T, H)", v.ndim == 2)
    h = np.zeros_like(v)
    before = np.zeros_like(h[0]) if len(v) else h
    for t in range(len(v)):
        before = h[t] = r * before + v[t]
    return h
