"""The standing detector: one that goes on where it was, over the entries of the last weeks.

Its state is kept in the home with the place in the order of arrival that it came to, so that only
what is new is read. It begins anew when it reaches back further than `REACH_MS`, when it was made
by another version or of another store, and when its file is damaged. What is removed from the
store after it was seen counts until then; but texts are not in the file, they are read from the
store, so that what was removed there is nowhere. The texts of entries that were taken back are
forgotten with the retraction, near-copies that were seen before are not.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from sayso_protocol.content.body import Retract
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.findings import Finding
from sayso_protocol.errors import BadShape
from sayso_storage.interface.store import Store, StoredEntry

from ..entries.body import body_of, read_text
from ..home.cache import digest_of, read_cached, write_cached
from ..home.directory import Home
from .scan import PAGE, Beginnings, arrival_before, observation
from .version import VERSION

DAY_MS: Final = 24 * 3600 * 1000

DAYS: Final = 30
"""Days that it looks back at least: the time over which coincidences add up."""

REACH_MS: Final = (DAYS + 7) * DAY_MS
"""How far back it may reach before it begins anew."""

MOST_BYTES: Final = 1 << 26
"""Bytes of its file that are read: twice what a full one takes."""

STEP_ENTRIES: Final = 100
"""Entries between two looks at the clock: some milliseconds."""

COLLECT_ENTRIES: Final = 500_000
"""Entries after which garbage is looked for. Nothing here makes any that is not gone at once, and a
look at all that a full detector holds takes half a second."""

WORTHWHILE: Final = 5000
"""New entries that are looked at in the time that it takes to keep the state of a busy home."""

FILE: Final = "detector.cache"

_RETRACT_MARK: Final = b"\xa4kind\xa7retract"

_STATE_VERSION: Final = f"state 2, {VERSION}"


class StandingDetector:
    """A detector and the place that it came to."""

    def __init__(self, store: Store, since_ms: int) -> None:
        """One that has seen nothing, and reads the entries from `since_ms` on. Raises
        `StoreError`."""
        self._store = store
        self._beginnings = Beginnings(store)
        self._detector = Detector()
        self.since_ms = since_ms
        self.mark = arrival_before(store, since_ms)
        """The place in the order of arrival up to which it has looked."""

    @classmethod
    def load(cls, home: Home, store: Store, now_ms: int) -> StandingDetector:
        """The one that was saved in a home, or else one that begins `DAYS` ago. Raises
        `StoreError`."""
        since_ms = max(now_ms - DAYS * DAY_MS, 0)
        packed = read_cached(_path(home), _digest(store), MOST_BYTES)
        if packed is not None:
            found = cls._read(packed, store)
            if found is not None and not found.is_stale(now_ms):
                return found
        return cls(store, since_ms)

    @classmethod
    def _read(cls, packed: bytes, store: Store) -> StandingDetector | None:
        head, _, state = packed.partition(b"\n")
        try:
            since_ms, mark = json.loads(head)
            with _no_collection():
                detector = Detector.from_state(state, partial(_texts, store))
        except (ValueError, TypeError, BadShape):
            return None
        if type(since_ms) is not int or type(mark) is not int or mark > store.last_arrival():
            return None
        found = cls(store, since_ms)
        found._detector, found.mark = detector, mark
        return found

    def is_stale(self, now_ms: int) -> bool:
        """Whether it reaches back too far, or begins later than it should."""
        return not now_ms - REACH_MS <= self.since_ms <= max(now_ms - DAYS * DAY_MS, 0)

    def save(self, home: Home) -> None:
        """Keep it in the home; where nothing can be written the next one begins anew."""
        head = json.dumps([self.since_ms, self.mark]).encode()
        with _no_collection():
            data = head + b"\n" + self._detector.state()
        write_cached(_path(home), _digest(self._store), data)

    def save_if_worthwhile(self, home: Home, new: int) -> None:
        """Keep it where so many entries that it has seen since are more than it takes to read it
        again."""
        if new >= WORTHWHILE:
            self.save(home)

    def waiting(self) -> int:
        """The number of places in the order of arrival that it has not looked at."""
        return max(self._store.last_arrival() - self.mark, 0)

    def advance(
        self, deadline: float | None = None, progress: Callable[[int], None] = lambda _: None
    ) -> bool:
        """Take in what came after its mark, until a moment (`time.monotonic`); gives whether
        anything is left. Raises `StoreError`."""
        with _no_collection():
            return self._advance(deadline, progress)

    def _advance(self, deadline: float | None, progress: Callable[[int], None]) -> bool:
        size, since = PAGE if deadline is None else STEP_ENTRIES, 0
        while page := self._store.arrived_after(self.mark, size):
            self._take_in(page)
            self._forget_taken_back(page)
            self.mark = page[-1].arrival
            progress(len(page))
            if deadline is not None and monotonic() >= deadline:
                return len(page) == size
            since += len(page)
            if since >= COLLECT_ENTRIES:
                gc.collect()
                since = 0
        return False

    def _take_in(self, page: Sequence[StoredEntry]) -> None:
        began, since_ms, add = self._beginnings.of, self.since_ms, self._detector.add
        for entry in page:
            if entry.signed_ms < since_ms:  # before its body is looked at, which takes longer
                continue
            seen = observation(entry, began(entry.account))
            if seen is not None:
                add(seen)

    def _forget_taken_back(self, page: Sequence[StoredEntry]) -> None:
        """Forget the texts that retractions among these entries take back, once for all."""
        named = {
            one.id
            for entry in page
            if entry.body is not None and _RETRACT_MARK in entry.body
            for body in [body_of(entry)]
            if isinstance(body, Retract)
            for one in body.of
        }
        if named and (gone := self._store.taken_back(named)):
            self.forget(gone)

    def findings(self) -> list[Finding]:
        """What it finds in all that it has seen, the strongest first."""
        return self._detector.findings()

    def forget(self, entries: Collection[bytes]) -> None:
        """Forget the texts of entries, by their ids; see `Detector.forget`."""
        self._detector.forget(entries)


def _texts(store: Store, ids: Sequence[bytes]) -> dict[bytes, str]:
    found = ((entry, read_text(body)) for entry, body in store.bodies(ids).items())
    return {entry: text for entry, text in found if text is not None}


def _path(home: Home) -> Path:
    return home.path / FILE


def _digest(store: Store) -> bytes:
    return digest_of(store.epoch, _STATE_VERSION)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for garbage, which looks at all that is made again and again: of reading a
    state it more than doubles the time, of taking entries in it takes a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
