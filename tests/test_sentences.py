"""What every explorer says is true, wherever its controls are: recomputed from the record, or measured anew.

pytest tests/test_sentences.py -k wherever --dist=load -n 2 --states=20000      # a longer sweep, of twenty thousand
"""

from __future__ import annotations

import itertools
import math
import re

import ipywidgets as widgets
import numpy as np
import pytest
from explored import (
    SLIDERS,
    Page,
    behind,
    button,
    ends,
    every_control,
    every_explorer,
    from_link,
    pixels,
    presets,
    same,
    shared,
    shown,
    tree,
    values,
)
from hypothesis import given, note, settings
from hypothesis import strategies as st

from vgrad import cells, experiments, explorers, init, models, ops, plots, probes


def assert_flow_is_told_truly(explorer):
    """The sentence of a gradient's flow, against the norms, the controls, and the same networks in float64."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    assert record.shown == tuple(name for name in ("dh", "dz", "dW") if asked[name])
    assert (len(record.dh) < asked["seeds"]) == ("networks asked for" in words)
    assert words.startswith(f"{asked['depth']} layer")
    assert record.dh.shape[1] == asked["depth"]
    for name in record.shown if record.depth > 1 else ():
        assert_ratio_is_told_truly(name, getattr(record, name), words)
    broken = np.flatnonzero(~np.isfinite(record.dh).all(axis=0))
    assert re.findall(r"no longer finite at layer (\d+)", words) == [str(k + 1) for k in broken[-1:]]
    assert_silence_is_told_truly(asked, record, words)


def assert_ratio_is_told_truly(name, norms, words):
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.sort(np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1]))
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}  # of an even number, either
    told = re.search(rf"{name} (?:is (exactly 0|[-+.e\d]+)[^;]*?: it (?:shrinks, but |grows, but )?)?(\w+)", words)
    sizes = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if math.isfinite(m) else None for m in medians}
    overflowed, compared = (~np.isfinite(norms[:, [0, -1]])).any(axis=1), norms[:, -1] != 0
    beyond = "overflows" if overflowed.sum() >= (~compared & (norms[:, 0] > 0) & ~overflowed).sum() else "has"
    assert told.groups() in {(sizes[m], verdict_of(m) if math.isfinite(m) else beyond) for m in medians}
    if band := re.search(rf"{name} of 8 in 10 from (\S+) to ([-+.e\d]+)", words):
        low, high = (float(said.rstrip(".")) for said in band.groups())
        assert np.mean((ratios >= 0.94 * low) & (ratios <= 1.06 * high)) >= 0.7  # 5 of 7 networks are the fewest


def verdict_of(ratio):
    if not math.isfinite(ratio):
        return "overflows"
    return "vanishes" if ratio < 0.1 else "explodes" if ratio > 10 else "holds"


def assert_silence_is_told_truly(asked, record, words):
    """A gradient of exactly 0 is underflow where float64 still has it; ReLU's dead units stop it in float64 too."""
    silent = record.dh[:, 0] == 0
    underflow, dead, flat = (
        sum(int(k) for k in re.findall(rf"In (\d+) of \d+ networks? {cause}", words))
        for cause in ("it is too small", "a layer of dead units", "slopes round to 0")
    )
    assert underflow + dead + flat == silent.sum()
    assert not (dead if asked["activation"] != "relu" else flat)
    if silent.any():
        limits = dict(multiply_adds=2**60, weights=2**60, seeds=len(record.dh), precision="float64")
        settings = ("depth", "width", "activation", "scheme", "gain", "norm", "skip", "alpha", "batch")
        network = {key: getattr(record, key) for key in settings}
        exact = experiments.flow(**network, **limits).dh[:, 0] == 0
        assert underflow + flat >= (silent & ~exact).sum()
        assert dead <= (silent & exact).sum()


def assert_products_are_told_truly(explorer):
    """The sentence of the products, against products multiplied anew, one by one, from the same factors."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    factors = record.factor * np.exp(asked["spread"] * logarithms(asked["seeds"], asked["depth"]))
    product, path = np.ones(len(factors), asked["precision"]), []
    with np.errstate(all="ignore"):
        for column in factors.T:
            product = product * column.astype(asked["precision"])
            path.append(product.astype(float))
    chance, last = asked["spread"] > 0 and asked["seeds"] > 1, np.sort(path[-1])
    nearby = last[[(len(last) - 1) // 2, len(last) // 2]]  # of an even number, either
    told = re.search(r": the (?:product|median of (\d+) products) is (.+?) \(theory (\S+)\): it (\w+)", words)
    assert told[1] == (str(asked["seeds"]) if chance else None)
    assert told[2] in {"exactly 0" if m == 0 else plots.grammar.number(m) for m in nearby}
    assert told[4] in {verdict_of(m) for m in nearby}
    assert words.startswith(f"{asked['depth']} factor")
    assert_theory_is_told_truly(record, words, told[3], chance)
    assert_losses_are_told_truly(asked, np.array(path), words, chance)


def logarithms(seeds, depth):
    """ζ, drawn as the experiment says: a hundred at a time, each hundred with a generator of its own."""
    blocks = [np.random.default_rng((0, 3, k)).standard_normal((seeds, 100)) for k in range(-(-depth // 100))]
    return np.concatenate(blocks, axis=1)[:, :depth]


def assert_theory_is_told_truly(record, words, typical, chance):
    decades = record.depth * math.log10(record.factor)
    assert math.log10(float(typical)) == pytest.approx(decades, abs=0.03)
    if chance and (mean := re.search(r"their mean is (.+?) \(theory (\S+)\)", words)):
        of_ten = record.depth * record.spread**2 / 2 / math.log(10)
        mantissa, _, exponent = mean[2].partition("e")
        assert math.log10(float(mantissa)) + int(exponent or 0) == pytest.approx(decades + of_ten, abs=0.03)
        with np.errstate(over="ignore"):
            measured = float(np.mean(record.products[:, -1].astype(np.longdouble)))
        assert mean[1] in {"exactly 0" if measured == 0 else plots.grammar.number(measured)}


def assert_losses_are_told_truly(asked, path, words, chance):
    """From where on the median is lost, and how many products are lost in the end."""
    said = re.search(r"exactly 0 (?:in \w+ )?from (\d+) on", words), re.search(r"is beyond \w+ from (\d+) on", words)
    middle = np.sort(path, axis=1)[:, round(0.5 * (asked["seeds"] - 1))]
    for match, lost in zip(said, (middle == 0, ~np.isfinite(middle)), strict=True):
        assert (match and int(match[1])) == (int(np.argmax(lost)) + 1 if lost.any() else None)
    for kind, lost in (("exactly 0", path[-1] == 0), ("beyond", ~np.isfinite(path[-1]))):
        count = re.search(rf"In the end (\d+) of \d+ are {kind}", words)
        assert (int(count[1]) if count else 0) == (lost.sum() if chance else 0)


def assert_norms_are_told_truly(explorer):
    """The sentence of the norms: each curve's ratio, verdict and factor a layer, against the networks' own norms."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    named = {"none": ("no_norm", "without a norm"), "batch": ("batch_norm", "with batch norm")}
    named |= {"layer": ("layer_norm", "with layer norm")}
    suffix = "_after" if asked["place"] == "after" else ""
    assert [*record.flows] == [norm for norm, (key, _) in named.items() if asked[key]]
    assert words.startswith(f"{asked['depth']} layer")
    assert ("norms after the activation" in words) == bool(suffix)
    assert f"width {asked['width']}," in words
    assert f"{asked['batch']} samples." in words
    for norm, flow in record.flows.items():
        assert flow.norm == (None if norm == "none" else norm + suffix)
        assert flow.dh.shape[1] == asked["depth"]
        assert (len(flow.dh) < asked["seeds"]) <= ("networks asked for" in words)
        silent = int((flow.dh[:, 0] == 0).sum())
        told = re.findall(
            rf"In (\d+) of (?:\d+) networks? {named[norm][1]} the first layer receives exactly noth", words
        )
        assert told == ([str(silent)] if silent else [])
        if asked["depth"] > 1:
            assert_norm_is_told_truly(flow.dh, named[norm][1], words)


