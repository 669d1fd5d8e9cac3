"""The owner's private messages, opened for a page or an app: read, written and forgotten as by the
commands, beside the node that runs in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sayso_storage.interface.sealed_records import SealedRecords

from ..clock import now_ms
from ..home.keystore import read_keystore
from ..home.letter_keys import open_letters
from ..media.sealed_store import open_sealed
from ..messages.conversation import find_message, forget_conversation, forget_message
from ..messages.erasure import erase_due, mark_forgotten
from ..messages.sealed_files import erase_files
from .context import WebContext


@contextmanager
def made_letters(context: WebContext) -> Iterator[SealedRecords]:
    """The sealed records, made where the home has none yet. Raises `KeystoreError` where the keys
    are locked, `HomeError`, `StoreError`."""
    feed = read_keystore(context.home.keys, context.passphrase).feed
    records = open_letters(context.home, feed.seed)
    try:
        yield records
    finally:
        records.close()


@contextmanager
def opened_letters(context: WebContext) -> Iterator[SealedRecords | None]:
    """The same; None where the home has none: to look makes none."""
    if not context.home.letters.exists():
        yield None
        return
    with made_letters(context) as records:
        yield records


def forget_one(context: WebContext, records: SealedRecords, typed: str) -> None:
    """Erase a message by its id. Raises `NotFound`, `Ambiguous`, `StoreError`."""
    name = find_message(records, typed).message.id
    with records.writing():
        forget_message(context.store, records, name)
        mark_forgotten(records)
    _erase(context, records)


def forget_all(context: WebContext, records: SealedRecords, account: bytes) -> None:
    """Erase all messages with an account. Raises `StoreError`."""
    with records.writing():
        forget_conversation(context.store, records, account)
        mark_forgotten(records)
    _erase(context, records)


def _erase(context: WebContext, records: SealedRecords) -> None:
    erase_files(records, open_sealed(context.home), now_ms())
    erase_due(records, now_ms())  # or the running node does, where another program reads now
