"""The gradient check accepts right pullbacks and catches wrong ones, at kinks, in vanishing nets and at any scale."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import cells, models, ops
from vgrad.gradcheck import VERDICTS, Comparison, directional
from vgrad.tape import tree_map

RNG = np.random.default_rng(0)
PARAMS, X = ops.Affine(RNG.standard_normal((3, 3)), RNG.standard_normal(3)), RNG.standard_normal((4, 3))
Z = X + np.copysign(0.01, X)  # away from the kinks
NORM = ops.Norm(*RNG.standard_normal((2, 3)))
LSTM = cells.Recurrent(RNG.standard_normal((3, 8)), RNG.standard_normal((2, 8)), RNG.standard_normal(8))
GRU = cells.GRUParams(RNG.standard_normal((3, 6)), RNG.standard_normal((2, 6)), *RNG.standard_normal((2, 6)))
STATE = tuple(RNG.standard_normal((2, 4, 2)))


def affine(at):
    return ops.affine(*at)


def batch_norm(at):
    return ops.batch_norm(*at)


def layer_norm(at):
    return ops.layer_norm(*at)


def lstm(at):
    return cells.lstm(*at)


def gru(at):
    return cells.gru(*at)


def loss(prediction):
    return ops.mse(prediction, Z)


def twisted(f, twist):
    """F with its pullback's answer spoiled."""

    def wrong(x):
        y, pullback = f(x)
        return y, lambda dy: twist(pullback(dy))

    return wrong


def on_dW(twist):
    return lambda grads: (ops.Affine(twist(grads[0].W), grads[0].b), grads[1])


def on_dstate(twist):
    return lambda gradients: (*gradients[:2], twist(gradients[2]))


def on_part(place, twist):
    """The gradient's array at ``place``, of the parameters, spoiled."""

    def spoiled(gradients):
        grads, *others = gradients
        parts = [twist(part) if k == place else part for k, part in enumerate(grads)]
        return type(grads)(*parts), *others

    return spoiled


def swapped(dz, gates):
    """The first two gates' parts exchanged."""
    first, second, *others = np.split(dz, gates, axis=-1)
    return np.concatenate([second, first, *others], axis=-1)


PLANTED = {
    "affine: sign of dW": (affine, (PARAMS, X), on_dW(np.negative)),
    "affine: dW transposed": (affine, (PARAMS, X), on_dW(np.transpose)),
    "affine: one entry of dW": (affine, (PARAMS, X), on_dW(lambda dW: dW * (1 + 1e-3 * np.eye(3)))),
    "affine: db missing": (affine, (PARAMS, X), lambda g: (ops.Affine(g[0].W, 0 * g[0].b), g[1])),
    "affine: dx missing": (affine, (PARAMS, X), lambda g: (g[0], 0 * g[1])),
    "affine: mean in place of a sum": (affine, (PARAMS, X), lambda g: (ops.Affine(g[0].W, g[0].b / len(X)), g[1])),
    "tanh: sign": (ops.tanh, Z, np.negative),
    "tanh: slope squared": (ops.tanh, Z, lambda dz: dz * (1 - np.tanh(Z) ** 2)),
    "silu: a term missing": (ops.silu, Z, lambda dz: dz - 0.1 * Z),
    "relu: other side": (ops.relu, Z, lambda dz: np.where(Z > 0, 0, dz + 1)),
    "mse: factor 2": (loss, X, lambda dp: dp / 2),
    "sigmoid: samples swapped": (ops.sigmoid, Z, lambda dz: dz[::-1]),
    "batch_norm: a part along 1": (batch_norm, (NORM, X), lambda g: (g[0], g[1] + 0.01)),
    "batch_norm: a part along z": (batch_norm, (NORM, X), lambda g: (g[0], g[1] + 0.01 * X)),
    "layer_norm: dgamma missing": (layer_norm, (NORM, X), on_part(0, lambda dgamma: 0 * dgamma)),
    "layer_norm: dbeta a mean": (layer_norm, (NORM, X), on_part(1, lambda dbeta: dbeta / len(X))),
    "lstm: the highway closed": (lstm, (LSTM, X, STATE), on_dstate(lambda d: (d[0], 0 * d[1]))),
    "lstm: dh by way of W_h missing": (lstm, (LSTM, X, STATE), on_dstate(lambda d: (0 * d[0], d[1]))),
    "lstm: i and f exchanged": (lstm, (LSTM, X, STATE), on_part(1, lambda dW_h: swapped(dW_h, 4))),
    "gru: r and u exchanged": (gru, (GRU, X, STATE[:1]), on_part(0, lambda dW_x: swapped(dW_x, 3))),
    "gru: b_h taken for b_x": (gru, (GRU, X, STATE[:1]), lambda g: (g[0]._replace(b_h=g[0].b_x), *g[1:])),
    "gru: dx missing": (gru, (GRU, X, STATE[:1]), lambda g: (g[0], 0 * g[1], g[2])),
}


