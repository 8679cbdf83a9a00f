"""The whole net's gradient is right: against differences, against PyTorch, and net by net in an ensemble."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from vgrad import init, models, ops
from vgrad.gradcheck import directional
from vgrad.models import FORMS, NORMS, Layer, Skip
from vgrad.ops import Affine, Norm
from vgrad.tape import backprop, leaves, tree_map

ACTIVATIONS = tuple(ops.ACTIVATIONS)
GAINS = {"sigmoid": 4.0, "gelu": 1.5, "silu": 1.8}  # so that the first layers matter as well
EVERY_NORM = (None, *NORMS)
EVERY_FORM = (None, *FORMS)
EVERY_SKIP = (None, *(Skip(form, alpha) for form in FORMS for alpha in (1.0, -0.4, "1/sqrt(depth)", "1/depth")))
STEMMED = (4, 6, 6, 5, 5, 3)  # layers 1 and 3 change the width, and so have no path around them


def net(activation, sizes=(4, 6, 5, 3), seed=0, ensemble=(), norm=None, skip=None, dtype="float64"):
    """A net with generic biases, gamma and beta (zeros and ones can hide a wrong backward pass), and inputs."""
    rng = np.random.default_rng(seed)
    params = models.init_mlp(
        sizes, scheme="he_normal", rng=rng, activation=activation, gain=GAINS.get(activation, 1.0), norm=norm,
        skip=skip, ensemble=ensemble, dtype=dtype,
    )  # fmt: skip

    def generic(tree):
        if isinstance(tree, Affine):
            return Affine(tree.W, tree.b + 0.3 * rng.standard_normal(tree.b.shape).astype(dtype))
        if isinstance(tree, Norm):
            return tree_map(lambda p: p + 0.3 * rng.standard_normal(p.shape).astype(dtype), tree)
        return tree and (Layer(*map(generic, tree)) if isinstance(tree, Layer) else tuple(map(generic, tree)))

    return [generic(block) for block in params], rng.standard_normal((*ensemble, 7, sizes[0])).astype(dtype)


def cotangent(logits):
    return np.random.default_rng(99).standard_normal(logits.shape).astype(logits.dtype)


def differentiable(activation, **options):
    def f(at):
        logits, tape = models.mlp(*at, activation, **options)
        return logits, lambda dlogits: models.gradients(tape, dlogits)

    return f


def form(tree):
    """The types and shapes of a tree of arrays."""
    if isinstance(tree, (tuple, list)):
        return (type(tree), *map(form, tree))
    return None if tree is None else (tree.shape, tree.dtype)


def assert_close(computed, exact, tolerance=1e-12):
    """Relative to the largest entry of each array; where all are 0 but for rounding, as the gradient of a bias that a
    batch_norm takes away again, to a thousandth of the largest of all.
    """
    floor = 1e-3 * max(abs(a).max() for a in leaves(exact))

    def compare(a, b):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(abs(b).max(), floor))

    tree_map(compare, computed, exact)


# --- against differences ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("depth", [0, 1, 3, 10])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_whole_gradient_agrees_with_differences(activation, depth, ensemble):
    at = net(activation, (4, *[6] * depth, 3), seed=depth, ensemble=ensemble)
    assert directional(differentiable(activation), at, rng=np.random.default_rng(1)).error <= 1e-6


@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("skip", EVERY_SKIP)
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_with_any_norm_and_skip_the_whole_gradient_agrees_with_differences(norm, skip, activation, ensemble):
    options = dict(norm=norm, skip=skip)
    at = net(activation, STEMMED, seed=4, ensemble=ensemble, **options)
    assert directional(differentiable(activation, **options), at, rng=np.random.default_rng(1)).error <= 1e-6


@pytest.mark.parametrize("layer", range(4))
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_layers_gradient_agrees_with_differences(activation, layer):
    params, x = net(activation, (4, 6, 5, 4, 3))

    def one_layer(own):
        logits, pullback = differentiable(activation)(([*params[:layer], own, *params[layer + 1 :]], x))
        return logits, lambda dlogits: pullback(dlogits)[0][layer]

    assert directional(one_layer, params[layer], rng=np.random.default_rng(2)).error <= 1e-6


def spoil(name, twist):
    """A net whose steps so named answer what ``twist`` makes of their answer (grads, dinput) and their cotangent."""

    def wrong(at, activation, **options):
        logits, tape = models.mlp(*at, activation, **options)

        def replaced(step):
            def pullback(dy):
                return twist(*step.pullback(dy), dy)

            return step._replace(pullback=pullback) if step.name.startswith(name) else step

        return logits, lambda dlogits: models.gradients(list(map(replaced, tape)), dlogits)

    return wrong


PLANTED = {
    "alpha forgotten at the join": spoil("join", lambda _, lanes, dh: (None, (dh, dh))),
    "the trunk scaled as well": spoil("join", lambda _, lanes, dh: (None, (0.5 * dh, 0.5 * dh))),
    "the trunk forgotten at the fork": spoil("fork", lambda _, dh, lanes: (None, lanes[1])),
    "the branch forgotten at the fork": spoil("fork", lambda _, dh, lanes: (None, lanes[0])),
    "the trunk lost on its way past": spoil("tanh 3", lambda _, lanes, dy: (None, (0 * lanes[0], lanes[1]))),
    "the norm passed by": spoil("batch_norm", lambda grads, lanes, dy: (grads, dy)),
    "gamma taken twice": spoil("batch_norm 2", lambda grads, lanes, dy: (grads._replace(gamma=2 * grads.gamma), lanes)),
    "a branch's second map lost": spoil("affine 2b", lambda grads, lanes, dy: (tree_map(np.zeros_like, grads), lanes)),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_wrong_step_in_a_net_is_caught(case):
    options = dict(norm="batch", skip=Skip("branch", 0.5))
    at = net("tanh", (6, 6, 6, 6, 3), **options)
    rng = np.random.default_rng
    assert directional(lambda at: PLANTED[case](at, "tanh", **options), at, rng=rng(3)).error > 1e-4
    assert directional(differentiable("tanh", **options), at, rng=rng(3)).error <= 1e-6


def test_a_function_of_ones_own_serves_as_activation():
    def sine(z):
        return np.sin(z), lambda dh: np.cos(z) * dh

    at = net("tanh")
    assert models.mlp(*at, sine)[1][1].name == "sine 1"
    assert directional(differentiable(sine), at, rng=np.random.default_rng(4)).error <= 1e-6


# --- the recipe, with NumPy and with PyTorch -------------------------------------------------------------------------


def recipe(params, x, phi, norms, norm=None, skip=None):
    """The logits, from the equations. ``norms`` : each kind's (Norm, z) -> y; in NumPy or PyTorch."""
    kind, at = NORMS[norm] if norm else (None, None)
    skip = skip or Skip(None)
    alpha = {"1/sqrt(depth)": (len(params) - 1) ** -0.5, "1/depth": 1 / (len(params) - 1)}.get(skip.alpha, skip.alpha)
    h = x
    for block in params[:-1]:
        first, second = (block, None) if isinstance(block, Layer) else block

        def normed(z, place, own=first.norm):
            return norms[kind](own, z) if place == at else z

        def activated(z):
            return normed(phi(normed(z, "before")), "after")

        def mapped(h, own=first.affine):
            return h @ own.W + own.b[..., None, :]

        form = skip.form if first.affine.W.shape[-1] == first.affine.W.shape[-2] else None
        start = normed(h, "input")
        branch = mapped(activated(start)) if form == "activation_first" else activated(mapped(start))
        if form == "branch":
            branch = mapped(branch, second.affine)
        h = normed(h + alpha * branch if form else branch, "output")
    W, b = params[-1].affine
    return h @ W + b[..., None, :]


