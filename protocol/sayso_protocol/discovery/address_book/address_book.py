"""The address book as a state machine: what was heard and what came of dials goes in with the time,
whom to dial comes out. It dials nobody itself.

Three sorts of address. Those of *chosen* peers, whom the owner named or met by an invite, nobody
else's word displaces. *Tested* ones answered a dial of this node; one of them gives way only where
it answers no more and another one, in the same place, did. *Untested* ones were heard of; where
they may stand depends on who told them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter

from ..candidate import Origin
from ..multiaddr import Address
from ..seeded_random import SeededRandom
from . import book_limits as limits
from .address_table import AddressTable
from .book_limits import BookLimits
from .buckets import Buckets
from .contests import Contests
from .known_peer import BEST_FIRST, FIRST_HAND, KnownAddress, KnownPeer, Place
from .trust import may_keep, network_of


class AddressBook:
    """See the module."""

    def __init__(
        self,
        secret: bytes,
        peers: Iterable[KnownPeer] = (),
        book_limits: BookLimits | None = None,
    ) -> None:
        """`secret` is the book's own and stays; `peers` are those that it knew when it was kept."""
        self._limits = book_limits or BookLimits()
        self._buckets = Buckets(secret, self._limits)
        self._peers: dict[str, KnownPeer] = {}
        self._chosen: dict[str, KnownPeer] = {}
        self._untested = AddressTable()
        self._tested = AddressTable()
        self._contests = Contests()
        self._changed: set[str] = set()
        for peer in peers:
            self._restore(peer)
        self._changed.clear()

    # --- what is known -------------------------------------------------------------------------

    @property
    def peers(self) -> Iterable[KnownPeer]:
        """All that may be dialled."""
        return self._peers.values()

    @property
    def chosen(self) -> list[str]:
        """The ids of those that the owner named or met by an invite."""
        return list(self._chosen)

    def peer(self, peer_id: str) -> KnownPeer | None:
        """One of them."""
        return self._peers.get(peer_id)

    def addresses(self, peer_id: str) -> list[KnownAddress]:
        """Those of a peer, the most promising first."""
        peer = self._peers.get(peer_id)
        return peer.by_promise if peer else []

    @property
    def untested_count(self) -> int:
        """Addresses that were only heard of, each counted once."""
        return len({id(known) for known in self._untested})

    @property
    def tested_count(self) -> int:
        """Addresses that answered, apart from those of chosen peers."""
        return len(list(self._tested))

    def take_changes(self) -> tuple[list[KnownPeer], list[str]]:
        """What has to be kept since this was last asked: peers as they are now, and the ids of
        those that are known no longer."""
        changed, self._changed = self._changed, set()
        kept = [self._peers[one] for one in sorted(changed) if one in self._peers]
        return kept, [one for one in sorted(changed) if one not in self._peers]

    # --- what is heard -------------------------------------------------------------------------

    def hear(
        self,
        address: Address,
        origin: Origin,
        source: str,
        now_ms: int,
        draw: SeededRandom,
        met_at: str = "",
    ) -> bool:
        """An address, which names its peer, was told by somebody in the network `source`; where a
        peer tells its own, it was met at the host `met_at`. Whether it is known now."""
        if address.peer_id is None or not may_keep(address, origin, met_at):
            return False
        if origin in (Origin.OWNER, Origin.INVITE):
            self.choose_peer(address.peer_id)
        peer = self._peers.get(address.peer_id)
        known = peer.addresses.get(str(address)) if peer else None
        if known is not None:
            known.heard_ms = now_ms
            known.origin = min(known.origin, origin, key=BEST_FIRST.index)
            self._changed.add(known.peer_id)
        if peer is not None and peer.is_chosen:
            return known is not None or self._add(peer, address, origin, now_ms) is not None
        if known is not None and known.is_tested:
            return True
        return self._place(address, origin, source or network_of(address), now_ms, draw)

    def choose_peer(self, peer_id: str) -> None:
        """The owner wants this peer: from now on its addresses give way to nobody's word."""
        peer = self._peers.setdefault(peer_id, KnownPeer(peer_id))
        self._changed.add(peer_id)
        if peer.is_chosen:
            return
        if len(self._chosen) >= limits.MAX_CHOSEN:
            unseen = min(self._chosen.values(), key=lambda one: (one.seen_ms, one.success_ms))
            self._forget(unseen)
        peer.is_chosen = True
        self._chosen[peer_id] = peer
        for known in peer.addresses.values():
            self._remove_places(known)

    def forget(self, peer_id: str) -> bool:
        """Know a peer no longer. Whether it was known."""
        peer = self._peers.get(peer_id)
        if peer is not None:
            self._forget(peer)
        return peer is not None

    def note_record(self, peer_id: str, record: bytes, sequence: int, *, agrees: bool) -> None:
        """A peer showed its own signed record: kept where the peer is known, to be passed on."""
        peer = self._peers.get(peer_id)
        if peer is not None and (sequence, agrees) != (peer.sequence, peer.agrees):
            if sequence >= peer.sequence:
                peer.record, peer.sequence = record, sequence
            peer.agrees = agrees
            self._changed.add(peer_id)

    def note_seen(self, peer_id: str, now_ms: int) -> None:
        """A peer is or was connected just now."""
        peer = self._peers.get(peer_id)
        if peer is not None:
            peer.seen_ms = now_ms
            self._changed.add(peer_id)

    def set_anchors(self, peer_ids: Iterable[str]) -> None:
        """These peers are dialled first after a start."""
        anchors = set(peer_ids)
        for peer in self._peers.values():
            if peer.is_anchor != (peer.peer_id in anchors):
                peer.is_anchor = not peer.is_anchor
                self._changed.add(peer.peer_id)

    # --- what came of dials --------------------------------------------------------------------

    def note_success(self, address: Address, now_ms: int) -> None:
        """A dial of this node reached the peer at an address, which proved its identity."""
        known = self._find(address)
        if known is None:
            return
        known.tried_ms = known.success_ms = now_ms
        known.failures = 0
        self._changed.add(known.peer_id)
        self._contests.answered(known)
        if not known.is_tested and not self._peers[known.peer_id].is_chosen:
            self._test(known, now_ms)

    def note_failure(self, address: Address, now_ms: int) -> None:
        """A dial of this node did not reach that peer there."""
        known = self._find(address)
        if known is None:
            return
        known.tried_ms = now_ms
        known.failures += 1
        self._changed.add(known.peer_id)
        for newcomer in self._contests.lost_by(known):
            self._succeed(known, newcomer)

    def contested(self, now_ms: int) -> list[KnownAddress]:
        """Tested addresses in whose places others could stand: to be dialled before they give
        way. Those who have not answered in time give way now."""
        for standing, newcomer in self._contests.overdue(now_ms):
            self._succeed(standing, newcomer)
        return self._contests.standing

    # --- whom to dial --------------------------------------------------------------------------

    def choose(
        self, draw: SeededRandom, *, tested: bool, fits: Callable[[KnownAddress], bool]
    ) -> KnownAddress | None:
        """One of the tested or untested addresses that `fits`; see `AddressTable.choose`."""
        return (self._tested if tested else self._untested).choose(draw, fits)

    def tellable(self, now_ms: int, most: int) -> list[KnownPeer]:
        """Peers that agree to be told of and answered a dial of this node lately: so many of them,
        the same ones all day long."""
        day = now_ms // limits.DAY
        found = [
            peer
            for peer in self._peers.values()
            if peer.record and peer.agrees and 0 <= now_ms - peer.success_ms <= limits.AGREED
        ]
        return sorted(found, key=lambda one: self._buckets.rank(day, one.peer_id))[:most]

    # --- places --------------------------------------------------------------------------------

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
