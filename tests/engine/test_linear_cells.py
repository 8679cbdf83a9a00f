"""Recurrences without a matrix: their formulas and pullbacks, and the gradients that can be written down for them."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgrad import cells, models, ops, probes, theory, train
from vgrad.cells import CELLS, Diagonal, GatedLinear
from vgrad.gradcheck import directional
from vgrad.ops import Affine
from vgrad.tape import leaves, tree_map

KINDS = {"real": ("diagonal", 1, 1), "complex": ("diagonal", 2, 2), "gated": ("gated_linear", 3, 1)}  # parts, arrays
BOTH = ("params", "x")

each_kind = pytest.mark.parametrize("kind", KINDS)
leads = st.sampled_from([(), (1,), (3,), (2, 3)])  # the ensemble axes
owners = st.sampled_from([BOTH, ("params",), ("x",)])  # who has them; a state always does
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)


def case(kind, lead, N, D, H, seed, dtype="float64", owners=BOTH):
    """A cell, and its generic parameters, input, state, and a cotangent of the new state."""
    rng = np.random.default_rng(seed)
    name, parts, arrays = KINDS[kind]

    def draw(owner, *shape):
        return rng.standard_normal((*(lead if owner in (*owners, "state") else ()), *shape)).astype(dtype)

    common = draw("params", D, parts * H), draw("params", parts * H), draw("params", H) - np.dtype(dtype).type(1)
    params = GatedLinear(*common) if kind == "gated" else Diagonal(*common)
    if kind == "complex":
        params = params._replace(theta=draw("params", H))
    state, dstate = (tuple(draw("state", N, H) for _ in range(arrays)) for _ in range(2))
    return CELLS[name], params, draw("x", N, D), state, dstate


def form(tree):
    """The types and shapes of a tree of arrays."""
    if tree is None:
        return None
    return (type(tree), *map(form, tree)) if isinstance(tree, tuple) else (tree.shape, tree.dtype)


def assert_close(computed, exact, tolerance=1e-12):
    tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance), computed, exact)


def σ(z):
    return 1 / (1 + np.exp(-z))


def written_out(params, x, state, normalized=True):
    """The new state from the equations, in NumPy's own complex numbers; one network."""
    z = x @ params.W_x + params.b
    H = params.nu.shape[-1]
    if isinstance(params, GatedLinear):
        r, i, u = σ(z[:, :H]), σ(z[:, H : 2 * H]), z[:, 2 * H :]
        a = σ(-params.nu) ** (8 * r)  # De et al. 2024, eq. 3, with Λ = -nu
        return (a * state[0] + np.sqrt(1 - a**2) * i * u,)
    size = np.exp(-np.exp(params.nu))
    γ = np.sqrt(1 - size**2) if normalized else 1.0
    if params.theta is None:
        return (size * state[0] + γ * z,)
    h = size * np.exp(1j * params.theta) * (state[0] + 1j * state[1]) + γ * (z[:, :H] + 1j * z[:, H:])
    return h.real, h.imag


# --- one step --------------------------------------------------------------------------------------------------------


