"""Is this pullback right?  One random direction answers.

For y = f(x) with pullback J^T, any direction v and any cotangent u obey  ⟨u, J v⟩ = ⟨J^T u, v⟩. The right side is
the code under test; the left is a central difference of f. If J^T is wrong anywhere, a random direction sees it with
probability 1 (Baydin et al. 2018, §3.1; Griewank & Walther 2008, §3.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import require
from .require import Finite, Function, Rng, guarded
from .tape import tree_map


class Comparison(NamedTuple):
    """Two answers to one question.

    A ladder for reading ``error`` in float64: under 1e-7 is right, 1e-4 deserves a look, above 1e-2 is wrong.
    """

    exact: float  # ⟨J^T u, v⟩, by the pullback
    approximate: float  # ⟨u, J v⟩, by differences

    @property
    def error(self) -> float:
        """|exact - approximate| / max(|exact|, |approximate|), and 0 where both are 0."""
        largest = max(abs(self.exact), abs(self.approximate))
        return abs(self.exact - self.approximate) / largest if largest else 0.0


@guarded
def directional(f: Function, x, *, rng: Rng, step: Finite = 1e-6) -> Comparison:
    """Compare the pullback of ``f`` at ``x`` with a central difference along one random direction, and return both.

    f : x -> (y, pullback), where x and y are float64 arrays or trees of them (tuples, NamedTuples), and pullback(dy)
    has the form of x. step : how far along the direction, whose entries are N(0, 1), the difference reaches.
    """
    y, pullback = f(x)
    u = tree_map(lambda a: rng.standard_normal(np.shape(a)), y)
    v = tree_map(lambda a: rng.standard_normal(np.shape(a)), x)
    above = f(tree_map(lambda a, d: a + step * d, x, v))[0]
    below = f(tree_map(lambda a, d: a - step * d, x, v))[0]
    difference = tree_map(lambda a, b: (a - b) / (2 * step), above, below)
    return Comparison(exact=_inner(pullback(u), v), approximate=_inner(u, difference))


def _inner(a, b) -> float:
    """⟨a, b⟩ over two trees of one form and shape: a gradient that only broadcasts to its argument's shape is wrong."""
    products = []

    def multiply(p, q):
        require.shape("pullback's answer", p, f"its argument's, {np.shape(q)}", np.shape(p) == np.shape(q))
        products.append(float(np.sum(p * q, dtype=np.float64)))

    tree_map(multiply, a, b)
    return sum(products)
