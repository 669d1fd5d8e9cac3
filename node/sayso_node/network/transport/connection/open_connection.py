"""One open connection with a peer, as the node above sees it."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from sayso_protocol.sync.wire.frames import SYNC_1

from ...link import SYNC_PROTOCOL, SYNC_VERSIONS, DialError, Link, Path, UnsupportedProtocolError
from ..libp2p_imports import BaseLibp2pError, ProtocolNotSupportedError
from ..multistream import StreamPipe, offer
from ..yamux.yamux_connection import YamuxConnection


@dataclass(frozen=True, slots=True)
class Remote:
    """The other end of a connection."""

    address: str
    """Multiaddr, with the peer at its end."""
    network: str
    """As `Link.network`."""
    path: Path
    is_private: bool = False
    """Whether the connection is for whoever made it alone."""


class OpenConnection:
    """The `Connection` of `link.py` over yamux."""

    def __init__(
        self, muxed: YamuxConnection, remote: Remote, local_end: tuple[str, int] = ("", 0)
    ) -> None:
        """`local_end` is the own IP address and port that it is bound to, if it is to one."""
        self.muxed = muxed
        self.remote = remote
        self.local_host, self.local_port = local_end
        self.ended = trio.Event()

    @property
    def peer_id(self) -> str:
        """The peer, proven by the handshake."""
        return self.muxed.peer_id

    @property
    def address(self) -> str:
        """Multiaddr of the remote end as seen here."""
        return self.remote.address

    @property
    def network(self) -> str:
        """As `Link.network`."""
        return self.remote.network

    @property
    def path(self) -> Path:
        """The way that its bytes take."""
        return self.remote.path

    @property
    def outbound(self) -> bool:
        """True where this side began it."""
        return self.muxed.outbound

    def link(self, stream: trio.abc.Stream, *, outbound: bool, protocol: str = "") -> Link:
        """The link of one of its streams, for a protocol; `outbound` where this side opened it."""
        # Where this side dialled, whoever opens a stream back has no address of its own.
        own = outbound or not self.outbound
        address = self.address if own else f"/p2p/{self.peer_id}"
        network = "" if outbound else self.network
        version = SYNC_VERSIONS.get(protocol, SYNC_1)
        return Link(self.peer_id, address, outbound, stream, network, self.path, self, version)

    async def open_stream(self, protocol: str, *, timeout: float = 10.0) -> Link:
        """A new stream for a protocol. Raises `DialError`, and `UnsupportedProtocolError` where the
        peer does not speak it."""
        with trio.move_on_after(timeout):
            return await self._open_stream(protocol)
        raise DialError(f"{self.address} did not answer within {timeout:g} s")

    async def _open_stream(self, protocol: str) -> Link:
        await trio.lowlevel.checkpoint()
        try:
            stream = self.muxed.open_stream()
        except trio.BrokenResourceError as error:
            raise DialError(f"the connection with {self.address} is over") from error
        try:
            # Whoever does not know the newest version of sessions is asked for an older one.
            agreed = await offer(StreamPipe(stream), *_versions_of(protocol))
        except BaseException as error:
            stream.close_now()
            if isinstance(error, ProtocolNotSupportedError):
                raise UnsupportedProtocolError(
                    f"{self.address} does not speak {protocol}"
                ) from error
            if isinstance(error, BaseLibp2pError | trio.BrokenResourceError):
                raise DialError(f"{self.address} closed the connection: it may be full") from error
            raise
        return self.link(stream, outbound=True, protocol=agreed)

    def close(self, reason: str) -> None:
        """End the connection now, with all streams on it."""
        self.muxed.abort(reason)


def _versions_of(protocol: str) -> tuple[str, ...]:
    """What is offered to a peer for a protocol, in this order."""
    return tuple(SYNC_VERSIONS) if protocol == SYNC_PROTOCOL else (protocol,)
