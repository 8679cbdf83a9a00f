"""What learners hand over in the lesson on learning to remember."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vgrad.lessons.memory.measure.scan import scan


def share(short=0.5, carried=1.0, reset=lambda L, k: 1 - L / (2 * k), least=lambda L: L + 1):
    """The three cases of the exercise, each with an answer of its own."""

    def share_right(L, k, carried_over):
        if k < least(L):
            return short(L, k) if callable(short) else short
        return carried if carried_over else reset(L, k)

    return lambda L, k, carried: share_right(L, k, carried)


def by_counting(L, k, carried):
    answers = [1.0 if carried or step >= L else 0.5 for step in range(k)]
    return sum(answers) / k if k > L else 0.5


class Windows:
    def right(self, L, k, carried=True):
        learned = k > L
        return np.array([0.5 + 0.5 * learned * (1 if carried else (k - L) / k)])


def recurrence(back, gamma=lambda r: (1 - r**2) ** 0.5):
    """A recurrence with gamma(r), and a pullback that is back(r, gamma, dh)."""

    def function(r, u):
        factor = gamma(r)
        return scan(r, factor * u), lambda dh: back(r, factor, dh)

    return function


def right_back(r, gamma, dh):
    return gamma * scan(r, dh[::-1])[::-1]


def in_loops(r, u):
    gamma = (1 - r * r) ** 0.5
    h = u.copy()
    for t in range(len(u)):
        h[t] = gamma * u[t] + (r * h[t - 1] if t else 0)

    def pullback(dh):
        du = dh.copy()
        for t in reversed(range(len(dh) - 1)):
            du[t] += r * du[t + 1]
        return gamma * du

    return h, pullback


def as_a_matrix(r, u):
    times = np.arange(len(u))
    reach = np.sqrt(1 - r**2) * np.tril(r ** np.maximum(times[:, None] - times, 0))
    return reach @ u, lambda dh: reach.T @ dh


def in_float32(r, u):
    r = np.float32(r)
    gamma = np.sqrt(1 - r**2)
    h = scan(r, gamma * u.astype(np.float32))
    return h, lambda dh: gamma * scan(r, dh.astype(np.float32)[::-1])[::-1]


class Recurrence:
    def step(self, r, u):
        gamma = np.sqrt((1 - r) * (1 + r))
        return [scan(r, u) * gamma, lambda dh: np.flip(scan(r, np.flip(gamma * dh, axis=0)), axis=0)]


KEPT = {}


def in_global_names(r, u):
    KEPT.update(r=r)
    gamma = (1 - r**2) ** 0.5
    return scan(r, gamma * u), lambda dh: right_back(KEPT["r"], (1 - KEPT["r"] ** 2) ** 0.5, dh)


def in_place(r, u):
    u *= (1 - r**2) ** 0.5
    return scan(r, u), lambda dh: right_back(r, (1 - r**2) ** 0.5, dh)


RIGHT = {
    "share_right": {
        "as the lesson has it": share(),
        "counted, answer by answer": by_counting,
        "a method, and an array": Windows().right,
        "as a half and a half of what is learned": share(reset=lambda L, k: 0.5 + (1 - L / k) / 2),
        "as guesses and learned answers": share(reset=lambda L, k: (L * 0.5 + (k - L)) / k),
        "as fractions": share(Fraction(1, 2), 1, lambda L, k: 1 - Fraction(L, 2 * k)),
        "with k = L in the last case, which gives a half as well": share(least=lambda L: L),
        "in float32": share(np.float32(0.5), np.float32(1), lambda L, k: np.float32(1 - L / (2 * k))),
    },
    "recurrence": {
        "as the lesson has it": recurrence(right_back),
        "in loops": in_loops,
        "as a matrix": as_a_matrix,
        "in float32": in_float32,
        "a method, and a list for the pair": Recurrence().step,
        "gamma inside of scan": recurrence(lambda r, gamma, dh: scan(r, gamma * dh[::-1])[::-1]),
        "with flip": recurrence(lambda r, gamma, dh: gamma * np.flip(scan(r, np.flip(dh, 0)), 0)),
        "gamma by expm1": recurrence(right_back, gamma=lambda r: np.sqrt(-np.expm1(2 * np.log(r)))),
    },
}
WRONG = {
    "share_right": {
        "a guess is never right": (share(0.0), "half of them are right"),
        "everything is learned": (share(1.0), "apart"),
        "one formula for all": (share(lambda L, k: 1 - L / (2 * k)), "L = 4, k = 2"),
        "one formula from k = L on": (share(lambda L, k: 1 / 2 if k < L else 2 / 3), "Count the answers"),
        "carried, and not learned": (share(carried=0.5), "so the network learns"),
        "what is seen alone, carried": (lambda L, k, carried: 0.5 if k <= L else (k - L) / k, "carried state"),
        "carried as if reset": (lambda L, k, carried: 0.5 if k <= L else 1 - L / (2 * k), "when the state is reset"),
        "reset as if carried": (share(reset=lambda L, k: 1.0), "has lost the causes"),
        "reset, and not learned": (share(reset=lambda L, k: 0.5), "are learned"),
        "no guesses": (share(reset=lambda L, k: (k - L) / k), "the others are guessed"),
        "L - 1 guesses": (share(reset=lambda L, k: 1 - (L - 1) / (2 * k)), "number L + 1"),
        "the wrong answers": (share(reset=lambda L, k: L / (2 * k)), "share of wrong answers"),
        "the guesses": (share(reset=lambda L, k: L / k), "share of guesses"),
        "in percent": (share(50.0, 100.0, lambda L, k: 100 - 50 * L / k), "between 0 and 1"),
        "a count": (share(reset=lambda L, k: k - L / 2), "between 0 and 1"),
        "k = L + 1 written into it": (share(reset=lambda L, k: 1 - L / (2 * (L + 1))), "Count the answers"),
        "learned and guessed exchanged": (share(reset=lambda L, k: (L + (k - L) / 2) / k), "Count the answers"),
        "a formula of its own": (share(reset=lambda L, k: 0.93), "Count the answers"),
        "two numbers": (lambda L, k, carried: (0.5, 1.0), "one number"),
        "a word": (lambda L, k, carried: "all", "one number"),
        "fewer arguments": (lambda L, k: 0.5, "arguments"),
    },
    "recurrence": {
        "no gamma": (recurrence(right_back, gamma=lambda r: 1.0), "grows to"),
        "no root": (recurrence(right_back, gamma=lambda r: 1 - r**2), "take the root"),
        "r not squared": (recurrence(right_back, gamma=lambda r: (1 - r) ** 0.5), "by r²"),
        "1 - r": (recurrence(right_back, gamma=lambda r: 1 - r), "squares add up"),
        "divided": (recurrence(right_back, gamma=lambda r: (1 - r**2) ** -0.5), "multiply by the root"),
        "the mean square": (recurrence(right_back, gamma=lambda r: 1 / (1 - r**2)), "bring it back to 1"),
        "a plus": (recurrence(right_back, gamma=lambda r: (1 + r**2) ** 0.5), "1 + r²"),
        "no gamma in the backward pass": (
            recurrence(lambda r, gamma, dh: scan(r, dh[::-1])[::-1]), "so its gradient is too",
        ),
        "forwards": (recurrence(lambda r, gamma, dh: gamma * scan(r, dh)), "turn dh around"),
        "turned once": (recurrence(lambda r, gamma, dh: gamma * scan(r, dh[::-1])), "turn it around as well"),
        "turned at the end alone": (recurrence(lambda r, gamma, dh: gamma * scan(r, dh)[::-1]), "turned around too"),
        "no recurrence": (recurrence(lambda r, gamma, dh: gamma * dh), "part of all later h"),
        "dh itself": (recurrence(lambda r, gamma, dh: dh), "multiplied by gamma"),
        "gamma twice": (recurrence(lambda r, gamma, dh: gamma * right_back(r, gamma, dh)), "twice"),
        "divided by r": (recurrence(lambda r, gamma, dh: gamma * scan(1 / r, dh[::-1])[::-1]), "does not divide"),
        "divided by gamma": (recurrence(lambda r, gamma, dh: scan(r, dh[::-1])[::-1] / gamma), "not divided"),
        "a sum without r": (recurrence(lambda r, gamma, dh: gamma * scan(1.0, dh[::-1])[::-1]), "multiplies by r"),
        "one r too many": (recurrence(lambda r, gamma, dh: r * right_back(r, gamma, dh)), "dh_t itself"),
        "a minus": (recurrence(lambda r, gamma, dh: -right_back(r, gamma, dh)), "by a plus"),
        "r hard-coded": (recurrence(lambda r, gamma, dh: gamma * scan(0.9, dh[::-1])[::-1]), "r = 0.5"),
        "units turned around": (
            recurrence(lambda r, gamma, dh: gamma * scan(r, dh[:, ::-1])[:, ::-1]), "turn dh around",
        ),
        "another shape": (recurrence(lambda r, gamma, dh: right_back(r, gamma, dh)[0]), "shape"),
        "in global names": (in_global_names, "global"),
        "u overwritten": (in_place, "has changed"),
        "du in place of a function": (lambda r, u: (scan(r, (1 - r**2) ** 0.5 * u), u), "function"),
    },
}  # fmt: skip
