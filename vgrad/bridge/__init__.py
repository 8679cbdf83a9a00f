"""The way in from PyTorch: watch your own network while it trains, and read in words what its gradient does.

    from vgrad import bridge

    with bridge.watch(model) as seen:       # a torch.nn.Module
        ...                                 # your loop, of which nothing changes
    print(seen.report())                    # what is well, what is not, since which step, and what to try
    seen.show()                             # layers by steps
    seen.readings                           # plain arrays

PyTorch is imported when ``watch`` is called, and nothing else here needs it: ``readings`` takes arrays from a JAX loop
or from a log file, and ``report`` and ``show`` read them in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .readings import Readings, readings
from .report import Report, report

if TYPE_CHECKING:
    from ..kit.marks.picture import Picture
    from .watching import Watch

__all__ = ["Readings", "Report", "readings", "report", "show", "watch"]


def show(readings: Readings, what: str = "dz") -> Picture:
    """Return the map of layers by steps: blue where the gradient has vanished, and orange where it has exploded.

    what : "dz", "dx", "dW" or "update". Beneath the map stands how much there is still to correct.
    """
    from .draw import show as show_readings

    return show_readings(readings, what)


def watch(model, every: int | None = None) -> Watch:
    """Return a context manager that reads ``model`` while it is trained within its ``with``.

    model : a torch.nn.Module; every : each so-many-th step is read, or by default the first ten, and after them those
    whose number is about a tenth larger than the one before. Raises ImportError where PyTorch is missing, and
    ValueError for a model that cannot be watched.
    """
    try:
        import torch  # noqa: F401
    except ImportError as missing:
        raise ImportError(
            "watch needs PyTorch, and the rest of vgrad does not. Install it with: pip install torch"
        ) from missing
    from .watching import watch as watch_model

    return watch_model(model, every)
