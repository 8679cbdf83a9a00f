"""Order and chaos: the chart of χ with a net beside it, alive or still; and what nets from there have learnt."""

from __future__ import annotations

import numpy as np

from .. import require
from . import curves, grammar
from .flow import FlowPlot, frame
from .initialization import DRAWS, networks
from .picture import Canvas, Picture
from .ways import WaysPlot
from .words import verdict

EDGE = 0.01  # of |χ - 1|: nearer to it, we say "at the edge"
LEVELS = (0.0, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 1e9)
SHADES = ("#9cc3e6", "#b9d5ee", "#d0e3f4", "#e6f0f9", "#fdeee3", "#fbdcc5", "#f5c4a0", "#eea679")
LEARNT = 0.5
REACH = 6  # depth scales: as deep as nets could be trained in Schoenholz et al. 2017, fig. 5
MEASURED = {"accuracy": "accuracy after training", "steps": "steps to learn"}


class PhasePlot(WaysPlot):
    """The picture of a PhaseRecord kept alive: the chart on the left with the net's place, its layers on the right."""

    def __init__(self, record):
        self.figure = grammar.new_figure(9.0, 4.6)
        self.chart = self.figure.add_axes((0.068, 0.135, 0.385, 0.745))
        self.axes = self.figure.add_axes((0.545, 0.135, 0.445, 0.745))
        self.curves = self._curves()
        (self.place,) = self.chart.plot([], [], "o", markersize=13, color=grammar.INK, markerfacecolor="#ffd400")
        moving = [artist for curve in self.curves.values() for artist in curve.artists]
        self.canvas = Canvas(self.figure, [*moving, self.place])
        self.place.set(markeredgewidth=2, clip_on=False)
        self._limits = None
        self._titles()
        self.update(record)

    def update(self, record) -> None:
        """Move the place and the curves; a new activation draws a new chart."""
        self.place.set_data([record.sigma_w], [record.sigma_b])
        super().update(record)

    def _drawn(self, record) -> dict:
        return dict.fromkeys(self.curves, record.net)

    def _axes_of(self, record) -> tuple:
        from_net = FlowPlot._axes_of(self, record.net)
        return (*from_net, record.chart)

    def _frame(self, deepest, floor, ceiling, scale, chart) -> None:
        frame(self.axes, deepest, floor, ceiling, scale)
        for words in self.axes.texts:
            if not words.get_animated():
                words.set(x=0.55, ha="center")
        self.axes.set_xlim(1 - 0.13 * deepest, 1.02 * deepest)
        self.axes.set_xlabel("layer", fontsize=13)
        _chart(self.chart, chart, keep=self.place)

    def _titles(self) -> None:
        ink = dict(fontsize=13, va="top", color=grammar.INK)
        self.figure.text(0.012, 0.982, "χ; upwards σ_b; dashed: the edge, χ = 1", **ink)
        self.figure.text(0.49, 0.982, "h and dh by layer; theory dashed", **ink)


def _chart(axes, chart, keep) -> None:
    """χ over the plane, in steps, and the line where it is 1."""
    for artist in [*axes.collections, *axes.texts]:
        artist.remove()
    grammar.tidy(axes)
    axes.grid(visible=False)
    axes.contourf(chart.sigma_w, chart.sigma_b, chart.chi, levels=LEVELS, colors=SHADES, zorder=0)
    axes.contour(chart.sigma_w, chart.sigma_b, chart.chi, levels=[1.0], colors=[grammar.INK], linestyles="dashed")
    axes.set(xlim=(0, chart.sigma_w[-1]), ylim=(0, chart.sigma_b[-1]))
    axes.set_xlabel("σ_w", fontsize=13)
    words = dict(fontsize=14, style="italic", transform=axes.transAxes, va="top")
    if (chart.chi < 1).mean() > 0.1:
        axes.text(0.03, 0.97, "order:\nvanishing", color=grammar.VANISHING, **words)
    if (chart.chi > 1).mean() > 0.1:
        axes.text(0.97, 0.97, "chaos:\nexploding", color=grammar.EXPLODING, ha="right", **words)


@grammar.asked
def phase(record) -> Picture:
    """A still picture of a PhaseRecord."""
    return Picture(PhasePlot(record).figure, sentence(record), alt(record))


@grammar.asked
def sentence(record) -> str:
    """Where the place lies, what χ and ξ are, and what became of the gradient."""
    net, look = record.net, grammar.look(record.activation)
    place = f"{look.label}, σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}: {phase_of(record.chi)}"
    size = (
        f"a layer multiplies a squared gradient by χ = {record.chi:.3g}, by e over a ξ of {_layers(record.depth_scale)}"
    )
    result = f"{grammar.number(net.ratio)} of the last's"
    if net.ratio == 0 or not np.isfinite(net.ratio):
        result = "exactly 0" if net.ratio == 0 else "beyond float64"
    ours = net.theory["dh"][0]
    said = f" (theory {grammar.number(ours)})" if np.isfinite(ours) else ""
    deep = "layer" if record.depth == 1 else "layers"
    back = f"After {record.depth} {deep} the first layer's dh is {result}{said}: it {verdict(net.ratio)}"
    return f"{place}; {size}. {back}; h is {grammar.number(net.forward)} times the input's. {networks(net)}."


