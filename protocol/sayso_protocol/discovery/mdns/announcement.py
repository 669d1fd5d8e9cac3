"""What a node says of itself on the local network, and what it reads of others (libp2p's
specification of mDNS, `discovery/mdns.md`).

A PTR record of the service names an instance, whose TXT record has the addresses. SRV and A or AAAA
records stand beside them for libraries that take an instance without them for incomplete. Instance
and host have names of chance, new with each start and each day: neither the machine's name nor
anything of an account is in a packet. The peer id is, since libp2p's peers take no address without.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from ipaddress import ip_address
from typing import Final, NamedTuple

from sayso_protocol.errors import Refused

from ..multiaddr import Address, AddressError
from .mdns_limits import MAX_ADDRESSES, TTL_SECONDS
from .name import Name, encode_name, name_of
from .packet import (
    AAAA,
    ANY,
    PTR,
    SRV,
    TXT,
    A,
    Packet,
    Question,
    Record,
    encode_packet,
    encode_texts,
    read_texts,
)

SERVICE: Final = name_of("_p2p._udp.local")
_ADDRESS = b"dnsaddr="
_PERSON: Final = b"sayso mdns 1"


class Names(NamedTuple):
    """The names of one day on one link, hexadecimal: 32 digits, as libp2p wants them, and 16."""

    instance: str
    host: str


def names_of(secret: bytes, day: int) -> Names:
    """The names of a day, in Unix days; `secret` is new with each start and on each link."""
    made = blake2b(day.to_bytes(8, "big"), key=secret, digest_size=24, person=_PERSON).hexdigest()
    return Names(made[:32], made[32:])


def encode_query() -> bytes:
    """The question who is there."""
    return encode_packet(Packet(response=False, questions=[Question(SERVICE, PTR)]))


def encode_announcement(
    names: Names, addresses: Sequence[Address], ttl: int = TTL_SECONDS
) -> bytes:
    """The answer: addresses of this node on one link, at least one, each with its peer id. With a
    `ttl` of 0 it takes back what was said."""
    instance, host = _full_names(names)
    hosts = {one.host: ip_address(_without_zone(one.host)) for one in addresses[:MAX_ADDRESSES]}
    texts = [_ADDRESS + str(_as_told(one)).encode() for one in addresses[:MAX_ADDRESSES]]
    service = struct.pack("!3H", 0, 0, addresses[0].port) + encode_name(host)
    return encode_packet(
        Packet(
            response=True,
            answers=[
                Record(SERVICE, PTR, ttl, target=instance),
                Record(instance, TXT, ttl, encode_texts(texts), unique=True),
            ],
            additional=[
                Record(instance, SRV, ttl, service, unique=True),
                *(
                    Record(host, A if ip.version == 4 else AAAA, ttl, ip.packed, unique=True)
                    for ip in hosts.values()
                ),
            ],
        )
    )


def asks_for(packet: Packet, names: Names) -> bool:
    """Whether a packet asks for what `encode_announcement` says, and does not know it already."""
    if packet.response:
        return False
    instance, host = _full_names(names)
    known = any(
        one.kind == PTR and one.target == instance and one.ttl >= TTL_SECONDS // 2
        for one in packet.answers
    )
    kinds = {SERVICE: () if known else (PTR, ANY), instance: (TXT, SRV, ANY), host: (A, AAAA, ANY)}
    return any(kind in kinds.get(name, ()) for name, kind in packet.questions)


def read_addresses(packet: Packet, source: str) -> tuple[list[Address], list[Address]]:
    """The addresses with peer ids that a packet tells of, and those that it takes back, as far as
    they are at `source`, the IP address where it came from, with its zone: so nobody makes a node
    dial another host. `MAX_ADDRESSES` are looked at; what is none is left out."""
    told: list[Address] = []
    gone: list[Address] = []
    looked = 0
    for record in packet.answers if packet.response else ():
        if record.kind != TXT or record.name[-len(SERVICE) :] != SERVICE:
            continue
        for text in _address_texts(record.data):
            looked += 1
            if looked > MAX_ADDRESSES:
                return told, gone
            address = _read_address(text, source)
            if address is not None:
                (told if record.ttl else gone).append(address)
    return told, gone


def _address_texts(data: bytes) -> list[bytes]:
    try:
        texts = read_texts(data)
    except Refused:
        return []
    return [text[len(_ADDRESS) :] for text in texts if text.startswith(_ADDRESS)]


def _read_address(text: bytes, source: str) -> Address | None:
    """A direct TCP address at `source`, with a port and a peer id."""
    try:
        address = Address.parse(text.decode("ascii"))
    except (AddressError, UnicodeDecodeError):
        return None
    if not (address.is_ip and address.port and address.peer_id) or address.relay is not None:
        return None
    if ip_address(_without_zone(address.host)) != ip_address(_without_zone(source)):
        return None
    return replace(address, host=source)


def _as_told(address: Address) -> Address:
    """A zone is a name that this machine has for its link: nobody else's business, nor use."""
    return replace(address, host=_without_zone(address.host))


def _without_zone(host: str) -> str:
    return host.partition("%")[0]


def _full_names(names: Names) -> tuple[Name, Name]:
    return name_of(names.instance) + SERVICE, name_of(f"{names.host}.local")
