"""Marks tell peers how far they know this store, so that they can come back to there."""

from __future__ import annotations

from collections.abc import Iterable

from ..effects import Effect, IssueMark, Send
from ..now import Now
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..wire.frames import Mark


class Marks:
    """The count of what has come in, and the peers that are owed a mark."""

    def __init__(self, state: ReplicaState) -> None:
        self._peers = state.peers
        self._arrived = 0
        """Entries that came into the store, in this run of the node."""
        self._requested = 0
        """So many of them the mark covers that was requested last."""

    def arrived(self, count: int) -> None:
        """So many entries have come into the store."""
        self._arrived += count

    def owe(self, peer: Peer) -> list[Effect]:
        """Tell the peer how far it knows this store. That takes a query: what a peer may cause
        at will waits for `due`."""
        peer.marks.owed = True
        return self._request()

    def due(self, now: Now) -> list[Effect]:
        """Once a second: a mark is requested where some peer's has grown old. While much is
        coming in only time counts, not how much."""
        peers: Iterable[Peer] = self._peers.values()
        busy = any(peer.fetch.storing or peer.fetch.asked_at for peer in peers)
        for peer in peers:
            peer.marks.grow_old(self._arrived, now, busy=busy)
        return self._request() if any(peer.marks.owed for peer in peers) else []

    def issued(self, mark: Mark) -> list[Effect]:
        """Everything up to `mark` has been offered by now."""
        effects: list[Effect] = []
        for peer in self._peers.values():
            if peer.marks.owed and peer.marks.settle(mark, self._requested):
                effects += _give(peer, mark)
        return effects

    def not_issued(self) -> list[Effect]:
        """The store could not be looked through. It is tried again, and nobody waits for that: an
        exchange without a mark costs the next one some bytes, and nothing is lost."""
        for peer in self._peers.values():
            peer.marks.in_vain = peer.marks.owed
        return []

    def _request(self) -> list[Effect]:
        self._requested = self._arrived
        return [IssueMark()]


def _give(peer: Peer, mark: Mark) -> list[Effect]:
    """With a mark the peer can come back to its present list of wants: that is when the
    list is worth keeping, and not at each of the many changes that a peer may send."""
    given: list[Effect] = [Send(peer.name, mark)]
    changed = peer.interest.take_changed()
    if changed is not None:
        given += peer.resumption.saving(peer.name, changed)
    return given
