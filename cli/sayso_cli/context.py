"""The context of a command: the home, its store, the author, the output."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Failure, UsageError
from .secret_input import first_line, whole_text
from .terminal.output import Output
from .terminal.prompt import confirm

if TYPE_CHECKING:
    from sayso_node.accounts.author import Author
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

    @property
    def home(self) -> Home:
        """The data directory that was named, or the usual one."""
        from sayso_node.home.directory import Home, default_home

        named = getattr(self.args, "home", None)
        if named == "":  # an unset variable must not lead to the usual home
            raise UsageError("--home needs the name of a directory")
        return Home((Path(named).expanduser() if named else default_home()).absolute())

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store of an existing home, closed afterwards."""
        from sayso_node.home.open_store import open_home_to_read

        store = open_home_to_read(self.home)
        if store.unwritable is not None and not self.out.acts:
            self.out.note("Nothing can be written here, so it is only read:", store.unwritable)
        try:
            yield store
        finally:
            self._mark_damaged(store)
            store.close()

    def _mark_damaged(self, store: Store) -> None:
        """Say what was found damaged, and let the node fetch it again."""
        found = store.damage_found
        if not found:
            return
        from sayso_storage.interface.errors import StoreError

        are = "entry is damaged on the disk and is" if found == 1 else "entries are damaged and are"
        self.out.note(f"{found} stored {are} left out or not shown; the node fetches them again.")
        with suppress(StoreError):  # the next command finds it again
            if store.mark_damaged():
                self.notify("all")

    def author(self, store: Store) -> Author:
        """The author who signs; with the passphrase, where one was named. Asks first where the
        clock seems to be wrong; raises `Failure` where nobody can be asked."""
        from sayso_node.accounts.author import Author

        if not getattr(self.args, "date_anyway", False):
            self._ask_about_clock(store)
        return Author(self.home, store, self.passphrase())

    def _ask_about_clock(self, store: Store) -> None:
        from sayso_node.clock import now_ms
        from sayso_node.compose.clock_check import clock_doubt

        doubt = clock_doubt(store, now_ms())
        if doubt is None:
            return
        if sys.stdin is None or not sys.stdin.isatty():
            raise Failure(f"{doubt}. To write all the same: --date-anyway", "clock")
        self.out.note(doubt)
        confirm("Write all the same?")

    def passphrase(self) -> bytes | None:
        """The first line of the named file. Raises `Failure` where it cannot be read."""
        named = getattr(self.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
        if not named:
            return None
        return first_line(named, "passphrase", MAX_PASSPHRASE)

    def phrase(self) -> str | None:
        """The recovery phrase in the named file, or on standard input. Raises `Failure`."""
        named = getattr(self.args, "phrase_file", None)
        if not named:
            return None
        return whole_text(named, "recovery phrase", MAX_PHRASE, "Type the 24 words")

    def notify(self, what: Change) -> None:
        """Tell a running node what changed in the store."""
        from sayso_node.control.client import notify

        notify(self.home, what)
