"""A day without the reader: what was written to him meanwhile comes once and in order, and nothing
of it stays with the carrier.

Homes with their files and couriers, and a carrier with its file; what is said between them goes
over streams in memory. The hours pass as the test says.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.budget import long

from sayso_node.knocks.outgoing import KnockState, own_knocks
from sayso_node.knocks.strangers import accept, strangers
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.courier import Courier
from sayso_node.messages.conversation import messages
from sayso_node.network.link import Link
from sayso_protocol.content.body import Post, Reference
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.filters.rules import NO_RULES
from sayso_storage.sqlite.carried import SqliteCarriedLetters

from .group_world import Member, World, opened_world

CARRIER = peer_id_of_key(KeyPair.from_seed(b"\7" * 32).public)
ADDRESS = f"/ip4/127.0.0.1/tcp/1/p2p/{CARRIER}"
HOUR_MS = 3_600_000
LEAST_BITS = 2


class Carrier:
    """A carrier of all of them, which is there all the time."""

    def __init__(self, file: Path, members: Sequence[Member]) -> None:
        self.file = file
        self.letters = SqliteCarriedLetters(file)
        doors = {one.account: lambda _day: LEAST_BITS for one in members}
        self.service = CarrierService(
            CARRIER, self.letters, doors=lambda: doors, may_collect=lambda _account, _feed: True
        )

    def lying(self) -> list[bytes]:
        """What it holds: some bytes of the middle of each letter."""
        with closing(sqlite3.connect(self.file)) as db:
            return [row[0][100:200] for row in db.execute("SELECT letter FROM letters")]

    def has(self, data: bytes) -> bool:
        """Whether bytes stand anywhere in its files."""
        return any(data in one.read_bytes() for one in self.file.parent.iterdir())


class Lines:
    """The network of one home, from which a carrier is reached."""

    def __init__(self, peer_id: str, carrier: Carrier, nursery: trio.Nursery) -> None:
        self.peer_id = peer_id
        self._carrier, self._nursery = carrier, nursery

    async def open_stream(self, address: str, protocol: str, *, timeout: float = 10.0) -> Link:
        ours, theirs = trio.testing.memory_stream_pair()
        answered = Link(self.peer_id, "/", outbound=False, stream=theirs, network=self.peer_id)
        self._nursery.start_soon(self._carrier.service.answer, answered)
        return Link(CARRIER, address, outbound=True, stream=ours)


class Neighbourhood:
    """The world, in which letters go by couriers to the carrier."""

    def __init__(
        self, world: World, clock: trio.testing.MockClock, nursery: trio.Nursery, folder: Path
    ) -> None:
        self.world, self._clock = world, clock
        self.all = tuple(map(world.home, ("ann", "ben", "cem", "dan")))
        self.carrier = Carrier(folder / "carrier" / "carried.db", self.all)
        self._couriers: dict[Member, Courier] = {}
        for number, one in enumerate(self.all):
            peer_id = peer_id_of_key(KeyPair.from_seed(bytes([number]) * 32).public)
            lines = Lines(peer_id, self.carrier, nursery)
            self._couriers[one] = Courier(lines, one.letters, _carriers)  # type: ignore[arg-type]

    async def pass_hours(self, *there: Member, hours: int = 1) -> None:
        """The nodes of these run, once an hour."""
        for _ in range(hours):
            for one in there:
                await self._run(one)
            self.world.now_ms += HOUR_MS
            self._clock.jump(HOUR_MS / 1000)

    async def _run(self, member: Member) -> None:
        self.world.hear_feeds(member)
        courier = self._couriers[member]
        await courier.deliver()
        await courier.find_stamps()
        await courier.deliver()
        await courier.collect()
        await courier.deliver()  # what answers what came
        await courier.ask()


async def _carriers(_account: bytes) -> Sequence[str]:
    return [ADDRESS]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with opened_world(tmp_path, monkeypatch) as made:
        made.now_ms += 8 * HOUR_MS - made.now_ms % (24 * HOUR_MS)
        for module in ("letters.courier", "letters.carrier_service"):
            monkeypatch.setattr(f"sayso_node.{module}.now_ms", lambda: made.now_ms)
        yield made


@pytest.fixture
async def town(
    world: World, mock_clock: trio.testing.MockClock, nursery: trio.Nursery, tmp_path: Path
) -> AsyncIterator[Neighbourhood]:
    mock_clock.rate = 1.0  # whoever looks for stamps rests now and then
    made = Neighbourhood(world, mock_clock, nursery, tmp_path)
    yield made
    made.carrier.letters.close()


def states_of(member: Member, now_ms: int) -> list[object]:
    """What became of own messages."""
    found = messages(member.store, member.records, now_ms)
    return [one.as_json()["state"] for one in found if one.is_own]


@long
async def test_what_came_in_a_day_is_there_once_and_in_order(town: Neighbourhood) -> None:
    """Ann and Cem are in a group with Ben; Dan is a stranger to him."""
    ann, ben, cem, dan = town.all
    carrier = town.carrier
    ann.follow(ben, cem)
    ben.follow(ann)
    cem.follow(ann)
    dan.follow(ben)
    ben.author.publish([Post("who has beans to swap?")])
    group = ann.book.create(town.world.now_ms, "chess").id
    for invited in (ben, cem):
        ann.book.invite(group, town.world.now_ms, invited.account)
    await town.pass_hours(*town.all, hours=4)
    for invited in (ben, cem):
        invited.book.join(group, town.world.now_ms)
    await town.pass_hours(*town.all, hours=4)
    assert carrier.letters.held().letters == 0

    first_day = town.world.now_ms // (24 * HOUR_MS)
    asked = ben.store.own_feed()
    assert asked is not None
    question = Reference(ben.account, ben.feed, asked.head, asked.held[-1].top)
    sealed: set[bytes] = set()
    for hour in range(24):
        if hour % 6 == 0:
            ann.message(ben, f"message {hour // 6}")
        if hour % 6 == 2:
            ann.write(group, b"ann %d" % (hour // 6))
        if hour % 6 == 4:
            cem.write(group, b"cem %d" % (hour // 6))
        if hour == 5:
            dan.author.publish([Post("I have some beans", reply=question, root=question)])
        if hour == 15:
            dan.message(ben, "you do not know me")
        await town.pass_hours(ann, cem, dan)
        sealed.update(carrier.lying())
    assert town.world.now_ms // (24 * HOUR_MS) > first_day
    assert (ben.texts(), ben.shelf(), ben.read(group)) == ([], [], [])
    assert set(states_of(ann, town.world.now_ms)) == {"carried"}
    waiting = carrier.lying()
    assert len(waiting) >= 4 + 8 + 2
    assert all(map(carrier.has, waiting)), "or a search of the files would show nothing"

    await town.pass_hours(ben)
    said = [f"message {number}" for number in range(4)]
    posts = [b"%s %d" % (name, number) for number in range(4) for name in (b"ann", b"cem")]
    words = ["I have some beans", "you do not know me"]
    for _ in range(3):
        assert ben.texts() == said
        assert sorted(map(str, ben.shelf())) == words
        assert ben.read(group) == posts
        await town.pass_hours(*town.all)
    assert set(states_of(ann, town.world.now_ms)) == {"delivered"}
    assert {one.state for one in own_knocks(dan.records)} == {KnockState.DELIVERED}
    assert ann.read(group) == cem.read(group) == posts

    # What a stranger wrote beside his first words lies in boxes that nobody opens before.
    assert len(carrier.lying()) <= len(words)
    strange, _ = strangers(ben.store, ben.records, NO_RULES, town.world.now_ms)
    for one in strange:
        accept(ben.store, ben.records, one.id, town.world.now_ms)
    await town.pass_hours(*town.all, hours=4)
    assert (ben.shelf(), sorted(ben.texts())) == ([], sorted([*said, words[1]]))
    assert states_of(dan, town.world.now_ms) == ["delivered"]

    assert carrier.letters.held().letters == 0
    assert carrier.letters.clear_log()
    plain = [*map(str.encode, said + words), *posts]
    assert not [part for part in (*sealed, *plain) if carrier.has(part)]
