"""Updates are the written-out recipes and PyTorch's, and the loop says what happened, and where it ended."""

from __future__ import annotations

import threading
from itertools import islice, pairwise, repeat

import numpy as np
import pytest

from vgrad import cells, data, models, probes, train
from vgrad.models import Layer
from vgrad.ops import Affine
from vgrad.tape import leaves, tree_map

RULES = {  # each optimizer, the same rule for one number, and as a function of torch
    "sgd": (
        lambda rate: train.sgd(rate),
        lambda rate, history: -rate * history[-1],
        lambda torch, params, rate: torch.optim.SGD(params, rate),
    ),
    "momentum": (
        lambda rate: train.momentum(rate, 0.8),
        lambda rate, history: -rate * sum(0.8**age * d for age, d in enumerate(reversed(history))),
        lambda torch, params, rate: torch.optim.SGD(params, rate, momentum=0.8),
    ),
    "adam": (
        lambda rate: train.adam(rate, 0.85, 0.95, 1e-6),
        lambda rate, history: -rate * adam_written_out(history, 0.85, 0.95, 1e-6),
        lambda torch, params, rate: torch.optim.Adam(params, rate, betas=(0.85, 0.95), eps=1e-6),
    ),
}
each_rule = pytest.mark.parametrize("rule", RULES)
each_cell = pytest.mark.parametrize("cell", cells.GATES)


def adam_written_out(history, b1, b2, floor):
    t = len(history)
    m = sum((1 - b1) * b1**age * d for age, d in enumerate(reversed(history))) / (1 - b1**t)
    s = sum((1 - b2) * b2**age * d**2 for age, d in enumerate(reversed(history))) / (1 - b2**t)
    return m / (s**0.5 + floor)


def generic(params, rng):
    """Parameters none of which is 0 or 1: a zero may hide a wrong factor."""
    return tree_map(lambda a: a + (0.2 * rng.standard_normal(a.shape)).astype(a.dtype), params)


def net(sizes=(4, 6, 5, 3), ensemble=(), seed=0, dtype="float64", **options):
    rng = np.random.default_rng(seed)
    return generic(models.init_mlp(sizes, scheme="he_normal", rng=rng, ensemble=ensemble, dtype=dtype, **options), rng)


def recurrent(cell, H=4, D=2, readout=3, ensemble=(), seed=0):
    rng = np.random.default_rng(seed)
    return generic(models.init_recurrent(cell, D, H, rng=rng, readout=readout, ensemble=ensemble), rng)


def gradients_like(params, count, seed=1):
    """Gradients of very different sizes, one tree a step."""
    rng = np.random.default_rng(seed)
    return [tree_map(lambda a: rng.standard_normal(a.shape) * 10.0 ** rng.uniform(-4, 2), params) for _ in range(count)]


def some_batches(N=8, D=4, classes=3, seed=2):
    rng = np.random.default_rng(seed)
    while True:
        yield rng.standard_normal((N, D)), rng.integers(classes, size=N)


def some_sequences(T=5, N=6, D=2, seed=3, labels=True):
    rng = np.random.default_rng(seed)
    while True:
        yield rng.standard_normal((T, N, D)), rng.integers(3, size=N) if labels else rng.standard_normal((N, 3))


def assert_trees_near(computed, exact, tolerance=1e-12):
    tree_map(lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance), computed, exact)


# --- optimizers -------------------------------------------------------------------------------------------------------


@each_rule
def test_an_update_is_the_written_out_recipe_number_by_number(rule):
    ours, recipe, _ = RULES[rule]
    params = net()
    optimizer, history = ours(0.3), gradients_like(params, 7)
    memory = optimizer.start(params)
    for t, grads in enumerate(history, start=1):
        update, memory = optimizer.step(grads, memory, params)
        assert_trees_near(update, tree_map(lambda *past: recipe(0.3, past), *history[:t]))


def weights_in_torch(torch):
    return [torch.tensor(a) for a in leaves(net())]


def assert_same_path(torch, optimizer, its, its_step, tolerance):
    """The same 20 gradients lead to the same weights, step by step."""
    params = net()
    memory = optimizer.start(params)
    for grads in gradients_like(params, 20):
        update, memory = optimizer.step(grads, memory, params)
        params = tree_map(np.add, params, update)
        for a, d in zip(its, leaves(grads), strict=True):
            a.grad = torch.tensor(d)
        its_step()
        for mine, other in zip(leaves(params), its, strict=True):
            np.testing.assert_allclose(mine, other.numpy(), rtol=tolerance, atol=tolerance)


@each_rule
def test_updates_are_those_of_pytorch(rule):
    torch = pytest.importorskip("torch")
    ours, _, torchs = RULES[rule]
    its = weights_in_torch(torch)
    assert_same_path(torch, ours(0.03), its, torchs(torch, its, 0.03).step, tolerance=1e-12)


def test_defaults_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    grads = gradients_like([np.ones(5)], 10)
    for mine, make in (
        (train.adam(0.01), lambda p: torch.optim.Adam(p, 0.01)),
        (train.momentum(0.01), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)),
    ):
        params, its = [np.ones(5)], torch.ones(5, dtype=torch.float64)
        memory, other = mine.start(params), make([its])
        for each in grads:
            update, memory = mine.step(each, memory, params)
            params = tree_map(np.add, params, update)
            its.grad = torch.tensor(each[0])
            other.step()
        np.testing.assert_allclose(params[0], its.numpy(), rtol=1e-12)


@each_rule
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_update_keeps_the_precision_of_its_gradients(rule, dtype):
    params = net(ensemble=(2,), dtype=dtype)
    grads = tree_map(lambda a: a + np.asarray(2, dtype), params)
    for rate in (0.1, np.float64(0.1), [0.1, 0.2]):
        optimizer = train.OPTIMIZERS[rule](rate)
        update, memory = optimizer.step(grads, optimizer.start(params), params)
        update, _ = optimizer.step(grads, memory, params)
        assert {d.dtype.name for d in leaves(update)} == {dtype}


