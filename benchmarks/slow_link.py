"""A slow link: a proxy on this machine that passes on so many bytes a second each way.

    python -m benchmarks.slow_link PORT BYTES_PER_SECOND

Prints the port on which it listens. It keeps little itself, so that what it is sent too fast waits
with whoever sends it, as before a slow line.
"""

from __future__ import annotations

import socket
import sys
from functools import partial

import trio

_KEPT = 32 << 10
_PIECE = 4096


async def carry(source: trio.SocketStream, sink: trio.SocketStream, rate: float) -> None:
    try:
        while data := await source.receive_some(_PIECE):
            await sink.send_all(data)
            await trio.sleep(len(data) / rate)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass
    await sink.aclose()


async def serve(port: int, rate: float) -> None:
    async def join(near: trio.SocketStream) -> None:
        far = await trio.open_tcp_stream("127.0.0.1", port)
        async with trio.open_nursery() as nursery:
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KEPT)
                nursery.start_soon(carry, source, sink, rate)

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    print(listeners[0].socket.getsockname()[1], flush=True)
    await trio.serve_listeners(join, listeners)


if __name__ == "__main__":
    trio.run(partial(serve, int(sys.argv[1]), float(sys.argv[2])))
