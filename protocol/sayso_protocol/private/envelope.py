"""The envelope of a letter in a secret box: ``[1, id, content]``, padded and sealed by the ratchet.

What has an id is receipted; an answer that says nothing, a receipt or a ticket has none. The same
content has the same id in the letters to all devices, and when it is sealed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..codec import decode, encode
from ..letters.padding import pad, unpad
from .packing import binary_or_none, binary_up_to, record
from .private_limits import ID_SIZE, MAX_CONTENT
from .ratchet import OVERHEAD

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """`content` is empty in an answer that says nothing."""

    id: bytes | None
    content: bytes


def write_envelope(envelope: Envelope) -> bytes:
    """The padded bytes, which sealed have a letter's size. Raises `Refused`."""
    data = encode([VERSION, envelope.id, envelope.content])
    read_envelope(padded := pad(data, OVERHEAD))
    return padded


def read_envelope(padded: bytes) -> Envelope:
    """Read padded bytes. Raises `Refused`."""
    name, content = record(decode(unpad(padded)), VERSION, 2)
    return Envelope(binary_or_none(name, ID_SIZE), binary_up_to(content, MAX_CONTENT))
