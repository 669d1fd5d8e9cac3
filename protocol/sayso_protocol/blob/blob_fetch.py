"""Blob fetch: one blob from several sources at once, each leaf proven before it counts.

Frames and the time come in, effects come out. The lowest missing leaf goes first, from where a
reader stands; the one that the reader waits for is asked of a second source where the first is
slow. A source that sends what is wrong is left at once, one that sends nothing after a while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..errors import NotAsked, ProtocolViolation, Refused
from .blob_frames import BUSY, Ask, BlobFrame, Blocks, Cancel, Have, Leaf, Miss
from .blob_source import BLOCKS, BlobSource
from .exchange_limits import ASK_AGAIN_MS, BUSY_MS, SECOND_ASK_MS, SOURCE_MS, WINDOW
from .leaf_map import LeafMap
from .verified_tree import VerifiedTree

READ_AHEAD: Final = 16 * WINDOW
"""Leaves behind a reader that has jumped for which asks that are under way stay."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a frame to a source."""

    source: str
    frame: BlobFrame


@dataclass(frozen=True, slots=True)
class TreeKnown:
    """The tree is complete: see what lies here of its leaves, then call `begin`."""


@dataclass(frozen=True, slots=True)
class StoreLeaf:
    """Write a leaf that was verified."""

    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class LeaveSource:
    """End the stream with a source. `error` is what it did wrong; None where it has nothing, or
    says nothing."""

    source: str
    reason: str
    error: Refused | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """Every leaf was verified."""


Effect = Tell | TreeKnown | StoreLeaf | LeaveSource | Complete


