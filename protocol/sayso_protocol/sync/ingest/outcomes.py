"""What became of what was judged: runs and statements that are stored now, or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...accounts.attestation import StatementOutcome
from ...errors import Forked, Refused, Revoked, TimeGoesBack
from ...ranges import Range
from ..effects import Effect, Event, ReloadFeeds, StoreRun, StoreStatements
from ..fetch.requester import Requester
from ..fetch.scheduler import Scheduler
from ..gossip.attestation_sync import AttestationSync
from ..peer.peer import Peer
from .incoming import Incoming
from .misbehaviour import refuse


class Outcomes:
    """Looks at the same ranges and peers as the `Replica` that owns it."""

    def __init__(
        self,
        scheduler: Scheduler,
        peers: Mapping[str, Peer],
        incoming: Incoming,
        attestation_sync: AttestationSync,
        requester: Requester,
    ) -> None:
        self._scheduler = scheduler
        self._peers = peers
        self._incoming = incoming
        self._attestation_sync = attestation_sync
        self._requester = requester

    def run_ingested(
        self, job: StoreRun, error: Refused | None, withheld: Sequence[Range]
    ) -> list[Effect]:
        """The outcome of a `StoreRun`: stored (or held already), or refused with `error`."""
        run, peer = job.run, self._peers.get(job.peer)
        # What is noted as held is not waited for; of a feed that has ended a review does that.
        if error is not None or self._scheduler.has_ended(run.feed):
            self._requester.wake(self._scheduler.released(run.feed, run.first, run.last))
        if peer is not None:
            peer.judging -= 1
            self._requester.wake([peer.name])
        if error is not None:
            effects = self._run_refused(job, peer, error)
        else:
            effects = self._incoming.stored(job, peer, withheld)
            if not self._scheduler.has_ended(run.feed) and self._attestation_sync.ends(run.feed):
                effects.append(ReloadFeeds([run.feed]))  # its grant came after its end
        return effects

    def _run_refused(self, job: StoreRun, peer: Peer | None, error: Refused) -> list[Effect]:
        run = job.run
        self._incoming.refused(run)
        if isinstance(error, Forked | Revoked):
            # No fault of the peer, which has another branch.
            return self._find_out(job, error)
        if peer is None:
            return []
        if isinstance(error, TimeGoesBack):
            # No frame carries a run whose own times go back: the author has contradicted himself,
            # and the peer holds the part that does not count.
            self._scheduler.lacks(peer.name, run.feed, run.first, run.last)
            return []
        self._scheduler.split(peer.name, (run.feed, run.first, run.last))
        return refuse(peer, run.feed, error)

    def statements_ingested(
        self, job: StoreStatements, outcomes: Sequence[StatementOutcome]
    ) -> list[Effect]:
        """The outcome of a `StoreStatements`, for each statement."""
        effects, blames = self._attestation_sync.statements_ingested(job, outcomes)
        for name, error in blames:
            if name in self._peers:
                effects += refuse(self._peers[name], None, error)
        if job.peer in self._peers:
            counting = [said for said, outcome in outcomes if said is not None and outcome is True]
            self._peers[job.peer].says.give_back(sum(len(said.wire) for said in counting))
        return effects

    def _find_out(self, job: StoreRun, error: Forked | Revoked) -> list[Effect]:
        """The feed has forked, or has an end: the store knows what is wanted of it now."""
        feed = job.run.feed
        if self._scheduler.has_ended(feed):
            return []
        self._scheduler.want(feed, False)
        notice = [Event("forked", job.peer, feed, str(error))] if isinstance(error, Forked) else []
        return [*notice, ReloadFeeds([feed])]

    def may_have_gone(self, feed: bytes) -> bool:
        """Whether peers may have lost of a feed what they offered: their account has ended it."""
        return self._scheduler.has_ended(feed) or self._attestation_sync.is_deciding(feed)
