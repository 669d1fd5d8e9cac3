"""A node that asks for, or answers, dials: JSON lines of what comes of it, until its input ends.

    python -m tests.reach.autonat_node ROLE [ADDRESS…]

Roles: ``server``; ``yes``, a server that says that it has dialled; ``same``, one that says the
nonce over the connection that is there; ``client``, whose addresses are those of servers; words
beginning with ``@`` are what it asks about; ``stingy``, which asks as a client does and pays too
little; ``victim``, which tells of each connection. The first line has its own id.
"""

from __future__ import annotations

import json
import secrets
import sys
from contextlib import ExitStack
from functools import partial
from typing import Any

import trio

from sayso_node.network.link import Link, Network
from sayso_node.network.message_stream import receive_message, send_message
from sayso_node.network.nat.autonat import AutonatClient, AutonatServer
from sayso_node.network.transport import open_network
from sayso_protocol.discovery.autonat.dial_verdicts import DialVerdicts
from sayso_protocol.discovery.autonat.messages import (
    BACK_PROTOCOL,
    REQUEST_PROTOCOL,
    DataRequest,
    DialResponse,
    decode_answer,
    decode_request,
    encode_back,
    encode_data,
    encode_request,
    encode_response,
)
from sayso_protocol.discovery.multiaddr import Address

PORT = 4001


def tell(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


async def lie(link: Link, *, back: bool) -> None:
    """Say that the dial went well; perhaps with the nonce over the wrong connection."""
    request = decode_request(await receive_message(link.stream, 8192))
    if back:
        assert link.connection is not None
        other = await link.connection.open_stream(BACK_PROTOCOL)
        await send_message(other.stream, encode_back(request.nonce))
        await receive_message(other.stream, 64)
        await other.stream.aclose()
    await send_message(link.stream, encode_response(DialResponse(200, 0, 200)))


async def idle(link: Link) -> None:
    """Take a stream of sync, and do nothing with it."""
    await link.stream.receive_some()


async def ask(network: Network, words: tuple[str, ...]) -> None:
    """Ask the servers about addresses, and tell each verdict."""
    verdicts = DialVerdicts()
    subjects = [Address.parse(word[1:]) for word in words if word.startswith("@")]

    def told() -> None:
        tell(**{str(one): verdicts.reached(one) for one in subjects})

    client = AutonatClient(network, verdicts, told)
    verdicts.set_subjects(subjects)
    with ExitStack() as held:
        for word in words:
            if not word.startswith("@"):
                held.enter_context(network.hold(word.rpartition("/")[2]))
                link = await network.open_stream(word, REQUEST_PROTOCOL)
                await link.stream.aclose()
        await client.run()


async def ask_and_pay_little(network: Network, server: str, subject: str) -> None:
    """Name another machine, and pay a part of what that costs."""
    link = await network.open_stream(server, REQUEST_PROTOCOL)
    await send_message(link.stream, encode_request([Address.parse(subject[1:])], 1))
    price = decode_answer(await receive_message(link.stream, 8192))
    assert isinstance(price, DataRequest)
    await send_message(link.stream, encode_data(4096))
    await send_message(link.stream, encode_data(1))
    try:
        await receive_message(link.stream, 8192)
    except trio.BrokenResourceError:
        tell(price=price.size, refused=True)


async def tell_counts(server: AutonatServer) -> None:
    """Tell what became of requests, whenever one more has come."""
    told: dict[str, int] = {}
    while True:
        if server.counts != told:
            told = dict(server.counts)
            tell(**told)
        await trio.sleep(0.1)


async def be_dialled() -> None:
    """Tell of each connection."""

    async def answer(stream: trio.SocketStream) -> None:
        tell(dialled_by=stream.socket.getpeername()[0])

    tell(peer_id="none")
    await trio.serve_tcp(answer, PORT, host="0.0.0.0")


async def main(role: str, *words: str) -> None:
    if role == "victim":
        await be_dialled()
    async with (
        open_network(
            node_seed=secrets.token_bytes(32), listen=[f"/ip4/0.0.0.0/tcp/{PORT}"], on_link=idle
        ) as network,
        trio.open_nursery() as nursery,
    ):
        server = None
        if role in ("server", "client"):
            server = AutonatServer(network)
        else:
            network.handle(REQUEST_PROTOCOL, partial(lie, back=role == "same"))
        tell(peer_id=network.peer_id)
        if role == "server" and server is not None:
            nursery.start_soon(tell_counts, server)
        elif role == "client":
            nursery.start_soon(ask, network, words)
        elif role == "stingy":
            nursery.start_soon(ask_and_pay_little, network, *words)
        await trio.to_thread.run_sync(sys.stdin.read, abandon_on_cancel=True)
        if server is not None:
            tell(**server.counts)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])
