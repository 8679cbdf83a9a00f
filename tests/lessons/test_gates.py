"""What lesson 12 measures and draws: how far a gated cell's gradient reaches, and by which paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import pixels
from test_pictures import cie_lab, contrast, linear_rgb

from vgrad import cells, models, probes
from vgrad.kit.experiments import reach as reach_experiments
from vgrad.kit.experiments.reach import keeping, networks, reach
from vgrad.kit.marks import grammar, heatmap
from vgrad.kit.words.cells import CELLS
from vgrad.lessons.gates import say as gates_say
from vgrad.lessons.gates.draw import defaults as defaults_draw
from vgrad.lessons.gates.draw import gates as gates_draw
from vgrad.lessons.gates.draw import reach as reach_draw
from vgrad.lessons.gates.draw.gates import GatesPlot
from vgrad.lessons.gates.measure import compare, defaults, split, stack

SMALL = dict(T=12, width=6)


# --- reach and compare ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "options"),
    [("rnn", {}), ("irnn", {}), ("lstm", dict(bias=2.0, mode="paired")), ("gru", dict(bias=1.0))],
)
def test_reach_is_the_jacobians_way_back(cell, options):
    """‖Jᵀ dh‖ / ‖dh‖ by the product of the steps' Jacobians, for one sample of one network."""
    record = reach(cell, batch=1, seeds=1, **SMALL, **options)
    (params,) = networks(cell, **SMALL, **options, apart=True)
    rng = np.random.default_rng((0, 1))
    xs = rng.standard_normal((SMALL["T"], 1, 1, 2))[:, 0]
    tape = models.unroll(reach_experiments.CELLS[cell], params, xs)[1]
    dh = rng.standard_normal((1, 1, SMALL["width"]))[0, 0]
    dstate = np.concatenate([dh, np.zeros(SMALL["width"] * (len(tape[-1].output) - 1))])
    sizes = [np.linalg.norm(dstate)]
    for J in probes.transitions(tape)[::-1]:
        dstate = dstate @ J[0]
        sizes.append(np.linalg.norm(dstate))
    np.testing.assert_allclose(record.sizes[0], np.array(sizes[::-1]) / np.linalg.norm(dh), rtol=1e-9)


def test_biases_are_where_they_belong():
    H = 6
    (lstm,) = networks("lstm", bias=3.0, mode="paired", width=H, apart=True)
    np.testing.assert_array_equal(lstm.b, np.repeat([-3.0, 3.0, 0.0, 0.0], H))
    (gru,) = networks("gru", bias=2.0, width=H, apart=True)
    np.testing.assert_array_equal(gru.b_x + gru.b_h, np.repeat([0.0, 2.0, 0.0], H))
    (chrono,) = networks("lstm", mode="chrono", T=50, width=H, apart=True)
    assert ((chrono.b[H : 2 * H] > 0) & (chrono.b[H : 2 * H] < np.log(49))).all()
    np.testing.assert_array_equal(chrono.b[:H], -chrono.b[H : 2 * H])


def test_a_bias_moves_the_same_network_and_more_seeds_begin_with_the_same():
    a, b = networks("lstm", bias=0.0, width=5, seeds=2), networks("lstm", bias=3.0, width=5, seeds=4)
    np.testing.assert_array_equal(a.W_h, b.W_h[:2])
    np.testing.assert_array_equal(a.W_x, b.W_x[:2])


def test_the_inputs_weights_of_all_gates_are_drawn_in_one_piece():
    W_x = networks("lstm", width=32, seeds=200).W_x
    assert W_x.std() == pytest.approx((2 / (2 + 4 * 32)) ** 0.5, rel=0.02)