def assert_norm_is_told_truly(norms, name, words):
    with np.errstate(invalid="ignore"):
        ratios = np.sort(np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1]))
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}  # of an even number, either
    finding = words.partition(". ")[0]
    part = next(part for part in finding.split(": ", 1)[1].split("; ") if part.startswith(name))
    size = r"(exactly 0|[-+.e\d]+)"
    told = re.search(rf"{name} (?:the first layer's dh is )?(?:{size}(?: of the last's)?[^:]*: )?it (\w+)", part)
    sizes = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups() in {(sizes[m], verdict_of(m)) for m in medians}
    factor = re.search(rf"A layer multiplies it by [^:]*?([-+.e\d]+) {name}", words)
    layers = norms.shape[1] - 1
    allowed = {f"{m ** (1 / layers):.3g}" for m in medians if 0 < m < math.inf}
    assert (factor[1] in allowed) if factor else allowed != medians or not allowed


def assert_slopes_are_told_truly(explorer):
    """The sentence of an activation, against slopes by difference quotients at z drawn anew."""
    asked, words = values(explorer), explorer.caption
    sigma, f = float(f"{asked['sigma']:.3g}"), ops.ACTIVATIONS[asked["activation"]]
    z, size = np.random.default_rng((0, 4)).standard_normal(20_000) * sigma, plots.grammar.number
    step = 1e-6 * np.maximum(1, abs(z))
    slope = (f(z + step)[0] - f(z - step)[0]) / (2 * step)
    told = re.search(
        r"slope is (\S+) \(theory (\S+)\), the mean (\S+), the largest (\S+?)\. While .* by (\S+) σ_w", words
    )
    grid = np.linspace(-12, 12, 24_001)
    steepest = np.max((f(grid + 1e-6)[0] - f(grid - 1e-6)[0]) / 2e-6)
    numbers = [float(number) for number in told.groups()]
    rms = np.mean(slope**2) ** 0.5
    np.testing.assert_allclose(numbers, [rms, rms, slope.mean(), steepest, rms], rtol=0.07, atol=1e-3)
    assert told[1] == told[5] == size(explorer.record.rms)
    assert words.startswith(f"{plots.grammar.look(asked['activation']).label} where z ~ N(0, {sigma:g}²)")
    assert_shares_are_told_truly(re.search(r"units, (.+) saturated \(.*\), (.+) at slope exactly 0\.$", words), f, z)


def assert_shares_are_told_truly(told, f, z):
    """Units saturated, and at slope 0: none and all only where it is so, and the percentage to two digits."""
    slope = f(z)[1](np.ones_like(z))
    stopped = np.mean(slope == 0)
    for said, share in zip(told.groups(), (np.mean(abs(slope) < 0.01) - stopped, stopped), strict=True):
        assert (said == "none are") == (share == 0)
        assert (said == "all are") == (share == 1)
        if percent := re.match(r"(\S+) % are", said):
            assert float(percent[1]) / 100 == pytest.approx(share, rel=0.06)


def assert_paths_are_told_truly(explorer):
    """The sentence of a path: sizes, verdicts and factors both ways, against the networks' own norms."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    flow, depth = record.flow, asked["depth"]
    alpha = round(asked["alpha"], 2) / {"1": 1, "sqrt(depth)": depth**0.5, "depth": depth}[asked["over"]]
    assert (flow.skip or "none", flow.norm or "none", flow.activation) == (
        asked["form"],
        asked["norm"],
        asked["activation"],
    )
    assert flow.alpha == pytest.approx(alpha)
    assert flow.dh.shape[1] == depth
    assert words.startswith(f"{depth} layer")
    assert plots.skips.FORMS[flow.skip] in words
    assert (len(flow.dh) < asked["seeds"]) == ("networks asked for" in words)
    with np.errstate(invalid="ignore"):
        back = np.where(flow.dh[:, 0] == 0, 0.0, flow.dh[:, 0] / flow.dh[:, -1])
    ways = {"forward, h becomes": (flow.h[:, -1] / (flow.batch * flow.width) ** 0.5, depth)}
    ways |= {"back, dh becomes": (back, depth - 1)} if depth > 1 else {}
    for (start, (ratios, layers)), name in zip(ways.items(), ("h", "dh"), strict=False):
        assert_way_is_told_truly(start, name, np.sort(ratios), layers, words)


def assert_way_is_told_truly(start, name, ratios, layers, words):
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}  # of an even number, either
    told = re.search(rf"{start} (?:too large a number|(exactly 0|[-+.e\d]+)[^:]*): it (\w+)(?:, but (\w+))?", words)
    sizes = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups()[:2] in {(sizes[m], verdict_of(m)) for m in medians}
    if factor := re.search(rf"A layer multiplies [^.]*?\b{name} by ([-+.e\d]+?)[,.](?: |$)", words):
        assert factor[1] in {f"{m ** (1 / layers):.3g}" for m in medians}


def assert_training_is_told_truly(explorer):
    """The sentence of training, against the same networks trained anew for as many steps."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    *_, again = itertools.islice(experiments.training.watch(**asked | {"rate": record.rate}), record.step)
    finite = np.isfinite(again.loss[:, : again.step])
    np.testing.assert_array_equal(np.isfinite(record.loss[:, : record.step]), finite)
    lower = (asked["seeds"] - 1) // 2  # of an even number of networks, the lower
    start = max(0, again.step - 10)
    loss = np.sort(again.loss[:, start : again.step].mean(axis=1))[lower]
    layers = f"{asked['depth']} layer"
    assert words.startswith(layers)
    assert f": after {record.step} of {asked['steps']} steps the loss is " in words
    told = re.search(r"the loss is (not finite|[-+.e\d]+)(, no better than guessing)?", words)
    assert told[1] == (plots.grammar.number(loss) if math.isfinite(loss) else "not finite")
    begun = record.step > 5 or record.done
    assert bool(told[2]) == (begun and math.isfinite(loss) and loss > 0.97 * math.log(10))
    assert ("press Train" in words) == (math.isfinite(loss) and not begun)
    lost = int((~finite[:, start:].all(axis=1)).sum())
    assert [int(k) for k in re.findall(r"In (\d+) of \d+ networks? the numbers", words)] == ([lost] if lost else [])
    said = re.search(r"has moved by (.+?) of its size, the output layer by (.+?); .* are (.+?) and (.+?) of the", words)
    assert bool(said) == math.isfinite(loss)
    if said:
        sizes = [np.sort(rows[:, k])[lower] for rows in (again.movement, again.update) for k in (0, -1)]
        assert list(said.groups()) == ["exactly 0" if size == 0 else plots.grammar.number(size) for size in sizes]


