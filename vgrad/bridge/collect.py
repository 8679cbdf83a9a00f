"""From the numbers of each reading to arrays: here they leave their device."""

from __future__ import annotations

import numpy as np

from . import layers
from .hooks import Reading
from .readings import BY_STEP, Readings, readings

JOINED = ("dW", "W", "moved")  # over all weights of a layer
AT_A_CALL = ("dz", "dx", "size", "signal", "dead")  # a number for each call of a layer


def collect(owners: list[str], done: list[Reading], losses: dict, notes: list[str], whole: str) -> Readings:
    """Return the readings of the modules that own weights, with the losses that were noted.

    whole : what the model itself is called, whose own name is empty, where it owns a weight.
    """
    called = list(dict.fromkeys(name for each in done for name in each.called))
    rows = layers.by_call(owners, called)
    names = [key for name in rows for key in _calls(name, done)]
    beside = set(rows).difference(layers.in_chain(called))
    arrays = {what: np.full((len(done), len(names)), np.nan) for what in (*AT_A_CALL, *JOINED, "alike")}
    for reading, each in enumerate(done):
        for layer, name in enumerate(names):
            for what in AT_A_CALL if name not in beside else ():
                arrays[what][reading, layer] = _number(each, what, name)
            for what in JOINED if name in rows else ():
                arrays[what][reading, layer] = _joined([_number(each, what, owner) for owner in rows[name]])
            if name in rows:
                arrays["alike"][reading, layer] = _number(each, "alike", rows[name][0])
    with np.errstate(divide="ignore", invalid="ignore"):
        arrays["update"] = arrays.pop("moved") / arrays["W"]
    by_step = {what: np.array([_number(each, what, "") for each in done]) for what in BY_STEP}
    noted = np.array([float(losses.get(each.step, np.nan)) for each in done])
    by_step["loss"] = np.where(np.isnan(noted), by_step["loss"], noted)
    troubles = [f"Some numbers could not be read ({each.trouble})." for each in done if each.trouble]
    return readings(
        [whole + name if name[:1] in ("", " ") else name for name in names],
        [each.step for each in done],
        time=_in_time(done),
        notes=[*notes, *troubles[:1]],
        **arrays,
        **by_step,
    )


def _calls(name: str, done: list[Reading]) -> list[str]:
    """The rows of one layer: its name, and behind it "name #2" and so on where it is called again in one pass."""
    keys = {key for each in done for what, key in each.numbers if what in AT_A_CALL and key.startswith(f"{name} #")}
    return [name, *sorted(keys, key=lambda key: int(key.rpartition("#")[2]))]


def _number(reading: Reading, what: str, key: str) -> float:
    return float(reading.numbers.get((what, key), np.nan))


def _joined(norms: list[float]) -> float:
    """The norm of several together, of those that there are."""
    known = [norm for norm in norms if not np.isnan(norm)]
    return float(np.sqrt(np.sum(np.square(known)))) if known else np.nan


def _in_time(done: list[Reading]) -> dict[str, np.ndarray]:
    """‖dL/dx_t‖ by layer, (R, T), with NaN behind the end of a shorter sequence."""
    rows: dict[str, np.ndarray] = {}
    for name in dict.fromkeys(key for each in done for key in each.time):
        found = [np.asarray(each.time[name].cpu()) if name in each.time else np.empty(0) for each in done]
        rows[name] = np.full((len(done), max(map(len, found))), np.nan)
        for row, norms in zip(rows[name], found, strict=True):
            row[: len(norms)] = norms
    return rows
