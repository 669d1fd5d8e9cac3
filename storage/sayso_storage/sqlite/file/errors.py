"""Errors of SQLite, told as what a person can do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_protocol.translation import _, mark

from ...interface.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreInterrupted,
    StoreUnwritable,
)

_PRIMARY = 0xFF
"""Extended result codes keep the primary code in their low byte."""

_FULL = {sqlite3.SQLITE_FULL}
_FULL_EXTENDED = {sqlite3.SQLITE_IOERR_SHMSIZE}
"""The shared-memory file could not grow."""
_WRITE_FAILED = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
"""As SQLite says of a quota that is used up: only ENOSPC is a full disk to it."""
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DENIED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}

WAY_BACK = mark(
    "move its folder away, then `sayso restore BACKUP`, or with the recovery phrase `sayso init "
    "--phrase-file F`; what was followed can be fetched again"
)
"""What to do about a store that is lost. Never to make an empty one in its place: the own feed
would begin anew, with numbers that it has signed already."""


SIDE_WAY_BACK = mark("move that file away; what is in it is lost, and a new one is made")
"""What to do about a small database beside the store: the store is not touched."""


def damaged(path: Path, reason: object, way_back: str = WAY_BACK) -> StoreDamaged:
    """The error to raise where a store cannot be read."""
    return StoreDamaged(
        _("{path} is damaged or not a sayso store ({reason}): {way_back}").format(
            path=path, reason=reason, way_back=_(way_back)
        )
    )


@contextmanager
def translated(path: Path, way_back: str = WAY_BACK) -> Iterator[None]:
    """Raise a `StoreError` of the right kind for what SQLite raises inside; of a file that is
    damaged it tells the `way_back`."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path, way_back) from error
    except UnicodeDecodeError as error:  # rotten text, in the layout or in SQLite's message
        raise damaged(path, _("text that is not UTF-8"), way_back) from error
    except UnicodeEncodeError as error:  # half a character, as a broken terminal gives it
        raise StoreError(_("a name or tag is not valid text: type it again")) from error


def explain(error: sqlite3.Error, path: Path, way_back: str = WAY_BACK) -> StoreError:
    """Return the store's exception for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    primary = code & _PRIMARY
    if primary == sqlite3.SQLITE_INTERRUPT:
        return StoreInterrupted()
    if primary in _FULL or code in _FULL_EXTENDED:
        return StoreFull(
            _(
                "no space left for {path}: what was to be written now is not kept; make room and "
                "try again"
            ).format(path=path)
        )
    if primary in _DAMAGED:
        return damaged(path, error, way_back)
    if primary in _LOCKED:
        return StoreError(
            _("another program keeps {path} locked: try again when it is done").format(path=path)
        )
    if primary in _DENIED:
        return StoreUnwritable(
            _(
                "cannot write {path} ({error}): check that the file and its folder belong to you "
                "and are writable"
            ).format(path=path, error=error)
        )
    if code in _WRITE_FAILED:
        return StoreUnwritable(
            _(
                "cannot write {path} ({error}): a quota or a limit is reached, or the disk fails; "
                "make room, or check it"
            ).format(path=path, error=error)
        )
    if primary == sqlite3.SQLITE_IOERR:
        return StoreError(
            _("the disk failed under {path} ({error}): check it before going on").format(
                path=path, error=error
            )
        )
    if "no such module" in str(error):
        return StoreError(
            _("this Python's SQLite was built without FTS5, which search needs: use another Python")
        )
    return StoreError(f"{path}: {error}")
