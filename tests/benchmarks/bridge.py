"""What does it cost to watch a PyTorch network?   python tests/benchmarks/bridge.py [rounds]

Each kind of network is trained for the same steps without a watch and with every step read, in turns within one
process and on one thread. A reading costs so many further steps. By default few steps are read, and so the overhead is
told for a training of a thousand steps. What is printed are ratios of medians.

The memory is what a step that is read takes at its peak beyond a step that is not, beside the size of the weights. It
is counted by PyTorch's own profiler of allocations.
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from vgrad import bridge

LONG = 1000  # steps over which the default is told


class Residual(nn.Module):
    """A linear layer with a norm and a skip connection around both."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return x + torch.nn.functional.gelu(self.linear(self.norm(x)))


class Last(nn.Module):
    """A recurrent module of PyTorch, of which the last output is read."""

    def __init__(self, kind, features: int, width: int):
        super().__init__()
        self.cells = kind(features, width, 2, batch_first=True)
        self.readout = nn.Linear(width, 10)

    def forward(self, x):
        return self.readout(self.cells(x)[0][:, -1])


def convolutional(depth: int, channels: int, norm) -> nn.Module:
    """Return so many convolutions, each with what ``norm`` makes of the number of channels, and a linear layer."""
    layers = []
    for k in range(depth):
        layers += [nn.Conv2d(channels if k else 1, channels, 3, padding=1), norm(channels), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def mlp(depth: int, width: int) -> nn.Module:
    """Return a chain of linear layers with ReLU between them."""
    layers = [part for _ in range(depth) for part in (nn.Linear(width, width), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def encoder(depth: int, width: int, norm_first: bool) -> nn.Module:
    """Return so many blocks of a transformer, whose tokens are classified together."""
    block = nn.TransformerEncoderLayer(width, 4, 4 * width, 0.0, batch_first=True, norm_first=norm_first)
    blocks = nn.TransformerEncoder(block, depth, enable_nested_tensor=False)
    return nn.Sequential(blocks, nn.Flatten(), nn.Linear(16 * width, 10))


KINDS = {  # how it is made, and the shape of a batch
    "MLP, 8 x 512": (lambda: mlp(8, 512), (64, 512)),
    "MLP, 50 x 64": (lambda: mlp(50, 64), (64, 64)),
    "residual, 20 x 128": (
        lambda: nn.Sequential(*(Residual(128) for _ in range(20)), nn.Linear(128, 10)),
        (64, 128),
    ),
    "conv, 8 layers": (lambda: convolutional(8, 32, lambda channels: nn.Identity()), (64, 1, 16, 16)),
    "conv, batch norm": (lambda: convolutional(8, 32, nn.BatchNorm2d), (64, 1, 16, 16)),
    "conv, group norm": (lambda: convolutional(8, 32, lambda channels: nn.GroupNorm(4, channels)), (64, 1, 16, 16)),
    "RNN, 32 steps": (lambda: Last(nn.RNN, 16, 64), (64, 32, 16)),
    "LSTM, 32 steps": (lambda: Last(nn.LSTM, 16, 64), (64, 32, 16)),
    "GRU, 32 steps": (lambda: Last(nn.GRU, 16, 64), (64, 32, 16)),
    "encoder, pre-norm": (lambda: encoder(6, 64, True), (32, 16, 64)),
    "encoder, post-norm": (lambda: encoder(6, 64, False), (32, 16, 64)),
    "one layer": (lambda: nn.Linear(512, 10), (64, 512)),
}


class Loop:
    """A loop that can be run on, with or without a watch."""

    def __init__(self, kind: str):
        torch.manual_seed(0)
        make, shape = KINDS[kind]
        self.model = make()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4)
        self.x = torch.randn(shape)
        self.labels = torch.randint(0, 10, shape[:1])

    def run(self, steps: int) -> float:
        """Seconds of a step."""
        start = time.perf_counter()
        for _ in range(steps):
            loss = torch.nn.functional.cross_entropy(self.model(self.x), self.labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return (time.perf_counter() - start) / steps

    def peak(self) -> int:
        """The most bytes that one step holds at a time, beyond what is there before it."""
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
            self.run(1)
        held, most = 0, 0
        for event in seen.profiler.kineto_results.events():
            if event.name() == "[memory]":
                held += event.nbytes()
                most = max(most, held)
        return most


def measured(kind: str, rounds: int) -> tuple[int, float, float, float, float]:
    """Return the rows, what a reading costs in steps and in bytes, and the bytes of a step and of the weights."""
    plain, watched = Loop(kind), Loop(kind)
    plain.run(3)
    watched.run(3)
    steps = max(3, round(0.05 / plain.run(3)))
    ratios = []
    for _ in range(rounds):
        without = plain.run(steps)
        with bridge.watch(watched.model, every=1) as seen:
            ratios.append(watched.run(steps) / without)
    with bridge.watch(watched.model, every=1):
        peak = watched.peak()
    weights = sum(p.numel() * p.element_size() for p in watched.model.parameters())
    return len(seen.readings.names), statistics.median(ratios) - 1, peak - plain.peak(), plain.peak(), weights


def main(rounds: int) -> None:
    """Print the table."""
    from vgrad.bridge.watching import due

    torch.set_num_threads(1)
    read = sum(due(step, None) for step in range(LONG)) / LONG
    print(f"Of {LONG} steps, {read:.1%} are read by default. Memory is in MB.")
    print("                      rows   a reading / a step   overhead, default   a step   + a reading   weights")
    for kind in KINDS:
        rows, reading, extra, step, weights = measured(kind, rounds)
        print(
            f"  {kind:19} {rows:5} {reading:20.2f} {read * reading:19.1%}"
            f" {step / 1e6:8.1f} {extra / 1e6:13.1f} {weights / 1e6:9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
