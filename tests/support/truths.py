"""What each explorer says, recomputed: from its record's own arrays, or measured anew.

``assert_sound`` asks all of it of an explorer as it stands; TRULY holds one check for each.
"""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree

import course
import numpy as np
import pytest
from explored import Page, values

from vgrad import cells, data, init, models, ops, probes
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.experiments import reach, training
from vgrad.kit.marks import grammar
from vgrad.kit.words import cells as cells_words
from vgrad.lessons.deep_training import measure as deep_training_measure
from vgrad.lessons.diagnosis.measure import clinic as diagnosis_measure
from vgrad.lessons.diagnosis.measure import patients as diagnosis_patients
from vgrad.lessons.diagnosis.records import LEARNS
from vgrad.lessons.diagnosis.say import clinic as diagnosis_say
from vgrad.lessons.memory.measure import adding as memory_measure
from vgrad.lessons.recurrence.measure import connectivity as recurrence_measure
from vgrad.lessons.scoreboard.measure import board as scoreboard_measure
from vgrad.lessons.skip_connections import say as skip_connections_say


def middle(ratios):
    """The median; of an even number, either of the two in the middle."""
    ratios = np.sort(ratios)
    return {float(ratios[(len(ratios) - 1) // 2]), float(ratios[len(ratios) // 2])}


def assert_flow_is_told_truly(explorer):
    """The sentence of a gradient's flow, against the norms, the controls, and the same networks in float64."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    if asked["view"] == "distribution":
        assert_distribution_is_told_truly(record, words)
        return
    switched = tuple(name for name in ("dh", "dz", "dW") if asked[name])
    assert record.shown == (("dh",) if asked["view"] == "units" else switched)
    assert (len(record.dh) < asked["seeds"]) == ("networks asked for" in words)
    depth = asked["depth"]
    assert words.startswith(("Nothing", "With 1 ") if depth == 1 else ("Nothing", "The gradient"))
    assert re.findall(r"at the first of (\d+) ", words) == ([str(depth)] if record.shown and depth > 1 else [])
    assert record.dh.shape[1] == depth
    for name in record.shown if record.net.depth > 1 else ():
        assert_ratio_is_told_truly(name, getattr(record, name), words, first=name == record.shown[0])
    broken = np.flatnonzero(~np.isfinite(record.dh).all(axis=0))
    assert re.findall(r"no longer finite at layer (\d+)", words) == [str(k + 1) for k in broken[-1:]]
    assert_silence_is_told_truly(asked, record, words)


def assert_distribution_is_told_truly(record, words):
    """Where the entries of the first layer's dh lie, against a walk through the same networks."""
    net = record.net
    params, x, cotangent = flow_experiments.draw_networks(net)
    with np.errstate(all="ignore"):
        _, steps = models.hidden(
            params, x, net.activation, norm=net.norm, skip=net.skip and models.Skip(net.skip, net.branch_factor)
        )
        walked = [adjoint.dh.astype(float) for adjoint in probes.layers(steps, cotangent)]
        typical = probes.norm(walked[0])[:, None, None] / (net.batch * net.width) ** 0.5
        low, median, high = np.quantile(np.abs(walked[-1] / typical), (0.1, 0.5, 0.9))
    assert f"first of {net.depth} " in words
    one = r"(exactly 0|\S+?)"
    told = re.search(rf"median entry of dh is {one}\. Of 10 entries, 8 lie between {one} and {one}\.\s", words)
    assert bool(told) == bool(math.isfinite(high) and high > 0)
    if told:
        said = [0.0 if size == "exactly 0" else float(size) for size in told.groups()]
        np.testing.assert_allclose(said, [median, low, high], rtol=0.06)


def assert_ratio_is_told_truly(name, norms, words, first):
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1])
    medians = middle(ratios)
    start = rf"gradient {name} at the first of .*? layers?" if first else rf"There {name}"
    told = re.search(rf"{start} (?:is (exactly 0|[-+.e\d]+)[^.;]*?, so it )?(\w+)", words)
    sizes = {m: "exactly 0" if m == 0 else grammar.number(m) if math.isfinite(m) else None for m in medians}
    overflowed, compared = (~np.isfinite(norms[:, [0, -1]])).any(axis=1), norms[:, -1] != 0
    beyond = "overflows" if overflowed.sum() >= (~compared & (norms[:, 0] > 0) & ~overflowed).sum() else "has"
    assert told.groups() in {(sizes[m], verdict_of(m) if math.isfinite(m) else beyond) for m in medians}
    band = re.search(rf"In the middle 80 % of the networks, {name} is from (\S+) to ([-+.e\d]+)", words)
    assert band or not first or len(ratios) == 1 or ratios.min() == 0 or not np.isfinite(ratios).all()
    if band:
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
        sum(int(k) for k in re.findall(rf"In (\d+) of \d+ networks? it {cause}", words))
        for cause in ("underflows", "is exactly 0, because a layer of dead", "is exactly 0, because slopes round to 0")
    )
    assert underflow + dead + flat == silent.sum()
    assert not (dead if asked["activation"] != "relu" else flat)
    if silent.any():
        limits = dict(multiply_adds=2**60, weights=2**60, seeds=len(record.dh), precision="float64")
        exact = flow_experiments.flow(**record.net._asdict() | limits).dh[:, 0] == 0
        assert underflow + flat >= (silent & ~exact).sum()
        assert dead <= (silent & exact).sum()


