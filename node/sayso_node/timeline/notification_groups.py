"""Notifications that say one thing together: the reactions to one post, those who follow now.

A post that many react to would else fill the list. What somebody wrote stands alone, unless its
author is nobody whom the owner follows: of those it is said how many answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from .guests import GuestItem
from .invitation_item import InvitationItem
from .key_changes import KeyChangeItem
from .notifications import NotificationItem

_COUNTED: Final = ("react", "repost", "follow")
"""Kinds without words of their own: several of them are one line."""


@dataclass(slots=True)
class NotificationGroup:
    """What several did: `found` are their notifications, the newest first, one at the least. `kind`
    and `on` are those of all; `strangers` where the owner follows none of their authors."""

    kind: str
    on: str | None
    strangers: bool
    found: list[NotificationItem] = field(default_factory=list)


def entries_named(
    groups: Iterable[NotificationGroup | KeyChangeItem | GuestItem | InvitationItem],
) -> list[str]:
    """The ids of own entries that something was done to."""
    return [one.on for one in groups if isinstance(one, NotificationGroup) and one.on]


Notification = NotificationItem | KeyChangeItem | GuestItem | InvitationItem


def grouped(
    found: Iterable[Notification], followed: Collection[bytes], *, unfold: bool = False
) -> list[NotificationGroup | KeyChangeItem | GuestItem | InvitationItem]:
    """Notifications in groups, each in the place of its newest. What a rule folds stands alone,
    unless `unfold`. `followed` are the accounts that the owner follows."""
    groups: dict[tuple[object, ...], NotificationGroup] = {}
    order: list[NotificationGroup | KeyChangeItem | GuestItem | InvitationItem] = []
    for one in found:
        if not isinstance(one, NotificationItem):
            order.append(one)
            continue
        stranger = one.item.reference.account not in followed and not one.item.name.is_own
        key: tuple[object, ...] = (one.item.reference.id,)
        folded = one.item.rules.folded is not None and not unfold
        if not folded and (one.kind in _COUNTED or (one.kind == "reply" and stranger)):
            key = (one.kind, one.on, stranger and one.kind == "reply")
        group = groups.get(key)
        if group is None:
            group = groups[key] = NotificationGroup(one.kind, one.on, stranger)
            order.append(group)
        group.strangers = group.strangers and stranger
        group.found.append(one)
    return order
