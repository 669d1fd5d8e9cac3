"""Acknowledgements of ``/sayso/reach/1``: a peer's signed word that it holds an entry.

A question is the canonical array ``[1, id]``. The answer is ``[1]``, which says nothing, or
``[1, time, signature]``: the peer holds the entry at this time, in Unix milliseconds. The signature
is the peer's node key's, over `DOMAIN` and the canonical array ``[1, id, time, asker]``, with the
asker's peer id in binary form: it convinces whoever asked, and cannot be shown as an answer to
somebody else. Who does not hold the entry and who does not acknowledge answer alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...accounts.envelope import array_of, sized
from ...codec import Value, encode
from ...crypto.hashing import HASH_SIZE
from ...crypto.keys import SIGNATURE_SIZE, KeyPair, verify
from ...errors import BadShape, TimeGoesBack, TooLarge, UnknownVersion
from ...feed.entry import check_time
from ..peer_id import key_of_peer_id, peer_id_bytes
from .reach_limits import MAX_CLOCK_ERROR_MS, MAX_REACH_MESSAGE

REACH_PROTOCOL: Final = "/sayso/reach/1"
DOMAIN: Final = b"sayso/1/holds\x00"
VERSION: Final = 1

NO_WORD: Final = encode([VERSION])
"""The answer of whoever does not hold the entry, or does not acknowledge."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The verified word of a peer that it holds an entry."""

    peer_id: str
    time_ms: int


def write_question(entry_id: bytes) -> bytes:
    """A question, as it travels."""
    return encode([VERSION, entry_id])


def read_question(data: bytes) -> bytes:
    """The id that a question is about. Raises `Refused`."""
    [entry_id] = _fields(data, 1)
    return sized(entry_id, HASH_SIZE)


def acknowledge(node: KeyPair, entry_id: bytes, asker: str, time_ms: int) -> bytes:
    """The answer of a node that holds an entry, as it travels; `asker` is a peer id."""
    return encode([VERSION, time_ms, node.sign(DOMAIN, _said(entry_id, time_ms, asker))])


def read_answer(
    data: bytes, entry_id: bytes, peer_id: str, asker: str, now_ms: int
) -> Acknowledgement | None:
    """The word of a peer, None where it gave none. Raises `Refused`: `BadSignature` where it is
    not this peer's, about this entry, to this asker; `TimeGoesBack` where it is of another
    moment."""
    if data == NO_WORD:
        return None
    time, signature = _fields(data, 2)
    time_ms = check_time(time)
    said = _said(entry_id, time_ms, asker)
    verify(key_of_peer_id(peer_id), DOMAIN, said, sized(signature, SIGNATURE_SIZE))
    if abs(now_ms - time_ms) > MAX_CLOCK_ERROR_MS:
        raise TimeGoesBack("an acknowledgement of another moment")
    return Acknowledgement(peer_id, time_ms)


def _said(entry_id: bytes, time_ms: int, asker: str) -> bytes:
    return encode([VERSION, entry_id, time_ms, peer_id_bytes(asker)])


def _fields(data: bytes, count: int) -> list[Value]:
    if len(data) > MAX_REACH_MESSAGE:
        raise TooLarge("a message over its limit")
    version, *rest = array_of(data) or [None]
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a message of another version")
    if len(rest) != count:
        raise BadShape("a message with too few or too many fields")
    return rest
