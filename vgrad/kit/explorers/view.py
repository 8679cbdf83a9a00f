"""What an explorer shows: the picture in layers, and under it the finding, the protocol, and how it was measured.

The layers lie over each other in the page: the ground, a ghost of the state before the last move, and what moves. A
move of a slider sends the last of them with the finding, and the others only where they have changed.
"""

from __future__ import annotations

import html

import ipywidgets as widgets

HOW = '<details class="vgrad-how"><summary>How this was measured</summary></details>'
PARTS = 3  # of a caption: finding, protocol, how it was measured


class View(widgets.VBox):
    """The picture and its words. What is opened in the page stays open, because its handle is never sent again."""

    def __init__(self):
        self._ground = _layer()
        self._ghost = _layer("vgrad-ghost")
        self._moving = widgets.HTML()
        self._protocol = widgets.HTML()
        self._protocol.add_class("vgrad-protocol")
        self._handle = widgets.HTML(HOW)
        self._how = widgets.HTML()
        self._how.add_class("vgrad-folded")
        self._aloud = widgets.HTML()
        self._aloud.add_class("vgrad-aloud")
        shown = [self._ground, self._ghost, self._moving, self._protocol, self._handle, self._how, self._aloud]
        super().__init__(shown)
        self.add_class("vgrad-view")

    def show(self, canvas, alt: str, caption: str, *, resting: bool = True, rough: bool = False) -> None:
        """Show what a Canvas draws now, and the finding.

        resting : whether the hand rests; rough : whether more networks are still to come, which the page can know by
        the figure's class.
        """
        finding = html.escape(parts(caption)[0], quote=False)
        if self._ground.value != canvas.ground:
            self._ground.value = canvas.ground
        begin = '<figure class="vgrad-rough">' if rough else "<figure>"
        self._moving.value = (
            f'{begin}<div role="img" aria-label="{html.escape(alt)}">{canvas.overlay()}</div>'
            f"<figcaption>{finding}</figcaption></figure>"
        )
        if resting:
            self.rest(caption)

    def rest(self, caption: str) -> None:
        """Tell a screen reader the finding, and show the protocol; while a hand moves, neither changes."""
        finding, protocol, how = (html.escape(part, quote=False) for part in parts(caption))
        self._aloud.value = f'<span role="status">{finding}</span>'
        self._protocol.value = f"<p>{protocol}</p>"
        self._how.value = f"<p>{how}</p>"
        self._handle.layout.display = None if how else "none"

    @property
    def ghost(self) -> str:
        """What was left behind of the state before a move, or nothing."""
        return self._ghost.value

    def leave(self, ghost: str) -> None:
        """Leave behind what was there before a move, or nothing."""
        self._ghost.value = ghost

    def dim(self, away: bool) -> None:
        """Dim what does not yet belong to the controls."""
        (self.add_class if away else self.remove_class)("vgrad-busy")


def parts(caption: str) -> list[str]:
    """Return a caption's finding, its protocol and how it was measured, each "" where it says none."""
    said = caption.split("\n", PARTS - 1)
    return said + [""] * (PARTS - len(said))


def _layer(*kinds: str) -> widgets.HTML:
    layer = widgets.HTML()
    for kind in ("vgrad-layer", *kinds):
        layer.add_class(kind)
    return layer
