"""The one canonical msgpack encoding.

Values are nil, booleans, integers, text, bytes, arrays and maps with text keys; nothing
else exists here, so no floats and no extension types. Encoding: shortest form of every
length and integer (msgpack specification, "Formats"), ``bin`` for bytes, ``str`` for
text, map keys sorted by their UTF-8 bytes. A decoder re-encodes what it read and refuses
a difference, so that one value has one encoding and one hash.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgpack

from .errors import BadShape, NotCanonical
from .limits import MAX_DEPTH, MAX_ITEMS

Value = None | bool | int | str | bytes | list["Value"] | dict[str, "Value"]


def encode(value: Value) -> bytes:
    """Return the canonical encoding. Raises `BadShape` for a value that has none."""
    return _pack(_sorted(value, MAX_DEPTH))


def decode(data: bytes | memoryview) -> Value:
    """Return the value of canonical bytes.

    Raises `NotCanonical` for anything that `encode` would not have written: another form,
    trailing or missing bytes, bad UTF-8, repeated or unsorted keys, more than `MAX_ITEMS` in
    one place; `BadShape` for values outside the model or deeper than `MAX_DEPTH`.
    """
    try:
        # The item limits keep small input cheap: an array's declared length is reserved.
        value = msgpack.unpackb(
            data, strict_map_key=False, max_array_len=MAX_ITEMS, max_map_len=MAX_ITEMS
        )
    except Exception as error:
        raise NotCanonical("not msgpack, or too many items in one place") from error
    _check(value, MAX_DEPTH)
    if _pack(value) != data:
        raise NotCanonical("not the canonical msgpack encoding")
    return cast(Value, value)


def unpack(data: bytes | memoryview) -> Any:
    """Read msgpack of any form; raises `NotCanonical` where it is none.

    For frames, which are not hashed and so need no one form. Types still have to be
    checked by the caller.
    """
    try:
        _walk(data)
        return msgpack.unpackb(data, strict_map_key=False)
    except Exception as error:  # msgpack raises a dozen types, RecursionError-like ones too
        raise NotCanonical("not msgpack") from error


def pack_array(items: list[Any] | tuple[Any, ...]) -> bytes:
    """Encode an array whose items are known to be plain: the fast path of `encode`."""
    return _pack(items)


def array_packer() -> Callable[[tuple[Any, ...]], bytes]:
    """A `pack_array` for many arrays of plain items, three times as fast: it keeps its buffer,
    so only one thread may use it, and the caller vouches for the items."""
    packer: Callable[[tuple[Any, ...]], bytes] = msgpack.Packer().pack
    return packer


def _walk(data: bytes | memoryview) -> None:
    """Raise unless every declared item is there, building nothing: `unpackb` reserves an
    array's whole declared length, so that 16 KiB of nested array heads would cost 64 MB."""
    walker = msgpack.Unpacker(max_buffer_size=max(len(data), 1))
    walker.feed(data)
    walker.skip()


def _pack(value: Any) -> bytes:
    try:
        packed: bytes = msgpack.packb(value)
    except (TypeError, ValueError, OverflowError, UnicodeEncodeError) as error:
        raise BadShape("a value that cannot be encoded") from error
    return packed


def _check(value: Any, depth: int) -> None:
    """Raise unless a decoded value lies in the model and its maps are in order; exact types
    only, since a subclass may lie about itself and bool is an int in Python."""
    kind = type(value)
    if kind in _SCALARS:
        return
    if depth == 0:
        raise BadShape("nested too deep")
    if kind is list:
        for item in value:
            _check(item, depth - 1)
    elif kind is dict:
        keys = list(value)
        if any(type(key) is not str for key in keys):
            raise BadShape("a map key that is not text")
        # The order of code points is the order of their UTF-8 bytes (RFC 3629, section 1).
        if keys != sorted(keys):
            raise NotCanonical("map keys out of order")
        for item in value.values():
            _check(item, depth - 1)
    else:
        raise BadShape("a value of a type that the protocol does not have")


def _sorted(value: Any, depth: int) -> Any:
    """Check a value against the model and order its maps."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if depth == 0:
        raise BadShape("nested too deep")
    if kind in (list, tuple, dict) and len(value) > MAX_ITEMS:
        raise BadShape("too many items in one place")
    if kind is list or kind is tuple:
        return [_sorted(item, depth - 1) for item in value]
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise BadShape("a map key that is not text")
        return {key: _sorted(value[key], depth - 1) for key in sorted(value)}
    raise BadShape("a value of a type that the protocol does not have")


_SCALARS = frozenset({type(None), bool, int, str, bytes})
