"""The courier over real connections on 127.0.0.1: carriers that are there, off, full or strict."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.budget import long
from tests.vectors.cases import ACCOUNT, FEED

from sayso_node.clock import now_ms
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.courier import Courier
from sayso_node.letters.letter_source import LaidLetter, LetterReport, OwnDoor, Places
from sayso_node.network.link import Link, Network
from sayso_node.network.transport import open_network
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.letters.admission import DEFAULT_LIMITS, CarrierLimits, LaneBounds
from sayso_protocol.letters.box import day_at, door_box, pair_key, secret_box
from sayso_protocol.letters.letter_frames import LetterState
from sayso_storage.sqlite.carried import SqliteCarriedLetters

from ..support import seed_of, until
from .source import Desk

READER = ACCOUNT.public
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
TODAY = day_at(now_ms())
KEY = pair_key(b"s" * 32, TODAY, 0)
BOX = secret_box(KEY.public)
PLACES = Places((READER,), (KEY,), (OwnDoor(FEED, GRANT),))
STRICT = CarrierLimits(free=LaneBounds(0, 0))


def letter(number: int) -> bytes:
    return (1000 + number).to_bytes(4, "big") * 128


async def ignore(_: Link) -> None:
    return


@asynccontextmanager
async def network(name: str, *, listens: bool = False) -> AsyncIterator[Network]:
    listen = ["/ip4/127.0.0.1/tcp/0"] if listens else []
    async with open_network(node_seed=seed_of(name), listen=listen, on_link=ignore) as opened:
        yield opened


Own = Callable[[], CarrierService | None]


@dataclass
class Carrier:
    """A carrier on the network, and its file."""

    file: Path
    service: CarrierService
    letters: SqliteCarriedLetters
    address: str

    def holds(self, data: bytes) -> bool:
        """Whether some file has these bytes."""
        return any(data in one.read_bytes() for one in self.file.parent.iterdir())


@asynccontextmanager
async def carrier(
    folder: Path, name: str, limits: CarrierLimits = DEFAULT_LIMITS
) -> AsyncIterator[Carrier]:
    async with network(name, listens=True) as own:
        letters = SqliteCarriedLetters(folder / name / "carried.db")
        service = CarrierService(
            own.peer_id,
            letters,
            doors=lambda: {READER: lambda _: 8},
            may_collect=lambda _account, _feed: True,
            limits=limits,
        )
        service.serve(own)
        yield Carrier(folder / name / "carried.db", service, letters, own.addresses[0])
        letters.close()


@dataclass
class Book:
    """Where carriers of accounts are, as whoever looks finds it."""

    addresses: list[str] = field(default_factory=list)
    asked: int = 0

    async def find(self, _account: bytes) -> list[str]:
        self.asked += 1
        return list(self.addresses)


@asynccontextmanager
async def courier(
    name: str,
    desk: Desk,
    *carriers: Carrier,
    own: Callable[[], CarrierService | None] = lambda: None,
) -> AsyncIterator[Courier]:
    async with network(name) as opened:
        yield Courier(opened, desk, Book([one.address for one in carriers]).find, own)


async def test_a_letter_lies_with_all_carriers_and_is_collected_and_erased(tmp_path: Path) -> None:
    sender, reader = Desk(), Desk(PLACES)
    async with carrier(tmp_path, "one") as one, carrier(tmp_path, "two") as two:
        secret = sender.write(READER, BOX, letter(1))
        knock = sender.write(READER, door_box(READER, TODAY), letter(2))
        async with courier("ben", sender, one, two) as ben:
            await ben.deliver()
            assert sender.states(secret) == sender.states(knock) == [LetterState.CARRIED]
            assert [both.letters.held().letters for both in (one, two)] == [2, 2]
            await ben.ask()
            assert sender.states(secret)[-1] is LetterState.CARRIED
            async with courier("ann", reader, one, two) as ann:
                await ann.collect()
            assert {came.letter for came in reader.came} == {letter(1), letter(2)}
            assert reader.times_emptied == 1
            await ben.ask()
            assert sender.states(secret)[-1] is LetterState.DELIVERED
            assert sender.states(knock)[-1] is LetterState.DELIVERED
        for both in (one, two):
            assert both.letters.held().letters == 0
            assert not any(both.holds(data) for data in (letter(1), letter(2), BOX))


async def test_one_carrier_that_is_off_is_enough_to_wait_and_not_to_fail(tmp_path: Path) -> None:
    sender, reader = Desk(), Desk(PLACES)
    async with carrier(tmp_path, "one") as one, courier("ben", sender) as nobody:
        lost = sender.write(READER, BOX, letter(1))
        await nobody.deliver()
        assert sender.reports == [], "nobody was found: it waits"
        async with carrier(tmp_path, "off") as off:
            pass
        async with courier("cat", sender, off, one) as cat:
            await cat.deliver()
            assert sender.states(lost) == [LetterState.CARRIED]
            await cat.ask()
            assert sender.states(lost)[-1] is LetterState.CARRIED
        async with courier("ann", reader, off, one) as ann:
            await ann.collect()
        assert reader.times_emptied == 0, "one of them was not asked"


async def test_that_nobody_has_it_is_told_once_all_were_asked(tmp_path: Path) -> None:
    sender = Desk()
    async with carrier(tmp_path, "one") as one:
        lost = sender.write(READER, BOX, letter(1))
        sender.lying[lost.id] = LaidLetter(lost.id, READER)
        async with carrier(tmp_path, "off") as off:
            pass
        async with courier("ben", sender, one, off) as ben:
            await ben.ask()
            assert sender.reports == []
        async with courier("cat", sender, one) as cat:
            await cat.ask()
            assert sender.states(lost) == [LetterState.NOT_HERE]


@pytest.mark.parametrize(
    ("limits", "box", "state", "bits"),
    [
        (STRICT, door_box(READER, TODAY), LetterState.PRICE, 8),
        (CarrierLimits(room=600), BOX, LetterState.FULL, 0),
        (CarrierLimits(peer_letters=0), BOX, LetterState.SLOW, 0),
    ],
)
async def test_what_a_carrier_refuses_is_told_and_not_offered_again_at_once(
    tmp_path: Path, limits: CarrierLimits, box: bytes, state: LetterState, bits: int
) -> None:
    sender = Desk()
    async with carrier(tmp_path, "one", limits) as one, courier("ben", sender, one) as ben:
        sent = sender.write(READER, box, letter(1))
        await ben.deliver()
        await ben.deliver()
        assert sender.reports == [LetterReport(sent.id, state, bits)]
        assert one.service.taken == {state: 1}


async def test_a_price_is_paid_with_a_stamp(tmp_path: Path) -> None:
    sender = Desk()
    async with carrier(tmp_path, "one", STRICT) as one, courier("ben", sender, one) as ben:
        knock = sender.write(READER, door_box(READER, TODAY), letter(1), bits=10)
        too_much = sender.write(READER, door_box(READER, TODAY), letter(2), bits=40)
        await ben.deliver()
        assert sender.reports == [], "nothing goes without the stamp that it is to have"
        await ben.find_stamps()
        assert len(sender.stamps) == 1
        await ben.deliver()
        assert sender.states(knock) == [LetterState.CARRIED]
        assert too_much.id in sender.out


async def test_what_could_not_be_kept_is_not_erased(tmp_path: Path) -> None:
    sender, reader = Desk(), Desk(PLACES)
    async with carrier(tmp_path, "one") as one:
        sender.write(READER, BOX, letter(1))
        async with courier("ben", sender, one) as ben, courier("ann", reader, one) as ann:
            await ben.deliver()
            reader.is_broken = True
            await ann.collect()
            assert one.letters.held().letters == 1 and reader.times_emptied == 0
            reader.is_broken = False
            await ann.collect()
        assert [came.letter for came in reader.came] == [letter(1)]
        assert one.letters.held().letters == 0 and reader.times_emptied == 1


async def test_the_own_node_is_a_carrier_without_a_stream(tmp_path: Path) -> None:
    """For other devices of the owner, and on a hub for whoever it carries."""
    sender, reader = Desk(), Desk(PLACES)
    async with carrier(tmp_path, "one") as one:
        own = lambda: one.service  # noqa: E731
        sent = sender.write(READER, BOX, letter(1))
        other = sender.write(bytes(32), BOX, letter(2))
        async with courier("ben", sender, own=own) as ben:
            await ben.deliver()
            assert sender.states(sent) == [LetterState.CARRIED]
            assert sender.states(other) == [], "it keeps no letters for that account"
            async with courier("ann", reader, own=own) as ann:
                await ann.collect()
            assert [came.letter for came in reader.came] == [letter(1)]
            await ben.ask()
            assert sender.states(sent)[-1] is LetterState.DELIVERED
        assert not one.holds(letter(1))


async def test_what_lies_at_the_own_node_alone_goes_to_the_carriers_of_the_other_devices_too(
    tmp_path: Path,
) -> None:
    """The other devices of the owner ask those, and may never meet this one."""
    sender = Desk(Places((READER,)))
    async with carrier(tmp_path, "own") as here:
        async with carrier(tmp_path, "off") as off:
            pass
        sent = sender.write(READER, BOX, letter(1))
        async with courier("ben", sender, off, own=lambda: here.service) as ben:
            await ben.deliver()
            assert here.letters.held().letters == 1
            assert sender.states(sent) == [], "nobody else has it"
        async with (
            carrier(tmp_path, "two") as two,
            courier("cat", sender, two, own=lambda: here.service) as cat,
        ):
            await cat.deliver()
            assert sender.states(sent) == [LetterState.CARRIED]
            assert two.letters.held().letters == 1


@pytest.mark.parametrize("is_own", [False, True], ids=["at a carrier", "at the own node"])
async def test_an_answer_to_whom_no_carrier_is_known_lies_where_he_looks_for_it(
    tmp_path: Path, is_own: bool
) -> None:
    """Ann answers Ben, of whom she knows nothing but that he called."""
    ben_account = bytes(32)
    ann_desk = Desk(Places((READER,)))
    ben_desk = Desk(Places((ben_account,), (KEY,), asked=(READER,)))
    async with (
        carrier(tmp_path, "one") as one,
        network("ann") as ann_network,
        network("ben") as ben_network,
    ):

        async def find(account: bytes) -> list[str]:
            return [one.address] if account == READER else []

        async def nobody(_account: bytes) -> list[str]:
            return []

        ann = (
            Courier(ann_network, ann_desk, nobody, lambda: one.service)
            if is_own
            else Courier(ann_network, ann_desk, find)
        )
        ben = Courier(ben_network, ben_desk, find)
        sent = ann_desk.write(ben_account, BOX, letter(1))
        await ann.deliver()
        assert ann_desk.states(sent) == [], "what is no answer waits"
        ann_desk.answers = {ben_account}
        await ann.deliver()
        assert ann_desk.states(sent) == [LetterState.CARRIED]
        await ann.ask()
        assert ann_desk.states(sent)[-1] is LetterState.CARRIED
        await ben.collect()
        assert [came.letter for came in ben_desk.came] == [letter(1)]
        assert ben_desk.times_emptied == 0, "where his own letters lie is not known"
        await ann.ask()
        assert ann_desk.states(sent)[-1] is LetterState.DELIVERED


@long
async def test_it_goes_on_by_itself_and_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    sender, reader = Desk(), Desk(PLACES)
    async with carrier(tmp_path, "one") as one:
        own = lambda: one.service  # noqa: E731
        async with (
            courier("ben", sender, one) as ben,
            courier("ann", reader, own=own) as ann,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(ben.run)
            nursery.start_soon(ann.run)
            await trio.testing.wait_all_tasks_blocked()
            sender.write(READER, door_box(READER, TODAY), letter(1), bits=9)
            ben.hurry()
            await until(lambda: [came.letter for came in reader.came] == [letter(1)])
            await until(lambda: one.letters.held().letters == 0)
            nursery.cancel_scope.cancel()
