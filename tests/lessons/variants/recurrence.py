"""What learners hand over in the lesson on recurrent nets and sentences."""

from __future__ import annotations

import math

import numpy as np

from vgrad import ops
from vgrad.lessons.recurrence.check import walked

# --- backpropagation through time -----------------------------------------------------------------------------------


def as_the_lesson_has_it(W, hs, dh):
    dW = 0 * W
    for t in reversed(range(1, len(hs))):
        dz = dh * (1 - hs[t] ** 2)
        dW = dW + hs[t - 1].T @ dz
        dh = dz @ W.T
    return dW, dh


def with_slips(**slips):
    """The lesson's walk with other functions for dz, for the earlier dh, or for a step's part."""

    def through_time(W, hs, dh):
        parts, first = walked(W, hs, dh, **slips)
        return sum(parts, 0 * W), first

    return through_time


def gathered(gather):
    """The lesson's walk, whose parts, the last step first, become ``gather(parts)``."""

    def through_time(W, hs, dh):
        parts, first = walked(W, hs, dh)
        return gather(parts), first

    return through_time


def in_float32(W, hs, dh):
    return as_the_lesson_has_it(*(array.astype(np.float32) for array in (W, hs, dh)))


def adds_in_place(W, hs, dh):
    dW = np.zeros_like(W)
    for new, old in zip(hs[:0:-1], hs[-2::-1], strict=True):
        dz = (1 - new * new) * dh
        dW += np.einsum("ni,nj->ij", old, dz)
        dh = np.matmul(dz, W.T)
    return [dW, dh]


def by_recursion(W, hs, dh):
    if len(hs) == 1:
        return 0 * W, dh
    dz = dh * (1 - hs[-1]) * (1 + hs[-1])
    dW, first = by_recursion(W, hs[:-1], dz @ W.T)
    return dW + hs[-2].T @ dz, first


def in_loops(W, hs, dh):
    dW = [[0.0] * len(W) for _ in W]
    dh = dh.tolist()
    for t in range(len(hs) - 1, 0, -1):
        dz = [[d * (1 - h * h) for d, h in zip(*rows, strict=True)] for rows in zip(dh, hs[t], strict=True)]
        for n, row in enumerate(dz):
            for i, j in np.ndindex(W.shape):
                dW[i][j] += hs[t - 1][n, i] * row[j]
        dh = [[math.fsum(W[i, j] * row[j] for j in range(len(W))) for i in range(len(W))] for row in dz]
    return np.array(dW), np.array(dh)


def of_the_package(W, hs, dh):
    dzs = []
    for new in hs[:0:-1]:
        dzs.append(ops.tanh(np.arctanh(new))[1](dh))
        dh = dzs[-1] @ W.T
    return np.concatenate(hs[-2::-1]).T @ np.concatenate(dzs), dh


def in_columns(W, hs, dh):
    total, column = np.zeros_like(W).T, dh.T
    for t in range(len(hs) - 1, 0, -1):
        dz = column * (1 - hs[t].T ** 2)
        total = total + dz @ hs[t - 1]
        column = W @ dz
    return total.T, column.T


class Walk:
    def __call__(self, weights, states, gradient):
        return as_the_lesson_has_it(weights, states, gradient)


def walked_sum(W, hs, dh):
    return sum(walked(W, hs, dh)[0], 0 * W)


def of_steps(steps):
    """The lesson's walk over other steps, which are ``steps(len(hs))``."""

    def through_time(W, hs, dh):
        dW = 0 * W
        for t in reversed(steps(len(hs))):
            dz = dh * (1 - hs[t] ** 2)
            dW = dW + hs[t - 1].T @ dz
            dh = dz @ W.T
        return dW, dh

    return through_time


def forward(W, hs, dh):
    dW = 0 * W
    for t in range(1, len(hs)):
        dz = dh * (1 - hs[t] ** 2)
        dW = dW + hs[t - 1].T @ dz
        dh = dz @ W.T
    return dW, dh


