"""What comes between a link and the store: proving runs, and gathering them into batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long
from tests.storage.makers import NOW_MS, author, posts

from sayso_node.sync.ingest.batch_queue import BatchQueue
from sayso_node.sync.ingest.ingest import GATHER_SECONDS, Ingest, Work, ingest_batch
from sayso_node.sync.ingest.outcomes import Outcome, RunOutcome, StatementsOutcome
from sayso_node.sync.ingest.verifier import REMEMBERED, Verifier
from sayso_node.sync.relay_policy import RelayAll
from sayso_protocol.accounts.attestation import StatementOutcome, claim_of
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.errors import BadSignature, Forked, Revoked, TimeGoesBack, WrongBody
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.feed.run import RawRun, Run, ids_of, sign_run, verify_run
from sayso_protocol.sync.effects import StoreRun, StoreStatements
from sayso_protocol.sync.wire.frames import Ask
from sayso_storage.interface.store import NotSubscribed
from sayso_storage.memory.store import MemoryStore

ANN, BEN = author(1), author(2)
RUN = posts(ANN, 30)
OTHER = posts(ANN, 30, text="another branch")


def part(run: Run, first: int, last: int) -> RawRun:
    return RawRun(
        run.feed,
        first,
        run.ids[first - 2] if first > 1 else None,
        run.times[first - 1 : last],
        run.bodies[first - 1 : last],
        run.signatures[first - 1 : last],
    )


def spoilt(raw: RawRun) -> RawRun:
    """The run with another signature at its end."""
    return replace(raw, signatures=[*raw.signatures[:-1], bytes(64)])


def empty_store() -> MemoryStore:
    store = MemoryStore(bytes(16))
    for who in (ANN, BEN):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    return store


CUTS = st.lists(st.integers(1, 29), unique=True).map(lambda cuts: [0, *sorted(cuts), 30])
PARTS = CUTS.map(lambda cuts: [(low + 1, high) for low, high in pairwise(cuts)])


@given(PARTS, st.lists(st.sampled_from(["sound", "spoilt", "other"]), min_size=30), st.data())
def test_a_verifier_finds_what_verifying_each_run_alone_finds(
    parts: list[tuple[int, int]], kinds: list[str], data: st.DataObject
) -> None:
    verifier = Verifier(empty_store())
    for (first, last), kind in zip(data.draw(st.permutations(parts)), kinds, strict=False):
        raw = part(OTHER if kind == "other" else RUN, first, last)
        raw = spoilt(raw) if kind == "spoilt" else raw
        found = verifier.verify(raw)
        if isinstance(found, Run):
            assert found.ids == verify_run(raw, tip=found.tip).ids
        assert isinstance(found, BadSignature if kind == "spoilt" else Run)


def test_a_run_that_a_proven_one_names_needs_no_signature() -> None:
    """An id covers its entry's signature: here the author signed nonsense, and then went on."""
    verifier = Verifier(empty_store())
    assert isinstance(verifier.verify(part(RUN, 11, 30)), Run)
    assert isinstance(verifier.verify(part(RUN, 5, 10)), Run)
    assert isinstance(verifier.verify(spoilt(part(RUN, 1, 4))), BadSignature)
    assert isinstance(verifier.verify(part(OTHER, 1, 4)), Run)


def test_a_run_that_a_held_one_names_needs_no_signature_of_its_own() -> None:
    store = empty_store()
    store.append([verify_run(part(RUN, 11, 30))], NOW_MS)
    assert isinstance(Verifier(store).verify(part(RUN, 1, 10)), Run)
    assert isinstance(Verifier(store).verify(spoilt(part(RUN, 1, 10))), BadSignature)


def test_a_run_without_bodies_is_not_taken() -> None:
    raw = replace(part(RUN, 1, 2), bodies=[RUN.bodies[0], (3, bytes(32))])
    assert isinstance(Verifier(empty_store()).verify(raw), WrongBody)


@long
def test_a_verifier_remembers_so_many_feeds_and_no_more() -> None:
    verifier = Verifier(empty_store())
    for number in range(REMEMBERED + 3):
        run = posts(author(number), 1, first=2, previous=bytes(32))
        verifier.verify(part_of(run))
    assert len(verifier._named) == REMEMBERED


def part_of(run: Run) -> RawRun:
    return RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)


async def test_a_queue_gives_in_order_what_fits_and_at_least_one() -> None:
    queue: BatchQueue[str] = BatchQueue(100)
    for item, weight in (("a", 4), ("b", 4), ("c", 4), ("d", 50)):
        await queue.put(item, weight)
    assert await queue.take(8) == ["a", "b"]
    assert await queue.take(1) == ["c"]
    assert await queue.take(1) == ["d"]


async def test_a_queue_makes_the_putter_wait_and_wakes_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    queue: BatchQueue[int] = BatchQueue(3)
    done: list[int] = []

    async def put_many() -> None:
        for number in range(10):
            await queue.put(number, 1)
            done.append(number)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(put_many)
        await trio.sleep(1)
        assert done == [0, 1, 2]
        assert await queue.take(2) == [0, 1]
        await trio.sleep(1)
        assert done == [0, 1, 2, 3, 4]
        taken: list[int] = []
        while len(taken) < 8:
            taken += await queue.take(100)
            await trio.sleep(1)
    assert taken == [*range(2, 10)]


