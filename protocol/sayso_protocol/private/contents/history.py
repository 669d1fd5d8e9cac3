"""History: past messages for an own new device, if the owner says so.

``[1, "history", messages]``, each ``[from, id, to, text, sent, lifetime, attachments]``. Only of
another device of the own account it is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ...codec import Value, encode
from ...content.reference import read_key
from ..packing import array
from ..private_limits import MAX_CONTENT
from .content_fields import read_fields, write_fields
from .message import FIELDS, Message, message_fields, read_message_fields

KIND: Final = "history"

MAX_MESSAGES: Final = 256
"""Messages in one history; a longer past takes several."""

_ROOM: Final = MAX_CONTENT - 16


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message and the account that wrote it."""

    author: bytes
    message: Message


def write_histories(past: Iterable[PastMessage]) -> Iterator[bytes]:
    """As many contents as these messages take, in their order."""
    part: list[Value] = []
    room = _ROOM
    for one in past:
        fields: list[Value] = [one.author, *message_fields(one.message)]
        size = len(encode(fields))
        if part and (size > room or len(part) == MAX_MESSAGES):
            yield write_fields(KIND, part)
            part, room = [], _ROOM
        part.append(fields)
        room -= size
    if part:
        yield write_fields(KIND, part)


def read_history(data: bytes) -> tuple[PastMessage, ...]:
    """The messages, at least one. Raises `Refused`."""
    [messages] = read_fields(data, KIND, 1)
    return tuple(map(_read_past, array(messages, MAX_MESSAGES, least=1)))


def _read_past(value: Value) -> PastMessage:
    author, *fields = array(value, FIELDS + 1, least=FIELDS + 1)
    return PastMessage(read_key(author), read_message_fields(fields))
