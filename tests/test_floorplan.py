"""Imports point downwards, modules and functions are small, and importing the package costs NumPy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "vgrad").rglob("*.py"))

MODULE_LINES = 250
FUNCTION_LINES = 20  # of code: no docstring, comments or blank lines

FLOORS = (
    {"ops", "init", "tape", "data"},
    {"gradcheck", "cells", "theory"},
    {"models"},
    {"probes"},
    {"train"},
    {"experiments"},
    {"plots", "page"},
    {"explorers", "check"},
)


def below(floor):
    return set().union(*FLOORS[:floor])


MAY_IMPORT = {
    "__init__": below(6),
    "require": set(),
    **dict.fromkeys(FLOORS[0], frozenset()),
    "gradcheck": {"tape"},
    "cells": {"ops"},
    "theory": {"ops"},
    "models": below(2),
    "probes": below(3),
    "train": below(4),
    "experiments": below(5),
    "plots": set(),
    "page": set(),
    "explorers": {"experiments", "plots", "page"},
    "check": {"page"},
}  # and everyone may import require, and a package its own modules
THIRD_PARTY = {
    **dict.fromkeys(MAY_IMPORT, frozenset({"numpy"})),
    "experiments": {"numpy", "threadpoolctl"},
    "plots": {"numpy", "matplotlib", "IPython"},  # IPython: within the method that only IPython calls
    "explorers": {"ipywidgets", "threadpoolctl"},
    "check": {"numpy", "ipywidgets"},
}


def unit_of(path):
    """The module of the floor plan that a file belongs to: "experiments" for vgrad/experiments/kata.py."""
    return path.relative_to(ROOT / "vgrad").with_suffix("").parts[0]


def imported(source, path):
    """Every name a source imports, absolute: "vgrad.ops.Affine", "numpy"; inside of functions too."""
    package = path.relative_to(ROOT).parent.parts  # that of a module, and of an __init__, is its folder
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            parts = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*parts, alias.name]) for alias in node.names)


def violations(source, path):
    """What the floor plan does not allow this file to import."""
    unit = unit_of(path)
    allowed = MAY_IMPORT[unit] | {"require"} | ({unit} - {"__init__"})
    for name in imported(source, path):
        top, *rest = name.split(".")
        if top == "vgrad" and (not rest or rest[0] not in allowed):
            yield name
        if top != "vgrad" and top not in sys.stdlib_module_names | THIRD_PARTY[unit]:
            yield name


def names(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_module_has_its_place_in_the_plan():
    assert {"ops", "tape", "models", "experiments"} <= {unit_of(path) for path in MODULES} <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_imports_only_point_downwards(path):
    assert list(violations(path.read_text("utf-8"), path)) == []


@pytest.mark.parametrize(
    ("file", "source", "caught"),
    [
        ("ops.py", "from . import models", ["vgrad.models"]),
        ("ops.py", "from .models import mlp", ["vgrad.models.mlp"]),
        ("tape.py", "def f():\n    from vgrad import ops", ["vgrad.ops"]),
        ("theory.py", "import vgrad.experiments.kata as kata", ["vgrad.experiments.kata"]),
        ("probes.py", "import vgrad", ["vgrad"]),
        ("models.py", "from . import init, probes, ops", ["vgrad.probes"]),
        ("experiments/kata.py", "from ..plots import flow", ["vgrad.plots.flow"]),
        ("experiments/__init__.py", "from .. import explorers", ["vgrad.explorers"]),
        ("plots/flow.py", "from .. import experiments\nfrom . import words", ["vgrad.experiments"]),
        ("explorers/flow.py", "from .. import plots, ops", ["vgrad.ops"]),
        ("__init__.py", "from . import ops, plots", ["vgrad.plots"]),
        ("ops.py", "import scipy.special", ["scipy.special"]),
        ("probes.py", "import threadpoolctl", ["threadpoolctl"]),
        ("plots/flow.py", "from ipywidgets import HTML", ["ipywidgets.HTML"]),
        ("experiments/kata.py", "from ._protocol import measured\nfrom .. import ops, require", []),
        (
            "models.py",
            "from __future__ import annotations\nimport math\nimport numpy as np\nfrom .ops import affine",
            [],
        ),
    ],
)
def test_a_climbing_import_is_caught(file, source, caught):
    assert list(violations(source, ROOT / "vgrad" / file)) == caught


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_a_module_fits_in_a_head(path):
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LINES


def has_docstring(node):
    return ast.get_docstring(node) is not None


def code_lines(function, lines):
    """The lines of a function's body that hold code."""
    body = function.body[1:] if has_docstring(function) else function.body
    span = lines[body[0].lineno - 1 : function.end_lineno] if body else []
    return [line for line in span if line.strip() and not line.strip().startswith("#")]


def functions(source):
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(source):
    lines = source.splitlines()
    lengths = {node.name: len(code_lines(node, lines)) for node in functions(source)}
    return {name: length for name, length in lengths.items() if length > FUNCTION_LINES}


ENGINE = [path for path in MODULES if unit_of(path) in below(6) | {"require", "__init__"}]


@pytest.mark.parametrize("path", ENGINE, ids=names(ENGINE))
def test_a_function_of_the_engine_is_short(path):
    assert too_long(path.read_text("utf-8")) == {}


@pytest.mark.parametrize(("statements", "long"), [(20, {}), (21, {"f": 21})])
def test_the_length_of_a_function_is_its_code(statements, long):
    code = "\n\n    # why\n".join(f"    x = {k}" for k in range(statements))
    assert too_long(f'def f():\n    """Docstring,\n\n    long.\n    """\n{code}\n') == long


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_modules_and_all_that_is_public_are_documented(path):
    module = ast.parse(path.read_text("utf-8"))
    nodes, bare = [module], []
    while nodes:
        node = nodes.pop()
        bare += [] if has_docstring(node) else [getattr(node, "name", "the module")]
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        children = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
        nodes += [child for child in children if isinstance(child, definitions) and not child.name.startswith("_")]
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_no_annotation_is_evaluated_at_import(path):
    first = ast.parse(path.read_text("utf-8")).body[1]
    assert ast.unparse(first) == "from __future__ import annotations"


def test_importing_the_package_costs_numpy_alone():
    def loaded(module):
        code = f"import sys, {module}; print(*sys.modules)"
        return set(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split())

    beyond = {".".join(name.split(".")[:2]) for name in loaded("vgrad") - loaded("numpy")}
    assert "vgrad.ops" in beyond
    third_party = {name for name in beyond if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in third_party if name.split(".")[0] != "vgrad"} == set()
    assert not {"vgrad.plots", "vgrad.explorers", "vgrad.check"} & beyond
