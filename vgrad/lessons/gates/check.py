"""The exercises of the lesson on the gates of LSTM and GRU.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.compare import apart, close, find_slip
from ...kit.exercises import Exercises, differences, expect_function, expect_record
from ...kit.experiments.reach import ReachRecord, reach
from ...kit.judging import call, expect_parts, expect_shaped, named, sentence, too_few

NAMES = ["dz_i", "dz_f", "dz_g", "dz_o", "dc_before"]
FIVE = "five arrays, dz_i, dz_f, dz_g, dz_o and dc_before"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _step(z, c):
    """i, f, g, o, c', tanh c' of one LSTM step, from z = (z_i, z_f, z_g, z_o)."""
    i, f, o = (_sigmoid(z[k]) for k in (0, 1, 3))
    g = np.tanh(z[2])
    new = f * c + i * g
    return i, f, g, o, new, np.tanh(new)


def _draws(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def _lstm_pullback(function) -> str | None:
    backward = expect_function(function, ", backward")
    z, (c, dh, dc) = _draws((4, 2, 3)), _draws((3, 2, 3), seed=1)
    wide, (first, late, above) = _draws((4, 5, 2), seed=2), _draws((3, 5, 2), seed=3)
    cases = {
        "": (z, c, dh, dc),
        "5 samples of 2 units": (2 * wide, first, late, above),
        "an old c of 0, as at the first step": (z, 0 * c, dh, dc),
        "nothing that arrives at c', as at the last step": (z, c, dh, 0 * dc),
        "nothing that arrives at h'": (z, c, 0 * dh, dc),
        "one sample of one unit": (z[:, :1, :1], c[:1, :1], dh[:1, :1], dc[:1, :1]),
    }
    for what, case in cases.items():
        why = _why_lstm(backward, *case)
        if why:
            return f"it is right in one example. In another, with {what}, {why}" if what else why
    return None


def _why_lstm(backward, z, c, dh, dc) -> str | None:
    given = call(backward, z=tuple(z), c=c, dh=dh, dc=dc)
    if isinstance(given, (tuple, list)) and len(given) == 2 and np.ndim(given[1]) == 2:
        given = [*expect_parts(given[0], 4, FIVE), given[1]]
    given = [expect_shaped(part, name, c.shape) for name, part in zip(NAMES, expect_parts(given, 5, FIVE), strict=True)]
    right = _differences(z, c, dh, dc)
    wrong = [k for k in range(5) if not close(given[k], right[k])]
    return _why(wrong, given, right, _slips(z, c, dh, dc)) if wrong else None


def _differences(z, c, dh, dc):
    """The five derivatives of Σ dh · h' + dc · c', by differences."""

    def loss(z, c):
        *_, o, new, squashed = _step(z, c)
        return (dh * o * squashed + dc * new).sum()

    return [*differences(lambda z: loss(z, c), z), differences(lambda c: loss(z, c), c)]


def _slips(z, c, dh, dc):
    i, f, g, o, new, squashed = _step(z, c)
    through = dc + dh * o * (1 - squashed**2)
    at_old = dc + dh * o * (1 - np.tanh(c) ** 2)
    at_new = dc + dh * o * (1 - new**2)
    parts = g * i * (1 - i), c * f * (1 - f), i * (1 - g**2), 0 * f, f
    plain = through * g * i * (1 - i), through * c * f * (1 - f), through * i * (1 - g**2)
    return {
        "dc is not all that arrives at c': h' = o tanh c' depends on it too": [
            dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * squashed * o * (1 - o), dc * f,
        ],
        "h' sends something to c', but what dc brings from the next step is missing": [
            (through - dc) * part for part in parts
        ],
        "what comes to c' by h' is dh · o · tanh'(c'), and tanh' is 1 - tanh²": [
            (dc + dh * o) * part for part in parts
        ],
        "what comes to c' by h' is multiplied by o, and o is missing": [
            (dc + dh * (1 - squashed**2)) * part for part in parts
        ],
        "what comes to c' by h' has a slope of tanh in it. But that slope is at the old c, and tanh saw c'": [
            at_old * part for part in parts
        ],
        "what comes to c' by h' has a slope in it. But 1 - c'² lacks the tanh, since tanh' is 1 - tanh²": [
            at_new * part for part in parts
        ],
        "its slope is right. But i was multiplied by g on the way forward, and you have taken c": [
            through * c * i * (1 - i), 0 * f, 0 * f, 0 * f, 0 * f,
        ],
        "its slope is right. But f was multiplied by the old c on the way forward, and you have taken g": [
            0 * f, through * g * f * (1 - f), 0 * f, 0 * f, 0 * f,
        ],
        "its slope is right. But g was multiplied by i on the way forward, and you have taken f": [
            0 * f, 0 * f, through * f * (1 - g**2), 0 * f, 0 * f,
        ],
        "its slope is right. But g was multiplied by i on the way forward, and you have taken o": [
            0 * f, 0 * f, through * o * (1 - g**2), 0 * f, 0 * f,
        ],
        "its slope is right. But o makes h' alone, so that it hears of dh, and not of all that arrives at c'": [
            0 * f, 0 * f, 0 * f, through * squashed * o * (1 - o), 0 * f,
        ],
        "its slope is right. But o makes h', so that what arrives at it is dh, and dc arrives at c'": [
            0 * f, 0 * f, 0 * f, dc * squashed * o * (1 - o), 0 * f,
        ],
        "g's slope is tanh's, 1 - g²; g (1 - g) is that of a sigmoid": [
            0 * f, 0 * f, through * i * g * (1 - g), 0 * f, 0 * f,
        ],
        "f multiplies the old c, so that df is made with c, not with c'": [
            0 * f, through * new * f * (1 - f), 0 * f, 0 * f, 0 * f,
        ],
        "o multiplies tanh c', so that do is made with it, not with c'": [
            0 * f, 0 * f, 0 * f, dh * new * o * (1 - o), 0 * f,
        ],
        "along the highway, what arrives at c' is multiplied by f, the gate that keeps": [
            0 * f, 0 * f, 0 * f, 0 * f, through,
        ],
        "the highway goes through f, and you have taken i": [0 * f, 0 * f, 0 * f, 0 * f, through * i],
        "the gates' own slopes are missing: σ' is i (1 - i), and tanh' is 1 - g²": [
            through * g, through * c, through * i, dh * squashed, through * f,
        ],
        "the sign is turned": [-part for part in (*plain, dh * squashed * o * (1 - o), through * f)],
    }  # fmt: skip


def _why(wrong, given, right, slips) -> str:
    """The frequent slips, known by their own numbers; else the first that is wrong."""
    fine = [NAMES[k] for k in range(5) if k not in wrong]
    places = [next((NAMES[k] for k in range(5) if close(part, right[k])), None) for part in given]
    if sorted(map(str, places)) == sorted(NAMES):
        moved = named([NAMES[k] for k in wrong])
        return f"all five are made as they should be. But {moved} do not stand in the order that is asked for"
    begin = f"{named(fine)} {'is' if len(fine) == 1 else 'are'} right" if fine else "all five are there"
    k = wrong[0]
    hint = find_slip(given[k], {why: parts[k] for why, parts in slips.items() if np.any(parts[k])})
    if hint:
        return f"{begin}. Now {NAMES[k]}: {hint}"
    return f"{begin}. But {apart(NAMES[k], given[k], right[k])}"


def _gru_update(function) -> str | None:
    update_gate = expect_function(function, ", update_gate")
    for shape, scale, what in (((2, 3), 1.0, ""), ((1, 4), 3.0, "1 sample"), ((5, 1), 0.3, "5 samples of 1 unit")):
        z, n, h, dh = _draws((4, *shape), seed=shape[0])
        for cotangent in (dh, 0 * dh):
            why = _why_gru(update_gate, scale * z, np.tanh(n), np.tanh(h), cotangent)
            if why:
                return f"it is right in one example. In another, with {what}, {why}" if what else why
    return None


def _why_gru(update_gate, z, n, h, dh) -> str | None:
    u = _sigmoid(z)
    dz = expect_shaped(call(update_gate, u=u, n=n, h=h, dh=dh), "dz_u", u.shape)
    right = differences(lambda z: (dh * (n + _sigmoid(z) * (h - n))).sum(), z)
    if close(dz, right):
        return None
    slips = {
        "all factors are there. But the sign is turned: a larger u takes more of h and less of n": -right,
        "that is the derivative by u. But z_u has a sigmoid in between, whose slope is missing": (h - n) * dh,
        "u multiplies h, as you have it. But 1 - u multiplies n, so that both depend on u": h * dh * u * (1 - u),
        "1 - u multiplies n, as you have it. But u multiplies h, so that both depend on u": -n * dh * u * (1 - u),
        "the derivative is right. But where is dh, which comes from the later steps?": (h - n) * u * (1 - u),
        "u (1 - u) is the slope of a sigmoid, and u is one already, so its slope is not that of σ(u)": (
            (h - n) * dh * _sigmoid(u) * (1 - _sigmoid(u))
        ),
        "the derivative by u is right. But the slope of a sigmoid has two factors, and u is only one of them": (
            (h - n) * dh * u
        ),
        "the derivative by u is right. But the slope of a sigmoid has two factors, and 1 - u is only one of them": (
            (h - n) * dh * (1 - u)
        ),
        "the derivative is right. But 1 - u² is the slope of a tanh, and u is a sigmoid": (h - n) * dh * (1 - u**2),
        "h and n are to be taken from each other, since a larger u takes more of one and less of the other": (
            (h + n) * dh * u * (1 - u)
        ),
    }
    return find_slip(dz, slips) or sentence(apart("dz_u", dz, right))


def _keep_hundred(record) -> str | None:
    expect_record(record, "the whole record that reach returns, not a number of it", "sizes", "mode", "sigma")
    if not isinstance(record, ReachRecord):
        return "hand over the record itself, as reach has returned it"
    if record.cell not in ("lstm", "gru"):
        return f"a cell with a gate is asked for, and yours is {record.cell!r}; take 'lstm' or 'gru'"
    if record.mode == "chrono":
        return "chrono draws its biases for you. Choose one yourself, with mode='alone' or 'paired'"
    if record.T < 100:
        return f"the cell is well chosen. But a hundred steps are asked for, and yours are {record.T}"
    few = too_few(networks=(record.seeds, 10), units=(record.width, 16))
    if few:
        return f"the cell is well chosen. But {few}"
    if not 0.5 <= record.sigma <= 2:
        return f"the cell is well chosen. But its inputs are unusual, with sigma={record.sigma:g}; take sigma=1"
    kept = _kept(record)
    if kept >= 0.9:
        return _measured_anew(record)
    few = f"{kept:.0%} of the networks keep between a tenth and ten times, and nine of ten should"
    if record.cell == "lstm" and record.mode == "alone" and record.ratio > 0.1:
        return f"{few}. Some grow, and some do not, by paths through the gates; mode='paired' closes them"
    return f"{few}. The median keeps {record.ratio:.1e}: {'a little less' if record.ratio > 1 else 'open the gate'}"


def _kept(record) -> float:
    return float(np.mean((record.sizes[:, 0] > 0.1) & (record.sizes[:, 0] < 10)))


def _measured_anew(record) -> str | None:
    """Other networks of the same settings differ by much less than a decade; those of another bias by more."""
    settings = dict(bias=record.bias, mode=record.mode, T=record.T, width=record.width, sigma=record.sigma)
    again = reach(record.cell, batch=record.batch, **settings)
    fits = record.sizes.shape == (record.seeds, record.T + 1)
    if fits and abs(np.log10(record.ratio / again.ratio)) < 0.5:
        return None
    return (
        f"its sizes keep the gradient. But they are not those of bias={record.bias:g} and its other settings, for when "
        f"they are measured anew, the median keeps "
        f"{again.ratio:.1e}. Run reach again, and hand over what it returns"
    )


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
