"""The address book in a store: both stores keep the same through any history."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.discovery.address_book.known_codec import KnownRow
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

from .makers import EPOCH

SECRET, LATER = b"s" * 32, b"l" * 32
ROW = KnownRow("peer", True, False, True, 7, 8, b"record", b"addresses")

PEERS = st.sampled_from(["a", "b", "c"])
NUMBERS = st.integers(0, 2**62)
ROWS = st.builds(
    KnownRow,
    PEERS,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    NUMBERS,
    NUMBERS,
    st.binary(max_size=20),
    st.binary(max_size=20),
)
CARRIED = st.tuples(
    st.sampled_from([b"x" * 32, b"y" * 32]), PEERS, st.one_of(st.none(), st.integers(0, 2**62))
)
STEPS = st.one_of(
    st.tuples(st.just("peers"), st.lists(ROWS, max_size=3), st.lists(PEERS, max_size=2)),
    st.tuples(st.just("carriers"), st.lists(CARRIED, max_size=3), st.just([])),
)


def test_the_first_secret_stays(store: Store) -> None:
    assert store.book_secret(SECRET) == SECRET
    assert store.book_secret(LATER) == SECRET


@long
@given(st.lists(STEPS, max_size=12))
@examples(60, deadline=None)
def test_both_stores_keep_the_same(steps: list[tuple[str, list[object], list[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, MemoryStore(EPOCH) as memory:
        path = Path(folder) / "home" / "store.db"
        for kind, changes, gone in steps:
            with open_store(path) as sqlite:
                for store in (memory, sqlite):
                    if kind == "peers":
                        store.save_known_peers(changes, gone)  # type: ignore[arg-type]
                    else:
                        store.save_carriers(changes)  # type: ignore[arg-type]
        with open_store(path) as sqlite:
            assert sqlite.known_peers() == memory.known_peers()
            assert sqlite.carriers() == memory.carriers()
            assert sqlite.check(None, lambda _: None).errors == ()


def test_damaged_rows_are_as_good_as_none_and_are_found(path: Path) -> None:
    with open_store(path) as store:
        store.book_secret(SECRET)
        store.save_known_peers([ROW, ROW._replace(peer_id="other")], [])
        store.save_carriers([(b"x" * 32, "peer", 5), (b"y" * 32, "peer", 6)])
        with store._database.writing(durable=True) as db:
            db.execute("UPDATE known_peers SET chosen = 0 WHERE peer = 'other'")
            db.execute("UPDATE carriers SET at_ms = 9 WHERE account = ?", (b"x" * 32,))
            db.execute("UPDATE book SET secret = ?", (LATER,))
        assert store.known_peers() == [ROW]
        assert store.carriers() == [(b"y" * 32, "peer", 6)]
        found = " ".join(store.check(None, lambda _: None).errors)
        assert all(table in found for table in ("known_peers", "carriers", "book"))
        assert store.book_secret(LATER) == LATER
