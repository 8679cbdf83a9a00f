"""Hypothesis draws the same cases in every run, and no test fails for being slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("vgrad", deadline=None, derandomize=True, database=None, max_examples=50)
settings.load_profile("vgrad")
