"""The exercises of the lesson on recurrent nets and sentences.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import numpy as np

from ...kit.exercises import Exercises, differences, expect_function, expect_record
from ...kit.judging import (
    Case,
    Words,
    apart,
    call,
    close,
    counted,
    expect_parts,
    expect_shaped,
    find_slip,
    judge_pullback,
    sentence,
    too_few,
)
from ...kit.slips import told
from .measure.recurrence import by_radius
from .records import RadiiRecord

WORDS = Words("h_new", "tanh(x + h @ W)", "dh_new")


def _step(function) -> str | None:
    return judge_pullback(function, _steps(), WORDS, _slips_of_h, _judged_grads)


def _steps() -> list[Case]:
    rng = np.random.default_rng(0)
    cases = []
    for samples, units in ((4, 3), (1, 2), (6, 5)):
        W = 0.7 * rng.standard_normal((units, units))
        x, h, *dh = rng.standard_normal((4, samples, units))
        what = f"{counted(samples, 'sample')} and {units} units"
        cases.append(Case(what, dict(W=W, x=x, h=h), np.tanh(x + h @ W), (*dh, 0 * h)))
    _, x, h = cases[0].inputs.values()
    first = dict(W=cases[0].inputs["W"], x=x, h=0 * h)
    return [*cases, Case("an old h of 0, as at the first step", first, np.tanh(x), cases[0].cotangents)]


def _slips_of_h(case: Case) -> dict:
    W, x, h = case.inputs.values()
    return {
        "h_new has the old h in it. The inputs x are to be added, inside of the tanh": np.tanh(h @ W),
        "h_new has the inputs in it. The old h, times W, is to be added, inside of the tanh": np.tanh(x),
        "the sum is right. Now take its tanh": x + h @ W,
        "x and h are both there. But W is transposed in yours; samples are rows, so it is h @ W": np.tanh(x + h @ W.T),
        "x and h are both there. But x belongs inside of the tanh": x + np.tanh(h @ W),
        "x and h have changed places: it is the old h that is multiplied by W": np.tanh(h + x @ W),
    }


def _judged_grads(case: Case, dh_new, given) -> str | None:
    W, x, h = case.inputs.values()
    dW, dh = expect_parts(given, 2, "two things, dW and dh")
    if W.shape != h.shape and (np.shape(dW), np.shape(dh)) == (h.shape, W.shape):
        return "dW and dh are both there, but they have changed places: dW comes first"
    dh = expect_shaped(dh, "dh", h.shape)
    dW = expect_shaped(dW, "dW", W.shape)
    right = differences(lambda h: (dh_new * np.tanh(x + h @ W)).sum(), h)
    if not close(dh, right):
        return find_slip(dh, _slips_of_dh(W, x, h, dh_new)) or apart("dh", dh, right)
    right = differences(lambda W: (dh_new * np.tanh(x + h @ W)).sum(), W)
    if close(dW, right):
        return None
    return f"dh is right too. {sentence(find_slip(dW, _slips_of_dW(W, x, h, dh_new)) or apart('dW', dW, right))}"


def _slips_of_dh(W, x, h, dh_new) -> dict:
    new = np.tanh(x + h @ W)
    dz = dh_new * (1 - new**2)
    return {
        "dh goes back through W, as it should. But what comes from above meets the tanh first; its slope is missing": (
            dh_new @ W.T
        ),
        "dh has the slope and W in it. But on the way back, W has to be transposed": dz @ W,
        "dh has the slope in it, so it is dz so far. From z back to h there is one more factor, W": dz,
        "dh has both factors. But the tanh came last, so going back its slope comes first, before W": (
            (dh_new @ W.T) * (1 - new**2)
        ),
        "dh has a slope and W in it. But the slope is that of the old h; take it at the z of this step, by h_new": (
            (dh_new * (1 - h**2)) @ W.T
        ),
        "dh has a slope and W in it. But tanh's slope has the square of h_new in it": (dh_new * (1 - new)) @ W.T,
        "dh has all its factors. But its sign is turned": -dz @ W.T,
    }


def _slips_of_dW(W, x, h, dh_new) -> dict:
    new = np.tanh(x + h @ W)
    dz = dh_new * (1 - new**2)
    return {
        "dW has no slope in it yet: use dz, as for dh": h.T @ dh_new,
        "dW is the transpose of the right one. Its rows belong to the units of h": dz.T @ h,
        "dW uses x, where the old h belongs, which is what W multiplied": x.T @ dz,
        "dW uses the new h, where the old one belongs, which is what W multiplied": new.T @ dz,
        "dW is a mean over the samples. Each sample's loss counts in full, so take the sum": h.T @ dz / len(h),
        "dW has all its factors. But its sign is turned": -h.T @ dz,
    }


def _shares(function) -> str | None:
    shares = expect_function(function, ", shares")
    rng = np.random.default_rng(1)
    for times, units in ((5, 3), (2, 2), (9, 4), (4, 1), (1, 3)):
        maps = [*(0.8 * rng.standard_normal((times - 1, units, units)))]
        own = [*rng.standard_normal((times, units))]
        why = _why_shares(shares, maps, own)
        if why:
            what = f"{counted(times, 'time')} and {counted(len(maps), 'map')}"
            return why if times == 5 else f"it is right for 5 times. For {what} of {units} units, {why}"
    return None


def _why_shares(shares, maps, own) -> str | None:
    try:
        given = call(shares, maps=maps, own=own)
    except (LookupError, ValueError, TypeError) as problem:
        return f"your code was run, and it stopped: {told(problem)}"
    what = f"dL/dh at each of the {len(own)} times, the first time first"
    parts = expect_parts(given, len(own), what)
    parts = [expect_shaped(part, f"dL/dh at time {k}", own[0].shape) for k, part in enumerate(parts, start=1)]
    total = np.array(parts)
    right = _totals(maps, own)
    if close(total, right):
        return None
    return find_slip(total, _share_slips(maps, own, right)) or _first_on_the_way(total, own, right)


def _first_on_the_way(total, own, right) -> str:
    """The first time, on the way back, at which a sum is wrong, and what is right before it."""
    k = max(k for k in range(len(own)) if not close(total[k], right[k]))
    shown = right.copy()
    shown[k] = total[k]
    if k == len(own) - 1:
        return apart("dL/dh", shown, right)
    fine = f"from time {k + 2} on all is right" if k + 2 < len(own) else f"at time {k + 2}, the last, all is right"
    if close(total[k], own[k]) or not total[k].any():
        held = "its own loss alone counts" if total[k].any() else "there is nothing"
        early = ". Does your loop stop too early?" if k == 0 else ""
        return f"{fine}. But at time {k + 1} {held}, and nothing arrives from later times there{early}"
    return f"{fine}. But {apart('dL/dh', shown, right)}"


def _share_slips(maps, own, right) -> dict:
    own = np.array(own)
    last = np.where(np.arange(len(own))[:, None] == len(own) - 1, own, 0)
    ahead = [own[k] + (own[k + 1] @ maps[k] if k < len(maps) else 0) for k in range(len(own))]
    return {
        "all numbers are right, and in reverse. The first time should come first": right[::-1],
        "each loss's own gradient is there. What comes from later times is to be added to it": own,
        "what the last loss sends back is right. At each time, its own loss adds something": _totals(maps, last),
        "each time adds its own. But the maps are transposed in yours; a row dh' goes back as dh' @ J": (
            _totals([J.T for J in maps], own)
        ),
        "the next loss is there. But its time should hand its whole sum on, and not own[k + 1] alone. Which time has "
        "its sum ready first?": np.array(ahead),
        "each time adds its own to what it is handed. But you walk forward, and a gradient comes from later times": (
            _forward(maps, own)
        ),
        "each time adds its own to what it is handed. But you walk forward, with transposed maps, and a gradient comes "
        "from later times": _forward([J.T for J in maps], own),
        "each time adds its own. But you add it before the map. It arises at that time itself, so that no map is in "
        "between": _through(maps, own),
        "each time adds its own. But the maps come in the wrong order; walk back from the last one": (
            _totals(maps[::-1], own)
        ),
        "what comes from later times is there. But the own gradient of each time is missing": right - own,
    }  # fmt: skip


def _totals(maps, own):
    totals = [own[-1]]
    for J, dh in zip(maps[::-1], own[-2::-1], strict=True):
        totals.append(dh + totals[-1] @ J)
    return np.array(totals[::-1])


def _forward(maps, own):
    """The slip of walking from the first time to the last."""
    totals = [own[0]]
    for J, dh in zip(maps, own[1:], strict=True):
        totals.append(dh + totals[-1] @ J)
    return np.array(totals)


def _through(maps, own):
    """The slip of sending a time's own gradient through the map that leads to it."""
    totals = [own[-1]]
    for J, dh in zip(maps[::-1], own[-2::-1], strict=True):
        totals.append((dh + totals[-1]) @ J)
    return np.array(totals[::-1])


