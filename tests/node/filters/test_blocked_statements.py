"""What accounts say of their feeds while they are blocked: neither kept nor passed on, and told
again by others when the block goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
import trio
from tests.budget import long, some
from tests.node.support import Person, in_sync, join, running, session_between, until
from tests.node.sync.test_attestations import copy_of, revoke

from sayso_node.clock import now_ms
from sayso_node.filters.edit import block, unblock
from sayso_node.labels.subscription import subscribe
from sayso_node.sync.engine import Engine
from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.sync.effects import StoreStatements
from sayso_protocol.sync.wire.frames import Say

from .middle import Reader, people


def _revoke(anna: Person) -> Attestation:
    return revoke(anna, 5)


def _rotate(anna: Person) -> Attestation:
    return sign_rotate(
        anna.next_key, anna.account, [(anna.feed, 10, anna.store.own_feed().held[0].top)]
    )


def _proof(anna: Person) -> Attestation:
    """Of a second story that Anna's other copy tells."""
    from sayso_node.sync.ingest.fork_detector import prove_fork
    from sayso_protocol.feed.run import verify_run

    other = copy_of(anna, 9)
    other.post("another story")
    run = verify_run(other.store.load(anna.feed, 10, 10))
    proof = prove_fork(anna.store, run, 10)
    assert proof is not None
    return proof


KINDS = [_revoke, _rotate, _proof]
Kind = Callable[[Person], Attestation]


def knows(person: Person, anna: Person) -> list[bytes]:
    return [said.wire for said in person.store.statements_of(anna.account)]


class Met(NamedTuple):
    """Anna and Ben write, Robin is in the middle, Cleo reads behind him."""

    anna: Person
    ben: Person
    cleo: Person
    engines: list[Engine]
    nursery: trio.Nursery

    async def say(self, said: Attestation) -> None:
        """Let Anna's own store and node know of it."""
        assert self.anna.store.add_statements([said], now_ms()) == [True]
        await self.engines[0].refresh()

    async def all_else_is_told(self) -> None:
        """What Ben posts now has come to Cleo, and with it what was said before."""
        self.ben.post("beside it")
        await self.engines[1].refresh_own()
        await until(lambda: self.cleo.held_of(self.ben) == self.ben.held_of(self.ben))


@asynccontextmanager
async def met(robin: Reader) -> AsyncIterator[Met]:
    """All have everything; Anna ten entries."""
    anna, ben, cleo = people(robin)
    anna.post_many(9)
    engines = [anna.engine(), ben.engine(), cleo.engine()]
    async with running(robin.engine, *engines) as nursery:
        for engine in engines:
            join(nursery, robin.engine, engine)
        await until(lambda: cleo.held_of(anna) == 10 and cleo.held_of(ben) == 1)
        yield Met(anna, ben, cleo, engines, nursery)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blocked", [True, False])
async def test_what_is_said_during_a_block_comes_when_it_ends(
    robin: Reader, kind: Kind, blocked: bool
) -> None:
    """The control: without the block it comes and goes at once."""
    async with met(robin) as here:
        said = kind(here.anna)
        if blocked:
            await robin.block(here.anna)
        await here.say(said)
        if blocked:
            await here.all_else_is_told()
            assert knows(robin.person, here.anna) == knows(here.cleo, here.anna) == []
            assert robin.person.held_of(here.anna) == 10
            await robin.unblock(here.anna)
        for person in (robin.person, here.cleo):
            await until(lambda person=person: knows(person, here.anna) == [said.wire])
    assert robin.person.store.check(None, lambda _: None).errors == ()