def rms_in_numpy(norm, z):
    return norm.gamma[..., None, :] * z / np.sqrt((z * z).mean(axis=-1, keepdims=True) + 1e-5)


def in_numpy(axis):
    def normalize(norm, z):
        std = np.sqrt(z.var(axis=axis, keepdims=True) + 1e-5)
        return norm.gamma[..., None, :] * (z - z.mean(axis=axis, keepdims=True)) / std + norm.beta[..., None, :]

    return normalize


IN_NUMPY = {"batch": in_numpy(-2), "layer": in_numpy(-1), "rms": rms_in_numpy}


@pytest.mark.parametrize("ensemble", [(), (2,)])
@pytest.mark.parametrize("skip", EVERY_SKIP)
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_a_net_is_the_recipe_written_out(norm, skip, ensemble):
    options = dict(norm=norm, skip=skip)
    params, x = net("tanh", STEMMED, ensemble=ensemble, **options)
    written = recipe(params, x, np.tanh, IN_NUMPY, **options)
    assert_close(models.mlp(params, x, "tanh", **options)[0], written)


def in_torch(torch, activation):
    """An activation, and the norms, of PyTorch."""
    F = torch.nn.functional
    phi = {
        "identity": lambda z: z,
        "leaky_relu": lambda z: F.leaky_relu(z, ops.LEAK),
        "gelu": lambda z: F.gelu(z, approximate="tanh"),
        "softplus": lambda z: F.softplus(z, threshold=1e9),  # without it, the identity above 20
    }.get(activation) or getattr(F, activation)
    batch = lambda norm, z: F.batch_norm(z, None, None, *norm, training=True)  # noqa: E731
    layer = lambda norm, z: F.layer_norm(z, z.shape[-1:], *norm)  # noqa: E731
    rms = lambda norm, z: F.rms_norm(z, z.shape[-1:], norm.gamma, eps=1e-5)  # noqa: E731
    return phi, {"batch": batch, "layer": layer, "rms": rms}