def assert_signals_are_told_truly(explorer):
    """The sentence of the signal: each curve's end, against the networks' own sizes."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    assert record.shown == tuple(name for name in ("h", "dh", "apart") if asked[name])
    assert words.startswith(f"{asked['depth']} layer")
    assert f"width {asked['width']}," in words
    assert (len(record.h) < asked["seeds"]) == ("networks asked for" in words)
    assert ("nothing is shown" in words) == (not record.shown)
    assert_ends_are_told_truly(record, words, record.shown)
    share = float(record.relative["apart"].median[-1])
    if record.shown and "apart" in record.shown and math.isfinite(share):
        assert ("grown alike" in words, "stay apart" in words) == (share < 0.5, share >= 0.5)


def assert_ends_are_told_truly(record, words, names):
    starts = {"h": "the last h is", "dh": "the first layer's dh is", "apart": "samples differ in"}
    for name in names:
        column = np.sort(np.nan_to_num(getattr(record, name)[:, 0 if name == "dh" else -1]))
        medians = {float(column[(len(column) - 1) // 2]), float(column[len(column) // 2])}  # of an even number, either
        told = re.search(rf"{starts[name]} (exactly 0|beyond|[-+.e\d]+)[^;]*?(?:: it (\w+))?(?:[;.] |$)", words)
        size = {m: "exactly 0" if m == 0 else plots.grammar.number(m) if m < 1e300 else "beyond" for m in medians}
        assert (told[1], told[2]) in {(size[m], None if name == "apart" else verdict_of(m)) for m in medians}


def assert_phases_are_told_truly(explorer):
    """The sentence of the chart: phase, χ and ξ from a q-map followed anew; and dh, against the networks' own."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    sigma_w, sigma_b = round(asked["sigma_w"], 2), round(asked["sigma_b"], 2)
    assert f"σ_w {sigma_w:.3g}, σ_b {sigma_b:.3g}: " in words
    told = re.search(r": (order|chaos|the edge); .*? χ = (\S+), by e over a ξ of (more than 1000|\S+) layers", words)
    if asked["activation"] == "relu":
        assert float(told[2]) == pytest.approx(sigma_w**2 / 2, rel=0.01, abs=1e-6)
    chi, nearest = float(told[2]), lambda grid, value: int(np.abs(grid - value).argmin())
    chart = record.chart
    row, column = nearest(chart.sigma_b, sigma_b), nearest(chart.sigma_w, sigma_w)
    assert chi == pytest.approx(chart.chi[row, column], rel=0.15, abs=0.12)
    assert told[1] == ("the edge" if abs(record.chi - 1) < 0.01 else "order" if chi < 1 else "chaos")
    if 0 < chi < 0.9 or chi > 1.1:
        assert float(told[3]) == pytest.approx(1 / abs(math.log(chi)), rel=0.1)
    ratios = np.sort(np.nan_to_num(record.net.dh[:, 0]))
    medians = {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}
    size = {"exactly 0" if m == 0 else plots.grammar.number(m) if m < 1e300 else "beyond float64" for m in medians}
    assert re.search(r"dh is (exactly 0|beyond float64|[-+.e\d]+)", words)[1] in size


def assert_gates_are_told_truly(explorer):
    """The sentence of the gates: the Jacobians multiplied anew, and the highway as the product of the forget gates."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    net = {key: asked[key] for key in ("T", "width", "seed")}
    biases = {"rnn": {}, "lstm": dict(bias=asked["forget_bias"], mode=asked["mode"])}
    biases["gru"] = dict(bias=asked["update_bias"])
    xs = asked["sigma"] * np.random.default_rng((asked["seed"], 1)).standard_normal((asked["T"], record.batch, 2))
    apart = "1 step" if asked["T"] == 2 else f"{asked['T'] - 1} steps"
    assert words.startswith(f"Of the last state by the first, {apart} apart: RNN ")
    for cell, bias in biases.items():
        label = plots.gates.named(cell, **bias)
        size, verdict = re.search(rf"{label} keeps (\S+), it (\w+)", words).groups()
        (params,) = experiments.gates.networks(cell, **net, **bias, apart=True)
        outputs, tape = models.unroll(cell, params, xs)
        J = np.eye(len(probes.transitions(tape[:1])[0][0]))
        for step in probes.transitions(tape[1:]):
            J = step @ J
        expected = float(np.sqrt((J**2).sum(axis=(-2, -1)).mean() / J.shape[-1]))
        assert float(size) == pytest.approx(expected, rel=0.06)
        assert verdict in {verdict_of(expected * scale) for scale in (0.999, 1.001)}
        if cell == "lstm":
            f = experiments.gates.keeping(cell, params, xs, outputs)[1:].prod(axis=0)
            along, through, whole = re.search(
                r"first, (\S+) comes along the highway, (\S+) .*, (\S+) in all", words
            ).groups()
            assert float(along) == pytest.approx(float(np.sqrt((f**2).mean())), rel=0.06)
            H = asked["width"]
            c = J[..., H:, H:]
            assert float(whole) == pytest.approx(float(np.sqrt((c**2).sum(axis=(-2, -1)).mean() / H)), rel=0.06)
            c = c - np.eye(H) * f[:, None, :]
            assert float(through) == pytest.approx(
                float(np.sqrt((c**2).sum(axis=(-2, -1)).mean() / H)), rel=0.06, abs=1e-12
            )


def assert_memory_is_told_truly(explorer):
    """The sentence of the adding problem, against the same networks trained anew for as many steps."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    cell, _, mode = asked["cell"].partition(" ")
    assert (record.cell, record.mode) == (cell, mode or "alone")
    assert words.startswith(plots.gates.CELLS[cell].label)
    settings = dict(bias=record.bias, mode=record.mode, rate=record.rate, T=asked["T"], seeds=asked["seeds"])
    *_, again = itertools.islice(experiments.memory.watch(cell, steps=asked["steps"], **settings), record.step + 1)
    losses = again.loss[:, : again.step]
    np.testing.assert_array_equal(record.loss[:, : record.step], losses)
    low = (
        np.convolve(np.ones(25) / 25, losses[0])[24 : losses.shape[1]] < 0.05 if losses.shape[1] >= 25 else np.zeros(1)
    )
    assert (again.solved[0] is not None) == low.any()
    solved = sum(step is not None for step in again.solved)
    assert f": {solved} of {asked['seeds']} have solved it after step {record.step}." in words
    with np.errstate(invalid="ignore"):
        loss, arrives = np.median(losses[:, -25:].mean(axis=1)), np.median(again.sizes[:, 0])
    told = plots.grammar.number(float(loss)) if math.isfinite(loss) else "no longer finite"
    assert f"The loss is {told};" in words
    reaches = f"{plots.grammar.number(float(arrives))} reaches the first state"
    assert f"{reaches if math.isfinite(arrives) else 'no longer finite'}: it {verdict_of(arrives)}." in words
    assert ("The gate that keeps" in words) == (cell in ("lstm", "gru") and bool(np.isfinite(again.open).all()))


