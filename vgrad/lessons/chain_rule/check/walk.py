"""The exercise in which a learner walks the chain y = tanh(3x)² backwards by hand, at x = 0.5."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import expect_number, is_right_number
from ....kit.expect import NotYetError, is_missing

A = 1.5  # 3 x at x = 0.5
H = float(np.tanh(A))
DH = 2 * H  # times dy = 1
DA = (1 - H * H) * DH
DX = 3 * DA
NAMES = ("dh", "da", "dx")


def judge_walk(given) -> str | None:
    """Return why [dh, da, dx] are not right yet, or None. The first step that is wrong is the one that is named."""
    parts = _three(given)
    blank = [name for name, part in zip(NAMES, parts, strict=True) if is_missing(part)]
    if blank:
        return f"put {' and '.join(blank)} where the three dots are" if len(blank) < 3 else "fill in dh, da and dx"
    dh, da, dx = (expect_number(part, f"{name} should be a number") for name, part in zip(NAMES, parts, strict=True))
    if _same(dh, DX) and _same(dx, DH):
        return "the three numbers are there, in reverse. On the way back dh comes first, because h is nearest to y"
    return _dh(dh) or _da(da, dh) or _dx(dx, da)


def _three(given) -> list:
    """The three things that are given, in a list, a tuple or an array."""
    if not isinstance(given, (list, tuple, np.ndarray)) or (isinstance(given, np.ndarray) and not given.ndim):
        raise NotYetError("hand over three numbers in a list, [dh, da, dx]")
    if len(given) != 3:
        raise NotYetError(f"hand over three numbers, [dh, da, dx], and not {len(given)}")
    return list(given)


def _same(given: float, right: float) -> bool:
    return bool(np.isclose(given, right, rtol=2e-3))


def _wrong(name: str, given: float, right: float, slips: dict[str, float], otherwise: str) -> str | None:
    if is_right_number(given, right, slips, f"{name} needs a digit more, so let Python multiply"):
        return None
    return f"{name} is {given:.4g}, and that is not right yet, because {otherwise}"


def _dh(dh: float) -> str | None:
    slips = {
        "the slope of the square is 2h, and it is taken at h. You took it at x": 2 * 0.5,
        "the slope of the square is 2h, and it is taken at h. You took it at a, one function too early": 2 * A,
        "the slope of the square is 2h, and it is taken at h. You took it at y, the output": 2 * H * H,
        "dh is h itself so far. The slope of h² is twice as much": H,
        "dh is the output y so far. But how fast does y change with h?": H * H,
    }
    return _wrong("dh", dh, DH, slips, "dh is dy times the slope of the square, 2h")


def _da(da: float, dh: float) -> str | None:
    slips = {
        "dh is right. da is only the slope of tanh so far, so multiply it by dh, which arrives from above": DA / DH,
        "dh is right. But da is still dh, so multiply it by the slope of tanh, 1 - h²": dh,
        "dh is right. In da the slope of tanh is 1 - h², with the square of h, and you left the square out": (1 - H)
        * DH,
        "dh is right. In da the slope of tanh is 1 - h², and you multiplied by h²": H * H * DH,
        "dh is right. In da the slope of tanh is 1 - h² with h = tanh(a), and you put a in its place": (1 - A * A) * DH,
        "dh is right. For da you added the slope, and slopes of a chain multiply": 1 - H * H + DH,
        "dh is right. In da the slope needs brackets, because dh * 1 - h² is (dh * 1) - h²": DH - H * H,
        "dh is right. In da the slope needs brackets, because 1 - h² * dh is 1 - (h² * dh)": 1 - H * H * DH,
        "dh is right. For da you divided by the slope, and it has to multiply": DH / (1 - H * H),
    }
    return _wrong("da", da, DA, slips, "da is dh, which is right, times the slope of tanh, 1 - h²")


def _dx(dx: float, da: float) -> str | None:
    slips = {
        "dh and da are right. dx is only the slope of 3x so far, so multiply it by da": 3.0,
        "dh and da are right. But dx is still da, so multiply it by the slope of 3x": da,
        "dh and da are right. For dx you divided by 3, and the slope of 3x has to multiply": DA / 3,
        "dh and da are right. For dx you multiplied by 3x, and the slope of 3x is 3 everywhere": A * DA,
        "dh and da are right. For dx you added the slope, and slopes of a chain multiply": 3 + DA,
        "dh and da are right. For dx you multiplied by dh again, and it is in da already": 3 * DA * DH,
    }
    return _wrong("dx", dx, DX, slips, "dx is da, which is right, times the slope of 3x")
