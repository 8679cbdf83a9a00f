"""One step of a cell: its formulas, its pullback, and what its gates do to a memory."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vgrad import cells, ops
from vgrad.cells import GATES, STATES
from vgrad.cells.gated import CELLS
from vgrad.gradcheck import directional
from vgrad.tape import leaves, tree_map

BOTH = ("params", "x")

leads = st.sampled_from([(), (1,), (3,), (2, 3)])  # the ensemble axes
owners = st.sampled_from([BOTH, ("params",), ("x",)])  # who has them; a state always does
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def case(name, lead, N, D, H, seed, dtype="float64", owners=BOTH):
    """A cell's generic parameters, input, state, and a cotangent of the new state: no entry is 0, no bias either."""
    rng = np.random.default_rng(seed)

    def draw(owner, *shape):
        return rng.standard_normal((*(lead if owner in (*owners, "state") else ()), *shape)).astype(dtype)

    width = GATES[name] * H
    biases = [draw("params", width) for _ in range(2 if name == "gru" else 1)]
    form = cells.GRUParams if name == "gru" else cells.Recurrent
    params = form(draw("params", D, width), draw("params", H, width), *biases)
    state = tuple(draw("state", N, H) for _ in range(STATES[name]))
    dstate = tuple(draw("state", N, H) for _ in state)
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
    still = not any(a.any() for a in leaves(CELLS[name](*at)[0]))  # as of relu where all z < 0
    assert comparison.error <= 1e-6 or still


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_gradient_has_the_form_of_what_it_is_the_gradient_of(name, lead, owners, N, D, H, seed):
    *at, dstate = case(name, lead, N, D, H, seed, owners=owners)
    new, pullback = CELLS[name](*at)
    assert form(new) == form(dstate)
    assert form(pullback(dstate)) == form(tuple(at))


@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_stack_of_cotangents_gives_the_stack_of_their_gradients(name, lead, owners, N, D, H, seed):
    *at, dstate = case(name, lead, N, D, H, seed, owners=owners)
    _, pullback = CELLS[name](*at)
    rng = np.random.default_rng(seed)
    stacks = tuple(rng.standard_normal((4, *d.shape)) for d in dstate)
    assert_close(pullback(stacks), tree_map(lambda *each: np.stack(each), *map(pullback, zip(*stacks, strict=True))))


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

OPEN, SHUT = 50.0, -800.0  # of these biases σ is exactly 1, and exactly 0


def with_gates(order, params, **biases):
    """The cell's parameters, but the gates named are decided by a bias alone; ``order`` names all of them, "ifgo"."""
    H = params.W_h.shape[-2]
    params = tree_map(np.copy, params)
    for gate, bias in biases.items():
        part = slice(order.index(gate) * H, (order.index(gate) + 1) * H)
        for array in params:
            array[..., part] = 0
        params[2][..., part] = bias
    return params


def test_an_lstm_with_its_forget_gate_open_keeps_c_and_hands_dc_on_untouched():
    params, x, (h, c), (_, dc) = case("lstm", (), 4, 3, 5, seed=2)
    (_, kept), pullback = cells.lstm(with_gates("ifgo", params, i=SHUT, f=OPEN), x, (h, c))
    np.testing.assert_array_equal(kept, c)
    grads, dx, (dh, passed_on) = pullback((0 * h, dc))
    np.testing.assert_array_equal(passed_on, dc)
    for array in (*grads, dx, dh):
        np.testing.assert_allclose(array, 0, atol=1e-20)


def test_an_lstm_with_its_forget_gate_shut_forgets():
    params, x, (h, c), dstate = case("lstm", (), 4, 3, 5, seed=3)
    forgetful = with_gates("ifgo", params, f=SHUT)
    new, pullback = cells.lstm(forgetful, x, (h, c))
    assert_close(new, cells.lstm(forgetful, x, (h, 0 * c))[0])
    np.testing.assert_array_equal(pullback(dstate)[2][1], 0)


def test_a_gru_with_its_update_gate_open_keeps_h_and_hands_dh_on_untouched():
    params, x, (h,), (dh,) = case("gru", (), 4, 3, 5, seed=4)
    (kept,), pullback = cells.gru(with_gates("run", params, u=OPEN), x, (h,))
    np.testing.assert_array_equal(kept, h)
    _, dx, (passed_on,) = pullback((dh,))
    np.testing.assert_allclose(passed_on, dh, atol=1e-20, rtol=1e-14)
    np.testing.assert_allclose(dx, 0, atol=1e-20)


def test_a_gru_with_both_gates_shut_sees_x_alone():
    params, x, (h,), (dh,) = case("gru", (), 4, 3, 5, seed=5)
    (new,), pullback = cells.gru(with_gates("run", params, r=SHUT, u=SHUT), x, (h,))
    assert_close(new, np.tanh(x @ params.W_x[:, 10:] + params.b_x[10:]))
    np.testing.assert_array_equal(pullback((dh,))[2][0], 0)


@pytest.mark.parametrize("name", CELLS)
def test_a_nan_stays_visible_forward_and_backward_in_its_own_sample(name):
    params, x, state, dstate = case(name, (), 3, 4, 5, seed=6)
    spoiled = np.where(np.arange(12).reshape(3, 4) == 5, np.nan, x)  # sample 1, input 1
    new, pullback = CELLS[name](params, spoiled, state)
    assert np.isnan(pullback(dstate)[0].W_x[1]).all()
    _, dx, before = CELLS[name](params, x, state)[1](tree_map(lambda d: d + 0 * spoiled.sum(-1)[:, None], dstate))
    for array in (*new, dx, *before):
        assert np.isnan(array).any(axis=-1).tolist() == [False, True, False]