def compare_with_torch(activation, sizes, seed, **options):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # at these sizes, two of them mostly wait for each other
    params, x = net(activation, sizes, seed=seed, **options)
    labels = np.random.default_rng(seed).integers(sizes[-1], size=len(x))
    logits, tape = models.mlp(params, x, activation, **options)
    loss, pullback = ops.softmax_cross_entropy(logits, labels)

    its_params, its_x = tree_map(lambda a: torch.tensor(a, requires_grad=True), (params, x))
    its_logits = recipe(its_params, its_x, *in_torch(torch, activation), **options)
    its_loss = torch.nn.functional.cross_entropy(its_logits, torch.tensor(labels))
    its_loss.backward()
    its = tree_map(lambda a: a.grad.numpy(), (its_params, its_x))
    assert loss == pytest.approx(its_loss.item(), rel=1e-12)
    assert_close((logits, models.gradients(tape, pullback())), (its_logits.detach().numpy(), its), tolerance=1e-10)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_loss_and_all_gradients_agree_with_pytorch(activation):
    compare_with_torch(activation, (4, 6, 7, 6, 5, 3), seed=0)


@pytest.mark.parametrize("skip", EVERY_SKIP)
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_with_any_norm_and_skip_loss_and_all_gradients_agree_with_pytorch(norm, skip):
    for seed in range(3):
        width, other, *_ = sizes = np.random.default_rng(seed).integers(3, 12, size=4).tolist()
        activation = ("tanh", "gelu", "relu")[seed]
        compare_with_torch(activation, (4, *[width] * 3, *sizes[1:], other, other), seed, norm=norm, skip=skip)


# --- ensembles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_ensemble_of_nets_equals_its_nets_one_by_one(activation):
    assert_members(activation, (4, 6, 5, 3))


@pytest.mark.parametrize("skip", EVERY_FORM)
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_with_any_norm_and_skip_an_ensemble_equals_its_nets_one_by_one(norm, skip):
    assert_members("tanh", STEMMED, norm=norm, skip=skip)


def assert_members(activation, sizes, **options):
    def run(params, x, dlogits):
        logits, tape = models.mlp(params, x, activation, **options)
        return logits, models.gradients(tape, dlogits)

    params, x = net(activation, sizes, ensemble=(3,), **options)
    dlogits = np.random.default_rng(5).standard_normal((*x.shape[:-1], sizes[-1]))
    together = run(params, x, dlogits)
    for s in range(3):
        alone = run(*tree_map(lambda a, s=s: a[s], (params, x, dlogits)))
        assert_close(tree_map(lambda a, s=s: a[s], together), alone)


# --- the tape --------------------------------------------------------------------------------------------------------


