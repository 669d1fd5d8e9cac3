"""Dialling through a SOCKS5 proxy, and in no other way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from tests.reach.socks_proxy import run_proxy

from sayso_node.network import identify
from sayso_node.network.link import DialError, ListenError, Network
from sayso_node.network.privacy import OPEN, Privacy, Proxy, ProxyAddressError
from sayso_node.network.transport import open_network, peer_id_of
from sayso_node.network.transport.connection import dialer
from sayso_protocol.discovery.multiaddr import Address

from .support import ANY_PORT, echo, node, refuse, seed

SERVICE = "a" * 56
HOSTS = {
    f"/onion3/{SERVICE}:4001": f"{SERVICE}.onion",
    "/dns/friend.example/tcp/4001": "friend.example",
    "/dns4/friend.example/tcp/4001": "friend.example",
    "/ip4/203.0.113.5/tcp/4001": "203.0.113.5",
    "/ip6/2001:db8::5/tcp/4001": "2001:db8::5",
}


@asynccontextmanager
async def hidden(
    proxy: str, number: int = 2, listen: tuple[str, ...] = ()
) -> AsyncIterator[Network]:
    async with open_network(
        node_seed=seed(number),
        listen=listen,
        on_link=echo if listen else refuse,
        privacy=Privacy(Proxy.parse(proxy)),
    ) as network:
        yield network


@asynccontextmanager
async def proxy_to(
    server: Network, *, wants_login: bool = True
) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []
    here = Address.parse(server.addresses[0])
    names = dict.fromkeys(HOSTS.values(), (here.host, here.port))
    names["shut.example"] = ("127.0.0.1", 1)
    run = partial(run_proxy, 0, names, asked.append, wants_login=wants_login)
    async with trio.open_nursery() as nursery:
        port = await nursery.start(run)
        yield f"socks5://127.0.0.1:{port}", asked
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("wants_login", [True, False])
@pytest.mark.parametrize("address", HOSTS)
async def test_the_proxy_gets_names_as_they_are(address: str, wants_login: bool) -> None:
    async with node() as server, proxy_to(server, wants_login=wants_login) as (proxy, asked):
        async with hidden(proxy) as client:
            link = await client.dial(f"{address}/p2p/{server.peer_id}")
            await link.stream.send_all(b"through the proxy")
            assert await link.stream.receive_some() == b"through the proxy"
            await link.stream.aclose()
        user = server.peer_id if wants_login else ""
        assert asked == [{"host": HOSTS[address], "port": 4001, "user": user}]


async def test_each_peer_has_a_circuit_of_its_own() -> None:
    async with node(1) as one, node(3) as other, proxy_to(one) as (proxy, asked):
        async with hidden(proxy) as client:
            await client.dial(f"/dns/friend.example/tcp/1/p2p/{one.peer_id}")
            with pytest.raises(DialError, match="is not that peer"):
                await client.dial(f"/dns/friend.example/tcp/1/p2p/{other.peer_id}")
        assert [each["user"] for each in asked] == [one.peer_id, other.peer_id]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/dns/nowhere.example/tcp/4001", "the proxy says: the host is unreachable"),
        (f"/onion3/{'b' * 56}:1", "the proxy says: .* no such onion service"),
        ("/dns/shut.example/tcp/4001", "the proxy says: connection refused"),
    ],
)
async def test_what_the_proxy_says_is_told(address: str, says: str) -> None:
    async with node() as server, proxy_to(server) as (proxy, _), hidden(proxy) as client:
        with pytest.raises(DialError, match=says):
            await client.dial(f"{address}/p2p/{server.peer_id}")


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n", b"\x05\xff", b"\x05\x01", b"\x04\x00", b""]
)
async def test_what_is_no_proxy_is_named(answer: bytes) -> None:
    async def other_service(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.receive_some()
            await stream.send_all(answer)

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(partial(trio.serve_tcp, other_service, 0, host="127.0.0.1"))
        port = listeners[0].socket.getsockname()[1]
        async with hidden(f"socks5://127.0.0.1:{port}") as client:
            with pytest.raises(DialError, match=r"is no SOCKS5 proxy|closed the connection"):
                await client.dial(f"/dns/friend.example/tcp/1/p2p/{peer_id_of(seed(1))}")
        nursery.cancel_scope.cancel()


async def test_a_proxy_that_is_not_there_says_what_to_do() -> None:
    async with hidden("socks5://127.0.0.1:1") as client:
        with pytest.raises(DialError, match=r"socks5://127.0.0.1:1 cannot be reached .*start it"):
            await client.dial(f"/ip4/127.0.0.1/tcp/1/p2p/{peer_id_of(seed(1))}")


async def test_a_proxy_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialer, "SOCKS_SECONDS", 0.3)
    silent = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    async with silent:
        port = silent.socket.getsockname()[1]
        async with hidden(f"socks5://127.0.0.1:{port}") as client:
            with pytest.raises(DialError, match="did not answer within"):
                await client.dial(
                    f"/dns/friend.example/tcp/1/p2p/{peer_id_of(seed(1))}", timeout=0.1
                )


async def test_nobody_dials_beside_the_proxy() -> None:
    """Not even who sets an opener of its own."""

    async def beside(address: Address) -> trio.abc.HalfCloseableStream:
        raise AssertionError(f"{address} was dialled beside the proxy")

    async with node() as server, proxy_to(server) as (proxy, asked), hidden(proxy) as client:
        client.set_opener("tcp", beside)
        client.set_opener("onion", beside)
        for address in HOSTS:
            link = await client.dial(f"{address}/p2p/{server.peer_id}")
            await link.stream.aclose()
        assert len(asked) == len(HOSTS)


@pytest.mark.parametrize(
    "listen", ["/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0", "/ip4/192.0.2.2/tcp/0", "/ip6/fd00::2/tcp/0"]
)
async def test_behind_a_proxy_one_listens_on_loopback_alone(listen: str) -> None:
    with pytest.raises(ListenError, match="open to the network"):
        async with hidden("socks5://127.0.0.1:9050", listen=(listen,)):
            pass


async def test_no_address_is_told_but_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identify, "ASK_AFTER", 0.0)
    onion = Address.parse(f"/onion3/{SERVICE}:4001")
    async with (
        node() as server,
        proxy_to(server) as (proxy, _),
        hidden(proxy, listen=(ANY_PORT,)) as client,
    ):
        client.own_addresses.set("given", [onion])
        observed: list[Address] = []
        client.on_observed(lambda address, _: observed.append(address))
        said: list[tuple[str, ...]] = []
        server.on_described(lambda one, _: said.append(tuple(map(str, one.addresses))))
        described = trio.Event()
        client.on_described(lambda *_: described.set())
        link = await client.dial(f"/dns/friend.example/tcp/1/p2p/{server.peer_id}")
        with trio.fail_after(60):
            await described.wait()
            while not said:
                await trio.sleep(0.01)
        assert said == [(f"{onion}/p2p/{client.peer_id}",)]
        assert not observed
        await link.stream.aclose()


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("socks5://127.0.0.1:9050", "socks5://127.0.0.1:9050"),
        ("socks5h://127.0.0.1:9050/", "socks5://127.0.0.1:9050"),
        ("socks5://localhost:9150", "socks5://127.0.0.1:9150"),
        ("socks5://[::1]:9050", "socks5://[::1]:9050"),
        ("socks5://10.0.0.7:1", "socks5://10.0.0.7:1"),
    ],
)
def test_a_proxy_is_read(text: str, is_read: str) -> None:
    proxy = Proxy.parse(text)
    assert str(proxy) == is_read
    assert Proxy.parse(str(proxy)) == proxy
    assert Privacy(proxy).hides
    assert not OPEN.hides


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no proxy"),
        ("127.0.0.1:9050", "is no proxy"),
        ("http://127.0.0.1:9050", "is no proxy"),
        ("socks4://127.0.0.1:9050", "is no proxy"),
        ("socks5://127.0.0.1", "is no proxy"),
        ("socks5://127.0.0.1:0", "is no proxy"),
        ("socks5://127.0.0.1:99999", "is no proxy"),
        ("socks5://127.0.0.1:9050/x", "is no proxy"),
        ("socks5://[::1:9050", "is no proxy"),
        ("socks5://me:pass@127.0.0.1:9050", "more than an address"),
        ("socks5://127.0.0.1:9050?a", "more than an address"),
        ("socks5://tor.example:9050", "looking up a name"),
    ],
)
def test_what_is_no_proxy_is_refused(text: str, says: str) -> None:
    with pytest.raises(ProxyAddressError, match=says):
        Proxy.parse(text)