@pytest.mark.parametrize("name", CELLS)
def test_a_state_that_would_have_to_be_broadcast_is_refused(name):
    params, x, state, _ = case(name, (2,), 4, 3, 5, seed=7)
    for k in range(STATES[name]):
        for array in (state[k][0], state[k][:, :1], state[k][..., :1], state[k][..., 1:]):
            with pytest.raises(ValueError, match=r"state has shape .*; allowed is .*4, 5") as caught:
                CELLS[name](params, x, (*state[:k], array, *state[k + 1 :]))
            assert str(array.shape) in str(caught.value)


# --- precision -------------------------------------------------------------------------------------------------------


def to_products(W, x, dz):
    """The sizes of the terms in  dW = xᵀ dz  and  dx = dz Wᵀ."""
    return abs(x).swapaxes(-1, -2) @ dz, dz @ abs(W).swapaxes(-1, -2)


def pre_activation(W, b, x):
    return abs(x) @ abs(W) + abs(b)[..., None, :]


def rnn_sizes(params, x, state, dstate, error, kink=False):
    """Of each result, the size of its terms: what ``error``, n u, is to be multiplied by, where errors add up.

    A gate is off by no more than its z, as no slope exceeds 1; φ'(z) by twice that; and a ReLU's slope is anyone's
    guess where z is within its own error of the kink. The 1 in each size stands for the rounding of φ itself.
    """
    (h,), (dh,), (z,) = state, dstate, cells.rnn(params, x, state, ops.identity)[0]
    size = 1 + pre_activation(params.W_x, params.b, x) + abs(h) @ abs(params.W_h)
    dz = abs(dh) * (1 + (abs(z) <= error * size) / error if kink else 3 * size)
    (dW_x, dx), (dW_h, dh) = to_products(params.W_x, x, dz), to_products(params.W_h, h, dz)
    return (size,), (cells.Recurrent(dW_x, dW_h, dz.sum(axis=-2)), dx, (dh,))


def lstm_sizes(params, x, state, dstate, error):
    """The same, factor by factor: of a product of factors below 1, the errors add up; c and dc are not below 1."""
    (h, c), (dh, dc) = tree_map(abs, state), tree_map(abs, dstate)
    i, f, g, o = blocks(1 + pre_activation(params.W_x, params.b, x) + h @ abs(params.W_h), 4)
    c_new = f * (1 + c) + i + g
    dc = dc + (o + 2 * c_new) * dh
    dz = np.concatenate([(i + g + 1) * dc, (f + 1) * c * dc, (2 * g + i + 1) * dc, (o + c_new + 1) * dh], axis=-1)
    (dW_x, dx), (dW_h, dh) = to_products(params.W_x, x, dz), to_products(params.W_h, h, dz)
    return (o + c_new, c_new), (cells.Recurrent(dW_x, dW_h, dz.sum(axis=-2)), dx, (dh, (f + 1) * dc))


def gru_sizes(params, x, state, dstate, error):
    """The same; what r multiplies, z_h, is not below 1."""
    (h,), (dh_new,) = tree_map(abs, state), tree_map(abs, dstate)
    x_r, x_u, x_n = blocks(pre_activation(params.W_x, params.b_x, x), 3)
    h_r, h_u, h_n = blocks(pre_activation(params.W_h, params.b_h, h), 3)
    r, u = 1 + x_r + h_r, 1 + x_u + h_u
    n = 1 + x_n + h_n * (1 + r)
    dn = (2 * n + u + 1) * dh_new
    dr, du = (r + 2) * h_n * dn, (u * (1 + h) + n + h) * dh_new
    dz_x, dz_h = (np.concatenate([dr, du, last], axis=-1) for last in (dn, (r + 1) * dn))
    (dW_x, dx), (dW_h, dh) = to_products(params.W_x, x, dz_x), to_products(params.W_h, h, dz_h)
    grads = cells.GRUParams(dW_x, dW_h, dz_x.sum(axis=-2), dz_h.sum(axis=-2))
    return (u * (1 + h) + n,), (grads, dx, (dh + (u + 1) * dh_new,))


SIZES = {"rnn": rnn_sizes, "relu_rnn": partial(rnn_sizes, kink=True), "lstm": lstm_sizes, "gru": gru_sizes}


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("name", CELLS)
@given(lead=leads, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_cells_agree_with_their_float64_selves(name, dtype, lead, N, D, H, seed):
    """Within n u times the sizes of the terms: n roundings on the longest way, each of u = eps / 2 at the most."""
    arguments = case(name, lead, N, D, H, seed, dtype)
    wide = tree_map(lambda a: a.astype(np.float64), arguments)
    (new, pullback), (new64, pullback64) = (CELLS[name](*each[:-1]) for each in (arguments, wide))
    n, smallest = D + H + max(N, GATES[name] * H) + 8, np.finfo(dtype).smallest_subnormal.item()
    error = n * np.finfo(dtype).eps.item() / 2

    def compare(computed, exact, size):
        assert computed.dtype == dtype
        assert (abs(computed - exact) <= error * size + n * smallest).all()

    exact = new64, pullback64(wide[-1])
    tree_map(compare, (new, pullback(arguments[-1])), exact, SIZES[name](*wide, error))
