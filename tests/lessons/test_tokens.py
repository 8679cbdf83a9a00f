"""Digits as tokens, the transformers of lesson 14 that learn to classify them, and their stored tables."""

from __future__ import annotations

import course
import numpy as np
import pytest

from vgrad import data, ops, probes, train
from vgrad.gradcheck import directional
from vgrad.kit.experiments.tokens import (
    attending,
    cut_into_tokens,
    init_token_nets,
    token_classifier,
    token_count,
    token_gradients,
    token_logits,
)
from vgrad.lessons.attention import (
    best,
    compare_growth,
    compare_places,
    compare_scales,
    compare_starved,
    show,
    train_tokens,
)
from vgrad.tape import tree_map

X, LABELS, *_ = data.digits()
DRAWN = {"norm", "place", "heads", "qk_norm", "cut"}  # settings that the parameters are drawn for
FORMS = (
    dict(),
    dict(place="post"),
    dict(norm=None),
    dict(norm="rms", cut="patches"),
    dict(causal=True),
    dict(qk_norm=True, heads=2),
    dict(skip=False, norm=None),
    dict(scale=1.0, place="post", qk_norm=True),
)
SMALL = dict(blocks=2, width=8, cut="rows", steps=12, seeds=2)


def drawn(form, **settings):
    return init_token_nets(2, 4, dtype="float64", **{key: form[key] for key in DRAWN & form.keys()}, **settings)


def run_of(form):
    return {key: value for key, value in form.items() if key != "qk_norm"}


@pytest.mark.parametrize(("cut", "down", "across"), [("rows", 1, 8), ("patches", 2, 2)])
def test_the_tokens_are_the_pixels_of_the_picture_read_row_by_row(cut, down, across):
    tokens = cut_into_tokens(X[:3], cut).reshape(3, token_count(cut), down * across)
    for picture, own in zip(X[:3].reshape(3, 8, 8), tokens, strict=True):
        corners = [(i, j) for i in range(0, 8, down) for j in range(0, 8, across)]
        for (i, j), token in zip(corners, own, strict=True):
            np.testing.assert_array_equal(token, picture[i : i + down, j : j + across].ravel())


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_whole_gradient_is_that_of_differences(form):
    def loss_of(params):
        logits, tape = token_logits(params, X[:3], **run_of(form))
        loss, pullback = ops.softmax_cross_entropy(logits, LABELS[:3])
        return loss, lambda dloss: token_gradients(tape, pullback(dloss))

    found = directional(loss_of, drawn(form, seeds=2), rng=np.random.default_rng(0))
    assert found.error < 1e-6
    assert all(each.verdict == "right" for each in found.arrays)


def test_the_model_hands_its_loss_and_gradient_to_training_and_dloss_scales_it():
    nets = drawn({}, seeds=2)
    model = token_classifier()
    once, twice = (model(nets, (X[:4], LABELS[:4]), dloss) for dloss in (1.0, 2.0))
    np.testing.assert_array_equal(once.loss, twice.loss)
    tree_map(lambda a, b: np.testing.assert_allclose(2 * a, b, rtol=1e-12), once.grads, twice.grads)
    tree_map(lambda a, b: a.shape == b.shape or pytest.fail("shapes"), once.grads, nets)


def test_without_the_vectors_of_positions_the_order_of_tokens_does_not_matter():
    first, *rest = drawn({}, seeds=1)
    shuffled = X[:3].reshape(3, 8, 8)[:, ::-1].reshape(3, 64)
    for place, alike in ((0 * first.place, True), (first.place, False)):
        logits = [token_logits([first._replace(place=place), *rest], x)[0] for x in (X[:3], shuffled)]
        assert np.allclose(*logits, rtol=1e-9) == alike


def test_a_network_is_the_same_alone_and_among_others_and_does_not_see_them():
    three, one = (drawn({}, seeds=seeds) for seeds in (3, 1))
    tree_map(lambda a, b: np.testing.assert_array_equal(a[:1], b), three, one)
    np.testing.assert_allclose(token_logits(three, X[:3])[0][:1], token_logits(one, X[:3])[0], rtol=1e-12)


@pytest.mark.parametrize(("spoilt", "named"), [(np.inf, "embedding"), (1e200, "readout|attention|mean|affine")])
def test_what_is_not_finite_is_named_by_its_step(spoilt, named):
    first, *rest = drawn(dict(norm=None), seeds=1)
    nets = [first._replace(place=first.place + spoilt), *rest]
    rule = train.sgd(0.1)
    (record,) = train.fit(nets, token_classifier(norm=None), [(X[:2], LABELS[:2])], optimizer=rule, steps=1)
    assert record.trouble is not None
    assert any(name in record.trouble for name in named.split("|"))


