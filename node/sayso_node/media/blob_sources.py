"""Blob sources: the peers that may have a blob, by what is known of the entries that attach it.

An ask tells a peer who looks at what. So only those are asked that brought such an entry, or are
known to carry its account; never everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sayso_storage.interface.store import Store, StoredEntry

MAX_ENTRIES = 32
"""Entries that attach one blob which are looked at, the newest."""


def attaching(store: Store, cid: bytes) -> list[StoredEntry]:
    """The entries that attach a blob. Raises `StoreError`."""
    return store.attaching(cid, MAX_ENTRIES)


def sources_of(store: Store, entries: Iterable[StoredEntry]) -> list[str]:
    """The peers, those first that brought an entry. Raises `StoreError`."""
    looked = list(entries)
    brought = [store.source_of(entry.arrival) for entry in looked]
    accounts = {entry.account for entry in looked}
    carriers = [row for row in store.carriers() if row[0] in accounts] if looked else []
    carry = [peer for _, peer, _ in sorted(carriers, key=lambda row: -row[2])]
    return list(dict.fromkeys(peer for peer in [*brought, *carry] if peer is not None))


def is_passed_on(
    store: Store,
    cid: bytes,
    dropped: Callable[[Collection[bytes]], frozenset[bytes]] = lambda _: frozenset(),
) -> bool:
    """Whether some entry attaches a blob that this node passes on itself: of what the owner's rules
    withhold nothing is given, nor of accounts that they drop (`RelayFilter.dropped`). Raises
    `StoreError`."""
    entries = [entry for entry in attaching(store, cid) if entry.body is not None]
    gone = dropped({entry.account for entry in entries}) if entries else frozenset()
    return any(entry.account not in gone and store.withheld_by(entry) is None for entry in entries)
