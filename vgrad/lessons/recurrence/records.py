"""What the experiments of this lesson return.

These are plain records about recurrent nets and sentences.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kit.experiments.protocol import Band
from ...ops import Array


class ConnectivityRecord(NamedTuple):
    """What ``connectivity`` measured: how much of dL/dh at the last word arrives at each word's vector."""

    words: tuple[str, ...]  # that were read
    left_out: int  # words beyond MOST
    gain: float
    forget_bias: float
    update_bias: float
    seeds: int
    reach: dict[str, Band]  # (words,) of each cell, relative to the last word: a tenth, half, nine tenths of the nets


class AgreeRecord(NamedTuple):
    """What ``agree`` measured, of RNNs trained on sentences of each distance."""

    cell: str
    distances: tuple[int, ...]
    steps: int
    accuracy: Array  # (distances, seeds): on fresh sentences
    before: Array  # (distances, seeds): the gradient at the subject, relative to the last word's, before training
    after: Array  # (distances, seeds): and after it
    states: Array  # (distances, 2, seeds): the root mean square of h before training, and after it
    learnt: Array  # (distances,): nets whose accuracy is above LEARNT


class RecurrenceRecord(NamedTuple):
    """What ``unrolled`` measured, of one network and one sequence."""

    protocol: str
    cell: str
    T: int
    radius: float
    sigma: float  # of the inputs
    nonnormality: float
    spectral: bool
    seed: int
    norms: Array  # (T, T): of dstate_t / dstate_k in row t, column k, relative to that of the identity
    over: Band  # (T,) each: least, median and largest of all pairs that lie 0, 1, … T - 1 steps apart
    eigenvalues: Array  # (UNITS,) of W_h, or of each gate's part of it
    singular: Array  # (UNITS,), the largest first
    bounds: dict[str, Array]  # (T,): "radius" ρᵈ, and of an RNN "stretch" σᵈ, which no norm exceeds
    view: str = "chain"  # that is drawn and told of, or "map", or "spectra"


class PartsRecord(NamedTuple):
    """What ``parts`` measured: the parts of dW_h, whose sum over all steps is the gradient of the shared weights."""

    T: int
    dh: Array  # (T, seeds): ‖dh_t‖ / ‖dh_T‖
    dW: Array  # (T, seeds): ‖h_{t-1}ᵀ dz_t‖ / ‖dW_h‖
    off: Array  # (T, seeds): ‖dW_h − the parts of the last 1, 2, … T steps‖ / ‖dW_h‖


class TiedRecord(NamedTuple):
    """What ``tied`` measured: ln ‖J‖ of linear nets, one a draw."""

    n: int
    T: int
    shared: Array  # (draws,): the same W at every step
    fresh: Array  # (draws,): another one each time


class PowersRecord(NamedTuple):
    """What ``powers`` measured."""

    names: tuple[str, ...]
    sizes: Array  # (matrices, T + 1): ‖Wᵗ‖, how far it stretches at the most, t = 0 … T
    radius: Array  # (matrices,): the largest |λ|
    stretch: Array  # (matrices,): the largest singular value


class RadiiRecord(NamedTuple):
    """What ``by_radius`` measured: ‖dh_T / dh_0‖ of tanh RNNs, relative to that of the identity."""

    n: int
    T: int
    radii: tuple[float, ...]
    inputs: tuple[float, ...]
    sizes: Array  # (inputs, radii, seeds)
    theory: Array  # (inputs, radii): χ^(T/2) of an infinitely wide net, its biases as large as the inputs
