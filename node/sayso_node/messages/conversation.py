"""Conversations: writing a message, reading what came, and forgetting."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sayso_protocol.content.reference import read_key
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.private.contents.message import Message, write_message
from sayso_protocol.private.contents.message_file import MessageFile
from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lineage import line_of, own_account, own_accounts, whole_line
from ..errors import Ambiguous, NodeError, NotFound
from ..media.sealed_store import file_json, held_among, is_held, sealed_among
from ..timestamps import time_text
from .kept_message import (
    CONVERSATION,
    MESSAGE,
    READ,
    UNSENT,
    KeptMessage,
    get_message,
    messages_with,
    partners,
    put_message,
)
from .new_devices import forget_new_devices

LEAST_PREFIX = 8
"""Digits of an id that must be typed at least."""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as its owner sees it."""

    kept: KeptMessage
    is_own: bool
    held: frozenset[bytes] = frozenset()
    """The CIDs of its sealed files that are here."""

    def holds(self, file: MessageFile) -> bool:
        """Whether all of a file is here."""
        return is_held(file, self.held)

    @property
    def id(self) -> str:
        """By which it is forgotten: 32 hexadecimal digits."""
        return self.kept.message.id.hex()

    def as_json(self) -> dict[str, object]:
        """Its record, as in docs/cli.md."""
        message = self.kept.message
        expires = message.expires_ms
        return {
            "id": self.id,
            "from": key_text(self.kept.author),
            "to": key_text(message.to),
            "time": time_text(message.sent_ms),
            "text": message.text,
            "state": self.kept.state.name.lower(),
            "expires": None if expires is None else time_text(expires),
            "attachments": [file_json(one, self.held) for one in message.attachments],
        }


def compose_message(
    store: Store,
    records: SealedRecords,
    to: bytes,
    text: str,
    now_ms: int,
    lifetime_ms: int | None = None,
    attachments: tuple[MessageFile, ...] = (),
) -> ShownMessage:
    """Keep a message as waiting; the running node sends it. Raises `NodeError` for one to
    oneself, `Refused` for one over its limits, `StoreError`."""
    account, reader = own_account(store), line_of(store, read_key(to))[-1]
    own = frozenset(own_accounts(store))
    if reader in own:
        raise NodeError(_("a message goes to somebody else: this is your own account"))
    name = secrets.token_bytes(16)
    message = Message(name, reader, text, now_ms, lifetime_ms, attachments)
    write_message(message)  # refuses what is over its limits, before anything is kept
    kept = KeptMessage(account, message, MessageState.WAITING)
    with records.writing():
        put_message(records, kept, own)
        records.put(UNSENT, name, b"")
    return ShownMessage(
        kept, is_own=True, held=frozenset(one.cid for one in sealed_among(attachments))
    )


def messages(
    store: Store,
    records: SealedRecords,
    now_ms: int,
    partner: bytes | None = None,
    sealed: Blobs | None = None,
) -> list[ShownMessage]:
    """All messages, or those with one account, the oldest first by the time at which they were
    sent; without those whose time is over. It is looked among the `sealed` files which of theirs
    are here. Raises `StoreError`."""
    own = frozenset(own_accounts(store))
    keys = partners(records) if partner is None else whole_line(store, partner)
    found = [
        ShownMessage(kept, kept.author in own, held_among(sealed, kept.message.attachments))
        for key in keys
        for kept in messages_with(records, key)
        if not is_over(kept, now_ms)
    ]
    return sorted(found, key=lambda one: (one.kept.message.sent_ms, one.kept.message.id))


def find_message(records: SealedRecords, prefix: str) -> KeptMessage:
    """The message whose id begins so. Raises `NotFound`, `Ambiguous`, `StoreError`."""
    wanted = prefix.lower()
    names = [
        name
        for partner in partners(records)
        for name in (one.message.id.hex() for one in messages_with(records, partner))
        if len(wanted) >= LEAST_PREFIX and name.startswith(wanted)
    ]
    if len(names) > 1:
        raise Ambiguous(_("several messages begin so: write more of its id"), names)
    kept = get_message(records, bytes.fromhex(names[0])) if names else None
    if kept is None:
        raise NotFound(_("no such message: `sayso messages` lists them"))
    return kept


def forget_message(store: Store, records: SealedRecords, name: bytes) -> bool:
    """Delete one message, and send it no more; whether there was one. In the files until
    `SealedRecords.erase`. Raises `StoreError`."""
    with records.writing():
        kept = get_message(records, name)
        if kept is None:
            return False
        _send_no_more(records, kept)
        delete_message(store, records, kept)
    return True


def delete_message(store: Store, records: SealedRecords, kept: KeptMessage) -> None:
    """Delete a message that is not sent any more, within a transaction. Raises `StoreError`."""
    records.delete(MESSAGE, kept.message.id)
    partner = kept.partner(frozenset(own_accounts(store)))
    if records.count(MESSAGE, partner) == 0:
        records.delete(CONVERSATION, partner)
        records.delete(READ, partner)
        forget_new_devices(records, partner)


def forget_conversation(store: Store, records: SealedRecords, partner: bytes) -> int:
    """Delete all messages with an account; gives their number. In the files until
    `SealedRecords.erase`. Raises `StoreError`."""
    count = 0
    with records.writing():
        for key in whole_line(store, partner):
            for kept in list(messages_with(records, key)):
                _send_no_more(records, kept)
                records.delete(MESSAGE, kept.message.id)
                count += 1
            records.delete(CONVERSATION, key)
            records.delete(READ, key)
            forget_new_devices(records, key)
    return count


def is_over(kept: KeptMessage, now_ms: int) -> bool:
    """Whether a message has expired."""
    expires_ms = kept.message.expires_ms
    return expires_ms is not None and expires_ms <= now_ms


def _send_no_more(records: SealedRecords, kept: KeptMessage) -> None:
    """Tell the mailbox that a message is forgotten: it may still be sending it."""
    records.put(UNSENT, kept.message.id, b"")
