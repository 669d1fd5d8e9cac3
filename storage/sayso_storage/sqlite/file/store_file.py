"""The store's file and folder: made where they are missing, refused where they cannot be used."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from sayso_protocol.translation import _

from ...interface.errors import StoreDamaged, StoreError, StoreUnwritable
from .errors import WAY_BACK

SMALLEST_DATABASE = 512
"""Bytes: SQLite takes a shorter file for an empty one, and would write over it."""


def make_file(path: Path, *, must_exist: bool) -> None:
    """Make folder (0700) and file (0600) where they are missing; refuse what is no file.

    An existing file is not opened here: closing it again would drop the locks that
    another store object of this process has on it (POSIX; sqlite.org/howtocorrupt.html).
    """
    try:
        if must_exist:
            _refuse_lost(path)
        elif not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
            _sync_folder(path.parent.parent)
        found = _look_or_make(path)
        if not stat.S_ISREG(found.st_mode):
            raise StoreError(_("{path} is not a file: choose another place").format(path=path))
        if 0 < found.st_size < SMALLEST_DATABASE:
            raise StoreDamaged(
                _("{path} is not a sayso store: choose another place").format(path=path)
            )
    except OSError as error:
        raise StoreError(
            _("cannot make {path}: {reason}").format(path=path, reason=error.strerror)
        ) from error
    if not (_may(path, os.R_OK | os.W_OK) and _may(path.parent, os.W_OK | os.X_OK)):
        raise StoreUnwritable(
            _(
                "{path} or its folder is not writable: check that both belong to you, and that the "
                "file system is not read-only"
            ).format(path=path)
        )


def _refuse_lost(path: Path) -> None:
    """Raise `StoreDamaged` for a store that was there once."""
    if not path.exists():
        raise StoreDamaged(
            _("{path} is missing: put it back, or else {way_back}").format(
                path=path, way_back=_(WAY_BACK)
            )
        )
    if path.is_file() and path.stat().st_size < SMALLEST_DATABASE:
        raise StoreDamaged(
            _("{path} is empty, its content is lost: {way_back}").format(
                path=path, way_back=_(WAY_BACK)
            )
        )


def _may(path: Path, wish: int) -> bool:
    """Ask for the user that the process acts as, where the system can tell."""
    return os.access(path, wish, effective_ids=os.access in os.supports_effective_ids)


def _look_or_make(path: Path) -> os.stat_result:
    """Return what is there, after making an empty file where nothing is."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path.lstat()


def _sync_folder(folder: Path) -> None:
    """Make the name of a new folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
