"""Where does the gradient go in a deep net?  Many random networks, one forward and one backward pass.

This is the one experiment on depth. Its curves, layer by layer, are h on the way forward, dh, dz and dW on the way
back, and the share of h in which samples differ (``apart``).
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from ... import init, models, ops, probes, require, theory
from ...ops import Affine, Array
from ...require import Flag, NonNegative, Seed
from .protocol import Band, Width, band, measured, relative, scaled_draw

PROTOCOL = "The inputs are drawn from N(0, 1), and so is the gradient that comes back from the last h."
DEEPEST, MOST = 10_000, 100_000
MULTIPLY_ADDS = 2**28  # what one call may cost: seeds · depth · batch · width²
WEIGHTS = 2**24  # and may hold: seeds · depth · width²
FLOAT16_COST = 8  # NumPy computes float16 one number at a time
QUANTITIES = ("dh", "dz", "dW")
SCHEMES = tuple(name for name in init.SCHEMES if name not in ("identity", "torch_recurrent"))  # of a layer, by chance
CHOICES = {
    "activation": (*ops.ACTIVATIONS,), "scheme": SCHEMES, "norm": (None, *models.NORMS), "skip": (None, *models.FORMS),
    "precision": init.DTYPES,
}  # fmt: skip
OVER = {"1": lambda depth: 1.0, "sqrt(depth)": lambda depth: depth**0.5, "depth": float}  # what alpha may be divided by


def _require_alpha(name: str, value) -> None:
    """Raise ValueError unless ``value`` is a finite number, or one over a name in OVER."""
    if not isinstance(value, str):
        require.number(name, value)
        return
    number, _, over = value.partition("/")
    fits = over in OVER and number.replace(".", "", 1).isdecimal()
    require.instance(name, value, fits, f"a finite number, or one over {' or '.join(OVER)}, such as '0.5/sqrt(depth)'")


Depth = Annotated[int, require.whole_from(1, DEEPEST)]
Many = Annotated[int, require.whole_from(1, MOST)]
Activation = Annotated[str, require.one_of(CHOICES["activation"])]
Scheme = Annotated[str, require.one_of(CHOICES["scheme"])]
Norm = Annotated[str | None, require.one_of(CHOICES["norm"])]
Skip = Annotated[str | None, require.one_of(CHOICES["skip"])]
Alpha = Annotated[float | str, _require_alpha]
Precision = Annotated[str, require.one_of(CHOICES["precision"])]
Budget = Annotated[float, require.number_from(1)]


class Net(NamedTuple):
    """Which networks: the settings of ``flow``."""

    depth: int = 30
    width: int = 32
    activation: str = "tanh"
    scheme: str = "xavier_normal"
    gain: float = 1.0
    norm: str | None = None
    skip: str | None = None
    alpha: float | str = 1.0  # of the skip's branch
    sigma_b: float | None = None  # of normal biases; None: those of the scheme
    batch: int = 16
    seeds: int = 16
    precision: str = "float64"
    seed: int = 0

    @property
    def branch_factor(self) -> float:
        """The number by which a skip's branch is multiplied: ``alpha``, or what "0.5/sqrt(depth)" comes to."""
        if not isinstance(self.alpha, str):
            return self.alpha
        if self.alpha in models.ALPHAS:
            return models.ALPHAS[self.alpha](self.depth)
        number, _, over = self.alpha.partition("/")
        return float(number) / OVER[over](self.depth)


class FlowRecord(NamedTuple):
    """What ``flow`` measured. Per-layer arrays run from the first hidden layer to the last, in float64."""

    protocol: str
    net: Net  # the networks that were run
    seeds_asked: int  # more than were run, where they exceed the work budget
    sigma_w: float  # √(width · Var W)
    sigma_b: float
    h: Array  # (seeds, depth): ‖h_k‖, on the way forward
    dh: Array  # (seeds, depth): ‖dL/dh_k‖, on the way back
    dz: Array
    dW: Array
    apart: Array | None  # (seeds, depth): the share of h_k in which two samples differ, if it was asked for
    relative: dict[str, Band]  # of each curve: over the networks, each network's own being relative as in ``each``
    theory: dict[str, Array]  # the same of an infinitely wide net, (depth,)
    entries: probes.Entries  # (depth,): shares of the entries of dh_k that are 0, subnormal, infinite, NaN
    overflow: int | None  # the first layer whose h was not finite in some network, or None
    silent: float  # the share of networks whose first layer receives exactly 0 ...
    underflow: float  # ... and of those in which h or dh had become too small for the precision (else: slopes of 0)
    shown: tuple[str, ...] = ("dh",)  # which curves a picture of this record shows, and on which axis,
    scale: str = "log"  # and alone, or under columns of units
    view: str = "curve"

    @property
    def ratio(self) -> float:
        """The median over the networks of ‖dh_1‖ / ‖dh_depth‖."""
        return float(self.relative["dh"].median[0])

    @property
    def forward(self) -> float:
        """The median over the networks of the last h's size over the input's."""
        return float(self.relative["h"].median[-1])

    @np.errstate(all="ignore")
    def each(self, name: str) -> Array:
        """Return a curve of each network, (seeds, depth), relative to where it starts.

        h is relative to the input's size, √(batch · width); dh, dz and dW are relative to the last layer's; and apart
        is a share of h already.
        """
        return _from_start(name, getattr(self, name), self.net)


