"""Entries that were taken back, between engines: with proofs, without, and to old peers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from sayso_node.clock import now_ms
from sayso_node.network.link import Link
from sayso_node.sync.engine import Engine
from sayso_protocol.accounts.statement import sign_grant, sign_revoke
from sayso_protocol.content.body import Reference, Retract, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.feed.run import Run, commitment, sign_run
from sayso_protocol.sync.wire.frames import SYNC_1, SYNC_2, Entries
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..support import Person, running, seed_of, until

SECRET = "what nobody is to read again"


def join(nursery: trio.Nursery, here: Engine, there: Engine, version: int = SYNC_2) -> None:
    one, other = trio.testing.memory_stream_pair()
    for engine, peer, stream, dialled in ((here, there, one, True), (there, here, other, False)):
        link = Link(peer._peer_id, "/memory", dialled, stream, sync_version=version)
        nursery.start_soon(engine.serve, link)


def take_back(who: Person, run: Run, *numbers: int) -> Run:
    named = [Reference(who.account, who.feed, seq, run.ids[seq - run.first]) for seq in numbers]
    return who.publish([Retract(tuple(named))])


def held(store: Store, feed: bytes) -> dict[int, bool]:
    """The numbers of a feed that are held, and whether with their bodies."""
    return {one.seq: one.body is not None for one in store.arrived_after(0) if one.feed == feed}


class Three:
    """Ann writes, Ben relays to Cid. On the disk, so that it can be searched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ann, self.ben, self.cid = (
            Person(
                name,
                open_store(folder / name / "store.db", random=lambda _, n=name: seed_of(n)[:16]),
            )
            for name in ("ann", "ben", "cid")
        )
        for who in (self.ben, self.cid):
            who.follow(self.ann)

    def files_with(self, text: str) -> list[str]:
        files = [file for file in sorted(self.folder.rglob("*")) if file.is_file()]
        return [
            f"{one.parent.name}/{one.name}" for one in files if text.encode() in one.read_bytes()
        ]

    def erase(self) -> None:
        for who in (self.ann, self.ben, self.cid):
            assert who.store.erase()

    def close(self) -> None:
        for who in (self.ann, self.ben, self.cid):
            who.store.close()


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    made = Three(tmp_path)
    yield made
    made.close()


async def test_after_one_round_it_is_in_no_file_of_any_home(three: Three) -> None:
    ann, ben, cid = three.ann, three.ben, three.cid
    said = ann.post("before", SECRET, "after")
    engines = [who.engine() for who in (ann, ben, cid)]
    async with running(*engines) as nursery:
        join(nursery, engines[0], engines[1])
        join(nursery, engines[1], engines[2])
        await until(lambda: cid.held_of(ann) == 4)
        assert {name.split("/")[0] for name in three.files_with(SECRET)} == {"ann", "ben", "cid"}
        take_back(ann, said, 3)
        await engines[0].refresh_own()
        await until(lambda: not held(cid.store, ann.feed).get(3, True))
    assert all(len(held(who.store, ann.feed)) == 5 for who in (ann, ben, cid))
    three.erase()
    assert three.files_with(SECRET) == []
    assert all(not who.store.check(None, lambda _: None).errors for who in (ann, ben, cid))


async def test_a_newcomer_gets_it_blank_with_what_shows_that(three: Three) -> None:
    ann, ben, cid = three.ann, three.ben, three.cid
    said = ann.post("before", SECRET, "after")
    take_back(ann, said, 3)
    # Cid gets the entries from Ben alone, who never had the body.
    for one, other in ((ann, ben), (ben, cid)):
        engines = [one.engine(), other.engine()]
        async with running(*engines) as nursery:
            join(nursery, *engines)
            await until(lambda other=other: other.held_of(ann) == 5)
        assert engines[0].left == engines[1].left == {}
    for who in (ann, ben, cid):
        assert held(who.store, ann.feed) == {1: True, 2: True, 3: False, 4: True, 5: True}
    three.erase()
    assert three.files_with(SECRET) == []


async def test_to_an_old_peer_it_is_a_gap(three: Three) -> None:
    ann, ben = three.ann, three.ben
    said = ann.post("before", SECRET, "after")
    take_back(ann, said, 3)
    engines = [ann.engine(), ben.engine()]
    async with running(*engines) as nursery:
        join(nursery, *engines, version=SYNC_1)
        await until(lambda: ben.held_of(ann) == 4)
        for engine in engines:
            await engine.in_sync_or_over(next(iter(engine.sessions.values()))).wait()
        assert len(engines[0].sessions) == 1
        assert engines[1].ingest.stats.refused == 0
    assert held(ben.store, ann.feed) == {1: True, 2: True, 4: True, 5: True}
    assert engines[0].left == engines[1].left == {}


class Blanker(Engine):
    """Gives entries without their bodies, and nothing that shows why."""

    def __init__(self, *arguments) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*arguments)
        answer = self._responder._entries_for

        def blanked(ask, version, run):  # type: ignore[no-untyped-def]
            entries = answer(ask, version, run)
            bodies = [commitment(body) for body in entries.run.bodies]
            run = type(entries.run)(
                entries.run.feed,
                entries.run.first,
                entries.run.previous,
                entries.run.times,
                bodies,
                entries.run.signatures,
            )
            return Entries(entries.number, run)

        self._responder._entries_for = blanked


@pytest.mark.parametrize("version", [SYNC_1, SYNC_2])
async def test_a_relay_that_blanks_posts_is_refused_and_counted(version: int) -> None:
    ann, ben = Person("ann"), Person("ben", MemoryStore(bytes(16)))
    ben.follow(ann)
    ann.post(*(f"post {n}" for n in range(300)))
    events: list[dict] = []
    liar = Blanker(ann.store, "liar", "test/1", lambda _: None)
    reader = ben.engine(events)
    async with running(liar, reader) as nursery:
        join(nursery, reader, liar, version)
        await until(lambda: bool(reader.left))
    assert ben.held_of(ann) == 0
    assert set(reader.left) == {"protocol-violation"}
    assert reader.ingest.stats.refused > 60


async def test_what_a_revoked_device_took_back_comes_again(three: Three) -> None:
    ann, ben, cid = three.ann, three.ben, three.cid
    said = ann.post("before", "what stays", "after")
    thief = Person("thief", MemoryStore(bytes(16)), ann.account_key)
    grant = sign_grant(ann.account_key, thief.feed_key, next_key_hash(ann.next_key.public))
    retraction = sign_run(thief.feed_key, 1, None, [now_ms()], [_take_back_body(ann, said, 3)])
    ben.store.add_grant(grant)
    ben.store.add_grant(ann.grant)
    ben.store.append([retraction, said], now_ms())
    assert held(ben.store, ann.feed) == {2: True, 3: False, 4: True}
    cid.store.add_grant(ann.grant)
    cid.store.append([said], now_ms())
    engines = [ben.engine(), cid.engine()]
    revoke = sign_revoke(ann.account_key, thief.feed, 0, None)
    ben.store.add_statements([revoke], now_ms())
    async with running(*engines) as nursery:
        await engines[0].refresh()
        assert held(ben.store, ann.feed) == {2: True, 4: True}
        join(nursery, *engines)
        await until(lambda: held(ben.store, ann.feed).get(3, False))


def _take_back_body(who: Person, run: Run, seq: int) -> bytes:
    named = Reference(who.account, who.feed, seq, run.ids[seq - run.first])
    return write_body(Retract((named,)))
