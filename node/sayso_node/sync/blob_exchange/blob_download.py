"""Blob download: one `BlobFetch` driven over streams, into a partial blob."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import trio

from sayso_protocol.blob.blob_fetch import (
    BlobFetch,
    Complete,
    Effect,
    LeaveSource,
    StoreLeaf,
    Tell,
    TreeKnown,
)
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.exchange_limits import MAX_SOURCES
from sayso_protocol.blob.leaf_map import LeafMap
from sayso_protocol.errors import Refused
from sayso_storage.interface.blobs import Blobs, HeldBlob, PartialBlob

from ...clock import mono_ms, now_ms
from ...network.link import DialError, Link
from .blob_stream import BlobStream

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.5
STALL_SECONDS: Final = 180.0
"""How long a download that brings nothing goes on: those who are asked may have to fetch it first,
and be slow."""

OpenStream = Callable[[str], Awaitable[Link]]
"""Opens a stream of `/sayso/blob/1` with a peer, by its id. Raises `DialError`."""


class NotFetched(Exception):
    """A blob did not come, or not all of it; the text says why, for a person."""


class BlobDownload:
    """One blob on its way here."""

    def __init__(self, blobs: Blobs, cid: bytes, size: int | None, open_stream: OpenStream) -> None:
        """Raises `BadShape` where there can be no such blob."""
        self.cid = cid
        self.fetch = BlobFetch(cid, size)
        self.left: dict[str, str] = {}
        """The peers that were left or had nothing, and why."""
        self.ended = trio.Event()
        self.held: HeldBlob | None = None
        """The whole blob, once it is."""
        self.error: Exception | None = None
        """What ended it, where it is not whole."""
        self.written: LeafMap | None = None
        """The leaves that lie on the disk."""
        self._blobs = blobs
        self._open_stream = open_stream
        self._partial: PartialBlob | None = None
        self._outboxes: dict[str, trio.MemorySendChannel[Tell]] = {}
        self._scopes: dict[str, trio.CancelScope] = {}
        self._tried: set[str] = set()
        self._trying = 0
        self._writing = 0
        self._is_complete = False
        self._progress = trio.Event()
        self._nursery: trio.Nursery | None = None

    @property
    def size(self) -> int | None:
        """The bytes of the blob, once they are known."""
        return self.fetch.tree.size

    @property
    def have(self) -> int:
        """The bytes that are here, verified and on the disk."""
        if self.held is not None:
            return self.held.size
        return min(self.written.held_count * LEAF_SIZE, self.size or 0) if self.written else 0

    @property
    def in_order(self) -> int:
        """The bytes from the beginning that are here without a gap."""
        if self.held is not None:
            return self.held.size
        if self.written is None:
            return 0
        gap = self.written.next_unheld(0)
        return (self.size or 0) if gap is None else gap * LEAF_SIZE

    @property
    def holders(self) -> list[str]:
        """The peers that are asked now."""
        return list(self._outboxes)

    async def run(self, sources: Iterable[str]) -> HeldBlob:
        """Fetch it. Raises `NotFetched`, `StoreError`; what came until then stays, to go on with
        later."""
        try:
            await self._fetch(sources)
        except BaseExceptionGroup as errors:
            self.error = _first(errors)
            raise self.error from None
        except Exception as error:
            self.error = error
            raise
        else:
            assert self.held is not None
            return self.held
        finally:
            self._nursery = None
            if self._partial is not None:
                self._partial.close()
            self.ended.set()
            self._note_progress()

    async def _fetch(self, sources: Iterable[str]) -> None:
        self._partial = await trio.to_thread.run_sync(
            self._blobs.begin, self.cid, self.fetch.tree.size
        )
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            self.add_sources(sources)
            await self._watch()
            nursery.cancel_scope.cancel()
        self.held = await trio.to_thread.run_sync(self._partial.complete, self.fetch.tree, now_ms())

    def add_sources(self, sources: Iterable[str]) -> None:
        """More peers that may have it; those that were tried are not again."""
        for peer in sources:
            new = self._nursery is not None and peer not in self._tried
            if new and len(self._outboxes) + self._trying < MAX_SOURCES:
                assert self._nursery is not None
                self._tried.add(peer)
                self._trying += 1
                self._nursery.start_soon(self._draw_from, peer)

    async def leaf(self, index: int) -> bytes:
        """A leaf that was written, while this runs."""
        assert self._partial is not None
        size = self.fetch.tree.leaf_size(index)
        assert size is not None
        return await trio.to_thread.run_sync(self._partial.read, index, size)

    async def jump(self, start: int) -> None:
        """A reader goes on at this leaf."""
        await self._apply(self.fetch.read_from(start, mono_ms()))

    async def next_progress(self) -> None:
        """Wait until more has come, or it has ended."""
        await self._progress.wait()

    # --- within --------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Keep time until all of it is written. Raises `NotFetched` where nobody is left."""
        came, since = self.have, trio.current_time()
        while not (self._is_complete and not self._writing):
            if self.have != came:
                came, since = self.have, trio.current_time()
            if trio.current_time() - since > STALL_SECONDS:
                raise NotFetched("nothing more of it came for minutes: try again later")
            if not self._is_complete and not self._outboxes and not self._trying:
                raise NotFetched(self._why_nobody())
            with trio.move_on_after(TICK_SECONDS):
                await self._progress.wait()
                continue
            await self._apply(self.fetch.tick(mono_ms()))

    def _why_nobody(self) -> str:
        if not self._tried:
            return "nobody is known who may have it: connect to whoever you have the post from"
        begun = self.written is not None and self.written.held_count
        kept = "; what came stays, and the same command goes on from there" if begun else ""
        reasons = sorted(set(self.left.values())) or ["they do not answer"]
        return f"nobody who was asked has all of it ({'; '.join(reasons)}): try again later{kept}"

    async def _draw_from(self, peer: str) -> None:
        """Fetch from one peer until it ends."""
        try:
            link = await self._open_stream(peer)
        except DialError as error:
            self.left[peer] = "a peer cannot be reached"
            log.debug("no blob from %s: %s", peer, error)
            return
        finally:
            self._trying -= 1
            self._note_progress()
        send, receive = trio.open_memory_channel[Tell](1024)
        self._outboxes[peer] = send
        stream = BlobStream(link.stream, lambda: self.fetch.heard(peer, mono_ms()))
        try:
            async with link.stream, trio.open_nursery() as nursery:
                self._scopes[peer] = nursery.cancel_scope
                nursery.start_soon(self._send_all, stream, receive)
                await self._apply(self.fetch.join(peer, mono_ms()))
                while peer in self._outboxes and (frame := await stream.receive()) is not None:
                    await self._apply(self.fetch.receive(peer, frame, mono_ms()))
                nursery.cancel_scope.cancel()
            self.left.setdefault(peer, "a peer ended it")
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            self.left.setdefault(peer, "a peer was lost")
        except* Refused as errors:
            self.left[peer] = "a peer sent what is wrong"
            log.info("%s is left: %s", peer, errors.exceptions[0])
        finally:
            self._outboxes.pop(peer, None)
            self._scopes.pop(peer, None)
            with trio.CancelScope(shield=True):
                await self._apply(self.fetch.lose(peer, mono_ms()))
            self._note_progress()

    @staticmethod
    async def _send_all(stream: BlobStream, frames: trio.MemoryReceiveChannel[Tell]) -> None:
        async for tell in frames:
            await stream.send(tell.frame)

    async def _apply(self, effects: Iterable[Effect]) -> None:
        # What is asked next goes out before anything is waited for.
        for effect in sorted(effects, key=_rank):
            match effect:
                case Tell(source=peer):
                    outbox = self._outboxes.get(peer)
                    if outbox is not None:
                        outbox.send_nowait(effect)
                case StoreLeaf(index=index, data=data):
                    await self._write(index, data)
                case TreeKnown():
                    await self._begin()
                case LeaveSource(source=peer, reason=reason, error=error):
                    self._leave(peer, reason, error)
                case Complete():
                    self._is_complete = True
                    self._note_progress()

    async def _begin(self) -> None:
        """See what lies here already."""
        assert self._partial is not None
        found = await trio.to_thread.run_sync(self._partial.verified_leaves, self.fetch.tree)
        self.written = LeafMap(self.fetch.tree.leaf_count, found)
        self._note_progress()
        await self._apply(self.fetch.begin(found, mono_ms()))

    async def _write(self, index: int, data: bytes) -> None:
        assert self._partial is not None and self.written is not None
        self._writing += 1
        try:
            await trio.to_thread.run_sync(self._partial.write, index, data)
        finally:
            self._writing -= 1
        self.written.note_held(index)
        self._note_progress()

    def _leave(self, peer: str, reason: str, error: Refused | None) -> None:
        self.left[peer] = "a peer sent what is wrong" if error is not None else reason
        log.info("%s is not asked for a blob any more: %s", peer, reason)
        self._outboxes.pop(peer, None)
        if peer in self._scopes:
            self._scopes[peer].cancel()

    def _note_progress(self) -> None:
        self._progress.set()
        self._progress = trio.Event()


def _rank(effect: Effect) -> int:
    return (Tell, StoreLeaf, TreeKnown, Complete, LeaveSource).index(type(effect))


def _first(errors: BaseExceptionGroup[BaseException]) -> Exception:
    """The error that stands for a group of them; what ends the whole process goes before."""
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            return _first(error)
        if isinstance(error, Exception):
            return error
        raise error
    raise AssertionError("a group of no errors")
