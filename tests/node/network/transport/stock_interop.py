"""Our node and a stock libp2p host talk to each other; exits with 0 where all went well."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

# isort: off
from transport import stock  # before all others: it stands in for what is not installed

# isort: on
import trio
from libp2p.peer.peerinfo import info_from_p2p_addr
from multiaddr import Multiaddr
from transport import support

from sayso_node.network.link import SYNC_PROTOCOL

BULK = bytes(range(256)) * 16384


async def echo_until_end(stream: Any) -> None:
    """Echo on a stock stream, and end when the peer ends."""
    try:
        while data := await stream.read(65536):
            await stream.write(data)
    except stock.StreamEOF:
        await stream.close()


async def we_dial() -> None:
    async with stock.running(echo_until_end) as host, support.dialler() as client:
        link = await client.dial(host.addresses[0])
        received = bytearray()

        async def send() -> None:
            await link.stream.send_all(BULK)
            await link.stream.send_eof()  # type: ignore[attr-defined]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            while data := await link.stream.receive_some():
                received += data
        assert received == BULK
        await link.stream.aclose()


async def they_dial() -> None:
    async with support.node() as server, stock.running(stock.echo) as host:
        await host.connect(info_from_p2p_addr(Multiaddr(server.addresses[0])))
        stream = await host.new_stream(stock.ID.from_string(server.peer_id), [SYNC_PROTOCOL])
        received = bytearray()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.write, BULK)
            while len(received) < len(BULK):
                received += await stream.read(65536)
        assert received == BULK
        await stream.close()
        await stream.reset()


async def main() -> None:
    with trio.fail_after(120):
        await we_dial()
        await they_dial()


logging.disable(logging.CRITICAL)
trio.run(main)
