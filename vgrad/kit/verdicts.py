"""What is said and drawn of an investigation, and the check that every room with one shares.

A room says by which words a sentence may name its quantities and settings:

    Investigations(EXERCISES, quantities={"test": ("accuracy",)}, settings={"warmup": ("warm-up",)})

What can be seen of the sentence stands in ``claims``, and what can be seen of the numbers in ``evidence``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import require
from ..plain import shown
from .claims import Words, words_fault
from .evidence import Investigation, design_fault, fault
from .exercises import AGAIN, GOOD, OPEN, Check, Exercises, Feedback, card
from .marks.grammar import number
from .marks.pairs import pairs
from .marks.picture import Picture, told
from .words.phrases import lines

NAME = "investigation"
BEGIN = {
    "claim": "write the claim as one sentence that a measurement could refute",
    "experiment": "choose the experiment",
    "quantity": "choose the quantity that is compared",
    "direction": 'say whether you expect it "higher" or "lower" than in the control',
    "changed": "name the one setting in which net and control differ",
    "net": "give the settings of your network",
    "control": "give the settings of the control",
}


class Finding(Feedback):
    """What the check says of an investigation, with its picture where something was measured."""

    def __init__(self, correct: bool, text: str, *, begun: bool = True, picture: Picture | None = None):
        super().__init__(correct, text)
        self.begun = begun
        self.picture = picture

    @property
    def head(self) -> str:
        """What stands before the reason."""
        return f"Investigation, not yet {'supported' if self.begun else 'begun'}:"

    def __repr__(self) -> str:
        return self.text if self.correct else f"{self.head} {self._why}\n{AGAIN}"

    def _repr_html_(self) -> str:
        return card(self.text, GOOD) if self.correct else card(f"{self.head} {self._why}", OPEN, AGAIN)

    def _ipython_display_(self) -> None:
        told(repr(self), self._repr_html_())
        if self.picture:
            self.picture._ipython_display_()


class Investigations(Exercises):
    """The exercises of a lesson, and its investigation.

    quantities, settings : name -> words that a sentence may use for it. The name itself always counts.
    """

    def __init__(
        self, checks: dict[str, tuple[Check, str]], *, quantities: Mapping[str, Words], settings: Mapping[str, Words]
    ):
        super().__init__(checks)
        self.quantities = quantities
        self.settings = settings

    def answer(self, name: str, given: Any) -> Feedback:
        """Check what is ``given`` for the exercise called ``name``, or for the investigation."""
        if require.choice("name", name, [*self.checks, NAME]) != NAME:
            return super().answer(name, given)
        if given is ... or (isinstance(given, Investigation) and set(given.missing) >= {"claim"}):
            return Finding(False, f"not yet: {BEGIN['claim']}", begun=False)
        if not isinstance(given, Investigation):
            return Finding(False, f"not yet: hand over what investigate returns, and not {shown(given)}", begun=False)
        if given.missing:
            return Finding(False, f"not yet: {BEGIN[given.missing[0]]}", begun=False)
        why = design_fault(given) or words_fault(given, self.quantities, self.settings) or fault(given)
        picture = investigation(given) if _is_drawn(given) else None
        return Finding(not why, f"not yet: {why}" if why else f"correct: {supported(given)}", picture=picture)


# --- in words, and drawn ----------------------------------------------------------------------------------------------


def supported(record: Investigation) -> str:
    """Say what was found, and for what it holds."""
    net, control = (number(float(np.mean(np.asarray(numbers)))) for numbers in (record.of_net, record.of_control))
    seeds = len(record.differences)
    same = f" All {seeds} seeds give the same number, so make sure that it was measured network by network."
    with_net, with_control = _value(record.net, record), _value(record.control, record)
    return (
        f"the claim is supported. The mean of {record.quantity} is {net} with {with_net} and {control} "
        f"with {with_control}, the spread of the differences is {number(record.spread)}, and all "
        f"{seeds} seeds agree. This is so for these settings and this task, and it is not yet known for others."
        f"{same if record.spread == 0 else ''}"
    )


def investigation_sentence(record: Investigation) -> str:
    """Say how large the effect is beside the spread, and how it was measured."""
    finding = "A number is not finite, so the effect cannot be said."
    differences = record.differences if len(record.of_net) == len(record.of_control) else np.array([np.nan])
    if np.all(np.isfinite(differences)):
        effect = record.effect
        out = "stands out" if fault(record) is None or _is_clear(record) else "does not stand out"
        way = "higher" if effect > 0 else "lower"
        finding = (
            f"With {_value(record.net, record)}, {record.quantity} is {way} by {number(abs(effect))}. The spread is "
            f"{number(record.spread)}, so the effect {out}."
        )
    kept = {name: value for name, value in record.net.items() if name != record.changed and value is not None}
    fixed = [f"{name} {shown_setting(value)}" for name, value in kept.items()]
    protocol = f"{len(differences)} pairs of networks from {record.experiment}, which differ in {record.changed} alone."
    return lines(finding, protocol, f"Both have {', '.join(fixed)}." if fixed else "")


def _is_clear(record: Investigation) -> bool:
    """Whether the effect is larger than the spread and has one sign, in whichever direction."""
    signs = np.sign(record.differences)
    return bool(abs(record.effect) > record.spread and abs(signs.sum()) == len(signs))


def investigation_alt(record: Investigation) -> str:
    """The picture in words, with the number of each network."""
    groups = []
    for side, numbers in (("Control", np.asarray(record.of_control)), ("Net", np.asarray(record.of_net))):
        value = _value(record.control if side == "Control" else record.net, record)
        groups.append(f"{side} with {value}: {', '.join(map(number, numbers))}, mean {number(float(numbers.mean()))}.")
    return f"One dot per network shows {record.quantity}. {' '.join(groups)}"


def _value(settings: dict[str, Any], record: Investigation) -> str:
    """The setting that is changed, and its value: "warmup 50"."""
    value = settings.get(record.changed, "as usual")
    return f"{record.changed} {shown_setting(value)}"


def shown_setting(value: Any) -> str:
    """Return a setting for people, where a large or small power of two is one."""
    if not isinstance(value, float):
        return f"{value}"
    power = np.log2(value) if value > 0 else np.nan
    return f"2^{power:.0f}" if np.isfinite(power) and power == round(power) and abs(power) > 9 else f"{value:.6g}"


def _is_drawn(record: Investigation) -> bool:
    """Whether there is a number of each network to draw."""
    return record.of_net is not None and np.ndim(record.of_net) == np.ndim(record.of_control) == 1


def investigation(record: Investigation) -> Picture:
    """Draw the quantity of each network beside that of its control, under the claim."""
    told = f"an investigation of {record.quantity}"
    require.instance("record", told, _is_drawn(record), "one that was measured, with one number per seed")
    values = _value(record.control, record), _value(record.net, record)
    figure = pairs(record.of_control, record.of_net, values, title=record.claim, quantity=record.quantity)
    return Picture(figure, investigation_sentence(record), investigation_alt(record))
