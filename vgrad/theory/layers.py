"""``flow``: a whole net, of any depth, norm and skip, layer by layer there and back."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np

from ..ops import Array
from ..require import Finite, NonNegative, guarded, one_of, whole_from
from .gaussian import Depth, Known, average, kept, values
from .steps import STEPS, Gradient, Net, Signal, fork, join

FORMS = {  # the steps of a layer: plain, or of the branch of a skip (the same names as in models)
    None: ("affine", "activation"),
    "activation_last": ("affine", "activation"),
    "activation_first": ("activation", "affine"),
    "branch": ("affine", "activation", "affine"),
}
KINDS = ("batch", "layer", "rms")
PLACES = ("before", "after", "input", "output")
NORMS = {kind if at == "before" else f"{kind}_{at}": (kind, at) for kind in KINDS for at in PLACES}


Many = Annotated[int, whole_from(1, 10**9)]


class Flow(NamedTuple):
    """Root mean square predictions per entry, one per layer, first layer first."""

    h: Array
    dh: Array
    dz: Array
    dW: Array


@guarded
def flow(
    depth: Depth, activation: Known, sigma_w: NonNegative, sigma_b: NonNegative = 0.0, *,
    norm: Annotated[str | None, one_of(NORMS)] = None, skip: Annotated[str | None, one_of(FORMS)] = None,
    alpha: Finite = 1.0, batch: Many | None = None, width: Many | None = None,
) -> Flow:  # fmt: skip
    """Follow x ~ N(0, 1) forward and a N(0, 1) cotangent of the last h backward: rms h, dh, dz and dW, each (depth,).

    h_k is what layer k hands on, after its norm or its join, and z_k the output of its affine map; dW_k is per weight
    and sample. Of a two-layer branch, dz and dW are the roots of both maps' summed squares. depth : at most 10,000;
    norm : a name in NORMS;
    skip : a name in FORMS, h + alpha · branch. Layer by layer at its own q_k, so that it holds before q settles too,
    and at criticality. As the cotangents of two samples are independent, E[dW²] is E[h_{k-1}²] E[dz_k²]; next to a
    batch norm, which makes Σ dz = 0 over the batch, it is Var h_{k-1} E[dz_k²].

    This is the limit of large width and batch, but for two corrections. ``batch``: a batch norm divides by a variance
    of B samples, and its pullback takes two directions out (``norm_chi``); exact in a plain linear net, else to first
    order in 1 / B (measured within 2 % a layer from B = 16 on). ``width``: in h + α φ(h W) without a norm, where φ has
    a mean, all units drift together. The one direction of h, 1 / width of the gradient at first, then grows as h does,
    faster than all others: for ReLU, h · dh is the same in all layers (Euler's theorem on homogeneous functions), and
    in a deep net it is what there is.

    NaN where theory has no answer: after a batch norm of fewer than 4 samples, as E[1 / var] is infinite; and with
    biases (σ_b > 0) under a batch norm, unless each activation takes its input from that norm, as else the variance
    over the batch is different in each unit; and where h² is beyond the range of float64.
    """
    kind, at = (None, None) if norm is None else NORMS[norm]
    net = Net(
        int(depth),
        activation,
        np.float64(sigma_w),  # whose square overflows to inf, where Python's own raises
        np.float64(sigma_b),
        kind,
        at,
        skip,
        np.float64(alpha),
        batch if kind == "batch" else None,  # else it changes nothing
        width if skip == "activation_last" and norm is None else None,
    )
    return _flow(net)


@lru_cache(maxsize=256)
def _flow(net: Net) -> Flow:
    if net.batch in (1, 2, 3):
        return _nowhere(net.depth)
    with np.errstate(all="ignore"):
        signal = Signal()
        layers = []
        h = np.empty(net.depth)
        layer = _aligned if net.width else _layer
        for k in range(net.depth):
            signal, pullback = layer(net, signal)
            layers.append(pullback)
            h[k] = signal.square
        curves = np.sqrt(h), *(np.exp(log / 2) for log in _back(layers))
    return _nowhere(net.depth) if np.isnan(curves).any() else Flow(*map(kept, curves))


def _nowhere(depth: int) -> Flow:
    return Flow(*(kept(np.full(depth, np.nan)) for _ in Flow._fields))


def _back(layers: list) -> Array:
    """ln of E[dh²], E[dz²] and E[dW²], (3, depth). Layer by layer in logarithms, so that nothing overflows."""
    logs = np.empty((3, len(layers)))
    gradient = Gradient()
    size = 0.0
    for k in reversed(range(len(layers))):
        arriving = gradient.square + gradient.aligned
        gradient, dz, dW = layers[k](gradient)
        logs[:, k] = size + np.log((arriving, dz, dW))
        scale = gradient.square or 1.0
        size += np.log(scale)
        square, cross, fresh, aligned = gradient
        gradient = Gradient(square / scale, cross / scale, fresh, aligned / scale)
    return logs


def _layer(net: Net, trunk: Signal):
    """One layer: its steps, and the path around them.   pullback(g) -> (g, dz², dW²)."""
    signal = trunk
    steps = []
    for word in _recipe(net.kind, net.at, net.skip):
        before = signal
        signal, back = STEPS[word](net, before)
        steps.append((word, before, back))
    if net.skip is None:
        return signal, lambda g: _through(steps, g)
    signal, added = join(trunk, signal, net.alpha)
    norm = None
    if net.kind and net.at == "output":
        signal, norm = STEPS[net.kind](net, signal)

    def pullback(g):
        on_trunk = norm(g) if norm else g
        square = net.alpha**2 * on_trunk.square
        cross = net.alpha**2 * on_trunk.cross
        on_branch, dz, dW = _through(steps, Gradient(square, cross))
        return fork(on_trunk, on_branch, added), dz, dW

    return signal, pullback


@lru_cache
def _recipe(kind: str | None, at: str | None, skip: str | None) -> tuple[str, ...]:
    """The steps of a layer, or of a skip's branch, in their order, with the norm at its place."""
    words = list(FORMS[skip])
    phi = words.index("activation")
    places = {"before": phi, "after": phi + 1, "input": 0, "output": len(words)}
    if kind and at and not (skip and at == "output"):
        words.insert(places[at], kind)
    return tuple(words)


def _through(steps: list, g: Gradient):
    """Back through the steps:  (g, dz², dW²), summed over the affine maps."""
    dz = 0.0
    dW = 0.0
    for word, signal, pullback in reversed(steps):
        if word == "affine":
            dz += g.square
            dW += g.square * signal.square + g.cross * signal.common
        g = pullback(g)
    return g, dz, dW


def _aligned(net: Net, trunk: Signal):
    """A layer h' = h + α φ(z) of finite width, and what becomes of a gradient along h'.

    All that z = h W tells of W is about the one direction h. Of a gradient along h', the part that comes out along h is
    the part of h' in J h = h + α φ'(z) z, with the layer's Jacobian J (all, where φ is homogeneous, as J h = h' then);
    the rest is scattered over the other directions, 1 / width into each.
    """
    signal, pullback = _layer(net, trunk)
    z, h, slope = values(net.activation, STEPS["affine"](net, trunk)[0].square)
    even = np.ones_like(z)
    still = np.zeros_like(z)
    step = net.alpha * h
    tangent = net.alpha * slope * z
    pairs = (tangent, tangent), (tangent, step), (still, step)
    total = _inner(trunk, step, step, even)
    stretch, overlap, cosine = (_inner(trunk, a, b, even) / trunk.square for a, b in pairs)
    passed = net.alpha**2 * _inner(trunk, step, step, slope**2) / total
    scattered = 1 - cosine**2 * trunk.square / total + net.sigma_w**2 * passed

    def with_aligned(g):
        back, dz, dW = pullback(g)
        aligned = overlap**2 * trunk.square / total * g.aligned + (stretch * g.square - back.square) / net.width
        back = back._replace(square=back.square + scattered * g.aligned, aligned=aligned)
        return back, dz + passed * g.aligned, dW + passed * g.aligned * trunk.square

    return signal, with_aligned


def _inner(trunk: Signal, a: Array, b: Array, weight: Array) -> float:
    """E[weight (h + a) (h + b)] for functions a, b and weight of z, given at the nodes; h and z are independent."""
    return trunk.square * average(weight) + trunk.mean * average(weight * (a + b)) + average(weight * a * b)
