"""Points in the plane, each of a class: two tasks that a picture shows whole, and that no linear map can solve."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ..require import NonNegative, Precision, Rng, guarded, number_from, whole_from

Array = np.ndarray
Many = Annotated[int, whole_from(1, 100_000)]  # points, sequences or symbols
Classes = Annotated[int, whole_from(2, 100_000)]
Turns = Annotated[float, number_from(-1e6, 1e6)]  # beyond, an angle has too few digits left to say where a point lies


@guarded
def spirals(
    n: Many, *, classes: Classes = 2, turns: Turns = 1.5, noise: NonNegative = 0.1, rng: Rng,
    dtype: Precision = "float64",
) -> tuple[Array, Array]:  # fmt: skip
    """x = r (cos θ, sin θ) + noise N(0, 1),   r = 2 √U(0, 1),   θ = 2π (turns · r / 2 + label / classes).

    Returns x (n, 2) and labels (n,) of points on spiral arms wound into each other (Lang & Witbrock 1988). They are
    evenly spread over a disc of radius 2, so that each feature has mean 0 and mean square 1 before the noise.

    n : at most 100,000; classes : from 2 to 100,000, all equally often (to within one point). turns : how often an arm
    goes round, from -1e6 to 1e6; negative turns go clockwise. noise : standard deviation in each direction;
    neighbouring arms are 2 / (turns · classes) apart. Chance does not depend on turns or noise: both move the same
    points. Raises ValueError for what is no such number.
    """
    labels = even(classes, n, rng)
    r = 2 * np.sqrt(rng.random(n))
    angle = 2 * np.pi * (turns * r / 2 + labels / classes)
    x = r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return _noisy(x, noise, rng, dtype), labels


@guarded
def xor(n: Many, *, noise: NonNegative = 0.3, rng: Rng, dtype: Precision = "float64") -> tuple[Array, Array]:
    """x = (±1, ±1) + noise N(0, 1).  Returns x (n, 2) and labels (n,), which are 1 where the two signs differ, else 0.

    It is the smallest task that needs a hidden layer, because each feature alone says nothing of the class (Minsky &
    Papert 1969). All four corners are equally often (to within one point); noise moves the same points, and at noise 0
    they sit on the corners. Raises ValueError for n below 1 or above 100,000, and for a noise that is negative or not
    finite.
    """
    corners = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])  # once round the square, so that the classes alternate
    corner = even(4, n, rng)
    return _noisy(corners[corner], noise, rng, dtype), corner % 2


@np.errstate(over="ignore")
def _noisy(x: Array, noise: float, rng, dtype: str) -> Array:
    """x + noise N(0, 1); what is beyond the precision is inf."""
    return (x + noise * rng.standard_normal(x.shape)).astype(dtype)


def even(classes: int, n: int, rng) -> Array:
    """Return n labels from 0 to classes - 1 in random order, each as often as any other, or once more."""
    return rng.permutation(np.arange(n) % classes)
