"""Retractions in SQLite: what they name, what shows them, and what is blank by them; inside the
caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sayso_protocol.absence import Retraction
from sayso_protocol.content.body import Reference

from ....index.retraction_proof import pack_proof
from ....interface.content.retractions import Blank
from ....interface.withholding import ranges_of
from ....validation.statement_rules import family
from ...sql.checksum import checksum
from ..accounts.successors import successors

UNPROVEN: Final = 0
PROVEN: Final = 1
RELEASED: Final = 2
"""States of what is blank; the SQL that makes the table has the same numbers."""

_NOTE = "REPLACE INTO retractions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NOTE_PROOF = "INSERT INTO retractions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"

_WITHIN = """
    SELECT DISTINCT of_seq, of_id, account FROM retractions
    WHERE of_feed = ? AND of_seq BETWEEN ? AND ? AND of_account = ?"""

_OF_ENTRY = """
    SELECT account FROM retractions
    WHERE of_feed = ? AND of_seq = ? AND of_id = ? AND of_account = ?"""

_BY_ENTRY = """
    SELECT of_account, of_feed, of_seq, of_id FROM retractions WHERE feed = ? AND """

_BLANK = "SELECT seq, state FROM blank WHERE feed = ? AND seq BETWEEN ? AND ? ORDER BY seq"

_EVER = 1 << 62


class Named(NamedTuple):
    """An entry that a retraction names, which counts if it is of the same account."""

    account: bytes
    reference: Reference


def is_any(db: sqlite3.Connection) -> bool:
    """Whether any retraction is known."""
    return db.execute("SELECT 1 FROM retractions LIMIT 1").fetchone() is not None


def note(
    db: sqlite3.Connection,
    account: bytes,
    entry: tuple[bytes, int, bytes],
    of: Sequence[Reference],
) -> None:
    """Note a retraction that is held: an entry given as feed, number and id."""
    rows = ((one.feed, one.seq, one.id, one.account, account, *entry, None) for one in of)
    db.executemany(_NOTE, rows)


def note_proof(db: sqlite3.Connection, said: Retraction) -> None:
    """Note a retraction that was shown by a proof; nothing changes where it is held."""
    proof = pack_proof(said.proof)
    entry = said.feed, said.seq, said.id
    rows = (
        (one.feed, one.seq, one.id, one.account, said.account, *entry, proof) for one in said.of
    )
    db.executemany(_NOTE_PROOF, rows)


def named_within(
    db: sqlite3.Connection, account: bytes, feed: bytes, first: int, last: int
) -> set[tuple[int, bytes]]:
    """Number and id of each entry in a range of an account's feed that counts as taken back."""
    rows = db.execute(_WITHIN, (feed, first, last, account)).fetchall()
    if not rows:
        return set()
    one = set(family(account, successors(db)))
    return {(of_seq, of_id) for of_seq, of_id, by in rows if by in one}


def is_named(db: sqlite3.Connection, reference: Reference) -> bool:
    """Whether an entry counts as taken back, if its reference is right."""
    values = reference.feed, reference.seq, reference.id, reference.account
    by = {key for (key,) in db.execute(_OF_ENTRY, values)}
    return bool(by) and not by.isdisjoint(family(reference.account, successors(db)))


def named_of(db: sqlite3.Connection, entry_id: bytes) -> list[Reference]:
    """How retractions name an entry with this id."""
    query = "SELECT DISTINCT of_account, of_feed, of_seq, of_id FROM retractions WHERE of_id = ?"
    return [Reference(*row) for row in db.execute(query, (entry_id,))]


def every(db: sqlite3.Connection) -> list[Reference]:
    """All that retractions name."""
    query = "SELECT DISTINCT of_account, of_feed, of_seq, of_id FROM retractions"
    return [Reference(*row) for row in db.execute(query)]


def across_keys(db: sqlite3.Connection) -> list[Named]:
    """What retractions name under another key than their own: rotations say whether it counts."""
    query = """
        SELECT account, of_account, of_feed, of_seq, of_id FROM retractions
        WHERE account <> of_account"""
    return [Named(by, Reference(*row)) for by, *row in db.execute(query)]


def drop(
    db: sqlite3.Connection, feed: bytes, where: str, values: tuple[object, ...]
) -> list[Reference]:
    """Forget retractions in entries of a feed for which a condition holds; gives what they
    named."""
    named = [Reference(*row) for row in db.execute(_BY_ENTRY + where, (feed, *values))]
    if named:
        db.execute(f"DELETE FROM retractions WHERE feed = ? AND {where}", (feed, *values))  # noqa: S608 - fixed text
    return named


# --- what is blank ----------------------------------------------------------------------


def set_blank(
    db: sqlite3.Connection, number: int, seq: int, state: int, of: bytes | None = None
) -> None:
    """Note that an entry is blank, and why."""
    values = number, seq, state, of
    db.execute("REPLACE INTO blank VALUES (?, ?, ?, ?, ?)", (*values, checksum(*values)))


def state_of(db: sqlite3.Connection, number: int, seq: int) -> int | None:
    """The state of an entry that is blank."""
    query = "SELECT state FROM blank WHERE feed = ? AND seq = ?"
    row = db.execute(query, (number, seq)).fetchone()
    return None if row is None else int(row[0])


def edits_blank_with(db: sqlite3.Connection, entry_id: bytes) -> list[tuple[int, int]]:
    """The edits that are blank because what they change is, as feed and number."""
    query = "SELECT feed, seq FROM blank WHERE of = ? AND state = ?"
    return db.execute(query, (entry_id, UNPROVEN)).fetchall()


def to_remove(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """The entries that are blank and for which no retraction counts, as feed and number."""
    query = "SELECT feed, seq FROM blank WHERE state = ? ORDER BY feed, seq"
    return db.execute(query, (RELEASED,)).fetchall()


def blank_within(db: sqlite3.Connection, number: int, first: int, last: int) -> Blank:
    """See `Store.blank_within`."""
    rows = db.execute(_BLANK, (number, first, last)).fetchall()
    proven = ranges_of(seq for seq, state in rows if state == PROVEN)
    return Blank(proven, ranges_of(seq for seq, state in rows if state != PROVEN))


def blank(db: sqlite3.Connection, wanted: Iterable[bytes] | None) -> dict[bytes, Blank]:
    """See `Store.blank`."""
    chosen = None if wanted is None else set(wanted)
    query = "SELECT f.number, f.key FROM feeds f WHERE f.number IN (SELECT feed FROM blank)"
    return {
        key: blank_within(db, number, 1, _EVER)
        for number, key in db.execute(query).fetchall()
        if chosen is None or key in chosen
    }
