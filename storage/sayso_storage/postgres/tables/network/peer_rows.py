"""States of peers that are kept between sessions, and the marks that they speak of."""

from __future__ import annotations

from typing import Final

from sayso_protocol.codec import pack_array, unpack
from sayso_protocol.sync.resume_state import NOTHING, Interest, Place, ResumeState
from sayso_protocol.sync.wire.frames import CHECK_SIZE, Mark

from ....interface.network.peers import MAX_RESUME_STATES
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
        query, data = _INTEREST, _pack_interest(what)
    else:
        query, data = _PLACE, _pack_place(what)
    db.run(query, {"peer": peer, "now": now_ms, "what": data})
    db.run(_FORGET, (MAX_RESUME_STATES,))


def forget(db: Connection) -> None:
    """Know no peer any more: with each the next session begins anew."""
    db.run("DELETE FROM peers")


def resume_state(db: Connection, peer: str) -> ResumeState:
    """See `Store.resume_state`."""
    row = db.row("SELECT interest, place FROM peers WHERE peer = %s", (peer,))
    if row is None:
        return NOTHING
    interest, place = row
    return ResumeState(
        None if interest is None else _interest_of(interest),
        None if place is None else _place_of(place),
    )


def mark(db: Connection, arrival: int) -> Mark | None:
    """See `Store.mark`; place 0 comes before every arrival."""
    if not arrival:
        return Mark(0, bytes(CHECK_SIZE))
    found = at_arrivals(db, [arrival])
    return Mark(arrival, found[0].id[:CHECK_SIZE]) if found else None


def _pack_interest(interest: Interest) -> bytes:
    days = [[day, names] for day, names in interest.unmatched.items()]
    return pack_array([interest.token, b"".join(interest.accounts), days])


def _interest_of(data: bytes) -> Interest:
    token, accounts, days = unpack(data)
    keys = [accounts[at : at + 32] for at in range(0, len(accounts), 32)]
    return Interest(token, keys, dict(days))


def _pack_place(place: Place) -> bytes:
    return pack_array([place.epoch, place.mark.arrival, place.mark.check, place.token])


def _place_of(data: bytes) -> Place:
    epoch, arrival, check, token = unpack(data)
    return Place(epoch, Mark(arrival, check), token)