@each_kind
@given(N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_step_is_the_recipe_written_out(kind, N, D, H, seed):
    cell, params, x, state, _ = case(kind, (), N, D, H, seed)
    assert_close(cell(params, x, state)[0], written_out(params, x, state))


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_the_normalization_can_be_left_out(kind):
    _, params, x, state, _ = case(kind, (), 4, 3, 5, seed=1)
    assert_close(cells.diagonal(params, x, state, normalized=False)[0], written_out(params, x, state, False))


@each_kind
@given(lead=leads, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_an_ensemble_of_cells_equals_its_cells_one_by_one(kind, lead, N, D, H, seed):
    cell, *at, dstate = case(kind, lead, N, D, H, seed)
    new, pullback = cell(*at)
    for member in np.ndindex(lead):
        own = partial(tree_map, lambda a, s=member: a[s])
        own_new, own_pullback = cell(*map(own, at))
        assert_close(own((new, pullback(dstate))), (own_new, own_pullback(own(dstate))))


@each_kind
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_cells_pull_back_to_their_parameters_their_input_and_their_state(kind, lead, owners, N, D, H, seed):
    cell, *at, _ = case(kind, lead, N, D, H, seed, owners=owners)
    assert directional(lambda at: cell(*at), tuple(at), rng=np.random.default_rng(seed)).error <= 1e-6


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("decay", [cells.linear.exponential, ops.identity])
@given(lead=leads, seed=seeds)
def test_so_does_the_form_without_normalization_whatever_the_decay(kind, decay, lead, seed):
    _, *at, _ = case(kind, lead, 4, 3, 5, seed)

    def free(at):
        return cells.diagonal(*at, normalized=False, decay=decay)

    assert directional(free, tuple(at), rng=np.random.default_rng(seed)).error <= 1e-6


@each_kind
@pytest.mark.parametrize("argument", range(5))
def test_each_parameter_has_its_own_right_gradient(kind, argument):
    """Apart from the others, whose larger gradients might hide its own."""
    cell, *at, _ = case(kind, (2,), 4, 3, 5, seed=2)
    params, x, state = at
    arrays = [*params, x] if params[-1] is not None else [*params[:-1], x]
    if argument >= len(arrays):
        pytest.skip("this cell has no angle")

    def one(own):
        every = [*arrays[:argument], own, *arrays[argument + 1 :]]
        new, pullback = cell(type(params)(*every[:-1]), every[-1], state)

        def of_this(dstate):
            grads, dx, _ = pullback(dstate)
            return leaves((grads, dx))[argument]

        return new, of_this

    assert directional(one, arrays[argument], rng=np.random.default_rng(3)).error <= 1e-7


@each_kind
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_gradient_has_the_form_of_what_it_is_the_gradient_of(kind, lead, owners, N, D, H, seed):
    cell, *at, dstate = case(kind, lead, N, D, H, seed, owners=owners)
    new, pullback = cell(*at)
    assert form(new) == form(dstate)
    assert form(pullback(dstate)) == form(tuple(at))


@each_kind
@given(lead=leads, owners=owners, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_stack_of_cotangents_gives_the_stack_of_their_gradients(kind, lead, owners, N, D, H, seed):
    cell, *at, dstate = case(kind, lead, N, D, H, seed, owners=owners)
    _, pullback = cell(*at)
    rng = np.random.default_rng(seed)
    stacks = tuple(rng.standard_normal((4, *d.shape)) for d in dstate)
    assert_close(pullback(stacks), tree_map(lambda *each: np.stack(each), *map(pullback, zip(*stacks, strict=True))))


@each_kind
def test_a_pullback_keeps_no_state_and_is_linear(kind):
    cell, *at, dstate = case(kind, (2,), 4, 3, 5, seed=4)
    _, pullback = cell(*at)
    other = tree_map(lambda d: d[..., ::-1] - 0.5, dstate)
    first = tree_map(np.copy, pullback(dstate))
    second = pullback(other)
    tree_map(np.testing.assert_array_equal, pullback(dstate), first)
    combined = pullback(tree_map(lambda a, b: a - 3 * b, dstate, other))
    assert_close(combined, tree_map(lambda a, b: a - 3 * b, first, second))


@each_kind
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-5), ("float16", 0.1)])
@given(lead=leads, N=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_cell_stays_in_its_precision_and_near_its_float64_self(kind, dtype, tolerance, lead, N, D, H, seed):
    cell, *at, dstate = case(kind, lead, N, D, H, seed, dtype)
    at = [at[0]._replace(nu=np.minimum(at[0].nu, 1)), *at[1:]]
    wide = tree_map(lambda a: a.astype(np.float64), (*at, dstate))
    (new, pullback), (new64, pullback64) = cell(*at), cell(*wide[:-1])

    def compare(computed, exact):
        assert computed.dtype == dtype
        np.testing.assert_allclose(computed, exact, rtol=0, atol=tolerance * max(abs(exact).max(), 1))

    tree_map(compare, (new, pullback(dstate)), (new64, pullback64(wide[-1])))


def test_gamma_keeps_its_digits_where_a_memory_is_long():
    """In float32 1 - r² itself would be wrong in its second digit."""
    nu = np.full(1, np.log(1e-6), np.float32)
    params = Diagonal(np.ones((1, 1), np.float32), np.zeros(1, np.float32), nu)
    (h,), _ = cells.diagonal(params, np.ones((1, 1), np.float32), (np.zeros((1, 1), np.float32),))
    assert h.item() == pytest.approx((2e-6) ** 0.5, rel=1e-5)


# --- what the gates do -----------------------------------------------------------------------------------------------


def test_a_recurrence_gate_of_0_keeps_h_hands_dh_on_untouched_and_sends_back_no_nan():
    _, params, x, (h,), (dh,) = case("gated", (), 4, 3, 5, seed=5)
    params.W_x[:, :5] = 0
    params.b[:5] = -800
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (kept,), pullback = cells.gated_linear(params, x, (h,))
        grads, dx, (passed_on,) = pullback((dh,))
    np.testing.assert_array_equal(kept, h)
    np.testing.assert_array_equal(passed_on, dh)
    for array in (*grads, dx):
        np.testing.assert_array_equal(array, 0)


def test_a_nan_stays_visible_in_its_own_sample():
    for kind in KINDS:
        cell, params, x, state, dstate = case(kind, (), 3, 4, 5, seed=6)
        spoiled = np.where(np.arange(12).reshape(3, 4) == 5, np.nan, x)  # sample 1, input 1
        new, pullback = cell(params, spoiled, state)
        assert np.isnan(pullback(dstate)[0].W_x[1]).all()
        for array in new:
            assert np.isnan(array).any(axis=-1).tolist() == [False, True, False]


def test_the_gates_of_a_linear_cell_do_not_look_at_h():
    cell, params, x, (h,), dstate = case("gated", (), 4, 3, 5, seed=7)
    (_, _, (dh,)), (_, _, (other,)) = (cell(params, x, (own,))[1](dstate) for own in (h, 9 - h))
    np.testing.assert_array_equal(dh, other)


# --- unrolled --------------------------------------------------------------------------------------------------------


def net(kind, T=6, N=4, D=3, H=5, seed=0, ensemble=(), ring=(0.5, 0.99), **options):
    """A cell's name, its generic parameters, xs, and an initial state."""
    rng = np.random.default_rng(seed)
    name, _, arrays = KINDS[kind]
    angle = 6.0 if kind == "complex" else None
    params = models.init_linear(name, D, H, rng=rng, ring=ring, angle=angle, ensemble=ensemble, **options)
    own = getattr(params, "cell", params)
    own.b[...] = rng.standard_normal(own.b.shape)
    xs = rng.standard_normal((T, *ensemble, N, D)).astype(own.b.dtype)
    return name, params, xs, tuple(rng.standard_normal((*ensemble, N, H)).astype(own.b.dtype) for _ in range(arrays))


@each_kind
@pytest.mark.parametrize("readout", [None, 2])
@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("T", [1, 2, 20])
def test_the_whole_gradient_agrees_with_differences(kind, T, ensemble, readout):
    name, *at = net(kind, T, ensemble=ensemble, readout=readout)

    def f(at):
        outputs, tape = models.unroll(name, *at)
        return outputs, partial(models.through_time, tape)

    assert directional(f, tuple(at), rng=np.random.default_rng(1)).error <= 1e-6


@each_kind
@pytest.mark.parametrize("ensemble", [(), (2,)])
def test_the_initial_state_is_0_where_none_is_given(kind, ensemble):
    name, params, xs, state = net(kind, ensemble=ensemble)
    _, one_params, one_xs, _ = net(kind)  # shared by the ensemble
    silent = tree_map(np.zeros_like, state)
    for at in ((params, xs), (params, one_xs), (one_params, xs)):
        (outputs, tape), (same, _) = models.unroll(name, *at), models.unroll(name, *at, silent)
        np.testing.assert_array_equal(outputs, same)
        assert form(models.through_time(tape, np.ones_like(outputs))) == form((*at, silent))


@each_kind
@pytest.mark.parametrize("truncate", [None, 3])
@pytest.mark.parametrize("ensemble", [(), (2,)])
def test_one_input_map_for_all_times_equals_the_cell_step_by_step(kind, ensemble, truncate):
    name, params, xs, state = net(kind, T=8, ensemble=ensemble)

    def step_by_step(*at):  # a function of one's own is never taken apart
        return CELLS[name](*at)

    def all_of(cell):
        outputs, tape = models.unroll(cell, params, xs, state)
        doutputs = np.random.default_rng(1).standard_normal(outputs.shape)
        states = [step.output for step in tape]
        return outputs, states, models.through_time(tape, doutputs, truncate=truncate), probes.jacobian(tape[2:5])

    assert_close(all_of(name), all_of(step_by_step))


@each_kind
@pytest.mark.parametrize("truncate", [1, 4])
def test_a_truncated_gradient_reaches_no_further_than_its_span(kind, truncate):
    name, params, xs, state = net(kind, T=8)
    outputs, tape = models.unroll(name, params, xs, state)
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = 1
    _, dxs, _ = models.through_time(tape, doutputs, truncate=truncate)
    assert (abs(dxs).max(axis=(1, 2)) > 0).tolist() == [t >= 8 - truncate for t in range(8)]


def in_torch(torch, kind, params, xs, state):
    """All h of a cell, (T, N, H), by torch's operations alone, and complex numbers where there are any."""
    W_x, b, nu, *theta = params
    z = torch.einsum("tnd,dk->tnk", xs, W_x) + b
    if kind == "gated":
        z_r, z_i, us = z.chunk(3, dim=-1)
        a = torch.exp(8 * torch.sigmoid(z_r) * torch.nn.functional.logsigmoid(-nu))
        us = torch.sqrt(1 - a**2) * torch.sigmoid(z_i) * us
        h = state[0]
    elif kind == "real":
        a = torch.exp(-torch.exp(nu)).expand(len(xs), 1, -1)
        us = torch.sqrt(1 - a**2) * z
        h = state[0]
    else:
        size = torch.exp(-torch.exp(nu))
        a = torch.polar(size, theta[0]).expand(len(xs), 1, -1)
        us = torch.sqrt(1 - size**2) * torch.complex(*z.chunk(2, dim=-1))
        h = torch.complex(*state)
    hs = []
    for factor, u in zip(a, us, strict=True):
        h = factor * h + u
        hs.append(h.real)
    return torch.stack(hs)


@each_kind
@pytest.mark.parametrize("T", [1, 7, 200])
def test_outputs_and_all_gradients_agree_with_pytorch(kind, T):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # at these sizes, two of them mostly wait for each other
    name, params, xs, state = net(kind, T, seed=T, readout=2)
    outputs, tape = models.unroll(name, params, xs, state)
    doutputs = np.random.default_rng(8).standard_normal(outputs.shape)
    own, readout, its_xs, its_state = its = tree_map(
        lambda a: torch.tensor(a, requires_grad=True), (params.cell, params.readout, xs, state)
    )
    its_outputs = in_torch(torch, kind, own, its_xs, its_state) @ readout.W + readout.b
    its_outputs.backward(torch.tensor(doutputs))
    grads, dxs, dstate = models.through_time(tape, doutputs)
    computed = leaves((outputs, grads, dxs, dstate))
    exact = [its_outputs.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves(its))]
    for ours, theirs in zip(computed, exact, strict=True):
        assert abs(ours - theirs).max() <= 1e-10 * abs(theirs).max()


