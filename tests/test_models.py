"""The whole net's gradient is right: against differences, against PyTorch, and net by net in an ensemble."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import init, models, ops
from vgrad.gradcheck import directional
from vgrad.models import Layer
from vgrad.ops import Affine

ACTIVATIONS = tuple(ops.ACTIVATIONS)
GAINS = {"sigmoid": 4.0, "gelu": 1.5, "silu": 1.8}  # so that the first layers matter as well


def net(activation, sizes=(4, 6, 5, 3), seed=0, ensemble=(), biases=True):
    """A net with generic biases (zeros can hide a wrong backward pass), inputs, and a cotangent of its logits."""
    rng = np.random.default_rng(seed)
    params = models.init_mlp(
        sizes, scheme="he_normal", rng=rng, activation=activation, gain=GAINS.get(activation, 1.0), ensemble=ensemble
    )
    if biases:
        params = [Layer(Affine(W, 0.3 * rng.standard_normal(b.shape))) for ((W, b),) in params]
    return params, rng.standard_normal((*ensemble, 7, sizes[0])), rng.standard_normal((*ensemble, 7, sizes[-1]))


def differentiable(activation):
    def f(at):
        logits, tape = models.mlp(*at, activation)
        return logits, lambda dlogits: models.gradients(tape, dlogits)

    return f


@pytest.mark.parametrize("ensemble", [(), (3,), (2, 2)])
@pytest.mark.parametrize("depth", [0, 1, 3, 10])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_whole_gradient_agrees_with_differences(activation, depth, ensemble):
    params, x, _ = net(activation, (4, *[6] * depth, 3), seed=depth, ensemble=ensemble)
    assert directional(differentiable(activation), (params, x), rng=np.random.default_rng(1)).error <= 1e-6


@pytest.mark.parametrize("layer", range(4))
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_layers_gradient_agrees_with_differences(activation, layer):
    params, x, _ = net(activation, (4, 6, 5, 4, 3))

    def one_layer(own):
        logits, pullback = differentiable(activation)(([*params[:layer], own, *params[layer + 1 :]], x))
        return logits, lambda dlogits: pullback(dlogits)[0][layer]

    assert directional(one_layer, params[layer], rng=np.random.default_rng(2)).error <= 1e-6


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_loss_and_all_gradients_agree_with_pytorch(activation):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    params, x, _ = net(activation, (4, 6, 7, 6, 5, 3))
    labels = np.random.default_rng(3).integers(3, size=len(x))
    logits, tape = models.mlp(params, x, activation)
    loss, pullback = ops.softmax_cross_entropy(logits, labels)
    grads, dx = models.gradients(tape, pullback())

    phi = {
        "identity": lambda z: z,
        "leaky_relu": lambda z: functional.leaky_relu(z, ops.LEAK),
        "gelu": lambda z: functional.gelu(z, approximate="tanh"),
        "softplus": lambda z: functional.softplus(z, threshold=1e9),  # without it, the identity above 20
    }.get(activation) or getattr(functional, activation)
    arrays = [torch.tensor(a, requires_grad=True) for layer in params for a in layer.affine]
    h = its_x = torch.tensor(x, requires_grad=True)
    for k in range(0, len(arrays) - 2, 2):
        h = phi(h @ arrays[k] + arrays[k + 1])
    its_loss = functional.cross_entropy(h @ arrays[-2] + arrays[-1], torch.tensor(labels))
    its_loss.backward()

    assert loss == pytest.approx(its_loss.item(), rel=1e-12)
    ours = [a for layer in grads for a in layer.affine]
    for mine, its in zip([dx, *ours], [its_x, *arrays], strict=True):
        np.testing.assert_allclose(mine, its.grad, rtol=0, atol=1e-12 * abs(mine).max())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_ensemble_of_nets_equals_its_nets_one_by_one(activation):
    params, x, dlogits = net(activation, ensemble=(3,))
    logits, tape = models.mlp(params, x, activation)
    grads, dx = models.gradients(tape, dlogits)
    for s in range(3):
        own_logits, own_tape = models.mlp([Layer(Affine(*(a[s] for a in p.affine))) for p in params], x[s], activation)
        own_grads, own_dx = models.gradients(own_tape, dlogits[s])
        np.testing.assert_allclose(logits[s], own_logits, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dx[s], own_dx, rtol=1e-12, atol=1e-14)
        for layer, own in zip(grads, own_grads, strict=True):
            np.testing.assert_allclose(layer.affine.W[s], own.affine.W, rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(layer.affine.b[s], own.affine.b, rtol=1e-12, atol=1e-14)


def test_the_tape_names_every_operation_in_order():
    params, x, _ = net("tanh")
    logits, tape = models.mlp(params, x, "tanh")
    assert [step.name for step in tape] == ["affine 1", "tanh 1", "affine 2", "tanh 2", "readout"]
    assert [step.output.shape[-1] for step in tape] == [6, 6, 5, 5, 3]
    assert tape[-1].output is logits
    h, hidden_tape = models.hidden(params[:-1], x, "tanh")
    assert [step.name for step in hidden_tape] == [step.name for step in tape[:-1]]
    np.testing.assert_array_equal(h, tape[-2].output)


def test_the_tape_holds_the_recipe_written_out():
    params, x, _ = net("sigmoid")
    (W1, b1), (W2, b2), (W3, b3) = (layer.affine for layer in params)
    h1 = 1 / (1 + np.exp(-(x @ W1 + b1)))
    h2 = 1 / (1 + np.exp(-(h1 @ W2 + b2)))
    logits, tape = models.mlp(params, x, "sigmoid")
    for computed, written in ((tape[1].output, h1), (tape[3].output, h2), (logits, h2 @ W3 + b3)):
        np.testing.assert_allclose(computed, written, rtol=1e-13)


def test_gradients_have_the_type_and_shapes_of_the_parameters():
    params, x, dlogits = net("relu", ensemble=(2,))
    grads, dx = models.gradients(models.mlp(params, x, "relu")[1], dlogits)
    assert isinstance(grads, list)
    assert all(isinstance(layer, Layer) and isinstance(layer.affine, Affine) for layer in grads)
    assert [[a.shape for a in layer.affine] for layer in grads] == [[a.shape for a in p.affine] for p in params]
    assert dx.shape == x.shape


def test_a_function_of_ones_own_serves_as_activation():
    def sine(z):
        return np.sin(z), lambda dh: np.cos(z) * dh

    params, x, _ = net("tanh")
    assert models.mlp(params, x, sine)[1][1].name == "sine 1"
    assert directional(differentiable(sine), (params, x), rng=np.random.default_rng(4)).error <= 1e-6


@pytest.mark.parametrize("dtype", init.DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_whole_net_stays_in_the_precision_of_its_arguments(activation, dtype):
    params = models.init_mlp((3, 4, 2), scheme="torch_linear", rng=np.random.default_rng(5), dtype=dtype)
    logits, tape = models.mlp(params, np.ones((5, 3), dtype), activation)
    grads, dx = models.gradients(tape, ops.softmax_cross_entropy(logits, [0, 1, 1, 0, 1])[1]())
    assert {a.dtype.name for a in [dx, *(step.output for step in tape), *(a for p in grads for a in p.affine)]} == {
        dtype
    }


@pytest.mark.parametrize("name", init.SCHEMES)
def test_init_mlp_draws_one_layer_for_each_pair_of_sizes(name):
    options = dict(scheme=name, activation="leaky_relu", gain=0.5, ensemble=(2,), dtype="float32")
    layers = models.init_mlp((3, 5, 4, 2), rng=np.random.default_rng(6), **options)
    rng = np.random.default_rng(6)
    for fans, layer in zip(((3, 5), (5, 4), (4, 2)), layers, strict=True):
        W, b = models.init_affine(*fans, rng=rng, **options)
        np.testing.assert_array_equal(layer.affine.W, W)
        np.testing.assert_array_equal(layer.affine.b, b)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (dict(sizes=(3,)), ["sizes is (3,)", "at least two whole numbers"]),
        (dict(sizes=()), ["sizes is ()", "at least two whole numbers"]),
        (dict(sizes=(3, 0, 2)), ["fan_out is 0", "a whole number of at least 1"]),
        (dict(sizes=(3, 2.0)), ["fan_out is 2.0", "a whole number of at least 1"]),
        (dict(scheme="magic"), ["scheme is 'magic'", "'xavier_normal'"]),
        (dict(gain=float("inf")), ["gain is inf", "a finite number"]),
        (dict(dtype="int8"), ["dtype is 'int8'", "'float16', 'float32', 'float64'"]),
    ],
)
def test_bad_input_to_init_mlp_is_named(options, words):
    sizes = options.pop("sizes", (3, 4, 2))
    with pytest.raises(ValueError, match="allowed") as caught:
        models.init_mlp(sizes, **{"scheme": "lecun_normal", "rng": np.random.default_rng(7)} | options)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("activation", ["swish", "", None, 3])
def test_an_unknown_activation_is_named(activation):
    params, x, _ = net("tanh")
    with pytest.raises(ValueError, match=f"activation is {activation!r}; allowed is one of 'identity', 'sigmoid'"):
        models.mlp(params, x, activation)


def test_an_input_of_another_width_is_named():
    params, x, _ = net("tanh")
    with pytest.raises(ValueError, match=r"x has shape \(7, 3\); allowed is \(..., N, 4\)"):
        models.mlp(params, x[:, :3], "tanh")
