"""Norms are right where squares are not, and every measure is that of the explicit gradients."""

from __future__ import annotations

import math
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from vgrad import cells, models, ops, probes
from vgrad.models import Layer, Skip
from vgrad.ops import Affine
from vgrad.tape import backprop, tree_map


def net(activation="tanh", depth=4, ensemble=(), seed=0):
    """Hidden layers with generic biases, their tape on 6 samples, and a cotangent of the last output."""
    rng = np.random.default_rng(seed)
    params = models.init_mlp((5, *[7] * depth), scheme="he_normal", rng=rng, ensemble=ensemble)
    params = [Layer(Affine(W, 0.3 * rng.standard_normal(b.shape))) for (W, b), _ in params]
    tape = models.hidden(params, rng.standard_normal((*ensemble, 6, 5)), activation)[1]
    return params, tape, rng.standard_normal((*ensemble, 6, 7))


# --- norm ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [
        *[("float16", scale) for scale in (6e-8, 1e-6, 1.0, 1e4)],  # squares underflow float16 below 1e-4
        *[("float32", scale) for scale in (1e-44, 1e-30, 1.0, 1e37)],
        *[("float64", scale) for scale in (5e-324, 1e-320, 1e-250, 1e-141, 1e-139, 1.0, 1e139, 1e141, 1e300)],
    ],
)
@pytest.mark.parametrize("shape", [(3, 4), (2, 5, 6), (2, 3, 1, 7)])
def test_the_norm_is_right_where_squares_are_out_of_range(dtype, scale, shape):
    a = (np.random.default_rng(1).standard_normal(shape) * scale).astype(dtype)
    a[..., 0, 0] = scale
    norms = probes.norm(a)
    exact = [math.hypot(*map(float, matrix.ravel())) for matrix in a.reshape(-1, *shape[-2:])]
    assert norms.dtype == np.float64
    assert norms.shape == shape[:-2]
    np.testing.assert_allclose(np.ravel(norms), exact, rtol=1e-12, atol=0)


def test_one_call_measures_sizes_of_all_ranges():
    scales = np.array([1e-320, 1e-200, 0.0, 1.0, 1e200, 1e305])
    np.testing.assert_allclose(probes.norm(scales[:, None, None] * np.full((6, 2, 2), 0.5)), scales, rtol=1e-3)


def test_the_norm_of_a_network_does_not_depend_on_its_neighbours():
    a = np.random.default_rng(2).standard_normal((50, 4, 7))
    with_a_silent_one = np.concatenate([a, np.zeros((1, 4, 7))])
    np.testing.assert_array_equal(probes.norm(with_a_silent_one)[:50], probes.norm(a))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([0.0, 0.0], 0.0),
        ([-0.0, 3.0], 3.0),
        ([3.0, -4.0], 5.0),
        ([np.inf, 1.0], np.inf),
        ([-np.inf, 0.0], np.inf),
        ([np.nan, 1.0], np.nan),
        ([np.nan, np.inf], np.nan),
    ],
)
def test_the_norm_of_zeros_infs_and_nans(entries, expected, dtype):
    np.testing.assert_array_equal(probes.norm(np.array([entries], dtype)), expected)


def test_a_norm_beyond_float64_is_inf():
    assert probes.norm(np.full((2, 2), 1.7e308)) == np.inf


# --- health ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "subnormal"), [("float16", 3e-5), ("float32", 1e-40), ("float64", 1e-310)])
def test_health_counts_what_a_precision_cannot_hold(dtype, subnormal):
    sick = [[0.0, -0.0, subnormal, -subnormal], [np.inf, -np.inf, np.nan, 1.0], [subnormal, 0.0, 2.0, -3.0]]
    well = np.ones((3, 4))
    entries = probes.entries(np.array([sick, well], dtype))
    assert {name: share.tolist() for name, share in entries._asdict().items()} == {
        "zeros": [3 / 12, 0],
        "subnormals": [3 / 12, 0],
        "infs": [2 / 12, 0],
        "nans": [1 / 12, 0],
    }


@pytest.mark.parametrize("entry", [0.0, 1e-310, np.inf, np.nan])
def test_one_sick_entry_is_one_share_only(entry):
    a = np.ones((4, 5))
    a[2, 3] = entry
    assert sorted(map(float, probes.entries(a))) == [0, 0, 0, 1 / 20]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("entry", [1.0, 0.0])
def test_the_smallest_normal_number_is_well(entry, dtype):
    a = np.full((2, 3, 4), np.finfo(dtype).tiny, dtype)
    a[:, 0, 0] = entry
    entries = probes.entries(a)
    assert entries.zeros.tolist() == [(entry == 0) / 12] * 2
    assert all((share == np.zeros(2)).all() for share in entries[1:])


# --- flow ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_the_flow_holds_the_norms_of_the_explicit_gradients(activation, ensemble):
    params, tape, cotangent = net(activation, ensemble=ensemble)
    flow = probes.flow(params, tape, cotangent)
    adjoints = {adjoint.name: adjoint for adjoint in backprop(tape, cotangent)}
    for k, layer in enumerate(params, start=1):
        dh, (dz, grads) = adjoints[f"{activation} {k}"].cotangent, adjoints[f"affine {k}"][2:]
        expected = [np.linalg.norm(a, axis=(-2, -1)) for a in (dh, dz, grads.W, layer.affine.W)]
        np.testing.assert_allclose(flow.dh[..., k - 1], expected[0], rtol=1e-12)
        np.testing.assert_allclose(flow.dz[..., k - 1], expected[1], rtol=1e-12)
        np.testing.assert_allclose(flow.dW[..., k - 1], expected[2], rtol=1e-12)
        np.testing.assert_allclose(flow.relative[..., k - 1], expected[2] / expected[3], rtol=1e-12)
    assert {array.shape for array in (*flow[:6], *flow.entries)} == {(*ensemble, 4)}


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_the_flow_of_a_low_precision_is_measured_in_float64(precision):
    params, tape, cotangent = net()
    params = [Layer(Affine(*(a.astype(precision) for a in layer.affine))) for layer in params]
    tape = models.hidden(params, np.ones((6, 5), precision), "tanh")[1]
    flow = probes.flow(params, tape, cotangent.astype(precision))
    assert {array.dtype.name for array in (*flow[:6], *flow.entries)} == {"float64"}


