"""Asks peers for what they have, and tells them where nothing is left to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ranges import Range
from ..effects import Effect, Event, ReloadFeeds, Send
from ..feeds.feed_progress import Window
from ..gossip.gossip import Gossip
from ..now import Now
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..resumption.marks import Marks
from ..resumption.resumption import Resumption
from ..session import State
from ..wire.frames import Ask, Synced


class Requester:
    """Peers and feeds of which something is to be asked, and the asking."""

    def __init__(
        self, state: ReplicaState, gossip: Gossip, marks: Marks, resumption: Resumption
    ) -> None:
        self._scheduler = state.scheduler
        self._peers = state.peers
        self._gossip = gossip
        self._marks = marks
        self._resumption = resumption
        self._woken: dict[str, None] = {}
        self._reload: dict[bytes, None] = {}

    def wake(self, names: Iterable[str]) -> None:
        """There may be something to ask of these peers, or to tell them."""
        self._woken |= dict.fromkeys(names)

    def reload(self, feed: bytes) -> None:
        """The feed has changed while the store was read."""
        self._reload[feed] = None

    def offered(self, peer: Peer, feed: bytes, held: Sequence[Range]) -> None:
        """The peer says that it holds so much of a feed."""
        self._scheduler.offer(peer.name, feed, held)
        peer.fetch.carries = True
        peer.synced.retract()

    def unanswered(self, peer: Peer, ask: Ask, now: Now) -> None:
        """Nothing comes of an ask: another peer may be asked, and this one no more."""
        peer.fetch.answered(ask.number, now)
        window = (ask.feed, ask.first, ask.last)
        self._scheduler.closed(peer.name, window)
        self._scheduler.lacks(peer.name, *window)
        self.wake(self._scheduler.released(*window))

    def settle(self, now: Now) -> list[Effect]:
        """Ask on, wherever something has changed, and tell peers of whom nothing is left to ask."""
        effects: list[Effect] = []
        woken, self._woken = self._woken, {}
        for name in woken:
            peer = self._peers.get(name)
            if peer is not None and peer.session.state is State.OPEN:
                effects += self._ask_on(peer, now)
        if self._reload:
            effects.append(ReloadFeeds(list(self._reload)))
            self._reload.clear()
        return effects + self._gossip.offer_changes()

    def _ask_on(self, peer: Peer, now: Now) -> list[Effect]:
        windows = self._scheduler.next_windows(peer.name) if peer.session.has_room else []
        fetch = peer.fetch
        idle = fetch.listed and not fetch.storing and self._scheduler.is_idle(peer.name)
        fetch.complete = idle and not windows
        if windows:
            return self.ask(peer, windows, now)
        if not fetch.complete:
            return []
        return self._resumption.reached(peer, now) + self._tell_synced(peer, now)

    def ask(self, peer: Peer, windows: Sequence[Window], now: Now) -> list[Effect]:
        """Ask a peer for windows that the scheduler counts as asked of it."""
        peer.synced.retract()
        get = peer.session.ask(windows)
        for ask in get.asks:
            guess = self._scheduler.is_guess(peer.name, ask.feed, ask.last)
            peer.fetch.asked(ask.number, now, guess=guess)
        return [Send(peer.name, get)]

    def _tell_synced(self, peer: Peer, now: Now) -> list[Effect]:
        if not peer.synced.is_due(now):
            return []
        first = peer.synced.tell(now)
        # Before it leaves with this, let it know how far it knows this store by now.
        mark = self._marks.owe(peer) if first else []
        return [*mark, Send(peer.name, Synced()), Event("synced", peer.name)]
