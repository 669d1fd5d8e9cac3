"""Private messages: ``[1, "message", id, to, text, sent, lifetime, attachments]``.

`to` is the account written to, so that the writer's own other devices know; `sent` is Unix
milliseconds; `lifetime` is nil, or the milliseconds after `sent` when both sides erase it.
Attachments are at most eight, each as in `message_file`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...codec import Value
from ...content.fields import text as text_rule
from ...content.reference import read_key
from ..packing import array, binary, number
from ..private_limits import DAY_MS, ID_SIZE, MAX_CONTENT
from .content_fields import read_fields, write_fields
from .message_file import MAX_FILES, MessageFile, read_file, write_file

KIND: Final = "message"
FIELDS: Final = 6

MAX_MESSAGE: Final = MAX_CONTENT - 64
"""Longest message: with its author's key it still fits a history."""

MAX_TEXT: Final = 16_384
"""Longest text, UTF-8: with eight attachments of short alt texts it fits a letter."""

MAX_LIFETIME_MS: Final = 366 * DAY_MS
MIN_LIFETIME_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """See the module."""

    id: bytes
    to: bytes
    text: str
    sent_ms: int
    lifetime_ms: int | None = None
    attachments: tuple[MessageFile, ...] = ()

    @property
    def expires_ms(self) -> int | None:
        """When both sides erase it; None where it stays."""
        return None if self.lifetime_ms is None else self.sent_ms + self.lifetime_ms


def write_message(message: Message) -> bytes:
    """The bytes. Raises `Refused` for one that could not be read."""
    data = write_fields(KIND, *message_fields(message), most=MAX_MESSAGE)
    read_message(data)
    return data


def read_message(data: bytes) -> Message:
    """Read a message. Raises `Refused`."""
    return read_message_fields(read_fields(data, KIND, FIELDS, MAX_MESSAGE))


def message_fields(message: Message) -> list[Value]:
    """The fields after the kind."""
    attachments: list[Value] = [write_file(one) for one in message.attachments]
    return [
        message.id, message.to, message.text, message.sent_ms, message.lifetime_ms, attachments
    ]  # fmt: skip


def read_message_fields(values: list[Value]) -> Message:
    """Of the fields after the kind. Raises `Refused`."""
    name, to, text, sent_ms, lifetime_ms, attachments = values
    items = tuple(map(read_file, array(attachments, MAX_FILES)))
    return Message(
        binary(name, ID_SIZE),
        read_key(to),
        text_rule(MAX_TEXT, text, least=0 if items else 1),
        number(sent_ms),
        None if lifetime_ms is None else number(lifetime_ms, MAX_LIFETIME_MS, MIN_LIFETIME_MS),
        items,
    )
