"""A PyTorch model of any kind is read while it trains: all layers, right numbers, and a loop that does not notice."""

from __future__ import annotations

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
F = torch.nn.functional

from vgrad import bridge, models, ops, probes  # noqa: E402
from vgrad.bridge import tensors  # noqa: E402
from vgrad.models import Layer  # noqa: E402
from vgrad.ops import Affine  # noqa: E402

N, CLASSES = 12, 4


class Functional(nn.Module):
    """An MLP whose activations are functions, so that no module shows them."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, CLASSES)

    def forward(self, x):
        return self.c(F.relu_(self.b(torch.tanh(self.a(x)))))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.head = nn.Linear(6, 8), nn.Linear(8, CLASSES)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 8), nn.GELU()) for _ in range(3))

    def forward(self, x):
        h = self.stem(x)
        for block in self.blocks:
            h = h + block(h)
        return self.head(h)


class Recurrent(nn.Module):
    def __init__(self, kind, batch_first=True, layers=2):
        super().__init__()
        self.rnn, self.head = kind(3, 8, layers, batch_first=batch_first), nn.Linear(8, CLASSES)

    def forward(self, x):
        y, _ = self.rnn(x if self.rnn.batch_first else x.transpose(0, 1))
        return self.head(y[:, -1] if self.rnn.batch_first else y[-1])


class Encoder(nn.Module):
    def __init__(self, norm_first, batch_first=True):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, norm_first=norm_first, batch_first=batch_first)
        self.embed, self.place = nn.Linear(3, 8), nn.Parameter(torch.randn(5, 1, 8) * 0.1)
        self.body, self.head = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False), nn.Linear(8, CLASSES)
        self.batch_first = batch_first

    def forward(self, x):
        h = self.embed(x)
        h = h + self.place.squeeze(1) if self.batch_first else h.transpose(0, 1) + self.place
        return self.head(self.body(h).mean(dim=1 if self.batch_first else 0))


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, CLASSES)

    def forward(self, x):
        h = torch.tanh(self.a(x))
        for _ in range(3):
            h = torch.tanh(self.b(h))
        return self.c(h)


class Checkpointed(Functional):
    def __init__(self, reentrant):
        super().__init__()
        self.reentrant = reentrant

    def forward(self, x):
        from torch.utils.checkpoint import checkpoint

        h = torch.tanh(self.a(x))
        h = checkpoint(lambda h: torch.relu(self.b(h)), h, use_reentrant=self.reentrant)
        return self.c(h)


class Words(nn.Module):
    def __init__(self, sparse=False):
        super().__init__()
        self.words, self.head = nn.Embedding(9, 8, sparse=sparse), nn.Linear(8, CLASSES)

    def forward(self, x):
        return self.head(self.words(x).mean(dim=1))


class Convolutions(nn.Sequential):
    def __init__(self):
        blocks = [
            nn.Sequential(nn.Conv2d(c, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True)) for c in (1, 6, 6)
        ]
        super().__init__(*blocks, nn.Flatten(), nn.Linear(6 * 16, CLASSES))


class Normed(nn.Sequential):
    def __init__(self):
        parametrized = nn.utils.parametrizations.weight_norm(nn.Linear(6, 8))
        super().__init__(parametrized, nn.Tanh(), nn.Linear(8, CLASSES))


FLAT, SERIES, IMAGES, TEXT = (N, 6), (N, 5, 3), (N, 1, 4, 4), None
KINDS = {
    "MLP in place": (Functional, FLAT, ["a", "b", "c"]),
    "residual net": (Residual, FLAT, ["stem", "blocks.0.1", "blocks.1.1", "blocks.2.1", "head"]),
    "conv net, batch norm, in place": (Convolutions, IMAGES, ["0.0", "1.0", "2.0", "4"]),
    "RNN": (lambda: Recurrent(nn.RNN), SERIES, ["rnn", "head"]),
    "LSTM": (lambda: Recurrent(nn.LSTM), SERIES, ["rnn", "head"]),
    "GRU, time first": (lambda: Recurrent(nn.GRU, batch_first=False), SERIES, ["rnn", "head"]),
    "transformer, pre-norm": (lambda: Encoder(True), SERIES, None),
    "transformer, post-norm": (lambda: Encoder(False), SERIES, None),
    "transformer, time first": (lambda: Encoder(False, batch_first=False), SERIES, None),
    "shared layer": (Shared, FLAT, ["a", "b", "b #2", "b #3", "c"]),
    "checkpoint": (lambda: Checkpointed(False), FLAT, ["a", "b", "c"]),
    "reentrant checkpoint": (lambda: Checkpointed(True), FLAT, ["a", "b", "c"]),
    "embedding": (Words, TEXT, ["words", "head"]),
    "sparse embedding": (lambda: Words(sparse=True), TEXT, ["words", "head"]),
    "weight norm": (Normed, FLAT, ["0", "2"]),
    "one layer": (lambda: nn.Linear(6, CLASSES), FLAT, ["Linear"]),
}
ATTENTION = [
    "embed", *(f"body.layers.{k}.{part}" for k in range(3) for part in ("self_attn", "linear1", "linear2")), "head",
    "Encoder",
]  # fmt: skip


def batch(shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 9, (N, 5), generator=generator) if shape is None else torch.randn(shape, generator=generator)
    return x, torch.randint(0, CLASSES, (N,), generator=generator)


def fresh(name):
    torch.manual_seed(1)
    make, shape, rows = KINDS[name]
    return make(), shape, ATTENTION if rows is None else rows


def train(model, shape, steps=4, rate=0.1, before=None, optimizer=torch.optim.SGD):
    """A plain loop; what is done ``before`` each step sees its number."""
    its = optimizer(model.parameters(), rate)
    losses = []
    for step in range(steps):
        if before:
            before(step)
        x, y = batch(shape, step)
        loss = F.cross_entropy(model(x), y)
        its.zero_grad()
        loss.backward()
        its.step()
        losses.append(loss.item())
    return losses


def plain_gradients(model, x, y):
    """‖dL/dz‖ of each call of a layer, by keeping its gradient, which holds where nothing is in place."""
    kept = []

    def keep(module, inputs, output):
        first = output[0] if isinstance(output, tuple) else output
        if first.requires_grad and torch._C._current_graph_task_id() == -1:
            first.retain_grad()
            kept.append(first)

    kinds = (nn.Linear, nn.Conv2d, nn.RNNBase, nn.Embedding, nn.MultiheadAttention)
    handles = [module.register_forward_hook(keep) for module in model.modules() if isinstance(module, kinds)]
    F.cross_entropy(model(x), y).backward()
    for handle in handles:
        handle.remove()
    return [float(z.grad.double().norm()) for z in kept]


@pytest.mark.parametrize("name", KINDS)
def test_every_layer_of_every_kind_is_read(name):
    model, shape, rows = fresh(name)
    with bridge.watch(model) as seen:
        losses = train(model, shape)
    r = seen.readings
    assert list(r.names) == rows
    np.testing.assert_array_equal(r.steps, range(4))
    np.testing.assert_allclose(r.loss, losses, rtol=1e-5)
    np.testing.assert_allclose(r.guess, np.log(CLASSES))
    chain = [k for k, row in enumerate(rows) if row != "Encoder"]
    assert (r.dz[:, chain] > 0).all()
    once = [k for k, row in enumerate(rows) if "#" not in row]
    assert (r.dW[:, once] > 0).all()
    assert (r.update[:, once] > 0).all()
    assert not seen.readings.notes
    assert not any(
        module._forward_hooks or module._forward_pre_hooks for module in model.modules() if name != "weight norm"
    )


@pytest.mark.parametrize("name", [name for name in KINDS if "place" not in name and "reentrant" not in name])
def test_the_gradient_of_each_output_is_the_one_that_is_kept(name):
    model, shape, _ = fresh(name)
    with bridge.watch(model) as seen:
        train(model, shape, steps=1)
    again, _, _ = fresh(name)
    found = seen.readings.dz[0]
    np.testing.assert_allclose(found[np.isfinite(found)], plain_gradients(again, *batch(shape)), rtol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_a_watched_loop_equals_one_that_is_not_watched_bit_by_bit(name):
    watched, shape, _ = fresh(name)
    with bridge.watch(watched):
        losses = train(watched, shape)
    alone, _, _ = fresh(name)
    assert losses == train(alone, shape)
    for one, other in zip(watched.parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_readings_of_an_mlp_are_those_of_our_own_probes(activation):
    rng = np.random.default_rng(3)
    params = models.init_mlp((6, 16, 16, 16, CLASSES), scheme="xavier_normal", rng=rng)
    linear = [nn.Linear(*layer.affine.W.shape, dtype=torch.float64) for layer in params]
    for module, layer in zip(linear, params, strict=True):
        module.weight.data = torch.tensor(layer.affine.W.T)
        module.bias.data = torch.tensor(layer.affine.b)
    phi = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}[activation]
    model = nn.Sequential(*(part for module in linear[:-1] for part in (module, phi())), linear[-1])
    x, labels = rng.standard_normal((N, 6)), rng.integers(0, CLASSES, N)
    with bridge.watch(model) as seen:
        loss = F.cross_entropy(model(torch.tensor(x)), torch.tensor(labels))
        loss.backward()
        torch.optim.SGD(model.parameters(), 0.1).step()
    r = seen.readings
    logits, tape = models.mlp(params, x, activation)
    _, pullback = ops.softmax_cross_entropy(logits, labels)
    flow = probes.flow(params, tape, pullback())
    np.testing.assert_allclose(r.dz[0, :-1], flow.dz, rtol=1e-10)
    np.testing.assert_allclose(r.dx[0, 1:], flow.dh, rtol=1e-10)
    np.testing.assert_allclose(r.dW[0, :-1], flow.dW, rtol=1e-10)
    np.testing.assert_allclose(r.signal[0, 1:], [probes.signal_fraction(h) for h in probes.outputs(tape)], rtol=1e-9)
    assert type(params[0]) is Layer
    assert type(params[0].affine) is Affine


# --- loops ------------------------------------------------------------------------------------------------------------


def test_frozen_layers_have_no_dW_but_the_gradient_that_passes():
    model, shape, _ = fresh("MLP in place")
    model.b.requires_grad_(False)
    with bridge.watch(model) as seen:
        train(model, shape)
    r = seen.readings
    assert np.isnan(r.dW[:, 1]).all()
    assert np.isnan(r.update[:, 1]).all()
    assert (r.dz[:, 1] > 0).all()


def test_parts_of_a_batch_that_are_accumulated_are_one_batch():
    whole, shape, _ = fresh("residual net")
    with bridge.watch(whole) as seen:
        train(whole, shape, steps=1)
    parts, _, _ = fresh("residual net")
    optimizer = torch.optim.SGD(parts.parameters(), 0.1)
    x, y = batch(shape)
    with bridge.watch(parts) as seen_parts:
        for k in range(0, N, 3):
            (F.cross_entropy(parts(x[k : k + 3]), y[k : k + 3]) / 4).backward()
        optimizer.step()
    np.testing.assert_allclose(seen_parts.readings.dz, seen.readings.dz, rtol=1e-5)
    np.testing.assert_allclose(seen_parts.readings.dW, seen.readings.dW, rtol=1e-5)


def test_a_scaler_changes_no_dW_and_a_skipped_step_leaves_no_trace():
    model, shape, _ = fresh("residual net")
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    plain, _, _ = fresh("residual net")
    with bridge.watch(plain) as expected:
        train(plain, shape, steps=2)
    with bridge.watch(model) as seen:
        for step in (0, "overflow", 1):
            x, y = batch(shape, 0 if step == "overflow" else step)
            loss = F.cross_entropy(model(x), y) * (torch.inf if step == "overflow" else 1.0)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            scaler.step(optimizer)
            scaler.update()
    r = seen.readings
    np.testing.assert_array_equal(r.steps, [0, 1])
    np.testing.assert_allclose(r.dW, expected.readings.dW, rtol=1e-4)
    relative = r.dz / r.output[:, None]  # dz itself is as much larger as the scale
    np.testing.assert_allclose(relative, expected.readings.dz / expected.readings.output[:, None], rtol=1e-4)


def test_bfloat16_autocast_is_read():
    model, shape, rows = fresh("residual net")
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with bridge.watch(model) as seen:
        x, y = batch(shape)
        with torch.autocast("cpu", torch.bfloat16):
            loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    assert (seen.readings.dz > 0).all()
    assert len(seen.readings.names) == len(rows)


def test_evaluation_and_forward_passes_without_a_way_back_leave_no_trace():
    def run(model, extra):
        def before(step):
            if extra:
                model.eval()
                with torch.no_grad():
                    model(batch(shape, 99)[0])
                model.train()
                model(batch(shape, 98)[0])

        with bridge.watch(model) as seen:
            train(model, shape, before=before)
        return seen.readings

    shape = KINDS["residual net"][1]
    clean, noisy = (run(fresh("residual net")[0], extra) for extra in (False, True))
    for name in ("dz", "dx", "dW", "signal", "dead", "output", "loss"):
        np.testing.assert_array_equal(getattr(clean, name), getattr(noisy, name), err_msg=name)


def test_an_exception_passes_and_what_was_read_stays():
    model, shape, _ = fresh("residual net")

    def stop(step):
        if step == 3:
            raise KeyError("no more data")

    seen = bridge.watch(model)
    with pytest.raises(KeyError, match="no more data"), seen:
        train(model, shape, steps=9, before=stop)
    np.testing.assert_array_equal(seen.readings.steps, [0, 1, 2])
    assert "step 3 with KeyError" in " ".join(seen.report().sentences)
    assert not any(module._forward_hooks for module in model.modules())


def test_a_compiled_model_is_read_as_it_is_written():
    model, shape, rows = fresh("residual net")
    compiled = torch.compile(model, backend="eager")
    with bridge.watch(compiled) as seen:
        train(compiled, shape, steps=14)
    assert list(seen.readings.names) == rows
    assert (seen.readings.dz > 0).all()
    np.testing.assert_array_equal(seen.readings.steps, [*range(10), 10, 11, 12, 13][: len(seen.readings.steps)])


def test_two_optimizers_of_one_model_make_one_step():
    model, shape, _ = fresh("MLP in place")
    first = torch.optim.SGD([*model.a.parameters()], 0.1)
    second = torch.optim.Adam([*model.b.parameters(), *model.c.parameters()], 0.01)
    with bridge.watch(model) as seen:
        for step in range(3):
            x, y = batch(shape, step)
            loss = F.cross_entropy(model(x), y)
            model.zero_grad()
            loss.backward()
            first.step()
            second.step()
    np.testing.assert_array_equal(seen.readings.steps, [0, 1, 2])
    assert (seen.readings.dW > 0).all()
    assert (seen.readings.update > 0).all()


def test_lbfgs_and_updates_by_hand_are_steps():
    model, shape, _ = fresh("residual net")
    optimizer = torch.optim.LBFGS(model.parameters(), 0.1, max_iter=3)
    x, y = batch(shape)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    with bridge.watch(model) as seen:
        for _ in range(3):
            optimizer.step(closure)
    assert len(seen.readings.steps) == 3
    with bridge.watch(model) as seen:
        for _ in range(4):
            closure()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.1 * p.grad
    assert len(seen.readings.steps) == 3  # the last is closed by the forward pass that follows it
    assert (seen.readings.dz > 0).all()
    assert np.isnan(seen.readings.dW).all()


def test_a_packed_sequence_and_a_copy_of_a_watched_model():
    model = nn.LSTM(3, 8, batch_first=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    packed = nn.utils.rnn.pack_padded_sequence(torch.randn(N, 5, 3), [5] * 6 + [3] * 6, batch_first=True)
    with bridge.watch(model) as seen:
        y, _ = model(packed)
        y.data.square().mean().backward()
        optimizer.step()
        copy.deepcopy(model)
    assert (seen.readings.dz > 0).all()
    assert np.isnan(seen.readings.loss).all()


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("batch_first", [True, False])
def test_the_gradient_by_time_is_that_of_each_input(kind, batch_first):
    torch.manual_seed(2)
    model = Recurrent(kind, batch_first)
    x, y = batch(SERIES)
    with bridge.watch(model) as seen:
        train(model, SERIES, steps=1)
    torch.manual_seed(2)
    again = Recurrent(kind, batch_first)
    x = x.requires_grad_()
    F.cross_entropy(again(x), y).backward()
    np.testing.assert_allclose(seen.readings.time["rnn"][0], x.grad.double().norm(dim=(0, 2)), rtol=1e-5)


def test_nan_and_inf_are_kept_and_said():
    model, shape, _ = fresh("residual net")
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with bridge.watch(model) as seen:
        for step in range(4):
            x, y = batch(shape, step)
            loss = F.cross_entropy(model(x * (torch.inf if step == 2 else 1)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    report = seen.report()
    assert report.state == "not finite"
    assert "From step 2 on" in " ".join(report.sentences)
    assert seen.show().png()


# --- what cannot be watched -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: torch.relu, "torch.nn.Module"),
        (lambda: nn.ReLU(), "parameters to train"),
        (lambda: nn.Linear(2, 2).requires_grad_(False), "parameters to train"),
        (lambda: nn.BatchNorm1d(3), "weight of two axes"),
        (lambda: nn.LazyLinear(3), "lazy"),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(model, words):
    with pytest.raises(ValueError, match=f"model .*{words}"):
        bridge.watch(model())


def test_wrong_uses_are_refused():
    model, shape, _ = fresh("residual net")
    with pytest.raises(ValueError, match="every is 0; allowed is"):
        bridge.watch(model, every=0)
    seen = bridge.watch(model)
    with seen, pytest.raises(RuntimeError, match="entered already"):
        seen.__enter__()
    for ask in (seen.report, seen.show, lambda: seen.readings):
        with pytest.raises(ValueError, match="nothing has been seen"):
            ask()
    with seen:
        train(model, shape, steps=1)
    with pytest.raises(ValueError, match="what is 'dq'; allowed is one of 'dz'"):
        seen.show("dq")


def test_fewer_and_fewer_steps_are_read():
    from vgrad.bridge.watching import due

    read = [step for step in range(10_000) if due(step, None)]
    assert read[:10] == [*range(10)]
    assert 70 <= len(read) <= 95
    assert [step for step in range(10) if due(step, 3)] == [0, 3, 6, 9]


def test_rows_that_are_small_beside_others_are_no_copies():
    generator = torch.Generator().manual_seed(0)
    dW = torch.randn(48, 16, generator=generator)
    dW[16:] *= 1e-9
    assert tensors.copies(dW) == 0
    dW[20:40] = dW[20]
    assert 0.35 < tensors.copies(dW) < 0.45
    dW[40:] = 0
    assert tensors.copies(dW) < 0.45
