"""The exercises of the lesson on the gates of LSTM and GRU.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.compare import apart, close, find_slip
from ...kit.exercises import Exercises, UntouchedError, differences, expect_function, expect_record
from ...kit.expect import is_missing
from ...kit.experiments.reach import ReachRecord, reach
from ...kit.judging import call, expect_parts, expect_shaped, too_few

STEPS = ("arrives", "dc_before", "dz_f")
STEPS_BACK = 300
AS_GIVEN = ("pytorch", 1.0)  # the default and the bias that the page begins with
THREE = "three arrays, arrives, dc_before and dz_f"


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _draws(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def _case(shape, seed: int, *, dh: float = 1.0, dc: float = 1.0, c: float = 1.0) -> dict:
    """What an LSTM step of this shape hands to its backward pass.   dh, dc, c : what these are multiplied by."""
    z = _draws((4, *shape), seed)
    old, above, late = _draws((3, *shape), seed + 1)
    i, f, o = (_sigmoid(z[k]) for k in (0, 1, 3))
    return dict(i=i, f=f, g=np.tanh(z[2]), o=o, c=c * old, dh=dh * above, dc=dc * late)


def _lstm_steps(function) -> str | None:
    backward = expect_function(function, ", backward")
    cases = {
        "": _case((2, 3), 0),
        "5 samples of 2 units": _case((5, 2), 2),
        "an old c of 0, as at the first step": _case((2, 3), 4, c=0.0),
        "a dc of 0, as at the last step": _case((2, 3), 6, dc=0.0),
        "a dh of 0": _case((2, 3), 8, dh=0.0),
        "1 sample of 1 unit": _case((1, 1), 10),
    }
    for what, case in cases.items():
        why = _why_lstm(backward, case)
        if why:
            return f"it is right in one example. In another, with {what}, {why}" if what else why
    return None


def _why_lstm(backward, case: dict) -> str | None:
    """The first of the three steps that is missing or wrong, and what is right before it."""
    given = expect_parts(call(backward, **case), 3, THREE)
    right = _differences(**case)
    if _moved(given, right):
        return f"all three are made as they should be. But they stand in another order than {', '.join(STEPS)}"
    fine = ("", "step 1 is right. ", "steps 1 and 2 are right. ")
    for k, (part, name, slips) in enumerate(zip(given, STEPS, _slips(**case), strict=True)):
        if is_missing(part):
            return f"{fine[k]}{'Step' if k else 'step'} {k + 1} is still missing, which is {name}"
        array = expect_shaped(part, name, case["c"].shape)
        if not close(array, right[k]):
            why = find_slip(array, slips) or apart(name, array, right[k])
            return f"{fine[k]}{'In' if k else 'in'} step {k + 1}, {why}"
    return None


def _moved(given, right) -> bool:
    """Whether the three right arrays are given in another order."""
    places = [[k for k in range(3) if np.shape(part) == right[k].shape and _is_close(part, right[k])] for part in given]
    first = [min(place, default=-1) for place in places]
    return sorted(first) == [0, 1, 2] and first != [0, 1, 2]


def _is_close(part, right) -> bool:
    try:
        return close(np.asarray(part, float), right)
    except (TypeError, ValueError):
        return False


def _differences(i, f, g, o, c, dh, dc):
    """Σ dh · h' + dc · c' by differences: by c' alone, by the old c, and by z_f."""

    def loss(new):
        return (dh * o * np.tanh(new) + dc * new).sum()

    z_f = np.log(f / (1 - f))
    return [
        differences(loss, f * c + i * g),
        differences(lambda c: loss(f * c + i * g), c),
        differences(lambda z: loss(_sigmoid(z) * c + i * g), z_f),
    ]


