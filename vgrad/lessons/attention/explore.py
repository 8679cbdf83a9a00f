"""Do transformers have this problem?  Tokens that become alike, and the gradients that vanish with it."""

from __future__ import annotations

from collections.abc import Callable

from ...kit.explorers.framework import Explorer

EXPLORERS: dict[str, Callable[..., Explorer]] = {}
