"""How large are the first weights?  W = gain · std(fan_in, fan_out) · unit draw.

A scheme is two things kept apart: a **unit draw** of mean square 1, which is chance, and a **scale**, which is the
idea. An explorer keeps the draw and moves the scale, so that a slider turns one network into another smoothly.

In the mean-field picture the only number that counts is σ_w² = fan_in · Var W (Poole et al. 2016):
lecun gives σ_w = 1, xavier 1 (at fan_in = fan_out), he √2, and the common default of frameworks 1/√3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import require

Array = np.ndarray
DTYPES = ("float16", "float32", "float64")


class Scheme(NamedTuple):
    """A unit draw times a scale.  ``draw(rng, shape) -> (..., fan_in, fan_out)`` has mean square 1 per entry."""

    name: str
    draw: Callable[[Any, tuple[int, ...]], Array]
    std: Callable[[int, int, str | None], float]
    bias_std: Callable[[int, int], float] | None = None  # of uniform biases; None: they start at 0

    def __repr__(self) -> str:
        return f"Scheme({self.name!r})"


@require.checked()
def normal(rng, shape: tuple[int, ...]) -> Array:
    """N(0, 1)."""
    return rng.standard_normal(shape)


@require.checked()
def uniform(rng, shape: tuple[int, ...]) -> Array:
    """U(-√3, √3), whose variance is 1: for Var W = v, the bound is √(3 v)."""
    return rng.uniform(-(3**0.5), 3**0.5, shape)


def _matrix(name: str, shape) -> None:
    require.sizes(name, shape, 2)


@require.checked(shape=_matrix)
def orthogonal_draw(rng, shape: tuple[int, ...]) -> Array:
    """A uniformly drawn matrix of orthonormal rows or columns (Saxe et al. 2014), times √max(fan_in, fan_out)."""
    *ensemble, fan_in, fan_out = shape
    big, small = max(fan_in, fan_out), min(fan_in, fan_out)
    q, r = np.linalg.qr(rng.standard_normal((*ensemble, big, small)))
    q *= np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :] * big**0.5  # the signs make the draw uniform
    return q if fan_in >= fan_out else q.swapaxes(-1, -2)


@require.checked(shape=_matrix)
def identity_draw(rng, shape: tuple[int, ...]) -> Array:
    """The identity, times √max(fan_in, fan_out): with orthogonal's scale W = 1 (Le et al. 2015). No chance in it."""
    return np.broadcast_to(np.eye(*shape[-2:]) * max(shape[-2:]) ** 0.5, shape)


@require.checked()
def lecun(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """1 / √fan_in: z keeps x's variance (LeCun et al. 1998, §4.6)."""
    return fan_in**-0.5


@require.checked()
def xavier(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """√(2 / (fan_in + fan_out)): forward and backward meet half way (Glorot & Bengio 2010, eq. 12)."""
    return (2 / (fan_in + fan_out)) ** 0.5


@require.checked()
def he(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """√(2 / fan_in), as ReLU halves the mean square; leaky_relu √(2 / (1 + a²) / fan_in) (He et al. 2015, eq. 15)."""
    leak = 0.01 if activation == "leaky_relu" else 0.0  # ops.LEAK
    return (2 / (1 + leak**2) / fan_in) ** 0.5


@require.checked()
def orthogonal_std(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """1 / √max(fan_in, fan_out): the weights themselves are orthogonal (Saxe et al. 2014)."""
    return max(fan_in, fan_out) ** -0.5


@require.checked()
def standard(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """1 / √(3 fan_in), that of U(±1/√fan_in): the "commonly used heuristic" of Glorot & Bengio 2010, eq. 1."""
    return (3 * fan_in) ** -0.5


@require.checked()
def recurrent_std(fan_in: int, fan_out: int, activation: str | None = None) -> float:
    """1 / √(3 fan_out), that of U(±1/√H), whatever the number of inputs."""
    return (3 * fan_out) ** -0.5


def scaled_normal(sigma_w: float = 1.0) -> Scheme:
    """W ~ N(0, sigma_w² / fan_in), the mean-field parametrization (Poole et al. 2016, eq. 1)."""
    sigma_w = require.number("sigma_w", sigma_w, 0.0)
    return Scheme("scaled_normal", normal, lambda fan_in, fan_out, activation=None: sigma_w * fan_in**-0.5)


@require.checked()
def with_spectrum(n: int, *, radius: float, nonnormality: float = 1.0, rng) -> Array:
    """W (n, n) of spectral radius ``radius``, whose eigenvalues stay while its singular values move.

    W = Q (Λ + nonnormality · radius · U) Qᵀ: Λ holds the eigenvalues of a Gaussian matrix, scaled to the radius, as
    2 × 2 rotations; U is N(0, 1/n) above these blocks; Q is orthogonal. At 0, W is normal: ‖Wᵗ‖ = radiusᵗ. At 1 it is
    much like a Gaussian matrix, whose Schur form is of this kind (Ginibre 1965); beyond, ‖Wᵗ‖ may grow long before it
    decays.
    """
    n, radius = require.whole("n", n, 1), require.number("radius", radius, 0.0)
    strength = require.number("nonnormality", nonnormality, 0.0) * radius * n**-0.5
    values = np.linalg.eigvals(rng.standard_normal((n, n)))
    values = np.concatenate([values[values.imag == 0], values[values.imag > 0]]) * (radius / np.abs(values).max())
    at = np.cumsum([0, *np.where(values.imag > 0, 2, 1)[:-1]])  # where each block begins
    upper = np.triu(rng.standard_normal((n, n)), 1) * strength
    for k, value in zip(at, values, strict=True):
        size = 2 if value.imag else 1
        upper[k : k + size, k : k + size] = np.array([[value.real, value.imag], [-value.imag, value.real]])[
            :size, :size
        ]
    Q = orthogonal_draw(rng, (n, n)) * n**-0.5
    return Q @ upper @ Q.T


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


def scheme_named(scheme) -> Scheme:
    """A Scheme, by its name or itself."""
    return scheme if isinstance(scheme, Scheme) else SCHEMES[require.choice("scheme", scheme, SCHEMES)]
