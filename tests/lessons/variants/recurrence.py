"""What learners hand over in the lesson on recurrent nets and sentences."""

from __future__ import annotations

import math
from collections import deque
from types import SimpleNamespace

import numpy as np

from vgrad import ops
from vgrad.lessons.recurrence import by_radius

from . import Later


def step(back, h_new=lambda W, x, h: np.tanh(x + h @ W)):
    """One step, h_new(W, x, h), whose pullback is back(W, x, h, new, dh_new)."""

    def function(W, x, h):
        new = h_new(W, x, h)
        return new, lambda dh_new: back(W, x, h, new, dh_new)

    return function


def dz_of(new, dh_new):
    return dh_new * (1 - new**2)


def right_back(W, x, h, new, dh_new):
    dz = dz_of(new, dh_new)
    return h.T @ dz, dz @ W.T


def gives_dW(dW):
    """A step whose dh is right, and whose dW is dW(x, h, new, dz)."""
    return step(lambda W, x, h, new, dh: (dW(x, h, new, dz_of(new, dh)), dz_of(new, dh) @ W.T))


def gives_dh(dh_old):
    """A step whose dW is right, and whose dh is dh_old(W, h, new, dh_new)."""
    return step(lambda W, x, h, new, dh: (h.T @ dz_of(new, dh), dh_old(W, h, new, dh)))


def in_float32(W, x, h):
    new, pullback = step(right_back)(*(array.astype(np.float32) for array in (W, x, h)))
    return new, lambda dh_new: pullback(dh_new.astype(np.float32))


def in_loops(W, x, h):
    samples, units = h.shape
    new = np.array(
        [
            [math.tanh(x[n, j] + sum(h[n, i] * W[i, j] for i in range(units))) for j in range(units)]
            for n in range(samples)
        ]
    )

    def pullback(dh_new):
        dW, dh = np.zeros_like(W), np.zeros_like(h)
        for n, j, i in np.ndindex(samples, units, units):
            dz = dh_new[n, j] * (1 - new[n, j] ** 2)
            dW[i, j] += h[n, i] * dz
            dh[n, i] += dz * W[i, j]
        return dW, dh

    return new, pullback


def of_the_package(W, x, h):
    new, through = ops.tanh(x + h @ W)

    def pullback(dh_new):
        dz = through(dh_new)
        return np.einsum("ni,nj->ij", h, dz), np.einsum("nj,ij->ni", dz, W)

    return new, pullback


class Step:
    def __call__(self, weights, inputs, state):
        new = np.tanh(np.dot(state, weights) + inputs)
        return [
            new,
            lambda d: [np.outer(state[0], d[0] * 0) + state.T @ (d * (1 - new * new)), (d - d * new**2) @ weights.T],
        ]


def x_in_place(W, x, h):
    x += h @ W
    new = np.tanh(x)
    return new, lambda dh_new: right_back(W, x, h, new, dh_new)


def back_in_place(W, x, h, new, dh_new):
    dh_new *= 1 - new**2
    return h.T @ dh_new, dh_new @ W.T


def new_in_place(W, x, h, new, dh_new):
    dz = dz_of(new, dh_new)
    new[:] = 0
    return h.T @ dz, dz @ W.T


KEPT = {}


def in_global_names(W, x, h):
    KEPT.update(W=W, h=h, new=np.tanh(x + h @ W))
    return KEPT["new"], lambda dh_new: right_back(KEPT["W"], None, KEPT["h"], KEPT["new"], dh_new)


def adds_up():
    """dW is gathered from call to call, as an optimizer would have it."""
    total = []

    def back(W, x, h, new, dh_new):
        dW, dh = right_back(W, x, h, new, dh_new)
        total[:] = [dW + (total[0] if total and total[0].shape == dW.shape else 0)]
        return total[0], dh

    return step(back)


# --- shares ---------------------------------------------------------------------------------------------------------


def walked(maps, own):
    totals = [own[-1]]
    for J, dh in zip(maps[::-1], own[-2::-1], strict=True):
        totals.append(dh + totals[-1] @ J)
    return totals[::-1]


def into_an_array(maps, own):
    total = np.array(own, float)
    for k in range(len(maps) - 1, -1, -1):
        total[k] += total[k + 1] @ maps[k]
    return total


def by_recursion(maps, own):
    if not maps:
        return [own[0]]
    later = by_recursion(maps[1:], own[1:])
    return [own[0] + later[0] @ maps[0], *later]


def by_pairs(maps, own):
    """Every product from scratch: slow, and right."""
    totals = []
    for k in range(len(own)):
        total = 0
        for t in range(k, len(own)):
            row = own[t]
            for J in reversed(maps[k:t]):
                row = row @ J
            total = total + row
        totals.append(total)
    return tuple(totals)


def in_a_deque(maps, own):
    totals = deque([own[-1]])
    for k in reversed(range(len(maps))):
        totals.appendleft(own[k] + maps[k].T @ totals[0])
    return totals


def reversed_lazily(maps, own):
    totals = walked(maps, own)
    totals.reverse()
    return reversed(totals)


