"""Nodes in threads that answer over real links, and stop in the midst of it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import trio

from sayso_node.network.link import Link
from sayso_node.network.transport import open_network

from .support import Person, running

LISTEN = ["/ip4/127.0.0.1/tcp/0"]


class Stalling:
    """A stream that sends some bytes, and then waits for ever."""

    def __init__(self, stream: trio.abc.Stream, most: int) -> None:
        self._stream, self._left = stream, most

    async def send_all(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            await trio.sleep_forever()
        await self._stream.send_all(data)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return await self._stream.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def listening(
    person: Person, most: int = 1 << 40, met: threading.Event | None = None
) -> Iterator[str]:
    """A person's node, in a thread; on each link it sends `most` bytes at the most, and then
    nothing. `met` is set when somebody comes."""
    told: queue.Queue[tuple[str, trio.lowlevel.TrioToken, trio.CancelScope]] = queue.Queue()

    async def serve() -> None:
        engine = person.engine()

        async def on_link(link: Link) -> None:
            if met is not None:
                met.set()
            wrapped = Stalling(link.stream, most)
            await engine.serve(replace(link, stream=wrapped))

        with trio.CancelScope() as scope:
            async with (
                open_network(node_seed=bytes(32), listen=LISTEN, on_link=on_link) as network,
                running(engine),
            ):
                told.put((network.addresses[0], trio.lowlevel.current_trio_token(), scope))
                await trio.sleep_forever()

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    address, token, scope = told.get(timeout=120)
    try:
        yield address
    finally:
        token.run_sync_soon(scope.cancel)
        thread.join(120)
