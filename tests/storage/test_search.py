"""Search on both stores: what is found, in which order, and what is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import Edit, KnownBody, Post, Profile
from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_storage.index import body_facts, shown_version
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.search import coverage
from sayso_storage.search.query import Phrase, SearchQuery, phrase_of
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.file.errors import explain
from sayso_storage.sqlite.words import text_search, word_index

from .makers import EPOCH, NOW_MS, START_MS, STEP_MS, account_key, after, author, reference, run_of

pytestmark = pytest.mark.usefixtures("one_turn")

ANNA, BERT, CARA = author(1), author(2), author(3)
EVERYTHING = TimelineQuery(limit=10**6)


def phrase(text: str) -> Phrase:
    found = phrase_of(text, begun=text.endswith("*"))
    assert found is not None
    return found


def look_for(*texts: str, without: tuple[str, ...] = ()) -> SearchQuery:
    """Terms of which all must be there."""
    return SearchQuery(tuple((phrase(text),) for text in texts), tuple(map(phrase, without)))


def texts_of(store: Store, wanted: SearchQuery, query: TimelineQuery = EVERYTHING) -> list[str]:
    return [body_facts.texts_of(entry.body)[0] for entry in store.search(wanted, query)]


def say(store: Store, *texts: str) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    store.append([run_of(BERT, [Post(text) for text in texts])], NOW_MS)


def say_more(store: Store, *texts: str) -> None:
    """As `say`, after what was said before."""
    [last] = store.timeline(TimelineQuery(limit=1, account=BERT.account.public))
    bodies: list[KnownBody] = [Post(text) for text in texts]
    more = run_of(BERT, bodies, first=last.seq + 1, previous=last.id, start_ms=last.time_ms + 1)
    store.append([more], NOW_MS)


LINES = [
    "Fresh bread at the harbour",
    "The harbour master sells no bread, fresh or not",
    "Brot und Straße, naïve CAFÉ",
    "我是中国人",
    "中 国",
    "日本語のテキストを検索",
    "ฉันรักกรุงเทพ",
    "كتاب جديد",
    "सड़क पर भीड़",
    "good morning 🌻🌻 @anna_b #Tag",
    "x" * 80,
]

FOUND = {
    ("bread",): [1, 0],
    ("BREAD", "harbour"): [1, 0],
    ("fresh bread",): [0],
    ("bread fresh",): [1],
    ("harb*",): [1, 0],
    ("harb",): [],
    ("strasse",): [2],
    ("cafe", "naive"): [2],
    ("中国",): [3],
    ("国",): [4, 3],
    ("人",): [3],
    ("中国人",): [3],
    ("国中",): [],
    ("検索",): [5],
    ("กรุงเทพ",): [6],
    ("كِتاب",): [7],
    ("भीड़",): [8],
    ("🌻",): [9],
    ("@anna_b",): [9],
    ("#tag",): [9],
    ("x" * 80,): [10],
    ("nothing",): [],
}


@pytest.mark.parametrize("wanted", FOUND)
def test_what_is_found(store: Store, wanted: tuple[str, ...]) -> None:
    say(store, *LINES)
    assert texts_of(store, look_for(*wanted)) == [LINES[at] for at in FOUND[wanted]]


def test_without_and_one_of(store: Store) -> None:
    say(store, "a b c", "a c b", "a d", "e")
    assert texts_of(store, look_for("a", without=("b",))) == ["a d"]
    assert texts_of(store, look_for("a", without=("b c",))) == ["a d", "a c b"]
    either = SearchQuery(((phrase("d"), phrase("e"), phrase("b c")),))
    assert texts_of(store, either) == ["e", "a d", "a b c"]
    assert texts_of(store, SearchQuery((*either.all_of, (phrase("a"),)))) == ["a d", "a b c"]


def test_only_posts_that_a_timeline_shows(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    own: list[KnownBody] = [Profile("word"), Post("word own", tags=("t",))]
    store.append([run_of(ANNA, own, start_ms=START_MS - STEP_MS // 2)], NOW_MS)
    say(store, "word first", "word second")
    wanted = look_for("word")
    assert texts_of(store, wanted) == ["word second", "word own", "word first"]
    by = TimelineQuery(account=BERT.account.public)
    assert texts_of(store, wanted, by) == ["word second", "word first"]
    assert texts_of(store, wanted, TimelineQuery(tag="T")) == ["word own"]
    assert texts_of(store, wanted, TimelineQuery(limit=0)) == []
    newest = store.search(wanted, TimelineQuery(limit=1, account=BERT.account.public))
    older = TimelineQuery(before=newest[0].place, account=BERT.account.public)
    assert texts_of(store, wanted, older) == ["word first"]
    late = TimelineQuery(since_ms=newest[0].sort_ms, account=BERT.account.public)
    assert texts_of(store, wanted, late) == ["word second"]
    store.unfollow(BERT.account.public)
    assert texts_of(store, wanted) == ["word own"]
    assert texts_of(store, wanted, by) == ["word second", "word first"]


def test_what_is_not_held_is_not_found(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    run = run_of(BERT, [Post("word one"), Post("word two")])
    body = bytes(run.bodies[1])
    bodies = [run.bodies[0], (len(body), body_hash(body))]
    raw = RawRun(run.feed, 1, None, run.times, bodies, run.signatures)
    store.append([verify_run(raw)], NOW_MS)
    assert texts_of(store, look_for("word")) == ["word one"]


def test_what_is_removed_is_not_found(store: Store) -> None:
    say(store, "word one", "word two", "wörd three, 中国")
    assert len(texts_of(store, look_for("word"))) == 3
    first = store.search(look_for("one"), EVERYTHING)[0]
    store.add_statements([sign_revoke(BERT.account, BERT.feed.public, 1, first.id)], NOW_MS)
    assert texts_of(store, look_for("word")) == ["word one"]
    assert texts_of(store, look_for("中国")) == []
    assert store.check(None, lambda _: None).errors == ()


def test_an_account_is_found_with_its_successor(store: Store) -> None:
    say(store, "word old")
    [old] = store.search(look_for("word"), EVERYTHING)
    ends = [(BERT.feed.public, 1, old.id)]
    said = sign_rotate(account_key(2, 1), BERT.account.public, ends)
    assert store.add_statements([said], NOW_MS) == [True]
    heir = author(2, generation=1)
    store.add_grant(heir.grant)
    store.append([run_of(heir, [Post("word new")], start_ms=START_MS + 10**6)], NOW_MS)
    for query in (EVERYTHING, TimelineQuery(account=heir.account.public)):
        assert texts_of(store, look_for("word"), query) == ["word new", "word old"]


def test_a_warning_is_searched_as_the_text_is(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    posts = [
        Post("long day", warn="casino, gambling"),
        Post("gambling day"),
        Post("a", warn="Gämbling"),
    ]
    store.append([run_of(BERT, list(posts))], NOW_MS)
    assert texts_of(store, look_for("gambling")) == ["a", "gambling day", "long day"]
    assert texts_of(store, look_for("day", "casino")) == ["long day"]
    assert texts_of(store, look_for("day casino")) == []  # a phrase stands in one of the two
    assert texts_of(store, look_for("casino", without=("day",))) == []
    assert store.check(None, lambda _: None).errors == ()


# --- the index -----------------------------------------------------------------------------


def test_the_index_is_filled_in_batches_and_tells_how_far_it_is(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "BATCH", 4)
    say(sqlite, *(f"word {n}" for n in range(10)))
    assert sqlite.unindexed() == 10
    assert (sqlite.index_words(), sqlite.unindexed()) == (4, 6)
    assert len(sqlite.search(look_for("word"), EVERYTHING)) == 10
    assert [sqlite.index_words() for _ in range(3)] == [4, 2, 0]
    assert sqlite.unindexed() == 0
    assert len(sqlite.search(look_for("word"), EVERYTHING)) == 10


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_index, "BATCH", 3)
    monkeypatch.setattr(coverage, "SMALL_GAP", 5)


def words_of_index(store: SqliteStore) -> set[int]:
    """The places of the posts that the index itself knows by a word that all of them have."""
    with store._database.reading() as db:
        return {row[0] for row in db.execute("SELECT rowid FROM words WHERE words MATCH 'word'")}


@pytest.mark.usefixtures("_small_batches")
def test_what_is_newest_is_indexed_first(sqlite: SqliteStore) -> None:
    say(sqlite, *(f"word {n}" for n in range(12)))
    assert sqlite.index_words() == 3
    assert words_of_index(sqlite) == {10, 11, 12}
    say_more(sqlite, "word more")
    assert sqlite.index_words() == 1
    assert words_of_index(sqlite) == {10, 11, 12, 13}
    assert sqlite.index_words() == 3
    assert words_of_index(sqlite) == set(range(7, 14))
    while sqlite.index_words():
        pass
    assert words_of_index(sqlite) == set(range(1, 14))
    assert sqlite.check(None, lambda _: None).errors == ()


@pytest.mark.usefixtures("_small_batches")
def test_of_what_is_not_indexed_the_newest_are_found_all_the_same(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "UNINDEXED", 2)
    monkeypatch.setattr(text_search, "READ_COST", 10**6)
    say(sqlite, *(f"word {n}" for n in range(12)))
    assert texts_of(sqlite, look_for("word")) == ["word 11", "word 10"]
    sqlite.index_words()
    found = [f"word {n}" for n in range(11, 6, -1)]
    assert texts_of(sqlite, look_for("word")) == found
    assert texts_of(sqlite, look_for("word"), TimelineQuery(limit=1)) == found[:1]
    assert texts_of(sqlite, look_for("word", without=("8",))) == [*found[:3], found[4]]
    assert sqlite.unindexed() == 9


@pytest.mark.usefixtures("_small_batches")
def test_a_removed_entry_leaves_the_ranges_above_the_beginning(sqlite: SqliteStore) -> None:
    say(sqlite, *(f"word {n}" for n in range(12)))
    sqlite.index_words()
    [kept] = sqlite.search(look_for("10"), EVERYTHING)
    said = sign_revoke(BERT.account, BERT.feed.public, kept.seq, kept.id)
    sqlite.add_statements([said], NOW_MS)
    assert words_of_index(sqlite) == {10, 11}
    assert sqlite.check(None, lambda _: None).errors == ()
    while sqlite.index_words():
        pass
    assert sqlite.check(None, lambda _: None).errors == ()


@long
@examples(15)
@given(
    st.lists(st.one_of(st.integers(1, 8), st.just("index")), max_size=12),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_the_index_covers_everything_in_the_end_in_whatever_order(
    steps: list[int | str], small_gap: int, most_ranges: int
) -> None:
    with (
        TemporaryDirectory() as folder,
        open_store(Path(folder) / "store.db") as sqlite,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(word_index, "BATCH", 3)
        patch.setattr(coverage, "SMALL_GAP", small_gap)
        patch.setattr(coverage, "MOST_RANGES", most_ranges)
        say(sqlite, "word first")
        count = 1
        for step in steps:
            if isinstance(step, str):
                sqlite.index_words()
            else:
                say_more(sqlite, *(f"word {n}" for n in range(step)))
                count += step
            indexed = words_of_index(sqlite)
            assert len(indexed) == count - sqlite.unindexed()
            assert len(texts_of(sqlite, look_for("word"))) == count
        left, done = sqlite.unindexed(), 0
        while some := sqlite.index_words():
            done += some
        assert (done, sqlite.unindexed()) == (left, 0)
        assert words_of_index(sqlite) == set(range(1, count + 1))
        assert sqlite.check(None, lambda _: None).errors == ()


RANGES = st.lists(st.integers(0, 40), min_size=2, max_size=12, unique=True).map(
    lambda ends: list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@examples(100)
@given(RANGES, st.integers(0, 50))
def test_gaps_are_what_ranges_leave(covered: list[tuple[int, int]], last: int) -> None:
    inside = {place for after, end in covered for place in range(after + 1, end + 1)}
    left = {
        place for after, end in coverage.gaps(covered, last) for place in range(after + 1, end + 1)
    }
    assert left == set(range(1, last + 1)) - inside
    assert all(coverage.covers(covered, place) == (place in inside) for place in range(1, 50))


def test_damaged_ranges_count_for_nothing(path: Path) -> None:
    with open_store(path) as store:
        say(store, "word one", "word two")
        store.index_words()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE indexed SET arrival = -3")
    db.execute("INSERT INTO indexed_above (last, after) VALUES (2, -7)")
    db.close()
    with open_store(path) as store:
        assert store.unindexed() == 2


def test_entries_that_are_removed_before_they_are_indexed(sqlite: SqliteStore) -> None:
    say(sqlite, "word one", "word two")
    sqlite.add_statements([sign_revoke(BERT.account, BERT.feed.public, 0, None)], NOW_MS)
    assert sqlite.unindexed() == 0
    assert texts_of(sqlite, look_for("word")) == []
    assert sqlite.check(None, lambda _: None).errors == ()


DAMAGE = [
    "DELETE FROM words_data",
    "DELETE FROM words_config",
    "UPDATE words_config SET v = 5",
    "UPDATE words_data SET block = substr(block, 1, length(block) - 5)",
    "UPDATE words_data SET block = x'' WHERE id > 10",
]
QUIET_DAMAGE = [
    "UPDATE words_data SET block = zeroblob(20)",
    "INSERT INTO words (words) VALUES ('delete-all')",
    "INSERT INTO words (rowid, text) VALUES (3, 'more')",
    "INSERT INTO words (words, rowid, text) VALUES ('delete', 1, 'bread')",
]


@pytest.fixture
def spoilt(path: Path, request: pytest.FixtureRequest) -> Iterator[SqliteStore]:
    """A store with `LINES` whose index is damaged then."""
    with open_store(path) as store:
        say(store, *LINES)
        assert store.index_words() == len(LINES)
        assert store.check(None, lambda _: None).errors == ()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(request.param)
    db.close()
    with open_store(path) as store:
        yield store


@long
@pytest.mark.parametrize("spoilt", DAMAGE + QUIET_DAMAGE, indirect=True)
def test_damage_of_the_index_is_told_and_mended(spoilt: SqliteStore) -> None:
    found = spoilt.check(None, lambda _: None)
    assert found.words_damaged
    assert [line.partition(":")[0] for line in found.errors] == ["the index of words"]
    spoilt.forget_words()
    assert spoilt.check(None, lambda _: None).errors == ()
    assert texts_of(spoilt, look_for("harbour", "bread")) == [LINES[1], LINES[0]]


@pytest.mark.parametrize("spoilt", DAMAGE, indirect=True)
def test_a_search_makes_a_damaged_index_anew(spoilt: SqliteStore) -> None:
    assert spoilt.search(look_for("fresh bread"), EVERYTHING)
    assert spoilt.index_words() == len(LINES)
    assert spoilt.check(None, lambda _: None).errors == ()


@pytest.mark.parametrize("spoilt", DAMAGE, indirect=True)
def test_a_damaged_index_stops_no_write(spoilt: SqliteStore) -> None:
    spoilt.follow(CARA.account.public, None, NOW_MS)
    spoilt.add_grant(CARA.grant)
    spoilt.append([run_of(CARA, [Post("more")])], NOW_MS)
    first = spoilt.arrived_after(0)[0]
    said = sign_revoke(BERT.account, BERT.feed.public, 1, first.id)
    assert spoilt.add_statements([said], NOW_MS) == [True]
    assert spoilt.index_words() > 0
    assert texts_of(spoilt, look_for("more")) == ["more"]
    assert texts_of(spoilt, look_for("harbour")) == [LINES[0]]
    assert spoilt.check(None, lambda _: None).errors == ()


@pytest.mark.parametrize("spoilt", QUIET_DAMAGE[:3], indirect=True)
def test_a_damaged_index_finds_nothing_that_is_not_there(spoilt: SqliteStore) -> None:
    assert texts_of(spoilt, look_for("more")) == []


def test_a_sqlite_without_fts5_is_refused(tmp_path: Path) -> None:
    error = sqlite3.OperationalError("no such module: fts5")
    assert "FTS5" in str(explain(error, tmp_path))


# --- the oracle ----------------------------------------------------------------------------

VOCABULARY = ["a", "b", "ab", "abc", "é", "中", "国", "中国", "国中中", "🌻", "x-y", "A", "of the"]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(" ".join)
PHRASES = st.builds(lambda text, star: phrase(text + "*" * star), TEXTS, st.booleans())
TERMS = st.builds(
    SearchQuery,
    st.lists(st.lists(PHRASES, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(
        tuple
    ),
    st.lists(PHRASES, max_size=2).map(tuple),
)
QUERIES = st.builds(
    TimelineQuery,
    limit=st.integers(0, 12),
    account=st.sampled_from([None, BERT.account.public, CARA.account.public]),
    tag=st.sampled_from([None, None, "t"]),
    since_ms=st.none() | st.integers(START_MS, START_MS + 30 * STEP_MS),
)


@long
@examples(60)
@given(
    st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=20),
    st.lists(st.tuples(TERMS, QUERIES), min_size=1, max_size=6),
    st.integers(1, 10**6),
    st.data(),
)
def test_every_way_finds_what_the_definition_says(
    texts: list[tuple[str, bool]],
    wishes: list[tuple[SearchQuery, TimelineQuery]],
    read_cost: int,
    data: st.DataObject,
) -> None:
    """Whichever of its ways the SQLite store takes, which the costs decide."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "store.db") as sqlite:
        memory = MemoryStore(EPOCH)
        bodies: list[KnownBody] = [Post(text, tags=("t",) * tag) for text, tag in texts]
        cut = data.draw(st.integers(0, len(bodies)))
        edits = data.draw(st.lists(st.tuples(st.integers(1, 20), TEXTS), max_size=4))
        for store in (memory, sqlite):
            for who, own in ((BERT, bodies[:cut]), (CARA, bodies[cut:])):
                store.follow(who.account.public, None, NOW_MS)
                store.add_grant(who.grant)
                if own:
                    run = run_of(who, own)
                    named = [(reference(who, run, min(n, len(own))), text) for n, text in edits]
                    said = [Edit(one, one, text) for one, text in named]
                    store.append([run, *([after(who, run, said)] if said else [])], NOW_MS)
        if data.draw(st.booleans()):
            while sqlite.index_words():
                pass
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_search, "READ_COST", read_cost % 9)
            patch.setattr(text_search, "PHRASE_COST", read_cost % 5)
            patch.setattr(text_search, "PAGE", 3)
            patch.setattr(text_search, "FIRST", 2)
            patch.setattr(text_search, "MOST_TOGETHER", 4)
            for wanted, query in wishes:
                assert sqlite.search(wanted, query) == memory.search(wanted, query)


