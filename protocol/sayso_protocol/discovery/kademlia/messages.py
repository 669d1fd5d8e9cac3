"""The messages of the distributed hash table, as libp2p's kad has them (specs/kad-dht, "RPC
messages"), with one field of our own: sealed announcements (100), which others skip.

A message has a varint with its length before it on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import BadShape, TooLarge
from ...protobuf import ProtobufMessage, encode
from .contact import Contact
from .kademlia_limits import ANNOUNCEMENT_SIZES, BUCKET_SIZE, MAX_KEY, RECORDS_A_KEY

_TYPE, _KEY, _CLOSER, _PROVIDERS, _SEALED = 1, 2, 8, 9, 100

PROTOCOL: Final = "/sayso/kad/1.0.0"
"""Not `/ipfs/kad/1.0.0`: what that network's nodes store and ask for is no business of ours, nor
ours of theirs."""


class MessageType(IntEnum):
    """What is asked, and echoed in the answer."""

    PUT_VALUE = 0
    """Not served: there are no values here, so nothing needs validators."""
    GET_VALUE = 1
    """Not served."""
    ADD_PROVIDER = 2
    """Lay a record down; has no answer."""
    GET_PROVIDERS = 3
    """Records of a key, and whoever is nearer to it."""
    FIND_NODE = 4
    """Whoever is nearer to a key."""
    PING = 5


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer."""

    type: MessageType
    key: bytes = b""
    closer: tuple[Contact, ...] = ()
    providers: tuple[Contact, ...] = ()
    """Plain records: peers that name themselves as carriers of what the key stands for."""
    sealed: tuple[bytes, ...] = ()
    """Sealed announcements, each of one of `ANNOUNCEMENT_SIZES`."""

    def encode(self) -> bytes:
        """The message without its length."""
        return encode(
            (_TYPE, int(self.type)),
            (_KEY, self.key or None),
            (_CLOSER, [one.encode() for one in self.closer]),
            (_PROVIDERS, [one.encode() for one in self.providers]),
            (_SEALED, list(self.sealed)),
        )

    @classmethod
    def decode(cls, data: bytes) -> Message:
        """Read a message. Of more contacts or announcements than anybody needs the first are kept.
        Raises `BadShape`, `TooLarge`."""
        message = ProtobufMessage(data)
        key = message.data(_KEY)
        if len(key) > MAX_KEY:
            raise TooLarge("a key over its limit")
        closer = message.all_data(_CLOSER)[:BUCKET_SIZE]
        providers = message.all_data(_PROVIDERS)[:RECORDS_A_KEY]
        sealed = message.all_data(_SEALED)[:RECORDS_A_KEY]
        return cls(
            _type_of(message.number(_TYPE)),
            key,
            tuple(map(Contact.decode, closer)),
            tuple(map(Contact.decode, providers)),
            tuple(one for one in sealed if len(one) in ANNOUNCEMENT_SIZES),
        )


def _type_of(number: int) -> MessageType:
    try:
        return MessageType(number)
    except ValueError as error:
        raise BadShape("a message of an unknown type") from error
