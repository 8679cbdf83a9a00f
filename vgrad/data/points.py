"""Points in the plane, each of a class: two tasks that a picture shows whole, and that no linear map can solve."""

from __future__ import annotations

import numpy as np

from .. import require
from ._arguments import even, generator, precision

Array = np.ndarray


def spirals(
    n: int, *, classes: int = 2, turns: float = 1.5, noise: float = 0.1, rng, dtype: str = "float64"
) -> tuple[Array, Array]:
    """x (n, 2), labels (n,):  points on ``classes`` spiral arms wound into each other (Lang & Witbrock 1988).

    x = r (cos θ, sin θ) + noise N(0, 1),   r = 2 √U(0, 1),   θ = 2π (turns · r / 2 + label / classes):
    evenly spread over a disc of radius 2, so that each feature has mean 0 and mean square 1, before the noise.

    classes : at least 2, all equally often (to within one point). turns : how often an arm goes round; negative turns
    go clockwise. noise : standard deviation in each direction; neighbouring arms are 2 / (turns · classes) apart.
    Chance does not depend on turns or noise: both move the same points. Raises ValueError for what is no such number.
    """
    n, classes = require.whole("n", n, 1), require.whole("classes", classes, 2)
    turns, noise = require.number("turns", turns), require.number("noise", noise, 0.0)
    rng, dtype = generator(rng), precision(dtype)
    labels = even(classes, n, rng)
    r = 2 * np.sqrt(rng.random(n))
    angle = 2 * np.pi * (turns * r / 2 + labels / classes)
    x = r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return (x + noise * rng.standard_normal((n, 2))).astype(dtype), labels


def xor(n: int, *, noise: float = 0.3, rng, dtype: str = "float64") -> tuple[Array, Array]:
    """x (n, 2), labels (n,):  x = (±1, ±1) + noise N(0, 1), and the label is 1 where the two signs differ, else 0.

    The smallest task that needs a hidden layer (Minsky & Papert 1969): each feature alone says nothing of the class.
    All four corners are equally often (to within one point); noise moves the same points, and at noise 0 they sit on
    the corners. Raises ValueError for n below 1 or a noise that is negative or not finite.
    """
    n, noise = require.whole("n", n, 1), require.number("noise", noise, 0.0)
    rng, dtype = generator(rng), precision(dtype)
    corners = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])  # once round the square, so that the classes alternate
    corner = even(4, n, rng)
    return (corners[corner] + noise * rng.standard_normal((n, 2))).astype(dtype), corner % 2
