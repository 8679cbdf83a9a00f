"""A slip in an exercise's cell is answered in words, in a real IPython; any other exception stays as Python has it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from vgrad.kit import exercises, slips

SUPPORT = str(Path(__file__).parents[1] / "support")
START = f"""import sys
import numpy as np
from vgrad.lessons.start_here import flow
sys.path.insert(0, {SUPPORT!r})
import whispers as check
"""


@pytest.fixture(scope="module")
def bare():
    """An IPython that knows nothing of slips."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_cell(START)
    return shell


@pytest.fixture(scope="module")
def watched():
    """An IPython in which the exercises have been loaded."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.display_pub = CapturingDisplayPublisher()
    slips.watch(lambda text: exercises.Feedback(False, text))
    shell.run_cell(START)
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(watched):
    yield watched
    watched.set_custom_exc((), None)
    for name in ("left", "quarter", "arrives", "helper", "f"):
        watched.user_ns.pop(name, None)


def run(shell, cell, capsys):
    """What a cell shows of a slip, what it prints, and how it ended."""
    shell.display_pub.outputs.clear()
    capsys.readouterr()
    result = shell.run_cell(cell)
    shown = [output["data"] for output in shell.display_pub.outputs]
    return [data["text/plain"] for data in shown], capsys.readouterr().out, result


CHECKED = '\ncheck.answer("three_whispers", left)'
ARRIVES = '\n\ncheck.answer("arrives", arrives)'
SLIPS = {
    "a power": ("left = 0.25^3" + CHECKED, ["exclusive or", "0.25**3", "line 1"]),
    "a power of an array": ("left = np.float64(0.25) ^ 3" + CHECKED, ["exclusive or", "**"]),
    "no product sign": ("left = 0.25(0.25)" + CHECKED, ["product needs its *"]),
    "dots in a formula": ("left = 0.25 * ..." + CHECKED, ["dots"]),
    "an open bracket": ("left = (0.25 * 0.25" + CHECKED, ["( was opened and not closed", "line 1"]),
    "an open bracket further down": (
        "def arrives(share, people):\n    n = people - 1\n    return share ** (n" + ARRIVES,
        ["( was opened and not closed", "line 3", "return share ** (n"],
    ),
    "a bracket too many": ("left = 0.25 * 0.25)" + CHECKED, ["closed that was not opened"]),
    "another bracket": ("left = (0.25 * 0.25]" + CHECKED, ["( is closed by a ]"]),
    "no colon": ("def arrives(share, people)\n    return share" + ARRIVES, ["colon", "line 1"]),
    "no indentation": ("def arrives(share, people):\nreturn share" + ARRIVES, ["indented"]),
    "half indented": ("def arrives(share, people):\n    n = people\n  return share" + ARRIVES, ["number of spaces"]),
    "indented": ("left = 0.25\n  left = left ** 3" + CHECKED, ["indented"]),
    "return alone": ("return 0.25" + CHECKED, ["under its def"]),
    "nothing": ("left =" + CHECKED, ["right of ="]),
    "a letter": ("left = 0.25 x 0.25" + CHECKED, ["cannot read", "0.25 x 0.25"]),
    "a times sign": ("left = 0.25 × 0.25" + CHECKED, ["×", "none of Python's"]),
    "a minus sign": ("left = 1 − 0.25" + CHECKED, ["none of Python's"]),
    "a name after a number": ("left = 0.25left" + CHECKED, ["side by side"]),
    "half a text": ("left = 'a" + CHECKED, ["quotes"]),
    "two equal signs": ("0.25 = left" + CHECKED, ["left side"]),
    "no comma": ("left = np.power(0.25 3)" + CHECKED, ["comma"]),
    "a name misspelled": ("quarter = 0.25\nleft = quartre ** 3" + CHECKED, ["did you mean quarter?", "line 2"]),
    "never defined": ('check.answer("arrives", arrives_by_hand)', ["arrives_by_hand is not known", "run that cell"]),
    "too early": ("left = left_over + 1\nleft_over = 2" + CHECKED, ["left_over"]),
    "a NumPy name": ("left = np.powr(0.25, 3)" + CHECKED, ["numpy has no powr", "did you mean power?"]),
    "of None": ("left = print(0.25).real" + CHECKED, ["None has no real"]),
    "divided by 0": ("left = 1 / 0" + CHECKED, ["divided by 0"]),
    "shapes": ("left = np.ones((2, 3)) @ np.ones((2, 3))" + CHECKED, ["first has 3 columns"]),
    "shapes entry by entry": ("left = np.ones((2, 3)) * np.ones((2, 2))" + CHECKED, ["shapes (2,3) and (2,2)"]),
    "too few arguments": ("def f(a, b): return a\nleft = f(1)" + CHECKED, ["other arguments than it takes"]),
    "refused by name": ("left = flow(activation='rleu')" + CHECKED, ["'rleu'", "allowed is one of"]),
    "an argument misspelled": ("left = flow(dept=3)" + CHECKED, ["other arguments than it takes", "dept"]),
    "no such exercise": ('check.answer("three_wispers", 1)', ["three_wispers", "allowed is one of"]),
    "in a function of its own": (
        "def helper(x):\n    return x ^ 2\n\nleft = helper(0.5)" + CHECKED,
        ["x**2", "line 2", "return x ^ 2"],
    ),
}  # fmt: skip
ALSO_BY_IPYTHON = ("half indented", "return alone")  # which has reported before anybody is asked


@pytest.mark.filterwarnings("ignore:.*object is not callable:SyntaxWarning", "ignore:invalid decimal:SyntaxWarning")
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_an_exercise_is_answered_by_a_card(name, shell, capsys):
    cell, words = SLIPS[name]
    shown, printed, result = run(shell, cell, capsys)
    assert len(shown) == 1
    assert shown[0].startswith("Exercise, not yet solved: ")
    assert [word for word in words if word not in shown[0]] == []
    assert ("Error" in printed) == (name in ALSO_BY_IPYTHON)
    assert not result.success


def test_the_card_is_that_of_other_feedback(shell, capsys):
    run(shell, "left = 0.25^3" + CHECKED, capsys)
    (output,) = shell.display_pub.outputs
    assert 'role="status"' in output["data"]["text/html"]
    assert exercises.OPEN in output["data"]["text/html"]


@pytest.mark.filterwarnings("ignore:.*object is not callable:SyntaxWarning")
@pytest.mark.parametrize("name", SLIPS)
def test_the_same_slip_elsewhere_keeps_pythons_report(name, shell, bare, capsys):
    cell = SLIPS[name][0].replace("check.answer(", "check. answer(")
    ours = run(shell, cell, capsys)
    for known in ("left", "quarter", "arrives", "helper", "f"):
        bare.user_ns.pop(known, None)
    theirs = run(bare, cell, capsys)
    assert ours[0] == theirs[0] == []
    assert len(ours[1]) > 20
    assert report(ours[1]) == report(theirs[1])


def report(printed):
    """A traceback without what differs from cell to cell: the numbers of cells and files."""
    return [line for line in printed.splitlines() if "File" not in line and "Cell" not in line]


NOT_OURS = {
    "raised by hand": "raise RuntimeError('by hand')",
    "raised deep inside": "import json\njson.loads('{')",
    "NumPy's own Python": "np.linalg.inv(np.ones((2, 3)))",
    "asserted": "assert False, 'a claim'",
    "stopped": "raise KeyboardInterrupt",
    "ended": "raise SystemExit",
    "read by eval": "eval('1 +')",
}


@pytest.mark.filterwarnings("ignore:To exit")
@pytest.mark.parametrize("name", NOT_OURS)
def test_what_is_no_slip_is_not_swallowed(name, shell, capsys):
    shown, printed, result = run(shell, NOT_OURS[name] + CHECKED, capsys)
    assert shown == []
    assert "not yet" not in printed
    raised = type(result.error_in_exec).__name__
    assert raised in printed or raised == "SystemExit"
    assert not result.success


def test_after_a_slip_the_next_cell_is_pythons_again(shell, capsys):
    for cell in ("left = 0.25^3", "left = (0.25", "raise RuntimeError"):
        run(shell, cell + CHECKED, capsys)
        assert shell.custom_exceptions == ()
        shown, printed, _ = run(shell, "left = 0.25^3", capsys)
        assert shown == []
        assert "TypeError" in printed


def test_pythons_report_can_still_be_asked_for(shell, capsys):
    run(shell, "left = 0.25^3" + CHECKED, capsys)
    _, printed, _ = run(shell, "%tb", capsys)
    assert "TypeError" in printed
    assert "0.25^3" in re.sub(r"\x1b\[[\d;]*m", "", printed)


def test_a_right_cell_is_answered_as_ever(shell, capsys):
    shown, printed, result = run(shell, "left = 0.25**3" + CHECKED, capsys)
    assert shown == []
    assert "correct: " in printed
    assert result.success


def test_somebody_elses_handler_is_left_alone(shell, capsys):
    seen = []
    shell.set_custom_exc((TypeError,), lambda shell, *problem, tb_offset=None: seen.append(problem[0]))
    shown, _, _ = run(shell, "left = 0.25^3" + CHECKED, capsys)
    assert (shown, seen) == ([], [TypeError])
    assert shell.custom_exceptions == (TypeError,)


def test_a_shell_is_watched_once(shell, capsys):
    slips.watch(lambda text: exercises.Feedback(False, text))
    shown, _, _ = run(shell, "left = 0.25^3" + CHECKED, capsys)
    assert len(shown) == 1


def test_a_slip_inside_of_a_function_is_told_with_its_line(shell, capsys):
    cell = "def arrives(share, people):\n    return share ** (peple - 1)" + ARRIVES
    _, printed, result = run(shell, cell, capsys)
    assert "did you mean people?" in printed
    assert "line 2:  return share ** (peple - 1)" in printed
    assert result.success


def test_in_a_notebooks_kernel_a_slip_is_a_card_and_no_error_output():
    cells = [nbformat.v4.new_code_cell(text) for text in (START, "left = 0.25^3" + CHECKED, "left = 0.25^3")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    (card,) = notebook.cells[1].outputs
    (report,) = notebook.cells[2].outputs
    assert card.output_type == "display_data"
    assert "0.25**3" in card.data["text/html"]
    assert (report.output_type, report.ename) == ("error", "TypeError")


def test_without_ipython_nothing_is_watched_and_nothing_loaded():
    code = "import sys; from vgrad.kit import slips; slips.watch(print); print('IPython' in sys.modules)"
    root = Path(slips.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("pattern", slips._READ)
def test_every_pattern_is_met_by_a_text_that_python_cannot_read(pattern):
    """The words for what cannot be read, from this Python's own messages."""
    said = []
    for cell, _ in SLIPS.values():
        try:
            ast.parse(cell)
            compile(cell, "cell", "exec")
        except SyntaxError as problem:
            said.append(problem.msg)
    for more in ("if 1:\n\tx\n        y", "left = 025"):
        with pytest.raises(SyntaxError) as raised:
            compile(more, "cell", "exec")
        said.append(raised.value.msg)
    assert any(re.search(pattern, each) for each in said)
