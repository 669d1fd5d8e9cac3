"""A store says of which feeds it removed entries for others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import sign_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.ingest import removal

from ...makers import NOW_MS, author, part, posts, reference, run_of

ANN, BEN = author(1), author(2)


def test_feeds_that_gave_way_are_named_once(store: Store) -> None:
    for who in (ANN, BEN):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    upper = posts(ANN, 20)
    store.append([part(upper, 10, 20), posts(BEN, 3)], NOW_MS)
    assert store.gave_way() == []
    late = sign_run(ANN.feed, 1, None, [upper.times[-1]], [b"\x80"])
    assert store.append([late], NOW_MS) == [late]
    assert store.gave_way() == [ANN.feed.public]
    assert store.gave_way() == []


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_an_origin_is_that_of_the_post_that_is_left(
    monkeypatch: pytest.MonkeyPatch, store: Store, chunk: int
) -> None:
    """However many entries are removed at a time, and wherever in them the origin was."""
    monkeypatch.setattr(removal, "_CHUNK", chunk)
    other = author(1, device=1)
    store.add_own(ANN.grant, NOW_MS)
    store.add_grant(other.grant)
    imported = [Post("one"), Post("two", origin="o"), *[Post("more")] * 4]
    lost, kept = run_of(ANN, imported), run_of(other, [Post("kept", origin="o")])
    store.append([lost, kept], NOW_MS)
    assert store.import_origins() == {"o": reference(ANN, lost, 2)}
    store.add_statements([sign_revoke(ANN.account, ANN.feed.public, 1, lost.ids[0])], NOW_MS)
    assert store.import_origins() == {"o": reference(other, kept, 1)}
    assert [entry.id for entry in store.arrived_after(0)] == [lost.ids[0], kept.tip]
    assert store.check(None, lambda _: None).errors == ()


def test_removing_what_the_disk_has_lost_gives_no_place_again(path: Path) -> None:
    lost = posts(BEN, 9)
    with open_store(path) as store:
        store.follow(BEN.account.public, None, NOW_MS)
        store.add_grant(BEN.grant)
        store.append([lost], NOW_MS)
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM entries WHERE seq > 5")
        db.commit()
    with open_store(path) as store:
        said = sign_revoke(BEN.account, BEN.feed.public, 5, lost.ids[4])
        assert store.add_statements([said], NOW_MS) == [True]
        assert store.last_arrival() == 5
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count, highest FROM removed").fetchall() == [(0, 0)]