def assert_unrolling_is_told_truly(explorer):
    """The sentence of an unrolled cell, against Jacobians walked anew by vector after vector."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    kind = {"rnn": "A tanh RNN", "relu_rnn": "A ReLU RNN", "lstm": "An LSTM", "gru": "A GRU"}[asked["cell"]]
    assert words.startswith(
        f"{kind} over {asked['T']} steps, ρ = {asked['radius']:g}, inputs of σ = {asked['sigma']:g}"
    )
    assert record.norms.shape == (asked["T"], asked["T"])
    rng = np.random.default_rng(0)
    W = init.with_spectrum(32, radius=asked["radius"], nonnormality=asked["nonnormality"], rng=rng)
    params = models.init_recurrent(asked["cell"], 32, 32, recurrent=W, rng=rng)
    state = tuple(np.tanh(rng.standard_normal((cells.STATES[asked["cell"]], 1, 32))))
    xs = asked["sigma"] * rng.standard_normal((200, 1, 32))[: asked["T"]]
    with np.errstate(all="ignore"):
        J = probes.jacobian(models.unroll(asked["cell"], params, xs, state)[1][1:])[0]
    size = np.linalg.norm(J, 2) if asked["spectral"] else np.linalg.norm(J) / len(J) ** 0.5
    told = re.search(r"becomes (exactly 0|\S+): it (\w+)", words)
    assert (0 if told[1] == "exactly 0" else float(told[1])) == pytest.approx(size, rel=0.06)
    assert told[2] == verdict_of(record.norms[-1, 0])
    spectra = re.search(r"\|eigenvalue\| (\S+) and the largest singular value (\S+):", words)
    expected = (np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2))
    np.testing.assert_allclose([float(said) for said in spectra.groups()], expected, rtol=0.06, atol=1e-9)
    assert ("singular value allows" in words) == (asked["cell"] in ("rnn", "relu_rnn"))
    if peak := re.search(r"larger: (\S+) between two states (\d+) step", words):
        assert float(peak[1]) == pytest.approx(np.diagonal(record.norms, -int(peak[2])).max(), rel=0.06)


def assert_connection_is_told_truly(explorer):
    """The sentence of a sentence: its words, and what reaches the first, by its record's own networks."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    typed = asked["sentence"].split()
    assert list(record.words) == typed[:60]
    assert ("Only the first 60 words" in words) == (len(typed) > 60)
    again = experiments.connectivity.connectivity(**asked)
    if not typed:
        assert words.startswith("There is no sentence")
    elif len(typed) > 1:
        told = re.findall(r"(\S+) through the (\w+): it (\w+)", words.partition(". ")[0] + ".")
        medians = [again.reach[cell].median[0] for cell in ("rnn", "lstm", "gru")]
        expected = [
            (plots.grammar.number(m), name, verdict_of(m))
            for m, name in zip(medians, ("RNN", "LSTM", "GRU"), strict=True)
        ]
        assert [(said if said != "0" else "0", name, word) for said, name, word in told] == expected
        assert f"{len(record.words) - 1} word" in words


