"""Imports point downwards, modules and functions are small, and importing the package costs NumPy alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vgrad

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "vgrad").rglob("*.py"))

MODULE_LINES = 250
FUNCTION_LINES = 20  # of code: no docstring, comments or blank lines

ENGINE_FLOORS = (
    {"plain"},
    {"require"},
    {"door"},
    {"ops", "init", "tape", "data"},
    {"gradcheck", "cells", "theory"},
    {"models"},
    {"probes"},
    {"train"},
)
ENGINE = set().union(*ENGINE_FLOORS)
ABOVE = {"bridge", "kit", "lessons", "progress"}  # the engine, or beside what stands above it
STOREYS = {"records", "measure", "draw", "say", "explore", "check", "tables"}  # of a room
BELOW = {  # the storeys of its own room that a storey may import
    "records": {"records"},
    "measure": {"measure", "records"},
    "say": {"say", "records"},
    "draw": {"draw", "say", "records"},
    "explore": {"explore", "measure", "draw", "say", "records"},
    "check": {"check", "measure", "records"},
    "tables": {"tables", "measure", "records"},
    "face": STOREYS,
}
KIT_BELOW = {  # the same of the kit; what lies in the kit itself may import all of it
    "experiments": {"experiments"},
    "styles": {"styles"},
    "marks": {"marks", "words", "styles"},
    "words": {"words", "marks"},
    "explorers": {"explorers", "experiments", "marks", "styles"},
    "pages": {"pages", "styles", "kit"},
}
THIRD_PARTY = {
    "engine": {"numpy"},
    "experiments": {"numpy", "threadpoolctl"},
    "records": {"numpy"},
    "measure": {"numpy"},
    "tables": set(),
    "styles": set(),
    "words": {"numpy"},
    "say": {"numpy"},
    "marks": {"numpy", "matplotlib", "IPython"},  # IPython: within the method that only IPython calls
    "draw": {"numpy", "matplotlib"},
    "explore": set(),
    "explorers": {"ipywidgets", "threadpoolctl"},
    "check": {"numpy"},
    "face": set(),
    "kit": {"numpy", "ipywidgets"},
    "pages": {"nbconvert", "nbformat", "pygments", "latex2mathml"},  # which load them
    "bridge": {"numpy", "torch"},
    "progress": {"matplotlib", "ipywidgets"},
}


def place_of(module):
    """Where a module stands: ("engine", unit), ("kit", storey), ("bridge",) or ("lessons", room, storey)."""
    top, *rest = (*module.split("."), "")[1:4]
    if top == "lessons":
        room, storey = (*rest, "")[:2]
        return ("lessons", room, storey if storey in STOREYS else "face")
    if top in ("bridge", "progress"):
        return (top,)
    if top == "kit":
        return ("kit", rest[0] if rest and rest[0] in KIT_BELOW else "kit")
    return ("engine", top)


def may_import(importer, imported):
    """Whether the plan lets one place import another: it is not higher, and of another room it is only the face."""
    match importer, imported:
        case ("engine", unit), ("engine", other):
            floors = [k for k, floor in enumerate(ENGINE_FLOORS) if other in floor]
            own = [k for k, floor in enumerate(ENGINE_FLOORS) if unit in floor]
            return unit in ("", "__init__") or unit == other or (bool(floors) and bool(own) and floors[0] < own[0])
        case ("bridge",), ("bridge",) | ("engine", _) | ("kit", "marks" | "words"):
            return True
        case ("lessons", "your_network", "face" | "measure"), ("bridge",):
            return True  # the lesson on the bridge
        case _, ("bridge",):
            return importer == ("engine", "__init__")
        case ("progress",), ("progress",) | ("engine", _) | ("kit", _) | ("lessons", "ROOMS" | "concepts", "face"):
            return True  # of the lessons, the list of rooms and the table of concepts, and no room
        case ("progress",), _:
            return False
        case _, ("progress",):
            return importer == ("engine", "__init__")
        case ("engine", "__init__"), ("kit", "kit") | ("lessons", "", "face"):
            return True  # the package names its storeys, and loads them when they are asked for
        case ("engine", _), _:
            return False
        case (_, *_), ("engine", _):
            return True
        case ("kit", storey), ("kit", other):
            return other in KIT_BELOW.get(storey, KIT_BELOW.keys() | {"kit"})
        case ("kit", _), _:
            return False
        case ("lessons", _, storey), ("kit", other):
            kinds = {"say": {"words", "marks"}, "draw": {"words", "marks"}, "records": {"experiments"}}
            return other in kinds.get(storey, KIT_BELOW.keys() | {"kit"})
        case ("lessons", room, storey), ("lessons", other_room, other):
            if room in ("", "stored", "concepts"):
                return other == "face"
            return other in BELOW[storey] if room == other_room else other == "face"
    return False


def module_of(path):
    """The dotted name of a file: "vgrad.lessons.gates" for its face, vgrad/lessons/gates/__init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


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


