"""What this node knows of each peer: what came of sessions, now and before it was started."""

from __future__ import annotations

from collections.abc import Mapping

from sayso_protocol.seats import Standing
from sayso_protocol.sync.replica import Replica
from sayso_storage.interface.peers import MAX_SOURCES
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
        return found | dict.fromkeys(self._chosen, Standing.CHOSEN)

    def note_end(self, session: PeerConnection) -> None:
        """A session is about to be forgotten; what came of it is not."""
        self._of(session)

    def _of(self, session: PeerConnection) -> Standing:
        peer = self._replica.peers.get(session.name)
        if peer is not None and peer.fetch.received:
            self._remember(session.link.peer_id)
            return Standing.SOURCE
        if peer is not None and peer.fetch.carries:
            return Standing.CARRIER
        return Standing.READER if session.sent else Standing.IDLE

    def _remember(self, peer_id: str) -> None:
        self._sources.pop(peer_id, None)
        self._sources[peer_id] = None
        if len(self._sources) > MAX_SOURCES:
            del self._sources[next(iter(self._sources))]
