"""The store of a home, opened."""

from __future__ import annotations

from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.errors import StoreFull, StoreUnwritable
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..errors import HomeError
from .atomic_file import remove_drafts
from .directory import Home
from .kept_store import kept_store, open_database


def open_home(home: Home) -> Store:
    """Open the store of an existing home. Raises `HomeError` or `StoreError`."""
    if not home.exists:
        raise HomeError(
            _("no account in {path}: {next_step}").format(
                path=home.path, next_step=_next_step(home)
            )
        )
    remove_drafts(home.path, *(path.name for path in home.written_whole))
    if address := kept_store(home):
        return _with_blobs(open_database(address), home)
    return _with_blobs(open_store(home.store, must_exist=True), home)


def open_home_to_read(home: Home) -> Store:
    """As `open_home`; where nothing can be written, which `Store.unwritable` says then, reading
    works all the same."""
    try:
        return open_home(home)
    except (StoreFull, StoreUnwritable) as error:
        if kept_store(home):
            raise
        from sayso_storage.sqlite.store import open_for_reading

        return _with_blobs(open_for_reading(home.store, error), home)


def _with_blobs(store: Store, home: Home) -> Store:
    def blobs() -> Blobs:
        from .blob_place import open_blobs_of  # only where something is attached

        return open_blobs_of(home)

    store.open_blobs = blobs
    return store


def _next_step(home: Home) -> str:
    if home.enrolment_request.exists():
        return _("it waits for the answer to its request: `sayso device add --answer ANSWER`")
    return _(
        "make one with `sayso init`, bring one back with `sayso restore FILE`, or join one that "
        "another device has with `sayso device add --request`"
    )
