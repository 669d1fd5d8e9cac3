"""The store of a home, opened."""

from __future__ import annotations

from sayso_storage.interface.errors import StoreFull, StoreUnwritable
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..errors import HomeError
from .atomic_file import remove_drafts
from .directory import Home


def open_home(home: Home) -> Store:
    """Open the store of an existing home. Raises `HomeError` or `StoreError`."""
    if not home.exists:
        raise HomeError(f"no account in {home.path}: make one with `sayso init`")
    remove_drafts(home.path, *(path.name for path in home.written_whole))
    return open_store(home.store, must_exist=True)


def open_home_to_read(home: Home) -> Store:
    """As `open_home`; where nothing can be written, which `Store.unwritable` says then, reading
    works all the same."""
    try:
        return open_home(home)
    except (StoreFull, StoreUnwritable) as error:
        from sayso_storage.sqlite.store import open_for_reading

        return open_for_reading(home.store, error)
