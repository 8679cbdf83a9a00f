"""What a page that needs PyTorch says where it is missing."""

from __future__ import annotations

MISSING = (
    "This page needs PyTorch, and the rest of vgrad does not. You can install it with: pip install 'vgrad[torch]'. "
    "All outputs of this page are stored, so you can also read on without it."
)
IN_A_BROWSER = (
    "This page needs PyTorch, which cannot run in a browser. All outputs of this page are stored, so you can read on "
    "here without it."
)
