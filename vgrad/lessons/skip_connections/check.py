"""The exercises of the lesson on skip connections.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import math

import numpy as np

from ...kit.exercises import Exercises, differences, expect_number, expect_record, rounds_to
from ...kit.experiments.flow import FlowRecord
from ...kit.judging import (
    Case,
    Words,
    apart,
    close,
    counted,
    expect_shaped,
    find_slip,
    is_of_its_settings,
    judge_pullback,
    too_small,
)

WORDS = Words("y", "h + alpha * tanh(h @ W)", "dy")
HE = 2**0.5  # σ_w of He's weights


def _skip_pullback(function) -> str | None:
    return judge_pullback(function, _cases(), WORDS, _slips_of_y, _judged_dh)


def _cases() -> list[Case]:
    rng = np.random.default_rng(0)
    return [_case(*shape, rng) for shape in ((5, 4, 0.3), (2, 3, 1.5), (1, 6, -0.7), (3, 2, 0.0))]


def _case(samples, units, alpha, rng) -> Case:
    h = rng.standard_normal((samples, units))
    W = rng.standard_normal((units, units))
    dy = rng.standard_normal((2, samples, units))
    what = f"alpha = {alpha:g}, {counted(samples, 'sample')} and {units} units"
    return Case(what, dict(h=h, W=W, alpha=alpha), _block(h, W, alpha), (*dy, 0 * h))


def _block(h, W, alpha):
    return h + alpha * np.tanh(h @ W)


def _slips_of_y(case: Case) -> dict:
    h, W, alpha = case.inputs.values()
    t = np.tanh(h @ W)
    return {
        "the branch is right. But y is to have h added to it, which is the path": alpha * t,
        "path and branch are both there. But alpha multiplies the branch, and not the path": alpha * (h + t),
        "path and branch are both there. But the branch still has to be multiplied by alpha": h + t,
        "path and branch are both there. But tanh comes last, of h @ W, in this form": h + alpha * np.tanh(h) @ W,
        "path and branch are both there. But W is transposed in yours; forward it is h @ W": (
            h + alpha * np.tanh(h @ W.T)
        ),
        "path and branch are both there. But the branch has no tanh yet": h + alpha * h @ W,
        "path and branch are both there. But the branch is to be added, and you take it away": h - alpha * t,
    }  # fmt: skip


def _judged_dh(case: Case, dy, given) -> str | None:
    """The learner's dh against difference quotients; the frequent slips are known by their own numbers."""
    h, W, alpha = case.inputs.values()
    dh = expect_shaped(given, "dh", h.shape)
    right = differences(lambda h: (dy * _block(h, W, alpha)).sum(), h)
    if close(dh, right):
        return None
    return find_slip(dh, _slips_of_dh(h, W, alpha, dy)) or apart("dh", dh, right)


def _slips_of_dh(h, W, alpha, dy) -> dict:
    t = np.tanh(h @ W)
    slope = 1 - t**2
    branch = (dy * slope) @ W.T
    return {
        "what the branch hands back is right. The path hands dy on too, and where two ways meet, gradients add": (
            alpha * branch
        ),
        "what the path hands back is right. The branch hands something back as well": dy,
        "path and branch are both there. But the branch was multiplied by alpha on the way forward, and so is its "
        "gradient on the way back": dy + branch,
        "path and branch are both there. But z went through tanh, whose slope at z is missing": dy + alpha * dy @ W.T,
        "path and branch are both there. But where forward was h @ W, the way back takes W transposed": (
            dy + alpha * (dy * slope) @ W
        ),
        "path and branch are both there. But the slope is that at h; tanh saw z = h @ W": (
            dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T
        ),
        "path and branch are both there. But tanh's slope is made of what tanh put out, and y has the path in it too": (
            dy + alpha * (dy * (1 - _block(h, W, alpha) ** 2)) @ W.T
        ),
        "the branch is right. But the 1 is the slope of the path, and dy is still to be multiplied by it": (
            1 + alpha * branch
        ),
        "the branch is right. But what is added to it is the gradient that the path hands on, and h is no gradient": (
            h + alpha * branch
        ),
        "all factors are there. But tanh came last on the way forward, so its slope comes first on the way back, "
        "before W": dy + alpha * slope * (dy @ W.T),
        "path and branch are both there. But alpha belongs to the branch, and the path hands dy on untouched": (
            alpha * (dy + branch)
        ),
        "path and branch are both there. But tanh's slope has the square of tanh in it": (
            dy + alpha * (dy * (1 - t)) @ W.T
        ),
        "path and branch are both there. But alpha went into the branch once, and comes back twice": (
            dy + alpha**2 * branch
        ),
        "path and branch are both there. But where two ways meet, gradients add, and you take one away": (
            dy - alpha * branch
        ),
        "the slope of tanh is there. But on its way back the branch also goes through W": dy + alpha * dy * slope,
    }  # fmt: skip


