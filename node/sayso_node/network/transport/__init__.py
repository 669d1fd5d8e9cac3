"""The network over libp2p: TCP, Noise and yamux. The one place that imports libp2p.

In reading order: `limits`, `tcp`, `libp2p_imports` (what is used of libp2p),
`multistream`, `raw_stream`, `noise`, `yamux`, `resource_manager`, `admission`, `connection`,
`endpoint`. Why so little of libp2p is used stands in `docs/decisions/0002-libp2p-hardening.md`.

Importing this package does not import libp2p; opening a network does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ..link import LinkHandler, ListenError, Network, PeerStandings
from ..privacy import OPEN, Privacy
from .identity import peer_id_of
from .limits import TransportLimits

__all__ = ["TransportLimits", "check_address", "open_network", "peer_id_of"]

_DEFAULT_LIMITS = TransportLimits()


def check_address(text: str) -> None:
    """Raise `DialError` unless the text is an address that can be dialled: right in form,
    and naming the peer that is expected there."""
    from .connection.dialer import parse_dial_address

    parse_dial_address(text)


@asynccontextmanager
async def open_network(
    *,
    node_seed: bytes,
    listen: Sequence[str],
    on_link: LinkHandler,
    limits: TransportLimits = _DEFAULT_LIMITS,
    standings: PeerStandings = dict,
    privacy: Privacy = OPEN,
) -> AsyncIterator[Network]:
    """A started network endpoint, stopped when the context is left.

    `node_seed` is the 32-byte Ed25519 seed of the node's libp2p identity; `listen` holds
    multiaddrs like ``/ip4/0.0.0.0/tcp/4001`` (none: dial only); `on_link` runs for each
    inbound link. What it raises is logged and ends that link alone. When the context is
    left, running handlers are cancelled. `standings` is asked when seats are scarce. Where
    `privacy` names a proxy, nothing is dialled in another way, and it listens on loopback alone.

    Raises `ListenError`, which names the address that could not be bound, and
    `ValueError` where the seed has another length.
    """
    # Here, not above: libp2p costs half a second and 20 MB, which commands that only want
    # a peer id or the limits should not pay.
    from .endpoint import open_endpoint
    from .noise import NoiseIdentity

    peer_id_of(node_seed)
    identity = NoiseIdentity(node_seed)
    for address in listen:
        if not privacy.may_listen(address):
            raise ListenError(
                f"{address} is open to the network, which a proxy is there to avoid: listen on "
                "127.0.0.1, where an onion service can end, or forget the proxy with --proxy none"
            )
    async with open_endpoint(identity, listen, on_link, limits, standings, privacy) as endpoint:
        yield endpoint
