"""The flow experiment: its record is what was measured, repeats exactly, moves smoothly, and survives the corners."""

from __future__ import annotations

import numpy as np
import pytest

from vgrad import init, models, ops, probes, theory
from vgrad.kit.experiments import flow as flow_experiments
from vgrad.kit.experiments.flow import CHOICES
from vgrad.tape import tree_map

QUANTITIES = ("dh", "dz", "dW")


def flow(**options):
    return flow_experiments.flow(**{"depth": 6, "width": 10, "batch": 4, "seeds": 5} | options)


def norms(record):
    return np.stack([record.dh, record.dz, record.dW])


@pytest.fixture
def spied(monkeypatch):
    """Runs the experiment; returns the record with the parameters, input, tape and cotangent that it used."""
    seen = {}
    hidden, measure = models.hidden, probes.norms_and_entries

    def spy_on_hidden(params, x, activation, **options):
        seen["params"], seen["x"] = tree_map(np.copy, params), x.copy()  # what is kept holds until the next call only
        return hidden(params, x, activation, **options)

    def spy_on_measure(tape, cotangent):
        seen["tape"], seen["cotangent"] = tape, cotangent.copy()
        return measure(tape, cotangent)

    monkeypatch.setattr(models, "hidden", spy_on_hidden)
    monkeypatch.setattr(probes, "norms_and_entries", spy_on_measure)

    def run(**options):
        record = flow(**options)
        return record, dict(seen)

    return run


# --- what the record holds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", init.DTYPES)
@pytest.mark.parametrize(("depth", "seeds"), [(1, 1), (1, 3), (7, 1), (7, 4)])
def test_the_record_holds_float64_arrays_of_its_own_shape(depth, seeds, precision):
    record = flow(depth=depth, seeds=seeds, precision=precision, activation="relu", gain=0.9)
    assert (record.net.depth, record.net.seeds, record.seeds_asked) == (depth, seeds, seeds)
    assert (record.net.width, record.net.batch, record.net.activation, record.net.gain) == (10, 4, "relu", 0.9)
    assert (record.net.scheme, record.net.precision) == ("xavier_normal", precision)
    assert norms(record).shape == (3, seeds, depth)
    bands = [array for name in QUANTITIES for array in record.relative[name]]
    arrays = [*bands, *(record.theory[name] for name in QUANTITIES), *record.entries]
    assert {array.shape for array in arrays} == {(depth,)}
    assert {array.dtype.name for array in [norms(record), *arrays]} == {"float64"}
    assert record.ratio == record.relative["dh"].median[0]


