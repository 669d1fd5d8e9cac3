"""Changes that keep most of an input's form: random bytes are hardly ever one canonical value.

An input is taken apart as msgpack, one value of it is changed, and it is put together again,
mostly in the canonical form, at times with one value in a longer one. Bytes that are msgpack
or compressed themselves, as in statements and columns, are changed inside. What is no msgpack,
and a share of everything, is changed as plain bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import msgpack
import zstandard

from sayso_protocol.limits import MAX_BODY, MAX_ITEMS, MAX_SEQ, MAX_TIME_MS

from .signing import loosely

_ZSTD = bytes.fromhex("28b52ffd")
_MOST_PLAIN = 1 << 16
_TOKEN = b"the place of bytes that no packer writes"
_BORDERS = [0, 1, 23, 2**5, 2**7, 2**8, 2**15, 2**16, 2**31, 2**32, 2**53, 2**63]
_LIMITS = [MAX_BODY, MAX_ITEMS, MAX_SEQ, MAX_TIME_MS]
_INTEGERS = [sign * n + d for n in _BORDERS + _LIMITS for sign in (1, -1) for d in (-1, 0, 1)]
_SIGHTS = [b" ", b"\n", b"-", b"=", b"z", b"\0", b"\xff"]
_SIGHTS += [letter.encode() for letter in "\u00e9\u017f\u212a"]  # two of them have ASCII capitals
_SIGHTS += [b"\xc0", b"\xc1", b"\xc4\x00", b"\xcc\x00", b"\xd9\x00", b"\xdc\x00\x00", b"\xcb"]
_ODD = [None, True, False, "", "x", "é", "\0", "\n", b"", b"\0", bytes(32), bytes(64), [], {}, 1.5]


class _Bytes:
    """Stands in a value for bytes that are written as they are."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class Mutator:
    """Changes inputs, with parts of `seeds` where something new is put in."""

    def __init__(self, seeds: Sequence[bytes], most_parts: int = 4000) -> None:
        parts: dict[bytes, Any] = {}
        for seed in seeds:
            _collect(loosely(seed), parts, most_parts)
        self._parts = [*parts.values(), *_ODD]
        self._texts = [part for part in self._parts if type(part) is str]
        self._seeds = [*seeds, b""]

    def __call__(self, data: bytes, most: int, chance: Random) -> bytes:
        """A changed copy, of at most so many bytes. All that happens comes from `chance`."""
        changed = data
        while changed == data or chance.random() < 0.3:
            changed = self._changed(changed, chance)
        return changed[:most]

    def _changed(self, data: bytes, chance: Random) -> bytes:
        if chance.random() < 0.8:
            value = loosely(data)
            # Most short bytes are the beginning of some value: so only what has parts counts.
            if type(value) in (list, dict) and value:
                return _packed(self._within(value, chance), chance)
        return self._spoilt(data, chance)

    # --- values -------------------------------------------------------------------------

    def _within(self, value: Any, chance: Random) -> Any:
        """A value with one place changed, itself or somewhere in it."""
        if type(value) is list and value and chance.random() < 0.8:
            at = chance.randrange(len(value))
            return [*value[:at], self._within(value[at], chance), *value[at + 1 :]]
        if type(value) is dict and value and chance.random() < 0.8:
            key = chance.choice(list(value))
            return value | {key: self._within(value[key], chance)}
        if type(value) is bytes and chance.random() < 0.8:
            return self._inside(value, chance)
        turn = chance.random()
        if turn < 0.15:
            return chance.choice(self._parts)
        if turn < 0.25:
            return _Bytes(_longer(value, chance))
        return self._other(value, chance)

    def _inside(self, data: bytes, chance: Random) -> bytes:
        """Bytes changed as what they hold."""
        if data.startswith(_ZSTD):
            plain = _decompressed(data)
            if plain is None:
                return self._spoilt(data, chance)
            level = chance.choice([1, 3, 19])
            return zstandard.ZstdCompressor(level=level).compress(self._changed(plain, chance))
        if type(loosely(data)) is list:
            return self._changed(data, chance)
        return self._spoilt(data, chance)

    def _other(self, value: Any, chance: Random) -> Any:
        if type(value) is bool:
            return not value
        if type(value) is int:
            return chance.choice([value - 1, value + 1, -value, chance.choice(_INTEGERS)])
        if type(value) is str:
            data = self._spoilt(value.encode("utf-8", "surrogatepass"), chance)
            return data.decode("utf-8", "replace")
        if type(value) is bytes:
            return self._spoilt(value, chance)
        if type(value) is list:
            return self._list(value, chance)
        if type(value) is dict:
            return self._map(value, chance)
        return chance.choice(self._parts)

    def _list(self, value: list[Any], chance: Random) -> list[Any]:
        low, high = sorted(chance.randrange(len(value) + 1) for _ in range(2))
        return chance.choice(
            [
                value[:low] + value[high:],
                value[:high] + value[low:],
                value[:low] + value[low:high][::-1] + value[high:],
                [*value[:low], chance.choice(self._parts), *value[low:]],
                value[:low] + value[low : low + 1] * chance.choice([2, 17, 65]) + value[high:],
            ]
        )

    def _map(self, value: dict[Any, Any], chance: Random) -> dict[Any, Any]:
        items = list(value.items())
        if items and chance.random() < 0.4:
            del items[chance.randrange(len(items))]
        else:
            items.append((chance.choice(self._texts), chance.choice(self._parts)))
        if chance.random() < 0.9:
            items.sort(key=lambda item: (str(type(item[0])), item[0]))
        return dict(items)

    # --- bytes --------------------------------------------------------------------------

    def _spoilt(self, data: bytes, chance: Random) -> bytes:
        # The end is where what decoders pass over would stand.
        at = len(data) if chance.random() < 0.1 else chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice([1, 1, 1, 2, 4, 8, 32, len(data)]))
        turn = chance.randrange(7)
        if turn == 0 and at < len(data):
            return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        if turn == 1 and at < len(data):
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        if turn == 2:
            return data[:at] + data[to:]
        if turn == 3:
            return data[:to] + data[at:]
        if turn == 4:
            other = chance.choice(self._seeds)
            start = chance.randrange(len(other) + 1)
            return data[:at] + other[start : start + to - at] + data[to:]
        if turn == 5:
            return data[:at] + data[at:to].swapcase() + data[to:]
        return data[:at] + chance.choice(_SIGHTS) + data[at + chance.randrange(2) :]


