"""Tree nodes: the blocks above the leaves, dag-pb with UnixFS in it.

A node is its links, then its data, protobuf all of it. A link: 1 the CID of the child, 2 its name,
which is empty and written, 3 ``Tsize``, the bytes of all blocks from there down. The data: 1 the
type of a file (2), 3 the bytes of the file below, 4 the same for each child. Of each node there
is one encoding, so all but the hashes in it follows from the number of bytes below.
Sources: https://ipld.io/specs/codecs/dag-pb/spec/, https://specs.ipfs.tech/unixfs/.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from ..errors import BadShape, Refused, TooLarge
from ..protobuf import ProtobufMessage, encode, encode_varint
from .blob_limits import MAX_LINKS, MAX_NODE
from .cid import CID_SIZE, DAG_PB, RAW, check_cid
from .tree_shape import child_sizes

_LINKS, _DATA = 2, 1
_HASH, _NAME, _TSIZE = 1, 2, 3
_TYPE, _FILE_SIZE, _BLOCK_SIZES = 1, 3, 4
_FILE = 2
_BYTES = 2
"""Wire type of bytes, in the lowest three bits of a tag."""


class Child(NamedTuple):
    """A subtree as its parent names it: its CID, the bytes of the file in it, and those of all its
    blocks."""

    cid: bytes
    file_size: int
    tree_size: int


def leaf_cid(data: bytes | memoryview) -> bytes:
    """The CID of a leaf."""
    return RAW + sha256(data).digest()


def node_cid(block: bytes) -> bytes:
    """The CID of a node."""
    return DAG_PB + sha256(block).digest()


def encode_node(children: Sequence[Child]) -> bytes:
    """The block of a node with these children."""
    return b"".join(map(_encode_link, children)) + _encode_data(children)


def parent_of(children: Sequence[Child]) -> tuple[Child, bytes]:
    """A node with these children, as a child of another, and its block."""
    block = encode_node(children)
    size = sum(child.file_size for child in children)
    below = sum(child.tree_size for child in children)
    return Child(node_cid(block), size, len(block) + below), block


@lru_cache(maxsize=256)
def tree_size(size: int, depth: int) -> int:
    """The bytes of all blocks of a subtree with `size` bytes of a file, at `depth` lines above the
    leaves."""
    if depth == 0:
        return size
    children = children_of(size, depth, [bytes(CID_SIZE)] * MAX_LINKS)
    return parent_of(children)[0].tree_size


def children_of(size: int, depth: int, cids: Sequence[bytes]) -> list[Child]:
    """The children of a node with `size` bytes below it, by the names that begin `cids`."""
    sizes = child_sizes(size, depth)
    return [
        Child(cid, part, tree_size(part, depth - 1)) for cid, part in zip(cids, sizes, strict=False)
    ]


def file_size_of(block: bytes) -> int:
    """The bytes of the file below a root, as the block says; `decode_node` checks the rest of it.
    Raises `BadShape`, `TooLarge`."""
    if len(block) > MAX_NODE:
        raise TooLarge(f"a node of a tree over {MAX_NODE} bytes")
    return ProtobufMessage(ProtobufMessage(block).data(_DATA)).number(_FILE_SIZE)


def decode_node(block: bytes, size: int, depth: int) -> list[bytes]:
    """The CIDs of the children of a node with `size` bytes below it, at `depth` lines above the
    leaves. Raises `TooLarge`, and `BadShape` for a block of any other layout: other leaves, other
    sizes, names, fields in another order."""
    if len(block) > MAX_NODE:
        raise TooLarge(f"a node of a tree over {MAX_NODE} bytes")
    links = ProtobufMessage(block).all_data(_LINKS)
    if len(links) != len(child_sizes(size, depth)):
        raise BadShape("a node of a tree with another number of links")
    cids = [_child_cid(link, DAG_PB if depth > 1 else RAW) for link in links]
    if encode_node(children_of(size, depth, cids)) != block:
        raise BadShape("a node of a tree of another layout")
    return cids


def _child_cid(link: bytes, begin: bytes) -> bytes:
    cid = ProtobufMessage(link).data(_HASH)
    try:
        check_cid(cid)
    except Refused as error:
        raise BadShape("a node of a tree that names something else") from error
    if not cid.startswith(begin):
        raise BadShape("a node of a tree of another depth")
    return cid


def _encode_link(child: Child) -> bytes:
    link = encode((_HASH, child.cid), (_NAME, b""), (_TSIZE, child.tree_size))
    return encode_varint(_LINKS << 3 | _BYTES) + encode_varint(len(link)) + link


def _encode_data(children: Sequence[Child]) -> bytes:
    size = sum(child.file_size for child in children)
    own = encode((_TYPE, _FILE), (_FILE_SIZE, size))
    sizes = b"".join(encode((_BLOCK_SIZES, child.file_size)) for child in children)
    return encode((_DATA, own + sizes))