def test_the_tape_names_every_operation_in_order():
    params, x = net("tanh")
    logits, tape = models.mlp(params, x, "tanh")
    assert [step.name for step in tape] == ["affine 1", "tanh 1", "affine 2", "tanh 2", "readout"]
    assert [step.output.shape[-1] for step in tape] == [6, 6, 5, 5, 3]
    assert tape[-1].output is logits
    h, hidden_tape = models.hidden(params[:-1], x, "tanh")
    assert [step.name for step in hidden_tape] == [step.name for step in tape[:-1]]
    np.testing.assert_array_equal(h, tape[-2].output)


STEPS_OF_A_LAYER = {  # the second layer, of one width; the first is a stem
    (None, None): "affine 2, tanh 2",
    (None, "activation_last"): "fork 2, affine 2, tanh 2, join 2",
    (None, "activation_first"): "fork 2, tanh 2, affine 2, join 2",
    (None, "branch"): "fork 2, affine 2, tanh 2, affine 2b, join 2",
    ("batch", None): "affine 2, batch_norm 2, tanh 2",
    ("batch_after", None): "affine 2, tanh 2, batch_norm 2",
    ("batch_input", None): "batch_norm 2, affine 2, tanh 2",
    ("batch_output", None): "affine 2, tanh 2, batch_norm 2",
    ("rms", None): "affine 2, rms_norm 2, tanh 2",
    ("rms_input", "activation_last"): "fork 2, rms_norm 2, affine 2, tanh 2, join 2",
    ("rms_output", "branch"): "fork 2, affine 2, tanh 2, affine 2b, join 2, rms_norm 2",
    ("layer", "activation_last"): "fork 2, affine 2, layer_norm 2, tanh 2, join 2",
    ("layer_after", "activation_last"): "fork 2, affine 2, tanh 2, layer_norm 2, join 2",
    ("layer_input", "activation_last"): "fork 2, layer_norm 2, affine 2, tanh 2, join 2",
    ("layer_output", "activation_last"): "fork 2, affine 2, tanh 2, join 2, layer_norm 2",
    ("batch", "activation_first"): "fork 2, batch_norm 2, tanh 2, affine 2, join 2",
    ("batch_after", "activation_first"): "fork 2, tanh 2, batch_norm 2, affine 2, join 2",
    ("batch_input", "activation_first"): "fork 2, batch_norm 2, tanh 2, affine 2, join 2",
    ("batch_output", "activation_first"): "fork 2, tanh 2, affine 2, join 2, batch_norm 2",
    ("layer", "branch"): "fork 2, affine 2, layer_norm 2, tanh 2, affine 2b, join 2",
    ("layer_after", "branch"): "fork 2, affine 2, tanh 2, layer_norm 2, affine 2b, join 2",
    ("layer_input", "branch"): "fork 2, layer_norm 2, affine 2, tanh 2, affine 2b, join 2",
    ("layer_output", "branch"): "fork 2, affine 2, tanh 2, affine 2b, join 2, layer_norm 2",
}


@pytest.mark.parametrize(("norm", "skip"), STEPS_OF_A_LAYER)
def test_the_tape_names_a_layers_steps_and_has_two_lanes_between_fork_and_join(norm, skip):
    params, x = net("tanh", (4, 6, 6, 3), norm=norm, skip=skip)
    _, tape = models.mlp(params, x, "tanh", norm=norm, skip=skip)
    stem = [step.name for step in tape if step.name.endswith(" 1")]
    assert {"affine 1", "tanh 1"} <= set(stem) <= {"affine 1", "tanh 1", "batch_norm 1", "layer_norm 1", "rms_norm 1"}
    layer = tape[len(stem) : -1]
    assert ", ".join(step.name for step in layer) == STEPS_OF_A_LAYER[norm, skip]
    before_join = STEPS_OF_A_LAYER[norm, skip].partition("join")[0].count(",")
    lanes = [step.name for step in tape if isinstance(step.output, tuple)]
    assert lanes == [step.name for step in layer[: before_join if skip else 0]]
    for trunk, branch in (step.output for step in layer[: len(lanes)]):
        assert trunk is tape[len(stem) - 1].output
        assert branch.shape == trunk.shape


