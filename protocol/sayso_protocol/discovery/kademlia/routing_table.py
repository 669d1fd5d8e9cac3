"""The routing table: contacts that answered where this node dialled them.

Kademlia's rule is kept to the letter: who is there and works stays, whatever comes. So a thousand
made-up identities get the places that are free, and no more of them than their networks allow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from .contact import Contact
from .kademlia_limits import BUCKET_A_NETWORK, BUCKET_SIZE, FAILURES, TABLE_A_NETWORK
from .keyspace import SPACE, place_of, shared_bits

_DISTANCE: Final = itemgetter(0)


@dataclass(slots=True)
class _Row:
    contact: Contact
    place: int
    network: str
    failures: int = 0


class RoutingTable:
    """One node's. `limited` is whether networks are counted; without it, it is a control."""

    def __init__(self, own_id: bytes, *, limited: bool = True) -> None:
        self.own_id = own_id
        self.own_place = place_of(own_id)
        self._limited = limited
        self._buckets: dict[int, dict[bytes, _Row]] = {}
        """By the number of leading bits shared with the own place."""
        self._networks: Counter[str] = Counter()
        self._used_ms: dict[int, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))

    def __contains__(self, peer: bytes) -> bool:
        return peer in self._bucket_of(peer)

    def answered(self, contact: Contact, networks: Sequence[str]) -> bool:
        """A peer answered at an address that was dialled; `networks` are that address's, the
        narrowest first (none: not counted). Whether it is in the table now."""
        if contact.id == self.own_id:
            return False
        place = place_of(contact.id)
        bits = shared_bits(self.own_place, place)
        bucket = self._buckets.setdefault(bits, {})
        network = networks[-1] if networks and self._limited else ""
        old = bucket.get(contact.id)
        if old is not None and old.network == network:
            bucket[contact.id] = _Row(contact, place, network)
            return True
        if old is not None:
            self._remove(bits, contact.id)
        if not self._make_room(bits, network):
            return False
        bucket[contact.id] = _Row(contact, place, network)
        self._networks[network] += 1
        return True

    def confirm(self, peer: bytes) -> None:
        """A peer answered over a connection that was not dialled for it: whoever is in the table
        still works."""
        row = self._bucket_of(peer).get(peer)
        if row is not None:
            row.failures = 0

    def failed(self, contact: Contact) -> None:
        """A peer did not answer at the addresses of a contact. It counts only where they are those
        at which it is known here: others may be anybody's word."""
        row = self._bucket_of(contact.id).get(contact.id)
        if row is not None and not set(row.contact.addresses).isdisjoint(contact.addresses):
            row.failures += 1
            if row.failures >= FAILURES:
                self._remove(shared_bits(self.own_place, place_of(contact.id)), contact.id)

    def closest(
        self, place: int, count: int = BUCKET_SIZE, without: Collection[bytes] = ()
    ) -> list[Contact]:
        """The contacts nearest to a place, the nearest first."""
        found: list[Contact] = []
        for buckets in self._from(place):
            rows = [
                (row.place ^ place, row.contact)
                for bucket in buckets
                for row in bucket.values()
                if row.contact.id not in without
            ]
            rows.sort(key=_DISTANCE)
            found += [contact for _, contact in rows]
            if len(found) >= count:
                break
        return found[:count]

    def _from(self, place: int) -> Iterator[list[dict[bytes, _Row]]]:
        """The buckets in groups, each of which lies nearer to a place than the next: those with
        whom the place shares one bit more than the own place does; then those between which only
        the distance itself decides; then each of those that are farther, by itself."""
        bits = shared_bits(self.own_place, place)
        if bits in self._buckets:
            yield [self._buckets[bits]]
        yield [bucket for shared, bucket in self._buckets.items() if shared > bits]
        for shared in sorted((one for one in self._buckets if one < bits), reverse=True):
            yield [self._buckets[shared]]

    def network_size(self) -> float:
        """How many peers there are, from how near the nearest are: of N peers the i-th lies at
        about i/(N+1) of the space. A least-squares fit over the nearest `BUCKET_SIZE`."""
        contacts = self.closest(self.own_place)
        near = [place_of(contact.id) ^ self.own_place for contact in contacts]
        if len(near) < BUCKET_SIZE:
            return len(near) + 1
        squares = sum(i * i for i in range(1, len(near) + 1))
        return squares / sum(i * distance / SPACE for i, distance in enumerate(near, 1))

    # --- buckets -----------------------------------------------------------------------

    def used(self, place: int, mono_ms: int) -> None:
        """A lookup went towards a place."""
        self._used_ms[shared_bits(self.own_place, place)] = mono_ms

    def idle(self, since_ms: int, most: int) -> list[int]:
        """The buckets up to `most` shared bits, as far as there are contacts, through which no
        lookup has gone since a time."""
        last = min(most, max((bits for bits, rows in self._buckets.items() if rows), default=-1))
        return [bits for bits in range(last + 1) if self._used_ms.get(bits, since_ms) <= since_ms]

    def _bucket_of(self, peer: bytes) -> dict[bytes, _Row]:
        return self._buckets.get(shared_bits(self.own_place, place_of(peer)), {})

    def _make_room(self, bits: int, network: str) -> bool:
        """Whether one more of a network has a place; one that failed gives way for it."""
        bucket = self._buckets[bits]
        same = [peer for peer, row in bucket.items() if row.network == network]
        if network and len(same) >= BUCKET_A_NETWORK:
            return self._drop_failed(bits, same)
        if network and self._networks[network] >= TABLE_A_NETWORK:
            return self._drop_failed(bits, same)
        if len(bucket) >= BUCKET_SIZE:
            return self._drop_failed(bits, list(bucket))
        return True

    def _drop_failed(self, bits: int, among: Sequence[bytes]) -> bool:
        bucket = self._buckets[bits]
        worst = max(among, key=lambda peer: bucket[peer].failures, default=None)
        if worst is None or not bucket[worst].failures:
            return False
        self._remove(bits, worst)
        return True

    def _remove(self, bits: int, peer: bytes) -> None:
        row = self._buckets[bits].pop(peer)
        self._networks[row.network] -= 1
        if not self._networks[row.network]:
            del self._networks[row.network]
