"""A SOCKS5 proxy that knows names which nobody else does: `socks_proxy.py PORT NAME=HOST:PORT…`.

Prints a line of JSON for each request: the host as it was asked for, the port, the user name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address
from typing import Any

import trio

Tell = Callable[[dict[str, Any]], None]
HOST_UNREACHABLE, REFUSED = 4, 5


async def exactly(stream: trio.SocketStream, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = await stream.receive_some(size - len(data))
        if not piece:
            raise trio.BrokenResourceError
        data += piece
    return data


async def serve(
    names: Mapping[str, tuple[str, int]], tell: Tell, wants_login: bool, stream: trio.SocketStream
) -> None:
    try:
        async with stream:
            await _serve(names, tell, wants_login, stream)
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass


async def _serve(
    names: Mapping[str, tuple[str, int]], tell: Tell, wants_login: bool, stream: trio.SocketStream
) -> None:
    version, count = await exactly(stream, 2)
    assert version == 5
    methods = await exactly(stream, count)
    method, user = (2 if wants_login else 0), b""
    assert method in methods
    await stream.send_all(bytes([5, method]))
    if wants_login:
        assert await exactly(stream, 1) == b"\x01"
        user = await exactly(stream, (await exactly(stream, 1))[0])
        assert await exactly(stream, (await exactly(stream, 1))[0])
        await stream.send_all(b"\x01\x00")
    version, command, _, kind = await exactly(stream, 4)
    assert (version, command) == (5, 1)
    if kind == 3:
        host = (await exactly(stream, (await exactly(stream, 1))[0])).decode()
    else:
        host = str(ip_address(await exactly(stream, 4 if kind == 1 else 16)))
    port = int.from_bytes(await exactly(stream, 2), "big")
    tell({"host": host, "port": port, "user": user.decode()})
    if host not in names:
        await stream.send_all(bytes([5, HOST_UNREACHABLE, 0, 1]) + bytes(6))
        return
    try:
        other = await trio.open_tcp_stream(*names[host])
    except OSError:
        await stream.send_all(bytes([5, REFUSED, 0, 1]) + bytes(6))
        return
    # Bound by a name: a client has to read as much as that says.
    await stream.send_all(bytes([5, 0, 0, 3, 9]) + b"somewhere" + b"\x00\x01")
    async with other, trio.open_nursery() as nursery:
        nursery.start_soon(pump, stream, other)
        nursery.start_soon(pump, other, stream)


async def pump(source: trio.SocketStream, sink: trio.SocketStream) -> None:
    try:
        async for data in source:
            await sink.send_all(data)
        await sink.send_eof()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        pass


async def run_proxy(
    port: int,
    names: Mapping[str, tuple[str, int]],
    tell: Tell,
    *,
    wants_login: bool = True,
    task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until cancelled; says which port it has."""
    listeners = await trio.open_tcp_listeners(port, host="127.0.0.1")
    task_status.started(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(partial(serve, names, tell, wants_login), listeners)


def main(port: str, *pairs: str) -> None:
    names: dict[str, tuple[str, int]] = {}
    for pair in pairs:
        name, _, where = pair.partition("=")
        host, _, number = where.rpartition(":")
        names[name] = host, int(number)
    trio.run(run_proxy, int(port), names, lambda said: print(json.dumps(said), flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
