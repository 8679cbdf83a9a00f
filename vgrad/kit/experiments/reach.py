"""How far a gradient reaches through time: random recurrent nets of any cell, and what arrives at each step."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from ... import cells, models, probes, require
from ...ops import Array, sigmoid
from ...require import Count, Finite, Flag, NonNegative, NumberArray, Seed, guarded
from ...tape import backprop, tree_map
from .protocol import Batch, Networks, Time, TwoTimes, Width, measured, require_work

CELLS = {"rnn": "rnn", "irnn": "relu_rnn", "lstm": "lstm", "gru": "gru"}  # IRNN: ReLU and W_h = 1 (Le et al. 2015)
MODES = ("alone", "paired", "chrono")
DEFAULTS = ("xavier", "pytorch", "keras")  # whose initialization
D = 2  # inputs per step
KEEPS = 1  # number of the gate that keeps: i f g o, r u n

CellName = Annotated[str, require.one_of(CELLS)]
GatedCell = Annotated[str, require.one_of(("lstm", "gru"))]
CellParams = Annotated[
    Any,
    require.thing(
        "those of a cell, as init_recurrent draws them",
        lambda params: hasattr(params, "W_h") and hasattr(type(params), "_fields"),
    ),
]


class ReachRecord(NamedTuple):
    """What ``reach`` measured."""

    cell: str
    bias: float
    mode: str
    T: int
    width: int
    sigma: float  # of the inputs
    batch: int
    seeds: int
    sizes: Array  # (seeds, T + 1): ‖dL/dstate_t‖ / ‖dL/dh_T‖, t = 0 … T
    default: str = "xavier"

    @property
    def ratio(self) -> float:
        """‖dL/dstate_0‖ / ‖dL/dh_T‖, the median of the networks."""
        return float(np.median(self.sizes[:, 0]))


@guarded
@measured
def reach(
    cell: CellName, *, bias: Finite = 0.0, mode: str = "alone", T: TwoTimes = 100, width: Width = 32,
    sigma: NonNegative = 1.0, batch: Batch = 4, seeds: Networks = 20, seed: Seed = 0, default: str = "xavier",
) -> ReachRecord:  # fmt: skip
    """Send a N(0, 1) gradient of h_T back through T steps, whose inputs are x ~ N(0, sigma²), and measure what arrives.

    cell, bias, mode, default : as in ``networks``. All of the ``seeds`` networks differ.
    """
    require.total("T · seeds · batch · width", T * seeds * batch * width)
    require_work("T · seeds · batch · width²", T, seeds, batch, width**2)
    rng = np.random.default_rng((seed, 1))
    params = networks(cell, bias=bias, mode=mode, T=T, width=width, seeds=seeds, seed=seed, default=default)
    xs = sigma * rng.standard_normal((T, seeds, batch, D))
    _, tape = models.unroll(CELLS[cell], params, xs)
    dh, *silent = (np.zeros_like(array) for array in tape[-1].output)
    dh = rng.standard_normal(dh.shape)
    norms = [probes.norm(np.concatenate(step.cotangent, axis=-1)) for step in backprop(tape, (dh, *silent))]
    sizes = np.stack(norms[::-1], axis=-1) / probes.norm(dh)[:, None]
    return ReachRecord(cell, bias, mode, T, width, sigma, batch, seeds, sizes, default)


@guarded
@measured
def networks(
    cell: CellName, *, bias: Finite = 0.0, mode: str = "alone", T: Time = 100, width: Width = 32, seeds: Networks = 1,
    seed: Seed = 0, apart: Flag = False, default: str = "xavier", inputs: Count = D, **options,
) -> Any:  # fmt: skip
    """Draw ``seeds`` networks of one cell, in one tree with an ensemble axis, or in a list if they are kept ``apart``.

    bias : of the gate that keeps the state; mode : "alone", or for an LSTM also "paired", with the negative bias for
    the input gate, or "chrono", with biases drawn for T steps. A cell without such a gate takes 0 and "alone".
    default : whose initialization. "xavier" has Xavier's weights and biases of 0. It draws W_x of all gates in one
    piece, as torch's xavier_normal_(cell.weight_ih_l0) does, and W_h gate by gate. "pytorch" is that of torch.nn.RNN,
    LSTM and GRU, with all weights and both biases from U(±1/√width). "keras" is that of keras.layers.SimpleRNN, LSTM
    and GRU, with its reset_after. There W_x is uniform with Xavier's scale, the rows of W_h are orthonormal, both are
    drawn in one piece for all gates, and all biases are 0 but the LSTM's b_f, which is 1. ``bias`` is added to these.
    inputs : numbers per step; options : of init_recurrent, for "xavier" alone. The first networks are the same however
    many there are.
    """
    require.total("seeds · (inputs + width) · width", seeds * (inputs + width) * width)
    require.choice("default", default, DEFAULTS)
    if default != "xavier" and (cell == "irnn" or options):
        raise ValueError(f"default is {default!r}; allowed is 'xavier' for an IRNN, and with options of init_recurrent")
    start = bias + (default == "keras" and cell == "lstm")
    options |= _biases(cell, start, mode, T)
    if cell == "irnn":
        options["recurrent"] = "identity"
    rngs = [np.random.default_rng((seed, 0, k)) for k in range(seeds)]
    each = [tree_map(np.copy, _drawn(CELLS[cell], default, inputs, width, rng, options)) for rng in rngs]
    return each if apart else tree_map(lambda *arrays: np.stack(arrays), *each)


def _drawn(kind: str, default: str, inputs: int, width: int, rng, options: dict):
    """One network of a cell, as this default draws it."""
    gates = cells.GATES[kind]
    scheme = dict(scheme="torch_recurrent") if default == "pytorch" else {}
    params = models.init_recurrent(kind, inputs, width, rng=rng, **scheme, **options)
    if default == "pytorch":
        return params
    if default == "xavier":
        return _scaled(params, ((inputs + width) / (inputs + gates * width)) ** 0.5)
    W_x, _ = models.init_affine(inputs, gates * width, scheme="xavier_uniform", rng=rng)
    W_h, _ = models.init_affine(width, gates * width, scheme="orthogonal", rng=rng)
    return params._replace(W_x=W_x, W_h=W_h)


@guarded
@measured
def keeping(cell: GatedCell, params: CellParams, xs: NumberArray, outputs: NumberArray) -> Array:
    """Return how far the gate that keeps the state is open, from 0 to 1: f of an LSTM, or u of a GRU, (T, ..., N, H).

    xs : inputs (T, ..., N, D); outputs : h_1 … h_T, (T, ..., N, H), as ``models.unroll`` returns them of a cell without
    a readout. Raises ValueError for a cell that has no such gate, and where shapes do not fit.
    """
    H = _require_cell(cell, params)
    gate = slice(KEEPS * H, (KEEPS + 1) * H)
    for name, array, W in (("xs", xs, params.W_x), ("outputs", outputs, params.W_h)):
        require.shape(name, array, f"(T, ..., N, {W.shape[-2]})", array.ndim >= 3 and array.shape[-1] == W.shape[-2])
    require.shape("xs", xs, f"{outputs.shape[:-1]} in front, as outputs has", _go_together(xs, outputs, params))
    before = np.concatenate([np.zeros_like(outputs[:1]), outputs[:-1]])
    b = params.b if cell == "lstm" else params.b_x + params.b_h
    opened, _ = sigmoid(xs @ params.W_x[..., gate] + before @ params.W_h[..., gate] + b[..., None, gate])
    return opened


def _require_cell(cell: str, params) -> int:
    """Raise ValueError unless the weights are a cell's of this kind. Returns its number of units, H."""
    for name, array in params._asdict().items():
        require.array(f"params.{name}", array, 2 if name.startswith("W") else 1)
    *lead, H, _ = params.W_h.shape
    rows = {"W_x": (params.W_x.shape[-2],), "W_h": (H,)}
    for name, array in params._asdict().items():
        expected = (*lead, *rows.get(name, ()), cells.GATES[cell] * H)
        require.shape(f"params.{name}", array, f"{expected}, as W_h has {H} rows", array.shape == expected)
    return H


