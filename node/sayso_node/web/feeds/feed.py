"""What a feed has, whatever its form: text of others is made safe here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sayso_protocol.translation import _

from ...accounts.name_text import SHORT_KEY, is_known, name_text
from ...accounts.names import Name
from ...entries.item import Item
from ...text.sanitize import foreign, foreign_line
from ...timestamps import time_text
from ..blobs.blob_address import blob_path
from ..context import WebContext

TITLE_COLUMNS: Final = 80
EPOCH: Final = "1970-01-01T00:00:00.000Z"
"""When a feed without entries changed last: always the same, so that it stays the same."""

_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,60}")
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot say."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture or film of an entry."""

    address: str
    type: str
    size: int
    alt: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry; times are RFC 3339."""

    id: str
    address: str
    title: str
    text: str
    author: str
    author_id: str
    author_address: str
    published: str
    updated: str
    tags: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its own address, and that of the page."""

    title: str
    address: str
    home_address: str
    entries: tuple[FeedEntry, ...]

    @property
    def updated(self) -> str:
        """When it changed last."""
        return max((one.updated for one in self.entries), default=EPOCH)


def feed_entries(context: WebContext, items: Iterable[Item]) -> tuple[FeedEntry, ...]:
    """The entries of items that have text, or repost something that has."""
    found = (_entry(context, item) for item in items)
    return tuple(one for one in found if one is not None)


def plain(text: str) -> str:
    """Text of others that every form can hold."""
    return _FORBIDDEN.sub("\ufffd", foreign(text))


def plain_line(text: str) -> str:
    """The same as one line."""
    return _FORBIDDEN.sub("\ufffd", foreign_line(text, TITLE_COLUMNS))


def author_text(name: Name, key: str) -> str:
    """Who an account is, in words by which nobody passes for another: see `name_text`. What can be
    made alike has the beginning of its key beside it."""
    shown = name_text(name)
    return plain_line(shown if is_known(name) else f"{shown} {key[:SHORT_KEY]}")


def _entry(context: WebContext, item: Item) -> FeedEntry | None:
    shown = item.original or item
    entry, text = item.entry, shown.text
    if entry is None or text is None:
        return None
    author = author_text(item.name, item.author)
    if shown is not item:
        by = author_text(shown.name, shown.author)
        text = f"{by}:\n{text}"
    hidden_behind = _cover(shown)
    enclosures: tuple[Enclosure, ...] = ()
    if hidden_behind is not None:
        text = hidden_behind
    else:
        enclosures = tuple(
            Enclosure(
                context.site.api_address.rstrip("/") + blob_path(context, one.cid, keyed=True),
                one.type if _TYPE.fullmatch(one.type) else "application/octet-stream",
                one.size,
                plain_line(one.alt),
            )
            for one in shown.attachments
            if one.cid in shown.held_blobs
        )
    tags = () if shown.post is None else tuple(plain_line(one) for one in shown.post.tags)
    page = context.site.page_address
    changed = entry if item.edit is None else item.edit
    return FeedEntry(
        id=f"sayso:{item.id}",
        address=f"{page}entries/{item.id}",
        title=plain_line(text.strip().partition("\n")[0] or author),
        text=plain(text),
        author=author,
        author_id=f"did:key:{item.author}",
        author_address=f"{page}people/{item.author}",
        published=time_text(entry.time_ms),
        updated=time_text(changed.time_ms),
        tags=tags,
        enclosures=enclosures,
    )


def _cover(item: Item) -> str | None:
    """What stands in place of a text that is folded or has a warning."""
    if item.rules.folded is not None:
        return _("Folded by the rule {plain_line}").format(plain_line=plain_line(item.rules.folded))
    if item.post is not None and item.post.warn:
        return _("Warning: {warn}").format(warn=item.post.warn)
    return None