@each_rule
def test_an_optimizer_remembers_nothing_of_another_run(rule):
    params = net()
    first, second = gradients_like(params, 2)
    optimizer = train.OPTIMIZERS[rule](0.1)
    memory = optimizer.start(params)
    alone = optimizer.step(second, memory, params)[0]
    optimizer.step(first, memory, params)
    tree_map(np.testing.assert_array_equal, optimizer.step(second, memory, params)[0], alone)
    tree_map(np.testing.assert_array_equal, optimizer.step(second, optimizer.start(params), params)[0], alone)


def test_adamw_is_adam_and_a_decay_that_is_no_part_of_the_gradient():
    params = net()
    optimizer, history = train.adamw(0.3, 0.85, 0.95, 1e-6, weight_decay=0.2), gradients_like(params, 7)
    memory = optimizer.start(params)
    for t, grads in enumerate(history, start=1):
        update, memory = optimizer.step(grads, memory, params)
        moved = tree_map(lambda *past: -0.3 * adam_written_out(past, 0.85, 0.95, 1e-6), *history[:t])
        assert_trees_near(update, tree_map(lambda step, W: step - 0.3 * 0.2 * W, moved, params))
        params = tree_map(np.add, params, update)


OTHERS = {  # a rule at a rate, and the same as a function of torch
    **{name: (ours, torchs) for name, (ours, _, torchs) in RULES.items()},
    "adamw": (train.adamw, lambda torch, params, rate: torch.optim.AdamW(params, rate)),
    "adamw, written out": (
        lambda rate: train.adamw(rate, 0.85, 0.95, 1e-6, weight_decay=0.3),
        lambda torch, params, rate: torch.optim.AdamW(params, rate, (0.85, 0.95), 1e-6, weight_decay=0.3),
    ),
}


@pytest.mark.parametrize("steps", [None, 1, 4, 7, 100])
@pytest.mark.parametrize("rule", OTHERS)
def test_adamw_and_a_warmup_of_any_rule_are_those_of_pytorch(rule, steps):
    torch = pytest.importorskip("torch")
    ours, torchs = OTHERS[rule]
    its = weights_in_torch(torch)
    its_optimizer = torchs(torch, its, 0.03)
    schedule = torch.optim.lr_scheduler.LambdaLR(its_optimizer, lambda t: min(1, (t + 1) / steps) if steps else 1)

    def its_step():
        its_optimizer.step()
        schedule.step()

    optimizer = train.warmup(ours(0.03), steps) if steps else ours(0.03)
    assert_same_path(torch, optimizer, its, its_step, tolerance=1e-10)


@pytest.mark.parametrize("steps", [1, 3, 10])
@pytest.mark.parametrize("rule", OTHERS)
def test_a_warmup_scales_the_update_and_not_what_the_rule_remembers(rule, steps):
    params = net(ensemble=(2,))
    bare = OTHERS[rule][0]([0.1, 0.3])
    warm = train.warmup(bare, steps)
    assert warm.rate is bare.rate
    memory, own = warm.start(params), bare.start(params)
    for t, grads in enumerate(gradients_like(params, 12), start=1):
        update, memory = warm.step(grads, memory, params)
        full, own = bare.step(grads, own, params)
        tree_map(np.testing.assert_array_equal, update, tree_map(lambda u, t=t: u * min(1.0, t / steps), full))
        for mine, its in zip(leaves(memory[1]), leaves(own), strict=True):
            np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_decay_and_a_warmup_keep_the_precision_of_the_gradients(dtype):
    params = net(ensemble=(2,), dtype=dtype)
    for rate in (1e-3, [1e-3, 2e-3]):
        optimizer = train.warmup(train.adamw(rate, weight_decay=1e-3), 7)
        zero = tree_map(np.zeros_like, params)
        update, _ = optimizer.step(zero, optimizer.start(params), params)
        assert {d.dtype.name for d in leaves(update)} == {dtype}
        for u, W in zip(leaves(update), leaves(params), strict=True):
            decay = (np.broadcast_to(rate, 2) * 1e-3 / 7).reshape(2, *(1,) * (W.ndim - 1)) * W.astype(float)
            np.testing.assert_allclose(u, -decay, rtol=1e-6, atol={"float16": 6e-8}.get(dtype, 1e-12))


def test_an_ensemble_with_adamw_and_a_warmup_is_its_networks_trained_alone():
    params, rates = net(ensemble=(3,)), [0.003, 0.01, 0.03]

    def trained(params, rate):
        rule = train.warmup(train.adamw(rate, weight_decay=0.1), 5)
        return list(train.fit(params, train.classifier("tanh"), some_batches(), optimizer=rule, steps=8))[-1]

    together = trained(params, rates)
    for s, rate in enumerate(rates):
        assert_trees_near(of(s, together.params), trained(of(s, params), rate).params, 1e-10)


def test_adam_moves_as_far_for_a_small_gradient_as_for_a_large_one():
    optimizer = train.adam(0.01)
    update, _ = optimizer.step([np.array([1e-6, -1.0, 1e6])], optimizer.start([np.zeros(3)]), [np.zeros(3)])
    np.testing.assert_allclose(update[0], [-0.01, 0.01, -0.01], rtol=0.02)


