"""What a lesson says where no kernel runs: a page that is read is no place to answer, so it says where that is done.

Formulas become MathML, and links between lessons lead from page to page. A question and an exercise say that they are
answered in the notebook. What was measured is folded below a question, because it is the answer.
"""

from __future__ import annotations

import re
from typing import Any

from nbconvert.preprocessors import Preprocessor
from pygments.formatters import HtmlFormatter

from .. import styles
from ..exercises import OPEN, card
from ..questions.asking import RUN, UNASKED
from .formulas import with_mathml

ELSEWHERE = "This is answered in the notebook, where each choice gets a reply."
UNSOLVED = "This exercise is done in the notebook. There you replace the three dots and run the cell, and it replies."
ONE_FOLD = "<details><summary>What we measured: answer the question first, then open it here</summary>{}</details>"


class Reading(Preprocessor):
    """What the template "vgrad" of nbconvert does to a lesson before it is written as a page."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook and the resources for a page that is read, with the page's styles."""
        dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
        resources["vgrad_styles"] = (
            styles.style("static") + f"<style>@media (prefers-color-scheme: dark) {{{dark}}}</style>"
        )
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Return one cell, changed in place, and the resources."""
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb\b", r"](\1.html", with_mathml(cell.source))
        if cell.cell_type == "code":
            _tell(cell)
        return cell, resources


def _tell(cell: Any) -> None:
    """Let a cell of code say what a reader can do with it."""
    if {"exercise", "investigation"} & set(cell.metadata.get("tags", [])):
        cell.outputs = [_page(card(UNSOLVED, OPEN))]
    for output in cell.outputs:
        page = output.get("data", {}).get("text/html")
        if page is not None:
            output.data["text/html"] = _read(page)


def _read(page: str) -> str:
    if UNASKED in page:
        return ONE_FOLD.format(page.replace(f" {UNASKED}", ""))
    return page.replace(RUN, ELSEWHERE)


def _page(text: str) -> Any:
    from nbformat.v4 import new_output

    return new_output("display_data", {"text/html": text})
