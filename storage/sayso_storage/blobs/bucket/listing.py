"""Listing: what was in the bucket when all of it was listed last, and what was done here since."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import ClassVar

from .bucket import Bucket
from .object_names import BlobRecord, records_of


class Listing:
    """For one process; any thread may call any method."""

    EVERY_SECONDS: ClassVar[float] = 10.0
    """How old it may be: a list of 100,000 blobs is some 300 requests."""

    def __init__(
        self, bucket: Bucket, every_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bucket = bucket
        self._every_s = every_s
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[bytes, BlobRecord] = {}
        self._listed: float | None = None

    def records(self) -> list[BlobRecord]:
        """All blobs. Raises `StoreError`."""
        with self._lock:
            now = self._clock()
            if self._listed is None or now - self._listed >= self._every_s:
                self._records, self._listed = records_of(self._bucket.names()), now
            return list(self._records.values())

    def put(self, record: BlobRecord) -> None:
        """What is known anew of one."""
        with self._lock:
            if record.parts:
                self._records[record.digest] = record
            else:
                self._records.pop(record.digest, None)

    def forget(self) -> None:
        """One of them is not as it was: list them anew the next time."""
        with self._lock:
            self._listed = None