def assert_cliff_is_told_truly(explorer):
    """The sentence of the cliff: each step of both paths, by the chain rule backwards, and what is said of the ends."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    rate, limit = (float(f"{asked[name]:.3g}") for name in ("rate", "threshold"))
    for path, threshold in ((record.free, math.inf), (record.clipped, limit)):
        assert len(path.loss) == asked["steps"] + 1
        for k in range(0, asked["steps"], 7):
            loss, dw, db = one_unit(path.w[k], path.b[k])
            factor = rate * min(1.0, threshold / (math.hypot(dw, db) + 1e-6))
            assert path.loss[k] == pytest.approx(loss, rel=1e-6, abs=1e-12)
            assert path.w[k + 1] == pytest.approx(path.w[k] - factor * dw, rel=1e-4, abs=1e-6)
            assert path.b[k + 1] == pytest.approx(path.b[k] - factor * db, rel=1e-4, abs=1e-6)
    assert (record.free.w[0], record.free.b[0]) == (round(asked["w"], 6), round(asked["b"], 6))
    free, clipped = record.free.loss[-1], record.clipped.loss[-1]
    said = [plots.grammar.number(loss) for loss in (free, clipped)]
    met = sum(float(norm) > limit for norm in record.clipped.norm[:-1])
    assert ("changes nothing" in words) == (met == 0)
    if met == 0:
        assert f"Both end at a loss of {said[0]};" in words
        assert free == clipped
        return
    assert f"the loss ends at {said[0]}, clipped at {limit:.3g} at {said[1]}: " in words
    verdict = "as low" if said[0] == said[1] else "lower" if clipped < free else "higher"
    assert f"clipping ends {verdict}." in words
    assert {1: "Once of", 2: "Twice of"}.get(met, f"{met} times of") in words
    off = not (4 <= record.free.w[-1] <= 7 and -3.4 <= record.free.b[-1] <= -1.8)
    assert ("it ends off the map" in words) == off


def one_unit(w, b):
    """loss, dw, db of the RNN of one unit, by backpropagation."""
    w, b, xs = float(w), float(b), [0.5]
    for _ in range(50):
        xs.append(w * squashed(xs[-1]) + b)
    s = squashed(xs[-1])
    dx, dw, db = 2 * (s - 0.7) * s * (1 - s), 0.0, 0.0
    for x in reversed(xs[:-1]):
        s = squashed(x)
        dw, db, dx = dw + dx * s, db + dx, dx * w * s * (1 - s)
    return (squashed(xs[-1]) - 0.7) ** 2, dw, db


def squashed(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def assert_clinic_is_told_truly(explorer):
    """Tests that were ordered, and no other; and the grade, by what the patient was made to have."""
    record, words = explorer.record, explorer.caption
    who, file, clinic = experiments.clinic.patient(record.patient), record.file, experiments.clinic
    assert words.startswith(f"Patient {who.number}, a network of {who.net['depth']} layers: ")
    for name, title in plots.clinic.TESTS.items():
        assert (f"{title}: " in words) == (name in record.ordered)
    if "profile" in record.ordered:
        assert f"dh is {plots.grammar.number(file.dh[0])} of the last's" in words
    if "updates" in record.ordered:
        assert f"update ratios: {plots.grammar.number(np.median(file.updates))} of the weights" in words
    diagnosis, treatment = record.chosen
    if None in record.chosen:
        assert "still waiting" in words
        return
    accuracy = clinic.treat(who.number, treatment).accuracy
    healed = accuracy > clinic.LEARNS and (who.illness == "healthy") == (treatment == "leave it alone")
    assert ("you pass" in words) == (diagnosis == who.illness and healed)
    assert ("Right: " in words) == (diagnosis == who.illness)
    assert f": {who.illness}, since " in words
    assert f"it tells {accuracy:.0%} of the digits" in words


def assert_scores_are_told_truly(explorer):
    """The sentence of the scoreboard, against the stored cells themselves."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    cells = [cell for cell in experiments.stored.load("scoreboard") if cell.settings["net"] == asked["row"]]
    found = {key: value for cell in cells for key, value in cell.result.items()}
    decades = np.array([-np.inf if number is None else number for number in found["decades"]])
    middle = float(np.median(decades))
    word = "vanishes" if middle < -asked["within"] else "explodes" if middle > asked["within"] else "holds"
    assert f"is {middle:+.1f} decades from the last's" in words
    assert f"in {len(decades)} networks: it {word}." in words
    assert f"costs {np.median(found['cost']):.1f} times" in words
    assert words.startswith(experiments.scoreboard.NETS[asked["row"]].label + ":")
    assert f"lesson {experiments.scoreboard.NETS[asked['row']].lesson[:2]} explains" in words
    if "accuracy" in found and found["finite"] > 0:
        assert f"tell {np.median(found['accuracy']):.0%} (" in words
    if "accuracy" not in found:
        assert f"solved by {sum(step is not None for step in record.chosen.solved)} of 5 networks" in words
    holding = sum(abs(np.median(row.decades)) <= asked["within"] for row in record.rows)
    assert f"the gradient of {holding} of these {len(record.rows)} holds" in words
    assert words.endswith(f"by {asked['order']}, {record.rows[0].label} is first.")
    learnt = [row.learnt for row in record.rows]
    assert asked["order"] != "learning" or learnt == sorted(learnt, reverse=True)


TRULY = {
    "scoreboard": assert_scores_are_told_truly,
    "clinic": assert_clinic_is_told_truly,
    "cliff": assert_cliff_is_told_truly,
    "recurrence": assert_unrolling_is_told_truly,
    "connectivity": assert_connection_is_told_truly,
    "gates": assert_gates_are_told_truly,
    "train_memory": assert_memory_is_told_truly,
    "train_mlp": assert_training_is_told_truly,
    "products": assert_products_are_told_truly,
    "activation": assert_slopes_are_told_truly,
    "gradient_flow": assert_flow_is_told_truly,
    "normalization": assert_norms_are_told_truly,
    "skip": assert_paths_are_told_truly,
    "signal_propagation": assert_signals_are_told_truly,
    "phase_diagram": assert_phases_are_told_truly,
}


def assert_sound(explorer, name):
    """It shows a PNG that decodes, with its own sentence, and the sentence is true."""
    page = Page(explorer)
    picture = pixels(from_link(page.image["src"]))
    assert picture.shape[1::-1] == explorer.figure.canvas.get_width_height()
    assert_something_is_drawn(explorer, picture)
    assert page.caption == explorer.caption
    own_words = re.sub(r'"[^"]*"', "", page.caption + page.image["alt"])  # without those that a learner has typed
    assert not re.search(r"(?<!holds )\b(nan|inf|None)\b", own_words)
    TRULY[name](explorer)


def assert_something_is_drawn(explorer, picture):
    """What is measured is there, over the axes; or, where all is drawn anew, there is ink."""
    nothing = "nothing is shown" in explorer.caption or explorer.caption.startswith("There is no sentence")
    if explorer._plot.canvas.moving:
        assert np.array_equal(picture, behind(explorer)) <= nothing
    assert np.ptp(picture) > 150


def test_every_explorer_has_a_check_of_what_it_says():
    assert TRULY.keys() == explorers.CATALOGUE.keys()


# --- at the ends, in corners, and anywhere ----------------------------------------------------------------------


@every_control
def test_at_the_ends_of_each_control_all_is_true_and_record_words_and_picture_are_others(explorer, name, key):
    before, at_first, widget, said, counts = explorer.record, Page(explorer), explorer.controls[key], set(), []
    start = widget.value
    for value in ends(widget):
        explorer.set(**{key: value})
        assert values(explorer)[key] == value
        assert_sound(explorer, name)
        said.add(explorer.caption)
        if value != start:
            counts.append(is_another(explorer, before, at_first, key))
    if isinstance(widget, widgets.Dropdown):  # two choices may come to the same record, and each says so
        assert any(counts)
        assert len(said) == len(ends(widget))
    else:
        assert all(counts)


def is_another(explorer, before, at_first, key):
    after, now = explorer.record, Page(explorer)
    if key in after._fields:  # a record that only repeats its setting has not changed
        after = after._replace(**{key: getattr(before, key)})
    told = (now.image["alt"], now.caption) != (at_first.image["alt"], at_first.caption)
    return told and now.image["src"] != at_first.image["src"] and not same(after, before)


