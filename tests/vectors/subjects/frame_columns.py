"""Compressed columns of bodies, made by hand: no compressor decides what stands in a vector."""

from __future__ import annotations

import struct
from typing import Any

import msgpack

from sayso_protocol.limits import MAX_COLUMN

from ..cases import Case
from .frame_parts import ENTRIES, SIGNATURES, bad, frame


def zstd_frame(
    blocks: bytes,
    size: int | None,
    *,
    window_log: int | None = None,
    dictionary: bool = False,
    checksum: bool = False,
) -> bytes:
    """A Zstandard frame made by hand (RFC 8878, section 3.1.1), without any compressor."""
    single = window_log is None
    descriptor = (
        (0x80 if size is not None else 0) | (0x20 if single else 0) | dictionary | 4 * checksum
    )
    head = bytes([descriptor]) + (b"" if single else bytes([(window_log - 10) << 3]))
    content = b"" if size is None else struct.pack("<I", size)
    return b"\x28\xb5\x2f\xfd" + head + (b"\x05" if dictionary else b"") + content + blocks


def block(data: bytes, *, times: int | None = None, last: bool = True) -> bytes:
    """A raw block or, with `times`, one byte repeated (RFC 8878, section 3.1.1.2)."""
    size, kind = (len(data), 0) if times is None else (times, 1)
    return struct.pack("<I", last | kind << 1 | size << 3)[:3] + data


def columns() -> list[Case]:
    """Sound ones of every form, then bombs, lies and what is no column."""
    plain = msgpack.packb([b"a" * 300, b"b", b"c"], use_bin_type=True)
    size = len(plain)
    # By zstd 1.5 at level 3: what a compressor makes of it.
    made = bytes.fromhex("28b52ffd6036009500005893c5012c61c40162c401630100282ad002")
    checked = bytes.fromhex("28b52ffd6436009500005893c5012c61c40162c401630100282ad002d1c319f6")
    raw = zstd_frame(block(plain), size)
    repeated = [
        block(plain[:4], last=False),
        block(b"a", times=300, last=False),
        block(plain[304:]),
    ]
    unpacked = {"type": 5, "fields": [*ENTRIES[:5], [b"a" * 300, b"b", b"c"], SIGNATURES]}
    good = {
        "raw": raw,
        "with a repeated byte": zstd_frame(b"".join(repeated), size),
        "compressed": made,
        "compressed, with a check sum": checked,
        "with a window of 1 MiB": zstd_frame(block(plain), size, window_log=20),
    }
    cases = [
        {"name": f"column, {name}", "frame": frame(5, _packed(size, data))} | unpacked
        for name, data in good.items()
    ]
    named = zstd_frame(block(plain), size, window_log=20, dictionary=True)
    bomb = b"".join(block(b"\0", times=2**17, last=False) for _ in range(80))
    shape = "bad-shape"
    refused = {
        "declared size too small": (size - 1, raw, shape),
        "declared size too large": (size + 1, raw, shape),
        "size 0": (0, raw, "too-large"),
        "size over the limit": (MAX_COLUMN + 1, raw, "too-large"),
        "size true": (True, raw, shape),
        "size -1": (-1, raw, "too-large"),
        "data as text": (size, "x", shape),
        "data nil": (size, None, shape),
        "no data": (size, b"", shape),
        "not Zstandard": (size, plain, shape),
        "cut": (size, raw[:-1], shape),
        "a byte behind": (size, raw + b"\0", shape),
        "two frames": (size, raw + raw, shape),
        "a skippable frame before": (size, b"\x50\x2a\x4d\x18\1\0\0\0x" + raw, shape),
        "no size inside": (size, zstd_frame(block(plain), None, window_log=20), shape),
        "another size inside": (size, zstd_frame(block(plain), size + 1), shape),
        "another size inside, and declared": (size + 1, zstd_frame(block(plain), size + 1), shape),
        "less than it says, twice": (size - 1, zstd_frame(block(plain), size - 1), shape),
        "a window of 2 MiB": (size, zstd_frame(block(plain), size, window_log=21), shape),
        "a window of 2 GiB": (size, zstd_frame(block(plain), size, window_log=31), shape),
        "another check sum": (size, checked[:-1] + bytes([checked[-1] ^ 1]), shape),
        "with a dictionary": (size, named, shape),
        "a bomb of 10 MB that says so": (80 * 2**17, zstd_frame(bomb, 80 * 2**17), "too-large"),
        "a bomb of 10 MB that says 300 bytes": (300, zstd_frame(bomb, 300), shape),
        "a bomb of 10 MB, sizes differ": (300, zstd_frame(bomb, 80 * 2**17), shape),
        "a map inside": (1, zstd_frame(block(b"\x80"), 1), shape),
        "not msgpack inside": (1, zstd_frame(block(b"\xc1"), 1), "not-canonical"),
        "two bodies inside": (5, zstd_frame(block(b"\x92\xc4\1x\xc0"), 5), shape),
    }  # fmt: skip
    return cases + [
        bad(f"column, {name}", 5, _packed(n, data), rule)
        for name, (n, data, rule) in refused.items()
    ]


def _packed(size: Any, data: Any) -> list[Any]:
    return [*ENTRIES[:5], [size, data], SIGNATURES]
