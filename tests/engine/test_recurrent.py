"""A cell unrolled in time: its whole gradient, cut or not, its first parameters, and PyTorch's answer."""

from __future__ import annotations

import functools
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from vgrad import cells, init, models, ops
from vgrad.cells import GATES, STATES
from vgrad.cells.gated import CELLS
from vgrad.gradcheck import directional
from vgrad.models import Sequence
from vgrad.ops import Affine
from vgrad.tape import backprop, leaves, tree_map

LSTM, GRU = "ifgo", "run"  # the gates, in their order


def net(name, T=6, N=4, D=3, H=5, seed=0, ensemble=(), readout=None, dtype="float64"):
    """Generic parameters, no bias 0 among them, xs, and an initial state."""
    rng = np.random.default_rng(seed)
    params = models.init_recurrent(
        name, D, H, rng=rng, scheme="torch_recurrent", readout=readout, ensemble=ensemble, dtype=dtype
    )
    state = tuple(rng.standard_normal((*ensemble, N, H)).astype(dtype) for _ in range(STATES[name]))
    return params, rng.standard_normal((T, *ensemble, N, D)).astype(dtype), state


def cotangent(outputs, seed=99):
    return np.random.default_rng(seed).standard_normal(np.shape(outputs)).astype(outputs.dtype)


def form(tree):
    """The types and shapes of a tree of arrays."""
    return (type(tree), *map(form, tree)) if isinstance(tree, tuple) else (tree.shape, tree.dtype)


def assert_close(computed, exact, tolerance=1e-12):
    """Relative to the largest entry of each array."""

    def compare(a, b):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * abs(b).max())

    tree_map(compare, computed, exact)


def total(gradients):
    """The sum of several trees."""
    return tree_map(lambda *each: sum(each), *gradients)


# --- against differences ---------------------------------------------------------------------------------------------


def all_outputs(name):
    """A loss at every step."""

    def f(at):
        outputs, tape = models.unroll(name, *at)
        return outputs, partial(models.through_time, tape)

    return f


def last_output(name):
    """A loss at the last step only."""

    def f(at):
        outputs, tape = models.unroll(name, *at)
        silent = np.zeros_like(outputs[:-1])
        return outputs[-1], lambda dy: models.through_time(tape, np.concatenate([silent, dy[None]]))

    return f


def last_state(name):
    """A loss of the last state, h and c, pulled back along the tape by hand."""

    def f(at):
        _, tape = models.unroll(name, *at)

        def pullback(dstate):
            *adjoints, at_input = backprop(tape, dstate)
            handed_on = zip(*(adjoint.grads for adjoint in reversed(adjoints)), strict=True)
            return *tape.input_map.pullback(tuple(handed_on)), at_input.cotangent

        return tape[-1].output, pullback

    return f


@pytest.mark.parametrize("readout", [None, 2])
@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("T", [1, 2, 7, 20])
@pytest.mark.parametrize("loss", [all_outputs, last_output])
@pytest.mark.parametrize("name", CELLS)
def test_the_whole_gradient_agrees_with_differences(name, loss, T, ensemble, readout):
    at = net(name, T, seed=T, ensemble=ensemble, readout=readout)
    assert directional(loss(name), at, rng=np.random.default_rng(1)).error <= 1e-6


@pytest.mark.parametrize("ensemble", [(), (3,)])
@pytest.mark.parametrize("T", [1, 2, 7, 20])
@pytest.mark.parametrize("name", CELLS)
def test_the_gradient_of_the_last_state_agrees_with_differences(name, T, ensemble):
    at = net(name, T, seed=T, ensemble=ensemble)
    assert directional(last_state(name), at, rng=np.random.default_rng(2)).error <= 1e-6


@pytest.mark.parametrize("argument", range(3))
@pytest.mark.parametrize("name", CELLS)
def test_each_arguments_gradient_agrees_with_differences(name, argument):
    at = net(name, readout=2)

    def one(own):
        outputs, pullback = all_outputs(name)((*at[:argument], own, *at[argument + 1 :]))
        return outputs, lambda doutputs: pullback(doutputs)[argument]

    assert directional(one, at[argument], rng=np.random.default_rng(3)).error <= 1e-6


