"""TeX in a Markdown text -> MathML.

nbconvert leaves TeX to MathJax, which a page loads from the web. Without a network the reader would see the TeX itself.
Browsers draw MathML by themselves, so the page needs no script and no font of its own.
"""

from __future__ import annotations

import html
import re

_CODE = r"(?P<code>```.*?```|`[^`\n]*`)"
_SHOWN = r"\$\$(?P<shown>.+?)\$\$"
_INLINE = r"(?<![\\$])\$(?P<inline>[^$\n]+?)\$"
_PARTS = re.compile(f"{_CODE}|{_SHOWN}|{_INLINE}", re.DOTALL)
MISSING = 'formulas need latex2mathml, which comes with the extra "present": pip install "vgrad[present]"'


def with_mathml(text: str) -> str:
    """Return the Markdown ``text`` with each formula as MathML; code stays as it is.

    A formula on lines of its own stands in an element of the class "formula", so that it can scroll where it is wide.
    Raises ModuleNotFoundError where latex2mathml is missing.
    """
    return _PARTS.sub(_part, text)


def _part(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    if found["shown"]:
        return f'<span class="formula">{mathml(found["shown"], "block")}</span>'
    return mathml(found["inline"], "inline")


def mathml(tex: str, display: str) -> str:
    """Return the formula as an element on one line.   display : "block" or "inline"."""
    try:
        from latex2mathml.converter import convert  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError as problem:
        raise ModuleNotFoundError(MISSING) from problem
    return re.sub(r">([^<]+)<", _encoded, convert(" ".join(tex.split()), display=display))


def _encoded(found: re.Match[str]) -> str:
    """A piece of text in which no character means anything to Markdown, as * and | would."""
    text = html.unescape(found[1])
    return f">{''.join(each if each.isascii() and each.isalnum() else f'&#{ord(each)};' for each in text)}<"