async def test_a_queue_makes_the_taker_wait(autojump_clock: trio.testing.MockClock) -> None:
    queue: BatchQueue[int] = BatchQueue(3)
    async with trio.open_nursery() as nursery:

        async def put_late() -> None:
            await trio.sleep(5)
            await queue.put(7, 1)

        nursery.start_soon(put_late)
        assert await queue.take(1) == [7]


class SlowStore(MemoryStore):
    """Notes how many runs came in one call, and is told when to go on."""

    def __init__(self, go_on: trio.Event) -> None:
        super().__init__(bytes(16))
        self.calls: list[int] = []
        self._go_on = go_on

    def append(self, runs: list[Run], *arguments) -> list:  # type: ignore
        self.calls.append(len(runs))
        trio.from_thread.run(self._go_on.wait)
        return super().append(runs, *arguments)


def into(outcomes: list[Outcome]) -> Callable[[list[Outcome]], Awaitable[None]]:
    async def settle(more: list[Outcome]) -> None:
        outcomes.extend(more)

    return settle


async def test_the_first_run_is_stored_at_once_and_what_comes_meanwhile_together() -> None:
    go_on, outcomes = trio.Event(), list[Outcome]()
    store = SlowStore(go_on)
    store.follow(ANN.account.public, None, NOW_MS)
    store.add_grant(ANN.grant)
    ingest = Ingest(store, into(outcomes))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ingest.run)
        for first in (21, 11, 1):
            await ingest.put(StoreRun("peer", part(RUN, first, first + 9), None))
            await trio.testing.wait_all_tasks_blocked()
        go_on.set()
        while len(outcomes) < 3:
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert store.calls == [1, 2]
    assert [(job.run.first, error) for job, error, *_ in outcomes] == [
        (21, None),
        (11, None),
        (1, None),
    ]
    assert ingest.stats.entries == 30


class TimedStore(MemoryStore):
    """Takes a while to store runs, however many, and counts them."""

    def __init__(self, clock: trio.testing.MockClock) -> None:
        super().__init__(bytes(16))
        self.calls: list[int] = []
        self._clock = clock

    def append(self, runs: list[Run], *arguments) -> list:  # type: ignore
        self.calls.append(len(runs))
        trio.from_thread.run_sync(self._clock.jump, GATHER_SECONDS / 3)
        return super().append(runs, *arguments)


@pytest.mark.parametrize("is_asked_for", [True, False], ids=["past", "live"])
async def test_the_past_gathers_while_the_last_of_it_was_stored_and_what_is_live_does_not(
    is_asked_for: bool, mock_clock: trio.testing.MockClock
) -> None:
    store, outcomes = TimedStore(mock_clock), list[Outcome]()
    store.follow(ANN.account.public, None, NOW_MS)
    store.add_grant(ANN.grant)
    ingest = Ingest(store, into(outcomes))

    async def put(first: int) -> None:
        ask = Ask(first, RUN.feed, first, first + 9) if is_asked_for else None
        await ingest.put(StoreRun("peer", part(RUN, first, first + 9), ask))

    async def stored(count: int) -> None:
        while len(outcomes) < count:
            await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ingest.run)
        await put(21)
        await stored(1)
        await put(11)
        await (trio.testing.wait_all_tasks_blocked() if is_asked_for else stored(2))
        await put(1)
        if is_asked_for:
            await trio.testing.wait_all_tasks_blocked()
            assert store.calls == [1]
            mock_clock.jump(GATHER_SECONDS / 3)  # as long as the first took
        await stored(3)
        nursery.cancel_scope.cancel()
    assert store.calls == ([1, 2] if is_asked_for else [1, 1, 1])
    assert [outcome[1] for outcome in outcomes] == [None] * 3


async def test_grants_are_taken_before_the_runs_that_come_after_them() -> None:
    store, outcomes = MemoryStore(bytes(16)), list[Outcome]()
    store.follow(BEN.account.public, None, NOW_MS)
    ingest = Ingest(store, into(outcomes))
    run = posts(BEN, 3)
    async with trio.open_nursery() as nursery:
        await ingest.put(StoreRun("peer", part_of(run), None))
        await ingest.put([BEN.grant, ANN.grant])
        await ingest.put(StoreRun("peer", part_of(run), None))
        nursery.start_soon(ingest.run)
        while len(outcomes) < 2:
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert [error is None for _, error, *_ in outcomes] == [False, True]


# --- statements and forks -----------------------------------------------------------------


def outcomes_of(store: MemoryStore, *batch: Work) -> list[Outcome]:
    return ingest_batch(store, Verifier(store), batch, NOW_MS, RelayAll())


def ingested(job: StoreStatements, *outcomes: bool) -> StatementsOutcome:
    return StatementsOutcome(
        job, [StatementOutcome(*one) for one in zip(job.statements, outcomes, strict=True)]
    )


