"""One step of a cell: its formulas, its pullback, and what its gates do to a memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vgrad import cells, ops
from vgrad.cells import CELLS, GATES, STATES
from vgrad.gradcheck import directional
from vgrad.tape import tree_map

ARGUMENTS = ("params", "x", "state")

leads = st.sampled_from([(), (1,), (3,), (2, 3)])  # the ensemble axes
owners = st.sets(st.sampled_from(ARGUMENTS), min_size=1)  # which of the arguments have them
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def case(name, lead, N, D, H, seed, dtype="float64", owners=ARGUMENTS):
    """A cell's generic parameters, input, state, and a cotangent of the new state: no entry is 0, the biases neither."""
    rng = np.random.default_rng(seed)

    def draw(owner, *shape):
        return rng.standard_normal((*(lead if owner in owners else ()), *shape)).astype(dtype)

    width = GATES[name] * H
    biases = [draw("params", width) for _ in range(2 if name == "gru" else 1)]
    form = cells.GRUParams if name == "gru" else cells.Recurrent
    params = form(draw("params", D, width), draw("params", H, width), *biases)
    state = tuple(draw("state", N, H) for _ in range(STATES[name]))
    dstate = tuple(rng.standard_normal((*lead, N, H)).astype(dtype) for _ in state)
    return params, draw("x", N, D), state, dstate


def at_a_kink(name, params, x, state):
    """Whether a central difference would average the two slopes of some ReLU."""
    return name == "relu_rnn" and abs(cells.rnn(params, x, state, ops.identity)[0][0]).min() < 1e-4


def form(tree):
    """The types and shapes of a tree of arrays."""
    return (type(tree), *map(form, tree)) if isinstance(tree, tuple) else (tree.shape, tree.dtype)


def assert_close(computed, exact, tolerance=1e-12):
    tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance), computed, exact)


# --- forward ---------------------------------------------------------------------------------------------------------


def σ(z):
    return 1 / (1 + np.exp(-z))


def blocks(array, gates):
    return np.split(array, gates, axis=-1)


def written_out(name, params, x, state):
    """The new state, gate by gate, from the equations."""
    n = GATES[name]
    if name == "gru":
        (h,), (W_r, W_u, W_n), (V_r, V_u, V_n) = state, blocks(params.W_x, n), blocks(params.W_h, n)
        (b_r, b_u, b_n), (c_r, c_u, c_n) = blocks(params.b_x, n), blocks(params.b_h, n)
        r, u = σ(x @ W_r + b_r + h @ V_r + c_r), σ(x @ W_u + b_u + h @ V_u + c_u)
        return ((1 - u) * np.tanh(x @ W_n + b_n + r * (h @ V_n + c_n)) + u * h,)
    z = [x @ W + state[0] @ V + b for W, V, b in zip(*(blocks(p, n) for p in params), strict=True)]
    if name == "lstm":
        i, f, g, o = σ(z[0]), σ(z[1]), np.tanh(z[2]), σ(z[3])
        c = f * state[1] + i * g
        return o * np.tanh(c), c
    return (np.tanh(*z) if name == "rnn" else np.maximum(*z, 0),)