def test_decades_are_powers_of_ten_relative_to_the_last_layer():
    identity = [Layer(Affine(scale * np.eye(7), np.full(7, 0.1))) for scale in (1.0, 100.0, 1e-3, 10.0)]
    tape = models.hidden(identity, np.ones((6, 7)), "identity")[1]
    flow = probes.flow(identity, tape, np.ones((6, 7)))
    np.testing.assert_allclose(flow.decades, [0, -2, 1, 0], atol=1e-13)


def test_a_gradient_that_is_gone_is_infinitely_many_decades_away():
    params, tape, cotangent = net("relu", depth=2)
    params = [params[0], Layer(Affine(params[1].affine.W, np.full(7, -1e3)))]
    tape = models.hidden(params, np.ones((6, 5)), "relu")[1]
    flow = probes.flow(params, tape, cotangent)
    assert flow.decades.tolist() == [-np.inf, 0]
    assert flow.entries.zeros.tolist() == [1, 0]


@pytest.mark.parametrize("ensemble", [(), (3,)])
@pytest.mark.parametrize("count", [0, 1, 5, 7])
def test_dead_units_are_those_whose_slope_is_0_for_every_sample(count, ensemble):
    params, _, cotangent = net("relu", depth=3, ensemble=ensemble)
    biases = np.full((3, *ensemble, 7), 50.0)  # far above what the small weights can add
    biases[1, ..., :count] = -50.0
    params = [Layer(Affine(0.01 * layer.affine.W, b)) for layer, b in zip(params, biases, strict=True)]
    tape = models.hidden(params, np.ones((*ensemble, 6, 5)), "relu")[1]
    dead = probes.flow(params, tape, cotangent).dead
    assert (dead[..., 1] == count / 7).all()
    assert (dead[..., 2] == 0).all()
    assert (dead[..., 0] == 0).all()


@pytest.mark.parametrize(("activation", "far"), [("tanh", 30.0), ("sigmoid", 800.0), ("elu", -800.0)])
def test_a_unit_whose_slope_is_rounded_to_0_is_dead_although_its_output_is_not(activation, far):
    params = [Layer(Affine(np.zeros((5, 2)), np.array([far, 0.5])))]
    h, tape = models.hidden(params, np.ones((6, 5)), activation)
    assert probes.flow(params, tape, np.ones((6, 2))).dead.tolist() == [0.5]
    assert (h[:, 0] != 0).all()


def test_a_unit_that_is_off_for_some_samples_only_is_not_dead():
    layer = Layer(Affine(np.eye(2), np.array([0.1, 0.1])))
    tape = models.hidden([layer], np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]]), "relu")[1]
    assert probes.flow([layer], tape, np.ones((3, 2))).dead.tolist() == [0]


@pytest.mark.parametrize("ensemble", [(), (3,)])
def test_a_readout_on_the_tape_only_passes_the_gradient_on(ensemble):
    params, _, _ = net(ensemble=ensemble)
    rng = np.random.default_rng(3)
    x, dlogits = rng.standard_normal((*ensemble, 6, 5)), rng.standard_normal((*ensemble, 6, 2))
    readout = Affine(rng.standard_normal((*ensemble, 7, 2)), rng.standard_normal((*ensemble, 2)))
    with_readout = probes.flow([*params, Layer(readout)], models.mlp([*params, Layer(readout)], x, "tanh")[1], dlogits)
    dh = dlogits @ readout.W.swapaxes(-1, -2)
    without = probes.flow(params, models.hidden(params, x, "tanh")[1], dh)
    for mine, other in zip((*with_readout[:6], *with_readout.entries), (*without[:6], *without.entries), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)


# --- nets of any norm and skip, and cells over time -------------------------------------------------------------------

SKIPS = (None, "activation_last", "activation_first", "branch", Skip("activation_last", 0.3), Skip("branch", -0.7))
VARIANTS = [(norm, skip) for norm in (None, *models.NORMS) for skip in SKIPS]
SAMPLEWISE = [(norm, skip) for norm, skip in VARIANTS if not str(norm).startswith("batch")]
each_variant = pytest.mark.parametrize(("norm", "skip"), VARIANTS, ids=str)
each_cell = pytest.mark.parametrize("cell", cells.GATES)
each_ensemble = pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)], ids=str)


def generic(params, rng):
    """Parameters none of which is 0 or 1: a zero may hide a wrong factor."""
    return tree_map(lambda a: a + 0.2 * rng.standard_normal(a.shape), params)


def deep(norm=None, skip=None, activation="tanh", depth=4, ensemble=(), gain=1.0, samples=6, seed=0):
    """The layers of a net with 4 inputs and ``depth`` layers of 5 units, and inputs: the first layer has no path."""
    rng = np.random.default_rng(seed)
    sizes, options = (4, *[5] * depth, 3), dict(norm=norm, skip=skip, ensemble=ensemble, gain=gain)
    params = generic(models.init_mlp(sizes, scheme="he_normal", rng=rng, **options), rng)
    return params[:-1], rng.standard_normal((*ensemble, samples, 4))


