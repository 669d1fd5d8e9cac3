"""Files in the home that their owner edits: read with care, and changed by one at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso_protocol.translation import _

from .atomic_file import new_file
from .directory import FILE_MODE, Home
from .plain_file import NotPlainError, plain_file


class OwnerFileError(Exception):
    """A file that cannot be read; the text says why, for a person."""


def read_owner_file(path: Path, most: int, *, follow_links: bool = False) -> bytes:
    """A file in the home that others cannot change, up to one byte more than `most`; empty where
    there is none. With `follow_links` it may lie elsewhere, as among somebody's dotfiles. Raises
    `OwnerFileError`."""
    if not os.path.lexists(path):
        return b""
    return _read(path, most, follow_links=follow_links, private=True)


def read_any_file(path: Path, most: int) -> bytes:
    """As `read_owner_file`, of any file. Raises `OwnerFileError` where there is none, too."""
    return _read(path, most, follow_links=True, private=False)


def replace_owner_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a link stays, and what it leads to is written. Raises
    `OSError`."""
    with new_file(path.resolve(), mode=FILE_MODE, replace=True) as file:
        file.write(data)


@contextmanager
def owner_files_lock(home: Home) -> Iterator[None]:
    """Be the only process that changes files of the owner."""
    home.prepare()
    descriptor = os.open(home.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path, most: int, *, follow_links: bool, private: bool) -> bytes:
    try:
        with plain_file(path, follow_links=follow_links) as (file, mode):
            if private and mode & 0o022:
                raise OwnerFileError(
                    _("others can change {path}: make it private with chmod 600").format(path=path)
                )
            return file.read(most + 1)
    except NotPlainError as error:
        raise OwnerFileError(
            _("{path} is no plain file: put one in its place").format(path=path)
        ) from error
    except FileNotFoundError as error:
        where = path.resolve() if path.is_symlink() else path
        raise OwnerFileError(
            _("cannot read {path}: there is no file {where}; check the path").format(
                path=path, where=where
            )
        ) from error
    except OSError as error:
        raise OwnerFileError(
            _("cannot read {path}: {reason}").format(path=path, reason=error.strerror)
        ) from error