@pytest.mark.parametrize("scheme", CHOICES["scheme"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_the_norms_are_those_of_the_networks_explicit_gradients(spied, activation, scheme):
    record, seen = spied(activation=activation, scheme=scheme, gain=1.3)
    for s in range(record.net.seeds):
        params = [models.Layer(ops.Affine(*(a[s] for a in layer.affine))) for layer in seen["params"]]
        tape = models.hidden(params, seen["x"][s], activation)[1]
        grads, _ = models.gradients(tape, seen["cotangent"][s])
        explicit = [np.linalg.norm(layer.affine.W) for layer in grads]
        np.testing.assert_allclose(record.dW[s], explicit, rtol=1e-12)
        assert record.dh[s, -1] == pytest.approx(np.linalg.norm(seen["cotangent"][s]), rel=1e-12)


@pytest.mark.parametrize("skip", CHOICES["skip"])
@pytest.mark.parametrize("norm", CHOICES["norm"])
def test_with_norm_and_skip_too_the_norms_are_those_of_the_explicit_gradients(spied, norm, skip):
    record, seen = spied(activation="gelu", norm=norm, skip=skip, alpha="1/sqrt(depth)", gain=1.2)
    assert (record.net.norm, record.net.skip, record.net.alpha) == (norm, skip, "1/sqrt(depth)")
    path = skip and models.Skip(skip, 6**-0.5)
    h, tape = models.hidden(seen["params"], seen["x"], "gelu", norm=norm, skip=path)
    grads, _ = models.gradients(tape, seen["cotangent"])
    for k, layer in enumerate(grads):
        maps = [layer] if isinstance(layer, models.Layer) else layer
        explicit = np.sqrt(sum(np.sum(each.affine.W**2, axis=(-2, -1)) for each in maps))
        np.testing.assert_allclose(record.dW[:, k], explicit, rtol=1e-11)
    np.testing.assert_allclose(record.h[:, -1], np.linalg.norm(h, axis=(-2, -1)), rtol=1e-12)
    np.testing.assert_allclose(record.dh[:, -1], np.linalg.norm(seen["cotangent"], axis=(-2, -1)), rtol=1e-12)


def test_a_skip_around_a_branch_that_is_multiplied_by_0_hands_the_gradient_on_untouched():
    for form in models.FORMS:
        record = flow(skip=form, alpha=0.0, activation="relu")
        np.testing.assert_array_equal(record.dh, np.repeat(record.dh[:, -1:], 6, axis=1))


def test_norm_and_skip_keep_the_networks_that_were_drawn(spied):
    _, plain = spied(scheme="torch_linear")
    for dress in (
        dict(norm="batch"),
        dict(norm="layer_after"),
        dict(skip="activation_last"),
        dict(norm="batch", skip="branch"),
    ):
        _, seen = spied(scheme="torch_linear", **dress)
        firsts = [block if isinstance(block, models.Layer) else block[0] for block in seen["params"]]
        for mine, other in zip(firsts, plain["params"], strict=True):
            np.testing.assert_array_equal(mine.affine.W, other.affine.W)
            np.testing.assert_array_equal(mine.affine.b, other.affine.b)


@pytest.mark.parametrize("precision", init.DTYPES)
def test_the_networks_are_computed_in_the_precision_asked_for(spied, precision):
    _, seen = spied(precision=precision, scheme="torch_linear", gain=1.1)
    parameters = [a for layer in seen["params"] for a in layer.affine]
    outputs = [step.output for step in seen["tape"]]
    assert {a.dtype.name for a in [*parameters, *outputs, seen["x"], seen["cotangent"]]} == {precision}


@pytest.mark.parametrize("gain", [0.5, 2.0])
@pytest.mark.parametrize("scheme", CHOICES["scheme"])
def test_sigma_w_and_sigma_b_are_those_of_the_weights_drawn(spied, scheme, gain):
    record, seen = spied(scheme=scheme, gain=gain, depth=4, width=40, seeds=4, activation="leaky_relu")
    W, b = (np.stack([layer.affine[i] for layer in seen["params"]]) for i in (0, 1))
    assert 40 * np.mean(W**2) == pytest.approx(record.sigma_w**2, rel=5 * (2 / W.size) ** 0.5)
    assert np.mean(b**2) == pytest.approx(record.sigma_b**2, rel=5 * (2 / b.size) ** 0.5)
    assert (record.sigma_b > 0) == (scheme == "torch_linear")


def test_input_and_cotangent_are_standard_normal_and_independent(spied):
    _, seen = spied(width=50, batch=40, seeds=10)
    x, cotangent = seen["x"].ravel(), seen["cotangent"].ravel()
    for draw in (x, cotangent):
        assert abs(draw.mean()) < 5 / x.size**0.5
        assert abs(np.mean(draw**2) - 1) < 5 * (2 / x.size) ** 0.5
    assert abs(np.mean(x * cotangent)) < 5 / x.size**0.5


@pytest.mark.parametrize(("activation", "scheme", "gain"), [("tanh", "torch_linear", 1.5), ("relu", "he_normal", 0.8)])
def test_the_theory_of_the_same_sigmas_is_attached_relative_to_the_last_layer(activation, scheme, gain):
    record = flow(activation=activation, scheme=scheme, gain=gain)
    expected = theory.flow(6, activation, record.sigma_w, record.sigma_b)
    for name in QUANTITIES:
        np.testing.assert_allclose(record.theory[name], getattr(expected, name) / getattr(expected, name)[-1])


# --- bands -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [1, 2, 3, 10, 31])
@pytest.mark.parametrize("name", QUANTITIES)
def test_bands_are_order_statistics_of_the_seeds(name, seeds):
    record = flow(seeds=seeds, activation="relu")
    each = getattr(record, name) / getattr(record, name)[:, -1:]
    low, median, high = record.relative[name]
    for k in range(record.net.depth - 1):  # the last layer is 1 in every seed
        assert {low[k], median[k], high[k]} <= set(each[:, k])
        assert low[k] <= median[k] <= high[k]
        below, above = np.sum(each[:, k] < low[k]), np.sum(each[:, k] > high[k])
        assert abs(below - 0.1 * (seeds - 1)) <= 0.5
        assert abs(above - 0.1 * (seeds - 1)) <= 0.5
        assert abs(np.sum(each[:, k] < median[k]) - 0.5 * (seeds - 1)) <= 0.5


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_network_that_fell_silent_stays_at_0_in_the_bands(name):
    """Its last layer's own dz may be 0 too; 0 / 0 is no explosion."""
    record = flow(width=2, depth=8, batch=1, seeds=60, activation="relu", scheme="he_normal")
    assert 0.1 < record.silent < 1
    assert record.relative[name].low[0] == 0
    assert all((band >= 0).all() for band in record.relative[name])  # false for NaN


# --- both ways, apart, biases ----------------------------------------------------------------------------------------


def test_h_is_relative_to_the_inputs_size_and_the_gradients_to_the_last_layers():
    record = flow(gain=1.3, apart=True)
    np.testing.assert_allclose(record.each("h"), record.h / (4 * 10) ** 0.5)
    np.testing.assert_allclose(record.each("dW"), record.dW / record.dW[:, -1:])
    np.testing.assert_array_equal(record.each("apart"), record.apart)
    assert record.forward == record.relative["h"].median[-1] == np.sort(record.each("h")[:, -1])[2]
    expected = theory.flow(6, "tanh", record.sigma_w)
    np.testing.assert_allclose(record.theory["h"], expected.h)


def test_apart_is_measured_only_where_it_is_asked_for_and_needs_two_samples():
    record = flow()
    assert record.apart is None
    assert "apart" not in record.relative
    assert "apart" not in record.theory
    with pytest.raises(ValueError, match="batch is 1; allowed is a whole number from 2"):
        flow(apart=True, batch=1)


@pytest.mark.parametrize("dress", [dict(norm="layer"), dict(skip="activation_first")])
def test_with_a_norm_or_a_skip_theory_does_not_say_how_samples_differ(dress):
    record = flow(apart=True, **dress)
    assert np.isnan(record.theory["apart"]).all()
    assert (record.apart > 0).all()


def test_sigma_b_draws_normal_biases_and_leaves_the_weights_as_they_were(spied):
    (_, plain), (record, seen) = spied(width=40, seeds=20), spied(width=40, seeds=20, sigma_b=0.3)
    assert (record.net.sigma_b, record.sigma_b) == (0.3, 0.3)
    b = np.stack([layer.affine.b for layer in seen["params"]])
    assert np.mean(b**2) == pytest.approx(0.09, rel=5 * (2 / b.size) ** 0.5)
    assert abs(b).max() > 3 * 0.3  # a uniform draw of this variance ends at √3 of it
    np.testing.assert_array_equal(seen["params"][0].affine.W, plain["params"][0].affine.W)


def test_sigma_b_of_0_takes_a_schemes_own_biases_away(spied):
    record, seen = spied(scheme="torch_linear", sigma_b=0.0)
    assert record.sigma_b == 0
    assert not any(layer.affine.b.any() for layer in seen["params"])


@pytest.mark.parametrize(
    ("alpha", "factor"),
    [(0.5, 0.5), ("1/sqrt(depth)", 6**-0.5), ("1/depth", 1 / 6), ("0.5/sqrt(depth)", 0.5 / 6**0.5), ("0.5/1", 0.5)],
)
def test_alpha_may_be_a_number_over_the_depth_or_its_root(alpha, factor):
    record, number = flow(skip="activation_first", alpha=alpha), flow(skip="activation_first", alpha=factor)
    assert record.net.alpha == alpha
    assert record.net.branch_factor == pytest.approx(factor, rel=1e-15)
    np.testing.assert_allclose(record.dh, number.dh, rtol=1e-12)


# --- repeatable ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", CHOICES["scheme"])
@pytest.mark.parametrize("precision", init.DTYPES)
def test_the_same_arguments_give_the_same_numbers_and_another_seed_others(scheme, precision):
    first = flow(scheme=scheme, precision=precision)
    flow(scheme=scheme, precision=precision, seeds=9, gain=3.0)
    np.testing.assert_array_equal(norms(flow(scheme=scheme, precision=precision)), norms(first))
    assert (norms(flow(scheme=scheme, precision=precision, seed=1)) != norms(first)).any(axis=-1).all()


@pytest.mark.parametrize(
    "net",
    [
        *[dict(scheme=scheme) for scheme in CHOICES["scheme"]],
        dict(precision="float16"),
        dict(precision="float32", activation="relu"),
        dict(depth=40, width=8, batch=1, activation="relu", scheme="he_normal"),  # some of them are silent
    ],
)
def test_more_seeds_keep_the_first_seeds_numbers_bit_for_bit(net):
    few, many = flow(**net), flow(**net | dict(seeds=60))
    assert norms(many).shape[1] == 60
    np.testing.assert_array_equal(norms(many)[:, :5], norms(few))


@pytest.mark.parametrize("scheme", CHOICES["scheme"])
def test_depth_slices_one_network(spied, scheme):
    (shallow, seen), (deep, seen_too) = spied(depth=5, scheme=scheme), spied(depth=8, scheme=scheme)
    assert (shallow.net.depth, deep.net.depth) == (5, 8)
    for mine, other in zip(seen["params"], seen_too["params"][:5], strict=True):
        np.testing.assert_array_equal(mine.affine.W, other.affine.W)
        np.testing.assert_array_equal(mine.affine.b, other.affine.b)
    for mine, other in zip(seen["tape"], seen_too["tape"][:10], strict=True):
        np.testing.assert_array_equal(mine.output, other.output)
    np.testing.assert_array_equal(seen["cotangent"], seen_too["cotangent"])
    assert len({layer.affine.W.tobytes() for layer in seen_too["params"]}) == 8


@pytest.mark.parametrize("activation", ["identity", "relu", "leaky_relu"])
def test_gain_moves_one_network_exactly(activation):
    """φ(2 z) = 2 φ(z), so doubling every weight doubles dh once per layer on the way back: no rounding in binary."""
    once, twice = flow(activation=activation), flow(activation=activation, gain=2.0)
    np.testing.assert_array_equal(twice.dh, once.dh * 2.0 ** np.arange(5, -1, -1))
    np.testing.assert_array_equal(twice.dW, once.dW * 2.0**5)


@pytest.mark.parametrize("scheme", CHOICES["scheme"])
def test_gain_moves_one_network_smoothly(scheme):
    gains = 1.5 + np.linspace(0, 1e-3, 5)
    dh = np.log([flow(gain=gain, scheme=scheme).dh for gain in gains])
    assert abs(np.diff(dh, axis=0)).max() < 0.05
    assert abs(np.diff(dh, 2, axis=0)).max() < 1e-3  # nearly straight
    assert (dh[0] != dh[-1])[:, :-1].all()


# --- the work budget -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "seeds"),
    [
        (dict(weights=6 * 100 * 3), 3),
        (dict(weights=6 * 100 * 4 - 1), 3),
        (dict(multiply_adds=6 * 100 * 4 * 2), 2),
        (dict(multiply_adds=6 * 100 * 4 * 8 * 2, precision="float16"), 2),
        (dict(weights=6 * 100), 1),
        (dict(multiply_adds=1), 1),
        (dict(weights=10**9, multiply_adds=10**12), 5),
    ],
)
def test_seeds_are_reduced_to_the_budget_and_the_record_says_so(budget, seeds):
    record = flow(**budget)
    assert (record.net.seeds, record.seeds_asked) == (seeds, 5)
    np.testing.assert_array_equal(record.dh, flow(precision=record.net.precision).dh[:seeds])


@pytest.mark.parametrize("weights", [6 * 100 - 1, 1, 0, "a", np.nan])
def test_a_single_network_beyond_the_budget_is_refused(weights):
    with pytest.raises(ValueError, match=r"(depth · width² is 600|weights is .*); allowed is"):
        flow(weights=weights)


# --- non-finite is a result ------------------------------------------------------------------------------------------


def test_float16_underflow_is_recorded():
    record = flow(depth=30, activation="sigmoid", precision="float16")
    assert (record.silent, record.underflow, record.overflow) == (1, 1, None)
    assert record.entries.zeros[0] == 1
    assert record.entries.zeros[-1] == record.entries.subnormals[-1] == 0
    assert record.entries.subnormals.max() > 0
    assert record.ratio == 0
    assert flow(depth=30, activation="sigmoid").silent == 0


@pytest.mark.parametrize(("precision", "depth"), [("float16", 12), ("float32", 60)])
def test_overflow_is_recorded_with_its_first_layer(spied, precision, depth):
    record, seen = spied(depth=depth, activation="relu", gain=16.0, precision=precision)
    finite = [np.isfinite(step.output).all() for step in seen["tape"] if step.name.startswith("relu")]
    assert all(finite[: record.overflow - 1])
    assert not finite[record.overflow - 1]
    assert (record.entries.infs + record.entries.nans).max() > 0
    assert flow(depth=depth, activation="relu", gain=16.0).overflow is None


def test_narrow_relu_nets_fall_silent_by_chance_and_not_by_underflow():
    record = flow(depth=40, width=8, batch=1, seeds=400, activation="relu", scheme="he_normal")
    assert 0.05 < record.silent < 0.35
    assert record.underflow == 0
    assert record.silent == np.mean(record.dh[:, 0] == 0)


def test_dead_units_do_not_pass_for_underflow_in_float16():
    net = dict(depth=8, width=4, batch=1, seeds=200, activation="relu", scheme="he_normal")
    double, half = flow(**net), flow(**net, precision="float16")
    assert half.silent == double.silent > 0.05
    assert half.underflow == double.underflow == 0


def test_what_only_a_low_precision_silences_is_underflow():
    """Also where h has shrunk to 0 on the way forward, so that no unit is on any more."""
    net = dict(depth=100, width=8, batch=1, seeds=400, activation="relu", scheme="he_normal")
    double, half = flow(**net), flow(**net, precision="float16")
    by_precision = (half.dh[:, 0] == 0) & (double.dh[:, 0] > 0)
    assert by_precision.mean() > 0.1
    assert half.underflow >= by_precision.mean()


@pytest.mark.parametrize(
    "corner",
    [
        dict(depth=1, width=1, batch=1, seeds=1),
        dict(depth=100, width=256, seeds=64),
        dict(gain=0),
        dict(gain=0.0, activation="relu", scheme="torch_linear"),
        dict(gain=1e30),
        dict(gain=1e30, precision="float16", scheme="orthogonal"),
        dict(gain=1e200),
        dict(gain=5e-324),
        *[dict(gain=1e30, depth=30, activation=name) for name in ops.ACTIVATIONS],
        *[dict(gain=1e30, precision="float32", activation=name) for name in ops.ACTIVATIONS],
        *[dict(depth=1, width=1, batch=1, seeds=1, scheme=name) for name in CHOICES["scheme"]],
        dict(depth=np.int64(3), gain=np.float32(1.5), seed=2**70),
    ],
    ids=str,
)
def test_no_corner_raises_or_warns(corner):
    before = np.geterr()
    record = flow(**corner)
    assert record.dh.shape == (record.net.seeds, record.net.depth)
    assert (record.dh[:, -1] > 0).all()
    assert np.geterr() == before


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_gain_0_passes_nothing_back(activation):
    record = flow(gain=0, activation=activation)
    assert (record.silent, record.underflow, record.overflow) == (1, 0, None)
    assert record.relative["dh"].high.tolist() == [0, 0, 0, 0, 0, 1]


# --- bad input -------------------------------------------------------------------------------------------------------

WHOLE, FINITE = "a whole number", "a finite number of at least 0"


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        *[("depth", value, f"{WHOLE} from 1 to 10000") for value in (0, -3, "ten", True, 2.0, None, 10_001)],
        *[("width", value, f"{WHOLE} from 1 to 4096") for value in (0, 1.5, "wide", False, 4097)],
        *[("norm", value, "None, 'batch'") for value in ("Batch", "", 1, True)],
        *[("skip", value, "None, 'activation_last'") for value in ("residual", "", 0, False)],
        *[("alpha", value, "a finite number") for value in ("1/L", "x/depth", "nan/depth", float("nan"), None, True)],
        *[("batch", value, WHOLE) for value in (0, -1, "16", None)],
        *[("seeds", value, WHOLE) for value in (0, 0.5, True)],
        *[("seed", value, f"{WHOLE} of at least 0") for value in (-1, 1.0, "x", None)],
        *[("gain", value, FINITE) for value in (float("nan"), float("inf"), -0.1, "1", True, None)],
        *[("activation", value, "'tanh'") for value in ("swish", "", None, 3, np.tanh)],
        *[("scheme", value, "'he_normal'") for value in ("kaiming", None, 1)],
        *[("precision", value, "'float16', 'float32', 'float64'") for value in ("float8", None, 64)],
    ],
)
def test_bad_input_is_named_with_its_value_and_what_is_allowed(argument, value, allowed):
    with pytest.raises(ValueError, match="allowed is") as caught:
        flow(**{argument: value})
    assert str(caught.value).startswith(f"{argument} is {value!r}; ")
    assert allowed in str(caught.value)


@pytest.mark.parametrize("norm", ["batch", "batch_after", "batch_input", "batch_output"])
def test_a_batch_norm_needs_two_samples(norm):
    with pytest.raises(ValueError, match="batch is 1; allowed is a whole number from 2"):
        flow(norm=norm, batch=1)
