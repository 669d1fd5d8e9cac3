"""Trees of blobs: as IPFS tools make them, verified block by block, every other layout refused."""

from __future__ import annotations

import pytest

from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_BLOB, MAX_LINKS, MAX_NODE
from sayso_protocol.blob.cid import DAG_PB, RAW, cid_text, parse_cid
from sayso_protocol.blob.tree_builder import TreeBuilder
from sayso_protocol.blob.tree_node import (
    Child,
    children_of,
    decode_node,
    encode_node,
    file_size_of,
    node_cid,
    parent_of,
    tree_size,
)
from sayso_protocol.blob.tree_shape import child_sizes, depth_of, leaf_count, leaf_size
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.errors import BadShape, Refused, TooLarge, WrongBlock

from .blobs import bytes_of, tree_of

# From `ipfs add --cid-version=1 --raw-leaves`: kubo's test/sharness/t0040 and t0114, and
# multiblock.txt of the gateway conformance fixtures.
PUBLISHED = {
    b"hello\n": "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am",
    b"I am a txt file on path with utf8\n": (
        "bafkreialihlqnf5uwo4byh4n3cmwlntwqzxxs2fg5vanqdi3d7tb2l5xkm"
    ),
}
MULTIBLOCK = "bafybeigcisqd7m5nf3qmuvjdbakl5bdnh4ocrmacaqkpuh77qjvggmt2sa"
MULTIBLOCK_LEAVES = [
    ("bafkreie5noke3mb7hqxukzcy73nl23k6lxszxi5w3dtmuwz62wnvkpsscm", 256),
    ("bafkreih4ephajybraj6wnxsbwjwa77fukurtpl7oj7t7pfq545duhot7cq", 256),
    ("bafkreigu7buvm3cfunb35766dn7tmqyh2um62zcio63en2btvxuybgcpue", 256),
    ("bafkreicll3huefkc3qnrzeony7zcfo7cr3nbx64hnxrqzsixpceg332fhe", 256),
    ("bafkreifst3pqztuvj57lycamoi7z34b4emf7gawxs74nwrc2c7jncmpaqm", 2),
]

FILM = bytes_of(9 * LEAF_SIZE + 1)
TREE = tree_of(FILM)


@pytest.mark.parametrize("data", PUBLISHED, ids=["hello", "utf8"])
def test_one_leaf_has_its_published_name(data: bytes):
    assert cid_text(tree_of(data).cid) == PUBLISHED[data]


def test_a_node_has_its_published_name():
    children = [Child(parse_cid(text), size, size) for text, size in MULTIBLOCK_LEAVES]
    assert cid_text(parent_of(children)[0].cid) == MULTIBLOCK


def test_py_cid_reads_the_names_that_trees_get():
    from cid import make_cid

    for tree in (TREE, tree_of(b"one leaf")):
        read = make_cid(cid_text(tree.cid))
        assert (read.version, read.codec) == (1, "raw" if tree.leaf_count == 1 else "dag-pb")
        assert read.buffer == tree.cid


@pytest.mark.parametrize(
    "size", [1, LEAF_SIZE - 1, LEAF_SIZE, LEAF_SIZE + 1, 3 * LEAF_SIZE, 5 * LEAF_SIZE + 7]
)
@pytest.mark.parametrize("is_told", [True, False])
def test_what_a_builder_makes_a_verifier_takes(size: int, is_told: bool):
    data = bytes_of(size)
    made = tree_of(data)
    tree = VerifiedTree(made.cid, size if is_told else None)
    for block in made.blocks:
        assert not tree.is_complete and tree.next_block == node_cid(block)
        tree.add(block)
    assert tree.is_complete and tree.next_block is None
    assert tree.leaf_count == leaf_count(size)
    for index in range(tree.leaf_count):
        tree.check_leaf(index, data[index * LEAF_SIZE : (index + 1) * LEAF_SIZE])
    assert tree.size == size


def test_two_lines_of_nodes_are_verified_from_the_root_down():
    size = (2 * MAX_LINKS + 1) * LEAF_SIZE
    cids = [RAW + index.to_bytes(32, "big") for index in range(2 * MAX_LINKS + 1)]
    lines = [cids[at : at + MAX_LINKS] for at in range(0, len(cids), MAX_LINKS)]
    nodes = [parent_of([Child(c, LEAF_SIZE, LEAF_SIZE) for c in line]) for line in lines]
    root, block = parent_of([child for child, _ in nodes])
    assert root.tree_size == tree_size(size, 2) and depth_of(size) == 2
    tree = VerifiedTree(root.cid)
    tree.add(block)
    assert tree.size == size
    with pytest.raises(WrongBlock):
        tree.add(nodes[1][1])  # not before the first
    for _, below in nodes:
        tree.add(below)
    assert tree.is_complete and tree._leaves == cids
    with pytest.raises(BadShape):
        tree.add(block)