def unrolled(cell, T=5, ensemble=(), N=3, H=4, readout=None, seed=0):
    """The params of a cell, inputs xs and an initial state."""
    rng = np.random.default_rng(seed)
    params = generic(models.init_recurrent(cell, 2, H, rng=rng, readout=readout, ensemble=ensemble), rng)
    state = tuple(0.5 * rng.standard_normal((*ensemble, N, H)) for _ in range(cells.STATES[cell]))
    return params, rng.standard_normal((T, *ensemble, N, 2)), state


def differences(f, at, step=1e-6):
    """d f[..., i] / d at[..., j], sample by sample, one central difference an entry: (..., N, n, n')."""
    columns = []
    for j in range(at.shape[-1]):
        nudge = step * (np.arange(at.shape[-1]) == j)
        columns.append((f(at + nudge) - f(at - nudge)) / (2 * step))
    return np.stack(columns, axis=-1)


def assert_near(computed, exact, tolerance):
    """Equal to a share of the largest entry, which is not 0."""
    assert computed.shape == exact.shape
    assert 0 < abs(exact).max() < np.inf
    np.testing.assert_allclose(computed, exact, rtol=0, atol=tolerance * abs(exact).max())


def branch(state):
    """The lane that the steps work on."""
    return state[1] if isinstance(state, tuple) else state


# --- jacobian ---------------------------------------------------------------------------------------------------------


@each_ensemble
@pytest.mark.parametrize(("norm", "skip"), SAMPLEWISE, ids=str)
def test_the_jacobian_of_an_mlp_agrees_with_differences(norm, skip, ensemble):
    params, x = deep(norm, skip, ensemble=ensemble)

    def f(x):
        return models.hidden(params, x, "tanh", norm=norm, skip=skip)[0]

    tape = models.hidden(params, x, "tanh", norm=norm, skip=skip)[1]
    assert_near(probes.jacobian(tape), differences(f, x), 1e-7)


@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
def test_the_jacobian_goes_through_every_activation_and_through_the_readout(activation):
    rng = np.random.default_rng(1)
    params = generic(models.init_mlp((4, 5, 6, 3), scheme="he_normal", rng=rng), rng)
    x = rng.standard_normal((7, 4))
    J = probes.jacobian(models.mlp(params, x, activation)[1])
    assert J.shape == (7, 3, 4)
    assert_near(J, differences(lambda x: models.mlp(params, x, activation)[0], x), 1e-7)


@each_ensemble
@each_cell
def test_the_jacobian_of_a_cell_is_that_of_its_full_state(cell, ensemble):
    params, xs, state = unrolled(cell, ensemble=ensemble)

    def f(start):
        tape = models.unroll(cell, params, xs, tuple(np.split(start, len(state), axis=-1)))[1]
        return np.concatenate(tape[-1].output, axis=-1)

    J = probes.jacobian(models.unroll(cell, params, xs, state)[1])
    assert J.shape == (*ensemble, 3, 4 * len(state), 4 * len(state))
    assert_near(J, differences(f, np.concatenate(state, axis=-1)), 1e-7)


@pytest.mark.parametrize("ensemble", [(), (2,)], ids=str)
@pytest.mark.parametrize("T", [1, 2, 7, 60])
@each_cell
def test_the_product_of_the_transitions_of_a_cell_is_the_jacobian_of_its_tape(cell, T, ensemble):
    params, xs, state = unrolled(cell, T, ensemble)
    tape = models.unroll(cell, params, xs, state)[1]
    maps = probes.transitions(tape)
    assert len(maps) == T
    assert_near(reduce(lambda J, later: later @ J, maps), probes.jacobian(tape), 1e-10)


@pytest.mark.parametrize("depth", [1, 4, 60])
@pytest.mark.parametrize(("norm", "skip"), SAMPLEWISE, ids=str)
def test_the_product_of_the_transitions_of_an_mlp_is_the_jacobian_of_its_tape(norm, skip, depth):
    params, x = deep(norm, skip, depth=depth, ensemble=(2,))
    tape = models.hidden(params, x, "tanh", norm=norm, skip=skip)[1]
    maps = probes.transitions(tape)
    assert [J.shape for J in maps] == [(2, 6, 5, 4), *[(2, 6, 5, 5)] * (depth - 1)]
    assert_near(reduce(lambda J, later: later @ J, maps), probes.jacobian(tape), 1e-10)


