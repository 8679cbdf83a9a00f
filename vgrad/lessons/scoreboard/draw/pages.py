"""Pages with links: the taught table judged by the scoreboard, and a guide to print.

A ``Page`` is a table for the eye, for a screen reader and for paper: HTML, and the same as plain text.
"""

from __future__ import annotations

import html

from ..say.board import median, share

STYLE = "border-bottom: 1px solid currentColor; padding: 2px 9px; text-align: left"
LONG = 20  # letters; a shorter cell stays in one line


class Page:
    """A table with a caption: rows of cells, each a text, or a text and where it links to."""

    def __init__(self, caption: str, head, rows):
        self.caption = caption
        self.head = tuple(head)
        self.rows = [tuple(row) for row in rows]

    def __repr__(self) -> str:
        texts = [self.head, *([_text(cell) for cell in row] for row in self.rows)]
        wide = [max(len(row[k]) for row in texts) for k in range(len(self.head))]
        lines = ["  ".join(f"{cell:{w}}" for cell, w in zip(row, wide, strict=True)).rstrip() for row in texts]
        return "\n".join([*lines, self.caption])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{STYLE}">{html.escape(cell)}</th>' for cell in self.head)
        rows = "".join(f"<tr>{''.join(_cell(cell, k == 0) for k, cell in enumerate(row))}</tr>" for row in self.rows)
        caption = f'<caption style="caption-side: bottom; text-align: left">{html.escape(self.caption)}</caption>'
        return (
            f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="table"><table>{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


def answers(judgements, board) -> Page:
    """Return the taught table, each cell beside what was measured."""
    rows = []
    for cell in judgements:
        mark = "✓ confirmed" if cell.right else "✗ contradicted"
        first = (cell.ill or cell.well)[0]
        link = f"{board[first].lesson}.ipynb"
        rows.append(((cell.cure, link), cell.illness, cell.taught, cell.found, mark, _evidence(cell, board)))
    right = sum(cell.right for cell in judgements)
    caption = (
        f"{right} of {len(judgements)} cells are confirmed. ✓ is a net that is well by the rule, ✗ one that is not."
    )
    return Page(caption, ("solution", "illness", "as taught", "as measured", "", "with which nets"), rows)


def _evidence(cell, board) -> str:
    told = []
    for name in (*cell.well, *cell.ill):
        row = board[name]
        mark = "✓" if name in cell.well else "✗"
        told.append(f"{mark} {row.label} ({median(row.decades):+.1f}{_besides(row)})")
    return "; ".join(told)


def _besides(row) -> str:
    """By what clipping and gates count."""
    if not row.deep:
        return f", {share(row)}"
    return f", learns {row.learnt:.0%}, {row.finite:.0%} of runs finite" if "clip_norm" in row.settings else ""


def guide(record) -> Page:
    """Return one page to print: from what you see to what you do, with what it did here."""
    rows = [
        (line.seen, line.before, line.cure, line.after, (line.lesson[:2], f"{line.lesson}.ipynb"))
        for line in record.lines
    ]
    none = record.baseline
    caption = (
        f"Look at dh by layer first, and then at a baseline. Without a hidden layer, a net here classifies "
        f"{median(none.accuracy):.0%} of the training digits and {median(none.test):.0%} of new ones. Medians."
    )
    return Page(caption, ("you see", "here", "you do", "then, here", "lesson"), rows)


def _text(cell) -> str:
    return cell[0] if isinstance(cell, tuple) else cell


def _cell(cell, first: bool) -> str:
    text = html.escape(_text(cell))
    style = f"{STYLE}; {'min-width: 11em' if len(text) > LONG else 'white-space: nowrap'}"
    text = f'<a href="{cell[1]}">{text}</a>' if isinstance(cell, tuple) else text
    return f'<th scope="row" style="{style}">{text}</th>' if first else f'<td style="{style}">{text}</td>'
