"""The conditions of rules as they are typed, and what each says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso_protocol.translation import mark

if TYPE_CHECKING:
    from sayso_protocol.toml.writer import Value
    from sayso_storage.interface.store import Store

_WHOLE = frozenset({"pattern"})
"""Conditions whose values may hold a comma."""

HELP = {
    "account": mark("by these accounts; keys or @petnames"),
    "list": mark("by accounts on these lists"),
    "kind": mark("of these kinds: post, repost, follow …"),
    "lang": mark("whose author said this language, or a case of it"),
    "tag": mark("with one of these tags"),
    "host": mark("with a link to one of these hosts"),
    "media_kind": mark("with such an attachment: image, video, audio"),
    "words": mark("with one of these words or phrases"),
    "pattern": mark("that match a regular expression (RE2); may be given several times"),
    "label": mark("with one of these labels, by labellers whom you subscribe to"),
    "older": mark("written so long ago, or longer: 90s, 30m, 2h, 7d, 4w"),
    "younger": mark("written less long ago"),
    "media": mark("with so many attachments"),
    "media_bytes": mark("with attachments of so many bytes together"),
    "distance": mark("so far from you: 1 whom you follow, 2 whom those do, 3 anybody else"),
    "coordinated": mark("in step with others, with a score of so much (0 to 1000)"),
    "rate": mark("by accounts that wrote so many in the hour before"),
    "account_younger": mark("by accounts whose first post here is less old: 3d"),
    "reply_depth": mark("so deep in a conversation"),
    "copies": mark("of which other accounts wrote so many near-copies"),
}
"""What each condition says of the entries that a rule is about; of numbers, "or more"."""


def condition_value(name: str, given: str | int | list[str] | None, store: Store) -> Value | None:
    """The value of a condition in the file, from what was typed: lists for conditions of which one
    value is enough. Raises `NodeError` for an account that is not known."""
    if not isinstance(given, list):
        return given
    from sayso_node.accounts.lookup import find_account
    from sayso_protocol.crypto.keys import key_text

    values = given if name in _WHOLE else [part for one in given for part in one.split(",")]
    if name == "account":
        return [key_text(find_account(store, value.strip())) for value in values]
    return values if name in _WHOLE else [value.strip() for value in values]