def test_a_readout_is_no_transition():
    params, xs, state = unrolled("lstm", readout=2)
    tape = models.unroll("lstm", params, xs, state)[1]
    own = models.unroll("lstm", params.cell, xs, state)[1]
    for mine, other in zip(probes.transitions(tape), probes.transitions(own), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("measure", [probes.jacobian, probes.transitions, probes.jacobian_norms])
@pytest.mark.parametrize("norm", [name for name in models.NORMS if name.startswith("batch")])
def test_a_step_that_couples_the_samples_is_refused_by_name(norm, measure):
    params, x = deep(norm, "activation_last")
    tape = models.hidden(params, x, "tanh", norm=norm, skip="activation_last")[1]
    with pytest.raises(ValueError, match="tape has the step 'batch_norm 1'; allowed are steps that treat each sample"):
        measure(tape)


# --- jacobian_norms ---------------------------------------------------------------------------------------------------


def double_loop(tape, order):
    """‖J_t J_{t-1} … J_{k+1}‖ for every t and k, one product after the other; the rms over all samples."""
    maps = [J.reshape(-1, *J.shape[-2:]) for J in probes.transitions(tape)]
    table = np.zeros((len(maps), len(maps)))
    for k in range(len(maps)):
        product = np.broadcast_to(np.eye(maps[-1].shape[-2]), (len(maps[0]), *maps[-1].shape[-2:]))
        for t in range(k, len(maps)):
            product = maps[t] @ product if t > k else product
            table[t, k] = np.sqrt(np.mean(np.linalg.norm(product, order, axis=(-2, -1)) ** 2))
    return table


@pytest.mark.parametrize(("spectral", "order"), [(False, None), (True, 2)])
@pytest.mark.parametrize("readout", [None, 2])
@each_ensemble
@each_cell
def test_jacobian_norms_of_a_cell_are_those_of_explicit_products(cell, ensemble, readout, spectral, order):
    params, xs, state = unrolled(cell, 9, ensemble, readout=readout)
    tape = models.unroll(cell, params, xs, state)[1]
    norms = probes.jacobian_norms(tape, spectral=spectral)
    assert norms.shape == (9, 9)
    assert (norms[np.triu_indices(9, 1)] == 0).all()
    np.testing.assert_allclose(norms, double_loop(tape, order), rtol=1e-10)
    np.testing.assert_allclose(np.diag(norms), 1 if spectral else np.sqrt(4 * len(state)), rtol=1e-12)


@pytest.mark.parametrize(("spectral", "order"), [(False, None), (True, 2)])
@pytest.mark.parametrize(("norm", "skip"), SAMPLEWISE, ids=str)
def test_jacobian_norms_of_an_mlp_have_a_row_a_layer(norm, skip, spectral, order):
    params, x = deep(norm, skip, depth=6)
    tape = models.hidden(params, x, "tanh", norm=norm, skip=skip)[1]
    np.testing.assert_allclose(
        probes.jacobian_norms(tape, spectral=spectral), double_loop(tape, order), rtol=1e-10, atol=0
    )


def linear_cell(params, x, state):
    return cells.rnn(params, x, state, ops.identity)


def powers(W, T):
    """The tape of h' = h W over T steps of one sample, whose Jacobians are powers of W, transposed."""
    n = len(W)
    with np.errstate(invalid="ignore"):  # 0 times inf
        return models.unroll(linear_cell, cells.Recurrent(np.zeros((1, n)), W, np.zeros(n)), np.zeros((T, 1, 1)))[1]


@pytest.mark.parametrize("spectral", [False, True])
@pytest.mark.parametrize("scale", [1e-100, 1e-80, 1e-30, 1e80, 1e100])
def test_jacobian_norms_are_right_where_their_squares_are_no_float64(scale, spectral):
    norms = probes.jacobian_norms(powers(scale * np.eye(4), 4), spectral=spectral)
    t, k = np.indices(norms.shape)
    np.testing.assert_allclose(norms, np.tril((1 if spectral else 2) * scale ** np.maximum(t - k, 0.0)), rtol=1e-12)


def test_columns_of_the_norms_arrive_one_by_one_the_last_first():
    params, xs, state = unrolled("gru", 7, (2,))
    tape = models.unroll("gru", params, xs, state)[1]
    norms, columns = probes.jacobian_norms(tape), probes.jacobian_columns(tape)
    for k in reversed(range(7)):
        np.testing.assert_array_equal(next(columns), norms[k:, k])
    assert next(columns, None) is None


# --- highway ----------------------------------------------------------------------------------------------------------


def gates(params, x, h):
    """i, f, g, o of an LSTM, written out."""
    z = np.split(x @ params.W_x + h @ params.W_h + params.b[..., None, :], 4, axis=-1)
    return [np.tanh(part) if name == "g" else 1 / (1 + np.exp(-part)) for name, part in zip("ifgo", z, strict=True)]


@pytest.mark.parametrize("readout", [None, 2])
@each_ensemble
def test_the_highway_is_the_product_of_the_forget_gates_and_the_gates_have_the_rest(ensemble, readout):
    T, H = 6, 3
    params, xs, start = unrolled("lstm", T, ensemble, N=2, H=H, readout=readout)
    own = params.cell if readout else params
    (h, c), states, opened = start, [], []
    for x in xs:
        i, f, g, o = gates(own, x, h)
        c = f * c + i * g
        h = o * np.tanh(c)
        states.append((h, c))
        opened.append(f)
    tape = models.unroll("lstm", params, xs, start)[1]
    total, highway, through = probes.highway(tape)
    assert total.shape == highway.shape == through.shape == (T, *ensemble, 2, H, H)
    for k in range(1, T + 1):
        h, c = states[k - 1]

        def last_c(c, h=h, k=k):
            return models.unroll("lstm", own, xs[k:], (h, c))[1][-1].output[1] if k < T else c

        forget = np.prod(opened[k:], axis=0) if k < T else np.ones_like(c)
        np.testing.assert_allclose(highway[k - 1], forget[..., None] * np.eye(H), rtol=1e-12, atol=0)
        exact = differences(last_c, c)
        assert_near(total[k - 1], exact, 1e-7)
        np.testing.assert_allclose(through[k - 1], exact - highway[k - 1], rtol=0, atol=1e-7)
        if k < T:
            assert_near(total[k - 1], probes.jacobian(tape[k:T])[..., H:, H:], 1e-12)


def test_the_gates_part_is_what_differences_find_where_the_highway_does_not_feel_them():
    T, H = 5, 4
    params, xs, start = unrolled("lstm", T, N=3, H=H, seed=1)
    tape = models.unroll("lstm", params, xs, start)[1]
    through, run = probes.highway(tape).gates, [step.output for step in tape]
    for k in range(1, T - 1):

        def by_gates(c, k=k):
            """c_T without what came along the highway: the forget gates of the run as it was, times this c_k."""
            h, along = run[k - 1][0], c
            for x, (undisturbed, _) in zip(xs[k:], run[k - 1 : -1], strict=True):
                i, f, g, o = gates(params, x, h)
                c, along = f * c + i * g, gates(params, x, undisturbed)[1] * along
                h = o * np.tanh(c)
            return c - along

        assert_near(through[k - 1], differences(by_gates, run[k - 1][1]), 1e-7)
    np.testing.assert_array_equal(through[T - 2 :], 0)  # one step before the end, no h has yet heard of c


# --- spectra ----------------------------------------------------------------------------------------------------------

SHEAR = np.array([[0.9, 10.0], [0.0, 0.9]])


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize(
    ("matrix", "values"),
    [
        (np.diag([0.5, -3.0, 2.0]), [3, 2, 0.5]),
        (2.5 * rotation(0.7), [2.5, 2.5]),
        (np.ones((4, 3)), [np.sqrt(12), 0, 0]),
        (np.outer([3.0, 4.0], [0.0, 2.0, 0.0]), [10, 0]),
        (np.zeros((2, 2)), [0, 0]),
        (1e-200 * np.diag([1.0, 2.0]), [2e-200, 1e-200]),
        (1e200 * np.diag([1.0, 2.0]), [2e200, 1e200]),
    ],
)
def test_singular_values_of_known_matrices_come_the_largest_first(matrix, values):
    np.testing.assert_allclose(probes.singular_values(matrix), values, rtol=1e-12, atol=1e-14)


def test_singular_values_of_a_shear_have_the_product_and_the_squares_of_its_entries():
    values = probes.singular_values(SHEAR)
    assert np.prod(values) == pytest.approx(0.81)
    assert np.sum(values**2) == pytest.approx(101.62)


@pytest.mark.parametrize("entry", [np.nan, np.inf, -np.inf])
def test_only_the_matrix_with_an_entry_that_is_not_finite_has_no_singular_values(entry):
    J = np.random.default_rng(2).standard_normal((3, 2, 4, 5))
    exact = probes.singular_values(J)
    J[1, 0, 2, 3] = entry
    values = probes.singular_values(J)
    assert np.isnan(values[1, 0]).all()
    values[1, 0] = exact[1, 0]
    np.testing.assert_allclose(values, exact, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_singular_values_are_float64_in_any_precision(dtype):
    values = probes.singular_values(np.diag([0.25, 4.0]).astype(dtype))
    assert values.dtype == np.float64
    np.testing.assert_allclose(values, [4, 0.25], rtol=1e-12)


@pytest.mark.parametrize("entry", [np.nan, np.inf])
def test_spectral_jacobian_norms_are_nan_where_a_product_is_not_finite(entry):
    tape = powers(np.array([[entry, 0.0], [0.0, 1.0]]), 3)
    with np.errstate(invalid="ignore"):
        norms = probes.jacobian_norms(tape, spectral=True)
    assert np.isnan(norms).tolist() == [[False] * 3, [True, False, False], [True, True, False]]


@pytest.mark.parametrize(
    ("matrix", "radius"),
    [
        (SHEAR, 0.9),
        (np.diag([0.5, -3.0, 2.0]), 3),
        (0.5 * rotation(1.0), 0.5),
        (np.diag([1.0, 1.0], 1), 0),
        (np.ones((4, 4)), 4),
    ],
)
def test_the_spectral_radius_of_known_matrices(matrix, radius):
    assert probes.spectral_radius(matrix) == pytest.approx(radius, abs=1e-7)
    np.testing.assert_allclose(probes.spectral_radius(np.stack([matrix, -2 * matrix])), [radius, 2 * radius], atol=1e-7)


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([0.5, -3.0, 2.0]),
        2.5 * rotation(0.7),
        np.array([[1.0, 2.0, 3.0], [2.0, -1.0, 0.5], [3.0, 0.5, 0.0]]),
        np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 3.0, 1.0]]),
        np.linalg.qr(np.random.default_rng(3).standard_normal((6, 6)))[0],
    ],
    ids=["diagonal", "rotation", "symmetric", "circulant", "orthogonal"],
)
def test_a_normal_matrix_has_no_nonnormality(matrix):
    assert probes.nonnormality(matrix) == pytest.approx(0, abs=1e-7)