@pytest.mark.parametrize("shared", ["params", "xs"])
@pytest.mark.parametrize("name", CELLS)
def test_what_an_ensemble_shares_gets_the_sum_of_its_gradients(name, shared):
    every, one = (
        dict(zip(("params", "xs", "state"), net(name, seed=4, ensemble=ensemble, readout=2), strict=True))
        for ensemble in ((3,), ())
    )
    at = tuple((every | {shared: one[shared]}).values())
    assert directional(all_outputs(name), at, rng=np.random.default_rng(4)).error <= 1e-6


@pytest.mark.parametrize("name", CELLS)
def test_an_ensemble_equals_its_nets_one_by_one(name):
    def run(params, xs, state, doutputs):
        outputs, tape = models.unroll(name, params, xs, state)
        return outputs, models.through_time(tape, doutputs)

    params, xs, state = net(name, ensemble=(3,), readout=2)
    doutputs = np.random.default_rng(5).standard_normal((6, 3, 4, 2))
    outputs, (grads, dxs, dstate) = run(params, xs, state, doutputs)
    for s in range(3):
        own = partial(tree_map, lambda a, s=s: a[s])
        alone = run(own(params), xs[:, s], own(state), doutputs[:, s])
        assert_close((outputs[:, s], (own(grads), dxs[:, s], own(dstate))), alone)


# --- the tape --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readout", [None, 2])
@pytest.mark.parametrize("name", CELLS)
def test_the_tape_names_every_step_and_holds_its_full_state(name, readout):
    params, xs, state = net(name, T=3, ensemble=(2,), readout=readout)
    outputs, tape = models.unroll(name, params, xs, state)
    last = ["readout"] if readout else []
    assert [step.name for step in tape] == [f"{name} 1", f"{name} 2", f"{name} 3", *last]
    assert all(form(step.output) == form(state) for step in tape[:3])
    hs = np.stack([step.output[0] for step in tape[:3]])
    if readout:
        assert tape[-1].output is outputs
        assert_close(outputs, hs @ params.readout.W + params.readout.b[:, None, :])
    else:
        np.testing.assert_array_equal(outputs, hs)


@pytest.mark.parametrize("name", CELLS)
def test_unrolling_is_one_step_after_the_other_and_may_go_on_later(name):
    params, xs, state = net(name)
    outputs, tape = models.unroll(name, params, xs, state)
    for step, x in zip(tape, xs, strict=True):
        state, _ = CELLS[name](params, x, state)
        tree_map(np.testing.assert_array_equal, step.output, state)
    later, _ = models.unroll(name, params, xs[2:], tape[1].output)
    np.testing.assert_array_equal(later, outputs[2:])


@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("name", CELLS)
def test_the_initial_state_is_0_where_none_is_given(name, ensemble):
    params, xs, state = net(name, ensemble=ensemble)
    one_params, one_xs, _ = net(name)  # shared by the ensemble
    silent = tree_map(np.zeros_like, state)
    for at in ((params, xs), (params, one_xs), (one_params, xs)):
        (outputs, tape), (same, _) = models.unroll(name, *at), models.unroll(name, *at, silent)
        np.testing.assert_array_equal(outputs, same)
        assert form(models.through_time(tape, cotangent(outputs))) == form((*at, silent))


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("name", CELLS)
def test_gradients_have_the_form_of_the_arguments_and_all_stays_in_their_precision(name, dtype):
    at = net(name, ensemble=(2,), readout=3, dtype=dtype)
    outputs, tape = models.unroll(name, *at)
    assert outputs.shape == (6, 2, 4, 3)
    assert form(models.through_time(tape, cotangent(outputs))) == form(at)
    assert {array.dtype.name for array in leaves([step.output for step in tape])} == {dtype}


def test_a_function_of_ones_own_serves_as_a_cell():
    def leaky(params, x, state):
        (h,), pullback = cells.rnn(params, x, state)
        (old,) = state

        def leaky_pullback(dstate):
            grads, dx, (dh,) = pullback((0.5 * dstate[0],))
            return grads, dx, (dh + 0.5 * dstate[0],)

        return (0.5 * old + 0.5 * h,), leaky_pullback

    at = net("rnn")
    assert [step.name for step in models.unroll(leaky, *at)[1]][:2] == ["leaky 1", "leaky 2"]
    assert directional(all_outputs(leaky), at, rng=np.random.default_rng(6)).error <= 1e-6


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_goes_by_its_name_or_itself(name):
    params, xs, _ = net(name)
    np.testing.assert_array_equal(models.unroll(CELLS[name], params, xs)[0], models.unroll(name, params, xs)[0])


