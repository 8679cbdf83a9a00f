"""The loss as a landscape, seen from the front and from above: height is the loss, and the wall faces the reader.

A place (w, b) with a loss stands at x = w and y = -b + LIFT · loss, so that the plateau, whose b is lowest, lies at the
back and is lifted. One hue says how high the ground is, and the face of the wall is bright.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

LIFT = 2.2  # of the drawing, for a loss of 1
LEVELS = (0.0, 0.005, 0.03, 0.06, 0.08, 0.2, 0.32, 0.36, 0.39, 0.42, 0.45)
GROUND = LinearSegmentedColormap.from_list("ground", ("#77877b", "#a9b8ab", "#dfe7de"))  # from low to high
FACE = "#ffffff"
EDGE = "#2f3a33"  # of the wall, at its top
SKY = "#eef0ec"
SIDE = "#55625a"  # of the block that the landscape is cut from
BASE = 1.72  # y of the foot of the block
TOP = 4.45
BEHIND, BEFORE = 16, 30  # rows of the drawing on each side of the wall
EVERY = 2  # columns of the map there is one of the drawing


def project(w, b, loss):
    """Return x and y of places in the drawing."""
    return np.asarray(w, float), -np.asarray(b, float) + LIFT * np.asarray(loss, float)


def draw(axes, surface) -> None:
    """Draw the landscape and its wall, which stand still."""
    axes.set_autoscale_on(False)
    b, loss = _rows(surface)
    x, y = project(np.broadcast_to(surface.w, b.shape)[:, ::EVERY], b[:, ::EVERY], loss[:, ::EVERY])
    loss = loss[:, ::EVERY]
    there = np.isfinite(surface.wall)[::EVERY]
    axes.fill_between(x[-1], BASE, y[-1], color=SIDE, linewidth=0, zorder=0)
    for rows, columns in ((slice(BEHIND), there), (slice(BEHIND, None), np.full_like(there, fill_value=True))):
        places = (part[rows, columns] for part in (x, y, loss))
        ground = axes.contourf(*places, levels=LEVELS, cmap=GROUND, zorder=0)
        ground.set(edgecolor="face", linewidth=0.5)  # or paper shines through between two levels
    foot, crest = (y[row][there] for row in (BEHIND, BEHIND - 1))
    axes.fill_between(x[0][there], foot, crest, color=FACE, linewidth=0, zorder=0)
    axes.plot(x[0][there], crest, color=EDGE, linewidth=1.4, zorder=0)
    axes.set(xlim=(surface.w[0], surface.w[-1]), ylim=(BASE, TOP), facecolor=SKY)


def _rows(surface):
    """b and the loss on a grid whose rows run along the wall: BEHIND rows on the plateau, and then those below it."""
    columns = [_column(surface, k) for k in range(len(surface.w))]
    b, loss = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
    return b, loss


def _column(surface, k: int):
    """b and the loss at one w, where each side of the wall is drawn from the numbers of that side."""
    wall, at, loss = surface.wall[k], surface.b, surface.loss[:, k]
    if np.isnan(wall):
        b = np.concatenate([np.full(BEHIND, at[0]), np.linspace(at[0], at[-1], BEFORE)])
        return b, np.interp(b, at, loss)
    back = np.linspace(at[0], wall, BEHIND)
    front = np.linspace(wall, at[-1], BEFORE)
    plateau = np.interp(back, [*at[at < wall], wall], [*loss[at < wall], surface.crest[k]])
    below = np.interp(front, [wall, *at[at > wall]], [surface.foot[k], *loss[at > wall]])
    return np.concatenate([back, front]), np.concatenate([plateau, below])
