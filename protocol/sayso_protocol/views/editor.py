"""Changing `views.toml` as text, so that the owner's comments and layout stay.

Takes only text that `read_views` takes. Whoever uses this reads the result again before
it counts.
"""

from __future__ import annotations

import re

from ..toml.definitions import definitions
from ..toml.writer import NotEditable, with_comments, written
from .ranking import View


def view_text(view: View) -> str:
    """A view as it stands in a file."""
    name = view.name if re.fullmatch("[A-Za-z0-9_-]+", view.name) else written(view.name)
    lines = [f"[views.{name}]", f"about = {written(view.about)}"]
    if view.by is not None:
        lines.append(f"by = {written(view.by)}")
    return "\n".join([*lines, f"expression = {_expression(view.expression)}"]) + "\n"


def add_view(text: str, view: View) -> str:
    """A file with one more view, behind the others."""
    if text and not text.endswith("\n"):
        text += "\n"
    return text + ("\n" if text.strip() else "") + view_text(view)


def remove_view(text: str, name: str) -> str:
    """A file without a view and the comments right above it. Raises `NotEditable` where it is not
    written as a table of its own."""
    tables = [one for one in definitions(text) if one.is_table]
    for number, one in enumerate(tables):
        if one.path == ("views", name):
            later = [with_comments(text, table.start) for table in tables[number + 1 :]]
            return text[: with_comments(text, one.start)] + text[min(later, default=len(text)) :]
    raise NotEditable


def _expression(expression: str) -> str:
    """In lines, as it was written, where TOML has a form for that."""
    plain = all(char == "\n" or char.isprintable() for char in expression)
    if "\n" not in expression or not plain or "'''" in expression or expression[-1] == "'":
        return written(expression)
    return f"'''\n{expression}'''"
