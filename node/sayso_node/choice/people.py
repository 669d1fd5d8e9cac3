"""Facts about the author: who it is to the owner, and what there was between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sayso_protocol.body import Post, read_body
from sayso_protocol.keys import key_text
from sayso_storage.interface import Store, TimelineQuery

from ..accounts import line_of

if TYPE_CHECKING:
    from .facts import StoredFacts

OWN, FOLLOWED, ANYBODY = 0, 1, 3

REMEMBERED_POSTS: Final = 10_000
"""Own posts, newest first, that count as own history: some years of a busy writer."""


class People:
    """What the store knows of accounts, and on which of the owner's lists they are."""

    def __init__(self, store: Store, lists: Mapping[str, Iterable[str]]) -> None:
        self._store = store
        self._began: dict[bytes, int] = {}
        self._lists: dict[str, list[str]] = {}
        for name in sorted(lists):
            for account in lists[name]:
                self._lists.setdefault(account, []).append(name)
        self.facts: dict[str, Callable[[StoredFacts], Any]] = {
            "distance": lambda facts: self.distance(facts.entry.account),
            "lists": lambda facts: self._lists_of([key_text(facts.entry.account)]),
            "lists_through": lambda facts: self._lists_of(facts.through),
            "account_age": self._account_age,
            "my_replies": lambda facts: self._answered[facts.entry.account],
            "my_reactions": lambda _: 0,
        }

    def distance(self, account: bytes) -> int:
        """How near an account is; see `Facts.distance`."""
        if account in self._own:
            return OWN
        return FOLLOWED if account in self.followed else ANYBODY

    @cached_property
    def followed(self) -> frozenset[bytes]:
        """The accounts that are followed, under all keys that they were rotated to."""
        return frozenset(self._store.carried_accounts()) - self._own

    @cached_property
    def _own(self) -> frozenset[bytes]:
        own = [one.account for one in self._store.subscriptions() if one.own]
        return frozenset(key for account in own for key in line_of(self._store, account))

    def _lists_of(self, accounts: Iterable[str]) -> tuple[str, ...]:
        found = {name for account in accounts for name in self._lists.get(account, ())}
        return tuple(sorted(found))

    def _account_age(self, facts: StoredFacts) -> int:
        account = facts.entry.account
        if account not in self._began:
            feeds = self._store.feeds_of(account)
            times = [feed.held[0].first_ms for feed in feeds if feed.held]
            self._began[account] = min(times, default=facts.entry.time_ms)
        return max(facts.entry.sort_ms - self._began[account], 0) // 1000

    @cached_property
    def _answered(self) -> Counter[bytes]:
        """Own replies, by the account that they answer."""
        found = Counter[bytes]()
        for account in self._own:
            query = TimelineQuery(REMEMBERED_POSTS, account)
            for entry in self._store.timeline(query):
                body = read_body(entry.body) if entry.body is not None else None
                if isinstance(body, Post) and body.reply is not None and entry.account == account:
                    found[body.reply.account] += 1
        return found
