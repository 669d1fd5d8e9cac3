"""Signed operations on a group's membership.

On the wire one is ``[bytes, signature]``, at most `MAX_OPERATION` bytes. The bytes are the
canonical array ``[1, "group", group, author, feed, time, parents, kind, target, admin, given]``,
signed with the device's feed key over `DOMAIN`. The id has 16 bytes, BLAKE2b with the
personalisation "sayso group op 1" over bytes and signature; that of the first operation names the
group.

- `group` is the group's id, nil in a create; `author` the account, `feed` its device, `time`
  milliseconds of the author's clock, which decides nothing.
- `parents` are the newest operations that the author knew: ids in strictly ascending order, none in
  a create, one at least in all others.
- `kind` is "create", "add", "remove" or "leave". `target` is whom it is about: the author in a
  create and a leave, somebody else in a remove. `admin` is true in a create, and in an add that
  makes an admin.
- `given` is, in an add, the id of the epoch whose key the author hands over, or nil; in a create
  ``[salt, name, circle, forgetting]``; nil in all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from ...codec import Value, decode, encode
from ...crypto.keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify
from ...errors import BadShape, TooLarge, UnknownVersion
from ...limits import MAX_TIME_MS
from .group_limits import ID_SIZE, MAX_NAME, MAX_OPERATION, MAX_PARENTS

DOMAIN: Final = b"sayso/1/group\x00"
VERSION: Final = 1
SALT_SIZE: Final = 16
_PERSON: Final = b"sayso group op 1"


class Kind(StrEnum):
    """The effect that an operation is to have."""

    CREATE = "create"
    ADD = "add"
    REMOVE = "remove"
    LEAVE = "leave"


_KINDS: Final = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Charter:
    """What a group was made to be, for ever: its first name; with `circle` only the owner writes;
    a `forgetting` one shows newcomers nothing of the past, and erases its keys."""

    salt: bytes
    name: str
    circle: bool = False
    forgetting: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One signed operation; made by `sign_operation` or `read_operation`. Whether `feed` is a
    device of `author` only a grant says."""

    id: bytes
    group: bytes
    author: bytes
    feed: bytes
    time_ms: int
    parents: tuple[bytes, ...]
    kind: Kind
    target: bytes
    admin: bool
    given: bytes | None
    """Id of the epoch that an add hands over."""
    charter: Charter | None
    """Of a create alone."""
    wire: bytes = field(repr=False, compare=False)


def sign_create(device: KeyPair, author: bytes, time_ms: int, charter: Charter) -> Operation:
    """Begin a group. Raises `BadShape` for a name that has no place there."""
    given: Value = [charter.salt, charter.name, charter.circle, charter.forgetting]
    return _signed(device, None, author, time_ms, (), Kind.CREATE, author, True, given)


def sign_operation(
    device: KeyPair,
    group: bytes,
    author: bytes,
    time_ms: int,
    parents: Iterable[bytes],
    kind: Kind,
    target: bytes,
    *,
    admin: bool = False,
    given: bytes | None = None,
) -> Operation:
    """Sign an add, a remove or a leave. Raises `BadShape` for one that would be refused."""
    parents = tuple(sorted(parents))
    return _signed(device, group, author, time_ms, parents, kind, target, admin, given)


def read_operation(wire: bytes) -> Operation:
    """Read and verify. Raises `Refused` for anything but a sound one."""
    data, signature = _halves(wire)
    operation = _parsed(data, signature, wire)
    check_key(operation.author)
    check_key(operation.feed)
    check_key(operation.target)
    verify(operation.feed, DOMAIN, data, signature)
    return operation


def reread_operation(wire: bytes) -> Operation:
    """Read one that was verified before, from the own store. Raises `Refused` where it is not
    whole."""
    return _parsed(*_halves(wire), wire)


def claimed_id(wire: bytes) -> bytes:
    """Id of a wire before anything of it is verified, to pass over what is known. Raises
    `Refused`."""
    return operation_id(*_halves(wire))


def operation_id(data: bytes, signature: bytes) -> bytes:
    """Id of an operation: 16 bytes."""
    return blake2b(data + signature, digest_size=ID_SIZE, person=_PERSON).digest()


