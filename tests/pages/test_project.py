"""The files around the package agree with each other, and the top level stays as it is named."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import tables
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from tables import page, table

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOP_LEVEL = {
    *("notebooks", "vgrad", "tests", "pyproject.toml", "README.md", "environment.yml"),
    *("LICENSE", "CITATION.cff", "CHANGELOG.md"),  # these are where a tool or a reader looks for them
    *(".github", ".ci", ".gitignore", ".pre-commit-config.yaml"),
}


def admitted(requirements):
    """{name: the versions that are admitted} of lines such as "numpy>=2.0"."""
    return {requirement.name: requirement.specifier for requirement in map(Requirement, requirements)}


EXTRAS = PROJECT["optional-dependencies"]
RUNTIME, LAB = admitted(PROJECT["dependencies"]), admitted(EXTRAS["lab"])
DEV = admitted(each for each in EXTRAS["dev"] if each != "vgrad[lab]")


def environment():
    """{name: the versions that are admitted} of environment.yml's list, and its entries without a bound."""
    text = (ROOT / "environment.yml").read_text("utf-8")
    listed = re.findall(r"^  - (\S+)$", text.partition("dependencies:\n")[2], re.MULTILINE)
    bounded = [entry.replace("matplotlib-base", "matplotlib") for entry in listed if ">" in entry]
    return admitted(bounded), set(listed) - {entry for entry in listed if ">" in entry}


