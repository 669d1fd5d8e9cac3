"""The SQLite store against the one in memory, through any history.

Both get the same calls; the SQLite store is closed, reopened and interrupted on the way.
Whatever can be read must be equal at any time.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.budget import examples, rounds

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, sign_revoke, sign_rotate
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Post,
    Profile,
    React,
    Repost,
    Unfollow,
    Unrepost,
)
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.index.body_facts import DAY_MS
from sayso_storage.interface.store import Counts, FeedState, Store, StoreError, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.ingest import line_fill
from sayso_storage.sqlite.queries import line, timeline
from sayso_storage.sqlite.tables.timeline import line_rows

from ..makers import (
    EPOCH,
    NOW_MS,
    START_MS,
    Author,
    after,
    author,
    columns,
    part,
    reference,
    run_of,
)

AUTHORS = [author(1), author(2), author(2, device=1), author(3)]
LENGTH = 8


def start_of(number: int) -> int:
    return NOW_MS if number == 3 else START_MS + 500 * number


FIRST = [
    reference(who, run_of(who, [Post(f"first {n}")], start_ms=start_of(n)), 1)
    for n, who in enumerate(AUTHORS)
]
"""The first entries of all authors, by whom they are named."""


WRITTEN = [START_MS - 3 * DAY_MS, START_MS + 2500, 1000, NOW_MS * 2]
"""Times at which posts say that they were written: days before the feed, within it, and never."""


def bodies_of(number: int) -> list[KnownBody]:
    one, own = FIRST[1], FIRST[0]
    follows = AUTHORS[0].account.public
    again: list[KnownBody] = [Repost(one), React(own), Unfollow(follows), React(own, "new")]
    shown: list[KnownBody] = [Repost(one), Unrepost(one), Repost(one, written=9), Repost(one)]
    return [
        Post(f"first {number}"),
        React(own, "old") if number else Profile("name"),
        Post("reply", reply=one, mentions=(AUTHORS[number - 1].account.public, follows)),
        Post(
            "tagged", tags=("One", "two"), reply=own, root=one, quote=one, written=WRITTEN[-number]
        ),
        Follow(follows),
        Post("imported", origin=f"o:{number % 2}", quote=own, written=WRITTEN[number]),
        again[number],
        shown[number],
        Profile("newer") if number % 2 else Post("last", tags=("one",)),
    ]


def wholes() -> list[Run]:
    """A feed of every author, some dated late, and a branch of each."""
    runs = []
    for number, who in enumerate(AUTHORS):
        start_ms = start_of(number)
        whole = run_of(who, bodies_of(number), start_ms=start_ms)
        branch = [Post("branch"), React(FIRST[0], "branch"), Repost(FIRST[1])]
        runs += [whole, after(who, part(whole, 1, 5), branch, start_ms=start_ms)]
    return runs


WHOLES = wholes()
HEIRS = [author(2, generation=1), author(3, generation=1), author(2, generation=2)]


def said() -> list[Attestation]:
    """Revokes of both branches, of a whole feed and of an unknown one; rotations, one of them
    not promised and one after another; proofs."""
    found: list[Attestation] = []
    for who, whole, branch in zip(AUTHORS, WHOLES[::2], WHOLES[1::2], strict=True):
        account, feed = who.account, who.feed.public
        found += [sign_revoke(account, feed, seq, whole.ids[seq - 1]) for seq in (3, 6, 8)]
        found += [sign_revoke(account, feed, 7, branch.ids[1]), sign_revoke(account, feed, 0, None)]
        proof = fork_of(whole, branch)
        assert proof is not None
        found.append(proof)
    stranger = author(2, device=9)
    found.append(sign_revoke(stranger.account, stranger.feed.public, 5, bytes(32)))
    bert = AUTHORS[1].account.public
    ends = [(whole.feed, 6, whole.ids[5]) for whole in WHOLES[2:6:2]]
    for successor in (HEIRS[0].account, AUTHORS[3].account):
        found += [sign_rotate(successor, bert, some) for some in (ends, ends[:1])]
    found.append(sign_rotate(HEIRS[1].account, AUTHORS[3].account.public, []))
    found.append(sign_rotate(HEIRS[2].account, HEIRS[0].account.public, []))
    own = author(1, generation=1).account
    return [
        *found,
        sign_rotate(own, AUTHORS[0].account.public, [(WHOLES[0].feed, 7, WHOLES[0].ids[6])]),
    ]


SAID = said()
GRANTS = [who.grant for who in (*AUTHORS, *HEIRS, author(1, generation=1))]
PARTS = [
    part(whole, first, last)
    for whole in WHOLES
    for first in range(whole.first, whole.last + 1)
    for last in range(first, whole.last + 1)
]
QUERIES = [
    TimelineQuery(limit=limit, account=account, tag=tag, since_ms=since, before=before)
    for before in (None, (START_MS + 5000, 3, 9), (NOW_MS, 5, 20))
    for limit in (3, 50)
    for account in (None, AUTHORS[0].account.public, AUTHORS[1].account.public)
    for tag in (None, "ONE")
    for since in (None, START_MS + 3000)
]
IDS = [entry_id for whole in WHOLES for entry_id in whole.ids]


NAMES = ["name", "nаme", "NEWER", "anná", "bert"]
"""With a Cyrillic letter, a capital, an accent."""


class Interrupted(Exception):
    """Thrown into a write."""


class Replicas(RuleBasedStateMachine):
    """Calls in any order; see the module."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.memory: Store = MemoryStore(EPOCH)
        self.sqlite: Store = self.open()
        self.now = NOW_MS
        # So that short walks leap, too.
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(timeline, "NEAR", 2)
        # So that now and then a walk answers, too.
        self.patch.setattr(line, "MOST_BEHIND", 25)
        self.patch.setattr(line, "ROWS_A_FEED", 4)

    def open(self) -> Store:
        return open_store(self.folder / "store.db", random=lambda _: EPOCH)

    def teardown(self) -> None:
        self.patch.undo()
        self.sqlite.close()
        shutil.rmtree(self.folder)

    def both(self, name: str, *values: Any) -> None:
        assert outcome(self.memory, name, *values) == outcome(self.sqlite, name, *values)

    @initialize(own=st.booleans())
    def begin(self, own: bool) -> None:
        if own:
            self.both("add_own", AUTHORS[0].grant, self.now)
        for who in AUTHORS[1:]:
            self.both("follow", who.account.public, None, self.now)
            self.both("add_grant", who.grant)

    @rule(who=st.sampled_from(AUTHORS), petname=st.sampled_from([None, "anna", "bert"]))
    def follow(self, who: Author, petname: str | None) -> None:
        self.both("follow", who.account.public, petname, self.now)

    @rule(who=st.lists(st.sampled_from([*AUTHORS, *HEIRS]), max_size=3))
    def follow_all(self, who: list[Author]) -> None:
        self.both("follow_all", [one.account.public for one in who], self.now)

    @rule(parts=st.integers(1, 3))
    def extend_line(self, parts: int) -> None:
        """Some of what came is in the line of time, and some is not."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(line_rows, "BATCH", 4 * parts)
            patch.setattr(line_fill, "PART", 4)
            self.sqlite.extend_line()

    @rule(who=st.sampled_from(AUTHORS))
    def unfollow(self, who: Author) -> None:
        self.both("unfollow", who.account.public)

    @rule(grant=st.sampled_from(GRANTS))
    def grant(self, grant: Grant) -> None:
        self.both("add_grant", grant)

    @rule(statements=st.lists(st.sampled_from(SAID), max_size=4))
    def say(self, statements: list[Attestation]) -> None:
        self.both("add_statements", statements, self.now)

    @rule(who=st.sampled_from([*AUTHORS[:2], author(1, generation=1)]))
    def own(self, who: Author) -> None:
        self.both("add_own", who.grant, self.now)

    @rule(runs=st.lists(st.sampled_from(PARTS), max_size=5), later=st.integers(-500, 5000))
    def append(self, runs: list[Run], later: int) -> None:
        self.now += later
        self.both("append", runs, self.now)

    @rule(runs=st.lists(st.sampled_from(WHOLES), max_size=4))
    def append_whole(self, runs: list[Run]) -> None:
        self.both("append", runs, self.now)

    @rule(count=st.integers(1, 3))
    def publish(self, count: int) -> None:
        def make(state: FeedState) -> Run:
            authors = [*AUTHORS, author(1, generation=1)]
            (who,) = [one for one in authors if one.feed.public == state.feed]
            top = state.held[-1] if state.held else None
            times = [max(self.now, top.last_ms if top else 0)] * count
            bodies = [b"\x81\xa4kind\xa4" + bytes([97 + n]) * 4 for n in range(count)]
            return sign_run(who.feed, state.head + 1, top and top.top, times, bodies)

        self.both("publish", make, self.now)

    @rule()
    def publish_and_fail(self) -> None:
        def make(state: FeedState) -> Run:
            raise Interrupted(str(state.head))

        self.both("publish", make, self.now)

    @rule(runs=st.lists(st.sampled_from(PARTS), min_size=1, max_size=4))
    def interrupt(self, runs: list[Run]) -> None:
        """A batch that breaks off leaves nothing."""

        def broken() -> Any:
            yield from runs
            raise Interrupted

        with pytest.raises(Interrupted):
            self.sqlite.append(broken(), self.now)

    @rule()
    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = self.open()

    @invariant()
    def reads_agree(self) -> None:
        for name, *values in reads():
            self.both(name, *values)

    @rule()
    def both_verify(self) -> None:
        for store in (self.memory, self.sqlite):
            assert store.check(None, lambda _: None).errors == ()


def reads() -> list[tuple[Any, ...]]:
    accounts = [who.account.public for who in (*AUTHORS, *HEIRS)]
    return [
        ("own_feed",),
        ("subscriptions",),
        ("find_accounts", "z6Mk"),
        ("find_accounts", "@bert"),
        *(("feeds_of", account) for account in accounts),
        *(("load", who.feed.public, 1, high) for who in AUTHORS for high in (4, 99)),
        *(("timeline", query) for query in QUERIES),
        ("key_changes",),
        ("key_changes", 2, NOW_MS + 1),
        *(
            ("latest", account, kind)
            for account in accounts
            for kind in ("profile", "post", "aaaa")
        ),
        *((name, account) for account in accounts for name in ("successor", "statements_of")),
        ("carried_accounts",),
        ("feeds_carried",),
        ("statements_since", 0),
        ("statements_since", 5),
        ("counts",),
        ("mark",),
        ("mark", 4),
        ("feeds_since", 4),
        ("find_entries", "", 99),
        ("find_entries", IDS[3].hex()[:5]),
        ("reply_counts", IDS),
        ("reply_authors", IDS),
        ("replies", IDS[2 * LENGTH - LENGTH + 3]),
        *((name, IDS) for name in ("reactions", "reposts", "interactions", "entries")),
        *((name, FIRST[1].id) for name in ("quotes", "rooted")),
        *(("thread", root, limit) for root in (*IDS[:12], FIRST[1].id) for limit in (2, 99)),
        *((name, accounts) for name in ("callings", "feeds_of_each")),
        *(("latest_of_each", accounts, kind) for kind in ("profile", "post", "aaaa", "")),
        ("successors",),
        *(("named_alike", NAMES, limit) for limit in (1, 9)),
        *(("imports", query) for query in QUERIES),
        ("quotes", FIRST[0].id, 2),
        *(
            (name, account)
            for account in accounts
            for name in ("followers", "followees", "mentions")
        ),
        *(
            ("notifications", limit, since)
            for limit in (2, 99)
            for since in (None, START_MS + 3000)
        ),
        ("import_origins",),
        ("arrived_after", 3),
        *(
            ("shown_after", 2, limit, since)
            for limit in (2, 99)
            for since in (None, START_MS + 3000)
        ),
        *(
            ("of_kind", account, kind, 2)
            for account in accounts
            for kind in ("profile", "post", "aaaa", "")
        ),
        ("authors", IDS),
        ("digest_after", 3),
        *(("places", query) for query in QUERIES),
        ("last_arrival",),
        ("entry", IDS[0]),
    ]


def outcome(store: Store, name: str, *values: Any) -> Any:
    """The outcome of a call, as something that can be compared."""
    try:
        return comparable(getattr(store, name)(*values))
    except (Refused, StoreError, Interrupted) as error:
        return type(error), str(error)


def comparable(value: Any) -> Any:
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if isinstance(value, Exception):
        return type(value), str(value)
    if isinstance(value, Counts):
        return value.accounts, value.feeds, value.entries
    return columns(value) if hasattr(value, "signatures") else value


Replicas.TestCase.settings = examples(30, stateful_step_count=rounds(15, 10))
TestReplicas = Replicas.TestCase
