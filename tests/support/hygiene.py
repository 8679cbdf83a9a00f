"""What every lesson must be, besides right: executed, within its budgets, stable, and without a learner's traps.

nbval compares what is stored and silently skips what is not, so these rules are checked on the stored file.
"""

from __future__ import annotations

import ast
import json
import math
import re
import statistics
from itertools import pairwise

BUDGETS = {
    "cells": 45,
    "words": 1200,
    "minutes": 45,
    "lines of a code cell": 15,
    "median lines of a code cell": 3,
    "lines of a `def` outside exercises and solutions": 8,
    "significant digits of a printed number": 4,
    "kilobytes of the file": 1000,
}
FIRST = {"words": 600, "minutes": 15}  # of lesson 00
WARM_UP = r"\bask\.warm_up\("
RECALLED = 3  # questions of a warm-up
TAKEN = r"\btake\("
FORM = 24  # questions of a form of the inventory; only one is taken in one sitting
NO_LESSON = ("# 00", "# 19")  # which claim nothing and set no exercise
NO_WARM_UP = (*NO_LESSON, "# 01")
UNCOUNTED = r"<details><summary>(?:A solution|Hint|Further)\b.*?</details>"  # what is folded and may be skipped
INVESTIGATED = ("# 09", "# 13", "# 15", "# 18")  # by the title's number: the last lesson of each part of the course
ALLOWED_IMPORTS = {"numpy", "vgrad"}
ALSO = {"# 17": {"torch"}}  # by the title's number: the lesson that watches networks of PyTorch
NUMBER = re.compile(r"(?<![\w.])\d+\.?\d*(?:[eE][-+]?\d+)?")


def faults(text: str) -> list[str]:
    """Everything that is wrong with the notebook stored as ``text``, in words."""
    notebook = json.loads(text)
    cells = notebook["cells"]
    title = source(cells[0])[:4]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return [
        *_budgets(cells, code, len(text) / 1000, BUDGETS | (FIRST if title == "# 00" else {})),
        *_promise(cells),
        *([] if title in NO_LESSON else _claims(code)),
        *_executed(code),
        *_stable(notebook, cells),
        *(fault for k, cell in enumerate(code) for fault in _source(k, cell, _allowed(cells))),
        *(fault for cell in code for fault in _outputs(cell)),
        *_exercises(_counted(cells), least=0 if title in NO_LESSON else 2),
        *_investigations(cells),
        *_questions(code),
        *([] if title in NO_WARM_UP else _warm_up(code)),
        *_slides(cells),
    ]


def source(cell) -> str:
    return "".join(cell["source"])


def tags(cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def _counted(cells):
    """The cells without those of an investigation, which has minutes of its own."""
    return [cell for cell in cells if "investigation" not in tags(cell)]


def printed(cell) -> str:
    """All text that a cell has stored."""
    texts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell["outputs"]]
    return "\n".join("".join(text) for text in texts)


def words(text: str) -> int:
    """How many words of prose a text has, without formulas, addresses and markup, and without what may be skipped."""
    for left_out in (UNCOUNTED, r"\$\$?.*?\$\$?", r"\]\(.*?\)", r"<.*?>", r"```.*?```"):
        text = re.sub(left_out, " ", text, flags=re.DOTALL)
    return sum(bool(re.search(r"[A-Za-z0-9]", word)) for word in text.split())


def minutes(cells) -> float:
    """How long a learner takes by a formula: words, code, output, pictures, exercises, explorers and questions.

    An investigation has minutes of its own, which are not counted.
    """
    cells = _counted(cells)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    explorers = [cell for cell in code if re.search(r"\bexplore\.", source(cell))]
    return (
        sum(words(source(cell)) for cell in cells if cell["cell_type"] == "markdown") / 130
        + sum(_lines(cell) for cell in code) / 8
        + sum(words(_unfolded(printed(cell)) if cell in explorers else printed(cell)) for cell in code) / 200
        + sum(_has_picture(cell) for cell in code if cell not in explorers)
        + 5 * sum("exercise" in tags(cell) for cell in code)
        + 6 * len(explorers)
        + sum(bool(re.search(r"\bask\(", source(cell))) for cell in code)
        + RECALLED * sum(bool(re.search(WARM_UP, source(cell))) for cell in code)
        + FORM * any(re.search(TAKEN, source(cell)) for cell in code)
    )


