"""Verify the entries of one feed, row by row, from what the rows say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sayso_protocol.accounts.statement import End, grant_for
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.crypto.keys import verify
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.feed.fork import read_fork
from sayso_protocol.limits import MAX_SEQ

from ..index.body_columns import join_body
from ..index.body_facts import NO_FACTS, IndexedFacts, facts_of
from ..index.kinds import kind_code
from ..interface.errors import StoreDamaged
from ..interface.records import FeedState, Held
from ..validation.statement_rules import StatementTables, end_of

UNREADABLE: Final = (Refused, StoreDamaged, TypeError, ValueError, OverflowError)
"""Errors that reading rotten columns raises: a flipped type byte makes text of bytes."""


@dataclass(frozen=True, slots=True)
class AuditedRow:
    """An entry as it is stored, with what indexes say of it."""

    seq: int
    arrival: int
    time_ms: int
    sort_ms: int
    kind: int | None
    id: bytes
    signature: bytes
    body: bytes | None
    size: int | None
    digest: bytes | None
    arrived_ms: int


class FeedAudit(ABC):
    """Walks a feed from its lowest entry up, along its stretches.

    Iterating gives one list of problems an entry, mostly empty. `seen` counts the rows
    of every table that the feed accounts for.
    """

    def __init__(self, state: FeedState, tables: StatementTables) -> None:
        self.seen = Counter({"held": len(state.held)})
        self._state = state
        self._tables = tables
        self._parts = {part.first: part for part in state.held}
        self._part: Held | None = None
        self._before: AuditedRow | None = None

    @abstractmethod
    def rows(self) -> Iterator[AuditedRow]:
        """The entries that are held, in ascending order."""

    @abstractmethod
    def indexed_as(self, row: AuditedRow, facts: IndexedFacts) -> Iterator[str]:
        """One line for each index that has something else of an entry."""

    @abstractmethod
    def note_damage(self, row: AuditedRow) -> None:
        """Note that an entry is damaged."""

    def __iter__(self) -> Iterator[list[str]]:
        yield [*self._grant(), *self._statements()]
        for row in self.rows():
            self.seen["entries"] += 1
            yield [f"entry {row.seq}: {problem}" for problem in self._problems(row)]
            self._before = row
        yield [*self._end(), *(f"entries {first} on: missing" for first in self._parts)]

    def _grant(self) -> Iterator[str]:
        state = self._state
        try:
            if grant_for(state.grant.wire, state.account, state.feed) != state.grant:
                yield "the grant says something else than its row"
        except UNREADABLE as error:
            yield f"the grant: {error}"

    def _statements(self) -> Iterator[str]:
        """Compare what statements made of the feed with the statements, read again."""
        state = self._state
        try:
            if not self._ends_as(end_of(state.account, state.feed, self._tables)):
                yield "it ends elsewhere than its account says"
            forked_at = MAX_SEQ if state.forked_at is None else state.forked_at
            if state.proof is not None and not forked_at <= read_fork(state.proof).seq:
                yield "its fork proof is not accounted for"
        except UNREADABLE as error:
            yield f"what is said of it: {error}"
        yield from self._beyond_the_end()

    def _ends_as(self, stated: End | None) -> bool:
        """Whether the feed ends where its account says, or sooner, since times go back there."""
        end, held = self._state.end, self._state.held
        if end is None or stated is None or not 0 < end.seq < stated.seq:
            return end == stated
        reaching = (part for part in held if part.first <= end.seq <= part.last)
        return all((part.last, part.top) == (end.seq, end.id) for part in reaching)

    def _beyond_the_end(self) -> Iterator[str]:
        end = self._state.end
        if end is None:
            return
        for part in self._state.held:
            if part.last > end.seq or (part.last == end.seq and part.top != end.id):
                yield f"entries {part.first} to {part.last}: not what the feed's end leaves"

    def _problems(self, row: AuditedRow) -> Iterator[str]:
        if self._before is None or self._before.seq + 1 != row.seq or self._at_top():
            yield from self._end()
            yield from self._begin(row)
        try:
            yield from self._link(row)
            yield from self._indexes(row)
        except UNREADABLE as error:
            yield f"unreadable: {error}"

    def _at_top(self) -> bool:
        return bool(self._part and self._before and self._part.last == self._before.seq)

    def _begin(self, row: AuditedRow) -> Iterator[str]:
        """Enter the stretch that this row is the foot of."""
        self._before, self._part = None, self._parts.pop(row.seq, None)
        if self._part is None:
            yield "in no held stretch, or the entry before it is missing"
        elif self._part.first_ms != row.time_ms:
            yield "not the time that its stretch begins with"

    def _link(self, row: AuditedRow) -> Iterator[str]:
        """Compare the id with header and signature; at a tip, check the signature too."""
        part, before = self._part, self._before
        previous = before.id if before else part.below if part else None
        body = join_body(row.body, row.size, row.digest)
        size, digest = (len(body), body_hash(body)) if isinstance(body, bytes) else body
        feed = self._state.feed
        header = encode_header(feed, row.seq, previous, row.time_ms, size, digest)
        if entry_id(header, row.signature) != row.id:
            self.note_damage(row)
            yield "does not have the id it is stored under"
        if before and row.time_ms < before.time_ms:
            yield "earlier than the entry before it"
        if part and row.seq == part.last:
            verify(feed, DOMAIN, header, row.signature)

    def _end(self) -> Iterator[str]:
        """Leave a stretch: compare its top with the row last seen."""
        part, row = self._part, self._before
        if part and row and (part.last, part.top, part.last_ms) != (row.seq, row.id, row.time_ms):
            yield f"entries {part.first} to {part.last}: the stretch does not end as stored"

    def _indexes(self, row: AuditedRow) -> Iterator[str]:
        facts = NO_FACTS if row.body is None else facts_of(row.body)
        if row.kind != (None if row.body is None else kind_code(facts.kind)):
            yield "indexed as another kind"
        if row.sort_ms != facts.sort_ms(row.time_ms, row.arrived_ms):
            yield "sorted by another time"
        yield from self.indexed_as(row, facts)