@every_explorer
@pytest.mark.parametrize("end", [0, -1], ids=["least", "most"])
def test_at_all_ends_at_once_too(explorer, name, end):
    explorer.set(**{key: ends(w)[end] for key, w in explorer.controls.items() if isinstance(w, SLIDERS)})
    choices = {key: ends(w) for key, w in explorer.controls.items() if isinstance(w, widgets.Dropdown)}
    for turn in range(3):
        explorer.set(**{key: options[turn % len(options)] for key, options in choices.items()})
        assert_sound(explorer, name)


def anywhere(widget):
    """A value of a control, at its ends rather often."""
    at_the_ends = st.sampled_from(ends(widget))
    if isinstance(widget, widgets.IntSlider):
        return at_the_ends | st.integers(widget.min, widget.max)
    if isinstance(widget, widgets.Text):
        return at_the_ends | st.text(max_size=400) | st.lists(st.text(max_size=9), max_size=70).map(" ".join)
    return at_the_ends | st.floats(*ends(widget)) if isinstance(widget, SLIDERS) else at_the_ends


CORNERS = {
    "connectivity": [
        dict(
            sentence="\x08 \x00 한국어 字 \U0001f511 $ a$b$c \\$ _^{ <b>&amp; \u202e\u0301"
        ),  # letters that no font has
    ],
    "clinic": [
        dict(patient=5, profile=True, activations=True, line=True),  # a gradient that is 0
        dict(patient=14, updates=True, loss=True),  # numbers that are not finite
        dict(patient=14, diagnosis="exploding", treatment="leave it alone"),
        dict(patient=1, diagnosis="healthy", treatment="leave it alone"),
    ],
    "cliff": [
        dict(w=5.15, b=-3.35, rate=3.0, threshold=100.0, steps=200),
        dict(w=7.0, b=-1.8, rate=3.0),
        dict(w=4.15, b=-2.05),  # clipping changes nothing
        dict(rate=0.001, threshold=0.01, steps=1),
    ],
    "gates": [
        dict(sigma=0.0, T=100),
        dict(forget_bias=-1.0, T=100, sigma=3.0, width=2),
        dict(forget_bias=5.0, T=100, width=32, sigma=3.0),
        dict(mode="chrono", T=2),
    ],
    "train_memory": [
        dict(cell="irnn", rate=10.0),  # numbers that grow beyond all bounds
        dict(cell="lstm", bias=-1.0, T=100, seeds=1),
        dict(cell="rnn", rate=10.0, seeds=2),
    ],
    "train_mlp": [
        dict(activation="relu", scheme="he_normal", rate=10.0, depth=3),  # numbers that do not stay finite
        dict(activation="identity", rate=10.0, optimizer="momentum", depth=30),
        dict(depth=30, optimizer="adam", rate=1e-4),  # updates under Adam's floor
        dict(norm="batch", optimizer="momentum", rate=10.0, depth=30),
    ],
    "skip": [
        dict(form="post", norm="layer_output", depth=100),
        dict(form="none", activation="relu", width=4, depth=100),  # dead units
        dict(alpha=0.0, depth=1),
        dict(width=128, depth=100, seeds=32, form="branch"),  # more than a slider can wait for
        dict(form="post", activation="softplus", depth=100),
        dict(form="none", activation="gelu", depth=100, seeds=1),
    ],
    "normalization": [
        dict(activation="relu", width=4, batch=2, depth=100, place="after"),  # dead units, and nothing to divide by
        dict(activation="relu", gain=0.1, batch=2, depth=100),  # where ε counts
        dict(activation="sigmoid", gain=20.0, batch=2, depth=100, place="after"),
        dict(activation="identity", batch=3),  # theory has no answer
        dict(no_norm=False, batch_norm=False, layer_norm=False),
        dict(width=128, batch=128, depth=100, seeds=32),  # more than a slider can wait for
    ],
    "products": [
        dict(factor=0.1, depth=200, spread=2.0, precision="float64"),
        dict(factor=10.0, depth=200, spread=2.0, precision="float64", seeds=1000),
        dict(factor=0.6, depth=33, spread=0.3, precision="float16"),  # some products are 0, and some subnormal
        dict(factor=1.4, depth=33, spread=0.3, precision="float16"),
        dict(factor=0.5, depth=20, spread=0.0, precision="float16"),
        dict(factor=1.0, depth=200, spread=2.0, precision="float16", seeds=7),
    ],
    "gradient_flow": [
        dict(activation="relu", gain=0.1, precision="float16"),  # what underflows is h, on the way forward
        dict(
            activation="relu", gain=20.0, depth=100, width=4, skip="pre, 1", seeds=1, batch=1, dW=True
        ),  # last dW is 0
        dict(activation="relu", norm="layer_after", width=4, batch=1, seeds=64),
        dict(activation="relu", gain=0.1, precision="float32", depth=100),
        dict(activation="relu", gain=0.1, precision="float16", width=4, batch=1),
        dict(activation="sigmoid", precision="float16", depth=8),  # subnormal, not yet 0
        dict(activation="tanh", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="relu", gain=20.0, precision="float16", dz=True, dW=True),
        dict(activation="selu", gain=20.0, precision="float32", depth=100, log=False),
        dict(activation="relu", width=4, batch=1, depth=100, seeds=64, dz=True, dW=True),
        dict(dh=False),
    ],
}


@pytest.mark.parametrize(("name", "corner"), [(name, corner) for name in CORNERS for corner in CORNERS[name]], ids=str)
def test_in_known_corners_the_sentence_is_true(explorer, name, corner):
    explorer.set(**corner)
    assert_sound(explorer, name)


STATES = dict.fromkeys(explorers.CATALOGUE, 45)  # in proportion; a thousand in all, unless more are asked for
STATES |= dict.fromkeys(("products", "activation", "connectivity", "cliff"), 155)  # quick ones
STATES |= dict.fromkeys(("gates", "clinic", "recurrence", "scoreboard"), 18)


def share(name, states):
    """How many of so many states are this explorer's."""
    return math.ceil(STATES[name] * states / sum(STATES.values()))


@pytest.mark.parametrize("states", [1, 1000, 1007, 20_000])
def test_the_explorers_shares_are_as_many_states_as_were_asked_for_and_a_thousand_if_nothing_was(states, pytestconfig):
    shares = [share(name, states) for name in explorers.CATALOGUE]
    assert states <= sum(shares) < states + len(shares)
    assert min(shares) > 0
    assert sum(STATES.values()) == 1007 >= 1000


TRAINS = 20  # steps, where a state is one of training


def moves(explorer):
    """A move: a button or none, and after it new values for some of the controls, or one that is moved by hand."""
    buttons = [None, "Reset", *(w.description for w in presets(explorer))]
    buttons += ["Train"] if isinstance(explorer, explorers.TrainExplorer) else []
    each = {key: anywhere(widget) for key, widget in explorer.controls.items()}
    one = st.sampled_from(sorted(each)).flatmap(lambda key: st.tuples(st.just(key), each[key]))
    return st.tuples(st.just(None) | st.sampled_from(buttons), st.fixed_dictionaries(each) | one)


