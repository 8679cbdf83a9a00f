"""What all experiments share.

Their arguments have words of their own, beside those in ``require``. They run on one BLAS thread, and overflow raises
no warning, because it is measured. Unit draws are kept, and networks are summed up by a band.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, cast

import numpy as np

from ... import models, ops, require
from ...models.checks import require_layers
from ...ops import Array

F = TypeVar("F", bound=Callable)
WORK = 2**40  # multiplications of one call, some minutes
CALLS = 1_000_000  # layers or steps of one call, all in all, each of which is some calls of NumPy
LAST = 10  # steps of training whose batches' loss and accuracy are averaged
SEVERAL = 1_000  # rates or scales of one experiment
KEPT = 2**24  # numbers in one store of draws; beyond, it starts anew


def _number_or_array(name: str, value: Any) -> None:
    if type(value) is np.ndarray and value.dtype.kind in "fiu" and value.size:
        return
    if isinstance(value, (list, tuple, np.ndarray)):
        numbers = np.array(value, object)
        require.shape(name, numbers, "(), or one of a number at least", numbers.size)
        for each in numbers.ravel().tolist():
            _scalar(name, each)
    else:
        _scalar(name, value)


def _scalar(name: str, value: Any) -> None:
    require.instance(name, value, require.is_number(value), "a number, or an array of numbers")


def _alpha(name: str, value: Any) -> None:
    if not (isinstance(value, str) and value in models.ALPHAS):
        require.number(name, value)


ActivationName = Annotated[str, require.one_of(ops.ACTIVATIONS)]
FormName = Annotated[str | None, require.one_of(models.FORMS)]  # of a skip connection
Alpha = Annotated[float | str, _alpha]  # by what its branch is multiplied
NonNegatives = Annotated[
    Sequence[float], lambda name, values: require.numbers(name, require.several(name, values, SEVERAL), 0.0)
]

# Sizes, up to what takes a laptop some seconds. Where several are large, ``require_work`` limits their product.
PICTURES = 1500  # in the training set of the digits
Depth = Annotated[int, require.whole_from(1, 2_000)]  # layers of a net that is trained, or unrolled pair by pair
Width = Annotated[int, require.whole_from(1, 4_096)]
Networks = Annotated[int, require.whole_from(1, 1_000)]
Batch = Annotated[int, require.whole_from(1, PICTURES)]
BatchOfTwo = Annotated[int, require.whole_from(2, PICTURES)]
TrainSteps = Annotated[int, require.whole_from(1, 10_000)]
Time = Annotated[int, require.whole_from(1, 2_000)]  # steps of a sequence
TwoTimes = Annotated[int, require.whole_from(2, 2_000)]
NumberOrArray = Annotated[Any, _number_or_array]
Layers = Annotated[list, require_layers]


def require_work(what: str, *sizes: int, most: int = WORK) -> None:
    """Raise ValueError unless the ``sizes``, multiplied, come to ``most`` or less.   what : the product, in words."""
    require.whole(what, math.prod(sizes), 1, most)


def share_correct(logits: Array, labels) -> Array:
    """mean [argmax_d logits_d = label].  Return the share of the samples, N, that is classified correctly, (...).

    logits : (..., N, D); labels : (N,), or (..., N).
    """
    return (logits.argmax(axis=-1) == labels).mean(axis=-1)


def norm_and_skip(norm: str | None, skip: str | None, alpha: float | str) -> dict[str, Any]:
    """Return what models takes as ``norm`` and ``skip``, of an experiment's ``norm``, ``skip`` and ``alpha``."""
    return dict(norm=norm, skip=None if skip is None else models.Skip(skip, alpha))


def measured(function: F) -> F:
    """Return ``function`` as an experiment, which runs on one BLAS thread and without NumPy's floating-point warnings.

    At the sizes of these experiments, two threads are slower than one.
    """

    @functools.wraps(function)
    def run(*args, **kwargs):
        with _blas().limit(limits=1), np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return cast(F, run)


@functools.cache
def _blas():
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()


def scaled_draw(
    name: tuple[int, ...], draw: Callable, shape: tuple[int, ...], scale: float = 1.0, *, precision: str, seed: int
) -> np.ndarray:
    """Return ``scale`` times the unit draw called ``name``, an array of ``shape`` (seeds, ...).

    The draws of the first seeds are the same however many seeds there are. Each name has its own generator,
    (seed, *name), so that a smaller depth gives the first layers of the same network. Draws and their last scale are
    kept, so that a slider costs no random numbers, and one that leaves the scale alone costs nothing at all. What is
    returned holds until the next call, therefore, and must not be written to.
    """
    seeds, *rest = shape
    store = _store(tuple(rest), draw, precision, seed, threading.get_ident())
    if name not in store or len(store[name].unit) < seeds:
        if sum(kept.unit.size for kept in store.values()) > KEPT:
            store.clear()
        unit = draw(np.random.default_rng((seed, *name)), shape).astype(precision)
        store[name] = _Kept(unit, np.empty_like(unit), None)
    kept = store[name]
    if kept.scale != scale:
        store[name] = kept._replace(scale=None)  # an interrupt leaves no numbers of one scale under another's name
        np.multiply(kept.unit, kept.unit.dtype.type(scale), out=kept.scaled)
        store[name] = kept._replace(scale=scale)
    return kept.scaled[:seeds]


class Band(NamedTuple):
    """The median over the seeds, per layer, and the values that a tenth of the seeds lie below and above."""

    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


def band(rows: np.ndarray) -> Band:
    """Return the band over networks of ``rows`` (networks, ...).

    Its values are order statistics and never interpolated, so that a 0 stays a 0 and an inf stays an inf. A NaN sorts
    above inf, because it was inf before.
    """
    ordered = np.sort(rows, axis=0)
    return Band(*(ordered[round(share * (len(ordered) - 1))] for share in (0.1, 0.5, 0.9)))


def relative(norms: np.ndarray) -> np.ndarray:
    """Return norms (networks, layers), each divided by the norm at its network's last layer.

    Where nothing arrives, it is 0.
    """
    return np.where(norms == 0, 0.0, norms / norms[:, -1:])


def crossing(x: np.ndarray, y: np.ndarray) -> float:
    """Return the x at which y rises from below 0 to above 0, on the line between two points; NaN if it does not."""
    k = int(np.argmax(y > 0))
    if not (y[0] <= 0 < y[k] and np.isfinite(y[k - 1])):
        return float("nan")
    return float(x[k - 1] - y[k - 1] * (x[k] - x[k - 1]) / (y[k] - y[k - 1]))


class _Kept(NamedTuple):
    unit: np.ndarray
    scaled: np.ndarray
    scale: float | None


@functools.lru_cache(maxsize=3)
def _store(shape, draw, precision, seed, thread) -> dict:
    return {}
