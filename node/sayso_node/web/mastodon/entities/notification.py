"""Notifications as apps see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def shown_with(found: NotificationItem, about: Mapping[bytes, Item]) -> Item | None:
    """The entry that a notification shows: the one that did something, or else the own one that it
    was done to, which is among `about` where it is held."""
    if found.kind == "follow":
        return None
    if TYPES[found.kind] == "mention" and found.item.kind != "edit":
        return found.item
    return about.get(bytes.fromhex(found.on)) if found.on else None


def notification_entities(
    statuses: StatusEntities, found: Sequence[NotificationItem], about: Mapping[bytes, Item]
) -> list[Entity]:
    """What others did, in order; without those that have nothing to show, since the entry was taken
    back."""
    shown = [shown_with(one, about) for one in found]
    made = statuses.by_id({one.reference.id: one for one in shown if one is not None}.values())
    entities = list[Entity]()
    for one, item in zip(found, shown, strict=True):
        status = None if item is None else made.get(item.reference.id)
        if status is not None or one.kind == "follow":
            entities.append(_entity(statuses, one, status))
    return entities


def _entity(statuses: StatusEntities, found: NotificationItem, status: Entity | None) -> Entity:
    item = found.item
    assert item.entry is not None
    return {
        "id": str(item.entry.arrival),
        "type": TYPES[found.kind],
        "created_at": time_text(item.entry.sort_ms),
        "account": statuses.accounts.of(item.reference.account),
        "status": status,
        "group_key": f"ungrouped-{item.entry.arrival}",
    }
