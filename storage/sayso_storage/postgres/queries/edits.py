"""The edits of an entry."""

from __future__ import annotations

from typing import Final

from sayso_protocol.content.body import Edit, Reference, read_body

from ...interface.content.relations import EDIT
from ...interface.records import StoredEntry
from ...validation.statement_rules import family
from ..server.connection import Connection
from ..tables.accounts.successors import successors
from ..tables.content.named_rows import SUBJECT_SIZE
from ..tables.entry_rows import at_keys
from ..tables.feed_numbers import bucket

_NAMED: Final = """
    SELECT feed, seq FROM relations WHERE bucket = %s AND subject = %s AND code = %s
    UNION SELECT feed, seq FROM blank WHERE of = %s"""


def edits_of(db: Connection, reference: Reference) -> list[StoredEntry]:
    """See `Store.edits_of`."""
    subject = reference.id[:SUBJECT_SIZE]
    rows = db.rows(_NAMED, (bucket(subject), subject, EDIT, reference.id))
    one = family(reference.account, successors(db))
    entries = sorted(at_keys(db, [(feed, seq) for feed, seq in rows]), key=_arrival)
    found = [entry for entry in entries if entry.account in one]
    return [entry for entry in found if entry.body is None or _changes(entry, reference)]


def _arrival(entry: StoredEntry) -> int:
    return entry.arrival


def _changes(entry: StoredEntry, reference: Reference) -> bool:
    body = None if entry.body is None else read_body(entry.body)
    return isinstance(body, Edit) and body.of == reference
