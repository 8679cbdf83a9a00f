"""Why is a sentence a deep network?  A cell unrolled in time, the maps between its states, and what decides their size.

``unrolled`` measures the map of ‖dh_t / dh_k‖, spectra and bounds. ``tied`` multiplies one matrix many times, or many
matrices. ``powers`` measures the powers of given matrices. ``by_radius`` measures a tanh RNN at many spectral radii,
with inputs and without.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from .... import cells, init, models, probes, require, theory
from ....kit.experiments.protocol import Band, Networks, NonNegatives, Time, measured, require_work
from ....models.recurrent_weights import CellName
from ....ops import Array
from ....require import Count, Flag, NonNegative, Seed, guarded
from ..records import PowersRecord, RadiiRecord, RecurrenceRecord, TiedRecord

PROTOCOL = "The inputs and the first state are random."
UNITS = 32
WORK = 10**9  # multiplications
Units = Annotated[int, require.whole_from(1, 1_000)]
LONGEST = 200  # steps at the most


@guarded
@measured
def unrolled(
    *, cell: CellName = "rnn", T: Annotated[int, require.whole_from(2, LONGEST)] = 100, radius: NonNegative = 1.0,
    sigma: NonNegative = 1.0, nonnormality: NonNegative = 1.0, spectral: Flag = False, seed: Seed = 0,
) -> RecurrenceRecord:  # fmt: skip
    """Unroll a cell of UNITS units for T steps, and take the Jacobian from each state to every later one.

    cell : one of cells.GATES. Its W_h, or each gate's part of it, is ``init.with_spectrum`` of ``radius`` and
    ``nonnormality``. sigma : standard deviation of the inputs; spectral : whether the size of a Jacobian is its largest
    stretch, which is slow, in place of the root of the mean square over all directions. An LSTM's state is (h, c).
    Another seed draws everything anew. With the same seed, only what is asked for changes.
    """
    rng = np.random.default_rng(seed)
    params, xs, state, W = drawn_net(cell, T=T, radius=radius, sigma=sigma, nonnormality=nonnormality, rng=rng)
    _, tape = models.unroll(cell, params, xs, state)
    norms = probes.jacobian_norms(tape, spectral=spectral)
    norms = norms if spectral else norms / (UNITS * cells.STATES[cell]) ** 0.5
    values = probes.eigenvalues(W)
    singular = probes.singular_values(W)
    bounds = {"radius": np.abs(values).max() ** np.arange(T)}
    if cells.GATES[cell] == 1:
        bounds["stretch"] = singular[0] ** np.arange(T)
    return RecurrenceRecord(
        PROTOCOL, cell, T, radius, sigma, nonnormality, spectral, seed, norms, _over(norms), values, singular, bounds
    )


def drawn_net(cell: str, *, T: int, radius: float, sigma: float, nonnormality: float, rng: np.random.Generator):
    """Draw the parameters, the inputs (T, 1, UNITS) and the first state of a net, and its W_h (UNITS, UNITS)."""
    W = init.with_spectrum(UNITS, radius=radius, nonnormality=nonnormality, rng=rng)
    params = models.init_recurrent(cell, UNITS, UNITS, recurrent=W, rng=rng)
    state = tuple(np.tanh(rng.standard_normal((cells.STATES[cell], 1, UNITS))))
    return params, sigma * rng.standard_normal((LONGEST, 1, UNITS))[:T], state, W


def _over(norms: Array) -> Band:
    """Least, median and largest, all of them order statistics, of each diagonal below the main one."""
    rows = [np.sort(np.diagonal(norms, -apart)) for apart in range(len(norms))]
    return Band(*(np.array([row[round(share * (len(row) - 1))] for row in rows]) for share in (0, 0.5, 1)))


@guarded
@measured
def tied(*, n: Units = 20, T: Time = 50, draws: Count = 200, seed: Seed = 0) -> TiedRecord:
    """ln ‖W … W‖.  Measures products of T matrices (n, n), whose entries are N(0, 1/n), in each of ``draws``.

    Once the same matrix is taken T times, and once there are T different ones.
    """
    require.total("draws · T · n²", draws * T * n * n)
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((draws, T, n, n)) * n**-0.5
    return TiedRecord(n, T, _log_norm([W[:, 0]] * T), _log_norm(np.moveaxis(W, 1, 0)))


def _log_norm(maps) -> Array:
    """ln ‖W … W‖, whose size is taken out after each factor, so that it may be beyond float64."""
    J = np.eye(maps[0].shape[-1])
    log_norm = np.zeros(maps[0].shape[:-2])
    for W in maps:
        J = J @ W
        norm = probes.norm(J)
        J = J / norm[:, None, None]
        log_norm = log_norm + np.log(norm)
    return log_norm


def _rows(name: str, W) -> Array:
    """A matrix as an array of float64, if it is one, or a list of rows of one length."""
    if not isinstance(W, (list, tuple)):
        require.array(name, W, 2)
        return W.astype(float)
    rows = [require.numbers(name, row) for row in W]
    require.instance(name, W, len({*map(len, rows)}) == 1, "a matrix, or a list of its rows, which have one length")
    return np.array(rows)


@guarded
@measured
def powers(*, T: Time = 100, **matrices: Array) -> PowersRecord:
    """‖Wᵗ‖.  Measures how far each of ``matrices`` (n, n), by its name, stretches at the most after t = 0 … T steps.

    A matrix is an array of floats, or a list of its rows. Raises ValueError if there is none, or one that is not
    square.
    """
    require.whole("len(matrices)", len(matrices), 1, 100)
    matrices = {name: _rows(name, W) for name, W in matrices.items()}
    for name, W in matrices.items():
        probes.time.require_square(name, W)
        require_work(f"T · {name}.shape[0]³", T, len(W) ** 3, most=WORK)
    Ws = [*matrices.values()]
    sizes = [[probes.singular_values(np.linalg.matrix_power(W, t))[0] for t in range(T + 1)] for W in Ws]
    sizes = np.where(np.isnan(sizes), np.inf, sizes)  # of a power beyond float64: inf - inf, within
    radius = np.array([probes.spectral_radius(W) for W in Ws])
    return PowersRecord(tuple(matrices), sizes, radius, sizes[:, 1])


@guarded
@measured
def by_radius(
    *, radii: NonNegatives = (0.5, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0), inputs: NonNegatives = (0.0, 1.0), n: Units = 100,
    T: Time = 100, seeds: Networks = 5, seed: Seed = 0,
) -> RadiiRecord:  # fmt: skip
    """Measure ‖dh_T / dh_0‖ of tanh RNNs of n units, whose W_h is Gaussian, scaled to each of the spectral ``radii``.

    inputs : standard deviations of the inputs. The draws are the same at each radius and input, and all else is as in
    ``unrolled``.
    """
    radii = tuple(float(radius) for radius in radii)
    inputs = tuple(float(scale) for scale in inputs)
    require.total("seeds · n · (n + T)", seeds * n * (n + T))
    runs = len(radii) * len(inputs)
    require_work("len(radii) · len(inputs) · T · seeds · n³", runs, T, seeds, n**3)
    require_work("len(radii) · len(inputs)", runs, most=100)
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((seeds, n, n))
    W /= probes.spectral_radius(W)[:, None, None]
    xs = rng.standard_normal((T, seeds, 1, n))
    start = np.tanh(rng.standard_normal((seeds, 1, n)))
    sizes = [[_reach(radius * W, scale * xs, start) for radius in radii] for scale in inputs]
    sigma_w = float(np.median(probes.norm(W))) / n**0.5  # at a spectral radius of 1
    expected = [[_chi(radius * sigma_w, scale) ** (T / 2) for radius in radii] for scale in inputs]
    return RadiiRecord(n, T, radii, inputs, np.array(sizes), np.array(expected))


def _reach(W: Array, drive: Array, h: Array) -> Array:
    """‖dh_T / dh_0‖ / √n, one per network.

    h' = tanh(x + h W), with x itself for x W_x, and dh' / dh is W times slopes.
    """
    J = np.eye(W.shape[-1])
    for x in drive:
        h = np.tanh(x + h @ W)
        J = (J @ W) * (1 - h**2)
    return probes.norm(J) / W.shape[-1] ** 0.5


def _chi(sigma_w: float, scale: float) -> np.float64:
    """χ where z has settled; an input acts like a bias. Of NumPy's kind, whose powers overflow to inf."""
    return np.float64(theory.chi("tanh", theory.q_fixed_point("tanh", sigma_w, scale), sigma_w))
