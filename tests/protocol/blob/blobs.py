"""Blobs for tests: their bytes, their trees, and sources of them that behave in some way."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from sayso_protocol.blob.blob_answerer import BlobAnswerer
from sayso_protocol.blob.blob_fetch import (
    BlobFetch,
    Complete,
    Effect,
    LeaveSource,
    StoreLeaf,
    Tell,
    TreeKnown,
)
from sayso_protocol.blob.blob_frames import (
    NOT_HELD,
    BlobFrame,
    Blocks,
    Leaf,
    Miss,
    decode_blob_frame,
    encode_blob_frame,
)
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.exchange_limits import MAX_BLOCKS
from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.blob.tree_node import node_cid
from sayso_protocol.blob.verified_tree import VerifiedTree


def bytes_of(size: int, seed: int = 1) -> bytes:
    """Bytes of which no two leaves are alike."""
    leaves = -(-size // LEAF_SIZE)
    parts = (
        bytes([seed]) + index.to_bytes(4, "big") + bytes(LEAF_SIZE - 5) for index in range(leaves)
    )
    return b"".join(parts)[:size]


def tree_of(data: bytes) -> VerifiedTree:
    """The complete tree of a blob."""
    kept: dict[bytes, bytes] = {}
    builder = TreeBuilder(lambda block: kept.__setitem__(node_cid(block), block))
    for at in range(0, len(data), LEAF_SIZE):
        builder.add(data[at : at + LEAF_SIZE])
    root = builder.root()
    tree = VerifiedTree(root.cid, root.file_size)
    while tree.next_block is not None:
        tree.add(kept[tree.next_block])
    return tree


class Source:
    """Answers from a whole blob, a leaf each `pace_ms`. `spoil` may change an answer, or give None
    to end the stream."""

    def __init__(
        self,
        data: bytes,
        pace_ms: float = 10,
        spoil: Callable[[int, BlobFrame], BlobFrame | None] = lambda _, frame: frame,
    ) -> None:
        self.data = data
        self.pace_ms = pace_ms
        self.answerer = BlobAnswerer()
        self.sent = 0
        self.is_busy = False
        self._tree = tree_of(data)
        self._spoil = spoil

    def answer(self) -> BlobFrame | None:
        """The next answer; None where the source hangs up."""
        job = self.answerer.take()
        assert job is not None
        self.sent += 1
        frame: BlobFrame
        if job.root != self._tree.cid:
            frame = Miss(job.number, NOT_HELD)
        elif job.index is None:
            blocks = self._tree.blocks[job.first_block : job.first_block + MAX_BLOCKS]
            frame = Blocks(job.number, tuple(blocks))
        else:
            at = job.index * LEAF_SIZE
            frame = Leaf(job.number, job.index, self.data[at : at + LEAF_SIZE])
        return self._spoil(self.sent, frame)


class Swarm:
    """A fetch and its sources on a clock of its own; deterministic."""

    def __init__(self, fetch: BlobFetch, sources: dict[str, Source]) -> None:
        self.fetch = fetch
        self.sources = sources
        self.now_ms = 0.0
        self.stored: dict[int, bytes] = {}
        self.order: list[int] = []
        self.left: list[LeaveSource] = []
        self.is_done = False
        self.held: list[int] = []
        """Leaves that lie here at the beginning."""
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()

    def start(self, at_ms: float = 0.0) -> Swarm:
        for name in self.sources:
            self._at(at_ms, lambda name=name: self.apply(self.fetch.join(name, self.now_ms)))
        self._at(1000, self._tick)
        return self

    def run(self, until_ms: float = 600_000) -> Swarm:
        while self._events and not self.is_done and self.now_ms < until_ms:
            self.now_ms, _, act = heapq.heappop(self._events)
            act()
        return self

    def apply(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell(source=name, frame=frame):
                    sound = decode_blob_frame(encode_blob_frame(frame)[4:])
                    self.sources[name].answerer.receive(sound)
                    self._serve(name)
                case StoreLeaf(index=index, data=data):
                    assert index not in self.stored
                    self.stored[index] = data
                    self.order.append(index)
                case TreeKnown():
                    self.apply(self.fetch.begin(self.held, self.now_ms))
                case LeaveSource():
                    self.left.append(effect)
                    del self.sources[effect.source]
                case Complete():
                    self.is_done = True

    def bytes(self) -> bytes:
        return b"".join(self.stored[index] for index in sorted(self.stored))

    def _serve(self, name: str) -> None:
        source = self.sources[name]
        if not source.is_busy and len(source.answerer):
            source.is_busy = True
            self._at(self.now_ms + source.pace_ms, lambda: self._send(name, source))

    def _send(self, name: str, source: Source) -> None:
        source.is_busy = False
        if self.sources.get(name) is not source or not len(source.answerer):
            return
        frame = source.answer()
        if frame is None:
            del self.sources[name]
            self.apply(self.fetch.lose(name, self.now_ms))
            return
        self.apply(self.fetch.receive(name, frame, self.now_ms))
        if name in self.sources:
            self._serve(name)

    def _tick(self) -> None:
        self.apply(self.fetch.tick(self.now_ms))
        self._at(self.now_ms + 1000, self._tick)

    def _at(self, when_ms: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when_ms, next(self._number), act))
