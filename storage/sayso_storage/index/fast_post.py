"""Recognise the common posts by their bytes.

`read_body` takes ten times as long as all else that storing does in Python, and indexes
want to know little of a post. Here one regular expression finds them in nearly all
that people write; what it does not match is read properly. A property test holds the short
cut to the definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sayso_protocol.crypto.keys import check_key
from sayso_protocol.errors import BadKey
from sayso_protocol.limits import MAX_BODY, MAX_TIME_MS

Parts = tuple[
    bytes | None,
    tuple[str, ...],
    str | None,
    bytes | None,
    bytes | None,
    tuple[bytes, ...],
    int | None,
]
"""Of a post: the id that it replies to, its tags as written, its origin, the ids that it names as
its root and quotes, the accounts that it mentions, and when it says that it was written. A plain
tuple: made for every such post."""

NO_PARTS: Final[Parts] = (None, (), None, None, None, (), None)

# Canonical msgpack (github.com/msgpack/msgpack/blob/master/spec.md): lengths of text up to
# 31 lie in its first byte (0xa0 and up), up to 255 in one byte after 0xd9, up to 65535 in
# two after 0xda; integers take the shortest of five forms. A map's keys are in order, and
# its first byte is 0x80 plus their number.
_SEQ = (
    rb"(?:[\x01-\x7f]|\xcc[\x80-\xff]|\xcd[\x01-\xff].|\xce(?!\0\0).{4}"
    rb"|\xcf(?!\0{4})[\0-\x7f].{7})"
)
_REFERENCE = rb"(\x94\xc4\x20.{32}\xc4\x20.{32}" + _SEQ + rb"\xc4\x20.{32})"
_ACCOUNT, _FEED, _ID = slice(3, 35), slice(37, 69), slice(-32, None)
# ASCII ends where the next key begins, whose first byte is none. Lengths are checked below.
_ASCII = rb"([\xa0-\xbf][\x01-\x7f]{0,31}+|\xd9[\x20-\x7f][\x01-\x7f]{0,127}+)"
_TAG = b"|".join(rb"%c[^\0]{%d}" % (0xA0 + length, length) for length in range(32))
_KEY = rb"\xc4\x20.{32}"
_KEY_SIZE = 34
_POST = re.compile(
    rb"([\x82-\x8b])\xa4kind\xa4post"
    rb"(?:\xa4lang([\xa0-\xbf][\x01-\x7f]{0,31}+))?"
    rb"(?:\xa8mentions([\x91-\x9f](?:" + _KEY + rb"){1,15}))?"
    rb"(?:\xa6origin" + _ASCII + rb")?"
    rb"(?:\xa5quote" + _REFERENCE + rb")?"
    rb"(?:\xa5reply" + _REFERENCE + rb")?"
    rb"(?:\xacreply_origin" + _ASCII + rb")?"
    rb"(?:\xa4root" + _REFERENCE + rb")?"
    rb"(?:\xa4tags([\x91-\x9f](?:" + _TAG + rb"){1,15}))?"
    rb"\xa4text",
    re.DOTALL,
)
_OPTIONAL = 8
_BARE = b"\x82\xa4kind\xa4post\xa4text"
_TABLE_SIZE = 1024
_HEAD_SIZES = {0xD9: 2, 0xDA: 3}
"""Bytes of the head of a text, by its first, where it is more than one."""
_WRITTEN = b"\xa7written\xcf"
_WRITTEN_SIZE = len(_WRITTEN) + 8


def parts_of_post(body: bytes) -> Parts | None:
    """Read a common post; `NO_PARTS` itself where there is nothing for an index.

    None says only that the body was not recognised.
    """
    if len(body) > MAX_BODY:
        return None
    if body.startswith(_BARE):
        return NO_PARTS if _is_text(body[len(_BARE) :]) else None
    found = _read(body)
    return None if found is None else found[0]


def common_post(body: bytes) -> tuple[Parts, str] | None:
    """The parts of a common post, and its text. None says only that it was not recognised."""
    bare = bare_text(body)
    if bare is not None:
        return NO_PARTS, bare
    found = _read(body) if len(body) <= MAX_BODY else None
    if found is None:
        return None
    parts, field = found
    return parts, field[_HEAD_SIZES.get(field[0], 1) :].decode()


def _read(body: bytes) -> tuple[Parts, bytes] | None:
    """The parts of a common post that has more than a text, and the field that its text is."""
    head = _POST.match(body)
    if head is None:
        return None
    count, *fields = head.groups()
    more, tail = _OPTIONAL - fields.count(None), body[head.end() :]
    written_ms = None
    if tail.startswith(_WRITTEN, -_WRITTEN_SIZE):
        written_ms = _written_ms(tail[-_WRITTEN_SIZE:])
    if written_ms is not None:
        more, tail = more + 1, tail[:-_WRITTEN_SIZE]
    if count[0] != 0x82 + more or not _is_text(tail):
        return None
    try:
        return _parts(written_ms, *fields), tail
    except (ValueError, BadKey):  # no UTF-8, a length that is another, a key that is none
        return None


def bare_posts(bodies: Sequence[bytes]) -> Sequence[bool]:
    """Whether each of these has a text and nothing else, many at a time: most have, and one by one
    they take four times as long. What is not recognised here may still be such a post."""
    heads = list(map(_bare_head, map(len, bodies)))
    found = list(map(bytes.startswith, bodies, heads))
    # One check for all texts: a line end parts them, so that no character reaches from one
    # into the next.
    texts = b"\n".join(
        [b[len(h) :] for b, h, is_bare in zip(bodies, heads, found, strict=True) if is_bare]
    )
    if b"\0" in texts or not (texts.isascii() or _is_utf8(texts)):
        return [False] * len(bodies)
    return found


def bare_text(body: bytes) -> str | None:
    """The text of a post that is nothing else; None says only that it was not recognised."""
    head = _bare_head(len(body))
    if not body.startswith(head):
        return None
    text = body[len(head) :]
    if b"\0" in text:
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None


def names_nothing(body: bytes) -> bool:
    """True where a body has a kind and a text at the most, so that it names no other entry; False
    says nothing. A fifth of the time of `bare_text`."""
    return body.startswith(_bare_head(len(body)))


def _bare_head(size: int) -> bytes:
    """The beginning of a post of `size` bytes that is nothing but a text."""
    if size < _TABLE_SIZE:
        return _BARE_HEADS[size]
    return _make_bare_head(size)


def _make_bare_head(size: int) -> bytes:
    head = _head_of(size - len(_BARE)) if size <= MAX_BODY else b""
    # Where there is no such post, something that is too long to be found in one.
    return _BARE + (head or bytes(size))


def _is_text(field: bytes) -> bool:
    """Whether a field is one text without NUL, its length in the shortest form."""
    size = len(field)
    head = _HEADS[size] if size < _TABLE_SIZE else _head_of(size)
    if not head or not field.startswith(head):
        return False
    text = field[len(head) :]
    if b"\0" in text:
        return False
    return text.isascii() or _is_utf8(text)  # the first is known in a tenth of the time


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _head_of(size: int) -> bytes:
    """The beginning of a text that takes `size` bytes with its head; empty where none does."""
    if 34 <= size <= 257:
        return b"\xd9%c" % (size - 2)
    if 1 <= size <= 32:
        return b"%c" % (0x9F + size)
    return b"\xda" + (size - 3).to_bytes(2, "big") if size > 258 else b""


_HEADS = tuple(map(_head_of, range(_TABLE_SIZE)))
_BARE_HEADS = tuple(_make_bare_head(size) for size in range(_TABLE_SIZE))


def _written_ms(data: bytes) -> int | None:
    """The time, where these 16 bytes are the field `written` with one of 1970-02-20 or later."""
    if not data.startswith(_WRITTEN):
        return None
    written_ms = int.from_bytes(data[len(_WRITTEN) :], "big")
    return written_ms if 1 << 32 <= written_ms <= MAX_TIME_MS else None


def _parts(
    written_ms: int | None,
    lang: bytes | None,
    mentions: bytes | None,
    origin: bytes | None,
    quote: bytes | None,
    reply: bytes | None,
    reply_origin: bytes | None,
    root: bytes | None,
    tags: bytes | None,
) -> Parts:
    """Check the optional fields; raises `ValueError` or `BadKey`."""
    for reference in (quote, reply, root):
        if reference is not None:
            check_key(reference[_ACCOUNT])
            check_key(reference[_FEED])
    for field in (lang, reply_origin):
        if field is not None:
            _text(field)
    return (
        reply[_ID] if reply is not None else None,
        tuple(_tags(tags)) if tags is not None else (),
        _text(origin) if origin is not None else None,
        root[_ID] if root is not None else None,
        quote[_ID] if quote is not None else None,
        _keys(mentions) if mentions is not None else (),
        written_ms,
    )


def _keys(field: bytes) -> tuple[bytes, ...]:
    """The keys of an array; raises `ValueError` unless it has as many as it says."""
    if len(field) != 1 + (field[0] - 0x90) * _KEY_SIZE:
        raise ValueError("another number of keys")
    return tuple(check_key(field[at : at + 32]) for at in range(3, len(field), _KEY_SIZE))


def _text(field: bytes) -> str:
    """The text of a field; raises `ValueError` unless it is one."""
    if not _is_text(field):
        raise ValueError("a text of another length")
    return field[len(_head_of(len(field))) :].decode()


def _tags(field: bytes) -> Iterator[str]:
    """The texts of an array; raises `ValueError` unless it has as many as it says."""
    at = 1
    for _ in range(field[0] - 0x90):
        end = at + 1 + (field[at] - 0xA0 if at < len(field) else 0)
        yield field[at + 1 : end].decode()
        at = end
    if at != len(field):
        raise ValueError("another number of texts")
