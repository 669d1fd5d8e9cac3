"""Blob responder: gives blobs, and parts of those on their way, to peers that ask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

import trio

from sayso_protocol.blob.blob_answerer import BlobAnswerer, Job
from sayso_protocol.blob.blob_frames import (
    BUSY,
    NOT_HELD,
    BlobFrame,
    Blocks,
    Cancel,
    Have,
    Leaf,
    Miss,
)
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.exchange_limits import HAVE_EVERY_MS, MAX_BLOCKS
from sayso_protocol.blob.tree_shape import leaf_count
from sayso_protocol.discovery.rates import Rates
from sayso_protocol.errors import Refused
from sayso_protocol.sync.budgets.egress import EgressBudget, Given
from sayso_storage.interface.blobs import BlobReader, Blobs
from sayso_storage.interface.store import StoreError

from ...clock import mono_ms
from ...network.link import Link, StreamQuota
from .blob_download import BlobDownload
from .blob_stream import BlobStream

log = logging.getLogger(__name__)

BLOB_QUOTA: Final = StreamQuota(a_peer=2, in_all=32)
"""A stream may hold two leaves in memory: 16 MiB for all."""

MAX_STRANGERS: Final = 16
"""Streams of peers that nobody here knows: half of all, so that the others have the rest."""

IDLE_SECONDS: Final = 60.0
"""How long a stream may stay on which nothing is asked."""

MAX_OPEN_BLOBS: Final = 4
"""Blobs that are open for one stream."""

IDLE_WORK: Final = 256
IDLE_WORK_A_SECOND: Final = 20
WAIT_SECONDS: Final = 0.5
"""Questions of peers at one address for what is not here, each of which costs a look into the
store, and those that they take back; beyond them the next is looked at this much later."""

MAX_ASKERS: Final = 1024
"""Addresses of which they are counted."""

GIVE_WAY_SECONDS: Final = 0.05
MAX_WAYS: Final = 10
"""How long a leaf of a stranger waits at most for those of peers that come first: half a second."""


class BlobResponder:
    """Answers streams. `is_given` says whether a blob is passed on: some entry that is held and not
    withheld attaches it; it is called in a thread. `is_favoured` says of a peer that it comes
    first: it is of the owner, or has given something."""

    def __init__(
        self,
        blobs: Blobs,
        downloads: Mapping[bytes, BlobDownload],
        is_given: Callable[[bytes], bool],
        is_favoured: Callable[[str], bool],
        sealed: Blobs | None = None,
    ) -> None:
        self.stores = (blobs,) if sealed is None else (blobs, sealed)
        self.downloads = downloads
        self.is_given = is_given
        self.budget = EgressBudget()
        self.idle_work = Rates(IDLE_WORK, IDLE_WORK_A_SECOND, MAX_ASKERS)
        self.sent = 0
        """Bytes of leaves since the start."""
        self.favoured_under_way = 0
        self._is_favoured = is_favoured
        self._strangers = 0

    def open(self, root: bytes) -> BlobReader | None:
        """A whole blob, wherever it lies. Raises `StoreError`."""
        found = (blobs.open(root) for blobs in self.stores)
        return next((reader for reader in found if reader is not None), None)

    async def answer(self, link: Link) -> None:
        """Answer a stream until it ends."""
        favoured = self._is_favoured(link.peer_id)
        if not favoured and self._strangers >= MAX_STRANGERS:
            await trio.aclose_forcefully(link.stream)
            return
        self._strangers += not favoured
        conversation = _Conversation(self, link, favoured=favoured)
        try:
            await conversation.run()
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except* Refused as errors:
            log.info("%s asked for a blob wrongly: %s", link.peer_id, errors.exceptions[0])
            await trio.aclose_forcefully(link.stream)
        except* StoreError as errors:
            log.warning("a blob cannot be given: %s", errors.exceptions[0])
        finally:
            self._strangers -= not favoured
            conversation.close()


class _Conversation:
    """One stream of one peer."""

    def __init__(self, responder: BlobResponder, link: Link, *, favoured: bool) -> None:
        self._responder = responder
        self._link = link
        self._favoured = favoured
        self._stream = BlobStream(link.stream)
        self._answerer = BlobAnswerer()
        self._asked = trio.Event()
        self._readers: dict[bytes, BlobReader | None] = {}
        self._told: dict[bytes, float] = {}
        """When the peer was told last what has come of a blob."""

    async def run(self) -> None:
        """Raises `Refused`, `StoreError`, `trio.BrokenResourceError`."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write)
            while (frame := await self._receive()) is not None:
                self._answerer.receive(frame)
                self._asked.set()
                if isinstance(frame, Cancel):
                    await self._pay(len(frame.numbers))
            nursery.cancel_scope.cancel()

    def close(self) -> None:
        """Close the blobs that are open."""
        for reader in self._readers.values():
            if reader is not None:
                reader.close()
        self._readers.clear()

    async def _receive(self) -> BlobFrame | None:
        while True:
            with trio.move_on_after(IDLE_SECONDS):
                return await self._stream.receive()
            if not len(self._answerer):
                return None

    async def _write(self) -> None:
        while True:
            job = self._answerer.take()
            if job is None:
                self._asked = trio.Event()
                await self._asked.wait()
            else:
                await self._answer(job)

    async def _answer(self, job: Job) -> None:
        """Answer one job, and let the peer wait where it has had this before."""
        answer, leaves = await self._answer_to(job)
        if isinstance(answer, Miss):
            self._answerer.drop(job.number)
        if isinstance(answer, Miss):
            await self._stream.send(answer)
            await self._pay()
            return
        if isinstance(answer, Blocks):
            await self._stream.send(answer)
            await self._reckon(job.root, 1, 1, sum(map(len, answer.blocks)))
            return
        assert isinstance(answer, Leaf)
        if not self._favoured:
            await self._give_way()
        self._responder.favoured_under_way += self._favoured
        try:
            await self._stream.send(answer)
        finally:
            self._responder.favoured_under_way -= self._favoured
        self._responder.sent += len(answer.data)
        await self._reckon(job.root, answer.index + 1, leaves, len(answer.data))

    async def _pay(self, amount: int = 1) -> None:
        """Let a peer wait that makes work of which nothing comes."""
        if not self._responder.idle_work.spend(self._network, mono_ms(), max(1, amount)):
            await trio.sleep(WAIT_SECONDS)

    @property
    def _network(self) -> str:
        return self._link.network or self._link.peer_id

    async def _give_way(self) -> None:
        for _ in range(MAX_WAYS):
            if not self._responder.favoured_under_way:
                return
            await trio.sleep(GIVE_WAY_SECONDS)

    async def _reckon(self, root: bytes, place: int, height: int, size: int) -> None:
        given = Given(digest_of(root), place, place, height, size, self._favoured)
        peer, budget = self._link.peer_id, self._responder.budget
        pause_ms = budget.give(peer, self._network, given, mono_ms())
        if pause_ms:
            await trio.sleep(pause_ms / 1000)

    async def _answer_to(self, job: Job) -> tuple[BlobFrame, int]:
        """The answer, and the number of leaves of the blob."""
        reader = await self._reader(job.root)
        if reader is None:
            return await self._from_download(job)
        leaves = leaf_count(reader.size)
        if job.index is None:
            blocks = await trio.to_thread.run_sync(reader.inner_blocks)
            part = tuple(blocks[job.first_block : job.first_block + MAX_BLOCKS])
            return (Blocks(job.number, part) if part else Miss(job.number, NOT_HELD)), leaves
        if job.index >= leaves:
            return Miss(job.number, NOT_HELD), leaves
        start = job.index * LEAF_SIZE
        data = await trio.to_thread.run_sync(reader.read, start, LEAF_SIZE)
        return Leaf(job.number, job.index, data), leaves

    async def _from_download(self, job: Job) -> tuple[BlobFrame, int]:
        """The answer from what has come of a blob that is on its way here."""
        download = self._responder.downloads.get(job.root)
        if download is None or not await self._is_given(job.root):
            return Miss(job.number, NOT_HELD), 1
        written = download.written
        if written is None or download.ended.is_set():
            return Miss(job.number, BUSY), 1
        await self._tell_parts(download)
        if job.index is None:
            part = tuple(download.fetch.tree.blocks[job.first_block :][:MAX_BLOCKS])
            return (Blocks(job.number, part) if part else Miss(job.number, NOT_HELD)), 1
        if job.index >= len(written) or not written.is_held(job.index):
            return Miss(job.number, NOT_HELD), len(written)
        return Leaf(job.number, job.index, await download.leaf(job.index)), len(written)

    async def _tell_parts(self, download: BlobDownload) -> None:
        """Say which leaves are here, now and then."""
        told = self._told.get(download.cid)
        if download.written is not None and (told is None or mono_ms() - told > HAVE_EVERY_MS):
            self._told[download.cid] = mono_ms()
            await self._stream.send(Have(download.cid, download.written.held_ranges()))

    async def _reader(self, root: bytes) -> BlobReader | None:
        """The whole blob, if it is here and given to others."""
        reader = self._readers.get(root)
        if reader is not None:
            return reader
        if not await self._is_given(root):
            return None
        reader = await trio.to_thread.run_sync(self._responder.open, root)
        if reader is not None:
            while len(self._readers) >= MAX_OPEN_BLOBS:
                oldest = self._readers.pop(next(iter(self._readers)))
                if oldest is not None:
                    oldest.close()
            self._readers[root] = reader
        return reader

    async def _is_given(self, root: bytes) -> bool:
        return await trio.to_thread.run_sync(self._responder.is_given, root)
