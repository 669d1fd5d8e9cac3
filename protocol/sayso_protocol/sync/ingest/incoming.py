"""Runs on their way in: which are worth judging, and what a stored one means."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ProtocolViolation
from ...feed.run import RawRun
from ...limits import LIVE_ENTRIES
from ...ranges import Range
from ..effects import Effect, Event, ReloadFeeds, StoreRun
from ..fetch.scheduler import Scheduler
from ..gossip.gossip import Gossip
from ..now import Now
from ..peer.peer import Peer
from ..resumption.resumption import Resumption
from .tips import Tips


class Incoming:
    """Looks at the same ranges as the `Replica` that owns it."""

    def __init__(self, scheduler: Scheduler, gossip: Gossip, resumption: Resumption) -> None:
        self._scheduler = scheduler
        self._gossip = gossip
        self._resumption = resumption
        self._tips = Tips()
        self.own_feed: bytes | None = None
        """The feed that is written here."""

    def answered(self, peer: Peer, run: RawRun) -> None:
        """A run came that was asked for."""
        if self._scheduler.has_ended(run.feed):
            self._scheduler.tried(peer.name, run.feed, run.first, run.last)
        else:
            self._scheduler.offer(peer.name, run.feed, [(run.first, run.last)])
        self._tips.note(run)

    def pushed(self, peer: Peer, run: RawRun, now: Now) -> list[Effect]:
        """A run came unasked. Raises `ProtocolViolation`."""
        if len(run.times) > LIVE_ENTRIES:
            raise ProtocolViolation("more entries than may be pushed unasked")
        if not self._scheduler.wants_up_to(run.feed, run.last):
            return []  # unfollowed since, a feed whose grant is still to come, or past its end
        self._scheduler.offer(peer.name, run.feed, [(run.first, run.last)])
        if self._is_copy(peer, run, now):
            # It came from elsewhere already: this link need not carry it too.
            return peer.prune(run.feed, now)
        # It may be asked of another peer too, which may never answer.
        self._tips.note(run)
        self._scheduler.reserve(run.feed, run.first, run.last)
        peer.judging += 1
        return [StoreRun(peer.name, run, None)]

    def has_another(self, peer: Peer, feed: bytes, height: int, check: bytes, now: Now) -> bool:
        """Whether a peer announces another entry than the one that is held, and may be asked for
        it: along lines that carry heights alone two branches would never meet."""
        return (
            self._scheduler.has(feed, height, height)
            and self._scheduler.wants_up_to(feed, height)
            and self._tips.contradicts(feed, height, check)
            and peer.may_recheck(now)
        )

    def _is_copy(self, peer: Peer, run: RawRun, now: Now) -> bool:
        """Whether a run is held or being judged; where only its numbers are, it may be another
        branch, and is compared with what is held as often as the peer may cause that."""
        if self._tips.knows(run):
            return True
        return self._scheduler.has(run.feed, run.first, run.last) and not peer.may_recheck(now)

    def published(self, run: RawRun) -> list[Effect]:
        """The owner has posted a run."""
        self._tips.note(run)
        self._hold(run)
        return self._gossip.spread(run, source=None)

    def stored(
        self, job: StoreRun, peer: Peer | None, withheld: Sequence[Range] = ()
    ) -> list[Effect]:
        """A run is in the store now, or was held already; some of it is not passed on."""
        run = job.run
        effects = self._notice_own(job)
        if self._scheduler.has_ended(run.feed):
            # It may have taken the place of what did not count, or been held by another name.
            return [*effects, ReloadFeeds([run.feed])]
        if not self._hold(run) and job.ask is None:
            return effects  # it was only compared with what is held
        if withheld:
            self._scheduler.keep_back_more(run.feed, withheld)
        if peer is not None:
            peer.received += len(run.times)
        if job.ask is not None:
            self._gossip.changed(run.feed)
            return effects
        if peer is not None:
            peer.told_synced = False
            # Whoever passes an entry on most likely has what comes before it.
            self._scheduler.guess_below(peer.name, run.feed, run.first)
        if withheld:
            self._gossip.changed(run.feed)  # the rest of it is offered
            return effects
        return effects + self._gossip.spread(run, source=job.peer)

    def refused(self, run: RawRun) -> None:
        """A run is not stored: what comes with its signature may yet be sound."""
        self._tips.forget(run)

    def _notice_own(self, job: StoreRun) -> list[Effect]:
        """Somebody else has the own key, or an own past that this store does not know: seen by
        an authentic entry, never by a claim."""
        run = job.run
        if run.feed != self.own_feed or self._scheduler.has(run.feed, run.first, run.last):
            return []
        return [Event("own-feed-ahead", job.peer, run.feed)]

    def _hold(self, run: RawRun) -> bool:
        """Note a run that is in the store now. True where some of it is new."""
        new = not self._scheduler.has(run.feed, run.first, run.last)
        self._scheduler.holds(run.feed, run.first, run.last)
        self._resumption.arrived(len(run.times) if new else 0)
        return new
