"""The edits of an entry."""

from __future__ import annotations

from sayso_protocol.content.body import Edit, Reference, read_body

from ...interface.content.relations import EDIT
from ...interface.records import StoredEntry
from ...validation.statement_rules import family
from ..server.connection import Connection
from ..tables.accounts.successors import successors
from ..tables.content.relation_rows import SUBJECT_SIZE
from ..tables.entry_rows import at_arrivals

_NAMED = "SELECT arrival FROM acts WHERE subject = %s AND code = %s"

_BLANK = """
    SELECT e.arrival FROM blank b JOIN entries e ON e.feed = b.feed AND e.seq = b.seq
    WHERE b.of = %s"""


def edits_of(db: Connection, reference: Reference) -> list[StoredEntry]:
    """See `Store.edits_of`."""
    named = db.run(_NAMED, (reference.id[:SUBJECT_SIZE], EDIT)).fetchall()
    blank = db.run(_BLANK, (reference.id,)).fetchall()
    arrivals = sorted({arrival for (arrival,) in (*named, *blank)})
    one = family(reference.account, successors(db))
    found = [entry for entry in at_arrivals(db, arrivals) if entry.account in one]
    return [entry for entry in found if entry.body is None or _changes(entry, reference)]


def _changes(entry: StoredEntry, reference: Reference) -> bool:
    body = None if entry.body is None else read_body(entry.body)
    return isinstance(body, Edit) and body.of == reference