@pytest.mark.parametrize(
    ("cell", "options", "named"),
    [
        ("rnn", dict(bias=1.0), "bias"),
        ("gru", dict(mode="chrono"), "mode"),
        ("rnn", dict(mode="paired"), "mode"),
        ("lstm", dict(width=0), "width"),
        ("lstm", dict(batch=0), "batch"),
        ("lstm", dict(seed=-1), "seed"),
        ("lstm", dict(mode="open"), "mode"),
        ("elman", {}, "cell"),
        ("lstm", dict(T=1), "T"),
        ("lstm", dict(sigma=-1.0), "sigma"),
    ],
)
def test_reach_refuses_what_it_cannot_do(cell, options, named):
    with pytest.raises(ValueError, match=rf"^{named} is "):
        reach(cell, **options)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_gate_that_keeps_is_the_share_of_the_old_state_in_the_new(cell):
    """dc'/dc of an LSTM along c, from the Jacobian; of a GRU, by its equation from n and h."""
    (params,) = networks(cell, bias=1.0, width=4, apart=True)
    xs = np.random.default_rng(0).standard_normal((5, 3, 2))
    outputs, tape = models.unroll(cell, params, xs)
    gate = keeping(cell, params, xs, outputs)
    if cell == "lstm":
        for f, J in zip(gate, probes.transitions(tape), strict=True):
            np.testing.assert_allclose(f, np.diagonal(J[:, 4:, 4:], axis1=-2, axis2=-1), rtol=1e-12)
        return
    moved = params._replace(b_x=params.b_x + np.repeat([0.0, 60.0, 0.0], 4))  # u = 1: h' = h, and n is not seen
    np.testing.assert_allclose(keeping(cell, moved, xs, outputs), 1)
    n_only = params._replace(b_x=params.b_x - np.repeat([0.0, 60.0, 0.0], 4))
    before = np.concatenate([np.zeros_like(outputs[:1]), outputs[:-1]])
    n = np.stack([cells.gru(n_only, x, (h,))[0][0] for x, h in zip(xs, before, strict=True)])
    np.testing.assert_allclose(outputs, (1 - gate) * n + gate * before, rtol=1e-9)


def test_highway_and_gates_sum_to_the_whole_and_the_highway_is_the_product_of_the_forget_gates():
    (params,) = networks("lstm", bias=1.0, width=5, apart=True)
    xs = np.random.default_rng(1).standard_normal((9, 2, 2))
    outputs, tape = models.unroll("lstm", params, xs)
    parts, f = split(tape), keeping("lstm", params, xs, outputs)
    np.testing.assert_allclose(parts.highway + parts.gates, parts.total, rtol=1e-9, atol=1e-15)
    along = np.diagonal(parts.highway, axis1=-2, axis2=-1)
    np.testing.assert_allclose(along[0], f[1:].prod(axis=0), rtol=1e-12)
    assert (parts.highway[-1] == np.eye(5)).all()


def test_compare_holds_what_each_net_keeps_and_the_split():
    record = compare(forget_bias=1.0, **SMALL, seed=3)
    (params,) = networks("lstm", bias=1.0, **SMALL, seed=3, apart=True)
    xs = np.random.default_rng((3, 1)).standard_normal((12, 2, 2))
    tape = models.unroll("lstm", params, xs)[1]
    np.testing.assert_allclose(record.kept["lstm"], probes.jacobian_norms(tape)[-1] / 12**0.5, rtol=1e-9)
    assert all(kept[-1] == pytest.approx(1) for kept in record.kept.values())
    sizes = np.sqrt((split(tape).gates ** 2).sum(axis=(-2, -1)).mean(axis=1) / 6)
    np.testing.assert_allclose(record.gates, sizes, rtol=1e-9, atol=1e-300)


# --- whose default, and stacks ----------------------------------------------------------------------------------------


