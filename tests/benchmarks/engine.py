"""How fast is code that is written to be read?   python tests/benchmarks/engine.py [rounds]

Everything runs on one thread, in turns within one process; what is printed are ratios of medians, so that the machine
drops out. PyTorch (eager) is compared where it is installed.

  MLP          forward, backward and the norms of dh, dz and dW of every layer: against the products alone (the floor:
               nothing that trains a network can do less), and against PyTorch doing the same
  cells        forward over T steps and back through time, all gradients: against torch.nn.RNN, GRU and LSTM, and a
               diagonal linear recurrence against the same loop in PyTorch
  attention    y, dq, dk and dv: against the products alone, and against PyTorch's scaled_dot_product_attention
  (t, k) map   ‖dh_t/dh_k‖ for all pairs by one sweep: against a double loop that multiplies Jacobians
  seeds        64 networks in one call: against a loop over them
  memory       the peak of a probe that keeps norms only: against the size of one weight gradient
  lengths      time per layer and per step at 10 … 3000 of them: against that at 10

Faster forms that were refused, as they read worse: arrays that are allocated once and written to by every layer; norms
of all layers from one array of squares; a slope that is computed in place. Norms of many layers in one call, which need
a copy of their arrays, save time at width 8 and cost more at width 64; a norm by ndarray.dot warns at an overflow. One
sigmoid over all four gates of an LSTM saves nothing, because the part of g is computed and kept in vain.
"""

from __future__ import annotations

import statistics
import sys
import time
import tracemalloc

import numpy as np
import threadpoolctl

from vgrad import cells, models, ops, probes
from vgrad.tape import tree_map

try:
    import torch
except ImportError:
    torch = None

SHAPES = ((10, 8, 1), (10, 64, 64), (50, 128, 128), (100, 256, 256), (1000, 64, 64))  # depth, width, batch
N, D, H = 32, 32, 64  # of the cells
TURN = 0.01  # seconds; what is shorter is repeated, so that no turn begins with another's caches
PRECISIONS = ("float64", "float32")


def medians(rounds: int, *functions) -> list[float]:
    """Seconds of each function, taken in turns of at least TURN each; a first round does not count."""
    for function in functions:  # caches
        function()
    repeats = [max(1, round(TURN / seconds(function))) for function in functions]
    times = [[seconds(f, r) / r for f, r in zip(functions, repeats, strict=True)] for _ in range(rounds + 1)]
    return [statistics.median(column) for column in zip(*times[1:], strict=True)]


def seconds(function, repeats: int = 1) -> float:
    """Seconds of so many calls."""
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return time.perf_counter() - start


# --- MLP ----------------------------------------------------------------------------------------------------------


def network(depth: int, width: int, batch: int, dtype: str, ensemble=()):
    """Parameters, input and cotangent of a tanh net."""
    rng = np.random.default_rng(0)
    params = models.init_mlp([width] * (depth + 2), scheme="xavier_normal", rng=rng, dtype=dtype, ensemble=ensemble)
    x, cotangent = rng.standard_normal((2, *ensemble, batch, width)).astype(dtype)
    return params[:-1], x, cotangent


def measure(params, x, cotangent):
    """Forward, backward, norms."""
    return probes.norms(models.hidden(params, x, "tanh")[1], cotangent)


def products_alone(params, x, cotangent):
    """The matrix products of the same pass, on arrays that have the right shapes and are already there."""
    z, dW = np.empty_like(x), np.empty_like(params[0].affine.W)

    def run():
        for layer in params:
            W = layer.affine.W
            np.matmul(x, W, out=z)
            np.matmul(x.T, cotangent, out=dW)
            np.matmul(cotangent, W.T, out=z)

    return run


def in_torch(params, x, cotangent):
    """The same in PyTorch: autograd, then the norms."""
    weights = [[torch.tensor(a, requires_grad=True) for a in layer.affine] for layer in params]
    its_x, its_cotangent = torch.tensor(x, requires_grad=True), torch.tensor(cotangent)

    def run():
        h, hidden = its_x, []
        for W, b in weights:
            z = torch.addmm(b, h, W)
            h = torch.tanh(z)
            hidden += [z, h]
        grads = torch.autograd.grad(
            h, [*hidden, *(W for W, _ in weights), *(b for _, b in weights), its_x], its_cotangent
        )
        return torch.stack([grad.norm() for grad in grads[: 3 * len(weights)]])

    return run