@each_kind
def test_a_linear_cell_learns_to_hold_the_first_of_its_inputs(kind):
    """Its own parameters alone, as a readout that learns could do the task with those that were drawn."""
    rng = np.random.default_rng(9)
    angle = 0.1 if kind == "complex" else None
    params = models.init_linear(KINDS[kind][0], 1, 8, rng=rng, ring=(0.9, 0.999), angle=angle, readout=1)

    def tasks():
        while True:
            xs = np.concatenate([rng.standard_normal((1, 32, 1)), 0.01 * rng.standard_normal((19, 32, 1))])
            yield xs, xs[0]

    def model(params, batch):
        run = train.sequence(KINDS[kind][0])(params, batch)
        return run._replace(grads=run.grads._replace(readout=tree_map(np.zeros_like, run.grads.readout)))

    records = [*train.fit(params, model, tasks(), optimizer=train.adam(0.06), steps=80)]
    assert np.mean([r.loss for r in records[-10:]]) < 0.1 * np.mean([r.loss for r in records[:10]])


# --- the gradient that can be written down ---------------------------------------------------------------------------


def with_size(kind, r, **options):
    """A net whose units all have |λ| = r, by nu as it is, or by s itself where r is above 1."""
    name, params, xs, _ = net(kind, **options)
    s = np.full_like(params.nu, -np.log(r))
    if r < 1:
        return name, params._replace(nu=np.log(s)), xs
    return partial(cells.diagonal, normalized=False, decay=ops.identity), params._replace(nu=s), xs


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("r", [0.9, 0.99, 0.999, 1.01])
def test_a_gradient_through_time_is_a_power_of_r_to_twelve_digits(kind, r):
    """Of any weights and any data; r = .9 leaves 2e-46 of it after a thousand steps."""
    T = 1000
    cell, params, xs = with_size(kind, r, T=T, N=2)
    outputs, tape = models.unroll(cell, params, xs, net(kind, N=2)[-1])
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = np.random.default_rng(10).standard_normal(outputs.shape[1:])
    norms = probes.norms_in_time(tape, doutputs)
    np.testing.assert_allclose(norms / norms[..., -1:], r ** np.arange(T - 1.0, -1, -1), rtol=1e-12)
    assert norms[0] / norms[-1] == pytest.approx(theory.gradient_ratio(r, T), rel=1e-12)


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_the_norms_of_its_jacobians_are_the_powers_of_its_eigenvalues(kind):
    name, params, xs, _ = net(kind, T=40, ring=(0.3, 0.999))
    tape = models.unroll(name, params, xs)[1]
    t, k = np.indices((40, 40))
    r = np.exp(-np.exp(params.nu))
    powers = np.tril(np.ones((40, 40)))[..., None] * r ** abs(t - k)[..., None]
    planes = 2 if kind == "complex" else 1  # an eigenvalue and its conjugate
    np.testing.assert_allclose(probes.jacobian_norms(tape), np.sqrt(planes * (powers**2).sum(axis=-1)), rtol=1e-12)
    np.testing.assert_allclose(probes.jacobian_norms(tape, spectral=True), powers.max(axis=-1), rtol=1e-12)


