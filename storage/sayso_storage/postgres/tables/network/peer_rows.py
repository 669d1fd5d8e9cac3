"""States of peers that are kept between sessions, and the marks that they speak of."""

from __future__ import annotations

from typing import Final

from sayso_protocol.sync.resume_codec import pack_interest, pack_place, read_interest, read_place
from sayso_protocol.sync.resume_state import NOTHING, Interest, Place, ResumeState
from sayso_protocol.sync.wire.frames import CHECK_SIZE, Mark

from ....interface.network.peers import MAX_RESUME_STATES, roster_row
from ...server.connection import Connection
from ..entry_rows import at_arrivals

_INTEREST: Final = """
    INSERT INTO peers (peer, heard_ms, interest) VALUES (%(peer)s, %(now)s, %(what)s)
    ON CONFLICT (peer) DO UPDATE SET heard_ms = excluded.heard_ms, interest = excluded.interest"""

_PLACE: Final = """
    INSERT INTO peers (peer, heard_ms, place) VALUES (%(peer)s, %(now)s, %(what)s)
    ON CONFLICT (peer) DO UPDATE SET heard_ms = excluded.heard_ms, place = excluded.place"""

_FORGET: Final = """
    DELETE FROM peers WHERE peer IN
        (SELECT peer FROM peers ORDER BY heard_ms DESC, peer OFFSET %s)"""


def save_resume_state(db: Connection, peer: str, what: Interest | Place, now_ms: int) -> None:
    """See `Store.save_resume_state`."""
    if isinstance(what, Interest):
        query, data = _INTEREST, pack_interest(what)
    else:
        query, data = _PLACE, pack_place(what)
    _save(db, query, peer, data, now_ms)
    if what.basis.nodes:  # of a store with a roster, which is to be there as long
        db.run("UPDATE peers SET heard_ms = %s WHERE peer = %s", (now_ms, roster_row(peer)))


def save_roster(db: Connection, store: str, known: bytes, now_ms: int) -> None:
    """See `Store.save_roster`: where peers have their place."""
    _save(db, _PLACE, roster_row(store), known, now_ms)


def rosters(db: Connection) -> list[bytes]:
    """See `Store.rosters`."""
    query = "SELECT place FROM peers WHERE starts_with(peer, %s) ORDER BY heard_ms, peer"
    return [row[0] for row in db.rows(query, (roster_row(""),))]


def _save(db: Connection, query: str, peer: str, data: bytes, now_ms: int) -> None:
    db.run(query, {"peer": peer, "now": now_ms, "what": data})
    db.run(_FORGET, (MAX_RESUME_STATES,))


def forget(db: Connection) -> None:
    """Know no peer any more: with each the next session begins anew. Rosters say nothing of it."""
    db.run("DELETE FROM peers WHERE NOT starts_with(peer, %s)", (roster_row(""),))


def resume_state(db: Connection, peer: str) -> ResumeState:
    """See `Store.resume_state`."""
    row = db.row("SELECT interest, place FROM peers WHERE peer = %s", (peer,))
    if row is None:
        return NOTHING
    interest, place = row
    return ResumeState(
        None if interest is None else read_interest(interest),
        None if place is None else read_place(place),
    )


def mark(db: Connection, arrival: int) -> Mark | None:
    """See `Store.mark`; place 0 comes before every arrival."""
    if not arrival:
        return Mark(0, bytes(CHECK_SIZE))
    found = at_arrivals(db, [arrival])
    return Mark(arrival, found[0].id[:CHECK_SIZE]) if found else None
