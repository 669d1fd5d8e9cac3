"""What this node knows of each peer: what came of sessions, now and before it was started."""

from __future__ import annotations

from collections.abc import Mapping

from sayso_protocol.seats import Standing
from sayso_protocol.sync.replica import Replica
from sayso_storage.interface.network.peers import MAX_SOURCES
from sayso_storage.interface.store import Store

from .peer_connection import PeerConnection


class Standings:
    """The `PeerStandings` of an engine, whose sessions it looks at when it is asked."""

    def __init__(
        self, store: Store, replica: Replica, sessions: Mapping[str, PeerConnection]
    ) -> None:
        """Raises `StoreError`."""
        self._replica = replica
        self._sessions = sessions
        self._chosen: set[str] = set()
        self._followers: dict[str, None] = {}
        """Peers that took what is written here; the one that did last is the last."""
        # The one that was useful last is the last: beyond the limit the first is forgotten.
        self._sources = dict.fromkeys(reversed(store.recent_sources()))

    def choose(self, peer_id: str) -> None:
        """The owner named this peer."""
        self._chosen.add(peer_id)

    def __call__(self) -> Mapping[str, Standing]:
        """What is known of peers now, by their ids."""
        found: dict[str, Standing] = {}
        for session in self._sessions.values():
            found[session.link.peer_id] = self._of(session)
        found |= dict.fromkeys(self._sources, Standing.SOURCE)
        found |= dict.fromkeys(self._followers, Standing.FOLLOWER)
        return found | dict.fromkeys(self._chosen, Standing.CHOSEN)

    def note_end(self, session: PeerConnection) -> None:
        """A session is about to be forgotten; what came of it is not."""
        self._of(session)

    def _of(self, session: PeerConnection) -> Standing:
        standing = standing_of(self._replica, session.name, has_read=session.sent > 0)
        if standing is Standing.FOLLOWER:
            _remember(self._followers, session.link.peer_id)
        elif standing is Standing.SOURCE:
            _remember(self._sources, session.link.peer_id)
        return standing


def standing_of(replica: Replica, name: str, *, has_read: bool) -> Standing:
    """What came of one session; `has_read` says whether the peer took something."""
    peer = replica.peers.get(name)
    if peer is not None and replica.reads_own(name):
        return Standing.FOLLOWER
    if peer is not None and peer.fetch.received:
        return Standing.SOURCE
    if peer is not None and peer.fetch.carries:
        return Standing.CARRIER
    return Standing.READER if has_read else Standing.IDLE


def _remember(peers: dict[str, None], peer_id: str) -> None:
    peers.pop(peer_id, None)
    peers[peer_id] = None
    if len(peers) > MAX_SOURCES:
        del peers[next(iter(peers))]
