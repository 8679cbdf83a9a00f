"""Attention and transformers have the right gradients: against differences, PyTorch, and themselves in float64."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgrad import init, models, ops, probes
from vgrad.gradcheck import directional
from vgrad.models import Attention, Block, Layer
from vgrad.models.transformer import self_attention
from vgrad.ops.attention import attention as bare_attention
from vgrad.tape import backprop, leaves, tree_map

leads = st.sampled_from([((), (), ()), ((3,),) * 3, ((2, 3), (3,), ()), ((), (2, 3), (2, 3)), ((3,), (3,), (2, 3))])
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)
limits = st.sampled_from([(False, False), (True, False), (False, True), (True, True)])  # causal, and a mask of its own


def case(lead, T, S, d, D, seed, limit=(False, False), dtype="float64"):
    """q, k and v, whether attention is causal, a mask in which no row is empty, and a cotangent."""
    rng = np.random.default_rng(seed)
    shapes = zip(lead, ((T, d), (S, d), (S, D)), strict=True)
    q, k, v = (rng.standard_normal((*own, *shape)).astype(dtype) for own, shape in shapes)
    causal, masked = limit
    mask = rng.random((T, S)) < 0.6
    mask[:, 0] = True
    dy = rng.standard_normal((*max(lead, key=len), T, D)).astype(dtype)
    return (q, k, v), dict(causal=causal, mask=mask if masked else None), dy


def visible(T, S, causal, mask):
    return (np.tri(T, S, dtype=bool) if causal else True) & (mask if mask is not None else np.ones((T, S), bool))


def assert_close(computed, exact, tolerance=1e-12):
    """Relative to the largest entry of each array, or where that is 0 but for rounding, to 1."""

    def compare(a, b):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(abs(b).max(), 1e-3))

    tree_map(compare, computed, exact)


# --- softmax ----------------------------------------------------------------------------------------------------------


@given(lead=st.sampled_from([(), (3,), (2, 3)]), n=sizes, seed=seeds)
def test_softmax_pulls_back_along_the_transposed_derivative_and_sums_to_1(lead, n, seed):
    z = 2 * np.random.default_rng(seed).standard_normal((*lead, 4, n))
    p, pullback = ops.softmax(z)
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(pullback(z).sum(axis=-1), 0, atol=1e-14)
    np.testing.assert_allclose(p, np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True), rtol=1e-13)
    assert directional(ops.softmax, z, rng=np.random.default_rng(seed)).error <= 1e-6 or n == 1


def test_the_identity_pulled_back_is_softmaxs_jacobian():
    p, pullback = ops.softmax(np.array([0.3, -1.0, 2.0]))
    np.testing.assert_allclose(pullback(np.eye(3)), np.diag(p) - np.outer(p, p), rtol=1e-13)


@pytest.mark.parametrize(("dtype", "huge"), [("float16", 6e4), ("float32", 3e38), ("float64", 1e308)])
def test_huge_and_equal_logits_are_answered_exactly(dtype, huge):
    with np.errstate(over="ignore"):  # a distance beyond the range is inf, whose exponential is 0
        p, pullback = ops.softmax(np.array([[huge, -huge, 0], [huge, huge, -huge], [-huge] * 3], dtype))
    np.testing.assert_allclose(p, [[1, 0, 0], [0.5, 0.5, 0], [1 / 3] * 3], rtol=np.finfo(dtype).eps)
    dz = pullback(np.ones_like(p))
    assert p.dtype == dz.dtype == dtype
    np.testing.assert_allclose(dz, 0, atol=np.finfo(dtype).eps)


# --- attention --------------------------------------------------------------------------------------------------------


@given(lead=leads, T=sizes, S=sizes, d=sizes, D=sizes, limit=limits, seed=seeds)
def test_attention_pulls_back_to_q_k_and_v(lead, T, S, d, D, limit, seed):
    qkv, options, _ = case(lead, T, S, d, D, seed, limit)
    found = directional(lambda at: ops.attention(*at, **options), qkv, rng=np.random.default_rng(seed))
    assert abs(found.exact - found.approximate) <= 1e-6 * max(abs(found.exact), 1)


@given(lead=leads, T=sizes, S=sizes, D=sizes, limit=limits, seed=seeds)
def test_a_stack_of_cotangents_gives_the_stack_of_their_gradients_and_no_state_is_kept(lead, T, S, D, limit, seed):
    qkv, options, dy = case(lead, T, S, 3, D, seed, limit)
    y, pullback = ops.attention(*qkv, **options)
    assert y.shape == dy.shape
    assert [g.shape for g in pullback(dy)] == [each.shape for each in qkv]
    stack = np.random.default_rng(seed).standard_normal((4, *dy.shape))
    first = pullback(dy)
    assert_close(pullback(stack), tuple(np.stack(each) for each in zip(*map(pullback, stack), strict=True)))
    tree_map(np.testing.assert_array_equal, pullback(dy), first)
    assert_close(pullback(dy - 3 * stack[0]), tree_map(lambda a, b: a - 3 * b, first, pullback(stack[0])))


@pytest.mark.parametrize("seed", range(40))
def test_attention_agrees_with_pytorch(seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    T, S, d, D = rng.integers(1, 9, size=4)
    lead = [(), (3,), (2, 3)][seed % 3]
    causal, masked = bool(seed & 1), bool(seed & 2)
    qkv, options, dy = case((lead,) * 3, T, S, d, D, seed, (causal, masked))
    y, pullback = ops.attention(*qkv, **options)
    its = [torch.tensor(each, requires_grad=True) for each in qkv]
    mask = torch.tensor(visible(T, S, **options))
    its_y = torch.nn.functional.scaled_dot_product_attention(*its, attn_mask=mask)
    its_y.backward(torch.tensor(dy))
    assert_close((y, *pullback(dy)), (its_y.detach().numpy(), *(each.grad.numpy() for each in its)), 1e-10)


@given(T=sizes, S=sizes, limit=limits, seed=seeds)
def test_what_is_hidden_has_no_weight_and_receives_nothing(T, S, limit, seed):
    (q, k, v), options, dy = case(((),) * 3, T, S, 3, 3, seed, limit)
    open_to = visible(T, S, **options)
    weights, _ = ops.attention(q, k, np.eye(S), **options)  # v = 1 shows the weights themselves
    assert ((weights > 0) == open_to).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    unseen = ~open_to.any(axis=0)
    for gradient in ops.attention(q, k, v, **options)[1](dy)[1:]:
        assert not gradient[unseen].any()


def test_a_mask_may_differ_along_the_ensemble():
    (q, k, v), _, dy = case(((3,),) * 3, 4, 5, 3, 2, seed=1)
    mask = np.random.default_rng(2).random((3, 4, 5)) < 0.7
    mask[..., 2] = True
    together = ops.attention(q, k, v, mask=mask)
    for s in range(3):
        alone = ops.attention(q[s], k[s], v[s], mask=mask[s])
        assert_close((together[0][s], *(g[s] for g in together[1](dy))), (alone[0], *alone[1](dy[s])))


def test_one_token_looks_at_itself_and_equal_scores_give_the_mean():
    (q, k, v), _, dy = case(((),) * 3, 1, 1, 3, 2, seed=3)
    y, pullback = ops.attention(q, k, v, causal=True)
    np.testing.assert_array_equal(y, v)
    dq, dk, dv = pullback(dy)
    np.testing.assert_array_equal(dv, dy)
    assert not dq.any()
    assert not dk.any()
    alike, values = np.ones((4, 3)), np.arange(8.0).reshape(4, 2)
    np.testing.assert_allclose(ops.attention(alike, alike, values)[0], np.tile(values.mean(axis=0), (4, 1)))
    running = np.cumsum(values, axis=0) / np.arange(1, 5)[:, None]
    np.testing.assert_allclose(ops.attention(alike, alike, values, causal=True)[0], running)


@pytest.mark.parametrize("dtype", init.DTYPES)
def test_huge_scores_choose_one_token_and_everything_stays_finite(dtype):
    q, k = (250 * np.eye(4, dtype=dtype) for _ in range(2))
    v = np.arange(8).reshape(4, 2).astype(dtype)
    y, pullback = ops.attention(q, k, v)
    np.testing.assert_array_equal(y, v)
    dq, dk, dv = pullback(np.ones_like(y))
    assert y.dtype == dq.dtype == dk.dtype == dv.dtype == dtype
    np.testing.assert_array_equal(dv, 1)
    assert not dq.any()
    assert not dk.any()


def test_float16_scores_are_scaled_before_they_overflow():
    q = np.full((2, 16), 100, "float16")  # q · k is 160000, beyond float16's 65504, and over √16 it is 40000
    np.testing.assert_array_equal(ops.attention(q, q, q)[0], q)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@given(T=sizes, S=sizes, d=sizes, limit=limits, seed=seeds)
def test_attention_agrees_with_its_float64_self(dtype, T, S, d, limit, seed):
    """Each gradient is a chain of at most four products, and each loses n eps of the sum of its terms' sizes."""
    qkv, options, dy = case(((),) * 3, T, S, d, d, seed, limit, dtype)
    y, pullback = ops.attention(*qkv, **options)
    wide = [each.astype("float64") for each in (*qkv, dy)]
    y64, pullback64 = ops.attention(*wide[:3], **options)
    size = 1 + max(abs(each).max() for each in wide)
    n = T + S + 2 * d + 8
    for computed, exact, power in zip((y, *pullback(dy)), (y64, *pullback64(wide[3])), (3, 5, 5, 3), strict=True):
        assert computed.dtype == dtype
        assert (abs(computed - exact) <= n * np.finfo(dtype).eps * size**power).all()


