"""What softmax hands back, one layer with and without 1/√d, the law of the cube, and the forms of a transformer."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import models, ops, probes, tape
from vgrad.lessons.attention import cube, one_layer, show, softmax_jacobians, token_columns
from vgrad.lessons.attention.say.forms import form


def jacobian(s):
    """∂p/∂s of one row, by pulling back each unit vector."""
    _, pullback = ops.softmax(s)
    return np.stack([pullback(row) for row in np.eye(len(s))])


def test_the_size_of_the_jacobian_is_that_of_the_matrix():
    record = softmax_jacobians(stds=(0.5, 8), tokens=5, rows=4, seeds=2, seed=3)
    for seed in range(2):
        unit = np.random.default_rng([3 + seed, 14]).standard_normal((4, 5))
        for k, std in enumerate(record.stds):
            sizes = [np.linalg.norm(jacobian(std * row)) for row in unit]
            np.testing.assert_allclose(record.sizes[seed, k], sizes, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("tokens", [2, 64, 1024])
def test_scores_near_zero_have_the_size_that_theory_says(tokens):
    record = softmax_jacobians(stds=(1e-4,), tokens=tokens, rows=20, seeds=2)
    np.testing.assert_allclose(record.sizes, record.flat, rtol=1e-3)


def test_the_first_sets_are_the_same_however_many_there_are():
    few, more = (softmax_jacobians(stds=(2,), rows=10, seeds=seeds).sizes for seeds in (2, 3))
    np.testing.assert_array_equal(few, more[:2])


@pytest.mark.parametrize("seed", range(5))
def test_large_scores_change_the_tails_and_not_the_median(seed):
    record = softmax_jacobians(stds=(1, 8), seeds=1, seed=seed)
    (one, eight), (low, tail) = record.share(0.5)[0], record.share(0.1)[0]
    assert 0.9 < eight / one < 1.2
    assert tail < 0.03 * low


@pytest.mark.parametrize("d", [16, 64, 256])
def test_without_the_division_the_gradient_of_w_q_grows_with_the_root_of_d(d):
    divided, plain = one_layer(d=d), one_layer(d=d, scale=1.0)
    assert np.all(abs(divided.std - 1) < 0.25)
    assert np.all(abs(plain.std / d**0.5 - 1) < 0.25)
    growth = plain.dW_q / divided.dW_q
    assert np.all((0.6 * d**0.5 < growth) & (growth < 1.6 * d**0.5))
    assert np.all(plain.ratio > divided.ratio)


def test_the_default_scale_is_one_over_the_root_of_d():
    for one, other in zip(one_layer(d=9), one_layer(d=9, scale=1 / 3), strict=True):
        np.testing.assert_array_equal(one, other)


def test_uniform_attention_hands_nothing_to_w_q():
    record = one_layer(scale=0.0)
    assert not record.dW_q.any()
    assert not record.dq.any()
    assert record.dW_v.all()


@pytest.mark.parametrize(("T", "width"), [(32, 64), (8, 64), (128, 64), (32, 16)])
def test_one_attention_cubes_what_tokens_differ_by(T, width):
    record = cube(rests=(0.1, 0.03, 0.01), T=T, width=width)
    r = np.array(record.before)
    law = record.after / (record.constant * r**3)
    assert np.all((law > 0.5) & (law < 2.2))
    np.testing.assert_allclose(law / law[:, :1], 1, atol=0.15)
    np.testing.assert_allclose(record.fixed / r / (record.fixed / r)[:, :1], 1, atol=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_equal_tokens_hand_nothing_to_w_q_and_w_k(seed):
    rng = np.random.default_rng(seed)
    params = models.init_transformer(8, 32, scheme="lecun_normal", rng=rng, mlp=False)
    x, cotangent = rng.standard_normal((2, 16, 32))
    _, steps = models.transformer(params, x, skip=False)
    grads = [each.grads for each in tape.backprop(steps, cotangent) if isinstance(each.grads, models.Attention)]
    of_q, of_k, of_v = (np.array([np.linalg.norm(getattr(g, name)) for g in grads]) for name in ("W_q", "W_k", "W_v"))
    assert np.all(of_q[:3] < 1e-10 * of_v[:3])  # the last three blocks come first
    assert np.all(of_k[:3] < 1e-10 * of_v[:3])
    assert 0.1 < of_k[-1] / of_q[-1] < 10
    dh = probes.norms(steps, cotangent).dh
    assert 0.01 < dh[0] / dh[-1] < 100


@pytest.mark.parametrize("seed", range(0, 500, 100))
@pytest.mark.parametrize("form", [dict(norm="post"), dict(norm="pre"), dict(norm="pre", mlp=True)])
def test_what_w_q_receives_goes_as_the_square_of_r(form, seed):
    record = token_columns(skip=True, depth=24, width=64, tokens=32, seeds=10, seed=seed, **form)
    share, r = np.median(record.dW_q / record.dW_v, axis=0), np.median(record.r[:, :-1], axis=0)
    assert np.all((share[[11, 23]] / r[[11, 23]] ** 2 > 0.12) & (share[[11, 23]] / r[[11, 23]] ** 2 < 0.6))
    if form["norm"] == "post":
        assert r[23] < 0.02 * r[11]  # so that r itself and its cube would both leave these bounds


def test_a_picture_of_jacobians_says_its_numbers():
    record = softmax_jacobians(stds=(0.1, 8), rows=100, seeds=2)
    picture = show(record)
    assert f"has the size {np.median(record.share(0.5)[:, 1]):.2g}." in picture.caption
    assert "theory predicts 0.12 for every row" in picture.caption
    assert "median row: 0.12 at 0.1" in picture.alt


def test_a_picture_of_forms_names_each_form_and_where_its_tokens_end():
    nets = [dict(), dict(mlp=True), dict(norm="pre", skip=True, mlp=True), dict(norm="post", skip=True)]
    records = [token_columns(depth=6, width=16, tokens=8, seeds=5, **net) for net in nets]
    names = ["attention alone", "no skip, MLP", "pre-norm, skip, MLP", "post-norm, skip"]
    assert [form(record.net) for record in records] == names
    picture = show(records)
    gone = f"After the last block, only rounding is left of r in “attention alone” and in “{names[1]}”."
    assert picture.caption.startswith(f"{gone} It is {records[2].left:.2g} (")
    assert show(records[2:]).caption.startswith(f"After the last block, r is {records[2].left:.2g} (")
    sentences = picture.caption.splitlines()[0].split(". ")
    assert max(len(sentence.split()) for sentence in sentences) <= 20
    assert "Theory without a skip is r'" in picture.caption
    assert "divides r by √2" in picture.caption
    curves = [line.get_ydata() for line in picture.figure.axes[0].lines]
    for record in records:
        medians = np.log10(np.median(record.r, axis=0)).clip(-16)
        assert any(len(y) == 7 and np.allclose(y, medians, atol=0.3) for y in curves)
    assert "Theory" not in show(records[2:3]).caption
