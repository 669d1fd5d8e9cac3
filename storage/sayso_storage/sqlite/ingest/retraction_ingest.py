"""Retractions at work: what they name is blanked, whichever comes first, and is fetched again where
they count no longer. Inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from sayso_protocol.absence import Retraction, taken_back
from sayso_protocol.content.body import Edit, Reference, read_body
from sayso_protocol.feed.run import Body, Run, commitment

from ...index.attachments import cids_of
from ...index.body_facts import facts_of
from ...interface.content.relations import EDIT
from ...interface.withholding import ranges_of
from ...validation.statement_rules import family
from ..queries.runs import damaged_at
from ..tables import feed_rows
from ..tables.accounts.successors import successors
from ..tables.content import relation_rows, retraction_rows
from ..tables.content.retraction_rows import PROVEN, UNPROVEN
from ..tables.timeline import import_origins, import_rows
from .removal import remove_ranges
from .retraction_release import release
from .thinning import let_go

_EDIT_MARK: Final = b"\xa4kind\xa4edit"

_ENTRY = "SELECT arrival, sort_ms, seq, body, id FROM entries WHERE feed = ? AND seq = ?"

_EDITS = """
    SELECT e.feed, e.seq FROM acts x CROSS JOIN entries e ON e.arrival = x.arrival
    WHERE x.subject = ? AND x.code = ? AND e.body IS NOT NULL"""

_ERASE = """
    INSERT INTO erasing (one, count, work) VALUES (1, 1, :work)
    ON CONFLICT DO UPDATE SET count = count + 1, work = max(work, excluded.work)"""

_KEPT = "DELETE FROM kept_back WHERE feed = ? AND seq = ?"
_DAMAGED = "DELETE FROM damaged WHERE feed = ? AND seq = ?"


class RetractionIngest:
    """The retractions of one transaction; `apply` once, when all rows are written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._is_any = retraction_rows.is_any(db)
        self._named: list[Reference] = []
        self._imports: set[int] = set()
        """Feeds of which an imported post went."""
        self.changed: dict[bytes, None] = {}
        """Feeds of which something became blank, or is blank for another reason."""

    def note_proofs(self, said: Iterable[Retraction]) -> None:
        """Take in retractions that were shown by proofs."""
        for one in said:
            retraction_rows.note_proof(self._db, one)
            self._note(one.of)

    def note(
        self, account: bytes, entry: tuple[bytes, int, bytes], of: Sequence[Reference]
    ) -> None:
        """Take in a retraction that is among the entries: feed, number and id."""
        retraction_rows.note(self._db, account, entry, of)
        self._note(of)

    def _note(self, of: Sequence[Reference]) -> None:
        self._named += of
        self._is_any = True

    def bodies_of(self, account: bytes, number: int, run: Run, first: int, last: int) -> list[Body]:
        """The bodies of a part of a run, but for those that were taken back before they came: of
        these nothing is written."""
        part = slice(first - run.first, last - run.first + 1)
        bodies, ids = run.bodies[part], run.ids[part]
        if not self._is_any:
            return bodies
        named = retraction_rows.named_within(self._db, account, run.feed, first, last)
        for at, body in enumerate(bodies):
            if (first + at, ids[at]) in named and not taken_back(body):
                bodies[at] = commitment(body)
                self._set(run.feed, number, first + at, PROVEN)
            elif type(body) is bytes and _EDIT_MARK in body:
                of = self._blank_post_of(account, body)
                if of is not None:
                    bodies[at] = commitment(body)
                    self._set(run.feed, number, first + at, UNPROVEN, of)
        return bodies

    def apply(self) -> None:
        """Blank what was named and is held."""
        for reference in dict.fromkeys(self._named):
            self.blank(reference)
        self._named.clear()
        self.renew_imports()

    def renew_imports(self) -> None:
        """Make the lines of imports anew of which something went; once all is blank."""
        import_rows.renew(self._db, sorted(self._imports))
        self._imports.clear()

    def blank(self, reference: Reference) -> None:
        """Blank an entry and its edits, those that are held, if it counts as taken back."""
        if not retraction_rows.is_named(self._db, reference):
            return
        self._blank_entry(reference)
        for number, seq in self._edits_of(reference):
            self._blank_edit(number, seq, reference)

    def _blank_entry(self, reference: Reference) -> None:
        db, row = self._db, feed_rows.by_key(self._db, reference.feed)
        if row is None or row.state.account != reference.account:
            return
        found = db.execute(_ENTRY, (row.number, reference.seq)).fetchone()
        if found is None or found[-1] != reference.id or taken_back(found[3]):
            return
        if found[3] is not None and not self._let_go(row, found[:4]):
            return  # it has rotted: the hash to keep is not known
        for query in (_KEPT, _DAMAGED):
            db.execute(query, (row.number, reference.seq))
        if retraction_rows.state_of(db, row.number, reference.seq) != PROVEN:
            self._set(reference.feed, row.number, reference.seq, PROVEN)

    def _blank_edit(self, number: int, seq: int, of: Reference) -> None:
        row = feed_rows.by_number(self._db, number)
        found = self._db.execute(_ENTRY, (number, seq)).fetchone()
        body = read_body(found[3])
        one = family(of.account, successors(self._db))
        if not isinstance(body, Edit) or body.of != of or row.state.account not in one:
            return
        if self._let_go(row, found[:4]):
            self._set(row.state.feed, number, seq, UNPROVEN, of.id)

    def _let_go(self, row: feed_rows.FeedRow, entry: tuple[int, int, int, bytes]) -> bool:
        """Let go of a body. False where the row has rotted: its hash is not the one to keep."""
        db, (arrival, _, seq, body) = self._db, entry
        if damaged_at(db, row.number, row.state.feed, row.state.held, seq) is not None:
            return False
        cids = cids_of(body)
        db.executemany("INSERT INTO let_go_blobs VALUES (?) ON CONFLICT DO NOTHING", zip(cids))
        if facts_of(body).written_ms is not None:
            self._imports.add(row.number)
        if let_go(db, row.number, entry):
            import_origins.index(db)  # another post with the same origin may be there
        from ...search import coverage
        from ..words import coverage_rows

        db.execute(_ERASE, {"work": int(coverage.covers(coverage_rows.ranges(db), arrival))})
        return True

    def _edits_of(self, reference: Reference) -> list[tuple[int, int]]:
        subject = reference.id[: relation_rows.SUBJECT_SIZE]
        return self._db.execute(_EDITS, (subject, EDIT)).fetchall()

    def _blank_post_of(self, account: bytes, body: bytes) -> bytes | None:
        """The id of what an edit changes, where that was taken back."""
        edit = read_body(body)
        if not isinstance(edit, Edit) or not retraction_rows.is_named(self._db, edit.of):
            return None
        return edit.of.id if edit.of.account in family(account, successors(self._db)) else None

    def _set(self, feed: bytes, number: int, seq: int, state: int, of: bytes | None = None) -> None:
        retraction_rows.set_blank(self._db, number, seq, state, of)
        self.changed[feed] = None


