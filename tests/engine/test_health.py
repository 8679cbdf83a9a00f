"""The report names what a network suffers from, passes well ones, and tells converged gradients from vanished ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vgrad import data, models, ops, probes, train
from vgrad.models import Layer
from vgrad.ops import Affine
from vgrad.tape import tree_map

N = 64
ADVICE = ("Try ", "Look for ", "Draw ", "Find ")


def look(params, activation="tanh", *, dtype="float64", ink=1.0, weight=1.0, path=None, **known):
    """The health of a net at the first digits."""
    digits = data.digits()
    x = (digits.x_train[:N] * ink).astype(dtype)
    with np.errstate(all="ignore"):
        logits, tape = models.mlp(params, x, activation, **(path or {}))
        dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:N])[1](weight)
    return probes.health(params, tape, dlogits, **known)


def net(depth=6, width=50, *, scheme="xavier_normal", gain=1.0, seed=1, dtype="float64", b=0.0, **path):
    """A fresh net with the biases b."""
    rng = np.random.default_rng(seed)
    params = models.init_mlp([64, *[width] * depth, 10], scheme=scheme, gain=gain, rng=rng, dtype=dtype, **path)
    return [*(shifted(layer, b) for layer in params[:-1]), params[-1]] if b else params


def shifted(layer, b):
    return layer._replace(affine=Affine(layer.affine.W, layer.affine.b + b))


def readout(params, factor):
    last = params[-1].affine
    return [*params[:-1], Layer(Affine(factor * last.W, last.b))]


def constant(params, amount):
    return tree_map(lambda array: np.full_like(array, amount) if array.ndim == 2 else array, params)


def with_last_maps_of_0(params):
    def changed(block):
        if isinstance(block, Layer):
            return block
        first, second = block
        return first, Layer(Affine(0 * second.affine.W, second.affine.b))

    return [changed(block) for block in params]


# --- sick nets that once were called well, and well nets that once were called sick -----------------------------------

SICK = {
    "all weights 0.1": (lambda: look(constant(net(2), 0.1)), "rounding noise"),
    "all weights 0.1 in float32": (lambda: look(constant(net(2, dtype="float32"), 0.1), dtype="float32"), "copies"),
    "all weights 0": (lambda: look(constant(net(2), 0.0)), "no signal"),
    "equal units behind a random readout": (lambda: look([*constant(net(3)[:-1], 0.1), net(3)[-1]]), "copies"),
    "inputs from 0 to 255": (lambda: look(net(scheme="he_normal"), "relu", ink=120.0), "times that of a network"),
    "a readout too large": (lambda: look(readout(net(), 1e4)), "times that of a network"),
    "a readout too large in float32": (
        lambda: look(readout(net(dtype="float32"), 1e4), dtype="float32"),
        "times that of a network",
    ),
    "nine in ten units dead": (lambda: look(net(2, scheme="he_normal", b=-1.5), "relu"), "are dead"),
    "saturated": (lambda: look(net(gain=30.0)), "saturated"),
    "float16 that loses dh": (
        lambda: look(net(dtype="float16"), dtype="float16", weight=2.0**-18),
        "0, subnormal or not finite",
    ),
    "ten sigmoid layers": (lambda: look(net(10), "sigmoid"), "vanishes"),
    "ReLU x 3": (lambda: look(net(10, scheme="he_normal", gain=3.0), "relu"), "explodes"),
    "inputs alike": (lambda: look(net(22, scheme="lecun_normal", b=1.0), "relu"), "nearly alike"),
}
WELL = {
    "tanh": lambda: look(net()),
    "ReLU": lambda: look(net(scheme="he_normal"), "relu"),
    "a readout that starts at 0": lambda: look(readout(net(), 0.0)),
    "a readout that starts at 0 in float32": lambda: look(readout(net(dtype="float32"), 0.0), dtype="float32"),
    "a small readout": lambda: look(readout(net(), 1e-3)),
    "two sigmoid layers": lambda: look(net(2), "sigmoid"),
    "Fixup": lambda: look(
        with_last_maps_of_0(net(16, scheme="he_normal", skip="branch")), "relu", path=dict(skip="branch")
    ),
    "sparse ReLU": lambda: look(net(1, scheme="he_normal", b=-1.0), "relu"),
    "float16": lambda: look(net(dtype="float16"), dtype="float16"),
    "a scaled loss": lambda: look(net(), weight=2.0**16),
    "batch norm": lambda: look(net(10, norm="batch"), "sigmoid", path=dict(norm="batch")),
}


@pytest.mark.parametrize("name", SICK)
def test_a_sick_net_is_red_and_the_report_says_why_and_what_to_try(name):
    examined, word = SICK[name]
    health = examined()
    assert health.band == "red"
    (reason,) = [reason for reason in health.reasons if word in reason]
    assert any(advice in reason for advice in ADVICE)


@pytest.mark.parametrize("name", WELL)
def test_a_well_net_is_green(name):
    health = WELL[name]()
    assert health.band == "green"
    assert health.measures.score < 0.6


@pytest.mark.parametrize("name", [*SICK, *WELL])
def test_every_reason_is_made_of_whole_sentences(name):
    health = SICK[name][0]() if name in SICK else WELL[name]()
    for reason in health.reasons:
        assert reason[0].isupper() or reason[0].isdigit()
        assert reason.endswith(".")
        assert "nan" not in reason
    assert str(health).splitlines() == [health.band.upper(), *(f"- {reason}" for reason in health.reasons)]
    total = (
        f"The norm of the hidden layers' dW together is {health.measures.total_norm:.2g}, which says nothing of this."
    )
    assert health.reasons[-1] == total


def test_the_sentence_about_a_readout_of_0_does_not_say_that_nothing_can_be_learned():
    health = look(readout(net(), 0.0))
    assert "usual start" in health.reasons[0]
    assert not any("nothing can be learned" in reason for reason in health.reasons)
    assert health.measures.arrives == 0


def test_behind_a_readout_of_0_the_path_is_judged_all_the_same():
    assert look(readout(net(14), 0.0), "sigmoid").band == "red"


def test_what_a_dead_layer_explains_is_not_told_beside_it():
    health = look(net(scheme="he_normal", b=-4.0), "relu")
    assert health.band == "red"
    assert any("are dead" in reason for reason in health.reasons)
    assert not any("copies" in reason or "alike" in reason or "direction" in reason for reason in health.reasons)


# --- the measures -----------------------------------------------------------------------------------------------------


def test_the_measures_are_those_of_the_flow():
    params = net(8)
    digits = data.digits()
    logits, tape = models.mlp(params, digits.x_train[:N], "tanh")
    dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:N])[1]()
    m = probes.health(params, tape, dlogits).measures
    flow = probes.flow(params, tape, dlogits)
    h = probes.outputs(tape)[-1]
    expected = dict(
        decades=flow.decades[0],
        range=np.ptp(flow.decades),
        weight_decades=np.log10(flow.dW[0] / flow.dW[-1]),
        signal=probes.signal_fraction(h),
        depth_scale=7 / abs(2 * np.log(flow.dh[0] / flow.dh[-1])),
        total_norm=np.sqrt((flow.dW**2).sum()),
        smallest_step=flow.relative.min(),
        dead=flow.dead.max(),
        saturated=flow.saturated.max(),
        broken=sum(flow.entries).max(),
        cotangent=np.linalg.norm(dlogits),
        arrives=flow.dh[-1] / np.linalg.norm(dlogits),
        reaches=flow.dh[0] / np.linalg.norm(dlogits),
        directions=np.sum(np.linalg.svd(h - h.mean(axis=0))[1] > 0.01 * np.linalg.norm(h - h.mean(axis=0), 2)),
        directions_needed=9,
        copies=0,
    )
    for name, value in expected.items():
        assert getattr(m, name) == pytest.approx(value, rel=1e-10), name
    assert all(type(value) is float for value in m)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("factor", [1.0, 30.0, 1e3])
def test_the_loss_is_read_from_the_cotangent_of_a_cross_entropy(factor, dtype):
    params = readout(net(dtype=dtype), factor)
    params = tree_map(lambda array: array.astype(dtype), params)
    digits = data.digits(dtype=dtype)
    logits, tape = models.mlp(params, digits.x_train[:N], "tanh")
    loss, pullback = ops.softmax_cross_entropy(logits.astype("float64"), digits.y_train[:N])
    dlogits = ops.softmax_cross_entropy(logits, digits.y_train[:N])[1]()
    found = probes.health(params, tape, dlogits).measures.loss
    assert found == pytest.approx(float(loss) / math.log(10), rel=1e-6)
    assert np.isfinite(pullback()).all()


def test_a_cotangent_of_another_loss_is_not_mistaken_for_that_of_a_cross_entropy():
    params = net()
    digits = data.digits()
    logits, tape = models.mlp(params, digits.x_train[:N], "tanh")
    for target in (np.zeros_like(logits), np.eye(10)[digits.y_train[:N]]):
        m = probes.health(params, tape, ops.mse(logits, target)[1]()).measures
        assert math.isnan(m.loss)
        assert math.isnan(m.error_left)


def test_the_loss_and_the_labels_may_be_given():
    params = net()
    digits = data.digits()
    logits, tape = models.mlp(params, digits.x_train[:N], "tanh")
    dlogits = np.random.default_rng(0).standard_normal(logits.shape)
    assert probes.health(params, tape, dlogits, loss=100.0).measures.loss == pytest.approx(100 / math.log(10))
    assert probes.health(params, tape, dlogits, loss=100.0).band == "red"
    for lost in (math.inf, math.nan):
        report = probes.health(params, tape, dlogits, loss=lost)
        assert report.band == "red"
        assert "no longer a finite number" in str(report)
    loss, _ = ops.softmax_cross_entropy(logits, digits.y_train[:N])
    m = probes.health(params, tape, dlogits, labels=digits.y_train[:N]).measures
    assert m.loss == pytest.approx(float(loss) / math.log(10))


def test_units_are_copies_only_if_they_also_receive_the_same():
    rng = np.random.default_rng(3)
    W = np.repeat(rng.standard_normal((64, 1)), 20, axis=1) / 8
    first = Layer(Affine(W, np.zeros(20)))
    alike, different = (
        [first, Layer(Affine(second, np.zeros(20))), Layer(Affine(rng.standard_normal((20, 10)), np.zeros(10)))]
        for second in (np.repeat(rng.standard_normal((1, 20)), 20, axis=0) / 5, rng.standard_normal((20, 20)) / 5)
    )
    assert look(alike).measures.copies == 1
    assert look(different).measures.copies == 0


# --- limits -----------------------------------------------------------------------------------------------------------


def controlled(decades=0.0, signal=-0.1):
    """The health of three linear layers of 10 units, each a multiple of the identity, so that all is chosen."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((12, 10))
    x -= x.mean(axis=0)
    x *= 10.0**signal / np.sqrt((x**2).mean())
    x += math.sqrt(1 - 100.0**signal)
    params = [Layer(Affine(scale * np.eye(10), np.zeros(10))) for scale in (1.0, 10.0**decades, 1.0)]
    h, tape = models.hidden(params, x, "identity")
    return probes.health(params, tape, rng.standard_normal(h.shape))


