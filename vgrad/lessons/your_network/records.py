"""What lesson 17 measures."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...ops import Array

LEARNS = 0.8  # the accuracy above which a network learns
WARNS = 1.0  # the score from which on the report warns


class Trial(NamedTuple):
    """What the report and other rules said of networks before their training and after fifty steps, and who learned.

    An area is that under the ROC curve. It is the chance that, of a network that learns and one that does not, the rule
    warns more of the one that does not. A coin has 0.5.
    """

    kinds: tuple[str, ...]  # of each network, "convolutional", "recurrent" or "transformer"
    scores: dict[int, Array]  # step -> (N,): of the report; from 1 on, it warns
    accuracy: Array  # (N,): after training
    learns: Array  # (N,): whether it is over the limit
    areas: dict[str, dict[int, float]]  # rule -> step -> the area
    settings: tuple[dict[str, Any], ...]  # of each network
