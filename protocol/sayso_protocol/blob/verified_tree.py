"""Verified trees: what a blob's name proves of its leaves.

The inner blocks come root first, then line by line from the left: each is proven by the one
before it that names it, and the leaves by the lowest line.
"""

from __future__ import annotations

from collections import deque

from ..errors import BadShape, TooLarge, WrongBlock
from .blob_limits import LEAF_SIZE, MAX_BLOB, MAX_NODE
from .cid import RAW, check_cid
from .tree_node import decode_node, file_size_of, leaf_cid, node_cid
from .tree_shape import child_sizes, depth_of, leaf_size


class VerifiedTree:
    """The tree of one blob, from its CID on. `size` is None where nobody has said it: then the
    root does, or the only leaf."""

    def __init__(self, cid: bytes, size: int | None = None) -> None:
        """Raises `BadShape` where the name is none, or not one of a blob of that size."""
        self.cid = check_cid(cid)
        self.size = size
        self.blocks: list[bytes] = []
        """The inner blocks that were verified, in the order in which they come."""
        self._leaves: list[bytes] = []
        self._wanted: deque[tuple[bytes, int, int]] = deque()
        """CID, bytes below and depth of the blocks that come next."""
        if size is not None and not 0 < size <= MAX_BLOB:
            raise BadShape("a blob of another size")
        if cid.startswith(RAW):
            if size is not None and size > LEAF_SIZE:
                raise BadShape("one leaf that is longer than a leaf")
            self._leaves.append(cid)
        elif size is not None:
            self._expect_root(size)

    @property
    def is_complete(self) -> bool:
        """Whether the name of every leaf is known."""
        return bool(self._leaves) and not self._wanted

    @property
    def next_block(self) -> bytes | None:
        """The CID of the inner block that comes next; None where the tree is complete."""
        if self.is_complete:
            return None
        return self._wanted[0][0] if self._wanted else self.cid

    @property
    def leaf_count(self) -> int:
        """The number of leaves, once the tree is complete."""
        return len(self._leaves)

    def leaf_size(self, index: int) -> int | None:
        """The bytes of a leaf; None of an only one whose size nobody has said."""
        return None if self.size is None else leaf_size(self.size, index)

    def add(self, block: bytes) -> None:
        """The next inner block. Raises `WrongBlock`, `BadShape`, `TooLarge`; then the tree is as
        before, and another source may have the right one."""
        if self.is_complete:
            raise BadShape("a block beyond the tree")
        cid, size, depth = self._wanted[0] if self._wanted else (self.cid, None, 0)
        if len(block) > MAX_NODE:
            raise TooLarge(f"a node of a tree over {MAX_NODE} bytes")
        if node_cid(block) != cid:
            raise WrongBlock("a block of a tree that is not the one that it is named by")
        if size is None:
            size = file_size_of(block)
            self._check_size(size)
            depth = depth_of(size)
        children = decode_node(block, size, depth)
        if self.size is None:
            self.size = size
        if self._wanted:
            self._wanted.popleft()
        self.blocks.append(block)
        if depth == 1:
            self._leaves += children
            return
        parts = child_sizes(size, depth)
        self._wanted += [
            (child, part, depth - 1) for child, part in zip(children, parts, strict=True)
        ]

    def check_leaf(self, index: int, data: bytes | memoryview) -> None:
        """Raises `WrongBlock` unless these are the bytes of a leaf of the complete tree."""
        size = self.leaf_size(index)
        if len(data) > LEAF_SIZE or (size is not None and len(data) != size):
            raise WrongBlock("a leaf of another length")
        if leaf_cid(data) != self._leaves[index]:
            raise WrongBlock("a leaf that is not the one that its tree names")
        if self.size is None:
            self.size = len(data)

    def _expect_root(self, size: int) -> None:
        self._check_size(size)
        self._wanted.append((self.cid, size, depth_of(size)))

    @staticmethod
    def _check_size(size: int) -> None:
        if not LEAF_SIZE < size <= MAX_BLOB:
            raise BadShape("a tree for a blob of another size")
