"""What does testing a notebook cost, beyond what the notebook computes?   python tests/benchmarks/notebooks.py [NN ...]

For each notebook, in turn, the best of two runs of

  bare     a process that reads the notebook, starts a kernel, and runs the cells one after the other
  pytest   pytest FILE, which does the same and compares every stored output

and their ratio (aim: at most 1.3); then the same of all the notebooks in a row, for which pytest starts once.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTEST = ("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider")


def bare(path: str) -> None:
    """Run the notebook's cells, and drop what they put out."""
    import nbformat
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(Path(path).parent))
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            client.execute_interactive(cell.source, output_hook=lambda _: None)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def seconds(*arguments: str) -> float:
    """The time that Python takes with these arguments."""
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run((sys.executable, *arguments), cwd=ROOT, check=True, stdout=quiet, stderr=quiet)
    return time.perf_counter() - start


def main(names: list[str]) -> None:
    """Print a line for each notebook, and one for all."""
    paths = [str(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if not names or path.name[:2] in names]
    ways = ((__file__, "--bare"), PYTEST)
    rows = [(Path(path).stem, *(min(seconds(*way, path) for _ in range(2)) for way in ways)) for path in paths]
    rows.append(("in a row", sum(plain for _, plain, _ in rows), seconds(*PYTEST, *paths)))
    for name, plain, tested in rows:
        print(f"{name:20}  bare {plain:5.1f} s   pytest {tested:5.1f} s   {tested / plain:.2f} x")


if __name__ == "__main__":
    bare(sys.argv[2]) if sys.argv[1:2] == ["--bare"] else main(sys.argv[1:])
