"""A contact: a peer's id, and where it can be dialled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from ipaddress import ip_address

from ...errors import BadShape, TooLarge
from ...protobuf import ProtobufMessage, encode
from ..multiaddr import Address, AddressError, networks
from .kademlia_limits import MAX_ADDRESS, MAX_ADDRESSES, MAX_ID

_ID, _ADDRESSES = 1, 2


class Scope(IntEnum):
    """From where an address can be reached, from near to far."""

    NOWHERE = 0
    """Not an address that can be dialled here."""
    MACHINE = 1
    LAN = 2
    INTERNET = 3


@dataclass(frozen=True, slots=True)
class Contact:
    """`id` is a peer's id in binary form, `addresses` are multiaddrs in binary form."""

    id: bytes
    addresses: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The message `Peer` of libp2p's kad."""
        return _encoded(self.id, self.addresses)

    @classmethod
    def decode(cls, data: bytes) -> Contact:
        """Read it; of too many or too long addresses the first are kept. Raises `BadShape`,
        `TooLarge`."""
        return _decoded(data)

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks of the first address that names an IP address, the narrowest first; none
        where no address does, or on loopback."""
        return next((found for one in self.addresses if (found := networks_of(one))), ())

    def told_to(self, scope: Scope) -> Contact:
        """The contact as it is told to an asker in this scope: private addresses mean nothing out
        of their network, and say something of it."""
        if all(scope_of(one) >= scope for one in self.addresses):
            return self
        return Contact(self.id, tuple(one for one in self.addresses if scope_of(one) >= scope))


@lru_cache(4096)
def _encoded(peer: bytes, addresses: tuple[bytes, ...]) -> bytes:
    """The same few hundred contacts are told again and again."""
    return encode((_ID, peer), (_ADDRESSES, list(addresses)))


@lru_cache(4096)
def _decoded(data: bytes) -> Contact:
    message = ProtobufMessage(data)
    peer = message.data(_ID)
    if not peer:
        raise BadShape("a contact without an id")
    if len(peer) > MAX_ID:
        raise TooLarge("an id over its limit")
    told = message.all_data(_ADDRESSES)[:MAX_ADDRESSES]
    return Contact(peer, tuple(one for one in told if len(one) <= MAX_ADDRESS))


def reachable_from(scope: Scope, contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts with the addresses that may be told to an asker in this scope, or believed of
    one; without those of whom none is left."""
    told: list[Contact] = []
    for contact in contacts:
        if len(contact.addresses) != 1:  # nearly all have just one
            contact = contact.told_to(scope)
        elif scope_of(contact.addresses[0]) < scope:
            continue
        if contact.addresses:
            told.append(contact)
    return told


@lru_cache(16384)
def networks_of(address: bytes) -> tuple[str, ...]:
    """The networks of a multiaddr's IP address, see `multiaddr.networks`; none without one."""
    read = _read(address)
    return networks(read.host) if read is not None and read.is_ip else ()


@lru_cache(16384)
def scope_of(address: bytes) -> Scope:
    """From where a multiaddr can be reached."""
    read = _read(address)
    if read is None:
        return Scope.NOWHERE
    if read.is_public:
        return Scope.INTERNET
    return Scope.MACHINE if _is_loopback(read.host) else Scope.LAN


def _is_loopback(host: str) -> bool:
    return ip_address(host.partition("%")[0]).is_loopback


def _read(address: bytes) -> Address | None:
    try:
        return Address.from_bytes(address)
    except AddressError:
        return None
