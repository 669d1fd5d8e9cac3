"""Asking peers for what they have, and saying so where nothing is left to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...limits import PROMPT_SYNCED, SYNCED_ASKED_MS, SYNCED_EVERY_MS
from ...ranges import Range
from ..effects import Effect, Event, ReloadFeeds, Send
from ..gossip.gossip import Gossip
from ..now import Now
from ..peer.peer import Peer
from ..resumption.resumption import Resumption
from ..session import State
from ..wire.frame_codec import Ask, Synced
from .feed_progress import Window
from .scheduler import Scheduler


class Requester:
    """Looks at the same ranges and peers as the `Replica` that owns it."""

    def __init__(
        self,
        scheduler: Scheduler,
        peers: Mapping[str, Peer],
        gossip: Gossip,
        resumption: Resumption,
    ) -> None:
        self._scheduler = scheduler
        self._peers = peers
        self._gossip = gossip
        self._resumption = resumption
        self._woken: dict[str, None] = {}
        self._look_again: dict[bytes, None] = {}

    def wake(self, names: Iterable[str]) -> None:
        """There may be something to ask of these peers, or to tell them."""
        self._woken |= dict.fromkeys(names)

    def look_again(self, feed: bytes) -> None:
        """The feed has changed while the store was looked at."""
        self._look_again[feed] = None

    def offered(self, peer: Peer, feed: bytes, held: Sequence[Range]) -> None:
        """The peer says that it holds so much of a feed."""
        self._scheduler.offer(peer.name, feed, held)
        peer.told_synced = False

    def unanswered(self, peer: Peer, ask: Ask, now: Now) -> None:
        """Nothing comes of an ask: another peer may be asked, and this one no more."""
        peer.answered(ask, now)
        window = (ask.feed, ask.first, ask.last)
        self._scheduler.closed(peer.name, window)
        self._scheduler.lacks(peer.name, *window)
        self.wake(self._scheduler.released(*window))

    def settle(self, now: Now) -> list[Effect]:
        """Ask on, wherever something has changed, and say so where nothing is left to ask."""
        effects: list[Effect] = []
        woken, self._woken = self._woken, {}
        for name in woken:
            peer = self._peers.get(name)
            if peer is not None and peer.session.state is State.OPEN:
                effects += self._ask_on(peer, now)
        if self._look_again:
            effects.append(ReloadFeeds(list(self._look_again)))
            self._look_again.clear()
        return effects + self._gossip.tell_changes()

    def _ask_on(self, peer: Peer, now: Now) -> list[Effect]:
        windows = self._scheduler.next_windows(peer.name) if peer.session.has_room else []
        idle = peer.listed and not peer.judging and self._scheduler.is_idle(peer.name)
        peer.complete = idle and not windows
        if windows:
            return self.ask(peer, windows, now)
        if not peer.complete:
            return []
        return self._resumption.reached(peer, now) + self._tell_synced(peer, now)

    def ask(self, peer: Peer, windows: Sequence[Window], now: Now) -> list[Effect]:
        """Ask a peer for windows that the fetcher counts as asked of it."""
        peer.told_synced = False
        get = peer.session.ask(windows)
        for ask in get.asks:
            peer.asked_at[ask.number] = now.mono_ms
            if self._scheduler.is_guess(peer.name, ask.feed, ask.last):
                peer.guesses.add(ask.number)
        return [Send(peer.name, get)]

    def _tell_synced(self, peer: Peer, now: Now) -> list[Effect]:
        told_at, asked = peer.told_synced_at, peer.asks_synced
        if not asked and (peer.told_synced or peer.awaits_synced):
            return []
        soon = asked or peer.hurried or peer.told_synced_times < PROMPT_SYNCED
        wait = SYNCED_ASKED_MS if soon else SYNCED_EVERY_MS
        if told_at is not None and now.mono_ms - told_at < wait:
            return []
        peer.told_synced, peer.told_synced_at = True, now.mono_ms
        peer.told_synced_times += 1
        peer.awaits_synced = peer.awaits_synced or not asked
        peer.asks_synced = peer.hurried = False
        # Before it leaves with this, let it know how far it knows this store by now.
        mark = self._resumption.owe_mark(peer) if told_at is None else []
        return [*mark, Send(peer.name, Synced()), Event("synced", peer.name)]