def _from_start(name: str, rows: Array, net: Net) -> Array:
    if name == "h":
        return rows / (net.batch * net.width) ** 0.5
    return rows if name == "apart" else relative(rows)


@require.guarded
@measured
def flow(
    *, depth: Depth = 30, width: Width = 32, activation: Activation = "tanh", scheme: Scheme = "xavier_normal",
    gain: NonNegative = 1.0, norm: Norm = None, skip: Skip = None, alpha: Alpha = 1.0,
    sigma_b: NonNegative | None = None, batch: Many = 16, seeds: Many = 16, precision: Precision = "float64",
    seed: Seed = 0, apart: Flag = False, multiply_adds: Budget = MULTIPLY_ADDS, weights: Budget = WEIGHTS,
) -> FlowRecord:  # fmt: skip
    """Measure ‖h‖, ‖dh‖, ‖dz‖ and ‖dW‖ in every layer of ``seeds`` random networks of one ``depth`` and ``width``.

    Protocol: x ~ N(0, 1) of shape (batch, width) goes in, and a N(0, 1) cotangent of the last h is pulled back. So
    nothing but the layers themselves is measured: no data, no readout, no loss.

    activation : a name in ops.ACTIVATIONS; scheme : one in init.SCHEMES, its scale times ``gain`` ("scaled_normal" has
    σ_w = 1, so that gain is σ_w); norm : one in models.NORMS (batch norm needs a batch of 2); skip : one in
    models.FORMS; alpha : by what its branch is multiplied, a number or one over a name in OVER, "0.5/sqrt(depth)";
    sigma_b : biases are N(0, sigma_b²), or where it is None as the scheme has them; precision : "float16", "float32" or
    "float64"; seed : another one draws other networks, and the same one the same networks, layer for layer, for any
    depth, gain, activation, norm and number of seeds; apart : whether to measure, in a batch of 2 or more, the share of
    h in which samples differ, √(variance over the samples / mean square). Seeds are reduced, and the record says so,
    where seeds · depth · width² exceeds ``weights``, or batch times that ``multiply_adds`` (float16 counts 8 times, a
    two-layer branch twice); one network is always run, if it has no more than ``weights``. Raises ValueError naming the
    argument, its value and what is allowed.
    """
    alpha = alpha if isinstance(alpha, str) else float(alpha)
    sigma_b = None if sigma_b is None else float(sigma_b)
    batch = require.whole("batch", batch, 2 if apart or str(norm).startswith("batch") else 1, MOST)
    asked = Net(
        int(depth), int(width), activation, scheme, float(gain), norm, skip, alpha, sigma_b, batch, int(seeds),
        precision, int(seed),
    )  # fmt: skip
    return _run(asked._replace(seeds=_affordable(asked, multiply_adds, weights)), asked.seeds, apart)


def _run(net: Net, seeds_asked: int, apart: bool) -> FlowRecord:
    """Draw the networks, go forward and back once, and take the curves."""
    params, x, cotangent = draw_networks(net)
    path = net.skip and models.Skip(net.skip, net.branch_factor)
    tape = models.hidden(params, x, net.activation, norm=net.norm, skip=path)[1]
    outputs = probes.outputs(tape)
    h = np.stack([probes.norm(output) for output in outputs], axis=-1)
    norms, entries = probes.norms_and_entries(tape, cotangent)
    curves = dict(h=h, dh=norms.dh, dz=norms.dz, dW=norms.dW, apart=_differing(outputs, h, net) if apart else None)
    bands = {name: band(_from_start(name, rows, net)) for name, rows in curves.items() if rows is not None}
    sigma_w, sigma_b = sigmas(net)
    return FlowRecord(
        PROTOCOL, net, seeds_asked, sigma_w, sigma_b, **curves, relative=bands, theory=_theory(net, apart),
        entries=probes.Entries(*(share.mean(axis=0) for share in entries)),
        overflow=next((k for k, sizes in enumerate(h.T, start=1) if not np.isfinite(sizes).all()), None),
        silent=float((norms.dh[:, 0] == 0).mean()),
        underflow=_underflow(h, norms.dh, np.finfo(net.precision).tiny * (net.batch * net.width) ** 0.5),
    )  # fmt: skip


