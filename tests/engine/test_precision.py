"""bfloat16 is PyTorch's, a scaled loss saves what float16 would lose, and master weights keep small updates."""

from __future__ import annotations

from itertools import islice, pairwise, repeat
from typing import NamedTuple

import numpy as np
import pytest

from vgrad import cells, data, models, ops, train
from vgrad.models import Layer
from vgrad.ops import Affine, bfloat16, in_bfloat16
from vgrad.tape import leaves, tree_map
from vgrad.train.precision import LARGEST

each_cell = pytest.mark.parametrize("cell", cells.GATES)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- bfloat16 ---------------------------------------------------------------------------------------------------------

LAST = np.float32(2.0**-133)  # the smallest bfloat16 above 0
MOST = np.float32(2.0**128 - 2.0**120)  # the largest


def numbers():
    """float32 numbers of all sizes, halves between two bfloat16 and their neighbours, subnormals, and the ends."""
    many = rng().standard_normal(20_000) * 10.0 ** rng(1).uniform(-44, 38, 20_000)
    patterns = rng(2).integers(0, 1 << 16, 20_000, dtype=np.uint32) << np.uint32(16)
    halves = [(patterns + np.uint32(lower)).view(np.float32) for lower in (0x0000, 0x7FFF, 0x8000, 0x8001, 0xFFFF)]
    ends = np.array([0, LAST, LAST / 2, 1.5 * LAST, 1e-45, MOST, 3.395e38, 3.397e38, np.inf, np.nan], np.float32)
    with np.errstate(over="ignore"):
        return np.concatenate([many.astype(np.float32), *halves, ends, -ends])


def test_bfloat16_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    a = numbers()
    its = torch.tensor(a).to(torch.bfloat16).float().numpy()
    np.testing.assert_array_equal(bfloat16(a), its)
    number = ~np.isnan(its)
    np.testing.assert_array_equal(bfloat16(a).view(np.uint32)[number], its.view(np.uint32)[number])  # -0 too