def dh_first(W, hs, dh):
    dW = 0 * W
    for t in reversed(range(1, len(hs))):
        dz = dh * (1 - hs[t] ** 2)
        dh = dz @ W.T
        dW = dW + hs[t - 1].T @ dh
    return dW, dh


def never_handed_back(W, hs, dh):
    dW = 0 * W
    for t in reversed(range(1, len(hs))):
        dW = dW + hs[t - 1].T @ (dh * (1 - hs[t] ** 2))
    return dW, dh


def always_from_the_last(W, hs, dh):
    dz = dh * (1 - hs[-1] ** 2)
    return hs[-2].T @ dz, dz @ W.T


def of_five_steps(W, hs, dh):
    dW = 0 * W
    for t in (5, 4, 3, 2, 1):
        dz = dh * (1 - hs[t] ** 2)
        dW = dW + hs[t - 1].T @ dz
        dh = dz @ W.T
    return dW, dh


def dh_overwritten(W, hs, dh):
    dh *= 1 - hs[-1] ** 2
    return as_the_lesson_has_it(W, hs, dh)


def states_overwritten(W, hs, dh):
    dW, first = as_the_lesson_has_it(W, hs, dh)
    hs[:] = 0
    return dW, first


def changed_places(W, hs, dh):
    return as_the_lesson_has_it(W, hs, dh)[::-1]


def per_sample(W, hs, dh):
    dW, first = as_the_lesson_has_it(W, hs, dh)
    return dW / len(dh), first


def by_three_samples(W, hs, dh):
    dW, first = as_the_lesson_has_it(W, hs, dh)
    return 3 * dW / len(dh), first


# --- two matrices with the same eigenvalues -------------------------------------------------------------------------

TURN = np.array([[0.6, 0.8], [-0.8, 0.6]])
JUMP = np.array([[0.8, 12], [0, 0.8]])
CALM = [[0.8, 0], [0, 0.8]]

