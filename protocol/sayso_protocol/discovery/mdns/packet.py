"""Packets of multicast DNS (RFC 1035, section 4; RFC 6762, section 18), as far as they are read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sayso_protocol.errors import BadShape, TooLarge

from .mdns_limits import MAX_PACKET, MAX_RECORDS
from .name import Name, encode_name, read_name

A: Final = 1
PTR: Final = 12
TXT: Final = 16
AAAA: Final = 28
SRV: Final = 33
ANY: Final = 255
INTERNET: Final = 1

_HEADER = struct.Struct("!6H")
_QUESTION = struct.Struct("!HH")
_RECORD = struct.Struct("!HHIH")
_RESPONSE = 0x8000
_AUTHORITATIVE = 0x0400
_OPCODE_AND_ERROR = 0x780F
_TOP_BIT = 0x8000
"""Of a class: in a question that the answer may come by unicast, in a record that it is the only
one of its name and kind (RFC 6762, sections 5.4 and 10.2)."""


class Question(NamedTuple):
    """A question for the records of a kind that a name has."""

    name: Name
    kind: int


class Record(NamedTuple):
    """A record of a name: `data` as it travels, `ttl` in seconds. `target` is the name that a PTR
    record points to. `unique` says that no other machine has one of this name and kind."""

    name: Name
    kind: int
    ttl: int
    data: bytes = b""
    target: Name | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """A question or an answer; `answers` and `additional` are read as one."""

    response: bool
    questions: Sequence[Question] = ()
    answers: Sequence[Record] = ()
    additional: Sequence[Record] = ()


def encode_packet(packet: Packet) -> bytes:
    """A packet as it travels, without compression of names. Raises `TooLarge`."""
    flags = _RESPONSE | _AUTHORITATIVE if packet.response else 0
    counts = len(packet.questions), len(packet.answers), 0, len(packet.additional)
    data = _HEADER.pack(0, flags, *counts)
    for name, kind in packet.questions:
        data += encode_name(name) + _QUESTION.pack(kind, INTERNET)
    for record in (*packet.answers, *packet.additional):
        data += _encode_record(record)
    if len(data) > MAX_PACKET or sum(counts) > MAX_RECORDS:
        raise TooLarge("a packet of multicast DNS has 9000 bytes at most")
    return data


def _encode_record(record: Record) -> bytes:
    data = record.data if record.target is None else encode_name(record.target)
    of = INTERNET | (_TOP_BIT if record.unique else 0)
    head = _RECORD.pack(record.kind, of, record.ttl, len(data))
    return encode_name(record.name) + head + data


def decode_packet(data: bytes) -> Packet:
    """Read a packet as far as the limit of records. Raises `BadShape` or `TooLarge`.

    Of other classes than the Internet's nothing is read, and nothing of other operations.
    """
    if len(data) > MAX_PACKET:
        raise TooLarge("a packet of multicast DNS has 9000 bytes at most")
    if len(data) < _HEADER.size:
        raise BadShape("a packet without a whole head")
    _, flags, questions, *records = _HEADER.unpack_from(data)
    if flags & _OPCODE_AND_ERROR:
        raise BadShape("another operation than a query")
    at, asked = _HEADER.size, []
    for _ in range(min(questions, MAX_RECORDS)):
        question, at = _read_question(data, at)
        asked.append(question)
    room = MAX_RECORDS - len(asked) if questions <= MAX_RECORDS else 0
    found = list(_read_records(data, at, min(sum(records), room)))
    return Packet(bool(flags & _RESPONSE), asked, found)


def _read_question(data: bytes, at: int) -> tuple[Question, int]:
    name, at = read_name(data, at)
    kind, _ = _unpack(_QUESTION, data, at)
    return Question(name, kind), at + _QUESTION.size


def _read_records(data: bytes, at: int, count: int) -> Iterator[Record]:
    for _ in range(count):
        name, at = read_name(data, at)
        kind, of, ttl, size = _unpack(_RECORD, data, at)
        at += _RECORD.size
        if at + size > len(data):
            raise BadShape("a record that is longer than its packet")
        if of & ~_TOP_BIT == INTERNET:
            target = read_name(data, at)[0] if kind == PTR else None
            unique = bool(of & _TOP_BIT)
            yield Record(name, kind, ttl, data[at : at + size], target, unique)
        at += size


def _unpack(form: struct.Struct, data: bytes, at: int) -> tuple[int, ...]:
    if at + form.size > len(data):
        raise BadShape("a packet that ends within a record")
    return form.unpack_from(data, at)


def encode_texts(texts: Sequence[bytes]) -> bytes:
    """The data of a TXT record (RFC 1035, section 3.3.14). Raises `TooLarge`."""
    if any(len(text) > 255 for text in texts):
        raise TooLarge("a text of a record has 255 bytes at most")
    return b"".join(bytes([len(text)]) + text for text in texts) or b"\0"


def read_texts(data: bytes) -> list[bytes]:
    """The texts in the data of a TXT record. Raises `BadShape`."""
    texts, at = [], 0
    while at < len(data):
        end = at + 1 + data[at]
        if end > len(data):
            raise BadShape("a text that is longer than its record")
        texts.append(data[at + 1 : end])
        at = end
    return texts
