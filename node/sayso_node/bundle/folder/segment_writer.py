"""Files of a shared folder, made of a store: segments of feeds, and what accounts signed. Each is a
bundle by itself, so that `sayso import` reads it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun, ids_of
from sayso_protocol.ranges import Range
from sayso_storage.interface.store import FeedState, Store

from ..bundle_file import END, MAGIC, MAGIC_STATEMENTS, Checksum
from ..writer import have_frame, run_frames, statement_frames
from .file_name import SegmentName
from .folder_limits import SEGMENT_BYTES


def segments(
    store: Store, state: FeedState, ranges: Iterable[Range]
) -> Iterator[tuple[SegmentName, bytes]]:
    """The entries of a feed in ascending ranges as files, the newest first: the name of each and
    its bytes. Raises `StoreError`."""
    for part in reversed(list(ranges)):
        pending: list[tuple[RawRun, bytes]] = []
        size = 0
        for run, frame in run_frames(store, state.feed, [part]):
            if pending and pending[-1][0].first != run.last + 1:  # something of it went meanwhile
                yield _segment(state, pending)
                pending, size = [], 0
            pending.append((run, frame))
            size += len(frame)
            if size >= SEGMENT_BYTES:
                yield _segment(state, pending)
                pending, size = [], 0
        if pending:
            yield _segment(state, pending)


def _segment(state: FeedState, runs: Sequence[tuple[RawRun, bytes]]) -> tuple[SegmentName, bytes]:
    newest, eldest = runs[0][0], runs[-1][0]
    checksum = Checksum()
    checksum.feeds = 1
    checksum.entries = newest.last - eldest.first + 1
    begin = MAGIC + have_frame(state, [(eldest.first, newest.last)])
    data = _closed(begin + b"".join(frame for _, frame in runs), checksum)
    return SegmentName.of(eldest.first, newest.last, ids_of(newest)[-1], data), data


def account_file(states: Sequence[FeedState], statements: Sequence[Attestation]) -> bytes:
    """All that one account signed about its feeds: grants, and statements behind them. Stores that
    hold the same make the same bytes."""
    checksum = Checksum()
    parts = [MAGIC_STATEMENTS]
    about_all = [one for one in statements if not isinstance(one, ForkProof)]
    for state in sorted(states, key=lambda one: one.feed):
        proofs = [
            one for one in statements if isinstance(one, ForkProof) and one.feed == state.feed
        ]
        behind = sorted([*about_all, *proofs], key=lambda one: one.wire)
        parts += [have_frame(state, []), *statement_frames(behind)]
        about_all = []
        checksum.feeds += 1
    return _closed(b"".join(parts), checksum)


def _closed(data: bytes, checksum: Checksum) -> bytes:
    """A bundle with its end."""
    checksum.add(data)
    return data + END + checksum.trailer()
