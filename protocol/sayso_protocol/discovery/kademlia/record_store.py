"""The records that others have laid down here, bounded in every direction.

A place cannot read sealed announcements, so it cannot tell a true one from noise. It bounds them
by where they came from instead: the address that laid a record down is proven by the connection.
The newest replaces its own network's eldest, and never another's while that has fewer.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Final, TypeVar

from .contact import Contact
from .kademlia_limits import (
    ADDRESS_MS,
    KEYS_A_NETWORK,
    KEYS_A_PEER,
    MAX_RECORDS,
    RECORD_MS,
    RECORDS_A_KEY,
    RECORDS_A_NETWORK,
)
from .keyspace import place_of

_SWEPT_A_TIME: Final = 64
"""Keys that are looked at in passing."""

_T = TypeVar("_T")

Content = Contact | bytes
"""A plain record, or a sealed announcement."""


@dataclass(slots=True)
class HeldRecord:
    """One record, by whom it was laid down and when (milliseconds of a clock that never jumps)."""

    content: Content
    sender: bytes
    network: str
    provider: str
    """The wider network around `network`."""
    put_ms: int


class RecordStore:
    """The records at one place. `limited` is whether anything but the sum is bounded, in which case
    the first to come stay; without it, it is a control."""

    def __init__(self, own_place: int, *, limited: bool = True, most: int = MAX_RECORDS) -> None:
        self._own_place = own_place
        self._limited = limited
        self._most = most
        self._keys: OrderedDict[bytes, list[HeldRecord]] = OrderedDict()
        """The records of each key, the eldest first; those keys first that have waited longest for
        a sweep."""
        self._farthest: list[tuple[int, bytes]] = []
        """A heap of keys by their distance from here, negated. Some are gone already."""
        self._by_peer: Counter[bytes] = Counter()
        self._by_network: Counter[str] = Counter()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self, key: bytes, content: Content, sender: bytes, networks: Sequence[str], mono_ms: int
    ) -> bool:
        """Lay down a record, or renew it; False where the bounds have no room for it. `networks`
        are those of the sender's address, the narrowest first (none on loopback: not counted)."""
        self._sweep(key, mono_ms)
        site = networks[min(1, len(networks) - 1)] if networks else ""
        record = HeldRecord(content, sender, site, networks[-1] if networks else "", mono_ms)
        if self._renew(key, record):
            return True
        if not (self._admits(record) and self._make_room(key, record, mono_ms)):
            return False
        self._append(key, record)
        self._by_peer[sender] += 1
        self._by_network[site] += 1
        self._count += 1
        return True

    def get(self, key: bytes, mono_ms: int) -> tuple[list[Contact], list[bytes]]:
        """The plain records and the sealed announcements under a key, each once, newest first."""
        self._sweep(key, mono_ms)
        plain: dict[bytes, Contact] = {}
        sealed: dict[bytes, None] = {}
        for record in reversed(self._records(key)):
            if isinstance(record.content, bytes):
                sealed[record.content] = None
            else:
                fresh = mono_ms - record.put_ms < ADDRESS_MS
                shown = record.content if fresh else Contact(record.content.id)
                plain.setdefault(shown.id, shown)
        return list(plain.values()), list(sealed)

    def sweep(self, mono_ms: int) -> None:
        """Let go of what has expired under some of the keys, others each time."""
        for key in list(islice(self._keys, _SWEPT_A_TIME)):
            self._sweep(key, mono_ms)
            if key in self._keys:
                self._keys.move_to_end(key)

    # --- bounds ------------------------------------------------------------------------

    def _records(self, key: bytes) -> list[HeldRecord]:
        return self._keys.get(key, [])

    def _append(self, key: bytes, record: HeldRecord) -> None:
        if key not in self._keys:
            self._keys[key] = []
            heappush(self._farthest, (-self._distance(key), key))
            if len(self._farthest) > 2 * len(self._keys) + _SWEPT_A_TIME:
                self._farthest = [(-self._distance(one), one) for one in self._keys]
                heapify(self._farthest)
        self._keys[key].append(record)

    def _renew(self, key: bytes, record: HeldRecord) -> bool:
        """Whether the same is there, from the same network or peer; then it is young again."""
        records = self._records(key)
        for at, old in enumerate(records):
            if _is_same(old, record):
                old.put_ms, old.content = record.put_ms, record.content
                records.append(records.pop(at))
                return True
        return False

    def _admits(self, record: HeldRecord) -> bool:
        if not self._limited:
            return True
        if self._by_peer[record.sender] >= KEYS_A_PEER:
            return False
        return not record.network or self._by_network[record.network] < KEYS_A_NETWORK

    def _make_room(self, key: bytes, record: HeldRecord, mono_ms: int) -> bool:
        records = self._records(key)
        if not self._limited and len(records) >= RECORDS_A_KEY:
            return False
        same = [old for old in records if record.network and old.network == record.network]
        if self._limited and len(same) >= RECORDS_A_NETWORK:
            self._remove(key, same[0])
        elif len(records) >= RECORDS_A_KEY:
            self._remove(key, _most_crowded(records))
        return self._count < self._most or self._drop_farthest(key, mono_ms)

    def _drop_farthest(self, key: bytes, mono_ms: int) -> bool:
        """Make room for a nearer key; what lies farthest from here has others that are nearer."""
        self.sweep(mono_ms)
        if self._count < self._most:
            return True
        while self._farthest and self._farthest[0][1] not in self._keys:
            heappop(self._farthest)
        distance, farthest = self._farthest[0]
        if -distance <= self._distance(key):
            return False
        for record in list(self._records(farthest)):
            self._remove(farthest, record)
        return True

    def _distance(self, key: bytes) -> int:
        return place_of(key) ^ self._own_place

    def _sweep(self, key: bytes, mono_ms: int) -> None:
        for record in list(self._records(key)):
            if mono_ms - record.put_ms >= RECORD_MS:
                self._remove(key, record)

    def _remove(self, key: bytes, record: HeldRecord) -> None:
        records = self._records(key)
        records[:] = [one for one in records if one is not record]
        if not records:
            del self._keys[key]
        _take_one(self._by_peer, record.sender)
        _take_one(self._by_network, record.network)
        self._count -= 1


def _take_one(counter: Counter[_T], name: _T) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]


def _is_same(old: HeldRecord, new: HeldRecord) -> bool:
    """Whether a record takes the place of another: a peer's plain one its last, an announcement the
    very same one from that network."""
    if isinstance(old.content, Contact) and isinstance(new.content, Contact):
        return old.content.id == new.content.id
    if old.content != new.content:
        return False
    return old.network == new.network if new.network else old.sender == new.sender


def _most_crowded(records: Sequence[HeldRecord]) -> HeldRecord:
    """The eldest record of the widest network that has most of them, or the eldest of all."""
    counts = Counter(one.provider for one in records if one.provider)
    return max(records, key=lambda one: counts[one.provider])