# --- clipping ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_norm", [0.0, 1e-3, 1.0, 17.0, 1e9])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_clipping_by_norm_is_that_of_pytorch(max_norm, scale):
    torch = pytest.importorskip("torch")
    grads = tree_map(lambda d: scale * d, gradients_like(net(), 1)[0])
    its = [torch.zeros(d.shape, dtype=torch.float64, requires_grad=True) for d in leaves(grads)]
    for a, d in zip(its, leaves(grads), strict=True):
        a.grad = torch.tensor(d)
    total = torch.nn.utils.clip_grad_norm_(its, max_norm)
    assert train.global_norm(grads) == pytest.approx(total.item(), rel=1e-12)
    for mine, other in zip(leaves(train.clip_by_norm(grads, max_norm)), its, strict=True):
        np.testing.assert_allclose(mine, other.grad.numpy(), rtol=1e-12, atol=0)


@pytest.mark.parametrize("limit", [0.0, 0.1, 1.0, 1e9])
def test_clipping_by_value_is_that_of_pytorch(limit):
    torch = pytest.importorskip("torch")
    grads = [*leaves(gradients_like(net(), 1)[0]), np.array([np.inf, -np.inf, np.nan, -0.0])]
    its = [torch.zeros(d.shape, dtype=torch.float64, requires_grad=True) for d in grads]
    for a, d in zip(its, grads, strict=True):
        a.grad = torch.tensor(d)
    torch.nn.utils.clip_grad_value_(its, limit)
    for mine, other in zip(train.clip_by_value(grads, limit), its, strict=True):
        np.testing.assert_array_equal(mine, other.grad.numpy())


@pytest.mark.parametrize(
    ("gradient", "clipped"),
    [([np.inf, 1.0], [np.nan, 0.0]), ([-np.inf, -2.0], [np.nan, 0.0]), ([np.nan, 1.0], [np.nan, np.nan])],
)
def test_clipping_by_norm_mends_what_is_not_finite_no_more_than_pytorch_does(gradient, clipped):
    torch = pytest.importorskip("torch")
    np.testing.assert_array_equal(train.clip_by_norm([np.array(gradient)], 1.0)[0], clipped)
    its = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    its.grad = torch.tensor(gradient, dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([its], 1.0)
    np.testing.assert_array_equal(its.grad.numpy(), clipped)


@pytest.mark.parametrize("max_norm", [1e-3, 1.0, 100.0])
def test_clipping_by_norm_keeps_the_direction_and_what_is_small_enough(max_norm):
    grads = gradients_like(net(), 1)[0]
    clipped, norm = train.clip_by_norm(grads, max_norm), train.global_norm(grads)
    assert_trees_near(tree_map(lambda d: d / train.global_norm(clipped), clipped), tree_map(lambda d: d / norm, grads))
    small = tree_map(lambda d: d * max_norm / norm / 2, grads)
    tree_map(np.testing.assert_array_equal, train.clip_by_norm(small, max_norm), small)


@pytest.mark.parametrize("ensemble", [(3,), (2, 2)])
def test_each_network_of_an_ensemble_is_clipped_by_its_own_norm(ensemble):
    grads = gradients_like(net(ensemble=ensemble), 1)[0]
    factors = 10.0 ** np.arange(-2, np.prod(ensemble) - 2).reshape(ensemble)
    grads = tree_map(lambda d: d * factors.reshape(*ensemble, *(1,) * (d.ndim - len(ensemble))), grads)
    norms, clipped = train.global_norm(grads, len(ensemble)), train.clip_by_norm(grads, 5.0, len(ensemble))
    assert norms.shape == ensemble
    assert norms.min() < 5.0 < norms.max()
    for s in np.ndindex(ensemble):
        own = tree_map(lambda d, s=s: d[s], grads)
        assert norms[s] == pytest.approx(train.global_norm(own), rel=1e-12)
        assert_trees_near(tree_map(lambda d, s=s: d[s], clipped), train.clip_by_norm(own, 5.0), 1e-14)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_clipping_keeps_the_precision(dtype):
    grads = net(ensemble=(2,), dtype=dtype)
    for clipped in (train.clip_by_norm(grads, 0.1, 1), train.clip_by_value(grads, 0.1)):
        assert {d.dtype.name for d in leaves(clipped)} == {dtype}


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [("float16", 1e-6), ("float16", 1e4), ("float32", 1e-30), ("float32", 1e-44), ("float32", 1e37)]
    + [("float64", scale) for scale in (1e-310, 1e-200, 1.0, 1e200, 1e305)],
)
def test_the_global_norm_is_right_where_squares_are_out_of_range(dtype, scale):
    grads = tree_map(lambda a: (scale * a).astype(dtype), net(ensemble=(2,)))
    exact = [
        np.linalg.norm(np.concatenate([d[s].ravel().astype(np.longdouble) for d in leaves(grads)])) for s in range(2)
    ]
    norms = train.global_norm(grads, 1)
    assert norms.dtype == np.float64
    np.testing.assert_allclose(norms, np.array(exact, float), rtol=1e-12)
    np.testing.assert_allclose(train.global_norm(grads), np.hypot(*map(float, exact)), rtol=1e-12)


# --- an ensemble ------------------------------------------------------------------------------------------------------


def of(s, tree):
    """The parameters of one network."""
    return tree_map(lambda a: a[s], tree)


@pytest.mark.parametrize("clip", [{}, {"clip_norm": 0.5}, {"clip_value": 0.05}, {"clip_norm": 0.5, "clip_value": 0.05}])
@pytest.mark.parametrize("rates", [0.1, [0.03, 0.1, 0.3]], ids=["one rate", "a rate each"])
@each_rule
def test_an_ensemble_trained_together_equals_its_networks_trained_alone(rule, rates, clip):
    optimizer = train.OPTIMIZERS[rule]
    for params, model, batches in (
        (net(ensemble=(3,), norm="layer"), train.classifier("tanh", norm="layer"), some_batches),
        (recurrent("lstm", ensemble=(3,)), train.sequence("lstm"), some_sequences),
    ):
        together = list(train.fit(params, model, batches(), optimizer=optimizer(rates), steps=8, **clip))
        for s in range(3):
            rate = np.broadcast_to(rates, 3)[s]
            alone = list(train.fit(of(s, params), model, batches(), optimizer=optimizer(rate), steps=8, **clip))
            for record, own in zip(together, alone, strict=True):
                for mine, other in zip(record[1:6], own[1:6], strict=True):
                    np.testing.assert_allclose(mine[s], other, rtol=1e-10, atol=1e-12)
                assert_trees_near(of(s, record.params), own.params, 1e-10)


