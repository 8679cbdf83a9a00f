"""What lesson 17 says."""

from __future__ import annotations