def test_bfloat16_is_the_nearest_of_all_that_there_are_and_of_two_the_even_one():
    a = numbers()
    a = a[np.isfinite(a)]
    with np.errstate(over="ignore"):
        every = [np.ldexp(1 + k % 128 / 128, k // 128 - 127) if k >= 128 else np.ldexp(k, -133) for k in range(0x7F81)]
    every = np.array(every)  # by its pattern k, the last of which would be 2^128 and is inf
    size = np.abs(a).astype(float)
    below = np.searchsorted(every, size, side="right") - 1
    below = np.minimum(below, len(every) - 2)
    to_below, to_above = size - every[below], every[below + 1] - size
    up = (to_above < to_below) | ((to_above == to_below) & (below % 2 == 1))
    exact = every[below + up]
    exact[exact == 2.0**128] = np.inf
    assert (to_above == to_below).sum() > 10_000
    np.testing.assert_array_equal(bfloat16(a), np.copysign(exact, a))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_bfloat16_is_kept_in_float32_whatever_it_is_made_of(dtype):
    a = rng().standard_normal((3, 4)).astype(dtype)
    rounded = bfloat16(a)
    assert (rounded.dtype, rounded.shape) == (np.float32, (3, 4))
    np.testing.assert_array_equal(rounded, bfloat16(rounded))
    np.testing.assert_allclose(rounded, a, rtol=2.0**-8)
    assert bfloat16(np.float32(1 + 2**-8)).shape == ()
    np.testing.assert_array_equal(
        bfloat16(np.array([1e300, -1e300, 1 + 2.0**-8, 1 + 1.01 * 2.0**-8])), [np.inf, -np.inf, 1, 1 + 2.0**-7]
    )


def test_stochastic_rounding_goes_to_a_neighbour_and_its_mean_is_the_number():
    a = np.array([1.001, -1.003, 0.3, 1e-30, 7e20, 1.3e-40, 1 + 2.0**-8], np.float32)
    draws = bfloat16(np.broadcast_to(a, (40_000, len(a))), rng=rng())
    below = (a.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    above = ((a.view(np.uint32) & np.uint32(0xFFFF0000)) + np.uint32(0x10000)).view(np.float32)
    assert ((draws == below) | (draws == above)).all()
    unit = above.astype(float) - below
    share = (a - below) / unit
    sigma = np.sqrt(share * (1 - share) / len(draws))
    mean = ((draws - below.astype(float)) / unit).mean(axis=0)
    assert (abs(mean - share) < 5 * sigma).all()


def test_stochastic_rounding_leaves_what_bfloat16_has():
    kept = bfloat16(numbers())
    np.testing.assert_array_equal(bfloat16(kept, rng=rng()), kept)
    a = rng().standard_normal(50)
    np.testing.assert_array_equal(bfloat16(a, rng=rng(3)), bfloat16(a, rng=rng(3)))
    assert (bfloat16(a, rng=rng(3)) != bfloat16(a, rng=rng(4))).any()


@pytest.mark.parametrize(("name", "f"), ops.ACTIVATIONS.items())
def test_an_operation_in_bfloat16_rounds_what_goes_in_and_out_both_ways(name, f):
    z, dh = rng().standard_normal((2, 40, 30)).astype("float32")
    h, pullback = in_bfloat16(f)(z)
    exact, its = f(bfloat16(z))
    np.testing.assert_array_equal(h, bfloat16(exact))
    np.testing.assert_array_equal(pullback(dh), bfloat16(its(bfloat16(dh))))
    assert in_bfloat16(f).__name__ == name


@each_cell
def test_a_cell_in_bfloat16_rounds_its_parameters_its_state_and_their_cotangents(cell):
    params = models.init_recurrent(cell, 2, 4, rng=rng(), dtype="float32")
    x = rng(1).standard_normal((5, 2)).astype("float32")
    state = tuple(rng(k).standard_normal((5, 4)).astype("float32") for k in range(2 if cell == "lstm" else 1))
    out, pullback = in_bfloat16(cells.CELLS[cell])(params, x, state)
    exact, its = cells.CELLS[cell](tree_map(bfloat16, params), bfloat16(x), tree_map(bfloat16, state))
    tree_map(np.testing.assert_array_equal, out, tree_map(bfloat16, exact))
    grads, dx, dstate = pullback(state)
    assert type(grads) is type(params)
    tree_map(np.testing.assert_array_equal, (grads, dx, dstate), tree_map(bfloat16, its(tree_map(bfloat16, state))))


def test_an_mlp_with_its_activation_in_bfloat16_hands_on_bfloat16_numbers():
    params, (x, labels) = digits_net(), next(digit_batches())
    logits, tape = models.mlp(params, x, in_bfloat16(ops.tanh))
    activations = [step for step in tape if step.name.startswith("tanh")]
    assert len(activations) == 4
    for step in activations:
        np.testing.assert_array_equal(step.output, bfloat16(step.output))
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    for step in activations:
        _, dz = step.pullback(np.broadcast_to(pullback()[:, :1], step.output.shape))
        np.testing.assert_array_equal(dz, bfloat16(dz))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: bfloat16([3]), "a is of list"),
        (lambda: bfloat16(np.ones(2), rng=3), "rng is 3; allowed is a numpy.random.Generator"),
        (lambda: in_bfloat16("tanh"), "operation is 'tanh'; allowed is a function"),
        (lambda: train.loss_scaling(0.5), "scale is 0.5; allowed is a finite number from 1"),
        (lambda: train.loss_scaling(every=0), "every is 0; allowed is a whole number from 1 to"),
        (lambda: train.classifier("tanh", precision="float64"), "precision is 'float64'; allowed is one of 'float16'"),
        (lambda: train.sequence("rnn", precision="half"), "precision is 'half'; allowed is one of 'float16'"),
        (lambda: trained(None, scaling=2.0), "scaling is 2.0; allowed is what train.loss_scaling returns"),
    ],
)
def test_bad_arguments_are_named(run, words):
    with pytest.raises(ValueError, match=words):
        run()


