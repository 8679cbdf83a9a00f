"""How what vgrad shows looks where a notebook is presented as slides: large, and free under the mouse.

Whatever puts a widget on the page puts ``SLIDES`` beside it. Nothing of it applies to a notebook that is read.
"""

from __future__ import annotations

# The strip that collapses outputs is invisible there and lies over their left edge; a click on it makes a scroll box.
# And the first click into a cell taller than the screen makes the page scroll to the cell's end, away from the click.
SLIDES = """<style>
body[data-jp-deck-mode="presenting"] { --vgrad-zoom: 1.4; }
@media (min-width: 1600px) { body[data-jp-deck-mode="presenting"] { --vgrad-zoom: 2; } }
.jp-Deck .jp-OutputArea-promptOverlay { display: none; }
.jp-Deck .jp-mod-outputsScrolled .jp-Cell-outputArea { max-height: none; }
.jp-Deck .jp-Cell { scroll-margin-bottom: -100vh; }
.jp-Deck .jp-CodeCell:has(.vgrad-explorer, .vgrad-predict) .jp-Cell-inputWrapper { display: none; }
.jp-Deck :is(.jp-RenderedHTMLCommon, .vgrad-predict, .vgrad-panel, .vgrad-buttons) { zoom: var(--vgrad-zoom); }
.jp-Deck :is(.vgrad-predict, .vgrad-panel) .vgrad-buttons { zoom: 1; }
.jp-Deck :is(.jp-InputArea-editor, .jp-RenderedText) { --jp-code-font-size: calc(13px * var(--vgrad-zoom)); }
.jp-Deck .jp-RenderedHTMLCommon img { max-height: calc(62vh / var(--vgrad-zoom)); width: auto; }
.jp-Deck .jp-RenderedImage img { zoom: var(--vgrad-zoom); max-height: calc(62vh / var(--vgrad-zoom)); width: auto; }
.jp-Deck .vgrad-explorer { max-width: none; }
.jp-Deck .vgrad-explorer .vgrad-view { flex-basis: 0; max-width: none; }
.jp-Deck .vgrad-explorer .vgrad-panel { flex: 0 0 330px; }
.jp-Deck .vgrad-explorer .vgrad-view img { max-height: 62vh; object-fit: contain; object-position: left; }
.jp-Deck .vgrad-explorer .vgrad-view figcaption { font-size: calc(13px * var(--vgrad-zoom)); }
</style>"""
