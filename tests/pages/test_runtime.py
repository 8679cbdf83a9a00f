"""The Python of the browser-only site: what is compiled beforehand runs as its source does, and wheels are checked."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile

import bytecode
import pytest
import runtime

SOURCE = '"""What it says."""\n\n\ndef answer():\n    return 6 * 7\n\n\ndef fails():\n    raise RuntimeError\n'
FILES = {
    "pack/__init__.py": SOURCE,
    "pack/part.py": SOURCE,
    "pack/other.py": "print 'of another Python'",
    "pack/a.txt": "a",
}


def archive(files=FILES):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return content.getvalue()


def names(data):
    return set(zipfile.ZipFile(io.BytesIO(data)).namelist())


def run(folder, code):
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize("sources", [True, False])
def test_compiled_modules_answer_as_their_sources_do(tmp_path, sources):
    data = bytecode.compiled(archive(), "/there/", sources=sources)
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    said = run(tmp_path, "import pack.part as it; print(it.answer(), it.__doc__, it.answer.__code__.co_filename)")
    place = f"{tmp_path}/pack/part.py" if sources else "/there/pack/part.py"
    assert said == f"42 What it says. {place}\n"
    if not sources:
        (tmp_path / "pack/part.pyc").unlink()
        assert "No module named 'pack.part'" in run(tmp_path, "import pack.part")


def test_sources_stay_where_they_are_read_and_what_is_no_module_stays_anyway():
    kept = names(bytecode.compiled(archive(), "", sources=True))
    assert set(FILES) <= kept
    assert len(kept) == len(FILES) + 2
    replaced = names(bytecode.compiled(archive(), "", sources=False))
    assert replaced == {"pack/__init__.pyc", "pack/part.pyc", "pack/other.py", "pack/a.txt"}


def test_a_module_is_compiled_once_and_not_again_by_whoever_imports_it(tmp_path):
    data = bytecode.compiled(archive(), "", sources=True)
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    (tmp_path / "pack/part.py").write_text("raise SystemExit('this was compiled')")
    assert run(tmp_path, "import pack.part; print('as before')") == "as before\n"


def test_the_librarys_zip_is_imported_from_without_its_sources(tmp_path):
    (tmp_path / "library.zip").write_bytes(bytecode.compiled(archive(), "/library.zip/", sources=False))
    code = "import sys; sys.path.insert(0, 'library.zip'); from pack.part import answer; print(answer())"
    assert run(tmp_path, code) == "42\n"


def test_the_command_changes_files_where_they_are_and_keeps_the_sources_of_vgrad(tmp_path):
    files = [tmp_path / name for name in ("vgrad-1-py3-none-any.whl", "other-1-py3-none-any.whl", "python_stdlib.zip")]
    for file in files:
        file.write_bytes(archive())
    subprocess.run([sys.executable, bytecode.__file__, *files], check=True, timeout=60)
    assert ["pack/part.py" in names(file.read_bytes()) for file in files] == [True, False, False]


PACKAGES = {"a": {"depends": ["b", "c"]}, "b": {"depends": ["a"]}, "c": {"depends": ["gone"]}, "d": {"depends": []}}


def test_what_is_needed_is_found_through_circles_and_without_what_is_not_there():
    assert runtime.needed(PACKAGES, ["b"]) == ["a", "b", "c"]
    assert runtime.needed(PACKAGES, ["d", "gone"]) == ["d"]


def site_lock(folder, **changed):
    """The packages of a lock, and their wheels in a folder."""
    depends = {name: sorted(unused) for name, unused in runtime.UNUSED.items()}
    depends |= {"piplite": [], "vgrad": [*runtime.UNUSED], "rare": []}
    depends |= {name: [] for unused in runtime.UNUSED.values() for name in unused}
    packages = {}
    for name, others in depends.items():
        (folder / f"{name}-1.whl").write_bytes(content := archive({f"{name}.py": ""}))
        digest = hashlib.sha256(content).hexdigest()
        packages[name] = dict(name=name, file_name=f"../{folder.name}/{name}-1.whl", sha256=digest, depends=others)
    packages["rare"]["file_name"] = "https://far.example/rare-1.whl"
    packages["vgrad"] |= changed
    return packages


def test_only_wheels_that_lessons_need_stay_in_the_site_and_the_absent_one_is_a_name(tmp_path):
    kept = runtime._packages(site_lock(tmp_path), ["piplite", "vgrad", runtime.ABSENT], tmp_path, "https://far.example")
    assert set(kept) == {*runtime.UNUSED, "piplite", "vgrad", "rare", runtime.ABSENT}
    there = {path.name for path in tmp_path.glob("*.whl")}
    assert there == {it["file_name"] for name, it in kept.items() if name != "rare"}
    absent = tmp_path / f"{runtime.ABSENT}-0-py3-none-any.whl"
    assert {name.rpartition("/")[2] for name in names(absent.read_bytes())} == {"METADATA", "WHEEL", "RECORD"}
    assert "rare" not in runtime._packages(site_lock(tmp_path), ["piplite", "vgrad"], tmp_path, "http://127.0.0.1:1")


def test_a_wheel_that_is_not_the_one_of_the_lock_is_refused_by_name(tmp_path):
    packages = site_lock(tmp_path, sha256="0" * 64)
    with pytest.raises(ValueError, match=r"vgrad-1[.]whl.*is not the file that Pyodide's lock names"):
        runtime._packages(packages, ["piplite", "vgrad"], tmp_path, "https://far.example")


def test_where_no_python_can_compile_the_build_says_so_and_goes_on(tmp_path, capfd):
    (tmp_path / "a.whl").write_bytes(archive())
    before = (tmp_path / "a.whl").read_bytes()
    runtime.compile_all([tmp_path / "a.whl"], "2.99.1")
    assert "install Python 2.99, and build the site again." in capfd.readouterr().out
    assert (tmp_path / "a.whl").read_bytes() == before
