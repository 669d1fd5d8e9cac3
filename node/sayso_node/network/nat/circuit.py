"""Circuits: asking a relay for a way to a peer that cannot be called."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import trio

from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.relay.messages import (
    HOP_PROTOCOL,
    HopKind,
    HopMessage,
    Status,
    decode_hop,
    encode_hop,
)
from sayso_protocol.discovery.relay.relay_limits import MAX_MESSAGE
from sayso_protocol.errors import Refused

from ..link import DialError, Link, Network, UnsupportedProtocolError
from ..message_stream import receive_message, send_message
from .peer_connections import raw_stream

RELAY_SECONDS = 8.0
"""How long a relay may take to be reached; the rest of a dial's time is for the peer behind it."""

_WORDS = {
    Status.NO_RESERVATION: "the peer is not there at the moment",
    Status.RESOURCE_LIMIT_EXCEEDED: "the relay has no room for it now, try again in some minutes",
    Status.CONNECTION_FAILED: "the peer did not answer the relay",
    Status.PERMISSION_DENIED: "the relay does not want to",
}


def use_circuits(network: Network) -> None:
    """Dial addresses behind relays from now on."""
    network.set_opener("circuit", partial(open_circuit, network))


async def open_circuit(network: Network, address: Address) -> trio.abc.HalfCloseableStream:
    """A stream that leads through the relay that an address names to the peer behind it, who has
    not been asked for its identity yet: a `StreamOpener`. Raises `DialError`."""
    relay = str(replace(address, peer_id=address.relay, relay=None))
    try:
        link = await network.open_stream(relay, HOP_PROTOCOL, timeout=RELAY_SECONDS)
    except UnsupportedProtocolError as error:
        raise DialError(f"{relay} does not relay for others") from error
    try:
        answer = await _ask(link, HopMessage(HopKind.CONNECT, str(address.peer_id)))
    except BaseException as error:
        await trio.aclose_forcefully(link.stream)
        if isinstance(error, Refused | trio.BrokenResourceError):
            raise DialError(f"the relay {relay} broke off: {error}") from error
        raise
    if answer.status is Status.OK:
        return raw_stream(link)
    await trio.aclose_forcefully(link.stream)
    why = _WORDS.get(answer.status, f"status {answer.status.value}")
    raise DialError(f"{address} cannot be reached through its relay: {why}")


async def ask_for_place(link: Link) -> HopMessage:
    """A relay's answer to a request for a place. Raises `Refused`, `trio.BrokenResourceError`."""
    return await _ask(link, HopMessage(HopKind.RESERVE))


async def _ask(link: Link, message: HopMessage) -> HopMessage:
    await send_message(link.stream, encode_hop(message))
    return decode_hop(await receive_message(link.stream, MAX_MESSAGE))
