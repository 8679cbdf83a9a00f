"""The exercises of the lesson on the gates of LSTM and GRU.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    differences,
    expect_answer,
    expect_like,
    expect_record,
    is_missing,
    quotient_says,
    slip,
)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _step(z, c):
    """i, f, g, o, c', tanh c' of one LSTM step, from z = (z_i, z_f, z_g, z_o)."""
    i, f, o = (_sigmoid(z[k]) for k in (0, 1, 3))
    g = np.tanh(z[2])
    new = f * c + i * g
    return i, f, g, o, new, np.tanh(new)


def _lstm_pullback(function) -> str | None:
    z = _draws((4, 2, 3))
    c, dh, dc = _draws((3, 2, 3), seed=1)
    given = function(tuple(z.copy()), c.copy(), dh.copy(), dc.copy())
    expect_answer(given, "; it should return dz_i, dz_f, dz_g, dz_o and dc_before")
    if not isinstance(given, (tuple, list)) or len(given) != 5:
        return "return five arrays: dz_i, dz_f, dz_g, dz_o and dc_before"
    names = ("dz_i", "dz_f", "dz_g", "dz_o", "dc_before")
    for name, part in zip(names, given, strict=True):
        if is_missing(part):
            return f"{name} is not there yet"
        if np.shape(part) != c.shape:
            return f"{name} has shape {np.shape(part)}; it is one number a unit, {c.shape}"
    right = _differences(z, c, dh, dc)
    wrong = [k for k in range(5) if not np.allclose(given[k], right[k], rtol=1e-5, atol=1e-7)]
    return _why(wrong, names, given, right, _slips(z, c, dh, dc)) if wrong else None


def _draws(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def _differences(z, c, dh, dc):
    """The five derivatives of Σ dh · h' + dc · c', by differences."""

    def loss(z, c):
        *_, o, new, squashed = _step(z, c)
        return (dh * o * squashed + dc * new).sum()

    return [*differences(lambda z: loss(z, c), z), differences(lambda c: loss(z, c), c)]


def _slips(z, c, dh, dc):
    i, f, g, o, new, squashed = _step(z, c)
    through = dc + dh * o * (1 - squashed**2)
    return {
        "dc is not all that arrives at c': h' = o tanh c' depends on it too": [
            dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * squashed * o * (1 - o), dc * f,
        ],
        "what comes to c' by h' is dh · o · tanh'(c'), and tanh' is 1 - tanh²": [
            (dc + dh * o) * part for part in (g * i * (1 - i), c * f * (1 - f), i * (1 - g**2), 0 * f, f)
        ],
        "g's slope is tanh's, 1 - g²; g (1 - g) is that of a sigmoid": [
            0 * f, 0 * f, through * i * g * (1 - g), 0 * f, 0 * f,
        ],
        "f multiplies the old c, so that df is made with c, not with c'": [
            0 * f, through * new * f * (1 - f), 0 * f, 0 * f, 0 * f,
        ],
        "the gates' own slopes are missing: σ' is i (1 - i), and tanh' is 1 - g²": [
            through * g, through * c, through * i, dh * squashed, through * f,
        ],
    }  # fmt: skip


def _why(wrong, names, given, right, slips) -> str:
    """The frequent slips, known by their own numbers; else the first that is wrong."""
    for why, parts in slips.items():
        if any(np.allclose(given[k], parts[k], rtol=1e-5, atol=1e-9) for k in wrong if np.any(parts[k])):
            return why
    k = wrong[0]
    if wrong[:2] == [0, 1] and np.allclose(given[1], right[0], rtol=1e-5):
        return "dz_i and dz_f have changed places"
    fine = ", ".join(names[k] for k in range(5) if k not in wrong) or "none"
    told = quotient_says(f"{names[k]} begins with", np.ravel(given[k])[0], np.ravel(right[k])[0])
    return f"{told}; right are so far: {fine}"


def _gru_update(function) -> str | None:
    z = _draws((2, 3))
    n = np.tanh(_draws((2, 3), 1))
    h = np.tanh(_draws((2, 3), 2))
    dh = _draws((2, 3), 3)
    u = _sigmoid(z)
    dz = expect_like(function(u, n, h, dh), "it", "dz_u", "u", u)
    right = differences(lambda z: (dh * (n + _sigmoid(z) * (h - n))).sum(), z)
    slips = {
        "the sign: a larger u takes more of h and less of n": (n - h) * dh * u * (1 - u),
        "that is the derivative by u; z_u has a sigmoid in between, whose slope is u (1 - u)": (h - n) * dh,
        "u multiplies h, and 1 - u multiplies n: both depend on u": h * dh * u * (1 - u),
        "where is dh, which comes from the later steps?": (h - n) * u * (1 - u),
    }
    if np.allclose(dz, right, rtol=1e-6, atol=1e-9):
        return None
    told = quotient_says("dz_u begins with", dz.flat[0], right.flat[0])
    return slip(dz, slips, rtol=1e-6, atol=1e-9) or told


def _keep_hundred(record) -> str | None:
    expect_record(record, "the whole record that reach returns, not a number of it", "sizes", "mode", "sigma")
    if record.cell not in ("lstm", "gru"):
        return f"a cell with a gate is asked for; yours is {record.cell!r}"
    if record.mode == "chrono":
        return "chrono draws its biases for you; choose one yourself, with mode='alone' or 'paired'"
    if record.T < 100:
        return f"a hundred steps are asked for, yours are {record.T}"
    if record.seeds < 10 or record.width < 16 or record.sigma < 0.5:
        return "few networks, units or small inputs are a matter of luck; take 10 networks, 16 units and sigma=1"
    kept = np.mean((record.sizes[:, 0] > 0.1) & (record.sizes[:, 0] < 10))
    if kept >= 0.9:
        return None
    few = f"{kept:.0%} of the networks keep between a tenth and ten times"
    if record.cell == "lstm" and record.mode == "alone" and record.ratio > 0.1:
        return f"{few}: some grow, some do not, by paths through the gates; mode='paired' closes them"
    return f"{few}, and the median keeps {record.ratio:.1e}: {'a little less' if record.ratio > 1 else 'open the gate'}"


EXERCISES = {
    "lstm_pullback": (_lstm_pullback, "all five as difference quotients have them: this is the LSTM's way back"),
    "gru_update": (
        _gru_update,
        "(h - n) · dh · u (1 - u): no difference between h and n, nothing to learn for the gate",
    ),
    "keep_hundred": (_keep_hundred, "in nine of ten networks a hundred steps keep the gradient within ten times"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
solution = _exercises.solution
