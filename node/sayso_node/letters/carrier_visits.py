"""Carrier visits: finds the carriers of accounts, and speaks with several at the same time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import trio

from sayso_protocol.errors import Refused
from sayso_protocol.letters.letter_limits import LETTER_PROTOCOL
from sayso_storage.interface.errors import StoreError

from ..network.link import DialError, Network
from .delivery_plan import DeliveryPlan
from .letter_client import LetterClient

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_CARRIERS: Final = 6
"""Carriers of one account that are asked: those of a profile, its own nodes, and a reserve."""

AT_ONCE: Final = 4
"""Carriers that are spoken with, or accounts that are looked for, at the same time."""

SESSION_SECONDS: Final = 120.0
"""How long a visit may take; what is missing then comes in the next round."""

FIND_SECONDS: Final = 30.0
"""How long the carriers of an account are looked for."""

MAX_FINDS: Final = 32
"""Accounts that are looked for in one round; the others come in the next ones."""

FOUND_SECONDS: Final = 300.0
"""How long the carriers of an account are taken as they were found."""

MISSED_SECONDS: Final = 4.0
"""How long an account of which none was found is let be, at first: its profile may just be on its
way. Twice as long each time, up to `FOUND_SECONDS`."""

MOST_MISSES: Final = 16
"""Misses after which the time is the longest for certain."""

FindCarriers = Callable[[bytes], Awaitable[Sequence[str]]]
"""Where letters for an account may be laid down: multiaddrs that end in a peer's id, the best
first."""

Todo = Mapping[str, tuple[str, list[T]]]
"""By peer: its address, and what there is to do with it."""

Work = Callable[[LetterClient, str, list[T]], Awaitable[None]]


class _Found(NamedTuple):
    """What was found of an account: until when it holds, the carriers, and how often in turn there
    was none before."""

    until: float
    carriers: tuple[str, ...]
    misses: int


class CarrierVisits:
    """See the module. The own node is none of the carriers."""

    def __init__(self, network: Network, find_carriers: FindCarriers, plan: DeliveryPlan) -> None:
        self._network = network
        self._find_carriers = find_carriers
        self._plan = plan
        self._found: dict[bytes, _Found] = {}

    async def carriers_of(self, accounts: Iterable[bytes]) -> dict[bytes, tuple[str, ...]]:
        """The carriers of accounts, as far as they are found: of each account an address of each.
        Those that come first are looked for first."""
        now, wanted = trio.current_time(), list(dict.fromkeys(accounts))
        oldest = now - FOUND_SECONDS
        self._found = {key: one for key, one in self._found.items() if one.until > oldest}
        limit = trio.CapacityLimiter(AT_ONCE)
        async with trio.open_nursery() as nursery:
            lacking = [one for one in wanted if not self._is_fresh(one, now)]
            for account in lacking[:MAX_FINDS]:
                nursery.start_soon(self._find, account, limit)
        return {one: self._found[one].carriers if one in self._found else () for one in wanted}

    def _is_fresh(self, account: bytes, now: float) -> bool:
        found = self._found.get(account)
        return found is not None and now < found.until

    def known(self, account: bytes) -> tuple[int | None, int]:
        """The number of an account's carriers, None before it was looked for them; and of those
        that did not fail when they were asked last."""
        found = self._found.get(account)
        if found is None:
            return None, 0
        peers = [peer_of(address) for address in found.carriers]
        return len(peers), sum(not self._plan.has_failed(peer) for peer in peers)

    async def _find(self, account: bytes, limit: trio.CapacityLimiter) -> None:
        addresses: Sequence[str] = ()
        async with limit:
            try:
                with trio.move_on_after(FIND_SECONDS):
                    addresses = await self._find_carriers(account)
            except StoreError as error:
                log.warning("the carriers of an account are not known: %s", error)
        found: dict[str, str] = {}
        for address in addresses:
            found.setdefault(peer_of(address), address)
        found.pop(self._network.peer_id, None)
        kept = tuple(found.values())[:MAX_CARRIERS]
        before = self._found.get(account)
        misses = 0 if kept or before is None or before.carriers else before.misses + 1
        seconds = FOUND_SECONDS
        if not kept:
            seconds = min(seconds, MISSED_SECONDS * 2.0 ** min(misses, MOST_MISSES))
        self._found[account] = _Found(trio.current_time() + seconds, kept, misses)

    async def visit(self, todo: Todo[T], work: Work[T]) -> frozenset[str]:
        """Do with each carrier what there is to do, unless it is left in peace; the peers with whom
        all was done."""
        limit, done = trio.CapacityLimiter(AT_ONCE), set[str]()

        async def speak(peer: str, address: str, what: list[T]) -> None:
            async with limit:
                if await self._speak(peer, address, what, work):
                    done.add(peer)

        async with trio.open_nursery() as nursery:
            for peer, (address, what) in todo.items():
                if self._plan.is_open(peer, trio.current_time()):
                    nursery.start_soon(speak, peer, address, what)
        return frozenset(done)

    async def _speak(self, peer: str, address: str, what: list[T], work: Work[T]) -> bool:
        try:
            with trio.fail_after(SESSION_SECONDS):
                link = await self._network.open_stream(address, LETTER_PROTOCOL)
                try:
                    await work(LetterClient(link), peer, what)
                    await link.stream.aclose()
                finally:
                    await trio.aclose_forcefully(link.stream)
        except StoreError as error:  # the own one: the carrier has done nothing wrong
            log.warning("letters of a carrier are not kept: %s", error)
            return False
        except (DialError, Refused, trio.TooSlowError) as error:
            log.info("no letters with the carrier %s: %s", peer, error)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            log.info("a carrier was lost: %s", peer)
        else:
            self._plan.succeeded(peer)
            return True
        self._plan.failed(peer, trio.current_time())
        return False


def peer_of(address: str) -> str:
    """The peer at the end of a carrier's address."""
    return address.rpartition("/p2p/")[2]
