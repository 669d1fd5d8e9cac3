"""The look of what a post answers and quotes, beside the post itself.

Whose words they are stands where no words of others begin; quoted words stand further in than the
post's own, each line of them behind a sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_node.entries.item import Item
from sayso_protocol.translation import _, pgettext

from ...terminal.output import Output
from ...terminal.safe_text import safe_phrase
from ..people.name import author_words, excerpt
from ..short import SHORT_ID
from .kind import kind_phrase

if TYPE_CHECKING:
    from sayso_node.accounts.names import Names

ARROW = "↳"

_INNER = "  | "


def show_answered(out: Output, item: Item, names: Names) -> None:
    """Print a line about what a post answers."""
    above = item.answered
    if above is None or out.json:
        return
    style = out.style
    instead = _instead(above, names)
    words = instead or excerpt(above.text or "")
    warn = None if above.post is None else above.post.warn
    if warn and not instead:
        words = _("(behind a content warning)")
    # What is here can be reached by what answers it; what is not, by its id alone.
    lacking = above.id[:SHORT_ID] if above.entry is None else ""
    to = safe_phrase(
        ARROW, safe_phrase(pgettext("to whom", "to"), author_words(above.name, above.author)) + ":"
    )
    out.indented(style.dim(safe_phrase(to, words)), *map(style.dim, (lacking, _changed(item))))


def show_quoted(out: Output, item: Item, names: Names, *, whole: bool) -> None:
    """Print what a post quotes, where it is held."""
    quoted = item.quoted
    if quoted is None:
        return
    who = author_words(quoted.name, quoted.author)
    changed = "" if item.answered is not None else _changed(item)
    if not out.json:
        short = quoted.id[:SHORT_ID]
        more = (short, _instead(quoted, names), changed)
        out.indented(*map(out.style.dim, (safe_phrase(_("quotes"), who), *more)))
    if quoted.text is None or _instead(quoted, names):
        return
    warn = None if quoted.post is None else quoted.post.warn
    if warn and not whole:
        how = out.advice("read", _("to read it: sayso show {id}").format(id=quoted.id[:SHORT_ID]))
        out.indented(_("content warning:"), warn, how)
    else:
        out.paragraph(quoted.text, prefix=_INNER)


def _changed(item: Item) -> str:
    return _("(edited after this was written)") if item.changed else ""


def _instead(item: Item, names: Names) -> str:
    from ..people.name import with_names

    rule = item.rules.hidden or item.rules.folded
    if rule:
        return with_names(_("(hidden by {rule})").format(rule=rule), names)
    if item.entry is None:
        return _("not held here")
    if item.is_damaged:
        return _("(damaged)")
    return "" if item.text is not None else kind_phrase(item.kind)
