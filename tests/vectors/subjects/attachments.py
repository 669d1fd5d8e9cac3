"""Section 20. With `wire` a private message, whose `files` are as it says: `type`, `name` and
`alt`, `size`, and either the SHA-256 of what lies in it as `hash`, or `cid` and `key`. With
`sealed_of` a file of so many bytes, byte i of which is i modulo 251, is sealed with `key`: `chunk`
is the length and the SHA-256 of each sealed chunk, `blob` the SHA-256 of them one after the other,
and `cid` the name of that as a blob. With `opens` the sealed bytes `data` are those of a file of so
many bytes, which is `plain`. With `body` the body of a post in a group (section 22). With `rule` it
is refused for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.blob.tree_node import Child, encode_node
from sayso_protocol.codec import Value, encode

from ..cases import ACCOUNT, AT, Case, parts

KEY = bytes(range(32))
LEAF = 262_144
CHUNK = LEAF - 16
LARGEST = 16_384 * CHUNK
BOUND = b"sayso file 1"

WITHIN: list[Value] = ["text/plain", "note.txt", "A note", b"a word"]
LEAF_CID, TREE_CID = RAW + bytes(range(32)), DAG_PB + bytes(range(32))
BESIDE: list[Value] = ["image/png", "cat.png", "A cat", CHUNK, LEAF_CID, KEY]


def make() -> list[Case]:
    """Messages with files, files that are sealed, and what does not open."""
    return [*_sound(), *_refused(), *_in_groups(), *_sealed(), *_unopened()]


def _message(files: Value, text: str = "look") -> bytes:
    return encode([1, "message", bytes(16), ACCOUNT.public, text, AT, None, files])


def _says(fields: list[Any]) -> dict[str, Any]:
    shown = dict(zip(("type", "name", "alt"), fields, strict=False))
    if len(fields) == 4:
        return shown | {"size": len(fields[3]), "hash": sha256(fields[3]).digest()}
    return shown | dict(zip(("size", "cid", "key"), fields[3:], strict=True))


def _wire(data: bytes) -> bytes | list[list[Any]]:
    """Long bytes in short: what repeats in them are zeros."""
    begin = data.find(bytes(1_000))
    if begin < 0:
        return data
    end = len(data) - len(data[begin:].lstrip(b"\0"))
    rest = _wire(data[end:])
    more = parts(rest) if isinstance(rest, bytes) else rest
    return [*parts(data[:begin], (b"\0", end - begin)), *more]


def _with(fields: list[Value], place: int, value: Value) -> list[Value]:
    return [*fields[:place], value, *fields[place + 1 :]]


def _sound() -> Iterator[Case]:
    cases: dict[str, list[list[Value]]] = {
        "no file": [],
        "a file within": [WITHIN],
        "a sealed file of one chunk": [BESIDE],
        "a sealed file of two chunks": [_with(_with(BESIDE, 3, CHUNK + 1), 4, TREE_CID)],
        "the longest file": [_with(_with(BESIDE, 3, LARGEST), 4, TREE_CID)],
        "the shortest sealed file": [_with(BESIDE, 3, 1)],
        "the longest file within": [_with(WITHIN, 3, bytes(24 * 1024))],
        "eight files": [WITHIN, BESIDE] * 4,
        "neither name nor alt": [_with(_with(WITHIN, 1, ""), 2, "")],
        "a name with spaces and dots": [_with(WITHIN, 1, " ..my. note ")],
    }
    for name, files in cases.items():
        wire = _wire(_message([*files]))
        yield {"name": name, "wire": wire, "files": [_says(one) for one in files]}
    yield {"name": "no text", "wire": _message([WITHIN], ""), "files": [_says(WITHIN)]}


def _refused() -> Iterator[Case]:
    shape = "bad-shape"
    cases: dict[str, tuple[Value, str]] = {
        "no array": ("note", shape),
        "nine files": ([WITHIN] * 9, shape),
        "three parts": ([WITHIN[:3]], shape),
        "five parts": ([BESIDE[:5]], shape),
        "seven parts": ([[*BESIDE, None]], shape),
        "no type": ([_with(WITHIN, 0, "")], shape),
        "a long type": ([_with(WITHIN, 0, "x" * 256)], "too-large"),
        "a long name": ([_with(WITHIN, 1, "x" * 256)], "too-large"),
        "a long alt": ([_with(WITHIN, 2, "x" * 6_001)], "too-large"),
        "a name that is a way": ([_with(WITHIN, 1, "../note")], shape),
        "a name that is another way": ([_with(WITHIN, 1, "a\\note")], shape),
        "a name that is a folder": ([_with(WITHIN, 1, "..")], shape),
        "a name of two lines": ([_with(WITHIN, 1, "a\nnote")], shape),
        "a name with a control": ([_with(WITHIN, 1, "note\x9b")], shape),
        "a name that is bytes": ([_with(WITHIN, 1, b"note")], shape),
        "an alt with a NUL": ([_with(WITHIN, 2, "a\0note")], shape),
        "an empty file": ([_with(WITHIN, 3, b"")], shape),
        "a file within that is too long": ([_with(WITHIN, 3, bytes(24 * 1024 + 1))], shape),
        "an empty sealed file": ([_with(BESIDE, 3, 0)], shape),
        "a sealed file that is too long": (
            [_with(_with(BESIDE, 3, LARGEST + 1), 4, TREE_CID)],
            shape,
        ),
        "a leaf for two chunks": ([_with(BESIDE, 3, CHUNK + 1)], shape),
        "a tree for one chunk": ([_with(BESIDE, 4, TREE_CID)], shape),
        "a name of another form": ([_with(BESIDE, 4, b"\x12\x20" + bytes(34))], shape),
        "a short key": ([_with(BESIDE, 5, KEY[1:])], shape),
    }
    for name, (files, rule) in cases.items():
        yield {"name": name, "wire": _wire(_message(files)), "rule": rule}
    yield {"name": "neither text nor file", "wire": _message([], ""), "rule": shape}
    long = _message([_with(WITHIN, 3, bytes(24_000)), _with(WITHIN, 3, bytes(8_000))])
    yield {"name": "a message that is too long", "wire": _wire(long), "rule": "too-large"}


def _in_groups() -> Iterator[Case]:
    def body(**fields: Value) -> bytes:
        return encode({"kind": "post", "text": "look", **fields})

    sound = {"no file": body(), "two files": body(files=[WITHIN, BESIDE])}
    for name, data in sound.items():
        files = [_says(WITHIN), _says(BESIDE)] if name == "two files" else []
        yield {"name": f"a post with {name}", "body": data, "files": files}
    broken: dict[str, Value] = {
        "an empty array of files": [],
        "nine files": [WITHIN] * 9,
        "a file of three parts": [WITHIN[:3]],
        "a file that is named by a way": [_with(WITHIN, 1, "../note")],
    }
    for name, files in broken.items():
        yield {"name": f"a post with {name}", "body": body(files=files), "rule": "bad-shape"}


def _plain(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _chunks(size: int) -> list[bytes]:
    data = _plain(size)
    chunks = [data[at : at + CHUNK] for at in range(0, size, CHUNK)]
    return [
        _seal(number, chunk, is_last=number == len(chunks) - 1)
        for number, chunk in enumerate(chunks)
    ]


def _seal(number: int, data: bytes, *, is_last: bool) -> bytes:
    nonce = bytes(15) + number.to_bytes(8, "big") + bytes([is_last])
    sealed: bytes = crypto_aead_xchacha20poly1305_ietf_encrypt(data, BOUND, nonce, KEY)
    return sealed


def _name(leaves: list[bytes]) -> bytes:
    cids = [RAW + sha256(leaf).digest() for leaf in leaves]
    if len(leaves) == 1:
        return cids[0]
    pairs = zip(cids, map(len, leaves), strict=True)
    return DAG_PB + sha256(encode_node([Child(cid, size, size) for cid, size in pairs])).digest()


def _sealed() -> Iterator[Case]:
    for size in (1, 1000, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5):
        leaves = _chunks(size)
        yield {
            "name": f"a file of {size} bytes, sealed",
            "sealed_of": size,
            "key": KEY,
            "chunk": [[len(one), sha256(one).digest()] for one in leaves],
            "blob": sha256(b"".join(leaves)).digest(),
            "cid": _name(leaves),
        }


def _unopened() -> Iterator[Case]:
    first = _seal(0, b"a word", is_last=True)
    sound: dict[str, Any] = {"opens": 6, "key": KEY, "plain": b"a word"}
    yield {"name": "a short file opens", "data": first, **sound}
    broken = {
        "a chunk that should not be the last": (_seal(0, b"a word", is_last=False), 6),
        "a chunk with another number": (_seal(1, b"a word", is_last=True), 6),
        "a chunk that was changed": (bytes([first[0] ^ 1]) + first[1:], 6),
        "a tag that was changed": (first[:-1] + bytes([first[-1] ^ 1]), 6),
        "fewer bytes": (first[:-1], 6),
        "more bytes": (first + b"x", 6),
        "a shorter file": (first, 7),
        "a longer file": (first, 5),
        "nothing": (b"", 6),
    }
    for name, (data, size) in broken.items():
        yield {"name": name, "data": data, "opens": size, "key": KEY, "rule": "bad-signature"}