@pytest.mark.parametrize("form", [dict(), dict(place="post"), dict(causal=True), dict(scale=2.0), dict(qk_norm=True)])
def test_what_is_seen_of_attention_is_what_one_computes_token_by_token(form):
    nets = drawn(form, seeds=2)
    seen = attending(nets, X[:2], LABELS[:2], **run_of(form))
    _, tape = token_logits(nets, X[:2], **run_of(form))
    (state,) = (step.input for step in tape if step.name == "attention 1")
    h = np.asarray(state[1] if isinstance(state, tuple) else state)[1].reshape(2, 8, 4)
    block = tree_map(lambda a: a[1], nets[1])
    stds, entropies = [], []
    for picture in h:
        q, k = picture @ block.attention.W_q, picture @ block.attention.W_k
        if form.get("qk_norm"):
            q, k = (z / np.sqrt((z * z).mean(axis=-1, keepdims=True) + ops.EPSILON) for z in (q, k))
        for t, row in enumerate(form.get("scale", 0.5) * q @ k.T):
            row = row[: t + 1] if form.get("causal") else row
            a = np.exp(row) / np.exp(row).sum()
            stds.append(row.std())
            entropies.append(-(a * np.log(a)).sum())
    assert seen.entropy[1, 0] == pytest.approx(np.mean(entropies), rel=1e-9)
    assert seen.std[1, 0] == pytest.approx(np.sqrt(np.mean(np.square(stds))), rel=1e-9)


def test_what_reaches_w_q_and_w_v_and_h_is_the_gradient_of_the_loss():
    nets = drawn({}, seeds=2)
    seen = attending(nets, X[:2], LABELS[:2])
    logits, tape = token_logits(nets, X[:2])
    dlogits = ops.softmax_cross_entropy(logits, LABELS[:2])[1]()
    grads = token_gradients(tape, dlogits)
    for k in (0, 1):
        np.testing.assert_allclose(seen.dW_q[:, k], probes.norm(grads[k + 1].attention.W_q), rtol=1e-12)
        np.testing.assert_allclose(seen.dW_v[:, k], probes.norm(grads[k + 1].attention.W_v), rtol=1e-12)
    of_blocks = [step for step in tape if step.layer]
    dh = dlogits
    for step in reversed(tape[len(of_blocks) + 1 :]):
        _, dh = step.pullback(dh)
    np.testing.assert_allclose(seen.dh, probes.norms(of_blocks, dh).dh, rtol=1e-12)
    h = of_blocks[-1].output[1].reshape(2, 8, 4)
    rest = [np.linalg.norm(own - own.mean(axis=0)) / np.linalg.norm(own) for own in h]
    assert seen.rest[1, 1] == pytest.approx(np.mean(rest), rel=1e-9)


def test_uniform_attention_has_equal_weights_and_w_q_receives_nothing():
    record = train_tokens(scale="0", **SMALL)
    np.testing.assert_allclose(record.entropy, np.log(8), rtol=1e-6)
    assert not record.std.any()
    assert not record.starved_first.any()


def test_training_repeats_and_its_first_networks_are_the_same_however_many_there_are():
    one, other = (train_tokens(**SMALL | dict(seeds=seeds)) for seeds in (1, 2))
    np.testing.assert_allclose(one.accuracy, other.accuracy[:1])
    np.testing.assert_allclose(one.std, other.std[:1], rtol=1e-3)
    assert one.looks == (0, 1, 3, 10)


def test_the_baseline_learns_and_larger_matrices_enlarge_the_scores_fourfold():
    pixels = train_tokens(0, rate=0.01, steps=60, seeds=2)
    assert pixels.right.min() > 0.5
    assert np.isnan(pixels.std).all()
    plain, larger = (train_tokens(**SMALL | dict(larger=factor, steps=1)) for factor in (1.0, 2.0))
    np.testing.assert_allclose(larger.std[:, 0], 4 * plain.std[:, 0], rtol=1e-4)


def test_qk_norm_makes_the_scores_independent_of_the_size_of_w_q_and_divides_its_gradient():
    plain, larger = (train_tokens(qk_norm=True, **SMALL | dict(larger=factor, steps=1)) for factor in (4.0, 8.0))
    np.testing.assert_allclose(larger.std[:, 0], plain.std[:, 0], rtol=1e-2)
    np.testing.assert_allclose(2 * larger.starved_first[:, 0], plain.starved_first[:, 0], rtol=2e-2)


def test_numbers_that_are_no_longer_finite_end_training_and_leave_the_looks_to_come_empty():
    record = train_tokens(rate=1e30, **SMALL)
    assert record.trouble
    assert np.isnan(record.std[:, -1]).all()
    assert (record.right == 0).all()


@pytest.mark.parametrize(
    ("name", "settings"),
    [("scales", dict(scale="0")), ("growth", dict(rate=1e-2)), ("places", dict(place="post", rate=1e-2))],
)
def test_a_stored_cell_says_what_running_says(name, settings):
    stored = best(name, **settings)
    (again,) = course.compute(name, [stored.settings | dict(seeds=1)])
    assert again.result["accuracy"][0] == pytest.approx(stored.result["accuracy"][0], abs=0.12)
    for what in ("std", "entropy", "rest", "ratio"):
        early, late = (np.array(result[what])[0, :2] for result in (again.result, stored.result))
        np.testing.assert_allclose(early, late, rtol=0.05)