# --- through time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CELLS)
def test_losses_at_every_step_add_up_to_the_sum_of_separate_losses(name):
    params, xs, state = net(name)
    outputs, tape = models.unroll(name, params, xs, state)
    doutputs = cotangent(outputs)
    separate = [models.through_time(tape, np.where(np.arange(6)[:, None, None] == t, doutputs, 0)) for t in range(6)]
    assert_close(models.through_time(tape, doutputs), total(separate))
    for t, (_, dxs, _) in enumerate(separate):
        assert not dxs[t + 1 :].any()  # nothing reaches the future
        assert (abs(dxs[: t + 1]).max(axis=(1, 2)) > 0).all()


def spans_apart(name, params, xs, state, doutputs, span):
    """What truncation means: each span of steps is a run of its own, that starts from a given state."""
    grads, dxs, dstates = [], [], []
    for start in range(0, len(xs), span):
        cut = slice(start, start + span)
        _, tape = models.unroll(name, params, xs[cut], state)
        state = tape[min(span, len(xs) - start) - 1].output
        for parts, part in zip((grads, dxs, dstates), models.through_time(tape, doutputs[cut]), strict=True):
            parts.append(part)
    return total(grads), np.concatenate(dxs), dstates[0]


@pytest.mark.parametrize("readout", [None, 2])
@pytest.mark.parametrize("span", range(1, 9))
@pytest.mark.parametrize("name", CELLS)
def test_a_truncated_gradient_is_that_of_its_spans_one_by_one(name, span, readout):
    params, xs, state = net(name, T=7, readout=readout)
    outputs, tape = models.unroll(name, params, xs, state)
    doutputs = cotangent(outputs)
    truncated = models.through_time(tape, doutputs, truncate=span)
    assert_close(truncated, spans_apart(name, params, xs, state, doutputs, span))
    whole = models.through_time(tape, doutputs)
    if span >= 7:
        tree_map(np.testing.assert_array_equal, truncated, whole)
    else:
        assert abs(truncated[1][0] - whole[1][0]).max() > 1e-6


def test_truncation_hides_what_lies_more_than_a_span_back():
    outputs, tape = models.unroll("rnn", *net("rnn", T=7))
    doutputs = np.zeros_like(outputs)
    doutputs[-1] = 1
    for span in range(1, 8):
        reached = abs(models.through_time(tape, doutputs, truncate=span)[1]).max(axis=(1, 2)) > 0
        assert reached.tolist() == [t >= 6 - 6 % span for t in range(7)]


def test_a_gradient_keeps_no_state():
    outputs, tape = models.unroll("lstm", *net("lstm", readout=2))
    doutputs = cotangent(outputs)
    first = tree_map(np.copy, models.through_time(tape, doutputs))
    models.through_time(tape, cotangent(outputs, seed=7), truncate=2)
    tree_map(np.testing.assert_array_equal, models.through_time(tape, doutputs), first)


# --- PyTorch ---------------------------------------------------------------------------------------------------------

MODULES = {
    "rnn": lambda nn, *sizes: nn.RNN(*sizes),
    "relu_rnn": lambda nn, *sizes: nn.RNN(*sizes, nonlinearity="relu"),
    "lstm": lambda nn, *sizes: nn.LSTM(*sizes),
    "gru": lambda nn, *sizes: nn.GRU(*sizes),
}


def ours(name, W_x, W_h, b_x, b_h):
    """PyTorch's weights, or their gradients, in our form."""
    return cells.GRUParams(W_x.T, W_h.T, b_x, b_h) if name == "gru" else cells.Recurrent(W_x.T, W_h.T, b_x + b_h)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", CELLS)
