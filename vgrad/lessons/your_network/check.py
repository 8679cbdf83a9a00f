"""The exercises of the lesson on watching one's own network.

Each check answers with "correct" or with a hint at what to do next.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...kit.exercises import Exercises
from ...kit.expect import NotYetError, expect_function, expect_number, expect_record, expect_two, is_missing
from ...kit.judging import call
from .measure import unknown

# --- a log becomes readings -------------------------------------------------------------------------------------------

LOGS = (  # (names in the order of the forward pass, steps, dz): other steps, other layers, and as many of both
    (("conv1", "conv2", "head"), (0, 10, 50, 60), [[0.3, 0.2, 0.1], [0.2, 0.1, 0.5], [0.1, 0.7, 0.2], [0.4, 0.3, 0.2]]),
    (("embed", "block", "out"), (0, 1, 5), [[1e-9, 1e-5, 0.1], [1e-8, 1e-4, 0.2], [1e-7, 1e-3, 0.3]]),
    (("first", "last"), (7,), [[3.0, 2.0]]),
)  # fmt: skip


def _logged(names, steps, dz) -> dict[int, dict[str, float]]:
    """The log that hooks of the backward pass write: in each step, the last layer comes first."""
    return {step: dict(zip(names[::-1], row[::-1], strict=True)) for step, row in zip(steps, dz, strict=True)}


def _from_log(function: Any) -> str | None:
    expect_function(function)
    for k, (names, steps, dz) in enumerate(LOGS):
        try:
            why = _of_log(function, names, steps, dz)
        except NotYetError as hint:
            if k == 0:
                raise
            why = str(hint)
        if why:
            told = f"it is right for one log, and not for one of the layers {', '.join(names)} at other steps: {why}"
            return told if k else why
    return None


def _of_log(function: Any, names: tuple[str, ...], steps: tuple[int, ...], dz: list[list[float]]) -> str | None:
    given = _called(function, _logged(names, steps, dz))
    if is_missing(given):
        return "it returns nothing yet; it should return what bridge.readings returns"
    given = expect_record(given, "what bridge.readings returns, with its names, steps and dz", "names", "steps", "dz")
    return _of_names(given, names) or _of_steps(given, steps) or _of_dz(given, np.array(dz))


def _called(function, log) -> Any:
    """What the function returns; NotYetError where bridge.readings was given the three dots."""
    try:
        return call(function, log=log)
    except KeyError as problem:
        raise NotYetError(_other_key(problem.args[0], log)) from None
    except ValueError as problem:
        view = re.search(r"array\(dict_(\w+)\(", str(problem))
        if view:
            hint = "list(log) gives its keys in their order, which are the numbers of the steps"
            raise NotYetError(f"log.{view[1]}() is a view of the dict, and no list of numbers. {hint}") from None
        if "llipsis" not in str(problem):
            raise
        step = {"names": "step 1: the names", "steps": "step 2: the numbers of the steps"}
        which = step.get(str(problem).split()[0], "step 3: the norms")
        raise NotYetError(f"{which} are still missing, because three dots hold their place") from None


def _other_key(key: Any, log: dict[int, dict[str, float]]) -> str:
    """What there is to say to a key that neither the log nor the entry of a step has."""
    steps, layers = ", ".join(map(str, log)), ", ".join(next(iter(log.values())))
    return (
        f"your code asks for the key {key!r}, which is not there. The keys of this log are its steps, {steps}, and the "
        f"keys of each step are the layers, {layers}. list(log) and list(log[step]) give them"
    )


def _of_names(given, names: tuple[str, ...]) -> str | None:
    found = tuple(given.names)
    if found == names:
        return None
    if found == names[::-1]:
        return (
            "step 1: these are all the layers. But the log begins with the last one, and bridge.readings wants them in "
            "the order of the forward pass. Turn them around"
        )
    if sorted(found) == sorted(names):
        return f"step 1: the layers are in another order than in the forward pass, which is {', '.join(names)}"
    return f"step 1: the names should be those of the layers, {', '.join(names)}, and they are {', '.join(found)[:60]}"


def _of_steps(given, steps: tuple[int, ...]) -> str | None:
    found = np.asarray(given.steps)
    if np.array_equal(found, steps):
        return None
    if np.array_equal(found, np.arange(len(steps))):
        return (
            "step 2: you count the readings. But some steps were not logged, and the keys of the log are their numbers"
        )
    return f"step 2: the steps are the keys of the log, {', '.join(map(str, steps))}"


def _of_dz(given, dz: np.ndarray) -> str | None:
    found = np.asarray(given.dz)
    slips = {
        "step 3: each row holds the right numbers. But they come last layer first, and the names first layer first": (
            dz[:, ::-1]
        ),
        "step 3: rows and columns are exchanged, because a row is one step and a column one layer": dz.T,
        "step 3: each row is divided by its last number. But the report divides, so leave the norms as they are": (
            dz / dz[:, -1:]
        ),
        "step 3: these are logarithms, and the norms themselves are asked for": np.log10(dz),
    }
    if found.shape == dz.shape and np.allclose(found, dz, rtol=1e-6, atol=0):
        return None
    if found.shape == dz.shape and np.isnan(found).all():
        return "step 3: the names and the steps are there, but no norm has been handed on as dz"
    for why, wrong in slips.items():
        if wrong.shape == found.shape and np.allclose(found, wrong, rtol=1e-6, atol=0):
            return why
    return "step 3: the numbers of dz are not those of the log, a row for each step and a column for each layer"


# --- what broke the unknown network -----------------------------------------------------------------------------------


def _culprit(given: Any) -> str | None:
    step, layer = expect_two(given, "the step and the name of the layer")
    if is_missing(step) or is_missing(layer):
        return "put the step and the layer where the three dots are"
    if isinstance(step, (str, np.str_)) and not isinstance(layer, (str, np.str_)):
        return "the step comes first, and the name of the layer second"
    number = expect_number(step, "step should be a number")
    return _of_layer(layer) or _of_step(number)


def _of_layer(layer: Any) -> str | None:
    right, least = unknown.NAMES[unknown.DECAYED - 1], unknown.NAMES[unknown.DECAYED - 2]
    if not isinstance(layer, (str, np.str_)):
        return f"give the layer by its name, such as {unknown.NAMES[0]!r}. net.names holds all of them"
    if layer not in unknown.NAMES:
        raise NotYetError(f"no layer is called {str(layer)[:30]!r}, and net.names holds the names of all layers")
    if layer == right:
        return None
    if layer == least:
        return (
            f"{least} does receive least of all, so it suffers most. But a gradient that arrives too small was lost in "
            "a later layer, so look in net.update for a layer that changes as no other does"
        )
    if layer == unknown.NAMES[-1]:
        return (
            "in front of the readout the samples do look alike. But they became so in an earlier layer, so look in "
            "net.update for a layer that changes as no other does"
        )
    return f"{layer} changes as the other layers do. Look in net.update for one that does not"


def _of_step(step: float) -> str | None:
    since = {44, 47}  # what the report says of the signs
    if step == unknown.FROM:
        return None
    if step in since:
        return (
            "the layer is right. From that step on a sign is beyond its limit, but the cause came earlier. "
            "In which step does net.update of this layer jump?"
        )
    if step == unknown.FROM + 1:
        return (
            "the layer is right, and you are one step late. net.W, and what depends on it, shows the change one step "
            "later, because the step before has made it. net.update shows it in the step itself"
        )
    if step == unknown.FROM - 1:
        return "the layer is right, and you are one step early, because this step still moves the layer as before"
    return "the layer is right. Look along its column of net.update for the step at which the numbers jump"


EXERCISES = {
    "from_log": (
        _from_log,
        "the report needs nothing but names, steps and arrays, so any loop that writes a log can be read",
    ),
    "culprit": (
        _culprit,
        "from this step on, each step took 40 % of the weights of this layer away. The report saw the loss of the "
        "gradient only fourteen steps later, and it named the layer that suffers from it",
    ),
}
_exercises = Exercises(EXERCISES)
answer = _exercises.answer
