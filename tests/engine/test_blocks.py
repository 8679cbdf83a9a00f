"""Parts of a transformer's block: attention alone, no path around it, scores of any scale; and PyTorch's modules."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from vgrad import models, ops, probes
from vgrad.gradcheck import directional
from vgrad.models import Attention
from vgrad.models.transformer import self_attention
from vgrad.ops import Affine, Norm
from vgrad.tape import tree_map

PARTS = [*product((True, False), (True, False), (None, 0.0, 0.3, 2.0))]  # mlp, skip, scale


def net(norm="layer", place="pre", *, mlp=True, width=4, seed=0, **options):
    """A transformer none of whose parameters is 0 or 1, and its input."""
    rng = np.random.default_rng(seed)
    drawn = dict(scheme="lecun_normal", rng=rng, norm=norm, place=place, mlp=mlp, **options)
    params = models.init_transformer(2, width, **drawn)
    generic = tree_map(lambda a: a + 0.2 * rng.standard_normal(a.shape), params)
    return generic, rng.standard_normal((6, width))


@pytest.mark.parametrize(("norm", "place"), [(None, "pre"), ("layer", "pre"), ("layer", "post"), ("rms", "post")])
@pytest.mark.parametrize(("mlp", "skip", "scale"), PARTS)
def test_each_part_may_be_missing_and_the_gradient_agrees_with_differences(norm, place, mlp, skip, scale):
    at = net(norm, place, mlp=mlp, readout=3)

    def f(at):
        y, tape = models.transformer(*at, norm=norm, place=place, skip=skip, scale=scale, heads=2)
        return y, lambda dy: models.gradients(tape, dy)

    assert directional(f, at, rng=np.random.default_rng(1)).error <= 1e-6


def test_attention_alone_is_its_formula():
    (first, second), x = net(None, mlp=False)
    h, tape = models.transformer([first, second], x, norm=None, skip=False, scale=0.5)
    assert [step.name for step in tape] == ["attention 1", "attention 2"]
    for block in (first, second):
        W_q, W_k, W_v, W_o, *_ = block.attention
        s = 0.5 * (x @ W_q) @ (x @ W_k).T
        a = np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True)
        x = a @ x @ W_v @ W_o
    np.testing.assert_allclose(h, x, rtol=1e-12)


@pytest.mark.parametrize(("mlp", "skip"), [*product((True, False), repeat=2)])
def test_probes_see_a_block_of_attention_alone(mlp, skip):
    params, x = net(mlp=mlp)
    y, tape = models.transformer(params, x, skip=skip)
    flow = probes.flow(params, tape, np.ones_like(y))
    assert flow.dh.shape == flow.dW.shape == (2,)
    assert np.isfinite(flow.dh).all()
    assert len(probes.outputs(tape)) == 2


def test_the_scale_multiplies_the_scores_and_at_0_every_token_counts_alike():
    rng = np.random.default_rng(0)
    q, k, v, dy = (rng.standard_normal((5, 4)) for _ in range(4))
    y, pullback = ops.attention(q, k, v, scale=3.0)
    by_hand, its_pullback = ops.attention(3.0 * 4**0.5 * q, k, v)
    np.testing.assert_allclose(y, by_hand, rtol=1e-12)
    dq, dk, dv = its_pullback(dy)
    np.testing.assert_allclose(pullback(dy)[0], 3.0 * 4**0.5 * dq, rtol=1e-10)
    np.testing.assert_allclose(pullback(dy)[1], dk, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(pullback(dy)[2], dv, rtol=1e-10)
    y, pullback = ops.attention(q, k, v, scale=0.0)
    np.testing.assert_allclose(y, np.tile(v.mean(axis=0), (5, 1)), rtol=1e-12)
    assert not pullback(dy)[0].any()
    assert not pullback(dy)[1].any()


@pytest.mark.parametrize("scale", [np.inf, np.nan, "1", True, np.ones(2)])
def test_a_scale_that_is_no_number_is_refused(scale):
    params, x = net()
    for call in (lambda: ops.attention(x, x, x, scale=scale), lambda: models.transformer(params, x, scale=scale)):
        with pytest.raises((TypeError, ValueError), match=r"scale is .*; allowed is"):
            call()


def test_blocks_that_were_drawn_for_another_form_are_refused():
    params, x = net(None, mlp=False)
    alone = Affine(np.ones((4, 4)), np.ones(4))
    for broken in (params[0]._replace(first=alone), params[0]._replace(second=alone)):
        with pytest.raises(ValueError, match=r"params is None; allowed is Affine\(W, b\)"):
            models.transformer([broken, params[1]], x, norm=None)


# --- PyTorch's modules ------------------------------------------------------------------------------------------------

D, HIDDEN, N, T = 8, 12, 3, 5


def of_attention(module):
    """The parameters of a MultiheadAttention, whose matrices multiply from the left."""
    W_q, W_k, W_v = module.in_proj_weight.detach().numpy().reshape(3, D, D).swapaxes(-1, -2)
    return Attention(W_q, W_k, W_v, module.out_proj.weight.detach().numpy().T)


def gradients_of(module):
    """The same of their gradients."""
    dW_q, dW_k, dW_v = module.in_proj_weight.grad.numpy().reshape(3, D, D).swapaxes(-1, -2)
    return Attention(dW_q, dW_k, dW_v, module.out_proj.weight.grad.numpy().T)


def assert_close(ours, its):
    """Relative to the largest entry of each array."""
    tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=0, atol=1e-10 * abs(b).max()), ours, its)


@pytest.mark.parametrize(("heads", "causal", "seed"), [*product((1, 2, 4), (False, True), range(5))])
def test_self_attention_is_pytorchs_multihead_attention(heads, causal, seed):
    torch = pytest.importorskip("torch")
    torch.manual_seed(seed)
    module = torch.nn.MultiheadAttention(D, heads, bias=False, batch_first=True, dtype=torch.float64)
    x, dy = np.random.default_rng(seed).standard_normal((2, N, T, D))
    y, pullback = self_attention(of_attention(module), x, heads, causal)
    its_x = torch.tensor(x, requires_grad=True)
    hidden = torch.nn.Transformer.generate_square_subsequent_mask(T, dtype=torch.float64) if causal else None
    its_y, _ = module(its_x, its_x, its_x, attn_mask=hidden, need_weights=False)
    its_y.backward(torch.tensor(dy))
    grads, dx = pullback(dy)
    grads = Attention(*(each.sum(axis=0) if each is not None and each.ndim == 3 else each for each in grads))
    assert_close((y, dx), (its_y.detach().numpy(), its_x.grad.numpy()))
    assert_close(grads, gradients_of(module))


def of_block(module):
    """The parameters of a TransformerEncoderLayer; its attention has a bias, which is 0 at the start."""
    numpy = lambda a: a.detach().numpy()  # noqa: E731
    maps = [Affine(numpy(each.weight).T, numpy(each.bias)) for each in (module.linear1, module.linear2)]
    norms = tuple(Norm(numpy(each.weight), numpy(each.bias)) for each in (module.norm1, module.norm2))
    return models.Block(of_attention(module.self_attn), *maps, norms)


@pytest.mark.parametrize("place", ["pre", "post"])
@pytest.mark.parametrize(("heads", "causal", "seed"), [*product((1, 2), (False, True), range(5))])
def test_a_block_is_pytorchs_encoder_layer(place, heads, causal, seed):
    torch = pytest.importorskip("torch")
    torch.manual_seed(seed)
    module = torch.nn.TransformerEncoderLayer(
        D, heads, HIDDEN, dropout=0.0, activation=lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
        norm_first=place == "pre", batch_first=True, dtype=torch.float64,
    )  # fmt: skip
    x, dy = np.random.default_rng(seed).standard_normal((2, N, T, D))
    block = of_block(module)
    y, tape = models.transformer([block], x.reshape(-1, D), place=place, heads=heads, causal=causal, tokens=T)
    (grads,), dx = models.gradients(tape, dy.reshape(-1, D))
    its_x = torch.tensor(x, requires_grad=True)
    hidden = torch.nn.Transformer.generate_square_subsequent_mask(T, dtype=torch.float64) if causal else None
    its_y = module(its_x, src_mask=hidden)
    its_y.backward(torch.tensor(dy))
    assert_close((y, dx), (its_y.detach().numpy().reshape(-1, D), its_x.grad.numpy().reshape(-1, D)))
    assert_close(grads.attention, gradients_of(module.self_attn))
    for own, its in ((grads.first, module.linear1), (grads.second, module.linear2)):
        assert_close(own, Affine(its.weight.grad.numpy().T, its.bias.grad.numpy()))
    for own, its in zip(grads.norms, (module.norm1, module.norm2), strict=True):
        assert_close(own, Norm(its.weight.grad.numpy(), its.bias.grad.numpy()))
