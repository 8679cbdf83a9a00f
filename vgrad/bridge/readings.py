"""What was read of a network while it trained: plain arrays, a row for each step that was read.

Whoever can fill these arrays can be read by ``report``: a PyTorch loop through ``watch``, a JAX loop, or a log file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from .. import require
from ..ops import Array

BY_LAYER = ("dz", "dx", "dW", "W", "update", "size", "signal", "dead", "alike")
BY_STEP = ("output", "loss", "guess", "error")


class Readings(NamedTuple):
    """R readings of a network of L layers. NaN is what could not be read."""

    names: tuple[str, ...]  # of the layers, in the order of the forward pass
    steps: Array  # (R,) whole numbers: how many updates had been made before
    dz: Array  # (R, L): ‖dL/dz‖ of what a layer puts out
    dx: Array  # (R, L): ‖dL/dx‖ of what goes into it, which is dh of the layer before
    dW: Array  # (R, L): ‖dL/dW‖, as the optimizer met it
    W: Array  # (R, L): ‖W‖
    update: Array  # (R, L): ‖ΔW‖ / ‖W‖
    size: Array  # (R, L): the root mean square of what goes into a layer
    signal: Array  # (R, L): log10 of the share of x in which samples differ, as in probes.signal_fraction
    dead: Array  # (R, L): the share of inputs of a layer that are 0 on every sample
    alike: Array  # (R, L): the share of a layer's units whose dW is that of another unit
    output: Array  # (R,): ‖dL/d output‖ of the whole network
    loss: Array  # (R,)
    guess: Array  # (R,): the loss of a network that only guesses, where the loss is a cross-entropy
    error: Array  # (R,): ‖p - y‖ over that of a network that only guesses, for the same loss
    time: dict[str, Array]  # of a recurrent layer, by its name: (R, T), ‖dL/dx_t‖
    notes: tuple[str, ...] = ()

    def until(self, step: int) -> Readings:
        """Return the readings up to this step of training.  Raises ValueError if the first one is later."""
        count = int(np.searchsorted(self.steps, step, side="right"))
        require.whole("step", step, int(self.steps[0]))
        cut = {name: getattr(self, name)[:count] for name in ("steps", *BY_LAYER, *BY_STEP)}
        return self._replace(**cut, time={name: norms[:count] for name, norms in self.time.items()})


def readings(
    names: Sequence[str], steps: Sequence[int] | Array, *, time: Mapping[str, Array] | None = None,
    notes: Sequence[str] = (), **arrays,
) -> Readings:  # fmt: skip
    """Return Readings of arrays by their names, each (R, L) or (R,) as in ``Readings``, from whatever source.

    names : L layers; steps : R whole numbers that rise. What is not given is NaN. Raises ValueError for unknown names,
    for an array of another shape, and for fewer than one layer or reading.
    """
    names = tuple(map(str, require.several("names", names)))
    steps = np.asarray(steps)
    rising = steps.ndim == 1 and steps.size > 0 and steps.dtype.kind in "iu" and (np.diff(steps) > 0).all()
    require.instance("steps", steps, rising, "whole numbers that rise, one for each reading")
    for name in arrays:
        require.choice("arrays", name, (*BY_LAYER, *BY_STEP))
    shapes = dict.fromkeys(BY_LAYER, (len(steps), len(names))) | dict.fromkeys(BY_STEP, (len(steps),))
    filled = {name: _filled(name, arrays.get(name), shape) for name, shape in shapes.items()}
    return Readings(names, steps, **filled, time=_in_time(time, len(steps)), notes=_words(notes))


def _in_time(time, R: int) -> dict[str, Array]:
    """The arrays (R, T) of recurrent layers, by their names."""
    mapping = {} if time is None else time
    require.instance("time", time, isinstance(mapping, Mapping), "a dict of arrays (R, T) by the names of layers")
    arrays = {str(name): np.asarray(norms, np.float64) for name, norms in mapping.items()}
    for name, array in arrays.items():
        require.shape(
            f"time[{name!r}]", array, f"({R}, T), a row for each reading", array.ndim == 2 and len(array) == R
        )
    return arrays


def _words(notes) -> tuple[str, ...]:
    several = isinstance(notes, (list, tuple)) and all(isinstance(note, str) for note in notes)
    require.instance("notes", notes, several, "a list of sentences")
    return tuple(notes)


def _filled(name: str, given, shape: tuple[int, ...]) -> Array:
    """The array in float64; NaN if it is not given."""
    if given is None:
        return np.full(shape, np.nan)
    array = np.asarray(given, np.float64)
    require.shape(name, array, f"{shape}, a row for each reading", array.shape == shape)
    return array