def _go_together(xs: Array, outputs: Array, params) -> bool:
    """Whether both sequences have the same steps and samples, and ensembles that broadcast with that of the weights."""
    try:
        np.broadcast_shapes(xs.shape[1:-2], outputs.shape[1:-2], params.W_h.shape[:-2])
    except ValueError:
        return False
    return (xs.shape[0], xs.shape[-2]) == (outputs.shape[0], outputs.shape[-2])


def _biases(cell: str, bias: float, mode: str, T: int) -> dict[str, Any]:
    """The options of init_recurrent that set this bias in this mode."""
    require.choice("mode", mode, MODES if cell == "lstm" else MODES[:1])
    if cell == "gru":
        return dict(update_bias=bias)
    if cell != "lstm":
        require.choice("bias", float(bias), (0.0,))
        return {}
    return dict(chrono=float(T)) if mode == "chrono" else dict(forget_bias=bias, paired=mode == "paired")


def _scaled(params, by: float):
    """The cell's W_x times a number, in its precision."""
    if isinstance(params, models.Sequence):
        return params._replace(cell=_scaled(params.cell, by))
    return params._replace(W_x=params.W_x * params.W_x.dtype.type(by))


def relative_to_identity(norms: Array) -> Array:
    """Return norms (T, T) over that of the identity, which stands on the diagonal."""
    return norms / norms[0, 0]


def rms(jacobians: Array) -> Array:
    """Return ‖J‖ at each time, (T, N, H, H) -> (T,), the root of the mean square over the samples."""
    sizes = probes.norm(jacobians)
    return probes.norm(sizes[..., None]) / sizes.shape[-1] ** 0.5
