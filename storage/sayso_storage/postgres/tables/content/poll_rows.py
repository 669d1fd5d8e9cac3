"""Polls in PostgreSQL: their rows, and totals as far as votes are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sayso_protocol.content.body import Poll, read_body

from ....index.body_facts import IndexedFacts
from ....interface.content.relations import VOTE
from ....validation.poll_rules import PollRules
from ...server.connection import Connection
from ..feed_numbers import FEED_BITS, account_of
from .named_rows import SUBJECT_SIZE

HeldPoll = tuple[int, int, int]
"""Of a poll that is held arrival, feed and number."""

_ENTER: Final = f"""
    INSERT INTO polls (arrival, subject, feed, seq)
    SELECT arrival, substring(id from 1 for {SUBJECT_SIZE}), feed, seq FROM entries
    WHERE account = %s AND feed = %s AND seq = %s ON CONFLICT DO NOTHING"""  # noqa: S608

_COLUMNS: Final = (
    "upto, at_ms, at_seq, at_place, caught_up, held, late, malformed, belated, votes, withdrawn"
)

_READ = f"""
    SELECT p.arrival, p.subject, e.id, e.body, p.counts, {_COLUMNS}
    FROM polls p
    JOIN entries e ON e.account = p.feed >> {FEED_BITS} AND e.feed = p.feed AND e.seq = p.seq
    WHERE {{}}"""  # noqa: S608

_BY_SUBJECT = _READ.format("p.subject = %s")
_BEHIND = _READ.format("NOT p.caught_up") + " ORDER BY p.arrival LIMIT 1"

_SAVE = f"""
    UPDATE polls SET counts = %s, {", ".join(f"{name} = %s" for name in _COLUMNS.split(", "))}
    WHERE arrival = %s"""  # noqa: S608 - fixed names

_RESET = """
    UPDATE polls SET upto = NULL, at_ms = NULL, at_seq = NULL, at_place = NULL, caught_up = false,
        held = 0, late = 0, malformed = 0, belated = 0, votes = 0, withdrawn = 0, counts = ''
    WHERE subject = %s"""

BEGINNING: Final = (-1, -1, -1)
"""Before the place of any vote."""


@dataclass(slots=True)
class PollRow:
    """A poll and its totals. `at` is the place of the last older vote that is counted."""

    arrival: int
    subject: bytes
    id: bytes
    rules: PollRules
    counts: list[int]
    upto: int | None = None
    at: tuple[int, int, int] = field(default=BEGINNING)
    caught_up: bool = False
    held: int = 0
    late: int = 0
    malformed: int = 0
    belated: int = 0
    votes: int = 0
    withdrawn: int = 0

    def add(self, choices: int, count: int) -> None:
        """Count an account's choices, bit n for option n; or, with a `count` of -1, no more."""
        self.votes += count if choices else 0
        self.withdrawn += 0 if choices else count
        for option in range(self.rules.options):
            self.counts[option] += count * (choices >> option & 1)


def enter(db: Connection, polls: Iterable[HeldPoll]) -> None:
    """Enter polls, whose entries are there."""
    db.run_each(_ENTER, [(account_of(feed), feed, seq) for _, feed, seq in polls])


def remove(db: Connection, facts: IndexedFacts, arrival: int) -> None:
    """Remove what is kept of an entry: of a poll all; the poll of a vote is counted anew."""
    if facts.kind == Poll.KIND:
        db.run("DELETE FROM ballots WHERE poll = %s", (arrival,))
        db.run("DELETE FROM polls WHERE arrival = %s", (arrival,))
    for relation in facts.relations:
        if relation.code == VOTE:
            _reset(db, relation.subject[:SUBJECT_SIZE])


def by_subject(db: Connection, subject: bytes) -> PollRow | None:
    """The poll whose id begins so; None where it is not held."""
    row = db.run(_BY_SUBJECT, (subject,)).fetchone()
    return None if row is None else _read(row)


def behind(db: Connection) -> PollRow | None:
    """A poll of which older votes are not counted yet."""
    row = db.run(_BEHIND).fetchone()
    return None if row is None else _read(row)


def save(db: Connection, row: PollRow) -> None:
    """Write the totals."""
    totals = row.held, row.late, row.malformed, row.belated, row.votes, row.withdrawn
    counts = ",".join(map(str, row.counts))
    db.run(_SAVE, (counts, row.upto, *row.at, row.caught_up, *totals, row.arrival))


def _reset(db: Connection, subject: bytes) -> None:
    of_it = "SELECT arrival FROM polls WHERE subject = %s"
    db.run(f"DELETE FROM ballots WHERE poll IN ({of_it})", (subject,))  # noqa: S608
    db.run(_RESET, (subject,))


def _read(row: tuple[object, ...]) -> PollRow:
    arrival, subject, entry_id, body, counts, upto, *rest = row
    poll = read_body(body) if isinstance(body, bytes) else None
    # A poll whose body has rotted has no options: nothing counts until it is mended.
    rules = PollRules.of(poll) if isinstance(poll, Poll) else PollRules(0, None, many=False)
    numbers = [int(one) for one in str(counts).split(",") if one]
    padded = (numbers + [0] * rules.options)[: max(rules.options, len(numbers))]
    at = BEGINNING if rest[0] is None else (rest[0], rest[1], rest[2])
    return PollRow(arrival, subject, entry_id, rules, padded, upto, at, *rest[3:])  # type: ignore[arg-type]