# --- loss scaling -----------------------------------------------------------------------------------------------------


def digits_net(ensemble=(), dtype="float32"):
    sizes = (64, 16, 16, 16, 16, 10)
    return models.init_mlp(sizes, scheme="xavier_normal", rng=rng(), ensemble=ensemble, dtype=dtype)


def digit_batches(dtype="float32"):
    digits = data.digits(dtype=dtype)
    return data.batches(digits.x_train, digits.y_train, 100, rng=rng(1))


def weighted(model, weight):
    """The model of ``weight`` times the loss, as of a mean over many more samples than there are."""
    return lambda params, batch, dloss=1.0: model(params, batch, dloss * weight)


def trained(precision, *, weight=1.0, steps=20, optimizer=None, params=None, batches=None, dtype="float32", **options):
    params = digits_net(dtype=dtype) if params is None else params
    batches = digit_batches(dtype) if batches is None else batches
    model = weighted(train.classifier("tanh", precision=precision), weight)
    return list(train.fit(params, model, batches, optimizer=optimizer or train.adam(3e-3), steps=steps, **options))


def assert_same(records, others, fields=("loss", "accuracy", "norm", "norms", "update", "params", "trouble")):
    for record, other in zip(records, others, strict=True):
        for field in fields:
            for a, b in zip(leaves(getattr(record, field)), leaves(getattr(other, field)), strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "scaling", [dict(scale=1.0), dict(), dict(scale=2.0**40), dict(scale=2.0**10, every=3)], ids=str
)
@pytest.mark.parametrize("clip", [{}, {"clip_norm": 0.5}, {"clip_value": 0.01}])
@pytest.mark.parametrize("ensemble", [(), (2,)], ids=str)
def test_a_power_of_two_times_the_loss_changes_no_digit_in_float32(scaling, clip, ensemble):
    plain = trained(None, params=digits_net(ensemble), **clip)
    scaled = trained(None, params=digits_net(ensemble), scaling=train.loss_scaling(**scaling), **clip)
    assert_same(scaled, plain)
    assert {record.scale for record in plain} == {1.0}
    assert scaled[0].scale == scaling.get("scale", 2.0**16)
    assert not any(record.skipped for record in (*plain, *scaled))


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize("labels", [True, False])
@each_cell
def test_the_same_of_a_sequence(cell, last, truncate, labels):
    params = models.init_recurrent(cell, 2, 4, rng=rng(), readout=3, ensemble=(2,), dtype="float32")
    shape = (6,) if last else (5, 6)
    target = rng().integers(3, size=shape) if labels else rng().standard_normal((*shape, 3)).astype("float32")
    batch = np.broadcast_to(rng().standard_normal((5, 1, 6, 2)).astype("float32"), (5, 2, 6, 2)), target
    model = train.sequence(cell, last=last, truncate=truncate)
    one, many = model(params, batch), model(params, batch, 2.0**20)
    np.testing.assert_array_equal(one.loss, many.loss)
    tree_map(lambda d, other: np.testing.assert_array_equal(d * np.float32(2.0**20), other), one.grads, many.grads)


def test_a_scale_that_starts_too_high_skips_a_handful_of_steps_and_then_trains():
    scaling = train.loss_scaling(2.0**44, every=50)
    records = trained("float16", weight=2.0**-20, steps=150, scaling=scaling)
    skipped = [record.step for record in records if record.skipped]
    assert 3 <= len(skipped) <= 12
    assert skipped[:3] == [1, 2, 3]
    good = 0
    for record, following in pairwise(records):
        good = 0 if record.skipped else good + 1
        factor = 0.5 if record.skipped else 2.0 if good == 50 else 1.0
        good %= 50
        assert following.scale == record.scale * factor
    assert {2.0, 0.5, 1.0} == {b.scale / a.scale for a, b in pairwise(records)}
    assert np.mean([record.accuracy for record in records[-20:]]) > 0.85