def test_an_unknown_cell_is_refused():
    with pytest.raises(ValueError, match=r"^settings is "):
        best("scales", scale="7")


def test_scores_grow_at_a_high_rate_unless_qk_norm_holds_them_and_attention_is_then_worse_than_none():
    record = compare_growth()
    plain, normed, clipped, uniform = record.std[:, :, -1]
    assert plain.min() > 30
    assert clipped.min() > 30
    assert normed.max() < 6
    assert not uniform.any()
    plain, normed, _, uniform = record.accuracy
    assert plain.max() < min(normed.min(), uniform.min())
    slow = compare_growth(3e-3)
    assert slow.std[:, :, -1].max() < 6
    assert slow.accuracy.min() > 0.9


def test_the_picture_of_growing_scores_holds_its_numbers_and_says_them():
    record = compare_growth()
    picture = show(record)
    left, right = picture.figure.axes
    for line, rows in zip(left.lines, record.std, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.median(np.log10(rows), axis=0))
    for line, values in zip(right.lines, record.accuracy, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), values)
    start, end = np.median(record.std[0][:, [0, -1]], axis=0)
    assert f"grows from {start:.2g} to {end:.2g}." in picture.caption
    for name, values in zip(record.names, record.accuracy, strict=True):
        assert f"{name} {np.median(values):.2f}" in picture.caption
    with pytest.raises(ValueError, match=r"^settings is "):
        compare_growth(0.5)


def test_a_warm_up_widens_the_rates_of_post_norm_and_pre_norm_reaches_more_at_its_best():
    record = compare_places()
    post, warm, pre, _ = record.accuracy
    at = record.rates.index(3e-3)
    assert post[at].max() < 0.5 < warm[at].min()
    bests = [rows[np.median(rows, axis=1).argmax()] for rows in (post, warm, pre)]
    assert max(bests[0].max(), bests[1].max()) < bests[2].min()
    assert abs(np.median(bests[0]) - np.median(bests[1])) < 0.05


def test_the_tokens_of_post_norm_stay_alike_where_it_learns_and_become_one_where_it_does_not():
    record = compare_starved()
    slow_pre, fast_pre, slow_post, fast_post = record.rest[:, :, -1]
    assert min(slow_pre.min(), fast_pre.min()) > 0.3
    assert slow_post.max() < 0.03
    assert fast_post.max() < 1e-6
    slow_pre, fast_pre, slow_post, fast_post = record.starved[:, :, -1]
    assert slow_post.max() < 0.01 * min(slow_pre.min(), fast_pre.min()) * 2
    assert fast_post.max() < 1e-6
    assert record.accuracy[2].min() > 0.85  # and yet it learns
    assert record.accuracy[3].max() < 0.15
    assert record.ratio[3][:, 0].min() > 0.5  # its gradient was fine before the first step
    assert record.ratio[3][:, 4].max() < 1e-3


def test_without_the_division_attention_learns_less_though_w_q_receives_more():
    record = compare_scales()
    divided, whole, larger, uniform, normed = record.accuracy
    assert divided.min() > uniform.max()
    assert divided.min() > whole.max() + 0.05
    assert np.median(uniform) > np.median(whole) + 0.02 > np.median(larger) + 0.1
    assert (uniform > whole).sum() >= 4
    assert larger.max() < whole.min()
    assert normed.min() > uniform.max()
    assert (record.starved[1] > 2 * record.starved[0]).all()
    assert not record.starved[3].any()
    assert np.median(record.baseline) > 0.95  # a readout of the pixels is as good as the best of them


@pytest.mark.parametrize("compared", [compare_scales, compare_places, compare_growth, compare_starved])
def test_a_picture_of_stored_networks_says_their_medians_in_whole_sentences(compared):
    record = compared()
    picture = show(record)
    finding, protocol, *_ = picture.caption.split("\n")
    medians = [f"{median:.2f}" for median in np.median(record.accuracy, axis=-1).ravel()]
    assert sum(median in finding for median in medians) >= 3
    assert len(protocol.split()) <= 20
    assert all(name in picture.alt for name in record.names)
    assert all(sentence[0].isupper() for sentence in finding.split(". ") if sentence)


def test_the_pictures_draw_the_numbers_of_their_records():
    record = compare_places()
    lines = show(record).figure.axes[0].lines
    for line, rows in zip(lines, record.accuracy, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.median(rows, axis=-1))
    record = compare_starved()
    for axes, columns in zip(show(record).figure.axes, (record.rest, record.starved), strict=True):
        medians = [line for line in axes.lines if len(line.get_xdata()) == len(record.looks)]
        for line, rows in zip(medians, columns, strict=True):
            drawn = np.log10(rows).clip(-9)
            np.testing.assert_allclose(line.get_ydata(), np.median(drawn, axis=0))
    record = compare_scales()
    for axes, rows in zip(show(record).figure.axes, (record.starved, record.accuracy), strict=True):
        for line, values in zip(axes.lines, rows, strict=False):
            np.testing.assert_array_equal(line.get_xdata(), values)
