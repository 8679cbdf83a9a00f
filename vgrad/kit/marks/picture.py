"""Pictures as bytes: a figure that is kept alive and blitted for sliders, and a still one for a page.

One is drawn at a time (``alone``): JupyterLab lets a kernel run a cell on one thread and answer a page's controls on
another, and Matplotlib draws on one.
"""

from __future__ import annotations

import base64
import html
import io
import threading
from contextlib import contextmanager

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from .. import styles
from . import grammar

WORDS = "max-width: 62em; line-height: 1.45"
_DRAWING = threading.RLock()


@contextmanager
def alone():
    """Wait until no other thread is within one of these; as a ``with``, or over a function."""
    with _DRAWING:
        yield


class Canvas:
    """A figure whose moving artists are redrawn over a kept background: a few milliseconds instead of eighty.

    ``moving`` are drawn at each call of ``png``; everything else only after ``forget`` (new limits, ticks or shading).
    """

    def __init__(self, figure: Figure, moving: list[Artist]):
        self.figure = figure
        self.agg = FigureCanvasAgg(figure)
        self.moves(moving)

    def moves(self, moving: list[Artist]) -> None:
        """Let ``moving`` be what is drawn at each call, from now on."""
        self.moving = moving
        self._background = None
        for artist in moving:
            artist.set_animated(True)

    def forget(self) -> None:
        """Draw everything the next time."""
        self._background = None

    def draw(self) -> None:
        """Draw into the canvas: the background if it is not there, then what moves."""
        if self._background is None:
            self.agg.draw()
            self._background = self.agg.copy_from_bbox(self.figure.bbox)
        self.agg.restore_region(self._background)
        for artist in self.moving:
            if artist.get_visible():
                self.figure.draw_artist(artist)

    @alone()
    def png(self) -> bytes:
        """Draw what has moved, and return the picture as PNG."""
        self.draw()
        return encode(self.agg)


class LivePicture:
    """A picture that is kept alive while a slider moves: ``update`` moves it on, and ``png`` is what it is now.

    A kind of picture defines four steps. ``_build`` makes the axes and returns the artists that move. ``_limits`` says
    from a record how far the axes reach, and what else the background depends on. ``_frame`` draws the background. It
    is called only when the limits have changed, because it costs a full draw. ``_move`` moves the artists.
    """

    size = (9.0, 4.6)  # inches

    def __init__(self, record):
        self.figure = grammar.new_figure(*self.size)
        self.canvas = Canvas(self.figure, self._build(record))
        self._framed = None
        self.update(record)

    def update(self, record) -> None:
        """Move every artist to ``record``; only a step of an axis costs a full draw."""
        limits = self._limits(record)
        if limits != self._framed:
            self._framed = limits
            self._frame(*limits)
            self.canvas.forget()
        self._move(record, *limits)

    def png(self) -> bytes:
        """Return the picture as it is now."""
        return self.canvas.png()

    def _build(self, record) -> list[Artist]:
        raise NotImplementedError

    def _limits(self, record) -> tuple:
        raise NotImplementedError

    def _frame(self, *limits) -> None:
        raise NotImplementedError

    def _move(self, record, *limits) -> None:
        raise NotImplementedError


def encode(agg: FigureCanvasAgg) -> bytes:
    """Return the canvas as PNG, packed lightly for speed."""
    file = io.BytesIO()
    imsave(file, agg.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
    return file.getvalue()


@alone()
def still(figure: Figure, dpi: float = 150) -> bytes:
    """Return a figure as PNG for a page: finer than a moving one, packed tightly, the same bytes each time."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 9})
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
        text = f'{styles.PICTURE}<p role="status" style="{WORDS}">{html.escape(self.caption, quote=False)}</p>'
        display({"image/png": data["image/png"]}, metadata=metadata, raw=True)
        display({"text/html": text, "text/plain": self.caption}, raw=True)


def bundle(figure: Figure, caption: str, alt: str) -> tuple[dict, dict]:
    """Return a notebook's output: the picture at its size on the page, its alt text, and the sentence."""
    width, height = (round(100 * inches) for inches in figure.get_size_inches())
    data = {"image/png": base64.b64encode(still(figure)).decode(), "text/plain": caption}
    return data, {"image/png": {"width": width, "height": height, "alt": alt}}
