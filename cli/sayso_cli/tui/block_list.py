"""A long list of blocks, laid out as far as it is looked at: pure.

A block is an entry, or anything else that is selected as a whole. Its rows are laid out when it
comes into view; until then it takes as many lines as are estimated. What is above the view stays
where it is when estimates turn out wrong.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .layout import Line, estimate, lay
from .rows import AnyRow

BETWEEN = 1
"""Empty lines behind each block."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together. `key` tells it from the others of its list, `about` is what it
    shows, `order` its place among others: the highest comes first."""

    key: str
    rows: Sequence[AnyRow]
    about: object = None
    order: int = 0
    depth: int = 0
    """Columns that it stands further in."""


class BlockList:
    """Blocks from top to bottom, one of them selected."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.selected = 0
        self._width = 80
        self._laid: list[list[Line] | None] = []
        self._heights: list[int] = []
        self._starts: list[int] | None = None
        self._anchor = 0
        """The block at the top of the view when it was settled last."""

    def __len__(self) -> int:
        return len(self.blocks)

    @property
    def height(self) -> int:
        """The lines of all blocks, as far as they are known."""
        starts = self._places()
        return starts[-1] if starts else 0

    @property
    def current(self) -> Block | None:
        """The selected block."""
        return self.blocks[self.selected] if self.blocks else None

    # --- what is in it ------------------------------------------------------------------

    def extend(self, blocks: Iterable[Block]) -> None:
        """Add blocks at the end."""
        new = list(blocks)
        self.blocks += new
        self._laid += [None] * len(new)
        self._heights += [self._estimate(one) for one in new]
        self._starts = None

    def insert(self, block: Block) -> int:
        """Put a block before the first that has a lower order; gives its place."""
        at = next((n for n, one in enumerate(self.blocks) if one.order < block.order), len(self))
        self.blocks.insert(at, block)
        self._laid.insert(at, None)
        self._heights.insert(at, 0)
        self._lay(at)
        if at <= self.selected and len(self) > 1:
            self.selected += 1
        if at <= self._anchor and len(self) > 1:
            self._anchor += 1
        return at

    def replace(self, at: int, block: Block) -> None:
        """Put a block in the place of another."""
        self.blocks[at] = block
        self._lay(at)

    def find(self, key: str) -> int | None:
        """The place of the block with a key."""
        return next((at for at, one in enumerate(self.blocks) if one.key == key), None)

    # --- where it stands ----------------------------------------------------------------

    def set_width(self, width: int) -> None:
        """Lay everything out for another width, as it is looked at; until then the heights for the
        width before are the estimates."""
        if width != self._width:
            self._width = width
            self._laid = [None] * len(self.blocks)

    def settle(self, top: int, rows: int, *, is_jump: bool = False) -> int:
        """Lay out what a view of so many lines from `top` shows; gives the line at which the same
        view begins afterwards. With `is_jump` what was seen before need not stay in its place."""
        if not self.blocks:
            return 0
        top = max(top, 0) if is_jump else self._settle_above(max(top, 0), rows)
        first = self.at(top)
        inner = top - self.start(first)
        shown = at = first
        left = inner + rows
        while shown < len(self.blocks) and left > 0:
            if self._laid[shown] is None:
                self._lay(shown)
            left -= self._heights[shown]
            shown += 1
        self._anchor = at
        return self.start(at) + min(inner, self._heights[at] - 1)

    def _settle_above(self, top: int, rows: int) -> int:
        """Where the view went up: lay out what came into it from below, so that what was seen
        before stays where it is."""
        anchor = min(self._anchor, len(self.blocks) - 1)
        begins = self.start(anchor)
        if not begins - 3 * rows <= top < begins:
            return top
        moved = 0
        for at in range(anchor - 1, -1, -1):
            if self._laid[at] is None:
                before = self._heights[at]
                self._lay(at)
                moved += self._heights[at] - before
            if self.start(at) <= top + moved:
                break
        return max(top + moved, 0)

    def start(self, at: int) -> int:
        """The line at which a block begins."""
        return self._places()[at - 1] if at else 0

    def end(self, at: int) -> int:
        """The line behind a block, the empty ones left out."""
        return self._places()[at] - BETWEEN

    def at(self, line: int) -> int:
        """The block in which a line is; the last one for lines behind all."""
        return min(bisect_right(self._places(), line), len(self.blocks) - 1)

    def line(self, line: int) -> tuple[int, Line] | None:
        """The block in which a line is, and that line; None behind the last."""
        if not 0 <= line < self.height:
            return None
        at = self.at(line)
        laid = self._laid[at]
        if laid is None:
            laid = self._lay(at)
        inner = line - self.start(at)
        return at, laid[inner] if inner < len(laid) else ()

    def _places(self) -> list[int]:
        """The line behind each block."""
        if self._starts is None:
            self._starts = list(accumulate(self._heights))
        return self._starts

    def _lay(self, at: int) -> list[Line]:
        block = self.blocks[at]
        laid = self._laid[at] = lay(block.rows, self._width - block.depth)
        height = len(laid) + BETWEEN
        if height != self._heights[at]:
            self._heights[at] = height
            self._starts = None
        return laid

    def _estimate(self, block: Block) -> int:
        return estimate(block.rows, self._width - block.depth) + BETWEEN