@pytest.mark.parametrize("rule", [train.momentum(0.1), train.warmup(train.adamw(3e-3), 10)], ids=["momentum", "adamw"])
def test_a_skipped_step_leaves_the_parameters_and_the_memory_as_they_were(rule):
    batches = list(islice(digit_batches(), 20))
    clean, scales = batches[:10] + batches[11:], []

    def model(params, batch, dloss=1.0):
        run = train.classifier("tanh")(params, batch, dloss)
        scales.append(dloss)
        return run._replace(grads=tree_map(lambda d: d / 0, run.grads)) if batch is batches[10] else run

    options = dict(optimizer=rule, scaling=train.loss_scaling(every=100))
    records = list(train.fit(digits_net(), model, batches, steps=20, **options))
    assert [record.step for record in records if record.skipped] == [11]
    assert records[10].trouble is None
    assert not np.isfinite(records[10].norm)
    np.testing.assert_array_equal(records[10].update, 0)
    tree_map(np.testing.assert_array_equal, records[10].params, records[9].params)
    assert scales == [2.0**16] * 11 + [2.0**15] * 9
    others = list(train.fit(digits_net(), train.classifier("tanh"), clean, steps=19, **options))
    assert_same(records[:10] + records[11:], others)


def test_a_static_scale_that_is_too_large_skips_every_step_and_says_so():
    records = trained("float16", scaling=train.loss_scaling(2.0**60), steps=6)
    assert [record.skipped for record in records] == [True] * 6
    assert {record.scale for record in records} == {2.0**60}
    assert {record.trouble for record in records} == {None}
    tree_map(np.testing.assert_array_equal, records[-1].params, digits_net())


def test_float16_learns_from_small_gradients_only_with_a_scale():
    def accuracy(precision, scale):
        params, scaling = digits_net(ensemble=(3,)), scale and train.loss_scaling(scale)
        records = trained(precision, weight=2.0**-20, params=params, steps=100, scaling=scaling)
        return np.mean([record.accuracy for record in records[-10:]], axis=0), records[0].norms[..., 0]

    exact, norms = accuracy("float32", None)
    assert (exact > 0.8).all()
    assert (norms > 1e-8).all()
    lost, norms = accuracy("float16", None)
    assert (lost < 0.3).all()
    np.testing.assert_array_equal(norms, 0)
    for precision, scale in (("float16", 2.0**14), ("float16", 2.0**28), ("bfloat16", None)):
        kept, _ = accuracy(precision, scale)
        np.testing.assert_allclose(kept, exact, atol=0.05)


def test_gradients_are_unscaled_in_float32_before_they_are_clipped():
    params = digits_net(dtype="float16")  # no master weights: the gradients themselves are float16
    options = dict(weight=2.0**-20, params=params, dtype="float16", optimizer=train.sgd(1e5), steps=1)
    (exact,) = trained("float32", weight=2.0**-20, params=tree_map(lambda a: a.astype("float32"), params), steps=1)
    (record,) = trained(None, scaling=train.loss_scaling(2.0**20), **options)
    np.testing.assert_allclose(record.norms, exact.norms, rtol=0.01)
    assert exact.norm < 2e-6  # so that float16 would hardly hold one entry
    assert {a.dtype.name for a in leaves(record.params)} == {"float16"}
    assert (record.update > 1e-4).all()
    (clipped,) = trained(None, scaling=train.loss_scaling(2.0**20), clip_norm=float(record.norm) / 2, **options)
    np.testing.assert_array_equal(clipped.norm, record.norm)
    factor = record.norm / 2 / (record.norm + 1e-6)  # the 1e-6 is clip_by_norm's own
    np.testing.assert_allclose(clipped.update, factor * record.update, rtol=0.1)


def test_a_scale_stays_between_one_and_what_float32_has():
    scaling = train.loss_scaling(3.0, every=1)
    assert [scaling.after(True).scale, scaling.after(True).after(True).scale] == [1.5, 1.0]
    for _ in range(200):
        scaling = scaling.after(False)
    assert scaling.scale == LARGEST
    assert np.isfinite(np.float32(LARGEST))
    static = train.loss_scaling(8.0)
    assert static.after(True) == static.after(False) == static