# --- the loop ---------------------------------------------------------------------------------------------------------


def counting(f, calls):
    """f, and a note in calls each time it runs."""

    def counted(*arguments):
        calls.append(f)
        return f(*arguments)

    return counted


def test_fit_yields_a_record_a_step_and_nothing_runs_before_it_is_asked_for():
    drawn, ran = [], []
    batches = (drawn.append(batch) or batch for batch in some_batches())
    records = train.fit(
        net(), counting(train.classifier("tanh"), ran), batches, optimizer=train.sgd(0.1), steps=5, clip_norm=1.0
    )
    assert (len(drawn), len(ran)) == (0, 0)
    for step in range(1, 6):
        assert next(records).step == step
        assert (len(drawn), len(ran)) == (step, step)
    assert next(records, None) is None
    assert (len(drawn), len(ran)) == (5, 5)


def test_fit_says_that_its_batches_ended_after_the_last_record():
    batches = islice(some_batches(), 3)
    records = train.fit(net(), train.classifier("tanh"), batches, optimizer=train.sgd(0.1), steps=50)
    assert [next(records).step for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ValueError, match=r"^batches ended after 3 of 50 steps; allowed is one batch for each"):
        next(records)


def test_fit_leaves_the_parameters_that_it_was_given_alone():
    for params, model, batches in (
        (net(), train.classifier("relu"), some_batches()),
        (recurrent("gru"), train.sequence("gru"), some_sequences()),
    ):
        before = tree_map(np.copy, params)
        for record in train.fit(params, model, batches, optimizer=train.adam(0.1), steps=4):
            kept = tree_map(np.copy, record.params)
        tree_map(np.testing.assert_array_equal, params, before)
        tree_map(np.testing.assert_array_equal, record.params, kept)


@pytest.mark.parametrize("ensemble", [(), (2,)], ids=str)
@each_rule
def test_a_record_holds_the_loss_and_the_norms_before_and_the_parameters_after_the_update(rule, ensemble):
    for params, model, batches in (
        (net(ensemble=ensemble), train.classifier("tanh"), list(islice(some_batches(), 6))),
        (
            net((4, 5, 5, 3), ensemble, skip="branch"),
            train.classifier("tanh", skip="branch"),
            list(islice(some_batches(), 6)),
        ),
        (recurrent("gru", ensemble=ensemble), train.sequence("gru"), list(islice(some_sequences(), 6))),
    ):
        optimizer = train.OPTIMIZERS[rule](0.05)
        memory = optimizer.start(params)
        records = train.fit(params, model, batches, optimizer=optimizer, steps=6, clip_norm=0.1, clip_value=0.03)
        for batch, record in zip(batches, records, strict=True):
            loss, accuracy, grads, _ = model(params, batch)
            np.testing.assert_array_equal(record.loss, loss)
            np.testing.assert_array_equal(record.accuracy, accuracy)
            norm = np.sqrt(sum((d**2).sum(axis=tuple(range(len(ensemble), d.ndim))) for d in leaves(grads)))
            np.testing.assert_allclose(record.norm, norm, rtol=1e-12)
            assert (norm > 0.1).all()  # so that a norm after clipping would be another
            for k, maps in enumerate(probes.weights(grads)):
                np.testing.assert_allclose(
                    record.norms[..., k], np.sqrt(sum((d**2).sum((-2, -1)) for d in maps)), rtol=1e-12
                )
            clipped = train.clip_by_value(train.clip_by_norm(grads, 0.1, len(ensemble)), 0.03)
            update, memory = optimizer.step(clipped, memory, params)
            before, params = params, tree_map(np.add, params, update)
            assert_trees_near(record.params, params, 1e-14)
            for k, (old, new) in enumerate(zip(probes.weights(before), probes.weights(params), strict=True)):
                moved, size = (
                    np.sqrt(sum((a**2).sum((-2, -1)) for a in arrays))
                    for arrays in ([b - a for a, b in zip(old, new, strict=True)], old)
                )
                np.testing.assert_allclose(record.update[..., k], moved / size, rtol=1e-10)
            assert record.trouble is None


# --- models -----------------------------------------------------------------------------------------------------------


def moved(params, direction, step):
    return tree_map(lambda a, d: a + step * d, params, direction)


def directional(model, params, batch, rng, step=1e-6):
    """A difference of the loss along a random direction of the parameters, and what the model's gradient says."""
    direction = tree_map(lambda a: rng.standard_normal(a.shape), params)
    above, below = (model(moved(params, direction, s), batch).loss for s in (step, -step))
    told = sum((d * v).sum() for d, v in zip(leaves(model(params, batch).grads), leaves(direction), strict=True))
    return (above - below).sum() / (2 * step), told


@pytest.mark.parametrize("ensemble", [(), (3,)], ids=str)
@pytest.mark.parametrize(
    ("norm", "skip"), [(None, None), ("batch", None), ("layer_after", "activation_first"), ("batch_input", "branch")]
)
def test_the_gradient_of_a_classifier_is_that_of_its_loss(norm, skip, ensemble):
    params, model = net((4, 5, 5, 3), ensemble, norm=norm, skip=skip), train.classifier("tanh", norm=norm, skip=skip)
    difference, told = directional(model, params, next(some_batches()), np.random.default_rng(4))
    assert told == pytest.approx(difference, rel=1e-6)


