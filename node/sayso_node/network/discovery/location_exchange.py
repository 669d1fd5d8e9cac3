"""Announcements from sync peers: whoever follows the same account knows where its nodes are.

What is asked is what a place in the hash table is asked, over another protocol, which readers serve
too: a day's key, that tells nothing to who does not know the account; and what is answered is
sealed for that day. Only peers with a session are answered, and of accounts that are followed here:
a session tells them as much.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from itertools import islice
from math import inf
from typing import Final

import trio

from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ANSWER, MAX_REQUEST, READ_MS
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.location.announcement import record_key, seal, unseal
from sayso_protocol.discovery.location.announcement_book import AnnouncementBook
from sayso_protocol.discovery.location.locator import Locator
from sayso_protocol.discovery.rates import Rates
from sayso_protocol.errors import Refused
from sayso_protocol.sync.interest import day_of

from ...clock import mono_ms, now_ms, present
from ..link import DialError, Link, Network, StreamQuota
from ..message_stream import receive_message, send_message

log = logging.getLogger(__name__)

PROTOCOL: Final = "/sayso/locations/1"

ASK_SECONDS: Final = 6 * 3600.0
"""How often a peer with a session is asked again."""

RETRY_SECONDS: Final = 60.0
"""How soon one that did not answer is: its side of the session may not have begun."""

SETTLE_SECONDS: Final = 5.0
"""After the beginning of a session: first it syncs."""

LOOK_SECONDS: Final = 1.0
"""How often it is looked who is there."""

ASKED_AT_ONCE: Final = 16
"""Questions under way on one stream."""

MAX_ASKED: Final = 1_000
"""Accounts that one peer is asked for at a time."""

ANSWERED_AT_ONCE: Final = 2 * MAX_ASKED
ANSWERED_A_SECOND: Final = 1
"""What a peer may ask; each costs a look-up, and a seal where something is known."""

MAX_PEERS: Final = 1_024
"""Peers of which it is remembered how much they asked."""


class LocationExchange:
    """Asks peers, and answers them. `followed` are the accounts that the owner follows, and his
    own; `peers` are the ids of the peers with whom there are sessions."""

    def __init__(
        self,
        network: Network,
        locator: Locator,
        *,
        followed: Callable[[], Collection[bytes]],
        peers: Callable[[], Collection[str]],
    ) -> None:
        self._network = network
        self._locator = locator
        self._followed = followed
        self._peers = peers
        self._rates = Rates(ANSWERED_AT_ONCE, ANSWERED_A_SECOND, MAX_PEERS)
        self._names = _Names(locator.book)
        self._due: dict[str, float] = {}
        """When each peer is asked next."""

    async def run(self) -> None:
        """Ask every peer soon after its session began, and now and then, until cancelled."""
        self._network.handle(PROTOCOL, self._answer, StreamQuota(a_peer=2, in_all=32))
        self._due.clear()
        async with trio.open_nursery() as nursery:
            while True:
                present_peers = set(self._peers())
                self._due = {one: at for one, at in self._due.items() if one in present_peers}
                for peer in sorted(present_peers):
                    due = self._due.setdefault(peer, trio.current_time() + SETTLE_SECONDS)
                    if trio.current_time() >= due:
                        self._due[peer] = inf  # until it has answered: one that is slow is alone
                        nursery.start_soon(self._ask_in_turn, peer)
                await trio.sleep(LOOK_SECONDS)

    async def _ask_in_turn(self, peer: str) -> None:
        """Ask one peer, and note when it is to be asked again."""
        pause = ASK_SECONDS if await self.ask(peer) else RETRY_SECONDS
        if peer in self._due:
            self._due[peer] = trio.current_time() + pause

    async def ask(self, peer: str) -> bool:
        """Ask one peer for what is not known here to be fresh; False where it did not answer."""
        now = present().wall_ms
        stale = (one for one in self._followed() if not self._locator.book.is_fresh(one, now))
        accounts = list(islice(stale, MAX_ASKED))
        if not accounts:
            return True
        try:
            link = await self._network.open_stream(f"/p2p/{peer}", PROTOCOL)
            async with link.stream:
                for at in range(0, len(accounts), ASKED_AT_ONCE):
                    with trio.fail_after(READ_MS / 1000):
                        await self._ask_for(link, accounts[at : at + ASKED_AT_ONCE])
        except (DialError, trio.BrokenResourceError, trio.TooSlowError, Refused) as error:
            log.debug("a peer tells of no locations: %s", error)
            return False
        return True

    async def _ask_for(self, link: Link, accounts: Sequence[bytes]) -> None:
        """Ask for these at once. Raises `trio.BrokenResourceError`, `Refused`."""
        day = day_of(now_ms())
        for account in accounts:
            question = Message(MessageType.GET_PROVIDERS, record_key(account, day))
            await send_message(link.stream, question.encode())
        for account in accounts:
            answer = Message.decode(await receive_message(link.stream, MAX_ANSWER))
            for sealed in answer.sealed:
                with suppress(Refused):
                    self._locator.learn(unseal(sealed, account, day), present())

    async def _answer(self, link: Link) -> None:
        if link.peer_id not in self._peers():
            return
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while self._rates.spend(link.peer_id, mono_ms()):
                with trio.move_on_after(READ_MS / 1000) as waiting:
                    try:
                        question = Message.decode(await receive_message(link.stream, MAX_REQUEST))
                    except Refused:
                        break
                    await send_message(link.stream, self._answer_to(question).encode())
                if waiting.cancelled_caught:
                    break
        await trio.aclose_forcefully(link.stream)

    def _answer_to(self, question: Message) -> Message:
        found = self._names.find(question.key)
        if found is None:
            return Message(MessageType.GET_PROVIDERS, question.key)
        account, day = found
        newest = self._locator.book.newest(account, now_ms())
        sealed = tuple(seal(one, day) for one in newest)
        return Message(MessageType.GET_PROVIDERS, question.key, sealed=sealed)


class _Names:
    """The accounts of a book by their keys of the days around now."""

    def __init__(self, book: AnnouncementBook) -> None:
        self._book = book
        self._by_key: dict[bytes, tuple[bytes, int]] = {}
        self._made_of: tuple[int, int] | None = None

    def find(self, key: bytes) -> tuple[bytes, int] | None:
        """The account and the day of a key, if anything is known of it."""
        today = day_of(now_ms())
        made_of = (today, self._book.changes)
        if self._made_of != made_of:
            self._made_of = made_of
            self._by_key = {
                record_key(account, day): (account, day)
                for account in self._book.accounts()
                for day in (today - 1, today, today + 1)
            }
        return self._by_key.get(key)
