"""Changing what the store of a home is: a file in its data directory, or a database."""

from __future__ import annotations

from sayso_protocol.translation import _
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.records import Counts, Engine
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from ..home.directory import Home
from ..home.kept_store import check_address, keep_store, kept_store, open_database
from ..home.open_store import open_home
from .store_move import Progress, move_store, owner_of


def change_store(home: Home, address: str, progress: Progress) -> tuple[Engine, Counts]:
    """Bring all that a home holds into another store, empty for the file, and use that from now on;
    gives what the new store is kept by, and how much it holds. Raises `HomeError`, `StoreError`.

    A home without entries of its own, as a further machine's of a hub, takes the store as it is.
    """
    with home.lock(), _opened(home, address) as target:
        if kept_store(home) != address:
            with open_home(home) as source:
                _bring(source, target, progress)
            keep_store(home, address)
        return target.engine, target.counts()


def use_store(home: Home, address: str) -> None:
    """Use a store that this home's account is in already. Raises `HomeError`, `StoreError`."""
    if kept_store(home) == address:
        return
    with _opened(home, address) as target, open_home(home) as source:
        here, there = source.own_feed(), target.own_feed()
        if here is None or there is None or there.feed != here.feed or there.head < here.head:
            raise StoreError(
                _(
                    "{address} does not hold what this home has written: `sayso hub init --store "
                    "URL` brings it over"
                ).format(address=_shown(address))
            )
    keep_store(home, address)


def _bring(source: Store, target: Store, progress: Progress) -> None:
    here, there = source.own_feed(), target.own_feed()
    is_there = here is not None and there is not None and there.feed == here.feed
    if is_there and here is not None and there is not None and there.head >= here.head:
        return  # another machine of the hub brought it
    if there is not None and owner_of(source) != owner_of(target):
        raise StoreError(_("the store already belongs to another account"))
    move_store(source, target, progress)


def _opened(home: Home, address: str) -> Store:
    return open_database(check_address(address)) if address else open_store(home.store)


def _shown(address: str) -> str:
    """An address without a password."""
    scheme, _mark, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