def test_outputs_and_all_gradients_agree_with_pytorch(name, seed):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # at these sizes, two of them mostly wait for each other
    rng = np.random.default_rng(seed)
    T, (N, D, H) = (1, 200, *rng.integers(2, 60, size=2))[seed], rng.integers(1, 9, size=3)
    torch.manual_seed(seed)
    module = MODULES[name](torch.nn, int(D), int(H)).double()
    xs, *state = its = [
        torch.tensor(rng.standard_normal(shape), requires_grad=True)
        for shape in ((T, N, D), *[(1, N, H)] * STATES[name])
    ]
    its_outputs, _ = module(xs, tuple(state) if len(state) > 1 else state[0])
    doutputs = rng.standard_normal(its_outputs.shape)
    its_outputs.backward(torch.tensor(doutputs))
    its_weights = list(module.parameters())
    W_x, W_h, b_x, b_h = (weight.grad.numpy() for weight in its_weights)
    its_grads = ours(name, W_x, W_h, b_x, b_h if name == "gru" else 0 * b_h)  # our one b stands for both of theirs

    params = ours(name, *(weight.detach().numpy() for weight in its_weights))
    outputs, tape = models.unroll(name, params, xs.detach().numpy(), tuple(h.detach().numpy()[0] for h in state))
    expected = its_grads, xs.grad.numpy(), tuple(h.grad.numpy()[0] for h in its[1:])
    assert_close(outputs, its_outputs.detach().numpy(), tolerance=1e-10)
    assert_close(models.through_time(tape, doutputs), expected, tolerance=1e-10)


# --- init_recurrent --------------------------------------------------------------------------------------------------


def draw(cell="lstm", D=30, H=200, seed=0, **options):
    return models.init_recurrent(cell, D, H, **{"rng": np.random.default_rng(seed)} | options)


def gates(array, name):
    return np.split(array, GATES[name], axis=-1)


@pytest.mark.parametrize("scheme", init.SCHEMES)
@pytest.mark.parametrize("name", CELLS)
def test_each_gate_is_drawn_by_itself_with_the_scale_of_its_own_fans(name, scheme):
    W_x, W_h, *_ = draw(name, 20, 100, scheme=scheme, gain=-0.5)
    for array, fans, gain in ((W_x, (20, 100), 1.0), (W_h, (100, 100), -0.5)):
        blocks = gates(array, name)
        std = init.SCHEMES[scheme].std(*fans, None)
        for block in blocks:
            assert block.shape == fans
            assert np.mean(block**2) == pytest.approx((gain * std) ** 2, rel=5 * (2 / block.size) ** 0.5)
        assert all((one != other).any() for one, other in pairwise(blocks)) or scheme == "identity"


@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("name", CELLS)
def test_orthogonal_recurrent_weights_are_orthogonal_gate_by_gate(name, ensemble):
    params = draw(name, 3, 8, recurrent="orthogonal", gain=0.9, ensemble=ensemble)
    for W in gates(params.W_h, name):
        gram = W.swapaxes(-1, -2) @ W
        np.testing.assert_allclose(gram, np.broadcast_to(0.81 * np.eye(8), gram.shape), atol=1e-14)


@pytest.mark.parametrize("gain", [1.0, 0.5])
@pytest.mark.parametrize("name", CELLS)
def test_identity_recurrent_weights_are_the_identity_times_gain(name, gain):
    params = draw(name, 3, 8, recurrent="identity", gain=gain, ensemble=(2,))
    for W in gates(params.W_h, name):
        np.testing.assert_allclose(W, np.broadcast_to(gain * np.eye(8), W.shape), rtol=1e-15)
    assert np.ptp(params.W_x) > 0


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("name", CELLS)
def test_an_array_of_recurrent_weights_serves_each_gate(name, ensemble, dtype):
    own = np.random.default_rng(1).integers(-8, 8, (*ensemble, 5, 5)) / 8  # exact in float16
    params = draw(name, 3, 5, recurrent=own, gain=np.float64(0.5), ensemble=ensemble, dtype=dtype)
    for W in gates(params.W_h, name):
        np.testing.assert_array_equal(W, 0.5 * own)
    assert {array.dtype.name for array in params} == {dtype}
    assert not np.shares_memory(params.W_h, own)


@pytest.mark.parametrize("name", CELLS)
def test_torch_recurrent_has_the_bounds_of_pytorch(name):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    D, H = 30, 200
    module, params = MODULES[name](torch.nn, D, H), draw(name, D, H, scheme="torch_recurrent")
    W_x, W_h, b_x, b_h = (weight.detach().numpy() for weight in module.parameters())
    for mine, its in zip(params, ours(name, W_x, W_h, b_x, b_h), strict=True):
        bound = H**-0.5 if mine.ndim == 2 or name == "gru" else 2 * H**-0.5  # our one b stands for both of theirs
        assert abs(mine).max() <= bound
        assert abs(mine).max() == pytest.approx(abs(its).max(), rel=1e-3 if mine.ndim == 2 else 0.2)


