"""Statements that SQLite keeps, read again row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sayso_protocol.accounts.statement import End, sign_revoke, sign_rotate
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.fork import fork_of
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.ingest import statement_ingest
from sayso_storage.sqlite.tables import feed_rows, statement_tables

from ...makers import NOW_MS, account_key, author, part, posts

ANNA, BERT, CARA = author(1), author(2), author(3)
WHOLE = posts(BERT, 9)
HEIR = account_key(3, 1)
REVOKE = sign_revoke(BERT.account, BERT.feed.public, 5, WHOLE.ids[4])
UNKNOWN = sign_revoke(BERT.account, CARA.feed.public, 3, WHOLE.ids[2])
ROTATE = sign_rotate(HEIR, CARA.account.public, [(CARA.feed.public, 1, WHOLE.ids[0])])
PROOF = fork_of(part(WHOLE, 1, 1), posts(BERT, 1, text="other"))
OF_ALL = (ANNA, BERT, CARA)
OWNERS = {"revoke": BERT, "rotate": CARA, "fork": BERT}


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    """Knows three accounts, of which two have said something."""
    assert PROOF is not None
    with open_store(path) as store:
        for who in (ANNA, BERT, CARA):
            store.follow(who.account.public, None, NOW_MS)
            store.add_grant(who.grant)
        said = [REVOKE, UNKNOWN, ROTATE, PROOF]
        assert store.add_statements(said, NOW_MS) == [True] * 4
    with closing(sqlite3.connect(path)) as db:
        yield db


def test_what_is_sound_is_no_problem(db: sqlite3.Connection) -> None:
    assert list(statement_ingest.problems(db)) == []


@pytest.mark.parametrize("kind", OWNERS)
def test_a_damaged_statement_is_named_with_its_account(db: sqlite3.Connection, kind: str) -> None:
    change = "UPDATE statements SET wire = zeroblob(length(wire)) WHERE kind = ?"
    count = db.execute(change, (kind,)).rowcount
    found = list(statement_ingest.problems(db))
    assert len(found) == count > 0
    name = key_text(OWNERS[kind].account.public)
    assert all(line.startswith(f"{kind} of {name}: a stored statement") for line in found)


@pytest.mark.parametrize("kind", OWNERS)
@pytest.mark.parametrize(
    "change",
    ["about = zeroblob(32)", "account = (SELECT account FROM feeds ORDER BY number LIMIT 1)"],
)
def test_a_row_that_says_something_else_is_named(
    db: sqlite3.Connection, kind: str, change: str
) -> None:
    query = f"UPDATE statements SET {change} WHERE wire = ?"
    wire = {"revoke": REVOKE, "rotate": ROTATE, "fork": PROOF}[kind].wire
    db.execute(query, (wire,))
    line, *_ = statement_ingest.problems(db)
    assert line.startswith(f"the {kind} of ")
    assert line.endswith(" says something else than its row")


def test_a_rotation_that_was_not_promised_is_named(db: sqlite3.Connection) -> None:
    db.execute("UPDATE feeds SET next_key_hash = zeroblob(32)")
    (line,) = statement_ingest.problems(db)
    name = key_text(CARA.account.public)
    assert line == f"the rotation of {name} is not the one that was promised"


def test_the_tables_have_each_kind_by_its_account(db: sqlite3.Connection) -> None:
    kept = statement_tables.SqliteStatementTables(db)
    a, b, c = (who.account.public for who in (ANNA, BERT, CARA))
    assert [kept.rotation(one) for one in (a, b, c)] == [None, None, ROTATE]
    assert [kept.revokes(one) for one in (a, b, c)] == [[], [REVOKE, UNKNOWN], []]
    assert [kept.feeds(one) for one in (a, b, c)] == [[one.feed.public] for one in OF_ALL]
    assert [kept.promise(one) for one in (a, b, c)] == [one.grant.next_key_hash for one in OF_ALL]
    assert kept.promise(HEIR.public) is None
    assert [kept.carries(one) for one in (a, HEIR.public, bytes(32))] == [True, True, False]
    assert kept.successors() == {c: HEIR.public}


def test_feeds_have_the_ends_and_proofs_that_were_said(db: sqlite3.Connection) -> None:
    assert PROOF is not None
    rows = [feed_rows.by_key(db, who.feed.public) for who in OF_ALL]
    states = [row.state for row in rows if row]
    assert [one.end for one in states] == [None, End(5, WHOLE.ids[4]), End(1, WHOLE.ids[0])]
    assert [one.proof for one in states] == [None, PROOF.wire, None]
    assert [one.forked_at for one in states] == [None, 1, None]


def test_a_feed_that_is_granted_later_has_the_end_that_was_said_before(
    path: Path, db: sqlite3.Connection
) -> None:
    named, unnamed = author(2, device=1), author(3, device=1)
    with open_store(path) as store:
        said = sign_revoke(BERT.account, named.feed.public, 0, None)
        assert store.add_statements([said], NOW_MS) == [True]
        for who in (named, unnamed):
            assert store.add_grant(who.grant)
    for who in (named, unnamed):
        row = feed_rows.by_key(db, who.feed.public)
        assert row is not None
        assert row.state.end == End(0, None)
