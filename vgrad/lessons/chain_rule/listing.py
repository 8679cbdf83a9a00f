"""The engine's own source, for a page that reads it."""

from __future__ import annotations

import ast
import inspect
import textwrap

from ...require import Function, bare, guarded, instance


@guarded
def listing(function: Function) -> str:
    """Return the source of a ``function`` as it stands in its file, without its decorators and its docstring.

    Raises ValueError if no ``def`` has made it. For example, NumPy has compiled its functions.
    """
    own = bare(function)
    instance("function", function, inspect.isfunction(own) and own.__name__.isidentifier(), "a function made by a def")
    lines = textwrap.dedent(inspect.getsource(own)).splitlines()
    (found,) = (each for each in ast.parse("\n".join(lines)).body if isinstance(each, ast.FunctionDef))
    first = found.body[0]
    body = found.body[1] if ast.get_docstring(found) and len(found.body) > 1 else first
    return "\n".join([*lines[found.lineno - 1 : first.lineno - 1], *lines[body.lineno - 1 :]])
