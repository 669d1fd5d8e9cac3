"""Section 18. With `size` and `cid` a blob of so many bytes, of which leaf number i is 01, i as
four bytes (big-endian) and zeros; with `block` a node of a tree with `below` bytes of the blob
under it at `depth` lines above the leaves, and `children`, the names in it; with `frame` a frame
of /sayso/blob/1 without its length, `type` its number and `fields` what it says. With `rule` it is
refused for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgpack

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.blob.tree_node import Child, encode_node

from ..cases import Case, parts

# As ipfs-unixfs-importer 17.1.1 (npm) names them, with cidVersion 1 and rawLeaves.
NAMES = {
    1: "bafkreicl6ujc6ncfktctxxroxognfn7d2fqavvrryoc2lv6m4i6hpbkfti",
    LEAF_SIZE: "bafkreid2ogffxqkj5m7xept2s2wdmk2xvb267uw3e6xjlmdaszdkepasvq",
    LEAF_SIZE + 1: "bafybeia24k2pmx7bycjxosm465gnjhtezvhhb6kyws3zcz65lux3fdkz6i",
    174 * LEAF_SIZE: "bafybeiawetubfpdyl2szurpkfvnht56g4i2sc2twqgtbuhx3p6yfx4c6tq",
    174 * LEAF_SIZE + 1: "bafybeib33hp2zh4nrxtoehxu3xya2ta5nehfdvxs4uokl5k4oxsk53vu3u",
}

LEAVES = [RAW + bytes([n]) * 32 for n in (1, 2, 3)]
SIZES = [LEAF_SIZE, LEAF_SIZE, 7]
BELOW = sum(SIZES)
ROOT = DAG_PB + bytes(range(32))

SOUND: dict[str, tuple[int, list[Any]]] = {
    "Ask": (0, [1, ROOT, 16384, 64]),
    "Ask for inner blocks": (0, [2**32 - 1, LEAVES[0], 0, 0]),
    "Blocks": (1, [7, [b"one", b"two"]]),
    "Leaf": (2, [7, 3, b"bytes"]),
    "Miss": (3, [7, 0]),
    "Miss of one that is busy": (3, [7, 1]),
    "Cancel": (4, [[1, 2, 3]]),
    "Have": (5, [ROOT, [[0, 3], [5, 5]]]),
    "Have of nothing": (5, [ROOT, []]),
}

BROKEN: dict[str, tuple[list[Any], str]] = {
    "unknown type": ([6, 1], "protocol-violation"),
    "no array": (7, "bad-shape"),  # type: ignore[dict-item]
    "a field missing": ([3, 1], "bad-shape"),
    "a field more": ([3, 1, 0, 0], "bad-shape"),
    "negative number": ([3, -1, 0], "bad-shape"),
    "number of 33 bits": ([3, 2**32, 0], "bad-shape"),
    "name of version 0": ([0, 1, b"\x12\x20" + bytes(34), 0, 1], "bad-shape"),
    "more leaves than may be open": ([0, 1, ROOT, 0, 65], "bad-shape"),
    "leaf beyond the largest blob": ([0, 1, ROOT, 16385, 1], "bad-shape"),
    "empty leaf": ([2, 1, 0, b""], "bad-shape"),
    "empty block": ([1, 1, [b""]], "bad-shape"),
    "more blocks than fit": ([1, 1, [b"x"] * 33], "too-large"),
    "more cancelled than open": ([4, list(range(65))], "too-large"),
    "ranges out of order": ([5, ROOT, [[3, 4], [1, 2]]], "bad-shape"),
    "range backwards": ([5, ROOT, [[4, 3]]], "bad-shape"),
    "ranges with one leaf in both": ([5, ROOT, [[1, 2], [2, 3]]], "bad-shape"),
}


def make() -> list[Case]:
    """Names of blobs, nodes, frames."""
    return [*_blobs(), *_nodes(), *_frames()]


def _blobs() -> Iterator[Case]:
    for size, name in NAMES.items():
        yield {"name": f"blob of {size} bytes", "size": size, "cid": name}


def _node(cids: list[bytes] = LEAVES, sizes: list[int] = SIZES, more: int = 0) -> bytes:
    pairs = zip(cids, sizes, strict=True)
    return encode_node([Child(cid, size, size + more) for cid, size in pairs])


def _nodes() -> Iterator[Case]:
    sound = _node()
    yield _node_case("node of three leaves", sound, children=LEAVES)
    broken = {
        "leaf that is a node": _node([ROOT, *LEAVES[1:]]),
        "leaf of another size": _node(sizes=[LEAF_SIZE - 1, LEAF_SIZE, 8]),
        "Tsize that does not add up": _node(more=1),
        "fewer links": _node(LEAVES[:2], SIZES[:2]),
        "data before the links": sound[-sound[::-1].index(b"\x0a"[0]) - 1 :] + sound,
        "something behind the data": sound + b"\x18\x00",
        "no protobuf": b"\xff",
    }
    for name, block in broken.items():
        yield _node_case(name, block, rule="bad-shape")
    large = {"name": "node over its limit", "block": parts((b"\0", 16 * 1024 + 1))}
    yield large | {"below": BELOW, "depth": 1, "rule": "too-large"}


def _node_case(name: str, block: bytes, **more: Any) -> Case:
    return {"name": name, "block": block, "below": BELOW, "depth": 1, **more}


def _frames() -> Iterator[Case]:
    for name, (number, fields) in SOUND.items():
        frame = msgpack.packb([number, *fields])
        yield {"name": name, "frame": frame, "type": number, "fields": fields}
    for name, (items, rule) in BROKEN.items():
        yield {"name": f"frame: {name}", "frame": msgpack.packb(items), "rule": rule}
    yield {"name": "frame: cut short", "frame": b"\x93\x03\x01", "rule": "not-canonical"}
    too_long = (
        b"\x94\x02\x01\x00\xc6" + (LEAF_SIZE + 1).to_bytes(4, "big"),
        (b"\0", LEAF_SIZE + 1),
    )
    yield {"name": "frame: leaf too long", "frame": parts(*too_long), "rule": "bad-shape"}
