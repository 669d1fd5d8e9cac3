"""The look of an account's name to a person: see `sayso_node.accounts.name_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.accounts.name_text import (
    EXCERPT,
    NAMELESS,
    account_parts,
    account_text,
    excerpt,
    name_text,
    own_words,
    with_names,
)

if TYPE_CHECKING:
    from sayso_node.accounts.names import Name

    from ..terminal.output import Output

__all__ = [
    "EXCERPT",
    "NAMELESS",
    "account_parts",
    "account_text",
    "excerpt",
    "name_heading",
    "name_text",
    "own_words",
    "with_names",
]


def name_heading(out: Output, name: Name, *faint: str, before: str = "") -> None:
    """Print a line that begins with a name; only what the owner gave, or has, stands out."""
    text = f"{before} {name_text(name)}".strip()
    if name.petname or name.is_own:
        out.heading(text, *faint)
    else:
        out.line(text, *faint)
