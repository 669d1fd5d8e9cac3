"""Tree shapes: how a blob of some size is cut, known before one byte of it is.

The balanced layout of UnixFS (https://specs.ipfs.tech/unixfs/) as ``ipfs add --cid-version=1
--raw-leaves`` makes it: leaves of `LEAF_SIZE`, nodes of at most `MAX_LINKS` links, each node but
the last of its line full. Sizes are bytes.
"""

from __future__ import annotations

from .blob_limits import LEAF_SIZE, MAX_LINKS


def leaf_count(size: int) -> int:
    """The number of leaves of a blob of `size` bytes, at least one."""
    return max(1, -(-size // LEAF_SIZE))


def leaf_size(size: int, index: int) -> int:
    """The bytes of leaf `index` (0 the first) of a blob of `size` bytes."""
    return min(LEAF_SIZE, size - index * LEAF_SIZE)


def depth_of(size: int) -> int:
    """The lines of nodes above the leaves: 0 where the blob is one leaf."""
    depth, width = 0, leaf_count(size)
    while width > 1:
        depth, width = depth + 1, -(-width // MAX_LINKS)
    return depth


def child_sizes(size: int, depth: int) -> list[int]:
    """The bytes of the blob under each child of a node with `size` bytes below it, at `depth`
    lines above the leaves (1 the lowest)."""
    full = LEAF_SIZE * MAX_LINKS ** (depth - 1)
    return [min(full, size - at) for at in range(0, size, full)]