def test_the_largest_blob_has_ninety_five_nodes_below_its_root_and_small_blocks():
    assert depth_of(MAX_BLOB) == 2
    assert len(child_sizes(MAX_BLOB, 2)) == 95
    full = encode_node(children_of(MAX_LINKS * LEAF_SIZE, 1, [RAW + bytes(32)] * MAX_LINKS))
    assert 8 * 1024 < len(full) < MAX_NODE


def test_only_the_last_leaf_of_a_builder_may_be_short():
    builder = TreeBuilder()
    builder.add(b"short")
    with pytest.raises(ValueError, match="after the last"):
        builder.add(b"another")
    for leaf in (b"", bytes(LEAF_SIZE + 1)):
        with pytest.raises(ValueError, match="size"):
            TreeBuilder().add(leaf)
    with pytest.raises(ValueError, match="nothing"):
        TreeBuilder().root()


@pytest.mark.parametrize("size", [0, -1, LEAF_SIZE, MAX_BLOB + 1])
def test_a_tree_is_no_name_of_such_a_size(size: int):
    with pytest.raises(BadShape):
        VerifiedTree(TREE.cid, size)


def test_one_leaf_is_no_name_of_more():
    with pytest.raises(BadShape):
        VerifiedTree(RAW + bytes(32), LEAF_SIZE + 1)


def test_a_signed_size_that_is_not_that_of_the_tree_is_refused():
    for size in (len(FILM) - 1, len(FILM) + 1, 20 * LEAF_SIZE):
        tree = VerifiedTree(TREE.cid, size)
        with pytest.raises(BadShape):
            tree.add(TREE.blocks[0])


def test_wrong_leaves_are_refused():
    for index, data in ((0, bytes(LEAF_SIZE)), (9, b"xx"), (9, b""), (1, FILM[:LEAF_SIZE])):
        with pytest.raises(WrongBlock):
            TREE.check_leaf(index, data)
    one = VerifiedTree(tree_of(b"x").cid)
    with pytest.raises(WrongBlock):
        one.check_leaf(0, bytes(LEAF_SIZE + 1))


def _children(size: int = 3 * LEAF_SIZE) -> list[Child]:
    return children_of(size, 1, [RAW + bytes([n]) * 32 for n in range(3)])


def _changed(**change: object) -> bytes:
    children = _children()
    children[1] = children[1]._replace(**change)
    return encode_node(children)


OTHER_LAYOUTS = {
    "leaf of another size": _changed(file_size=LEAF_SIZE - 1),
    "another Tsize": _changed(tree_size=LEAF_SIZE + 1),
    "leaf that is a node": _changed(cid=DAG_PB + bytes(32)),
    "name of another version": _changed(cid=b"\x12\x20" + bytes(32)),
    "fewer links": encode_node(_children()[:2]),
    "more links": encode_node([*_children(), _children()[0]]),
    "data before links": encode_node(_children())[::-1],
    "something behind": encode_node(_children()) + b"\x1a\x00",
    "a field twice": encode_node(_children()) + encode_node(_children())[-20:],
    "no node": b"hello",
    "nothing": b"",
}


@pytest.mark.parametrize("block", OTHER_LAYOUTS.values(), ids=OTHER_LAYOUTS)
def test_other_layouts_are_refused(block: bytes):
    with pytest.raises(Refused):
        decode_node(block, 3 * LEAF_SIZE, 1)


def test_the_layout_is_taken():
    block = encode_node(_children())
    assert decode_node(block, 3 * LEAF_SIZE, 1) == [child.cid for child in _children()]
    assert file_size_of(block) == 3 * LEAF_SIZE


def test_blocks_over_their_limit_are_not_looked_at():
    with pytest.raises(TooLarge):
        decode_node(bytes(MAX_NODE + 1), 3 * LEAF_SIZE, 1)
    with pytest.raises(TooLarge):
        file_size_of(bytes(MAX_NODE + 1))
    with pytest.raises(TooLarge):
        VerifiedTree(TREE.cid).add(bytes(MAX_NODE + 1))


def test_a_root_that_claims_another_size_is_refused():
    block = encode_node([Child(RAW + bytes(32), LEAF_SIZE, LEAF_SIZE)])
    huge = encode_node([Child(RAW + bytes(32), 2**33, 2**33)] * 2)
    for claimed in (block, huge):
        with pytest.raises(BadShape):
            VerifiedTree(node_cid(claimed)).add(claimed)


def test_leaf_sizes_add_up():
    for size in (1, LEAF_SIZE, LEAF_SIZE + 1, 7 * LEAF_SIZE - 1):
        assert sum(leaf_size(size, index) for index in range(leaf_count(size))) == size
