"""A store that can only be read: on a read-only file system, on a full disk, of another user.

SQLite reads a file in WAL mode only with its ``-wal`` and ``-shm`` files beside it, which it makes
where they are missing (sqlite.org/wal.html, "Read-Only Databases"). Where they cannot be made:

- without a ``-wal`` file, or with an empty one, all is in the file itself, which is opened as one
  that does not change (``immutable``). Whether it did is looked at afterwards;
- with both beside it SQLite reads them as they are;
- with a ``-wal`` file alone, as after a crash, its entries would be missing: both are copied to
  where temporary files lie, and read there.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import NoReturn

from sayso_protocol.translation import _

from ...interface.errors import StoreError
from .database import Database
from .errors import translated
from .migrate import VERSION, check_version


class ReadOnlyDatabase(Database):
    """A `Database` of which every write is refused; `why` is what kept it from being opened."""

    def __init__(self, path: Path, why: StoreError) -> None:
        self._set_up(path)
        self._why, self.unwritable = why, str(why)
        self._copy: Path | None = None
        self._options = "mode=ro"
        self._seen: tuple[int, int] | None = None
        """Size and time of change of a file that must not change."""
        log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
        if not log.exists() or log.stat().st_size == 0:
            self._options += "&immutable=1"
            self._seen = _state(path)
        elif not shared.exists():
            self._copy = _copied(path, log)
        with translated(path):
            db = self._connect()
            try:
                _refuse_older(db, path)
            finally:
                db.close()

    def writing(self, *, durable: bool, background: bool = False) -> NoReturn:
        """Raises the reason again."""
        raise type(self._why)(str(self._why))

    def close(self) -> None:
        """Close all. Raises `StoreError` where the file has changed meanwhile."""
        was_open = not self._closed
        self._close_readers()
        if self._copy is not None:
            shutil.rmtree(self._copy.parent, ignore_errors=True)
        if was_open and self._seen is not None and _state(self.path) != self._seen:
            raise StoreError(
                _("{path} was changed while it was read: run the command again").format(
                    path=self.path
                )
            )

    def _target(self) -> tuple[str, bool]:
        path = self._copy or self.path
        return f"{path.absolute().as_uri()}?{self._options}", True


def _refuse_older(db: sqlite3.Connection, path: Path) -> None:
    if check_version(db, path) < VERSION:
        raise StoreError(
            _(
                "{path} is of an older sayso, and must be writable once to be brought up to date"
            ).format(path=path)
        )


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _copied(path: Path, log: Path) -> Path:
    """A copy of a store with its log, in a folder of its own. Raises `StoreError`."""
    folder = Path(tempfile.mkdtemp(prefix="sayso-"))
    try:
        for file in (log, path):
            shutil.copyfile(file, folder / file.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            _(
                "{path} can only be read from a copy, and there is no room for that in "
                "{parent} ({reason}): make room, or name a folder in TMPDIR"
            ).format(path=path, parent=folder.parent, reason=error.strerror)
        ) from error
    return folder / path.name
