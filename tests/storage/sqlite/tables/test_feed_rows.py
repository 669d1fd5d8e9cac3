"""Rows of many feeds, read and entered together."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sayso_protocol.accounts.statement import End, sign_revoke
from sayso_protocol.errors import NotGranted
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.tables import feed_rows

from ...makers import NOW_MS, author, posts

MANY = [author(number) for number in range(1, 61)]
"""More than are looked up together."""
STRANGER = author(99)


def test_feeds_looked_up_together_are_as_each_alone(path: Path) -> None:
    ended = MANY[1]
    revoke = sign_revoke(ended.account, ended.feed.public, 2, posts(ended, 3).ids[1])
    with open_store(path) as store:
        for who in MANY:
            store.follow(who.account.public, None, NOW_MS)
        store.add_grants([who.grant for who in MANY], NOW_MS)
        store.append([posts(who, 3) for who in MANY[:30]], NOW_MS)
        assert store.add_statements([revoke], NOW_MS) == [True]
    keys = [who.feed.public for who in MANY]
    with closing(sqlite3.connect(path)) as db:
        found = feed_rows.bare_by_keys(db, [*keys, STRANGER.feed.public, keys[0]])
        rows = {key: feed_rows.by_key(db, key) for key in keys}
        since = feed_rows.since(db, 0)
    assert found == {key: feed_rows.bare(row) for key, row in rows.items() if row is not None}
    assert found[keys[0]].held and not found[keys[-1]].held
    assert found[keys[1]].end == revoke.end
    assert since == [rows[key] for key in keys[:30]]


def test_a_run_of_an_unknown_feed_among_many_is_refused_alone(path: Path) -> None:
    runs = [posts(who, 2) for who in (*MANY[:20], STRANGER, *MANY[20:])]
    with open_store(path) as store:
        for who in MANY:
            store.follow(who.account.public, None, NOW_MS)
        store.add_grants([who.grant for who in MANY], NOW_MS)
        taken = store.append(runs, NOW_MS)
    refused = [at for at, one in enumerate(taken) if isinstance(one, NotGranted)]
    assert refused == [20]
    assert [one for one in taken if not isinstance(one, NotGranted)] == [*runs[:20], *runs[21:]]


@pytest.mark.parametrize("seq", [0, 2])
def test_the_first_feed_of_an_account_ends_as_was_said_before(path: Path, seq: int) -> None:
    who = MANY[0]
    name = posts(who, 3).ids[seq - 1] if seq else None
    revoke = sign_revoke(who.account, who.feed.public, seq, name)
    with open_store(path) as store:
        store.follow(who.account.public, None, NOW_MS)
        assert store.add_statements([revoke], NOW_MS) == [True]
        assert store.add_grants([who.grant], NOW_MS) == [True]
        state = store.feed(who.feed.public)
    assert state is not None
    assert state.end == End(seq, name)
