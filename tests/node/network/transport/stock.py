"""A stock libp2p 0.8.1 host, for controls and for speaking to one.

The whole of libp2p is imported here, before our transport: that one then uses it too. So
this belongs in a process of its own.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

OPTIONAL = (
    "aioquic", "anyio", "coincurve", "dns", "fastecdsa", "grpc", "httpx", "lru", "miniupnpc",
    "prometheus_client", "psutil", "rpcudp", "service_identity", "trio_websocket", "websockets",
    "wsproto", "zeroconf", "Crypto", "OpenSSL", "requests", "cid", "aiortc", "redis", "plyvel",
    "rocksdb", "cbor2", "zstandard", "pylsqpack", "trio_typing", "attr", "yaml",
)  # fmt: skip
"""The packages that stock libp2p imports and a host over TCP and Noise does not need."""


class Fakes(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands in for those that are not installed: any name of them is an empty class."""

    def find_spec(self, name: str, path: object, target: object = None) -> Any:
        if name.partition(".")[0] not in OPTIONAL:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        module = ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = lambda name: _fake_class(name)  # type: ignore[method-assign]
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Fake(type):
    """A class that has any attribute, each of them such a class again."""

    def __getattr__(cls, name: str) -> type:
        return _fake_class(name)

    def __getitem__(cls, _item: object) -> type:
        return cls

    def __call__(cls, *args: object, **named: object) -> Any:
        # A decorator of theirs gives back what it decorates; all else makes an instance.
        if len(args) == 1 and not named and callable(args[0]):
            return args[0]
        return super().__call__()


def _fake_class(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Fake(name, (Exception,), {})


sys.meta_path.append(Fakes())

import libp2p  # noqa: E402
from libp2p.crypto.x25519 import create_new_key_pair  # noqa: E402
from libp2p.network.config import ConnectionConfig  # noqa: E402
from libp2p.network.stream.exceptions import StreamEOF  # noqa: E402
from libp2p.peer.id import ID  # noqa: E402
from libp2p.security.noise.transport import PROTOCOL_ID, Transport  # noqa: E402
from libp2p.transport.tcp.tcp import TCP  # noqa: E402
from multiaddr import Multiaddr  # noqa: E402

from sayso_node.network.link import SYNC_PROTOCOL  # noqa: E402

__all__ = ["ANY", "ID", "StreamEOF", "echo", "new_host", "running"]

ANY = Multiaddr("/ip4/127.0.0.1/tcp/0")


def new_host(**config: Any) -> Any:
    """A stock host, with Noise only, as everything else by default."""
    keys = libp2p.generate_new_ed25519_identity()
    noise = Transport(keys, create_new_key_pair().private_key)
    return libp2p.new_host(
        key_pair=keys,
        sec_opt={PROTOCOL_ID: noise},
        transports=[TCP()],
        connection_config=ConnectionConfig(**config) if config else None,
    )


@asynccontextmanager
async def running(handler: Callable[[Any], Awaitable[None]], **config: Any) -> AsyncIterator[Any]:
    """A stock host that listens, with a handler for sync."""
    host = new_host(**config)
    host.set_stream_handler(SYNC_PROTOCOL, handler)
    async with host.run([ANY]):
        host.addresses = [str(address) for address in host.get_addrs()]
        host.peer_id = host.get_id().to_base58()
        yield host
        await host.close()


async def echo(stream: Any) -> None:
    while data := await stream.read(65536):
        await stream.write(data)
