"""The distributed hash table on the network: sends what a `Locator` wants sent, and answers others.

Nothing is built in to begin with: whoever is connected for another reason (out of the address
book, the room, an invite, a hub) is asked whether it serves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

import trio

from sayso_protocol.discovery.kademlia.contact import Contact, Scope, networks_of, scope_of
from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ANSWER, MAX_REQUEST, READ_MS
from sayso_protocol.discovery.kademlia.messages import PROTOCOL
from sayso_protocol.discovery.location.location_tasks import Request
from sayso_protocol.discovery.location.locator import Find, Locator
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_text
from sayso_protocol.errors import Refused

from ...clock import mono_ms, present
from ..link import Connection, DialError, Link, Network, StreamQuota
from ..message_stream import receive_message, send_message

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 5.0
"""How often an idle node looks whether anything is due."""

REQUEST_SECONDS: Final = 5.0
"""How long a peer may take to be dialled and to answer; it holds up one path of a lookup."""

ADDRESSES_TRIED: Final = 2
"""Addresses of one peer that are dialled for one request."""

QUOTA: Final = StreamQuota(a_peer=4, in_all=64)

REQUESTS_A_STREAM: Final = 64
"""After which a stream ends: a peer that has more to ask opens another."""

Accounts = Callable[[], Collection[bytes]]


class Dht:
    """Runs a locator. What it finds goes to `found`."""

    def __init__(
        self,
        network: Network,
        locator: Locator,
        *,
        followed: Accounts,
        lacking: Accounts,
        found: Callable[[Find], None],
        protocol: str = PROTOCOL,
    ) -> None:
        """`followed` are the accounts that the owner follows; `lacking` are those that have too few
        sources, which are looked up."""
        self._network = network
        self._protocol = protocol
        self._followed = followed
        self._lacking = lacking
        self._found = found
        self._waiting: dict[bytes, list[trio.MemorySendChannel[Find]]] = {}
        self._hurry = trio.Event()
        self._is_serving = False
        self.locator = locator
        network.on_connection(self._on_connection)

    async def run(self) -> None:
        """Look up, announce and look after, until cancelled."""
        self.locator.abandon()  # where an earlier run failed, what it asked is lost
        for account in self._waiting:
            self.locator.find(account)
        async with trio.open_nursery() as nursery:
            try:
                while True:
                    self._tick(nursery)
                    with trio.move_on_after(TICK_SECONDS):
                        await self._hurry.wait()
                    self._hurry = trio.Event()
            finally:
                self.serve(())

    async def find(self, account: bytes) -> Find:
        """Look an account up now."""
        send, receive = trio.open_memory_channel[Find](1)
        self._waiting.setdefault(account, []).append(send)
        self.locator.find(account)
        self._hurry.set()
        async with receive:
            return await receive.receive()

    def serve(self, addresses: Sequence[Address]) -> None:
        """Answer others from now on, where anybody can dial these addresses; with none, no more.
        Who does not serve is not listed anywhere."""
        self.locator.serves_at = tuple(_bare(one) for one in addresses)
        if bool(addresses) == self._is_serving:
            return
        self._is_serving = bool(addresses)
        if self._is_serving:
            self._network.handle(self._protocol, self._answer, QUOTA)
        else:
            self._network.stop_handling(self._protocol)

    def hurry(self) -> None:
        """Look at once whether anything is due."""
        self._hurry.set()

    # --- asking ----------------------------------------------------------------------------

    def _tick(self, nursery: trio.Nursery) -> None:
        now = present()
        self.locator.server.records.sweep(now.mono_ms)
        self._send(self.locator.tick(now, self._followed(), self._lacking()), nursery)

    def _send(self, requests: Sequence[Request], nursery: trio.Nursery) -> None:
        for request in requests:
            nursery.start_soon(self._do, request, nursery)
        for find in self.locator.take_finds():
            self._found(find)
            for waiting in self._waiting.pop(find.account, []):
                with suppress(trio.BrokenResourceError, trio.WouldBlock):
                    waiting.send_nowait(find)
        if self.locator.is_idle and self.locator.has_asked:
            self._hurry.set()

    async def _do(self, request: Request, nursery: trio.Nursery) -> None:
        """Send one request, and tell the locator what became of it."""
        more: list[Request] | None = None
        with trio.move_on_after(REQUEST_SECONDS):
            try:
                more = await self._exchange(request)
            except (DialError, trio.BrokenResourceError, Refused) as error:
                log.debug("no answer in the hash table: %s", error)
        if more is None:
            more = self.locator.failed(request, present())
        self._send(more, nursery)

    async def _exchange(self, request: Request) -> list[Request]:
        """Send, and hear the answer where there is one. Raises `DialError`,
        `trio.BrokenResourceError`, `Refused`."""
        link = await self._open(request.contact)
        async with link.stream:
            await send_message(link.stream, request.message.encode())
            if not request.has_answer:
                return self.locator.sent(request, present())
            data = await receive_message(link.stream, MAX_ANSWER)
        at, scope = _place_of(link.connection)
        return self.locator.answered(request, data, at, scope, present())

    async def _open(self, contact: Contact) -> Link:
        """A stream over a connection that this node began, or over any with a peer that is known
        to be where it says: only who answers where it was dialled comes into the table."""
        peer_id = peer_id_text(contact.id)
        is_known = contact.id in self.locator.table
        for connection in self._network.connections(peer_id):
            if is_known or (connection.outbound and connection.path != "relayed"):
                return await connection.open_stream(self._protocol, timeout=REQUEST_SECONDS)
        error = DialError("no address of it can be dialled here")
        for packed in contact.addresses[:ADDRESSES_TRIED]:
            try:
                address = replace(Address.from_bytes(packed), peer_id=peer_id)
                patience = REQUEST_SECONDS / ADDRESSES_TRIED
                return await self._network.dial(
                    str(address), timeout=patience, protocol=self._protocol
                )
            except AddressError:
                continue
            except DialError as failure:
                error = failure
        raise error

    def _on_connection(self, connection: Connection) -> None:
        """Whoever was dialled and answered may serve the table, too."""
        at, _ = _place_of(connection)
        if at is not None:
            self.locator.heard_of(Contact(peer_id_bytes(connection.peer_id), (at,)))

    # --- answering -------------------------------------------------------------------------

    async def _answer(self, link: Link) -> None:
        """Answer the requests on one stream, each in its time."""
        address = _address_of(link.connection)
        networks, scope = networks_of(address), scope_of(address)
        sender = peer_id_bytes(link.peer_id)
        answer = partial(self.locator.server.answer, sender, networks, scope)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            for _ in range(REQUESTS_A_STREAM):
                with trio.move_on_after(READ_MS / 1000) as waiting:
                    try:
                        response = answer(
                            await receive_message(link.stream, MAX_REQUEST), mono_ms()
                        )
                    except Refused:
                        await trio.aclose_forcefully(link.stream)
                        return
                    if response is not None:
                        await send_message(link.stream, response)
                if waiting.cancelled_caught:
                    return


def _bare(address: Address) -> bytes:
    """An address in binary form, without the peer that is named beside it; one over a relay keeps
    the relay."""
    return replace(address, peer_id=None).to_bytes()


def _address_of(connection: Connection | None) -> bytes:
    """The address of the other end in binary form; empty where it has none."""
    if connection is None:
        return b""
    try:
        return _bare(Address.parse(connection.address))
    except AddressError:
        return b""


def _place_of(connection: Connection | None) -> tuple[bytes | None, Scope]:
    """The address of the other end if it was dialled there, and from where it can be reached."""
    address = _address_of(connection)
    is_dialled = connection is not None and connection.outbound and connection.path != "relayed"
    return address if is_dialled and address else None, scope_of(address)
