"""Differences that know how far they can be trusted: what one step says, what several steps say, and why they differ.

At x, f is rounded, and so is its pullback. ``Point`` measures both. One ``Trial`` takes one step from there, in one
array of x, and ``trials`` looks for a step at which the two sides of the identity can be told apart.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from .. import require
from ..tape import leaves, tree_map

RIGHT = 1e-7  # up to here nothing is wrong in float64
NOISY = 8  # how many times the measured noise two right answers may differ by
BLIND = 0.06  # where noise may have more than this share of both sides, an error could hide
NEARBY = 1e-3  # a step that every function notices
EPS = float(np.finfo(np.float64).eps)


class Trial(NamedTuple):
    """Both sides of the identity at one step, and what could set them apart although both are right."""

    exact: float
    approximate: float
    step: float
    noise: float  # by which they may differ because f is rounded
    rounding: float  # by which the pullback differs from its own answer in float64
    bend: float  # by which the two one-sided differences differ

    @property
    def gap(self) -> float:
        """How far the two sides are apart."""
        return abs(self.exact - self.approximate)

    @property
    def scale(self) -> float:
        """The larger of the two sides."""
        return max(abs(self.exact), abs(self.approximate))

    @property
    def fog(self) -> float:
        """The relative error that noise explains, which is inf where nothing has moved."""
        return self.noise / self.scale if self.scale else math.inf

    @property
    def excess(self) -> float:
        """The relative error that the pullback's own rounding does not explain."""
        return (self.gap - self.rounding) / self.scale if self.scale else 0.0

    @property
    def clear(self) -> bool:
        """Whether an error of the pullback would show."""
        return 0 < self.scale < math.inf and self.noise + self.rounding <= BLIND * self.scale


class Point:
    """One x, what f and its pullback say there, and how coarsely they are rounded.

    f is also asked in float64. If it then computes in float64, the differences have all its digits, even if x itself
    is float16. If it rounds inside, ``noise`` shows it. If it refuses, as where it holds float16 itself, it is asked in
    x's own type, and every step is as x then rounds it.
    """

    def __init__(self, f, x, rng):
        self.f, self.form, self.rng = f, x, rng
        self.x = [np.asarray(a, np.float64) for a in leaves(x)]
        self.sizes = [length(a) / math.sqrt(a.size or 1) or 1.0 for a in self.x]
        y, pullback = f(x)
        u = tree_map(lambda a: rng.standard_normal(np.shape(a)).astype(_float_type(a)), y)
        self.gradients = self._pulled(pullback, u)
        self.types = [np.dtype(np.float64)] * len(self.x)
        try:
            y, pullback = f(self.tree(self.x))
        except ValueError:
            self.types = [np.asarray(a).dtype for a in leaves(x)]
        self.fine = self._pulled(pullback, u)
        near_u = tree_map(self._near, u)
        self.blurs = [a - b for a, b in zip(self._pulled(pullback, near_u), self.fine, strict=True)]
        self.y, self.u = _flat(y), _flat(u)
        self.noise = self._noise()
        grain = max(self.noise / (length(self.u * self.y) or 1.0), EPS)
        self.best_step = grain ** (1 / 3)  # where h² and grain / h are alike
        self.floor = min(max(RIGHT, 10 * grain ** (2 / 3)), BLIND)  # and what they then leave
        self.ceiling = self.floor if self.floor == RIGHT else 3 * self.floor  # above it, no rounding is to blame

    def tree(self, arrays):
        """The arrays in the form of x."""
        each = iter(arrays)
        return tree_map(lambda _: next(each), self.form)

    def value(self, arrays):
        """All numbers of f's answer in one row."""
        return _flat(self.f(self.tree(map(np.asarray, arrays, self.types)))[0])

    def _near(self, u):
        """A cotangent that is off by a rounding of the type in which f is asked."""
        asked = np.result_type(*self.types)
        near = u * (1 + np.finfo(asked).eps * self.rng.standard_normal(np.shape(u)))
        return near.astype(u.dtype) if asked != np.float64 else near

    def _pulled(self, pullback, u) -> list:
        """The arrays of Jᵀu. A gradient that only broadcasts to its argument's shape is wrong."""
        found = []

        def keep(a, g):
            require.shape("pullback's answer", g, f"its argument's, {np.shape(a)}", np.shape(a) == np.shape(g))
            found.append(np.asarray(g, np.float64))

        tree_map(keep, self.form, pullback(u))
        return found

    def _noise(self) -> float:
        """How far ⟨u, y⟩ jumps where x has moved just so far that half of y moves at all."""
        way = [(a if a.any() else 1.0) * self.rng.standard_normal(a.shape) for a in self.x]

        def jump(t):
            return self.value([a + t * v for a, v in zip(self.x, way, strict=True)]) - self.y

        most = np.count_nonzero(jump(NEARBY))
        jumps = map(jump, 4.0 ** np.arange(-26, -3))
        first = next((each for each in jumps if 2 * np.count_nonzero(each) >= most), 0 * self.y)
        # Where less than half of y moves, there is too little to measure.
        eps = _grain(self.y, np.result_type(*self.types)) if 2 * most < np.count_nonzero(self.y) else EPS
        return max(length(self.u * first), eps * length(self.u * self.y))

    def noise_at(self, k, v, h) -> float:
        """By how much both sides of the identity may differ because they are rounded."""
        return NOISY * (self.noise / h + length(self.blurs[k] * v))

    def direction(self, k):
        """N(0, 1) entries, and along the gradient itself exactly 1, so that ⟨Jᵀu, v⟩ is not 0 by chance."""
        v = self.rng.standard_normal(self.x[k].shape)
        norm = length(self.gradients[k])
        if not norm:
            return v
        unit = self.gradients[k] / norm
        return v + (1 - np.sum(unit * v)) * unit

    def trial(self, k, v, h) -> Trial:
        """⟨Jᵀu, v⟩ and ⟨u, f(x + hv) - f(x - hv)⟩ / 2h, where only array k moves, by the v that rounding leaves."""
        before, own, after = self.x[:k], self.x[k], self.x[k + 1 :]
        ends = [end.astype(self.types[k]).astype(np.float64) for end in (own + h * v, own - h * v)]
        above, below = (float(self.u @ (self.value([*before, end, *after]) - self.y)) for end in ends)
        v = (ends[0] - ends[1]) / (2 * h)
        exact = float(np.sum(self.gradients[k] * v))
        rounding = abs(exact - float(np.sum(self.fine[k] * v)))
        return Trial(exact, (above - below) / (2 * h), h, self.noise_at(k, v, h), rounding, abs(above + below) / h)


