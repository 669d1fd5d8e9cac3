"""Courier: delivers the letters of one owner to the carriers of their readers, and collects what
carriers hold for the owner.

A letter goes to all carriers of its reader, since each may be off, full or false. What several say
of it comes as one report. Whoever fails is left in peace for longer each time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

import trio

from sayso_protocol.letters.letter_frames import CarriedLetter, LetterState
from sayso_storage.interface.errors import StoreError

from ..clock import now_ms
from ..network.link import Network
from .carrier_service import CarrierService
from .carrier_visits import CarrierVisits, FindCarriers, peer_of
from .delivery_plan import Answers, DeliveryPlan, summed_up
from .home_carrier import HomeCarrier, door_days
from .letter_client import UNDER_WAY, Delivery, DoorKey, LetterClient
from .letter_source import LaidLetter, LetterReport, LetterSource, Places, WaitingLetter
from .stamp_search import StampSearch

log = logging.getLogger(__name__)

T = TypeVar("T")
L = TypeVar("L", WaitingLetter, LaidLetter)

MAX_WAITING: Final = 1_024
"""Letters that one round takes: at most 32 MiB."""

MAX_LAID: Final = 4_096
"""Letters of which one round asks."""

ROUND_SECONDS: Final = 30.0
"""Between looks at what waits, where nobody tells."""

COLLECT_SECONDS: Final = 300.0
"""Between questions to a carrier whether it holds something."""

ASK_SECONDS: Final = 600.0
"""Between questions what became of letters."""

COLLECTED_AGAIN: Final = 3
"""Rounds at once where what came opens further boxes: whoever knocked wrote into one besides."""

OWN_SECONDS: Final = 1.0
"""Between looks whether something was laid down at the own node."""

_LIES_SOMEWHERE: Final = (LetterState.DELIVERED, LetterState.CARRIED)


class Courier:
    """See the module. `own` is what the own node keeps for others, where it does; `run` until
    cancelled."""

    def __init__(
        self,
        network: Network,
        source: LetterSource,
        find_carriers: FindCarriers,
        own: Callable[[], CarrierService | None] = lambda: None,
    ) -> None:
        self._source = source
        self._own_service = own
        self._plan = DeliveryPlan()
        self._visits = CarrierVisits(network, find_carriers, self._plan)
        self._search = StampSearch()
        self._source_turn = trio.Lock()
        self._wakers: dict[str, trio.Event] = {}

    def hurry(self) -> None:
        """Something waits, or may: look now."""
        for waker in self._wakers.values():
            waker.set()

    def carriers_known(self, account: bytes) -> tuple[int | None, int]:
        """How many carriers of an account are known, None where it was not looked for them yet; and
        how many of them answered, or were not asked yet."""
        known, answered = self._visits.known(account)
        own = self._own_service()
        if own is None or not own.has_doors_of(account):
            return known, answered
        return (known or 0) + 1, answered + 1

    async def run(self) -> None:
        """Deliver and collect until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._repeat, "deliver", ROUND_SECONDS, self.deliver)
            nursery.start_soon(self._repeat, "stamps", ROUND_SECONDS, self.find_stamps)
            nursery.start_soon(self._repeat, "collect", COLLECT_SECONDS, self.collect)
            nursery.start_soon(self._repeat, "ask", ASK_SECONDS, self.ask)
            nursery.start_soon(self._watch_own)

    async def _repeat(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            waker = self._wakers[name] = trio.Event()
            try:
                await work()
            except StoreError as error:
                log.warning("letters wait: %s", error)
            soonest = max(OWN_SECONDS, self._plan.next_try(trio.current_time()))
            with trio.move_on_after(min(seconds, soonest)):
                await waker.wait()

    # --- delivering ----------------------------------------------------------------------------

    async def find_stamps(self) -> None:
        """Find the stamps that letters lack, one after the other. Raises `StoreError`."""
        while True:
            found = await self._search.find(await self._ask_source(self._waiting))
            if found is not None:
                letter, stamp = found
                await self._ask_source(partial(self._source.note_stamp, letter.id, stamp))
                if "deliver" in self._wakers:
                    self._wakers["deliver"].set()
            elif not self._search.is_under_way:
                return

    async def deliver(self) -> None:
        """Take what waits to the carriers of its readers. Raises `StoreError`."""
        found = await self._ask_source(self._waiting)
        waiting = [one for one in found if not one.bits or one.stamp is not None]
        self._plan.retain({one.id for one in found})
        answers: Answers = defaultdict(list)

        def note(peer: str, letter: WaitingLetter, state: LetterState, detail: int) -> None:
            now = trio.current_time()
            self._plan.answered(letter.id, letter.stamp, peer, state, now)
            answers[letter.id].append((state, detail))

        async def work(client: LetterClient, peer: str, letters: list[WaitingLetter]) -> None:
            for at in range(0, len(letters), UNDER_WAY):  # what is answered by then counts
                some = letters[at : at + UNDER_WAY]
                sent = [Delivery(one.box, one.letter, one.stamp) for one in some]
                for letter, said in zip(some, await client.deliver(sent), strict=True):
                    note(peer, letter, said.state, said.detail)

        await self._visits.visit(await self._by_carrier(waiting, self._is_due), work)
        if (own := self._own()) is not None:
            lie_here = [*own.of(waiting), *await self._without_carrier(waiting)]
            here = [one for one in lie_here if self._is_due(one, own.peer_id)]
            reports = await trio.to_thread.run_sync(own.deliver, here)
            places = await self._ask_source(self._source.places)
            for letter, report in zip(here, reports, strict=True):
                note(own.peer_id, letter, report.state, report.detail)
                # For the owner's other devices it lies there where they look as well, or not yet.
                if letter.account in places.accounts and self._visits.known(letter.account)[0]:
                    answers[letter.id].pop()
        await self._report(summed_up(answers))

    async def ask(self) -> None:
        """Ask what became of letters that carriers hold. Raises `StoreError`."""
        laid = await self._ask_source(lambda: list(self._source.laid(MAX_LAID))[:MAX_LAID])
        answers: Answers = defaultdict(list)

        async def work(client: LetterClient, _peer: str, letters: list[LaidLetter]) -> None:
            ids = [one.id for one in letters]
            for name, state in zip(ids, await client.states(ids), strict=True):
                answers[name].append((state, 0))

        todo = await self._by_carrier(laid, lambda _letter, _peer: True)
        done = await self._visits.visit(todo, work)
        unsure = await self._without_carrier(laid)
        if (own := self._own()) is not None:
            ids = [one.id for one in (*own.of(laid), *unsure)]
            states = await trio.to_thread.run_sync(own.states, ids)
            for name, state in zip(ids, states, strict=True):
                answers[name].append((state, 0))
        # That nobody has it any more is known only once all were asked.
        left = {one.id for peer in todo.keys() - done for one in todo[peer][1]}
        left |= {one.id for one in unsure}
        reports = summed_up(answers)
        await self._report(
            [one for one in reports if one.id not in left or one.state in _LIES_SOMEWHERE]
        )

    async def _report(self, reports: list[LetterReport]) -> None:
        if reports:
            await self._ask_source(partial(self._source.report, reports))

    def _is_due(self, letter: WaitingLetter, peer: str) -> bool:
        return self._plan.is_due(letter.id, letter.stamp, peer, trio.current_time())

    async def _by_carrier(
        self, letters: Sequence[L], is_due: Callable[[L, str], bool]
    ) -> dict[str, tuple[str, list[L]]]:
        """Each carrier with its address and the letters that go there."""
        carriers = await self._visits.carriers_of(one.account for one in letters)
        own = {one.id for one in await self._without_carrier(letters)}
        at_home = await self._own_carriers() if own else []
        todo: dict[str, tuple[str, list[L]]] = {}
        for letter in letters:
            for address in at_home if letter.id in own else carriers[letter.account]:
                peer = peer_of(address)
                if is_due(letter, peer):
                    todo.setdefault(peer, (address, []))[1].append(letter)
        return todo

    async def _without_carrier(self, letters: Sequence[L]) -> list[L]:
        """The answers for whose readers no carrier is known."""
        service = self._own_service()
        answers = [
            one
            for one in letters
            if one.is_answer and not (service and service.has_doors_of(one.account))
        ]
        carriers = await self._visits.carriers_of(one.account for one in answers)
        return [one for one in answers if not carriers[one.account]]

    async def _own_carriers(self) -> list[str]:
        places = await self._ask_source(self._source.places)
        carriers = await self._visits.carriers_of(places.accounts)
        return list(dict.fromkeys(at for found in carriers.values() for at in found))

    # --- collecting ----------------------------------------------------------------------------

    async def collect(self) -> None:
        """Take what the owner's carriers hold. Raises `StoreError`."""
        places = await self._ask_source(self._source.places)
        for _ in range(COLLECTED_AGAIN):
            await self._collect_at(places)
            before, places = places, await self._ask_source(self._source.places)
            if places == before:
                return

    async def _collect_at(self, places: Places) -> None:
        await self._collect_here(places)
        carriers = await self._visits.carriers_of((*places.accounts, *places.asked))
        own = [at for one in places.accounts for at in carriers[one]]
        others = [at for one in places.asked for at in carriers[one]]
        todo = {peer_of(at): (at, [replace(places, doors=())]) for at in others}
        todo |= {peer_of(at): (at, [places]) for at in own}

        async def work(client: LetterClient, _peer: str, wanted: list[Places]) -> None:
            days = door_days(now_ms())
            for one in wanted:
                await client.collect_boxes(one.boxes, self._keep)
                for door in one.doors:
                    await client.collect_doors(DoorKey(*door, days[0], days[-1]), self._keep)

        done = await self._visits.visit(todo, work)
        is_anywhere = bool(own) or self._own_service() is not None
        if is_anywhere and done.issuperset(map(peer_of, own)):
            await self._ask_source(self._source.emptied)

    async def _watch_own(self) -> None:
        """Take what was laid down at the own node soon."""
        seen = 0
        while True:
            service = self._own_service()
            taken = service.taken[LetterState.CARRIED] if service is not None else 0
            if taken != seen:
                seen = taken
                try:
                    await self._collect_here(await self._ask_source(self._source.places))
                except StoreError as error:
                    log.warning("letters at the own node are not taken: %s", error)
            await trio.sleep(OWN_SECONDS)

    async def _collect_here(self, places: Places) -> None:
        service = self._own_service()
        if service is not None:
            collect = partial(HomeCarrier(service).collect, places, self._source.keep)
            await self._ask_source(collect)

    async def _keep(self, letters: Sequence[CarriedLetter]) -> None:
        await self._ask_source(partial(self._source.keep, letters))

    # --- what is asked -------------------------------------------------------------------------

    def _own(self) -> HomeCarrier | None:
        """The own node, where it is a carrier."""
        service = self._own_service()
        return None if service is None else HomeCarrier(service)

    def _waiting(self) -> list[WaitingLetter]:
        return list(self._source.waiting(MAX_WAITING))[:MAX_WAITING]

    async def _ask_source(self, call: Callable[[], T]) -> T:
        """Call the source, in a thread, one at a time."""
        async with self._source_turn:
            return await trio.to_thread.run_sync(call)
