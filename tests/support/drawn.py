"""What tests of pictures share."""

from __future__ import annotations

import numpy as np


def pixels(plot):
    """What a picture kept alive looks like now: (height, width, 4)."""
    plot.canvas.draw()
    return np.asarray(plot.canvas.agg.buffer_rgba()).copy()
