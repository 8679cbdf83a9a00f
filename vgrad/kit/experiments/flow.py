"""Where does the gradient go in a deep net?  Many random networks, one forward and one backward pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ... import init, models, ops, probes, require, theory
from ...ops import Affine, Array
from .protocol import Band, band, measured, relative, scaled_draw

PROTOCOL = "x ~ N(0, 1) in, a N(0, 1) cotangent back from the last h"
DEEPEST, WIDEST, MOST = 10_000, 4_096, 1_000_000
MULTIPLY_ADDS = 2**28  # what one call may cost: seeds · depth · batch · width²
WEIGHTS = 2**24  # and may hold: seeds · depth · width²
FLOAT16_COST = 8  # NumPy computes float16 one number at a time
QUANTITIES = ("dh", "dz", "dW")
SCHEMES = tuple(name for name in init.SCHEMES if name not in ("identity", "torch_recurrent"))  # of a layer, by chance
CHOICES = {
    "activation": (*ops.ACTIVATIONS,), "scheme": SCHEMES, "norm": (None, *models.NORMS), "skip": (None, *models.FORMS),
    "precision": init.DTYPES,
}  # fmt: skip


class Net(NamedTuple):
    """Which networks: the settings of ``flow``."""

    depth: int
    width: int
    activation: str
    scheme: str
    gain: float
    norm: str | None
    skip: str | None
    alpha: float | str
    batch: int
    seeds: int
    precision: str
    seed: int


class FlowRecord(NamedTuple):
    """What ``flow`` measured. Per-layer arrays run from the first hidden layer to the last, in float64."""

    protocol: str
    depth: int
    width: int
    activation: str
    scheme: str
    gain: float
    norm: str | None
    skip: str | None
    alpha: float | str  # of the skip's branch: a number, or a name in models.ALPHAS
    batch: int
    seeds: int  # the number of networks that were run
    precision: str
    seed: int
    seeds_asked: int  # more than were run, where they exceed the work budget
    sigma_w: float  # √(width · Var W)
    sigma_b: float
    h: Array  # (seeds, depth): ‖h_k‖, on the way forward
    dh: Array  # (seeds, depth): ‖dL/dh_k‖, on the way back
    dz: Array
    dW: Array
    relative: dict[str, Band]  # of dh, dz and dW: each network's own, divided by its last layer's
    theory: dict[str, Array]  # the same of an infinitely wide net, (depth,)
    entries: probes.Entries  # (depth,): shares of the entries of dh_k that are 0, subnormal, infinite, NaN
    overflow: int | None  # the first layer whose output h was not finite in some network, or None
    silent: float  # the share of networks whose first layer receives exactly 0 ...
    underflow: float  # ... and of those in which h or dh had become too small for the precision (else: dead units)
    shown: tuple[str, ...] = ("dh",)  # what a picture of this record shows: which gradients,
    scale: str = "log"  # and on which axis

    @property
    def ratio(self) -> float:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖."""
        return float(self.relative["dh"].median[0])


@measured
def flow(
    *, depth=30, width=32, activation="tanh", scheme="xavier_normal", gain=1.0, norm=None, skip=None, alpha=1.0,
    batch=16, seeds=16, precision="float64", seed=0, multiply_adds=MULTIPLY_ADDS, weights=WEIGHTS,
) -> FlowRecord:  # fmt: skip
    """Measure ‖dh‖, ‖dz‖ and ‖dW‖ in every layer of ``seeds`` random networks of ``depth`` layers of one ``width``.

    Protocol: x ~ N(0, 1) of shape (batch, width) goes in, and a N(0, 1) cotangent of the last h is pulled back. So
    nothing but the layers themselves is measured: no data, no readout, no loss.

    activation : a name in ops.ACTIVATIONS; scheme : one in init.SCHEMES, its scale times ``gain``; norm : one in
    models.NORMS (batch norm needs a batch of 2); skip : one in models.FORMS, with ``alpha`` as in models.Skip;
    precision : "float16", "float32" or "float64"; seed : another one draws other networks, and the same one the same
    networks, layer for layer, for any depth, gain, activation, norm and number of seeds. Seeds are reduced, and the
    record says so, where seeds · depth · width² exceeds ``weights``, or batch times that ``multiply_adds`` (float16
    counts 8 times, a two-layer branch twice); one network is always run, if it has no more than ``weights``.
    Raises ValueError naming the argument, its value and what is allowed.
    """
    asked = _checked(Net(depth, width, activation, scheme, gain, norm, skip, alpha, batch, seeds, precision, seed))
    net = asked._replace(seeds=_affordable(asked, multiply_adds, weights))
    params, x, cotangent = _draw(net)
    skip = net.skip and models.Skip(net.skip, net.alpha)
    tape = models.hidden(params, x, net.activation, norm=net.norm, skip=skip)[1]
    h = np.stack([probes.norm(output) for output in probes.outputs(tape)], axis=-1)
    measures, entries = probes.norms_and_entries(tape, cotangent)
    return FlowRecord(
        PROTOCOL, **net._asdict(), seeds_asked=asked.seeds, h=h, **_prediction(net), **_summary(measures, entries),
        overflow=next((k for k, norms in enumerate(h.T, start=1) if not np.isfinite(norms).all()), None),
        underflow=_underflow(h, measures.dh, np.finfo(net.precision).tiny * (net.batch * net.width) ** 0.5),
    )  # fmt: skip