def test_the_eigenvalues_of_its_jacobian_are_lambda():
    name, params, xs, _ = net("complex", T=1, N=1)
    J = probes.jacobian(models.unroll(name, params, xs)[1])[0]
    λ = np.exp(-np.exp(params.nu) + 1j * params.theta)
    found = np.linalg.eigvals(J)
    np.testing.assert_allclose(np.sort_complex(found), np.sort_complex([*λ, *λ.conj()]), atol=1e-12)


def test_no_nu_makes_a_gradient_grow():
    nu = np.linspace(-40, 5, 50)
    params = Diagonal(np.ones((1, 50)), np.ones(50), nu)
    dh = np.ones((1, 50))
    assert (abs(cells.diagonal(params, np.ones((1, 1)), (dh,))[1]((dh,))[2][0]) <= 1).all()


def test_a_gated_jacobian_is_the_product_of_its_gates():
    name, params, xs, _ = net("gated", T=30)
    _, tape = models.unroll(name, params, xs)
    r = σ(xs @ params.W_x[:, :5] + params.b[:5])
    a = σ(-params.nu) ** (8 * r)
    from_first = a[1:].prod(axis=0)  # (N, H)
    exact = np.sqrt((from_first**2).sum(axis=-1).mean())
    assert probes.jacobian_norms(tape)[29, 0] == pytest.approx(exact, rel=1e-12)


