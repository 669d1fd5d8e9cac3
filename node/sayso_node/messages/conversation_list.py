"""The list of conversations: one for each account with which there are messages, and how far each
was read here."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lineage import newest_keys, own_accounts, whole_line
from ..media.sealed_store import held_among
from .conversation import ShownMessage, is_over
from .kept_message import READ, messages_with, partners


@dataclass(frozen=True, slots=True)
class Conversation:
    """All messages with an account, the oldest first; at least one."""

    account: bytes
    messages: list[ShownMessage]
    is_unread: bool

    @property
    def sort(self) -> tuple[int, bytes]:
        """The place of its last message."""
        last = self.messages[-1].kept.message
        return last.sent_ms, last.id


def conversations(
    store: Store, records: SealedRecords, now_ms: int, sealed: Blobs | None = None
) -> list[Conversation]:
    """All of them, the one with the newest message first. Raises `StoreError`."""
    keys = partners(records)
    accounts = dict.fromkeys(newest_keys(store, keys))
    found = (conversation_with(store, records, now_ms, one, sealed) for one in accounts)
    return sorted((one for one in found if one is not None), key=lambda one: one.sort, reverse=True)


def conversation_with(
    store: Store,
    records: SealedRecords,
    now_ms: int,
    account: bytes,
    sealed: Blobs | None = None,
) -> Conversation | None:
    """The one with an account; None where there are no messages. Raises `StoreError`."""
    own = frozenset(own_accounts(store))
    found, is_unread = list[ShownMessage](), False
    line = whole_line(store, account)
    for key in line:
        kept = [one for one in messages_with(records, key) if not is_over(one, now_ms)]
        foreign = [one.message.id for one in kept if one.author not in own]
        is_unread |= bool(foreign) and not _was_read(records, key, foreign)
        found += (
            ShownMessage(one, one.author in own, held_among(sealed, one.message.attachments))
            for one in kept
        )
    if not found:
        return None
    found.sort(key=lambda one: (one.kept.message.sent_ms, one.kept.message.id))
    return Conversation(line[-1], found, is_unread)


def mark_read(store: Store, records: SealedRecords, account: bytes) -> None:
    """Note that all that came from an account was read. Raises `StoreError`."""
    own = frozenset(own_accounts(store))
    for key in whole_line(store, account):
        foreign = [one.message.id for one in messages_with(records, key) if one.author not in own]
        if foreign and not _was_read(records, key, foreign):
            records.put(READ, key, foreign[-1])


def _was_read(records: SealedRecords, key: bytes, foreign: list[bytes]) -> bool:
    """Whether the last of the messages that came is the one up to which was read. Messages stand
    in the order in which they came here, whatever time their writers name. Where the marked one was
    forgotten, what is left counts as unread."""
    return records.get(READ, key) == foreign[-1]