@pytest.mark.parametrize("case", PLANTED)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_pullback_is_caught_and_the_right_one_accepted(case, seed):
    f, x, twist = PLANTED[case]
    assert directional(f, x, rng=np.random.default_rng(seed)).error < 1e-7
    assert directional(twisted(f, twist), x, rng=np.random.default_rng(seed)).error > 1e-5


def test_a_pullback_transposed_is_caught():
    def wrong(x):
        z, _ = ops.affine(PARAMS, x)
        return z, lambda dz: dz @ PARAMS.W  # not W's transpose

    assert directional(wrong, X, rng=np.random.default_rng(1)).error > 1e-2


@pytest.mark.parametrize(
    ("exact", "approximate", "error", "verdict"),
    [
        (0.0, 0.0, 0.0, "right"),
        (1.0, 0.0, 1.0, "wrong"),
        (0.0, -1.0, 1.0, "wrong"),
        (1.0, -1.0, 2.0, "wrong"),
        (-4.0, -3.0, 0.25, "wrong"),
        (1e-300, 1e-300, 0.0, "right"),
        (1.0, 0.999, 1e-3, "deserves a look"),
        (1.0, 1.0 - 5e-8, 5e-8, "right"),
    ],
)
def test_the_error_is_relative_to_the_larger_and_the_ladder_reads_it(exact, approximate, error, verdict):
    found = Comparison(exact, approximate)
    assert found.error == pytest.approx(error, rel=1e-6)
    assert found.verdict == verdict


def check(f, x, seed=0, **options):
    return directional(f, x, rng=np.random.default_rng(seed), **options)


def test_the_same_generator_gives_the_same_direction_and_its_stream_goes_on_untouched():
    first, again, other = (check(ops.tanh, Z, seed).exact for seed in (5, 5, 6))
    assert first == again != other
    used, untouched = np.random.default_rng(7), np.random.default_rng(7)
    assert directional(ops.tanh, Z, rng=used).exact != directional(ops.tanh, Z, rng=used).exact
    assert used.standard_normal() == untouched.standard_normal()


@pytest.mark.parametrize("norm", [ops.layer_norm, ops.batch_norm])
def test_data_of_the_same_seed_are_not_the_direction(norm):
    x = np.random.default_rng(3).standard_normal((6, 4))
    unit = ops.Norm(np.ones(4), np.zeros(4))

    def along_x(z):  # x itself is what a norm's pullback takes away, so a part along z is seen in other directions only
        y, pullback = norm(unit, z)
        return y, lambda dy: pullback(dy)[1] + 0.1 * z

    assert check(along_x, x, 3).verdict == "wrong"


# --- thirty sigmoid layers --------------------------------------------------------------------------------------------

SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h))
RELU = (lambda z: np.maximum(z, 0), lambda h: (h > 0).astype(h.dtype))


def chain(phi, slope, spoil=None, spoiled_layer=None):
    """Layers h <- phi(h W + b); at one of them ``spoil`` makes wrong gradients of the right ones."""

    def f(x):
        *params, h = x
        inputs = []
        for W, b in params:
            inputs.append(h)
            h = phi(h @ W + b)
        outputs = [*inputs[1:], h]

        def pullback(dh):
            grads = []
            for k in reversed(range(len(params))):
                dz = dh * slope(outputs[k])
                own = inputs[k].T @ dz, dz.sum(axis=0), dz @ params[k][0].T
                if k == spoiled_layer:
                    own = spoil(*own, dz, params[k][0])
                grads.insert(0, own[:2])
                dh = own[2]
            return (*grads, dh)

        return h, pullback

    return f


def drawn(depth, width, seed, gain=1.0, bias=0.0, samples=8):
    rng = np.random.default_rng(seed)
    layers = [
        (gain * rng.standard_normal((width, width)) / np.sqrt(width), bias * rng.standard_normal(width))
        for _ in range(depth)
    ]
    return (*layers, rng.standard_normal((samples, width)))