def _affordable(net: Net, multiply_adds: float, weights: float) -> int:
    """As many of the seeds as the work budget allows, and at least one."""
    maps = 2 if net.skip == "branch" else 1
    each = require.whole("depth · width²", maps * net.depth * net.width**2, 1, int(weights))
    work = each * net.batch * (FLOAT16_COST if net.precision == "float16" else 1)
    return int(max(1, min(net.seeds, weights // each, multiply_adds // work)))


def draw_networks(net: Net) -> tuple[list, Array, Array]:
    """Return the networks, their inputs and the cotangents; they hold until the next call (``scaled_draw``)."""
    scheme = init.SCHEMES[net.scheme]
    sigma_w, sigma_b = sigmas(net)
    draw_bias = init.uniform if net.sigma_b is None else init.normal
    one, zero = (np.full((net.seeds, net.width), value, net.precision) for value in (1, 0))
    norm = ops.Norm(one, None if net.norm.startswith("rms") else zero) if net.norm else None

    def scaled(name, draw, *shape, scale=1.0):
        return scaled_draw(name, draw, (net.seeds, *shape), scale, precision=net.precision, seed=net.seed)

    def layer(k, part, norm):
        W = scaled((k, part), scheme.draw, net.width, net.width, scale=sigma_w / net.width**0.5)
        b = scaled((k, part + 1), draw_bias, net.width, scale=sigma_b) if sigma_b else zero
        return models.Layer(Affine(W, b), norm)

    def block(k):
        return (layer(k, 0, norm), layer(k, 2, None)) if net.skip == "branch" else layer(k, 0, norm)

    x, cotangent = (scaled((0, k), init.normal, net.batch, net.width) for k in (0, 1))
    return [block(k) for k in range(1, net.depth + 1)], x, cotangent


def sigmas(net: Net) -> tuple[float, float]:
    """Return σ_w = √(width · Var W) and σ_b of a square layer."""
    scheme = init.SCHEMES[net.scheme]
    sigma_w = net.gain * scheme.std(net.width, net.width, net.activation) * net.width**0.5
    if net.sigma_b is not None:
        return sigma_w, net.sigma_b
    return sigma_w, scheme.bias_std(net.width, net.width) if scheme.bias_std else 0.0


def _differing(outputs: list[Array], h: Array, net: Net) -> Array:
    """The share of each h in which two samples differ, without the bias of a small batch; 0 where h is 0."""
    share = np.stack([10 ** probes.signal_fraction(output) for output in outputs], axis=-1)
    return np.where(h == 0, 0.0, share * (net.batch / (net.batch - 1)) ** 0.5)


def _theory(net: Net, apart: bool) -> dict[str, Array]:
    """Theory's curves, relative as the measured ones are."""
    sigma_w, sigma_b = sigmas(net)
    dress = dict(norm=net.norm, skip=net.skip, alpha=net.branch_factor, batch=net.batch, width=net.width)
    curves = theory.flow(net.depth, net.activation, sigma_w, sigma_b, **dress)._asdict()
    from_start = {"h": curves["h"]} | {name: curves[name] / curves[name][-1] for name in QUANTITIES}
    return from_start | (dict(apart=_theory_apart(net, sigma_w, sigma_b)) if apart else {})


def _theory_apart(net: Net, sigma_w: float, sigma_b: float) -> Array:
    """√(1 - correlation) of a plain net; NaN with a norm or a skip, and where samples differ by rounding alone."""
    if net.norm or net.skip:
        return np.full(net.depth, np.nan)
    differ = 1 - theory.correlations(net.depth, net.activation, sigma_w, sigma_b)
    return np.sqrt(np.where(differ > 1e-12, differ, np.nan))


def _underflow(h: Array, dh: Array, tiny: float) -> float:
    """The share of silent networks in which the norm of h or dh, (seeds, depth), fell below ``tiny`` before 0."""
    faint_h, faint_dh = (((norms > 0) & (norms < tiny)).any(axis=1) for norms in (h, dh))
    return float(((dh[:, 0] == 0) & (faint_h | faint_dh)).mean())
