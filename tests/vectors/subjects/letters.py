"""Section 20. The door `box` of `account` on `day`; the `key` and `box` of a `secret` of a pair, of
a `day` and a `direction`; the `id` of a letter of `size` zero bytes in a box; what a `stamp` is
worth in `bits`. Or a `frame` without its length and its `fields`, or the `rule` that it breaks.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgpack
from nacl.bindings import crypto_sign_seed_keypair

from ..cases import ACCOUNT, Case

DAY = 19_675
SECRET = bytes(range(32))
BOX, KEY, LETTER = bytes([7]) * 16, bytes([8]) * 32, bytes([9]) * 512


def make() -> list[Case]:
    """Names, stamps, frames of each type and frames that are refused."""
    return [*_names(), *_stamps(), *_frames(), *_refused()]


def _names() -> list[Case]:
    cases: list[Case] = []
    for day in (0, DAY, 2**31):
        box = _hash(16, b"sayso door 1", day.to_bytes(8, "big"), ACCOUNT.public)
        door = {"account": ACCOUNT.public, "day": day, "box": box}
        cases.append({"name": f"the door of day {day}"} | door)
        for way in (0, 1):
            data = day.to_bytes(8, "big") + bytes([way])
            key, _ = crypto_sign_seed_keypair(_hash(32, b"sayso box seed 1", data, SECRET))
            box = _hash(16, b"sayso box 1", key)
            pair = {"secret": SECRET, "day": day, "direction": way, "key": key, "box": box}
            cases.append({"name": f"a secret box of day {day}, direction {way}"} | pair)
    for size in (512, 2_048, 8_192, 32_768):
        name = _hash(16, b"sayso letter 1", BOX + bytes(size))
        cases.append({"name": f"a letter of {size} bytes", "in": BOX, "size": size, "id": name})
    return cases


def _stamps() -> list[Case]:
    cases: list[Case] = []
    for stamp in (0, 1, 2**64 - 1, *range(2, 40)):
        digest = _hash(32, b"sayso stamp 1", BOX + BOX + stamp.to_bytes(8, "big"))
        bits = len(f"{int.from_bytes(digest, 'big'):0256b}".partition("1")[0])
        if stamp in (0, 1, 2**64 - 1) or bits > 2:
            case = {"in": BOX, "of": BOX, "stamp": str(stamp), "bits": bits}
            cases.append({"name": f"stamp {stamp}"} | case)
    return cases


def _frames() -> list[Case]:
    frames: list[list[Any]] = [
        [0, 1, KEY, 18, [1 << 30, 64, 256]],
        [1, 70_000, BOX, None, LETTER],
        [1, 0, BOX, 2**40, LETTER],
        [2, 70_000, 3, 24],
        [3, BOX + KEY],
        [4, b""],
        [5, [[BOX, KEY, KEY + KEY]]],
        [6, KEY, 10, 41, KEY + KEY],
        [7, [[BOX, DAY, LETTER, b"abcd", None], [BOX, DAY, LETTER, b"abcd", 2**40]], True],
        [8, BOX],
        [9, KEY],
        [10, bytes(range(8))],
    ]
    return [
        {"name": f"frame {number}", "frame": msgpack.packb(frame), "fields": frame[1:]}
        for number, frame in enumerate(frames)
    ]


def _refused() -> list[Case]:
    shape = "bad-shape"
    frames: list[tuple[str, list[Any], str]] = [
        ("a letter of no size", [1, 0, BOX, None, LETTER[1:]], shape),
        ("a stamp below zero", [1, 0, BOX, -1, LETTER], shape),
        ("half a name", [3, BOX + b"x"], shape),
        ("too many names", [8, BOX * 65], "too-large"),
        ("more days than a door has", [6, KEY, 10, 42, KEY + KEY], shape),
        (
            "a carried letter without a place for a stamp",
            [7, [[BOX, DAY, LETTER, b"abcd"]], True],
            shape,
        ),
        ("days in the wrong order", [6, KEY, 10, 9, KEY + KEY], shape),
        ("a state that there is not", [10, b"\x08"], shape),
        ("a type that there is not", [11], "protocol-violation"),
    ]
    return [
        {"name": name, "frame": msgpack.packb(frame), "rule": rule} for name, frame, rule in frames
    ]


def _hash(size: int, person: bytes, data: bytes, key: bytes = b"") -> bytes:
    return blake2b(data, digest_size=size, person=person, key=key).digest()
