"""What does a slider's tick cost in the kernel?   python tests/benchmarks/tick.py [rounds]

One explorer tick is measured in its two halves, taken in turns in one process, medians: computing the record
(``experiments.flow`` at a gain that moves a little) against drawing it (update, SVG of what moves) on the same axes.
The compute half is timed twice: with the theory's curve remembered, as on the way back of a drag, and with a new
curve each time, as in a drag of the gain. Read the ratio compute / draw: above 1, drawing faster would not help.
"""

from __future__ import annotations

import statistics
import sys
import time

from vgrad.kit.experiments.flow import flow
from vgrad.kit.marks.flow import FlowPlot

MANY = dict(seeds=64, depth=30, width=32, batch=16)
SETTINGS = {
    "64 networks, float32": dict(precision="float32", **MANY),
    "64 networks, float64": dict(precision="float64", **MANY),
    "64 networks, float16": dict(precision="float16", **MANY),
    "the explorer's start": dict(seeds=16, depth=30, width=32, batch=16),
}


def timed(function, *args, **kwargs):
    """The result, and the milliseconds it took."""
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return result, 1000 * (time.perf_counter() - start)


def tick(settings: dict, rounds: int) -> list[float]:
    """Medians in ms: compute with the theory remembered, with a new one, and draw."""
    plot = FlowPlot(flow(**settings))
    times = []
    for k in range(rounds + 3):
        gains = {"remembered": 1.0 + 0.01 * (k % 2), "new": 1.0 + 1e-6 * (k + 1)}
        spent = {}
        for kind in sorted(gains, reverse=k % 4 < 2):  # neither always comes first, after the drawing
            record, spent[kind] = timed(flow, gain=gains[kind], **settings)
        draw = timed(lambda record=record: (plot.update(record), plot.canvas.overlay()))[1]
        times.append((spent["remembered"], spent["new"], draw))
    return [statistics.median(column) for column in zip(*times[3:], strict=True)]  # the first rounds fill the caches


def main(rounds: int = 40) -> None:
    """Measure and print."""
    print(f"one tick, in ms: medians of {rounds}   (theory remembered | a new curve)")
    for name, settings in SETTINGS.items():
        remembered, new, draw = tick(settings, rounds)
        print(
            f"  {name}   compute {remembered:5.1f} | {new:5.1f}   draw {draw:5.1f}"
            f"   compute / draw {remembered / draw:4.2f} | {new / draw:4.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
