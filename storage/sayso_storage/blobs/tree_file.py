"""Tree files: the inner blocks of a blob, each behind its length (4 bytes, big-endian), in the
order in which they prove each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.blob.tree_node import node_cid
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.errors import Refused

_LENGTH_SIZE: Final = 4


def encode_blocks(blocks: Sequence[bytes]) -> bytes:
    """The file of these blocks."""
    return b"".join(len(one).to_bytes(_LENGTH_SIZE, "big") + one for one in blocks)


def decode_blocks(data: bytes, cid: bytes, size: int) -> list[bytes] | None:
    """The blocks of a file, verified; None where they are not those of this blob."""
    tree, at = VerifiedTree(cid, size), 0
    try:
        while at < len(data):
            length = int.from_bytes(data[at : at + _LENGTH_SIZE], "big")
            at += _LENGTH_SIZE
            tree.add(data[at : at + length])
            at += length
    except Refused:
        return None
    return tree.blocks if tree.is_complete else None


class BlockCollector:
    """Builds a tree and holds its inner blocks, of which the builder gives the root last."""

    def __init__(self) -> None:
        self._blocks: dict[bytes, bytes] = {}
        self._builder = TreeBuilder(self._keep)

    def add(self, leaf: bytes) -> None:
        """See `TreeBuilder.add`."""
        self._builder.add(leaf)

    def tree(self) -> VerifiedTree:
        """The complete tree. Raises `ValueError` where there is no leaf."""
        root = self._builder.root()
        tree = VerifiedTree(root.cid, root.file_size)
        while (wanted := tree.next_block) is not None:
            tree.add(self._blocks[wanted])
        return tree

    def _keep(self, block: bytes) -> None:
        self._blocks[node_cid(block)] = block