@pytest.mark.parametrize("readout", [None, 3])
@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("name", CELLS)
def test_parameters_have_the_form_the_ensemble_axes_and_the_precision_asked_for(name, dtype, ensemble, readout):
    params = draw(name, 3, 4, dtype=dtype, ensemble=ensemble, readout=readout, gain=np.float64(0.7))
    own, width = params.cell if readout else params, 4 * GATES[name]
    cell = cells.GRUParams if name == "gru" else cells.Recurrent
    assert type(own) is cell
    assert [p.shape for p in own] == [
        (*ensemble, *shape) for shape in ((3, width), (4, width), *[(width,)] * (len(own) - 2))
    ]
    if readout:
        assert isinstance(params, Sequence)
        assert [p.shape for p in params.readout] == [(*ensemble, 4, 3), (*ensemble, 3)]
    assert {array.dtype.name for array in leaves(params)} == {dtype}


def test_the_same_generator_gives_the_same_parameters():
    first, again, other = (draw(seed=seed, chrono=9.0, readout=2) for seed in (3, 3, 4))
    tree_map(np.testing.assert_array_equal, first, again)
    assert (first.cell.W_h != other.cell.W_h).all()


# --- biases ----------------------------------------------------------------------------------------------------------


def biases(order, params):
    """b of each gate, by its letter; of a GRU both together."""
    return dict(zip(order, np.split(sum(params[2:]), len(order), axis=-1), strict=True))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (dict(), dict()),
        (dict(forget_bias=1.0), dict(f=1.0)),
        (dict(forget_bias=-2), dict(f=-2.0)),
        (dict(forget_bias=3.0, paired=True), dict(f=3.0, i=-3.0)),
        (dict(paired=True), dict()),
        (dict(chrono=2), dict()),  # ln U(1, 1)
    ],
)
def test_an_lstms_biases_are_0_but_for_the_forget_gates_and_its_pair(options, expected):
    for gate, b in biases(LSTM, draw(H=5, ensemble=(2,), **options)).items():
        np.testing.assert_array_equal(b, np.full((2, 5), expected.get(gate, 0.0)))


@pytest.mark.parametrize("bias", [0.0, 1.0, -2])
def test_a_grus_biases_are_0_but_for_the_update_gates(bias):
    params = draw("gru", H=5, ensemble=(2,), update_bias=bias)
    for gate, b in biases(GRU, params).items():
        np.testing.assert_array_equal(b, np.full((2, 5), bias if gate == "u" else 0.0))
    assert not params.b_h.any()


@pytest.mark.parametrize("T", [3.0, 20, 784])
def test_chrono_draws_forget_biases_whose_time_scale_is_uniform_up_to_T(T):
    b = biases(LSTM, draw(D=1, H=2, ensemble=(2000,), chrono=T))
    np.testing.assert_array_equal(b["i"], -b["f"])
    assert not np.stack([b["g"], b["o"]]).any()
    scale = np.exp(b["f"])  # 1 / (1 - σ(b_f)) = 1 + e^{b_f}: a gate forgets in so many steps
    assert 1 <= scale.min() < scale.max() <= T - 1
    uniform = (np.sort(scale, axis=None) - 1) / (T - 2)
    expected = (np.arange(uniform.size) + 0.5) / uniform.size
    assert abs(uniform - expected).max() < 2 / uniform.size**0.5  # Kolmogorov: passed by all but 1 in 1500


