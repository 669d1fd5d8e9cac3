"""An entry: header, signature, body.

The header is the msgpack array ``[1, feed, seq, previous, time_ms, body_size,
body_hash]``: format version, 32-byte feed key, sequence number from 1, 32-byte id of
the entry before (nil for the first), Unix milliseconds UTC, length and hash of the body.
The signature is Ed25519 over `DOMAIN` and the header bytes; the id is a hash over header
and signature. The body travels beside them and may be gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..codec import decode, pack_array
from ..crypto.hashing import HASH_SIZE, body_hash
from ..crypto.keys import KEY_SIZE, check_key
from ..errors import BadSequence, BadShape, BadText, TooLarge, UnknownVersion, WrongBody
from ..limits import MAX_BODY, MAX_SEQ, MAX_TIME_MS
from ..translation import _

VERSION = 1
DOMAIN = b"sayso/1/entry\x00"
"""Signed before every header: keeps the signature from meaning anything elsewhere."""


@dataclass(frozen=True, slots=True)
class Header:
    """The signed fields of an entry; see the module for their meaning."""

    feed: bytes
    seq: int
    previous: bytes | None
    time_ms: int
    body_size: int
    body_hash: bytes

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        return encode_header(
            self.feed, self.seq, self.previous, self.time_ms, self.body_size, self.body_hash
        )


def encode_header(
    feed: bytes, seq: int, previous: bytes | None, time_ms: int, size: int, digest: bytes
) -> bytes:
    """Return the canonical header bytes of fields that are known to be in range.

    `run._chain` has the same line, for many.
    """
    return pack_array((VERSION, feed, seq, previous, time_ms, size, digest))


def decode_header(data: bytes) -> Header:
    """Read header bytes. Raises `Refused` for anything but one canonical, sound header."""
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape("a header is an array")
    if fields[0] != VERSION or type(fields[0]) is not int:
        raise UnknownVersion("an entry of another version")
    if len(fields) != 7:
        raise BadShape("a header has seven fields")
    _, feed, seq, previous, time_ms, size, digest = fields
    header = Header(
        check_key(_bytes_of(feed, KEY_SIZE)),
        check_seq(seq),
        None if previous is None else _bytes_of(previous, HASH_SIZE),
        check_time(time_ms),
        check_body_size(size),
        _bytes_of(digest, HASH_SIZE),
    )
    check_first(header.seq, header.previous)
    return header


def check_seq(seq: object) -> int:
    """Return a sequence number in 1 .. 2^63-1. Raises `BadSequence`."""
    if type(seq) is not int or not 1 <= seq <= MAX_SEQ:
        raise BadSequence("a sequence number lies between 1 and 2^63-1")
    return seq


def check_time(time_ms: object) -> int:
    """Return Unix milliseconds in 0 .. year 9999. Raises `BadShape`."""
    if type(time_ms) is not int or not 0 <= time_ms <= MAX_TIME_MS:
        raise BadShape("a time lies between the years 1970 and 9999")
    return time_ms


def check_body_size(size: object) -> int:
    """Return a body length in 1 .. `MAX_BODY`. Raises `TooLarge` or `BadShape`."""
    if type(size) is not int or size < 1:
        raise BadShape("a body has at least one byte")
    if size > MAX_BODY:
        raise TooLarge("a body of more than 16 KiB")
    return size


def check_first(seq: int, previous: bytes | None) -> None:
    """Raise `BadSequence` unless exactly the first entry has no previous."""
    if (seq == 1) != (previous is None):
        raise BadSequence("exactly the first entry of a feed names no previous")


def check_body(header: Header, body: bytes) -> bytes:
    """Return the body; raises `WrongBody` where the header commits to another."""
    if len(body) != header.body_size or body_hash(body) != header.body_hash:
        raise WrongBody("not the body that the header commits to")
    return body


def id_text(entry_id: bytes) -> str:
    """Text form of an entry id: 64 hexadecimal digits, lower case."""
    return entry_id.hex()


def parse_id(text: str) -> bytes:
    """Read a full id in text form. Raises `BadText`."""
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise BadText(_("an id is 64 hexadecimal digits")) from error
    if len(data) != HASH_SIZE or data.hex() != text.lower():
        raise BadText(_("an id is 64 hexadecimal digits"))
    return data


def _bytes_of(value: object, size: int) -> bytes:
    if type(value) is not bytes or len(value) != size:
        raise BadShape(f"a field that must be {size} bytes")
    return value