@pytest.mark.parametrize("ensemble", [(), (3,)], ids=str)
@pytest.mark.parametrize("labels", [True, False], ids=["labels", "numbers"])
@pytest.mark.parametrize("last", [True, False], ids=["last step", "every step"])
@each_cell
def test_the_gradient_of_a_sequence_model_is_that_of_its_loss(cell, last, labels, ensemble):
    rng = np.random.default_rng(5)
    shape = (6,) if last else (5, 6)
    target = rng.integers(3, size=shape) if labels else rng.standard_normal((*shape, 3))
    params, batch = recurrent(cell, ensemble=ensemble), (rng.standard_normal((5, 6, 2)), target)
    if ensemble:  # xs of all networks, or of each
        batch = (np.broadcast_to(batch[0][:, None], (5, *ensemble, 6, 2)), target)
    model = train.sequence(cell, last=last)
    difference, told = directional(model, params, batch, rng)
    assert told == pytest.approx(difference, rel=1e-6)
    assert model(params, batch).loss.shape == ensemble


@pytest.mark.parametrize("ensemble", [(), (3,)], ids=str)
@pytest.mark.parametrize("last", [True, False], ids=["last step", "every step"])
def test_a_sequence_model_reads_labels_by_cross_entropy_and_numbers_by_mean_squares(last, ensemble):
    rng = np.random.default_rng(6)
    params, xs = recurrent("gru", ensemble=ensemble), rng.standard_normal((5, *ensemble, 6, 2))
    outputs = models.unroll("gru", params, xs)[0]
    shape = (6,) if last else (5, 6)
    labels, numbers = rng.integers(3, size=shape), rng.standard_normal((*shape, 3))
    losses, hits, errors = [], [], []
    for s in np.ndindex(ensemble):
        reads = (
            [(outputs[-1][s], labels, numbers)]
            if last
            else zip(outputs[(slice(None), *s)], labels, numbers, strict=True)
        )
        for read, label, number in reads:
            p = np.exp(read) / np.exp(read).sum(axis=-1, keepdims=True)
            losses.append(-np.log(p[np.arange(6), label]).mean())
            hits.append((p.argmax(axis=-1) == label).mean())
            errors.append(((read - number) ** 2).mean())
    losses, hits, errors = (np.reshape(row, (*ensemble, -1)).mean(axis=-1) for row in (losses, hits, errors))
    model = train.sequence("gru", last=last)
    loss, accuracy, _, _ = model(params, (xs, labels))
    np.testing.assert_allclose(loss, losses, rtol=1e-12)
    np.testing.assert_allclose(accuracy, hits, rtol=1e-12)
    loss, accuracy, _, _ = model(params, (xs, numbers))
    np.testing.assert_allclose(loss, errors, rtol=1e-12)
    assert accuracy is None