# --- where a scaled run ends ------------------------------------------------------------------------------------------


def diagonal(*scales):
    """float16 layers that multiply by one number each."""
    return [Layer(Affine(scale * np.eye(4, dtype="float16"), np.zeros(4, "float16"))) for scale in scales]


def ended(params, scaling, steps=30, x=0.5):
    batches = repeat((np.full((3, 4), x, "float16"), np.array([0, 1, 2])))
    model = train.classifier("identity")
    return list(train.fit(params, model, batches, optimizer=train.sgd(0.1), steps=steps, scaling=scaling))


def test_a_loss_that_is_not_finite_ends_training_at_any_scale():
    for scaling in (train.loss_scaling(2.0**10), train.loss_scaling(2.0**10, every=5)):
        (record,) = ended(diagonal(60000, 60000, 1), scaling)
        assert record.trouble == 'Step 1: forward, the output of "affine 2" holds inf'
        assert not record.skipped


def test_gradients_that_overflow_at_scale_one_end_training_once_the_scale_has_come_down():
    params = diagonal(1e-6, 200, 200, 200, 200, 0.5)  # the forward pass is finite, the way back is not
    records = ended(params, train.loss_scaling(2.0**5, every=10))
    assert [record.scale for record in records] == [32, 16, 8, 4, 2, 1]
    assert [record.skipped for record in records] == [True] * 5 + [False]
    assert [record.trouble for record in records[:-1]] == [None] * 5
    (unscaled,) = ended(params, None)
    assert records[-1].trouble.partition(": ")[2] == unscaled.trouble.partition(": ")[2]
    assert len(ended(params, train.loss_scaling(2.0**5))) == 30


def test_a_step_is_skipped_for_all_networks_where_one_overflows_unless_it_is_lost():
    params = digits_net(ensemble=(3,))
    params[1].affine.W[1] *= 1e4
    model, batches = train.classifier("identity", precision="float16"), list(islice(digit_batches(), 12))
    options = dict(optimizer=train.sgd(1e-4), steps=12, scaling=train.loss_scaling(2.0**14, every=100))
    records = list(train.fit(params, model, batches, **options))
    assert records[0].skipped
    assert np.isfinite(records[0].norm).tolist() == [True, False, True]
    tree_map(np.testing.assert_array_equal, records[0].params, params)
    assert not records[-1].skipped
    params[1].affine.W[1] = np.nan
    lost = list(train.fit(params, model, batches, **options))
    assert not any(record.skipped for record in lost)
    assert np.isfinite(lost[-1].loss).tolist() == [True, False, True]


# --- master weights ---------------------------------------------------------------------------------------------------


def rounding(precision):
    return bfloat16 if precision == "bfloat16" else lambda a: a.astype(precision)


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_pass_in_a_precision_is_that_of_rounded_parameters_and_inputs(precision, dtype):
    params, (x, labels) = digits_net((2,), dtype), next(digit_batches("float64"))
    own, phi = rounding(precision), in_bfloat16(ops.tanh) if precision == "bfloat16" else "tanh"
    run = train.classifier("tanh", precision=precision)(params, (x, labels))
    exact = train.classifier(phi)(tree_map(own, params), (own(x), labels))
    np.testing.assert_array_equal(run.loss, exact.loss)
    np.testing.assert_array_equal(run.accuracy, exact.accuracy)
    tree_map(np.testing.assert_array_equal, run.grads, tree_map(own, exact.grads))
    assert {d.dtype.name for d in leaves(run.grads)} == {dtype}
    reference = train.classifier("tanh")(params, (x.astype(dtype), labels))
    for d, its in zip(leaves(run.grads), leaves(reference.grads), strict=True):
        assert np.linalg.norm(d - its) < 0.05 * np.linalg.norm(its)


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32"])
@each_cell
def test_the_same_of_a_cell(cell, precision):
    params = models.init_recurrent(cell, 2, 4, rng=rng(), readout=3, dtype="float32")
    xs, labels = rng(1).standard_normal((5, 6, 2)), rng(2).integers(3, size=6)
    own, step = rounding(precision), in_bfloat16(cells.CELLS[cell]) if precision == "bfloat16" else cell
    run = train.sequence(cell, precision=precision)(params, (xs, labels))
    exact = train.sequence(step)(tree_map(own, params), (own(xs), labels))
    np.testing.assert_array_equal(run.loss, exact.loss)
    tree_map(np.testing.assert_array_equal, run.grads, tree_map(own, exact.grads))
    assert {d.dtype.name for d in leaves(run.grads)} == {"float32"}


