"""The two messages of `/sayso/peers/1`, protobuf, each behind its length as a varint.

A request: 1 the sender's own signed peer record, or nothing where it cannot be dialled; 2 whether
others may be told of it; 3 whether it wants to be told of others. The answer: 1 signed peer
records, repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import TooLarge
from ...protobuf import ProtobufMessage, encode
from . import exchange_limits as limits

_RECORD, _AGREES, _ASKS = 1, 2, 3
_RECORDS = 1


@dataclass(frozen=True, slots=True)
class PeersRequest:
    """See the module."""

    record: bytes
    agrees: bool
    asks: bool

    def encode(self) -> bytes:
        """As it travels."""
        return encode(
            (_RECORD, self.record or None), (_AGREES, int(self.agrees)), (_ASKS, int(self.asks))
        )

    @classmethod
    def decode(cls, data: bytes) -> PeersRequest:
        """Raises `BadShape`."""
        message = ProtobufMessage(data)
        return cls(
            message.data(_RECORD), bool(message.number(_AGREES)), bool(message.number(_ASKS))
        )


def encode_answer(records: Sequence[bytes]) -> bytes:
    """An answer, as it travels."""
    return encode((_RECORDS, list(records)))


def decode_answer(data: bytes) -> list[bytes]:
    """The records of an answer, not checked yet. Raises `BadShape`, `TooLarge`."""
    records = ProtobufMessage(data).all_data(_RECORDS)
    if len(records) > limits.TOLD:
        raise TooLarge(f"more than {limits.TOLD} peers in one answer")
    return records
