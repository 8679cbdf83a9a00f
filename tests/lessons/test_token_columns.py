"""The tokens of a transformer: what is measured of them, and the picture in which they grow alike."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import pixels
from matplotlib.colors import to_rgb

from vgrad import ops, tape
from vgrad.kit.marks import curves, grammar
from vgrad.lessons.attention.draw.columns import LOOKS, ColumnsPlot, columns, painted, shown
from vgrad.lessons.attention.explore import attention
from vgrad.lessons.attention.measure.columns import drawn_blocks, token_columns
from vgrad.lessons.attention.records import ROUNDING
from vgrad.lessons.attention.say.columns import percent, sentence

TINY = dict(depth=2, width=4, tokens=3, seeds=2)
FORMS = {
    "alone": dict(),
    "skip": dict(skip=True),
    "pre": dict(skip=True, norm="pre", mlp=True),
    "post": dict(skip=True, norm="post", mlp=True),
    "norm without a skip": dict(norm="pre", heads=2),
    "causal": dict(causal=True, scores=2.5),
}


# --- what is measured, by formulas written out and by differences ----------------------------------------------------


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def normed(h, on=True):
    if not on:
        return h
    h = h - h.mean(axis=-1, keepdims=True)
    return h / np.sqrt((h * h).mean(axis=-1, keepdims=True) + 1e-5)


def attended(maps, x, net):
    d = net.width // net.heads
    heads = []
    for k in range(net.heads):
        q, v, key = (x @ W[:, k * d : (k + 1) * d] for W in (maps.W_q, maps.W_v, maps.W_k))
        s = net.scores * q @ key.T / d**0.5
        if net.causal:
            s[np.triu_indices(len(s), 1)] = -np.inf
        heads.append(softmax(s) @ v)
    return np.concatenate(heads, axis=-1) @ maps.W_o


def fed(block, x):
    return ops.gelu(x @ block.first.W)[0] @ block.second.W


def states(blocks, h, net):
    """All states of one network, the input first."""
    every = [h]
    for block in blocks:
        for branch in (attended, fed)[: 1 + net.mlp]:
            seen = normed(h, net.norm == "pre")
            y = attended(block.attention, seen, net) if branch is attended else fed(block, seen)
            h = normed(h + y if net.skip else y, net.norm == "post")
        every.append(h)
    return every


def differences(loss, a, step=1e-5):
    """dL/da, number by number."""
    d = np.zeros_like(a)
    for place in np.ndindex(a.shape):
        ends = []
        for sign in (1, -1):
            moved = a.copy()
            moved[place] += sign * step
            ends.append(loss(moved))
        d[place] = (ends[0] - ends[1]) / (2 * step)
    return d


def one_network(block, n):
    return tape.tree_map(lambda a: a[n].copy(), block)


@pytest.mark.parametrize("form", FORMS)
def test_each_norm_is_that_of_differences_of_a_network_that_is_written_out(form):
    record = token_columns(**TINY, **FORMS[form])
    net = record.net
    blocks, x, cotangent = drawn_blocks(net, 0)
    for n in range(net.seeds):
        own = [one_network(block, n) for block in blocks]
        every = states(own, x[n], net)
        for k, h in enumerate(every):
            share = np.sqrt(((h - h.mean(axis=0)) ** 2).mean() / (h * h).mean())
            assert record.r[n, k] == pytest.approx(share, rel=1e-9)
        for k in range(1, net.depth + 1):
            dh = differences(after(own[k:], cotangent[n], net), every[k])
            assert record.dh[n, k - 1] == pytest.approx(np.linalg.norm(dh), rel=1e-5)
            for name, norms in (("W_v", record.dW_v), ("W_q", record.dW_q)):
                loss = changed(own, k - 1, name, x[n], cotangent[n], net)
                dW = differences(loss, getattr(own[k - 1].attention, name))
                assert norms[n, k - 1] == pytest.approx(np.linalg.norm(dW), rel=1e-4, abs=1e-8)


def after(blocks, cotangent, net):
    """The loss of a network as a function of what its last ``blocks`` take."""
    return lambda h: np.sum(cotangent * states(blocks, h, net)[-1])


def changed(blocks, k, name, x, cotangent, net):
    """The loss of a network as a function of one matrix."""

    def loss(W):
        block = blocks[k]._replace(attention=blocks[k].attention._replace(**{name: W}))
        return np.sum(cotangent * states([*blocks[:k], block, *blocks[k + 1 :]], x, net)[-1])

    return loss


def test_the_same_draws_make_the_same_networks_however_many_there_are_and_however_deep():
    many, few = (token_columns(depth=4, mlp=True, skip=True, norm="pre", seeds=seeds) for seeds in (5, 3))
    deep = token_columns(depth=7, mlp=True, skip=True, norm="pre", seeds=3)
    np.testing.assert_allclose(many.r[:3], few.r, rtol=1e-12)
    np.testing.assert_allclose(many.dW_q[:3], few.dW_q, rtol=1e-12)
    np.testing.assert_allclose(deep.r[:, :5], few.r, rtol=1e-12)
    np.testing.assert_allclose(deep.columns[:5], few.columns, rtol=1e-12)
    other = token_columns(depth=4, mlp=True, skip=True, norm="pre", seeds=3, seed=1)
    assert not np.allclose(other.r, few.r)


def test_the_columns_are_the_first_units_of_the_first_network_over_their_rms():
    record = token_columns(depth=3, width=16, tokens=5, seeds=2)
    blocks, x, _ = drawn_blocks(record.net, 0)
    h = states([one_network(block, 0) for block in blocks], x[0], record.net)[-1][:, :8].T
    np.testing.assert_allclose(record.columns[-1], h / np.sqrt((h * h).mean()), rtol=1e-9)
    assert token_columns(width=4, tokens=5, depth=1).columns.shape == (2, 4, 5)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match=r"^heads is 3; allowed is a divisor of width, 32"):
        token_columns(heads=3)


# --- what it shows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [dict(), dict(heads=4), dict(scores=0.3), dict(width=64, tokens=32)], ids=str)
def test_attention_alone_cubes_r_in_five_draws_as_theory_says_and_with_a_skip_it_does_not(settings):
    told = []
    for seed in range(5):
        record = token_columns(depth=6, seeds=9, seed=seed, **settings)
        r = np.median(record.r, axis=0)
        (starts, *_) = np.flatnonzero(np.isfinite(record.theory))
        assert r[starts] == record.theory[starts] < 0.3
        assert record.gone <= 5
        told.append(np.log10(r[starts + 1] / record.theory[starts + 1]))
        path = token_columns(depth=6, seeds=9, seed=seed, skip=True, **settings)
        assert (record.net.law, path.net.law) == ("cube", "half")
        assert path.left > 0.2
    assert np.abs(np.median(told)) < 0.5


@pytest.mark.parametrize("norm", ["none", "post"])
def test_a_skip_halves_the_square_of_r_where_attention_is_uniform_and_pre_norm_slows_that_down(norm):
    factors = []
    for seed in range(5):
        record = token_columns(depth=24, skip=True, norm=norm, seeds=9, seed=seed)
        law = record.theory[np.isfinite(record.theory)]
        assert law[-1] / law[0] == pytest.approx(2 ** (-(len(law) - 1) / 2))
        r = np.median(record.r, axis=0)
        factors.append((r[24] / r[16]) ** (1 / 8))
        slow = token_columns(depth=24, skip=True, norm="pre", seeds=9, seed=seed)
        assert np.isnan(slow.theory).all()
        assert slow.left > 0.2 > 20 * record.left
    assert np.median(factors) == pytest.approx(0.5**0.5, abs=0.05)
    assert np.ptp(factors) < 0.1


def test_what_vanishes_with_r_is_the_gradient_of_w_q_alone():
    for seed in range(5):
        record = token_columns(depth=6, seed=seed)
        starved = np.median(record.dW_q / record.dW_v, axis=0)
        assert starved[0] > 0.1
        assert starved[3] < 1e-6
        assert starved[5] < 1e-15
        assert 0.5 < np.median(record.dW_v[:, 0] / record.dW_v[:, -1]) < 2
        assert 0.1 < np.median(record.dh[:, 0] / record.dh[:, -1]) < 1


def test_without_a_norm_it_is_the_grown_scores_that_stop_the_gradient_of_w_q():
    """Networks of the same growth and of a smaller r, whose scores are smaller, hand W_q far more."""
    for seed in range(5):
        large, small = (token_columns(depth=24, skip=True, scores=c, seed=seed) for c in (1.0, 0.03))
        assert min(large.growth[-1], small.growth[-1]) > 300
        assert small.left < large.left
        assert large.relative["dW_q"].median[-1] < 1e-20 < 1e-12 < small.relative["dW_q"].median[-1]
        assert "scores grow with its square" in sentence(large)
        assert "scores grow" not in sentence(token_columns(depth=24, skip=True, norm="pre", seed=seed))


# --- words and picture ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("r", "said"),
    [(0.965, "96 %"), (0.1, "10 %"), (0.096, "10 %"), (0.0944, "9 %"), (0.0071, "0.7 %"), (2.5e-5, "0.003 %"),
     (2e-6, "2e-4 %"), (2.3e-7, "2e-5 %"), (1e-11, "1e-9 %"), (1e-15, "alike"), (0.0, "alike")],
)  # fmt: skip
def test_shares_are_said_in_percent_of_as_few_digits_as_there_is_room_for(r, said):
    assert percent(r) == said


def test_one_block_has_no_way_to_go_and_what_is_rounding_has_no_number():
    assert "dh at" not in sentence(token_columns(depth=1))
    picture = columns(token_columns(depth=8))
    assert "from block 4 on, only rounding tells them apart" in picture.caption
    assert "dW_q of the last block is no more than rounding, so it vanishes" in picture.caption
    assert "only rounding at block 8" in picture.alt
    assert "e-17" not in picture.caption + picture.alt


@pytest.mark.parametrize(
    ("depth", "pitch", "blocks"),
    [(1, 1, [0, 1]), (8, 1, [*range(9)]), (24, 3, [*range(0, 25, 3)]), (23, 3, [0, 3, 6, 9, 12, 15, 18, 23]),
     (4, 6, [0, 4])],
)  # fmt: skip
def test_the_last_block_is_always_drawn_and_no_group_lies_on_another(depth, pitch, blocks):
    assert shown(depth, pitch) == blocks
    assert depth < pitch or np.diff(blocks).min() >= pitch


def test_tokens_that_are_one_are_painted_as_one_column_again_and_again():
    record = token_columns(depth=8, tokens=6)
    rgba = painted(record.columns, [*range(9)], 8, 1)
    first, *_, last = np.split(rgba, 9, axis=1)
    for group, distinct in ((first, 6), (last, 1)):
        coloured = group[:, group[..., 3].any(axis=0)]
        assert coloured.shape[1] == 6 * 4
        tokens = coloured.reshape(8, 6, 4, 4)
        assert (tokens == tokens[:, :, :1]).all()
        assert len(np.unique(np.round(tokens[:, :, 0], 6), axis=1)[0]) == distinct
    low, zero, high = painted(np.array([[[-2.0, 0.0, 2.0]]]), [0], 0, 1)[0, [2, 7, 12], :3]
    assert low[1] < min(low[0], low[2])  # purple
    assert high[1] > max(high[0], high[2])  # green
    assert zero.min() > 0.97


def test_the_picture_marks_what_is_rounding_and_names_each_curve_without_overlap():
    record = token_columns(depth=8)
    plot = ColumnsPlot(record)
    _, floor, _ = plot.limits
    assert floor == -16
    r = plot.curves["r"]
    np.testing.assert_array_equal(r.zeros.get_xdata(), np.flatnonzero(record.relative["r"].median < ROUNDING))
    assert set(r.zeros.get_ydata()) == {floor}
    np.testing.assert_allclose(
        r.median.get_ydata()[:4], np.log10(np.sort(record.r, axis=0)[(record.net.seeds - 1) // 2, :4])
    )
    heights = np.sort(np.asarray(plot.labels.get_offsets())[:, 1])
    assert np.diff(heights).min() >= curves.ROOM - 1e-6
    assert len(plot.shares.get_paths()) == 9
    assert tuple(plot.shares.get_facecolors()[-1][:3]) == pytest.approx(to_rgb(grammar.VANISHING))
    ink = pixels(plot)
    for look in LOOKS.values():
        assert (np.abs(ink[..., :3] / 255 - to_rgb(look.color)).max(axis=-1) < 0.01).sum() > 40


def test_a_ghost_has_curves_and_no_words():
    explorer = attention()
    plot = explorer._plot
    record = token_columns(depth=12, skip=True, norm="pre", seeds=8, scores=1.3)
    ghost = plot.ghost(record)
    plot.update(record)
    alone = plot.canvas.outline()
    assert 0 < len(ghost) < len(alone)
    assert plot.shares.get_visible()
    assert plot.labels.get_visible()


def test_the_horizontal_axis_fits_and_the_vertical_one_grows():
    explorer = attention(norm="none", skip="without", depth=8)
    before = explorer._plot.limits
    explorer.controls["norm"].value = "pre"
    explorer.controls["skip"].value = "with"
    assert explorer._plot.limits == before
    explorer.controls["depth"].value = 20
    assert explorer._plot.limits[0] == "24"
    assert explorer._plot.limits[1] > before[1]