@pytest.mark.parametrize("alpha", [1.0, 0.0, -2.5, 3, "1/sqrt(depth)", "1/depth"])
@pytest.mark.parametrize("skip", FORMS)
def test_a_join_adds_alpha_branches_and_the_trunk_hands_dh_on_untouched(skip, alpha):
    params, x = net("tanh", (5, 5, 5, 5, 5, 3), skip=skip)
    _, tape = models.mlp(params, x, "tanh", skip=Skip(skip, alpha))
    number = {"1/sqrt(depth)": 1 / 2, "1/depth": 1 / 4}.get(alpha, alpha)
    adjoints = [*backprop(tape, np.ones((7, 3)))][-2::-1]
    joins = [place for place, step in enumerate(tape) if step.name.startswith("join")]
    assert len(joins) == 4
    for join in joins:
        trunk, branch = tape[join - 1].output
        dtrunk, dbranch = adjoints[join - 1].cotangent
        assert_close(tape[join].output, trunk + number * branch)
        np.testing.assert_array_equal(dtrunk, adjoints[join].cotangent)
        assert_close(dbranch, number * dtrunk)


def test_a_net_of_silent_branches_is_the_identity_forward_and_backward():
    params, x = net("relu", (5, 5, 5, 5, 3), skip="activation_last")
    h, tape = models.hidden(params[:-1], x, "relu", skip=Skip("activation_last", 0.0))
    *_, at_input = backprop(tape, 2 * x)
    np.testing.assert_array_equal(h, x)
    np.testing.assert_array_equal(at_input.cotangent, 2 * x)


# --- gradients -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("skip", EVERY_FORM)
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_gradients_have_the_form_of_the_parameters_and_all_stays_in_their_precision(norm, skip, dtype):
    options = dict(norm=norm, skip=Skip(skip, np.float64(0.7)) if skip else None)
    params, x = net("relu", STEMMED, ensemble=(2,), dtype=dtype, **options)
    logits, tape = models.mlp(params, x, "relu", **options)
    assert form(models.gradients(tape, cotangent(logits))) == form((params, x))
    assert {array.dtype.name for array in leaves([step.output for step in tape])} == {dtype}


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_whole_net_stays_in_the_precision_of_its_arguments(activation, dtype):
    params = models.init_mlp((3, 4, 2), scheme="torch_linear", rng=np.random.default_rng(5), dtype=dtype)
    logits, tape = models.mlp(params, np.ones((5, 3), dtype), activation)
    gradients = models.gradients(tape, ops.softmax_cross_entropy(logits, [0, 1, 1, 0, 1])[1]())
    assert {a.dtype.name for a in leaves([gradients, [step.output for step in tape]])} == {dtype}


# --- init_mlp --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", init.SCHEMES)
def test_init_mlp_draws_one_layer_for_each_pair_of_sizes(name):
    options = dict(scheme=name, activation="leaky_relu", gain=0.5, ensemble=(2,), dtype="float32")
    layers = models.init_mlp((3, 5, 4, 2), rng=np.random.default_rng(6), **options)
    rng = np.random.default_rng(6)
    for fans, layer in zip(((3, 5), (5, 4), (4, 2)), layers, strict=True):
        W, b = models.init_affine(*fans, rng=rng, **options)
        np.testing.assert_array_equal(layer.affine.W, W)
        np.testing.assert_array_equal(layer.affine.b, b)


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("skip", [*EVERY_FORM, Skip("branch", 0.1)])
@pytest.mark.parametrize("norm", EVERY_NORM)
def test_init_mlp_gives_each_hidden_layer_its_norm_and_each_branch_its_second_map(norm, skip, dtype):
    options = dict(scheme="he_normal", rng=np.random.default_rng(7), ensemble=(2,), dtype=dtype)
    *blocks, readout = models.init_mlp(STEMMED, norm=norm, skip=skip, **options)
    assert isinstance(readout, Layer)
    assert readout.norm is None
    for block, fans in zip(blocks, ((4, 6), (6, 6), (6, 5), (5, 5)), strict=True):
        pair = "branch" in (skip, getattr(skip, "form", None)) and fans[0] == fans[1]
        first, *second = block if pair else (block,)
        assert [layer.affine.W.shape for layer in (first, *second)] == [(2, *fans)] * (2 if pair else 1)
        assert all(layer.norm is None for layer in second)
        if norm is None:
            assert first.norm is None
        else:
            size = (2, fans[norm.endswith("input") is False])
            each = (size, np.dtype(dtype))
            assert form(first.norm) == (Norm, each, None if norm.startswith("rms") else each)
            assert (first.norm.gamma == 1).all()
            assert first.norm.beta is None or not first.norm.beta.any()


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(sizes=(3,)), ["sizes is (3,)", "at least two whole numbers"]),
        (dict(sizes=()), ["sizes is ()", "at least two whole numbers"]),
        (dict(sizes=(3, 0, 2)), ["sizes is 0", "a whole number from 1 to"]),
        (dict(sizes=(3, 2.0)), ["sizes is 2.0", "a whole number from 1 to"]),
        (dict(scheme="magic"), ["scheme is 'magic'", "'xavier_normal'"]),
        (dict(gain=float("inf")), ["gain is inf", "a finite number"]),
        (dict(dtype="int8"), ["dtype is 'int8'", "'float16', 'float32', 'float64'"]),
        (dict(norm="group"), ["norm is 'group'", "'batch'", "'rms_output'"]),
        (dict(skip="dense"), ["skip is 'dense'", "'activation_last', 'activation_first', 'branch'"]),
        (dict(skip=Skip("dense", 0.5)), ["skip is 'dense'", "'activation_last', 'activation_first', 'branch'"]),
    ],
)
def test_bad_input_to_init_mlp_is_named(options, words):
    sizes = options.pop("sizes", (3, 4, 2))
    with pytest.raises(ValueError, match="allowed") as caught:
        models.init_mlp(sizes, **{"scheme": "lecun_normal", "rng": np.random.default_rng(7)} | options)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("activation", ["swish", "", None, 3])