# --- the ring and the normalization ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("r_min", "r_max"), [(0.0, 1.0), (0.5, 1.0), (0.9, 0.999), (0.999, 0.9999)])
@pytest.mark.parametrize("t", [0, 1, 10, 100, 999])
def test_the_ratio_of_a_ring_is_its_integral(t, r_min, r_max):
    """E r^(2t) with the density 2 r / (r_max² - r_min²) of a ring, by the midpoint rule."""
    r = r_min + (r_max - r_min) * (np.arange(200_000) + 0.5) / 200_000
    density = 2 * r / (r_max + r_min)  # times the width, r_max - r_min
    assert theory.ring_ratio(t, r_min, r_max) == pytest.approx(np.sqrt((density * r ** (2 * t)).mean()), rel=1e-5)


def test_the_whole_disc_has_a_power_law_and_a_circle_an_exponential():
    assert [theory.ring_ratio(t) for t in (0, 3, 99)] == pytest.approx([1, 1 / 2, 1 / 10], rel=1e-14)
    assert theory.ring_ratio(100, 0.9, 0.9) == pytest.approx(0.9**100, rel=1e-14)
    assert theory.ring_ratio(1000, 0.0, 0.5) == pytest.approx(0.5**1000 / 1001**0.5, rel=1e-12)  # its square is 0


