"""A map over time: the size of every dh_t / dh_k as a colour, t upwards, k to the right. Alive or still.

Decades are colours: the vanishing side is blue, the exploding side orange, each the darker the further it has gone, and
within a decade of 1 the map is clear. What is exactly 0, or no longer finite, has its symbol too. Half of the map lies
in grey: no state depends on a later one.

    heat, now = HeatMap(axes), limits(norms)
    heat.frame(*now); bar(other_axes, now[1])      # what stands still
    heat.update(norms, now[1])                     # what moves: heat.artists
"""

from __future__ import annotations

import numpy as np

from . import grammar

TIMES = (3, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
DECADES = (3, 5, 10, 20, 40, 80, 160, 320)
CLEAR = "#f7f7f5"
FUTURE = "#cfcfcf"
BLUES = ("#d3e5f5", "#8fbfe3", "#3d86c0", "#0b4f82", "#04233d")  # from a decade below 1 down to the floor
ORANGES = ("#fbdcc3", "#f5b07a", "#d9772b", "#9a3d00", "#471a00")  # from a decade above 1 up to the ceiling
SYMBOLS = 16  # at the most, along each side of the map: more would lie on each other


def colours(decades, most: float):
    """Return RGBA of decades, -inf for zero and inf for too large, on a scale from -``most`` to ``most``."""
    decades = np.clip(np.nan_to_num(decades, nan=np.inf, posinf=most, neginf=-most), -most, most)
    far = np.maximum(np.abs(decades) - grammar.HEALTHY, 0) / max(most - grammar.HEALTHY, 1)
    rgb = np.where((decades < 0)[..., None], _ramp(far, BLUES), _ramp(far, ORANGES))
    rgb = np.where((np.abs(decades) < grammar.HEALTHY)[..., None], _rgb([CLEAR])[0], rgb)
    return np.concatenate([rgb, np.ones((*decades.shape, 1))], axis=-1)


def limits(*maps) -> tuple[float, float]:
    """Return the last time on the axes and the decades of the colours, in steps, that hold all ``maps`` (T, T)."""
    decades = [np.abs(grammar.decades(norms[np.tril_indices(len(norms))])) for norms in maps]
    most = max((part[np.isfinite(part)].max(initial=0) for part in decades), default=0)
    return grammar.up_to(max(map(len, maps)), TIMES), grammar.up_to(most, DECADES)


class HeatMap:
    """One map in a pair of axes: the image, and the symbols of what is 0 or no longer finite."""

    def __init__(self, axes):
        self.axes = axes
        axes.set_autoscale_on(False)
        self.image = axes.imshow(np.zeros((1, 1, 4)), origin="lower", interpolation="nearest", aspect="auto", zorder=1)
        edge = dict(linestyle="none", markersize=5, markeredgewidth=0.8, markeredgecolor=grammar.PAPER, zorder=2)
        (self.zeros,) = axes.plot([], [], marker="v", color=grammar.VANISHING, **edge)
        (self.overflows,) = axes.plot([], [], marker="^", color=grammar.EXPLODING, **edge)
        self.artists = [self.image, self.zeros, self.overflows]

    def update(self, norms, most: float) -> None:
        """Move to ``norms`` (T, T), ‖dh_t / dh_k‖ relative to 1 in row t, column k, on colours of ``most`` decades."""
        T = len(norms)
        past = np.tri(T, dtype=bool)
        rgba = colours(grammar.decades(norms), most)
        rgba[~past] = 0
        self.image.set_data(rgba)
        self.image.set_extent((0.5, T + 0.5, 0.5, T + 0.5))
        for symbols, cells in ((self.zeros, norms == 0), (self.overflows, ~np.isfinite(norms))):
            symbols.set_data(*_places(cells & past))

    def frame(self, T: int, most: float, size: float = 12) -> None:
        """Draw what stands still: limits, ticks, the grey half."""
        axes = self.axes
        axes.set(xlim=(0.5, T + 0.5), ylim=(0.5, T + 0.5), facecolor=FUTURE)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=size, colors=grammar.INK, length=4)
        times = np.unique(np.round(np.linspace(0, T, 6 if T > 5 else T + 1)).astype(int))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks([1, *times[1:]])
        axes.set_xlabel("k: the earlier time", fontsize=size, color=grammar.INK)
        axes.set_ylabel("t: the later time", fontsize=size, color=grammar.INK)


def bar(axes, most: float, size: float = 12) -> None:
    """Draw the colours and their decades, in a pair of axes of their own."""
    axes.clear()
    rows = np.linspace(-most, most, 201)
    axes.imshow(colours(rows, most)[:, None], origin="lower", aspect="auto", extent=(0, 1, -most, most))
    axes.set_xticks([])
    grammar.decade_ticks(axes, -most, most, most=6)
    axes.yaxis.tick_right()
    axes.tick_params(labelsize=size, colors=grammar.INK, length=4)
    axes.spines[:].set_visible(False)


def _places(cells):
    """Where symbols are put: on every cell of a coarse grid, or else on the first cell there is."""
    step = -(-len(cells) // SYMBOLS)
    t, k = np.nonzero(cells)
    on = (t % step == step // 2) & (k % step == step // 2)
    if t.size and not on.any():
        on[0] = True
    return k[on] + 1, t[on] + 1


def _ramp(far, stops):
    """Colours between ``stops``, ``far`` running from 0 to 1."""
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(far, at, channel) for channel in _rgb(stops).T], axis=-1)


def _rgb(stops):
    return np.array([[int(stop[k : k + 2], 16) / 255 for k in (1, 3, 5)] for stop in stops])
