"""Whether a control can refute the explanation that it is meant for, and what the explanation predicts of it."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import NotYetError, expect_two, is_missing
from ....kit.experiments.flow import flow

NET = dict(activation="relu", norm="batch", depth=40, width=32, batch=48, steps=80, optimizer="momentum")
OF_THE_RATIO = ("activation", "norm", "depth")  # the settings that make the ratio of the gradients
HOLDS, DIFFERS = 10, 1000  # ratios: up to here the gradient holds, and from here it differs by thousands
LARGER = 1.5  # times the width or the batch, from which on a net is called larger
PREDICTS = {"learns": True, "it learns": True, "fails": False, "it fails": False}


def choose_control(given) -> str | None:
    """Return why a control and what is predicted of it do not yet put the explanation at risk, or None if they do."""
    control, predicted = expect_two(given, "the control and what the explanation predicts of it")
    changed = _changed(control)
    learns = _learns(predicted)
    if not changed:
        return "that is the net that failed. A control differs from it in one thing, so change one setting"
    if len(changed) > 1:
        names = " and ".join(name for name in NET if name in changed)
        return f"a control differs in one setting, and here {names} differ, so nobody could tell which of them did it"
    (name,) = changed
    if name in OF_THE_RATIO:
        return _of_ratio(name, control, learns)
    return _of_other_setting(name, control) or _of_prediction(name, learns)


def _changed(control) -> set[str]:
    """The settings that differ from those of NET."""
    if not isinstance(control, dict):
        raise NotYetError("control should be a dict of settings, as net is; net | dict(name=value) makes one")
    unknown = sorted(map(str, set(control) - set(NET)))
    if unknown:
        raise NotYetError(f"control has the setting {unknown[0]!r}, and net has only {', '.join(NET)}")
    missing = [name for name in NET if control.get(name, ...) is ... or (control[name] is None and name != "norm")]
    if missing:
        raise NotYetError(f"control needs a value for {missing[0]}, and all other settings as in net")
    return {name for name, value in NET.items() if control[name] != value}


def _learns(predicted) -> bool:
    if is_missing(predicted):
        raise NotYetError('the control is there. Now say what the explanation predicts of it, "learns" or "fails"')
    word = predicted.strip().lower().rstrip(".") if isinstance(predicted, str) else None
    if word not in PREDICTS:
        raise NotYetError(f'what is predicted is {predicted!r}, and it should be "learns" or "fails"')
    return PREDICTS[word]


def _of_ratio(name: str, control: dict, learns: bool) -> str | None:
    """What there is to say to a control in which the gradients may have another ratio, which is measured."""
    norm = None if control["norm"] == "none" else control["norm"]
    settings = {each: control[each] for each in ("activation", "depth", "width", "batch")}
    try:
        ratio = flow(**settings, norm=norm, scheme="he_normal").ratio
    except (TypeError, ValueError) as problem:
        return f"there is no such net, because {problem}"
    told = f"in this control dh at the first layer is {ratio:.2g} times dh at the last"
    if ratio > DIFFERS:
        return (
            f"{told}, as in the net that failed. Nothing makes it easier to train, so a failure would say nothing new"
        )
    if not 1 / HOLDS < ratio < HOLDS:
        return f"{told}. The explanation speaks of thousands, so it makes no clear prediction here. Try another {name}"
    if learns:
        return None
    return f"{told}, so it removes the cause that the explanation names. What does the explanation predict then?"


def _of_other_setting(name: str, control: dict) -> str | None:
    """Why such a change cannot refute the explanation, or None where it can."""
    if name == "optimizer":
        return _of_optimizer(control["optimizer"])
    if name == "steps":
        return (
            "more steps help a low learning rate, so a net that learns in the end fits the explanation as well. "
            "Choose a change after which the explanation would be in trouble"
        )
    return _of_size(name, control[name])


def _of_prediction(name: str, learns: bool) -> str | None:
    if name == "optimizer" and not learns:
        return (
            "Adam is a good control, because it takes steps of about the same size in every layer. But if the single "
            "learning rate is the cause of the failure, Adam removes the cause. What does the explanation predict then?"
        )
    if name != "optimizer" and learns:
        return (
            "a larger net is a good control, because the ratio of its gradients stays over a thousand. But a single "
            "learning rate still has to serve both ends of it. What does the explanation predict then?"
        )
    return None


def _of_optimizer(name) -> str | None:
    if name == "adam":
        return None
    if name == "sgd":
        return "the optimizer is a good choice. But plain SGD has a single learning rate too, as momentum has"
    return f"the optimizer is a good choice. But {name!r} is none of sgd, momentum and adam"


def _of_size(name: str, size) -> str | None:
    if not isinstance(size, (int, np.integer)) or isinstance(size, bool):
        return f"{name} is a whole number"
    before = int(NET[name])
    if size < before:
        return (
            "the size of the net is a thing that can be changed. But a smaller one would fail whatever the cause is, "
            "so the explanation risks nothing. Try a larger one"
        )
    if size < LARGER * before:
        return f"a {name} of {size} hardly differs from {before}, so the explanation risks nothing. Try twice as much"
    return None