@pytest.mark.parametrize(
    ("decades", "signal", "band", "word"),
    [
        (0.0, -0.1, "green", "arrives"),
        (1.19, -0.1, "green", "explodes"),
        (1.21, -0.1, "amber", "explodes"),
        (-1.21, -0.1, "amber", "vanishes"),
        (1.99, -0.1, "amber", "explodes"),
        (2.01, -0.1, "red", "explodes"),
        (-2.01, -0.1, "red", "vanishes"),
        (0.0, -1.19, "green", "arrives"),
        (0.0, -1.21, "amber", "nearly alike"),
        (0.0, -2.01, "red", "nearly alike"),
        (-2.01, -5.0, "red", "vanishes"),
    ],
)
def test_a_band_begins_at_its_limits(decades, signal, band, word):
    health = controlled(decades, signal)
    assert health.measures.decades == pytest.approx(decades, abs=1e-9)
    assert health.measures.signal == pytest.approx(signal, abs=1e-9)
    assert health.band == band
    assert word in health.reasons[0]
    assert any("alike" in reason for reason in health.reasons) == (signal < -1.2)


@pytest.mark.parametrize(("entry", "band"), [(np.nan, "red"), (np.inf, "red"), (1e-310, "green")])
def test_a_gradient_that_is_not_finite_is_red(entry, band):
    params = [Layer(Affine(np.eye(10), np.zeros(10)))] * 3
    rng = np.random.default_rng(14)
    h, tape = models.hidden(params, rng.standard_normal((12, 10)), "identity")
    cotangent = rng.standard_normal(h.shape)
    cotangent[3, 4] = entry
    assert probes.health(params, tape, cotangent).band == band