@pytest.mark.parametrize(("precision", "share"), [("bfloat16", 1e-3), ("float16", 1e-4)])
def test_a_small_update_is_kept_by_master_weights_and_lost_by_weights_of_few_bits(precision, share):
    start = tree_map(lambda a: np.sign(a) * np.float32(0.75), digits_net())
    own, rule = rounding(precision), train.sgd(1.0)

    def model(params, batch, dloss=1.0):  # each weight is to shrink by this share of 0.75 in every step
        run = train.classifier("tanh", precision=precision)(params, batch, dloss)
        return run._replace(grads=tree_map(lambda a: (np.sign(a) * 0.75 * share).astype(a.dtype), params))

    batch = next(digit_batches())
    *_, kept = train.fit(start, model, repeat(batch), optimizer=rule, steps=50)
    tree_map(lambda a, b: np.testing.assert_allclose(b, a * (1 - 50 * share), rtol=1e-5), start, kept.params)
    few = tree_map(own, start)
    for _ in range(50):
        *_, record = train.fit(few, model, [batch], optimizer=rule, steps=1)
        few = tree_map(own, record.params)
    tree_map(np.testing.assert_array_equal, few, start)


def test_weights_of_bfloat16_learn_on_with_stochastic_rounding():
    start = np.full(2000, 0.75, np.float32)
    nearest, stochastic, draws = start, start, rng()
    for _ in range(100):
        nearest = bfloat16(nearest * np.float32(0.999))
        stochastic = bfloat16(stochastic * np.float32(0.999), rng=draws)
    np.testing.assert_array_equal(nearest, start)
    assert stochastic.mean() == pytest.approx(0.75 * 0.999**100, rel=0.01)


# --- beside PyTorch's GradScaler --------------------------------------------------------------------------------------

STEPS, START = 240, 2.0**40
GROWTH = (1, 2, 7, 50)
each_interval = pytest.mark.parametrize("every", GROWTH)
each_seed = pytest.mark.parametrize("seed", range(5))


class Planted(NamedTuple):
    """Gradients of two weight matrices, (steps, 4, 3) and (steps, 3), and where they overflow."""

    grads: tuple
    broken: np.ndarray  # (steps,): what stands in one entry of the step, inf, -inf or NaN, or 0
    most: np.ndarray  # (steps,): the scale above which the gradients of the step overflow


def planted(seed, *, share=0.04, most=(24, 48)):
    """Overflows at random places, which come whatever the scale is, and others that a large scale brings about."""
    draws = rng(seed)
    grads = tuple(draws.standard_normal((STEPS, *shape)).astype("float32") for shape in ((4, 3), (3,)))
    broken = np.where(draws.random(STEPS) < share, draws.choice([np.inf, -np.inf, np.nan], STEPS), 0.0)
    return Planted(grads, broken, 2.0 ** draws.integers(*most, STEPS))


def scaled_gradients(plan, step, scale):
    """What the backward pass of a step returns at this scale."""
    first, second = (np.float32(scale) * grads[step] for grads in plan.grads)
    if plan.broken[step] or scale > plan.most[step]:
        first[step % 4, step % 3] = plan.broken[step] or np.inf
    return first, second


def starting_weights():
    return rng(99).standard_normal((4, 3)).astype("float32"), rng(98).standard_normal(3).astype("float32")


