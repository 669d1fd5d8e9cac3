"""Proofs that entries were taken back, from the retractions that are held or were shown."""

from __future__ import annotations

import sqlite3

from sayso_protocol.feed.absence import AbsenceProof

from ...index.retraction_proof import unpack_proof
from ...validation.statement_rules import family
from ..tables import feed_rows
from ..tables.accounts.successors import successors
from .runs import load

_SHOWN = """
    SELECT r.of_seq, r.account, r.feed, r.seq, r.proof FROM retractions r
    WHERE r.of_feed = ? AND r.of_seq BETWEEN ? AND ? AND r.of_account = ? AND r.of_id =
        (SELECT e.id FROM entries e WHERE e.feed = ? AND e.seq = r.of_seq)
    ORDER BY r.of_seq, r.proof IS NOT NULL"""


def proofs(
    db: sqlite3.Connection, row: feed_rows.FeedRow, first: int, last: int
) -> dict[int, AbsenceProof]:
    """See `Store.proofs`."""
    state = row.state
    values = state.feed, first, last, state.account, row.number
    rows = db.execute(_SHOWN, values).fetchall()
    one = set(family(state.account, successors(db))) if rows else set()
    found: dict[int, AbsenceProof] = {}
    made: dict[tuple[bytes, int], AbsenceProof | None] = {}
    for of_seq, by, feed, seq, packed in rows:
        if by not in one or of_seq in found:
            continue
        if (feed, seq) not in made:
            made[feed, seq] = _proof_of(db, feed, seq) if packed is None else unpack_proof(packed)
        proof = made[feed, seq]
        if proof is not None:
            found[of_seq] = proof
    return found


def _proof_of(db: sqlite3.Connection, feed: bytes, seq: int) -> AbsenceProof | None:
    """The proof that an entry which is held makes."""
    row, run = feed_rows.by_key(db, feed), load(db, feed, seq, seq)
    if row is None or run is None or type(run.bodies[0]) is not bytes:
        return None
    return AbsenceProof(row.state.grant.wire, run)
