"""Handwritten digits as sequences of tokens, and a small transformer that learns to classify them.

    h_0 = tokens W + b + place,   h_k = block(h_{k-1}),   logits = mean over the tokens of  norm(h_L) W + b

A picture is cut into tokens: each of its 8 rows is one, or each of its 16 patches of 2 × 2 pixels. Without ``place``,
of which each position learns one vector, the order of the tokens could not matter.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from ... import models, ops, probes, require, train
from ...init import Named
from ...models.checks import Activation, require_layers
from ...models.transformer import Kind, LastMaps, Place
from ...ops import Affine, Array
from ...require import Count, Finite, Flag, Precision, Seed, guarded
from ...tape import Step, backprop, leaves, tree_map
from .protocol import Networks, share_correct

SIDE = 8  # pixels
CLASSES = 10
CUTS = {"rows": (1, 8), "patches": (2, 2)}  # the pixels of a token, down and across


class Embedding(NamedTuple):
    """The parameters in front of the first block: a map of a token's pixels, and a vector for each position."""

    affine: Affine  # W (..., pixels, width)
    place: Array  # (..., tokens, width)


Cut = Annotated[str, require.one_of(CUTS)]
Pictures = Annotated[Array, lambda name, x: _require_pictures(name, x)]
TokenNet = Annotated[list, lambda name, params: _require_net(name, params)]