def test_nonnormality_is_the_share_of_a_matrix_that_no_eigenvalue_explains():
    nilpotent = np.diag([2.0, -7.0], 1)
    assert probes.nonnormality(nilpotent) == pytest.approx(1)
    assert probes.nonnormality(SHEAR) == pytest.approx(np.sqrt(100 / 101.62))
    np.testing.assert_allclose(probes.nonnormality(np.stack([SHEAR, -3 * SHEAR.T])), np.sqrt(100 / 101.62))


# --- slopes, dead and saturated units ---------------------------------------------------------------------------------


EDGES = {"sigmoid": np.log((1 + 0.96**0.5) / (1 - 0.96**0.5)), "tanh": np.arctanh(0.99**0.5)}  # where the slope is 0.01


def pre_activations(tape, activation):
    """z of each layer, as what its activation was given."""
    return [branch(before.output) for before, step in pairwise(tape) if step.name.rpartition(" ")[0] == activation]


@pytest.mark.parametrize("activation", ops.ACTIVATIONS)
@each_variant
def test_slopes_are_those_that_differences_find_at_z(norm, skip, activation):
    params, x = deep(norm, skip, activation, ensemble=(2,))
    tape = models.mlp(
        [*params, Layer(Affine(np.ones((2, 5, 1)), np.ones((2, 1))))], x, activation, norm=norm, skip=skip
    )[1]
    phi, slopes = ops.ACTIVATIONS[activation], list(probes.slopes(tape))
    assert len(slopes) == 4
    for slope, z in zip(slopes, pre_activations(tape, activation), strict=True):
        smooth = abs(z) > 1e-5  # a ReLU before a ReLU hands it zeros
        difference = (phi(z + 1e-6)[0] - phi(z - 1e-6)[0]) / 2e-6
        np.testing.assert_allclose(slope[smooth], difference[smooth], rtol=1e-7, atol=1e-8)


