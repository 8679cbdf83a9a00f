"""What learners hand over in lesson 04, of weights."""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction

import numpy as np

from vgrad import init, theory

SQUARE, SLOPE = theory.moments("gelu", 1.0)


def drawn(std, mean=0.0):
    """An initializer of this standard deviation."""
    return lambda fan_in, fan_out, rng: mean + std(fan_in, fan_out) * rng.standard_normal((fan_in, fan_out))


def he(fan_in, fan_out):
    return (2 / fan_in) ** 0.5


def as_taught(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * (2 / fan_in) ** 0.5


def unit_by_unit(fan_in, fan_out, rng):
    W = np.empty((fan_in, fan_out))
    for unit in range(fan_out):
        W[:, unit] = rng.normal(0, (2 / fan_in) ** 0.5, fan_in)
    return W


def lists(fan_in, fan_out, rng):
    return [[(2 / fan_in) ** 0.5 * number for number in rng.standard_normal(fan_out)] for _ in range(fan_in)]


def from_a_child(fan_in, fan_out, rng):
    child = np.random.default_rng(rng.integers(2**32))
    return as_taught(fan_in, fan_out, child)


class He:
    gain = 2

    def draw(self, fan_in, fan_out, rng):
        return rng.normal(scale=np.sqrt(self.gain / fan_in), size=(fan_in, fan_out))


def global_state(fan_in, fan_out, rng):
    return np.random.randn(fan_in, fan_out) * (2 / fan_in) ** 0.5  # noqa: NPY002


def global_state_seeded(fan_in, fan_out, rng):
    np.random.seed(0)  # noqa: NPY002
    return global_state(fan_in, fan_out, rng)


def one_column(fan_in, fan_out, rng):
    return np.tile(rng.standard_normal((fan_in, 1)) * (2 / fan_in) ** 0.5, fan_out)


def one_row(fan_in, fan_out, rng):
    return np.tile(rng.standard_normal(fan_out) * (2 / fan_in) ** 0.5, (fan_in, 1))


def two_rows(fan_in, fan_out, rng):
    return np.tile(rng.standard_normal((2, fan_out)) * (2 / fan_in) ** 0.5, (fan_in // 2, 1))


def two_copies(fan_in, fan_out, rng):
    half = drawn(he)(fan_in, fan_out // 2, rng) * 1.0
    return np.hstack([half, half])


def mirrored(fan_in, fan_out, rng):
    half = drawn(lambda n, m: (2 / fan_in) ** 0.5)(fan_in // 2, fan_out, rng)
    return np.vstack([half, -half])


def graded(fan_in, fan_out, rng):
    return as_taught(fan_in, fan_out, rng) * np.linspace(0, 3**0.5, fan_out)


def one_seed_more(fan_in, fan_out, rng):
    return as_taught(fan_in, fan_out, np.random.default_rng(0)) + 1e-9 * rng.standard_normal()


KEPT = {}


def kept(fan_in, fan_out, rng):
    """It draws once for each rng, and then hands out the same again."""
    start = str(rng.bit_generator.seed_seq.entropy)
    return KEPT.setdefault((fan_in, fan_out, start), as_taught(fan_in, fan_out, np.random.default_rng(int(start))))


RIGHT = {
    "gelu_sigma": {
        "by theory": SQUARE**-0.5,
        "a root": 1 / np.sqrt(SQUARE),
        "a NumPy scalar": np.float64(SQUARE) ** -0.5,
        "in float32": np.float32(SQUARE) ** np.float32(-0.5),
        "a fraction": Fraction(15336, 10000),
        "a decimal": Decimal("1.5336"),
        "a 0-d array": np.array(SQUARE) ** -0.5,
        "an array of one": np.array([SQUARE]) ** -0.5,
        "from four digits": (1 / 0.4252) ** 0.5,
        "rounded": 1.534,
        "rounded further": 1.53,
    },
    "initializer": {
        "as taught": as_taught,
        "normal": lambda n, m, rng: rng.normal(0, np.sqrt(2 / n), (n, m)),
        "normal, by keyword": lambda n, m, rng: rng.normal(scale=np.sqrt(2 / n), size=(n, m)),
        "uniform": lambda n, m, rng: rng.uniform(-np.sqrt(6 / n), np.sqrt(6 / n), (n, m)),
        "signs": lambda n, m, rng: rng.choice([-1.0, 1.0], (n, m)) * (2 / n) ** 0.5,
        "transposed draw": lambda n, m, rng: rng.standard_normal((m, n)).T * (2 / n) ** 0.5,
        "in float32": lambda n, m, rng: rng.standard_normal((n, m), dtype=np.float32) * np.float32((2 / n) ** 0.5),
        "unit by unit": unit_by_unit,
        "lists": lists,
        "from a child": from_a_child,
        "a method": He().draw,
        "a partial": functools.partial(lambda two, n, m, rng: rng.standard_normal((n, m)) * (two / n) ** 0.5, 2),
        "the engine's": lambda n, m, rng: init.he(n, m) * init.normal(rng, (n, m)),
        "of Laplace": lambda n, m, rng: rng.laplace(size=(n, m)) / n**0.5,
        "signs and exponentials": lambda n, m, rng: rng.choice([-1, 1], (n, m)) * rng.exponential(size=(n, m)) / n**0.5,
        "of Student": lambda n, m, rng: rng.standard_t(5, (n, m)) * (0.6 * 2 / n) ** 0.5,
        "nine of ten are 0": lambda n, m, rng: as_taught(n, m, rng) * (rng.random((n, m)) < 0.1) * 10**0.5,
        "of all outputs at once": lambda n, m, rng: rng.multivariate_normal(np.zeros(m), 2 / n * np.eye(m), n),
        "other names": lambda inputs, outputs, random: as_taught(inputs, outputs, random),
    },
}

WRONG = {
    "gelu_sigma": {
        "a square": (1 / SQUARE, "root"),
        "the gradient's": (SLOPE**-0.5, "gradient"),
        "the gradient's square": (1 / SLOPE, "slopes"),
        "the gradient's average": (SLOPE, "gradient"),
        "ReLU's": (2**0.5, "ReLU"),
        "Xavier's": (1.0, "hands on all"),
        "upside down": (SQUARE**0.5, "upside down"),
        "the average": (SQUARE, "mean square"),
        "the sign": (-(SQUARE**-0.5), "sign"),
        "of the mean of both": ((2 / (SQUARE + SLOPE)) ** 0.5, "both averages"),
        "of the product of both": ((SQUARE * SLOPE) ** -0.25, "both averages"),
        "between both": ((SQUARE**-0.5 + SLOPE**-0.5) / 2, "both averages"),
        "badly rounded": (1.54, "nearly"),
        "two digits": (1.5, "three significant digits"),
        "too small": (1.45, "mean square"),
        "wrong": (3.0, "should stay 1"),
        "nothing": (0, "should stay 1"),
        "both averages": (theory.moments("gelu", 1.0), "tuple"),
        "a text": ("1.53", "quotes"),
        "a list": ([1.5336], "list"),
        "complex": (1.5336 + 0j, "imaginary"),
        "True": (True, "yes-or-no"),
        "NaN": (np.nan, "NaN"),
        "infinite": (np.inf, "infinite"),
    },
    "initializer": {
        "half": (drawn(lambda n, m: n**-0.5), "halves"),
        "outputs": (drawn(lambda n, m: (2 / m) ** 0.5), "fan_out"),
        "Xavier's": (drawn(lambda n, m: (2 / (n + m)) ** 0.5), "Xavier"),
        "the variance": (drawn(lambda n, m: 2 / n), "root"),
        "uniform": (lambda n, m, rng: rng.uniform(-he(n, m), he(n, m), (n, m)), "s² / 3"),
        "PyTorch's uniform": (lambda n, m, rng: rng.uniform(-(n**-0.5), n**-0.5, (n, m)), "s² / 3"),
        "unit": (drawn(lambda n, m: 1.0), "unit weights"),
        "upside down": (drawn(lambda n, m: (n / 2) ** 0.5), "upside down"),
        "2 before the root": (drawn(lambda n, m: 2 * n**-0.5), "under the root"),
        "wrong": (drawn(lambda n, m: 0.5), "standard deviation"),
        "300 hard-coded": (drawn(lambda n, m: (2 / 300) ** 0.5), "follow the number of inputs"),
        "one input more": (drawn(lambda n, m: (2 / (n + 1)) ** 0.5), "for 2 inputs"),
        "one input less": (drawn(lambda n, m: (2 / (n - 1)) ** 0.5), "for 2 inputs"),
        "the scale twice": (lambda n, m, rng: rng.normal(0, he(n, m), (n, m)) * he(n, m), "multiply by it once"),
        "the smaller": (drawn(lambda n, m: (2 / min(n, m)) ** 0.5), "follow the number of inputs"),
        "the shape hard-coded": (lambda n, m, rng: rng.standard_normal((300, 500)) * (2 / 300) ** 0.5, "shape"),
        "turned": (lambda n, m, rng: rng.standard_normal((m, n)) * (2 / n) ** 0.5, "rows are inputs"),
        "flat": (lambda n, m, rng: rng.standard_normal(n * m) * (2 / n) ** 0.5, "shape"),
        "a single weight": (lambda n, m, rng: rng.standard_normal() * (2 / n) ** 0.5, "shape"),
        "a mean": (drawn(he, mean=0.1), "mean"),
        "sizes alone": (lambda n, m, rng: abs(as_taught(n, m, rng)), "mean"),
        "not centred": (lambda n, m, rng: rng.random((n, m)) * (2 / n) ** 0.5, "mean"),
        "a constant": (lambda n, m, rng: np.full((n, m), (2 / n) ** 0.5), "mean"),
        "zeros": (lambda n, m, rng: np.zeros((n, m)), "0"),
        "equal columns": (one_column, "columns are copies of each other"),
        "equal rows": (one_row, "rows are copies of each other"),
        "two copies": (two_copies, "columns are copies"),
        "two rows in turns": (two_rows, "rows are copies"),
        "mirrored": (mirrored, "rows are copies of each other, times a factor"),
        "columns of different sizes": (graded, "one size"),
        "no rng": (lambda n, m, rng: as_taught(n, m, np.random.default_rng(0)), "whatever the rng"),
        "hardly any rng": (one_seed_more, "whatever the rng"),
        "a fresh rng": (lambda n, m, rng: as_taught(n, m, np.random.default_rng()), "np.random"),
        "the global state": (global_state, "np.random"),
        "the global state, seeded": (global_state_seeded, "whatever the rng"),
        "kept": (kept, "two layers"),
        "NaN": (lambda n, m, rng: as_taught(n, m, rng) * np.nan, "NaN"),
        "nothing": (lambda n, m, rng: None, "returns nothing"),
        "called": (as_taught(300, 500, np.random.default_rng(0)), "without calling"),
        "no rng in its arguments": (lambda n, m: np.zeros((n, m)), "other arguments"),
    },
}
