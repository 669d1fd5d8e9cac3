"""The decoders of relaying and hole punching, and what they begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hole_punch import (
    PunchKind,
    PunchMessage,
    decode_punch,
    encode_punch,
    punchable,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.relay.messages import (
    HopKind,
    HopMessage,
    Limit,
    Reservation,
    Status,
    StopKind,
    StopMessage,
    decode_hop,
    decode_stop,
    encode_hop,
    encode_stop,
)
from sayso_protocol.discovery.relay.voucher import read_voucher, sign_voucher

from .properties import ACCEPTED, verdict

RELAY, PEER = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
PEER_ID = peer_id_of_key(PEER.public)
ADDRESSES = tuple(
    map(Address.parse, ("/ip4/193.0.14.129/tcp/4001", f"/ip6/2001:7fd::1/tcp/4001/p2p/{PEER_ID}"))
)


def _settles(data: bytes, read: Callable[[bytes], Any], write: Callable[[Any], bytes]) -> str:
    """Protobuf has no one form, and of some fields only a part is read: but what was read is
    written so that it reads the same."""
    said, value = verdict(read, data)
    if said == ACCEPTED:
        assert read(write(value)) == value, f"read otherwise again: {data.hex()}"
    return said


def check_hop(data: bytes, read: Callable[[bytes], HopMessage] = decode_hop) -> str:
    """What a peer and its relay say."""
    return _settles(data, read, encode_hop)


def check_stop(data: bytes, read: Callable[[bytes], StopMessage] = decode_stop) -> str:
    """What a relay says to the peer that is to be reached."""
    return _settles(data, read, encode_stop)


def check_punch(data: bytes, read: Callable[[bytes], PunchMessage] = decode_punch) -> str:
    """What peers say that punch a hole; nothing private comes to be dialled."""
    said, message = verdict(read, data)
    if said == ACCEPTED:
        assert all(one.is_public and one.port for one in punchable(message.addresses))
    return _settles(data, read, encode_punch)


def check_voucher(data: bytes) -> str:
    """A relay's promise: as it was signed, or none."""
    said, voucher = verdict(read_voucher, data)
    if said == ACCEPTED:
        assert voucher.relay == peer_id_of_key(RELAY.public)
        assert voucher.peer == PEER_ID
    return said


def hops() -> Iterator[bytes]:
    """Messages of each kind, and one that is none."""
    yield encode_hop(HopMessage(HopKind.RESERVE))
    yield encode_hop(HopMessage(HopKind.CONNECT, PEER_ID))
    yield encode_hop(HopMessage(HopKind.STATUS, status=Status.NO_RESERVATION))
    place = Reservation(1_700_000_000, ADDRESSES, sign_voucher(RELAY, PEER_ID, 1_700_000_000))
    yield encode_hop(HopMessage(HopKind.STATUS, "", place, Limit(3600, 1 << 24), Status.OK))
    yield b"\x08\x07"


def stops() -> Iterator[bytes]:
    """The same of the other protocol."""
    yield encode_stop(StopMessage(StopKind.CONNECT, PEER_ID, Limit(120, 1 << 17)))
    yield encode_stop(StopMessage(StopKind.STATUS, status=Status.OK))
    yield b"\x08\x07"


def punches() -> Iterator[bytes]:
    """The same of hole punching."""
    yield encode_punch(PunchMessage(PunchKind.CONNECT, ADDRESSES))
    yield encode_punch(PunchMessage(PunchKind.SYNC))
    yield b"\x08\x07"


def vouchers() -> Iterator[bytes]:
    """Promises of one relay to one peer."""
    for until in (0, 1, 1_700_000_000, 2**40):
        yield sign_voucher(RELAY, PEER_ID, until)
    yield b"\x08\x07"