def _hold(record) -> str | None:
    expect_record(record, "the record that by_radius returns, not a number of it", "radii")
    if not isinstance(record, RadiiRecord):
        return "hand over the record itself, as by_radius has returned it"
    if record.inputs != (1.0,):
        return f"the inputs are to be those of the exercise, inputs=(1.0,), and the record has {record.inputs}"
    if len(record.radii) != 1:
        return f"the record has {len(record.radii)} radii. Choose one of them, and hand over a record of that one"
    few = too_few(units=(record.n, 100), steps=(record.T, 100), networks=(record.sizes.shape[-1], 5))
    if few:
        return f"the record is of the right kind. But {few}"
    size = float(np.median(record.sizes))
    radius = record.radii[0]
    if 0.1 < size < 10:
        return _measured_anew(record, size)
    if not size > 0:
        return f"the record is of the right kind. But at ρ = {radius:g} nothing arrives at all; take a larger one"
    way, other = ("loses", "larger") if size < 1 else ("gains", "smaller")
    told = f"at ρ = {radius:g} the gradient {way} {abs(np.log10(size)):.1f} decades; take a {other} one"
    return f"the record is of the right kind. But {told}"


def _measured_anew(record, size: float) -> str | None:
    """Other networks of the same settings differ by a decade or so; those of another radius by many."""
    anew = by_radius(radii=record.radii, inputs=record.inputs, n=record.n, T=record.T)
    if abs(np.log10(size / np.median(anew.sizes))) < 2.5 * record.T / 100:
        return None
    return (
        f"its sizes hold. But they are not those of ρ = {record.radii[0]:g}, for when it is measured anew, the "
        f"gradient comes to {np.median(anew.sizes):.1e} there. Run by_radius again, and hand over what it returns"
    )


EXERCISES = {
    "rnn_step": (_step, "h meets W on the way up, and Wᵀ on the way down, after the slope at this step's z"),
    "rnn_shares": (_shares, "each time adds its own loss's gradient to what comes from all later ones"),
    "rnn_hold": (_hold, "the slopes of tanh take away what W_h adds, and ρ has to be about 2 for that"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
