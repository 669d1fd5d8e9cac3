"""The places of the addresses in a book, and the peers to whom they belong."""

from __future__ import annotations

from operator import attrgetter

from ..candidate import Origin
from ..multiaddr import Address
from ..seeded_random import SeededRandom
from . import book_limits as limits
from .address_table import AddressTable
from .book_limits import BookLimits
from .buckets import Buckets
from .contests import Contests
from .known_peer import FIRST_HAND, KnownAddress, KnownPeer, Place
from .trust import network_of


class PlacedAddresses:
    """The half of an `AddressBook` that gives and takes places."""

    def __init__(self, secret: bytes, book_limits: BookLimits) -> None:
        self._limits = book_limits
        self._buckets = Buckets(secret, book_limits)
        self._peers: dict[str, KnownPeer] = {}
        self._chosen: dict[str, KnownPeer] = {}
        self._untested = AddressTable()
        self._tested = AddressTable()
        self._contests = Contests()
        self._changed: set[str] = set()

    def _place(
        self, address: Address, origin: Origin, source: str, now_ms: int, draw: SeededRandom
    ) -> bool:
        """Give an address a place among the untested, for the word of a source."""
        peer = self._peers.get(address.peer_id or "")
        known = peer.addresses.get(str(address)) if peer else None
        places = known.places if known is not None else {}
        taken = sum(len(one.places) for one in peer.addresses.values()) if peer else 0
        if source in places or len(places) >= self._limits.places_an_address:
            return True
        if taken >= self._limits.places_a_peer:
            return known is not None
        if places and draw.below(1 << len(places)):
            return True  # the more places, the harder to get another (Bitcoin: the same)
        place = self._buckets.untested(source, network_of(address), address.peer_id or "")
        there = self._untested.at(place)
        if there is not None and (there is known or not _gives_way(there, known, now_ms)):
            return known is not None
        if known is None:
            peer = self._peers.setdefault(address.peer_id or "", KnownPeer(address.peer_id or ""))
            known = self._add(peer, address, origin, now_ms)
            if known is None:
                return False
        if there is not None:
            self._leave_place(there, place)
        self._settle(known, source, place)
        self._changed.add(known.peer_id)
        return True

    def _add(
        self, peer: KnownPeer, address: Address, origin: Origin, now_ms: int
    ) -> KnownAddress | None:
        """One more address of a peer; the least promising of too many goes. None where that is the
        new one."""
        known = KnownAddress(address, origin, now_ms)
        told = [one for one in peer.addresses.values() if one.origin not in FIRST_HAND]
        if origin not in FIRST_HAND and len(told) >= limits.MAX_TOLD_ADDRESSES:
            rivals = told
        elif len(peer.addresses) >= limits.MAX_ADDRESSES_A_PEER:
            rivals = list(peer.addresses.values())
        else:
            rivals = []
        if rivals:
            worst = max(rivals, key=attrgetter("promise"))
            if worst.promise <= known.promise:
                return None
            self._drop_address(worst)
        peer.addresses[str(address)] = known
        self._changed.add(peer.peer_id)
        return known

    def _test(self, known: KnownAddress, now_ms: int) -> None:
        """An untested address answered: it moves, unless another one stands there."""
        place = self._tested_place(known)
        there = self._tested.at(place)
        if there is not None:
            if 0 <= now_ms - there.success_ms <= limits.SURE and not there.failures:
                return
            self._contests.begin(there, known, now_ms)
            return
        self._remove_places(known)
        self._tested.put(place, known)
        known.is_tested = True

    def _settle(self, known: KnownAddress, source: str, place: Place) -> None:
        self._untested.put(place, known)
        known.places[source] = place
        known.sources.append(source)

    def _tested_place(self, known: KnownAddress) -> Place:
        return self._buckets.tested(network_of(known.address), known.peer_id)

    def _succeed(self, standing: KnownAddress, newcomer: KnownAddress) -> None:
        """A tested address gives way to one that answered."""
        if self._find(newcomer.address) is not newcomer or newcomer.is_tested:
            return
        if self._find(standing.address) is standing and standing.is_tested:
            self._drop_address(standing)
        self._test(newcomer, newcomer.success_ms)

    def _leave_place(self, known: KnownAddress, place: Place) -> None:
        """One untested place of an address goes to another; without a place it is forgotten."""
        source = next(one for one, there in known.places.items() if there == place)
        del known.places[source]
        known.sources.remove(source)
        self._untested.clear(place)
        self._changed.add(known.peer_id)
        if not known.places:
            self._drop_address(known)

    def _remove_places(self, known: KnownAddress) -> None:
        for place in known.places.values():
            self._untested.clear(place)
        known.places.clear()
        known.sources.clear()
        if known.is_tested:
            self._tested.clear(self._tested_place(known))
            known.is_tested = False
        self._contests.forget(known)

    def _drop_address(self, known: KnownAddress) -> None:
        """Forget an address, and its peer with the last one."""
        self._remove_places(known)
        peer = self._peers[known.peer_id]
        del peer.addresses[str(known.address)]
        self._changed.add(known.peer_id)
        if not peer.addresses and not peer.is_chosen:
            del self._peers[known.peer_id]

    def _forget(self, peer: KnownPeer) -> None:
        for known in list(peer.addresses.values()):
            self._remove_places(known)
        del self._peers[peer.peer_id]
        self._chosen.pop(peer.peer_id, None)
        self._changed.add(peer.peer_id)

    def _find(self, address: Address) -> KnownAddress | None:
        peer = self._peers.get(address.peer_id or "")
        return peer.addresses.get(str(address)) if peer else None

    def _restore(self, peer: KnownPeer) -> None:
        """Take up what was kept; what has no place any more is forgotten."""
        self._peers[peer.peer_id] = peer
        if peer.is_chosen:
            self._chosen[peer.peer_id] = peer
        for known in [] if peer.is_chosen else list(peer.addresses.values()):
            if known.is_tested and self._tested.at(self._tested_place(known)) is None:
                self._tested.put(self._tested_place(known), known)
                continue
            sources, known.sources, known.is_tested = known.sources, [], False
            for source in sources[: self._limits.places_an_address]:
                place = self._buckets.untested(source, network_of(known.address), known.peer_id)
                if self._untested.at(place) is None:
                    self._settle(known, source, place)
            if not known.places:
                self._drop_address(known)


def _gives_way(there: KnownAddress, newcomer: KnownAddress | None, now_ms: int) -> bool:
    """Whether an untested address leaves one place to another: to a new one where it has more."""
    return there.is_stale(now_ms) or (len(there.places) > 1 and newcomer is None)