RIGHT = {
    "rnn_bptt": {
        "as the lesson has it": as_the_lesson_has_it,
        "in float32": in_float32,
        "in place": adds_in_place,
        "by recursion": by_recursion,
        "in loops": in_loops,
        "of the package": of_the_package,
        "in columns": in_columns,
        "a class": Walk(),
    },
    "rnn_matrix": {
        "as the lesson has it": [[[0.8, 12], [0, 0.8]], CALM],
        "arrays in a tuple": (JUMP, 0.8 * np.eye(2)),
        "one array": np.array([JUMP, CALM]),
        "below the diagonal": [JUMP.T, CALM],
        "turned": [TURN @ JUMP @ TURN.T, CALM],
        "a negative number beside it": [[[0.8, -19], [0, 0.8]], CALM],
        "barely enough": [[[0.8, 9.9], [0, 0.8]], CALM],
        "a calm one that is not normal": [JUMP, [[0.8, 0.35], [0, 0.8]]],
        "no zero at all": [[[6.8, 6], [-6, -5.2]], CALM],
    },
}
WRONG = {
    "rnn_bptt": {
        "no slope": (with_slips(dz_of=lambda dh, old, new: dh), "slope is missing"),
        "not transposed": (with_slips(back=lambda dz, W: dz @ W), "transposed"),
        "no W": (with_slips(back=lambda dz, W: dz), "one more factor"),
        "the old slope": (with_slips(dz_of=lambda dh, old, new: dh * (1 - old**2)), "old h"),
        "not squared": (with_slips(dz_of=lambda dh, old, new: dh * (1 - new)), "square"),
        "the sign": (with_slips(back=lambda dz, W: -dz @ W.T), "sign"),
        "never handed back": (never_handed_back, "still the gradient at the last state"),
        "one step": (always_from_the_last, "one step only"),
        "forward": (forward, "forwards in time"),
        "without the first step": (of_steps(lambda T: range(2, T)), "dh is the gradient at h_1"),
        "without the last step": (of_steps(lambda T: range(1, T - 1)), "the last step is left out"),
        "with a step 0": (of_steps(range), "one step too far"),
        "beginning with W": (lambda W, hs, dh: (W + walked_sum(W, hs, dh), walked(W, hs, dh)[1]), "Begin with 0 * W"),
        "dW alone": (lambda W, hs, dh: walked_sum(W, hs, dh), "it returns one array"),
        "the first part alone": (gathered(lambda parts: parts[-1]), "overwritten"),
        "the last part alone": (gathered(lambda parts: parts[0]), "every step adds its part"),
        "nothing added": (gathered(lambda parts: 0 * parts[0]), "still 0"),
        "a mean": (gathered(lambda parts: sum(parts) / len(parts)), "mean over the steps"),
        "a mean over the samples": (per_sample, "mean over the samples"),
        "a part without slope": (with_slips(part=lambda old, new, dz, dh: old.T @ dh), "Use dz"),
        "transposed parts": (with_slips(part=lambda old, new, dz, dh: dz.T @ old), "transpose"),
        "parts of the new state": (with_slips(part=lambda old, new, dz, dh: new.T @ dz), "new h"),
        "the sign of the parts": (with_slips(part=lambda old, new, dz, dh: -old.T @ dz), "dh is right"),
        "dh before dW": (dh_first, "after it was handed back"),
        "five steps": (of_five_steps, "1 step"),
        "three samples": (by_three_samples, "it is right for 5 steps. For 1 step and 2 samples"),
        "changed places": (changed_places, "changed places"),
        "dh alone": (lambda W, hs, dh: walked(W, hs, dh)[1], "dW and dh"),
        "dh overwritten": (dh_overwritten, "dh, which your function was given, has changed"),
        "states overwritten": (states_overwritten, "hs, which your function was given, has changed"),
    },
    "rnn_matrix": {
        "dots": ([[[..., ...], [..., ...]], [[..., ...], [..., ...]]], "four numbers"),
        "one dot": ([[[0.8, ...], [0, 0.8]], CALM], "fill in"),
        "changed places": ([CALM, JUMP], "changed places"),
        "other eigenvalues": ([[[0.9, 10], [0, 0.9]], CALM], "both are 0.9"),
        "complex eigenvalues": ([[[0, 40], [-40, 0]], CALM], "not even real"),
        "too small": ([[[0.8, 5], [0, 0.8]], CALM], "one of them should stretch by more than 20"),
        "just below the limit": ([[[0.8, 9.7], [0, 0.8]], CALM], "stretch by 19.87"),
        "never with other eigenvalues": ([JUMP, [[0.1, 0], [0, 0.1]]], "grows is right. But both eigenvalues of never"),
        "never grows too": ([JUMP, [[0.8, 3], [0, 0.8]]], "should not exceed 1"),
        "both grow": ([JUMP, JUMP], "should not exceed 1"),
        "explodes": ([[[2, 0], [0, 2]], CALM], "both are 2"),
        "large at once": ([[[0.8, 25], [0, 0.8]], CALM], "stretches by 25.03 already"),
        "a little too large at once": ([[[0.8, 20], [0, 0.8]], CALM], "stretches by 20.03 already"),
        "never a little too large": ([JUMP, [[0.8, 0.3601], [0, 0.8]]], "stretch by 1.00"),
        "eigenvalues that are nearly right": ([[[0.8001, 12], [0, 0.8001]], CALM], "both are 0.8001"),
        "two other eigenvalues": ([[[0.8, 12], [0, 0.5]], CALM], "they are 0.8 and 0.5"),
        "eigenvalues of another exercise": ([[[0.5, 15], [0, 0.5]], CALM], "both are 0.5"),
        "not finite": ([[[0.8, math.inf], [0, 0.8]], CALM], "not a finite number"),
        "one matrix": (JUMP, "should"),
        "three by three": ([np.eye(3) / 2, CALM], "shape"),
    },
}