def _checked(net: Net) -> Net:
    of_batch = str(net.norm).startswith("batch")
    return Net(
        require.whole("depth", net.depth, 1, DEEPEST),
        require.whole("width", net.width, 1, WIDEST),
        *(require.choice(name, getattr(net, name), CHOICES[name]) for name in ("activation", "scheme")),
        require.number("gain", net.gain, 0.0),
        *(require.choice(name, getattr(net, name), CHOICES[name]) for name in ("norm", "skip")),
        net.alpha if net.alpha in (*models.ALPHAS,) else require.number("alpha", net.alpha),
        require.whole("batch", net.batch, 2 if of_batch else 1, MOST),
        require.whole("seeds", net.seeds, 1, MOST),
        require.choice("precision", net.precision, CHOICES["precision"]),
        require.whole("seed", net.seed, 0),
    )


def _affordable(net: Net, multiply_adds: float, weights: float) -> int:
    """As many of the seeds as the work budget allows, and at least one."""
    maps = 2 if net.skip == "branch" else 1
    each = require.whole(
        "depth · width²", maps * net.depth * net.width**2, 1, int(require.number("weights", weights, 1))
    )
    multiply_adds = require.number("multiply_adds", multiply_adds, 1)
    work = each * net.batch * (FLOAT16_COST if net.precision == "float16" else 1)
    return int(max(1, min(net.seeds, weights // each, multiply_adds // work)))


def _draw(net: Net) -> tuple[list, Array, Array]:
    """The networks, their inputs and the cotangents: kept draws at the scheme's scale."""
    scheme, (sigma_w, sigma_b) = init.SCHEMES[net.scheme], _sigmas(net)
    one, zero = (np.full((net.seeds, net.width), value, net.precision) for value in (1, 0))

    def scaled(name, draw, *shape, scale=1.0):
        return scaled_draw(name, draw, (net.seeds, *shape), scale, precision=net.precision, seed=net.seed)

    def layer(k, part, norm):
        W = scaled((k, part), scheme.draw, net.width, net.width, scale=sigma_w / net.width**0.5)
        b = scaled((k, part + 1), init.uniform, net.width, scale=sigma_b) if sigma_b else zero
        return models.Layer(Affine(W, b), ops.Norm(one, zero) if norm else None)

    def block(k):
        return (layer(k, 0, net.norm), layer(k, 2, None)) if net.skip == "branch" else layer(k, 0, net.norm)

    x, cotangent = (scaled((0, k), init.normal, net.batch, net.width) for k in (0, 1))
    return [block(k) for k in range(1, net.depth + 1)], x, cotangent


def _sigmas(net: Net) -> tuple[float, float]:
    """σ_w = √(width · Var W) and σ_b of a square layer."""
    scheme = init.SCHEMES[net.scheme]
    sigma_w = net.gain * scheme.std(net.width, net.width, net.activation) * net.width**0.5
    return sigma_w, scheme.bias_std(net.width, net.width) if scheme.bias_std else 0.0


def _prediction(net: Net) -> dict:
    """σ_w, σ_b and theory's curves, relative to the last layer."""
    sigma_w, sigma_b = _sigmas(net)
    alpha = models.ALPHAS[net.alpha](net.depth) if isinstance(net.alpha, str) else net.alpha
    dress = dict(norm=net.norm, skip=net.skip, alpha=alpha, batch=net.batch, width=net.width)
    curves = theory.flow(net.depth, net.activation, sigma_w, sigma_b, **dress)._asdict()
    relative = {name: curves[name] / curves[name][-1] for name in QUANTITIES}
    return dict(sigma_w=sigma_w, sigma_b=sigma_b, theory=relative)


def _summary(measures: probes.Norms, entries: probes.Entries) -> dict:
    """Norms per network, their bands, and what became of the numbers."""
    norms = {name: getattr(measures, name) for name in QUANTITIES}
    entries = probes.Entries(*(share.mean(axis=0) for share in entries))
    silent = float((measures.dh[:, 0] == 0).mean())
    return dict(
        **norms, relative={name: band(relative(norm)) for name, norm in norms.items()}, entries=entries, silent=silent
    )


def _underflow(h: Array, dh: Array, tiny: float) -> float:
    """The share of silent networks in which the norm of h or dh, (seeds, depth), fell below ``tiny`` before 0."""
    faint = [((norms > 0) & (norms < tiny)).any(axis=1) for norms in (h, dh)]
    return float(((dh[:, 0] == 0) & (faint[0] | faint[1])).mean())
