"""The exercises of the lesson on recurrent nets and sentences.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ... import probes
from ...kit.compare import in_digits
from ...kit.exercises import Exercises, NotYetError, expect_function
from ...kit.judging import apart, call, close, expect_parts, expect_shaped, find_slip, sentence
from ...kit.marks import grammar
from ...kit.slips import told
from ...ops import Array

# --- backpropagation through time -------------------------------------------------------------------------------------


def _bptt(function) -> str | None:
    through_time = expect_function(function, ", through_time")
    rng = np.random.default_rng(0)
    for steps, samples, units in ((5, 3, 4), (1, 2, 3), (6, 1, 2)):  # one array alone is never two
        W = 0.9 * rng.standard_normal((units, units))
        hs = np.tanh(rng.standard_normal((steps + 1, samples, units)))
        dh = rng.standard_normal((samples, units))
        why = _why_bptt(through_time, W, hs, dh)
        if why:
            what = f"{grammar.count(steps, 'step')} and {grammar.count(samples, 'sample')}"
            return why if steps == 5 else f"it is right for 5 steps. For {what}, {why}"
    return None


def _why_bptt(through_time, W: Array, hs: Array, dh: Array) -> str | None:
    try:
        given = call(through_time, W=W, hs=hs, dh=dh)
    except (LookupError, ValueError, TypeError) as problem:
        return f"your code was run, and it stopped: {told(problem)}"
    dW, dh_first = expect_parts(given, 2, "two things, dW and dh")
    if np.shape(dW) == dh.shape and np.shape(dh_first) == W.shape:
        return "dW and dh are both there, but they have changed places: dW comes first"
    dh_first = expect_shaped(dh_first, "dh", dh.shape)
    parts, right = walked(W, hs, dh)
    if not close(dh_first, right):
        return find_slip(dh_first, _slips_of_dh(W, hs, dh)) or apart("dh", dh_first, right)
    dW = expect_shaped(dW, "dW", W.shape)
    if close(dW, sum(parts)):
        return None
    slip = find_slip(dW, _slips_of_dW(W, hs, dh)) or apart("dW", dW, sum(parts))
    return f"dh is right all the way to the start. {sentence(slip)}"


def walked(
    W: Array, hs: Array, dh: Array, *,
    dz_of: Callable = lambda dh, old, new: dh * (1 - new**2),
    back: Callable = lambda dz, W: dz @ W.T,
    part: Callable = lambda old, new, dz, dh: old.T @ dz,
) -> tuple[list[Array], Array]:  # fmt: skip
    """dW = Σ_t h_{t-1}ᵀ dz_t.  Returns the part of each step, the last step first, and dh at the first state.

    The functions say how dz, the earlier dh and a part are made, so that a slip is one other function.
    """
    parts = []
    for old, new in zip(hs[-2::-1], hs[:0:-1], strict=True):
        dz = dz_of(dh, old, new)
        parts.append(part(old, new, dz, dh))
        dh = back(dz, W)
    return parts, dh


def _slips_of_dh(W: Array, hs: Array, dh: Array) -> dict[str, Array]:
    def first(**slip) -> Array:
        return walked(W, hs, dh, **slip)[1]

    return {
        "dh goes back through W, as it should. But what comes from above meets the tanh first, and its slope is "
        "missing": first(dz_of=lambda dh, old, new: dh),
        "dh has the slope and W in it. But on the way back, W has to be transposed": first(back=lambda dz, W: dz @ W),
        "dh has the slopes in it. But from z back to the old h there is one more factor, W": first(
            back=lambda dz, W: dz
        ),
        "dh has a slope and W in it. But the slope is that of the old h. Take it at the z of step t, by hs[t]": first(
            dz_of=lambda dh, old, new: dh * (1 - old**2)
        ),
        "dh has a slope and W in it. But the slope of tanh has the square of the new h in it": first(
            dz_of=lambda dh, old, new: dh * (1 - new)
        ),
        "dh has all its factors. But its sign is turned": first(back=lambda dz, W: -dz @ W.T),
        "dh is still the gradient at the last state. Each step has to hand it back, through the slope and W": dh,
        "dh has gone back by one step only. The next step has to start from what the last one handed back": (
            walked(W, hs[-2:], dh)[1]
        ),
        "dh is the gradient at h_1. The step t = 1 has to hand it back as well, to h_0": walked(W, hs[1:], dh)[1],
        "the last step is left out, from t = len(hs) - 1 to the state before it. The gradient starts there": (
            walked(W, hs[:-1], dh)[1]
        ),
        "dh has gone back one step too far. There is no step t = 0, because hs[-1] is the last state and none before "
        "h_0": walked(W, np.concatenate([hs[-1:], hs]), dh)[1],
        "dh passes each step. But it does so forwards in time. The gradient comes from the last state, so begin with "
        "the last step": walked(W, hs[::-1], dh, dz_of=lambda dh, old, new: dh * (1 - old**2))[1],
    }


def _slips_of_dW(W: Array, hs: Array, dh: Array) -> dict[str, Array]:
    def total(part) -> Array:
        return sum(walked(W, hs, dh, part=part)[0], 0 * W)

    parts, _ = walked(W, hs, dh)
    whole = sum(parts, 0 * W)
    early = [*_with_the_dh_that_is_handed_back(W, hs, dh)]
    return {
        "dW has only the part of the first step, because each step has overwritten the others. Add them up": parts[-1],
        "dW has only the part of the last step. Every step has used W, so every step adds its part": parts[0],
        "dW begins with W itself. Begin with 0 * W, and add the part of each step": W + whole,
        "dW is still 0. Each step has to add its part, the old h transposed times dz": 0 * W,
        "dW is a mean over the steps. Every use of W counts in full, so take the sum": whole / len(parts),
        "dW has no slope in it yet. Use dz, as for dh": total(lambda old, new, dz, dh: old.T @ dh),
        "dW is the transpose of the right one. Its rows belong to the units of the old h": whole.T,
        "dW uses the new h. But W multiplied the old one, hs[t - 1]": total(lambda old, new, dz, dh: new.T @ dz),
        "dW is a mean over the samples. The loss of each sample counts in full, so take the sum": whole / len(dh),
        "dW has all its factors. But its sign is turned": -whole,
        "dW uses dh after it was handed back. A part belongs to the dz of its own step": sum(early, 0 * W),
    }


def _with_the_dh_that_is_handed_back(W: Array, hs: Array, dh: Array):
    """The slip of taking the part after dh has been handed back, with that dh in place of dz."""
    for old, new in zip(hs[-2::-1], hs[:0:-1], strict=True):
        dh = (dh * (1 - new**2)) @ W.T
        yield old.T @ dh


# --- two matrices with the same eigenvalues ---------------------------------------------------------------------------

VALUE = 0.8  # of both eigenvalues
BEYOND = 20  # which the first matrix itself does not exceed, and its powers do
POWERS = 200


def _matrix(given) -> str | None:
    if "Ellipsis" in repr(given):
        return "fill in the four numbers of grows, and the four of never"
    grows, never = expect_parts(given, 2, "two matrices, grows and never")
    grows, never = (expect_shaped(W, name, (2, 2)) for W, name in ((grows, "grows"), (never, "never")))
    for W, name in ((grows, "grows"), (never, "never")):
        if not np.isfinite(W).all():
            raise NotYetError(f"{name} holds something that is not a finite number")
    (t, peak), (t_never, peak_never) = _peak(grows), _peak(never)
    if peak <= 1 and peak_never > BEYOND:
        return "the two matrices have changed places: the one that grows comes first"
    why = _off_the_eigenvalues(grows)
    if why:
        return f"both eigenvalues of grows should be 0.8, and {why}"
    if peak <= BEYOND:
        return (
            f"the eigenvalues of grows are right. But its powers stretch by {in_digits(peak, BEYOND)[0]} at most, at "
            f"t = {t}, and one of them should stretch by more than 20. What stands beside the diagonal decides how far "
            f"they grow"
        )
    start = probes.singular_values(grows)[0]
    if start > BEYOND:
        return (
            f"the powers of grows do exceed 20. But grows itself, at t = 1, stretches by {in_digits(start, BEYOND)[0]} "
            f"already, and it should begin with 20 at most. Make what stands beside the diagonal smaller"
        )
    why = _off_the_eigenvalues(never)
    if why:
        return f"grows is right. But both eigenvalues of never should be 0.8, and {why}"
    if peak_never > 1 + 1e-9:
        return (
            f"grows is right, and so are the eigenvalues of never. But its powers stretch by "
            f"{in_digits(peak_never, 1)[0]} at t = {t_never}, and they should not exceed 1. Make what stands beside "
            f"the diagonal smaller"
        )
    return None


def _peak(W: Array) -> tuple[int, float]:
    """At which t from 1 on ‖Wᵗ‖ is largest, and how large it is."""
    sizes = [probes.singular_values(np.linalg.matrix_power(W, t))[0] for t in range(1, POWERS + 1)]
    sizes = np.where(np.isnan(sizes), np.inf, sizes)
    return int(sizes.argmax()) + 1, float(sizes.max())


def _off_the_eigenvalues(W: Array) -> str | None:
    """What the eigenvalues are, unless both are VALUE: by trace and determinant, which rounding leaves alone."""
    off = (abs(np.trace(W) - 2 * VALUE), abs(W[0, 0] * W[1, 1] - W[0, 1] * W[1, 0] - VALUE**2))
    if max(off) < 1e-9 * (1 + np.square(W).max()):
        return None
    one, other = np.linalg.eigvals(W)
    if abs(np.imag(one)) > 1e-9:
        return "they are not even real numbers. Those of a triangular matrix stand on its diagonal"
    one, other = (_in_digits(round(float(np.real(value)), 12)) for value in (one, other))
    told = f"both are {one}" if one == other else f"they are {one} and {other}"
    return f"{told}. Those of a triangular matrix stand on its diagonal"


def _in_digits(value: float) -> str:
    """An eigenvalue, in as many digits as tell it from VALUE."""
    return f"{VALUE}" if value == VALUE else in_digits(value + 0.0, VALUE)[0]


EXERCISES = {
    "rnn_bptt": (_bptt, "each step hands dh back, and each step adds its part to the one dW that all steps share"),
    "rnn_matrix": (_matrix, "the eigenvalues decide how both end, and the singular values how far they may grow first"),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