def third_party(place):
    """What is not of the standard library and may be imported here."""
    if place[1:] == ("your_network", "measure"):  # it trains networks of PyTorch, which is loaded when it is asked to
        return THIRD_PARTY["measure"] | {"torch"}
    return THIRD_PARTY["engine" if place[0] == "engine" else place[-1]]


def violations(source, path):
    """What the floor plan does not allow this file to import."""
    place = place_of(module_of(path))
    for name in imported(source, path):
        top = name.split(".")[0]
        if top == "vgrad" and not may_import(place, place_of(name)):
            yield name
        if top != "vgrad" and top not in sys.stdlib_module_names | third_party(place):
            yield name


def names(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_module_has_its_place_in_the_plan():
    places = {place_of(module_of(path)) for path in MODULES}
    assert {place[0] for place in places} == {"engine", "kit", "bridge", "progress", "lessons"}
    assert {place[1] for place in places if place[0] == "engine"} == ENGINE | {"__init__", "__main__"}
    rooms = {path.name for path in (ROOT / "vgrad" / "lessons").iterdir() if (path / "__init__.py").exists()}
    assert {place[1] for place in places if place[0] == "lessons"} == rooms | {"", "stored", "concepts"}


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_imports_only_point_downwards(path):
    assert list(violations(path.read_text("utf-8"), path)) == []


@pytest.mark.parametrize(
    ("file", "source", "caught"),
    [
        ("ops/linear.py", "from .. import models", ["vgrad.models"]),
        ("tape.py", "def f():\n    from vgrad import ops", ["vgrad.ops"]),
        ("theory/maps.py", "import vgrad.kit.experiments.flow as flow", ["vgrad.kit.experiments.flow"]),
        ("probes/depth.py", "import vgrad", ["vgrad"]),
        ("probes/depth.py", "from .. import init, ops, train", ["vgrad.train"]),
        ("kit/words/flow.py", "from ..experiments.flow import flow", ["vgrad.kit.experiments.flow.flow"]),
        ("kit/marks/flow.py", "from ...lessons import gates", ["vgrad.lessons.gates"]),
        ("kit/show.py", "from ..lessons.gates import draw", ["vgrad.lessons.gates.draw"]),
        ("lessons/gates/draw.py", "from . import measure", ["vgrad.lessons.gates.measure"]),
        ("lessons/gates/say.py", "from .draw import GatesPlot", ["vgrad.lessons.gates.draw.GatesPlot"]),
        ("lessons/gates/say.py", "from ...kit.experiments.reach import reach", ["vgrad.kit.experiments.reach.reach"]),
        ("lessons/gates/measure.py", "from ..memory.measure import table", ["vgrad.lessons.memory.measure.table"]),
        ("lessons/gates/measure.py", "def f():\n    from . import explore", ["vgrad.lessons.gates.explore"]),
        ("lessons/gates/draw.py", "from ipywidgets import HTML", ["ipywidgets.HTML"]),
        ("bridge/report.py", "from ..lessons import gates", ["vgrad.lessons.gates"]),
        ("kit/show.py", "from ..bridge import watch", ["vgrad.bridge.watch"]),
        ("lessons/gates/measure.py", "from ...bridge import readings", ["vgrad.bridge.readings"]),
        ("lessons/your_network/say.py", "from ...bridge import Report", ["vgrad.bridge.Report"]),
        ("lessons/your_network/measure/unknown.py", "from ....bridge import Readings", []),
        ("lessons/your_network/__init__.py", "import torch", ["torch"]),
        ("progress/draw.py", "from ..lessons.gates import draw", ["vgrad.lessons.gates.draw"]),
        ("progress/draw.py", "from ..lessons import gates\nimport numpy", ["vgrad.lessons.gates", "numpy"]),
        ("progress/known.py", "from ..bridge import watch", ["vgrad.bridge.watch"]),
        ("progress/known.py", "from ..lessons.concepts import CONCEPTS\nfrom ..kit import show", []),
        ("kit/keeping.py", "from ..progress import keep", ["vgrad.progress.keep"]),
        ("lessons/gates/__init__.py", "from ...progress import show", ["vgrad.progress.show"]),
        ("bridge/draw.py", "import torch\nfrom ..kit.marks import heatmap\nfrom .. import require", []),
        ("__init__.py", "from . import ops, kit, lessons", []),
        ("__init__.py", "from .kit.marks import flow", ["vgrad.kit.marks.flow"]),
        ("__init__.py", "from .lessons import gates", ["vgrad.lessons.gates"]),
        ("ops/__init__.py", "from .. import kit", ["vgrad.kit"]),
        ("__main__.py", "from . import ops\nimport argparse", ["vgrad.ops"]),  # the command copies files, and no more
        ("ops/norms.py", "import scipy.special", ["scipy.special"]),
        ("lessons/gates/measure.py", "from ..memory import load\nfrom ... import ops", []),
        ("lessons/exploding/draw/cliff.py", "from ..say.cliff import alt\nfrom ....kit.marks import grammar", []),
        (
            "models/mlp.py",
            "from __future__ import annotations\nimport math\nimport numpy as np\nfrom ..ops import affine",
            [],
        ),
    ],
)
def test_a_climbing_import_is_caught(file, source, caught):
    assert list(violations(source, ROOT / "vgrad" / file)) == caught


def circle(arrows):
    """Some modules that import each other in a ring, or none; ``arrows`` maps each to those that it imports."""
    left = {module: set(targets) for module, targets in arrows.items()}
    while done := {module for module, targets in left.items() if not targets & left.keys()}:
        left = {module: targets for module, targets in left.items() if module not in done}
    return sorted(left)


def arrows():
    """Each module, and the modules of vgrad that it imports, wherever the import stands."""
    modules = {module_of(path): path for path in MODULES}
    found = {}
    for module, path in modules.items():
        wanted = imported(path.read_text("utf-8"), path)
        files = {next((m for m in (name, name.rpartition(".")[0]) if m in modules), None) for name in wanted}
        found[module] = files - {None, module}
    return found


def test_no_imports_go_in_a_circle():
    assert circle(arrows()) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == ["a", "b", "c", "d"]


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


ENGINE_MODULES = [path for path in MODULES if place_of(module_of(path))[0] == "engine"]


@pytest.mark.parametrize("path", ENGINE_MODULES, ids=names(ENGINE_MODULES))
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
    _, *statements = ast.parse(path.read_text("utf-8")).body  # after the docstring, which may be all there is
    assert [ast.unparse(first) for first in statements[:1]] in ([], ["from __future__ import annotations"])


def loaded(program):
    """The modules that a fresh interpreter has loaded at the end of a program."""
    code = f"import sys\n{program}\nprint(*sys.modules)"
    return set(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).split())


