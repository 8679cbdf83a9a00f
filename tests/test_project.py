"""The files around the package agree with each other, and the top level stays as it is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import tables
from tables import table

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOP_LEVEL = {
    *("notebooks", "vgrad", "tests", "pyproject.toml", "README.md", "environment.yml"),
    *("LICENSE", "CITATION.cff", "CHANGELOG.md"),  # these are where a tool or a reader looks for them
    *(".github", ".ci", ".gitignore", ".pre-commit-config.yaml"),
}


def bounds(requirements):
    """{name: lower bound} of lines such as "numpy>=2.0"."""
    return dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", line).groups() for line in requirements)


RUNTIME, DEV = bounds(PROJECT["dependencies"]), bounds(PROJECT["optional-dependencies"]["dev"])


def environment():
    """{name: lower bound} of environment.yml's list, and its entries without a bound."""
    text = (ROOT / "environment.yml").read_text("utf-8")
    listed = re.findall(r"^  - (\S+)$", text.partition("dependencies:\n")[2], re.MULTILINE)
    bounded = [entry.replace("matplotlib-base", "matplotlib") for entry in listed if ">" in entry]
    return bounds(bounded), set(listed) - {entry for entry in listed if ">" in entry}


def version(text):
    return tuple(int(number) for number in re.findall(r"\d+", text))


def tracked(*options):
    """Paths that git knows, relative to the top level."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip(f"git cannot list the files: {listing.stderr}")
    return [path for path in listing.stdout.split("\0") if (ROOT / path).is_file()]


def test_conda_installs_the_runtime_dependencies_of_pyproject():
    bounded, others = environment()
    python = {"python": PROJECT["requires-python"].removeprefix(">=")}
    assert {name: bounded.get(name) for name in RUNTIME | python} == RUNTIME | python
    assert {name: bound for name, bound in (RUNTIME | DEV | python).items() if name in bounded} == bounded
    assert others <= {"pip", "pip:"}


def test_every_dependency_is_pinned_for_ci_within_its_bound():
    lines = (ROOT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("#")[0].strip().split("==") for line in lines if line.split("#")[0].strip())
    assert {name: pins.get(name) for name in RUNTIME | DEV if name not in pins} == {}
    assert {name: pins[name] for name, bound in (RUNTIME | DEV).items() if version(pins[name]) < version(bound)} == {}


@pytest.mark.parametrize(
    "place",
    [r"pypi[.]org", r"files[.]pythonhosted", r"conda[.]anaconda[.]org", r"(?<![\w.])/(work|home|Users|root|tmp)/\w"],
)
def test_no_file_names_a_registry_or_somebodys_machine(place):
    paths = tracked()
    assert paths
    assert [path for path in paths if re.search(place.encode(), (ROOT / path).read_bytes())] == []


def test_the_top_level_stays_as_it_is_named():
    paths = tracked("--cached", "--others", "--exclude-standard")
    assert {Path(path).parts[0] for path in paths} <= TOP_LEVEL


def test_the_readmes_program_runs_and_shows_what_it_says(capsys):
    program = re.search(r"<!-- program -->\n```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[1]
    assert len([line for line in program.splitlines() if line and not line.startswith(("import", "from"))]) == 10
    exec(compile(program, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    steps, records = lines[: 2 * 30 + 2], lines[2 * 30 + 2 :]
    assert [steps[0].rpartition(" ")[0], steps[-1].rpartition(" ")[0]] == ["readout", "input"]
    assert len(records) == 20
    assert all(float(record.rpartition(" ")[2]) < 1e-10 for record in records)


# --- README's tables ------------------------------------------------------------------------------------------------

CLAIM = re.compile(r"^\| (.+?) \| (.+?) \| \[(\d\d)\]\((notebooks/\3_\w+\.ipynb)\) \|$", re.MULTILINE)


def readme(heading):
    """The section of the README under a heading."""
    return (ROOT / "README.md").read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_series_lists_every_notebook_in_order():
    listed = re.findall(r"\(notebooks/(\w+\.ipynb)\)", readme("The series"))
    assert listed == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_every_claim_of_the_table_has_a_verdict():
    section = readme("Which lesson settles which claim")
    rows = CLAIM.findall(section)
    assert len(rows) == section.count("\n|") - 2 >= 45
    assert all(verdict.strip() for _, verdict, _, _ in rows)


@pytest.mark.parametrize(
    "path", sorted({path for _, _, _, path in CLAIM.findall(readme("Which lesson settles which claim"))})
)
def test_each_claim_of_a_lesson_is_asserted_right_after_it(path):
    cells = json.loads((ROOT / path).read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    asserts = [len(re.findall(r"^\s*assert ", source, re.MULTILINE)) for source in sources]
    claims = [k for k, source in enumerate(sources) if "**Claim" in source]
    assert claims
    assert [sources[k] for k in claims if not sum(asserts[k : k + 4])] == []
    rows = [row for row in CLAIM.findall(readme("Which lesson settles which claim")) if row[3] == path]
    assert sum(asserts) >= len(rows)


# --- tables ---------------------------------------------------------------------------------------------------------

PLANTED = {
    "nothing": ("", LookupError, "no heading"),
    "a heading alone": ("## Rows", LookupError, "no table"),
    "a head alone": ("## Rows\n\n| a | b |\n|---|---|", LookupError, "empty"),
    "a table elsewhere": ("## Rows\n\n## More\n\n| a |\n|---|\n| 1 |", LookupError, "no table"),
    "a heading in code": ("```\n## Rows\n```\n\n| a |\n|---|\n| 1 |", LookupError, "no heading"),
    "a missing cell": ("## Rows\n\n| a | b |\n|---|---|\n| 1 |", ValueError, "2 cells stand in the head"),
}


@pytest.mark.parametrize(("text", "error", "words"), PLANTED.values(), ids=PLANTED)
def test_a_table_that_is_missing_empty_or_torn_is_an_error(tmp_path, monkeypatch, text, error, words):
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(error, match=words):
        table("page.md", "Rows")


def test_a_table_is_read_cell_by_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    text = "# Page\n\n## Rows\n\n### Here\n\n| a | b |\n|:--|--:|\n| \\|x\\| | |\n| 1 | 2 |\n\n| 3 | 4 |\n"
    (tmp_path / "page.md").write_text(text)
    assert table("page.md", "Rows") == [(r"\|x\|", ""), ("1", "2")]
