"""Look-alike names through any history, beside their definition: the names of all who are followed,
read and compared."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import KnownBody, Post, Profile, Retract, read_body
from sayso_protocol.feed.run import Run
from sayso_protocol.text.skeleton import look_keys
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from ..makers import (
    EPOCH,
    NOW_MS,
    START_MS,
    Author,
    account_key,
    after,
    author,
    part,
    reference,
    run_of,
)

AUTHORS = [author(1), author(2), author(2, device=1), author(3), author(3, generation=1)]
NAMES = ["ben", "BEN", "Bеn", "ann", "Ann", "m", "rn"]
LIMITS = (1, 2, 9)


def runs_of(number: int, who: Author) -> list[Run]:
    """The parts of a feed: profiles, a post between them, and retractions of two of them."""
    start_ms = START_MS + 700 * number
    names = NAMES[number:] + NAMES[:number]
    bodies: list[KnownBody] = [
        Profile(name=names[0]),
        Post("between"),
        Profile(name=names[1]),
        Profile(name="", bio="nameless"),
        Profile(name=names[2]),
    ]
    said = run_of(who, bodies, start_ms=start_ms)
    back: list[KnownBody] = [Retract((reference(who, said, seq),)) for seq in (5, 3)]
    last = after(who, said, back, start_ms=start_ms)
    parts = [part(said, low, high) for low, high in ((1, 2), (2, 4), (5, 5), (1, 5))]
    return [*parts, *(part(last, seq, seq) for seq in (6, 7))]


RUNS = [run for number, who in enumerate(AUTHORS) for run in runs_of(number, who)]
SAID = [
    *(sign_revoke(who.account, who.feed.public, 0, None) for who in AUTHORS[2:4]),
    sign_rotate(account_key(3, 1), AUTHORS[3].account.public, []),
]


def steps() -> st.SearchStrategy[tuple[str, int, int]]:
    return st.tuples(
        st.sampled_from(["follow", "name", "unfollow", "take", "take", "take", "state", "own"]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
    )


def do(store: Store, what: str, one: int, other: int) -> None:
    who = AUTHORS[one % len(AUTHORS)].account.public
    if what == "follow":
        store.follow(who, None, NOW_MS)
    elif what == "name":
        store.follow(who, NAMES[other % len(NAMES)], NOW_MS)
    elif what == "unfollow":
        store.unfollow(who)
    elif what == "take":
        store.append([RUNS[one % len(RUNS)], RUNS[other % len(RUNS)]], NOW_MS)
    elif what == "state":
        store.add_statements([SAID[one % len(SAID)]], NOW_MS)
    elif store.own_feed() is None:
        store.add_own(AUTHORS[0].grant, NOW_MS)


def by_definition(store: Store, name: str, limit: int) -> list[bytes]:
    known = store.subscriptions()
    entries = store.latest_of_each([one.account for one in known], Profile.KIND)
    found = []
    for one in known:
        entry = entries.get(one.account)
        body = read_body(entry.body) if entry is not None and entry.body is not None else None
        claimed = body.name if isinstance(body, Profile) else ""
        keys = {key for text in (one.petname, claimed) if text for key in look_keys(text)}
        if keys & look_keys(name):
            found.append(one.account)
    return found[:limit]


@long
@given(history=st.lists(steps(), max_size=25))
@examples(80)
def test_look_alikes_are_those_of_the_definition(history: list[tuple[str, int, int]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "store.db") as sqlite,
        MemoryStore(EPOCH) as memory,
    ):
        for store in (sqlite, memory):
            store.set_labellers([who.account.public for who in AUTHORS], NOW_MS)
            for who in AUTHORS:
                store.add_grant(who.grant)
            for what, one, other in history:
                do(store, what, one, other)
                for limit in LIMITS:
                    wanted = {name: by_definition(store, name, limit) for name in NAMES}
                    found = store.named_alike(NAMES, limit)
                    assert found == {name: some for name, some in wanted.items() if some}
            assert store.check(None, lambda _: None).errors == ()
