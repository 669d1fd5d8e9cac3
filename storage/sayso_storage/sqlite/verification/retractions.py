"""Verify what a store knows of retractions: from the entries, and from proofs read again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Reference, Retract

from ...index.kinds import kind_code
from ...index.retraction_proof import shows

_SAID = """
    SELECT e.seq, e.id, e.body, f.key, a.key
    FROM entries e CROSS JOIN feeds f ON f.number = e.feed
    CROSS JOIN accounts a ON a.number = f.account
    WHERE e.kind = ? AND e.body IS NOT NULL"""

_ROWS = """
    SELECT of_account, of_feed, of_seq, of_id, account, feed, seq, id, proof FROM retractions"""

_NO_BLANK = """
    SELECT b.feed, b.seq FROM blank b WHERE NOT EXISTS (
        SELECT 1 FROM entries e WHERE e.feed = b.feed AND e.seq = b.seq AND e.body IS NULL)"""


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line for each row that nothing accounts for, and for each that is missing."""
    for feed, seq in db.execute(_NO_BLANK):
        yield f"entry {seq} of feed number {feed} is blank, and is not held so"
    expected: set[tuple[Reference, bytes, bytes, int, bytes]] = set()
    for seq, entry_id, body, feed, account in db.execute(_SAID, (kind_code(Retract.KIND),)):
        expected |= {(one, account, feed, seq, entry_id) for one in taken_back(body)}
    for *of, account, feed, seq, entry_id, proof in db.execute(_ROWS):
        row = Reference(*of), account, feed, seq, entry_id
        if proof is None and row not in expected:
            yield f"entry {seq} is noted as a retraction, and says something else"
        elif proof is not None and not shows(proof, *row):
            yield f"the proof of a retraction in entry {seq} shows something else"
        expected.discard(row)
    for _, _, _, seq, _ in expected:
        yield f"the retraction in entry {seq} is not followed"