def is_late(db: sqlite3.Connection) -> bool:
    """Whether retractions are known that were not followed when they came: older software took them
    in."""
    return db.execute("SELECT 1 FROM erasing WHERE work = 2").fetchone() is not None


def follow_all(db: sqlite3.Connection) -> list[bytes]:
    """Follow all retractions that are known. Gives the feeds of which something is blank now."""
    ingest = RetractionIngest(db)
    for reference in retraction_rows.every(db):
        ingest.blank(reference)
    ingest.renew_imports()
    db.execute("UPDATE erasing SET work = 1 WHERE work = 2")
    return list(ingest.changed)


def reconsider(db: sqlite3.Connection) -> list[bytes]:
    """Rotations have changed: what was named under another key counts now, or no longer. Gives the
    feeds of which something is blank now."""
    ingest = RetractionIngest(db)
    for _, reference in retraction_rows.across_keys(db):
        ingest.blank(reference)
        release(db, [reference])
    ingest.renew_imports()
    return list(ingest.changed)


def remove_released(db: sqlite3.Connection) -> list[bytes]:
    """See `Store.release_blank`."""
    rows = retraction_rows.to_remove(db)
    changed: list[bytes] = []
    for number, part in groupby(rows, itemgetter(0)):
        changed.append(remove_ranges(db, number, ranges_of(seq for _, seq in part)))
    if changed:
        from ..tables.network import peer_rows  # it knows what a session is

        peer_rows.forget(db)
    return changed
