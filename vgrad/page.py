"""How what vgrad shows looks under the keys, and where a notebook is presented as slides: large, free under the mouse.

Whatever puts a widget on the page puts ``STYLE`` beside it. Nothing of ``SLIDES`` applies to a notebook that is read.
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
.jp-Deck .cm-content { flex-shrink: 1; white-space: break-spaces; overflow-wrap: anywhere; }
.jp-Deck .jp-RenderedHTMLCommon img { max-height: calc(62vh / var(--vgrad-zoom)); width: auto; }
.jp-Deck .jp-RenderedImage img { --vgrad-share: 58vh; zoom: var(--vgrad-zoom); width: auto;
  max-height: calc(var(--vgrad-share) / var(--vgrad-zoom)); }
.jp-Deck .jp-MarkdownCell.jp-deck-mod-onscreen + .jp-CodeCell .jp-RenderedImage img { --vgrad-share: 53vh; }
.jp-Deck .jp-CodeCell:has(.cm-line:nth-child(4)) .jp-RenderedImage img { --vgrad-share: 44vh; }
.jp-Deck .jp-CodeCell:has(.cm-line:nth-child(8)) .jp-RenderedImage img { --vgrad-share: 34vh; }
.jp-Deck .jp-MarkdownCell.jp-deck-mod-onscreen:has(h2, h3) + .jp-CodeCell .jp-RenderedImage img { --vgrad-share: 38vh; }
.jp-Deck .jp-RenderedHTMLCommon:has(tbody tr:nth-child(8)) { zoom: calc(0.75 * var(--vgrad-zoom)); }
.jp-Deck .vgrad-explorer { max-width: none; }
.jp-Deck .vgrad-explorer .vgrad-note { display: none; }
.jp-Deck .vgrad-explorer .vgrad-view { flex-basis: 0; max-width: none; }
.jp-Deck .vgrad-explorer .vgrad-panel { flex: 0 0 330px; }
.jp-Deck .vgrad-explorer .vgrad-view img { max-height: 56vh; object-fit: contain; object-position: left; }
.jp-Deck .vgrad-explorer .vgrad-view figcaption { font-size: calc(13px * var(--vgrad-zoom)); line-height: 1.35; }
</style>"""

# JupyterLab marks the focus by a pale line of one pixel, and a link within a text by its colour alone; and an icon is a
# letter that nobody can say.
KEYS = r"""<style>
:is(.vgrad-explorer, .vgrad-predict) { --vgrad-focus: #0b5fb0; }
body[data-jp-theme-light="false"] :is(.vgrad-explorer, .vgrad-predict) { --vgrad-focus: #8ec8ff; }
:is(.vgrad-explorer, .vgrad-predict):nth-child(n) :focus-visible {
  outline: 3px solid var(--vgrad-focus) !important; outline-offset: 2px; }
:is(.vgrad-explorer select, .vgrad-explorer input):focus-visible { outline-offset: -2px !important; }
.vgrad-predict .widget-radio-box { padding: 2px 6px; }
.jp-RenderedHTMLCommon :is(p, li, td) a:not(.jp-InternalAnchorLink) { text-decoration: underline; }
.vgrad-explorer .fa-play::before { content: "\f04b" / ""; }
.vgrad-explorer .fa-stop::before { content: "\f04d" / ""; }
.vgrad-explorer .fa-undo::before { content: "\f0e2" / ""; }
.vgrad-explorer .fa-download::before { content: "\f019" / ""; }
</style>"""

STYLE = SLIDES + KEYS
