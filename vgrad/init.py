"""How large are the first weights?  W = gain · std(fan_in, fan_out) · unit draw.

A scheme is two things kept apart: a **unit draw** of mean square 1, which is chance, and a **scale**, which is the
idea. An explorer keeps the draw and moves the scale, so that a slider turns one network into another smoothly.

In the mean-field picture the only number that counts is σ_w² = fan_in · Var W (Poole et al. 2016):
lecun gives σ_w = 1, xavier 1 (at fan_in = fan_out), he √2, and the common default of frameworks 1/√3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import numpy as np

from . import require
from .require import DTYPES as DTYPES
from .require import Count, NonNegative, Rng, Sizes, guarded

Array = np.ndarray


class Scheme(NamedTuple):
    """A unit draw times a scale.  ``draw(rng, shape) -> (..., fan_in, fan_out)`` has mean square 1 per entry."""

    name: str
    draw: Callable[[Any, tuple[int, ...]], Array]
    std: Callable[[int, int, str | None], float]
    bias_std: Callable[[int, int], float] | None = None  # of uniform biases; None: they start at 0

    def __repr__(self) -> str:
        return f"Scheme({self.name!r})"


Units = Annotated[int, require.whole_from(1, 2000)]  # whose eigenvalues take seconds, and not minutes
Matrix = Annotated[tuple[int, ...], lambda name, shape: require.sizes(name, shape, 2)]  # (..., fan_in, fan_out)


@guarded
def normal(rng: Rng, shape: Sizes) -> Array:
    """N(0, 1).  Returns an array of this shape, of independent draws."""
    return rng.standard_normal(tuple(map(int, shape)))


@guarded
def uniform(rng: Rng, shape: Sizes) -> Array:
    """U(-√3, √3).  Returns an array of this shape, of variance 1: for Var W = v, the bound is √(3 v)."""
    return rng.uniform(-(3**0.5), 3**0.5, tuple(map(int, shape)))


@guarded
def orthogonal_draw(rng: Rng, shape: Matrix) -> Array:
    """Q · √max(fan_in, fan_out).  Returns (..., fan_in, fan_out), whose rows or columns are orthogonal.

    Q is drawn uniformly from all matrices of orthonormal rows or columns (Saxe et al. 2014).
    """
    *ensemble, fan_in, fan_out = map(int, shape)
    big = max(fan_in, fan_out)
    small = min(fan_in, fan_out)
    q, r = np.linalg.qr(rng.standard_normal((*ensemble, big, small)))
    q *= np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :] * big**0.5  # the signs make the draw uniform
    return q if fan_in >= fan_out else q.swapaxes(-1, -2)


@guarded
def identity_draw(rng: Rng, shape: Matrix) -> Array:
    """I · √max(fan_in, fan_out).  Returns (..., fan_in, fan_out), in which there is no chance.

    With the scale of an orthogonal draw, W is the identity itself (Le et al. 2015).
    """
    *_, fan_in, fan_out = map(int, shape)
    return np.broadcast_to(np.eye(fan_in, fan_out) * max(fan_in, fan_out) ** 0.5, shape)


@guarded
def lecun(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """1 / √fan_in.  Returns the scale at which z keeps the variance of x (LeCun et al. 1998, §4.6)."""
    return fan_in**-0.5


@guarded
def xavier(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """√(2 / (fan_in + fan_out)).  Returns the scale at which forward and backward meet half way.

    (Glorot & Bengio 2010, eq. 12.)
    """
    return (2 / (fan_in + fan_out)) ** 0.5


@guarded
def he(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """√(2 / (1 + a²) / fan_in).  Returns the scale that makes up for ReLU, which halves the mean square.

    a is the slope of leaky_relu below 0, and else it is 0 (He et al. 2015, eq. 15).
    """
    leak = 0.01 if activation == "leaky_relu" else 0.0  # ops.LEAK
    return (2 / (1 + leak**2) / fan_in) ** 0.5


@guarded
def orthogonal_std(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """1 / √max(fan_in, fan_out).  Returns the scale that leaves an orthogonal draw orthogonal (Saxe et al. 2014)."""
    return max(fan_in, fan_out) ** -0.5


@guarded
def standard(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """1 / √(3 fan_in).  Returns the scale of U(±1/√fan_in), the old heuristic of Glorot & Bengio 2010, eq. 1."""
    return (3 * fan_in) ** -0.5


@guarded
def recurrent_std(fan_in: Count, fan_out: Count, activation: str | None = None) -> float:
    """1 / √(3 fan_out).  Returns the scale of U(±1/√H), whatever the number of inputs is."""
    return (3 * fan_out) ** -0.5


@guarded
def scaled_normal(sigma_w: NonNegative = 1.0) -> Scheme:
    """W ~ N(0, sigma_w² / fan_in).  Returns the scheme of the mean-field papers (Poole et al. 2016, eq. 1)."""
    return Scheme("scaled_normal", normal, lambda fan_in, fan_out, activation=None: float(sigma_w) * fan_in**-0.5)


@guarded
def with_spectrum(n: Units, *, radius: NonNegative, nonnormality: NonNegative = 1.0, rng: Rng) -> Array:
    """W = Q (Λ + nonnormality · radius · U) Qᵀ.  Returns W (n, n), whose largest eigenvalue has the size ``radius``.

    Λ holds the eigenvalues of a Gaussian matrix, scaled to the radius, as 2 × 2 rotations; U is N(0, 1/n) above these
    blocks; Q is orthogonal. So the eigenvalues stay where they are, while ``nonnormality`` moves the singular values.
    At 0, W is normal, and ‖Wᵗ‖ = radiusᵗ. At 1 it is much like a Gaussian matrix, whose Schur form is of this kind
    (Ginibre 1965). Beyond 1, ‖Wᵗ‖ may grow for a long time before it decays.

    Rounding moves the eigenvalues of W, the more the larger n and nonnormality are. Raises ValueError where it moves
    the radius by more than 1 %, as at a nonnormality of 20 with n = 64, and of 10 with n = 200.
    """
    blocks, starts = _rotations(np.linalg.eigvals(rng.standard_normal((n, n))), float(radius))
    upper = np.triu(rng.standard_normal((n, n)), 1) * (float(nonnormality) * float(radius) * n**-0.5)
    for start, block in zip(starts, blocks, strict=True):
        inside = slice(start, start + len(block))
        upper[inside, inside] = block
    Q = orthogonal_draw(rng, (n, n)) * n**-0.5
    W = Q @ upper @ Q.T
    if nonnormality > 1:
        _require_radius(W, radius, nonnormality)
    return W


def _require_radius(W: Array, radius: float, nonnormality: float) -> None:
    """Raise ValueError where rounding has moved the largest eigenvalue."""
    measured = float(np.abs(np.linalg.eigvals(W)).max()) if np.isfinite(W).all() else radius
    if abs(measured - radius) > 0.01 * radius:
        raise ValueError(
            f"nonnormality is {nonnormality!r}, at which rounding makes a radius of {measured:.3g} of {radius!r};"
            f" allowed is one that changes it by 1 % at most, or a smaller n than {len(W)}"
        )


def _rotations(values: Any, radius: float) -> tuple[list[Array], Array]:
    """Eigenvalues scaled to a radius, as blocks, and their places: a real one is 1 × 1, a pair a 2 × 2 rotation."""
    values = np.concatenate([values[values.imag == 0], values[values.imag > 0]])
    values = values * (radius / np.abs(values).max())
    blocks = [np.array([[z.real, z.imag], [-z.imag, z.real]]) if z.imag else np.array([[z.real]]) for z in values]
    places = np.cumsum([0, *(len(block) for block in blocks[:-1])])
    return blocks, places


SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("lecun_normal", normal, lecun),
        Scheme("lecun_uniform", uniform, lecun),
        Scheme("xavier_normal", normal, xavier),
        Scheme("xavier_uniform", uniform, xavier),
        Scheme("he_normal", normal, he),
        Scheme("he_uniform", uniform, he),
        Scheme("orthogonal", orthogonal_draw, orthogonal_std),
        scaled_normal(),
        Scheme("glorot_standard", uniform, standard),
        # torch.nn.Linear draws its biases too, from the same U(±1/√fan_in)
        Scheme("torch_linear", uniform, standard, bias_std=standard),
        # as torch.nn.RNN, LSTM and GRU do, from U(±1/√H), H being the fan_out of each gate
        Scheme("torch_recurrent", uniform, recurrent_std, bias_std=recurrent_std),
        Scheme("identity", identity_draw, orthogonal_std),
    )
}


def require_scheme(name: str, scheme) -> None:
    """Raise ValueError unless ``scheme`` is a Scheme, or the name of one in SCHEMES."""
    if not isinstance(scheme, Scheme):
        require.choice(name, scheme, SCHEMES)


Named = Annotated[str | Scheme, require_scheme]


@guarded
def scheme_named(scheme: Named) -> Scheme:
    """Return a Scheme by its name in SCHEMES, or a Scheme as it is."""
    return scheme if isinstance(scheme, Scheme) else SCHEMES[scheme]
