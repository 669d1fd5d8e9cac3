"""The decoders of signed records and of peer exchange, and what they begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_exchange.messages import (
    PeersRequest,
    decode_answer,
    encode_answer,
)
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.signed_record import (
    MAX_RECORD_ADDRESSES,
    PeerRecord,
    read_peer_record,
    sign_peer_record,
)

from .properties import ACCEPTED, verdict

KEY = KeyPair.from_seed(bytes([1]) * 32)
ADDRESSES = tuple(
    map(Address.parse, ("/ip4/193.0.14.129/tcp/4001", "/ip6/2001:7fd::1/tcp/4001", "/dns4/a/tcp/1"))
)


def check_record(data: bytes, read: Callable[[bytes], PeerRecord] = read_peer_record) -> str:
    """A peer's word about itself: as it was signed, or none."""
    said, record = verdict(read, data)
    if said == ACCEPTED:
        assert record.peer_id == peer_id_of_key(KEY.public)
        assert set(record.addresses) <= set(ADDRESSES)
        assert len(record.addresses) <= MAX_RECORD_ADDRESSES
    return said


def check_request(data: bytes, read: Callable[[bytes], PeersRequest] = PeersRequest.decode) -> str:
    """What a peer says of itself and asks for."""
    said, request = verdict(read, data)
    if said == ACCEPTED:
        assert read(request.encode()) == request, f"read otherwise again: {data.hex()}"
    return said


def check_answer(data: bytes, read: Callable[[bytes], list[bytes]] = decode_answer) -> str:
    """What a peer tells of others."""
    said, records = verdict(read, data)
    if said == ACCEPTED:
        assert read(encode_answer(records)) == records, f"read otherwise again: {data.hex()}"
    return said


def records() -> Iterator[bytes]:
    """Records with some addresses and with none."""
    for sequence in (0, 1, 1_700_000_000_000):
        yield sign_peer_record(KEY, sequence, ADDRESSES[: sequence % 4])
    yield sign_peer_record(KEY, 7, ADDRESSES)
    yield b"\x08\x07"


def requests() -> Iterator[bytes]:
    """Requests of all sorts."""
    record = sign_peer_record(KEY, 1, ADDRESSES)
    for agrees in (False, True):
        for asks in (False, True):
            yield PeersRequest(record, agrees, asks).encode()
            yield PeersRequest(b"", agrees, asks).encode()
    yield b"\x08\x07"


def answers() -> Iterator[bytes]:
    """Answers with records and with none."""
    record = sign_peer_record(KEY, 1, ADDRESSES)
    for count in (0, 1, 3):
        yield encode_answer([record] * count)
    yield b"\x08\x07"
