"""Notebooks run without a network, and leave nothing behind: the kernels that strict nbval starts see to it."""

from __future__ import annotations

import nbclient
import nbformat
import pytest

CELLS = {
    "a page is fetched": "import urllib.request; urllib.request.urlopen('http://example.org')",
    "a socket is connected": "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "a file is written beside the notebook": "open('left_behind.txt', 'w')",
    "a file is written elsewhere": "import tempfile; tempfile.TemporaryFile()",
    "a folder is made": "import os; os.mkdir('left_behind')",
    "a file is moved out of a cache": "import os, matplotlib as m; os.rename(m.get_cachedir() + '/x', 'left_behind')",
    "a file is written beside a cache": "import matplotlib; open(matplotlib.get_cachedir() + '_x', 'w')",
    "a file is removed": "import os; os.remove('notebook')",
    "an array is saved": "import numpy as np; np.save('left_behind.npy', np.ones(3))",
    "a picture is saved": "from matplotlib.figure import Figure; Figure().savefig('left_behind.png')",
}


def said(folder, *cells):
    """The last cell's error, or None."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = nbclient.NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": folder}})
    client.allow_errors = True
    client.execute()
    return next(
        (output["evalue"] for output in notebook.cells[-1]["outputs"] if output["output_type"] == "error"), None
    )


@pytest.mark.parametrize("what", CELLS)
def test_in_a_kernel_under_test_it_is_refused_that(what, tmp_path):
    (tmp_path / "notebook").write_text("")
    assert ": a lesson " in said(tmp_path, CELLS[what])
    assert [path.name for path in tmp_path.iterdir()] == ["notebook"]


def test_what_lessons_do_is_not_refused(tmp_path):
    use = "explorer = flow.explore.gradient_flow(); explorer.set(depth=20); explorer._save(); flow.ask('narrow')"
    assert (
        said(tmp_path, "from vgrad.lessons import gradient_flow as flow, memory", use, "memory.load('adding')") is None
    )
