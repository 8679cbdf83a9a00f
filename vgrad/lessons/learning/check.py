"""The exercises of the lesson on training an MLP.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import (
    Exercises,
    Lent,
    NotYetError,
    agrees,
    apart,
    expect_array,
    expect_function,
    expect_record,
    expect_two,
    is_missing,
    slip,
)
from ...kit.judging import expect_parts

BETAS = 0.9, 0.999
FLOOR = 1e-8
TRIALS = (  # shape, rate, number of the step, and size of the gradient
    ((4, 3), 0.25, 3, 1.0),
    ((2, 5), 0.5, 1, 1e-3),
    ((6,), 0.003, 40, 1e-5),
)


def _adam_step(function) -> str | None:
    step = expect_function(function, ", step, without calling it")
    for k, (shape, rate, t, size) in enumerate(TRIALS):
        dW, m, s = size * np.random.default_rng(k).standard_normal((3, *shape))
        s = size * np.abs(s)
        m, s = (0 * m, 0 * s) if t == 1 else (m, size * s)
        given = _three(Lent(dW=dW, m=m, s=s, t=t, rate=rate).to(step))
        for name, array in zip(("ΔW", "m", "s"), given, strict=True):
            if array.shape != dW.shape:
                return f"{name} has the shape of dW, {dW.shape}, and yours has {array.shape}"
        why = _compare(dW, m, s, t, rate, given)
        if why and k:
            return f"another step is right; at t = {t}, rate {rate:g} and gradients near {size:g}, {why}"
        if why:
            return why
    return None


def _three(given) -> list:
    """ΔW, m and s as arrays; NotYetError says what is missing."""
    given = expect_parts(given, 3, "three things, ΔW, m and s, in this order")
    if all(is_missing(each) for each in given):
        raise NotYetError("the dots are still there: m, s and ΔW need a line each")
    return [expect_array(each, name) for each, name in zip(given, ("ΔW", "m", "s"), strict=True)]


def _compare(dW, m, s, t: int, rate: float, given) -> str | None:
    own = [beta * old + (1 - beta) * new for beta, old, new in zip(BETAS, (m, s), (dW, dW**2), strict=True)]
    if agrees(given[0], own[0]) and agrees(given[1], own[1]):
        return "they stand in another order: return ΔW first, then m, then s"
    if agrees(given[1], own[1]) and agrees(given[2], own[0]):
        return "m and s have changed places: return ΔW first, then m, then s"
    told = _compare_m(dW, m, t, given[1]) or _compare_s(dW, s, t, own[0], given[2])
    return told or _compare_update(own, (m, s), dW, t, rate, given[0])


def _compare_m(dW, m, t: int, given) -> str | None:
    right = 0.9 * m + 0.1 * dW
    slips = {
        "m is the old m still: it becomes 0.9 m + 0.1 dW": m,
        "m adds dW whole, as momentum does; Adam's m is a mean, so dW counts one tenth": 0.9 * m + dW,
        "the two weights of m have changed places: the old m counts 0.9": 0.1 * m + 0.9 * dW,
        "m has forgotten its past: keep 0.9 of it": 0.1 * dW,
        "m uses the decay of s, which is 0.999; that of m is 0.9": 0.999 * m + 0.001 * dW,
        "m is the mean of dW, and yours is of its square": 0.9 * m + 0.1 * dW**2,
        "m comes back corrected; return it as it was before the division, because the next step begins with it": (
            right / (1 - 0.9**t)
        ),
    }
    if agrees(given, right):
        return None
    return slip(given, slips, rtol=1e-5, atol=0) or f"{apart('m', given, right)}, which is 0.9 m + 0.1 dW"


def _compare_s(dW, s, t: int, new_m, given) -> str | None:
    right = 0.999 * s + 0.001 * dW**2
    slips = {
        "s is the old s still: it becomes 0.999 s + 0.001 dW²": s,
        "s is the mean of the square, and yours is of dW itself: write dW**2": 0.999 * s + 0.001 * dW,
        "s adds the square whole; it is a mean, so dW² counts one thousandth": 0.999 * s + dW**2,
        "s uses the decay of m, which is 0.9; that of s is 0.999": 0.9 * s + 0.1 * dW**2,
        "s is the mean of dW², and yours is of the square of m": 0.999 * s + 0.001 * new_m**2,
        "s has forgotten its past: keep 0.999 of it": 0.001 * dW**2,
        "the two weights of s have changed places: the old s counts 0.999": 0.001 * s + 0.999 * dW**2,
        "s comes back corrected; return it as it was before the division, because the next step begins with it": (
            right / (1 - 0.999**t)
        ),
    }
    if agrees(given, right):
        return None
    return slip(given, slips, rtol=1e-5, atol=0) or f"{apart('s', given, right)}, which is 0.999 s + 0.001 dW²"


def _compare_update(own, old, dW, t: int, rate: float, given) -> str | None:
    right = _update(own, t, rate)
    if agrees(given, right):
        return None
    if np.isnan(given).any():
        return (
            "some of ΔW is NaN, as the root of a number below 0 is. A divisor such as (1 - 0.999**t) needs its "
            "brackets, and a power has two stars"
        )
    if np.allclose(given - _update(own, t, rate, floor=0), FLOOR, rtol=1e-3, atol=0):
        return "the floor of 1e-8 is added to the whole quotient. Put brackets round the divisor, (√ŝ + 1e-8)"
    told = slip(given, _slips_of_update(own, old, dW, t, rate), rtol=1e-5, atol=0)
    told = told or _of_a_factor(given, right)
    return told or f"{apart('ΔW', given, right)}, which is -rate · m̂ / (√ŝ + 1e-8)"


def _update(means, t: int, rate: float, shares=None, floor: float = FLOOR):
    """ΔW from m and s. shares : what they are divided by, if that is not 1 - 0.9**t and 1 - 0.999**t."""
    (m, s), (m_share, s_share) = means, shares or (1 - beta**t for beta in BETAS)
    return -rate * (m / m_share) / (np.sqrt(s / s_share) + floor)


def _slips_of_update(own, old, dW, t: int, rate: float) -> dict:
    m, s = own
    right = _update(own, t, rate)
    mean, square = (each / (1 - beta**t) for each, beta in zip(own, BETAS, strict=True))
    m_share, s_share = (1 - beta**t for beta in BETAS)
    return {
        "ΔW is up the slope: the minus is missing": -right,
        "ΔW lacks the learning rate": right / rate,
        "the bias correction is missing: divide m by 1 - 0.9**t and s by 1 - 0.999**t": _update(own, t, rate, (1, 1)),
        "m is not corrected yet: divide it by 1 - 0.9**t": _update(own, t, rate, (1, s_share)),
        "s is not corrected yet: divide it by 1 - 0.999**t": _update(own, t, rate, (m_share, 1)),
        "the corrections divide, and yours multiply": _update(own, t, rate, (1 / m_share, 1 / s_share)),
        "s is corrected with 0.9**t, which is for m: divide it by 1 - 0.999**t": (
            _update(own, t, rate, (m_share, m_share))
        ),
        "m is corrected with 0.999**t, which is for s: divide it by 1 - 0.9**t": (
            _update(own, t, rate, (s_share, s_share))
        ),
        "s is corrected outside of the root: take the root of s / (1 - 0.999**t)": (
            -rate * mean / (np.sqrt(s) / s_share + FLOOR)
        ),
        "ΔW is made of the old m and s, and the new ones belong there": _update(old, t, rate),
        "ΔW is made of the old m, and the new one belongs there": _update((old[0], s), t, rate),
        "ΔW is made of the old s, and the new one belongs there": _update((m, old[1]), t, rate),
        "the corrections take t itself, which counts this step, and yours take t + 1": _update(own, t + 1, rate),
        "the corrections take t itself, which counts this step, and yours take t - 1": (
            _update(own, t - 1, rate) if t > 1 else np.inf
        ),
        "the root of s is missing: divide by its square root": -rate * mean / (square + FLOOR),
        "the floor of 1e-8 stands outside of the root": -rate * mean / np.sqrt(square + FLOOR),
        "the floor of 1e-8 is missing": _update(own, t, rate, floor=0),
        "the step is divided by the root, and yours is multiplied by it": -rate * mean * (np.sqrt(square) + FLOOR),
        "the step goes along dW, and Adam's goes along its mean, m": -rate * dW / (np.sqrt(square) + FLOOR),
    }  # fmt: skip


def _of_a_factor(given, right) -> str | None:
    """What there is to say where ΔW is right but for one factor."""
    times = float(np.median(given / right))
    if times <= 0 or not np.allclose(given, times * right, rtol=1e-5, atol=0):
        return None
    return (
        f"every ΔW is {times:.4g} times as large as it should be. Is the rate in it once, as it comes in, and is each "
        "mean divided by its own correction at t?"
    )


DEPTH = 6
NET = dict(activation="sigmoid", norm="none", scheme="xavier_normal", depth=DEPTH, width=32)
TRAINING = dict(optimizer="adam", steps=300)
RATE = 0.005


def _control(given) -> str | None:
    record, objection = (given, None) if hasattr(given, "frozen") else expect_two(given, "the record and your verdict")
    record = expect_record(record, "the whole record that train_mlp returns", "movement", "final", "frozen")
    other = [f"{name} is {getattr(record, name)} and was {was}" for name, was in _asked(record) if was is not None]
    if other:
        return f"a control changes one thing alone, and here {'; '.join(other)}"
    if record.seeds < 5:
        return f"train 5 networks or more, and not {record.seeds}, because one alone may be lucky"
    return _frozen(set(record.frozen)) or _verdict(record, objection)


def _asked(record) -> list:
    """Each setting of the record that is another one than in the lesson, with what it was there."""
    was = NET | TRAINING
    found = [(name, value if getattr(record, name) != value else None) for name, value in was.items()]
    same = np.allclose(record.rate, RATE, rtol=1e-6)
    return [
        *found,
        ("rate", None if same else RATE),
        ("floor", None if np.isclose(record.floor, FLOOR, atol=0) else 1e-8),
    ]


def _frozen(frozen: set) -> str | None:
    hidden = set(range(1, DEPTH + 1))
    if frozen == hidden:
        return None
    if not frozen:
        return "no layer is frozen, so this is the net itself"
    if DEPTH + 1 in frozen:
        return "layer 7 is the output layer, and it has to learn, because the objection says that it is enough"
    left = ", ".join(map(str, sorted(hidden - frozen)))
    return f"these hidden layers still learn: {left}. The objection says that they learn nothing"


def _verdict(record, objection) -> str | None:
    """What is wrong with the answer to whether the output layer alone is enough."""
    if is_missing(objection):
        return "the control is right; now say whether the objection is true, with True or False"
    if not isinstance(objection, (bool, np.bool_)):
        return "the control is right, and the verdict is True or False, as trains(record) returns it"
    if objection:
        share = f"{np.median(record.test):.0%} of the test pictures"
        return f"the control is right, but it classifies {share} correctly, and guessing does as well"
    return None


EXERCISES = {
    "adam_step": (_adam_step, "at t = 1 the corrected means are dW and dW², so each weight moves by nearly the rate"),
    "control": (
        _control,
        "with all six hidden layers frozen Adam only guesses, so it needs the hidden layers and the objection is false",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
