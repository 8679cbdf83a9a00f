"""What tests of pictures share."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def place(plot):
    """Let a picture kept alive find out where its words lie, in points."""
    plot.figure.draw_without_rendering()


def pixels(plot):
    """What a picture kept alive looks like now: (height, width, 4)."""
    with Image.open(io.BytesIO(plot.png())) as picture:
        return np.asarray(picture.convert("RGBA"))
