"""Tables in a file that its owner writes: all mistakes are reported at once, and a change is
written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from sayso_protocol.quantity import quantity
from sayso_protocol.toml.mistakes import BadFile, Mistake
from sayso_protocol.toml.reader import decoded
from sayso_protocol.toml.writer import NotEditable
from sayso_protocol.translation import _

from ..errors import NodeError
from .directory import Home
from .owner_file import (
    OwnerFileError,
    owner_files_lock,
    read_any_file,
    read_owner_file,
    replace_owner_file,
)

T = TypeVar("T")

_read_linked = partial(read_owner_file, follow_links=True)


class TablesError(NodeError):
    """The file cannot be used; `mistakes` are its mistakes, if it could be read."""

    def __init__(self, message: str, mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class OwnerTables(Generic[T]):
    """One kind of file. `parse` raises `BadFile`; all others raise `error`."""

    parse: Callable[[bytes], T]
    most: int  # bytes
    error: type[TablesError]
    # Of each the message is marked, and translated where it is said.
    table: str  # what a table of it is
    remedy: str  # what to do about a file with mistakes
    not_editable: str  # how a file may hold them so that no command can change it

    def read(self, path: Path) -> T:
        """The file in the home; one that is not there is read as an empty one."""
        return self._checked(path, self._bytes(_read_linked, path))

    def read_any(self, path: Path) -> T:
        """Any file, which must be there."""
        return self._checked(path, self._bytes(read_any_file, path))

    def change(self, home: Home, path: Path, change: Callable[[str, T], str]) -> T:
        """Let `change` make a new text of the file's and what it says, and write that.

        Two processes that change it at once come one after the other. The file is left alone
        where it has mistakes now, or would have them afterwards.
        """
        with owner_files_lock(home):
            after, data = self._changed(path, change)
            self._write(path, data)
        return after

    def changed(self, path: Path, change: Callable[[str, T], str]) -> T:
        """As `change`, but nothing is written."""
        return self._changed(path, change)[0]

    def _changed(self, path: Path, change: Callable[[str, T], str]) -> tuple[T, bytes]:
        data = self._bytes(_read_linked, path)
        before = self._checked(path, data)
        try:
            text = change(decoded(data), before).encode()
        except NotEditable as error:
            raise self.error(
                _("{path} has {not_editable}: change it with an editor").format(
                    path=path, not_editable=_(self.not_editable)
                )
            ) from error
        return self._checked_change(text), text

    def _checked(self, path: Path, data: bytes) -> T:
        try:
            return self.parse(data)
        except BadFile as error:
            mistakes = quantity(len(error.mistakes), "mistake")
            raise self.error(
                _("{path} has {mistakes}: {error} (mend it with an editor; {remedy})").format(
                    path=path, mistakes=mistakes, error=error, remedy=_(self.remedy)
                ),
                error.mistakes,
            ) from error

    def _checked_change(self, data: bytes) -> T:
        try:
            return self.parse(data)
        except BadFile as error:
            mistakes = "; ".join(mistake.text for mistake in error.mistakes)
            raise self.error(
                _("this makes no {table}: {mistakes}").format(
                    table=_(self.table), mistakes=mistakes
                )
            ) from error

    def _write(self, path: Path, data: bytes) -> None:
        try:
            replace_owner_file(path, data)
        except OSError as error:
            raise self.error(
                _("cannot write {path}: {reason}").format(path=path, reason=error.strerror)
            ) from error

    def _bytes(self, read: Callable[[Path, int], bytes], path: Path) -> bytes:
        try:
            return read(path, self.most)
        except OwnerFileError as error:
            raise self.error(str(error)) from error