@each_ensemble
@each_variant
def test_dead_and_saturated_are_counted_behind_any_norm_and_skip(norm, skip, ensemble):
    for activation, off in (
        ("relu", lambda z: z <= 0),
        ("sigmoid", lambda z: abs(z) > EDGES["sigmoid"]),
        ("tanh", lambda z: abs(z) > EDGES["tanh"]),
    ):
        params, x = deep(norm, skip, activation, ensemble=ensemble, samples=3)
        params = tree_map(lambda a: 4 * a, params)  # some beyond the edge, whatever the norm
        h, tape = models.hidden(params, x, activation, norm=norm, skip=skip)
        flow = probes.flow(params, tape, np.ones_like(h))
        silent = off(np.stack(pre_activations(tape, activation), axis=len(ensemble)))
        assert silent.any()
        np.testing.assert_allclose(flow.saturated, silent.mean(axis=(-2, -1)), rtol=1e-14)
        if activation == "relu":
            np.testing.assert_allclose(flow.dead, silent.all(axis=-2).mean(axis=-1), rtol=1e-14)


@pytest.mark.parametrize(("activation", "edge"), EDGES.items())
def test_a_slope_under_a_hundredth_is_saturated(activation, edge):
    z = edge + np.array([[-0.01, 0.01, -3.0], [0.01, 0.01, -0.01]])
    layer = Layer(Affine(np.eye(3), np.zeros(3)))
    for sign in (1, -1):
        tape = models.hidden([layer], sign * z, activation)[1]
        assert probes.flow([layer], tape, np.ones((2, 3))).saturated.tolist() == [0.5]


# --- layers, norms, flow: any net -------------------------------------------------------------------------------------


@each_ensemble
@each_variant
def test_what_a_layer_receives_is_the_gradient_of_the_layers_behind_it(norm, skip, ensemble):
    params, x = deep(norm, skip, ensemble=ensemble)
    h, tape = models.hidden(params, x, "tanh", norm=norm, skip=skip)
    cotangent = np.random.default_rng(4).standard_normal(h.shape)
    received = list(probes.layers(tape, cotangent))[::-1]
    grads = models.gradients(tape, cotangent)[0]
    adjoints = list(backprop(tape, cotangent))[::-1]
    outputs = probes.outputs(tape)
    for k, (dh, dz, dW) in enumerate(received, start=1):
        behind = models.hidden(params[k:], outputs[k - 1], "tanh", norm=norm, skip=skip)[1]
        np.testing.assert_allclose(dh, models.gradients(behind, cotangent)[1], rtol=1e-10, atol=1e-12)
        block = (
            grads[k - 1]
            if isinstance(params[k - 1], tuple) and not isinstance(params[k - 1], Layer)
            else [grads[k - 1]]
        )
        arrived = [branch(a.cotangent) for a in adjoints if a.name in (f"affine {k}", f"affine {k}b")]
        assert len(dz) == len(dW) == len(block) == len(arrived)
        for mine, exact in zip(
            [*reversed(dW), *reversed(dz)], [*(layer.affine.W for layer in block), *arrived], strict=True
        ):
            np.testing.assert_array_equal(mine, exact)
    assert len(received) == len(params)


@each_ensemble
@each_variant
def test_norms_and_flow_count_both_maps_of_a_branch(norm, skip, ensemble):
    params, x = deep(norm, skip, ensemble=ensemble)
    h, tape = models.hidden(params, x, "tanh", norm=norm, skip=skip)
    cotangent = np.random.default_rng(5).standard_normal(h.shape)
    norms, flow = probes.norms(tape, cotangent), probes.flow(params, tape, cotangent)

    def together(arrays):
        return np.sqrt(sum((a**2).sum(axis=(-2, -1)) for a in arrays))

    for k, (dh, dz, dW) in enumerate(reversed(list(probes.layers(tape, cotangent)))):
        W = [layer.affine.W for layer in ([params[k]] if isinstance(params[k], Layer) else params[k])]
        for seen in (norms, flow):
            np.testing.assert_allclose(seen.dh[..., k], together([dh]), rtol=1e-12)
            np.testing.assert_allclose(seen.dz[..., k], together(dz), rtol=1e-12)
            np.testing.assert_allclose(seen.dW[..., k], together(dW), rtol=1e-12)
        np.testing.assert_allclose(flow.relative[..., k], together(dW) / together(W), rtol=1e-12)
    np.testing.assert_allclose(flow.decades, np.log10(norms.dh / norms.dh[..., -1:]), rtol=1e-10, atol=1e-12)
    assert norms.dh.shape == flow.entries.zeros.shape == flow.dead.shape == (*ensemble, 4)


