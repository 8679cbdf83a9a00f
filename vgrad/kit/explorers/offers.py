"""What a learner takes away from an explorer: its picture as a file, and the lines of Python that open it again.

On the site, the page's extension makes a link of the lines (``labextension/static/lab.js``).
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from .controls import three_digits

SHARED = (
    '<div class="vgrad-share"><span role="status">These lines open this picture with these settings.</span>'
    "<pre>{}</pre></div>"
)


class Offer(widgets.HTML):
    """The place under the buttons for one picture to save, or for the lines to share."""

    _lines: str | None = None

    def save(self, name: str, png: bytes) -> None:
        """Offer a picture for download: it works in a browser-only page too, where the kernel has no disk."""
        data, file = base64.b64encode(png).decode(), f"{name}.png"
        self._put(f'<a download="{file}" href="data:image/png;base64,{data}">Download {file}</a>')

    def share(self, lines: str) -> None:
        """Offer lines of Python that can be copied."""
        self._put(SHARED.format(html.escape(lines, quote=False)))
        self._lines = lines

    def withdraw(self, lines: str) -> None:
        """Take back what is offered, unless it is these lines, which still open what is shown, as while it trains."""
        if self.value and lines != self._lines:
            self._put("")

    def _put(self, value: str) -> None:
        """Show ``value`` as new, even if it is what was shown: the page waits for it."""
        self._lines = None
        self.value = ""
        self.value = value


def code(entry: Callable[..., Any], controls: dict[str, Any], default: dict[str, Any]) -> str:
    """Return the two lines of Python that open an explorer with the values that its controls have now.

    entry : the function that opens it, which a learner finds in its room's ``explore``; controls : the widget of each;
    default : the values that need not be named.
    """
    room = entry.__module__.partition(".explore")[0]
    values = {key: _shown(widget, widget.value) for key, widget in controls.items()}
    named = [
        f"{key}={_written(value)}" for key, value in values.items() if value != _shown(controls[key], default[key])
    ]
    return f"from {room} import explore\nexplore.{entry.__name__}({', '.join(named)})"


def _shown(widget: Any, value: Any) -> Any:
    """A value as its control shows it, which is also what is measured."""
    return three_digits(value) if isinstance(widget, widgets.FloatLogSlider) else value


def _written(value: Any) -> str:
    """A value as Python writes it, and a text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