def test_an_unknown_activation_is_named(activation):
    with pytest.raises(ValueError, match=f"activation is {activation!r}; allowed is one of 'identity', 'sigmoid'"):
        models.mlp(*net("tanh"), activation)


def test_an_input_of_another_width_is_named():
    params, x = net("tanh")
    with pytest.raises(ValueError, match=r"x has shape \(7, 3\); allowed is \(..., N, 4\)"):
        models.mlp(params, x[:, :3], "tanh")


@pytest.mark.parametrize(
    ("drawn", "run", "words"),
    [
        (dict(), dict(norm="group"), ["norm is 'group'", "allowed is one of 'batch'"]),
        (dict(), dict(skip="dense"), ["skip is 'dense'", "allowed is one of 'activation_last'"]),
        (dict(), dict(norm="batch"), ["norm is 'batch'", "layer 1 has no norm"]),
        (dict(norm="layer"), dict(), ["norm is None", "layer 1 has a norm"]),
        (dict(norm="rms"), dict(norm="layer"), ["beta has shape None", "(6,)"]),
        (dict(norm="layer"), dict(norm="rms"), ["beta is array", "allowed is None"]),
        (dict(norm="layer"), dict(norm="layer_input"), ["z has shape (7, 4)", "(..., N, 6)"]),
        (dict(), dict(skip="branch"), ["skip is 'branch'", "block 2 has one layer"]),
        (dict(skip="branch"), dict(), ["skip is None", "block 2 has two layers"]),
        (dict(skip="branch"), dict(skip="activation_first"), ["skip is 'activation_first'", "block 2 has two layers"]),
        (dict(), dict(skip=Skip("activation_last", "1/2")), ["alpha is '1/2'", "allowed is"]),
        (dict(), dict(skip=Skip("activation_last", float("nan"))), ["alpha is nan", "allowed is a finite number"]),
        (dict(), dict(skip=Skip("activation_last", None)), ["alpha is None", "allowed is a finite number"]),
    ],
)
def test_a_norm_or_a_skip_that_does_not_fit_is_refused(drawn, run, words):
    params, x = net("tanh", STEMMED, **drawn)
    with pytest.raises(ValueError, match="allowed") as caught:
        models.mlp(params, x, "tanh", **run)
    assert all(word in str(caught.value) for word in words)


def test_an_activation_without_a_name_of_its_own_serves_too():
    params, x = net("tanh")
    named, nameless = (models.hidden(params[:-1], x, phi)[1] for phi in ("tanh", functools.partial(ops.tanh)))
    assert [step.name for step in nameless] == [step.name.replace("tanh", "activation") for step in named]
    np.testing.assert_array_equal(nameless[-1].output, named[-1].output)