def move(explorer, pressed, values, start):
    """Make a move; where it is Reset, all is as at the start."""
    if pressed == "Train":  # a little, and as much on each machine
        records = explorer._records
        explorer._records = (record for record in itertools.islice(records, TRAINS))
        explorer.run()
        explorer._records = records
        return
    if pressed:
        button(explorer, pressed).click()
    if pressed == "Reset":
        assert_it_is_as_at_the_start(explorer, start)
    if isinstance(values, dict):
        explorer.set(**values)
    else:
        key, value = values
        explorer.controls[key].value = value


def assert_it_is_as_at_the_start(explorer, start):
    assert same(explorer.record, start[0])
    assert shown(explorer)[1:] == start[1:]


@every_explorer
def test_wherever_the_controls_are_the_picture_decodes_and_the_sentence_is_true(name, pytestconfig, caplog):
    explorer, asked, trail = shared(name), share(name, pytestconfig.getoption("states")), []
    explorer.reset()
    start, first = shown(explorer), values(explorer)

    @settings(max_examples=asked)
    @given(moves(explorer))
    def anywhere_from_anywhere(way):
        trail.append(way)
        note(f"the last moves: {trail[-4:]}")
        move(explorer, *way, start)  # from where the last one has left it
        assert_sound(explorer, name)
        assert not caplog.records  # matplotlib logs what it cannot place, and does not warn

    anywhere_from_anywhere()
    assert len(trail) >= asked
    explorer.reset()
    assert values(explorer) == first
    assert_it_is_as_at_the_start(explorer, start)


# --- presets ------------------------------------------------------------------------------------------------------


def moved(record):
    return np.median(record.movement, axis=0)


