"""The workflows may do no more than they need, and they run what the project's own pages and scripts say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAMES = sorted(path.name for path in (GITHUB / "workflows").iterdir())
FORMS = ["bug.yml", "misconception.yml"]
MORE = {  # what a job may do beyond reading the repository
    ("site.yml", "deploy"): {"pages": "write", "id-token": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}


def loaded(folder, name):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: it comes with the extra  dev")
    return yaml.load((GITHUB / folder / name).read_text("utf-8"), yaml.BaseLoader)  # "on" stays a word


def jobs(name):
    return loaded("workflows", name)["jobs"].items()


def steps(name):
    return [step for _, job in jobs(name) for step in job.get("steps", [])]


def matrix():
    return dict(jobs("tests.yml"))["suite"]["strategy"]["matrix"]


def test_there_are_tests_a_site_and_a_release():
    assert NAMES == ["release.yml", "site.yml", "tests.yml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_reads_and_a_job_that_does_more_is_listed(name):
    workflow = loaded("workflows", name)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    more = {(name, job): told["permissions"] for job, told in jobs(name) if "permissions" in told}
    assert more == {place: allowed for place, allowed in MORE.items() if place[0] == name}


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_in_time_and_leaves_no_key_behind(name):
    assert [
        job for job, told in jobs(name) if "steps" in told and not 0 < int(told.get("timeout-minutes", 0)) <= 120
    ] == []
    checkouts = [step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] != "false"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_action_has_a_major_version_and_every_command_a_name(name):
    uses = [step["uses"] for step in steps(name) if "uses" in step]
    assert [action for action in uses if not re.fullmatch(r"(actions|pypa)/[\w-]+@(release/)?v\d+", action)] == []
    assert [step["run"] for step in steps(name) if "run" in step and "name" not in step] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_command_takes_no_words_from_outside(name):
    """What GitHub puts into a command before the shell reads it could be a command itself, such as a branch's name."""
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


def test_the_oldest_python_is_that_of_pyproject_and_each_system_runs_two():
    oldest, newest = matrix()["python"]
    assert f">={oldest}" == PROJECT["requires-python"]
    assert tuple(map(int, newest.split("."))) > tuple(map(int, oldest.split(".")))
    assert [system.partition("-")[0] for system in matrix()["system"]] == ["ubuntu", "macos", "windows"]
    debian = dict(jobs("tests.yml"))["everything"]
    assert (debian["container"], debian["steps"][-1]["run"]) == ("debian:bookworm", "bash .ci/run")  # Python 3.11
    assert matrix()["exclude"] == [{"system": "ubuntu-latest", "python": oldest}]


def test_what_is_released_is_what_was_tested():
    release = dict(jobs("release.yml"))
    assert release["tests"]["uses"] == "./.github/workflows/tests.yml"
    assert (release["tests"]["needs"], release["publish"]["needs"]) == ("version", "tests")
    (uploaded,) = (step for step in steps("tests.yml") if step.get("uses", "").startswith("actions/upload-artifact@"))
    downloaded, published = release["publish"]["steps"]
    assert {key: uploaded["with"][key] for key in ("name", "path")} == downloaded["with"]
    assert "with" not in published  # no password
    assert "secrets" not in (GITHUB / "workflows/release.yml").read_text("utf-8")


@pytest.mark.parametrize("script", [".ci/run", ".ci/package"])
def test_the_scripts_that_are_run_are_there(script):
    text = (ROOT / script).read_text("utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert any(step.get("run") == f"bash {script}" for step in steps("tests.yml"))


@pytest.mark.parametrize("name", FORMS)
def test_an_issue_form_asks_in_whole_and_each_answer_has_a_name(name):
    form = loaded("ISSUE_TEMPLATE", name)
    assert {"name", "description", "body"} <= form.keys()
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    names = [field["id"] for field in asked]
    assert len(set(names)) == len(names)
    assert [field["id"] for field in asked if not field["attributes"].get("label")] == []
    assert [
        field["id"] for field in asked if field["type"] == "dropdown" and len(field["attributes"]["options"]) < 3
    ] == []


def test_who_fits_no_form_may_write_without_one():
    assert loaded("ISSUE_TEMPLATE", "config.yml") == {"blank_issues_enabled": "true"}
    assert sorted(path.name for path in (GITHUB / "ISSUE_TEMPLATE").iterdir()) == sorted([*FORMS, "config.yml"])
