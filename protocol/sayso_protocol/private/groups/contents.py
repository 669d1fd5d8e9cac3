"""What letters say about groups: the contents that members send to each other's devices.

Each is a canonical array of at most `MAX_CONTENT` bytes that begins with version and kind, and the
group's id:

- ``[1, "group-invitation", group, grants, operations]``, the first operation the create;
- ``[1, "group-operations", group, grants, operations]``, with the grants of the devices that signed
  them;
- ``[1, "group-epochs", group, epochs]``;
- ``[1, "group-request", group, heads, epochs, posts, wanted operations, wanted epochs, wanted
  posts]``: the newest operations, epochs and posts that the sender knows, and ids that he lacks;
- ``[1, "group-post", group, post]``.

Grants, operations, epochs and posts are byte strings, as they travel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ...codec import Value, decode, encode
from ...errors import BadShape, TooLarge, UnknownVersion
from .epoch import Epoch
from .group_limits import (
    EPOCHS_A_LETTER,
    GRANTS_A_LETTER,
    ID_SIZE,
    MAX_CONTENT,
    MAX_IDS,
    OPERATIONS_A_LETTER,
)
from .operation import Operation, read_ids

VERSION: Final = 1
_HEAD: Final = 3
"""Bytes before a byte string of up to 64 KiB (msgpack, bin 16)."""
_ROOM: Final = MAX_CONTENT - 64
"""Bytes for the grants and operations of a content."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The first word about a group to whom it does not know yet."""

    group: bytes
    grants: tuple[bytes, ...]
    operations: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations, parents before those that name them as far as they are here."""

    group: bytes
    grants: tuple[bytes, ...]
    operations: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Epochs:
    """Keys of epochs."""

    group: bytes
    epochs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """The question for what was missed. All are ids in ascending order."""

    group: bytes
    heads: tuple[bytes, ...]
    epochs: tuple[bytes, ...]
    posts: tuple[bytes, ...]
    wanted_operations: tuple[bytes, ...] = ()
    wanted_epochs: tuple[bytes, ...] = ()
    wanted_posts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post, to whom the letter in the group's box did not reach."""

    group: bytes
    post: bytes


GroupContent = Invitation | Operations | Epochs | Request | Post

INVITATION: Final = "group-invitation"
OPERATIONS: Final = "group-operations"
EPOCHS: Final = "group-epochs"
REQUEST: Final = "group-request"
POST: Final = "group-post"


def write_content(content: GroupContent) -> bytes:
    """The bytes of a content. Raises `TooLarge` for one that fits no letter."""
    data = encode(_fields(content))
    if len(data) > MAX_CONTENT:
        raise TooLarge("a content that fits no letter")
    return data


def read_content(data: bytes) -> GroupContent:
    """Read a content; what it carries is not verified. Raises `Refused`."""
    if len(data) > MAX_CONTENT:
        raise TooLarge("a content that fits no letter")
    fields = decode(data)
    if type(fields) is not list or len(fields) < 3:
        raise BadShape("a content is an array")
    version, kind, group, *rest = fields
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a content of another version")
    if type(kind) is not str or kind not in _READERS:
        raise BadShape("a content of no kind that concerns groups")
    if type(group) is not bytes or len(group) != ID_SIZE:
        raise BadShape("a content of no group")
    return _READERS[kind](group, rest)


def batches(operations: Iterable[Operation], grants: dict[bytes, bytes]) -> list[Operations]:
    """Operations with the grants (by feed) of their devices, as many contents as it takes."""
    found: list[Operations] = []
    part: list[Operation] = []
    feeds: dict[bytes, None] = {}
    size = 0
    for one in operations:
        grant = 0 if one.feed in feeds else len(grants[one.feed]) + _HEAD
        many = len(part) == OPERATIONS_A_LETTER or (grant and len(feeds) == GRANTS_A_LETTER)
        if part and (many or size + grant + len(one.wire) + _HEAD > _ROOM):
            found.append(_batch(part, feeds, grants))
            part, feeds, size, grant = [], {}, 0, len(grants[one.feed]) + _HEAD
        part.append(one)
        feeds[one.feed] = None
        size += grant + len(one.wire) + _HEAD
    return [*found, _batch(part, feeds, grants)] if part else found


def epoch_batches(group: bytes, epochs: Iterable[Epoch]) -> list[Epochs]:
    """Epochs, as many contents as it takes."""
    wires = [one.wire for one in epochs]
    return [
        Epochs(group, tuple(wires[at : at + EPOCHS_A_LETTER]))
        for at in range(0, len(wires), EPOCHS_A_LETTER)
    ]


def _batch(part: list[Operation], feeds: Iterable[bytes], grants: dict[bytes, bytes]) -> Operations:
    wires = tuple(grants[feed] for feed in feeds)
    return Operations(part[0].group, wires, tuple(one.wire for one in part))


def _fields(content: GroupContent) -> Value:
    group = content.group
    match content:
        case Invitation():
            lists = [list(content.grants), list(content.operations)]
            return [VERSION, INVITATION, group, *_values(lists)]
        case Operations():
            lists = [list(content.grants), list(content.operations)]
            return [VERSION, OPERATIONS, group, *_values(lists)]
        case Epochs():
            return [VERSION, EPOCHS, group, list[Value](content.epochs)]
        case Request():
            known = [content.heads, content.epochs, content.posts]
            wanted = [content.wanted_operations, content.wanted_epochs, content.wanted_posts]
            return [VERSION, REQUEST, group, *_values([list(ids) for ids in known + wanted])]
    return [VERSION, POST, group, content.post]


def _values(lists: list[list[bytes]]) -> list[Value]:
    return [list[Value](one) for one in lists]


def _wires(value: Value, most: int) -> tuple[bytes, ...]:
    if type(value) is not list or not 0 < len(value) <= most:
        raise BadShape("a content with nothing in it, or too much")
    wires: list[bytes] = []
    for one in value:
        if type(one) is not bytes:
            raise BadShape("a content of something else than bytes")
        wires.append(one)
    return tuple(wires)


def _of(count: int, fields: list[Value]) -> list[Value]:
    if len(fields) != count:
        raise BadShape("a content with more or fewer fields")
    return fields


def _read_invitation(group: bytes, fields: list[Value]) -> GroupContent:
    grants, operations = _of(2, fields)
    return Invitation(
        group, _wires(grants, GRANTS_A_LETTER), _wires(operations, OPERATIONS_A_LETTER)
    )


def _read_operations(group: bytes, fields: list[Value]) -> GroupContent:
    grants, operations = _of(2, fields)
    return Operations(
        group, _wires(grants, GRANTS_A_LETTER), _wires(operations, OPERATIONS_A_LETTER)
    )


def _read_epochs(group: bytes, fields: list[Value]) -> GroupContent:
    return Epochs(group, _wires(_of(1, fields)[0], EPOCHS_A_LETTER))


def _read_request(group: bytes, fields: list[Value]) -> GroupContent:
    return Request(group, *(read_ids(ids, MAX_IDS) for ids in _of(6, fields)))


def _read_post(group: bytes, fields: list[Value]) -> GroupContent:
    (post,) = _of(1, fields)
    if type(post) is not bytes:
        raise BadShape("a content without a post")
    return Post(group, post)


_READERS: Final[dict[str, Callable[[bytes, list[Value]], GroupContent]]] = {
    INVITATION: _read_invitation,
    OPERATIONS: _read_operations,
    EPOCHS: _read_epochs,
    REQUEST: _read_request,
    POST: _read_post,
}
