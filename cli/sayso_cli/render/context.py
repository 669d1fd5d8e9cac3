"""The look of what a post answers and quotes, beside the post itself.

Whose words they are stands where no words of others begin; quoted words stand further in than the
post's own, each line of them behind a sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.entries.item import Item

from ..terminal.output import Output
from .name import EXCERPT, name_text
from .short import SHORT_ID, SHORT_KEY

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names

_INNER = "  | "


def show_answered(out: Output, item: Item, names: Names) -> None:
    """Print a line about what a post answers."""
    above = item.answered
    if above is None:
        return
    who = name_text(above.name), above.author[:SHORT_KEY]
    out.indented(f"reply to {above.id[:SHORT_ID]}", *who, _excerpt(above, names), _changed(item))


def show_quoted(out: Output, item: Item, names: Names, *, whole: bool) -> None:
    """Print what a post quotes, where it is held."""
    quoted = item.quoted
    if quoted is None:
        return
    who = name_text(quoted.name), quoted.author[:SHORT_KEY]
    changed = "" if item.answered is not None else _changed(item)
    out.indented(f"quotes {quoted.id[:SHORT_ID]}", *who, _instead(quoted, names), changed)
    if quoted.text is None or _instead(quoted, names):
        return
    warn = None if quoted.post is None else quoted.post.warn
    if warn and not whole:
        how = out.advice("read", f"to read it: sayso show {quoted.id[:SHORT_ID]}")
        out.indented("content warning:", warn, how)
    else:
        out.paragraph(quoted.text, prefix=_INNER)


def _changed(item: Item) -> str:
    return "(edited after this was written)" if item.changed else ""


def _excerpt(above: Item, names: Names) -> str:
    """The beginning of what was answered, or why it is not shown."""
    instead = _instead(above, names)
    if instead or above.text is None:
        return instead
    text = " ".join(above.text.split())
    warn = None if above.post is None else above.post.warn
    if warn:
        return "(behind a content warning)"
    return f"“{text[:EXCERPT]}{'…' if len(text) > EXCERPT else ''}”"


def _instead(item: Item, names: Names) -> str:
    from .name import with_names

    rule = item.rules.hidden or item.rules.folded
    if rule:
        return with_names(f"(hidden by {rule})", names)
    if item.entry is None:
        return "not held here"
    if item.is_damaged:
        return "(damaged)"
    return "" if item.text is not None else f"({item.kind or 'its body is not held here'})"
