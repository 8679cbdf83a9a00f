"""Hypothesis draws the same cases in every run, no test fails for being slow, and explorers are shared."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from hypothesis import settings

# BLAS would share a small product among all processors, where pytest has a worker on each already. NumPy reads this
# when it is imported, in a worker and in a kernel.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
settings.register_profile("vgrad", deadline=None, derandomize=True, database=None, max_examples=50)
settings.load_profile("vgrad")
pytest.register_assert_rewrite("explored", "truths")
NEEDS_TORCH = "17_your_network"


def pytest_addoption(parser):
    options = parser.getgroup("vgrad")
    text = "states in which the sweep looks at the explorers, all together (1007)"
    options.addoption("--states", type=_from_one, default=1007, metavar="N", help=text)
    text = "compare all cells on the adding problem, which takes minutes"
    options.addoption("--long", action="store_true", help=text)
    text = "move each explorer's sliders so many times (1000), and count what piles up"
    options.addoption("--soak", type=_from_one, nargs="?", const=1000, metavar="N", help=text)


def pytest_configure(config):
    """Kernels that run notebooks start with private.py: they fetch nothing, and write nothing that is not their own."""
    folder = tempfile.mkdtemp(prefix="vgrad-ipython-")
    startup = Path(folder, "profile_default/startup")
    startup.mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "support" / "private.py", startup)
    os.environ["IPYTHONDIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(items):
    """Skip, cell by cell, the notebook that needs PyTorch, where PyTorch is not installed."""
    if importlib.util.find_spec("torch") is None:
        for item in items:
            if item.path.name == f"{NEEDS_TORCH}.ipynb":
                item.add_marker(pytest.mark.skip(reason=f"{NEEDS_TORCH} needs PyTorch"))


def _from_one(text):
    if not (text.isdecimal() and int(text)):
        raise ArgumentTypeError(f"it is {text!r}; allowed is a whole number from 1")
    return int(text)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    import lab

    with lab.chromium() as browser:
        yield browser


@pytest.fixture
def explorer(name):
    """The explorer called ``name``, as its page shows it first."""
    from explored import at_its_start

    return at_its_start(name)
