"""The context of a command: the home, its store, the author, the output."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sayso_protocol.translation import _, ngettext

from .errors import Failure, UsageError
from .secret_input import first_line, whole_text, words_of
from .terminal.output import Output
from .terminal.prompt import ask_passphrase, confirm, is_terminal, new_passphrase

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author, Published
    from sayso_node.accounts.names import Names
    from sayso_node.control.client import Change
    from sayso_node.home.directory import Home
    from sayso_storage.interface.store import Store

PASSPHRASE_FILE = "SAYSO_PASSPHRASE_FILE"  # noqa: S105 - a variable's name
MAX_PASSPHRASE = 4096
MAX_PHRASE = 4096
"""Bytes read of a recovery phrase: 24 words have 216 at the most, without odd spacing."""


class Context:
    """One run of one command."""

    def __init__(self, args: Namespace, out: Output) -> None:
        self.args = args
        self.out = out
        self._typed: bytes | None = None
        self._unheard: str | None = None
        """What to say of an entry that was signed without a peer's word."""

    @property
    def home(self) -> Home:
        """The data directory that was named, or the usual one."""
        from sayso_node.home.directory import Home, default_home

        named = getattr(self.args, "home", None)
        if named == "":  # an unset variable must not lead to the usual home
            raise UsageError(_("--home needs the name of a directory"))
        return Home((Path(named).expanduser() if named else default_home()).absolute())

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store of an existing home, closed afterwards."""
        from sayso_node.home.open_store import open_home_to_read

        store = open_home_to_read(self.home)
        if store.unwritable is not None and not self.out.acts:
            self.out.note(_("Nothing can be written here, so it is only read:"), store.unwritable)
        try:
            yield store
        finally:
            self._mark_damaged(store)
            store.close()

    def page(self, store: Store | None = None) -> None:
        """Let a pager show what comes, unless --no-pager declines it; with pictures that the
        `store` has, unless --no-pictures does."""
        if not self.args.no_pager:
            self.out.page()
        if store is not None and store.open_blobs is not None and not self.args.no_pictures:
            self.out.draw_pictures(store.open_blobs())

    def names(self, store: Store) -> Names:
        """The names by which accounts are shown to a person."""
        from sayso_node.accounts.names import Names

        return Names(store)

    def _mark_damaged(self, store: Store) -> None:
        """Say what was found damaged, and let the node fetch it again."""
        found = store.damage_found
        if not found:
            return
        from sayso_storage.interface.errors import StoreError

        self.out.note(
            ngettext(
                "{count} stored entry is damaged on the disk and is left out or not shown; the "
                "node fetches it again.",
                "{count} stored entries are damaged and are left out or not shown; the node "
                "fetches them again.",
                found,
            ).format(count=found)
        )
        with suppress(StoreError):  # the next command finds it again
            if store.mark_damaged():
                self.notify("all")

    def author(self, store: Store) -> Author:
        """The author who signs; with the passphrase, where one was named. Asks first where the
        clock seems to be wrong; raises `Failure` where nobody can be asked."""
        from sayso_node.accounts.author import Author

        if not getattr(self.args, "date_anyway", False):
            self._ask_about_clock(store)
        self._hear_of_own_feed(store)
        return Author(self.home, store, self.passphrase())

    def _ask_about_clock(self, store: Store) -> None:
        from sayso_node.clock import now_ms
        from sayso_node.compose.clock_check import clock_doubt

        doubt = clock_doubt(store, now_ms())
        if doubt is None:
            return
        if not is_terminal():
            raise Failure(
                _("{doubt}. To write all the same: --date-anyway").format(doubt=doubt), "clock"
            )
        self.out.note(doubt)
        confirm(_("Write all the same?"))

    def _hear_of_own_feed(self, store: Store) -> None:
        """Where this home may not know all of its own feed, wait for the word of a peer of the
        running node; where nobody could be asked, that is said once it is written."""
        from .own_feed import unheard

        self._unheard = unheard(self.home, store)

    def passphrase(self, is_locked: Callable[[Home], bool] | None = None) -> bytes | None:
        """The first line of the named file. At a terminal it is asked for where it is needed: once
        for what is locked (the keys of the home, unless `is_locked` says what else), twice where
        --passphrase wants a new one set. Raises `Failure`, `NodeError`."""
        named = getattr(self.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
        if named:
            return first_line(named, "passphrase", MAX_PASSPHRASE)
        if self._typed is None and is_terminal() and (is_locked or has_locked_keys)(self.home):
            self._typed = ask_passphrase(_("Passphrase"), MAX_PASSPHRASE)
        if self._typed is None and getattr(self.args, "passphrase", False):
            self._typed = new_passphrase(MAX_PASSPHRASE)
        return self._typed

    def phrase(self) -> str | None:
        """The recovery phrase in the named file, or on standard input. Raises `Failure`."""
        named = getattr(self.args, "phrase_file", None)
        if not named:
            return None
        return words_of(whole_text(named, _("recovery phrase"), MAX_PHRASE, _("Type the 24 words")))

    def erase(self, store: Store) -> bool:
        """Remove from the store's files what its author took back. False where that is done later:
        a running node does it, and each command that takes something in."""
        from sayso_node.entries.erasure import erase
        from sayso_storage.interface.store import StoreError

        try:
            if not store.has_to_erase:
                return True
            with self.out.progress("erasing", None) as progress:
                return erase(store, lambda _: progress(1))
        except StoreError:
            return False  # it is taken back all the same

    def notify(self, what: Change, published: Published | None = None) -> None:
        """Tell a running node what changed in the store, and which own entries are new; and the
        person, where an entry was signed without the word of a peer that would have been wanted."""
        from sayso_node.control.client import notify

        notify(self.home, what, None if published is None else published.run)
        if self._unheard is not None:
            self.out.note(self._unheard)
            self._unheard = None


def has_locked_keys(home: Home) -> bool:
    """Whether signing needs a passphrase in this home."""
    from sayso_node.home.sealed_file import is_sealed

    files = (home.keys, home.next_keys, home.enrolment_request)
    return any(path.exists() and is_sealed(path) for path in files)