SPOILT = {
    "dW times 1.1": lambda dW, db, dx, dz, W: (1.1 * dW, db, dx),
    "db times 1.1": lambda dW, db, dx, dz, W: (dW, 1.1 * db, dx),
    "sign of dW": lambda dW, db, dx, dz, W: (-dW, db, dx),
    "layer zeroed": lambda dW, db, dx, dz, W: (0 * dW, 0 * db, dx),
    "bias forgotten": lambda dW, db, dx, dz, W: (dW, 0 * db, dx),
    "dW transposed": lambda dW, db, dx, dz, W: (dW.T, db, dx),
    "W in place of its transpose": lambda dW, db, dx, dz, W: (dW, db, dz @ W),
    "dx missing": lambda dW, db, dx, dz, W: (dW, db, 0 * dx),
}


def test_thirty_sigmoid_layers_are_right_although_the_first_gradient_is_1e_17_of_the_last():
    x = drawn(30, 8, 0)
    y, pullback = chain(*SIGMOID)(x)
    gradients = pullback(np.ones_like(y))
    assert np.linalg.norm(gradients[0][0]) < 1e-16 * np.linalg.norm(gradients[29][0])
    found = check(chain(*SIGMOID), x)
    assert found.verdict == "right"
    assert found.error <= 1e-7
    assert [each.verdict for each in found.arrays] == ["right"] * 61


@pytest.mark.parametrize("layer", range(30))
def test_an_error_in_any_single_layer_of_thirty_is_found_and_named(layer):
    for what in list(SPOILT)[layer % 8 :: 8]:
        found = check(chain(*SIGMOID, SPOILT[what], layer), drawn(30, 8, layer), layer)
        assert found.verdict == "wrong", what
        assert found.error > 1e-2, what
        wrong = [each.array for each in found.arrays if each.verdict == "wrong"]
        first = 0 if "dx" in what or "place" in what else layer
        assert all(first <= int(name[2:].split("]")[0]) <= layer or first == 0 for name in wrong), (what, wrong)


def test_the_first_half_of_thirty_layers_set_to_zero_is_found():
    def f(x):
        y, pullback = chain(*SIGMOID)(x)
        return y, lambda dy: tuple(tree_map(np.zeros_like, g) if k < 15 else g for k, g in enumerate(pullback(dy)))

    found = check(f, drawn(30, 8, 1))
    assert found.verdict == "wrong"
    assert [each.verdict for each in found.arrays] == ["wrong"] * 30 + ["right"] * 31


def test_the_ladder_reads_small_errors_layer_by_layer():
    def slightly(factor):
        return lambda dW, db, dx, dz, W: (factor * dW, db, dx)

    for layer in (0, 3, 5):
        for factor, verdict in [(1 + 1e-9, "right"), (1 + 1e-4, "deserves a look"), (1.02, "wrong")]:
            found = check(chain(*SIGMOID, slightly(factor), layer), drawn(6, 8, 2))
            assert found.verdict == verdict, (layer, factor, str(found))


def test_long_steps_that_agree_by_chance_prove_nothing():
    """All of x times 4 lets these layers bend so soon that the two longest steps agree on a quarter of the slope."""
    assert check(chain(*SIGMOID), drawn(30, 8, 36), 36).verdict == "right"


@pytest.mark.parametrize("size", [1e4, 1e8])
@pytest.mark.parametrize("seed", range(8))
def test_where_only_long_steps_reach_the_slope_a_zero_is_not_called_wrong(size, seed):
    x = size * np.random.default_rng(1).standard_normal((4, 6))
    assert check(ops.tanh, x, seed).verdict == "cannot be judged"


# --- kinks ------------------------------------------------------------------------------------------------------------

AT_KINKS = {
    "whole numbers": np.arange(-4.0, 5.0),
    "only zeros": np.zeros(5),
    "one zero": np.zeros(()),
    "rounded": np.round(np.random.default_rng(0).standard_normal((8, 8))),
}


@pytest.mark.parametrize("x", AT_KINKS.values(), ids=AT_KINKS)
@pytest.mark.parametrize("seed", range(3))
def test_a_kink_is_named_and_is_no_error(x, seed):
    found = check(ops.relu, x, seed)
    assert found.verdict == "a kink"
    assert found.error < 1e-7
    assert "a kink, not an error" in str(found)