@pytest.mark.parametrize("truncate", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("last", [True, False], ids=["last step", "every step"])
@each_cell
def test_truncation_holds_the_state_before_each_span_for_a_given_number(cell, last, truncate):
    rng = np.random.default_rng(7)
    T, N = 7, 4
    params, xs = recurrent(cell), rng.standard_normal((T, N, 2))
    target = rng.standard_normal((N, 3) if last else (T, N, 3))
    grads = train.sequence(cell, last=last, truncate=truncate)(params, (xs, target)).grads
    states = [None, *(step.output for step in models.unroll(cell, params, xs)[1][:T])]

    def loss(params):
        """The sum of the losses of all spans, each from the state that the undisturbed net had before it."""
        total = 0.0
        for start in range(0, T, truncate):
            outputs = models.unroll(cell, params, xs[start : start + truncate], states[start])[0]
            ends_here = start + truncate >= T
            if last:
                total += ((outputs[-1] - target) ** 2).mean() if ends_here else 0.0
            else:
                total += ((outputs - target[start : start + truncate]) ** 2).sum() / target.size
        return total

    direction = tree_map(lambda a: rng.standard_normal(a.shape), params)
    above, below = (loss(moved(params, direction, s)) for s in (1e-6, -1e-6))
    told = sum((d * v).sum() for d, v in zip(leaves(grads), leaves(direction), strict=True))
    assert told == pytest.approx((above - below) / 2e-6, rel=1e-6)


# --- trouble ----------------------------------------------------------------------------------------------------------


def history(params, model, batches, steps=20, rate=0.1, **options):
    return list(train.fit(params, model, batches, optimizer=train.sgd(rate), steps=steps, **options))


def assert_ends(records, step, words):
    """The last record, and no other, says that training ended at this step, in these words."""
    assert [record.trouble for record in records[:-1]] == [None] * (step - 1)
    assert records[-1].step == step
    assert records[-1].trouble == f"Step {step}: {words}"
    for before, last in pairwise(records[-2:]):
        tree_map(np.testing.assert_array_equal, last.params, before.params)
    assert not np.isfinite(records[-1].loss + records[-1].norm).any()
    np.testing.assert_array_equal(np.nan_to_num(records[-1].update), 0)


def test_who_reads_records_keeps_numpys_settings_and_may_go_on_in_another_thread():
    """A browser page starts training in one thread and goes on in another; so does who lets go of the records."""
    mine, seen = np.geterr(), []
    for rate in (0.1, 1e300):
        records = train.fit(net(), train.classifier("relu"), some_batches(), optimizer=train.sgd(rate), steps=3)
        seen.append((next(records).trouble, np.geterr()))
        threads = [threading.Thread(target=lambda rest=records: seen.append((next(rest).trouble, np.geterr())))]
        threads += [threading.Thread(target=records.close)]
        for thread in threads:
            thread.start()
            thread.join()
    assert [settings for _, settings in seen] == [mine] * 4
    assert [bool(trouble) for trouble, _ in seen] == [False, False, False, True]


def test_a_healthy_run_has_no_trouble():
    assert {record.trouble for record in history(net(), train.classifier("tanh"), some_batches())} == {None}
    records = history(recurrent("lstm"), train.sequence("lstm"), some_sequences(labels=False))
    assert {record.trouble for record in records} == {None}


@pytest.mark.parametrize("gain", [2.0, 4.0, 8.0, 50.0])
def test_a_forward_overflow_is_named_by_the_first_layer_that_overflows(gain):
    rng = np.random.default_rng(8)
    params = models.init_mlp((64, *[64] * 24, 10), scheme="he_normal", rng=rng, gain=gain, dtype="float16")
    x, labels = rng.standard_normal((16, 64)).astype("float16"), rng.integers(10, size=16)
    h, first = x, None
    for k, layer in enumerate(params[:-1], start=1):
        z = h.astype(float) @ layer.affine.W.astype(float)  # exact enough to see who leaves float16
        assert not 65000 < abs(z).max() < 66000, "too close to call"
        if abs(z).max() > 65520:
            first = k
            break
        h = np.maximum(z, 0).astype("float16")
    assert 1 < first < 24
    records = history(params, train.classifier("relu"), repeat((x, labels)))
    assert_ends(records, 1, f'forward, the output of "affine {first}" holds inf')
    tree_map(np.testing.assert_array_equal, records[-1].params, params)


@pytest.mark.parametrize("bad", [1, 4])
@pytest.mark.parametrize(("entry", "what"), [(np.inf, "inf"), (np.nan, "NaN")])
def test_trouble_names_the_step_of_training_at_which_it_came(bad, entry, what):
    def batches():
        for step, (x, labels) in enumerate(some_batches(), start=1):
            x[2, 1] = entry if step == bad else x[2, 1]
            yield x, labels

    records = history(net(), train.classifier("identity"), batches())
    assert_ends(records, bad, f'forward, the output of "affine 1" holds {what}')


def diagonal(*scales, dtype="float16"):
    """Layers that multiply by one number each."""
    return [Layer(Affine(scale * np.eye(4, dtype=dtype), np.zeros(4, dtype))) for scale in scales]


@pytest.mark.parametrize("scale", [60.0, 100.0, 200.0])
def test_an_overflow_of_the_way_back_alone_is_named_by_the_last_layer_that_it_reaches(scale):
    scales = (1e-6, *[scale] * 4, 0.5)
    x, labels = np.full((3, 4), 0.5, "float16"), np.array([0, 1, 2])
    dlogits = np.full((3, 4), 0.25)
    dlogits[range(3), labels] -= 1
    dh, k = abs(dlogits).max() / 3 * scales[-1], len(scales) - 1
    while dh < 65520:
        dh, k = dh * scales[k - 1], k - 1
    records = history(diagonal(*scales), train.classifier("identity"), repeat((x, labels)))
    assert np.isfinite(records[0].loss)
    assert_ends(records, 1, f'backward, what arrives at "identity {k}" holds inf')


def test_an_overflow_of_a_gradient_of_parameters_alone_is_named():
    records = history(
        diagonal(1e4, 1e-4, 200.0),
        train.classifier("identity"),
        repeat((np.ones((3, 4), "float16"), np.array([0, 1, 2]))),
    )
    assert np.isfinite(records[0].loss)
    assert_ends(records, 1, 'backward, the gradient of the parameters of "affine 2" holds inf')


def test_weights_that_an_update_made_infinite_are_named_at_the_next_step():
    params = diagonal(1.0, 1.0, 1.0, dtype="float32")
    params[0] = params[0]._replace(affine=Affine(params[0].affine.W, np.full(4, 100.0, "float32")))
    batches = repeat((np.zeros((3, 4), "float32"), np.array([0, 1, 2])))  # x is 0: only layers 2 and 3 move
    records = history(params, train.classifier("identity"), batches, rate=1e38)
    assert_ends(records, 2, "the weights of layer 2 already hold inf")
    assert np.isfinite(records[0].loss + records[0].norm)


def exploding(seed, N=32, T=100):
    """A ReLU net whose W_h is 1.1 times the identity, and the adding problem over T steps."""
    rng = np.random.default_rng(seed)
    params = models.init_recurrent("relu_rnn", 2, 32, rng=rng, readout=1, recurrent=np.eye(32), gain=1.1)
    return params, (data.adding(T, N, rng=rng) for _ in repeat(None))


@pytest.mark.parametrize("seed", range(3))
def test_an_exploding_recurrent_net_ends_at_a_time_that_is_named_unless_clipped(seed):
    params, batches = exploding(seed)
    batches = list(islice(batches, 40))
    records = history(params, train.sequence("relu_rnn"), batches, steps=40, rate=0.01)
    step, ((W_x, W_h, b), _) = len(records), records[-1].params
    h, first = 0.0, None
    with np.errstate(all="ignore"):
        for t, x in enumerate(batches[step - 1][0], start=1):
            h = np.maximum(x @ W_x + h @ W_h + b if t > 1 else x @ W_x + b, 0)
            if not np.isfinite(h).all():
                first = t
                break
    assert step < 40
    assert_ends(
        records, step, f'forward, the output of "relu_rnn {first}" holds {"NaN" if np.isnan(h).any() else "inf"}'
    )
    clipped = history(params, train.sequence("relu_rnn"), batches, steps=40, rate=0.01, clip_norm=1.0)
    assert (len(clipped), clipped[-1].trouble) == (40, None)


@pytest.mark.parametrize(("T", "first"), [(7, 1), (8, 3), (9, 5)])
def test_a_recurrent_overflow_of_the_way_back_is_named_by_its_time(T, first):
    # forward h = 1e-300 times 1e55 a step; backward 2 h_T, times 1e55 a step, beyond 1e308 at the time given
    cell = cells.Recurrent(np.zeros((1, 1)), np.full((1, 1), 1e55), np.full(1, 1e-300))
    params = models.Sequence(cell, Affine(np.ones((1, 1)), np.zeros(1)))
    records = history(params, train.sequence("relu_rnn"), repeat((np.zeros((T, 2, 1)), np.zeros((2, 1)))))
    assert np.isfinite(records[0].loss)
    assert_ends(records, 1, f'backward, what arrives at "relu_rnn {first}" holds inf')


def test_an_ensemble_goes_on_until_no_network_is_left():
    params, x = net(ensemble=(3,)), next(some_batches())
    params[1].affine.W[1, 2, 2] = np.nan
    records = history(params, train.classifier("tanh"), repeat(x), steps=5)
    assert [record.trouble for record in records] == [None] * 5
    assert np.isfinite(records[-1].loss).tolist() == [True, False, True]
    params[0].affine.b[[0, 2]] = np.inf
    records = history(params, train.classifier("identity"), repeat(x), steps=5)
    assert len(records) == 1
    assert records[0].trouble.startswith("Step 1: ")


# --- learning ---------------------------------------------------------------------------------------------------------


def accuracy_of(params, activation, x, labels):
    return (models.mlp(params, x, activation)[0].argmax(axis=-1) == labels).mean(axis=-1)


@pytest.mark.parametrize(("task", "steps"), [(data.xor, 150), (data.spirals, 300)])
def test_a_small_net_learns_two_classes_that_no_line_parts(task, steps):
    rng = np.random.default_rng(9)
    x, labels = task(400, rng=rng)
    params = models.init_mlp((2, 32, 32, 2), scheme="he_normal", rng=rng, ensemble=(3,))
    batches = data.batches(x, labels, 64, rng=rng)
    *_, last = train.fit(params, train.classifier("relu"), batches, optimizer=train.adam(0.03), steps=steps)
    fresh = task(1000, rng=rng)
    assert (accuracy_of(last.params, "relu", *fresh) > 0.95).all()


@each_rule
def test_a_small_net_learns_the_digits(rule):
    digits, rng = data.digits(dtype="float32"), np.random.default_rng(10)
    params = models.init_mlp((64, 64, 10), scheme="xavier_normal", rng=rng, dtype="float32")
    batches = data.batches(digits.x_train, digits.y_train, 64, rng=rng)
    optimizer = train.OPTIMIZERS[rule]({"sgd": 0.3, "momentum": 0.05, "adam": 0.01}[rule])
    *_, last = train.fit(params, train.classifier("tanh"), batches, optimizer=optimizer, steps=400)
    assert accuracy_of(last.params, "tanh", digits.x_test, digits.y_test) > 0.9


def test_a_gru_learns_the_number_of_a_subject_some_words_back():
    rng = np.random.default_rng(11)
    params = models.init_recurrent("gru", len(data.VOCABULARY), 16, rng=rng, readout=2, update_bias=1.0)
    batches = (data.agreement(4, 32, rng=rng)[:2] for _ in repeat(None))
    records = train.fit(params, train.sequence("gru"), batches, optimizer=train.adam(0.03), steps=120, clip_norm=1.0)
    accuracy = [record.accuracy for record in records]
    assert np.mean(accuracy[-25:]) > 0.95


# --- bad arguments ----------------------------------------------------------------------------------------------------

BATCH = (np.ones((2, 4)), np.array([0, 2]))
SEQUENCE = (np.ones((5, 2, 2)), np.array([0, 2]))
NUMBERS = (np.ones((5, 2, 2)), np.ones((2, 3)))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: train.sgd(-0.1), "rate is -0.1; allowed is a finite number of at least 0"),
        (lambda: train.momentum(np.nan), "rate is nan; allowed is a finite number of at least 0"),
        (lambda: train.adam([0.1, np.inf]), "rate is inf; allowed is a finite number of at least 0"),
        (lambda: train.momentum(0.1, 1.5), "decay is 1.5; allowed is a finite number from 0"),
        (lambda: train.momentum(0.1, None), "decay is None; allowed is a finite number from 0"),
        (lambda: train.adamw(0.1, weight_decay=-1), "weight_decay is -1; allowed is a finite number of at least 0"),
        (lambda: train.warmup(train.sgd(0.1), 0), "steps is 0; allowed is a whole number from 1 to"),
        (lambda: train.warmup(0.1, 5), "optimizer is 0.1; allowed is an Optimizer"),
        (lambda: train.adam(0.1, -0.1), "decay is -0.1; allowed is a finite number from 0"),
        (lambda: train.adam(0.1, 0.9, 1.1), "decay_squares is 1.1; allowed is a finite number from 0"),
        (lambda: train.clip_by_norm([np.ones(2)], -1.0), "max_norm is -1.0; allowed is a finite number of at least 0"),
        (lambda: train.clip_by_norm([np.ones(2)], np.inf), "max_norm is inf; allowed is a finite number"),
        (lambda: train.clip_by_value([np.ones(2)], "1"), "limit is '1'; allowed is a finite number of at least 0"),
        (lambda: history(net(), train.classifier("tanh"), [BATCH], steps=0), "steps is 0; allowed is a whole number"),
        (
            lambda: history(net(), train.classifier("tanh"), [BATCH], steps=2.0),
            "steps is 2.0; allowed is a whole number",
        ),
        (lambda: history(net(), train.classifier("tan"), [BATCH]), "activation is 'tan'; allowed is one of 'identity'"),
        (lambda: history(net(), train.classifier("tanh", norm="b"), [BATCH]), "norm is 'b'; allowed is one of 'batch'"),
        (lambda: history(net(), train.classifier("tanh", skip="s"), [BATCH]), "skip is 's'; allowed is one of 'act"),
        (lambda: history(net(), train.classifier("tanh"), [(BATCH[0], [0, 3])]), "labels is .* numbers from 0 to 2"),
        (lambda: history(net(), train.classifier("tanh"), [(BATCH[0], [0, 1, 2])]), r"labels has shape \(3,\)"),
        (lambda: history(recurrent("rnn"), train.sequence("rn"), [SEQUENCE]), "cell is 'rn'; allowed is one of 'rnn'"),
        (
            lambda: history(recurrent("rnn"), train.sequence("rnn", truncate=0), [SEQUENCE]),
            "truncate is 0; allowed is a whole number from 1 to",
        ),
        (
            lambda: history(recurrent("rnn"), train.sequence("rnn"), [(SEQUENCE[0][0], SEQUENCE[1])]),
            r"xs has shape \(2, 2\); allowed is \(T, ..., N, D\)",
        ),
        (
            lambda: history(recurrent("rnn"), train.sequence("rnn"), [(NUMBERS[0], np.ones((2, 4)))]),
            r"target has shape \(2, 4\); allowed is prediction's",
        ),
    ],
)
def test_bad_arguments_are_named(run, words):
    with pytest.raises(ValueError, match=words):
        run()


