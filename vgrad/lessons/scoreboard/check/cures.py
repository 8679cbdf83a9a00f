"""Three nets and their cures: what is to be kept of each, and whether its gradient holds now."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import UntouchedError
from ....kit.judging import named
from ..measure.board import treat
from ..records import Treated

KEEP = {
    "sigmoid": (dict(activation="sigmoid"), "sigmoid"),
    "relu batch": (dict(activation="relu"), "ReLU"),
    "relu skip": (dict(activation="relu"), "ReLU and its skip"),
}
AS_GIVEN = {"clip_norm": 1.0}  # what the page does to each of the three nets
WORST = 0.05  # decades by which a net measured anew may differ


def three_cures(given) -> str | None:
    """Return why three treated nets do not hold their gradients yet, or None."""
    given = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, Treated) for one in given):
        return "hand over the list of the three records that treat returns"
    by_name = {one.name: one for one in given}
    if len(given) > 3:
        return f"hand over three records, one of each net; these are {len(given)}"
    for name in KEEP:
        if name not in by_name:
            verb = "is" if len(by_name) == 1 else "are"
            there = f"{named([*by_name])} {verb} there" if given else "the list is still empty"
            return f"{there}. Three nets are asked for, and this one is missing: {name}"
    for name in KEEP:
        why = _not_kept(by_name[name]) or _no_cure(by_name[name]) or _measured_anew(by_name[name])
        if why and all(by_name[each].changes == AS_GIVEN for each in KEEP):
            raise UntouchedError(why)
        if why:
            return why
    return None


def _not_kept(one: Treated) -> str | None:
    kept, words = KEEP[one.name]
    settings = one.settings
    kept_skip = one.name != "relu skip" or settings.get("skip") is not None
    if not kept_skip or any(settings.get(key) != value for key, value in kept.items()):
        return f"{one.name} is to keep {words}; change something else of it"
    if settings.get("alpha", 1.0) == 0 or settings.get("gain", 1.0) == 0 or settings.get("scheme") == "zeros":
        return f"{one.name}: what is multiplied by 0 does not explode, and does not learn; let its layers count"
    return None


def _no_cure(one: Treated) -> str | None:
    before = np.median(one.before)
    after = np.median(one.after)
    if abs(after) < 1:
        return None
    if set(one.changes) == {"clip_norm"}:
        return f"{one.name}: clipping changes no layer's share of the gradient; it is still {after:+.1f} decades"
    if not one.changes:
        return f"{one.name} is as it was, with {after:+.1f} decades. Within one decade is what holds, so change it"
    if "alpha" in one.changes and one.settings.get("skip") is None:
        return (
            f"{one.name} has no skip, and alpha divides the branch beside a skip. So it changes nothing here, and the "
            f"gradient has {after:+.1f} decades"
        )
    did = "as before" if abs(after - before) < 0.05 else f"it was {before:+.1f}"
    return f"{one.name} is changed, and was measured: {after:+.1f} decades now, {did}. Within one decade is what holds"


def _measured_anew(one: Treated) -> str | None:
    again = treat(one.name, **one.changes)
    if abs(np.median(again.after) - np.median(one.after)) < WORST and again.settings == one.settings:
        return None
    return (
        f"{one.name} holds in this record. But with these changes treat measures {np.median(again.after):+.1f} "
        f"decades, so hand over what treat returns"
    )