def assert_products_are_told_truly(explorer):
    """The sentence of the products, against products multiplied anew, one by one, from the same factors."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    steps = logarithms(asked["seeds"], asked["depth"])
    steps = np.where(steps > 0, 1, -1) if asked["law"] == "coin" else steps
    product = np.ones(len(steps))
    for column in (record.factor * np.exp(asked["spread"] * steps)).T:
        product = product * column
    chance, nearby = asked["spread"] > 0 and asked["seeds"] > 1, middle(product)
    whose = r"The (?:product|median of (\d+) products)"
    noun = "median" if chance else "product"
    kind = "random factors?" if asked["spread"] else rf"factors? of {asked['factor']:.3g}"
    found = rf"is (.+?), so the {noun} (\w+)\. Theory predicts (\S+)\."
    told = re.match(rf"{whose} of {asked['depth']} {kind} {found}", words)
    assert told[1] == (str(asked["seeds"]) if chance else None)
    assert told[2] in {"exactly 0" if m == 0 else grammar.number(m) for m in nearby}
    assert told[3] in {verdict_of(m) for m in nearby}
    assert_theory_is_told_truly(record, words, told[4], chance)
    assert_factors_are_told_truly(asked, record.factor, words)


def logarithms(seeds, depth):
    """ζ, drawn as the experiment says: a hundred at a time, each hundred with a generator of its own."""
    blocks = [np.random.default_rng((0, 3, k)).standard_normal((seeds, 100)) for k in range(-(-depth // 100))]
    return np.concatenate(blocks, axis=1)[:, :depth]


def assert_theory_is_told_truly(record, words, typical, chance):
    decades = record.depth * math.log10(record.factor)
    assert math.log10(float(typical)) == pytest.approx(decades, abs=0.03)
    mean = re.search(r"The mean of the same products is (.+?) \(theory (\S+)\), so the mean (\w+)\.", words)
    assert bool(mean) == chance
    if chance:
        of_ten = record.depth * math.log10(
            math.cosh(record.spread) if record.law == "coin" else math.exp(record.spread**2 / 2)
        )
        mantissa, _, exponent = mean[2].partition("e")
        assert math.log10(float(mantissa)) + int(exponent or 0) == pytest.approx(decades + of_ten, abs=0.03)
        with np.errstate(over="ignore"):
            measured = float(np.mean(record.products[:, -1].astype(np.longdouble)))
        assert mean[1] in {"exactly 0" if measured == 0 else grammar.number(measured)}
        assert mean[3] == verdict_of(measured)


def assert_factors_are_told_truly(asked, factor, words):
    """Of what the products are made: equal factors, the two sides of a coin, or a typical factor with its spread."""
    spread = asked["spread"]
    assert factor == pytest.approx(asked["factor"], rel=0.005)
    said = "All factors are equal."
    if spread and asked["law"] == "coin":
        heads, tails = factor * math.exp(spread), factor * math.exp(-spread)
        said = f"A coin decides whether a factor is {heads:.3g} or {tails:.3g}."
    elif spread:
        said = f"A factor is typically {factor:.3g}, with a spread of {spread:.3g} in its logarithm."
    assert words.splitlines()[1] == said


def assert_norms_are_told_truly(explorer):
    """The sentence of the norms: each curve's ratio, verdict and factor a layer, against the networks' own norms."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    named = {"none": ("no_norm", "without normalization"), "batch": ("batch_norm", "with batch norm")}
    named |= {"layer": ("layer_norm", "with layer norm")}
    suffix = "_after" if asked["place"] == "after" else ""
    assert [*record.flows] == [norm for norm, (key, _) in named.items() if asked[key]]
    told = record.flows and asked["depth"] > 1
    assert re.findall(r"at the first of (\d+) ", words) == ([str(asked["depth"])] if told else [])
    assert ("normalized after the activation" in words) == bool(suffix)
    assert f"width {asked['width']}," in words
    assert re.search(rf" {asked['batch']} samples[.,]", words)
    for norm, flow in record.flows.items():
        assert flow.net.norm == (None if norm == "none" else norm + suffix)
        assert flow.dh.shape[1] == asked["depth"]
        assert (len(flow.dh) < asked["seeds"]) <= ("networks asked for" in words)
        silent = int((flow.dh[:, 0] == 0).sum())
        told = re.findall(
            rf"In (\d+) of (?:\d+) networks? {named[norm][1]} the first layer receives a gradient of exactly 0", words
        )
        assert told == ([str(silent)] if silent else [])
        if asked["depth"] > 1:
            assert_norm_is_told_truly(flow.dh, named[norm][1], words)


