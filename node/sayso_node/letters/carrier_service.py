"""Carrier service: takes letters for others over `/sayso/letter/1`, and gives them to their
readers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

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
    TakeLetter,
)
from sayso_protocol.letters.letter_frames import Deliver, LetterFrame, LetterState
from sayso_protocol.letters.letter_limits import (
    CHALLENGE_SIZE,
    DAYS_ROUND,
    LETTER_PROTOCOL,
    MAX_LETTERS_FRAME,
)
from sayso_protocol.letters.stamp import stamp_bits
from sayso_storage.interface.carried_letters import CarriedLetters, Offer
from sayso_storage.interface.errors import StoreError

from ..clock import now_ms
from ..network.link import Link, Network, StreamQuota
from .letter_stream import LetterStream

log = logging.getLogger(__name__)

LETTER_QUOTA: Final = StreamQuota(a_peer=2, in_all=32)
"""Each may hold half a MiB: 16 MiB in all."""

SESSION_SECONDS: Final = 600.0
"""How long one stream may last: the rest comes over another."""

LeastBits = Callable[[int], int | None]
"""The lowest price of a door on a Unix day, in bits; None where nobody may pay."""


class CarrierService:
    """See the module. `doors` are the accounts whose doors are kept here, with their prices;
    `may_collect` says whether a feed of an account (account, feed) still stands, and is called in a
    thread."""

    def __init__(
        self,
        peer_id: str,
        letters: CarriedLetters,
        *,
        doors: Callable[[], Mapping[bytes, LeastBits]],
        may_collect: Callable[[bytes, bytes], bool],
        limits: CarrierLimits = DEFAULT_LIMITS,
    ) -> None:
        self._peer_id = peer_id
        self._letters = letters
        self._doors = doors
        self._may_collect = may_collect
        self._limits = limits
        self._made_of: tuple[int, frozenset[bytes]] | None = None
        self._by_box: dict[bytes, tuple[bytes, int]] = {}
        """Account and day of each door that is open today."""
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
        """The day and the prices of a door that is kept here and open today."""
        doors, today = self._doors(), day_at(now_ms())
        made_of = today, frozenset(doors)
        if self._made_of != made_of:  # naming the doors of a thousand accounts takes milliseconds
            self._made_of = made_of
            self._by_box = {
                door_box(account, day): (account, day)
                for account in doors
                for day in range(today - DAYS_ROUND, today + DAYS_ROUND + 1)
            }
        found = self._by_box.get(box)
        return None if found is None else (found[1], doors[found[0]])

    def session(self) -> CarrierSession:
        """The rules of a new stream."""
        return CarrierSession(self._peer_id, random(CHALLENGE_SIZE))

    @property
    def letters(self) -> CarriedLetters:
        """The store."""
        return self._letters

    @property
    def limits(self) -> CarrierLimits:
        """The bounds."""
        return self._limits

    def may_collect(self, ask: GiveDoors) -> bool:
        """Whether the feed that asks may have what lies at its account's doors."""
        return ask.account in self._doors() and self._may_collect(ask.account, ask.feed)


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
        erased = False
        try:
            while (frame := await self._stream.receive()) is not None:
                erased |= await self._answer(frame)
        finally:
            if erased:
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(self._service.letters.clear_log)

    async def _answer(self, frame: LetterFrame) -> bool:
        """Do what a frame asks for; whether it erased something."""
        letters, session = self._service.letters, self._session
        match session.receive(frame):
            case TakeLetter(deliver):
                await self._take(deliver)
            case FindFilled(boxes):
                found = await trio.to_thread.run_sync(letters.filled, boxes)
                await self._stream.send(session.found(found))
            case GiveBoxes(boxes):
                await self._give(boxes)
            case GiveDoors() as ask:
                if not await trio.to_thread.run_sync(self._service.may_collect, ask):
                    raise NotGranted("doors that are not kept here, or a feed that has ended")
                await self._give([door_box(ask.account, d) for d in range(ask.first, ask.last + 1)])
            case EraseLetters(ids):
                today = day_at(now_ms())
                states = await trio.to_thread.run_sync(letters.erase, ids, today)
                await self._stream.send(session.states(states))
                return True
            case FindStates(ids):
                states = await trio.to_thread.run_sync(letters.states, ids)
                await self._stream.send(session.states(states))
        return False

    async def _take(self, deliver: Deliver) -> None:
        service, box = self._service, deliver.box
        lane, detail = Lane.SECRET, 0
        door = service.door_of(box)
        if door is not None:
            day, least_bits = door
            least, worth = least_bits(day), 0
            if deliver.stamp is not None:
                worth = stamp_bits(box, letter_id(box, deliver.letter), deliver.stamp)
            lane, detail = lane_of(worth, least), least or 0
        offer = Offer(self._link.peer_id, self._link.network, box, lane, deliver.letter)
        take = partial(service.letters.take, offer, day_at(now_ms()), service.limits)
        state = await trio.to_thread.run_sync(take)
        service.taken[state] += 1
        detail = detail if state is LetterState.PRICE else 0
        await self._stream.send(self._session.answered(deliver.number, state, detail))

    async def _give(self, boxes: list[bytes] | tuple[bytes, ...]) -> None:
        """Give all that lies there, a frame at a time."""
        place, more = 0, True
        while more:
            most = min(MAX_LETTERS_FRAME, self._session.may_give)
            read = partial(self._service.letters.read, boxes, place, most + 1)
            rows = await trio.to_thread.run_sync(read)
            given = rows[:most]
            more = bool(given) and len(rows) > most
            place = given[-1].place if given else place
            frame = self._session.give(tuple(one.letter for one in given), more=more)
            await self._stream.send(frame)