# --- where numbers end, told truly --------------------------------------------------------------------------------


def one(value, dtype="float64"):
    return np.full((1, 1), value, dtype)


def trouble_of(cell_params, readout, xs, target):
    params = models.Sequence(cell_params, readout)
    batches = repeat((xs, target))
    return list(train.fit(params, train.sequence("relu_rnn"), batches, optimizer=train.sgd(0.1), steps=2))[-1]


def test_a_readout_whose_gradient_alone_overflows_is_named():
    cell, readout = cells.Recurrent(one(0), one(1), np.full(1, 1e200)), Affine(one(1e-100), np.zeros(1))
    record = trouble_of(cell, readout, np.zeros((1, 2, 1)), np.full((2, 1), 1e150))
    assert np.isfinite(record.loss)
    assert record.trouble == 'Step 1: backward, the gradient of the parameters of "readout" holds inf'


def test_what_a_step_in_time_hands_to_the_weights_is_named_as_such():
    def broken(params, x, state):
        state, pullback = cells.rnn(params, x, state)

        def infinite(dstate):
            grads, dx, dstate = pullback(dstate)
            return tree_map(lambda d: np.full_like(d, np.inf), grads), dx, dstate

        return state, infinite

    params = models.init_recurrent("rnn", 2, 3, rng=np.random.default_rng(0), readout=1)
    batches = repeat((np.ones((4, 5, 2)), np.ones((5, 1))))
    (record,) = train.fit(params, train.sequence(broken), batches, optimizer=train.sgd(0.1), steps=2)
    assert record.trouble == 'Step 1: backward, what is handed to the weights by "broken 4" holds inf'


