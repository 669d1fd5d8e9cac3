"""Ingest verifies and stores what peers send: in batches, in one worker thread.

A batch is what came while the one before was stored: a single run on an idle node, which is
readable at once, thousands of posts in a first sync, which share a commit. The reader of a
link waits where too much is in work already, so that a peer can send no faster than this
node stores.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Final, NamedTuple

import trio

from sayso_protocol.absence import is_any_taken_back
from sayso_protocol.accounts.attestation import StatementOutcome
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import Run
from sayso_protocol.sync.effects import StoreRun, StoreStatements
from sayso_storage.interface.store import AlreadyHeld, Store, StoreError
from sayso_storage.validation.segments import Contradiction

from ...clock import now_ms
from ...histogram import Histogram
from ..relay_policy import RelayAll, RelayPolicy
from .batch_queue import BatchQueue
from .fork_detector import prove_fork
from .outcomes import FeedsChanged, Outcome, RunOutcome, StatementsOutcome
from .verifier import Verifier, verify_attestation

log = logging.getLogger(__name__)

ENTRY_WEIGHT = 256
"""Bytes that an entry takes in memory beside its body."""

MAX_WAITING = 6 << 20
"""Bytes that wait while a batch is in work: more than one batch, so that the worker is never
without work where the link is fast enough."""

BATCH = 4 << 20
"""Bytes in one transaction at the most: a commit is spread over some 10,000 posts, and the
peer hears of them within a fraction of a second."""

ENOUGH = 1 << 20
"""Bytes that wait and are worth a transaction of their own at once."""

GATHER_SECONDS = 0.03
"""How long is waited for more of the past, which comes run by run, before it is stored; no longer
than the batch before took. A transaction costs as much as storing fifty posts, and of feeds of ten
posts each there would be one for every sixteen. What is live is not waited for."""

RETRY_SECONDS = 5.0
"""Pause before a store that could not be written (a full disk) is tried again."""

LATENCY_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Seconds from the hand-over of work to its end; a store on a good disk is done in 10 ms."""

Work = StoreRun | StoreStatements | Sequence[Grant]


class _Arrived(NamedTuple):
    work: Work
    time: float
    """When it was handed in, by trio's clock."""


@dataclass(slots=True)
class IngestStats:
    """Counts of what has been taken in since the start."""

    entries: int = 0
    known: int = 0
    """Those of them that were held already."""
    refused: int = 0
    """Runs that broke a rule."""
    refused_by: Counter[str] = field(default_factory=Counter)
    """The same by the code of the error."""
    store_errors: int = 0
    slowed: int = 0
    """How often a reader of a link had to wait, since too much was waiting already."""
    slowed_seconds: float = 0.0
    latency: Histogram = field(default_factory=lambda: Histogram(LATENCY_BOUNDS))
    """Of each piece of work, from the moment in which it was handed in."""


