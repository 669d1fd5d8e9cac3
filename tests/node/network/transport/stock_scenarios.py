"""Controls: does an unpatched libp2p 0.8.1 host show the defect that a test of ours covers?

A fault test whose control does not fail proves nothing; and where a control stops
failing, upstream has mended it, and our work-around may go. Run as a program, this
prints a JSON object: for each scenario whether the defect showed.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

# isort: off
from transport import stock  # before all others: it stands in for what is not installed

# isort: on
import trio
from libp2p.network.stream.exceptions import StreamEOF
from libp2p.peer.peerinfo import info_from_p2p_addr
from libp2p.stream_muxer.yamux.yamux import Yamux, YamuxStream
from multiaddr import Multiaddr
from transport import support
from trio.testing import MockClock

from sayso_node.network.link import SYNC_PROTOCOL

Scenario = Callable[[], Awaitable[bool]]


async def never_read(_stream: Any) -> None:
    await trio.sleep_forever()


async def stops_after(
    attack: Callable[[Any], Awaitable[None]], handler: Any, **config: Any
) -> bool:
    """Whether a stock host no longer serves an honest peer after an attack."""
    try:
        async with stock.running(handler, **config) as host:
            await attack(host)
            await trio.sleep(0.3)
            return not await support.works(host, seconds=2)
    except Exception:
        return True


async def becomes_true(condition: Callable[[], bool]) -> bool:
    """Whether something is so within some seconds."""
    with trio.move_on_after(20):
        while not condition():
            await trio.sleep(0.02)
    return condition()


async def bad_utf8() -> bool:
    return await stops_after(support.send_bad_utf8, stock.echo)


async def handler_raises() -> bool:
    async def fail(_stream: Any) -> None:
        raise ValueError("a bug")

    async def open_it(host: Any) -> None:
        async with support.raw_peer(host) as peer:
            await peer.open_sync()

    async def attack(host: Any) -> None:
        await open_it(host)
        host.set_stream_handler(SYNC_PROTOCOL, stock.echo)

    return await stops_after(attack, fail)


async def inbound_slots() -> bool:
    async def come_and_go(host: Any) -> None:
        for number in range(12):
            async with support.raw_peer(host, 100 + number):
                pass

    return await stops_after(come_and_go, stock.echo, max_connections=10, min_connections=0)


async def silent_sockets() -> bool:
    async with trio.open_nursery() as nursery:

        async def attack(host: Any) -> None:
            for _ in range(260):
                stream = await support.open_socket(host)
                nursery.start_soon(stream.receive_some)

        stopped = await stops_after(attack, stock.echo)
        nursery.cancel_scope.cancel()
    return stopped


async def window_overrun() -> bool:
    async with stock.running(never_read) as host, support.raw_peer(host) as peer:
        await peer.open_sync()
        await support.overrun_window(peer, 16 << 20)
        return await becomes_true(
            lambda: (
                sum(len(held) for one in _muxers(host) for held in one.stream_buffers.values())
                > 8 << 20
            )
        )


async def stream_flood() -> bool:
    async with stock.running(never_read) as host, support.raw_peer(host) as peer:
        await support.flood_streams(peer, 1000)
        return await becomes_true(lambda: sum(len(one.streams) for one in _muxers(host)) > 500)


async def control_flood() -> bool:
    async with stock.running(stock.echo) as host, support.raw_peer(host) as peer:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer.wait_closed)
            await support.flood_pings(peer, 8000)
            await trio.sleep(0.3)
            nursery.cancel_scope.cancel()
        return not _yamux(host).is_closed


async def reset_reads_as_end() -> bool:
    async def send_and_reset(stream: Any) -> None:
        await stream.write(b"half")
        await trio.sleep(0.1)
        await stream.reset()

    async with (
        stock.running(send_and_reset) as server,
        stock.running(stock.echo) as client,
    ):
        await client.connect(info_from_p2p_addr(Multiaddr(server.addresses[0])))
        stream = await client.new_stream(server.get_id(), [SYNC_PROTOCOL])
        try:
            while True:
                await stream.read(100)
        except StreamEOF:
            return True
        except Exception:
            return False


async def cancelled_write() -> bool:
    async with support.stopped_reader() as reader, stock.running(stock.echo) as client:
        info = info_from_p2p_addr(Multiaddr(reader.addresses[0]))
        connection = await client.get_network().dial_addr(info.addrs[0], info.peer_id)
        with trio.move_on_after(1):
            async with trio.open_nursery() as nursery:
                for _ in range(30):
                    stream = await connection.muxed_conn.open_stream()
                    nursery.start_soon(stream.write, bytes(1 << 20))
        return not await reader.reads_on()


async def dials_by_itself() -> bool:
    accepted = trio.Event()

    async def accept(_stream: object) -> None:
        accepted.set()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, accept, 0)
        port = listeners[0].socket.getsockname()[1]
        host = stock.new_host(min_connections=0, low_watermark=0)
        someone = stock.new_host().get_id()
        host.get_peerstore().add_addrs(someone, [Multiaddr(f"/ip4/127.0.0.1/tcp/{port}")], 60)
        async with host.run([stock.ANY]):
            with trio.move_on_after(15):
                await accepted.wait()
            await host.close()
        nursery.cancel_scope.cancel()
    return accepted.is_set()


async def bind_failure() -> bool:
    host = stock.new_host()
    try:
        async with host.run([Multiaddr("/ip4/203.0.113.1/tcp/0")]):
            await host.close()
    except Exception:
        return False
    return True


async def peerstore_grows() -> bool:
    async with stock.running(stock.echo) as server:
        known = server.get_peerstore().peer_ids
        before = len(known())
        for number in range(1, 4):
            async with stock.running(stock.echo) as client:
                await client.connect(info_from_p2p_addr(Multiaddr(server.addresses[0])))
                # A server on a busy machine may not have looked at a client that leaves at once.
                if not await becomes_true(lambda: len(known()) >= before + number):  # noqa: B023
                    return False
        return len(known()) >= before + 3


class Frozen:
    """A secured connection to a peer that neither reads nor writes any more."""

    is_initiator = True

    def __init__(self, *, takes_writes: bool) -> None:
        self._takes_writes = takes_writes

    async def write(self, _data: bytes) -> None:
        if not self._takes_writes:
            await trio.sleep_forever()

    async def read(self, _n: int | None = None) -> bytes:
        await trio.sleep_forever()
        return b""

    async def close(self) -> None:
        pass


async def missing_pong() -> bool:
    muxer = Yamux(Frozen(takes_writes=True), "peer", is_initiator=True)
    with trio.move_on_after(600):
        await muxer.start()
    return not muxer.is_closed


async def frozen_write() -> bool:
    muxer = Yamux(Frozen(takes_writes=False), "peer", is_initiator=True)
    with trio.move_on_after(600) as scope:
        await muxer.open_stream()
    return scope.cancelled_caught


async def cancelled_read() -> bool:
    muxer = Yamux(Frozen(takes_writes=False), "peer", is_initiator=True)
    stream = muxer.streams[1] = YamuxStream(1, muxer, False)
    muxer.stream_events[1] = trio.Event()
    muxer.stream_buffers[1] = bytearray(200_000)
    stream.recv_window -= 200_000
    with trio.move_on_after(1):
        await stream.read(150_000)
    return len(muxer.stream_buffers[1]) < 200_000


async def sockets_left_open() -> bool:
    async with stock.running(stock.echo) as server:
        client = stock.new_host()
        before = support.open_sockets()
        async with client.run([]):
            await client.connect(info_from_p2p_addr(Multiaddr(server.addresses[0])))
        await trio.sleep(0.3)
        return support.open_sockets() > before


SCENARIOS: dict[str, Scenario] = {
    each.__name__: each
    for each in (
        bad_utf8,
        bind_failure,
        cancelled_read,
        cancelled_write,
        control_flood,
        dials_by_itself,
        frozen_write,
        handler_raises,
        inbound_slots,
        missing_pong,
        peerstore_grows,
        reset_reads_as_end,
        silent_sockets,
        sockets_left_open,
        stream_flood,
        window_overrun,
    )
}
MOCKED = {cancelled_read, frozen_write, missing_pong}


def run(scenario: Scenario) -> bool | str:
    """Whether the defect showed; what went wrong where the scenario itself failed."""

    async def limited() -> bool | str:
        with trio.move_on_after(120) as scope:
            if scenario in MOCKED:
                scope.deadline = float("inf")
            return await scenario()
        return "took too long"

    clock = MockClock(autojump_threshold=0) if scenario in MOCKED else None
    try:
        return trio.run(limited, clock=clock)
    except BaseException as error:
        return repr(error)


def _muxers(host: Any) -> list[Any]:
    return [connection.muxed_conn for connection in host.get_network().get_connections()]


def _yamux(host: Any) -> Any:
    (connection,) = host.get_network().get_connections()
    return connection.muxed_conn


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    wanted = sys.argv[1:] or list(SCENARIOS)
    print(json.dumps({name: run(SCENARIOS[name]) for name in wanted}))
