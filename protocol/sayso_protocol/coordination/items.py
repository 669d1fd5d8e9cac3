"""Accounts that did the same thing, and when: for each item the last act of each account."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING

from ..limits import (
    ACTS,
    APART_MILLIBITS,
    APART_MS,
    COPY_POPULATION,
    IN_STEP_MS,
    ITEM_ACCOUNTS,
    ITEM_PARTNERS,
)
from .activity import Activity
from .observation import Act, Channel, Coincidence
from .significance import companies, surprise

if TYPE_CHECKING:
    from .state import ActTable, Packed

_lag = itemgetter(0)


class Items:
    """The items of one channel. Of too many the one that was not met for longest is
    forgotten, of too many accounts of one item likewise."""

    def __init__(self, channel: Channel, most: int = ACTS) -> None:
        self.channel = channel
        self._most = most
        self._items: OrderedDict[bytes, dict[bytes, Act]] = OrderedDict()
        self._held = 0
        self._activity = Activity()
        self._at_least = COPY_POPULATION if channel is Channel.COPY else 0

    def __len__(self) -> int:
        """The number of acts that are remembered."""
        return self._held

    def __iter__(self) -> Iterator[tuple[bytes, list[Act]]]:
        """Each item with its acts, one an account."""
        for item, acts in self._items.items():
            yield item, list(acts.values())

    def accounts(self, item: bytes) -> set[bytes]:
        """The accounts that did this, of the last `ITEM_ACCOUNTS`."""
        return set(self._items.get(item, ()))

    def packed(self, table: ActTable) -> Packed:
        """Items with their acts, and the activity, as plain values."""
        items = [[item, list(map(table.place, acts))] for item, acts in self]
        return [items, self._activity.packed(table)]

    def restore(self, packed: Packed, table: ActTable) -> None:
        """Take over what was packed. Raises `ValueError`, `TypeError`, `IndexError`."""
        items, activity = packed
        for item, places in items:
            acts = [table.act(place) for place in places]
            self._items[item] = {act.account: act for act in acts}
            self._held += len(acts)
        self._activity.restore(activity, table)

    def add(self, item: bytes, act: Act) -> list[Coincidence]:
        """Take in an act; give its surprising coincidences with those of others, and those that
        were not in step."""
        account = act.account
        self._activity.count(account, act.time_ms)
        acts = self._items.get(item)
        if acts is None:  # as of most texts
            self._items[item] = {account: act}
            self._count_one()
            return []
        self._items.move_to_end(item)
        self._held -= acts.pop(account, None) is not None
        found = self._coincidences(item, act, acts)
        acts[account] = act
        if len(acts) > ITEM_ACCOUNTS:
            del acts[next(iter(acts))]
            self._held -= 1
        self._count_one()
        return found

    def _count_one(self) -> None:
        """Count an act that was kept, and forget the oldest of too many."""
        self._held += 1
        while self._held > self._most:
            _, forgotten = self._items.popitem(last=False)
            self._held -= len(forgotten)

    def _coincidences(self, item: bytes, act: Act, acts: dict[bytes, Act]) -> list[Coincidence]:
        moment = act.time_ms
        near = [
            (lag, other)
            for other in acts.values()
            if (lag := abs(other.time_ms - moment)) <= IN_STEP_MS
        ]
        if not near:
            return []
        near.sort(key=_lag)
        expected = companies([lag for lag, _ in near], ITEM_PARTNERS)
        found: list[Coincidence] = []
        count_of = self._activity.about(moment)
        own = count_of(act.account)
        everybody = max(self._activity.all(moment), self._at_least)
        for (lag, other), company in zip(near[:ITEM_PARTNERS], expected, strict=False):
            if lag > APART_MS:
                found.append(Coincidence(self.channel, item, act, other, -APART_MILLIBITS))
                continue
            millibits = surprise(
                own=own,
                other=count_of(other.account),
                everybody=everybody,
                company=company,
            )
            if not millibits:
                continue
            if act.follows(other):
                found.append(Coincidence(self.channel, item, act, other, millibits))
            if other.follows(act):
                found.append(Coincidence(self.channel, item, other, act, millibits))
        return found
