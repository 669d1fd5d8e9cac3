"""Blob sources: the bytes of a blob that is held, or that arrives meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Final

import trio

from sayso_protocol.blob.cid import cid_text
from sayso_storage.interface.blobs import BlobReader
from sayso_storage.interface.errors import StoreError

from ...clock import now_ms
from ...media.arriving_file import ArrivingFile
from ...media.blob_store import open_blobs
from ..context import WebContext

CHUNK: Final = 256 << 10
"""Bytes that are read at a time, in a thread; and what one answer takes of memory."""

WAIT_SECONDS: Final = 60.0
"""How long an answer waits for the next bytes of a blob on its way; a player asks again."""


class BlobGone(Exception):
    """The bytes do not come any more."""


class BlobSource(ABC):
    """A blob of `size` bytes. One task at a time reads from it."""

    size: int

    @abstractmethod
    async def read(self, start: int, most: int) -> bytes:
        """At least one byte from `start` on, and `most` at most. Raises `BlobGone`,
        `StoreError`."""

    @abstractmethod
    def close(self) -> None:
        """Let it go; idempotent."""


async def open_source(context: WebContext, cid: bytes) -> BlobSource | None:
    """A blob that is held or on its way; None for any other. Nothing is fetched for that. Raises
    `StoreError`."""
    reader = await context.read_blob(partial(open_blobs(context.home).open, cid, now_ms()))
    if reader is not None:
        return HeldSource(context, reader)
    progress = await context.ask("fetch", cid=cid_text(cid))
    if progress["ended"] and not progress["held"]:
        return None
    arriving = ArrivingSource(context, cid, progress)
    return arriving if await arriving.has_begun() else None


class HeldSource(BlobSource):
    """A whole blob; it is not evicted meanwhile."""

    def __init__(self, context: WebContext, reader: BlobReader) -> None:
        self._context = context
        self._reader = reader
        self.size = reader.size

    async def read(self, start: int, most: int) -> bytes:
        """See `BlobSource`."""
        data = await self._context.read_blob(self._reader.read, start, most)
        if not data:
            raise BlobGone
        return data

    def close(self) -> None:
        """See `BlobSource`."""
        self._reader.close()


class ArrivingSource(BlobSource):
    """A blob that the node fetches: bytes are given as soon as all before them are verified."""

    def __init__(self, context: WebContext, cid: bytes, progress: Mapping[str, object]) -> None:
        self._context = context
        self._cid = cid
        self._progress = progress
        self._file = ArrivingFile(context.home, cid)
        self.size = 0

    async def has_begun(self) -> bool:
        """Whether its size is known and its first byte is here, within `WAIT_SECONDS`."""
        try:
            with trio.fail_after(WAIT_SECONDS):
                while not self._in_order or not self._progress["size"]:
                    await self._next_progress()
        except (BlobGone, trio.TooSlowError):
            self.close()
            return False
        self.size = int(str(self._progress["size"]))
        return True

    async def read(self, start: int, most: int) -> bytes:
        """See `BlobSource`."""
        try:
            with trio.fail_after(WAIT_SECONDS):
                while self._in_order <= start:
                    await self._next_progress()
        except trio.TooSlowError as error:
            raise BlobGone from error
        data = await self._context.read_blob(self._read_now, start, most)
        if not data:
            raise BlobGone
        return data

    def close(self) -> None:
        """See `BlobSource`."""
        self._file.close()

    @property
    def _in_order(self) -> int:
        return int(str(self._progress["in_order"]))

    async def _next_progress(self) -> None:
        if self._progress["ended"]:
            raise BlobGone
        self._progress = await self._context.ask(
            "fetch", cid=cid_text(self._cid), seen=self._in_order
        )

    def _read_now(self, start: int, most: int) -> bytes:
        self._file.at = start
        try:
            return self._file.read_up_to(min(self._in_order, start + most), most)
        except OSError as error:
            raise StoreError(f"cannot read a blob: {error.strerror}") from error