def shares_in_float32(maps, own):
    return [np.float32(total) for total in walked([np.float32(J) for J in maps], [np.float32(dh) for dh in own])]


def own_in_place(maps, own):
    for k in reversed(range(len(maps))):
        own[k] += own[k + 1] @ maps[k]
    return own


def empties_the_list(maps, own):
    totals = [own.pop()]
    while own:
        totals.insert(0, own.pop() + totals[0] @ maps[len(own)])
    return totals


def turns_the_list(maps, own):
    maps.reverse()
    return walked(maps[::-1], own)


def of_five(maps, own):
    totals = [own[4]]
    for k in range(3, -1, -1):
        totals.insert(0, own[k] + totals[0] @ maps[k])
    return totals


def stacked(maps, own):
    return into_an_array(np.stack(maps), own)


def discounted(maps, own):
    total = np.array(own)
    for k in range(len(maps) - 1, -1, -1):
        total[k] += 0.9 * total[k + 1] @ maps[k]
    return total


def stops_early(maps, own):
    total = np.array(own)
    for k in range(len(maps) - 1, 0, -1):
        total[k] += total[k + 1] @ maps[k]
    return total


def loop_turned(maps, own):
    total = np.array(own)
    for k in range(len(maps)):
        total[k] += total[k + 1] @ maps[k]
    return total


def forward(maps, own):
    totals = [own[0]]
    for J, dh in zip(maps, own[1:], strict=True):
        totals.append(dh + totals[-1] @ J)
    return totals


def added_before(maps, own):
    totals = [own[-1]]
    for J, dh in zip(maps[::-1], own[-2::-1], strict=True):
        totals.append((dh + totals[-1]) @ J)
    return totals[::-1]


def radius(*radii, **settings):
    return Later(lambda: by_radius(**dict(radii=radii, inputs=(1.0,)) | settings))


def renamed(wrong, **fields):
    return Later(lambda: by_radius(radii=(wrong,), inputs=(1.0,))._replace(**fields))


