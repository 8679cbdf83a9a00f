"""Cells in which no matrix meets the state: each unit multiplies its own memory by a number, and adds what x brings.

    h' = a ∘ h + γ ∘ u,        γ = √(1 - a²)

The Jacobian dh'/dh is diag(a). A product of diagonal matrices is the product of their entries, so that the size of a
gradient through time can be written down: a at every step gives aᵗ after t steps. Where u is white noise of variance 1,
γ makes h one of variance 1 too, however long its memory is (Orvieto et al. 2023, §3.4).

x : (..., N, D) and h : (..., N, H), with all the ensemble axes there are. ``diagonal`` has the same a at every step,
and ``gated_linear`` computes it from x. In both, a = e⁻ˢ with an s that no training can make negative, and therefore
dh is never larger than dh'.

Each cell is made of two maps, as those of ``gated`` are. The input map makes a and v = γ ∘ u of x, for a whole sequence
at once, because neither depends on the state. The step, h' = a ∘ h + v, is all that is left to do in time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import require
from ..door import door_by
from ..ops import Affine, Array, fits
from ..ops.activations import sigmoid, softplus
from ..ops.linear import affine
from ..ops.shapes import sum_to_shape, wide_sum
from ..require import Flag

SHARPNESS = 8.0  # how much faster a gate may forget than its unit's softplus(nu) says (De et al. 2024, c in eq. 3)


class Diagonal(NamedTuple):
    """The parameters of h' = λ ∘ h + γ ∘ (x W_x + b), with λ = r e^(iθ) and r = exp(-exp(nu))."""

    W_x: Array  # (..., D, H), or (..., D, 2 H) of a complex state: the real parts first, then the imaginary ones
    b: Array  # (..., H) or (..., 2 H)
    nu: Array  # (..., H)
    theta: Array | None = None  # (..., H), in radians; without it λ is real, and so is the state


class GatedLinear(NamedTuple):
    """The parameters of z = x W_x + b, in the order r, i, u, and of the slowest forgetting, softplus(nu)."""

    W_x: Array  # (..., D, 3 H)
    b: Array  # (..., 3 H)
    nu: Array  # (..., H)


def exponential(nu: Array):
    """s = e^nu,  dnu = s ds: above 0 for every nu, so that r = e⁻ˢ stays below 1 (Orvieto et al. 2023, §3.3)."""
    s = np.exp(nu)
    return s, lambda ds: s * ds


def diagonal_map(params: Diagonal, x: Array, normalized: bool = True, decay: Callable = exponential):
    """a = λ = r e^(iθ) and v = γ ∘ (x W_x + b).  Returns (a, v), or (Re a, Im a, Re v, Im v), and the pullback.

    γ multiplies W_x and b, which have fewer rows than x of a whole sequence has. λ is the same for all of them.
    """
    W_x, b, nu, theta = params
    s, s_pullback = decay(nu)
    (r, gamma), memory_pullback = _memory(s, normalized)
    a, polar_pullback = _polar(r, theta)
    arrays = len(a)
    scale = np.concatenate([gamma] * arrays, axis=-1)
    z, z_pullback = affine(Affine(W_x * _rows(scale), b * scale), x)
    v = np.split(z, arrays, axis=-1)

    def pullback(dz):
        da = dz[:arrays]
        dv = np.concatenate(dz[arrays:], axis=-1)
        dr, dtheta = polar_pullback([_of_unit(d, nu, dv.ndim - z.ndim) for d in da])
        (dW, db), dx = z_pullback(dv)
        dgamma = sum(np.split(wide_sum(W_x * dW, -2) + b * db, arrays, axis=-1))
        dnu = s_pullback(memory_pullback(dr, dgamma))
        return Diagonal(dW * _rows(scale), db * scale, dnu, dtheta), dx

    return (*(np.broadcast_to(_rows(part), v[0].shape) for part in a), *v), pullback


def gated_map(params: GatedLinear, x: Array):
    """a = exp(-8 softplus(nu) ∘ r) and v = √(1 - a²) ∘ (i ∘ u).  Returns (a, v) and the pullback."""
    W_x, b, nu = params
    z, z_pullback = affine(Affine(W_x, b), x)
    z_r, z_i, u = np.split(z, 3, axis=-1)
    r, r_pullback = sigmoid(z_r)
    i, i_pullback = sigmoid(z_i)
    slow, slow_pullback = softplus(nu)
    speed = SHARPNESS * _rows(slow)
    (a, gamma), memory_pullback = _memory(speed * r)

    def pullback(dz):
        da, dv = dz
        ds = memory_pullback(da, i * u * dv)
        dnu = slow_pullback(SHARPNESS * _of_unit(r * ds, nu, dv.ndim - z.ndim))
        parts = [r_pullback(speed * ds), i_pullback(gamma * u * dv), gamma * i * dv]
        (dW_x, db), dx = z_pullback(np.concatenate(parts, axis=-1))
        return GatedLinear(dW_x, db, dnu), dx

    return (a, gamma * (i * u)), pullback


MAPS = {"diagonal": diagonal_map, "gated_linear": gated_map}


def step(z: tuple, state: tuple):
    """h' = a ∘ h + v;   da = h* ∘ dh',  dv = dh',  dh = a* ∘ dh'.  A state of two arrays is a complex h."""
    arrays = len(state)
    a = z[:arrays]
    kept = _product(a, state)

    def pullback(dstate):
        return *_conjugate_product(state, dstate), *dstate, _conjugate_product(a, dstate)

    return tuple(map(np.add, kept, z[arrays:])), pullback