def _skip_alpha(alpha) -> str | None:
    alpha = float(expect_number(alpha))
    most = math.expm1(1 / 50) ** 0.5
    if alpha < most + 1e-6 and (rounds_to(alpha, most) or rounds_to(alpha, 50**-0.5)):
        return None
    if alpha < 0:
        return "the sign of α makes no difference to its square. Give the α of 0 or more"
    if abs(alpha - most**2) < 3e-3:
        return f"{alpha:g} is near α², and the factor of a block is 1 + α². Now take the root"
    slips = {
        "the formula is right, but for 49 blocks. From the input to the end of the fiftieth there are 50": (
            49,
            1,
            2e-4,
        ),
        "the formula is right, but with it the size is multiplied by e, and the square by e²": (50, 2, 2e-3),
        "the formula is right, but for one block that does it alone. There are fifty": (1, 1, 1e-2),
    }
    for hint, (blocks, exponent, near) in slips.items():
        if abs(alpha - math.expm1(exponent / blocks) ** 0.5) < near:
            return hint
    way = "smaller than it may be" if alpha < most else "too large"
    return f"an α of {alpha:g} is {way}, because with it fifty blocks {_fifty(alpha)}"


def _fifty(alpha: float) -> str:
    exponent = 50 * math.log10(1 + min(alpha, 1e100) ** 2)
    if exponent > 4:
        return f"make the square more than 1e{math.floor(exponent)} times as large, and e is 2.7183"
    return f"multiply the square by {10**exponent:.5g}, and e is 2.7183"


def _hold_path(record) -> str | None:
    expect_record(record, "the whole record that both_ways returns, not a number of it", "net", "forward", "ratio")
    if not isinstance(record, FlowRecord):
        return "hand over the record itself, as both_ways has returned it"
    net = record.net
    if net.skip is None:
        layers = counted(net.depth, "layer")
        return f"a net of {layers} has been measured, but it has no path; take skip='post', 'pre' or 'branch'"
    if net.activation != "relu":
        return f"the net has a path. But ReLU is asked for, and yours is {net.activation}"
    if net.depth < 50:
        return f"the net has a path. But fifty layers are asked for, and yours has {net.depth}"
    if abs(net.branch_factor) > 1 or net.branch_factor == -1:
        return f"the net has a path. But its branch is to count once, α = 1, and here α = {net.branch_factor:g}"
    if net.branch_factor != 1:
        return "an α below 1 does it, and you know that already. Here the branch counts in full, α = 1"
    if record.sigma_w < HE - 1e-9:
        return "smaller weights than He's weaken the branch, as a small α does. Here it counts in full, so keep He's"
    return too_small(record, units=32, networks=5, samples=16) or _held(record) or _measured_anew(record)


def _held(record) -> str | None:
    sizes = {"h, going forward,": record.forward, "dh, coming back,": record.ratio}
    if record.net.norm == "batch" and 10 <= max(sizes.values()) < 15:
        return "that is nearly it. It is just over ten, because batch norm has a growth of its own; try the other norm"
    lost = [f"{name} becomes {size:.3g} times what it was" for name, size in sizes.items() if not 0.1 < size < 10]
    if not lost:
        return None
    fine = "one of the two ways holds" if len(lost) == 1 else "the net is of the kind that is asked for"
    return f"{fine}. But {' and '.join(lost)}. Which norm will you take, and where, in which form?"


def _measured_anew(record) -> str | None:
    if is_of_its_settings(record):
        return None
    return (
        "the settings are well chosen. But the numbers of the record are not theirs, as measuring its first network "
        "anew shows. Run both_ways again, and hand over what it returns"
    )


EXERCISES = {
    "skip_pullback": (_skip_pullback, "as difference quotients have it: the path's dy, and the branch's on top"),
    "skip_alpha": (
        _skip_alpha,
        "√(e^(1/50) - 1) at the most, and 1/√50 is a little below: 1 + 1/50 is less than e^(1/50)",
    ),
    "hold_path": (_hold_path, "fifty layers that hold both ways, with a path that is not weakened"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