class Ingest:
    """Takes work from links; `run` verifies and stores it and hands the outcomes on, in order."""

    def __init__(
        self,
        store: Store,
        settle: Callable[[list[Outcome]], Awaitable[None]],
        relay_policy: RelayPolicy | None = None,
    ) -> None:
        self._store = store
        self._relay_policy = relay_policy or RelayAll()
        self._settle = settle
        self._verifier = Verifier(store)
        self._waiting: BatchQueue[_Arrived] = BatchQueue(MAX_WAITING)
        self.stats = IngestStats()
        self.trouble: str | None = None
        """Why nothing can be stored at the moment, for a person; None while all is well."""

    async def put(self, work: Work) -> None:
        """Hand in work; waits while too much is waiting."""
        arrived = _Arrived(work, trio.current_time())
        is_full = self._waiting.is_full
        await self._waiting.put(arrived, weight(work))
        if is_full:
            self.stats.slowed += 1
            self.stats.slowed_seconds += trio.current_time() - arrived.time

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait while a batch is in work."""
        return self._waiting.weight

    @property
    def stalled(self) -> int:
        """Readers of links that wait until something may be handed in."""
        return self._waiting.putters

    async def run(self) -> None:
        """Verify and store until cancelled."""
        while True:
            arrived = await self._waiting.take(BATCH)
            batch = [one.work for one in arrived]
            began = trio.current_time()
            # Not abandoned on cancellation: a commit that has begun is finished.
            outcomes = await self._attempt(batch)
            spent = trio.current_time() - began
            for one in arrived:
                self.stats.latency.observe(began + spent - one.time)
            await self._settle(outcomes)
            if self._waiting.weight < ENOUGH and any(map(_is_past, batch)):
                await trio.sleep(min(spent, GATHER_SECONDS))

    async def _attempt(self, batch: list[Work]) -> list[Outcome]:
        while True:
            try:
                outcomes = await trio.to_thread.run_sync(
                    ingest_batch, self._store, self._verifier, batch, now_ms(), self._relay_policy
                )
            except StoreError as error:
                self.stats.store_errors += 1
                if self.trouble is None:
                    log.error("cannot store: %s", error)
                self.trouble = str(error)
                await trio.sleep(RETRY_SECONDS)
                continue
            self.trouble = None
            self._count(outcomes)
            return outcomes

    def _count(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            self.stats.entries += one.taken
            if not isinstance(one, RunOutcome):
                continue
            if one.is_known:
                self.stats.known += one.taken
            if one.error is not None:
                self.stats.refused += 1
                self.stats.refused_by[one.error.code] += 1


def ingest_batch(
    store: Store, verifier: Verifier, batch: Sequence[Work], wall_ms: int, relay_policy: RelayPolicy
) -> list[Outcome]:
    """Verify and store a batch, in its order; `wall_ms` is the time of arrival. The owner's rules
    are applied to what is new before anybody hears of it.

    Raises `StoreError` where nothing was stored, or where it was and is to be done again.
    """
    outcomes: list[Outcome] = []
    for kind, works in groupby(batch, key=_kind):
        if kind is StoreRun:
            outcomes += _store_runs(
                store, verifier, [w for w in works if isinstance(w, StoreRun)], wall_ms
            )
        elif kind is StoreStatements:
            outcomes += _store_statements(
                store, [w for w in works if isinstance(w, StoreStatements)], wall_ms
            )
        else:
            _store_grants(
                store,
                [g for w in works if not isinstance(w, StoreRun | StoreStatements) for g in w],
                wall_ms,
            )
    changed = relay_policy.scan()
    told = [_with_withheld(one, relay_policy) for one in outcomes]
    return [*told, FeedsChanged(changed)] if changed else told


def _with_withheld(outcome: Outcome, relay_policy: RelayPolicy) -> Outcome:
    if not isinstance(outcome, RunOutcome) or outcome.error is not None:
        return outcome
    run = outcome.job.run
    withheld = relay_policy.withheld_within(run.feed, run.first, run.last)
    return outcome._replace(withheld=[*outcome.withheld, *withheld]) if withheld else outcome


def _with_blank(outcome: RunOutcome, store: Store) -> RunOutcome:
    if outcome.error is not None:
        return outcome
    run = outcome.job.run
    blank = store.blank_within(run.feed, run.first, run.last)
    if not (blank.proven or blank.unproven):
        return outcome
    return outcome._replace(withheld=[*outcome.withheld, *blank.unproven], blank=blank.proven)


def _is_past(work: Work) -> bool:
    """Whether it was asked for: more of it is under way."""
    return isinstance(work, StoreRun) and work.ask is not None


def _kind(work: Work) -> type:
    return type(work) if isinstance(work, StoreRun | StoreStatements) else list


def _store_runs(
    store: Store, verifier: Verifier, jobs: list[StoreRun], wall_ms: int
) -> list[Outcome]:
    checked = [verifier.check(job.run, job.proofs, wall_ms) for job in jobs]
    proven = [one.run for one in checked]
    sound = [(run, job) for run, job in zip(proven, jobs, strict=True) if isinstance(run, Run)]
    runs, sources = [run for run, _ in sound], [peer_of(job.peer) for _, job in sound]
    said = [retraction for one in checked for retraction in one.retractions]
    stored = iter(store.append(runs, wall_ms, sources, said) if runs else [])
    outcomes: list[RunOutcome] = []
    proofs: dict[bytes, ForkProof] = {}
    for job, run in zip(jobs, proven, strict=True):
        result = run if isinstance(run, Refused) else next(stored)
        if isinstance(result, Contradiction) and isinstance(run, Run) and run.feed not in proofs:
            proof = prove_fork(store, run, result.seq)
            if proof is not None:
                proofs[run.feed] = proof
        is_known = isinstance(result, AlreadyHeld)
        urgent = is_any_taken_back(job.run.bodies)
        outcomes.append(RunOutcome(job, _error_of(result), is_known=is_known, urgent=urgent))
    told: list[Outcome] = list(outcomes)
    if lost := store.gave_way():
        # What is blank elsewhere was so before, and is known.
        told = [_with_blank(one, store) if one.job.run.feed in lost else one for one in outcomes]
        told.append(FeedsChanged(lost))
    found = [StoreStatements("", list(proofs.values()))] if proofs else []
    return told + _store_statements(store, found, wall_ms)


def _store_statements(store: Store, jobs: Sequence[StoreStatements], wall_ms: int) -> list[Outcome]:
    """Verify statements and take them in, all in one transaction."""
    proven = [verify_attestation(one) for job in jobs for one in job.statements]
    sound = [one for one in proven if not isinstance(one, Refused)]
    results = iter(store.add_statements(sound, wall_ms) if sound else [])
    changed = store.gave_way() if sound else []
    outcomes = iter(
        StatementOutcome(None, one)
        if isinstance(one, Refused)
        else StatementOutcome(one, next(results))
        for one in proven
    )
    told: list[Outcome] = [
        StatementsOutcome(job, list(islice(outcomes, len(job.statements)))) for job in jobs
    ]
    return [*told, FeedsChanged(changed)] if changed else told


def _error_of(result: Run | Exception) -> Refused | None:
    if isinstance(result, Run | AlreadyHeld):
        return None
    if isinstance(result, Refused):
        return result
    raise result


def _store_grants(store: Store, grants: Sequence[Grant], wall_ms: int) -> None:
    for outcome in store.add_grants(grants, wall_ms):
        if isinstance(outcome, Exception):
            # Its account was unfollowed meanwhile, or has too many feeds: it is not stored.
            log.info("a feed is not taken: %s", outcome)


def peer_of(session: str) -> str:
    """The peer id in the name of a session."""
    return session.partition("#")[0]


def weight(work: Work) -> int:
    """Bytes that work takes in memory, about."""
    if isinstance(work, StoreStatements):
        return sum(ENTRY_WEIGHT + len(one.wire) for one in work.statements)
    if not isinstance(work, StoreRun):
        return ENTRY_WEIGHT * len(work)
    run = work.run
    proofs = sum(ENTRY_WEIGHT + len(proof.run.bodies[0]) for proof in work.proofs)
    return ENTRY_WEIGHT * len(run.times) + sum(map(len, run.bodies)) + proofs