@guarded
def cut_into_tokens(x: Pictures, cut: Cut = "rows") -> Array:
    """Cut pictures (..., N, 64) into tokens, and return them below each other, (..., N T, pixels of a token)."""
    down, across = CUTS[cut]
    lead = x.shape[:-1]
    pixels = x.reshape(*lead, SIDE // down, down, SIDE // across, across).swapaxes(-3, -2)
    return pixels.reshape(*lead[:-1], -1, down * across)


@guarded
def token_count(cut: Cut) -> int:
    """Return T, how many tokens a picture is cut into."""
    down, across = CUTS[cut]
    return SIDE * SIDE // (down * across)


@guarded
def init_token_nets(
    blocks: Count = 4, width: Count = 64, *, hidden: Count | None = None, cut: Cut = "rows",
    scheme: Named = "lecun_normal", norm: Kind = "layer", place: Place = "pre", heads: Count = 1, qk_norm: Flag = False,
    mlp: Flag = True, last_maps: LastMaps = "plain", seeds: Networks = 5, seed: Seed = 0, dtype: Precision = "float32",
) -> list:  # fmt: skip
    """Return ``seeds`` networks as one list: an Embedding, the Blocks, and a Layer that reads them out.

    The vectors of the positions are N(0, 1), as large as what the pixels give. Each network has a generator of its own,
    and so the first networks are the same however many there are. All else is as in ``models.init_transformer``.
    """
    down, across = CUTS[cut]
    T = token_count(cut)
    require.total("seeds · blocks · width²", seeds * (12 * blocks * width**2 + T * width))
    kind: dict = dict(hidden=hidden, norm=norm, place=place, heads=heads, qk_norm=qk_norm, mlp=mlp, last_maps=last_maps)

    def net(k):
        rng = np.random.default_rng((seed, 0, k))
        drawn: dict = dict(scheme=scheme, rng=rng, dtype=dtype)
        affine = models.init_affine(down * across, width, **drawn)
        positions = rng.standard_normal((T, width)).astype(dtype)
        return [Embedding(affine, positions), *models.init_transformer(blocks, width, readout=CLASSES, **kind, **drawn)]

    nets: Any = tree_map(lambda *arrays: np.stack(arrays), *(net(k) for k in range(seeds)))
    return nets


@guarded
def token_logits(
    params: TokenNet, x: Pictures, *, cut: Cut = "rows", activation: Activation = "gelu", norm: Kind = "layer",
    place: Place = "pre", heads: Count = 1, causal: Flag = False, skip: Flag = True, scale: Finite | None = None,
) -> tuple[Array, list[Step]]:  # fmt: skip
    """Return the logits (..., N, 10) of pictures x (N, 64), and the tape from "embedding" to "mean".

    The steps between them are those of ``models.transformer``, which takes the same settings; its layers are the
    blocks.
    """
    T = token_count(cut)
    h, embedding_pullback = _embedded(params[0], cut_into_tokens(x, cut), T)
    form: dict = dict(norm=norm, place=place, heads=heads, causal=causal, tokens=T, skip=skip, scale=scale)
    each, tape = models.transformer(params[1:], h, activation, **form)
    logits = each.reshape(*each.shape[:-2], -1, T, CLASSES).mean(axis=-2)

    def mean_pullback(dlogits):
        return None, np.repeat(dlogits, T, axis=-2) / np.asarray(T, dlogits.dtype)

    ends = Step("embedding", None, h, embedding_pullback, x), Step("mean", None, logits, mean_pullback, each)
    return logits, [ends[0], *tape, ends[1]]


def token_gradients(tape: list[Step], dlogits: Array) -> list:
    """Return the gradients of all parameters, of their type, from a tape of ``token_logits``."""
    embedding, *blocks, mean = tape
    _, deach = mean.pullback(dlogits)
    of_blocks, dh = models.gradients(blocks, deach)
    of_embedding, _ = embedding.pullback(dh)
    return [of_embedding, *of_blocks]


@guarded
def token_classifier(
    *, cut: Cut = "rows", activation: Activation = "gelu", norm: Kind = "layer", place: Place = "pre",
    heads: Count = 1, causal: Flag = False, skip: Flag = True, scale: Finite | None = None,
) -> train.Model:  # fmt: skip
    """Return the model of a transformer that classifies pictures, for ``train.fit``:  batch = (x (N, 64), labels)."""
    form: dict = dict(norm=norm, place=place, heads=heads, causal=causal, skip=skip, scale=scale)

    def model(params, batch, dloss=1.0):
        x, labels = batch
        logits, tape = token_logits(params, x, cut=cut, activation=activation, **form)
        loss, pullback = ops.softmax_cross_entropy(logits, labels)
        dlogits = pullback(dloss)
        grads = token_gradients(tape, dlogits)
        return train.Pass(loss, share_correct(logits, labels), grads, lambda: _trouble(tape, dlogits))

    return model


class Attending(NamedTuple):
    """How each block attends, and what reaches it; all (..., blocks)."""

    std: Array  # of the scores of a query over the tokens, the root mean square over all queries
    entropy: Array  # of the weights of a query, -Σ a ln a, the mean over all queries: ln T where all are equal
    rest: Array  # the share of the block's output in which the tokens of a picture differ, the mean over the pictures
    dh: Array  # ‖dh‖ at the block's output
    dW_q: Array  # ‖dW_q‖
    dW_v: Array  # ‖dW_v‖


@guarded
def attending(
    params: TokenNet, x: Pictures, labels: Array, *, cut: Cut = "rows", activation: Activation = "gelu",
    norm: Kind = "layer", place: Place = "pre", causal: Flag = False, skip: Flag = True, scale: Finite | None = None,
) -> Attending:  # fmt: skip
    """Return what the blocks of networks with one head do with these pictures, and what the loss sends back to them."""
    form: dict = dict(norm=norm, place=place, causal=causal, skip=skip, scale=scale)
    logits, tape = token_logits(params, x, cut=cut, activation=activation, **form)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    T = token_count(cut)
    blocks = params[1:-1]
    inputs = [_branch(step.input) for step in tape if step.name.startswith("attention ")]
    scores = [_scores(block.attention, h, T, causal, scale) for block, h in zip(blocks, inputs, strict=True)]
    outputs = {step.layer: _branch(step.output) for step in tape if step.layer}
    backward = [*backprop(tape, pullback())]
    dh = {adjoint.layer: adjoint.cotangent for adjoint in reversed(backward) if adjoint.layer}
    dW = [adjoint.grads for adjoint in reversed(backward) if isinstance(adjoint.grads, models.Attention)]
    columns = (
        [_std(each) for each in scores],
        [_entropy(each) for each in scores],
        [_rest(outputs[k], T) for k in sorted(outputs)],
        [probes.norm(dh[k]) for k in sorted(dh)],
        [probes.norm(each.W_q) for each in dW],
        [probes.norm(each.W_v) for each in dW],
    )
    return Attending(*(np.stack(column, axis=-1) for column in columns))


def _branch(state) -> Array:
    """The branch of a state of two lanes, or the state."""
    return state[1] if isinstance(state, tuple) else state


def _scores(attention: models.Attention, h: Array, T: int, causal: bool, scale: float | None) -> Array:
    """c q kᵀ of one head, (..., N, T, T) in float64; -inf where a token may not look."""
    q, k = (ops.product(W, h)[0] for W in attention[:2])
    if attention.q_norm is not None:
        q, k = ops.rms_norm(attention.q_norm, q)[0], ops.rms_norm(attention.k_norm, k)[0]
    d = q.shape[-1]
    q, k = (each.astype("float64").reshape(*each.shape[:-2], -1, T, d) for each in (q, k))
    scores = (d**-0.5 if scale is None else scale) * (q @ k.mT)
    return np.where(np.tri(T, dtype=bool), scores, -np.inf) if causal else scores


def _std(scores: Array) -> Array:
    """The root mean square over all queries of the standard deviation of their scores, hidden ones apart."""
    return np.sqrt(scores.var(axis=-1, where=scores != -np.inf).mean(axis=(-2, -1)))


def _entropy(scores: Array) -> Array:
    a, _ = ops.softmax(scores)
    return -(a * np.log(np.where(a > 0, a, 1.0))).sum(axis=-1).mean(axis=(-2, -1))


def _rest(h: Array, T: int) -> Array:
    """The share of h in which the tokens of a picture differ, the mean over the pictures."""
    return (10 ** probes.signal_fraction(h.reshape(*h.shape[:-2], -1, T, h.shape[-1]))).mean(axis=-1)


def _embedded(params: Embedding, tokens: Array, T: int):
    """h = tokens W + b + place, (..., N T, width).   pullback(dh) -> (Embedding, dtokens)."""
    h, pullback = ops.affine(params.affine, tokens)
    shape = (*h.shape[:-2], -1, T, h.shape[-1])

    def with_places(dh):
        daffine, dtokens = pullback(dh)
        return Embedding(daffine, dh.reshape(shape).sum(axis=-3)), dtokens

    return (h.reshape(shape) + params.place[..., None, :, :]).reshape(h.shape), with_places


def _trouble(tape: list[Step], dlogits: Array) -> str:
    """The first step, forward and then backward, whose numbers are not finite."""
    forward = ((step.name, step.output) for step in tape)
    backward = ((adjoint.name, adjoint.cotangent) for adjoint in backprop(tape, dlogits))
    for way, steps in (("forward, the output of", forward), ("backward, what arrives at", backward)):
        for name, arrays in steps:
            if not all(np.isfinite(array).all() for array in leaves(arrays)):
                return f'{way} "{name}" is not finite'
    return "the gradients of the parameters are not finite"


def _require_pictures(name: str, x) -> None:
    require.array(name, x, 2)
    fits = x.shape[-1] == SIDE * SIDE and x.size
    require.shape(name, x, f"(..., N, {SIDE * SIDE}), of one picture at least", fits)


def _require_net(name: str, params) -> None:
    require_layers(name, params)
    fits = isinstance(params[0], Embedding) and len(params) > 1
    require.instance(name, params, fits, "a list that begins with an Embedding, as init_token_nets draws it")
