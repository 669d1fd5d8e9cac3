"""States of peers that are kept between sessions, and the marks that they speak of."""

from __future__ import annotations

import sqlite3

from sayso_protocol.sync.resume_codec import pack_interest, pack_place, read_interest, read_place
from sayso_protocol.sync.resume_state import NOTHING, Interest, Place, ResumeState
from sayso_protocol.sync.wire.frames import CHECK_SIZE, Mark

from ....interface.network.peers import MAX_RESUME_STATES, roster_row
from ...sql import checksum

_INTEREST = """
    INSERT INTO peers (peer, heard_ms, interest) VALUES (:peer, :now, :what)
    ON CONFLICT DO UPDATE SET heard_ms = :now, interest = :what"""

_PLACE = """
    INSERT INTO peers (peer, heard_ms, place) VALUES (:peer, :now, :what)
    ON CONFLICT DO UPDATE SET heard_ms = :now, place = :what"""

_FORGET = """
    DELETE FROM peers WHERE peer IN
        (SELECT peer FROM peers ORDER BY heard_ms DESC, peer LIMIT -1 OFFSET ?)"""


def save_resume_state(
    db: sqlite3.Connection, peer: str, what: Interest | Place, now_ms: int
) -> None:
    """See `Store.save_resume_state`."""
    if isinstance(what, Interest):
        query, data = _INTEREST, pack_interest(what)
    else:
        query, data = _PLACE, pack_place(what)
    _save(db, query, peer, data, now_ms)
    if what.basis.nodes:  # of a store with a roster, which is to be there as long
        row = roster_row(peer)
        db.execute("UPDATE peers SET heard_ms = ? WHERE peer = ?", (now_ms, row))
        checksum.renew(db, "peers", "peer", row)


def save_roster(db: sqlite3.Connection, store: str, known: bytes, now_ms: int) -> None:
    """See `Store.save_roster`: where peers have their place."""
    _save(db, _PLACE, roster_row(store), known, now_ms)


def rosters(db: sqlite3.Connection) -> list[bytes]:
    """See `Store.rosters`; without those whose check sum does not fit."""
    query = (
        "SELECT peer, heard_ms, interest, place, seal FROM peers WHERE peer LIKE ?"
        " ORDER BY heard_ms, peer"
    )
    rows = db.execute(query, (roster_row("%"),)).fetchall()
    return [row[3] for row in rows if checksum.checksum(*row[:4]) == row[4]]


def _save(db: sqlite3.Connection, query: str, peer: str, data: bytes, now_ms: int) -> None:
    db.execute(query, {"peer": peer, "now": now_ms, "what": data})
    checksum.renew(db, "peers", "peer", peer)
    db.execute(_FORGET, (MAX_RESUME_STATES,))


def forget(db: sqlite3.Connection) -> None:
    """Know no peer any more: with each the next session begins anew. Rosters say nothing of it."""
    db.execute("DELETE FROM peers WHERE peer NOT LIKE ?", (roster_row("%"),))


def resume_state(db: sqlite3.Connection, peer: str) -> ResumeState:
    """See `Store.resume_state`. A row whose check sum does not fit is as good as none."""
    query = "SELECT peer, heard_ms, interest, place, seal FROM peers WHERE peer = ?"
    row = db.execute(query, (peer,)).fetchone()
    if row is None or checksum.checksum(*row[:4]) != row[4]:
        return NOTHING
    _, _, interest, place, _ = row
    return ResumeState(
        None if interest is None else read_interest(interest),
        None if place is None else read_place(place),
    )


def mark(db: sqlite3.Connection, arrival: int) -> Mark | None:
    """See `Store.mark`; place 0 comes before every arrival."""
    if not arrival:
        return Mark(0, bytes(CHECK_SIZE))
    row = db.execute("SELECT id FROM entries WHERE arrival = ?", (arrival,)).fetchone()
    return None if row is None else Mark(arrival, row[0][:CHECK_SIZE])
