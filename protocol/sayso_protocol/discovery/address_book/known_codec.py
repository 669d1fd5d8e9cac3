"""Known peers as rows, for a store: never sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from ...codec import pack_array, unpack
from ..candidate import Origin
from ..multiaddr import Address, AddressError
from .known_peer import KnownAddress, KnownPeer

_ORIGINS: Final = {origin.value: origin for origin in Origin}


class KnownRow(NamedTuple):
    """A known peer as it is kept; see `KnownPeer`."""

    peer_id: str
    is_chosen: bool
    is_anchor: bool
    agrees: bool
    seen_ms: int
    sequence: int
    record: bytes
    addresses: bytes
    """What is known of each, msgpack."""


def row_of(peer: KnownPeer) -> KnownRow:
    """A peer as it is now."""
    addresses = _pack_addresses(peer.addresses.values())
    about = peer.is_chosen, peer.is_anchor, peer.agrees, peer.seen_ms, peer.sequence
    return KnownRow(peer.peer_id, *about, peer.record, addresses)


def peer_of(row: KnownRow) -> KnownPeer:
    """The peer of a row; an address that can no longer be read is left out."""
    known = {str(one.address): one for one in _unpack_addresses(row.peer_id, row.addresses)}
    flags = row.is_chosen, row.is_anchor
    return KnownPeer(row.peer_id, known, *flags, row.seen_ms, row.record, row.sequence, row.agrees)


def _pack_addresses(addresses: Iterable[KnownAddress]) -> bytes:
    return pack_array([_row(known) for known in addresses])


def _row(known: KnownAddress) -> list[object]:
    about = [str(known.address), known.origin.value, known.heard_ms, known.sources]
    return [*about, known.tried_ms, known.success_ms, known.failures, known.is_tested]


def _unpack_addresses(peer_id: str, data: bytes) -> list[KnownAddress]:
    found = []
    for text, origin, heard_ms, sources, *rest in unpack(data):
        try:
            address = Address.parse(text)
        except AddressError:
            continue
        if address.peer_id == peer_id and origin in _ORIGINS:
            found.append(KnownAddress(address, _ORIGINS[origin], heard_ms, sources, *rest))
    return found
