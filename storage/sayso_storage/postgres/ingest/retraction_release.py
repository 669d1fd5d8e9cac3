"""Retractions that count no longer: what they blanked is to be removed, and fetched again. Inside
the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.accounts.statement import End
from sayso_protocol.content.body import Reference

from ..server.connection import Connection
from ..tables import feed_rows
from ..tables.content import retraction_rows
from ..tables.content.retraction_rows import PROVEN, RELEASED, UNPROVEN


def drop_removed(db: Connection, number: int, first: int, last: int) -> None:
    """Entries of a feed are removed: they are not blank any more, and those that were retractions
    do not count."""
    db.run("DELETE FROM blank WHERE feed = %s AND seq BETWEEN %s AND %s", (number, first, last))
    (feed,) = feed_rows.keys_of(db, [number])
    where = "seq BETWEEN %s AND %s AND proof IS NULL"
    release(db, retraction_rows.drop(db, feed, where, (first, last)))


def drop_beyond(db: Connection, feed: bytes, end: End) -> None:
    """A feed ends: what proofs showed of it past its end does not count."""
    where = "proof IS NOT NULL AND (seq > %s OR (seq = %s AND id IS DISTINCT FROM %s::bytea))"
    release(db, retraction_rows.drop(db, feed, where, (end.seq, end.seq, end.id)))


def release(db: Connection, named: Iterable[Reference]) -> None:
    """Retractions of these entries count no longer. Those that no other takes back are to be
    removed, but for those of the own feed, whose numbers must never be free."""
    for reference in named:
        row = feed_rows.by_key(db, reference.feed)
        if row is None or retraction_rows.is_named(db, reference):
            continue
        found = [*retraction_rows.edits_blank_with(db, reference.id)]
        if retraction_rows.state_of(db, row.number, reference.seq) == PROVEN:
            found.append((row.number, reference.seq))
        own = feed_rows.own(db)
        for number, seq in found:
            is_own = own is not None and own.number == number
            retraction_rows.set_blank(db, number, seq, UNPROVEN if is_own else RELEASED)
