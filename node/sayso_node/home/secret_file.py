"""Files of secrets: for their owner alone, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ..errors import HomeError
from .atomic_file import new_file
from .directory import FILE_MODE
from .plain_file import NotPlainError, plain_file

MOST: Final = 64 * 1024
"""Bytes that are read: some hundred times what a file of secrets has."""


class SecretExists(HomeError):
    """There is a file of this name, which may not be overwritten."""


def write_secret(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file for its owner alone, durable when this returns; where it fails there is what was
    there before. Overwrites only with `replace`.

    Raises `HomeError`; `SecretExists` where there is one and `replace` does not allow it.
    """
    try:
        with new_file(path, mode=FILE_MODE, replace=replace) as file:
            file.write(data)
    except FileExistsError as error:
        raise SecretExists(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror)
        ) from error
    except OSError as error:
        raise HomeError(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror)
        ) from error


def read_secret(path: Path, most: int = MOST) -> bytes:
    """Read a file that must be a plain file of the owner alone, at most so many bytes. Raises
    `HomeError`."""
    try:
        with plain_file(path) as (file, mode):
            if mode & 0o077:
                raise HomeError(
                    _("others can read {path}: make it private with chmod 600 {path}").format(
                        path=path
                    )
                )
            return file.read(most)
    except NotPlainError as error:
        raise HomeError(
            _("{path} is no plain file: move it away, and put the file back that was there").format(
                path=path
            )
        ) from error
    except OSError as error:
        raise HomeError(
            _("cannot read {path}: {reason}").format(path=path, reason=error.strerror)
        ) from error
