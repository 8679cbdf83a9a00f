"""The lesson on one's own network: the unknown one, what is said without PyTorch, and what the page says of three."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from vgrad import bridge, data
from vgrad.lessons import your_network
from vgrad.lessons.your_network.say import need

# --- without PyTorch ---


@pytest.fixture(scope="module")
def net():
    return your_network.unknown()


def test_the_unknown_network_is_broken_by_one_layer_from_step_30_on(net):
    shrinking = net.update[:, 3] > 0.1
    assert shrinking.tolist() == [step >= 30 for step in net.steps]
    assert net.update[shrinking, 3] == pytest.approx(0.4)
    others = np.delete(net.update, 3, axis=1)
    assert others[1:].max() < 0.02
    np.testing.assert_allclose(net.W[31:, 3] / net.W[30:-1, 3], 0.6)


def test_the_report_on_it_names_what_suffers_and_not_the_cause(net):
    found = bridge.report(net)
    assert found.state == "vanished"
    assert {finding.name: finding.since for finding in found.findings} == {"spread": 44, "signal": 47}
    assert "the layer 'hidden 3' receives" in str(found)
    assert bridge.report(bridge.readings(net.names, net.steps[:30], dz=net.dz[:30])).findings == ()


def test_it_learned_before_it_was_broken(net):
    assert net.loss[25:30].mean() < 0.85 * net.loss[0]
    assert net.loss[-5:].mean() == pytest.approx(np.log(10), abs=0.02)


def test_without_pytorch_the_page_says_one_kind_sentence_and_no_traceback(monkeypatch):
    monkeypatch.setattr(your_network, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"needs PyTorch.* pip install 'vgrad\[torch\]'.* read on") as caught:
        your_network.need_torch()
    assert caught.value._render_traceback_() == [need.MISSING]
    monkeypatch.setattr(sys, "platform", "emscripten")  # Pyodide's
    with pytest.raises(ImportError, match="cannot run in a browser"):
        your_network.need_torch()
    monkeypatch.setattr(your_network, "find_spec", lambda name: object())
    assert your_network.need_torch() is None


def test_the_room_loads_nothing_of_pytorch():
    code = "import sys; from vgrad.lessons import stored, your_network; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


# --- with it: the right choices, measured on other seeds than the page's ---


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)


def watched(torch, model, optimizer, steps):
    """The model, watched while it learns the digits."""
    digits = data.digits()
    x, y = torch.tensor(digits.x_train), torch.tensor(digits.y_train)
    with bridge.watch(model) as seen:
        for _ in range(steps):
            rows = torch.randint(len(x), (32,))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return seen


def test_flat_loss_with_torch(torch):
    nn = torch.nn
    for seed in range(11, 14):
        torch.manual_seed(seed)
        layers = [layer for _ in range(13) for layer in (nn.Linear(32, 32), nn.Sigmoid())]
        model = nn.Sequential(nn.Linear(64, 32), nn.Sigmoid(), *layers, nn.Linear(32, 10))
        found = watched(torch, model, torch.optim.SGD(model.parameters(), lr=0.1), 100).report()
        assert found.state == "vanished"
        assert "the gradient shrinks on its way back, because the layer '0' receives" in str(found)
    assert your_network.ask("flat_loss").question.right.startswith("the gradient shrinks")


def test_small_everywhere_with_torch(torch):
    nn = torch.nn
    for seed in range(11, 14):
        torch.manual_seed(seed)
        blocks = [p for n in (1, *[16] * 5) for p in (nn.Conv2d(n, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())]
        model = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *blocks, nn.Flatten(), nn.Linear(16 * 64, 10))
        seen = watched(torch, model, torch.optim.SGD(model.parameters(), lr=0.05), 200)
        dz = seen.readings.dz
        assert dz[-1, 0] < 0.5 * dz[0, 0]
        assert np.ptp(np.log10(dz), axis=1).max() < 1  # the map stays pale
        assert seen.report().state in ("learning", "converged")
    assert your_network.ask("small_everywhere").question.right.startswith("it has converged")


def test_fresh_and_well_with_torch(torch):
    nn = torch.nn
    for seed in range(11, 14):
        torch.manual_seed(seed)
        block = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
        encoder = nn.TransformerEncoder(block, 12, enable_nested_tensor=False)
        model = nn.Sequential(nn.Unflatten(1, (8, 8)), nn.Linear(8, 16), encoder, nn.Flatten(), nn.Linear(128, 10))
        seen = watched(torch, model, torch.optim.Adam(model.parameters(), lr=0.01), 30)
        since = {finding.name: finding.since for finding in seen.report().findings}
        assert 0 < since["signal"] <= 10
    assert your_network.ask("fresh_and_well").question.right.startswith("it loses its gradient")