@pytest.mark.parametrize("x", AT_KINKS.values(), ids=AT_KINKS)
@pytest.mark.parametrize("slopes", [(1.1, 0), (1, 0.1), (1, 1), (0, 1), (2, 0), (1.001, 0)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_slope_does_not_hide_behind_a_kink(x, slopes, seed):
    def f(z):
        return np.maximum(z, 0), lambda dh: dh * np.where(z > 0, *slopes)

    assert check(f, x, seed).verdict in (("wrong",) if slopes != (1.001, 0) else ("wrong", "deserves a look"))


@pytest.mark.parametrize("seed", range(2))
def test_a_deep_relu_net_is_right_and_a_planted_error_in_it_wrong(seed):
    x = drawn(50, 16, seed, np.sqrt(2), 0.1)
    found = check(chain(*RELU), x, seed)
    assert found.verdict in ("right", "a kink")
    assert {each.verdict for each in found.arrays} <= {"right", "a kink"}
    wrong = check(chain(*RELU, SPOILT["dW times 1.1"], 20), x, seed)
    assert [each.array for each in wrong.arrays if each.verdict == "wrong"] == ["x[20][0]"]


# --- scales and precisions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-8, 1e-4, 1.0, 1e4, 1e7, 1e8])
@pytest.mark.parametrize("f", [ops.identity, ops.relu, ops.gelu])
def test_the_step_fits_the_size_of_x(f, size):
    x = size * np.random.default_rng(1).standard_normal(6)
    assert check(f, x).error < 1e-7
    assert check(twisted(f, lambda dz: 1.1 * dz), x).verdict == "wrong"


def test_the_sizes_within_an_array_may_differ():
    for f in (ops.identity, ops.tanh):
        assert check(f, np.logspace(-8, 8, 17)).verdict == "right"
        assert check(twisted(f, lambda dz: 1.1 * dz), np.logspace(-8, 8, 17)).verdict == "wrong"


def rounding_within(f, dtype):
    """f of float64 that computes in ``dtype``, and so does its pullback."""

    def rounded(x):
        y, pullback = f(tree_map(lambda a: a.astype(dtype), x))
        return y.astype("float64"), lambda dy: tree_map(lambda a: a.astype("float64"), pullback(dy.astype(dtype)))

    return rounded


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-3), ("float16", 0.1)])
@pytest.mark.parametrize("seed", range(4))
def test_what_computes_in_few_digits_is_judged_with_what_they_allow(dtype, tolerance, seed):
    x = np.random.default_rng(seed).standard_normal((4, 3))
    for f, at in ((rounding_within(ops.tanh, dtype), x), (ops.tanh, x.astype(dtype))):
        found = check(f, at, seed)
        assert found.verdict == "right"
        assert found.tolerance < tolerance
        assert check(twisted(f, lambda dz: 1.5 * dz), at, seed).verdict == "wrong"


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_deep_net_in_few_digits_is_right_and_its_planted_error_wrong(dtype):
    x = tree_map(lambda a: a.astype(dtype), drawn(12, 8, 4))
    assert check(chain(*SIGMOID), x).verdict == "right"
    assert check(chain(*SIGMOID, SPOILT["layer zeroed"], 2), x).verdict == "wrong"


@pytest.mark.parametrize("size", [1e-8, 1e-7, 1e-6])
@pytest.mark.parametrize("seed", range(4))
def test_an_x_too_small_to_be_seen_beside_the_bias_is_not_called_wrong(size, seed):
    params = tree_map(lambda a: a.astype("float32"), PARAMS)

    def f(x):
        y, pullback = ops.affine(params, x)
        return y, lambda dy: pullback(dy)[1]

    for at in (f, rounding_within(f, "float32")):
        x = (size * X).astype("float32" if at is f else "float64")
        assert check(at, x, seed).verdict in ("right", "cannot be judged")


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 5e-3), ("float16", 0.1)])
@pytest.mark.parametrize("seed", range(4))
def test_what_refuses_float64_is_asked_in_its_own_type(dtype, tolerance, seed):
    params = tree_map(lambda a: a.astype(dtype), PARAMS)
    with pytest.raises(ValueError, match="allowed is one precision"):
        ops.affine(params, X)

    def f(x):
        y, pullback = ops.affine(params, x)
        return y, lambda dy: pullback(dy)[1]

    found = check(f, X.astype(dtype), seed)
    assert found.verdict == "right"
    assert found.tolerance < tolerance
    assert check(twisted(f, lambda dx: (1.5 * dx).astype(dtype)), X.astype(dtype), seed).verdict == "wrong"


