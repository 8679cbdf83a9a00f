"""The engine shows what the field says: published growth rates, gradients through time, and who can learn from afar.

Each number is a mean over seeds, and each tolerance a few of its standard errors. The whole comparison of cells on the
adding problem, five seeds of each, takes one to two minutes and runs only where it is asked for:

    pytest tests/engine/test_claims.py --long -s
"""

from __future__ import annotations

import math
from itertools import repeat

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from vgrad import cells, data, models, ops, probes, train
from vgrad.tape import backprop


@pytest.fixture
def asked_for(pytestconfig):
    if not pytestconfig.getoption("long"):
        pytest.skip("takes minutes; run with --long")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threadpool_limits(1):
        yield


# --- batch norm explodes ----------------------------------------------------------------------------------------------


def growth(activation, *, width, batch, depth, seeds, edge=3):
    """By what ‖dh‖ grows per layer on its way back through batch norm; ``edge`` layers at each end are left out."""
    rates = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sizes, options = (width,) * (depth + 1), dict(scheme="he_normal", rng=rng, norm="batch", dtype="float32")
        params = models.init_mlp((*sizes, 1), **options)[:-1]
        x, cotangent = rng.standard_normal((2, batch, width)).astype("float32")
        dh = probes.norms(models.hidden(params, x, activation, norm="batch")[1], cotangent).dh[edge:-edge]
        rates.append(-np.polyfit(range(len(dh)), np.log(dh), 1)[0])
    return math.exp(np.mean(rates))


def test_batch_norm_makes_a_relu_nets_gradient_grow_by_1_21_a_layer():  # Yang et al. 2019
    rate = growth("relu", width=1024, batch=256, depth=20, seeds=3)
    assert rate == pytest.approx(math.sqrt(math.pi / (math.pi - 1)), rel=0.005)


@pytest.mark.parametrize("batch", [8, 32, 128])
def test_batch_norm_makes_even_a_linear_nets_gradient_grow_the_more_the_smaller_the_batch(batch):
    rate = growth("identity", width=512, batch=batch, depth=30, seeds=4)
    assert rate == pytest.approx(math.sqrt((batch - 2) / (batch - 3)), rel=0.01)


# --- residual branches ------------------------------------------------------------------------------------------------


def residual(depth, alpha, norm=None, width=256, batch=16, seeds=5):
    """By what ‖dh‖² grows from the last block's output to the input, and the h² of the last; geometric means.

    The blocks are h + α W_2 relu(W_1 h): He's W_1 keeps the mean square up to the ReLU, and so does a W_2 of variance
    1 / width after it, so that branch and trunk are of one size. (After a norm the branch has it from He's W_2.)
    """
    skip, grown, squares = models.Skip("branch", alpha), [], []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sizes = (width,) * (depth + 1)
        options = dict(scheme="he_normal", rng=rng, norm=norm, skip=skip, dtype="float32")
        params = models.init_mlp((*sizes, 1), **options)[:-1]
        if norm is None:
            params = [(first, second._replace(affine=halved(second.affine))) for first, second in params]
        x, cotangent = rng.standard_normal((2, batch, width)).astype("float32")
        h, tape = models.hidden(params, x, "relu", norm=norm, skip=skip)
        *_, at_input = backprop(tape, cotangent)
        grown.append(np.log(probes.norm(at_input.cotangent) / probes.norm(cotangent)) * 2)
        squares.append(np.log(probes.norm(h) / probes.norm(x)) * 2)
    return math.exp(np.mean(grown)), math.exp(np.mean(squares))


def halved(affine):
    """Half the variance."""
    return affine._replace(W=affine.W * np.float32(0.5**0.5))


@pytest.mark.parametrize(("depth", "reference"), [(10, 966), (20, 9.0e5), (50, 8.8e14)])
def test_a_plain_residual_branch_doubles_the_squared_gradient_in_every_block(depth, reference):  # De & Smith 2020
    grown, square = residual(depth, 1.0)
    assert grown ** (1 / depth) == pytest.approx(2, rel=0.02)
    assert square ** (1 / depth) == pytest.approx(2, rel=0.02)
    assert abs(math.log2(grown / reference)) < 1


@pytest.mark.parametrize(("depth", "reference"), [(10, 2.54), (20, 2.60), (50, 2.65)])
def test_a_branch_scaled_by_the_root_of_the_depth_multiplies_it_by_e_at_the_most(depth, reference):  # Zhang et al. 2019
    grown, _ = residual(depth, "1/sqrt(depth)")
    assert grown == pytest.approx((1 + 1 / depth) ** depth, rel=0.05)
    assert grown == pytest.approx(reference, rel=0.1)


@pytest.mark.parametrize(("depth", "reference"), [(10, 1.10), (20, 1.05), (50, 1.02)])
def test_a_branch_scaled_by_the_depth_leaves_it_as_it_is(depth, reference):
    grown, _ = residual(depth, "1/depth")
    assert grown == pytest.approx(reference, rel=0.02)


@pytest.mark.parametrize(("depth", "reference"), [(10, 10.98), (20, 21.1), (50, 51.0)])
def test_batch_norm_in_the_branch_makes_the_variance_grow_by_one_a_block(depth, reference):  # De & Smith 2020
    _, square = residual(depth, 1.0, norm="batch", batch=64, seeds=3)
    assert square == pytest.approx(1 + depth, rel=0.06)
    assert square == pytest.approx(reference, rel=0.06)