PRESETS = {
    "scoreboard": {
        "Batch norm makes an explosion": lambda record: np.median(record.chosen.decades) > 3,
        "Holds, and does not learn": lambda record: (
            abs(np.median(record.chosen.decades)) < 1 and record.chosen.learnt < 0.5
        ),
        "The best of fifty layers": lambda record: record.rows[0] is record.chosen,
        "Clipping: finite, no more": lambda record: record.chosen.finite == 1 and record.chosen.learnt < 0.2,
        "Vanishes, and learns": lambda record: np.median(record.chosen.decades) < -10 and record.chosen.learnt == 1,
        "A stricter line": lambda record: record.within == 0.5 and "holds" in record.verdicts[:2],
    },
    "clinic": {
        "Order every test": lambda record: len(record.ordered) == 5 and record.course is None,
        "Another patient": lambda record: record.patient == 2 and not record.ordered,
        "A case, solved": lambda record: record.passed and record.illness == "vanishing",
    },
    "cliff": {
        "A jump": lambda record: record.free.longest > 100,
        "Clipping saves it": lambda record: (
            record.free.longest > 10 and record.clipped.loss[-1] < 0.01 < 0.08 < record.free.loss[-1]
        ),
        "Clipping is worse here": lambda record: record.clipped.loss[-1] > 10 * record.free.loss[-1],
        "Too low a threshold": lambda record: (
            record.clipped.loss[-1] > 0.3 and (record.clipped.norm > record.threshold).all()
        ),
        "No cliff near": lambda record: same(record.free, record.clipped) and record.free.loss[-1] < 0.001,
    },
    "recurrence": {
        "ρ = 1.5, and it vanishes": lambda record: record.radius == 1.5 and record.norms[-1, 0] < 1e-6,
        "The same without inputs": lambda record: (
            record.radius == 1.5 and record.sigma == 0 and record.norms[-1, 0] > 0.1
        ),
        "ρ = 0.9, and it explodes": lambda record: record.radius == 0.9 and record.norms[-1, 0] > 1e6,
        "A normal W_h": lambda record: record.singular[0] == pytest.approx(record.radius),
        "ReLU explodes": lambda record: record.cell == "relu_rnn" and record.norms[-1, 0] > 10,
        "Gates, not opened": lambda record: record.cell == "lstm" and record.norms[-1, 0] < 1e-6,
    },
    "connectivity": {
        "A longer sentence": lambda record: 20 < len(record.words) < 40,
        "Sixty words": lambda record: len(record.words) == 60 and not record.left_out,
        "W_h as large as it holds": lambda record: 0.1 < record.reach["rnn"].median[0] < 10,
        "Gates told to keep": lambda record: (
            record.reach["lstm"].median[0] > 0.1 and record.reach["gru"].median[0] > 0.1
        ),
    },
    "gates": {
        "The default bias": lambda record: (
            record.forget_bias == 0 and record.total[0] < 1e-12 and record.highway[0] < 1e-25
        ),
        "Forget bias 1": lambda record: record.T == 100 and record.gates[0] > 1e3 * record.highway[0],
        "It grows": lambda record: record.maps["lstm"][-1, 0] > 10 and record.highway[0] < 0.3,
        "The input gate closed": lambda record: record.highway[0] > record.gates[0] and record.total[0] > 0.1,
        "Chrono": lambda record: record.mode == "chrono" and 0.1 < record.maps["lstm"][-1, 0] < 1,
        "No inputs": lambda record: record.sigma == 0 and record.maps["rnn"][-1, 0] > record.maps["gru"][-1, 0],
    },
    "train_memory": {  # before training
        "A GRU adds": lambda record: record.cell == "gru",
        "An RNN does not": lambda record: record.cell == "rnn",
        "LSTM, default bias": lambda record: record.cell == "lstm" and record.bias == 0,
        "LSTM, both gates": lambda record: record.mode == "paired" and record.bias == 3,
        "LSTM, chrono": lambda record: record.mode == "chrono" and record.T == 100,
        "IRNN": lambda record: record.cell == "irnn" and np.median(record.sizes[:, 0]) > 0.1,
    },
    "signal_propagation": {
        "Xavier halves ReLU": lambda record: record.sigma_w == pytest.approx(1) and record.ratio < 1e-3,
        "He keeps both": lambda record: 0.1 < record.ratio < 10 and 0.1 < record.forward < 10,
        "Forward kept, backward not": lambda record: 0.5 < record.forward < 1 and record.ratio > 10,
        "Xavier, but sigmoid": lambda record: record.activation == "sigmoid" and record.ratio < 1e-10,
        "A linear net vanishes too": lambda record: record.activation == "identity" and record.ratio < 1e-5,
        "Perfect norms, dead signal": lambda record: (
            0.1 < record.ratio < 10 and "apart" in record.shown and record.relative["apart"].median[-1] < 0.5
        ),
    },
    "phase_diagram": {
        "Order": lambda record: record.chi < 0.9 and record.net.ratio < 0.1,
        "Chaos": lambda record: record.chi > 1.1 and record.net.ratio > 10,
        "The edge": lambda record: abs(record.chi - 1) < 0.03,
        "Xavier": lambda record: (record.sigma_w, record.sigma_b) == (1, 0),
        "Sigmoid: order, nearly everywhere": lambda record: (
            record.activation == "sigmoid" and (record.chart.chi < 1).mean() > 0.95
        ),
        "ReLU: biases do not matter": lambda record: record.sigma_b == 0.5 and abs(record.chi - 1) < 0.01,
    },
    "skip": {
        "No path: sigmoid vanishes": lambda record: record.flow.skip is None and record.back < 1e-20,
        "A path cures sigmoid": lambda record: record.activation == "sigmoid" and 1 < record.back < 3,
        "2 to the depth": lambda record: (
            record.theory["h"][-1] ** 2 == pytest.approx(2**100, rel=1e-3) and min(record.forward, record.back) > 1e12
        ),
        "A mean that adds up": lambda record: record.flow.skip == "post" and record.forward > 1e10,
        "1/√depth tames": lambda record: (
            record.over == "sqrt(depth)" and all(1.2 < size < 2.2 for size in (record.forward, record.back))
        ),
        "1/depth: hardly a change": lambda record: (
            record.over == "depth" and all(0.9 < size < 1.1 for size in (record.forward, record.back))
        ),
        "A norm in the branch": lambda record: (
            record.flow.norm == "layer" and all(1 < size < 10 for size in (record.forward, record.back))
        ),
    },
    "train_mlp": {
        "The first layers stand still": lambda record: moved(record)[0] < 1e-3 < 1e-2 < moved(record)[-1],
        "tanh moves all layers": lambda record: (
            record.activation == "tanh" and moved(record)[0] > moved(record)[-1] / 3
        ),
        "Adam moves all layers": lambda record: record.optimizer == "adam" and moved(record)[0] > moved(record)[-1] / 3,
        "Too deep for Adam": lambda record: record.optimizer == "adam" and moved(record)[0] < 1e-4 * moved(record)[-1],
        "Batch norm": lambda record: record.norm == "batch" and record.depth == 20 and moved(record).min() > 1e-3,
        "Too high a rate": lambda record: np.nanmax(record.loss) > 10,
    },
    "activation": {
        "At most a quarter": lambda record: record.largest == 0.25 and record.rms > 0.249,
        "tanh is not 0.65": lambda record: record.activation == "tanh" and abs(record.mean - 0.65) > 0.03,
        "ReLU is half 0, half 1": lambda record: (
            record.stopped == pytest.approx(0.5, abs=0.02) and record.rms == pytest.approx(0.5**0.5, abs=0.02)
        ),
        "Saturated": lambda record: record.saturated + record.stopped > 0.7,
        "Nearly linear": lambda record: record.activation == "tanh" and record.rms > 0.98,
        "Slopes above 1": lambda record: record.largest > 1.1 and record.shares[record.edges[:-1] > 1].sum() > 0.05,
    },
    "normalization": {
        "Batch norm rescues sigmoid": lambda record: (
            record.activation == "sigmoid"
            and record.flows["none"].ratio < 1e-10 < 0.1 < record.flows["batch"].ratio < 10
        ),
        "Layer norm does not rescue sigmoid": lambda record: (
            record.activation == "sigmoid" and record.flows["none"].ratio < record.flows["layer"].ratio < 1e-8
        ),
        "Batch norm explodes ReLU": lambda record: record.activation == "relu" and record.flows["batch"].ratio > 1e3,
        "Layer norm fixes ReLU": lambda record: (
            record.activation == "relu" and record.flows["none"].ratio < 1e-5 and 0.1 < record.flows["layer"].ratio < 10
        ),
        "Tiny batches": lambda record: (
            record.activation == "identity" and record.batch < 10 and record.flows["batch"].ratio > 10
        ),
        "Norms forget the gain": lambda record: (
            record.gain == 3 and record.flows["none"].ratio > 1e10 and 0.1 < record.flows["layer"].ratio < 10
        ),
    },
    "products": {
        "A quarter, ten times": lambda record: record.over_seeds.median[-1] == 0.25**10,
        "Twice, until float16 ends": lambda record: record.precision == "float16" and record.ends == (None, None, 16),
        "Half, until float16 is 0": lambda record: record.precision == "float16" and record.ends == (15, 25, None),
        "Typical against mean": lambda record: (
            0.5 < np.median(record.products[:, -1]) < 2 and record.products[:, -1].mean() > 1000
        ),
        "A mean of 1 vanishes": lambda record: (
            record.factor * math.exp(record.spread**2 / 2) == pytest.approx(1, abs=0.01)
            and np.median(record.products[:, -1]) < 1e-4
        ),
        "One product": lambda record: record.products.shape == (1, 100),
    },
    "gradient_flow": {
        "Sigmoid vanishes": lambda record: record.ratio < 1e-10,
        "He keeps ReLU": lambda record: 0.1 < record.ratio < 10 and record.theory["dh"][0] == pytest.approx(1),
        "Too large explodes": lambda record: record.ratio > 1e4,
        "Narrow nets die": lambda record: 0 < (record.dh[:, 0] == 0).mean() < 1 and record.width < 10,
        "Batch norm explodes": lambda record: record.norm == "batch" and record.ratio > 100,
        "Skips keep it": lambda record: record.skip == "post" and record.depth == 100 and 0.5 < record.ratio < 2,
        "float16 underflows": lambda record: record.precision == "float16" and (record.dh[:, 0] == 0).all(),
        "tanh: dz against dW": lambda record: (
            np.median(record.dW[:, 0] / record.dW[:, -1]) > 5 * np.median(record.dz[:, 0] / record.dz[:, -1])
        ),
    },
}


@every_explorer
def test_presets_show_what_their_names_say_wherever_one_comes_from(explorer, name):
    start = values(explorer)
    explorer.set(**{key: ends(w)[0] for key, w in explorer.controls.items()})
    for label, true_of in PRESETS[name].items():  # each from where the one before it has led
        button(explorer, label).click()
        assert true_of(explorer.record), label
        assert values(explorer) != start
        assert_sound(explorer, name)


@every_explorer
def test_the_buttons_are_the_presets_reset_and_save(explorer, name):
    labels = [w.description for w in tree(explorer) if isinstance(w, widgets.Button)]
    trains = ["Train", "Stop"] if isinstance(explorer, explorers.TrainExplorer) else []
    assert sorted(labels) == sorted([*PRESETS[name], *trains, "Reset", "Save picture"])
