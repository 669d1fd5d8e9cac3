"""The look of an account's name to a person: see `sayso_node.accounts.name_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.accounts.name_text import (
    EXCERPT,
    NAMELESS,
    account_parts,
    account_text,
    alike_text,
    excerpt,
    is_known,
    name_text,
    own_words,
    recognition_parts,
    vouched_text,
    with_names,
)
from sayso_protocol.translation import _

from ...terminal.safe_text import safe_phrase
from ..short import SHORT_KEY

if TYPE_CHECKING:
    from sayso_node.accounts.names import Name, Names

    from ...terminal.output import Output

__all__ = [
    "EXCERPT",
    "NAMELESS",
    "account_parts",
    "account_phrase",
    "account_text",
    "author_words",
    "excerpt",
    "is_known",
    "name_heading",
    "name_text",
    "own_words",
    "recognition_parts",
    "styled_recognition",
    "vouched_text",
    "with_names",
]


def account_phrase(names: Names, account: bytes) -> str:
    """`account_parts` as one."""
    return safe_phrase(*account_parts(names, account))


def name_heading(out: Output, name: Name, key: str, *more: str, before: str = "") -> None:
    """Print a line that begins with a name, a sign `before` it; only what the owner gave, or has,
    stands out. The beginning of the `key` stands beside any other name."""
    if out.json:
        return
    style = out.style
    shown = name_text(name)
    if is_known(name):
        out.line(style.good(before), style.name(shown), *map(style.dim, more))
    else:
        beside = styled_recognition(out, name)
        out.line(
            style.good(before), shown, style.dim(key[:SHORT_KEY]), *beside, *map(style.dim, more)
        )


def styled_recognition(out: Output, name: Name) -> tuple[str, ...]:
    """`recognition_parts`, as a line has them: a look-alike stands out."""
    parts = recognition_parts(name)
    style = out.style.dim if name.recognition.looks_like is None else out.style.warning
    return (*map(style, parts[:1]), *map(out.style.dim, parts[1:]))


def author_words(name: Name, key: str) -> str:
    """An account in a sentence about an entry: ``you``, ``@ben``, ``“Ben” z6Mkha…``, and
    whose name it looks like."""
    if name.is_own:
        return _("you")
    if name.petname:
        return name_text(name)
    like = alike_text(name)
    return safe_phrase(name_text(name), key[:SHORT_KEY], *([f"({like})"] if like else []))