# --- time -------------------------------------------------------------------------------------------------------------


def linear_cell(params, x, state):
    return cells.rnn(params, x, state, ops.identity)


def test_a_matrix_whose_eigenvalues_are_all_below_1_may_explode_first_and_vanish_later():
    W = np.array([[0.9, 10.0], [0.0, 0.9]])
    params = cells.Recurrent(np.zeros((1, 2)), W, np.zeros(2))
    tape = models.unroll(linear_cell, params, np.zeros((101, 1, 1)))[1]
    norms = probes.jacobian_norms(tape, spectral=True)[:, 0]  # ‖W^t‖ for t = 0 … 100
    assert probes.spectral_radius(W) == pytest.approx(0.9, abs=1e-6)
    assert norms.argmax() == 9
    assert norms[9] == pytest.approx(38.7, abs=0.1)
    assert norms[100] == pytest.approx(0.030, abs=0.001)


TABLE = [  # ‖dL/dstate_0‖ / ‖dL/dh_T‖ at T = 100, n = 32, x ~ N(0, 1) in 2 dimensions
    ("rnn", {}, 5.0e-7),
    ("lstm", dict(forget_bias=-1.0), 8e-31),
    ("lstm", dict(forget_bias=0.0), 8.6e-15),
    ("lstm", dict(forget_bias=1.0), 3.1e-3),
    ("lstm", dict(forget_bias=3.0), 46),
    ("lstm", dict(forget_bias=5.0), 45),
    ("lstm", dict(chrono=100), 0.117),
    ("gru", dict(update_bias=0.0), 2.6e-14),
    ("gru", dict(update_bias=1.0), 8.0e-8),
    ("gru", dict(update_bias=3.0), 0.033),
    ("rnn", dict(scheme="torch_recurrent"), 3.6e-24),
    ("lstm", dict(scheme="torch_recurrent"), 3.7e-21),
    ("gru", dict(scheme="torch_recurrent"), 3.1e-20),
]


@pytest.mark.parametrize(("cell", "options", "reference"), TABLE, ids=str)
def test_the_bias_of_a_gate_decides_how_far_a_fresh_cells_gradient_reaches(cell, options, reference):
    D, n, T, N, seeds = 2, 32, 100, 4, 60
    rng = np.random.default_rng(0)
    params = models.init_recurrent(cell, D, n, rng=rng, ensemble=(seeds,), **options)
    if "scheme" not in options:  # the table's W_x were drawn in one piece, whose fan_out is that of all gates together
        params = params._replace(W_x=params.W_x * ((D + n) / (D + cells.GATES[cell] * n)) ** 0.5)
    tape = models.unroll(cell, params, rng.standard_normal((T, seeds, N, D)))[1]
    dh, *others = (np.zeros_like(array) for array in tape[-1].output)
    dh = rng.standard_normal(dh.shape)
    *_, first = backprop(tape, (dh, *others))
    decades = np.log10(probes.norm(np.concatenate(first.cotangent, axis=-1)) / probes.norm(dh))
    assert decades.mean() == pytest.approx(math.log10(reference), abs=1.0)


# --- the adding problem -----------------------------------------------------------------------------------------------

SOLVED = 0.05  # of the mean loss of WINDOW steps; without memory it is 1/6
WINDOW = 25


def adding(cell, seed, steps, T=100, **bias):
    """At which step a cell of 32 units has solved the adding problem, or None; and its last mean loss."""
    rng = np.random.default_rng(seed)
    params = models.init_recurrent(cell, 2, 32, rng=rng, readout=1, **bias)
    batches = (data.adding(T, 32, rng=rng) for _ in repeat(None))
    options = dict(optimizer=train.adam(0.01), steps=steps, clip_norm=1.0)
    losses = []
    for record in train.fit(params, train.sequence(cell), batches, **options):
        losses = [*losses, float(record.loss)][-WINDOW:]
        if len(losses) == WINDOW and np.mean(losses) < SOLVED:
            return record.step, np.mean(losses)
    return None, np.mean(losses)


def test_a_gru_whose_update_gate_is_open_at_first_adds_what_is_a_hundred_steps_apart():
    step, loss = adding("gru", 0, 350, update_bias=1.0)
    assert step is not None
    assert loss < SOLVED < data.ADDING_BASELINE


@pytest.mark.usefixtures("asked_for")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("cell", "bias", "solves"),
    [("gru", dict(update_bias=1.0), True), ("lstm", dict(chrono=100), True), ("rnn", {}, False)],
    ids=["gru", "lstm", "rnn"],
)
def test_gated_cells_add_what_is_a_hundred_steps_apart_in_500_steps_and_a_plain_one_does_not(cell, bias, solves, seed):
    step, loss = adding(cell, seed, 500, **bias)
    print(f"{cell} seed {seed}: {'solved at step ' + str(step) if step else 'not solved'}, loss {loss:.4f}")
    assert (step is not None) == solves
    if not solves:
        assert loss > 0.8 * data.ADDING_BASELINE
