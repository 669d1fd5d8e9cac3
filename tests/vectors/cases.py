"""What all subjects share: how values stand in JSON, and the keys that sign them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from sayso_protocol.crypto.keys import KeyPair

Case = dict[str, Any]

ACCOUNT, FEED, STRANGER, NEXT = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3, 4))
AT = 1_700_000_000_000
"""Unix milliseconds at which the vectors play: 2023-11-14."""

SAFE = 2**53
"""JSON numbers below this are exact everywhere (RFC 8259, section 6)."""


def plain(value: Any) -> Any:
    """A value as JSON: bytes in hexadecimal, large integers as text, records as objects."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= SAFE:
        return str(value)
    if is_dataclass(value):
        return {spec.name: plain(getattr(value, spec.name)) for spec in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def tagged(value: Any) -> Any:
    """A msgpack value as JSON, so that text, bytes, integers and maps can be told apart."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return [tagged(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[key, tagged(item)] for key, item in value.items()]}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= SAFE:
        return {"integer": str(value)}
    return value


def parts(*pieces: bytes | tuple[bytes, int]) -> list[list[Any]]:
    """Long bytes as [hexadecimal, times] each, one after the other."""
    whole = [piece if isinstance(piece, tuple) else (piece, 1) for piece in pieces]
    return [[piece.hex(), times] for piece, times in whole]


def data_of(field: str | list[list[Any]]) -> bytes:
    """Read a field of bytes in either form."""
    if isinstance(field, str):
        return bytes.fromhex(field)
    return b"".join(bytes.fromhex(piece) * times for piece, times in field)


def flipped(data: bytes, bit: int) -> bytes:
    """The data with one bit turned over; bit 0 is the lowest of the first byte."""
    copy = bytearray(data)
    copy[bit // 8] ^= 1 << bit % 8
    return bytes(copy)