@pytest.mark.parametrize("form", [None, *models.FORMS])
@each_ensemble
def test_outputs_are_the_h_of_each_layer_without_the_readout(form, ensemble):
    rng = np.random.default_rng(6)
    params = models.init_mlp((4, 5, 5, 5, 3), scheme="he_normal", rng=rng, norm="layer", skip=form, ensemble=ensemble)
    x = rng.standard_normal((*ensemble, 6, 4))
    outputs = probes.outputs(models.mlp(params, x, "tanh", norm="layer", skip=form)[1])
    assert len(outputs) == 3
    for k, h in enumerate(outputs, start=1):
        np.testing.assert_array_equal(h, models.hidden(params[:k], x, "tanh", norm="layer", skip=form)[0])


def test_outputs_of_a_cell_are_its_states():
    params, xs, state = unrolled("lstm", readout=2)
    tape = models.unroll("lstm", params, xs, state)[1]
    assert [output is step.output for output, step in zip(probes.outputs(tape), tape[:5], strict=True)] == [True] * 5


# --- weights and how they change --------------------------------------------------------------------------------------


def nets(ensemble):
    """Every form of parameters, and its weight matrices in layers, taken apart by hand."""
    mlp, pairs = (deep(skip=skip, ensemble=ensemble)[0] for skip in (None, "branch"))
    yield mlp, [[layer.affine.W] for layer in mlp]
    yield pairs, [[pairs[0].affine.W], *([first.affine.W, second.affine.W] for first, second in pairs[1:])]
    for cell in cells.GATES:
        own, sequence = (unrolled(cell, ensemble=ensemble, readout=readout)[0] for readout in (None, 2))
        yield own, [[own.W_x], [own.W_h]]
        yield sequence, [[sequence.cell.W_x], [sequence.cell.W_h], [sequence.readout.W]]


@each_ensemble
def test_weights_are_the_matrices_layer_by_layer(ensemble):
    for params, expected in nets(ensemble):
        maps = probes.weights(params)
        assert [[id(W) for W in layer] for layer in maps] == [[id(W) for W in layer] for layer in expected]


@each_ensemble
def test_a_change_is_relative_to_the_weights_before(ensemble):
    rng = np.random.default_rng(7)
    for params, expected in nets(ensemble):
        after = tree_map(lambda a: a + 0.01 * rng.standard_normal(a.shape), params)
        changes = probes.change(params, after)
        assert changes.shape == (*ensemble, len(expected))
        for k, (old, new) in enumerate(zip(expected, probes.weights(after), strict=True)):
            moved, size = (
                np.sqrt(sum((a**2).sum(axis=(-2, -1)) for a in arrays))
                for arrays in ([b - a for a, b in zip(old, new, strict=True)], old)
            )
            np.testing.assert_allclose(changes[..., k], moved / size, rtol=1e-12)
        np.testing.assert_allclose(probes.change(params, tree_map(lambda a: 0.75 * a, params)), 0.25, rtol=1e-12)
        np.testing.assert_array_equal(probes.change(params, params), 0)


# --- signal -----------------------------------------------------------------------------------------------------------


def samples_with(share, N=40, D=7, seed=8):
    """h whose samples differ by ``share`` of its size:  a common part and one of mean 0."""
    rng = np.random.default_rng(seed)
    common, own = rng.standard_normal((1, D)), rng.standard_normal((N, D))
    own -= own.mean(axis=0)
    common, own = (a / np.sqrt(np.mean(a**2)) for a in (common, own))
    return np.sqrt(1 - share**2) * common + share * own


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 1e-2, 1e-5])
@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1.0, 1e170, 1e300])
def test_the_signal_fraction_is_the_share_by_which_samples_differ_at_any_scale(share, scale):
    assert probes.signal_fraction(scale * samples_with(share)) == pytest.approx(np.log10(share), abs=1e-9)


@pytest.mark.parametrize(
    ("dtype", "scale"), [("float16", 1e-3), ("float16", 1e4), ("float32", 1e-38), ("float32", 1e37)]
)
def test_the_signal_fraction_of_a_low_precision_is_measured_in_float64(dtype, scale):
    h = (scale * samples_with(0.3)).astype(dtype)
    assert probes.signal_fraction(h) == pytest.approx(probes.signal_fraction(h.astype(float)), abs=1e-14)
    assert probes.signal_fraction(h) == pytest.approx(np.log10(0.3), abs=1e-2)


def test_the_signal_fraction_of_equal_samples_is_minus_infinity_and_that_of_silence_unknown():
    assert probes.signal_fraction(np.ones((5, 1)) * np.arange(1.0, 4.0)) == -np.inf
    assert np.isnan(probes.signal_fraction(np.zeros((5, 3))))


def test_each_network_has_its_own_signal_fraction():
    shares = np.array([[0.9, 0.1], [1e-3, 1.0]])
    h = np.stack([[10.0**-k * samples_with(share) for k, share in enumerate(row)] for row in shares])
    np.testing.assert_allclose(probes.signal_fraction(h), np.log10(shares), atol=1e-9)


@pytest.mark.parametrize("shape", [(3,), (1, 4), (2, 1, 4)])
def test_the_signal_of_less_than_two_samples_is_refused(shape):
    with pytest.raises(ValueError, match=r"h has shape .*; allowed is \(\.\.\., N, D\) with N >= 2"):
        probes.signal_fraction(np.ones(shape))


