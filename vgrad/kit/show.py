"""``show(record)`` draws any record of the house.

A function that draws says by ``@draws(SomeRecord)`` what it draws, so the picture is found by the record's type. Of the
records of one type, or of a list of them, there may be more than one picture; the name of the picture then tells
which is meant, and the one that was registered first is drawn where no name is given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .evidence import Investigation
from .experiments.flow import FlowRecord
from .experiments.learning import LearnRecord
from .marks.flow import flow
from .marks.learning import learning
from .marks.strip import flow_strip
from .marks.units import units
from .verdicts import investigation

Draw = TypeVar("Draw", bound=Callable[..., Any])
_PICTURES: dict[tuple[type, bool], dict[str, Callable[..., Any]]] = {}


def draws(kind: type, *, several: bool = False, picture: str = "") -> Callable[[Draw], Draw]:
    """Return the decorator that registers a function as a picture of a record of type ``kind``.

    several : whether it draws a list of such records; picture : the picture's name, where it is not the function's.
    """

    def register(function: Draw) -> Draw:
        _PICTURES.setdefault((kind, several), {})[picture or function.__name__] = function
        return function

    return register


def show(record: Any, picture: str | None = None, **options: Any) -> Any:
    """Return the picture of ``record``, with its sentence, which the last line of a cell shows.

    record : what an experiment returned, or a list of such records; picture : its name, where there is more than one;
    options : what the function that draws it takes. Raises ValueError where there is no such picture.
    """
    several = isinstance(record, (list, tuple)) and not hasattr(record, "_fields")
    kinds = list(dict.fromkeys(map(type, record))) if several else [type(record)]
    kind = kinds[0] if kinds else type(None)
    pictures = next((_PICTURES[each, several] for each in kind.__mro__ if (each, several) in _PICTURES), None)
    if pictures is None or len(kinds) > 1:
        names = " and ".join(each.__name__ for each in kinds) or "nothing"
        what = f"a list of {names}" if several else names
        raise ValueError(f"record is {what}; allowed is what an experiment of this lesson returns")
    name = next(iter(pictures)) if picture is None else picture
    if name not in pictures:
        raise ValueError(f"picture is {picture!r}; allowed is one of {', '.join(map(repr, pictures))}")
    return pictures[name](record, **options)


draws(FlowRecord)(flow)
draws(LearnRecord, several=True)(learning)
draws(FlowRecord, picture="strip")(flow_strip)
draws(FlowRecord)(units)
draws(Investigation)(investigation)
