"""Notifications as apps see them."""

from __future__ import annotations

from typing import Final

from ....entries.item import Item
from ....timeline.notifications import NotificationItem
from ....timestamps import time_text
from .status import StatusEntities

Entity = dict[str, object]

TYPES: Final = {
    "reply": "mention",
    "quote": "mention",
    "mention": "mention",
    "react": "favourite",
    "repost": "reblog",
    "follow": "follow",
}
"""The type for each kind of notification."""


def notification_entity(
    statuses: StatusEntities, found: NotificationItem, about: Item | None
) -> Entity | None:
    """What somebody did; `about` is the own entry that it was done to. None where there is nothing
    to show, since the entry was taken back."""
    item = found.item
    assert item.entry is not None
    kind = TYPES[found.kind]
    status = None
    if kind != "follow":
        shown = item if kind == "mention" and item.kind != "edit" else about
        status = None if shown is None else statuses.one(shown)
        if status is None:
            return None
    return {
        "id": str(item.entry.arrival),
        "type": kind,
        "created_at": time_text(item.entry.sort_ms),
        "account": statuses.accounts.of(item.reference.account),
        "status": status,
        "group_key": f"ungrouped-{item.entry.arrival}",
    }
