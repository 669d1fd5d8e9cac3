"""How a stream to an address is opened, by the kind of the address."""

from __future__ import annotations

import trio

from sayso_protocol.discovery.multiaddr import ONION, Address

from ...link import AddressKind, DialError, StreamOpener
from ..tcp import connect


async def _refuse_circuit(address: Address) -> trio.abc.HalfCloseableStream:
    raise DialError(f"{address} goes through a relay, which this node does not do now")


async def _refuse_onion(address: Address) -> trio.abc.HalfCloseableStream:
    raise DialError(
        f"{address} is an onion service, which only a proxy reaches: start the node with "
        "--proxy socks5://127.0.0.1:9050 if Tor listens there"
    )


class Openers:
    """The one opener of each kind of address; another may take its place."""

    def __init__(self) -> None:
        self._fixed: frozenset[AddressKind] = frozenset()
        self._of: dict[AddressKind, StreamOpener] = {
            "tcp": connect,
            "onion": _refuse_onion,
            "circuit": _refuse_circuit,
        }

    def set(self, kind: AddressKind, opener: StreamOpener) -> None:
        """Open streams to addresses of a kind so from now on, unless it is fixed."""
        if kind not in self._fixed:
            self._of[kind] = opener

    def fix(self, opener: StreamOpener, *kinds: AddressKind) -> None:
        """Open streams to addresses of these kinds in this way alone, for good."""
        self._of |= dict.fromkeys(kinds, opener)
        self._fixed |= frozenset(kinds)

    async def open(self, address: Address) -> trio.abc.HalfCloseableStream:
        """A stream to an address, on which nothing was said. Raises `OSError`, `DialError`."""
        return await self._of[kind_of(address)](address)


def kind_of(address: Address) -> AddressKind:
    """The kind of an address."""
    if address.relay is not None:
        return "circuit"
    return "onion" if address.protocol == ONION else "tcp"
