"""Runs and statements that peers send: which are worth verifying and storing."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ProtocolViolation
from ...feed.run import RawRun
from ...limits import LIVE_ENTRIES
from ..effects import Effect, StoreRun, StoreStatements
from ..now import Now
from ..peer.peer import Peer
from ..replica_parts import ReplicaParts
from ..wire.frames import Ask, Entries
from .misbehaviour import charge


class Incoming:
    """The way in: what is sent becomes a `StoreRun` or a `StoreStatements`, whose outcome comes
    back through `Outcomes`."""

    def __init__(self, parts: ReplicaParts) -> None:
        self._catalog = parts.state.catalog
        self._scheduler = parts.state.scheduler
        self._tips = parts.state.tips
        self._requester = parts.requester
        self._attestation_sync = parts.attestation_sync

    def answered(self, peer: Peer, ask: Ask, frame: Entries, now: Now) -> list[Effect]:
        """A run came that answers an ask."""
        run = frame.run
        scheduler, requester = self._scheduler, self._requester
        peer.fetch.answered(ask.number, now)
        scheduler.closed(peer.name, (ask.feed, ask.first, ask.last))
        if self._catalog.withholds(run.feed):  # it was asked for before
            requester.wake(scheduler.released(ask.feed, ask.first, ask.last))
            return []
        if scheduler.has_ended(run.feed):
            scheduler.tried(peer.name, run.feed, run.first, run.last)
        else:
            scheduler.offer(peer.name, run.feed, [(run.first, run.last)])
        if run.last < ask.last:
            scheduler.lacks(peer.name, ask.feed, run.last + 1, ask.last)
            requester.wake(scheduler.released(ask.feed, run.last + 1, ask.last))
        if run.first > ask.first:
            requester.wake(scheduler.released(ask.feed, ask.first, run.first - 1))
        return self._store(peer, frame, ask)

    def pushed(self, peer: Peer, frame: Entries, now: Now) -> list[Effect]:
        """A run came unasked. Raises `ProtocolViolation`."""
        run = frame.run
        if len(run.times) > LIVE_ENTRIES:
            raise ProtocolViolation("more entries than may be pushed unasked")
        if not self._scheduler.wants_up_to(run.feed, run.last):
            return []  # unfollowed since, a feed whose grant is still to come, or past its end
        self._scheduler.offer(peer.name, run.feed, [(run.first, run.last)])
        if self._is_copy(peer, run, now):
            # It came from elsewhere already: this link need not carry it too.
            return peer.prune(run.feed, now)
        # It may be asked of another peer too, which may never answer.
        self._scheduler.reserve(run.feed, run.first, run.last)
        return self._store(peer, frame, None)

    def stated(self, peer: Peer, wires: Sequence[bytes], now: Now) -> list[Effect]:
        """Revokes, rotations and fork proofs came."""
        claims, errors = self._attestation_sync.receive(peer, wires, now)
        effects: list[Effect] = [StoreStatements(peer.name, claims)] if claims else []
        for error in errors:
            effects += charge(peer, None, error)
        return effects

    def has_another(self, peer: Peer, feed: bytes, height: int, check: bytes, now: Now) -> bool:
        """Whether a peer announces another entry than the one that is held, and may be asked for
        it: along lines that carry heights alone two branches would never meet."""
        return (
            self._scheduler.has(feed, height, height)
            and self._scheduler.wants_up_to(feed, height)
            and self._tips.contradicts(feed, height, check)
            and peer.fetch.may_recheck(now)
        )

    def _is_copy(self, peer: Peer, run: RawRun, now: Now) -> bool:
        """Whether a run is held or being stored; where only its numbers are, it may be another
        branch, and is compared with what is held as often as the peer may cause that."""
        if self._tips.knows(run):
            return True
        held = self._scheduler.has(run.feed, run.first, run.last)
        return held and not peer.fetch.may_recheck(now)

    def _store(self, peer: Peer, frame: Entries, ask: Ask | None) -> list[Effect]:
        self._tips.note(frame.run)
        peer.fetch.storing += 1
        return [StoreRun(peer.name, frame.run, ask, frame.proofs)]
