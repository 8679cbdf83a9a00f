"""Pictures for a page: one that is kept alive and moves with a slider, and a still one.

A moving picture is sent as SVG, in layers (``Canvas``). One picture is drawn at a time (``alone``), because JupyterLab
lets a kernel run a cell on one thread and answer a page's controls on another, and Matplotlib draws on one.
"""

from __future__ import annotations

import base64
import html
import io
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager

from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from .. import styles
from . import grammar

WORDS = "max-width: 62em; line-height: 1.45"
POINTS = 72  # to an inch, which are the units of an SVG
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_DRAWING = threading.RLock()


@contextmanager
def alone():
    """Wait until no other thread is within one of these; as a ``with``, or over a function."""
    with _DRAWING:
        yield


# --- vector layers ----------------------------------------------------------------------------------------------------


@alone()
def layer(figure: Figure, draw: Callable[[RendererSVG], None]) -> str:
    """Return what ``draw`` draws with Matplotlib's own SVG renderer, as an element that lies over the whole figure.

    The figure has 72 dots an inch. Left out is what Matplotlib writes for files: the prologue, the metadata, a style
    that would hold for the whole page, the names of groups, and decimals that no screen shows.
    """
    width, height = (POINTS * inches for inches in figure.get_size_inches())
    file = io.StringIO()
    renderer = RendererSVG(width, height, file, metadata=NO_METADATA)
    draw(renderer)
    renderer.finalize()
    drawn = file.getvalue().partition("</defs>")[2].rpartition("</svg>")[0]  # the first defs hold the style
    drawn = re.sub(r"<!--.*?-->|(?<=>)\s+(?=<)", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'<g id="[^"]*"', "<g", drawn)
    drawn = re.sub(r'(?<= d=")[^"]+', _rounded, drawn)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" aria-hidden="true">'
        f'<g stroke-linejoin="round" stroke-linecap="butt">{drawn}</g></svg>'
    )


def _rounded(path: re.Match) -> str:
    return re.sub(r"(\.\d\d)\d+|\s*\n", lambda number: number[1] or " ", path[0])


class Canvas:
    """A figure in layers: the ground, which is drawn only where an axis has changed, and on it what moves.

    ``moving`` are the artists of the upper layer, which are a few kilobytes; everything else is the ground.
    """

    def __init__(self, figure: Figure, moving: Iterable[Artist]):
        self.figure = figure
        figure.set_dpi(POINTS)
        self.moves(moving)

    def moves(self, moving: Iterable[Artist]) -> None:
        """Let ``moving`` be the artists of the upper layer, from now on."""
        self.moving = list(moving)
        self._ground = None
        for artist in self.moving:
            artist.set_animated(True)

    def forget(self) -> None:
        """Draw the ground anew the next time."""
        self._ground = None

    @property
    def ground(self) -> str:
        """The layer of what stands still; it is the same object as long as nothing of it has changed."""
        if self._ground is None:
            self._ground = layer(self.figure, self.figure.draw)
        return self._ground

    def overlay(self) -> str:
        """Return the layer of what moves."""
        return self._of(self.moving)

    def outline(self) -> str:
        """Return what moves without its words and images, which is what is left of it as a ghost."""
        return self._of([artist for artist in self.moving if not isinstance(artist, (Text, AxesImage))])

    def _of(self, artists: list[Artist]) -> str:
        def draw(renderer):
            for artist in artists:
                if artist.get_visible():
                    artist.draw(renderer)

        return layer(self.figure, draw)