def mlps(rounds: int) -> None:
    """Print the table of MLPs."""
    print("MLP, forward + backward + norms    / products alone   PyTorch / ours")
    for dtype in PRECISIONS:
        for shape in SHAPES:
            net = network(*shape, dtype)
            rivals = [products_alone(*net), *([in_torch(*net)] if torch else [])]
            times = medians(rounds, lambda net=net: measure(*net), *rivals)
            against = f"{times[2] / times[0]:14.2f}" if torch else "             -"
            at = f"{dtype} depth {shape[0]:4}, width {shape[1]:3}, batch {shape[2]:3}"
            print(f"  {at} {times[0] / times[1]:12.2f} {against}")


# --- time ---------------------------------------------------------------------------------------------------------


def unrolled(cell: str, T: int, dtype: str):
    """Functions that run a cell over T steps and back: ours, and PyTorch's."""
    rng = np.random.default_rng(0)
    params = models.init_recurrent(cell, D, H, rng=rng, dtype=dtype)
    xs, doutputs = rng.standard_normal((T, N, D)).astype(dtype), rng.standard_normal((T, N, H)).astype(dtype)

    def ours():
        return models.through_time(models.unroll(cell, params, xs)[1], doutputs)

    if not torch:
        return [ours]
    its = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](D, H).to(getattr(torch, dtype))
    its_xs, its_doutputs = torch.tensor(xs, requires_grad=True), torch.tensor(doutputs)
    return [ours, lambda: torch.autograd.grad(its(its_xs)[0], [its_xs, *its.parameters()], its_doutputs)]


