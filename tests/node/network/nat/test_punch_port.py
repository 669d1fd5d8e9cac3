"""The punch port: dials and a listener at one port, which is nobody else's."""

from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest
import trio

from sayso_node.network.nat.punch_port import PunchPort
from sayso_protocol.discovery.multiaddr import Address


@pytest.fixture
async def stack() -> AsyncIterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def there(stack: ExitStack) -> Address:
    """A place that takes calls."""
    return place(stack)


def place(stack: ExitStack) -> Address:
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return Address("ip4", "127.0.0.1", listener.getsockname()[1])


async def test_each_dial_comes_from_the_one_port(stack: ExitStack) -> None:
    port = PunchPort(stack)
    for _ in range(5):
        stream = await port.connect(place(stack))
        stack.callback(stream.socket.close)
        assert stream.socket.getsockname()[1] == port.port


async def test_a_second_dial_to_one_place_is_refused_by_the_system(
    stack: ExitStack, there: Address
) -> None:
    port = PunchPort(stack)
    stack.callback((await port.connect(there)).socket.close)
    with pytest.raises(OSError) as caught:
        await port.connect(there)
    assert caught.value.errno == errno.EADDRNOTAVAIL


async def test_who_calls_it_is_handed_on(stack: ExitStack) -> None:
    port = PunchPort(stack)
    came: list[int] = []

    async def take(stream: trio.SocketStream) -> None:
        came.append(stream.socket.getpeername()[1])
        await stream.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(port.listen, take)
        names = []
        for _ in range(3):
            caller = await trio.open_tcp_stream("127.0.0.1", port.port)
            names.append(caller.socket.getsockname()[1])
            assert await caller.receive_some() == b""
            await caller.aclose()
        assert sorted(came) == sorted(names)
        nursery.cancel_scope.cancel()


async def test_no_two_nodes_get_the_same_port(stack: ExitStack) -> None:
    ports = [PunchPort(stack).port for _ in range(8)]
    assert len(set(ports)) == 8
    for port in ports:
        for reuse in (False, True):
            other = stack.enter_context(socket.socket())
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
            with pytest.raises(OSError, match="in use"):
                other.bind(("0.0.0.0", port))


async def test_private_places_and_names_are_dialled_from_any_port(
    stack: ExitStack, there: Address
) -> None:
    """What is seen there leads nowhere, and one port has one connection to one place."""
    port = PunchPort(stack)
    for address in (there, there, Address("dns4", "localhost", there.port)):
        stream = await port.open(address)
        assert isinstance(stream, trio.SocketStream)
        stack.callback(stream.socket.close)
        assert stream.socket.getsockname()[1] != port.port


async def test_where_nobody_listens_is_an_error(stack: ExitStack) -> None:
    port = PunchPort(stack)
    with ExitStack() as soon:
        gone = place(soon)
    for dial in (port.connect, port.open):
        with pytest.raises(OSError):
            await dial(gone)


async def test_closed_with_the_stack() -> None:
    with ExitStack() as stack:
        port = PunchPort(stack).port
    with socket.create_server(("127.0.0.1", port)) as free:
        assert free.getsockname()[1] == port
