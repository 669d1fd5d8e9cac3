"""Carrier service: takes letters for others over `/sayso/letter/1`, and gives them to their
readers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

import trio
from nacl.utils import random

from sayso_protocol.errors import NotGranted, Refused
from sayso_protocol.letters.admission import DEFAULT_LIMITS, CarrierLimits, Lane, lane_of
from sayso_protocol.letters.box import day_at, door_box, letter_id
from sayso_protocol.letters.carrier_session import (
    CarrierSession,
    EraseLetters,
    FindFilled,
    FindStates,
    GiveBoxes,
    GiveDoors,
)
from sayso_protocol.letters.letter_frames import Deliver, LetterFrame, LetterState
from sayso_protocol.letters.letter_limits import (
    CHALLENGE_SIZE,
    DAYS_ROUND,
    LETTER_PROTOCOL,
    MAX_LETTERS_FRAME,
)
from sayso_protocol.letters.stamp import stamp_bits
from sayso_storage.interface.carried_letters import CarriedLetters, Collector, Offer
from sayso_storage.interface.errors import StoreError

from ..clock import now_ms
from ..network.link import Link, Network, StreamQuota
from .letter_stream import LetterStream

log = logging.getLogger(__name__)

LETTER_QUOTA: Final = StreamQuota(a_peer=2, in_all=32)
"""Each may hold a MiB: 32 MiB in all."""

TAKEN_AT_ONCE: Final = 16
"""Letters in one transaction, which costs more than they do: half a MiB of the longest."""

SESSION_SECONDS: Final = 600.0
"""How long one stream may last: the rest comes over another."""

LeastBits = Callable[[int], int | None]
"""The lowest price of a door on a Unix day, in bits; None where nobody may pay."""


class CarrierService:
    """See the module. `doors` are the accounts whose doors are kept here, with their prices, in
    another mapping whenever the accounts change; `may_collect` says whether a feed of an account
    (account, feed) still stands, and `ended` gives those that do not, as far as they are known: no
    letter waits for them. All are called in threads."""

    def __init__(
        self,
        peer_id: str,
        letters: CarriedLetters,
        *,
        doors: Callable[[], Mapping[bytes, LeastBits]],
        may_collect: Callable[[bytes, bytes], bool],
        ended: Callable[[bytes], Collection[bytes]] = lambda _account: (),
        limits: CarrierLimits = DEFAULT_LIMITS,
    ) -> None:
        self._peer_id = peer_id
        self._letters = letters
        self._doors = doors
        self._may_collect = may_collect
        self._ended = ended
        self._limits = limits
        self._open_doors = _OpenDoors(0, {}, {})
        self.taken: Counter[LetterState] = Counter()
        """Letters that were brought since the start, by the answer."""
        self.refused: Counter[str] = Counter()
        """Streams that were ended since the start, by the code of the error."""

    def serve(self, network: Network) -> None:
        """Answer from now on."""
        network.handle(LETTER_PROTOCOL, self.answer, LETTER_QUOTA)

    async def answer(self, link: Link) -> None:
        """Answer one stream until it ends."""
        try:
            with trio.move_on_after(SESSION_SECONDS):
                await _Conversation(self, link).run()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.refused["lost"] += 1
        except Refused as error:
            self.refused[error.code] += 1
            log.info("%s asked for letters wrongly: %s", link.peer_id, error)
        except StoreError as error:
            log.warning("letters are not kept for others: %s", error)
        finally:
            await trio.aclose_forcefully(link.stream)

    def door_of(self, box: bytes) -> tuple[int, LeastBits] | None:
        """The day and the prices of a door that is kept here and open today. Called in a thread:
        naming the doors of a thousand accounts takes milliseconds."""
        doors, today = self._doors(), day_at(now_ms())
        named = self._open_doors
        if named.today != today or named.doors is not doors:
            by_box = {
                door_box(account, day): (account, day)
                for account in doors
                for day in range(today - DAYS_ROUND, today + DAYS_ROUND + 1)
            }
            named = self._open_doors = _OpenDoors(today, doors, by_box)
        found = named.by_box.get(box)
        return None if found is None else (found[1], doors[found[0]])

    def take(self, peer: str, network: str, deliver: Deliver) -> tuple[LetterState, int]:
        """Take a letter that a peer brings, or not; and the bits that its stamp lacked. Called in a
        thread. Raises `StoreError`."""
        box, lane, detail = deliver.box, Lane.SECRET, 0
        door = self.door_of(box)
        if door is not None:
            day, least_bits = door
            least, worth = least_bits(day), 0
            if deliver.stamp is not None:
                worth = stamp_bits(box, letter_id(box, deliver.letter), deliver.stamp)
            lane, detail = lane_of(worth, least), least or 0
        offer = Offer(peer, network, box, lane, deliver.letter, deliver.stamp)
        state = self._letters.take(offer, day_at(now_ms()), self._limits)
        self.taken[state] += 1
        return state, detail if state is LetterState.PRICE else 0

    def session(self) -> CarrierSession:
        """The rules of a new stream."""
        return CarrierSession(self._peer_id, random(CHALLENGE_SIZE))

    def take_all(
        self, peer: str, network: str, letters: Sequence[Deliver]
    ) -> list[tuple[LetterState, int]]:
        """The same of several, in one transaction."""
        with self._letters.writing():
            return [self.take(peer, network, one) for one in letters]

    def has_doors_of(self, account: bytes) -> bool:
        """Whether an account's doors are kept here."""
        return account in self._doors()

    @property
    def peer_id(self) -> str:
        """The own peer id."""
        return self._peer_id

    @property
    def letters(self) -> CarriedLetters:
        """The store."""
        return self._letters

    @property
    def limits(self) -> CarrierLimits:
        """The bounds."""
        return self._limits

    def may_collect(self, ask: GiveDoors) -> bool:
        """Whether the feed that asks may have what lies at its account's doors: what comes there
        waits for it from now on."""
        if ask.account not in self._doors() or not self._may_collect(ask.account, ask.feed):
            return False
        self._letters.note_collector(Collector(ask.account, ask.feed), day_at(now_ms()))
        return True

    def collector(self, account: bytes, feed: bytes) -> Collector:
        """The device of an account that collects."""
        return Collector(account, feed, frozenset(self._ended(account)))

    def erase(self, asked: EraseLetters) -> tuple[LetterState, ...]:
        """Erase letters that were given, those at doors once all devices have them; gives their
        states. Called in a thread. Raises `StoreError`."""
        today = day_at(now_ms())
        with self._letters.writing():
            pairs = zip(asked.ids, asked.doors, strict=True)
            for door, some in groupby(pairs, key=lambda one: one[1]):
                ids = [name for name, _ in some]
                by = None if door is None else self.collector(door.account, door.feed)
                self._letters.erase(ids, today, by)
            return self._letters.states(asked.ids)


