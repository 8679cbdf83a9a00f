"""Which paths the gradient takes through a gated cell.

There is the highway of the cell state, and there are the detours through the gates.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from ... import models, probes, require
from ...kit.experiments.protocol import Batch as Samples
from ...kit.experiments.protocol import Networks, NonNegatives, TwoTimes, Width, measured, require_work
from ...kit.experiments.reach import DEFAULTS, D, networks, reach, rms
from ...ops import Array
from ...require import Finite, NonNegative, Seed, guarded, whole_from
from ...tape import Tape
from .records import DefaultsRecord, GatesRecord, StackRecord

WORK = 10**11  # multiplications
CELLS = ("rnn", "lstm", "gru")
OPENED = {  # which layers of a stack have their biases set
    "none": lambda layer, layers: False,
    "every": lambda layer, layers: True,
    "first": lambda layer, layers: layer == 0,
    "last": lambda layer, layers: layer == layers - 1,
}


Steps = Annotated[int, whole_from(2, 200)]
Units = Annotated[int, whole_from(1, 256)]
Layers = Annotated[int, whole_from(1, 20)]
Opened = Annotated[str, require.one_of(OPENED)]


@guarded
@measured
def compare(
    *, forget_bias: Finite = 1.0, mode: str = "alone", update_bias: Finite = 1.0, T: Steps = 50,
    width: Units = 16, sigma: NonNegative = 1.0, batch: Units = 2, seed: Seed = 0,
) -> GatesRecord:  # fmt: skip
    """Measure how much of the last state's gradient reaches each of T steps of an RNN, an LSTM and a GRU.

    All three get the same inputs x ~ N(0, sigma²). forget_bias, mode : of the LSTM, as in ``networks``; update_bias :
    of the GRU.
    """
    require_work("T · batch · width³", T, batch, width**3, most=WORK)
    xs = sigma * np.random.default_rng((seed, 1)).standard_normal((T, batch, D))
    biases = {"rnn": {}, "lstm": dict(bias=forget_bias, mode=mode), "gru": dict(bias=update_bias)}
    tapes = {}
    for cell, bias in biases.items():
        (params,) = networks(cell, **bias, T=T, width=width, seeds=1, seed=seed, apart=True)
        _, tapes[cell] = models.unroll(cell, params, xs)
    kept = {cell: _kept(tape) for cell, tape in tapes.items()}
    parts = [rms(part) / width**0.5 for part in split(tapes["lstm"])]
    return GatesRecord(forget_bias, mode, update_bias, T, width, sigma, batch, seed, kept, *parts)


def _kept(tape: Tape) -> Array:
    """‖d state_T / d state_k‖ for k = 1 … T, over that of the identity, which is what a random gradient keeps."""
    later = probes.transitions(tape)[1:]
    J = np.broadcast_to(np.eye(later[-1].shape[-1]), later[-1].shape)
    jacobians = [J]
    for step in reversed(later):
        J = J @ step
        jacobians.append(J)
    return rms(np.stack(jacobians[::-1])) / J.shape[-1] ** 0.5


@measured
def split(tape: Tape) -> probes.Highway:
    """Return an LSTM's dc_T / dc_k in its two parts, as ``probes.highway`` has it, on one BLAS thread."""
    return probes.highway(tape)


@guarded
@measured
def defaults(
    *, sigmas: NonNegatives = (0.3, 1.0, 3.0), T: TwoTimes = 100, width: Width = 32, batch: Samples = 4,
    seeds: Networks = 20, seed: Seed = 0,
) -> DefaultsRecord:  # fmt: skip
    """Measure ``reach`` for three libraries' initializations of three cells, with inputs of each size in ``sigmas``."""
    require_work("sizes · T · seeds · batch · width²", len(sigmas), T, seeds, batch, width**2)
    net = dict(T=T, width=width, batch=batch, seeds=seeds, seed=seed)
    kept = [
        [[reach(cell, default=default, sigma=sigma, **net).sizes[:, 0] for cell in CELLS] for sigma in sigmas]
        for default in DEFAULTS
    ]
    return DefaultsRecord(DEFAULTS, CELLS, tuple(map(float, sigmas)), T, width, batch, seeds, seed, np.array(kept))


@guarded
@measured
def stack(
    *, layers: Layers = 3, opened: Opened = "every", bias: Finite = 5.0, mode: str = "paired", T: TwoTimes = 100,
    width: Width = 32, sigma: NonNegative = 1.0, batch: Samples = 4, seeds: Networks = 20, seed: Seed = 0,
) -> StackRecord:  # fmt: skip
    """Send a N(0, 1) gradient of the last layer's h_T back through a stack of LSTMs, each of which reads the one below.

    opened : which layers have the bias and the mode of ``networks``. The others have biases of 0, and all of them have
    Xavier's weights. The layers of a network differ.
    """
    require_work("layers · T · seeds · batch · width²", layers, T, seeds, batch, width**2)
    rng = np.random.default_rng((seed, 1))
    outputs = sigma * rng.standard_normal((T, seeds, batch, D))
    tapes = []
    for layer in range(layers):
        gates = dict(bias=bias, mode=mode) if OPENED[opened](layer, layers) else {}
        net = dict(T=T, width=width, seeds=seeds, seed=seed * layers + layer, inputs=width if layer else D)
        outputs, tape = models.unroll("lstm", networks("lstm", **gates, **net), outputs)
        tapes.append(tape)
    dhs = np.zeros_like(outputs)
    dhs[-1] = rng.standard_normal(outputs[-1].shape)
    sent = probes.norm(dhs[-1])
    kept = []
    for tape in reversed(tapes):
        _, dhs, dstate = models.through_time(tape, dhs)
        kept.append(probes.norm(np.concatenate(dstate, axis=-1)) / sent)
    return StackRecord(layers, opened, bias, mode, T, width, sigma, batch, seeds, seed, np.array(kept[::-1]))
