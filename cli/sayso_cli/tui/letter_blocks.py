"""Private messages and the first words of strangers as blocks, and what is done about them. These
wait for the disk, as the library does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sayso_protocol.translation import _

from .block_list import Block
from .library import Blocks, Library
from .rows import Rows

if TYPE_CHECKING:
    from sayso_node.messages.conversation import ShownMessage
    from sayso_storage.interface.sealed_records import SealedRecords

    from .pen import Pen


class Correspondent(NamedTuple):
    """An account with which there are messages."""

    account: bytes
    title: str


class Letters:
    """Reads and writes what is sealed in a home, with the passphrase of the pen. To look makes no
    file: a home takes part from the first message on that is written. All raise `KeystoreError`
    where the keys are locked, `NodeError`, `StoreError`."""

    def __init__(self, library: Library, pen: Pen) -> None:
        self._library, self._pen = library, pen

    def conversations(self) -> Blocks:
        """The accounts with which there are messages, with the newest of each."""
        from sayso_node.clock import now_ms
        from sayso_node.messages.conversation_list import conversations

        from ..render.people.message import show_message
        from ..render.people.name import name_text

        names, now = self._library.names(), now_ms()
        with self._opened() as records:
            found = [] if records is None else conversations(self._library.store, records, now)
        for one in found:
            out, title = Rows(), name_text(names.of(one.account))
            if one.is_unread:
                out.indented(out.style.bold(_("new")))
            show_message(out, one.messages[-1], names, now)
            yield Block(one.account.hex(), out.rows, Correspondent(one.account, title))

    def messages(self, account: bytes) -> Blocks:
        """The messages with an account, the newest first; they are read then."""
        from sayso_node.clock import now_ms
        from sayso_node.messages.conversation_list import conversation_with, mark_read

        from ..render.people.message import show_message

        names, store, now = self._library.names(), self._library.store, now_ms()
        with self._opened() as records:
            found = None if records is None else conversation_with(store, records, now, account)
            if found is not None and found.is_unread and records is not None:
                mark_read(store, records, account)
        for one in reversed(found.messages if found is not None else []):
            out = Rows()
            show_message(out, one, names, now)
            yield Block(one.id, out.rows, one)

    def strangers(self) -> Blocks:
        """Who knocked, the nearest first."""
        from sayso_node.clock import now_ms
        from sayso_node.filters.file import load_rules
        from sayso_node.knocks.strangers import strangers

        from ..render.people.stranger import show_stranger

        rules, now = load_rules(self._library.home), now_ms()
        with self._opened() as records:
            shelf = (
                [] if records is None else strangers(self._library.store, records, rules, now)[0]
            )
        for one in shelf:
            out = Rows()
            show_stranger(out, one, now)
            yield Block(one.id, out.rows, one)

    def find(self, typed: str) -> Correspondent:
        """The account that a key or a petname names."""
        from sayso_node.accounts.lookup import find_account

        from ..render.people.name import name_text

        account = find_account(self._library.store, typed)
        return Correspondent(account, name_text(self._library.names().of(account)))

    def write(self, account: bytes, text: str) -> None:
        """Keep a message as waiting; the running node sends it."""
        from sayso_node.clock import now_ms
        from sayso_node.home.letter_keys import unlocked_letters
        from sayso_node.messages.conversation import compose_message

        store = self._library.store
        with unlocked_letters(self._library.home, self._pen.passphrase) as (records, _device):
            compose_message(store, records, account, text, now_ms())
        self._notify()

    def forget(self, message: ShownMessage) -> None:
        """Erase a message from this home."""
        from sayso_node.clock import now_ms
        from sayso_node.media.sealed_store import open_sealed
        from sayso_node.messages.conversation import forget_message
        from sayso_node.messages.erasure import erase_due, mark_forgotten
        from sayso_node.messages.sealed_files import erase_files

        def act(records: SealedRecords) -> None:
            with records.writing():
                forget_message(self._library.store, records, message.kept.message.id)
                mark_forgotten(records)
            erase_files(records, open_sealed(self._library.home), now_ms())
            erase_due(records, now_ms())

        self._act(act)

    def accept(self, id: str) -> None:
        """Accept a first word."""
        from sayso_node.clock import now_ms
        from sayso_node.knocks.strangers import accept

        self._act(lambda records: accept(self._library.store, records, id, now_ms()))

    def decline(self, id: str) -> None:
        """Take a first word away."""
        from sayso_node.clock import now_ms
        from sayso_node.knocks.strangers import decline

        self._act(lambda records: decline(self._library.store, records, id, now_ms()))

    @contextmanager
    def _opened(self) -> Iterator[SealedRecords | None]:
        from sayso_node.home.letter_keys import unlocked_letters

        if not self._library.home.letters.exists():
            yield None
            return
        with unlocked_letters(self._library.home, self._pen.passphrase) as (records, _device):
            yield records

    def _act(self, act: Callable[[SealedRecords], object]) -> None:
        with self._opened() as records:
            if records is not None:
                act(records)
        self._notify()

    def _notify(self) -> None:
        from sayso_node.control.client import notify

        notify(self._library.home, "all")