def torch_cell(cell, **options):
    """A fresh cell of PyTorch in float64, and its weights as this package has them, layer by layer."""
    torch = pytest.importorskip("torch")
    module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](2, **options).double()
    each = []
    for layer in range(module.num_layers):
        names = [f"{kind}_l{layer}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        W_x, W_h, b_x, b_h = (getattr(module, name).detach().numpy() for name in names)
        biases = (b_x, b_h) if cell == "gru" else (b_x + b_h,)
        each.append((cells.GRUParams if cell == "gru" else cells.Recurrent)(W_x.T, W_h.T, *biases))
    return torch, module, each


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("T", [7, 100])
def test_a_fresh_cell_of_torch_hands_back_what_this_package_hands_back(cell, layers, T):
    """The outputs, and the gradient of every layer's first state, of torch's own weights: by autograd and by hand."""
    torch, module, params = torch_cell(cell, hidden_size=32, num_layers=layers)
    rng = np.random.default_rng(0)
    xs, dh = rng.standard_normal((T, 4, 2)), rng.standard_normal((4, 32))
    state = [torch.zeros(layers, 4, 32, dtype=torch.float64, requires_grad=True) for _ in range(cells.STATES[cell])]
    outputs, _ = module(torch.tensor(xs), tuple(state) if cell == "lstm" else state[0])
    (outputs[-1] * torch.tensor(dh)).sum().backward()
    tapes = []
    for each in params:
        xs, tape = models.unroll(cell, each, xs)
        tapes.append(tape)
    np.testing.assert_allclose(xs, outputs.detach().numpy(), rtol=1e-10, atol=1e-13)
    dhs = np.zeros_like(xs)
    dhs[-1] = dh
    for layer in reversed(range(layers)):
        _, dhs, dstate = models.through_time(tapes[layer], dhs)
        for mine, its in zip(dstate, state, strict=True):
            largest = abs(mine).max()
            assert largest > 0
            np.testing.assert_allclose(mine, its.grad[layer].numpy(), rtol=1e-6, atol=1e-9 * largest)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_default_called_pytorch_is_distributed_as_torch_draws_it(cell):
    """Bounds and spread of all weights and of the sum of both biases, over forty networks of each."""
    torch_cell(cell, hidden_size=32)
    theirs = [torch_cell(cell, hidden_size=32)[2][0] for _ in range(40)]
    ours = networks(cell, default="pytorch", width=32, seeds=40, apart=True)
    for name in theirs[0]._fields:
        mine, its = (np.array([getattr(params, name) for params in nets]).ravel() for nets in (ours, theirs))
        assert mine.shape == its.shape
        assert max(abs(mine)) == pytest.approx(max(abs(its)), rel=0.1)
        assert mine.std() == pytest.approx(its.std(), rel=0.06)
        shares = np.linspace(0.05, 0.95, 19)
        np.testing.assert_allclose(np.quantile(mine, shares), np.quantile(its, shares), atol=0.15 * its.std())


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_what_reaches_the_first_state_is_what_autograd_finds_in_fresh_cells_of_torch(cell):
    """The distribution of sizes over networks: twenty-four fresh cells of torch, and as many that are drawn here."""
    theirs = []
    for seed in range(24):
        torch, module, _ = torch_cell(cell, hidden_size=32)
        rng = np.random.default_rng(seed)
        xs, dh = torch.tensor(rng.standard_normal((100, 4, 2))), torch.tensor(rng.standard_normal((4, 32)))
        state = [torch.zeros(1, 4, 32, dtype=torch.float64, requires_grad=True) for _ in range(cells.STATES[cell])]
        outputs, _ = module(xs, tuple(state) if cell == "lstm" else state[0])
        (outputs[-1] * dh).sum().backward()
        back = np.concatenate([part.grad[0].numpy() for part in state], axis=-1)
        theirs.append(np.linalg.norm(back) / np.linalg.norm(dh.numpy()))
    ours = reach(cell, default="pytorch", seeds=24).sizes[:, 0]
    decades = np.log10([np.median(ours), np.median(theirs)])
    spread = np.std(np.log10(theirs))
    assert abs(decades[0] - decades[1]) < 4.5 * spread / 24**0.5
    assert np.std(np.log10(ours)) == pytest.approx(spread, rel=0.5)


def test_the_default_called_keras_is_drawn_as_keras_says():
    """W_x within Glorot's bound of all gates, rows of W_h orthonormal, and biases of 0 but for b_f = 1."""
    for cell, gates in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        for params in networks(cell, default="keras", width=16, seeds=20, apart=True):
            bound = (6 / (2 + gates * 16)) ** 0.5
            assert 0.8 * bound < abs(params.W_x).max() <= bound
            np.testing.assert_allclose(params.W_h @ params.W_h.T, np.eye(16), atol=1e-12)
            expected = np.repeat([0.0, 1.0, 0.0, 0.0], 16) if cell == "lstm" else np.zeros(gates * 16)
            np.testing.assert_array_equal(sum(params[2:]), expected)


def test_a_bias_is_added_to_the_default():
    (keras,) = networks("lstm", default="keras", bias=2.0, width=4, apart=True)
    np.testing.assert_array_equal(keras.b, np.repeat([0.0, 3.0, 0.0, 0.0], 4))
    plain, more = (networks("gru", default="pytorch", bias=bias, width=4, apart=True)[0] for bias in (0.0, 2.0))
    np.testing.assert_allclose(more.b_x - plain.b_x, np.repeat([0.0, 2.0, 0.0], 4), atol=1e-15)
    np.testing.assert_array_equal(more.W_h, plain.W_h)


@pytest.mark.parametrize(("cell", "options"), [("irnn", {}), ("lstm", dict(dtype="float32")), ("gru", dict(readout=1))])
def test_a_librarys_default_refuses_what_it_does_not_draw(cell, options):
    with pytest.raises(ValueError, match=r"^default is 'keras'; allowed is 'xavier'"):
        networks(cell, default="keras", **options)
    with pytest.raises(ValueError, match=r"^default is 'flax'; allowed is"):
        networks("rnn", default="flax")


def test_the_table_of_defaults_holds_what_reach_measures():
    record = defaults(sigmas=(0.5, 2.0), T=9, width=5, seeds=3, seed=4)
    assert record.kept.shape == (3, 2, 3, 3)
    lone = reach("gru", default="keras", sigma=2.0, T=9, width=5, seeds=3, seed=4)
    np.testing.assert_array_equal(record.kept[2, 1, 2], lone.sizes[:, 0])
    assert record.medians[2, 1, 2] == lone.ratio


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rnn_and_lstm_depends_on_the_default(seed):
    record = defaults(sigmas=(0.3, 1.0, 3.0), batch=1, seed=seed)
    (small, one, large), pytorch, keras = record.medians
    for rnn, lstm, _ in (small, one):
        assert rnn > 1e3 * lstm
    assert large[0] < large[1]
    for rnn, lstm, gru in pytorch:
        assert 100 * rnn < min(lstm, gru)
        assert lstm < 1e-18
    assert keras[0][0] > 1e3 * keras[0][1]
    assert keras[1][0] == pytest.approx(keras[1][1], rel=10)
    assert 1e6 * keras[2][0] < keras[2][1]
    assert all(1e6 * gru < lstm for _, lstm, gru in keras)


def test_the_picture_of_the_defaults_says_each_number_and_colours_it():
    record = defaults(sigmas=(0.5, 2.0), T=9, width=5, seeds=3)
    picture = defaults_draw.defaults(record)
    axes = picture.figure.axes[0]
    written = [text.get_text() for text in axes.texts]
    most = grammar.up_to(np.abs(np.log10(record.medians)).max(), heatmap.DECADES)
    colours = [patch.get_facecolor() for patch in axes.patches]
    for median, color in zip(record.medians.ravel(), colours, strict=True):
        assert grammar.number(median) in written
        assert grammar.number(median) in picture.alt
        np.testing.assert_allclose(color, heatmap.colours(np.array([np.log10(median)]), most)[0])
    assert {"Xavier", "PyTorch", "Keras", "inputs of size 0.5", "inputs of size 2"} <= set(written)
    vanished = int((record.medians < 0.1).sum())
    first = f"In {vanished} of 18 cases, the median gradient vanishes over 9 steps. With Xavier's "
    assert picture.caption.startswith(first)
    xavier, pytorch, keras = (record.medians[..., 1] > record.medians[..., 0]).sum(axis=1)
    said = f"at {xavier} of 2 input sizes, with PyTorch's at {pytorch} of 2 and with Keras's at {keras} of 2."
    assert said in picture.caption


def test_one_layer_of_a_stack_is_what_reach_measures_and_more_layers_are_fed_by_it():
    """A stack against the product of its layers' Jacobians, in one sample of one network."""
    T, H = 5, 3
    record = stack(layers=2, opened="every", bias=1.0, mode="alone", T=T, width=H, batch=1, seeds=1, seed=2)
    lower, upper = (
        networks("lstm", bias=1.0, T=T, width=H, seed=seed, inputs=inputs, apart=True)[0]
        for seed, inputs in ((4, 2), (5, H))
    )
    rng = np.random.default_rng((2, 1))
    xs = rng.standard_normal((T, 1, 1, 2))[:, 0]
    dh = rng.standard_normal((1, 1, H))[0]

    def loss(h, c, first):
        state = (h, c)
        other = (np.zeros_like(h), np.zeros_like(h))
        outputs, _ = models.unroll("lstm", lower, xs, state if first else other)
        outputs, _ = models.unroll("lstm", upper, outputs, other if first else state)
        return float((outputs[-1] * dh).sum())

    for layer in (0, 1):
        eps, back = 1e-6, []
        for part, unit in itertools.product((0, 1), range(H)):
            step = np.zeros((2, 1, H))
            step[part, 0, unit] = eps
            back.append((loss(*step, first=layer == 0) - loss(*-step, first=layer == 0)) / (2 * eps))
        assert record.kept[layer, 0] == pytest.approx(np.linalg.norm(back) / np.linalg.norm(dh), rel=1e-6)
    alone = stack(layers=1, opened="none", T=9, width=4, seeds=2).kept
    np.testing.assert_allclose(alone[0], reach("lstm", T=9, width=4, seeds=2).sizes[:, 0], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_one_open_layer_carries_the_gradient_to_the_first_state_and_the_others_stay_shut(seed):
    kept = {opened: stack(opened=opened, seeds=5, batch=1, seed=seed).medians for opened in ("none", "every", "first")}
    assert max(kept["none"]) < 1e-10
    assert kept["first"][0] > 1e-2 > 1e-10 > kept["first"][2]
    assert kept["first"][0] > kept["every"][0] > 1e-3
    assert kept["every"][2] > 0.1


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_a_live_picture_of_gates_moved_is_the_fresh_one_pixel_for_pixel():
    records = [compare(), compare(T=2, width=2), compare(forget_bias=5.0, T=40, sigma=3.0), compare(sigma=0.0, T=20)]
    fresh = [pixels(GatesPlot(record)) for record in records]
    live = GatesPlot(records[0])
    for pair in itertools.combinations(range(len(records)), 2):
        for k in pair:
            live.update(records[k])
            np.testing.assert_array_equal(pixels(live), fresh[k], err_msg=f"on the way {pair}, at {k}")


def colours_of(lamps):
    """The colour of each cell: it is the same wherever in the cell it is taken but at its edge."""
    row = np.asarray(lamps.get_array())[0]
    return row[gates_draw.ACROSS // 2 :: gates_draw.ACROSS]


def test_each_cell_is_lit_by_its_own_number_and_the_first_one_says_it():
    record = compare(**SMALL)
    plot = GatesPlot(record)
    _, most = plot._limits(record)
    for cell, row in plot.rows.items():
        kept = record.kept[cell]
        np.testing.assert_allclose(colours_of(row.lamps), heatmap.colours(np.log10(kept), most))
        assert row.lamps.get_extent()[:2] == [11.5, -0.5]
        assert row.number.get_text().split("\n")[0].strip() == grammar.number(kept[0])
        assert row.number.get_text().split("\n")[1].strip() in ("vanishes", "holds", "explodes")


def test_the_band_is_as_wide_as_what_the_highway_keeps_and_the_detours_are_lit_by_theirs():
    record = compare(forget_bias=2.0, **SMALL)
    plot = GatesPlot(record)
    x, y = plot.highway.band.get_xy()[:-1].T  # the last is the first again
    widths = (y[:12] - y[12:][::-1]) / gates_draw.ROAD[1]
    np.testing.assert_array_equal(x[:12], np.arange(12))
    np.testing.assert_allclose(widths, record.highway[::-1], atol=1e-12)
    colours = np.asarray(plot.highway.lamps.get_array())[0]
    _, most = plot._limits(record)
    np.testing.assert_allclose(colours[:-2], heatmap.colours(np.log10(record.gates[:-2]), most))
    numbers = [text.get_text().split("\n")[0].strip() for text in plot.highway.numbers]
    assert numbers == [grammar.number(record.highway[0]), grammar.number(record.gates[0])]


@pytest.mark.parametrize("settings", [dict(), dict(forget_bias=0.0, update_bias=0.0, T=100), dict(T=2, width=2)])
def test_names_and_numbers_lie_apart(settings):
    plot = GatesPlot(compare(**settings))
    assert plot.canvas.ground
    assert plot.canvas.overlay()
    words = [text for text in plot.axes.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in words]
    for (one, here), (other, there) in itertools.combinations(boxes, 2):
        assert not here.shrunk(0.98, 0.8).overlaps(there.shrunk(0.98, 0.8)), (one, other)


def test_several_lstms_are_shaded_by_their_bias_and_named_by_it_at_their_curves():
    records = [reach("lstm", bias=bias, T=10, seeds=2) for bias in (3.0, 0.0, 1.0)]
    records += [reach("lstm", bias=5.0, mode="paired", T=10, seeds=2), reach("lstm", mode="chrono", T=10, seeds=2)]
    looks = reach_draw._looks(records)
    three, nought, one, paired, _ = (cie_lab(linear_rgb(look.color))[0] for look in looks)
    assert np.all(np.diff([nought, one, three, paired]) < -3)
    for look in looks:
        for ground in (grammar.PAPER, grammar.VANISHING_SIDE, grammar.EXPLODING_SIDE):
            assert contrast(look.color, ground) >= 3
    names = [gates_say.short_name(record, records) for record in records]
    assert names == ["forget bias 3", "forget bias 0", "forget bias 1", "forget 5, input -5", "chrono biases"]
    written = {text.get_text(): text.get_color() for text in reach_draw.reach(records).figure.axes[0].texts}
    for name, look in zip(names, looks, strict=True):
        assert written[name] == look.color


def test_one_lstm_among_other_nets_keeps_its_colour():
    records = [reach("rnn", T=5, seeds=2), reach("lstm", bias=1.0, T=5, seeds=2), reach("gru", T=5, seeds=2)]
    assert [look.color for look in reach_draw._looks(records)] == [CELLS[record.cell].color for record in records]
    named = ["RNN", "LSTM, forget bias 1", "GRU, update bias 0"]
    assert [gates_say.short_name(record, records) for record in records] == named


def test_on_axes_that_have_grown_a_shorter_record_is_drawn_as_short_as_it_is():
    gates = GatesPlot(compare(T=40, width=4))
    gates.update(compare(T=8, width=4), grow=True)
    assert gates.axes.get_xlim()[0] > 40
    assert [row.lamps.get_extent()[0] for row in gates.rows.values()] == [7.5] * 3
    assert gates.highway.band.get_xy()[:, 0].max() == 7


def test_still_pictures_say_their_numbers():
    records = [reach("rnn", T=20, seeds=3), reach("lstm", bias=3.0, mode="paired", T=20, seeds=3)]
    finding, protocol, how = reach_draw.reach(records).caption.split("\n")
    names = ("the RNN", "the LSTM with forget bias 3 and input bias -3")
    sizes = {name: record.ratio for record, name in zip(records, names, strict=True)}
    best, worst = sorted(sizes, key=lambda name: abs(np.log(sizes[name])))
    assert finding.startswith(f"T{best[1:]} keeps {grammar.number(sizes[best])} of its gradient over 20 steps, so the ")
    assert finding.endswith(f" T{worst[1:]} keeps {grammar.number(sizes[worst])}.")
    assert protocol == "Median of 3 networks, width 32, inputs of size 1."
    for record, name in zip(records, ("RNN", "LSTM, forget 3, input -3"), strict=True):
        assert f"{grammar.number(record.ratio)} with {name}" in how
