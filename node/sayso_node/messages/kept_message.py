"""Messages as they are kept: sealed records, in groups by the account at the other end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape
from sayso_protocol.private.contents.message import Message, read_message, write_message
from sayso_protocol.private.contents.message_file import SealedFile
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_storage.interface.sealed_records import SealedRecords

MESSAGE: Final = "message"
CONVERSATION: Final = "conversation"
"""The accounts with which there are messages, so that they can be listed."""
READ: Final = "conversation read"
"""The last message that was read of those that came from an account."""
UNSENT: Final = "message unsent"
"""Ids of messages that the mailbox has not been told of yet."""

SEALED_FILE: Final = "sealed file"
"""The sealed files that messages name: the key is a CID, then the id of the message."""

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message, who wrote it, and what became of it. Of messages of others the state is
    `DELIVERED`."""

    author: bytes
    message: Message
    state: MessageState

    def partner(self, own: frozenset[bytes]) -> bytes:
        """The account at the other end."""
        return self.message.to if self.author in own else self.author


def put_message(records: SealedRecords, kept: KeptMessage, own: frozenset[bytes]) -> None:
    """Keep a message. Raises `StoreError`."""
    value = encode([_VERSION, kept.author, int(kept.state), write_message(kept.message)])
    partner = kept.partner(own)
    with records.writing():
        records.put(CONVERSATION, partner, b"")
        records.put(MESSAGE, kept.message.id, value, partner)
        for one in kept.message.attachments:
            if isinstance(one, SealedFile):
                records.put(SEALED_FILE, one.cid + kept.message.id, b"")


def get_message(records: SealedRecords, name: bytes) -> KeptMessage | None:
    """The message of an id. Raises `StoreError`."""
    value = records.get(MESSAGE, name)
    return None if value is None else _read(value)


def note_state(records: SealedRecords, name: bytes, state: MessageState) -> None:
    """Note what became of an own message, if it is still kept. Raises `StoreError`."""
    with records.writing():
        kept = get_message(records, name)
        if kept is not None and state > kept.state:
            value = replace(kept, state=state)
            data = encode([_VERSION, value.author, int(state), write_message(value.message)])
            records.put(MESSAGE, name, data)


def messages_with(records: SealedRecords, partner: bytes) -> Iterator[KeptMessage]:
    """The messages with an account, as they came here. Raises `StoreError`."""
    return (_read(one.value) for one in records.scan(MESSAGE, partner))


def partners(records: SealedRecords) -> list[bytes]:
    """The accounts with which there are messages. Raises `StoreError`."""
    return [one.key for one in records.scan(CONVERSATION)]


def _read(value: bytes) -> KeptMessage:
    match decode(value):
        case [1, bytes() as author, int() as state, bytes() as message]:
            return KeptMessage(author, read_message(message), MessageState(state))
        case _:
            raise BadShape("a message that was kept otherwise")
