"""What an investigation is, and by which rule its claim is supported.

The rule: the mean difference between net and control has the claimed sign and is larger than the spread, which is the
standard deviation of the differences by seed, and each seed has that sign. Of five seeds of pure noise, the rule
accepts a claim made before the look in 3 of 100 cases, and in at most 1 of 32 whatever the noise is, as long as it is
symmetric. The mean and the spread alone would accept 4.5 of 100 where the noise is normal. Who turns the claim round
after the look doubles these shares, to 5.6 of 100, which is why the reply to an opposite effect asks for new seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..ops import Array
from .expect import is_missing
from .marks.grammar import number

LEAST = 5  # seeds
DIRECTIONS = ("higher", "lower")
SEEDS = ("seeds", "seed")  # settings that say which networks are drawn, and how many
PARTS = ("claim", "experiment", "quantity", "direction", "changed", "net", "control")


class Investigation(NamedTuple):
    """A claim, its design, and what was measured; the three dots stand for what is still to be filled in."""

    claim: str
    experiment: str  # its name
    quantity: str  # its name
    direction: str  # "higher" or "lower", of the net beside the control
    changed: str  # the one setting in which they may differ
    net: dict[str, Any]  # all settings, defaults included
    control: dict[str, Any]
    of_net: Array | None  # (seeds,): the quantity of each network; None where the design was not measured
    of_control: Array | None

    @property
    def missing(self) -> list[str]:
        """Which parts are still to be filled in, by name."""
        return [name for name in PARTS if _open(getattr(self, name))]

    @property
    def differing(self) -> list[str]:
        """The settings in which net and control differ, apart from those that choose the seeds."""
        names = dict.fromkeys([*self.net, *self.control])
        return [name for name in names if name not in SEEDS and self._differ(name)]

    def _differ(self, name: str) -> bool:
        if (name in self.net) != (name in self.control):
            return True
        return not _same(self.net.get(name), self.control.get(name))

    @property
    def differences(self) -> Array:
        """The quantity of each network minus that of its control, which has the same seed: (seeds,)."""
        return np.asarray(self.of_net) - np.asarray(self.of_control)

    @property
    def effect(self) -> float:
        """The mean of the differences."""
        return float(self.differences.mean())

    @property
    def spread(self) -> float:
        """The standard deviation of the differences, of which n - 1 are free."""
        return float(self.differences.std(ddof=1))


def _open(value: Any) -> bool:
    return is_missing(value) or (isinstance(value, Mapping) and any(each is ... for each in value.values()))


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one is other or np.array_equal(one, other))
    except (TypeError, ValueError):
        return False


# --- the judgement ----------------------------------------------------------------------------------------------------


def design_fault(design: Investigation) -> str | None:
    """Return why such a measurement could not decide the claim, or None.   design : with all its parts."""
    differing, changed = design.differing, design.changed
    if not differing:
        return (
            "there is no control yet, because net and control have the same settings. A control is the same network "
            f"with another value of {changed}"
        )
    if len(differing) > 1:
        return (
            f"net and control differ in {_named(differing)}, so nobody could tell which of them makes the difference. "
            f"Let {changed if changed in differing else 'one of them'} alone differ"
        )
    if differing != [changed]:
        other = differing[0]
        return f"you claim something of {changed}, and what differs is another setting, {other}. Change one of the two"
    return _seed_fault(design)


def _seed_fault(design: Investigation) -> str | None:
    counts = [side.get("seeds") for side in (design.net, design.control)]
    for count in counts:
        if isinstance(count, int) and count < LEAST:
            return _too_few(count)
    if not all(_same(design.net.get(name), design.control.get(name)) for name in SEEDS):
        return (
            "net and control have other seeds, so they also differ in their first weights. Give both the same seed and "
            "the same number of seeds"
        )
    return None


def _too_few(count: int) -> str:
    return (
        f"you measure {count} {'seed' if count == 1 else 'seeds'}, and so few may agree by luck. Take at least {LEAST} "
        f"seeds of each"
    )


def fault(record: Investigation) -> str | None:
    """Return why the claim is not supported by what was measured, or None where it is.   record : all parts given."""
    why = design_fault(record)
    if why or record.of_net is None or record.of_control is None:
        return why or "nothing was measured; run investigate again"
    for side, numbers in (("net", record.of_net), ("control", record.of_control)):
        why = _number_fault(record, side, numbers)
        if why:
            return why
    if len(record.of_net) != len(record.of_control):
        return "net and control have other numbers of seeds. Give both the same number"
    return _effect_fault(record)


def _number_fault(record: Investigation, side: str, numbers: Array) -> str | None:
    seeds = getattr(record, side).get("seeds", len(numbers) if numbers.ndim else 1)
    if numbers.ndim != 1 or len(numbers) != seeds:
        return (
            f"{record.quantity} has the shape {numbers.shape}, and one number per seed is needed. Hand over a function "
            f"that picks it, such as lambda record: record.accuracy[:, -1]"
        )
    if len(numbers) < LEAST:
        return _too_few(len(numbers))
    lost = [f"{k + 1}" for k in np.flatnonzero(~np.isfinite(numbers))]
    if lost:
        which = f"seed {lost[0]}" if len(lost) == 1 else f"seeds {_named(lost)}"
        return (
            f"{record.quantity} of the {side} is not a finite number (NaN or inf) at {which}, and no mean can hold it. "
            f"Choose settings or a quantity that is finite for all seeds"
        )
    return None


def _effect_fault(record: Investigation) -> str | None:
    sign = 1 if record.direction == "higher" else -1
    effect, spread, seeds = sign * record.effect, record.spread, len(record.differences)
    against = [f"{k + 1}" for k in np.flatnonzero(sign * record.differences <= 0)]
    found = f"{record.quantity} differs by {number(abs(effect))} on average"
    if not np.any(record.differences):
        return f"{record.quantity} is the same for all seeds, so {record.changed} changes nothing here"
    if effect < -spread or len(against) == seeds:
        other = DIRECTIONS[sign > 0]
        return (
            f"you claim that {record.quantity} is {record.direction}, and on average it is {other} by "
            f"{number(abs(effect))}. Turn the claim round, and measure it with new seeds, such as seed=1, because a "
            f"claim that is made after the look fits by itself"
        )
    if effect <= spread:
        return f"{found}, and the spread between seeds is {number(spread)}. The effect has to be larger than the spread"
    if against:
        return (
            f"{found}, but at {'seed' if len(against) == 1 else 'seeds'} {_named(against)} of {seeds} it is not "
            f"{record.direction}. One exception is enough to doubt so few seeds, so look for the reason"
        )
    return None


def _named(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