def _slips(i, f, g, o, c, dh, dc) -> list[dict]:
    """Of each step what people often write, and what there is to say to it."""
    new = f * c + i * g
    shown = np.tanh(new)
    back = dh * o * (1 - shown**2)
    arrives = dc + back
    slope = f * (1 - f)
    first = {
        "dc is there. But h' is made of c' too, so dh also sends something to c'": dc,
        "what dh sends to c' is right. But dc, which comes from the next step, is missing": back,
        "both parts are there. But what comes from dh also passes tanh, so its slope 1 - tanh² is missing": dc + dh * o,
        "both parts are there. But o multiplies tanh c' in h', so o is missing in what comes from dh": (
            dc + dh * (1 - shown**2)
        ),
        "both parts are there. But the slope of tanh belongs at the new c', and you took it at the old c": (
            dc + dh * o * (1 - np.tanh(c) ** 2)
        ),
        "both parts are there. But 1 - c'² is not the slope of tanh, which is 1 - tanh² c'": dc + dh * o * (1 - new**2),
        "both parts are there. But dh passes o and the slope of tanh, and you took h' itself": dc + dh * o * shown,
        "both parts are there. But dh passes o and the slope of tanh on its way to c', and you add it alone": dc + dh,
        "both parts are there. But the slope of tanh is 1 - tanh², and here its square is missing": (
            dc + dh * o * (1 - shown)
        ),
        "both parts are there. But dc arrives at c' itself, so it does not pass tanh": (dc + dh * o) * (1 - shown**2),
        "both parts are there. But o multiplies tanh c', whose slope is 1 - tanh², and you took the slope of o": (
            dc + dh * o * (1 - o)
        ),
        "both parts are there. But they are two ways to c', so add them": dc * back,
        "both parts are there. But they have to be added, and you subtract one from the other": dc - back,
        "the size is right. But the sign is turned": -arrives,
    }
    second = {
        "all that arrives at c' is handed on. But c' = f c + i g, so f has to multiply it": arrives,
        "one gate multiplies it. But the old c is multiplied by f, and you took i": arrives * i,
        "one gate multiplies it. But the old c is multiplied by f, and you took o": arrives * o,
        "a gate multiplies it. But the old c is multiplied by f, and you took 1 - f": arrives * (1 - f),
        "what arrives is right. But the derivative of f c with respect to c is f, and you took c": arrives * c,
        "f multiplies it. But i g does not depend on the old c, so it adds nothing": arrives * f + i * g,
        "f multiplies dc. But not only dc arrives at c', so use the result of step 1": dc * f,
        "f multiplies it. But the factor is f itself, and here stands the slope of its sigmoid": arrives * slope,
        "f multiplies it. But the derivative of f c with respect to c is f, so c is no factor": arrives * f * c,
        "f multiplies it. But f multiplies it once only": arrives * f**2,
        "the size is right. But the sign is turned": -arrives * f,
    }
    third = {
        "that is the gradient of f. But f = σ(z_f), so the slope f (1 - f) is missing": arrives * c,
        "the slope is there. But f multiplies the old c in c' = f c + i g, so c is missing": arrives * slope,
        "the slope is there. But f multiplies the old c, and you took the new c'": arrives * new * slope,
        "the slope is there. But f multiplies the old c, and you took g": arrives * g * slope,
        "the slope is there. But not only dc arrives at c', so use the result of step 1": dc * c * slope,
        "the slope is there. But use the result of step 1, which has not passed f yet": arrives * f * c * slope,
        "c is there. But the slope of a sigmoid has two factors, f and 1 - f, and you took f alone": arrives * c * f,
        "c is there. But the slope of a sigmoid has two factors, f and 1 - f, and you took 1 - f alone": (
            arrives * c * (1 - f)
        ),
        "c is there. But the slope belongs to f, and you took that of i": arrives * c * i * (1 - i),
        "all factors are there. But put brackets around 1 - f, because f is taken from the whole product": (
            arrives * c * f - f
        ),
        "c is there. But 1 - f² is the slope of tanh, and f is a sigmoid": arrives * c * (1 - f**2),
        "c is there. But f is already σ(z_f), so its slope is f (1 - f)": (
            arrives * c * _sigmoid(f) * (1 - _sigmoid(f))
        ),
        "the size is right. But the sign is turned": -arrives * c * slope,
    }
    return [{why: wrong for why, wrong in slips.items() if np.any(wrong)} for slips in (first, second, third)]


def _keep_far(record) -> str | None:
    expect_record(record, "the whole record that reach returns, not a number of it", "sizes", "mode", "sigma")
    if not isinstance(record, ReachRecord):
        return "hand over the record itself, as reach has returned it"
    if record.cell != "gru":
        return f"the record is complete. But it is of {record.cell!r}, and a GRU is asked for, so take 'gru'"
    if record.T != STEPS_BACK:
        return f"the cell is well chosen. But the gradient goes back over {record.T} steps, so take T={STEPS_BACK}"
    few = too_few(networks=(record.seeds, 10), units=(record.width, 16))
    if few:
        return f"the cell is well chosen. But {few}"
    if not 0.5 <= record.sigma <= 2:
        return f"the cell is well chosen. But its inputs are unusual, with sigma={record.sigma:g}, so take sigma=1"
    kept = _kept(record)
    if kept < 0.9:
        few = f"{kept:.0%} of the networks keep their gradient within a factor of ten, and nine of ten should"
        hint = f"{few}. The median of the networks keeps {record.ratio:.1e}. So open the gate further"
        if (record.default, record.bias) == AS_GIVEN:
            raise UntouchedError(hint)
        return hint
    return _measured_anew(record) or _wider_than_needed(record) or _other_default(record)


def _wider_than_needed(record) -> str | None:
    """The bias must be a whole number, and with one less, too few networks hold their gradient."""
    if record.bias != round(record.bias):
        return f"the gradient holds. But {record.bias:g} is no whole number, and the smallest whole bias is asked for"
    if _kept(_again(record, bias=record.bias - 1)) < 0.9:
        return None
    return (
        f"the gradient holds. But it also holds with an update bias of {record.bias - 1:g}, and a gate that is "
        "less open lets in more new content. So find the smallest whole bias"
    )


def _other_default(record) -> str | None:
    if record.default == AS_GIVEN[0]:
        return None
    return (
        f"the gradient holds, and with 1 less it does not. But these networks have no small biases of PyTorch's, "
        f"because default={record.default!r}. The page asks for them, so take default={AS_GIVEN[0]!r}"
    )


def _kept(record) -> float:
    return float(np.mean((record.sizes[:, 0] > 0.1) & (record.sizes[:, 0] < 10)))


def _again(record, bias: float) -> ReachRecord:
    """The same experiment with this bias."""
    settings = dict(mode=record.mode, T=record.T, width=record.width, sigma=record.sigma, default=record.default)
    return reach(record.cell, bias=bias, batch=record.batch, **settings)


def _measured_anew(record) -> str | None:
    """Other networks of the same settings differ by much less than a decade; those of another bias by more."""
    again = _again(record, record.bias)
    fits = record.sizes.shape == (record.seeds, record.T + 1)
    if fits and abs(np.log10(record.ratio / again.ratio)) < 0.5:
        return None
    return (
        f"its sizes keep the gradient. But they do not belong to bias={record.bias:g} and its other settings, because "
        f"networks that are measured anew keep {again.ratio:.1e}. Run reach again, and hand over what it returns"
    )


EXERCISES = {
    "lstm_steps": (
        _lstm_steps,
        "difference quotients find the same three, so you have written how an LSTM hands c back",
    ),
    "keep_far": (
        _keep_far,
        "nine of ten networks keep their gradient within a factor of ten over 300 steps, and with 1 less they do not",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
