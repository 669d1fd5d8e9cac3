"""The words for a kind of entry, where one stands in place of a text."""

from __future__ import annotations

from typing import Final

from sayso_protocol.translation import _, mark

_WORDS: Final = {
    "post": mark("a post"),
    "edit": mark("an edit"),
    "poll": mark("a poll"),
    "vote": mark("a vote"),
    "react": mark("a reaction"),
    "repost": mark("a repost"),
    "unrepost": mark("a repost taken back"),
    "retract": mark("a retraction"),
    "follow": mark("a follow"),
    "unfollow": mark("a follow taken back"),
    "profile": mark("a profile"),
    "label": mark("a label"),
    "view": mark("a view"),
    "prekey": mark("keys for private messages"),
    "open": mark("the beginning of a feed"),
}


def kind_phrase(kind: str | None) -> str:
    """The kind of an entry in brackets; of None, that its body is not held here. A kind that this
    version does not know stands as it is: it is a word of the format, not of others' choice."""
    if kind is None:
        return _("(its body is not held here)")
    return f"({_(_WORDS[kind]) if kind in _WORDS else kind})"