@pytest.mark.parametrize("kind", KINDS)
async def test_who_says_it_all_the_same_costs_nothing(robin: Reader, kind: Kind) -> None:
    """One who has not heard yet that it is not wanted, or does not care, to whom it is not told
    that it is refused: what is neither judged nor stored is no offence."""
    async with met(robin) as here:
        said = kind(here.anna)
        session = await session_between(robin.engine, here.engines[2])
        from sayso_node.sync.store_reader import present

        def told() -> list:
            return robin.engine.replica.receive(session.name, Say([said.wire]), present())

        await robin.block(here.anna)
        assert [effect for effect in told() if isinstance(effect, StoreStatements)] == []
        assert robin.engine.replica.peers[session.name].conduct.refusals == 0
        await robin.unblock(here.anna)  # the control
        assert [
            effect.statements[0].wire for effect in told() if isinstance(effect, StoreStatements)
        ] == [said.wire]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_known_before_is_kept_back_from_who_comes(robin: Reader, kind: Kind) -> None:
    async with met(robin) as here:
        said = kind(here.anna)
        await here.say(said)
        await until(lambda: knows(robin.person, here.anna) == [said.wire])
        await robin.block(here.anna)
        dora = Person("dora")
        dora.follow(here.anna)
        dora.follow(here.ben)
        engine = dora.engine()
        here.nursery.start_soon(engine.run)
        join(here.nursery, robin.engine, engine)
        await until(lambda: dora.held_of(here.ben) == 1)
        await in_sync(engine, robin.engine)
        assert knows(dora, here.anna) == []
        assert dora.store.feeds_of(here.anna.account) == []
        await robin.unblock(here.anna)
        await until(lambda: knows(dora, here.anna) == [said.wire])


@pytest.mark.parametrize("kind", some(KINDS, 1))
@pytest.mark.parametrize("sessions", [0, 2])
async def test_a_block_that_began_and_ended_between_sessions(
    robin: Reader, kind: Kind, sessions: int
) -> None:
    """Both sides remember what was wanted: with or without sessions during the block, what was
    said in it is told afterwards."""
    anna, _, _ = people(robin)
    anna.post_many(9)

    async def meet() -> None:
        robin.start()
        engine = anna.engine()
        async with running(robin.engine, engine) as nursery:
            join(nursery, robin.engine, engine)
            await in_sync(robin.engine, engine)
            await in_sync(engine, robin.engine)

    await meet()
    assert robin.person.held_of(anna) == 10
    block(robin.home, robin.person.store, anna.account)
    said = kind(anna)
    assert anna.store.add_statements([said], now_ms()) == [True]
    for _ in range(sessions):
        await meet()
        assert knows(robin.person, anna) == []
    unblock(robin.home, anna.account)
    await meet()
    assert knows(robin.person, anna) == [said.wire]


@long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("comes_back", some([True, False], 1))
@pytest.mark.parametrize("blocked", [True, False])
async def test_what_the_owner_imports_during_a_block_is_not_passed_on(
    robin: Reader, kind: Kind, comes_back: bool, blocked: bool
) -> None:
    """Neither to who is there and had the account from here, nor to who comes back and is
    remembered to want it. The control: without the block it is."""
    async with met(robin) as here:
        said, three = kind(here.anna), here.engines[2]
        await in_sync(three, robin.engine)
        await in_sync(robin.engine, three)
        if comes_back:
            await until(lambda: three._store.resume_state("robin").place is not None)
            await three.session_with("robin").link.stream.aclose()
            await until(lambda: robin.engine.session_with("cleo") is None)
        if blocked:
            await robin.block(here.anna)
        assert robin.person.store.add_statements([said], now_ms()) == [True]
        await robin.engine.refresh()
        if comes_back:
            join(here.nursery, three, robin.engine)
        await here.all_else_is_told()
        if blocked:
            assert knows(here.cleo, here.anna) == []
            await robin.unblock(here.anna)
        await until(lambda: knows(here.cleo, here.anna) == [said.wire])


@pytest.mark.parametrize("subscribed", ["follow", "labels"])
def test_who_is_blocked_is_so_under_the_next_key(robin: Reader, subscribed: str) -> None:
    """Whether the posts are followed, or the labels alone are subscribed to."""
    anna, store = Person("anna"), robin.person.store
    if subscribed == "follow":
        robin.person.follow(anna)
    else:
        subscribe(robin.home, store, anna.account, ())
    assert store.add_grant(anna.grant)
    rotation = sign_rotate(anna.next_key, anna.account, [])
    assert store.add_statements([rotation], now_ms()) == [True]
    both = {anna.account, anna.next_key.public}
    assert both < set(store.carried_accounts())
    assert robin.carrying.dropped(both) == frozenset()
    block(robin.home, store, anna.account)
    robin.start()
    assert robin.carrying.dropped(both) == both