def tracked(*options):
    """Paths that git knows, relative to the top level."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip(f"git cannot list the files: {listing.stderr}")
    return [path for path in listing.stdout.split("\0") if (ROOT / path).is_file()]


def test_conda_installs_the_runtime_dependencies_of_pyproject_and_jupyterlab():
    bounded, others = environment()
    needed = RUNTIME | LAB | {"python": SpecifierSet(PROJECT["requires-python"])}
    assert {name: bounded.get(name) for name in needed} == needed
    assert {name: versions for name, versions in (needed | DEV).items() if name in bounded} == bounded
    assert others <= {"pip", "pip:"}


def test_every_dependency_is_pinned_for_ci_to_a_version_that_is_admitted():
    lines = (ROOT / "tests" / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("#")[0].strip().split("==") for line in lines if line.split("#")[0].strip())
    bounds = RUNTIME | LAB | DEV
    assert {name: pins.get(name) for name, versions in bounds.items() if pins.get(name, "0") not in versions} == {}


def test_jupyterlab_is_an_extra_that_comes_with_all_that_opens_it():
    assert "jupyterlab" not in RUNTIME
    assert [name for name in ("dev", "present", "site") if "vgrad[lab]" not in EXTRAS[name]] == []


def asks_for_torch(node):
    """Whether a function, or a statement of a module, skips where PyTorch is missing."""
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(ast.unparse(call).startswith("pytest.importorskip('torch'") for call in calls)


def test_every_comparison_with_pytorch_is_found_by_its_name():
    """As ``.ci/run`` does with  -k torch, when it has installed PyTorch."""
    asking = []
    for path in (ROOT / "tests").rglob("*.py"):
        nodes = ast.parse(path.read_text("utf-8")).body
        asking += [f"{path.name} {getattr(node, 'name', '')}" for node in nodes if asks_for_torch(node)]
    assert len(asking) >= 13
    assert [name for name in asking if "torch" not in name] == []


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
    program = re.search(r"<!-- program -->\n```python\n(.*?)```\n<!-- /program -->", page("README.md"), re.DOTALL)[1]
    assert len([line for line in program.splitlines() if line and not line.startswith(("import", "from"))]) == 10
    exec(compile(program, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    steps, records = lines[: 2 * 30 + 2], lines[2 * 30 + 2 :]
    assert [steps[0].rpartition(" ")[0], steps[-1].rpartition(" ")[0]] == ["readout", "input"]
    assert len(records) == 20
    assert all(float(record.rpartition(" ")[2]) < 1e-10 for record in records)


# --- pages ----------------------------------------------------------------------------------------------------------

PAGES = [
    *("README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", "tests/README.md"),
    *("notebooks/TEACHING.md", "notebooks/CLAIMS.md", "notebooks/GLOSSARY.md"),
]
CLAIMS = table("notebooks/CLAIMS.md", "Which lesson settles which claim")
LESSONS = sorted(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb"))
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)")


def anchors(text):
    """The addresses of a page's headings, as GitHub and JupyterLab's Markdown make them for plain words."""
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.M)}


def prose(name):
    """The text of a page, of a lesson its Markdown."""
    if not name.endswith(".ipynb"):
        return page(name)
    cells = json.loads(page(name))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("name", [*PAGES, *LESSONS])
def test_every_link_of_a_page_leads_somewhere(name):
    links = LINK.findall(prose(name))
    for target, anchor in links:
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text("utf-8")), anchor


def test_the_glossary_is_sorted_and_names_the_first_lesson_that_links_to_each_term():
    glossary = page("notebooks/GLOSSARY.md")
    entries = re.findall(r"^### ([^\n]+)\n\n(.+?)\n\nIntroduced in \[(\d\d)\]", glossary, re.MULTILINE | re.DOTALL)
    terms = [term for term, _, _ in entries]
    assert len(terms) == glossary.count("\n### ")
    assert terms == sorted(terms, key=str.lower)
    first = {}
    for name in LESSONS:
        for target, anchor in LINK.findall(prose(name)):
            if target == "GLOSSARY.md" and anchor:
                first.setdefault(anchor, Path(name).name[:2])
    assert {term.lower().replace(" ", "-"): number for term, _, number in entries} == first


def test_the_readme_is_short():
    assert len(page("README.md").splitlines()) <= 120


def test_the_first_page_has_the_commands_between_their_marks():
    text = page("README.md")
    for name, ends_with in {"open": "notebooks/00_start_here.ipynb", "test": "pytest", "site": "build.py site"}.items():
        (block,) = re.findall(rf"<!-- {name} -->\n```bash\n(.*?)\n```\n<!-- /{name} -->", text, re.DOTALL)
        own = "python3 tests/prepare.py && .venv/bin/pip install"
        assert block.startswith("python3 notebooks/lite/" if name == "site" else own)
        assert block.endswith(ends_with)
        assert (name, '-e ".[lab]"' in block) == (name, name == "open")


def test_the_series_lists_every_notebook_in_order():
    listed = [re.search(r"\(notebooks/(\w+\.ipynb)\)", first)[1] for first, _ in table("README.md", "The series")]
    assert listed == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_reading_paths_lead_through_lessons_that_exist():
    numbers = {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    for _, lessons in table("README.md", "Reading paths"):
        assert set(re.findall(r"\b\d\d\b", lessons)) <= numbers


def lesson_of(link):
    """The file that a row of the claims links to, by a link that shows the number of the lesson."""
    return re.fullmatch(r"\[(\d\d)\]\((\1_\w+\.ipynb)\)", link)[2]


def test_every_claim_of_the_table_has_a_verdict():
    assert len(CLAIMS) >= 45
    assert [row for row in CLAIMS if not (row[0] and row[1] and lesson_of(row[2]))] == []


@pytest.mark.parametrize("name", sorted({lesson_of(link) for _, _, link in CLAIMS}))
def test_each_claim_of_a_lesson_is_asserted_right_after_it(name):
    cells = json.loads((ROOT / "notebooks" / name).read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    asserts = [len(re.findall(r"^\s*assert ", source, re.MULTILINE)) for source in sources]
    claims = [k for k, source in enumerate(sources) if "**Claim" in source]
    assert claims
    assert [sources[k] for k in claims if not sum(asserts[k : k + 4])] == []
    assert sum(asserts) >= len([link for _, _, link in CLAIMS if lesson_of(link) == name])


FOLDERS = ("engine", "lessons", "bridge", "pages", "robust", "support", "benchmarks")


def test_the_page_of_the_tests_names_every_file_and_its_folder():
    told = {name.strip("`"): folder for folder in FOLDERS for name, _ in table("tests/README.md", folder)}
    kept = {"conftest.py", "prepare.py", "versions.py"}  # these stand beside the folders
    paths = [path for path in (ROOT / "tests").rglob("*.py") if path.name not in kept]
    files = {
        path.name: path.parent for path in paths if path.parent.name != "variants"
    }  # those are test_exercises' own
    assert told.keys() == files.keys()
    moved = {name: folder.name for name, folder in files.items() if folder.name != "tests"}
    assert moved.items() <= told.items()


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


# --- what is shipped ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The wheel and the source distribution, built from this folder without a network: the names of their files."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra  dev")
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as opened:
        in_wheel = set(opened.namelist())
    with tarfile.open(source) as opened:
        in_source = {name.partition("/")[2] for name in opened.getnames()}
    return in_wheel, in_source


def test_the_wheel_holds_what_is_read(shipped):
    in_wheel, _ = shipped
    package = (path.relative_to(ROOT) for path in (ROOT / "vgrad").rglob("*") if path.is_file())
    read = {path.as_posix() for path in package if "__pycache__" not in path.parts}
    data = {name for name in read if not name.endswith(".py")}
    assert {"vgrad/data/digits.npz", "vgrad/data/DIGITS.md", "vgrad/labextension/package.json"} <= data
    assert read - in_wheel == set()
    installed = {name.partition("/data/share/jupyter/labextensions/vgrad-lab/")[2] for name in in_wheel}
    assert {"package.json", "static/lab.js", "static/editions.js"} <= installed


def test_the_source_distribution_holds_every_file_that_git_knows(shipped):
    _, in_source = shipped
    assert set(tracked("--cached", "--others", "--exclude-standard")) - in_source == set()


def test_the_root_has_the_license_of_the_code_and_attributes_the_digits():
    of_the_code, rule, of_the_digits = page("LICENSE").partition("\n" + 80 * "-" + "\n")
    assert of_the_code.startswith("MIT License\n\nCopyright (c) ")
    assert of_the_code.endswith("OTHER DEALINGS IN THE\nSOFTWARE.\n")
    assert rule
    told = page("vgrad/data/DIGITS.md")
    for words in (
        "Alpaydin, E. & Kaynak, C. (1998)",
        "doi.org/10.24432/C50P49",
        "creativecommons.org/licenses/by/4.0/",
    ):
        assert words in told
        assert words in of_the_digits
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"
    assert PROJECT["license-files"] == ["LICENSE", "vgrad/data/DIGITS.md"]


def test_the_versions_agree():
    project = PROJECT["version"]
    (package,) = re.findall(r'^__version__ = "(.+)"$', page("vgrad/__init__.py"), re.MULTILINE)
    (cited,) = re.findall(r"^version: (.+)$", page("CITATION.cff"), re.MULTILINE)
    unreleased, latest, *_ = re.findall(r"^## \[(.+?)\]", page("CHANGELOG.md"), re.MULTILINE)
    assert (unreleased, latest, cited, package) == ("Unreleased", project, project, project)
