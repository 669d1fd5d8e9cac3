"""The truth, against which nodes are held: what was written, when, and what it cost."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from sayso_protocol.absence import taken_back
from sayso_protocol.accounts.statement import End
from sayso_protocol.feed.run import RawRun, Run, commitment

from ..event_queue import EventQueue
from .event_trace import EventTrace

MAX_VIOLATIONS: Final = 20
"""After so many a run says no more that is new."""

Row = tuple[int, object, bytes]
"""Time, body and signature of an entry: with feed and number they are all of it."""


@dataclass(slots=True)
class Violation:
    """A broken invariant. `rule` is stable; `seconds` virtual, since the start."""

    rule: str
    node: int
    seconds: float
    detail: str


@dataclass(slots=True)
class Tally:
    """The counts of what honest nodes sent each other, and of what came of it."""

    frames: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    fresh: int = 0
    """Entries that honest nodes stored for the first time."""
    duplicates: int = 0
    """Entries that came to an honest node although it had been sent them before."""
    latencies_ms: array[int] = field(default_factory=lambda: array("I"))
    """From post to store, of live posts at nodes that were on line all the while."""
    notices: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    """Connections, resets, power cuts and the like."""
    worst_outbox: int = 0
    """Most bytes that waited for one peer."""
    last_delivery_us: int = 0
    hostile_frames: int = 0
    """Frames that honest nodes sent to hostile ones."""

    def percentiles(self) -> dict[str, int]:
        """Nearest-rank percentiles of the latencies, in milliseconds; empty without any."""
        ranked = sorted(self.latencies_ms)
        if not ranked:
            return {}
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
        last = len(ranked) - 1
        return {name: ranked[min(last, int(s * len(ranked)))] for name, s in shares.items()}


class GroundTruth:
    """Knows every entry that was ever signed."""

    def __init__(self, event_queue: EventQueue, trace: EventTrace) -> None:
        self._event_queue = event_queue
        self._trace = trace
        self._rows: dict[tuple[bytes, int], list[Row]] = {}
        self._strayed: dict[tuple[bytes, int], list[Row]] = {}
        """Those of `_rows` that stand on the other branch of a forked feed."""
        self._written_us: dict[tuple[bytes, int], int] = {}
        self.heads: dict[bytes, int] = {}
        """Newest acknowledged entry of each feed."""
        self.forks: dict[bytes, int] = {}
        """Feeds that were forked on purpose, and the first number with two entries."""
        self.ends: dict[bytes, End] = {}
        """Feeds that their account has ended, and where."""
        self.taken_back: set[tuple[bytes, int]] = set()
        """Feed and number of what its author took back, retractions themselves left out."""
        self._retractions: set[tuple[bytes, int]] = set()
        self.tally = Tally()
        self.violations: list[Violation] = []

    # --- writing -------------------------------------------------------------------------

    def wrote(self, node: int, run: Run) -> None:
        """A writer was told that its entries are safe: they must never be lost, and their
        numbers never be signed again."""
        for seq, row in _rows(run):
            others = self._rows.setdefault((run.feed, seq), [])
            if others and row not in others and run.feed not in self.forks:
                self.violate("signed-twice", node, f"entry {seq} of the own feed")
            others.append(row)
            self._written_us[run.feed, seq] = self._event_queue.now_us
            self._note_retraction(run.feed, seq, row[1])
        self.heads[run.feed] = max(run.last, self.heads.get(run.feed, 0))

    def _note_retraction(self, feed: bytes, seq: int, body: object) -> None:
        named = taken_back(body)
        if named:
            self._retractions.add((feed, seq))
            found = {(one.feed, one.seq) for one in named}
            self.taken_back |= found - self._retractions

    def forked(self, run: Run) -> None:
        """A hostile writer signed these entries beside others."""
        for seq, row in _rows(run):
            self._rows.setdefault((run.feed, seq), []).append(row)
            self._strayed.setdefault((run.feed, seq), []).append(row)
            self.forks[run.feed] = min(seq, self.forks.get(run.feed, seq))

    def written_us(self, feed: bytes, seq: int) -> int:
        """When an entry was acknowledged."""
        return self._written_us.get((feed, seq), 0)

    def branches(self, run: RawRun) -> set[int]:
        """The branches of a forked feed that a run shows, in the order of their writing."""
        found: set[int] = set()
        for seq, row in _rows(run):
            rows = self._rows.get((run.feed, seq), [])
            if seq >= self.forks[run.feed] and row in rows:
                found.add(int(row in self._strayed.get((run.feed, seq), [])))
        return found

    # --- checking ------------------------------------------------------------------------

    def untrue(self, run: RawRun | Run) -> int | None:
        """The first number in a run at which its author never wrote this, or None."""
        for seq, row in _rows(run):
            written = self._rows.get((run.feed, seq), ())
            if row not in written and row not in map(_without_body, written):
                return seq
        return None

    def violate(self, rule: str, node: int, detail: str) -> None:
        """Record a broken invariant."""
        self._trace.note(self._event_queue.now_us, f"VIOLATION {rule}: {detail}", node)
        if len(self.violations) < MAX_VIOLATIONS:
            seconds = self._event_queue.now_us / 1e6
            self.violations.append(Violation(rule, node, seconds, detail))


def _without_body(row: Row) -> Row:
    time_ms, body, signature = row
    return time_ms, commitment(body), signature


def _rows(run: RawRun | Run) -> list[tuple[int, Row]]:
    rows = zip(run.times, run.bodies, run.signatures, strict=True)
    return list(enumerate(rows, run.first))