def trials(point, k, steps) -> list[Trial]:
    """Try one of the steps, and if it does not settle the question, a longer one against noise, or else a shorter."""
    v = point.direction(k)
    expected = abs(float(np.sum(point.gradients[k] * v)))
    unseen = 0 < BLIND * expected < point.noise_at(k, v, steps[-1])
    i = len(steps) - 1 if unseen else _index(steps, point.best_step * point.sizes[k])
    tried = {}
    while 0 <= i < len(steps) and i not in tried:
        trial = tried[i] = point.trial(k, v, steps[i])
        if (trial.clear and trial.excess <= point.floor) or trial.rounding > BLIND * trial.scale:
            break
        against = contradicted(tried.values(), point.ceiling)
        if against:
            i = int(np.searchsorted(steps, 0.99 * against[0].step)) - 1
            if i < 0 or point.noise_at(k, v, steps[i]) > BLIND * against[0].gap:
                break
        elif trial.fog >= min(trial.excess, BLIND):
            i = max(i + 1, _index(steps, steps[i] * trial.fog / point.floor))
        else:
            i -= 1
    return [tried[i] for i in sorted(tried)]


def contradicted(tried, ceiling) -> tuple:
    """Two steps whose differences agree with each other, and not with the pullback; or () if there are none.

    Long steps may agree by chance. A shorter one objects if it sees as sharply, and is nearer to the pullback.
    """
    tried = sorted(tried, key=lambda trial: trial.step)
    apart = [trial for trial in tried if trial.excess > max(ceiling, 2 * trial.fog)]
    for pair in combinations(apart, 2):
        gap = min(trial.gap for trial in pair)
        shorter = [trial for trial in tried if trial.step < pair[0].step]
        if _agree(*pair) and all(trial.noise > BLIND * gap or trial.gap > 0.5 * gap for trial in shorter):
            return pair
    return ()


def _agree(a, b) -> bool:
    own = max(0.5 * min(abs(a.approximate), abs(b.approximate)), a.noise + b.noise)
    return abs(a.approximate - b.approximate) <= min(0.1 * a.gap, 0.1 * b.gap, own)


def bent(tried) -> bool:
    """Whether the one-sided differences stay apart as the step becomes shorter. Where f is smooth, they meet."""
    if len(tried) < 2 or not tried[0].bend > tried[0].noise:
        return False
    short, long = tried[:2]
    return short.bend > long.bend * math.sqrt(short.step / long.step)


def length(a) -> float:
    """The norm, and of tiny and of huge numbers as well."""
    largest = float(np.max(np.abs(a), initial=0.0))
    if not 0 < largest < math.inf:
        return largest
    return largest * math.sqrt(float(np.sum((a / largest) ** 2)))


def _index(steps, t) -> int:
    return min(int(np.searchsorted(steps, 0.99 * t)), len(steps) - 1)


def _grain(y, asked) -> float:
    """The rounding of the type in which f is asked, or of float32 if that holds all of y."""
    kind = np.float32 if asked == np.float64 and np.array_equal(y, y.astype(np.float32)) else asked
    return float(np.finfo(kind).eps)


def _float_type(y):
    y = np.asarray(y) if isinstance(y, (float, np.floating)) else y
    require.array("f's answer", y)
    return y.dtype


def _flat(tree):
    return np.concatenate([np.ravel(np.asarray(a, np.float64)) for a in leaves(tree)])
