"""The owner's private messages, opened for a page or an app: read, written and forgotten as by the
commands, beside the node that runs in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sayso_protocol.errors import Refused
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords

from ..clock import now_ms
from ..errors import PostError
from ..home.letter_keys import unlocked_letters
from ..media.sealed_store import open_sealed
from ..messages.conversation import (
    ShownMessage,
    compose_message,
    find_message,
    forget_conversation,
    forget_message,
)
from ..messages.erasure import erase_due, mark_forgotten
from ..messages.sealed_files import erase_files
from .context import WebContext


@contextmanager
def made_letters(context: WebContext) -> Iterator[SealedRecords]:
    """The sealed records, made where the home has none yet. Raises `KeystoreError` where the keys
    are locked, `HomeError`, `StoreError`."""
    with unlocked_letters(context.home, context.passphrase) as (records, _device):
        yield records


@contextmanager
def opened_letters(context: WebContext) -> Iterator[SealedRecords | None]:
    """The same; None where the home has none: to look makes none."""
    if not context.home.letters.exists():
        yield None
        return
    with made_letters(context) as records:
        yield records


def write_message(
    context: WebContext, records: SealedRecords, to: bytes, text: str
) -> ShownMessage:
    """Keep a message as waiting, as the command does. Raises `NodeError`, `StoreError`."""
    try:
        return compose_message(context.store, records, to, text, now_ms())
    except Refused as error:
        raise PostError(
            _("the message cannot be sent: {error}; write a shorter one").format(error=error)
        ) from error


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
