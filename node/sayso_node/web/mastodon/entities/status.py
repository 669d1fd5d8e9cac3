"""Statuses: posts, polls and reposts as apps see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Final

from sayso_protocol.feed.entry import id_text

from ....accounts.names import Names
from ....entries.item import Item, Version
from ....text.sanitize import foreign, foreign_line
from ....timeline.own_marks import OwnMarks
from ....timestamps import time_text
from ...context import WebContext
from ..names.addresses import entry_address, tag_address
from ..names.html_text import html_of, link_html
from ..names.ids import account_id
from .account import AccountEntities
from .attachment import attachments
from .poll import poll_entity

Entity = dict[str, object]

SHOWN: Final = ("post", "poll", "repost")
"""Kinds of entries that are statuses."""

LIKE: Final = "❤️"
"""The reaction that a favourite is."""


class StatusEntities:
    """Makes statuses, a page at a time. All methods block."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._store = context.store
        self.names = Names(context.store)
        self.accounts = AccountEntities(context, self.names)

    def of(self, items: Iterable[Item]) -> list[Entity]:
        """The statuses of entries, in order. What is no status is left out: other kinds, what was
        taken back, and reposts of what is not held here."""
        shown = [one for one in items if is_status(one)]
        reader = self._context.reader()
        originals = reader.entries(
            [one.original.reference.id for one in shown if one.original is not None]
        )
        every = {one.reference.id: one for one in (*shown, *originals.values())}
        marks = reader.own_marks([id_ for id_, one in every.items() if one.kind != "repost"])
        found = list[Entity]()
        for item in shown:
            if item.original is None:
                found.append(self._status(item, marks))
            elif (original := originals.get(item.original.reference.id)) and is_status(original):
                found.append(self._repost(item, original, marks))
        return found

    def one(self, item: Item) -> Entity | None:
        """The status of an entry, where it is one."""
        found = self.of([item])
        return found[0] if found else None

    def by_id(self, items: Collection[Item]) -> dict[bytes, Entity]:
        """The statuses of entries, all made together, by full id."""
        shown = {str(one.entry.arrival): one.reference.id for one in items if one.entry is not None}
        return {shown[str(one["id"])]: one for one in self.of(items)}

    def versions(self, item: Item) -> list[Entity]:
        """The versions of an entry that was read with its history, oldest first."""
        return [self._version(item, one) for one in item.history or ()]

    def _version(self, item: Item, version: Version) -> Entity:
        post = item.post
        mentions: Sequence[bytes] = post.mentions if post is not None else ()
        return {
            "content": html_of(self._context.site, self.names, version.text, mentions),
            "spoiler_text": foreign(version.warn or ""),
            "sensitive": bool(version.warn),
            "created_at": time_text(version.entry.time_ms),
            "account": self.accounts.of(item.reference.account),
            "media_attachments": attachments(self._context, item),
            "emojis": [],
        }

    def _repost(self, item: Item, original: Item, marks: OwnMarks) -> Entity:
        shown = self._status(original, marks)
        of_repost = self._status(item, OwnMarks())
        kept = ("favourited", "reblogged", "bookmarked", "spoiler_text", "sensitive", "content")
        return of_repost | {key: shown[key] for key in kept} | {"reblog": shown}

    def _status(self, item: Item, marks: OwnMarks) -> Entity:
        entry, post, site = item.entry, item.post, self._context.site
        assert entry is not None
        answered = None if item.answered is None else item.answered.entry
        by = None if post is None or post.reply is None else account_id(post.reply.account)
        address, number = entry_address(site, entry.id), str(entry.arrival)
        warn = foreign(post.warn) if post is not None and post.warn else ""
        return {
            "id": number,
            "created_at": time_text(entry.sort_ms),
            "edited_at": None if item.edit is None else time_text(item.edit.time_ms),
            "in_reply_to_id": None if answered is None else str(answered.arrival),
            "in_reply_to_account_id": by,
            "sensitive": bool(warn),
            "spoiler_text": warn,
            "visibility": "public",
            "language": None if post is None or not post.lang else foreign_line(post.lang),
            "uri": f"sayso:entry/{id_text(entry.id)}",
            "url": address,
            "replies_count": item.replies,
            "reblogs_count": item.reposts,
            "favourites_count": sum(item.reactions.values()),
            "quotes_count": 0,
            "favourited": entry.id in marks.reactions,
            "reblogged": entry.id in marks.reposts,
            "bookmarked": entry.id in marks.bookmarks,
            "muted": False,
            "pinned": False,
            "content": self._content(item),
            "filtered": filtered(item),
            "reblog": None,
            "application": None,
            "account": self.accounts.of(item.reference.account),
            "media_attachments": attachments(self._context, item) if post is not None else [],
            "mentions": [] if post is None else [self.mention(one) for one in post.mentions],
            "tags": [] if post is None else [self._tag(one) for one in post.tags],
            "emojis": [],
            "card": None,
            "poll": None if item.poll is None else poll_entity(number, item.poll),
        }

    def mention(self, account: bytes) -> Entity:
        """An account as a post mentions it."""
        made = self.accounts.of(account)
        return {key: made[key] for key in ("id", "username", "acct", "url")}

    def _tag(self, tag: str) -> Entity:
        shown = foreign_line(tag)
        return {"name": shown, "url": tag_address(self._context.site, shown)}

    def _content(self, item: Item) -> str:
        post, site = item.post, self._context.site
        if post is None:
            return ""
        html = html_of(site, self.names, post.text, post.mentions)
        if item.quote is not None:  # apps of this version know no quotes
            address = entry_address(site, item.quote.id)
            said = ""
            if item.quoted is not None and item.quoted.text and item.quoted.body is not None:
                words = foreign_line(" ".join(item.quoted.text.split())[:200])
                said = f"<blockquote>{escape(words)}</blockquote>"
            html += f'<p class="quote-inline">RE: {link_html(address, escape(address))}</p>{said}'
        return html


def is_status(item: Item) -> bool:
    """Whether an entry is shown to apps."""
    return item.kind in SHOWN and item.entry is not None and not item.taken_back


def filtered(item: Item) -> list[Entity]:
    """The owner's rule that folds an entry, as a filter that warns."""
    title = item.rules.folded
    if title is None:
        return []
    about = {
        "id": "0",
        "title": foreign_line(title),
        "context": ["home", "notifications", "public", "thread", "account"],
        "expires_at": None,
        "filter_action": "warn",
        "keywords": [],
        "statuses": [],
    }
    return [{"filter": about, "keyword_matches": [], "status_matches": None}]