@pytest.mark.parametrize("shape", [(50,), (3, 20), (2, 2, 9)])
def test_the_autocorrelation_is_that_of_numpy(shape):
    g = np.random.default_rng(9).standard_normal(shape) + 3.0
    lags = shape[-1] - 1
    computed = probes.autocorrelation(g, lags)
    assert computed.shape == (*shape[:-1], lags + 1)
    for row in np.ndindex(shape[:-1]):
        centred = g[row] - g[row].mean()
        full = np.correlate(centred, centred, "full")[lags:]
        np.testing.assert_allclose(computed[row], full / full[0], rtol=0, atol=1e-13)


def test_white_noise_has_no_autocorrelation_and_its_sum_has():
    white = np.random.default_rng(10).standard_normal((5, 10_000))
    assert abs(probes.autocorrelation(white, 20)[:, 1:]).max() < 4.5 / 100
    assert probes.autocorrelation(white.cumsum(axis=-1), 20).min() > 0.95


@pytest.mark.parametrize("period", [8, 50])
def test_a_sine_correlates_with_itself_as_a_cosine(period):
    g = 5 + np.sin(2 * np.pi * np.arange(100_000) / period)
    lags = 2 * period
    np.testing.assert_allclose(
        probes.autocorrelation(g, lags), np.cos(2 * np.pi * np.arange(lags + 1) / period), rtol=0, atol=2e-3
    )


def test_what_never_changes_has_no_autocorrelation():
    assert np.isnan(probes.autocorrelation(np.full(16, 2.0), 3)).all()


@pytest.mark.parametrize("lags", [-1, 10, 2.0, None])
def test_lags_beyond_the_line_are_named(lags):
    with pytest.raises(ValueError, match=f"lags is {lags}; allowed is a whole number from 0 to 9"):
        probes.autocorrelation(np.arange(10.0), lags)


# --- at the edge of what numbers can hold -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "dtype"), [(1e-30, "float32"), (1e-4, "float16"), (1e-200, "float64"), (1e200, "float64")]
)
def test_the_autocorrelation_does_not_depend_on_the_gradients_size(scale, dtype):
    g = np.sin(np.arange(10.0))
    rounded = (g * scale).astype(dtype).astype("float64") / scale
    computed, exact = probes.autocorrelation((g * scale).astype(dtype), 3), probes.autocorrelation(rounded, 3)
    np.testing.assert_allclose(computed, exact, rtol=1e-6)


def test_a_constant_has_no_autocorrelation():
    assert np.isnan(probes.autocorrelation(np.full(7, 0.1), 3)).all()


def test_an_infinite_h_has_no_signal():
    assert np.isnan(probes.signal_fraction(np.array([[np.inf, 1.0], [1.0, 2.0]])))


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("dtype", ["float64"])
def test_nonnormality_does_not_depend_on_the_matrix_size(scale, dtype):
    W = np.array([[0.9, 10], [0, 0.9]], dtype)
    np.testing.assert_allclose(probes.nonnormality(scale * W), probes.nonnormality(W), rtol=1e-12)
    assert probes.nonnormality(0 * W) == 0


@pytest.mark.parametrize("probe", [probes.spectral_radius, probes.nonnormality])
def test_spectra_take_any_precision_and_let_a_nan_through(probe):
    assert np.isnan(probe(np.array([[np.nan, 1], [1, 2]])))
    np.testing.assert_allclose(probe(np.eye(2, dtype="float16")), probe(np.eye(2)))


def test_a_map_of_states_of_several_widths_is_refused():
    rng = np.random.default_rng(0)
    params = models.init_mlp((3, 5, 4, 6), scheme="he_normal", rng=rng)
    tape = models.hidden(params, rng.standard_normal((2, 3)), "tanh")[1]
    with pytest.raises(ValueError, match=r"tape has states of 6 and of .* numbers; allowed are states of one width"):
        probes.jacobian_norms(tape)


def test_norms_in_time_are_those_of_the_states_cotangents():
    rng = np.random.default_rng(1)
    params = models.init_recurrent("lstm", 3, 4, rng=rng, readout=2, ensemble=(2,))
    outputs, tape = models.unroll("lstm", params, rng.standard_normal((7, 5, 3)))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = rng.standard_normal(doutputs[-1].shape)
    norms, dstate = probes.norms_in_time(tape, doutputs), [doutputs[-1] @ params.readout.W.mT, 0 * tape[0].output[1]]
    assert norms.shape == (2, 7)
    for t, step in reversed(list(enumerate(tape[:-1]))):
        np.testing.assert_allclose(norms[:, t], np.linalg.norm(np.concatenate(dstate, -1), axis=(-2, -1)), rtol=1e-12)
        _, dstate = step.pullback(tuple(dstate))


def test_a_jacobian_that_would_be_summed_over_networks_or_times_is_refused():
    rng = np.random.default_rng(2)
    params = models.init_mlp((4, 5, 3), scheme="he_normal", rng=rng, ensemble=(2,))
    shared = models.mlp(params, rng.standard_normal((6, 4)), "tanh")[1]
    with pytest.raises(ValueError, match=r"tape's input has shape \(6, 4\)"):
        probes.jacobian(shared)
    cell = models.init_recurrent("rnn", 2, 4, rng=rng, readout=1)
    with pytest.raises(ValueError, match="tape's step has shape"):
        probes.jacobian(models.unroll("rnn", cell, rng.standard_normal((3, 5, 2)))[1])


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_only_an_lstm_has_a_highway(cell):
    params = models.init_recurrent(cell, 2, 4, rng=np.random.default_rng(3))
    with pytest.raises(ValueError, match=f"tape has the step '{cell} 1'; allowed are steps of an LSTM"):
        probes.highway(models.unroll(cell, params, np.ones((3, 5, 2)))[1])
