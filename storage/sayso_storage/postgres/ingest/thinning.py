"""Bodies that are let go of while their entries stay, inside the caller's transaction."""

from __future__ import annotations

from typing import Final

from sayso_protocol.content.body import Profile
from sayso_protocol.crypto.hashing import body_hash

from ...index.body_facts import facts_of
from ..server.connection import Connection
from ..tables.accounts import look_rows
from ..tables.feed_numbers import account_of
from .removal import unindex

# Without its body nothing tells when a post was written.
_LET_GO: Final = """
    UPDATE entries SET body = NULL, kind = NULL, hash = %s, sort_ms = least(time_ms, arrived_ms)
    WHERE account = %s AND feed = %s AND seq = %s"""


def let_go(db: Connection, number: int, row: tuple[int, int, int, bytes]) -> int:
    """Let go of a body, and of all that indexes have of it; gives the number of origins removed.
    `row` is arrival, time to sort by, number and body."""
    _, _, seq, body = row
    removed = unindex(db, number, [row])
    db.run(_LET_GO, (body_hash(body), account_of(number), number, seq))
    if facts_of(body).kind == Profile.KIND:
        look_rows.renew_feeds(db, [number])
    return removed
