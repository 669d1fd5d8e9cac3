"""Runs and statements that were given to the store: what became of them, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from ...accounts.attestation import StatementOutcome
from ...errors import Forked, Refused, Revoked, TimeGoesBack
from ...feed.run import RawRun
from ...ranges import Range
from ..effects import Effect, Event, ReloadFeeds, StoreRun, StoreStatements
from ..peer.peer import Peer
from ..replica_parts import ReplicaParts
from .misbehaviour import charge


class Outcomes:
    """The way on from the store: what is held now is passed on, what was refused is charged."""

    def __init__(self, parts: ReplicaParts) -> None:
        self._state = parts.state
        self._scheduler = parts.state.scheduler
        self._peers = parts.state.peers
        self._tips = parts.state.tips
        self._gossip = parts.gossip
        self._marks = parts.marks
        self._requester = parts.requester
        self._attestation_sync = parts.attestation_sync

    def published(self, run: RawRun, *, urgent: bool) -> list[Effect]:
        """The owner has posted a run."""
        self._tips.note(run)
        self._hold(run)
        return self._gossip.relay(run, source=None, urgent=urgent)

    def run_ingested(
        self,
        job: StoreRun,
        error: Refused | None,
        withheld: Sequence[Range],
        *,
        is_known: bool,
        blank: Sequence[Range] = (),
        urgent: bool = False,
    ) -> list[Effect]:
        """The outcome of a `StoreRun`: stored (or held already, where it `is_known`), or refused
        with `error`; see `Replica.run_ingested`."""
        run, peer = job.run, self._peers.get(job.peer)
        # What is noted as held is not waited for; of a feed that has ended `ReloadFeeds` does that.
        if error is not None or self._scheduler.has_ended(run.feed):
            self._requester.wake(self._scheduler.released(run.feed, run.first, run.last))
        if peer is not None:
            peer.fetch.storing -= 1
            self._requester.wake([peer.name])
        if error is not None:
            return self._run_refused(job, peer, error)
        effects = [] if is_known else self._notice_own(job)
        effects += self._run_stored(job, peer, withheld, blank, urgent=urgent)
        if not self._scheduler.has_ended(run.feed) and self._attestation_sync.ends(run.feed):
            effects.append(ReloadFeeds([run.feed]))  # its grant came after its end
        return effects

    def statements_ingested(
        self, job: StoreStatements, outcomes: Sequence[StatementOutcome]
    ) -> list[Effect]:
        """The outcome of a `StoreStatements`, for each statement."""
        effects, offences = self._attestation_sync.statements_ingested(job, outcomes)
        for name, error in offences:
            if name in self._peers:
                effects += charge(self._peers[name], None, error)
        if job.peer in self._peers:
            taken = [one.wire for one, outcome in outcomes if one is not None and outcome is True]
            self._peers[job.peer].conduct.statement_bytes.give_back(sum(map(len, taken)))
        return effects

    # --- stored ------------------------------------------------------------------------------

    def _run_stored(
        self,
        job: StoreRun,
        peer: Peer | None,
        withheld: Sequence[Range],
        blank: Sequence[Range],
        *,
        urgent: bool,
    ) -> list[Effect]:
        """A run is in the store now, or was held already; some of it is not passed on, or without
        its body."""
        run = job.run
        if self._scheduler.has_ended(run.feed):
            # It may have taken the place of what did not count, or been held by another name.
            return [ReloadFeeds([run.feed])]
        if not self._hold(run) and job.ask is None:
            return []  # it was only compared with what is held
        if withheld:
            self._scheduler.withhold_more(run.feed, withheld)
        if blank:
            self._scheduler.blank_more(run.feed, blank)
        if peer is not None:
            peer.fetch.received += len(run.times)
        if job.ask is not None:
            self._gossip.note_change(run.feed)
            return []
        if peer is not None:
            peer.synced.retract()
            # Whoever passes an entry on most likely has what comes before it.
            self._scheduler.guess_below(peer.name, run.feed, run.first)
        if withheld or blank:
            self._gossip.note_change(run.feed)  # offered: what is in the store is not what came
            return []
        return self._gossip.relay(run, source=job.peer, urgent=urgent)

    def _notice_own(self, job: StoreRun) -> list[Effect]:
        """Somebody else has the own key, or an own past that this store did not know: seen by
        an authentic entry, never by a claim. The store says what was new: whoever looked into it
        since the run was written may have taken that for the owner's, and told of it."""
        if job.run.feed != self._state.own_feed:
            return []
        return [Event("own-feed-ahead", job.peer, job.run.feed)]

    def _hold(self, run: RawRun) -> bool:
        """Note a run that is in the store now. True where some of it is new."""
        new = not self._scheduler.has(run.feed, run.first, run.last)
        self._scheduler.holds(run.feed, run.first, run.last)
        self._marks.arrived(len(run.times) if new else 0)
        return new

    # --- refused -----------------------------------------------------------------------------

    def _run_refused(self, job: StoreRun, peer: Peer | None, error: Refused) -> list[Effect]:
        run = job.run
        self._tips.forget(run)
        if isinstance(error, Forked | Revoked):
            # No fault of the peer, which has another branch.
            return self._halt(job, error)
        if peer is None:
            return []
        if isinstance(error, TimeGoesBack):
            # No frame carries a run whose own times go back: the author has contradicted himself,
            # and the peer holds the part that does not count.
            self._scheduler.lacks(peer.name, run.feed, run.first, run.last)
            return []
        self._scheduler.split(peer.name, (run.feed, run.first, run.last))
        return charge(peer, run.feed, error)

    def _halt(self, job: StoreRun, error: Forked | Revoked) -> list[Effect]:
        """The feed has forked, or has an end: the store knows what is wanted of it now."""
        feed = job.run.feed
        if self._scheduler.has_ended(feed):
            return []
        self._scheduler.want(feed, False)
        event = [Event("forked", job.peer, feed, str(error))] if isinstance(error, Forked) else []
        return [*event, ReloadFeeds([feed])]
