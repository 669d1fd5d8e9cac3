"""The memory of peers: the address book and who carried what, from the store and back into it."""

from __future__ import annotations

import logging
import secrets

import trio

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.carriers import Carriers
from sayso_protocol.discovery.address_book.known_codec import KnownRow, peer_of, row_of
from sayso_storage.interface.store import Store, StoreError

log = logging.getLogger(__name__)

_SECRET_SIZE = 32


class PeerMemory:
    """What one store remembers. Use `load`."""

    def __init__(self, store: Store, book: AddressBook, carriers: Carriers) -> None:
        self._store = store
        self._saving = trio.Lock()
        self.book = book
        self.carriers = carriers

    @classmethod
    async def load(cls, store: Store) -> PeerMemory:
        """Read it. Raises `StoreError`."""
        return await trio.to_thread.run_sync(cls._read, store)

    @classmethod
    def _read(cls, store: Store) -> PeerMemory:
        secret = store.book_secret(secrets.token_bytes(_SECRET_SIZE))
        book = AddressBook(secret, map(peer_of, store.known_peers()))
        return cls(store, book, Carriers(store.carriers()))

    async def save(self) -> None:
        """Write what has changed. A store that cannot be written costs a search after the next
        start, and must not cost more."""
        async with self._saving:  # of two at once the older must not be written last
            changed, gone = self.book.take_changes()
            rows, carried = [row_of(peer) for peer in changed], self.carriers.take_changes()
            if not (rows or gone or carried):
                return
            try:
                await trio.to_thread.run_sync(self._write, rows, gone, carried)
            except StoreError as error:
                log.warning("peers are not remembered: %s", error)

    def _write(
        self, rows: list[KnownRow], gone: list[str], carried: list[tuple[bytes, str, int | None]]
    ) -> None:
        if rows or gone:
            self._store.save_known_peers(rows, gone)
        if carried:
            self._store.save_carriers(carried)