class BlobFetch:
    """See the module. All times are milliseconds of a clock that never jumps."""

    def __init__(self, cid: bytes, size: int | None = None) -> None:
        """Raises `BadShape` for a name that is none, or none of a blob of that size."""
        self.tree = VerifiedTree(cid, size)
        self.leaves: LeafMap | None = None
        """None until `begin`."""
        self.refused: Counter[str] = Counter()
        """Sources that were left for an offence, by its code."""
        self._sources: dict[str, BlobSource] = {}
        self._position = 0
        self._asked_ms: dict[int, float] = {}
        """When each leaf that is under way was asked for last."""
        self._told_tree = False

    @property
    def sources(self) -> dict[str, int]:
        """The sources now, with the leaves that each has brought."""
        return {source.name: source.brought for source in self._sources.values()}

    @property
    def is_complete(self) -> bool:
        """Whether every leaf is held."""
        return self.leaves is not None and self.leaves.is_whole

    # --- what happens --------------------------------------------------------------------------

    def join(self, name: str, now_ms: float) -> list[Effect]:
        """A source can be asked from now on."""
        self._sources[name] = BlobSource(name, now_ms)
        return self._next(now_ms)

    def lose(self, name: str, now_ms: float) -> list[Effect]:
        """A source is gone."""
        self._drop(name)
        return self._next(now_ms)

    def begin(self, held: Iterable[int], now_ms: float) -> list[Effect]:
        """The leaves that lie here already; the rest is asked for from now on."""
        self.leaves = LeafMap(self.tree.leaf_count, held)
        if self.leaves.is_whole:
            return [Complete()]
        return self._next(now_ms)

    def heard(self, name: str, now_ms: float) -> None:
        """Bytes came from a source: it is alive, however slow."""
        if name in self._sources:
            self._sources[name].heard_ms = now_ms

    def receive(self, name: str, frame: BlobFrame, now_ms: float) -> list[Effect]:
        """A frame of a source. What is wrong costs it its place, and raises nothing."""
        source = self._sources.get(name)
        if source is None:
            return []
        source.heard_ms = now_ms
        try:
            effects = self._take(source, frame, now_ms)
        except Refused as error:
            self.refused[error.code] += 1
            self._drop(name)
            effects = [LeaveSource(name, str(error), error)]
        return effects + self._next(now_ms)

    def read_from(self, index: int, now_ms: float) -> list[Effect]:
        """A reader goes on at this leaf. Where it has jumped, asks for what it does not need soon
        are taken back."""
        effects: list[Effect] = []
        jumped = not self._position <= index <= self._position + READ_AHEAD
        self._position = index
        if jumped:
            effects += self._cancel_beyond(index)
        return effects + self._next(now_ms)

    def tick(self, now_ms: float) -> list[Effect]:
        """Time has passed: to be called once a second."""
        effects: list[Effect] = []
        for source in list(self._sources.values()):
            if source.asked and now_ms - source.heard_ms > SOURCE_MS:
                self._drop(source.name)
                effects.append(LeaveSource(source.name, "it sends nothing of what it was asked"))
            elif not source.asked and now_ms - source.heard_ms > ASK_AGAIN_MS:
                source.forget_lacks(now_ms)
        return effects + self._next(now_ms)

    # --- frames --------------------------------------------------------------------------------

    def _take(self, source: BlobSource, frame: BlobFrame, now_ms: float) -> list[Effect]:
        match frame:
            case Blocks(number, blocks):
                self._take_blocks(source, number, blocks)
            case Leaf():
                return self._take_leaf(source, frame)
            case Miss(number, reason):
                return self._take_miss(source, number, reason, now_ms)
            case Have(root, ranges):
                if root == self.tree.cid:
                    source.ranges = ranges
                    source.lacks.clear()
            case Ask() | Cancel():
                raise ProtocolViolation("a question from the side that is asked")
        return []

    def _take_blocks(self, source: BlobSource, number: int, blocks: tuple[bytes, ...]) -> None:
        index = source.settle(number)
        if index is None or index > BLOCKS:
            raise NotAsked("inner blocks that nobody asked for")
        if not blocks:
            raise ProtocolViolation("an answer without a block")
        known = len(self.tree.blocks) - (BLOCKS - index)  # of these some came from another source
        for block in blocks[max(0, known) :]:
            if not self.tree.is_complete:
                self.tree.add(block)

    def _take_leaf(self, source: BlobSource, leaf: Leaf) -> list[Effect]:
        asked = source.settle(leaf.number)
        if asked is None or asked != leaf.index:
            raise NotAsked("a leaf that nobody asked for")
        assert self.leaves is not None  # none is asked for before
        try:
            self.tree.check_leaf(leaf.index, leaf.data)
        except Refused:
            self._free(leaf.index)
            raise
        source.brought += 1
        if self.leaves.is_held(leaf.index):
            return []
        self.leaves.note_held(leaf.index)
        self._asked_ms.pop(leaf.index, None)
        effects: list[Effect] = [StoreLeaf(leaf.index, leaf.data)]
        for other in self._sources.values():  # who was asked as well need not send it
            for number in [n for n, index in other.asked.items() if index == leaf.index]:
                other.cancel(number)
                effects.append(Tell(other.name, Cancel((number,))))
        if self.leaves.is_whole:
            effects.append(Complete())
        return effects

    def _take_miss(
        self, source: BlobSource, number: int, reason: int, now_ms: float
    ) -> list[Effect]:
        index = source.settle(number)
        if index is None:
            raise NotAsked("a miss of no question")
        if index > BLOCKS:
            self._free(index)
        if reason == BUSY:
            source.busy_until_ms = now_ms + BUSY_MS
            return []
        if index <= BLOCKS:
            self._drop(source.name)
            return [LeaveSource(source.name, "it does not hold it")]
        source.lacks.add(index)
        return []

    # --- asking --------------------------------------------------------------------------------

    def _next(self, now_ms: float) -> list[Effect]:
        """Ask for what comes next, of whoever has room."""
        if not self.tree.is_complete:
            return self._ask_for_tree(now_ms)
        if self.leaves is None:
            told, self._told_tree = self._told_tree, True
            return [] if told else [TreeKnown()]
        if self.leaves.is_whole:
            return []
        effects = self._ask_twice(now_ms)
        # In turn, so that the lowest leaves come from all at once.
        waiting = [source for source in self._sources.values() if source.has_room(now_ms)]
        while waiting:
            waiting.sort(key=lambda source: len(source.asked))
            source = waiting[0]
            index = self.leaves.next_missing(self._position, source.has)
            if index is None:
                waiting.pop(0)
                continue
            effects.append(self._ask_leaf(source, index, now_ms))
            if not source.has_room(now_ms):
                waiting.pop(0)
        return effects

    def _ask_for_tree(self, now_ms: float) -> list[Effect]:
        """Ask one source for the inner blocks, and another where that takes long."""
        asked = [source for source in self._sources.values() if _is_asked_for_tree(source)]
        if asked and now_ms - self._asked_ms.get(BLOCKS, now_ms) < SECOND_ASK_MS:
            return []
        for source in self._sources.values():
            if source not in asked and source.has_room(now_ms):
                first = len(self.tree.blocks)
                number = source.note_ask(BLOCKS - first, now_ms)
                self._asked_ms[BLOCKS] = now_ms
                return [Tell(source.name, Ask(number, self.tree.cid, first, 0))]
        return []

    def _ask_twice(self, now_ms: float) -> list[Effect]:
        """Ask a second source for the leaf that is waited for, where the first takes long."""
        assert self.leaves is not None
        index = self.leaves.next_unheld(self._position)
        if index is None or now_ms - self._asked_ms.get(index, now_ms) < SECOND_ASK_MS:
            return []
        askers = [source for source in self._sources.values() if index in source.asked.values()]
        if len(askers) != 1:
            return []
        others = [
            source
            for source in self._sources.values()
            if source not in askers and source.has(index) and source.has_room(now_ms, more=1)
        ]
        if not others:
            return []
        return [self._ask_leaf(min(others, key=lambda one: len(one.asked)), index, now_ms)]

    def _ask_leaf(self, source: BlobSource, index: int, now_ms: float) -> Tell:
        assert self.leaves is not None
        self.leaves.note_asked(index)
        self._asked_ms[index] = now_ms
        return Tell(source.name, Ask(source.note_ask(index, now_ms), self.tree.cid, index, 1))

    def _cancel_beyond(self, start: int) -> list[Effect]:
        effects: list[Effect] = []
        for source in self._sources.values():
            numbers = [
                number
                for number, index in source.asked.items()
                if index > BLOCKS and not start <= index < start + READ_AHEAD
            ]
            for number in numbers:
                index = source.asked[number]
                source.cancel(number)
                self._free(index)
            if numbers:
                effects.append(Tell(source.name, Cancel(tuple(numbers))))
        return effects

    def _drop(self, name: str) -> None:
        """Forget a source; what it was asked for is missing again."""
        source = self._sources.pop(name, None)
        for index in source.asked.values() if source is not None else ():
            if index > BLOCKS:
                self._free(index)

    def _free(self, index: int) -> None:
        """A leaf is not under way from one source any longer."""
        if self.leaves is not None and not any(
            index in source.asked.values() for source in self._sources.values()
        ):
            self.leaves.note_missing(index)
            self._asked_ms.pop(index, None)


def _is_asked_for_tree(source: BlobSource) -> bool:
    return any(index <= BLOCKS for index in source.asked.values())
