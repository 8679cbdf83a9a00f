"""The exercises of the lesson on recurrent nets and sentences.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    differences,
    expect_function,
    expect_pullback,
    expect_record,
    is_missing,
    quotient_says,
    refuse_slips,
    slip,
)


def _step(function) -> str | None:
    rng = np.random.default_rng(0)
    W = 0.7 * rng.standard_normal((3, 3))
    x, h, dh = rng.standard_normal((3, 4, 3))
    result = function(W.copy(), x.copy(), h.copy())
    which = "h_new and the function pullback"
    pullback = expect_pullback(result, which, np.tanh(x + h @ W), "tanh(x + h @ W)")
    try:
        grads = pullback(dh.copy())
    except ValueError as problem:
        if "matmul" not in str(problem):
            raise
        return "in pullback two shapes do not fit: samples are rows, so that dz comes before W's transpose, dz @ W.T"
    if not (isinstance(grads, tuple) and len(grads) == 2):
        return "pullback(dh_new) should return two things, dW and dh"
    dW, dh_old = grads
    if (np.shape(dW), np.shape(dh_old)) == (h.shape, W.shape):
        return "dW and dh have changed places: dW comes first"
    return _compare("dh", dh_old, h, _back(W, x, h, dh)) or _compare("dW", dW, W, _weights(W, x, h, dh))


def _back(W, x, h, dh):
    """The right dh, by difference quotients, and slips by their hints."""
    slope = 1 - np.tanh(x + h @ W) ** 2
    before = 1 - h**2
    return differences(lambda h: (dh * np.tanh(x + h @ W)).sum(), h), {
        "the slope is missing: what comes from above meets the tanh first": dh @ W.T,
        "W has to be transposed on the way back": (dh * slope) @ W,
        "W is missing: from z back to h it is one more factor": dh * slope,
        "the slope is taken after W; going back, the tanh comes first": (dh @ W.T) * slope,
        "the slope is that of the old h; take it at the z of this step, 1 - h_new²": (dh * before) @ W.T,
        "tanh's slope is 1 - h_new², the square of it": (dh * (1 - np.tanh(x + h @ W))) @ W.T,
    }


def _weights(W, x, h, dh):
    """The same of dW."""
    slope = 1 - np.tanh(x + h @ W) ** 2
    return differences(lambda W: (dh * np.tanh(x + h @ W)).sum(), W), {
        "dW has no slope in it yet: use dz, as for dh": h.T @ dh,
        "dW is the transpose of the right one: h.T @ dz": (dh * slope).T @ h,
        "dW uses x where the old h belongs, which is what W multiplied": x.T @ (dh * slope),
        "dW uses the new h where the old one belongs": np.tanh(x + h @ W).T @ (dh * slope),
    }


def _compare(name: str, given, like, expected) -> str | None:
    right, slips = expected
    if is_missing(given) or np.shape(given) != like.shape:
        return f"{name} has shape {np.shape(given)}, and should have {like.shape}"
    given = np.asarray(given, float)
    if np.allclose(given, right, rtol=1e-6):
        return None
    return slip(given, slips, rtol=1e-6) or quotient_says(f"{name}[0, 0] is", given[0, 0], right[0, 0])


def _shares(function) -> str | None:
    shares = expect_function(function)
    rng = np.random.default_rng(1)
    maps = 0.8 * rng.standard_normal((4, 3, 3))
    own = rng.standard_normal((5, 3))
    total = shares([*maps], [*own])
    if is_missing(total) or np.shape(total) != own.shape:
        return f"return dL/dh at each time, {len(own)} of them, each of {own.shape[1]} numbers, the first time first"
    total = np.asarray(total, float)
    right = _totals(maps, own)
    if np.allclose(total, right):
        return None
    refuse_slips(total, _share_slips(maps, own, right))
    k = max(k for k in range(5) if not np.allclose(total[k], right[k]))
    return f"at time {k + 1} the first number is {total[k][0]:.4f}, and should be {right[k][0]:.4f}"


def _share_slips(maps, own, right):
    return {
        "in reverse: the first time should come first": right[::-1],
        "each loss's own gradient is there, and nothing of what comes from later": own,
        "that is what the last loss alone sends back; at each time its own is added": _totals(
            maps, np.where(np.arange(5)[:, None] == 4, own, 0)
        ),
        "transposed: a row dh' goes back as dh' @ J": _totals(maps.transpose(0, 2, 1), own),
        "only the next loss is counted; hand the whole sum on, not own[k + 1]": np.array(
            [own[k] + (own[k + 1] @ maps[k] if k < 4 else 0) for k in range(5)]
        ),
    }


def _totals(maps, own):
    totals = [own[-1]]
    for J, dh in zip(maps[::-1], own[-2::-1], strict=True):
        totals.append(dh + totals[-1] @ J)
    return np.array(totals[::-1])


def _hold(record) -> str | None:
    expect_record(record, "the record that by_radius returns, not a number of it", "radii")
    if record.inputs != (1.0,) or len(record.radii) != 1:
        return "one radius and inputs=(1.0,) are asked for"
    if record.n < 100 or record.T < 100 or record.sizes.shape[-1] < 5:
        return "take 100 units, 100 steps and 5 networks at least; fewer are a matter of luck"
    size = float(np.median(record.sizes))
    radius = record.radii[0]
    if 0.1 < size < 10:
        return None
    if not size > 0:
        return f"at ρ = {radius:g} nothing arrives at all; take a larger one"
    way, other = ("loses", "larger") if size < 1 else ("gains", "smaller")
    return f"at ρ = {radius:g} the gradient {way} {abs(np.log10(size)):.1f} decades; take a {other} one"


EXERCISES = {
    "rnn_step": (_step, "h meets W on the way up, and Wᵀ on the way down, after the slope at this step's z"),
    "rnn_shares": (_shares, "each time adds its own loss's gradient to what comes from all later ones"),
    "rnn_hold": (_hold, "the slopes of tanh take away what W_h adds, and ρ has to be about 2 for that"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
