"""Bodies that are let go of while their entries stay, inside the caller's transaction."""

from __future__ import annotations

from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.hashing import body_hash

from ...index.body_facts import facts_of
from ..server.connection import Connection
from ..tables.accounts import look_rows
from .removal import unindex

# Without its body nothing tells when a post was written.
_LET_GO = """
    UPDATE entries SET body = NULL, kind = NULL, clamped_ms = (
        SELECT nullif(min(time_ms, arrived_ms), time_ms) FROM batches
        WHERE first <= arrival ORDER BY first DESC LIMIT 1)
    WHERE arrival = %s"""


def let_go(db: Connection, number: int, row: tuple[int, int, int, bytes]) -> int:
    """Let go of a body, and of all that indexes have of it; gives the number of origins removed.
    `row` is arrival, time to sort by, number and body."""
    arrival, *_, body = row
    removed = unindex(db, number, [row])
    db.run("INSERT INTO absent VALUES (%s, %s, %s)", (arrival, len(body), body_hash(body)))
    db.run(_LET_GO, (arrival,))
    if facts_of(body).kind == Profile.KIND:
        look_rows.renew_feeds(db, [number])
    return removed
