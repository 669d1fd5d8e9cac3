"""Boxes of closed groups: where posts for a device lie on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Final

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.letters.box import day_at, secret_box
from sayso_protocol.private.groups.epoch import Epoch
from sayso_protocol.private.groups.group import Group
from sayso_protocol.private.private_limits import PEEK_DAYS

MAX_BOXES: Final = 4_096
"""Boxes that are looked into: one question to a carrier, 64 kB. That is 124 keys for a month."""

NEWEST: Final = 8
"""Keys of a group whose boxes are looked into, beside that to write in. Somebody may write in an
older one who knows less; what he writes is asked for."""

DAYS_ROUND: Final = 1
"""Clocks differ."""


def group_box(epoch: Epoch, day: int, feed: bytes) -> bytes:
    """The box in which posts of an epoch lie on a Unix day for the device with this feed: 16
    bytes."""
    return secret_box(_key(epoch, day, feed).public)


class GroupBoxes:
    """The boxes of one device, each made once: one takes 30 microseconds."""

    def __init__(self, feed: bytes) -> None:
        self._feed = feed
        self._known: dict[tuple[bytes, int], tuple[bytes, KeyPair]] = {}

    def to_read(
        self, groups: Iterable[Group], now_ms: int
    ) -> dict[bytes, tuple[KeyPair, bytes, bytes]]:
        """The boxes in which posts may lie now: of each the key that proves the right to collect,
        the group and the epoch. Of too many those of older keys are left out."""
        found: dict[bytes, tuple[KeyPair, bytes, bytes]] = {}
        before, self._known = self._known, {}
        for epoch in _in_turns([_epochs(group, now_ms) for group in groups]):
            days = _days(epoch, now_ms)
            if len(found) + len(days) > MAX_BOXES:
                break
            for day in days:
                name = epoch.id, day
                made = before.get(name)
                if made is None:
                    key = _key(epoch, day, self._feed)
                    made = secret_box(key.public), key
                self._known[name] = made
                found[made[0]] = made[1], epoch.group, epoch.id
        return found


def _key(epoch: Epoch, day: int, feed: bytes) -> KeyPair:
    return KeyPair.from_seed(epoch.device_box_seed(day, feed))


def _epochs(group: Group, now_ms: int) -> list[Epoch]:
    """The keys of a group under which others may have written, the likeliest first."""
    usable = group.epochs.usable(now_ms)
    newest = group.epochs.all()[: -NEWEST - 1 : -1]
    return list({one.id: one for one in [usable, *newest] if one is not None}.values())


def _in_turns(lists: list[list[Epoch]]) -> Iterator[Epoch]:
    """The first of each list, then the second ones."""
    return (one for row in zip_longest(*lists) for one in row if one is not None)


def _days(epoch: Epoch, now_ms: int) -> range:
    today = day_at(now_ms)
    first = max(today - PEEK_DAYS, day_at(epoch.time_ms) - DAYS_ROUND, 0)
    return range(first, today + DAYS_ROUND + 1)
