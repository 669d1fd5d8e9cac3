"""The tally of a poll, by how far the voters are from the owner.

Nobody can say how many people voted: a crowd of accounts is made in a minute. What can be said is
how those voted whom the owner knows: the own account (distance 0), those that it follows (1), those
that these publicly follow (2), and all others of whom votes are held (far).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sayso_protocol.content.body import Poll, Reference
from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _
from sayso_storage.interface.content.polls import Tally
from sayso_storage.interface.store import Store

from ..accounts.lookup import find_entry
from ..accounts.names import Names
from ..entries.body import body_of, carried_by
from ..entries.item import Item
from ..entries.loader import load_items
from ..entries.poll_state import has_ended
from ..errors import NotFound
from ..filters.facts.author import FOLLOWED, NEAR, OWN, AuthorFacts
from ..home.cache import digest_of, read_cached, write_cached
from ..home.directory import Home
from ..timestamps import time_text

FILE: Final = "tally.cache"
VERSION: Final = "tally 2"
"""Of how near voters are: see `sayso_node.home.cache.digest_of`."""

MAX_NEAR: Final = 50_000
"""Accounts at distance 2 that are looked up: some 130 ms. More are counted as far."""


MOST_NEW: Final = 5_000
"""Entries that may come before near accounts are looked up again, whatever these are: some 30 ms to
look through."""

_MOST_FEEDS: Final = 200
"""Feeds that these may be in: some 10 ms."""

_CHANGES: Final = (b"\xa4kind\xa6follow", b"\xa4kind\xa8unfollow", b"\xa4kind\xa7retract")
"""In the bodies that change who is near. Where a text has such bytes, too much is looked up."""

_VOTE: Final = b"\xa4kind\xa4vote"


@dataclass(frozen=True, slots=True)
class PollTally:
    """How a poll stands here. `known` is how many accounts are known that vote or might: those
    that are near, and all voters whose votes count. Of `held` among them entries are here. What
    the others said, if anything, is not seen: they are near, and of no feed of theirs anything is
    here. `by_distance` has the accounts for each option."""

    item: Item
    poll: Poll
    tally: Tally
    by_distance: dict[str, tuple[int, ...]]
    known: int
    held: int
    own: tuple[int, ...]
    ended: bool

    def as_json(self) -> dict[str, object]:
        """The tally for programs; `own` counts from 1, as `sayso vote` does."""
        tally = self.tally
        return {
            "id": id_text(self.item.reference.id),
            "text": self.item.text,
            "options": list(self.poll.options),
            "counts": list(tally.counts),
            "votes": tally.votes,
            "known": self.known,
            "held": self.held,
            "by_distance": {name: list(counts) for name, counts in self.by_distance.items()},
            "ended": self.ended,
            "end": None if self.poll.end is None else time_text(self.poll.end),
            "many": self.poll.many,
            "own": [one + 1 for one in self.own],
            "entries": tally.held,
            "late": tally.late,
            "replaced": tally.replaced,
            "withdrawn": tally.withdrawn,
            "malformed": tally.malformed,
            "belated": tally.belated,
            "uncounted": tally.uncounted,
        }


@dataclass(frozen=True, slots=True)
class NearAccounts:
    """The accounts at each distance but far: own keys, those followed, and whom these follow."""

    at: tuple[Sequence[bytes], Sequence[bytes], Sequence[bytes]]

    @classmethod
    def of(cls, store: Store) -> NearAccounts:
        """Those of a store; takes some ms for each thousand."""
        facts = AuthorFacts(store)
        return cls((sorted(facts.own), sorted(facts.followed), sorted(facts.near)[:MAX_NEAR]))


def tally(
    home: Home, store: Store, entry: str, progress: Callable[[int], None] = lambda _: None
) -> PollTally:
    """The tally of the poll that an ID names, after all of its votes are counted; `progress` is
    told how many were looked at. Raises `NotFound`, `StoreError`."""
    found = find_entry(store, entry)
    body = body_of(found)
    carried = carried_by(body)
    if carried is not None and not isinstance(body, Poll):
        held = store.entry(carried.id)
        found, body = (held, body_of(held)) if held is not None else (found, body)
    if not isinstance(body, Poll):
        raise NotFound(_("this is no poll that is held here"))
    if store.unwritable is None:
        while (poll := store.tally(found.id)) and poll.uncounted:
            done = store.count_votes(found.id)
            if not done:
                break
            progress(done)
    [item] = load_items(store, Names(store), [found])
    return tally_of(home, store, item, body)


def tally_of(home: Home, store: Store, item: Item, poll: Poll) -> PollTally:
    """The tally of a poll that is held, as far as its votes are counted. How near the voters are is
    cached in the home; see `_has_changed`."""
    of = item.reference
    total = store.tally(of.id) or Tally((0,) * len(poll.options), votes=0, held=0)
    digest = digest_of(repr((of.id, total, store.subscriptions())).encode(), VERSION)
    packed = read_cached(home.path / FILE, digest)
    near = None if packed is None else Nearness(*json.loads(packed))
    if near is None or _has_changed(store, of, near.arrival):
        arrival = store.last_arrival()
        near = nearness(store, of, total, NearAccounts.of(store), arrival)
        write_cached(home.path / FILE, digest, json.dumps(near).encode())
    return PollTally(
        item,
        poll,
        total,
        {name: tuple(counts) for name, counts in near.by_distance.items()},
        near.known,
        near.held,
        tuple(near.own),
        ended=has_ended(poll),
    )


class Nearness(NamedTuple):
    """See `PollTally`; only what JSON holds."""

    by_distance: dict[str, list[int]]
    known: int
    held: int
    own: list[int]
    arrival: int
    """The place in the order of arrival up to which entries were there."""


def _has_changed(store: Store, of: Reference, arrival: int) -> bool:
    """Whether something came since a place in the order of arrival that may change how near the
    voters of a poll are: a vote in it, a public follow or its end, a retraction, or the first
    entries of a feed. Also after so many entries that looking through them is not worth it."""
    new = store.arrived_after(arrival, MOST_NEW + 1)
    feeds = Counter(entry.feed for entry in new)
    if len(new) > MOST_NEW or len(feeds) > _MOST_FEEDS or store.last_arrival() < arrival:
        return True
    for entry in new:
        body = entry.body or b""
        if any(mark in body for mark in _CHANGES) or (_VOTE in body and of.id in body):
            return True
    states = ((store.feed(feed), count) for feed, count in feeds.items())
    return any(state is None or state.count <= count for state, count in states)


def nearness(
    store: Store, of: Reference, total: Tally, near: NearAccounts, arrival: int
) -> Nearness:
    """How near the voters of a poll are."""
    every = [account for accounts in near.at for account in accounts]
    ballots = store.ballots(of.id, every)
    seen = set[bytes]()
    counts = {str(distance): [0] * len(total.counts) for distance in (OWN, FOLLOWED, NEAR)}
    for distance, accounts in enumerate(near.at):
        for account in accounts:
            ballot = ballots.get(account)
            if ballot is not None and ballot.account not in seen:
                seen.add(ballot.account)
                for choice in ballot.choices:
                    counts[str(distance)][choice] += 1
    far = [all_ - sum(one[n] for one in counts.values()) for n, all_ in enumerate(total.counts)]
    others = total.votes - len(seen)
    own = next((one.choices for one in map(ballots.get, near.at[OWN]) if one is not None), ())
    held = len(store.held_accounts(every)) + others
    return Nearness(counts | {"far": far}, len(every) + others, held, list(own), arrival)
