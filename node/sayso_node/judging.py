"""Verifying and storing what peers send: in batches, in one worker thread.

The reader of a link waits where too much is in work already, so that a peer can send no
faster than this node stores.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import trio

from sayso_protocol.effects import Judge
from sayso_protocol.errors import BadSignature, Refused, WrongBody
from sayso_protocol.run import RawRun, Run, verify_run
from sayso_protocol.statement import Grant
from sayso_storage.interface import AlreadyHeld, Store, StoreError

from .clock import now_ms

log = logging.getLogger(__name__)

MAX_WAITING = 32
"""Runs that wait to be judged: at most 32 MB, and enough to keep the worker busy."""

BATCH_ENTRIES = 4096
"""Entries stored in one transaction at the most: a commit is spread over them, and the
peer hears of them within a fraction of a second."""

RETRY_SECONDS = 5.0
"""Pause before a store that could not be written (a full disk) is tried again."""

Outcome = tuple[Judge, Refused | None]
Work = Judge | Sequence[Grant]


@dataclass(slots=True)
class JudgeStats:
    """What has been taken in since the start."""

    entries: int = 0
    refused: int = 0


class Court:
    """Takes work from links; `run` judges it and hands the outcomes on, in order."""

    def __init__(self, store: Store, settle: Callable[[list[Outcome]], Awaitable[None]]) -> None:
        self._store = store
        self._settle = settle
        self._send, self._receive = trio.open_memory_channel[Work](MAX_WAITING)
        self.stats = JudgeStats()
        self.trouble: str | None = None
        """Why nothing can be stored at the moment, for a person; None while all is well."""

    async def put(self, work: Work) -> None:
        """Hand in work; waits while too much is waiting."""
        await self._send.send(work)

    async def run(self) -> None:
        """Judge until cancelled."""
        while True:
            batch = self._collect(await self._receive.receive())
            # Not abandoned on cancellation: a commit that has begun is finished.
            outcomes = await self._attempt(batch)
            await self._settle(outcomes)

    def _collect(self, first: Work) -> list[Work]:
        batch, entries = [first], _weight(first)
        while entries < BATCH_ENTRIES:
            try:
                work = self._receive.receive_nowait()
            except trio.WouldBlock:
                break
            batch.append(work)
            entries += _weight(work)
        return batch

    async def _attempt(self, batch: list[Work]) -> list[Outcome]:
        while True:
            try:
                outcomes = await trio.to_thread.run_sync(judge, self._store, batch, now_ms())
            except StoreError as error:
                if self.trouble is None:
                    log.error("cannot store: %s", error)
                self.trouble = str(error)
                await trio.sleep(RETRY_SECONDS)
                continue
            self.trouble = None
            self._count(outcomes)
            return outcomes

    def _count(self, outcomes: list[Outcome]) -> None:
        for job, refusal in outcomes:
            if refusal is None:
                self.stats.entries += len(job.run.times)
            else:
                self.stats.refused += 1


def judge(store: Store, batch: Sequence[Work], wall_ms: int) -> list[Outcome]:
    """Verify and store a batch, in its order; `wall_ms` is the time of arrival.

    Raises `StoreError` where nothing was stored.
    """
    outcomes: list[Outcome] = []
    at = 0
    while at < len(batch):
        work = batch[at]
        if isinstance(work, Judge):
            until = at
            while until < len(batch) and isinstance(batch[until], Judge):
                until += 1
            runs = [w for w in batch[at:until] if isinstance(w, Judge)]
            outcomes += _judge_runs(store, runs, wall_ms)
            at = until
        else:
            _adopt(store, work)
            at += 1
    return outcomes


def _judge_runs(store: Store, jobs: list[Judge], wall_ms: int) -> list[Outcome]:
    proven: list[Run | Refused] = [_prove(store, job.run) for job in jobs]
    runs = [run for run in proven if isinstance(run, Run)]
    stored = iter(store.append(runs, wall_ms) if runs else [])
    outcomes: list[Outcome] = []
    for job, run in zip(jobs, proven, strict=True):
        result = run if isinstance(run, Refused) else next(stored)
        outcomes.append((job, _error_of(result)))
    return outcomes


def _error_of(result: Run | Exception) -> Refused | None:
    if isinstance(result, Run | AlreadyHeld):
        return None
    if isinstance(result, Refused):
        return result
    raise result


def _prove(store: Store, raw: RawRun) -> Run | Refused:
    if not all(isinstance(body, bytes) for body in raw.bodies):
        # An entry is stored once: taken without its body, it would stay blank for ever, and
        # any relay could blank a post. Without bodies it is as good as not sent.
        return WrongBody("the body of an entry is withheld")
    try:
        return verify_run(raw)
    except BadSignature as error:
        # Its own signature is not good, but a later entry that is held may vouch for it.
        below = _named_by_later(store, raw)
        if below is None:
            return error
        try:
            return verify_run(raw, tip=below)
        except Refused as worse:
            return worse
    except Refused as error:
        return error


def _named_by_later(store: Store, raw: RawRun) -> bytes | None:
    state = store.feed(raw.feed)
    held = state.held if state is not None else ()
    return next((part.below for part in held if part.first == raw.last + 1), None)


def _adopt(store: Store, grants: Sequence[Grant]) -> None:
    for outcome in store.add_grants(grants):
        if isinstance(outcome, Exception):
            # Its account was unfollowed meanwhile, or has too many feeds: it is not stored.
            log.info("a feed is not taken: %s", outcome)


def _weight(work: Work) -> int:
    return len(work.run.times) if isinstance(work, Judge) else len(work)