def assert_norm_is_told_truly(norms, name, words):
    with np.errstate(invalid="ignore"):
        medians = middle(np.where(norms[:, 0] == 0, 0.0, norms[:, 0] / norms[:, -1]))
    part = next(part for part in words.partition("\n")[0].split(". ") if part.startswith(name.capitalize()))
    size = r"(exactly 0|[-+.e\d]+)"
    start = r"(?:, dh at the first of \d+ layers| it)"
    told = re.search(rf"{start} (?:is {size}(?: times the last)?, so it )?(\w+)", part)
    sizes = {m: "exactly 0" if m == 0 else grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups() in {(sizes[m], verdict_of(m)) for m in medians}
    said = re.search(r"One layer multiplies it by (.*?)\.(?: |$)", words)
    factor = said and re.search(rf"([-+.e\d]+) {name}", said[1])
    assert (factor and factor[1]) in factors(medians, norms.shape[1] - 1)


def factors(medians, layers):
    """What one layer multiplies by, as it is said of a median; None where it is not."""
    return {f"{m ** (1 / layers):.3g}" if 0 < m < math.inf else None for m in medians}


def assert_slopes_are_told_truly(explorer):
    """The sentence of an activation, against slopes by difference quotients at z drawn anew."""
    asked, words = values(explorer), explorer.caption
    sigma, f = float(f"{asked['sigma']:.3g}"), ops.ACTIVATIONS[asked["activation"]]
    z, size = np.random.default_rng((0, 4)).standard_normal(20_000) * sigma, grammar.number
    step = 1e-6 * np.maximum(1, abs(z))
    slope = (f(z + step)[0] - f(z - step)[0]) / (2 * step)
    told = re.search(
        r"by (\S+) σ_w\. .* Theory predicts (\S+)\.\n.*\nThe mean slope is (\S+), and the largest is (\S+)\.$", words
    )
    grid = np.linspace(-12, 12, 24_001)
    steepest = np.max((f(grid + 1e-6)[0] - f(grid - 1e-6)[0]) / 2e-6)
    numbers = [float(number) for number in told.groups()]
    rms = np.mean(slope**2) ** 0.5
    np.testing.assert_allclose(numbers, [rms, rms, slope.mean(), steepest], rtol=0.07, atol=1e-3)
    assert told[1] == size(explorer.record.rms)
    assert words.startswith(f"A layer of {grammar.look(asked['activation']).label} units ")
    assert f"for z with standard deviation {sigma:g}. " in words
    assert_shares_are_told_truly(re.search(r"units, (.+) slope 0, and (.+) another slope near", words), f, z)


def assert_shares_are_told_truly(told, f, z):
    """Units with slope 0, and with another slope near 0: none and all only where it is so, and whole percent."""
    slope = f(z)[1](np.ones_like(z))
    stopped = np.mean(slope == 0)
    ends = {"none have": (0, 0), "less than 1 % have": (0, 0.01), "nearly all have": (0.99, 1), "all have": (1, 1)}
    for said, share in zip(told.groups(), (stopped, np.mean(abs(slope) < 0.01) - stopped), strict=True):
        assert (said == "none have") == (share == 0)
        assert (said == "all have") == (share == 1)
        percent = re.fullmatch(r"(\d+) % have", said)
        assert percent or ends[said][0] <= share <= ends[said][1]
        if percent:
            assert int(percent[1]) / 100 == pytest.approx(share, abs=0.006)


def assert_paths_are_told_truly(explorer):
    """The sentence of a path: sizes, verdicts and factors both ways, against the networks' own norms."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    net, depth = record.net, asked["depth"]
    alpha = round(asked["alpha"], 2) / {"1": 1, "sqrt(depth)": depth**0.5, "depth": depth}[asked["over"]]
    assert (net.skip or "none", net.norm or "none", net.activation) == (
        asked["form"],
        asked["norm"],
        asked["activation"],
    )
    assert net.branch_factor == pytest.approx(alpha)
    assert record.dh.shape[1] == depth
    assert words.startswith(f"In the forward pass through {depth} ")
    assert skip_connections_say.FORMS[net.skip] in words
    assert (len(record.dh) < asked["seeds"]) == ("networks asked for" in words)
    with np.errstate(invalid="ignore"):
        back = np.where(record.dh[:, 0] == 0, 0.0, record.dh[:, 0] / record.dh[:, -1])
    ways = {", h becomes": (record.h[:, -1] / (net.batch * net.width) ** 0.5, depth)}
    ways |= {"In the backward pass, dh becomes": (back, depth - 1)} if depth > 1 else {}
    for start, (ratios, _) in ways.items():
        assert_way_is_told_truly(start, middle(ratios), words)
    told = re.search(r"On average, a layer multiplies h by (\S+) and dh by (\S+)\.$", words)
    both = itertools.product(*(factors(middle(ratios), layers) for ratios, layers in ways.values()))
    assert (told and told.groups()) in [pair if depth > 1 and all(pair) else None for pair in both]


def assert_way_is_told_truly(start, medians, words):
    told = re.search(rf"{start} (?:too large a number|(exactly 0|[-+.e\d]+)[^,]*), so it (\w+)", words)
    sizes = {m: "exactly 0" if m == 0 else grammar.number(m) if math.isfinite(m) else None for m in medians}
    assert told.groups() in {(sizes[m], verdict_of(m)) for m in medians}


def assert_training_is_told_truly(explorer):
    """The sentence of training, against the same networks trained anew for as many steps."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    *_, again = itertools.islice(training.watch(**asked | {"rate": record.rate}), record.step)
    finite = np.isfinite(again.loss[:, : again.step])
    np.testing.assert_array_equal(np.isfinite(record.loss[:, : record.step]), finite)
    lower = (asked["seeds"] - 1) // 2  # of an even number of networks, the lower
    start = max(0, again.step - 10)
    loss = np.sort(again.loss[:, start : again.step].mean(axis=1))[lower]
    label = grammar.look(asked["activation"]).label
    assert words.startswith(f"After {record.step} of {asked['steps']} steps the loss of {asked['depth']} {label} layer")
    told = re.search(
        r"the loss of .*? is (not finite|\d+(?:\.\d+)?(?:e-?\d+)?)(, which is no better than guessing)?", words
    )
    assert told[1] == (grammar.number(loss) if math.isfinite(loss) else "not finite")
    begun = record.step > 5 or record.done
    assert bool(told[2]) == (begun and math.isfinite(loss) and loss > 0.97 * math.log(10))
    assert ("Press Train" in words) == (math.isfinite(loss) and not begun)
    shares = re.search(r"The net classifies (.+?) of training and (.+?) of test pictures correctly\.", words)
    accuracy = again.accuracy[:, start : again.step].mean(axis=1)
    test, right = (np.sort(each)[2] for each in (again.baseline.test, again.baseline.right))
    for share, told_share in zip((accuracy, again.test), shares.groups(), strict=True):
        middle_share = np.sort(np.where(np.isnan(share), np.inf, share))[lower]
        finite_share = math.isfinite(middle_share)
        assert told_share == (f"{100 * middle_share:.0f} %" if finite_share else "no longer finite")
    beside = f"{100 * right:.0f} % and {100 * test:.0f} % correctly after {asked['steps']} step"
    assert f"A net without a hidden layer classifies {beside}" in words
    lost = int((~finite[:, start:].all(axis=1)).sum())
    assert [int(k) for k in re.findall(r"In (\d+) of \d+ networks? the numbers", words)] == ([lost] if lost else [])
    said = re.search(
        r"has moved by (.+?) of its size, and the output layer by (exactly 0|\S+)\.\s.* are (.+?) and (.+?) of their",
        words,
        re.DOTALL,
    )
    assert bool(said) == math.isfinite(loss)
    if said:
        sizes = [np.sort(rows[:, k])[lower] for rows in (again.movement, again.update) for k in (0, -1)]
        assert list(said.groups()) == ["exactly 0" if size == 0 else grammar.number(size) for size in sizes]


def assert_tokens_are_told_truly(explorer):
    """The sentence of tokens that grow alike, against the shares and the norms of each network."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    net = record.net
    assert (net.skip, net.norm, net.mlp, net.causal) == (
        asked["skip"] == "with",
        asked["norm"],
        asked["mlp"],
        asked["causal"],
    )
    assert (str(net.heads), str(net.width)) == (asked["heads"], asked["width"])
    assert (
        (net.depth, net.tokens) == (asked["depth"], asked["tokens"]) == (record.r.shape[1] - 1, record.columns.shape[2])
    )
    assert len(record.r) == asked["seeds"]
    assert_shares_of_tokens_are_told_truly(record, words)
    with np.errstate(invalid="ignore", divide="ignore"):
        last = np.where(record.dW_q[:, -1] == 0, 0.0, record.dW_q[:, -1] / record.dW_v[:, -1])
        first = np.where(record.dh[:, 0] == 0, 0.0, record.dh[:, 0] / record.dh[:, -1])
    gone = "tokens are one" in words
    for start, ratios, told in (
        ("dW_q of the last block", last, True),
        ("dh at the first block", first, net.depth > 1),
    ):
        said = re.search(rf"{start} is (exactly 0|no more than rounding|[-+.e\d]+)[^.]*?, so it (\w+)\.", words)
        assert bool(said) == told
        sizes = {
            ("no more than rounding" if gone and ratios is last and m < 2.3e-15 else told_number(m), verdict_of(m))
            for m in middle(ratios)
        }
        assert not said or said.groups() in sizes
    assert ("scores grow with its square" in words) == (record.growth[-1] > 10)


def told_number(size):
    return "exactly 0" if size == 0 else grammar.number(size)


def assert_shares_of_tokens_are_told_truly(record, words):
    """By how much tokens differ at the end; or, if that is rounding, since which block it is."""
    after = f"After {grammar.count(record.net.depth, 'block')}, the {record.net.tokens} tokens"
    told = re.match(rf"{after} (?:differ by (\S+) % of their size|are one: from block (\d+) on)", words)
    alike = 10 * np.finfo(float).eps
    if told[2]:
        first = int(told[2])
        assert min(middle(record.r[:, first])) < alike
        assert all(max(middle(record.r[:, k])) >= alike for k in range(first))
    else:
        assert any(
            float(told[1]) == pytest.approx(100 * m, rel=0.34 if m < 0.095 else 0.06) for m in middle(record.r[:, -1])
        )


def assert_blocks_are_told_truly(explorer):
    """The sentence of nets of many blocks, against the same networks trained anew for as many steps."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    settings = asked | {"rate": record.rate, "steps": record.steps}
    *_, again = itertools.islice(deep_training_measure.watch_blocks(**settings), record.step)
    lower = (asked["seeds"] - 1) // 2  # of an even number of networks, the lower
    last = np.nan_to_num(again.accuracy[:, max(0, again.step - 10) : again.step])
    right = np.sort(last.mean(axis=1))[lower]
    assert words.startswith(f"After {record.step} steps, {asked['blocks']} block")
    assert f"classify {right:.0%} of the pictures correctly" in words
    begun = record.step > 5 or record.done
    assert ("Press Train" in words) == (not begun)
    assert ("which is close to guessing" in words) == (begun and right <= 0.2)
    looks = [k for k, step in enumerate(again.looks) if step <= again.step]
    ratios = np.where(np.isnan(again.ratio), np.inf, again.ratio)
    first, latest = (np.sort(ratios[:, k])[lower] for k in (0, looks[-1]))
    before, later = (told_size(ratio).replace("the last", "dh after them") for ratio in (first, latest))
    assert f"dh before the blocks is {before}, so it {verdict_of(first)}" in words
    now = f"it is {later}" if math.isfinite(latest) else "it is no longer finite"
    steps = again.looks[looks[-1]]
    assert f"After {steps} step{'s' if steps > 1 else ''} {now}, so it {verdict_of(latest)}" in words
    assert bool(record.trouble) == ("training has ended" in words)


def told_size(ratio):
    return "exactly 0" if ratio == 0 else f"{grammar.number(ratio)} times the last"


def assert_signals_are_told_truly(explorer):
    """The sentence of the signal: each curve's end, against the networks' own sizes."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    assert record.shown == tuple(name for name in ("h", "dh", "apart") if asked[name])
    assert words.startswith(f"In {asked['depth']} " if record.shown else "Nothing is shown")
    assert f"width {asked['width']}," in words
    assert (len(record.h) < asked["seeds"]) == ("networks asked for" in words)
    assert_ends_are_told_truly(record, words, record.shown)
    if "apart" in record.shown:
        share = float(record.relative["apart"].median[-1])
        told = ("grown alike" in words, "stay apart" in words)
        assert told == (share < 0.5, share >= 0.5) or not math.isfinite(share)


def assert_ends_are_told_truly(record, words, names):
    starts = {"h": "the last h is", "dh": "the first layer's dh is", "apart": "samples differ in"}
    for name in names:
        medians = middle(np.nan_to_num(record.each(name)[:, 0 if name == "dh" else -1]))
        start = starts[name][1:]  # at the beginning of a sentence it has a capital letter
        told = re.search(rf"{start} (exactly 0|beyond|[-+.e\d]+)[^.]*?(?:, so it (\w+)|, so they [\w ]+)\.", words)
        size = {m: "exactly 0" if m == 0 else grammar.number(m) if m < 1e300 else "beyond" for m in medians}
        assert (told[1], told[2]) in {(size[m], None if name == "apart" else verdict_of(m)) for m in medians}


def assert_phases_are_told_truly(explorer):
    """The sentence of the chart: phase, χ and ξ of a q-map followed anew; and dh, against the networks' own."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    sigma_w, sigma_b = round(asked["sigma_w"], 2), round(asked["sigma_b"], 2)
    assert words.startswith(f"At σ_w {sigma_w:.3g}, σ_b {sigma_b:.3g} ")
    told = re.search(
        r" is (in the ordered phase|in the chaotic phase|at the edge of chaos), .*? χ = (\S+)\. "
        r".*ξ is (more than 1000|\S+) layers",
        words,
        re.DOTALL,
    )
    chi = multiplier(ops.ACTIVATIONS[asked["activation"]], sigma_w, sigma_b)
    assert float(told[2]) == pytest.approx(chi, rel=0.01, abs=1e-6)
    assert told[1] in {phase_of(chi * nearly) for nearly in (0.999, 1, 1.001)}
    if 0 < chi < 0.9 or chi > 1.1:
        assert float(told[3]) == pytest.approx(1 / abs(math.log(chi)), rel=0.06)
    medians = middle(np.nan_to_num(record.flow.each("dh")[:, 0]))
    size = {"exactly 0" if m == 0 else grammar.number(m) if m < 1e300 else "beyond float64" for m in medians}
    assert re.search(r"dh at .*? layers? is (exactly 0|beyond float64|[-+.e\d]+)", words)[1] in size


def multiplier(f, sigma_w, sigma_b):
    """χ = σ_w² E φ'(√q z)² where q = σ_w² E φ(√q z)² + σ_b² has settled; slopes by difference quotients."""
    z = np.linspace(-8, 8, 4000)  # an even number: 0, where some slopes jump, is none of them
    weight, q, before = np.exp(-z * z / 2), 1.0, 0.0
    weight /= weight.sum()
    for _ in range(2000):
        if q > 1e16 or abs(q - before) < 1e-9 * q:
            break
        before, q = q, float(sigma_w**2 * weight @ f(q**0.5 * z)[0] ** 2 + sigma_b**2)
    z = max(q, 1e-6) ** 0.5 * z
    step = 1e-4 * abs(z)
    slopes = (f(z + step)[0] - f(z - step)[0]) / (2 * step)
    return float(sigma_w**2 * weight @ slopes**2)


def phase_of(chi):
    if abs(chi - 1) < 0.01:
        return "at the edge of chaos"
    return "in the ordered phase" if chi < 1 else "in the chaotic phase"


def assert_gates_are_told_truly(explorer):
    """The sentence of the gates: the Jacobians multiplied anew, and the highway as the product of the forget gates."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    net = {key: asked[key] for key in ("T", "width", "seed")}
    biases = {"rnn": {}, "lstm": dict(bias=asked["forget_bias"], mode=asked["mode"])}
    biases["gru"] = dict(bias=asked["update_bias"])
    xs = asked["sigma"] * np.random.default_rng((asked["seed"], 1)).standard_normal((asked["T"], record.batch, 2))
    finding, protocol, how = words.split("\n")
    apart = "1 step" if asked["T"] == 2 else f"{asked['T'] - 1} steps"
    kept = {}
    for cell, bias in biases.items():
        (params,) = reach.networks(cell, **net, **bias, apart=True)
        outputs, tape = models.unroll(cell, params, xs)
        J = np.eye(len(probes.transitions(tape[:1])[0][0]))
        for step in probes.transitions(tape[1:]):
            J = step @ J
        kept[cells_words.CELLS[cell].label] = float(np.sqrt((J**2).sum(axis=(-2, -1)).mean() / J.shape[-1]))
        if cell == "lstm":
            f = reach.keeping(cell, params, xs, outputs)[1:].prod(axis=0)
            assert_parts_are_told_truly(how, J[..., asked["width"] :, asked["width"] :], f)
    best, verdict = re.search(rf"^The (\w+) .* over {apart}, so the gradient (\w+)\. ", finding).groups()
    told = dict(re.findall(r"[Tt]he (\w+) (?:keeps|makes it|makes its gradient) ([\d.e+-]+)", finding))
    assert told.keys() == kept.keys()
    for name, size in told.items():
        assert float(size.rstrip(".")) == pytest.approx(kept[name], rel=0.06)
        assert (kept[name] > 0.99) >= (f"{size} times as large" in finding) >= (kept[name] > 1.01)
    assert verdict in {verdict_of(kept[best] * scale) for scale in (0.999, 1.001)}
    away = {name: abs(math.log(size)) for name, size in kept.items()}
    assert away[best] <= min(away.values()) + 1e-6
    opened = {
        "alone": f"Forget bias {asked['forget_bias']:g}",
        "paired": f"Forget bias {asked['forget_bias']:g} and input bias {0 - asked['forget_bias']:g}",
        "chrono": "Chrono biases",
    }[asked["mode"]]
    rest = f"network {asked['seed']}, width {asked['width']}, inputs of size {asked['sigma']:g}."
    assert protocol == f"{opened}, update bias {asked['update_bias']:g}, {rest}"


def assert_parts_are_told_truly(how, dc_dc, f):
    """The LSTM's last cell state by its first, and the product of its forget gates, which is the highway's part."""
    along, through, whole = re.search(
        r"to its first c, (\S+) comes along .*, (\S+) along .*, and (\S+) in total", how
    ).groups()
    H = dc_dc.shape[-1]
    assert float(along) == pytest.approx(float(np.sqrt((f**2).mean())), rel=0.06)
    assert float(whole) == pytest.approx(float(np.sqrt((dc_dc**2).sum(axis=(-2, -1)).mean() / H)), rel=0.06)
    rest = dc_dc - np.eye(H) * f[:, None, :]
    expected = float(np.sqrt((rest**2).sum(axis=(-2, -1)).mean() / H))
    assert float(through) == pytest.approx(expected, rel=0.06, abs=1e-12)


def assert_memory_is_told_truly(explorer):
    """The sentence of the adding problem, against the same networks trained anew for as many steps."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    cell, _, mode = asked["cell"].partition(" ")
    assert (record.cell, record.mode) == (cell, mode or "alone")
    finding, protocol, how = words.split("\n")
    assert protocol.startswith(f"{cells_words.CELLS[cell].label},")
    assert protocol.endswith(f", length {asked['T']}, width 32, Adam at {record.rate:g}, clipped at norm 1.")
    forget = {"": f", forget bias {record.bias:g},", "chrono": ", chrono biases,"}
    forget["paired"] = f", forget bias {record.bias:g} and input bias {0 - record.bias:g},"
    gate = {"lstm": forget[mode], "gru": f", update bias {record.bias:g},"}.get(cell, "")
    assert gate in protocol
    assert ("bias" in protocol) == (cell in ("lstm", "gru"))
    assert (", ring from 0.99 to 0.9999," in protocol) == (cell in ("linear", "selective"))
    settings = dict(bias=record.bias, mode=record.mode, rate=record.rate, T=asked["T"], seeds=asked["seeds"])
    settings["span"] = None if asked["span"] == "all" else int(asked["span"])
    *_, again = itertools.islice(memory_measure.watch(cell, steps=asked["steps"], **settings), record.step + 1)
    losses = again.loss[:, : again.step]
    np.testing.assert_array_equal(record.loss[:, : record.step], losses)
    low = (
        np.convolve(np.ones(25) / 25, losses[0])[24 : losses.shape[1]] < 0.05 if losses.shape[1] >= 25 else np.zeros(1)
    )
    assert (again.solved[0] is not None) == low.any()
    solved = sum(step is not None for step in again.solved)
    steps = "1 step" if record.step == 1 else f"{record.step} steps"
    have = "network has" if asked["seeds"] == 1 else "networks have"
    start = f"After {steps} of training, {solved} of {asked['seeds']} {have} learnt to add. "
    assert finding.startswith(start)
    with np.errstate(invalid="ignore"):
        loss, arrives = np.median(losses[:, -25:].mean(axis=1)), np.median(again.sizes[:, 0])
    told = grammar.number(float(loss)) if math.isfinite(loss) else "no longer finite"
    assert f"the loss is {told}, and always answering 1 has 0.17." in how
    of = "of" if arrives < 1 else "times"
    received = f"The first state receives {grammar.number(float(arrives))} {of} the gradient of the last h"
    lost = "The gradient is no longer finite"
    arriving = f"{received if math.isfinite(arrives) else lost}, so it {verdict_of(arrives)}."
    if (settings["span"] or math.inf) < asked["T"]:
        assert (again.sizes[:, : asked["T"] - settings["span"] + 1] == 0).all()
        back = "1 step" if settings["span"] == 1 else f"{settings['span']} steps"
        arriving = f"The gradient goes back {back} of {asked['T']}, so none of it reaches the first state."
    assert finding.removeprefix(start) == arriving
    assert ("The gate that keeps" in how) == (cell in ("lstm", "gru") and bool(np.isfinite(again.open).all()))


def assert_unrolling_is_told_truly(explorer):
    """The sentence of an unrolled cell, against Jacobians walked anew by vector after vector."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    kind = {"rnn": "tanh RNN", "relu_rnn": "ReLU RNN", "lstm": "LSTM", "gru": "GRU"}[asked["cell"]]
    finding, protocol, _ = words.split("\n")
    assert protocol == (
        f"This is one {kind} over {asked['T']} steps, with 32 units, largest |eigenvalue| {asked['radius']:g}, "
        f"shear {asked['nonnormality']:g} and input scale {asked['sigma']:g}."
    )
    assert record.norms.shape == (asked["T"], asked["T"])
    W, J = unrolled_anew(asked)
    size = np.linalg.norm(J, 2) if asked["spectral"] else np.linalg.norm(J) / len(J) ** 0.5
    told = re.search(r"first of (\d+) states is (exactly 0|[-.e\d]+)( times that at the last)?, so it (\w+)\.", finding)
    assert bool(told) == (asked["show"] != "spectra")
    if told:
        assert told[1] == str(asked["T"])
        assert (0 if told[2] == "exactly 0" else float(told[2])) == pytest.approx(size, rel=0.06)
        assert told[4] == verdict_of(record.norms[-1, 0])
        assert ("largest possible" in finding) == asked["spectral"]
    assert_spectra_are_told_truly(asked, W, finding)
    assert_distances_are_told_truly(asked, record, finding)
    peak, row = re.search(r"larger, and reaches (\S+) at state (\d+)\.", words), record.norms[-1]
    assert bool(peak) == (np.isfinite(row).all() and row.max() > 1.5 * max(1, row[0]))
    if peak:
        assert (float(peak[1]), int(peak[2])) == (pytest.approx(row.max(), rel=0.06), int(row.argmax()) + 1)


def unrolled_anew(asked):
    """W_h, and the Jacobian of the last state by the first."""
    rng = np.random.default_rng(0)
    W = init.with_spectrum(32, radius=asked["radius"], nonnormality=asked["nonnormality"], rng=rng)
    params = models.init_recurrent(asked["cell"], 32, 32, recurrent=W, rng=rng)
    state = tuple(np.tanh(rng.standard_normal((cells.STATES[asked["cell"]], 1, 32))))
    xs = asked["sigma"] * rng.standard_normal((200, 1, 32))[: asked["T"]]
    with np.errstate(all="ignore"):
        return W, probes.jacobian(models.unroll(asked["cell"], params, xs, state)[1][1:])[0]


def assert_spectra_are_told_truly(asked, W, finding):
    """The eigenvalue and the singular value, and what either predicts over all steps."""
    largest = (np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2))
    spectra = re.search(r"\|eigenvalue\| (\S+) and the largest singular value (\S+)\.", finding)
    assert bool(spectra) == (asked["show"] == "spectra")
    if spectra:
        np.testing.assert_allclose([float(said) for said in spectra.groups()], largest, rtol=0.06, atol=1e-9)
    predicted = re.search(r"predicts (exactly 0|[-.e\d]+)(?:, and .* allows (exactly 0|[-.e\d]+) at most)?\.", finding)
    assert bool(predicted) == (asked["show"] != "map")
    if predicted:
        assert (predicted[2] is not None) == (asked["cell"] in ("rnn", "relu_rnn"))
        for said, each in zip(predicted.groups(), largest, strict=True):
            power = each ** (asked["T"] - 1)
            assert said is None or float(said.replace("exactly ", "")) == pytest.approx(power, rel=0.07, abs=1e-300)


def assert_distances_are_told_truly(asked, record, finding):
    """Up to how many steps apart the median of all pairs of states is between a tenth and ten."""
    told = re.search(r"up to (\d+) steps? apart", finding)
    assert ("Typically" in finding) == (asked["show"] == "map")
    if asked["show"] == "map":
        diagonals = (np.sort(np.diagonal(record.norms, -apart)) for apart in range(asked["T"]))
        medians = [row[round((len(row) - 1) / 2)] for row in diagonals]
        holds = [0.1 <= median <= 10 for median in medians]
        reach = holds.index(False) - 1 if False in holds else None
        assert ("at any distance" in finding) == (reach is None)
        assert ("not even hold" in finding) == (reach == 0)
        assert (int(told[1]) if told else None) == (reach or None)


def assert_connection_is_told_truly(explorer):
    """The sentence of a sentence: its words, and what reaches the first, by its record's own networks."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    finding, protocol, how = words.split("\n")
    typed = asked["sentence"].split()
    assert list(record.words) == typed[:60]
    assert ("Only the first 60 words were read" in how) == (len(typed) > 60)
    biases = f"forget bias {asked['forget_bias']:g}, update bias {asked['update_bias']:g}"
    assert protocol.endswith(f" of each kind, {biases}, recurrent weights times {asked['gain']:g}.")
    assert protocol.startswith(f"Median of {asked['seeds']} untrained network")
    again = recurrence_measure.connectivity(**asked)
    if not typed:
        assert finding.startswith("There is no sentence")
    elif len(typed) > 1:
        first, last = record.words[0], record.words[-1]
        medians = {name: again.reach[name.lower()].median[0] for name in ("RNN", "LSTM", "GRU")}
        sizes = {name: "exactly 0" if m == 0 else grammar.number(m) for name, m in medians.items()}
        told = f'{sizes["RNN"]} (RNN), {sizes["LSTM"]} (LSTM) and {sizes["GRU"]} (GRU) times that at "{last}".'
        assert finding.startswith(f'The gradient at "{first}" is {told}')
        verdicts = finding.partition(told)[2]
        assert set(re.findall(r"it (\w+s)\b", verdicts.lower())) == {verdict_of(m) for m in medians.values()}
        for name, m in medians.items():
            in_all = verdicts == f" It {verdict_of(m)} in all three."
            assert in_all or re.search(rf"it {verdict_of(m)} in [^,.]*the {name}\b", verdicts)


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
    finding, protocol, how = words.split("\n")
    met = sum(float(norm) > limit for norm in record.clipped.norm[:-1])
    steps = "1 step" if asked["steps"] == 1 else f"{asked['steps']} steps"
    assert protocol.endswith(f", at learning rate {rate:.3g}, clipping shortens {met} of {steps}.")
    lengths = [math.hypot(*move) for path in (record.free, record.clipped) for move in [longest(path)]]
    told = re.match(r"The longest step is (\S+) long without clipping, and (\S+) with it\. ", how).groups()
    assert [float(each) for each in told] == pytest.approx(lengths, rel=0.06)
    free, clipped = (float(path.loss[-1]) for path in (record.free, record.clipped))
    left = [off_the_map(path) for path in (record.free, record.clipped)]
    said = [grammar.number(loss) for loss in (free, clipped)]
    if asked["steps"] == 0:
        assert finding == f"Both balls lie at the start, where the loss is {said[0]}."
    elif met == 0:
        assert free == clipped
        same_for_both = f"The norm of the gradient never exceeds {limit:.3g}, so clipping changes nothing."
        assert finding == f"{same_for_both} Both balls end{' off the map' * left[0]} at a loss of {said[0]}."
    else:
        assert_both_balls_are_told_truly(finding, free, clipped, said, left)


def longest(path):
    """The longest step of a path, by w and by b."""
    moves = [(path.w[k + 1] - path.w[k], path.b[k + 1] - path.b[k]) for k in range(len(path.w) - 1)]
    return max(moves, key=lambda move: math.hypot(*move), default=(0.0, 0.0))


def assert_both_balls_are_told_truly(finding, free, clipped, said, left):
    """Whether each ball is off the map, at which loss, and which of them is lower."""
    without, clipped_is = re.match(r"Without clipping, the ball (.*?)\. Clipped at \S+, it (.*)\.$", finding).groups()
    assert without.endswith(f" a loss of {said[0]}")
    assert ["thrown off the map" in words for words in (without, clipped_is)] == left
    assert (" as well" in clipped_is) == all(left)
    if said[0] == said[1]:
        assert clipped_is.endswith("the same loss")
    else:
        assert clipped_is.endswith(f" {said[1]}")
        assert ("lower" in clipped_is, "higher" in clipped_is) == (clipped < free, clipped > free)


def off_the_map(path):
    return not (4 <= path.w[-1] <= 7 and -3.4 <= path.b[-1] <= -1.8)


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
    """Tests that were ordered, and no other; and the verdict, by what the patient was made to have."""
    record, words = explorer.record, explorer.caption
    finding, protocol, *found = words.split("\n")
    who, file = diagnosis_patients.patient(record.patient), record.file
    assert protocol.startswith(f"Patient {who.number} is a network of {who.net['depth']} layers. ")
    assert f"ordered {len(record.ordered)} of 6 tests" in protocol
    for name, title in diagnosis_say.TESTS.items():
        assert (f"{title}: " in "".join(found)) == (name in record.ordered)
    if "profile" in record.ordered:
        assert f"dh is {grammar.number(file.dh[0])} of the last's" in found[0]
        assert f"{who.net['precision']} loses {file.lost.max():.0%} of dh" in found[0]
    if "updates" in record.ordered:
        assert f"update ratios: an update is {grammar.number(np.median(file.updates))} of the weights" in found[0]
        assert f"in some layer {file.findings.copies:.0%} of the units are copies" in found[0]
    if "later" in record.ordered:
        assert f"after 10 steps the first layer's dh is {grammar.number(file.later[0])} of the last's" in found[0]
    diagnosis, treatment = record.chosen
    known = values(explorer)["answer"] or who.illness in record.tries or len(record.tries) > 1
    assert (f"{who.illness}, because " in finding) == known
    assert finding.startswith("Right") == (diagnosis == who.illness)
    stamp = diagnosis_say.verdicts(record)[0]
    if diagnosis is None or treatment is None:
        assert "classifies" not in finding or "healthy" in finding or "healthy" in (diagnosis, who.illness)
        assert stamp != "PASSED"
        return
    accuracy = diagnosis_measure.treat(who.number, treatment).accuracy
    healed = accuracy > LEARNS and (who.illness == "healthy") == (treatment == "leave it alone")
    first = record.tries[0] == diagnosis and not values(explorer)["answer"]
    assert (stamp == "PASSED") == (diagnosis == who.illness and healed and first)
    assert f'After "{treatment}" it classifies {accuracy:.0%} of the digits' in finding


def assert_scores_are_told_truly(explorer):
    """The sentence of the scoreboard, against the stored cells themselves."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    cells = [cell for cell in course.load("scoreboard") if cell.settings["net"] == asked["row"]]
    found = {key: value for cell in cells for key, value in cell.result.items()}
    decades = np.array([-np.inf if number is None else number for number in found["decades"]])
    middle = float(np.median(decades))
    word = "vanishes" if middle < -asked["within"] else "explodes" if middle > asked["within"] else "holds"
    finding, protocol, rest = words.split("\n")
    none = next(
        cell.result for cell in course.load("scoreboard") if cell.settings["net"] == "none" and "test" in cell.result
    )
    if asked["row"] == "none":
        assert finding.startswith("A net without a hidden layer")
        assert finding.endswith(f"classifies {np.median(none['accuracy']):.0%}.")
    else:
        assert finding.startswith(scoreboard_measure.NETS[asked["row"]].label + ": ")
        way = f"{'gains' if middle > 0 else 'loses'} {abs(middle):.1f} decades"
        first = "layer" if "accuracy" in found else "step"
        assert f"the gradient {way} until the first {first}, so it {word}." in finding
    ends = ["exactly 0" if np.isinf(end) else f"{end:+.1f}" for end in (decades.min(), decades.max())]
    assert f"{len(decades)} fresh networks, {ends[0]} to {ends[1]} decades" in protocol
    assert f"costs {np.median(found['cost']):.1f} times" in rest
    assert f"Lesson {scoreboard_measure.NETS[asked['row']].lesson[:2]} explains" in rest
    if "accuracy" in found:
        accuracy = np.median(found["accuracy"])
        learned = f"classifies {accuracy:.0%} of the digits, compared with {np.median(none['accuracy']):.0%} without"
        assert (learned in finding) == (found["finite"] > 0 and asked["row"] != "none")
        assert (f"right in {np.median(found['test']):.0%}" in rest) == (found["finite"] > 0)
        assert f"{found['finite']:.0%} of all its runs" in rest
    else:
        assert f"solved by {sum(step is not None for step in record.chosen.solved)} of 5 networks" in finding
    trained = [row for row in record.rows if row.name not in ("none", "frozen", "frozen skip")]
    holding = [row for row in trained if abs(np.median(row.decades)) <= asked["within"]]
    assert f"Of the {len(trained)} " in rest
    assert f"{len(holding)} hold the gradient within" in rest
    assert f"and {sum(row.learnt > 0.5 for row in holding)} of those learn." in rest


def assert_window_is_told_truly(explorer):
    """The sentence of entries in a format, against the gradients of the same networks as a training step has them."""
    asked, record, words = values(explorer), explorer.record, explorer.caption
    precision = asked["precision"]
    exact, _ = gradients_in("float64", asked, 1.0)
    own, forward = gradients_in(precision, asked, 2.0 ** (asked["scale"] + asked["factor"]))
    sizes = [abs(entries[real != 0]) for entries, real in zip(own, exact, strict=True)]
    normal = 2.0**-14 if precision == "float16" else 2.0**-126
    kinds = [[size == 0, (size > 0) & (size < normal), (normal <= size) & np.isfinite(size)] for size in sizes]
    counts = np.array([[kind.sum() for kind in layer] for layer in kinds]).T
    entries = np.array([len(size) for size in sizes])
    np.testing.assert_array_equal(record.counts.sum(axis=0), entries)
    assert (abs(record.counts[:3] - counts) <= 2 + 0.01 * entries).all()  # sums in another order round otherwise
    total = record.counts.sum()
    assert words.startswith("Every entry") == (total == 0)
    assert ("forward pass itself overflows" in words) == (not forward and total > 0)
    if total and forward:
        assert_kinds_are_told_truly(*(record.counts.sum(axis=1) / total), words)
        assert words.startswith(f"At loss scale {told_power(asked['scale'])}, ")
    assert f"loss factor {told_power(asked['factor'])}." in words
    assert_median_is_told_truly(exact[0][exact[0] != 0], asked, words, record.shares[0, 0])


def gradients_in(precision, asked, dloss):
    """dW or dh of each layer from the first to the output, and whether the logits are finite, by the plain recipe."""
    phi = ops.ACTIVATIONS[asked["activation"]]
    to = ops.bfloat16 if precision == "bfloat16" else lambda a: np.asarray(a, precision)
    phi = ops.in_bfloat16(phi) if precision == "bfloat16" else phi
    sizes, maps = [64, *[asked["width"]] * asked["depth"], 10], []
    for k, fans in enumerate(itertools.pairwise(sizes), start=1):
        draws = np.random.default_rng((0, 15, k if k <= asked["depth"] else 0))
        std = float(f"{asked['gain']:.3g}") * (2 / sum(fans)) ** 0.5
        maps.append(to(draws.standard_normal((asked["seeds"], *fans)) * std))
    digits, pullbacks = data.digits(), []
    with np.errstate(all="ignore"):
        h = to(np.broadcast_to(digits.x_train[:32], (asked["seeds"], 32, 64)))
        for W in maps[:-1]:
            out, back = phi(h @ W)
            pullbacks.append((h, back))
            h = out
        logits = h @ maps[-1]
        dz = ops.softmax_cross_entropy(logits, digits.y_train[:32])[1](dloss)
        dh, dW = [to(dz)], [to(np.matmul(h.mT, dz))]
        for W, (x, back) in zip(maps[:0:-1], pullbacks[::-1], strict=True):
            arrives = dz @ W.mT
            dh.append(to(arrives))
            dz = back(arrives)
            dz = dz[0] if isinstance(dz, tuple) else dz
            dW.append(to(np.matmul(x.mT, dz)))
    return (dW if asked["quantity"] == "dW" else dh)[::-1], np.isfinite(logits).all()


def assert_kinds_are_told_truly(zero, subnormal, fine, infinite, words):
    """Which shares are said, and that each is what it is, in whole per cent."""
    percent = r"(less than 1|more than 99|\d+) %"
    told = {
        "zero": re.search(rf"{percent} of the entries of d. become 0", words),
        "infinite": re.search(rf"{percent} (?:of the entries of d. )?become infinite or NaN", words),
        "subnormal": re.search(rf"{percent} are subnormal", words),
    }
    whole = [name for name, said in (("zero", "becomes 0 in"), ("infinite", "becomes infinite")) if f" {said}" in words]
    every = "every entry" in words
    assert (every and whole == ["zero"]) == (zero == 1)
    assert (every and whole == ["infinite"]) == (infinite == 1)
    assert (" is fine in " in words) == (fine == 1)
    assert ("no entry" in words) == (zero == 0 and subnormal > 0 and infinite == 0)
    for name, share in (("zero", zero), ("infinite", infinite)):
        assert bool(told[name]) == (0 < share < 1)
    assert bool(told["subnormal"]) == (infinite == 0 and zero < 1 and fine < 1)
    for name, share in (("zero", zero), ("infinite", infinite), ("subnormal", subnormal)):
        if told[name]:
            least, most = {"less than 1": (0, 0.01), "more than 99": (0.99, 1)}.get(told[name][1], (None, None))
            low, high = (
                (least, most) if most else (int(told[name][1]) / 100 - 0.0051, int(told[name][1]) / 100 + 0.0051)
            )
            assert low <= share <= high


def assert_median_is_told_truly(entries, asked, words, zero):
    """The power of two below the median entry of the first layer, and on which side of the format's ends it lies."""
    told = re.search(
        r"median entry at layer 1 is about (\S+) in float64, (below|where \S+ has only|where|beyond)", words
    )
    assert bool(told) == bool(len(entries) and "no format can keep it" not in words)
    if not told:
        return
    bits = float(np.median(np.log2(abs(entries)))) + asked["scale"] + asked["factor"]
    assert told[1] in {told_power(math.floor(bits + slip)) for slip in (-1e-9, 1e-9)}
    smallest, normal, beyond = {"float16": (-24, -14, 16), "bfloat16": (-133, -126, 128), "float32": (-149, -126, 128)}[
        asked["precision"]
    ]
    side = "below" if bits < smallest - 1 else "only" if bits < normal else "beyond" if bits >= beyond else "where"
    assert told[2].split()[-1] == side
    assert ("lifts most entries" in words) == (side == "below" and zero < 0.5)


def told_power(exponent):
    return f"2{str(exponent).translate(grammar.RAISED)}" if exponent else "1"


TRULY = {
    "precision": assert_window_is_told_truly,
    "scoreboard": assert_scores_are_told_truly,
    "clinic": assert_clinic_is_told_truly,
    "cliff": assert_cliff_is_told_truly,
    "recurrence": assert_unrolling_is_told_truly,
    "connectivity": assert_connection_is_told_truly,
    "gates": assert_gates_are_told_truly,
    "train_memory": assert_memory_is_told_truly,
    "train_mlp": assert_training_is_told_truly,
    "attention": assert_tokens_are_told_truly,
    "train_deep": assert_blocks_are_told_truly,
    "products": assert_products_are_told_truly,
    "activation": assert_slopes_are_told_truly,
    "gradient_flow": assert_flow_is_told_truly,
    "normalization": assert_norms_are_told_truly,
    "skip": assert_paths_are_told_truly,
    "signal_propagation": assert_signals_are_told_truly,
    "phase_diagram": assert_phases_are_told_truly,
}


def assert_sound(explorer, name):
    """It shows layers that a browser can read, with its own sentence, and the sentence is true."""
    page = Page(explorer)
    for layer in re.findall("<svg.*?</svg>", page.ground + page.moving, re.DOTALL):
        ElementTree.fromstring(layer.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1))
    assert_something_is_drawn(explorer, page)
    assert page.caption == explorer.caption
    own_words = re.sub(r'"[^"]*"', "", page.caption + page.alt)  # without those that a learner has typed
    assert not re.search(r"(?<!holds )(?<!puts is )\b(nan|inf|None)\b", own_words)  # but what ended a training may be
    TRULY[name](explorer)


def assert_something_is_drawn(explorer, page):
    """What is measured is there, over the axes; or, where all is drawn anew, there is ink."""
    nothing = explorer.caption.startswith(("Nothing is shown", "There is no sentence"))
    layer = page.moving if explorer._plot.canvas.moving else page.ground
    assert re.search(r"<(path d|use|image)", re.sub("<defs>.*?</defs>", "", layer)) or nothing
