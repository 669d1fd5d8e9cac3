"""What is damaged on the disk is never given out as what its author said, and is repaired by what
a peer brings."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.content.body import Follow, KnownBody, Post, Profile, React
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import Run, verify_run
from sayso_storage.interface.store import (
    AlreadyHeld,
    FeedState,
    StoreDamaged,
    StoredEntry,
    TimelineQuery,
)
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.words import word_index

from ...makers import NOW_MS, author, part, posts, reference, run_of

pytestmark = pytest.mark.usefixtures("one_turn")

ANNA, BERT = author(1), author(2)
OWN = posts(ANNA, 3, text="own")
ON = reference(ANNA, OWN, 2)
BODIES: list[KnownBody] = [
    Profile("Bert"),
    Post("harbour one"),
    Post("harbour two", reply=ON, root=ON, mentions=(ANNA.account.public,)),
    React(ON, "+"),
    Follow(ANNA.account.public),
    Post("harbour three, tagged", tags=("garden",), quote=ON),
    Post("harbour four"),
]
RUN = run_of(BERT, BODIES)
TRUE = {
    run_id: body for run in (OWN, RUN) for run_id, body in zip(run.ids, run.bodies, strict=True)
}
COLUMNS = ("body", "signature", "id", "time_ms")
HARBOUR = SearchQuery(((Phrase(("harbour",), False),),), ())


def filled(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.publish(lambda _: OWN, NOW_MS)
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        store.append([RUN], NOW_MS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "store.db"
    filled(path)
    return path


@contextmanager
def copy_of(whole: Path, factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = factory.mktemp("copy")
    yield Path(shutil.copy(whole, folder / "store.db"))
    shutil.rmtree(folder)


def flip(path: Path, run: Run, seq: int, column: str = "body", bit: int = 77) -> None:
    """Flip a bit of an entry on the disk."""
    db = sqlite3.connect(path, isolation_level=None)
    db.create_function("seal", -1, lambda *_: 0)
    feed = db.execute("SELECT number FROM feeds WHERE key = ?", (run.feed,)).fetchone()[0]
    where = f"FROM entries WHERE feed = {feed} AND seq = {seq}"
    (value,) = db.execute(f"SELECT {column} {where}").fetchone()
    if isinstance(value, int):
        value ^= 1 << bit % 40
    else:
        value = bytearray(value)
        value[bit // 8 % len(value)] ^= 1 << bit % 8
    db.execute(f"UPDATE entries SET {column} = ? WHERE feed = {feed} AND seq = {seq}", (value,))
    db.close()


def everything(store: SqliteStore) -> list[StoredEntry]:
    """All that reading gives."""
    account = BERT.account.public
    shown = [one.id for one in store.arrived_after(0)]
    found = [
        *store.arrived_after(0),
        *store.shown_after(0),
        *store.timeline(TimelineQuery()),
        *store.timeline(TimelineQuery(account=account)),
        *store.timeline(TimelineQuery(tag="garden")),
        *store.search(HARBOUR, TimelineQuery()),
        *store.replies(ON.id, 10),
        *store.rooted(ON.id, 10),
        *(one.entry for one in store.notifications()),
        *(one for entry_id in shown if (one := store.entry(entry_id))),
        *(one for entry_id in shown for one in store.find_entries(entry_id.hex()[:10])),
    ]
    for kind in ("post", "profile", "react", "follow"):
        found += store.of_kind(account, kind)
        latest = store.latest(account, kind)
        found += [latest] if latest else []
    return found


def loaded(store: SqliteStore, run: Run) -> list[int]:
    """The numbers that are given out of a feed; fails where one is not what was signed."""
    numbers: list[int] = []
    last = run.last
    while last and (raw := store.load(run.feed, 1, last)) is not None:
        proven = verify_run(raw)
        assert proven.ids == run.ids[raw.first - 1 : raw.last]
        assert proven.bodies == run.bodies[raw.first - 1 : raw.last]
        numbers += range(raw.first, raw.last + 1)
        last = raw.first - 1
    return sorted(numbers)


@long
@examples(60)
@given(
    whose=st.sampled_from([OWN, RUN]),
    place=st.integers(0, 6),
    column=st.sampled_from(COLUMNS),
    bit=st.integers(0, 2000),
)
def test_no_flipped_bit_is_given_out(
    tmp_path_factory: pytest.TempPathFactory,
    whole: Path,
    whose: Run,
    place: int,
    column: str,
    bit: int,
) -> None:
    seq = place % len(whose) + 1
    with copy_of(whole, tmp_path_factory) as path:
        flip(path, whose, seq, column, bit)
        with open_store(path) as store:
            for entry in everything(store):
                assert entry.damaged or entry.body == TRUE[entry.id]
            other = RUN if whose is OWN else OWN
            assert loaded(store, other) == list(range(1, len(other) + 1))
            # With an id the entry that names it cannot be proven, either.
            lost = {seq, seq + 1} if column == "id" else {seq}
            assert loaded(store, whose) == sorted(set(range(1, len(whose) + 1)) - lost)
            assert store.damage_found
            # --- and it is repaired
            feed = whose.feed
            assert store.mark_damaged() == [feed]
            assert store.mark_damaged() == []
            assert store.mark_damaged(again=True) == [feed]
            assert store.damaged()[feed][0][0] == seq
            taken = store.append([whose, whose], NOW_MS)
            assert [type(one) for one in taken] == [AlreadyHeld] * 2
            assert store.damaged() == {}
            assert store.check(None, lambda _: None).errors == ()
            assert all(one.body == TRUE[one.id] for one in everything(store))
            assert loaded(store, whose) == list(range(1, len(whose) + 1))
            assert store.feed(feed).forked_at is None  # type: ignore[union-attr]


@pytest.mark.parametrize("indexed", ["before", "while damaged", "while its words are cut", "after"])
@pytest.mark.parametrize("bit", [8 * 14 + 1, 8 * 20 + 2, 3])
def test_words_are_those_of_what_was_said(
    tmp_path_factory: pytest.TempPathFactory, whole: Path, indexed: str, bit: int
) -> None:
    with copy_of(whole, tmp_path_factory) as path:
        if indexed == "before":
            with open_store(path) as store:
                assert store.index_words()
        flip(path, RUN, 7, bit=bit)
        with open_store(path) as store:
            if indexed == "while damaged":
                assert store.index_words()
            batch = word_index._read(store._database)
            assert (batch is None) is (indexed in ("before", "while damaged"))
            store.entry(RUN.ids[6])
            store.mark_damaged()
            store.append([part(RUN, 6, 7)], NOW_MS)
            if indexed == "while its words are cut" and batch is not None:
                with store._database.writing(durable=False) as db:
                    assert word_index._index(db, batch)
            while store.index_words():
                pass
            assert store.check(None, lambda _: None).errors == ()
            assert len(store.search(HARBOUR, TimelineQuery())) == 4


def test_what_is_another_entry_repairs_nothing(
    tmp_path_factory: pytest.TempPathFactory, whole: Path
) -> None:
    """Of one number, in another branch of the feed."""
    branch = posts(BERT, 7, text="another branch")
    with copy_of(whole, tmp_path_factory) as path:
        flip(path, RUN, 3)
        with open_store(path) as store:
            store.entry(RUN.ids[2])
            store.mark_damaged()
            assert isinstance(store.append([branch], NOW_MS)[0], Refused)
            assert list(store.damaged()) == [BERT.feed.public]
            entry = store.entry(RUN.ids[2])
            assert entry is not None
            assert entry.damaged


@long
@examples(40)
@given(
    whose=st.sampled_from([OWN, RUN]),
    place=st.integers(0, 4),
    bit=st.integers(0, 255),
    above=st.sampled_from(["sound", "damaged"]),
)
def test_a_flipped_bit_is_no_fork(
    tmp_path_factory: pytest.TempPathFactory,
    whole: Path,
    whose: Run,
    place: int,
    bit: int,
    above: str,
) -> None:
    """Of an id that nobody has read since, which an old bundle ends in."""
    seq = place % (len(whose) - 1) + 1
    with copy_of(whole, tmp_path_factory) as path:
        flip(path, whose, seq, "id", bit)
        if above == "damaged":
            flip(path, whose, seq + 1, bit=bit)
        with open_store(path) as store:
            for upto in range(len(whose), 0, -1):
                store.append([part(whose, 1, upto)], NOW_MS)
                assert store.feed(whose.feed).forked_at is None  # type: ignore[union-attr]
            if above == "damaged":
                assert seq not in loaded(store, whose)
                assert store.mark_damaged() == [whose.feed]
                store.append([whose], NOW_MS)
            store.append([whose], NOW_MS)
            assert loaded(store, whose) == list(range(1, len(whose) + 1))
            assert store.damaged() == {} and store.mark_damaged() == []


def test_the_own_head_is_repaired_before_anything_is_added(
    tmp_path_factory: pytest.TempPathFactory, whole: Path
) -> None:
    def more(state: FeedState) -> Run:
        return run_of(ANNA, [Post("more")], first=state.head + 1, previous=state.held[-1].top)

    with copy_of(whole, tmp_path_factory) as path:
        flip(path, OWN, 3)
        with open_store(path) as store:
            with pytest.raises(StoreDamaged, match="fetches it again"):
                store.publish(more, NOW_MS)
            assert store.mark_damaged() == [ANNA.feed.public]
            assert isinstance(store.append([OWN], NOW_MS)[0], AlreadyHeld)
            assert store.publish(more, NOW_MS).first == 4


def test_a_damaged_entry_is_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, whole: Path
) -> None:
    with copy_of(whole, tmp_path_factory) as path:
        before = [one.id for one in _read(path)]
        flip(path, RUN, 3)
        assert [one.id for one in _read(path)] == before
        [damaged] = [one for one in _read(path) if one.damaged]
        assert (damaged.id, damaged.body) == (RUN.ids[2], None)
        with open_store(path) as store:
            assert RUN.ids[2] in [one.id for one in store.replies(ON.id, 10)]
            assert RUN.ids[2] in [one.entry.id for one in store.notifications()]


def _read(path: Path) -> list[StoredEntry]:
    with open_store(path) as store:
        return store.timeline(TimelineQuery())
