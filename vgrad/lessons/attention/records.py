"""What the experiments of this lesson return.

These are plain records about attention.
"""

from __future__ import annotations
