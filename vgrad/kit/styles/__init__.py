"""How what vgrad shows looks on the page. Each style is a .css file of this folder.

Whatever puts a widget on the page puts ``PAGE`` beside it. What ``slides.css`` says does not apply to a notebook that
is read.
"""

from __future__ import annotations

from importlib.resources import files


def style(*names: str) -> str:
    """Return the style sheets called ``names``, each as an HTML element, one after the other."""
    sheets = [(files(__name__) / f"{name}.css").read_text(encoding="utf-8").strip() for name in names]
    return "".join(f"<style>{sheet}</style>" for sheet in sheets)


PAGE = style("slides", "keys")
EXPLORER = PAGE + style("explorer")
QUESTION = PAGE + style("questions")
PICTURE = style("picture")
STRIP = style("strip")
SPOTS = style("spots")
