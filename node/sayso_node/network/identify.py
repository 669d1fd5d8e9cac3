"""Identify, asked and answered: what peers speak, and at which address they see this node.

Nothing is kept. Whoever wants to know registers, and decides what to believe.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import trio

from sayso_protocol.discovery.identify import (
    IDENTIFY_PROTOCOL,
    IDENTIFY_PUSH_PROTOCOL,
    MAX_IDENTIFY_SIZE,
    PeerDescription,
    decode_identify,
    encode_identify,
)
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.errors import Refused

from .link import Connection, DialError, Link, Network, StreamQuota
from .listeners import Listeners
from .message_stream import receive_message, send_message

logger = logging.getLogger(__name__)

ASK_AFTER: Final = 1.0
"""Seconds. What a connection was made for comes first, and most of those that last shorter are for
one question, which needs no introduction."""
ANSWER_SECONDS: Final = 10.0
MAX_WAITING: Final = 1024
"""Connections that begin at once: more than there are seats."""
QUOTA: Final = StreamQuota(a_peer=2, in_all=64)
"""Identify is asked once a connection; an answer is 8 kB at most, gone in a moment."""


class Identify:
    """Tells peers of this node, and listeners of peers."""

    def __init__(self, network: Network, agent: str) -> None:
        self._network = network
        self._agent = agent
        self._begun, self._to_ask = trio.open_memory_channel[Connection](MAX_WAITING)
        self._on_described: Listeners[PeerDescription, Connection] = Listeners()
        self._on_observed: Listeners[Address, Connection] = Listeners()
        network.handle(IDENTIFY_PROTOCOL, self._answer, QUOTA)
        network.handle(IDENTIFY_PUSH_PROTOCOL, self._take_push, QUOTA)
        network.on_connection(self._note)

    def on_described(self, listener: Callable[[PeerDescription, Connection], None]) -> None:
        """Call `listener` with what each peer says of itself."""
        self._on_described.add(listener)

    def on_observed(self, listener: Callable[[Address, Connection], None]) -> None:
        """Call `listener` with each address at which a peer sees this node: one peer's word, and
        where this side dialled not the port that it listens on."""
        self._on_observed.add(listener)

    def _note(self, connection: Connection) -> None:
        try:
            self._begun.send_nowait(connection)
        except trio.WouldBlock:  # so many at once that this one is not asked
            logger.debug("%s is not asked who it is", connection.peer_id)

    async def run(self) -> None:
        """Ask each new connection, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:  # without a name that would keep the last connection in memory
                nursery.start_soon(self._ask_later, await self._to_ask.receive())

    async def _ask_later(self, connection: Connection) -> None:
        with trio.move_on_after(ASK_AFTER):
            await connection.ended.wait()
            return
        try:
            with trio.fail_after(ANSWER_SECONDS):
                await self.ask(connection)
        except (DialError, Refused, trio.TooSlowError, trio.BrokenResourceError) as error:
            logger.debug("%s does not say who it is: %s", connection.peer_id, error)

    async def ask(self, connection: Connection) -> PeerDescription:
        """Ask a peer now, and tell the listeners. Raises `DialError`, `Refused` and
        `trio.BrokenResourceError`; the caller's deadline ends a wait."""
        link = await connection.open_stream(IDENTIFY_PROTOCOL)
        try:
            message = await receive_message(link.stream, MAX_IDENTIFY_SIZE)
        finally:
            await _end(link)
        return self._tell(message, connection)

    def _tell(self, message: bytes, connection: Connection) -> PeerDescription:
        said = decode_identify(message, connection.peer_id)
        self._on_described.tell(said, connection)
        hides = self._network.privacy.hides  # what is seen then is not this node's
        if said.observed is not None and not hides and connection.path != "relayed":
            self._on_observed.tell(said.observed, connection)
        return said

    # As the one who is asked

    async def _answer(self, link: Link) -> None:
        own, hides = self._network.own_addresses, self._network.privacy.hides
        # What comes from a proxy comes from loopback, whoever it is.
        remote = None if hides else _remote_address(link)
        among_neighbours = remote is not None and not remote.is_public
        addresses = own.all() if among_neighbours else own.public()
        observed = remote if remote is not None and remote.relay is None and remote.is_ip else None
        message = encode_identify(
            self._network.peer_id, addresses, self._network.protocols, observed, self._agent
        )
        with trio.move_on_after(ANSWER_SECONDS):
            await send_message(link.stream, message)

    async def _take_push(self, link: Link) -> None:
        with trio.move_on_after(ANSWER_SECONDS):
            try:
                message = await receive_message(link.stream, MAX_IDENTIFY_SIZE)
                if link.connection is not None:
                    self._tell(message, link.connection)
            except Refused as error:
                logger.debug("%s says nonsense of itself: %s", link.peer_id, error)


def _remote_address(link: Link) -> Address | None:
    """The address of the other end, without its peer id."""
    try:
        address = Address.parse(link.connection.address if link.connection else link.address)
    except AddressError:
        return None
    return Address(address.protocol, address.host, address.port, None, address.relay)


async def _end(link: Link) -> None:
    """Let a stream go on which all has been said: the peer ends its side by itself."""
    with trio.move_on_after(ANSWER_SECONDS):
        await link.stream.aclose()
