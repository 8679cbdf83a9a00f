"""The exercises of the lesson on skip connections.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, UntouchedError, differences, expect_record
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
AS_GIVEN = ("activation_last", "batch")  # the skip and the norm that the page begins with
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
        "the branch is right. But y also needs the path, so add h to it": alpha * t,
        "path and branch are both there. But alpha multiplies the branch, and not the path": alpha * (h + t),
        "path and branch are both there. But the branch still has to be multiplied by alpha": h + t,
        "path and branch are both there. But here tanh is applied last, to h @ W": h + alpha * np.tanh(h) @ W,
        "path and branch are both there. But your W is transposed, and the forward pass has h @ W": (
            h + alpha * np.tanh(h @ W.T)
        ),
        "path and branch are both there. But the branch has no tanh yet": h + alpha * h @ W,
        "path and branch are both there. But the branch has to be added, and you subtract it": h - alpha * t,
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
        "what the branch hands back is right. But the path hands dy on too, and where the lanes began, gradients add": (
            alpha * branch
        ),
        "what the path hands back is right. But the branch hands something back as well": dy,
        "path and branch are both there. But the branch was multiplied by alpha in the forward pass, so its gradient "
        "is multiplied by alpha as well": dy + branch,
        "path and branch are both there. But z went through tanh, and its slope at z is missing": dy + alpha * dy @ W.T,
        "path and branch are both there. But the forward pass had h @ W, so the backward pass takes W transposed": (
            dy + alpha * (dy * slope) @ W
        ),
        "path and branch are both there. But your slope is that at h, and tanh saw z = h @ W": (
            dy + alpha * (dy * (1 - np.tanh(h) ** 2)) @ W.T
        ),
        "path and branch are both there. But the slope of tanh is made of its output t, and y has the path in it too": (
            dy + alpha * (dy * (1 - _block(h, W, alpha) ** 2)) @ W.T
        ),
        "path and branch are both there. But the slope of tanh is made of its output t, and h came in before W": (
            dy + alpha * (dy * (1 - h**2)) @ W.T
        ),
        "the branch is right. But the path hands dy on once, and you add it twice": 2 * dy + alpha * branch,
        "path and branch are both there. But the slope needs brackets, because dy * 1 - t² is (dy * 1) - t². Write "
        "dy * (1 - t**2)": dy + (alpha * dy - t**2) @ W.T,
        "the path is right. But dy is missing in the branch, and each gradient there is dy times slopes": (
            dy + (alpha * slope) @ W.T
        ),
        "the branch is right. But the 1 is the slope of the path, and dy is still to be multiplied by it": (
            1 + alpha * branch
        ),
        "the branch is right. But what is added to it is the gradient that the path hands on, and h is no gradient": (
            h + alpha * branch
        ),
        "all factors are there. But tanh came last in the forward pass, so its slope comes first in the backward pass, "
        "before W": dy + alpha * slope * (dy @ W.T),
        "path and branch are both there. But alpha belongs to the branch, and the path hands dy on untouched": (
            alpha * (dy + branch)
        ),
        "path and branch are both there. But the slope of tanh is 1 - t², with a square": (
            dy + alpha * (dy * (1 - t)) @ W.T
        ),
        "path and branch are both there. But alpha is in the branch once, and you multiply by it twice": (
            dy + alpha**2 * branch
        ),
        "path and branch are both there. But where the lanes began, gradients add, and you subtract one": (
            dy - alpha * branch
        ),
        "the slope of tanh is there. But in the backward pass the branch also goes through W": dy + alpha * dy * slope,
    }  # fmt: skip


def _hold_path(record) -> str | None:
    expect_record(record, "the whole record that both_ways returns, not a number of it", "net", "forward", "ratio")
    if not isinstance(record, FlowRecord):
        return "hand over the record itself, as both_ways has returned it"
    net = record.net
    if net.skip is None:
        layers = counted(net.depth, "layer")
        forms = "skip='activation_last', 'activation_first' or 'branch'"
        return f"a net of {layers} has been measured. But it has no path, so take {forms}"
    if net.activation != "relu":
        return f"the net has a path. But ReLU is asked for, and yours is {net.activation}"
    if net.depth != 50:
        return f"the net has a path. But fifty blocks are asked for, and yours has {net.depth}"
    if abs(net.branch_factor) > 1 or net.branch_factor == -1:
        return f"the net has a path. But its branch is to count once, α = 1, and here α = {net.branch_factor:g}"
    if net.branch_factor != 1:
        return (
            "an α below 1 does keep both sizes, as you have seen. But here the branch has to count in full, with α = 1"
        )
    if record.sigma_w < HE - 1e-9:
        return "smaller weights do keep both sizes. But they weaken the branch as a small α does, so keep He's weights"
    return too_small(record, units=32, networks=5, samples=16) or _held(record) or _measured_anew(record)


def _held(record) -> str | None:
    sizes = {"h of the last block": record.forward, "dh of the first block": record.ratio}
    if record.net.norm == "batch" and 10 <= max(sizes.values()) < 15:
        return "that is nearly it. But it is just over ten, because batch norm lets more grow, so try the other norm"
    lost = [
        f"{name} is {size:.3g} times what it was at the start" for name, size in sizes.items() if not 0.1 < size < 10
    ]
    if not lost:
        return None
    fine = "one of the two sizes holds" if len(lost) == 1 else "the net is of the kind that is asked for"
    hint = f"{fine}. But {' and '.join(lost)}. Try another form of the block, another norm, or another place for it"
    if (record.net.skip, record.net.norm) == AS_GIVEN:
        raise UntouchedError(hint)
    return hint


def _measured_anew(record) -> str | None:
    if is_of_its_settings(record):
        return None
    return (
        "the settings are well chosen. But the numbers of the record are not theirs, as measuring its first network "
        "anew shows. Run both_ways again, and hand over what it returns"
    )


EXERCISES = {
    "skip_pullback": (
        _skip_pullback,
        "difference quotients give the same dh, which is dy from the path and what the branch adds to it",
    ),
    "hold_path": (_hold_path, "h and dh of these fifty blocks both hold, and their branches count in full"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