def _halves(wire: bytes) -> tuple[bytes, bytes]:
    if len(wire) > MAX_OPERATION:
        raise TooLarge("an operation of a group that is too long")
    outer = decode(wire)
    if type(outer) is not list or len(outer) != 2:
        raise BadShape("an operation is an array of two")
    data, signature = outer
    if type(data) is not bytes or type(signature) is not bytes:
        raise BadShape("an operation is bytes and a signature")
    return data, signature


def _signed(
    device: KeyPair,
    group: bytes | None,
    author: bytes,
    time_ms: int,
    parents: tuple[bytes, ...],
    kind: Kind,
    target: bytes,
    admin: bool,
    given: Value,
) -> Operation:
    named: list[Value] = [VERSION, "group", group, author, device.public, time_ms]
    data = encode([*named, list(parents), kind.value, target, admin, given])
    signature = device.sign(DOMAIN, data)
    return _parsed(data, signature, encode([data, signature]))


def _parsed(data: bytes, signature: bytes, wire: bytes) -> Operation:
    if len(wire) > MAX_OPERATION:
        raise TooLarge("an operation of a group that is too long")
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape("an operation is no array")
    if fields[0] != VERSION or type(fields[0]) is not int:
        raise UnknownVersion("an operation of another version")
    if len(fields) != 11 or fields[1] != "group":
        raise BadShape("an operation has eleven fields")
    _, _, group, author, feed, time_ms, parents, kind, target, admin, given = fields
    for key in (author, feed, target):
        if type(key) is not bytes or len(key) != KEY_SIZE:
            raise BadShape("an operation names keys of 32 bytes")
    if type(time_ms) is not int or not 0 <= time_ms <= MAX_TIME_MS:
        raise BadShape("an operation at no time")
    if len(signature) != SIGNATURE_SIZE:
        raise BadShape("a signature that is not 64 bytes")
    if type(kind) is not str or kind not in _KINDS or type(admin) is not bool:
        raise BadShape("an operation of no kind")
    own = operation_id(data, signature)
    names = read_ids(parents)
    charter = None
    if kind == Kind.CREATE:
        if group is not None or names or not admin:
            raise BadShape("a create comes first, and makes an admin")
        charter, group = _charter(given), own
        given = None
    elif not names:
        raise BadShape("an operation without parents")
    if type(group) is not bytes or len(group) != ID_SIZE:
        raise BadShape("an operation of no group")
    if given is not None and (type(given) is not bytes or len(given) != ID_SIZE):
        raise BadShape("an add gives an epoch")
    if kind in (Kind.REMOVE, Kind.LEAVE) and (admin or given is not None):
        raise BadShape("whoever goes gets nothing")
    if (kind in (Kind.CREATE, Kind.LEAVE)) != (author == target) and kind != Kind.ADD:
        raise BadShape("an operation about somebody else")
    return Operation(
        *(own, group, author, feed, time_ms, names),  # type: ignore[arg-type]
        *(Kind(kind), target, admin, given, charter, wire),  # type: ignore[arg-type]
    )


def read_ids(value: Value, most: int = MAX_PARENTS) -> tuple[bytes, ...]:
    """Ids in strictly ascending order. Raises `BadShape`."""
    if type(value) is not list or len(value) > most:
        raise BadShape("ids are an array, and not too many")
    ids: list[bytes] = []
    for one in value:
        if type(one) is not bytes or len(one) != ID_SIZE:
            raise BadShape("an id has 16 bytes")
        if ids and one <= ids[-1]:
            raise BadShape("ids out of order")
        ids.append(one)
    return tuple(ids)


def _charter(value: Value) -> Charter:
    if type(value) is not list or len(value) != 4:
        raise BadShape("a charter has four fields")
    salt, name, circle, forgetting = value
    if type(salt) is not bytes or len(salt) != SALT_SIZE:
        raise BadShape("a salt has 16 bytes")
    if type(name) is not str or not 0 < len(name.encode()) <= MAX_NAME or "\n" in name:
        raise BadShape("a group's name is one line of at most 64 bytes")
    if type(circle) is not bool or type(forgetting) is not bool:
        raise BadShape("a group's mode is true or false")
    return Charter(salt, name, circle, forgetting)
