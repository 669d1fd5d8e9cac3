"""Facts about the author: who it is to the owner, and what there was between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.accounts.statement import Rotate
from sayso_protocol.content.body import Body, Poll, Post, React, read_body
from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import FeedState, Store
from sayso_storage.validation.statement_rules import chain

from ...accounts.lineage import line_of

if TYPE_CHECKING:
    from .labels import EntryLabels
    from .record import StoredFacts

OWN, FOLLOWED, NEAR, ANYBODY = 0, 1, 2, 3

REMEMBERED: Final = 10_000
"""Entries of each own feed, newest first, that count as own history: some years of a busy
writer."""

_REMEMBERED_KEYS: Final = 10_000
"""Accounts of which the keys are remembered, some MB: posts mention any."""


class AuthorFacts:
    """Facts of accounts, and the lists that they are on: the owner's, and those of labellers."""

    def __init__(
        self,
        store: Store,
        lists: Mapping[str, Iterable[str]] = MappingProxyType({}),
        labels: EntryLabels | None = None,
    ) -> None:
        self._store = store
        self._labels = labels
        self._began: dict[bytes, int] = {}
        self._keys: dict[bytes, Sequence[bytes]] = {}
        self._lists: dict[str, list[str]] = {}
        for name in sorted(lists):
            for account in lists[name]:
                self._lists.setdefault(account, []).append(name)
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "distance": lambda facts: self.distance(facts.entry.account),
            "other_keys": self._other_keys,
            "lists": lambda facts: self._lists_of((facts.account, *facts.other_keys)),
            "lists_through": lambda facts: self._lists_of(facts.through),
            "account_age": self._account_age,
            "my_replies": lambda facts: self._own_replies_and_reactions[0][facts.entry.account],
            "my_reactions": lambda facts: self._own_replies_and_reactions[1][facts.entry.account],
        }

    def distance(self, account: bytes) -> int:
        """The distance of an account; see `Facts.distance`."""
        if account in self.own:
            return OWN
        if account in self.followed:
            return FOLLOWED
        return NEAR if account in self.near else ANYBODY

    def keys_of(self, account: bytes) -> Sequence[bytes]:
        """An account's keys: all of its line where it is followed or its labels are subscribed to,
        else those from this one on."""
        if account not in self._keys:
            if len(self._keys) >= _REMEMBERED_KEYS:
                self._keys.clear()
            self._keys[account] = self._lines.get(account) or line_of(self._store, account)
        return self._keys[account]

    @cached_property
    def _lines(self) -> dict[bytes, list[bytes]]:
        """The keys of each account that is carried, by each of them."""
        statements = self._store.statements_since(0)
        after = {one.account: one.successor for one in statements if isinstance(one, Rotate)}
        lines = dict[bytes, list[bytes]]()
        roots = [*(one.account for one in self._store.subscriptions()), *self._store.labellers()]
        for root in roots:
            line = chain(root, after)
            for account in line:
                # Who follows a key and its successor has one line of both.
                if len(line) > len(lines.get(account, ())):
                    lines[account] = line
        return lines

    def _other_keys(self, facts: StoredFacts) -> tuple[str, ...]:
        account, keys = facts.entry.account, self.keys_of(facts.entry.account)
        if len(keys) == 1:
            return ()  # most accounts were never rotated
        return tuple(sorted(key_text(key) for key in keys if key != account))

    @cached_property
    def followed(self) -> frozenset[bytes]:
        """The accounts that are followed, under all keys that they were rotated to."""
        return frozenset(self._store.shown_accounts()) - self.own

    @cached_property
    def own(self) -> frozenset[bytes]:
        """The own account, under all keys that it was rotated to."""
        own = [one.account for one in self._store.subscriptions() if one.own]
        return frozenset(key for account in own for key in line_of(self._store, account))

    @cached_property
    def near(self) -> frozenset[bytes]:
        """The accounts that those who are followed follow publicly."""
        return frozenset(
            other for account in self.followed for other in self._store.followees(account)
        )

    def _lists_of(self, accounts: Iterable[str]) -> tuple[str, ...]:
        found = {name for account in accounts for name in self._lists_with(account)}
        return tuple(sorted(found))

    def _lists_with(self, account: str) -> Iterator[str]:
        yield from self._lists.get(account, ())
        if self._labels is not None:
            yield from self._labels.on_account(account)

    def _account_age(self, facts: StoredFacts) -> int:
        account = facts.entry.account
        if account not in self._began:
            feeds = self._store.feeds_of(account)
            times = [feed.held[0].first_ms for feed in feeds if feed.held]
            self._began[account] = min(times, default=facts.entry.time_ms)
        return max(facts.entry.sort_ms - self._began[account], 0) // 1000

    @cached_property
    def _own_replies_and_reactions(self) -> tuple[Counter[bytes], Counter[bytes]]:
        """Own replies, and own reactions that count, by the account that they are to."""
        replies, reactions = Counter[bytes](), dict[bytes, tuple[tuple[int, int], React]]()
        for account in self.own:
            for feed in self._store.feeds_of(account):
                for order, body in newest_bodies(self._store, feed, REMEMBERED):
                    if isinstance(body, Post | Poll) and body.reply is not None:
                        replies[body.reply.account] += 1
                    elif isinstance(body, React):
                        newest = max(
                            reactions.get(body.on.id, (order, body)), (order, body), key=_order
                        )
                        reactions[body.on.id] = newest
        given = [body.on.account for _, body in reactions.values() if body.emoji is not None]
        return replies, Counter(given)


def _order(reaction: tuple[tuple[int, int], React]) -> tuple[int, int]:
    return reaction[0]


def newest_bodies(
    store: Store, feed: FeedState, most: int
) -> Iterator[tuple[tuple[int, int], Body]]:
    """Bodies of about so many entries of a feed at the `most`, newest first, where they are held;
    each with its entry's time and number."""
    last = feed.head
    while most > 0 and (run := store.load(feed.feed, 1, last)) is not None:
        for offset in reversed(range(len(run.times))):
            body = run.bodies[offset]
            if isinstance(body, bytes):
                yield (run.times[offset], run.first + offset), read_body(body)
        most -= len(run.times)
        last = run.first - 1
