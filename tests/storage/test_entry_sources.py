"""Peers that brought entries: the contract, and what it costs."""

from __future__ import annotations

import pytest

from sayso_storage.interface.store import Store
from sayso_storage.sqlite import SqliteStore

from .makers import NOW_MS, author, part, posts

ANNA, BERT = author(1), author(2)
WHOLE = posts(BERT, 60)


@pytest.fixture
def reader(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def sources(store: Store) -> dict[int, str | None]:
    return {entry.seq: store.source_of(entry.arrival) for entry in store.arrived_after(0)}


def test_each_entry_came_from_the_peer_that_brought_it_first(reader: Store) -> None:
    runs = [part(WHOLE, 41, 60), part(WHOLE, 1, 10), part(WHOLE, 35, 45)]
    reader.append(runs, NOW_MS, ["one", "two", "three"])
    reader.append([part(WHOLE, 11, 20)], NOW_MS, ["three"])
    reader.append([part(WHOLE, 21, 22)], NOW_MS)  # from a file
    reader.append([part(WHOLE, 23, 34)], NOW_MS, ["two"])
    spans = {"one": (41, 60), "three": (35, 40)}
    expected = {seq: peer for peer, (a, b) in spans.items() for seq in range(a, b + 1)}
    expected |= dict.fromkeys(range(1, 11), "two") | dict.fromkeys(range(11, 21), "three")
    expected |= dict.fromkeys((21, 22)) | dict.fromkeys(range(23, 35), "two")
    assert sources(reader) == expected
    assert reader.source_of(0) is None


def test_what_is_refused_or_held_already_has_no_source(reader: Store) -> None:
    reader.append([WHOLE], NOW_MS, ["one"])
    reader.append([WHOLE, posts(BERT, 60, text="other")], NOW_MS, ["two", "three"])
    assert set(sources(reader).values()) == {"one"}


def test_rows_are_written_where_the_peer_changes(sqlite: SqliteStore) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    for at in range(1, 60, 2):
        sqlite.append([part(WHOLE, at, at + 1)], NOW_MS + at, ["one" if at < 30 else "two"])
    with sqlite._database.reading() as db:
        assert db.execute("SELECT count(*) FROM came").fetchone() == (2,)
        assert db.execute("SELECT count(*) FROM sources").fetchone() == (2,)
    assert sqlite.check(None, lambda _: None).errors == ()
    with sqlite._database.writing(durable=False) as db:
        db.execute("UPDATE came SET source = 1 WHERE source = 2")
    [error] = sqlite.check(None, lambda _: None).errors
    assert "came: the check sum" in error


def test_those_who_brought_something_lately_are_known(reader: Store) -> None:
    assert reader.recent_sources() == []
    peers = ["one", "two", "one", "three", "four", "one", "two"]
    for at, peer in enumerate(peers):
        reader.append([part(WHOLE, 5 * at + 1, 5 * at + 5)], NOW_MS, [peer])
    reader.append([part(WHOLE, 50, 60)], NOW_MS)  # from a file
    assert reader.recent_sources() == ["two", "one", "four", "three"]
    assert [reader.recent_sources(limit) for limit in (2, 0, -1)] == [["two", "one"], [], []]


def test_what_was_held_already_makes_nobody_useful(reader: Store) -> None:
    reader.append([WHOLE], NOW_MS, ["one"])
    reader.append([WHOLE, posts(BERT, 60, text="other")], NOW_MS, ["two", "three"])
    assert reader.recent_sources() == ["one"]
