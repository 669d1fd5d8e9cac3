"""The accounts and entries that the owner's rules keep from others, as sync sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Protocol

from sayso_protocol.ranges import Range, Ranges
from sayso_storage.interface.store import Store

from .snapshot import Snapshot


class RelayPolicy(Protocol):
    """Rules about what is neither fetched nor relayed; see `RelayFilter`."""

    def refresh(self) -> str | None:
        """Read the rules again. Gives what is wrong with them, for a person."""

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """Those of the accounts that are neither asked for nor passed on."""

    def scan(self) -> list[bytes]:
        """Apply the rules to what has come into the store. Gives the feeds of which other entries
        are passed on now."""

    def take_removed(self) -> list[bytes]:
        """The feeds of which entries were removed since the last call, to be fetched again."""

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are held and not passed on, by feed."""

    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """The same of a part of a feed."""


class RelayAll:
    """The policy of a node without rules."""

    def refresh(self) -> str | None:
        """Nothing is wrong."""
        return None

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """None of them."""
        return frozenset()

    def scan(self) -> list[bytes]:
        """Nothing changes."""
        return []

    def take_removed(self) -> list[bytes]:
        """None."""
        return []

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """None."""
        return {}

    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """None."""
        return []


def filtered_snapshot(
    make: Callable[[], Snapshot], store: Store, relay_policy: RelayPolicy, accounts: Iterable[bytes]
) -> Snapshot:
    """The snapshot that `make` takes of a store, with the accounts and the entries that the rules
    keep from others. `accounts` are known besides those that are carried. Raises `StoreError`."""
    changed = relay_policy.scan()
    fresh = store.mark_damaged()
    released = store.release_blank()
    snapshot = make()
    # It may have been taken before.
    read = [store.feed(one.feed) if one.feed in released else one for one in snapshot.feeds]
    snapshot = replace(snapshot, feeds=[state for state in read if state is not None])
    told = {state.feed for state in snapshot.feeds}
    more = [
        store.feed(feed)
        for feed in dict.fromkeys([*changed, *fresh, *released])
        if feed not in told
    ]
    feeds = [*snapshot.feeds, *(state for state in more if state is not None)]
    keys = [state.feed for state in feeds]
    withheld, blank = relay_policy.withheld(keys), store.blank(keys)
    for feed, one in blank.items():
        if one.unproven:
            withheld[feed] = list(Ranges([*withheld.get(feed, ()), *one.unproven]))
    refetch = {
        state.account
        for feed in (*relay_policy.take_removed(), *released)
        if (state := store.feed(feed)) is not None
    }
    snapshot = replace(
        snapshot,
        feeds=feeds,
        withheld=withheld,
        blank={feed: one.proven for feed, one in blank.items() if one.proven},
        refetch=refetch,
        damaged=store.damaged(),
    )
    if snapshot.accounts is None:
        return snapshot
    return replace(snapshot, dropped=relay_policy.dropped({*snapshot.accounts, *accounts}))
