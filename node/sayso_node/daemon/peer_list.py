"""The peers that are remembered, connected or not: as `peers` lists them, and as a start tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypedDict

from sayso_protocol.discovery.address_book.known_codec import peer_of
from sayso_protocol.discovery.address_book.known_peer import KnownPeer
from sayso_storage.interface.store import Store

from ..timestamps import time_text


class RememberedPeer(TypedDict):
    """A peer: `state` is ``connected``, ``connecting`` or ``away``; `path`, where it is connected,
    ``direct``, ``relayed`` or ``lan``; `last_seen` is None where it never was connected."""

    peer: str
    addr: str
    state: str
    path: str | None
    last_seen: str | None
    named: bool
    """The owner named it, or accepted its invite."""


def away_peers(
    known: Iterable[KnownPeer], connected: Collection[str], connecting: Collection[str] = ()
) -> list[RememberedPeer]:
    """Those that the owner named or that were connected before, and are not now; the last seen
    first."""
    rows = [
        peer
        for peer in known
        if peer.peer_id not in connected and peer.addresses and (peer.is_chosen or peer.seen_ms)
    ]
    rows.sort(key=lambda peer: (-peer.seen_ms, peer.peer_id))
    return [
        {
            "peer": peer.peer_id,
            "addr": str(peer.by_promise[0].address),
            "state": "connecting" if peer.peer_id in connecting else "away",
            "path": None,
            "last_seen": time_text(peer.seen_ms) if peer.seen_ms else None,
            "named": peer.is_chosen,
        }
        for peer in rows
    ]


def forget_stored_peer(store: Store, peer_id: str) -> bool:
    """Remember a peer no longer, while no node runs. Whether it was remembered. Raises
    `StoreError`."""
    was_known = any(row.peer_id == peer_id for row in store.known_peers())
    store.save_known_peers((), [peer_id])
    return was_known


def stored_peers(store: Store) -> list[RememberedPeer]:
    """The same while no node runs. Raises `StoreError`."""
    return away_peers(map(peer_of, store.known_peers()), ())
