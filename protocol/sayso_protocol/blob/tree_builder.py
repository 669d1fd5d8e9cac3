"""Tree builder: leaves in, the name of the blob out."""

from __future__ import annotations

from collections.abc import Callable

from .blob_limits import LEAF_SIZE, MAX_LINKS
from .tree_node import Child, leaf_cid, parent_of


class TreeBuilder:
    """Builds the tree of a file leaf by leaf, and holds one line of links for each depth. `keep`
    is called with each inner block, those below before the one that names them."""

    def __init__(self, keep: Callable[[bytes], None] = lambda block: None) -> None:
        self._keep = keep
        self._lines: list[list[Child]] = [[]]
        self._ended = False

    def add(self, leaf: bytes | memoryview) -> None:
        """The next leaf: `LEAF_SIZE` bytes, or fewer where it is the last. Raises `ValueError`."""
        if self._ended or not 0 < len(leaf) <= LEAF_SIZE:
            raise ValueError("a leaf of no size, or one after the last")
        self._ended = len(leaf) < LEAF_SIZE
        self._put(0, Child(leaf_cid(leaf), len(leaf), len(leaf)))

    def root(self) -> Child:
        """The whole; nothing can be added after it. Raises `ValueError` where there is no leaf."""
        self._ended = True
        depth = 0
        while depth < len(self._lines) - 1 or len(self._lines[depth]) > 1:
            if self._lines[depth]:
                self._close(depth)
            depth += 1
        if not self._lines[depth]:
            raise ValueError("nothing in it")
        return self._lines[depth][0]

    def _put(self, depth: int, child: Child) -> None:
        if depth == len(self._lines):
            self._lines.append([])
        if len(self._lines[depth]) == MAX_LINKS:
            self._close(depth)
        self._lines[depth].append(child)

    def _close(self, depth: int) -> None:
        node, block = parent_of(self._lines[depth])
        self._keep(block)
        self._lines[depth] = []
        self._put(depth + 1, node)