def test_a_row_that_may_look_at_nothing_is_nan_on_the_page_and_refused_at_the_door():
    (q, k, v), _, dy = case(((),) * 3, 3, 4, 2, 2, seed=4)
    mask = np.ones((3, 4), bool)
    mask[1] = False
    with np.errstate(invalid="ignore"):
        y, pullback = bare_attention(q, k, v, mask=mask)
        assert np.isnan(y).all(axis=-1).tolist() == [False, True, False]
        assert np.isnan(pullback(dy)[0]).all(axis=-1).tolist() == [False, True, False]
    with pytest.raises(ValueError, match="mask hides every key from query row 1; allowed"):
        ops.attention(q, k, v, mask=mask)
    with pytest.raises(ValueError, match=r"mask hides every key from query row \[1, 1\]; allowed"):
        ops.attention(*(np.stack([each] * 2) for each in (q, k, v)), mask=np.stack([np.ones((3, 4), bool), mask]))
    with pytest.raises(ValueError, match="mask and causal hide every key from query row 0; allowed"):
        ops.attention(q, k, v, causal=True, mask=~np.eye(3, 4, dtype=bool))


A = np.ones((4, 3))
BAD_CALLS = {
    "a k of another width": (lambda: ops.attention(A, np.ones((4, 2)), A), ["k has shape (4, 2)", "(..., S, 3)"]),
    "fewer v than k": (lambda: ops.attention(A, A, A[:2]), ["v has shape (2, 3)", "(..., 4, D)"]),
    "a k of other networks": (lambda: ops.attention(np.ones((2, 4, 3)), np.ones((3, 4, 3)), A), ["k has shape (3, 4"]),
    "two precisions": (lambda: ops.attention(A, A.astype("float32"), A), ["k is float32, but q is float64"]),
    "no token": (lambda: ops.attention(A, A[:0], A[:0]), ["k has shape (0, 3)", "one token at least"]),
    "a mask of numbers": (lambda: ops.attention(A, A, A, mask=np.ones((4, 4))), ["mask is array", "booleans"]),
    "a mask of another form": (
        lambda: ops.attention(A, A, A, mask=np.ones((3, 4), bool)),
        ["mask has shape (3, 4)", "(..., 4, 4)"],
    ),
    "causal by number": (lambda: ops.attention(A, A, A, 1), ["causal is 1", "True or False"]),
    "a softmax of nothing": (lambda: ops.softmax(A[:, :0]), ["z has shape (4, 0)", "D >= 1"]),
}


