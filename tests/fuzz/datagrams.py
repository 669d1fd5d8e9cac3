"""Datagrams of multicast DNS: what must hold of any bytes, and what the fuzzer begins with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sayso_protocol.discovery.mdns.announcement import (
    encode_announcement,
    encode_query,
    names_of,
    read_addresses,
)
from sayso_protocol.discovery.mdns.mdns_limits import MAX_ADDRESSES, MAX_RECORDS
from sayso_protocol.discovery.mdns.mdns_link import MdnsLink
from sayso_protocol.discovery.mdns.packet import decode_packet
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused

OWN, OTHER = (peer_id_of_key(bytes([n]) * 32) for n in (1, 2))
SOURCE = "10.20.0.2"
ADDRESS = Address("ip4", SOURCE, 4001, OTHER)

_SPREAD = bytes(range(32))


def check_datagram(data: bytes) -> str:
    """A link goes on after any datagram; whom it takes from it is its sender, and not this node."""
    link = MdnsLink(OWN, _SPREAD, 0, 1)
    for one in link.receive(data, SOURCE, 0):
        assert one.host == SOURCE and one.port and one.peer_id not in (None, OWN), one
        assert Address.parse(str(one)) == one
    assert len(link.due(10_000, 1)) <= 2
    try:
        packet = decode_packet(data)
    except Refused as refusal:
        assert link.counts.malformed == 1
        return refusal.code
    assert len(packet.questions) + len(packet.answers) <= MAX_RECORDS
    assert sum(map(len, read_addresses(packet, SOURCE))) <= MAX_ADDRESSES
    return "accepted"


def datagrams() -> Iterator[bytes]:
    """What nodes say, what other libraries say, and packets that are none."""
    yield encode_query()
    names = names_of(_SPREAD, 1)
    for ttl in (120, 0):
        yield encode_announcement(names, [ADDRESS], ttl)
        yield encode_announcement(names, [replace(ADDRESS, port=port) for port in range(1, 8)], ttl)
    # Compressed, as zeroconf libraries write it.
    service = b"\x04_p2p\x04_udp\x05local\x00"
    text = f"dnsaddr={ADDRESS}".encode()
    yield (
        bytes.fromhex("0000 8400 0000 0002 0000 0000")
        + service + bytes.fromhex("000c 0001 00000078 0004") + b"\x01a\xc0\x0c"
        + b"\xc0\x27" + bytes.fromhex("0010 8001 00000078") + (len(text) + 1).to_bytes(2, "big")
        + bytes([len(text)]) + text
    )  # fmt: skip
    yield bytes.fromhex("0000 0000 0001 0000 0000 0000") + b"\xc0\x0c\x00\x0c\x00\x01"
    yield bytes(12)
    yield b""