class LivePicture:
    """A picture that is kept alive while a slider moves: ``update`` moves it on.

    A kind of picture defines four steps. ``_build`` makes the axes and returns the artists that move. ``_limits`` says
    from a record how far the axes reach, and what else the ground depends on. ``_frame`` draws the ground, and it is
    called only when the limits have changed. ``_move`` moves the artists. ``limits`` are those of the axes now, and
    ``_kept`` those without what was shown in passing.
    """

    size = (9.0, 4.6)  # inches

    def __init__(self, record):
        self.figure = grammar.new_figure(*self.size)
        self.canvas = Canvas(self.figure, self._build(record))
        self.limits: tuple | None = None
        self._kept: tuple | None = None
        self.update(record)

    @alone()
    def update(self, record, *, grow: bool = False, passing: bool = False) -> None:
        """Move every artist to ``record``.

        grow : whether the axes keep all that they have shown, so that the size of a change is seen; passing : whether
        they keep this record only until one comes that stays.
        """
        limits = self._limits(record)
        before = self.limits if passing else self._kept
        if grow and before is not None:
            limits = grown(before, limits)
        if not passing:
            self._kept = limits
        if limits != self.limits:
            self.limits = limits
            self._frame(*limits)
            self.canvas.forget()
        self._move(record, *limits)

    @alone()
    def ghost(self, record) -> str:
        """Return the outline of another ``record`` on the axes as they are now."""
        limits = self._limits(record)
        if self.limits is None or grown(self.limits, limits) != self.limits:
            return ""
        self._move(record, *self.limits)
        return self.canvas.outline()

    def png(self) -> bytes:
        """Return the picture as it is now."""
        return still(self.figure, dpi=115, effort=1)

    def _build(self, record) -> list[Artist]:
        raise NotImplementedError

    def _limits(self, record) -> tuple:
        raise NotImplementedError

    def _frame(self, *limits) -> None:
        raise NotImplementedError

    def _move(self, record, *limits) -> None:
        raise NotImplementedError


def grown(old: tuple, new: tuple) -> tuple:
    """Return limits that hold both: a limit below 0 is a floor, and every other one is a ceiling.

    Where something changes that is no number, such as the kind of an axis, the axes are other axes, and the new limits
    hold alone.
    """
    if len(old) != len(new) or any(a != b for a, b in zip(old, new, strict=True) if not (_number(a) and _number(b))):
        return new
    pairs = zip(old, new, strict=True)
    return tuple(min(a, b) if _number(a) and max(a, b) <= 0 else max(a, b) if _number(a) else b for a, b in pairs)


def _number(limit) -> bool:
    return isinstance(limit, (int, float)) and not isinstance(limit, bool)


# --- still pictures ---------------------------------------------------------------------------------------------------


@alone()
def still(figure: Figure, dpi: float = 150, effort: int = 9) -> bytes:
    """Return a figure as PNG, the same bytes each time.   effort : from 1 to 9, to pack it tightly."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": effort})
    return file.getvalue()


class Picture:
    """A still picture and its sentence, as a page keeps them: a PNG with an alt text, and under it the sentence.

    alt : what is drawn, in words; where it is not given, the sentence says it.
    """

    def __init__(self, figure: Figure, caption: str, alt: str = ""):
        self.figure = figure
        self.caption = caption
        self.alt = alt or caption

    def png(self) -> bytes:
        """Return the picture as PNG."""
        return still(self.figure)

    def __repr__(self) -> str:
        return self.caption

    def _ipython_display_(self) -> None:
        from IPython.display import display  # there, where this method is called

        data, metadata = bundle(self.figure, self.caption, self.alt)
        said = html.escape(self.caption, quote=False).replace("\n", "<br>")
        text = f'{styles.PICTURE}<p role="status" style="{WORDS}">{said}</p>'
        display({"image/png": data["image/png"]}, metadata=metadata, raw=True)
        told(self.caption, text)


def told(text: str, page: str) -> None:
    """Show words in a notebook, as text and as HTML."""
    from IPython.display import display

    display({"text/html": page, "text/plain": text}, raw=True)


def bundle(figure: Figure, caption: str, alt: str) -> tuple[dict, dict]:
    """Return a notebook's output: the picture at its size on the page, its alt text, and the sentence."""
    width, height = (round(100 * inches) for inches in figure.get_size_inches())
    data = {"image/png": base64.b64encode(still(figure)).decode(), "text/plain": caption}
    return data, {"image/png": {"width": width, "height": height, "alt": alt.replace("\n", " ")}}