RIGHT = {
    "rnn_step": {
        "as the lesson has it": step(right_back),
        "in float32": in_float32,
        "in loops": in_loops,
        "of the package": of_the_package,
        "a class, and lists for the pairs": Step(),
        "x comes last": step(right_back, lambda W, x, h: np.tanh(np.matmul(h, W) + x)),
        "by columns": step(lambda W, x, h, new, dh: ((dz_of(new, dh).T @ h).T, (W @ dz_of(new, dh).T).T)),
        "the slope in factors": step(
            lambda W, x, h, new, dh: (h.T @ (dh * (1 - new) * (1 + new)), (dh * (1 - new) * (1 + new)) @ W.T)
        ),
    },
    "rnn_shares": {
        "as the lesson has it": walked,
        "into an array": into_an_array,
        "by recursion": by_recursion,
        "by pairs": by_pairs,
        "in a deque": in_a_deque,
        "an iterator": reversed_lazily,
        "in float32": shares_in_float32,
        "lists of numbers": lambda maps, own: into_an_array(maps, own).tolist(),
    },
    "rnn_hold": {
        "two": radius(2.0),
        "a little less": radius(1.97),
        "a little more": radius(2.04),
        "another seed": radius(1.95, seed=1),
        "a whole number": radius(2),
        "more networks": radius(1.98, seeds=7),
        "more steps": radius(1.97, T=120),
        "lists": Later(lambda: by_radius(radii=[1.96], inputs=[1])),
    },
}
WRONG = {
    "rnn_step": {
        "no slope": (gives_dh(lambda W, h, new, dh: dh @ W.T), "slope"),
        "not transposed": (gives_dh(lambda W, h, new, dh: dz_of(new, dh) @ W), "transposed"),
        "no W": (gives_dh(lambda W, h, new, dh: dz_of(new, dh)), "one more factor"),
        "the slope behind W": (gives_dh(lambda W, h, new, dh: (dh @ W.T) * (1 - new**2)), "first"),
        "the old slope": (gives_dh(lambda W, h, new, dh: (dh * (1 - h**2)) @ W.T), "old h"),
        "not squared": (gives_dh(lambda W, h, new, dh: (dh * (1 - new)) @ W.T), "square"),
        "the sign": (gives_dh(lambda W, h, new, dh: -dz_of(new, dh) @ W.T), "sign"),
        "dW without slope": (step(lambda W, x, h, new, dh: (h.T @ dh, dz_of(new, dh) @ W.T)), "use dz"),
        "dW transposed": (gives_dW(lambda x, h, new, dz: dz.T @ h), "transpose"),
        "dW of x": (gives_dW(lambda x, h, new, dz: x.T @ dz), "x, where"),
        "dW of the new h": (gives_dW(lambda x, h, new, dz: new.T @ dz), "new h"),
        "a mean over the samples": (gives_dW(lambda x, h, new, dz: h.T @ dz / len(h)), "mean"),
        "four samples": (gives_dW(lambda x, h, new, dz: 4 * h.T @ dz / len(h)), "1 sample"),
        "dW of the first sample": (gives_dW(lambda x, h, new, dz: np.outer(h[0], dz[0])), "dW["),
        "dW's sign": (gives_dW(lambda x, h, new, dz: -h.T @ dz), "dh is right too. dW has"),
        "changed places": (
            step(lambda W, x, h, new, dh: right_back(W, x, h, new, dh)[::-1]),
            ". dW and dh are both there",
        ),
        "dh alone": (step(lambda W, x, h, new, dh: dz_of(new, dh) @ W.T), "dW and dh"),
        "dx too": (step(lambda W, x, h, new, dh: (*right_back(W, x, h, new, dh), dz_of(new, dh))), "3 things"),
        "by columns": (gives_dh(lambda W, h, new, dh: W.T @ dz_of(new, dh)), "Samples are rows"),
        "no inputs": (step(right_back, lambda W, x, h: np.tanh(h @ W)), "inputs x"),
        "no state": (step(right_back, lambda W, x, h: np.tanh(x)), "old h"),
        "x outside": (step(right_back, lambda W, x, h: x + np.tanh(h @ W)), "inside"),
        "linear": (step(right_back, lambda W, x, h: x + h @ W), "tanh"),
        "W turned": (step(right_back, lambda W, x, h: np.tanh(x + h @ W.T)), "transposed"),
        "x overwritten": (x_in_place, "x, which your function was given, has changed"),
        "dh_new overwritten": (step(back_in_place), "dh_new, which your function was given, has changed"),
        "h_new overwritten": (step(new_in_place), "changed h_new"),
        "in global names": (in_global_names, "global"),
        "dW gathered from call to call": (adds_up(), "should be"),
    },
    "rnn_shares": {
        "reversed": (lambda maps, own: walked(maps, own)[::-1], "in reverse"),
        "the own alone": (lambda maps, own: own, "later times"),
        "the last loss alone": (lambda maps, own: walked(maps, [*(0 * dh for dh in own[:-1]), own[-1]]), "last loss"),
        "transposed": (lambda maps, own: walked([J.T for J in maps], own), "transposed"),
        "one step": (
            lambda maps, own: [*(dh + then @ J for dh, then, J in zip(own, own[1:], maps, strict=False)), own[-1]],
            "whole sum",
        ),
        "the maps in order": (lambda maps, own: walked(maps[::-1], own), "wrong order"),
        "without the own": (
            lambda maps, own: [total - dh for total, dh in zip(walked(maps, own), own, strict=True)],
            "missing",
        ),
        "discounted": (discounted, "at time 5, the last, all is right"),
        "stopped before the first": (stops_early, "from time 2 on all is right. But at time 1 its own loss alone"),
        "nothing at the first": (
            lambda maps, own: [0 * own[0], *walked(maps, own)[1:]] if maps else own,
            "at time 1 there is nothing",
        ),
        "the first two left": (
            lambda maps, own: [*own[:2], *walked(maps, own)[2:]],
            "from time 3 on all is right. But at time 2 its own",
        ),
        "forward": (forward, "you walk forward"),
        "forward, transposed": (lambda maps, own: forward([J.T for J in maps], own), "with transposed maps"),
        "the loop turned": (loop_turned, "own[k + 1] alone"),
        "the own added before the map": (added_before, "before the map"),
        "doubled": (lambda maps, own: [2 * dh for dh in walked(maps, own)], "should be"),
        "of five times": (of_five, "2 times"),
        "never a single time": (stacked, "1 time and 0 maps"),
        "the last left out": (lambda maps, own: walked(maps, own)[:-1], "4 things"),
        "the sum of all": (lambda maps, own: sum(walked(maps, own)), "one array"),
        "numbers": (lambda maps, own: [float(dh.sum()) for dh in walked(maps, own)], "shape"),
        "own overwritten": (own_in_place, "own, which your function was given, has changed"),
        "own emptied": (empties_the_list, "own, which your function was given, has changed"),
        "maps turned round": (turns_the_list, "maps, which your function was given, has changed"),
    },
    "rnn_hold": {
        "the rule": (radius(1.0), "larger"),
        "too small": (radius(1.8), "larger"),
        "too large": (radius(2.5), "smaller"),
        "nothing": (radius(0.0), "nothing arrives"),
        "without inputs": (radius(1.1, inputs=(0.0,)), "inputs=(1.0,)"),
        "with and without": (radius(2.0, inputs=(0.0, 1.0)), "inputs=(1.0,)"),
        "two radii": (radius(1.9, 2.0), "2 radii"),
        "few networks": (radius(2.0, seeds=2), "luck"),
        "few steps": (radius(1.5, T=10), "luck"),
        "few units": (radius(2.0, n=20), "luck"),
        "the radius": (2.0, "not a number"),
        "called 2": (renamed(1.5, radii=(2.0,)), "larger"),
        "its sizes made up": (renamed(1.2, sizes=np.ones((1, 1, 5))), "measured anew"),
        "made by hand": (SimpleNamespace(radii=(2.0,), inputs=(1.0,)), "record itself"),
    },
}
