"""Whether a control can refute the explanation that it is meant for, and what the explanation predicts of it."""

from __future__ import annotations

import numpy as np

from ....kit.exercises import NotYetError, expect_two, is_missing

NET = dict(activation="relu", norm="batch", depth=40, width=32, batch=48, steps=80, optimizer="momentum")
PREDICTS = {"learns": True, "it learns": True, "true": True, "fails": False, "it fails": False, "false": False}


def choose_control(given) -> str | None:
    """Return why a control and what is predicted of it do not yet put the explanation at risk, or None if they do."""
    control, predicted = expect_two(given, "the control and what the explanation predicts of it")
    changed = _changed(control)
    learns = _learns(predicted)
    why = _not_one_thing(changed, control)
    if why:
        return why
    if "optimizer" in changed and not learns:
        return (
            "Adam is a good control, because it takes steps of about the same size in every layer. But if the single "
            "learning rate is the cause of the failure, Adam removes the cause. What does the explanation predict then?"
        )
    if "optimizer" not in changed and learns:
        return (
            "a larger net is a good control, because the ratio of its gradients stays over a thousand. But a single "
            "learning rate still has to serve both ends of it. What does the explanation predict then?"
        )
    return None


def _changed(control) -> set[str]:
    """The settings that differ from those of NET."""
    if not isinstance(control, dict):
        raise NotYetError("control should be a dict of settings, as net is; net | dict(name=value) makes one")
    unknown = sorted(map(str, set(control) - set(NET)))
    if unknown:
        raise NotYetError(f"control has the setting {unknown[0]!r}, and net has only {', '.join(NET)}")
    missing = [name for name in NET if name not in control or is_missing(control[name])]
    if missing:
        raise NotYetError(f"control needs a value for {missing[0]}, and all other settings as in net")
    return {name for name, value in NET.items() if control[name] != value}


def _learns(predicted) -> bool:
    if is_missing(predicted):
        raise NotYetError('the control is there. Now say what the explanation predicts of it, "learns" or "fails"')
    word = str(predicted).strip().lower().rstrip(".")
    if word not in PREDICTS:
        raise NotYetError(f'what is predicted is {predicted!r}, and it should be "learns" or "fails"')
    return PREDICTS[word]


def _not_one_thing(changed: set[str], control: dict) -> str | None:
    """Why such a change cannot refute the explanation, or None where it can."""
    if not changed:
        return "that is the net that failed. A control differs from it in one thing, so change one setting"
    if "optimizer" in changed and changed != {"optimizer"}:
        return (
            "the optimizer is a good choice. But other settings differ too, so nobody could tell which of them did it"
        )
    if "optimizer" in changed:
        return _of_optimizer(control["optimizer"])
    if changed & {"activation", "norm", "depth"}:
        name = sorted(changed & {"activation", "norm", "depth"})[0]
        return (
            f"{name} is one of the things that make the ratio of the gradients, so with another {name} the explanation "
            f"has nothing left to explain. Keep the ratio, and change something else"
        )
    if "steps" in changed:
        return (
            "more steps help a low learning rate, so a net that learns in the end fits the explanation as well. "
            "Choose a change after which the explanation would be in trouble"
        )
    return _of_sizes(control)


def _of_optimizer(name) -> str | None:
    if name == "adam":
        return None
    if name == "sgd":
        return "the optimizer is a good choice. But plain SGD has a single learning rate too, as momentum has"
    return f"the optimizer is a good choice. But {name!r} is none of sgd, momentum and adam"


def _of_sizes(control: dict) -> str | None:
    sizes = [control[name] for name in ("width", "batch")]
    if not all(isinstance(size, (int, np.integer)) and not isinstance(size, bool) for size in sizes):
        return "width and batch are whole numbers"
    if any(size < NET[name] for name, size in zip(("width", "batch"), sizes, strict=True)):
        return (
            "the size of the net is a thing that can be changed. But a smaller one would fail whatever the cause is, "
            "so the explanation risks nothing. Try a larger one"
        )
    return None