def test_a_gradient_that_is_lost_between_the_ends_is_not_called_well():
    Ws = [np.eye(6) for _ in range(9)]
    Ws[3], Ws[6] = 1e-4 * Ws[3], 1e4 * Ws[6]
    params = [Layer(Affine(W, np.zeros(6))) for W in Ws]
    h, tape = models.hidden(params, np.random.default_rng(4).standard_normal((8, 6)), "identity")
    health = probes.health(params, tape, np.ones_like(h))
    assert health.measures.decades == pytest.approx(0, abs=1e-9)
    assert health.measures.range == pytest.approx(4)
    assert health.band == "red"
    assert "between the layers its size changes by 10^4.0" in health.reasons[0]


def test_the_depth_scale_of_a_gradient_that_stays_is_infinite():
    layer = Layer(Affine(np.eye(3), np.zeros(3)))
    h, tape = models.hidden([layer], np.random.default_rng(15).standard_normal((5, 3)), "identity")
    m = probes.health([layer], tape, np.ones_like(h)).measures
    assert (m.decades, m.weight_decades, m.depth_scale) == (0, 0, np.inf)


# --- during training --------------------------------------------------------------------------------------------------


def trained(params, activation, rate, steps):
    digits = data.digits()
    batches = data.batches(digits.x_train, digits.y_train, N, rng=np.random.default_rng(2))
    records = [*train.fit(params, train.classifier(activation), batches, optimizer=train.momentum(rate), steps=steps)]
    return records[-1].params