def test_a_sum_over_time_that_overflows_is_not_called_the_loss():
    cell = cells.Recurrent(one(0, "float16"), one(1, "float16"), np.ones(1, "float16"))
    readout = Affine(one(10, "float16"), np.zeros(1, "float16"))
    record = trouble_of(cell, readout, np.zeros((100, 2, 1), "float16"), np.full((2, 1), 995, "float16"))
    assert np.isfinite(record.loss)
    assert record.trouble.startswith("Step 1: backward, the gradient of the parameters, summed over all steps, holds")


def test_weights_that_are_given_as_nan_are_not_called_the_updates_fault():
    params = models.init_mlp((3, 2), scheme="he_normal", rng=np.random.default_rng(0))
    params[0].affine.W[0, 0] = np.nan
    batches = [(np.ones((2, 3)), np.array([0, 1]))]
    (record,) = train.fit(params, train.classifier("tanh"), batches, optimizer=train.sgd(0.1), steps=1)
    assert record.trouble == "Step 1: the weights of layer 1 already hold NaN"


def test_adam_has_a_memory_that_float16_has_not():
    rule, grads = train.adam(1e-3), [np.array([0, 1e-4, 1e-3, 1], "float16")]
    (update,), _ = rule.step(grads, rule.start(grads), grads)
    np.testing.assert_allclose(update, [0, -1e-3, -1e-3, -1e-3], rtol=1e-3)
    assert update.dtype == "float16"


@pytest.mark.parametrize("rate", [None, "a", True, [0.1, None]])
@pytest.mark.parametrize("rule", train.OPTIMIZERS)
def test_a_rate_that_is_no_number_is_named(rule, rate):
    with pytest.raises(ValueError, match=r"rate is .*; allowed is a finite number of at least 0"):
        train.OPTIMIZERS[rule](rate)


@pytest.mark.parametrize("name", ["clip_norm", "clip_value"])
def test_a_limit_is_refused_under_its_own_name_before_anything_runs(name):
    with pytest.raises(ValueError, match=f"{name} is -1; allowed is a finite number of at least 0"):
        train.fit(net(), train.classifier("tanh"), [], optimizer=train.sgd(0.1), steps=1, **{name: -1})


@pytest.mark.parametrize("target", [np.ones((2, 1)), np.zeros(2, int), np.float64(1)])
def test_a_target_that_is_not_one_for_every_step_is_named(target):
    params = models.init_recurrent("rnn", 2, 4, rng=np.random.default_rng(0), readout=1)
    with pytest.raises(ValueError, match=r"target has shape .*; allowed is \(3, N, ...\), one for every step"):
        train.sequence("rnn", last=False)(params, (np.ones((3, 2, 2)), target))