def _unfolded(text: str) -> str:
    """What is read of an explorer's caption, whose third line is folded."""
    return "\n".join(text.splitlines()[:2])


def _lines(cell) -> int:
    """How many lines of code there are to read, which are not those of imports and of a folded claim."""
    lines = [line for line in source(cell).splitlines() if line.strip()]
    return 0 if "claim" in tags(cell) else sum(not re.match(r"import |from ", line) for line in lines)


def _has_picture(cell) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell["outputs"])


def promised(cells) -> float:
    """The minutes that a page promises, by the formula: the next multiple of five."""
    return 5 * math.ceil(minutes(cells) / 5)


def _promise(cells):
    text = "".join(source(cell) for cell in cells if cell["cell_type"] == "markdown")
    found = re.findall(r"(\d+) minutes alone", text)
    if found != [f"{promised(cells)}"]:
        yield f"it promises {', '.join(found) or 'no'} minutes alone, and it takes {promised(cells)}"


def _claims(code):
    tested = [cell for cell in code if re.search(r"^\s*assert ", source(cell), re.MULTILINE)]
    open_ones = [cell["id"] for cell in tested if "claim" not in tags(cell)]
    if len(open_ones) != 1:
        yield f"claims that are not folded: {', '.join(open_ones) or 'none'}; exactly one"
    for cell in code:
        if ("claim" in tags(cell)) != cell["metadata"].get("jupyter", {}).get("source_hidden", False):
            yield f"{cell['id']} is tagged as a claim and open, or folded without the tag"


def _budgets(cells, code, kilobytes, most):
    texts = [*map(source, code), *(solution(cell) or "" for cell in cells if "solution" in tags(cell))]
    lines = [len(text.splitlines()) for text in texts]
    own = [cell for cell in _counted(cells) if cell in code or "solution" in tags(cell)]
    usual = [len((source(cell) if cell in code else solution(cell) or "").splitlines()) for cell in own]
    for name, size in (
        ("cells", len(cells)),
        ("words", sum(words(source(cell)) for cell in _counted(cells) if cell["cell_type"] == "markdown")),
        ("minutes", minutes(cells)),
        ("lines of a code cell", max(lines)),
        ("median lines of a code cell", statistics.median(usual)),
        ("kilobytes of the file", kilobytes),
    ):
        if size > most[name]:
            yield f"{name}: {size:.0f}, at most {most[name]}"