@pytest.mark.parametrize(("ring", "t"), [((0.0, 1.0), 10), ((0.0, 1.0), 100), ((0.9, 0.999), 100)])
def test_a_ring_of_many_units_has_the_ratio_of_theory(ring, t):
    params = models.init_linear("diagonal", 1, 100_000, rng=np.random.default_rng(11), ring=ring, angle=1.0)
    r = np.exp(-np.exp(params.nu))
    assert np.sqrt((r ** (2 * t)).mean()) == pytest.approx(theory.ring_ratio(t, *ring), rel=0.03)


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("r", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("normalized", [True, False])
def test_white_noise_gives_h_the_size_that_theory_says(kind, r, normalized):
    T, H = 60, 100
    _, params, xs = with_size(kind, r, T=T, N=50, D=20, H=H, ring=(0.5, 0.9))
    params.b[...] = 0
    cell = partial(cells.diagonal, normalized=normalized)
    state = tuple(np.zeros((50, H)) for _ in range(KINDS[kind][2]))
    _, tape = models.unroll(cell, params, xs, state)
    for t in (1, 10, 60):
        size = np.sqrt(sum((array**2).mean() for array in tape[t - 1].output))
        assert size == pytest.approx(theory.memory_rms(r, t, normalized=normalized), rel=0.06)


def test_the_limits_of_a_memory():
    assert theory.memory_rms(0.99) == theory.memory_rms(0.99, 10_000) == 1
    assert theory.memory_rms(0.99, normalized=False) == pytest.approx(1 / (1 - 0.99**2) ** 0.5, rel=1e-12)
    assert theory.memory_rms(1.0, 100, normalized=False) == 10
    assert theory.memory_rms(1.0, 100) == 0
    sums = [np.sqrt(sum(r ** (2.0 * k) for k in range(30))) for r in (0.0, 0.7, 1.1)]
    assert [theory.memory_rms(r, 30, normalized=False) for r in (0.0, 0.7, 1.1)] == pytest.approx(sums, rel=1e-12)
    assert theory.memory_rms(1.1, normalized=False) == theory.memory_rms(1.0, normalized=False) == np.inf
    assert theory.gradient_ratio(1.1, 10**6) == np.inf


# --- first parameters ------------------------------------------------------------------------------------------------


@each_kind
@pytest.mark.parametrize("ensemble", [(), (3,)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_first_parameters_have_their_form(kind, ensemble, dtype):
    name, params, xs, state = net(kind, ensemble=ensemble, readout=2, dtype=dtype)
    parts = KINDS[kind][1]
    assert params.cell.W_x.shape == (*ensemble, 3, parts * 5)
    assert params.cell.b.shape == (*ensemble, parts * 5)
    assert params.cell.nu.shape == (*ensemble, 5)
    assert isinstance(params.readout, Affine)
    outputs, tape = models.unroll(name, params, xs)
    assert form(models.through_time(tape, np.ones_like(outputs))) == form((params, xs, tree_map(np.zeros_like, state)))
    assert {array.dtype.name for array in leaves([params, [step.output for step in tape]])} == {dtype}


@pytest.mark.parametrize("angle", [None, 1.0])
def test_sizes_are_uniform_in_area_and_angles_in_their_span(angle):
    params = models.init_linear("diagonal", 2, 50_000, rng=np.random.default_rng(12), ring=(0.6, 0.9), angle=angle)
    area = np.sort(np.exp(-2 * np.exp(params.nu)))
    np.testing.assert_allclose(area, np.linspace(0.36, 0.81, 50_000), atol=0.01)
    if angle is None:
        assert params.theta is None
    else:
        np.testing.assert_allclose(np.sort(params.theta), np.linspace(0, 1, 50_000), atol=0.02)


def test_a_gated_cell_has_the_ring_at_an_open_recurrence_gate_and_its_root_at_x_0():
    params = models.init_linear("gated_linear", 2, 2000, rng=np.random.default_rng(13), ring=(0.6, 0.9))
    one = np.ones((1, 2000))
    at_rest = cells.gated_linear(params, np.zeros((1, 2)), (one,))[1]((one,))[2][0]
    assert 0.6 <= (at_rest**2).min() < 0.61
    assert 0.89 < (at_rest**2).max() <= 0.9
    params.b[:2000] = 100
    open_gate = cells.gated_linear(params, np.zeros((1, 2)), (one,))[1]((one,))[2][0]
    np.testing.assert_allclose(open_gate, at_rest**2, rtol=1e-12)


@pytest.mark.parametrize("angle", [None, 6.28])
def test_what_x_brings_has_the_variance_of_x(angle):
    params = models.init_linear("diagonal", 50, 4000, rng=np.random.default_rng(14), angle=angle)
    assert (params.W_x**2).sum() / 4000 == pytest.approx(1, rel=0.02)


# --- bad input -------------------------------------------------------------------------------------------------------

_, REAL, XS, (H0,) = net("real")
_, COMPLEX, _, STATE = net("complex")
GATED = net("gated")[1]
draw = partial(models.init_linear, rng=np.random.default_rng(0))
BAD_CALLS = {
    "another cell's parameters": (lambda: cells.diagonal(GATED, XS[0], (H0,)), ["params is", "Diagonal"]),
    "a gate's of none": (lambda: cells.gated_linear(REAL, XS[0], (H0,)), ["params is", "GatedLinear"]),
    "a real state for a complex cell": (lambda: cells.diagonal(COMPLEX, XS[0], (H0,)), ["state is", "a tuple of 2"]),
    "a complex state for a real cell": (lambda: cells.diagonal(REAL, XS[0], STATE), ["state is", "a tuple of 1"]),
    "a state of another width": (
        lambda: cells.diagonal(REAL, XS[0], (H0[:, :4],)),
        ["state has shape (4, 4)", "allowed is (4, 5)"],
    ),
    "a state to broadcast": (
        lambda: models.unroll("diagonal", COMPLEX, XS, (H0, H0[:1])),
        ["state has shape (1, 5)", "allowed is (4, 5)"],
    ),
    "a state of another precision": (
        lambda: cells.diagonal(REAL, XS[0], (H0.astype(np.float32),)),
        ["state is float32, but x is float64"],
    ),
    "nu of another width": (
        lambda: cells.diagonal(REAL._replace(nu=REAL.nu[:4]), XS[0], (H0,)),
        ["nu has shape (4,)", "(5,)"],
    ),
    "nu of another precision": (
        lambda: cells.gated_linear(GATED._replace(nu=GATED.nu.astype(np.float32)), XS[0], (H0,)),
        ["nu is float32, but x is float64"],
    ),
    "theta of another width": (
        lambda: models.unroll("diagonal", COMPLEX._replace(theta=np.ones(4)), XS),
        ["theta has shape (4,)", "(5,)"],
    ),
    "an odd number of parts": (
        lambda: cells.gated_linear(GatedLinear(np.ones((3, 7)), np.ones(7), np.ones(2)), XS[0], (H0,)),
        ["W_x has shape (3, 7)", "3 H"],
    ),
    "x of another width": (lambda: models.unroll("diagonal", REAL, XS[..., :2]), ["x has shape (4, 2)", "(..., N, 3)"]),
    "a flag that is none": (lambda: cells.diagonal(REAL, XS[0], (H0,), normalized=1), ["normalized is 1"]),
    "a cell with a matrix": (lambda: draw("rnn", 2, 3), ["cell is 'rnn'", "'diagonal', 'gated_linear'"]),
    "no matrix to draw": (lambda: models.init_recurrent("diagonal", 2, 3, rng=0), ["cell is 'diagonal'", "'rnn'"]),
    "an angle of real gates": (lambda: draw("gated_linear", 2, 3, angle=1.0), ["angle is 1.0", "'diagonal' alone"]),
    "an angle of more than a turn": (lambda: draw("diagonal", 2, 3, angle=7.0), ["angle is 7.0", "from 0.0 to 6.28"]),
    **{
        f"a ring of {ring}": (lambda ring=ring: draw("diagonal", 2, 3, ring=ring), ["ring is", "r_min <= r_max <= 1"])
        for ring in [(0.9, 0.5), (-0.1, 0.5), (0.5, 1.01), (1, 1), (0, 0), 0.9, (0.9,), (np.nan, 0.9), ("a", "b"), None]
    },
    "a ring inside out": (lambda: theory.ring_ratio(3, 0.9, 0.5), ["r_min is 0.9", "0.5"]),
    "an explosion to normalize": (lambda: theory.memory_rms(1.1, 3), ["r is 1.1", "from 0 to 1"]),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(case):
    call, words = BAD_CALLS[case]
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)
