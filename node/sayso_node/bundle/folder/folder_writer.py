"""What a home leaves in a shared folder: of the feeds that it passes on, what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from sayso_protocol.ranges import Ranges
from sayso_storage.interface.store import FeedState, Store

from ..writer import left_out, relayed_ranges
from .feed_directory import covered_by, differs, held_of, is_past_end, segments_in
from .file_name import AccountFileName, FileName, SegmentName, key_name
from .folder_limits import MAX_ACCOUNT_FILES, MAX_FILE, MAX_SMALL, SMALL_BYTES
from .segment_reader import FolderResult, signed_in
from .segment_writer import account_file, segments
from .shared_directory import SharedDirectory


class FolderWriter:
    """Writes what is lacking, the newest first. Raises `OSError` and `StoreError`."""

    def __init__(self, store: Store, result: FolderResult, progress: Callable[[int], None]) -> None:
        self._store = store
        self._result = result
        self._progress = progress

    def give(self, feeds: SharedDirectory, states: Sequence[FeedState]) -> None:
        """Leave all of these feeds, which are those of whole accounts."""
        withheld = left_out(self._store, states)
        for account, group in groupby(sorted(states, key=_key), key=lambda one: one.account):
            of_account = list(group)
            with feeds.inside(key_name(account), make=True) as directory:
                assert directory is not None
                self._give_signed(directory, of_account)
                for state in of_account:
                    ranges = relayed_ranges(state, withheld.get(state.feed, ()))
                    if ranges:
                        self._give_feed(directory, state, ranges)
            self._progress(1)

    # --- what the account signed

    def _give_signed(self, directory: SharedDirectory, states: Sequence[FeedState]) -> None:
        """Leave it, unless a file there says as much; files that say less give way to it."""
        ours = account_file(states, self._store.statements_of(states[0].account))
        ours_name, ours_signed = AccountFileName.of(ours), signed_in(ours)
        if directory.size_of(str(ours_name)) == ours_name.size:
            return
        names = [name for text in directory.names() if (name := AccountFileName.parse(text))]
        less: list[AccountFileName] = []
        for name in names[:MAX_ACCOUNT_FILES]:
            data = directory.read(str(name), MAX_FILE)
            signed = signed_in(data) if data is not None else frozenset()
            if ours_signed <= signed:
                return
            # Where there are many: what was taken from it and is not in ours counts no more.
            if signed <= ours_signed or len(names) > MAX_ACCOUNT_FILES // 2:
                less.append(name)
        self._write(directory, str(ours_name), ours)
        self._replace(directory, less)

    # --- the entries of a feed

    def _give_feed(self, account: SharedDirectory, state: FeedState, ranges: Ranges) -> None:
        with account.inside(key_name(state.feed), make=True) as directory:
            assert directory is not None
            every = segments_in(directory)
            told = [one for one in every if self._tells_too_much(state, one)]
            found = [one for one in every if one not in told]
            lacking = ranges.without(covered_by(self._store, state, found))
            for name, data in segments(self._store, state, lacking):
                self._write(directory, str(name), data)
                self._result.sent += name.last - name.first + 1
                found.append(name)
            self._replace(directory, told)
            past = [one for one in found if is_past_end(state, one)]
            self._replace(directory, [one for one in past if ranges.covers(one.first, state.head)])
            self._join(directory, state, ranges, found)

    def _tells_too_much(self, state: FeedState, segment: SegmentName) -> bool:
        """Whether a file holds what its author took back, and nothing besides that is lacking
        here: it gives way to others."""
        if not held_of(state).covers(segment.first, segment.last):
            return False
        blank = self._store.blank_within(state.feed, segment.first, segment.last)
        return bool(blank.proven) and not differs(self._store, state, segment)

    def _join(
        self,
        directory: SharedDirectory,
        state: FeedState,
        ranges: Ranges,
        found: Sequence[SegmentName],
    ) -> None:
        """Write many small segments anew as few. They go once the new ones are on the disk."""
        small = [
            one
            for one in found
            if one.size < SMALL_BYTES
            and ranges.covers(one.first, one.last)
            and not differs(self._store, state, one)
        ]
        if len(small) <= MAX_SMALL:
            return
        written = Ranges()
        for name, data in segments(
            self._store, state, Ranges((one.first, one.last) for one in small)
        ):
            self._write(directory, str(name), data)
            written.add(name.first, name.last)
            small = [one for one in small if one != name]
        self._replace(directory, [one for one in small if written.covers(one.first, one.last)])

    def _replace(self, directory: SharedDirectory, old: Sequence[FileName]) -> None:
        """Remove files in whose place new ones were written, once those are there for good."""
        if old:
            directory.sync()
        for name in old:
            directory.remove(str(name))

    def _write(self, directory: SharedDirectory, name: str, data: bytes) -> None:
        directory.write(name, data)
        self._result.bytes_out += len(data)


def _key(state: FeedState) -> tuple[bytes, bytes]:
    return state.account, state.feed
