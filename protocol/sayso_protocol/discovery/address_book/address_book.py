"""The address book as a state machine: what was heard and what came of dials goes in with the time,
whom to dial comes out. It dials nobody itself.

Three sorts of address. Those of *chosen* peers, whom the owner named or met by an invite, nobody
else's word displaces. *Tested* ones answered a dial of this node; one of them gives way only where
it answers no more and another one, in the same place, did. *Untested* ones were heard of; where
they may stand depends on who told them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..candidate import Origin
from ..multiaddr import Address
from ..seeded_random import SeededRandom
from . import book_limits as limits
from .book_limits import BookLimits
from .known_peer import BEST_FIRST, KnownAddress, KnownPeer
from .placed_addresses import PlacedAddresses
from .trust import may_keep, network_of


class AddressBook(PlacedAddresses):
    """See the module."""

    def __init__(
        self,
        secret: bytes,
        peers: Iterable[KnownPeer] = (),
        book_limits: BookLimits | None = None,
    ) -> None:
        """`secret` is the book's own and stays; `peers` are those that it knew when it was kept."""
        super().__init__(secret, book_limits or BookLimits())
        for peer in peers:
            self._restore(peer)
        self._anchors = {peer.peer_id for peer in self.peers if peer.is_anchor}
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
        for peer_id in self._anchors | anchors:
            peer = self._peers.get(peer_id)
            if peer is not None and peer.is_anchor != (peer_id in anchors):
                peer.is_anchor = not peer.is_anchor
                self._changed.add(peer_id)
        self._anchors = anchors

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

    def note_failure(self, address: Address, now_ms: int, *, decides: bool = True) -> None:
        """A dial of this node did not reach that peer there. It `decides` contests unless this node
        itself may have no network."""
        known = self._find(address)
        if known is None:
            return
        known.tried_ms = now_ms
        known.failures += 1
        self._changed.add(known.peer_id)
        for newcomer in self._contests.lost_by(known) if decides else ():
            self._succeed(known, newcomer)

    def contested(self, now_ms: int) -> list[KnownAddress]:
        """Tested addresses in whose places others could stand: to be dialled before they give
        way. Those who have not answered in time give way now."""
        for standing, newcomer in self._contests.overdue(now_ms):
            self._succeed(standing, newcomer)
        return self._contests.standing

    def renew_contests(self, now_ms: int) -> None:
        """Give those in contested places all their time from now on: until now this node dialled
        nobody, as while it slept."""
        self._contests.renew(now_ms)

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
