"""The promises of a link to the node above it."""

import logging

import pytest
import trio
from trio.testing import check_half_closeable_stream

from sayso_node.network.link import DialError, Link, ListenError
from sayso_node.network.transport import TransportLimits, open_network, peer_id_of
from sayso_node.network.transport.yamux.yamux_stream import YamuxStream

from .support import ANY_PORT, dialler, echo, linked, node, refuse, seed

MEGABYTE = bytes(range(256)) * 4096
PATIENT = TransportLimits(linger=120)
QUICK = TransportLimits(linger=0.05, stall_timeout=0.3)


async def read_all(stream: trio.abc.Stream) -> bytes:
    received = bytearray()
    while piece := await stream.receive_some():
        received += piece
    return bytes(received)


def test_peer_id_is_libp2ps() -> None:
    from sayso_node.network.transport.noise import NoiseIdentity

    assert peer_id_of(seed(1)) == NoiseIdentity(seed(1)).peer_id
    assert peer_id_of(seed(1)).startswith("12D3KooW")
    with pytest.raises(ValueError, match="32 bytes"):
        peer_id_of(b"short")


async def test_both_ends_know_each_other() -> None:
    inbound: list[Link] = []

    async def remember(link: Link) -> None:
        inbound.append(link)
        await echo(link)

    async with node(1, remember) as server, dialler(2) as client:
        link = await client.dial(server.addresses[0])
        assert (link.peer_id, link.outbound) == (peer_id_of(seed(1)), True)
        assert link.address == server.addresses[0]
        await link.stream.send_all(b"hello")
        assert await link.stream.receive_some() == b"hello"
        assert (inbound[0].peer_id, inbound[0].outbound) == (peer_id_of(seed(2)), False)
        assert inbound[0].address.startswith("/ip4/127.0.0.1/tcp/")
        assert inbound[0].address.endswith(f"/p2p/{client.peer_id}")
        await link.stream.aclose()


async def test_ipv6() -> None:
    async with node(1, listen=("/ip6/::1/tcp/0", ANY_PORT)) as server, dialler() as client:
        assert [address.split("/")[1] for address in server.addresses] == ["ip6", "ip4"]
        for address in server.addresses:
            link = await client.dial(address)
            await link.stream.aclose()


async def test_a_name_is_looked_up() -> None:
    async with node() as server, dialler() as client:
        link = await client.dial(server.addresses[0].replace("/ip4/127.0.0.1", "/dns/localhost"))
        await link.stream.aclose()


async def test_bulk_both_ways_arrives_whole() -> None:
    async with linked() as link:

        async def send() -> None:
            for _ in range(8):
                await link.stream.send_all(MEGABYTE)
            assert isinstance(link.stream, YamuxStream)
            await link.stream.send_eof()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            assert await read_all(link.stream) == MEGABYTE * 8


async def test_trios_own_checks_of_a_stream() -> None:
    sender, frame_handlers = trio.open_memory_channel[YamuxStream](0)

    async def hand_over(link: Link) -> None:
        assert isinstance(link.stream, YamuxStream)
        await sender.send(link.stream)
        await trio.sleep_forever()

    async with node(1, hand_over, limits=QUICK) as server, dialler(limits=QUICK) as client:

        async def pair() -> tuple[YamuxStream, YamuxStream]:
            link = await client.dial(server.addresses[0])
            assert isinstance(link.stream, YamuxStream)
            return link.stream, await frame_handlers.receive()

        await check_half_closeable_stream(pair, None)


async def test_closing_loses_nothing_on_its_way() -> None:
    """The last megabytes arrive, although their sender closes at once."""
    received: list[int] = []

    async def read_late(link: Link) -> None:
        await trio.sleep(0.1)
        received.append(len(await read_all(link.stream)))

    async with linked(read_late) as link:
        await link.stream.send_all(MEGABYTE[: 1 << 20])
        await link.stream.aclose()
        while not received:
            await trio.sleep(0.01)
    assert received == [1 << 20]


async def test_a_closed_link_takes_its_connection_along() -> None:
    async with node(limits=PATIENT) as server, dialler(limits=PATIENT) as client:
        link = await client.dial(server.addresses[0])
        with trio.fail_after(60):
            await link.stream.aclose()
            while client._connections or server._connections:  # type: ignore[attr-defined]
                await trio.sleep(0.01)


async def test_a_peer_that_does_not_end_its_side_is_not_waited_for_long() -> None:
    async def never_end(link: Link) -> None:
        await trio.sleep_forever()

    async with linked(never_end, limits=PATIENT, dialler_limits=QUICK) as link:
        with trio.fail_after(60):
            await link.stream.aclose()


async def test_closing_forcefully_breaks_off_at_once() -> None:
    seen: list[str] = []

    async def note_the_end(link: Link) -> None:
        try:
            await read_all(link.stream)
        except trio.BrokenResourceError:
            seen.append("broken")
            raise

    async with linked(note_the_end, limits=PATIENT, dialler_limits=PATIENT) as link:
        await link.stream.send_all(b"half of a mess")
        start = trio.current_time()
        await trio.aclose_forcefully(link.stream)
        assert trio.current_time() - start < 60  # half of what a link lingers
        with pytest.raises(trio.ClosedResourceError):
            await link.stream.receive_some()
        with trio.fail_after(60):
            while not seen:
                await trio.sleep(0.01)