@pytest.mark.parametrize("what", BAD_CALLS)
def test_bad_input_to_attention_is_named_with_what_is_allowed(what):
    call, words = BAD_CALLS[what]
    with pytest.raises(ValueError, match="allowed") as caught:
        call()
    assert all(word in str(caught.value) for word in words)


# --- transformers -----------------------------------------------------------------------------------------------------

FORMS = [
    (norm, place) for norm in (None, "layer", "rms", "batch") for place in ("pre", "post") if norm or place == "pre"
]
ATTENDING = {
    "one head": dict(),
    "causal": dict(causal=True),
    "heads": dict(heads=2),
    "sequences": dict(heads=2, causal=True, tokens=3),
}
each_form = pytest.mark.parametrize(("norm", "place"), FORMS)


def net(norm="layer", place="pre", heads=1, ensemble=(), depth=2, rows=6, seed=0, dtype="float64", **options):
    """A transformer none of whose parameters is 0 or 1, and its input."""
    rng = np.random.default_rng(seed)
    params = models.init_transformer(
        depth, 4, scheme="lecun_normal", rng=rng, norm=norm, place=place, heads=heads, ensemble=ensemble, dtype=dtype,
        **options,
    )  # fmt: skip
    generic = tree_map(lambda a: a + 0.2 * rng.standard_normal(a.shape).astype(dtype), params)
    return generic, rng.standard_normal((*ensemble, rows, 4)).astype(dtype)


