"""What the owner's rules keep a node from carrying, for those who tell others what is held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Protocol

from sayso_protocol.ranges import Range
from sayso_storage.interface.store import Store

from .snapshot import Snapshot


class RelayPolicy(Protocol):
    """What the owner's rules keep a node from carrying; see `choice.carrying`."""

    def refresh(self) -> str | None:
        """Look at the rules again."""

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """Those of the accounts that are neither asked for nor passed on."""

    def look(self) -> list[bytes]:
        """Look at what has come into the store. Gives the feeds of which other entries are passed
        on now."""

    def removed(self) -> list[bytes]:
        """The feeds of which entries were removed since the last call, to be fetched again."""

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are held and not passed on, by feed."""

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """The same of a part of a feed."""


class RelayAll:
    """A node without rules."""

    def refresh(self) -> str | None:
        """Nothing is wrong."""
        return None

    def dropped(self, accounts: Collection[bytes]) -> frozenset[bytes]:
        """None of them."""
        return frozenset()

    def look(self) -> list[bytes]:
        """Nothing changes."""
        return []

    def removed(self) -> list[bytes]:
        """None."""
        return []

    def withheld(self, feeds: Iterable[bytes]) -> dict[bytes, list[Range]]:
        """None."""
        return {}

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """None."""
        return []


def by_rules(
    make: Callable[[], Snapshot], store: Store, carrying: RelayPolicy, accounts: Iterable[bytes]
) -> Snapshot:
    """What `make` finds in a store, with the accounts and the entries that the rules keep from
    others. `accounts` are known besides those that are carried. Raises `StoreError`."""
    changed = carrying.look()
    snapshot = make()
    told = {state.feed for state in snapshot.feeds}
    more = [store.feed(feed) for feed in changed if feed not in told]
    feeds = [*snapshot.feeds, *(state for state in more if state is not None)]
    withheld = carrying.withheld([state.feed for state in feeds])
    again = {
        state.account for feed in carrying.removed() if (state := store.feed(feed)) is not None
    }
    snapshot = replace(snapshot, feeds=feeds, withheld=withheld, again=again)
    if snapshot.accounts is None:
        return snapshot
    return replace(snapshot, dropped=carrying.dropped({*snapshot.accounts, *accounts}))
