"""What lesson 17 measures: the report on trial, and a network whose arrays come from somebody else's loop."""

from __future__ import annotations
