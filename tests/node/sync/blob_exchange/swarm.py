"""Blob exchanges of several nodes over loopback, one of which may lie or die."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from sayso_node.network.link import Link, Network
from sayso_node.network.transport import open_network
from sayso_node.sync.blob_exchange.blob_exchange import BlobExchange
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.exchange_limits import BLOB_PROTOCOL
from sayso_storage.blobs import BlobDirectory

NOW_MS = 1_700_000_000_000
LISTEN = "/ip4/127.0.0.1/tcp/0"

Handler = Callable[[Link], object]


@dataclass(slots=True)
class Node:
    """A node that holds blobs and answers who asks."""

    network: Network
    blobs: BlobDirectory
    exchange: BlobExchange

    @property
    def address(self) -> str:
        return self.network.addresses[0]

    @property
    def peer_id(self) -> str:
        return self.network.peer_id


@asynccontextmanager
async def nodes(folder: Path, count: int) -> AsyncIterator[list[Node]]:
    """So many nodes; each knows where all others are."""
    async with AsyncExitStack() as stack:
        made: list[Node] = []
        addresses: dict[str, str] = {}
        for number in range(count):
            network = await stack.enter_async_context(
                open_network(
                    node_seed=hashlib.sha256(b"blob node %d" % number).digest(),
                    listen=[LISTEN],
                    on_link=_ignore,
                )
            )
            blobs = BlobDirectory(folder / str(number))
            exchange = BlobExchange(
                network,
                blobs,
                is_given=lambda _: True,
                is_favoured=lambda _: False,
                address_of=addresses.get,
            )
            addresses[network.peer_id] = network.addresses[0]
            made.append(Node(network, blobs, exchange))
        yield made


async def _ignore(_: Link) -> None:
    await trio.sleep_forever()


def give(data: bytes, *holders: Node) -> bytes:
    """Let nodes hold a blob; gives its CID."""
    return {node.blobs.add(io.BytesIO(data), NOW_MS).cid for node in holders}.pop()


def spoil(node: Node, data: bytes, cid: bytes) -> None:
    """Change one bit of each leaf that a node holds, so that it lies to whoever asks."""
    path = next(node.blobs._folder.glob(digest_of(cid).hex()))
    wrong = bytearray(data)
    for at in range(100, len(wrong), 256 * 1024):
        wrong[at] ^= 1
    path.write_bytes(bytes(wrong))


def die_after(node: Node, frames: int) -> None:
    """Let a node hang up on everybody after so many frames were sent."""
    answer = node.exchange.responder.answer

    async def dying(link: Link) -> None:
        left = frames
        send_all = link.stream.send_all

        async def counted(data: bytes) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                await trio.aclose_forcefully(link.stream)
            await send_all(data)

        link.stream.send_all = counted  # type: ignore[method-assign]
        await answer(link)

    node.network.handle(BLOB_PROTOCOL, dying)
