"""An investigation: a claim about one setting of a network, measured beside a control, and whether it is supported.

    mine = investigate(
        "A warm-up raises the test accuracy.", experiment=train_blocks, quantity="test", direction="higher",
        changed="warmup", net=dict(norm="post", warmup=50), control=dict(norm="post", warmup=0),
    )

It is handed the experiment and the settings, and not two records, because a record does not hold every setting. Two
records may differ in their steps or seeds without a trace, and settings with all defaults filled in cannot. The design
is judged first, and only a fair one is measured, so that nobody waits for a training that can decide nothing.

What is said of a measurement, and by which rule, stands in ``evidence``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np

from .. import require
from ..ops import Array
from .evidence import DIRECTIONS, Investigation, design_fault

__all__ = ["investigate"]


def _part(expected: str, fits: Callable[[Any], bool]) -> Callable[[str, Any], None]:
    """The check of a part, which may also still be the three dots."""
    return require.thing(expected, lambda value: value is ... or fits(value))


Claim = Annotated[Any, _part("a sentence in quotes", lambda value: isinstance(value, str))]
Experiment = Annotated[Any, _part("a function, such as an experiment of this lesson", callable)]
Quantity = Annotated[
    Any, _part("a name in quotes, or a function", lambda value: isinstance(value, str) or callable(value))
]
Direction = Annotated[Any, _part("'higher' or 'lower'", lambda value: isinstance(value, str) and value in DIRECTIONS)]
Setting = Annotated[Any, _part("the name of a setting, in quotes", lambda value: isinstance(value, str))]
Settings = Annotated[Any, _part("settings by name, such as dict(depth=4)", lambda value: isinstance(value, Mapping))]


@require.guarded
def investigate(
    claim: Claim, *, experiment: Experiment, quantity: Quantity, direction: Direction, changed: Setting,
    net: Settings, control: Settings,
) -> Investigation:  # fmt: skip
    """Measure a ``quantity`` of ``net`` and of ``control``, network by network, if the design is fair.

    claim : one sentence; experiment : called with the settings of each; quantity : the name of what its record holds,
    one number per network, or a function of what the experiment returns; direction : "higher" or "lower", of the net
    beside the control; changed : the one setting in which they differ; net, control : settings by name. Three dots may
    stand for what is still open, and then nothing is measured. Raises ValueError naming the argument and its value.
    """
    name = quantity if isinstance(quantity, str) or quantity is ... else getattr(quantity, "__name__", "quantity")
    called = experiment if experiment is ... else getattr(experiment, "__name__", "the experiment")
    design = Investigation(claim, called, name, direction, changed, net, control, None, None)
    if design.missing:
        return design
    net, control = (_completed(side, dict(given), experiment) for side, given in (("net", net), ("control", control)))
    require.choice("changed", changed, list(dict.fromkeys([*net, *control])))
    design = design._replace(net=net, control=control)
    if design_fault(design):
        return design
    of_net, of_control = (_numbers(experiment(**settings), quantity) for settings in (net, control))
    return design._replace(of_net=of_net, of_control=of_control)


def _completed(side: str, given: dict[str, Any], experiment: Callable[..., Any]) -> dict[str, Any]:
    """The settings of one side with the experiment's defaults."""
    try:
        parameters = inspect.signature(experiment).parameters.values()
    except (TypeError, ValueError):  # of a function that is not written in Python
        return given
    named = {each.name: each.default for each in parameters if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)}
    if len(named) == len(parameters):
        for name in given:
            require.choice(f"a setting of {side}", name, list(named))
    lacking = [name for name, default in named.items() if default is inspect.Parameter.empty and name not in given]
    require.instance(side, given, not lacking, f"settings that also hold {', '.join(lacking)}")
    return {name: default for name, default in named.items() if name not in given} | given


def _numbers(record: Any, quantity: str | Callable[[Any], Any]) -> Array:
    """The quantity of what an experiment returned, as an array."""
    if isinstance(quantity, str):
        public = [] if isinstance(record, np.ndarray) else [name for name in dir(record) if not name.startswith("_")]
        names = [name for name in public if _array(getattr(record, name)) is not None]
        require.choice("quantity", quantity, names or ["a function of what the experiment returns"])
        quantity = lambda record, name=quantity: getattr(record, name)  # noqa: E731
    try:
        numbers = _array(quantity(record))
    except Exception as problem:  # the learner's own function may do anything
        told = f"quantity is {quantity!r}, which stopped with {problem!r}"
        raise ValueError(f"{told}; allowed is a function of what the experiment returns") from problem
    require.instance("quantity", quantity, numbers is not None, "what gives one number per network")
    return np.asarray(numbers)


def _array(value: Any) -> Array | None:
    """A list or an array of numbers in float64, where None is NaN; None if it is something else."""
    if not isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "_fields"):
        return None
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None