@pytest.mark.parametrize("scheme", ["torch_linear", "torch_recurrent"])
def test_a_bias_asked_for_is_added_to_the_schemes_own(scheme):
    plain, shifted = (biases(LSTM, draw(scheme=scheme, forget_bias=b)) for b in (0.0, 1.5))
    for gate in LSTM:
        assert np.unique(plain[gate]).size > 1
        np.testing.assert_allclose(shifted[gate], plain[gate] + 1.5 * (gate == "f"), rtol=1e-15)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(cell="elman"), ["cell is 'elman'", "'rnn', 'relu_rnn', 'lstm', 'gru'"]),
        (dict(D=0), ["D is 0", "a whole number from 1 to"]),
        (dict(H=2.5), ["H is 2.5", "a whole number from 1 to"]),
        (dict(readout=0), ["readout is 0", "a whole number from 1 to"]),
        (dict(scheme="magic"), ["scheme is 'magic'", "'orthogonal'"]),
        (dict(recurrent="magic"), ["recurrent is 'magic'", "'orthogonal'"]),
        (dict(recurrent=np.eye(3)), ["recurrent has shape (3, 3)", "4, 4"]),
        (dict(recurrent=np.eye(4), ensemble=(2,)), ["recurrent has shape (4, 4)", "4, 4"]),
        (dict(gain=float("nan")), ["gain is nan", "a finite number"]),
        (dict(gain=float("inf"), recurrent=np.eye(4)), ["gain is inf", "a finite number"]),
        (dict(dtype="int8"), ["dtype is 'int8'", "'float16', 'float32', 'float64'"]),
        (dict(forget_bias=float("nan")), ["forget_bias is nan", "a finite number"]),
        (dict(forget_bias="1"), ["forget_bias is '1'", "a finite number"]),
        (dict(chrono=1.5), ["chrono is 1.5", "a finite number of at least 2"]),
        (dict(chrono=0), ["chrono is 0", "a finite number of at least 2"]),
        (dict(update_bias=1.0), ["update_bias is 1.0", "cell is 'lstm'", "gru"]),
        (dict(cell="gru", update_bias=float("inf")), ["update_bias is inf", "a finite number"]),
        (dict(cell="gru", forget_bias=1.0), ["forget_bias is 1.0", "cell is 'gru'", "lstm"]),
        (dict(cell="rnn", forget_bias=-1.0), ["forget_bias is -1.0", "cell is 'rnn'", "lstm"]),
        (dict(cell="rnn", update_bias=1.0), ["update_bias is 1.0", "cell is 'rnn'", "gru"]),
        (dict(cell="gru", paired=True), ["paired is True", "cell is 'gru'", "lstm"]),
        (dict(cell="relu_rnn", chrono=20.0), ["chrono is 20.0", "cell is 'relu_rnn'", "lstm"]),
    ],
)
def test_bad_input_to_init_recurrent_is_named_with_its_value_and_what_is_allowed(options, words):
    with pytest.raises(ValueError, match="allowed") as caught:
        draw(**{"D": 3, "H": 4} | options)
    assert all(word in str(caught.value) for word in words)


PARAMS, XS, (H0, C0) = net("lstm")
RUN, READ = (models.unroll("lstm", params, XS)[1] for params in (PARAMS, net("lstm", readout=2)[0]))
BAD_CALLS = {
    "an unknown cell": (lambda: models.unroll("elman", PARAMS, XS), ["cell is 'elman'", "'rnn', 'relu_rnn'"]),
    "xs without a batch": (lambda: models.unroll("lstm", PARAMS, XS[0]), ["xs has shape (4, 3)", "(T, ..., N, D)"]),
    "xs of no step": (lambda: models.unroll("lstm", PARAMS, XS[:0]), ["xs has shape (0, 4, 3)", "T >= 1"]),
    "xs of another width": (lambda: models.unroll("lstm", PARAMS, XS[..., :2]), ["x has shape (4, 2)", "(..., N, 3)"]),
    "a state without c": (lambda: models.unroll("lstm", PARAMS, XS, (H0,)), ["state"]),
    "a state of another width": (
        lambda: models.unroll("lstm", PARAMS, XS, (H0[:, :4], C0)),
        ["state has shape (4, 4)", "allowed is (4, 5)"],
    ),
    "too few doutputs": (
        lambda: models.through_time(RUN, np.ones((5, 4, 5))),
        ["doutputs has shape (5, 4, 5)", "allowed is (6, 4, 5)"],
    ),
    "too few doutputs of a readout": (
        lambda: models.through_time(READ, np.ones((5, 4, 2))),
        ["doutputs has shape (5, 4, 2)", "allowed is (6, 4, 2)"],
    ),
    "doutputs of other samples": (
        lambda: models.through_time(RUN, np.ones((6, 1, 5))),
        ["doutputs has shape (6, 1, 5)", "allowed is (6, 4, 5)"],
    ),
    **{
        f"truncate={span!r}": (
            lambda span=span: models.through_time(RUN, np.ones((6, 4, 5)), truncate=span),
            [f"truncate is {span!r}", "a whole number from 1 to"],
        )
        for span in (0, -1, 2.0, True)
    },
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(case):
    call, words = BAD_CALLS[case]
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words)


