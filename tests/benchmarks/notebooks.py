"""What does testing a notebook cost, beyond what the notebook computes?   python tests/benchmarks/notebooks.py [NN ...]

For each notebook, in turn, the best of two runs of

  bare     a kernel starts, and runs the notebook's cells one after the other
  pytest   pytest FILE, which does the same and compares every stored output

and their ratio (aim: at most 1.3).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[2]


def bare(path: Path) -> float:
    """Seconds from the kernel's start to the end of its last cell."""
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    start = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(path.parent))
    for cell in cells:
        client.execute_interactive(cell, output_hook=lambda _: None)
    seconds = time.perf_counter() - start
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def tested(path: Path) -> float:
    """Seconds of pytest FILE."""
    start = time.perf_counter()
    command = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(path))
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(names: list[str]) -> None:
    """Print a line for each notebook."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if not names or path.name[:2] in names:
            plain, pytest = (min(way(path) for _ in range(2)) for way in (bare, tested))
            print(f"{path.stem:20}  bare {plain:5.1f} s   pytest {pytest:5.1f} s   {pytest / plain:.2f} x", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