# --- costs -----------------------------------------------------------------------------------


def cost(store: SqliteStore, wanted: SearchQuery, query: TimelineQuery) -> int:
    """Posts whose text is looked at."""
    looked = 0

    def note(body: bytes | None, edit: bytes | None) -> tuple[str, ...]:
        nonlocal looked
        looked += 1
        return shown_version.shown_texts(body, edit)

    store.search(wanted, query)  # so that all is indexed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_search, "shown_texts", note)
        store.search(wanted, query)
    return looked


@pytest.fixture
def large(sqlite: SqliteStore) -> SqliteStore:
    """3000 posts, all of which have `common`, a few `rare`, and of old ones all `old`."""
    texts = [
        f"common {'rare' if n % 500 == 0 else ''} {'old' if n < 1500 else ''}" for n in range(3000)
    ]
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    run = run_of(BERT, [Post(text) for text in texts[:500]])
    sqlite.append([run], NOW_MS)
    for at in range(500, 3000, 500):
        run = after(BERT, run, [Post(text) for text in texts[at : at + 500]], start_ms=START_MS)
        sqlite.append([run], NOW_MS)
    while sqlite.index_words():
        pass
    return sqlite


def test_a_search_looks_at_little_more_than_it_shows(large: SqliteStore) -> None:
    ten = TimelineQuery(limit=10)
    assert cost(large, look_for("common"), ten) <= text_search.PAGE
    assert cost(large, look_for("rare"), ten) == 6
    assert cost(large, look_for("common", "rare"), ten) == 6
    assert cost(large, look_for("nothing"), ten) == 0


def test_a_common_word_of_old_posts_alone_is_found_by_the_index_after_all(
    large: SqliteStore,
) -> None:
    ten = TimelineQuery(limit=10)
    assert len(large.search(look_for("old"), ten)) == 10
    assert cost(large, look_for("old"), ten) <= 4 * text_search.PAGE
