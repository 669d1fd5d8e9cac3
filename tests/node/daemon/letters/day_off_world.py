"""Real homes whose couriers speak with one real carrier over links in memory, hour by hour."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import cast

import pytest
import trio
import trio.testing

from sayso_node import clock
from sayso_node.accounts.profile import newest_profile
from sayso_node.daemon.letters.kept_doors import KeptDoors
from sayso_node.daemon.letters.letter_service import open_carried
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.courier import Courier
from sayso_node.network.link import DialError, Link, Network
from sayso_protocol.content.body import Profile
from sayso_protocol.discovery.hub.carried_account import BY_ACCOUNT
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.feed.run import verify_run
from sayso_protocol.letters.box import DAY_MS
from sayso_protocol.letters.letter_frames import Deliver, LetterState

from .group_world import Member, World

EVENING_MS = 20_500 * DAY_MS + 18 * 3_600_000
"""When a world begins: six hours before the names of all boxes change."""


class WatchedCarrier(CarrierService):
    """The real one, which a test asks what it ever took."""

    sealed: set[bytes]

    def take(self, peer: str, network: str, deliver: Deliver) -> tuple[LetterState, int]:
        said = super().take(peer, network, deliver)
        if said[0] is LetterState.CARRIED:
            self.sealed |= {deliver.letter, deliver.box}
        return said


class CutStream(trio.abc.Stream):
    """A stream that is lost after so many calls: before a frame goes, or before an answer comes."""

    def __init__(self, inner: trio.abc.Stream, calls: int) -> None:
        self._inner, self._left = inner, calls

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._count()
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        await self._count()
        return await self._inner.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            await trio.aclose_forcefully(self._inner)
            raise trio.BrokenResourceError("the line is cut")


@dataclass
class Lines:
    """The network of one home."""

    world: DayWorld
    name: str
    peer_id: str

    async def open_stream(self, address: str, protocol: str, *, timeout: float = 10.0) -> Link:
        service = self.world.service
        if service is None or address != self.world.address:
            raise DialError("nobody answers there")
        ours, theirs = self._pair()
        there = Link(self.peer_id, "/ip4/127.0.0.1/tcp/1", False, theirs, network=self.name)
        self.world.nursery.start_soon(service.answer, there)
        return Link(service.peer_id, address, True, ours)

    def _pair(self) -> tuple[trio.abc.Stream, trio.abc.Stream]:
        ours, theirs = trio.testing.memory_stream_pair()
        faults = self.world.faults
        if faults is None or faults.random() < 0.5:
            return ours, theirs
        self.world.cut += 1
        return CutStream(ours, faults.randrange(24)), theirs


class DayWorld(World):
    """A world in which time passes for whoever is on, and one carrier has a home of its own."""

    service: WatchedCarrier | None = None
    faults: Random | None = None
    """What cuts every second line, where they do not hold."""
    cut = 0
    """Lines that were to be cut."""

    def __init__(
        self,
        folder: Path,
        opened: ExitStack,
        patch: pytest.MonkeyPatch,
        times: trio.testing.MockClock,
        nursery: trio.Nursery,
    ) -> None:
        super().__init__(folder, opened, patch)
        self.now_ms, self.times, self.nursery = EVENING_MS, times, nursery
        real = clock.now_ms
        for name, module in list(sys.modules.items()):
            if name.startswith("sayso_node.") and getattr(module, "now_ms", None) is real:
                patch.setattr(module, "now_ms", lambda: self.now_ms)
        self.hub = self.home("hub")
        self.address = f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_id_of_key(self.hub.feed)}"
        self.couriers: dict[str, Courier] = {}
        self.sealed: set[bytes] = set()
        self.letters = open_carried(self.hub.home)
        opened.callback(lambda: self.letters.close())
        self.doors = KeptDoors(self.hub.store, is_hub=True)
        self.switch_on()

    def switch_on(self) -> None:
        """The carrier, as after a start."""
        self.service = WatchedCarrier(
            peer_id_of_key(self.hub.feed),
            self.letters,
            doors=lambda: self.doors.doors,
            may_collect=self.doors.may_collect,
            ended=self.doors.ended,
        )
        self.service.sealed = self.sealed

    def switch_off(self) -> None:
        """The carrier stops; its file is read anew when it starts again."""
        self.service = None
        self.letters.close()
        self.letters = open_carried(self.hub.home)

    def person(self, name: str) -> Member:
        """A home that names the carrier in its profile, with its courier."""
        made = self.home(name)
        profile = Profile(name, carriers=(self.address,), knock=(0, 2, 3, 4))
        made.author.publish([profile])
        self.hub.store.carry(made.account, BY_ACCOUNT, "peer", "", self.now_ms)
        self.start(made)
        return made

    def start(self, one: Member) -> None:
        """As after a start of somebody's node."""
        one.start()

        async def find(account: bytes) -> list[str]:
            return list(newest_profile(one.store, [account]).carriers)

        name = one.home.path.name
        network = Lines(self, name, peer_id_of_key(one.feed))
        self.couriers[name] = Courier(cast(Network, network), one.letters, find)

    async def run(self, *people: Member, minutes: int = 60, rounds: int = 1) -> None:
        """Nodes that are on, for some rounds; all others are off, and the carrier stays."""
        for _ in range(rounds):
            self.times.jump(minutes * 60)
            self.now_ms += minutes * 60_000
            for one in (*people, self.hub):
                self._hear(one, *people, self.hub)
            self.doors.refresh(self.now_ms)
            couriers = [self.couriers[one.home.path.name] for one in people]
            for courier in couriers:
                await courier.find_stamps()
                await courier.deliver()
            for courier in couriers:
                await courier.collect()
                await courier.ask()
            self.letters.expire(self.now_ms // DAY_MS)
            self.letters.clear_log()

    def _hear(self, here: Member, *others: Member) -> None:
        """Feeds come from whoever is on."""
        carried = here.store.carried_accounts()
        for there in others:
            for state in [one for who in carried for one in there.store.feeds_of(who)]:
                if there is here or state.feed == here.feed:
                    continue
                here.store.add_grant(state.grant, self.now_ms)
                held = here.store.feed(state.feed)
                first = 1 if held is None else held.head + 1
                raw = there.store.load(state.feed, first, state.head)
                if raw is not None:
                    here.store.append([verify_run(raw)], self.now_ms)

    def found_at_carrier(self, *wanted: bytes) -> list[bytes]:
        """What of these stands in some file of the carrier's home."""
        files = [one for one in self.hub.home.path.rglob("*") if one.is_file()]
        assert self.hub.home.carried_letters in files
        raw = [one.read_bytes() for one in files]
        return [one for one in wanted if any(one in data for data in raw)]


@contextmanager
def opened_day(
    folder: Path, patch: pytest.MonkeyPatch, times: trio.testing.MockClock, nursery: trio.Nursery
) -> Iterator[DayWorld]:
    with ExitStack() as opened:
        yield DayWorld(folder, opened, patch, times, nursery)
