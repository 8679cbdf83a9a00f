"""How much does the package add to NumPy's own import?   python tests/benchmarks/imports.py [rounds]

Each program runs in a fresh process, in turns, and the interpreter's own start is not counted. The package is compiled
before, as an installed one is. Read the ratio: what a learner waits for ``import vgrad``, against ``import numpy``
alone. The last program loads every page of the engine at once.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

PROGRAMS = ("import numpy", "import vgrad", "import vgrad; vgrad.ops.tanh", "from vgrad import *")
TIMED = "from time import perf_counter; start = perf_counter(); {}; print(perf_counter() - start)"


def seconds(program: str, environment: dict[str, str]) -> float:
    """Seconds that a program takes in a process of its own, after the interpreter has started."""
    command = [sys.executable, "-c", TIMED.format(program)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def medians(rounds: int) -> list[float]:
    """The median seconds of each program; the order turns round from one round to the next."""
    times = {program: [] for program in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for k in range(rounds + 1):  # the first round compiles, and does not count
            for program in PROGRAMS[:: 1 if k % 2 else -1]:
                times[program].append(seconds(program, environment))
    return [statistics.median(column[1:]) for column in times.values()]


def main(rounds: int = 30) -> None:
    """Measure and print."""
    numpy, vgrad, *more = medians(rounds)
    print(f"medians of {rounds} fresh processes, in ms")
    print(f"import vgrad / import numpy   {1000 * vgrad:.0f} / {1000 * numpy:.0f} = {vgrad / numpy:.2f}")
    for program, spent in zip(PROGRAMS[2:], more, strict=True):
        print(f"{program} / import numpy   {1000 * spent:.0f} / {1000 * numpy:.0f} = {spent / numpy:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
