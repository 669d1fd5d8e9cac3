"""One feed of the store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.limits import MAX_RUN_BYTES, MAX_RUN_ENTRIES

from ...index.body_columns import join_body
from ...interface.records import FeedState, StoredEntry
from ...validation.feed_end import join_ended
from ...validation.segments import Joined, join


@dataclass(slots=True)
class MemoryFeedEntries:
    """A feed's state and its entries by sequence number: `SegmentEntries`."""

    state: FeedState
    entries: dict[int, StoredEntry] = field(default_factory=dict)
    previous: dict[int, bytes | None] = field(default_factory=dict)
    """The ids that entries name as those before them."""

    def id_at(self, seq: int) -> bytes:
        """The id of a held entry."""
        return self.entries[seq].id

    def time_at(self, seq: int) -> int:
        """The signed time of a held entry."""
        return self.entries[seq].time_ms

    def is_signed(self, seq: int, previous: bytes | None) -> bool:
        """Whether the own signature of a held entry verifies."""
        try:
            verify_run(as_run([self.entries[seq]], previous))
        except Refused:
            return False
        return True

    def join(self, run: Run) -> Joined:
        """The stretches after a run has joined them; raises as `join` and `join_ended` do."""
        if self.state.end is not None:
            return join_ended(self.state.held, run, self.state.end, self)
        return join(self.state.held, run, self.state.forked_at, self)

    def note_fork(self, seq: int | None) -> None:
        """Keep the lowest number at which the feed is known to fork."""
        if seq is not None:
            at = min(seq, self.state.forked_at or seq)
            self.state = replace(self.state, forked_at=at)

    def run_up_to(self, low: int, high: int) -> RawRun:
        """The highest entries of a held range that one run may carry, to be verified."""
        entries = newest_that_fit(self.entries, low, high)
        return as_run(entries, self.previous[entries[0].seq])

    def errors(self) -> list[str]:
        """Verify each stretch, in runs from its top down; one line for each that fails."""
        errors = []
        for part in self.state.held:
            high, tip = part.last, None
            while high >= part.first:
                raw = self.run_up_to(part.first, high)
                try:
                    verify_run(raw, tip=tip)
                except Refused as error:
                    errors.append(f"feed {key_text(self.state.feed)} up to {high}: {error}")
                high, tip = raw.first - 1, raw.previous
        return errors


def newest_that_fit(entries: dict[int, StoredEntry], low: int, high: int) -> list[StoredEntry]:
    """The highest entries of a held range that one run may carry, oldest first."""
    chosen: list[StoredEntry] = []
    size = 0
    for seq in range(high, low - 1, -1):
        size += len(entries[seq].body or b"")
        if chosen and (size > MAX_RUN_BYTES or len(chosen) == MAX_RUN_ENTRIES):
            break
        chosen.append(entries[seq])
    return chosen[::-1]


def as_run(entries: Sequence[StoredEntry], previous: bytes | None) -> RawRun:
    """Entries that follow each other and the one with the id `previous`, as a run to be
    verified."""
    first = entries[0]
    return RawRun(
        first.feed,
        first.seq,
        previous,
        [entry.time_ms for entry in entries],
        [join_body(entry.body, entry.body_size, entry.body_hash) for entry in entries],
        [entry.signature for entry in entries],
    )
