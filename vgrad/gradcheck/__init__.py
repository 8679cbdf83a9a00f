"""Is this pullback right?  Ask the function itself.

For y = f(x) with pullback Jᵀ, any direction v and any cotangent u obey

    ⟨Jᵀu, v⟩  =  ⟨u, Jv⟩  ≈  ⟨u, f(x + hv) - f(x - hv)⟩ / 2h.

The left side is the code under test, and the right side is a central difference of f alone. If Jᵀ is wrong anywhere,
a random direction sees it with probability 1 (Baydin et al. 2018, §3.1; Griewank & Walther 2008, §3.3).

**One array at a time.** If v moved all layers at once, both sides would be sums over the layers. In thirty sigmoid
layers the last layer's term is 1e17 times the first layer's, so the first gradient could be 0, or anything, and no
digit of the sum would change. Therefore each array of x gets directions of its own, and its error is relative to its
own gradient. That takes a few forward passes per array, so the cost grows with the square of the depth.

**How long a step.** The difference is off by h² because f is curved, and by noise / h because f is rounded. So h is a
share of the array's own root mean square, and the noise is measured: x moves just so far that f notices at all, and y
then jumps by a float64, float32 or float16 rounding. If both sides differ, longer or shorter steps tell why.

**Where the gradient has vanished,** a step changes y by less than y is rounded, and no difference at x can tell. But
the code under test is the same everywhere. So all of x is multiplied by 4, or by 8 or 2, because sigmoid layers with
larger weights let the gradient through, and the array is judged there.

**A kink** is a point such as relu's 0, where f has one slope on each side. The difference takes the mean of the two,
whereas a pullback chooses one of them, so they differ and nobody is wrong. But beside the kink f is smooth, and there
a right pullback agrees, and a wrong one is still wrong. So x is moved a little to both sides and judged again.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, NamedTuple

import numpy as np

from .. import require
from ..require import Function, Rng, guarded, thing
from ..tape import leaves, tree_map
from .differences import NEARBY, NOISY, RIGHT, Point, bent, contradicted, length, trials

WRONG = 1e-2  # and above; RIGHT is 1e-7 and below
VERDICTS = ("right", "a kink", "cannot be judged", "deserves a look", "wrong")  # a later one outweighs the others
KINK = "a kink, not an error"
COARSE = "right as far as rounding lets one see"
ZERO = "zero up to rounding, as is the pullback's answer"
UNSEEN = "f does not move enough beside its own rounding, or too irregularly"
INFINITE = "there are NaN or inf in f's answer or in the pullback's"

STEPS = 2.0 ** np.arange(-41, 0, 2)  # as shares of the root mean square of an array
SCALES = (1, 4, 8, 2)  # of x, in the order in which they are tried
DIRECTIONS = 2  # for each array
PAIRS = 3  # how many times to look on both sides of a kink, NEARBY

Step = Annotated[
    float | None,
    thing(
        "None, or a finite number above 0",
        lambda it: require.is_number(it) and 0 < float(it) < math.inf,
    ),
]


class Comparison(NamedTuple):
    """Two answers to one question, about one array, or about the worst of several ``arrays``.

    A ladder for reading ``error`` in float64: under 1e-7 is right, 1e-4 deserves a look, above 1e-2 is wrong. Where
    f or its pullback is rounded more coarsely, two right answers may differ by ``tolerance``. ``verdict`` says it.
    """

    exact: float  # ⟨Jᵀu, v⟩, by the pullback
    approximate: float  # ⟨u, Jv⟩, by differences
    tolerance: float = RIGHT
    array: str = "x"  # whose gradient, such as x[0].W
    finding: str = ""  # what the two numbers do not say
    arrays: tuple = ()  # one Comparison for each array of x

    @property
    def judged(self) -> bool:
        """Whether the two numbers tell anything about the pullback."""
        return self.finding not in (ZERO, UNSEEN, INFINITE)

    @property
    def error(self) -> float:
        """|exact - approximate| / max(|exact|, |approximate|), 0 where both are 0, and NaN where nothing is judged."""
        if not self.judged:
            return math.nan
        largest = max(abs(self.exact), abs(self.approximate))
        return abs(self.exact - self.approximate) / largest if largest else 0.0

    @property
    def verdict(self) -> str:
        """One of VERDICTS, and of several arrays the gravest, as long as one of them is judged."""
        if any(each.judged for each in self.arrays):
            return max((each.verdict for each in self.arrays), key=VERDICTS.index)
        if not self.judged:
            return "right" if self.finding == ZERO and not self.arrays else "cannot be judged"
        if self.error > self.tolerance:
            return "wrong" if self.error > WRONG else "deserves a look"
        return "a kink" if self.finding == KINK else "right"

    def __str__(self) -> str:
        """The verdict, and one line for each array that is not simply right."""
        if not self.arrays:
            numbers = f"the pullback says {self.exact:.6g}, and differences say {self.approximate:.6g}"
            return f"{self.array}: {self.verdict}; {self.finding or numbers}"
        counts = Counter(each.verdict for each in self.arrays)
        summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
        return "\n".join(
            [f"{self.verdict} (arrays: {summary})", *(str(a) for a in self.arrays if a.verdict != "right")]
        )


@guarded
def directional(f: Function, x, *, rng: Rng, step: Step = None) -> Comparison:
    """Compare the pullback of ``f`` at ``x`` with central differences, array by array, and return the worst.

    f : x -> (y, pullback), where x and y are arrays of floats or trees of them (tuples, NamedTuples), and pullback(dy)
    has the form of x. step : how far the differences reach, as a share of the root mean square of an array; None
    chooses. The directions come from a child of ``rng``, because data drawn from the same seed would equal them.
    Raises ValueError if x holds anything but floats, and if a gradient has another shape than its argument.
    """
    names = _names(x)
    require.instance("x", x, names, "an array of floats, or a tree of them")
    x = tree_map(lambda a: np.asarray(a) if isinstance(a, (float, np.floating)) else a, x)
    for name, a in zip(names, leaves(x), strict=True):
        require.array(name, a)
    steps = STEPS if step is None else np.array([step])
    (rng,) = rng.spawn(1)
    found = {k: Comparison(0.0, 0.0, math.inf, name, UNSEEN) for k, name in enumerate(names)}
    with np.errstate(all="ignore"):
        for scale in SCALES:
            pending = [k for k, each in found.items() if _pending(each)]
            if not pending or (scale > 1 and not any(each.judged for each in found.values())):
                break
            scaled = tree_map(lambda a, s=scale: (a * s).astype(a.dtype), x)
            for k, new in _judge(f, scaled, pending, steps, rng).items():
                if scale == 1 or (new.judged and (new.verdict in VERDICTS[3:] or new.tolerance < found[k].tolerance)):
                    found[k] = new._replace(array=names[k] if scale == 1 else f"{names[k]}, seen at {scale} x")
    arrays = tuple(found.values())
    return max([each for each in arrays if each.judged] or arrays, key=_gravity)._replace(arrays=arrays)


def _judge(f, x, which, steps, rng) -> dict[int, Comparison]:
    """Judge arrays of x, and before one is called wrong, look at places on both sides of x."""
    point = Point(f, x, rng)
    found = {k: _array(point, k, steps) for k in which}
    for _ in range(PAIRS):
        suspects = [k for k, (_, bend) in found.items() if bend is not None]
        if not suspects:
            break
        aside = [NEARBY * size * rng.standard_normal(a.shape) for a, size in zip(point.x, point.sizes, strict=True)]
        places = [[(a + sign * d).astype(a.dtype) for a, d in zip(leaves(x), aside, strict=True)] for sign in (1, -1)]
        sides = [Point(f, point.tree(place), rng) for place in places]
        for k in suspects:
            found[k] = _beside(*found[k], [_array(side, k, steps) for side in sides])
    return {k: each._replace(finding=UNSEEN) if bend else each for k, (each, bend) in found.items()}


def _beside(here, bend, sides) -> tuple[Comparison, bool | None]:
    """What is to be said of an array whose pullback disagrees at x, from what is to be said on both sides of x."""
    wrong = [each for each in sides if each[0].verdict in VERDICTS[3:]]
    right = [each for each, _ in sides if each.judged and each.verdict == "right"]
    if len(wrong) == 2 or any(own is False for _, own in wrong):
        return max((each for each, _ in wrong), key=_gravity), None
    if right:
        gravest = max(right, key=_gravity)
        return gravest._replace(finding=KINK) if bend else gravest, None
    return here, bend


def _array(point, k, steps) -> tuple[Comparison, bool | None]:
    """The graver of what the directions say of array k."""
    if not np.isfinite(length(point.gradients[k]) + length(point.y)):
        return Comparison(math.nan, math.nan, finding=INFINITE), None
    found = _along(point, k, steps)
    for _ in range(DIRECTIONS - 1):
        if found[0].judged:
            found = max(found, _along(point, k, steps), key=lambda each: _gravity(each[0]))
    return found


def _along(point, k, steps) -> tuple[Comparison, bool | None]:
    """What one direction says of array k, and if it is not settled, whether f bends there as at a kink."""
    tried = trials(point, k, steps * point.sizes[k])
    clear = [trial for trial in tried if trial.clear]
    right = [trial for trial in clear if trial.excess <= max(point.floor, trial.fog)]
    if right:
        best = min(right, key=lambda trial: max(trial.excess, trial.fog))
        tolerance = max(point.floor, best.fog) + best.rounding / best.scale
        return Comparison(*best[:2], tolerance, finding=COARSE if best.excess > point.floor else ""), None
    if contradicted(tried, point.ceiling):
        best = min(tried, key=lambda trial: trial.fog)
        return Comparison(*best[:2], max(point.floor, best.fog)), bent(tried)
    zero = 0 < length(point.fine[k]) < NOISY * length(point.blurs[k])
    unsure = False if clear else None
    return Comparison(*tried[0][:2], math.inf, finding=ZERO if zero else UNSEEN), bent(tried) or unsure


def _gravity(found) -> tuple:
    """What decides which of several is told: its verdict, whether it was seen sharply, and its error."""
    return VERDICTS.index(found.verdict), found.judged and found.finding != COARSE, found.error if found.judged else 0.0


def _pending(found) -> bool:
    """Whether larger weights could show more."""
    return found.finding == UNSEEN or (found.finding == COARSE and found.tolerance > 1e-4)


def _names(tree, name="x") -> list[str]:
    """The names of the arrays of a tree, in its order, such as x[0].W."""
    if tree is None:
        return []
    if not isinstance(tree, (tuple, list)):
        return [name]
    parts = [f".{field}" for field in getattr(tree, "_fields", ())] or [f"[{k}]" for k in range(len(tree))]
    return [each for part, branch in zip(parts, tree, strict=True) for each in _names(branch, name + part)]
