"""Run lessons and store what they said:  python tests/support/execute.py notebooks/03_gradient_flow.ipynb [...]

The stored notebook is what strict nbval compares, and what a page without a kernel shows. So everything that changes
from run to run is left out: times, widget states, model ids. Executed twice, it comes out byte for byte the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def execute(path: Path) -> None:
    """Run one notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    # a kernel cuts a text where it happens to: put the pieces together
    settings = dict(kernel_name="python3", timeout=120, coalesce_streams=True)
    NotebookClient(notebook, **settings, resources={"metadata": {"path": path.parent}}).execute()
    clean(notebook)
    nbformat.write(notebook, path)


def clean(notebook) -> None:
    """Take out what differs from run to run."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        execute(Path(name))
        print(f"executed {name}: {Path(name).stat().st_size / 1e3:.0f} kB")
