"""The address of the database in which a hub's store is, where it is in one.

Kept in a file of the owner's alone: it may hold a password. Without it the store is the file in the
data directory.
"""

from __future__ import annotations

from typing import Final

from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..errors import HomeError
from .atomic_file import new_file
from .directory import FILE_MODE, Home

SCHEMES: Final = ("postgresql://", "postgres://")


def kept_store(home: Home) -> str:
    """The address, as it was named; empty where the store is a file. Raises `HomeError`."""
    try:
        return home.store_address.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError) as error:
        # Not as if there were none: an older store is no home to write in.
        raise HomeError(
            _("cannot read {file}: name the store again with `sayso run --store URL`").format(
                file=home.store_address
            )
        ) from error


def keep_store(home: Home, address: str) -> None:
    """Keep an address from now on; with an empty text, none. Raises `HomeError`."""
    try:
        if not address:
            home.store_address.unlink(missing_ok=True)
            return
        with new_file(home.store_address, mode=FILE_MODE, replace=True) as file:
            file.write(f"{address}\n".encode())
    except OSError as error:
        raise HomeError(
            _("cannot write {file}: {reason}").format(
                file=home.store_address, reason=error.strerror
            )
        ) from error


def check_address(address: str) -> str:
    """An address that can be one of a database. Raises `HomeError`."""
    if not address.startswith(SCHEMES):
        raise HomeError(
            _("{address} is no store: write postgresql://HOST/DATABASE, or `file`").format(
                address=address
            )
        )
    return address


def open_database(address: str) -> Store:
    """Open a store in a database. Raises `HomeError` where what that needs is not installed, and
    `StoreError`."""
    try:
        from sayso_storage.postgres import open_store
    except ImportError as error:
        raise HomeError(
            _("PostgreSQL needs what is not installed: python3 -m pip install 'sayso[hub]'")
        ) from error
    return open_store(address)