@pytest.mark.parametrize("name", CELLS)
@given(N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_step_is_the_recipe_written_out(name, N, D, H, seed):
    params, x, state, _ = case(name, (), N, D, H, seed)
    assert_close(CELLS[name](params, x, state)[0], written_out(name, params, x, state))


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_an_ensemble_of_cells_equals_its_cells_one_by_one(name, lead, N, D, H, seed):
    arguments = case(name, lead, N, D, H, seed)
    new, pullback = CELLS[name](*arguments[:-1])
    gradients = pullback(arguments[-1])
    for member in np.ndindex(lead):
        *own, own_dstate = tree_map(lambda a, s=member: a[s], arguments)
        own_new, own_pullback = CELLS[name](*own)
        assert_close(tree_map(lambda a, s=member: a[s], (new, gradients)), (own_new, own_pullback(own_dstate)))


# --- backward --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_cells_pull_back_to_their_parameters_their_input_and_their_state(name, lead, owners, N, D, H, seed):
    *at, _ = case(name, lead, N, D, H, seed, owners=owners)
    assume(not at_a_kink(name, *at))
    comparison = directional(lambda at: CELLS[name](*at), tuple(at), rng=np.random.default_rng(seed))
    assert comparison.error <= 1e-6


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_gradient_has_the_form_of_what_it_is_the_gradient_of(name, lead, owners, N, D, H, seed):
    *at, dstate = case(name, lead, N, D, H, seed, owners=owners)
    new, pullback = CELLS[name](*at)
    assert form(new) == form(dstate)
    assert form(pullback(dstate)) == form(tuple(at))


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_stack_of_cotangents_gives_a_stack_but_a_sum_at_the_parameters(name, lead, owners, N, D, H, seed):
    *at, dstate = case(name, lead, N, D, H, seed, owners=owners)
    _, pullback = CELLS[name](*at)
    rng = np.random.default_rng(seed)
    stacks = tuple(rng.standard_normal((4, *d.shape)) for d in dstate)
    grads, *others = zip(*(pullback(each) for each in zip(*stacks, strict=True)), strict=True)
    expected = tree_map(lambda *each: sum(each), *grads), *(tree_map(lambda *a: np.stack(a), *o) for o in others)
    assert_close(pullback(stacks), expected)


@pytest.mark.parametrize("name", CELLS)
def test_a_pullback_keeps_no_state_and_is_linear(name):
    *at, dstate = case(name, (2,), 4, 3, 5, seed=1)
    _, pullback = CELLS[name](*at)
    other = tree_map(lambda d: d[..., ::-1] - 0.5, dstate)
    first = tree_map(np.copy, pullback(dstate))
    second = pullback(other)
    tree_map(np.testing.assert_array_equal, pullback(dstate), first)
    combined = pullback(tree_map(lambda a, b: a - 3 * b, dstate, other))
    assert_close(combined, tree_map(lambda a, b: a - 3 * b, first, second))


# --- what the gates do -----------------------------------------------------------------------------------------------

OPEN, SHUT = 50.0, -800.0  # σ rounds to 1, and to exactly 0


def with_bias(params, **gates):
    """The cell's parameters, where nothing but a bias decides the gates named by their place: b_1=OPEN."""
    H = params.W_h.shape[-2]
    params = tree_map(np.copy, params)
    for place, bias in ((int(name[-1]), bias) for name, bias in gates.items()):
        part = slice(place * H, (place + 1) * H)
        for array in params:
            array[..., part] = 0
        params[2][..., part] = bias
    return params


def test_an_lstm_with_its_forget_gate_open_keeps_c_and_hands_dc_on_untouched():
    params, x, (h, c), (_, dc) = case("lstm", (), 4, 3, 5, seed=2)
    (_, kept), pullback = cells.lstm(with_bias(params, i_0=SHUT, f_1=OPEN), x, (h, c))
    np.testing.assert_array_equal(kept, c)
    grads, dx, (dh, passed_on) = pullback((0 * h, dc))
    np.testing.assert_array_equal(passed_on, dc)
    for array in (*grads, dx, dh):
        np.testing.assert_allclose(array, 0, atol=1e-20)


def test_an_lstm_with_its_forget_gate_shut_forgets():
    params, x, (h, c), dstate = case("lstm", (), 4, 3, 5, seed=3)
    shut = with_bias(params, f_1=SHUT)
    new, pullback = cells.lstm(shut, x, (h, c))
    assert_close(new, cells.lstm(shut, x, (h, 0 * c))[0])
    np.testing.assert_array_equal(pullback(dstate)[2][1], 0)


def test_a_gru_with_its_update_gate_open_keeps_h_and_hands_dh_on_untouched():
    params, x, (h,), (dh,) = case("gru", (), 4, 3, 5, seed=4)
    (kept,), pullback = cells.gru(with_bias(params, u_1=OPEN), x, (h,))
    np.testing.assert_array_equal(kept, h)
    _, dx, (passed_on,) = pullback((dh,))
    np.testing.assert_allclose(passed_on, dh, rtol=1e-14)
    np.testing.assert_allclose(dx, 0, atol=1e-20)


def test_a_gru_with_its_reset_gate_shut_proposes_from_x_alone():
    params, x, (h,), _ = case("gru", (), 4, 3, 5, seed=5)
    (new,), _ = cells.gru(with_bias(params, r_0=SHUT, u_1=SHUT), x, (h,))
    n = np.tanh(x @ params.W_x[:, 10:] + params.b_x[10:])
    assert_close(new, n)


@pytest.mark.parametrize("name", CELLS)
def test_a_nan_stays_visible_forward_and_backward_in_its_own_sample(name):
    params, x, state, dstate = case(name, (), 3, 4, 5, seed=6)
    x[1, 2] = np.nan
    new, pullback = CELLS[name](params, x, state)
    _, dx, before = pullback(dstate)
    for array in (*new, dx, *before):
        assert np.isnan(array).all(axis=-1).tolist() == [False, array is dx and name == "relu_rnn" and False, False] or (
            np.isnan(array).any(axis=-1).tolist() == [False, True, False]
        )


# --- precision -------------------------------------------------------------------------------------------------------


def transposed(a):
    return a.swapaxes(-1, -2)


def rnn_sizes(name, params, x, state, dstate, n_eps):
    """The sizes of the terms, multiples of n eps, by which each result may be off: φ' <= 1, |φ''| <= 2.

    A ReLU's slope is anyone's guess where z is within its own error of the kink.
    """
    Z = abs(x) @ abs(params.W_x) + abs(*state) @ abs(params.W_h) + abs(params.b)[..., None, :]
    (z,), _ = cells.rnn(params, x, state, ops.identity)
    (dh,) = tree_map(abs, dstate)
    unsure = (abs(z) <= n_eps * Z) / n_eps if name == "relu_rnn" else 2 * Z
    return (1 + Z,), Recurrent_sizes(params, x, *state, dh * (1 + unsure)), ()
