"""Pages of notifications by arrival: what does not count costs little."""

from __future__ import annotations

from tests.storage.makers import NOW_MS, START_MS, author, posts, reference, run_of

from sayso_protocol.content.body import React
from sayso_storage.sqlite.store import SqliteStore


def test_what_does_not_count_is_read_in_growing_batches(sqlite: SqliteStore) -> None:
    """Each read of `named` goes through all of it, and anybody may change his mind a thousand
    times: as many reads as pages would fit into it would take hours."""
    anna, bert, cara = author(1), author(2), author(3)
    own = posts(anna, 1)
    sqlite.add_own(anna.grant, NOW_MS)
    sqlite.append([own], NOW_MS)
    for number, (who, times) in enumerate(((cara, 1), (bert, 500))):
        sqlite.follow(who.account.public, None, NOW_MS)
        sqlite.add_grant(who.grant)
        reactions = [React(reference(anna, own, 1), "x") for _ in range(times)]
        start_ms = START_MS + number * 1000
        sqlite.append([run_of(who, reactions, start_ms=start_ms)], NOW_MS)
    told: list[str] = []
    with sqlite._database.reading() as db:
        db.set_trace_callback(told.append)
    found = sqlite.arrived_notifications(2)
    with sqlite._database.reading() as db:
        db.set_trace_callback(None)
    assert [one.entry.account for one in found] == [bert.account.public, cara.account.public]
    reads = [one for one in told if "FROM named WHERE arrival" in one]
    assert 1 < len(reads) < 8
