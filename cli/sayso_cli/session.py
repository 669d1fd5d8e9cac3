"""What every command works with: the home, its store, the author, the output."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Failure, UsageError
from .output import Output

if TYPE_CHECKING:
    from sayso_node.account import Author
    from sayso_node.control_client import Change
    from sayso_node.home import Home
    from sayso_storage.interface import Store

PASSPHRASE_FILE = "SAYSO_PASSPHRASE_FILE"  # noqa: S105 - a variable's name
MAX_PASSPHRASE = 4096


class Session:
    """One run of one command."""

    def __init__(self, args: Namespace, out: Output) -> None:
        self.args = args
        self.out = out

    @property
    def home(self) -> Home:
        """The data directory that was named, or the usual one."""
        from sayso_node.account import default_home
        from sayso_node.home import Home

        named = getattr(self.args, "home", None)
        if named == "":  # an unset variable must not lead to the usual home
            raise UsageError("--home needs the name of a directory")
        return Home((Path(named).expanduser() if named else default_home()).absolute())

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store of an existing home, closed afterwards."""
        from sayso_node.account import open_home

        store = open_home(self.home)
        try:
            yield store
        finally:
            store.close()

    def author(self, store: Store) -> Author:
        """Who signs; with the passphrase, where one was named."""
        from sayso_node.account import Author

        return Author(self.home, store, self.passphrase())

    def passphrase(self) -> bytes | None:
        """The first line of the named file. Raises `Failure` where it cannot be read."""
        named = getattr(self.args, "passphrase_file", None) or os.environ.get(PASSPHRASE_FILE)
        if not named:
            return None
        try:
            with Path(named).expanduser().open("rb") as file:
                phrase = file.read(MAX_PASSPHRASE).splitlines()[:1]
        except OSError as error:
            raise Failure(f"cannot read the passphrase in {named}: {error.strerror}") from error
        if not phrase or not phrase[0]:
            raise Failure(f"there is no passphrase in {named}: its first line is empty")
        return phrase[0]

    def notify(self, what: Change) -> None:
        """Tell a running node what changed in the store."""
        from sayso_node.control_client import notify

        notify(self.home, what)


def add_passphrase(parser: ArgumentParser) -> None:
    """Add the option that commands which sign have."""
    parser.add_argument(
        "--passphrase-file",
        metavar="F",
        help=f"file whose first line unlocks the keys (or {PASSPHRASE_FILE})",
    )


def number(text: str) -> int:
    """Read a count of 1 or more."""
    try:
        count = int(text)
    except ValueError as error:
        raise UsageError(f"{text} is no number") from error
    if not 1 <= count < 2**63:
        raise UsageError(f"{text} is not 1 or more")
    return count
