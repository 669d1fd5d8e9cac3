"""A second source for what a peer was asked for at the live end and does not give.

Whoever announces an entry first is asked for it, and it costs nothing to be first: a peer that
answers nothing, or each thing after a minute, would hold back every post by the time-out of an
ask. So another peer that offers the entry is asked too, soon. The first ask stays open: the
later answer of the two is no offence, and costs a few entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...limits import RACED_ASKS, SECOND_SOURCE_MS
from ..effects import Effect, Event
from ..now import Now
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..session import State
from ..wire.frames import Ask


class Hedging:
    """Finds for asks that wait the peers that have the same."""

    def __init__(self, state: ReplicaState) -> None:
        self._scheduler = state.scheduler
        self._peers = state.peers
        self._turn = 0

    def second_sources(self, now: Now) -> Iterator[tuple[str, list[Effect]]]:
        """The peers that are to be asked for what others do not give, each with what to do
        beside asking."""
        left = RACED_ASKS
        for slow in self._in_turn():
            for ask in self._waiting(slow, now)[:left]:
                left -= 1
                found = self._scheduler.second_source(
                    ask.feed, ask.first, ask.last, self._others(ask.feed), now.mono_ms
                )
                if found is not None:
                    name, (feed, _, _) = found
                    yield name, [*self._note(slow, feed), self._peers[name].graft([feed])]

    def _in_turn(self) -> list[Peer]:
        """All peers, beginning with another one each time, so that none is always passed over."""
        peers = list(self._peers.values())
        self._turn += 1
        at = self._turn % max(1, len(peers))
        return peers[at:] + peers[:at]

    def _waiting(self, slow: Peer, now: Now) -> list[Ask]:
        """Asks that wait for long, where a peer that was slow before is not waited for again."""
        return slow.overdue(now, 0 if slow.fetch.slow else SECOND_SOURCE_MS)

    def _others(self, feed: bytes) -> list[str]:
        """The peers that may be asked too, those that are not slow themselves first."""
        peers = [self._peers[name] for name in self._scheduler.sources(feed)]
        fit = [peer for peer in peers if peer.session.state is State.OPEN]
        return [peer.name for peer in sorted(fit, key=lambda peer: peer.fetch.slow)]

    def _note(self, slow: Peer, feed: bytes) -> list[Effect]:
        if slow.fetch.slow:
            return []
        slow.fetch.slow = True
        return [Event("slow", slow.name, feed)]