def test_attestations_are_verified_before_they_are_taken_in() -> None:
    store = empty_store()
    sound = sign_revoke(ANN.account, RUN.feed, 20, RUN.ids[19])
    forged = sound.wire[:-1] + bytes([sound.wire[-1] ^ 1])
    job = StoreStatements("p", [claim_of(forged), claim_of(sound.wire)])
    (found,) = outcomes_of(store, job)
    assert found.outcomes[0].attestation is None
    assert isinstance(found.outcomes[0].outcome, BadSignature)
    assert found.outcomes[1] == StatementOutcome(sound, True)
    assert store.statements_of(ANN.account.public) == [sound]


def test_attestations_are_taken_in_their_turn() -> None:
    store = empty_store()
    revoke = sign_revoke(ANN.account, RUN.feed, 20, RUN.ids[19])
    before, after = StoreRun("p", part(RUN, 11, 30), None), StoreRun("p", part(RUN, 1, 10), None)
    past = StoreRun("p", part(RUN, 21, 30), None)
    found = outcomes_of(store, before, StoreStatements("p", [revoke, revoke]), past, after)
    assert found[:2] == [
        RunOutcome(before, None),
        ingested(StoreStatements("p", [revoke, revoke]), True, False),
    ]
    assert isinstance(found[2], RunOutcome)
    assert isinstance(found[2].error, Revoked)
    assert found[3] == RunOutcome(after, None)
    assert store.feed(RUN.feed).head == 20


def test_statements_that_come_together_are_told_apart_again() -> None:
    store = empty_store()
    jobs = [
        StoreStatements("p", [sign_revoke(who.account, who.feed.public, 0, None)])
        for who in (ANN, BEN)
    ]
    foreign = StoreStatements("q", [sign_revoke(author(3).account, RUN.feed, 0, None)])
    one, other, third = outcomes_of(store, jobs[0], foreign, jobs[1])
    assert (one, third) == (ingested(jobs[0], True), ingested(jobs[1], True))
    assert isinstance(other.outcomes[0].outcome, NotSubscribed)


def test_a_contradiction_becomes_a_proof_once() -> None:
    store = empty_store()
    outcomes_of(store, StoreRun("p", part(RUN, 1, 30), None))
    jobs = [StoreRun("p", part(OTHER, first, first + 2), None) for first in (9, 15)]
    found = outcomes_of(store, *jobs)
    assert [isinstance(one.error, Forked) for one in found[:2]] == [True, True]
    (said,) = found[2].job.statements
    assert found[2] == ingested(StoreStatements("", [said]), True)
    assert read_fork(store.feed(RUN.feed).proof) == said
    assert len(outcomes_of(store, jobs[0])) == 1


@pytest.mark.parametrize(("held", "first", "last"), [((11, 30), 5, 12), ((1, 9), 10, 12)])
def test_a_proof_is_found_where_the_run_only_touches_what_is_held(
    held: tuple[int, int], first: int, last: int
) -> None:
    store = empty_store()
    outcomes_of(store, StoreRun("p", part(RUN, *held), None))
    found = outcomes_of(store, StoreRun("p", part(OTHER, first, last), None))
    assert store.feed(RUN.feed).proof is not None
    assert len(found) == 2


# --- entries that only later ones vouch for ------------------------------------------------

FIRST_MS = RUN.times[0]


def signed(first: int, previous: bytes | None, *seconds: int) -> RawRun:
    times = [FIRST_MS + 1000 * second for second in seconds]
    return part_of(sign_run(ANN.feed, first, previous, times, [b"\x80"] * len(times)))


BARE = spoilt(signed(5, bytes(32), 60, 60))
NAME = ids_of(BARE)[-1]
ABOVE = signed(7, NAME, 90)


def errors_of(store: MemoryStore, verifier: Verifier, *runs: RawRun) -> list[type]:
    found = ingest_batch(
        store, verifier, [StoreRun("p", run, None) for run in runs], NOW_MS, RelayAll()
    )
    return [type(one.error) for one in found if isinstance(one, RunOutcome)]


def test_what_one_that_is_held_vouches_for_is_taken() -> None:
    store = empty_store()
    assert errors_of(store, Verifier(store), ABOVE, BARE) == [type(None)] * 2


@pytest.mark.parametrize("at_once", [True, False])
def test_nobody_vouches_who_is_refused(at_once: bool) -> None:
    store = empty_store()
    store.add_statements([sign_revoke(ANN.account, RUN.feed, 6, NAME)], NOW_MS)
    verifier = Verifier(store)
    batches = [[ABOVE, BARE]] if at_once else [[ABOVE], [BARE]]
    found = [error for batch in batches for error in errors_of(store, verifier, *batch)]
    assert found == [Revoked, BadSignature]


def test_nobody_vouches_who_gave_way_since() -> None:
    store = empty_store()
    verifier = Verifier(store)
    earlier, later = signed(3, bytes(32), 1), signed(1, None, 95)
    assert errors_of(store, verifier, earlier, ABOVE, later) == [type(None)] * 3
    assert store.feed(RUN.feed).head == 1
    assert errors_of(store, verifier, BARE) == [TimeGoesBack]
