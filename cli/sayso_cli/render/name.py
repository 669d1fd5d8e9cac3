"""The look of an account's name to a person: whose word it is can be seen.

What the owner calls an account stands behind ``@``. What an account calls itself stands in
quotation marks, whatever it is: so no name that a stranger chose looks like one that the owner
gave.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sayso_node.accounts.names import Name

    from ..terminal.output import Output

NAMELESS: Final = "(no name)"

_LIKE_QUOTES: Final = frozenset("„‚⹂\"'`´ʺ˝״‟″‴‶‷❝❞❠〃〝〞〟＂🙶🙷🙸")
"""Signs that look like quotation marks, beside those that Unicode calls so (categories Pi, Pf)."""


def name_text(name: Name) -> str:
    """The name to call an account by. Names can be made alike: print the key beside it."""
    if name.petname:
        return f"@{name.petname}"
    if name.is_own:
        return f"{name.profile or NAMELESS} (you)"
    return own_words(name.profile) if name.profile else NAMELESS


def own_words(name: str) -> str:
    """A name that an account chose for itself, in quotation marks that nothing in it can end."""
    return f"“{''.join(_plain(sign) for sign in name)}”"


def name_heading(out: Output, name: Name, *faint: str, before: str = "") -> None:
    """Print a line that begins with a name; only what the owner gave, or has, stands out."""
    text = f"{before} {name_text(name)}".strip()
    if name.petname or name.is_own:
        out.heading(text, *faint)
    else:
        out.line(text, *faint)


def _plain(sign: str) -> str:
    if sign in _LIKE_QUOTES or unicodedata.category(sign) in ("Pi", "Pf"):
        return "'"
    return sign
