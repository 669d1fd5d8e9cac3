"""Strangers who ask in every protocol as fast as they can: a program of its own, so that it takes
no time from whoever measures.

    python -m tests.hostile.flood <address> <strangers> <seconds> [<protocol>…]

Prints how many requests of each protocol were sent, and how many were answered, as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import trio

from sayso_node.network.message_stream import send_message
from sayso_node.network.transport.libp2p_imports import BaseLibp2pError
from sayso_node.network.transport.multistream import StreamPipe, offer
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_protocol.discovery.multiaddr import Address

from .attacker import GONE, stranger
from .requests import REQUESTS, Asker, Whole

ANSWER_SECONDS = 5.0
STREAMS = 2
"""Of each protocol and stranger at once."""

sent: Counter[str] = Counter()
answered: Counter[str] = Counter()


async def ask_again(connection: YamuxConnection, asker: Asker, protocol: str) -> None:
    """One stream after the other, until the node has closed the connection."""
    while connection.is_open:
        try:
            stream = connection.open_stream()
            with trio.move_on_after(ANSWER_SECONDS):
                async with stream:
                    await offer(StreamPipe(stream), protocol)
                    for message in REQUESTS[protocol](asker):
                        sent[protocol] += 1
                        if isinstance(message, Whole):
                            await stream.send_all(message)
                        else:
                            await send_message(stream, message)
                    await stream.send_eof()
                    if await stream.receive_some():
                        answered[protocol] += 1
        except (BaseLibp2pError, *GONE):
            await trio.sleep(0.005)


async def be_a_stranger(address: str, number: int, protocols: list[str]) -> None:
    node = Address.parse(address).peer_id
    assert node is not None
    while True:
        try:
            async with stranger(address, number) as peer, trio.open_nursery() as nursery:
                asker = Asker(number, node)
                nursery.start_soon(peer.listen)
                await peer.want()
                for protocol in protocols * STREAMS:
                    nursery.start_soon(ask_again, peer.connection, asker, protocol)
        except* (BaseLibp2pError, OSError, *GONE):
            pass
        await trio.sleep(0.05)


async def main() -> None:
    address, strangers, seconds, *protocols = sys.argv[1:]
    with trio.move_on_after(float(seconds)):
        async with trio.open_nursery() as nursery:
            for number in range(int(strangers)):
                nursery.start_soon(be_a_stranger, address, 7000 + number, protocols or [*REQUESTS])
    print(json.dumps({"sent": sent, "answered": answered}))


if __name__ == "__main__":
    trio.run(main)
