"""What others did to the own account, as items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sayso_storage.interface.relations import Notification
from sayso_storage.interface.store import Store

from ..accounts.names import Names
from ..entries.item import describe
from ..timestamps import time_text

Item = dict[str, Any]


def notifications(store: Store, limit: int, since_ms: int | None) -> Iterator[Item]:
    """Newest first: `kind` (reply, quote, mention, react, repost, follow), `by` (the account),
    `name`, `petname`, `entry` (id of the entry that did it), `on` (id of the own entry, None for
    mentions and follows), `time`, `text` (of a post), `warn`, `emoji` (of a reaction), and what
    the owner's rules say (`hidden`, `folded`, `because`)."""
    names = Names(store)
    notices = store.notifications(limit, since_ms)
    items = describe(store, names, [notice.entry for notice in notices])
    for notice, item in zip(notices, items, strict=True):
        yield _told(notice, item)


def _told(notice: Notification, item: Item) -> Item:
    return {
        "kind": notice.kind,
        "by": item["author"],
        "name": item["name"],
        "petname": item["petname"],
        "entry": item["id"],
        "on": _on(notice.kind, item),
        "time": time_text(notice.entry.time_ms),
        "text": item["text"],
        "warn": item.get("warn"),
        "emoji": item.get("emoji"),
        **{key: item[key] for key in ("hidden", "folded", "because")},
    }


def _on(kind: str, item: Item) -> str | None:
    match kind:
        case "reply":
            on = item["reply_to"]
        case "quote":
            on = item["quote"]
        case "react":
            on = item["on"]
        case "repost":
            on = item["of"]["id"]
        case _:
            return None
    return str(on)
