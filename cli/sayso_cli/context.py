"""The context of a command: the home, its store, the author, the output."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError
from .secret_input import first_line, whole_text, words_of
from .terminal.output import Output

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
        from sayso_node.home.open_store import open_home

        store = open_home(self.home)
        try:
            yield store
        finally:
            store.close()

    def author(self, store: Store) -> Author:
        """The author who signs; with the passphrase, where one was named."""
        from sayso_node.accounts.author import Author

        return Author(self.home, store, self.passphrase())

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
        return words_of(whole_text(named, "recovery phrase", MAX_PHRASE, "Type the 24 words"))

    def notify(self, what: Change) -> None:
        """Tell a running node what changed in the store."""
        from sayso_node.control.client import notify

        notify(self.home, what)