def differentiable(**options):
    def f(at):
        y, tape = models.transformer(*at, **options)
        return y, lambda dy: models.gradients(tape, dy)

    return f


@each_form
@pytest.mark.parametrize("attending", ATTENDING)
@pytest.mark.parametrize(("readout", "qk_norm"), [(None, False), (3, True)])
@pytest.mark.parametrize("ensemble", [(), (2,)])
def test_the_whole_gradient_agrees_with_differences(norm, place, attending, readout, qk_norm, ensemble):
    options = ATTENDING[attending]
    heads = options.get("heads", 1)
    at = net(norm, place, heads, ensemble, readout=readout, qk_norm=qk_norm)
    f = differentiable(norm=norm, place=place, **options)
    assert directional(f, at, rng=np.random.default_rng(1)).error <= 1e-6


def spoiled(name, twist):
    """The gradients of a transformer whose steps so named answer what ``twist`` makes of (grads, dinput)."""

    def f(at):
        y, tape = models.transformer(*at, heads=2)

        def pullback_of(step):
            return lambda dy: twist(*step.pullback(dy)) if step.name.startswith(name) else step.pullback(dy)

        return y, lambda dy: models.gradients([step._replace(pullback=pullback_of(step)) for step in tape], dy)

    return f


PLANTED = {
    "the keys' gradient lost": spoiled("attention 1", lambda g, dx: (g._replace(W_k=0 * g.W_k), dx)),
    "queries taken for keys": spoiled("attention 2", lambda g, dx: (g._replace(W_q=g.W_k, W_k=g.W_q), dx)),
    "the trunk lost": spoiled("fork 1b", lambda g, dx: (g, 0.5 * dx)),
    "the norm of the readout lost": spoiled("layer_norm readout", lambda g, dx: (g._replace(beta=0 * g.beta), dx)),
    "the second norm lost": spoiled("layer_norm 2b", lambda g, dx: (g._replace(gamma=0 * g.gamma), dx)),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_error_is_caught(what):
    at = net(heads=2, readout=3)
    assert directional(PLANTED[what], at, rng=np.random.default_rng(3)).error > 1e-4
    assert directional(differentiable(heads=2), at, rng=np.random.default_rng(3)).error <= 1e-6


def recipe(torch, params, x, norm, place, heads, causal, tokens=None, phi=None):
    """The answer in PyTorch's own functions, from the equations."""
    F = torch.nn.functional
    normalize = {
        None: lambda own, h: h,
        "layer": lambda own, h: F.layer_norm(h, h.shape[-1:], own.gamma, own.beta),
        "rms": lambda own, h: F.rms_norm(h, h.shape[-1:], own.gamma, eps=1e-5),
    }
    phi = phi or (lambda z: F.gelu(z, approximate="tanh"))

    def split(h):
        T = tokens or h.shape[-2]
        return h.unflatten(-2, (-1, T)).unflatten(-1, (heads, -1)).transpose(-2, -3)

    def attend(own, h):
        q, k, v = (split(h @ W) for W in own[:3])
        if own.q_norm:
            q, k = (F.rms_norm(a, a.shape[-1:], n.gamma, eps=1e-5) for a, n in ((q, own.q_norm), (k, own.k_norm)))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return y.transpose(-2, -3).flatten(-2).flatten(-3, -2) @ own.W_o

    h = x
    blocks, (*last,) = [b for b in params if isinstance(b, Block)], [b for b in params if isinstance(b, Layer)]
    for block in blocks:
        mlp = lambda h, b=block: phi(h @ b.first.W + b.first.b) @ b.second.W + b.second.b  # noqa: E731
        for branch, own in zip(
            (lambda h, b=block: attend(b.attention, h), mlp), block.norms or (None,) * 2, strict=True
        ):
            normed = lambda h, own=own: normalize[norm](own, h)  # noqa: E731
            h = h + branch(normed(h)) if place == "pre" else normed(h + branch(h))
    for readout in last:
        h = normalize[norm if readout.norm else None](readout.norm, h) @ readout.affine.W + readout.affine.b
    return h


@pytest.mark.parametrize(("norm", "place"), [form for form in FORMS if form[0] != "batch"])
@pytest.mark.parametrize("attending", ATTENDING)
@pytest.mark.parametrize("seed", range(3))
def test_a_transformer_agrees_with_pytorch(norm, place, attending, seed):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    options = dict(heads=1, causal=False) | ATTENDING[attending] | dict(norm=norm, place=place)
    params, x = net(norm, place, options["heads"], seed=seed, qk_norm=seed == 1, readout=(None, 3, 5)[seed])
    y, tape = models.transformer(params, x, **options)
    dy = np.random.default_rng(9).standard_normal(y.shape)
    its_params, its_x = tree_map(lambda a: torch.tensor(a, requires_grad=True), (params, x))
    its_y = recipe(torch, its_params, its_x, **options)
    its_y.backward(torch.tensor(dy))
    its = tree_map(lambda a: a.grad.numpy(), (its_params, its_x))
    assert_close((y, models.gradients(tape, dy)), (its_y.detach().numpy(), its), tolerance=1e-10)


@each_form
def test_an_ensemble_of_transformers_equals_its_members_one_by_one(norm, place):
    options = dict(heads=2, causal=True)
    params, x = net(norm, place, 2, (3,), readout=2, qk_norm=True)
    y, tape = models.transformer(params, x, norm=norm, place=place, **options)
    dy = np.random.default_rng(5).standard_normal(y.shape)
    together = (y, models.gradients(tape, dy))
    for s in range(3):
        own, its_x = tree_map(lambda a, s=s: a[s], (params, x))
        alone, tape = models.transformer(own, its_x, norm=norm, place=place, **options)
        assert_close(tree_map(lambda a, s=s: a[s], together), (alone, models.gradients(tape, dy[s])))


def test_sequences_do_not_see_each_other_and_stand_for_axes_of_their_own():
    params, x = net(heads=2, rows=12, readout=3)
    y, tape = models.transformer(params, x, heads=2, tokens=4)
    apart, its_tape = models.transformer(params, x.reshape(3, 4, 4), heads=2)
    dy = np.random.default_rng(6).standard_normal(y.shape)
    assert_close(y, apart.reshape(y.shape))
    grads, dx = models.gradients(its_tape, dy.reshape(apart.shape))
    assert_close(models.gradients(tape, dy), (grads, dx.reshape(x.shape)))


def test_what_comes_later_does_not_touch_a_causal_transformer():
    params, x = net(depth=3)
    changed = x.copy()
    changed[4:] += 1
    before, after = (models.transformer(params, each, causal=True)[0] for each in (x, changed))
    np.testing.assert_array_equal(before[:4], after[:4])
    assert (before[4:] != after[4:]).all()


def test_a_stack_of_cotangents_goes_through_a_transformer():
    params, x = net(heads=2, ensemble=(2,), qk_norm=True)
    _, tape = models.transformer(params, x, heads=2)
    stack = np.random.default_rng(7).standard_normal((3, *x.shape))
    for step in reversed(tape):
        stack = tree_map(lambda a: a, stack)
        grads, into = step.pullback(stack)
        alone = [step.pullback(tree_map(lambda a, k=k: a[k], stack)) for k in range(3)]
        assert_close((grads, into), tree_map(lambda *each: np.stack(each), *alone))
        stack = into


@pytest.mark.parametrize("dtype", init.DTYPES)
@each_form
def test_gradients_have_the_form_of_the_parameters_and_their_precision(norm, place, dtype):
    params, x = net(norm, place, 2, (2,), dtype=dtype, qk_norm=True, readout=3)
    y, tape = models.transformer(params, x, heads=2, norm=norm, place=place)
    grads, dx = models.gradients(tape, np.ones_like(y))
    form = lambda tree: tree_map(lambda a: (a.shape, a.dtype.name), tree)  # noqa: E731
    assert form((grads, dx)) == form((params, x))
    assert list(map(type, grads)) == [Block, Block, Layer]
    assert type(grads[0].attention) is Attention
    assert {a.dtype.name for a in leaves([step.output for step in tape])} == {dtype}


STEPS = {
    None: "fork 2, attention 2, join 2, fork 2b, affine 2, gelu 2, affine 2b, join 2b",
    "pre": "fork 2, rms_norm 2, attention 2, join 2, fork 2b, rms_norm 2b, affine 2, gelu 2, affine 2b, join 2b",
    "post": "fork 2, attention 2, join 2, rms_norm 2, fork 2b, affine 2, gelu 2, affine 2b, join 2b, rms_norm 2b",
}


@pytest.mark.parametrize("place", STEPS)
def test_the_tape_names_the_steps_of_a_block_and_of_the_readout(place):
    options = dict(norm=place and "rms", place=place or "pre")
    params, x = net(**options, readout=3)
    y, tape = models.transformer(params, x, **options)
    assert ", ".join(step.name for step in tape if step.layer == 2) == STEPS[place]
    end = ["rms_norm readout", "readout"] if place == "pre" else ["readout"]
    assert [step.name for step in tape if step.layer is None] == end
    assert tape[-1].output is y
    lanes = [step.name.split()[0] for step in tape if isinstance(step.output, tuple)]
    assert not {"join", "readout"} & set(lanes)


@each_form
@pytest.mark.parametrize("ensemble", [(), (2,)])
def test_probes_see_the_blocks_as_layers(norm, place, ensemble):
    params, x = net(norm, place, 2, ensemble, depth=3, readout=2, qk_norm=True)
    y, tape = models.transformer(params, x, heads=2, norm=norm, place=place)
    dy = np.random.default_rng(8).standard_normal(y.shape)
    flow = probes.flow(params, tape, dy)
    grads, _ = models.gradients(tape, dy)
    for k, (block, own) in enumerate(zip(grads[:-1], params[:-1], strict=True)):
        all_of = lambda b: [*b.attention[:4], b.first.W, b.second.W]  # noqa: E731
        dW, W = (np.sqrt(sum((each**2).sum(axis=(-2, -1)) for each in all_of(b))) for b in (block, own))
        np.testing.assert_allclose(flow.dW[..., k], dW, rtol=1e-12)
        np.testing.assert_allclose(flow.relative[..., k], dW / W, rtol=1e-12)
    ends = [max(i for i, step in enumerate(tape) if step.layer == k) for k in (1, 2, 3)]
    adjoints = [*backprop(tape, dy)][-2::-1]
    for k, end in enumerate(ends):
        np.testing.assert_allclose(flow.dh[..., k], probes.norm(adjoints[end].cotangent), rtol=1e-12)
        np.testing.assert_array_equal(probes.outputs(tape)[k], tape[end].output)
    assert [slope.shape[-1] for slope in probes.slopes(tape)] == [16] * 3
    assert not probes.change(params, params).any()
    if not ensemble:
        assert probes.health(params, tape, dy).reasons


def test_injected_cotangents_add_up():
    params, x = net()
    y, tape = models.transformer(params, x)
    inject = [None] * len(tape)
    inject[-1] = np.ones_like(y)
    *_, doubled = backprop(tape, np.ones_like(y), inject)
    *_, once = backprop(tape, np.ones_like(y))
    assert_close(doubled.cotangent, 2 * once.cotangent)


@pytest.mark.parametrize("last_maps", models.LAST_MAPS)
def test_the_last_maps_of_the_branches_start_at_their_size(last_maps):
    drawn = lambda name: models.init_transformer(  # noqa: E731
        3, 4, scheme="he_normal", rng=np.random.default_rng(0), last_maps=name, gain=0.5
    )
    factor = {"plain": 1, "gpt2": 6**-0.5, "zero": 0}[last_maps]
    for block, plain in zip(drawn(last_maps), drawn("plain"), strict=True):
        W_q, W_k, W_v, W_o, *_ = block.attention
        assert_close((W_q, W_k, W_v), plain.attention[:3])
        assert_close(block.first, plain.first)
        assert_close((W_o, block.second.W), (factor * plain.attention.W_o, factor * plain.second.W))


def test_branches_that_start_at_zero_make_the_identity():
    params = models.init_transformer(3, 4, scheme="he_normal", rng=np.random.default_rng(0), last_maps="zero")
    x = np.random.default_rng(1).standard_normal((5, 4))
    h, tape = models.transformer(params, x)
    np.testing.assert_array_equal(h, x)
    *_, at_input = backprop(tape, 2 * x)
    np.testing.assert_array_equal(at_input.cotangent, 2 * x)


def test_qk_norm_does_not_see_the_size_of_w_q():
    params, x = net(qk_norm=True)
    own = params[0].attention
    y, pullback = self_attention(own, 100 * x)
    larger, its_pullback = self_attention(own._replace(W_q=8 * own.W_q), 100 * x)
    np.testing.assert_allclose(larger, y, rtol=1e-4)
    np.testing.assert_allclose(its_pullback(x)[0].W_q, pullback(x)[0].W_q / 8, rtol=1e-2, atol=1e-9)


@pytest.mark.parametrize(
    ("drawn", "run", "words"),
    [
        (dict(), dict(norm="group"), ["norm is 'group'", "'batch', 'layer', 'rms'"]),
        (dict(), dict(place="middle"), ["place is 'middle'", "'pre', 'post'"]),
        (dict(), dict(norm=None), ["norm is None", "block 1 has a norm"]),
        (dict(norm=None), dict(), ["norm is 'layer'", "block 1 has no norm"]),
        (dict(norm="rms"), dict(), ["beta has shape None"]),
        (dict(readout=3), dict(place="post"), ["norm is None", "the readout has a norm"]),
        (dict(), dict(heads=3), ["heads is 3", "divides the width, 4"]),
        (dict(), dict(tokens=4), ["tokens is 4", "divides the rows of x, 6"]),
        (dict(qk_norm=True), dict(heads=2), ["gamma has shape (4,)", "(2,)"]),
        (dict(), dict(activation="swish"), ["activation is 'swish'", "allowed is one of 'identity'"]),
        (dict(ensemble=(2,)), dict(x=np.ones((3, 6, 4))), ["x has shape (3, 6, 4)"]),
        (dict(), dict(x=np.ones((6, 3))), ["x has shape (6, 3)", "(..., N, 4)"]),
    ],
)
def test_a_transformer_that_does_not_fit_is_refused(drawn, run, words):
    params, x = net(**drawn)
    with pytest.raises(ValueError, match="allowed") as caught:
        models.transformer(params, **dict(x=x) | run)
    assert all(word in str(caught.value) for word in words)


def test_an_mlp_is_no_transformer_and_a_broken_block_is_named():
    mlp = models.init_mlp((4, 4, 2), scheme="he_normal", rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"(?s)params is .*; allowed is a list of Block"):
        models.transformer(mlp, np.ones((5, 4)))
    params, x = net()
    narrow = params[0]._replace(attention=params[0].attention._replace(W_v=np.ones((4, 2))))
    with pytest.raises(ValueError, match=r"W has shape \(4, 2\); allowed is \(4, 4\), a square matrix"):
        models.transformer([narrow, params[1]], x)


@pytest.mark.parametrize(("heads", "qk_norm"), [*product((1, 2, 4), (False, True))])
def test_a_transformer_of_one_token_is_an_mlp_of_its_values(heads, qk_norm):
    params, x = net(heads=heads, rows=1, qk_norm=qk_norm)
    y, pullback = self_attention(params[0].attention, x, heads)
    np.testing.assert_allclose(y, x @ params[0].attention.W_v @ params[0].attention.W_o, rtol=1e-12)
    grads, _ = pullback(np.ones_like(y))
    assert not grads.W_q.any()
    assert not grads.W_k.any()
