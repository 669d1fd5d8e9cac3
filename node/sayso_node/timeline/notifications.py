"""Notifications: everything that others did to the own account, as items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sayso_protocol.content.body import Edit, Poll, Post, React, Reference, Repost
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.content.relations import Notification
from sayso_storage.interface.store import Store

from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import load_items
from ..timestamps import time_text

if TYPE_CHECKING:
    from sayso_storage.interface.network.invite_records import Guest
    from sayso_storage.interface.statements import KeyChange

    from .guests import GuestItem
    from .key_changes import KeyChangeItem


@dataclass(frozen=True, slots=True)
class NotificationItem:
    """Something that an account did: `kind` is reply, quote, mention, react, repost or follow, and
    `item` the entry that did it."""

    kind: str
    item: Item

    @property
    def sort_ms(self) -> int:
        """Its place in time."""
        assert self.item.entry is not None
        return self.item.entry.sort_ms

    @property
    def arrival(self) -> int:
        """Its place in the order of arrival."""
        assert self.item.entry is not None
        return self.item.entry.arrival

    @property
    def on(self) -> str | None:
        """The id of the own entry that it was done to; of a mention that came by an edit, of what
        that changed. None for other mentions and follows."""
        reference = _done_to(self.kind, self.item.body)
        return None if reference is None else id_text(reference.id)

    @property
    def emoji(self) -> str | None:
        """The emoji of a reaction."""
        return self.item.body.emoji if isinstance(self.item.body, React) else None

    @property
    def warn(self) -> str | None:
        """The content warning of a post."""
        body = self.item.body
        return body.warn if isinstance(body, Post | Poll | Edit) else None

    def as_json(self) -> dict[str, object]:
        """The notification for programs; `points` only where a rule says something."""
        item, rules = self.item, self.item.rules
        assert item.entry is not None
        return {
            "kind": self.kind,
            "by": item.author,
            "name": item.name.shown,
            "petname": item.name.petname,
            "entry": item.id,
            "on": self.on,
            "time": time_text(item.entry.time_ms),
            "text": item.text,
            "warn": self.warn,
            "emoji": self.emoji,
            "hidden": rules.hidden,
            "folded": rules.folded,
            "because": rules.because,
            "damaged": item.is_damaged,
        } | ({} if item.filtered is None else {"points": rules.points})


def notifications(store: Store, limit: int, since_ms: int | None) -> list[NotificationItem]:
    """Everything that others did, newest first."""
    return _items(store, store.notifications(limit, since_ms))


def arrived_notifications(
    store: Store, limit: int, before: int | None, after: int, *, oldest_first: bool
) -> list[NotificationItem]:
    """The same in the order of arrival; see `Relations.arrived_notifications`."""
    return _items(
        store, store.arrived_notifications(limit, before, after, oldest_first=oldest_first)
    )


def merged(
    store: Store,
    found: Iterable[NotificationItem],
    changes: Sequence[KeyChange],
    guests: Sequence[Guest],
) -> Iterator[NotificationItem | KeyChangeItem | GuestItem]:
    """What others did, what happened to keys and who took an invite, newest first."""
    from heapq import merge

    from .guests import guest_items
    from .key_changes import key_change_items

    lists: list[Iterable[NotificationItem | KeyChangeItem | GuestItem]] = [
        key_change_items(store, changes),
        guest_items(store, guests),
        found,
    ]
    return merge(*lists, key=lambda one: -one.sort_ms)


def _items(store: Store, found: list[Notification]) -> list[NotificationItem]:
    items = load_items(store, Names(store), [one.entry for one in found])
    return [NotificationItem(one.kind, item) for one, item in zip(found, items, strict=True)]


def _done_to(kind: str, body: object) -> Reference | None:
    match kind, body:
        case "mention", Edit(of=reference):
            return reference
        case "reply", Post(reply=reference) | Poll(reply=reference):
            return reference
        case "quote", Post(quote=reference):
            return reference
        case "react", React(on=reference):
            return reference
        case "repost", Repost(of=reference):
            return reference
        case _:
            return None
