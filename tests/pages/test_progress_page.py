"""Keeping, downloading and putting in answers, with the keyboard, in a real browser.   pytest -m browser"""

from __future__ import annotations

import lab
import pytest
import simulated

from vgrad.kit import ledger

pytestmark = pytest.mark.browser
CELLS = (
    "from vgrad import progress\nfrom vgrad.kit import journal\nfrom vgrad.kit.keeping import Keeping\nKeeping()",
    "progress.download('ada')",
    "progress.upload()",
    "journal.note(journal.Entry('exercise', 'gates', 'carousel', right=True))",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    there = tmp_path_factory.mktemp("lab")
    lab.notebook(there / "answers.ipynb", *CELLS)
    return there


def test_answers_are_kept_taken_out_and_put_in_with_the_keyboard(folder, browser):
    with lab.serve(folder) as server:
        page = server.open(browser, "answers.ipynb")
        lab.run_all(page)
        page.get_by_text("Download hand_in_ada.json (1 answer)").wait_for()
        assert not (folder / "progress.json").exists()
        press(page, page.get_by_role("button", name="Keep them in progress.json"))
        page.get_by_text("Your answers are kept in progress.json, in this folder, and nowhere else.").wait_for()
        assert len(ledger.read(folder / "progress.json")) == 1
        link = page.get_by_role("link", name="Download hand_in_ada.json")
        with page.expect_download() as download:
            press(page, link)
        assert download.value.suggested_filename == "hand_in_ada.json"
        with open(download.value.path(), "rb") as file:
            assert ledger.parse(file.read(), "it").name == "ada"
        with page.expect_file_chooser() as chooser:
            press(page, page.get_by_role("button", name="Put in progress.json"))
        content = ledger.text(simulated.learner(3)).encode()
        files = [("mine.json", content), ("torn.json", content[:900])]
        chooser.value.set_files([{"name": name, "mimeType": "application/json", "buffer": it} for name, it in files])
        page.get_by_text("73 answers of mine.json were taken. They are kept in progress.json.").wait_for()
        page.get_by_text("Nothing was taken, because torn.json, line").wait_for()
        assert len(ledger.read(folder / "progress.json")) == 73
        press(page, page.get_by_role("button", name="Stop keeping"))
        page.get_by_text("From now on, this notebook keeps nothing.").wait_for()
        assert page.noise == []


def press(page, what):
    """Press a button or a link with the keyboard."""
    what.focus()
    page.keyboard.press("Enter")
