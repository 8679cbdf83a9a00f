"""Why is a sentence a deep network?  A cell unrolled in time: the maps between its states, and what decides their size.

``unrolled``: the map of ‖dh_t / dh_k‖, spectra and bounds.  ``tied``: one matrix many times, or many matrices.
``powers``: of one matrix.  ``by_radius``: a tanh RNN at many spectral radii, with inputs and without.
"""

from __future__ import annotations

import numpy as np

from .... import cells, init, models, probes, require, theory
from ....kit.experiments.protocol import Band, measured
from ....ops import Array
from ..records import PowersRecord, RadiiRecord, RecurrenceRecord, TiedRecord

PROTOCOL = "x ~ N(0, σ²) at every time, states that start from tanh ζ, ζ ~ N(0, 1)"
UNITS, LONGEST = 32, 200


@measured
def unrolled(*, cell="rnn", T=100, radius=1.5, sigma=1.0, nonnormality=1.0, spectral=False, seed=0) -> RecurrenceRecord:
    """Unroll a cell of UNITS units, and take the Jacobian from each state to every later one.

    cell : one of cells.CELLS, with ``init.with_spectrum`` for W_h, or for each gate's part of it.
    spectral : the largest stretch of each Jacobian, slow, in place of the root of the mean square over all directions.
    An LSTM's state is (h, c). Another seed draws all anew; else only what is asked for changes.
    """
    T = require.whole("T", T, 2, LONGEST)
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    W = init.with_spectrum(UNITS, radius=radius, nonnormality=nonnormality, rng=rng)
    params = models.init_recurrent(cell, UNITS, UNITS, recurrent=W, rng=rng)
    state = tuple(np.tanh(rng.standard_normal((cells.STATES[cell], 1, UNITS))))
    xs = require.number("sigma", sigma, 0.0) * rng.standard_normal((LONGEST, 1, UNITS))[:T]
    norms = probes.jacobian_norms(models.unroll(cell, params, xs, state)[1], spectral=spectral)
    norms = norms if spectral else norms / (UNITS * cells.STATES[cell]) ** 0.5
    values, singular = probes.eigenvalues(W), probes.singular_values(W)
    bounds = {"radius": np.abs(values).max() ** np.arange(T)}
    if cells.GATES[cell] == 1:
        bounds["stretch"] = singular[0] ** np.arange(T)
    return RecurrenceRecord(
        PROTOCOL, cell, T, radius, sigma, nonnormality, spectral, seed, norms, _over(norms), values, singular, bounds
    )


def _over(norms: Array) -> Band:
    """Least, median and largest, all of them order statistics, of each diagonal below the main one."""
    rows = [np.sort(np.diagonal(norms, -apart)) for apart in range(len(norms))]
    return Band(*(np.array([row[round(share * (len(row) - 1))] for row in rows]) for share in (0, 0.5, 1)))


@measured
def tied(*, n=20, T=50, draws=200, seed=0) -> TiedRecord:
    """ln ‖W …W‖ of T factors, N(0, 1/n) each: once the same matrix T times, once T different ones."""
    n, T, draws = require.whole("n", n, 1), require.whole("T", T, 1), require.whole("draws", draws, 1)
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    W = rng.standard_normal((draws, T, n, n)) * n**-0.5
    return TiedRecord(n, T, _log_norm([W[:, 0]] * T), _log_norm(np.moveaxis(W, 1, 0)))


def _log_norm(maps) -> Array:
    """ln ‖W … W‖, whose size is taken out after each factor, so that it may be beyond float64."""
    J, log = np.eye(maps[0].shape[-1]), 0.0
    for W in maps:
        J = J @ W
        size = probes.norm(J)
        J, log = J / size[:, None, None], log + np.log(size)
    return log


@measured
def powers(*, T=100, **matrices) -> PowersRecord:
    """‖Wᵗ‖ of each of ``matrices``, by name."""
    T, _ = require.whole("T", T, 1), require.several("matrices", matrices)
    for name, W in matrices.items():
        probes.time.require_square(name, np.asarray(W))
    Ws = [np.asarray(W, float) for W in matrices.values()]
    sizes = [[probes.singular_values(np.linalg.matrix_power(W, t))[0] for t in range(T + 1)] for W in Ws]
    sizes = np.where(np.isnan(sizes), np.inf, sizes)  # of a power beyond float64: inf - inf, within
    radius, stretch = [probes.spectral_radius(W) for W in Ws], [row[1] for row in sizes]
    return PowersRecord(tuple(matrices), sizes, np.array(radius), np.array(stretch))


@measured
def by_radius(*, radii=(0.5, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0), inputs=(0.0, 1.0), n=100, T=100, seeds=5, seed=0):
    """A RadiiRecord: tanh RNNs whose W_h is Gaussian, scaled to the spectral radius; all else as in ``unrolled``.

    The same draws at each radius and input.
    """
    radii, inputs = require.numbers("radii", radii, 0.0), require.numbers("inputs", inputs, 0.0)
    require.counts(n=n, T=T, seeds=seeds)
    rng = np.random.default_rng(require.whole("seed", seed, 0))
    W = rng.standard_normal((seeds, n, n))
    W /= probes.spectral_radius(W)[:, None, None]
    xs, start = rng.standard_normal((T, seeds, 1, n)), np.tanh(rng.standard_normal((seeds, 1, n)))
    sizes = [[_reach(radius * W, scale * xs, start) for radius in radii] for scale in inputs]
    size = float(np.median(probes.norm(W))) / n**0.5  # σ_w, at a spectral radius of 1
    says = [[_chi(radius * size, scale) ** (T / 2) for radius in radii] for scale in inputs]
    return RadiiRecord(n, T, radii, inputs, np.array(sizes), np.array(says))


def _reach(W: Array, drive: Array, h: Array) -> Array:
    """‖dh_T / dh_0‖ / √n, one per network:  h' = tanh(x + h W), with x itself for x W_x; dh' / dh is W times slopes."""
    J = np.eye(W.shape[-1])
    for x in drive:
        h = np.tanh(x + h @ W)
        J = (J @ W) * (1 - h**2)
    return probes.norm(J) / W.shape[-1] ** 0.5


def _chi(sigma_w: float, scale: float) -> np.float64:
    """χ where z has settled; an input acts like a bias. Of NumPy's kind, whose powers overflow to inf."""
    return np.float64(theory.chi("tanh", theory.q_fixed_point("tanh", sigma_w, scale), sigma_w))