class _OpenDoors(NamedTuple):
    """Account and day of each door that is open on a day."""

    today: int
    doors: Mapping[bytes, LeastBits]
    by_box: Mapping[bytes, tuple[bytes, int]]


class _Conversation:
    def __init__(self, service: CarrierService, link: Link) -> None:
        self._service = service
        self._link = link
        self._stream = LetterStream(link.stream)
        self._session = service.session()

    async def run(self) -> None:
        limits = self._service.limits
        hello = self._session.hello(0, limits.room, limits.box_letters, limits.door_letters)
        await self._stream.send(hello)
        erased, ahead = False, None
        try:
            while (frame := ahead or await self._stream.receive()) is not None:
                ahead = None
                if isinstance(frame, Deliver):
                    ahead = await self._take(frame)
                else:
                    erased |= await self._answer(frame)
        finally:
            if erased:
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(self._service.letters.clear_log)

    async def _answer(self, frame: LetterFrame) -> bool:
        """Do what a frame asks for; whether it erased something."""
        letters, session = self._service.letters, self._session
        match session.receive(frame):
            case FindFilled(boxes):
                found = await trio.to_thread.run_sync(letters.filled, boxes)
                await self._stream.send(session.found(found))
            case GiveBoxes(boxes):
                await self._give(boxes)
            case GiveDoors() as ask:
                if not await trio.to_thread.run_sync(self._service.may_collect, ask):
                    raise NotGranted("doors that are not kept here, or a feed that has ended")
                days = range(ask.first, ask.last + 1)
                await self._give([door_box(ask.account, day) for day in days], ask)
            case EraseLetters() as asked:
                states = await trio.to_thread.run_sync(self._service.erase, asked)
                await self._stream.send(session.states(states))
                return True
            case FindStates(ids):
                states = await trio.to_thread.run_sync(letters.states, ids)
                await self._stream.send(session.states(states))
        return False

    async def _take(self, frame: LetterFrame | None) -> LetterFrame | None:
        """Take a letter, and those that came with it, in one transaction; the frame that was read
        after them, if one was."""
        brought: list[Deliver] = []
        while isinstance(frame, Deliver):
            self._session.receive(frame)
            brought.append(frame)
            is_next = len(brought) < TAKEN_AT_ONCE and self._stream.holds_frame
            frame = await self._stream.receive() if is_next else None
        peer, network = self._link.peer_id, self._link.network
        take = partial(self._service.take_all, peer, network, brought)
        for one, (state, detail) in zip(brought, await trio.to_thread.run_sync(take), strict=True):
            await self._stream.send(self._session.answered(one.number, state, detail))
        return frame

    async def _give(self, boxes: Sequence[bytes], door: GiveDoors | None = None) -> None:
        """Give all that lies there, a frame at a time."""
        place, more = 0, True
        by = None if door is None else Collector(door.account, door.feed)
        while more:
            most = min(MAX_LETTERS_FRAME, self._session.may_give)
            read = partial(self._service.letters.read, boxes, place, most + 1, by)
            rows = await trio.to_thread.run_sync(read)
            given = rows[:most]
            more = bool(given) and len(rows) > most
            place = given[-1].place if given else place
            found = tuple(one.letter for one in given)
            frame = self._session.give(found, more=more, door=door)
            await self._stream.send(frame)
