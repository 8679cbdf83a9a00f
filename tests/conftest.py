"""Hypothesis draws the same cases in every run, no test fails for being slow, and explorers are shared."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("vgrad", deadline=None, derandomize=True, database=None, max_examples=50)
settings.load_profile("vgrad")
pytest.register_assert_rewrite("explored")


@pytest.fixture
def explorer(name):
    """The explorer called ``name``, as its page shows it first."""
    from explored import at_its_start

    return at_its_start(name)