@door_by(lambda *given, **named: require_fit("diagonal", *given, **named))
def diagonal(params: Diagonal, x: Array, state: tuple, normalized: Flag = True, decay: Callable = exponential):
    """h' = λ ∘ h + γ ∘ (x W_x + b),  with λ = r e^(iθ),  r = e⁻ˢ,  s = e^nu  and  γ = √(1 - r²).

    Returns the new state and the pullback (Orvieto et al. 2023, §3.3 and 3.4, where γ is a parameter that only starts
    at this value). The state is (real part, imaginary part) of h, or (h,) where theta is None. Backward, dh = λ* ∘ dh':
    the conjugate turns a cotangent back and shrinks it by r, whatever x and h are. So ‖dh_1‖ / ‖dh_T‖ = r^(T-1) is
    exact where all units share one r.
    normalized=False leaves γ out. decay : how nu becomes s; with ``ops.identity`` nu is s itself, and below 0 it makes
    an r above 1, which γ does not allow.
    """
    return _whole(diagonal_map(params, x, normalized, decay), state)


@door_by(lambda *given, **named: require_fit("gated_linear", *given, **named))
def gated_linear(params: GatedLinear, x: Array, state: tuple):
    """h' = a ∘ h + √(1 - a²) ∘ (i ∘ u),  with a = exp(-8 softplus(nu) ∘ r),  where r, i = σ of their parts of z.

    Returns (h',) and the pullback (De et al. 2024, eqs. 1-4, with nu = -Λ; there u is x itself, and here it is the
    third part of z = x W_x + b). The recurrence gate r is 0 where h is to be kept, and then nothing new comes in. The
    gates depend on x alone, so that dh = a ∘ dh' is all of it; an LSTM's gates also look at h.
    """
    return _whole(gated_map(params, x), state)


CELLS = {"diagonal": diagonal, "gated_linear": gated_linear}


def _memory(s: Array, normalized: bool = True):
    """a = e⁻ˢ, γ = √(1 - a²) = √(-expm1(-2 s)).   pullback(da, dγ) -> ds = -a da + a²/γ dγ.

    So written γ loses no digit where a is close to 1. At s = 0, where nothing is forgotten and nothing comes in, the
    slope of γ is infinite, and 0 stands in its place, so that a gate of exactly 0 sends back no NaN.
    """
    a = np.exp(-s)
    if not normalized:
        return (a, np.ones_like(a)), lambda da, dgamma: -a * da
    gamma = np.sqrt(-np.expm1(-2 * s))
    slope = a * a / np.where(gamma == 0, np.inf, gamma)
    return (a, gamma), lambda da, dgamma: slope * dgamma - a * da


def _polar(r: Array, theta: Array | None):
    """λ = r e^(iθ).   pullback(dλ) -> (dr, dθ).  Without an angle it is r itself."""
    if theta is None:
        return (r,), lambda da: (*da, None)
    cos = np.cos(theta)
    sin = np.sin(theta)

    def pullback(da):
        real, imaginary = da
        return cos * real + sin * imaginary, r * (cos * imaginary - sin * real)

    return (r * cos, r * sin), pullback


def _product(a: tuple, b: tuple) -> tuple:
    """a ∘ b of real numbers, (real,), or of complex ones, (real, imaginary)."""
    if len(a) == 1:
        return (a[0] * b[0],)
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def _conjugate_product(a: tuple, b: tuple) -> tuple:
    """a* ∘ b, as in ``_product``."""
    if len(a) == 1:
        return (a[0] * b[0],)
    return a[0] * b[0] + a[1] * b[1], a[0] * b[1] - a[1] * b[0]


def _whole(mapped: tuple, state: tuple):
    """The map of x and then the step, as one function of x and of the state."""
    z, z_pullback = mapped
    new_state, step_pullback = step(z, state)

    def pullback(dstate):
        *dz, dold = step_pullback(dstate)
        return *z_pullback(dz), dold

    return new_state, pullback


def _rows(unit: Array) -> Array:
    """One number per unit, (..., H), to be used for every sample, (..., 1, H)."""
    return unit[..., None, :]


def _of_unit(gradient: Array, unit: Array, stacked: int) -> Array:
    """The gradient of one number per unit, which all samples used."""
    return sum_to_shape(wide_sum(gradient, -2), unit, stacked)


def require_fit(cell: str, params, x, state, normalized=True, decay=exponential) -> None:
    """Raise ValueError unless the parameters are this cell's, and x and the state fit them."""
    kind = Diagonal if cell == "diagonal" else GatedLinear
    require.instance("params", params, isinstance(params, kind), f"{kind.__name__}, as init_linear draws it")
    W_x, b, nu, *theta = params
    fits.affine(Affine(W_x, b), x)
    angles = [angle for angle in theta if angle is not None]
    parts = 3 if kind is GatedLinear else 1 + len(angles)
    H = W_x.shape[-1] // parts
    require.shape("W_x", W_x, f"(..., D, {parts} H)", W_x.shape[-1] == parts * H)
    for name, array in zip(("nu", "theta"), (nu, *angles), strict=False):
        expected = f"{(*W_x.shape[:-2], H)}, as W_x has shape {W_x.shape}"
        fits.like(name, array, x, expected, (*W_x.shape[:-2], H))
    lead = max(x.shape[:-2], W_x.shape[:-2], key=len)
    shape = (*lead, x.shape[-2], H)
    arrays = 1 + len(angles)
    is_state = isinstance(state, (tuple, list)) and len(state) == arrays
    require.instance("state", state, is_state, f"a tuple of {arrays} for {cell!r}")
    for array in state:
        fits.like("state", array, x, f"{shape} for each of its arrays", shape)
    require.function("decay", decay)
