"""Scopes: what an app may do, by the names that Mastodon gave them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sayso_protocol.translation import _, mark

_READ: Final = (
    *("accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "mutes"),
    *("notifications", "search", "statuses"),
)
_WRITE: Final = (
    *("accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows"),
    *("lists", "media", "mutes", "notifications", "reports", "statuses"),
)

SCOPES: Final = frozenset(
    ["read", "write", "follow", "push", "profile"]
    + [f"read:{one}" for one in _READ]
    + [f"write:{one}" for one in _WRITE]
)
"""Every scope that an app may ask for. `push` allows nothing here."""

FOLLOW: Final = frozenset(
    f"{way}:{one}" for way in ("read", "write") for one in ("blocks", "follows", "mutes")
)
"""What the old scope ``follow`` stands for."""

MAX_TEXT: Final = 2000

WORDS: Final = {
    "read": mark("read your timelines, private messages, notifications and filters"),
    "write": mark("write posts and private messages in your name, and change lists and filters"),
    "follow": mark("follow, mute and block accounts"),
    "push": mark("nothing: this node sends no push messages"),
    "profile": mark("see who you are"),
}
"""What an owner is told."""


class UnknownScope(ValueError):
    """A scope that there is not."""


def parse_scopes(text: str, default: str = "read") -> tuple[str, ...]:
    """The scopes of a request, in its order, without repeats. Raises `UnknownScope`."""
    if len(text) > MAX_TEXT:
        raise UnknownScope("too many scopes")
    found = tuple(dict.fromkeys((text or default).replace("+", " ").split())) or (default,)
    for one in found:
        if one not in SCOPES:
            raise UnknownScope(f"there is no scope {one[:40]}")
    return found


def allows(granted: Collection[str], needed: str) -> bool:
    """Whether some scopes hold another one."""
    if needed in granted or needed.partition(":")[0] in granted:
        return True
    if needed == "profile":  # a part of what an app that reads accounts sees anyway
        return allows(granted, "read:accounts")
    return needed in FOLLOW and "follow" in granted


def allow_all(granted: Collection[str], needed: Iterable[str]) -> bool:
    """Whether some scopes hold all of others."""
    return all(
        allows(granted, one) or (one == "follow" and all(allows(granted, part) for part in FOLLOW))
        for one in needed
    )


def in_words(scopes: Iterable[str]) -> list[str]:
    """What scopes allow, for the owner who is asked."""
    found = list[str]()
    for one in scopes:
        top, _colon, part = one.partition(":")
        found.append(f"{top} {part}" if part else _(WORDS[top]))
    return found