def _decompressed(data: bytes) -> bytes | None:
    """What was compressed, if that is not much."""
    try:
        if zstandard.get_frame_parameters(data).content_size > _MOST_PLAIN:
            return None
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=_MOST_PLAIN)
    except zstandard.ZstdError:
        return None


def _collect(value: Any, parts: dict[bytes, Any], most: int) -> None:
    """Take in a value and what it is made of, each once."""
    if len(parts) >= most:
        return
    try:
        packed: bytes = msgpack.packb(value)
    except (ValueError, TypeError, OverflowError):
        return
    if len(packed) <= 600:
        parts.setdefault(packed, value)
    inner = loosely(value) if type(value) is bytes else None
    if type(inner) is list:
        value = inner
    for item in value.items() if type(value) is dict else value if type(value) is list else ():
        for one in item if type(value) is dict else (item,):
            _collect(one, parts, most)


def _packed(value: Any, chance: Random) -> bytes:
    """A value in the shortest form, but for what `_Bytes` says."""
    grafts: list[bytes] = []

    def graft(item: Any) -> bytes:
        grafts.append(item.data if isinstance(item, _Bytes) else b"\xc1")
        return _TOKEN

    try:
        packed: bytes = msgpack.packb(value, default=graft, unicode_errors="surrogatepass")
    except (ValueError, OverflowError):  # an integer of more than 64 bits
        return bytes([chance.randrange(256)])
    for data in grafts:
        packed = packed.replace(msgpack.packb(_TOKEN), data, 1)
    return packed


def _longer(value: Any, chance: Random) -> bytes:
    """A value in a form that is longer than it needs to be, where there is one."""
    head = chance.choice([1, 2, 4])
    if type(value) is int and 0 <= value < 2**32:
        size = chance.choice([4, 8])
        return bytes([0xCC + (1, 2, 4, 8).index(size)]) + value.to_bytes(size, "big")
    if type(value) is int and -(2**31) <= value < 2**31:
        return b"\xd3" + value.to_bytes(8, "big", signed=True)
    if type(value) is str or type(value) is bytes:
        data = value.encode("utf-8", "replace") if type(value) is str else value
        head = head if len(data) < 256**head else 4
        code = (0xD9 if type(value) is str else 0xC4) + (1, 2, 4).index(head)
        return bytes([code]) + len(data).to_bytes(head, "big") + data
    try:
        packed = [msgpack.packb(item) for item in value] if type(value) is list else None
    except (ValueError, OverflowError):
        return b"\xc1"
    if packed is None:
        return bytes([chance.randrange(256)])
    code = 0xDC if head < 4 and len(packed) < 2**16 else 0xDD
    return bytes([code]) + len(packed).to_bytes(2 if code == 0xDC else 4, "big") + b"".join(packed)