# --- what would be silently wrong ------------------------------------------------------------------------------------


class Nested(NamedTuple):
    """An rnn's parameters in another form."""

    inputs: Affine
    W_h: np.ndarray


def nested_rnn(params, x, state):
    z, x_pullback = ops.affine(params.inputs, x)
    z_h, h_pullback = ops.product(params.W_h, *state)
    h, phi_pullback = ops.tanh(z + z_h)

    def pullback(dstate):
        dz = phi_pullback(*dstate)
        (dinputs, dx), (dW_h, dh) = x_pullback(dz), h_pullback(dz)
        return Nested(dinputs, dW_h), dx, (dh,)

    return (h,), pullback


def test_a_cell_of_ones_own_with_parameters_in_its_own_form_is_summed_over_time_too():
    rng = np.random.default_rng(0)
    params = models.init_recurrent("rnn", 3, 4, rng=rng)
    xs, doutputs = rng.standard_normal((6, 5, 3)), rng.standard_normal((6, 5, 4))
    own = Nested(Affine(params.W_x, params.b), params.W_h)
    zero = (np.zeros((5, 4)),)
    grads, dxs, _ = models.through_time(models.unroll("rnn", params, xs)[1], doutputs)
    own_grads, own_dxs, _ = models.through_time(models.unroll(nested_rnn, own, xs, zero)[1], doutputs)
    np.testing.assert_allclose(own_grads.inputs.W, grads.W_x, rtol=1e-12)
    np.testing.assert_allclose(own_grads.inputs.b, grads.b, rtol=1e-12)
    np.testing.assert_allclose(own_grads.W_h, grads.W_h, rtol=1e-12)
    np.testing.assert_allclose(own_dxs, dxs, rtol=1e-12)


@pytest.mark.parametrize(("cell", "drawn"), [("lstm", "rnn"), ("rnn", "lstm"), ("relu_rnn", "lstm")])
@pytest.mark.parametrize("H", [4, 5])
def test_a_cell_refuses_the_parameters_of_another(cell, drawn, H):
    params = models.init_recurrent(drawn, 2, H, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"W_h has shape .*; allowed is \(..., H, \d H\)"):
        models.unroll(cell, params, np.ones((3, 5, 2)))


@pytest.mark.parametrize("dtypes", [("float16", "float64"), ("float64", "float32"), ("float32", "float16")])
def test_two_precisions_are_refused_in_place_of_widening_one(dtypes):
    params = models.init_recurrent("gru", 2, 4, rng=np.random.default_rng(0), dtype=dtypes[0])
    with pytest.raises(ValueError, match=f"x is {dtypes[1]}, but W is {dtypes[0]}; allowed is one precision"):
        models.unroll("gru", params, np.ones((3, 5, 2), dtypes[1]))


@pytest.mark.parametrize("truncate", [None, 1, 4, 10])
def test_the_way_back_yields_the_readout_then_every_step_then_the_input(truncate):
    params = models.init_recurrent("lstm", 2, 4, rng=np.random.default_rng(0), readout=3)
    outputs, tape = models.unroll("lstm", params, np.ones((10, 5, 2)))
    names = [adjoint.name for adjoint in models.back_through_time(tape, np.ones_like(outputs), truncate=truncate)]
    assert names == ["readout", *(f"lstm {t}" for t in range(10, 0, -1)), "input"]


def test_a_wrapper_around_a_cell_is_called_at_every_step_whatever_its_name():
    called = []

    @functools.wraps(CELLS["gru"])
    def counted(*given):
        called.append(1)
        return CELLS["gru"](*given)

    params, xs, state = net("gru", 4, seed=1)
    outputs, tape = models.unroll(counted, params, xs, state)
    assert len(called) == 4
    assert_close(outputs, models.unroll("gru", params, xs, state)[0])
    doutputs = np.ones_like(outputs)
    expected = models.through_time(models.unroll("gru", params, xs, state)[1], doutputs)
    assert_close(models.through_time(tape, doutputs), expected)
