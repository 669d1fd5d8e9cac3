"""The addresses of a known peer as bytes, for a store: never sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...codec import pack_array, unpack
from ..candidate import Origin
from ..multiaddr import Address, AddressError
from .known_peer import KnownAddress

_ORIGINS: Final = {origin.value: origin for origin in Origin}


def pack_addresses(addresses: Iterable[KnownAddress]) -> bytes:
    """What is known of these, apart from places, which follow from it."""
    return pack_array([_row(known) for known in addresses])


def _row(known: KnownAddress) -> list[object]:
    about = [str(known.address), known.origin.value, known.heard_ms, known.sources]
    return [*about, known.tried_ms, known.success_ms, known.failures, known.is_tested]


def unpack_addresses(peer_id: str, data: bytes) -> list[KnownAddress]:
    """What was known of a peer's addresses; one that can no longer be read is left out."""
    found = []
    for text, origin, heard_ms, sources, *rest in unpack(data):
        try:
            address = Address.parse(text)
        except AddressError:
            continue
        if address.peer_id == peer_id and origin in _ORIGINS:
            found.append(KnownAddress(address, _ORIGINS[origin], heard_ms, sources, *rest))
    return found