NUMPY = "import numpy, __future__, functools, importlib, inspect, numbers, typing"  # most of them, NumPy loads itself


@pytest.mark.parametrize(
    ("program", "pages"),
    [
        ("import vgrad", set()),
        ("import vgrad\ndir(vgrad)", set()),
        ("import vgrad\nvgrad.require", {"plain", "require"}),
        ("from vgrad import tape", {"plain", "require", "door", "tape"}),
        ("import vgrad\nvgrad.tape.backprop", {"plain", "require", "door", "tape"}),
        ("from vgrad import kit, lessons", {"kit", "lessons"}),
    ],
)
def test_importing_the_package_costs_numpy_alone_and_a_page_what_it_imports(program, pages):
    assert loaded(program) - loaded(NUMPY) == {"vgrad"} | {f"vgrad.{page}" for page in pages}


def test_the_whole_engine_costs_numpy_alone():
    beyond = loaded("from vgrad import *") - loaded(NUMPY)
    third_party = {name.split(".")[0] for name in beyond} - sys.stdlib_module_names
    assert third_party == {"vgrad"}
    assert {name.split(".")[1] for name in beyond if name.startswith("vgrad.")} == ENGINE | ABOVE


def test_a_type_checker_is_told_of_every_page_that_is_loaded_late():
    tree = ast.parse((ROOT / "vgrad" / "__init__.py").read_text("utf-8"))
    (told,) = (node.body for node in tree.body if isinstance(node, ast.If))
    assert sorted(alias.name for alias in told[0].names) == vgrad.__all__
    assert set(vgrad.__all__) == ENGINE | ABOVE
    assert set(vgrad.__all__) <= set(dir(vgrad))


def test_what_is_no_page_is_refused_by_name():
    with pytest.raises(AttributeError, match="module 'vgrad' has no attribute 'nonsense'"):
        _ = vgrad.nonsense
