"""A flipped bit in any column of any table is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import Follow, Post, Profile, React
from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.discovery.address_book.known_codec import KnownRow
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_storage.interface.network.invite_records import AcceptedInvite, OwnInvite
from sayso_storage.interface.store import Store, StoreError
from sayso_storage.sqlite import SqliteStore, open_store

from ...makers import NOW_MS, account_key, after, author, part, posts, reference, run_of

pytestmark = pytest.mark.usefixtures("one_turn")

ANNA, BERT, CARA = author(1), author(2), author(3)


def filled(path: Path) -> None:
    """A store with at least one row in every table, gaps and late dates included."""
    store = open_store(path)
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, f"pet {one.account.public[0]}", NOW_MS)
        store.add_grant(one.grant)
    run = posts(BERT, 9)
    store.append([part(run, 1, 3), part(run, 6, 9)], NOW_MS)
    body = bytes(run.bodies[4])
    absent = RawRun(
        run.feed,
        5,
        run.ids[3],
        run.times[4:5],
        [(len(body), body_hash(body))],
        run.signatures[4:5],
    )
    quote = Post("x", tags=("t",), quote=reference(BERT, run, 3))
    other = run_of(CARA, [Profile("c"), quote, Follow(ANNA.account.public)])
    answer = Post(
        "answer", reply=reference(BERT, run, 2), quote=reference(BERT, run, 3), origin="o:1"
    )
    store.append([other, run_of(ANNA, [answer], start_ms=NOW_MS * 2)], NOW_MS + 1)
    store.append([verify_run(absent, tip=run.ids[4])], NOW_MS + 2)
    store.append(
        [after(CARA, other, [React(reference(BERT, run, 2), "+")]), posts(CARA, 2, text="fork")],
        NOW_MS + 3,
    )
    assert store.index_words() > 0
    say_something(store, run, other)
    keep_invites(store)
    keep_peers(store)
    assert errors(store) == ()
    store.close()


def keep_peers(store: Store) -> None:
    store.book_secret(bytes(32))
    store.save_known_peers([KnownRow("p", True, False, True, NOW_MS, 1, b"record", b"rows")], [])
    store.save_carriers([(BERT.account.public, "p", NOW_MS)])


def keep_invites(store: Store) -> None:
    store.add_invite(OwnInvite(b"token!", NOW_MS, "b", NOW_MS + 9, True, True, "l", NOW_MS + 1))
    store.add_invite(OwnInvite(b"other!", NOW_MS))
    store.admit_guest(b"other!", bytes(32), None, NOW_MS)
    key = CARA.account.public
    store.accept_invite(AcceptedInvite(key, b"l", CARA.grant.next_key_hash, b"a", NOW_MS))


def say_something(store: Store, run: Run, other: Run) -> None:
    """Ends, a rotation, a proof, and entries that are removed for it."""
    device = author(2, device=1)
    store.add_grant(device.grant)
    store.append([posts(device, 3)], NOW_MS + 4)
    ends = [(device.feed.public, 2, posts(device, 3).ids[1]), (run.feed, 9, run.tip)]
    proof = fork_of(posts(CARA, 2, text="fork"), other)
    assert proof is not None
    said: list[Attestation] = [
        sign_rotate(account_key(2, 1), BERT.account.public, ends),
        proof,
        sign_revoke(CARA.account, author(3, device=1).feed.public, 0, None),
    ]
    assert store.add_statements(said, NOW_MS + 5) == [True, True, True]
    later = author(3, device=2)
    store.add_grant(later.grant)
    store.append([posts(later, 1)], NOW_MS + 6)


def errors(store: Store) -> tuple[str, ...]:
    return store.check(None, lambda _: None).errors


def columns_of(path: Path) -> list[tuple[str, str]]:
    """Every stored column of every table; generated ones are not stored."""
    with sqlite3.connect(path) as db:
        tables = [
            name
            for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE type='table'")
            if not sql.startswith("CREATE VIRTUAL")
        ]
        return [
            (table, row[1]) for table in tables for row in db.execute(f"PRAGMA table_info({table})")
        ]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("check") / "store.db"
    filled(path)
    return path


def flipped(value: object) -> object:
    """The value with its lowest bit, or that of its last byte, the other way."""
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1:] or "a") ^ 1)
    assert isinstance(value, bytes)
    return value[:-1] + bytes([value[-1] ^ 1])


@long
def test_every_column_of_every_row(original: Path, tmp_path: Path) -> None:
    count = 0
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    store = open_store(path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    for table, column in columns_of(original):
        keys = [name for one, name in columns_of(original) if one == table]
        for rows in db.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall():
            row = dict(zip(keys, rows, strict=True))
            if row[column] is None or row[column] == b"":  # no bit to flip
                continue
            if table == "words_data" and row["id"] == 1:
                continue  # sums that FTS5 keeps for ranks, which nobody asks it for
            where = " AND ".join(f"{key} IS ?" for key in keys)
            changed = row | {column: flipped(row[column])}
            sets = ", ".join(f"{key} = ?" for key in keys)
            try:
                db.execute(f"UPDATE {table} SET {sets} WHERE {where}", [*changed.values(), *rows])
            except sqlite3.IntegrityError:
                continue  # would collide with another row: not a change that can be stored
            assert errors(store), f"{table}.{column} of {row}"
            db.execute(f"UPDATE {table} SET {sets} WHERE {where}", [*rows, *changed.values()])
            count += 1
    assert errors(store) == ()
    assert count > 150
    store.close()
    db.close()


@pytest.mark.parametrize(
    "table",
    [
        "entries",
        "absent",
        "replies",
        "tags",
        "acts",
        "origins",
        "held",
        "batches",
        "ends",
        "removed",
    ],
)
def test_a_missing_row_is_found(original: Path, tmp_path: Path, table: str) -> None:
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    with sqlite3.connect(path) as db:
        keys = {"held": "first", "batches": "first", "ends": "feed", "removed": "one"}
        key = keys.get(table, "arrival")
        db.execute(f"DELETE FROM {table} WHERE {key} = (SELECT min({key}) FROM {table})")
    db.close()
    store = open_store(path)
    assert errors(store)
    store.close()


ODD_ROWS = {
    "UPDATE ends SET seq = 1, id = zeroblob(32)": "ends elsewhere than its account says",
    "DELETE FROM statements WHERE kind = 'rotate'": "ends elsewhere than its account says",
    "UPDATE feeds SET forked_at = NULL": "fork proof is not accounted for",
    "UPDATE held SET last = last + 1": "not what the feed's end leaves",
    "UPDATE held SET top = zeroblob(32)": "not what the feed's end leaves",
    "UPDATE statements SET about = zeroblob(32)": "says something else than its row",
    "UPDATE statements SET account = 1": "says something else than its row",
    "UPDATE statements SET kind = 'rotate' WHERE kind = 'revoke'": "of another type",
    "UPDATE statements SET kind = 'revoke' WHERE kind = 'fork'": "stored statement is damaged",
    "UPDATE statements SET wire = (SELECT wire FROM feeds)": "stored statement is damaged",
    "UPDATE feeds SET next_key_hash = zeroblob(32)": "not the one that was promised",
    "UPDATE removed SET count = count + 1": "removed entries included",
    "UPDATE removed SET highest = 99": "removed entries included",
}


@pytest.mark.parametrize("query", ODD_ROWS)
def test_what_statements_decided_is_worked_out_again(
    original: Path, tmp_path: Path, query: str
) -> None:
    """Beside the seals, which find all of these too."""
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    with sqlite3.connect(path) as db:
        db.execute(query)
    db.close()
    store = open_store(path)
    assert any(ODD_ROWS[query] in line for line in errors(store)), errors(store)
    store.close()


def test_a_statement_that_nobody_signed_is_found(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    sound = sign_revoke(BERT.account, BERT.feed.public, 0, None)
    other = sign_revoke(BERT.account, BERT.feed.public, 3, bytes(32))
    for planted in (
        replace(sound, wire=bytes(sound.wire[:-1]) + b"x"),
        replace(sound, feed=CARA.feed.public),
        replace(other, wire=sound.wire, seq=0, id=bytes(32), feed=ANNA.feed.public),
    ):
        before = len(errors(store))
        assert store.add_statements([planted], NOW_MS) == [True]
        assert len(errors(store)) == before + 1


def test_a_statement_that_rotted_comes_again(sqlite: SqliteStore) -> None:
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    said = sign_revoke(BERT.account, BERT.feed.public, 0, None)
    assert sqlite.add_statements([said], NOW_MS) == [True]
    with sqlite._database.writing(durable=False) as db:
        db.execute("UPDATE statements SET wire = zeroblob(9)")
    assert sqlite.statements_of(BERT.account.public) == sqlite.statements_since(0) == []
    assert len(errors(sqlite)) == 3  # the seal, the statement, and the end without one
    assert sqlite.add_statements([said], NOW_MS) == [True]
    assert sqlite.statements_of(BERT.account.public) == [said]
    assert errors(sqlite) == ()


def test_errors_name_feed_and_number(original: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shutil.copy(original, path)
    with sqlite3.connect(path) as db:
        db.execute(
            "UPDATE entries SET body = CAST(body || x'00' AS BLOB) WHERE feed = 2 AND seq = 7"
        )
    db.close()
    store = open_store(path)
    (error, *_) = errors(store)
    assert error.startswith("feed z6Mk")
    assert "entry 7" in error
    result = store.check(CARA.account.public, lambda _: None)
    assert (result.feeds, result.entries) == (2, 5)
    assert result.errors == ()
    store.close()


@long
def test_flipped_bits_in_the_file_never_pass_for_a_sound_store(
    original: Path, tmp_path: Path
) -> None:
    """Bits of pages: found by the check, refused at opening, or in bytes without meaning."""
    chance = random.Random(7)
    sound = original.read_bytes()
    path = tmp_path / "store.db"
    before = reading(original)
    used = [place for place, byte in enumerate(sound) if byte]  # most of a page is empty
    found = 0
    for _ in range(150):
        data = bytearray(sound)
        place = chance.choice(used)
        data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            store = open_store(path)
        except StoreError:
            found += 1
            continue
        wrong = errors(store)
        store.close()
        if wrong:
            found += 1
        else:
            assert reading(path) == before
        for leftover in tmp_path.glob("store.db-*"):
            leftover.unlink()
    assert found > 100


def reading(path: Path) -> object:
    store = open_store(path)
    try:
        return store.arrived_after(0), store.subscriptions(), store.import_origins()
    finally:
        store.close()