def _executed(code):
    counts = [cell["execution_count"] for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"execution counts are {counts}: run it from top to bottom"


def _stable(notebook, cells):
    identifiers = [cell.get("id") for cell in cells]
    if None in identifiers or len(set(identifiers)) < len(identifiers):
        yield "a cell's id is missing or stands twice"
    stored = json.dumps(notebook["metadata"]) + json.dumps([[c["metadata"], c.get("outputs", [])] for c in cells])
    for trace in ("model_id", "widget-state", "widget-view", "iopub"):
        if trace in stored:
            yield f"it stores {trace}, which changes from run to run"


def _allowed(cells) -> set[str]:
    """What a page may import."""
    return ALLOWED_IMPORTS | ALSO.get(source(cells[0])[:4], set())


def _source(k, cell, allowed):
    tree = ast.parse(source(cell))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
            if k > 0 or not {name.split(".")[0] for name in names} <= allowed:
                also = " and ".join(sorted(allowed))
                yield f"code cell {k} imports {', '.join(names)}; only the first may, and only {also}"
        free = {"exercise", "solution"} & set(tags(cell))
        if isinstance(node, ast.FunctionDef) and not free:
            size, most = node.end_lineno - node.lineno + 1, BUDGETS["lines of a `def` outside exercises and solutions"]
            if size > most:
                yield f"{node.name} in code cell {k} has {size} lines, at most {most}; the library defines"
        if isinstance(node, ast.Name) and node.id in ("plt", "widgets", "ipywidgets"):
            yield f"code cell {k} draws or builds by itself; the library does"


def _outputs(cell):
    most = BUDGETS["significant digits of a printed number"]
    for output in cell["outputs"]:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            yield f"cell {cell['id']} stores an error or a warning"
    for number in NUMBER.findall(printed(cell)):
        digits = re.sub(r"[eE].*", "", number).replace(".", "").strip("0")
        if len(digits) > most:
            yield f"cell {cell['id']} prints {number}, more than {most} significant digits"


FOLDED = re.compile(r"<details><summary>A solution: .*</summary>\n\n```python\n(.*)\n```\n\n</details>", re.DOTALL)


def solution(cell) -> str | None:
    """The code of a cell that holds a folded solution."""
    found = FOLDED.fullmatch(source(cell))
    return found and found[1]


def _exercises(cells, least):
    found = {tag: [c for c in cells if tag in tags(c)] for tag in ("exercise", "solution", "hint")}
    if len(found["exercise"]) < least or len({len(group) for group in found.values()}) > 1:
        yield f"exercises, solutions and hints: {[len(group) for group in found.values()]}; at least {least} of each"
    for cell in found["exercise"]:
        if not printed(cell).startswith("Exercise, not yet solved: "):
            yield f"{cell['id']} does not say that it is an exercise"
    for cell in found["solution"]:
        if cell["cell_type"] != "markdown" or solution(cell) is None:
            yield f"solution {cell['id']} is not folded"


BEGUN = "Investigation, not yet begun: "


def _investigations(cells):
    """What an investigation must be: a text, an open cell and a folded example, which are the last of the page."""
    found = [cell for cell in cells if "investigation" in tags(cell)]
    due = source(cells[0]).startswith(INVESTIGATED)
    if not found and not due:
        return
    kinds = [cell["cell_type"] for cell in found]
    if kinds != ["markdown", "code", "markdown"] or cells[-3:] != found or not due:
        where = "after the recap" if due else "nowhere, as no part of the course ends here"
        yield f"its investigation has the cells {kinds}; a text, a cell and a folded solution {where}"
        return
    text, begun, example = found
    if "## What you take away" not in source(cells[-4]):
        yield "its investigation does not follow the recap"
    if not re.match(r"## Investigation: .+\n\n\*\d+ minutes of their own\*\n", source(text)):
        yield "its investigation does not begin with a heading and with minutes of its own"
    if "<details><summary>Hint</summary>" not in source(text):
        yield "its investigation has no folded hint"
    if 'check.answer("investigation", ' not in source(begun) or "=...," not in source(begun):
        yield f"{begun['id']} leaves nothing open, or is not checked as an investigation"
    if not printed(begun).startswith(BEGUN):
        yield f"{begun['id']} does not say that it is an investigation"
    if "solution" not in tags(example) or solution(example) is None:
        yield f"solution {example['id']} of the investigation is not folded"


def _questions(code):
    for cell in code:
        if re.search(rf"\bask\(|{WARM_UP}", source(cell)) and not printed(cell).endswith("Run this cell to answer."):
            yield f"{cell['id']} does not say that it is a question to answer"


def _warm_up(code):
    if [k for k, cell in enumerate(code) if re.search(WARM_UP, source(cell))] != [1]:
        yield "it does not begin with a warm-up, which follows the imports"


def _slides(cells):
    kinds = [cell["metadata"].get("slideshow", {}).get("slide_type") for cell in cells]
    if kinds[0] != "slide" or kinds.count("slide") < 4:
        yield "it has no slides"
    shown = [(kind, cell) for kind, cell in zip(kinds, cells, strict=True) if kind not in ("skip", "notes")]
    for (_, question), (kind, cell) in pairwise(shown):
        if "ask(" in source(question) and kind is None:
            yield f"{cell['id']} gives its answer on the slide of the question"