def test_a_small_gradient_of_a_trained_net_has_converged():
    fresh = net()
    first = look(fresh)
    params = trained(fresh, "tanh", 0.1, 250)
    later = look(params, first=first)
    assert (first.state, later.state, later.band) == ("fresh", "converged", "green")
    assert later.measures.error_left < 0.1
    assert "has converged" in later.reasons[0]
    assert look(params).state == "converged"  # and without the first reading, beside a guess


def test_a_small_gradient_of_a_net_that_cannot_learn_has_vanished():
    fresh = net(10)
    first = look(fresh, "sigmoid")
    later = look(trained(fresh, "sigmoid", 0.1, 60), "sigmoid", first=first)
    assert (later.state, later.band) == ("vanished", "red")
    assert later.measures.error_left > 0.9
    assert "has vanished, and not converged" in later.reasons[0]


def test_no_threshold_on_the_norm_tells_the_two_apart():
    converged = look(trained(net(), "tanh", 0.1, 1500))
    vanished = look(net(4), "sigmoid")
    assert converged.measures.total_norm < vanished.measures.total_norm
    assert converged.band == "green"


def test_a_net_that_is_learning_is_green():
    fresh = net()
    health = look(trained(fresh, "tanh", 0.05, 60), first=look(fresh))
    assert health.state in ("learning", "converged")
    assert health.band == "green"


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (dict(first="green"), "first is 'green'; allowed is what probes.health returned"),
        (dict(labels=np.zeros(3, int)), r"labels has shape \(3,\); allowed is \(64,\)"),
        (dict(labels=np.full(N, 10)), "labels' largest is 10; allowed is a whole number from 0 to 9"),
        (dict(labels=np.full(N, -1)), "labels' "),
        (dict(labels=np.zeros(N)), "(?s)labels is .*; allowed is whole numbers"),
        (dict(loss="3"), "loss is '3'"),
    ],
)
def test_what_is_known_must_fit(known, message):
    with pytest.raises(ValueError, match=message):
        look(net(), **known)


def test_a_diagnosis_is_of_one_network_and_of_more_than_one_sample():
    rng = np.random.default_rng(0)
    params = models.init_mlp((4, 5, 5), scheme="he_normal", rng=rng, ensemble=(2,))
    h, tape = models.hidden(params, rng.standard_normal((6, 4)), "tanh")
    with pytest.raises(ValueError, match=r"cotangent has shape \(2, 6, 5\); allowed is \(N, D\): one network"):
        probes.health(params, tape, h)
    params = models.init_mlp((4, 5, 5), scheme="he_normal", rng=rng)
    h, tape = models.hidden(params, rng.standard_normal((1, 4)), "tanh")
    with pytest.raises(ValueError, match=r"h has shape \(1, 5\); allowed is .* N >= 2"):
        probes.health(params, tape, h)


@pytest.mark.parametrize("loss", [0.0, 1.0, 2.3, math.log(10)])
def test_a_loss_of_a_guess_or_less_is_no_sign_of_trouble(loss):
    report = look(net(20, 50, scheme="xavier_normal"), "relu", loss=loss)
    assert "too large" not in str(report)
    assert not math.isnan(report.measures.score)