def scaled_by_pytorch(torch, plan, scale, every):
    """The scales, the skipped steps and the weights after each step, as GradScaler decides."""
    weights = [torch.nn.Parameter(torch.tensor(a)) for a in starting_weights()]
    optimizer = torch.optim.SGD(weights, 0.05, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_factor=2.0, backoff_factor=0.5, growth_interval=every)
    steps = []
    taken = []
    optimizer.register_step_post_hook(lambda *_: taken.append(True))
    for step in range(STEPS):
        taken.clear()
        now = scaler.get_scale()
        scaler.scale(torch.zeros(()))
        for weight, grad in zip(weights, scaled_gradients(plan, step, now), strict=True):
            weight.grad = torch.tensor(grad)
        scaler.step(optimizer)
        scaler.update()
        steps.append((now, not taken, [weight.detach().numpy().copy() for weight in weights]))
    return steps


def scaled_by_us(plan, scale, every):
    """The same by ``fit``, whose model returns the planted gradients."""

    def model(params, step, dloss=1.0):
        first, second = scaled_gradients(plan, step, dloss)
        return train.Pass(np.float32(1.0), None, [Layer(Affine(first, second))], lambda: "planted")

    params = [Layer(Affine(*starting_weights()))]
    scaling = train.loss_scaling(scale, every=every)
    records = list(train.fit(params, model, range(STEPS), optimizer=train.momentum(0.05), steps=STEPS, scaling=scaling))
    return [(record.scale, record.skipped, list(record.params[0].affine)) for record in records]


def assert_same_decisions(ours, its):
    assert [step[:2] for step in ours] == [step[:2] for step in its]


@each_seed
@each_interval
def test_loss_scaling_decides_as_gradscaler_of_torch_does(every, seed):
    torch = pytest.importorskip("torch")
    plan = planted(seed)
    ours, its = scaled_by_us(plan, START, every), scaled_by_pytorch(torch, plan, START, every)
    assert_same_decisions(ours, its)
    skipped = [step[1] for step in ours]
    assert 10 < sum(skipped) < STEPS - 50
    assert len({step[0] for step in ours}) > 5
    for before, (_, skip, weights), (_, _, others) in zip([(0, 0, starting_weights()), *ours], ours, its, strict=False):
        for was, a, b in zip(before[2], weights, others, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)
            assert np.array_equal(a, was) == skip


@each_interval
def test_a_count_that_is_not_begun_anew_after_a_skipped_step_is_told_from_that_of_torch(every, monkeypatch):
    torch = pytest.importorskip("torch")
    after = train.precision.LossScaling.after

    def wrong(self, skipped):  # halves the scale, and goes on counting
        return after(self, skipped)._replace(good=self.good) if skipped else after(self, skipped)

    plan = planted(0)
    monkeypatch.setattr(train.precision.LossScaling, "after", wrong)
    ours, its = scaled_by_us(plan, START, every), scaled_by_pytorch(torch, plan, START, every)
    if every == 1:  # there is nothing to count
        assert_same_decisions(ours, its)
        return
    with pytest.raises(AssertionError):
        assert_same_decisions(ours, its)


def test_at_the_ends_of_the_scale_we_stop_and_torch_goes_on():
    """The two differences: a scale below 1, against which PyTorch warns, and one of the last powers of float32."""
    torch = pytest.importorskip("torch")
    low = planted(0, share=1.0)
    its = [step[0] for step in scaled_by_pytorch(torch, low, 4.0, 5)]
    assert its[:4] == [4.0, 2.0, 1.0, 0.5]
    assert [step[:2] for step in scaled_by_us(low, 4.0, 5)] == [(4.0, True), (2.0, True), (1.0, False)]  # and ends
    high = planted(0, share=0.0, most=(127, 128))
    high = high._replace(grads=tuple(grads / 1000 for grads in high.grads))
    its = [step[0] for step in scaled_by_pytorch(torch, high, 2.0**118, 5)]
    ours = [step[0] for step in scaled_by_us(high, 2.0**118, 5)]
    assert (max(ours), max(its)) == (LARGEST, 2.0**127)
    assert ours == [min(scale, LARGEST) for scale in its]