def recurrent(rounds: int) -> None:
    """Print the table of cells."""
    print(f"cells, N = {N}, D = {D}, H = {H}, forward + backward         PyTorch / ours")
    for dtype in PRECISIONS:
        for cell in ("rnn", "gru", "lstm"):
            for T in (100, 1000):
                times = medians(rounds if T == 100 else rounds // 3, *unrolled(cell, T, dtype))
                print(f"  {dtype} {cell:4} T = {T:4} {'-' if len(times) == 1 else f'{times[1] / times[0]:.2f}':>37}")


def diagonal(T: int, dtype: str):
    """Functions that run a real diagonal recurrence over T steps and back: ours, and the same loop in PyTorch."""
    rng = np.random.default_rng(0)
    params = models.init_linear("diagonal", D, H, rng=rng, dtype=dtype)
    xs, doutputs = rng.standard_normal((T, N, D)).astype(dtype), rng.standard_normal((T, N, H)).astype(dtype)

    def ours():
        return models.through_time(models.unroll("diagonal", params, xs)[1], doutputs)

    if not torch:
        return [ours]
    leaves = [torch.tensor(a, requires_grad=True) for a in (params.W_x, params.b, params.nu, xs)]
    its_doutputs = torch.tensor(doutputs)

    def its():
        W_x, b, nu, its_xs = leaves
        r = torch.exp(-torch.exp(nu))
        u = torch.sqrt(1 - r * r) * (its_xs @ W_x + b)
        h, outputs = torch.zeros_like(u[0]), []
        for u_t in u:
            h = r * h + u_t
            outputs.append(h)
        return torch.autograd.grad(torch.stack(outputs), leaves, its_doutputs)

    return [ours, its]


def linear_recurrences(rounds: int) -> None:
    """Print the table of linear recurrences."""
    print(f"diagonal recurrence, N = {N}, D = {D}, H = {H}              PyTorch / ours")
    for dtype in PRECISIONS:
        for T in (100, 1000):
            times = medians(rounds if T == 100 else rounds // 3, *diagonal(T, dtype))
            print(f"  {dtype}      T = {T:4} {'-' if len(times) == 1 else f'{times[1] / times[0]:.2f}':>37}")


# --- attention ----------------------------------------------------------------------------------------------------


def attention_alone(q, k, v, dy):
    """The six products of attention and its pullback, on arrays of the right shapes."""
    s = np.matmul(q, k.mT)

    def run():
        np.matmul(q, k.mT)
        np.matmul(s, v)
        np.matmul(dy, v.mT)
        np.matmul(s, k)
        np.matmul(s.mT, q)
        np.matmul(s.mT, dy)

    return run


def attention_in_torch(*arrays):
    """The same in PyTorch, whose attention needs an axis more to take its fast path."""
    *leaves, dy = (torch.tensor(a[None], requires_grad=True) for a in arrays)

    def run():
        y = torch.nn.functional.scaled_dot_product_attention(*leaves, is_causal=True)
        return torch.autograd.grad(y, leaves, dy)

    return run


def attentions(rounds: int) -> None:
    """Print the table of attention."""
    print("attention, forward + backward      / products alone   PyTorch / ours")
    for dtype in PRECISIONS:
        for heads, T, d in ((8, 32, 16), (8, 128, 64), (8, 512, 64)):
            q, k, v, dy = np.random.default_rng(0).standard_normal((4, heads, T, d)).astype(dtype)
            functions = [lambda q=q, k=k, v=v, dy=dy: ops.attention(q, k, v, True)[1](dy), attention_alone(q, k, v, dy)]
            if torch:
                functions.append(attention_in_torch(q, k, v, dy))
            times = medians(rounds, *functions)
            against = f"{times[2] / times[0]:14.2f}" if torch else "             -"
            print(f"  {dtype} heads {heads:3}, T {T:5}, d {d:5}   {times[0] / times[1]:12.2f} {against}")


# --- the map ------------------------------------------------------------------------------------------------------


def double_loop(tape):
    """The map of ‖dh_t/dh_k‖, pair by pair."""
    maps = probes.transitions(tape)
    norms = np.zeros((len(maps), len(maps)))
    for k in range(len(maps)):
        J = np.broadcast_to(np.eye(maps[0].shape[-1]), maps[0].shape)
        for t in range(k, len(maps)):
            J = maps[t] @ J if t > k else J
            norms[t, k] = np.sqrt(np.mean(probes.norm(J) ** 2))
    return norms


def maps(rounds: int) -> None:
    """Print the (t, k) map against a double loop."""
    rng = np.random.default_rng(0)
    params = models.init_recurrent("rnn", 8, 32, rng=rng)
    _, tape = models.unroll("rnn", params, rng.standard_normal((100, 1, 8)))
    np.testing.assert_allclose(probes.jacobian_norms(tape), double_loop(tape), rtol=1e-10)
    sweep, loop = medians(rounds, lambda: probes.jacobian_norms(tape), lambda: double_loop(tape))
    print(f"(t, k) map, T = 100, n = 32: double loop / sweep {loop / sweep:6.2f}   (the sweep: {1000 * sweep:.0f} ms)")


# --- many, deep ---------------------------------------------------------------------------------------------------


def seeds(rounds: int) -> None:
    """Print 64 networks at once against one after the other."""
    net = network(30, 32, 16, "float64", ensemble=(64,))
    single = [(tree_map(lambda a, s=s: a[s], net[0]), net[1][s], net[2][s]) for s in range(64)]
    together, loop = medians(rounds, lambda: measure(*net), lambda: [measure(*one) for one in single])
    print(f"64 networks, depth 30, width 32, batch 16: loop / one call {loop / together:6.2f}")


def memory() -> None:
    """Print the peak of the streamed probe against what it does not keep, at three depths."""
    for layers in (300, 1000, 3000):
        params, x, cotangent = network(layers, 64, 64, "float64")
        tape = models.hidden(params, x, "tanh")[1]
        tracemalloc.start()
        probes.norms(tape, cotangent)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        one = params[0].affine.W.nbytes
        print(f"{layers:4} layers, width 64: peak of the backward probe / one weight gradient {peak / one:6.1f}")


def lengths(rounds: int) -> None:
    """Print the time per layer at growing depth, and per step at growing T."""
    numbers = (10, 30, 100, 300, 1000, 3000)
    nets = [network(depth, 64, 64, "float64") for depth in numbers]
    _each("layer, width 64,", numbers, medians(rounds, *(lambda net=net: measure(*net) for net in nets)))
    _each("step of an rnn,", numbers, medians(rounds, *(unrolled("rnn", T, "float64")[0] for T in numbers)))


def _each(what: str, numbers, times) -> None:
    each = [spent / number for spent, number in zip(times, numbers, strict=True)]
    line = "  ".join(f"{number}: {one / each[0]:.2f}" for number, one in zip(numbers, each, strict=True))
    print(f"time per {what} against 10 of them:  {line}")


def main(rounds: int = 12) -> None:
    """Measure and print."""
    if torch:
        torch.set_num_threads(1)
    with threadpoolctl.threadpool_limits(1):
        for table in (mlps, recurrent, linear_recurrences, attentions, maps, seeds, lengths):
            table(rounds)
        memory()


if __name__ == "__main__":
    assert cells.CELLS
    main(*map(int, sys.argv[1:]))