# --- whole models -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_cells_through_time_are_right_and_a_forgotten_weight_is_found(name):
    rng = np.random.default_rng(0)
    params = models.init_recurrent(name, 3, 4, rng=rng, scheme="torch_recurrent")
    state = tuple(rng.standard_normal((2, 4)) for _ in range(cells.STATES[name]))

    def f(at):
        outputs, tape = models.unroll(name, *at)
        return outputs, lambda dy: models.through_time(tape, dy)

    def wrong(at):
        y, pullback = f(at)
        return y, lambda dy: (pullback(dy)[0]._replace(W_h=0 * at[0].W_h), *pullback(dy)[1:])

    at = (params, rng.standard_normal((12, 2, 3)), state)
    assert check(f, at).verdict == "right"
    found = check(wrong, at)
    assert [each.array for each in found.arrays if each.verdict == "wrong"] == ["x[0].W_h"]


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_right_and_a_missing_scale_is_found(causal):
    at = tuple(np.random.default_rng(1).standard_normal((3, 2, 5, 4)))

    def wrong(qkv):
        y, pullback = ops.attention(*qkv, causal=causal)
        return y, lambda dy: (2 * pullback(dy)[0], *pullback(dy)[1:])

    assert check(lambda qkv: ops.attention(*qkv, causal=causal), at).verdict == "right"
    assert check(wrong, at).array == "x[0]"


# --- what cannot be judged --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (ops.sigmoid, np.full(5, 1e3)),
        (ops.tanh, np.full(5, 30.0)),
        (ops.relu, -1 - np.arange(5.0)),
        (ops.tanh, np.array([1.0, np.nan])),
        (ops.identity, np.array([1.0, np.inf])),
    ],
)
@pytest.mark.parametrize("twist", [lambda dz: dz, lambda dz: 2 * dz])
def test_where_nothing_moves_or_is_finite_nothing_is_judged(f, x, twist):
    found = check(twisted(f, twist), x)
    assert found.verdict == "cannot be judged"
    assert np.isnan(found.error)
    assert "cannot be judged" in str(found)


def test_a_pullback_that_answers_where_f_stands_still_is_wrong():
    assert check(twisted(ops.relu, lambda dz: dz + 1), -1 - np.arange(5.0)).verdict == "wrong"


@pytest.mark.parametrize("x", [np.arange(3), 3, (np.ones(2), np.arange(2)), (), None])
def test_what_is_no_float_is_refused(x):
    with pytest.raises(ValueError, match=r"x(\[1\])? is .*allowed is an array of float"):
        check(ops.tanh, x)


@pytest.mark.parametrize("step", [0, 0.0, -1e-6, np.nan, np.inf, "x", True])
def test_a_step_of_nothing_is_refused(step):
    with pytest.raises(ValueError, match=r"step is .*allowed is None, or a finite number above 0"):
        check(ops.tanh, Z, step=step)


def test_a_step_may_be_chosen_and_one_that_is_too_long_proves_nothing():
    assert check(ops.tanh, Z, step=1e-6).error < 1e-7
    assert check(ops.tanh, Z, step=100.0).verdict not in ("right", "wrong")


def test_the_gravest_array_is_told():
    found = check(twisted(affine, on_dW(np.negative)), (PARAMS, X))
    assert (found.verdict, found.array) == ("wrong", "x[0].W")
    assert [each.array for each in found.arrays] == ["x[0].W", "x[0].b", "x[1]"]
    assert str(found).splitlines()[0] == "wrong (arrays: 2 right, 1 wrong)"
    assert {each.verdict for each in found.arrays} <= set(VERDICTS)


@pytest.mark.parametrize("b", [0.0, 3.0])
def test_a_net_whose_units_are_all_off_cannot_be_judged_and_is_not_called_wrong(b):
    rng = np.random.default_rng(0)
    W = rng.standard_normal((4, 3))

    def f(x):
        h, pullback = ops.relu(x @ W - 5.0)
        return h @ W.T + b, lambda dy: pullback(dy @ W) @ W.T

    comparison = directional(f, 0.3 * rng.standard_normal((2, 4)), rng=rng)
    assert comparison.verdict == "cannot be judged"
