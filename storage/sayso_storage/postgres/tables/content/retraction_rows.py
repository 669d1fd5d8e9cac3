"""Retractions in PostgreSQL: what they name, what shows them, and what is blank by them; inside the
caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sayso_protocol.absence import Retraction
from sayso_protocol.content.body import Reference

from ....index.retraction_proof import pack_proof
from ....interface.content.retractions import Blank
from ....interface.withholding import ranges_of
from ....validation.statement_rules import family
from ...server.connection import Connection
from .. import feed_rows
from ..accounts.successors import successors

UNPROVEN: Final = 0
PROVEN: Final = 1
RELEASED: Final = 2
"""States of what is blank; the SQL that makes the table has the same numbers."""

_INSERT = "INSERT INTO retractions VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_NOTE = f"""{_INSERT}
    ON CONFLICT (of_feed, of_seq, of_id, feed, seq, id) DO UPDATE
    SET of_account = excluded.of_account, account = excluded.account, proof = excluded.proof"""  # noqa: S608 - fixed text
_NOTE_PROOF = f"{_INSERT} ON CONFLICT DO NOTHING"

_WITHIN = """
    SELECT DISTINCT of_seq, of_id, account FROM retractions
    WHERE of_feed = %s AND of_seq BETWEEN %s AND %s AND of_account = %s"""

_OF_ENTRY = """
    SELECT account FROM retractions
    WHERE of_feed = %s AND of_seq = %s AND of_id = %s AND of_account = %s"""

_BY_ENTRY = """
    SELECT of_account, of_feed, of_seq, of_id FROM retractions WHERE feed = %s AND """

_BLANK = "SELECT seq, state FROM blank WHERE feed = %s AND seq BETWEEN %s AND %s ORDER BY seq"

_EVER = 1 << 62


class Named(NamedTuple):
    """An entry that a retraction names, which counts if it is of the same account."""

    account: bytes
    reference: Reference


def is_any(db: Connection) -> bool:
    """Whether any retraction is known."""
    return db.run("SELECT 1 FROM retractions LIMIT 1").fetchone() is not None


def note(
    db: Connection,
    account: bytes,
    entry: tuple[bytes, int, bytes],
    of: Sequence[Reference],
) -> None:
    """Note a retraction that is held: an entry given as feed, number and id."""
    rows = ((one.feed, one.seq, one.id, one.account, account, *entry, None) for one in of)
    db.run_each(_NOTE, rows)


def note_proof(db: Connection, said: Retraction) -> None:
    """Note a retraction that was shown by a proof; nothing changes where it is held."""
    proof = pack_proof(said.proof)
    entry = said.feed, said.seq, said.id
    rows = (
        (one.feed, one.seq, one.id, one.account, said.account, *entry, proof) for one in said.of
    )
    db.run_each(_NOTE_PROOF, rows)


def named_within(
    db: Connection, account: bytes, feed: bytes, first: int, last: int
) -> set[tuple[int, bytes]]:
    """Number and id of each entry in a range of an account's feed that counts as taken back."""
    rows = db.run(_WITHIN, (feed, first, last, account)).fetchall()
    if not rows:
        return set()
    one = set(family(account, successors(db)))
    return {(of_seq, of_id) for of_seq, of_id, by in rows if by in one}


def is_named(db: Connection, reference: Reference) -> bool:
    """Whether an entry counts as taken back, if its reference is right."""
    values = reference.feed, reference.seq, reference.id, reference.account
    by = {key for (key,) in db.run(_OF_ENTRY, values)}
    return bool(by) and not by.isdisjoint(family(reference.account, successors(db)))


def named_of(db: Connection, entry_id: bytes) -> list[Reference]:
    """How retractions name an entry with this id."""
    query = "SELECT DISTINCT of_account, of_feed, of_seq, of_id FROM retractions WHERE of_id = %s"
    return [Reference(*row) for row in db.run(query, (entry_id,))]


def every(db: Connection) -> list[Reference]:
    """All that retractions name."""
    query = "SELECT DISTINCT of_account, of_feed, of_seq, of_id FROM retractions"
    return [Reference(*row) for row in db.run(query)]


def across_keys(db: Connection) -> list[Named]:
    """What retractions name under another key than their own: rotations say whether it counts."""
    query = """
        SELECT account, of_account, of_feed, of_seq, of_id FROM retractions
        WHERE account <> of_account"""
    return [Named(by, Reference(*row)) for by, *row in db.run(query)]


def drop(db: Connection, feed: bytes, where: str, values: tuple[object, ...]) -> list[Reference]:
    """Forget retractions in entries of a feed for which a condition holds; gives what they
    named."""
    named = [Reference(*row) for row in db.run(_BY_ENTRY + where, (feed, *values))]
    if named:
        db.run(f"DELETE FROM retractions WHERE feed = %s AND {where}", (feed, *values))  # noqa: S608 - fixed text
    return named


# --- what is blank ----------------------------------------------------------------------


def set_blank(db: Connection, number: int, seq: int, state: int, of: bytes | None = None) -> None:
    """Note that an entry is blank, and why."""
    query = """
        INSERT INTO blank VALUES (%s, %s, %s, %s)
        ON CONFLICT (feed, seq) DO UPDATE SET state = excluded.state, of = excluded.of"""
    db.run(query, (number, seq, state, of))


def state_of(db: Connection, number: int, seq: int) -> int | None:
    """The state of an entry that is blank."""
    query = "SELECT state FROM blank WHERE feed = %s AND seq = %s"
    row = db.run(query, (number, seq)).fetchone()
    return None if row is None else int(row[0])


def edits_blank_with(db: Connection, entry_id: bytes) -> list[tuple[int, int]]:
    """The edits that are blank because what they change is, as feed and number."""
    query = "SELECT feed, seq FROM blank WHERE of = %s AND state = %s"
    return [(feed, seq) for feed, seq in db.rows(query, (entry_id, UNPROVEN))]


def to_remove(db: Connection) -> list[tuple[int, int]]:
    """The entries that are blank and for which no retraction counts, as feed and number."""
    query = "SELECT feed, seq FROM blank WHERE state = %s ORDER BY feed, seq"
    return [(feed, seq) for feed, seq in db.rows(query, (RELEASED,))]


def blank_within(db: Connection, number: int, first: int, last: int) -> Blank:
    """See `Store.blank_within`."""
    rows = db.run(_BLANK, (number, first, last)).fetchall()
    proven = ranges_of(seq for seq, state in rows if state == PROVEN)
    return Blank(proven, ranges_of(seq for seq, state in rows if state != PROVEN))


def blank(db: Connection, wanted: Iterable[bytes] | None) -> dict[bytes, Blank]:
    """See `Store.blank`."""
    chosen = None if wanted is None else set(wanted)
    numbers = [number for (number,) in db.rows("SELECT DISTINCT feed FROM blank ORDER BY feed")]
    return {
        key: blank_within(db, number, 1, _EVER)
        for number, key in zip(numbers, feed_rows.keys_of(db, numbers), strict=True)
        if chosen is None or key in chosen
    }