async def test_a_reader_that_stops_breaks_the_writer() -> None:
    async def never_read(link: Link) -> None:
        await trio.sleep_forever()

    async with linked(never_read, dialler_limits=QUICK) as link:
        with pytest.raises(trio.BrokenResourceError, match="took nothing for"):
            await link.stream.send_all(MEGABYTE)


async def test_what_arrived_before_a_loss_can_still_be_read() -> None:
    async def send_and_die(link: Link) -> None:
        await link.stream.send_all(b"last words")
        await trio.sleep(0.05)
        link.stream._connection.abort("a test")  # type: ignore[attr-defined]

    async with linked(send_and_die) as link:
        await trio.sleep(0.2)
        assert await link.stream.receive_some(4) == b"last"
        assert await link.stream.receive_some() == b" words"
        with pytest.raises(trio.BrokenResourceError):
            await link.stream.receive_some()


async def test_two_readers_are_one_too_many() -> None:
    async with linked() as link, trio.open_nursery() as nursery:
        nursery.start_soon(link.stream.receive_some)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await link.stream.receive_some()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "is no address"),
        ("example.org:4001", "is no address: write /ip4/"),
        ("/ip4/127.0.0.1/tcp/1", "does not end in /p2p/"),
        ("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/" + peer_id_of(seed(1)), "is no address"),
        ("/ip4/127.0.0.1/tcp/1/ws/p2p/" + peer_id_of(seed(1)), "plain TCP only"),
        ("/ip4/127.0.0.1/tcp/1/p2p/12D3Koo", "is no"),
        ("/ip4/127.0.0.1/tcp/0/p2p/" + peer_id_of(seed(1)), "no port"),
        ("/ip4/127.0.0.1/tcp/1/p2p/" + peer_id_of(seed(1)), "refused; nothing listens there now$"),
        ("/dns/localhost/tcp/1/p2p/" + peer_id_of(seed(1)), "refused; nothing listens there now$"),
        ("/dns/nowhere.invalid/tcp/1/p2p/" + peer_id_of(seed(1)), "cannot be reached"),
        ("/ip4/127.0.0.1/tcp/1/p2p/" + peer_id_of(seed(2)), "this node itself"),
        ("/dns/" + "a" * 600 + "/tcp/1", "more than 512"),
    ],
)
async def test_a_dial_that_cannot_be_says_why(address: str, says: str) -> None:
    async with dialler(2) as client:
        with pytest.raises(DialError, match=says):
            await client.dial(address)


async def test_another_identity_is_not_accepted() -> None:
    async with node(1) as server, dialler(2) as client:
        impostor = server.addresses[0].replace(server.peer_id, peer_id_of(seed(3)))
        with pytest.raises(DialError, match="is not that peer"):
            await client.dial(impostor)


async def test_a_silent_listener_is_given_up_in_time() -> None:
    async with dialler() as client:
        listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
        async with listener:
            port = listener.socket.getsockname()[1]
            with pytest.raises(DialError, match=r"did not answer within 0\.2 s"):
                await client.dial(
                    f"/ip4/127.0.0.1/tcp/{port}/p2p/{peer_id_of(seed(1))}", timeout=0.2
                )


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x13/multi", b"\xff" * 99]
)
async def test_something_else_that_listens_is_no_peer(answer: bytes) -> None:
    async def other_service(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.send_all(answer)
            await stream.receive_some()

    async with trio.open_nursery() as nursery, dialler() as client:
        listeners = await nursery.start(trio.serve_tcp, other_service, 0)
        port = listeners[0].socket.getsockname()[1]
        address = f"/ip4/127.0.0.1/tcp/{port}/p2p/{peer_id_of(seed(1))}"
        with pytest.raises(DialError, match="handshake"):
            await client.dial(address)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/ip4/127.0.0.1/udp/0", "is no address"),
        ("/ip4/127.0.0.1/tcp/0/ws", "plain TCP only"),
        ("/dns/localhost/tcp/0", "names a host"),
        ("/ip4/203.0.113.1/tcp/0", "cannot listen on /ip4/203.0.113.1/tcp/0"),
        ("nonsense", "is no address: write /ip4/"),
        (ANY_PORT + "/p2p/" + peer_id_of(seed(1)), "does not have"),
    ],
)
async def test_an_address_that_cannot_be_bound_is_named(address: str, says: str) -> None:
    with pytest.raises(ListenError, match=says):
        async with node(1, listen=(ANY_PORT, address)):
            pass


async def test_the_bodys_exception_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with node():
            raise KeyError


async def test_a_wrong_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        async with open_network(node_seed=b"x", listen=[], on_link=refuse):
            pass


async def test_nothing_is_logged_at_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with linked() as link:
        await link.stream.send_all(b"x")
        await link.stream.receive_some()
        await link.stream.aclose()
    async with dialler() as client:
        with pytest.raises(DialError):
            await client.dial("/ip4/127.0.0.1/tcp/1/p2p/" + peer_id_of(seed(1)))
    assert caplog.records == []