@grammar.asked
def phase_of(chi: float) -> str:
    """Which of three it is: "order", "chaos", or "the edge"."""
    return "the edge" if abs(chi - 1) < EDGE else "order" if chi < 1 else "chaos"


def _layers(scale: float) -> str:
    if scale > 1000:
        return "more than 1000 layers"
    return f"{scale:.0f} layers" if scale >= 100 else f"{scale:.2g} layers"


@grammar.asked
def alt(record) -> str:
    """The picture in words."""
    layers = sorted({round(1 + k * (record.depth - 1) / 4) for k in range(5)})
    points = ", ".join(f"{grammar.number(record.net.relative['dh'].median[k - 1])} at layer {k}" for k in layers)
    place = f"a point at σ_w {record.sigma_w:.3g}, σ_b {record.sigma_b:.3g}, in {phase_of(record.chi)}"
    return f"A chart of χ over σ_w and σ_b for {record.activation}, with {place}; beside it dh by layer: {points}."


# --- what has been trained ------------------------------------------------------------------------------------------


@grammar.asked
def trained(cells, scales) -> Picture:
    """A table of accuracies, σ_w² by depth, and six depth scales over it.   scales : σ_w² -> ξ, theory's, to draw."""
    axes = curves.axes(grammar.new_figure(), "accuracy after training; upwards depth; dashed: 6 ξ")
    weights = sorted({cell.settings["sigma_w2"] for cell in cells})
    depths = sorted({cell.settings["depth"] for cell in cells})
    at = {(c.settings["sigma_w2"], c.settings["depth"]): float(np.median(c.result["accuracy"])) for c in cells}
    table = np.array([[at[w, depth] for w in weights] for depth in depths])
    plain = axes.imshow(table, cmap="cividis", vmin=0, vmax=1, origin="lower", aspect="auto").get_cmap()
    for row, column in np.ndindex(*table.shape):
        ink = "#ffffff" if table[row, column] < 0.6 else grammar.INK
        box = dict(facecolor=plain(table[row, column]), linewidth=0, pad=1.5)
        words = dict(ha="center", va="center", fontsize=12, color=ink, bbox=box)
        axes.text(column, row, f"{table[row, column]:.2f}", **words)
    x = np.interp(list(scales), weights, np.arange(len(weights)))
    beyond = [*depths, 2 * depths[-1]]  # a curve that leaves at the top, not one that lies along it
    rows = np.interp(np.log([REACH * xi for xi in scales.values()]), np.log(beyond), np.arange(len(beyond)), left=-0.5)
    axes.plot(x, rows, **{**grammar.THEORY, "color": "#ffffff", "linewidth": 5})
    axes.plot(x, rows, **{**grammar.THEORY, "linewidth": 2.6})
    axes.set_ylim(-0.5, len(depths) - 0.5)
    axes.grid(visible=False)
    axes.set_xticks(range(len(weights)), [f"{w:g}" for w in weights])
    axes.set_yticks(range(len(depths)), depths)
    axes.set_xlabel("σ_w²; σ_b² = 0.05", fontsize=13)
    deepest = {w: max([d for d in depths if at[w, d] > LEARNT], default=0) for w in weights}
    said = ", ".join(f"{deepest[w]} at {w:g}" for w in weights)
    return Picture(axes.figure, f"By σ_w², the deepest nets that tell more than half of the digits: {said}.")


@grammar.asked
def by_depth(cells, name: str, of: str) -> Picture:
    """A stored number against the depth, a draw of the weights a curve.   of : the setting that names the draw."""
    require.choice("of", of, cells[0].settings)
    axes = curves.axes(grammar.new_figure(), MEASURED[require.choice("name", name, MEASURED)])
    depths = sorted({cell.settings["depth"] for cell in cells})
    most = max(max(cell.result[name]) for cell in cells)
    axes.set(xlim=(0, 1.25 * depths[-1]), ylim=(0, 1.02 if name == "accuracy" else 1.05 * most))
    ends, said = [], []
    for draw in dict.fromkeys(cell.settings[of] for cell in cells):
        rows = np.array(
            [c.result[name] for depth in depths for c in cells if c.settings == c.settings | {of: draw, "depth": depth}]
        )
        look = DRAWS[draw]
        median = curves.curve(axes, depths, rows.T, look)
        ends.append((median[-1], look.label, look.color))
        points = (
            f"{m:.2g} at {d}" if name == "accuracy" else f"{m:.0f} at {d}" for m, d in zip(median, depths, strict=True)
        )
        said.append(f"{look.label} {', '.join(points)}")
    curves.label_ends(axes, depths[-1], ends)
    axes.set_xticks(depths)
    axes.set_xlabel("layers", fontsize=13)
    curves.legend(axes.figure)
    what = {"accuracy": "Accuracy", "steps": "Steps until a fifth of the loss is left"}[name]
    return Picture(axes.figure, f"{what}, by the number of layers: {'; '.join(said)}.")
