"""The detector of accounts in step, kept up, and what it finds: hints beside entries, and findings.

Beside a running node no command looks at entries for that: `read` takes the hints that are written
here, `coordination` the findings, after it had the node catch up.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import trio

from sayso_storage.interface.store import Store

from ...clock import now_ms
from ...home.directory import Home

if TYPE_CHECKING:
    from ...coordination.standing_detector import StandingDetector

WRITE_SECONDS: Final = 5.0
"""Between two times that what was found is written, at least."""

SHARE: Final = 20
"""To find and to write takes at most one of so many parts of the time."""

SAVE_ENTRIES: Final = 20_000
"""New entries after which the detector itself is saved: a second of work."""

SAVE_SECONDS: Final = 3600.0
"""After this time it is saved with fewer, if there are any."""

ANSWER_SECONDS: Final = 5.0
"""How long a command may have the detector catch up."""


class CoordinationTask:
    """See `keeper.Task`. Any thread may ask for `catch_up` meanwhile."""

    name = "the detector of accounts in step"

    def __init__(self, home: Home, store: Store) -> None:
        self._home = home
        self._store = store
        self._lock = threading.Lock()
        self._detector: StandingDetector | None = None
        self._written: int | None = None
        """The mark of what was written last."""
        self._saved = 0
        self._next_write = 0.0
        self._next_save = 0.0

    def step(self, deadline: float) -> bool:
        """Look at what came, and write what is found when it is time. Raises `StoreError`."""
        with self._lock:
            detector = self._current()
            has_more = detector.advance(deadline)
            if detector.mark != self._written and monotonic() >= self._next_write:
                self._write(detector)
            if self._is_to_be_saved(detector):
                self._save(detector)
            return has_more

    def catch_up(self) -> int:
        """Look at what came and write what is found; gives how many entries are left after
        `ANSWER_SECONDS`. Raises `StoreError`."""
        with self._lock:
            detector = self._current()
            detector.advance(monotonic() + ANSWER_SECONDS)
            if detector.mark != self._written:
                self._write(detector)
            return detector.waiting()

    async def answer(self, _: dict[str, Any]) -> Mapping[str, object]:
        """Have a command find the newest findings in the home: `waiting` are the entries that are
        not looked at yet."""
        return {"waiting": await trio.to_thread.run_sync(self.catch_up)}

    def _current(self) -> StandingDetector:
        from ...coordination.standing_detector import StandingDetector

        detector = self._detector
        if detector is None or detector.is_stale(now_ms()):
            detector = StandingDetector.load(self._home, self._store, now_ms())
            self._detector, self._written, self._saved = detector, None, detector.mark
            self._next_save = monotonic() + SAVE_SECONDS
        return detector

    def _write(self, detector: StandingDetector) -> None:
        from ...coordination.hints import keep_hints
        from ...coordination.kept_findings import keep_findings

        began = monotonic()
        findings = detector.findings()
        keep_hints(self._store, self._home, findings)
        keep_findings(self._store, self._home, findings)
        self._written = detector.mark
        self._next_write = monotonic() + max(WRITE_SECONDS, SHARE * (monotonic() - began))

    def _is_to_be_saved(self, detector: StandingDetector) -> bool:
        unsaved = detector.mark - self._saved
        return unsaved >= SAVE_ENTRIES or (unsaved > 0 and monotonic() >= self._next_save)

    def _save(self, detector: StandingDetector) -> None:
        detector.save(self._home)
        self._saved = detector.mark
        self._next_save = monotonic() + SAVE_SECONDS
