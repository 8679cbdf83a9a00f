"""The scoreboard as pages with links: the whole table, the taught one judged, and a guide to print.

A ``Page`` is a table for the eye, for a screen reader and for paper: HTML, and the same as plain text.
"""

from __future__ import annotations

import html

from ..say.board import decades, median, share

WORDS = {"vanishes": "▼", "explodes": "▲"}
LEARNS = {"learns": "✓", "partly": "◐", "does not": "✗"}
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


def table(views) -> Page:
    """Return the whole scoreboard, each row linked to its lesson.   views : of deep nets, and of cells."""
    rows = []
    for view in views:
        for row, verdict, learning in zip(view.rows, view.verdicts, view.learning, strict=True):
            said = _learning(row, learning)
            trains, remembers = (said, "–") if row.deep else ("–", said)
            ill = (_ill(row, name, side, verdict, view.within) for name, side in (("vanishes", -1), ("explodes", 1)))
            link = f"{row.lesson}.ipynb"
            rows.append(((row.label, link), decades(row), *ill, trains, remembers, _cost(row)))
    head = ("net", "decades, lowest to highest", "vanishes", "explodes", "trains at depth 50", "remembers 100 steps")
    deep = views[0].rows[0]
    cells = views[1].rows[0]
    caption = (
        f"Decades: log10 of the first layer's gradient over the last's, fresh networks, {len(deep.decades)} each. "
        f"Trains: accuracy on the digits, {len(deep.accuracy)} networks. Remembers: the adding problem solved, of "
        f"{len(cells.solved)} networks. Cost: a step's time over a plain net's. Each name links to its lesson."
    )
    return Page(caption, (*head, "cost"), rows)


def answers(judgements, board) -> Page:
    """Return the taught table, each cell beside what was measured."""
    rows = []
    for cell in judgements:
        mark = "✓ confirmed" if cell.right else "✗ contradicted"
        first = (cell.ill or cell.well)[0]
        link = f"{board[first].lesson}.ipynb"
        rows.append(((cell.cure, link), cell.illness, cell.taught, cell.found, mark, _evidence(cell, board)))
    right = sum(cell.right for cell in judgements)
    caption = f"{right} of {len(judgements)} cells are confirmed. ✓ is a net that is well, ✗ one that is not."
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
    return f", {share(row)}, {row.finite:.0%} of runs finite" if "clip_norm" in row.settings else ""


def guide(board) -> Page:
    """Return one page to print: from what you see to what you do, with what it did here."""

    def of(name):
        row = board[name]
        return f"{median(row.decades):+.1f} decades, {share(row)}"

    steps = (
        ("dh falls layer by layer; the first stand still", "sigmoid", "batch norm before the sigmoid", "sigmoid batch"),
        ("… and the net is made of ReLU", "relu xavier", "He's weights and skip/depth", "relu skip depth"),
        ("dh grows layer by layer, numbers to inf", "relu large", "He's weights and skip/depth", "relu skip depth"),
        ("… since each layer adds to the path", "relu skip", "divide the branch: skip/depth", "relu skip depth"),
        ("… since batch norm meets ReLU", "relu batch", "add a skip around both", "relu skip batch"),
        ("dh holds, and yet it does not learn", "relu", "a path for the message: skip/depth", "relu skip depth"),
        ("… and the net is made of tanh", "tanh", "orthogonal weights", "tanh orthogonal"),
        ("only the last words count", "rnn", "GRU", "gru 1"),
        ("… with an LSTM too", "lstm 0", "its gates' biases for the span: chrono", "lstm chrono"),
        ("clipped: finite, and it stands still", "relu large clip", "mend the layers: skip/depth", "relu skip depth"),
    )  # fmt: skip
    rows = [(seen, of(ill), cure, of(well), (board[well].lesson[:2], f"{board[well].lesson}.ipynb"))
            for seen, ill, cure, well in steps]  # fmt: skip
    head = ("you see", "here", "you do", "then, here", "lesson")
    return Page("Look at dh by layer first, then at the loss. Medians of the scoreboard's networks.", head, rows)


def _learning(row, learning: str) -> str:
    steps = [step for step in row.solved or () if step]
    when = f", after {min(steps)}" if steps else ""
    last = f" to {max(steps)}" if len(steps) > 1 else ""
    return f"{LEARNS[learning]} {learning}, {share(row)}{when}{last}"


def _ill(row, name: str, side: int, verdict: str, within: float) -> str:
    networks = f"{(side * row.decades > within).sum()} of {len(row.decades)}"
    return f"{WORDS[name]} yes, {networks}" if verdict == name else f"✓ no, {networks}"


def _cost(row) -> str:
    """The median, the lowest and the highest, for people."""
    return f"{median(row.cost):.1f} ({row.cost.min():.1f} to {row.cost.max():.1f})"


def _text(cell) -> str:
    return cell[0] if isinstance(cell, tuple) else cell


def _cell(cell, first: bool) -> str:
    text = html.escape(_text(cell))
    style = f"{STYLE}; {'min-width: 11em' if len(text) > LONG else 'white-space: nowrap'}"
    text = f'<a href="{cell[1]}">{text}</a>' if isinstance(cell, tuple) else text
    return f'<th scope="row" style="{style}">{text}</th>' if first else f'<td style="{style}">{text}</td>'
