"""Accounts that go on under another key, in the mailbox: the owner's own, and those he writes with.

A rotation counts that the store took in: the old key had promised the new one. It is heeded as for
those who are followed.
"""

from __future__ import annotations

from typing import Final

from sayso_protocol.private.mailbox_effects import MessageState
from sayso_protocol.private.mailbox_state import LAID, OUTGOING, PEER, PREKEYS
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from .erasure import mark_forgotten
from .kept_message import UNSENT, messages_with, partners

FEED: Final = "mailbox feed"
"""The feed of this device for which the mailbox is."""

_ONLY: Final = b""


def begin_anew_if_moved(store: Store, records: SealedRecords, feed: bytes, delivery: str) -> None:
    """Where the mailbox was for another feed of this home, let go of its keys, its sessions and
    what waits in letters of the kind `delivery`: the others call the new feed. Own messages that
    nobody is known to have are sent anew. Raises `StoreError`."""
    before = records.get(FEED, _ONLY)
    if before == feed:
        return
    with records.writing():
        if before is not None or len(own_accounts(store)) > 1:  # an older sayso did not note it
            for kind in (PREKEYS, PEER, OUTGOING, LAID, delivery):
                for one in list(records.scan(kind)):
                    records.delete(kind, one.key)
            own = own_accounts(store)
            for partner in partners(records):
                send_again(records, partner, own)
            mark_forgotten(records)
        records.put(FEED, _ONLY, feed)


def send_again(records: SealedRecords, partner: bytes, own: list[bytes]) -> None:
    """Let the mailbox send own messages to an account anew that nobody is known to have read,
    within a transaction. Raises `StoreError`."""
    for kept in messages_with(records, partner):
        if kept.author in own and kept.state < MessageState.DELIVERED:
            records.put(UNSENT, kept.message.id, b"")
