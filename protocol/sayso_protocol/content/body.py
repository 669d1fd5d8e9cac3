"""Bodies: a canonical msgpack map with a `kind`.

A body never decides whether its entry is authentic: a node that dropped the body could
not judge it, and nodes would disagree. So `read_body` sorts what arrives into the known
kinds, checked field by field, and `Unknown`, which is kept, relayed and shown as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from ..codec import Value, decode, encode
from ..errors import BadShape, Refused, TooLarge
from ..limits import MAX_BODY, MAX_KIND
from .fields import RULES
from .reference import Reference as Reference
from .reference import written as written_reference


@dataclass(frozen=True, slots=True)
class Open:
    """First entry of every feed: carries the account's grant as it travels.

    `device` is what the owner calls the device, for all to see.
    """

    grant: bytes
    device: str | None = None
    KIND = "open"


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `root` is left out where it is the entry that `reply` names.

    `written` is the original time of an imported post in Unix milliseconds, `origin` its
    id on the network that it came from. `mentions` are accounts.
    """

    text: str
    reply: Reference | None = None
    root: Reference | None = None
    quote: Reference | None = None
    mentions: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    written: int | None = None
    origin: str | None = None
    reply_origin: str | None = None
    KIND = "post"


@dataclass(frozen=True, slots=True)
class React:
    """What an account feels about an entry: of its reactions to one the newest counts, and
    one without `emoji` takes back what was there."""

    on: Reference
    emoji: str | None = None
    KIND = "react"


@dataclass(frozen=True, slots=True)
class Repost:
    """Shows an entry to those who follow the account."""

    of: Reference
    KIND = "repost"


@dataclass(frozen=True, slots=True)
class Profile:
    """How the account presents itself; the newest one counts."""

    name: str | None = None
    bio: str | None = None
    KIND = "profile"


@dataclass(frozen=True, slots=True)
class Follow:
    """A public subscription to an account."""

    account: bytes
    KIND = "follow"


@dataclass(frozen=True, slots=True)
class Unfollow:
    """The end of a public subscription."""

    account: bytes
    KIND = "unfollow"


@dataclass(frozen=True, slots=True)
class Label:
    """A signed opinion about `entries` or `accounts`, at least one of either; `off` takes it
    back. Of one labeller, name and subject the newest counts. A list of accounts is a label
    on accounts."""

    name: str
    entries: tuple[Reference, ...] = ()
    accounts: tuple[bytes, ...] = ()
    off: bool = False
    KIND = "label"


@dataclass(frozen=True, slots=True)
class View:
    """A ranking that its author offers to others, and what it is good for."""

    name: str
    expression: str
    about: str | None = None
    KIND = "view"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A body of a kind, version or shape that this software does not know."""

    kind: str


KnownBody = Open | Post | React | Repost | Profile | Follow | Unfollow | Label | View
Body = KnownBody | Unknown

MALFORMED = ""
"""`Unknown.kind` of a body that has no readable kind."""


def write_body(body: KnownBody) -> bytes:
    """Return the canonical bytes. Raises `Refused` for a body that would be unknown."""
    values = {"kind": body.KIND} | {
        spec.name: _written(value)
        for spec in fields(body)
        if not _is_left_out(value := getattr(body, spec.name))
    }
    data = encode(values)
    if len(data) > MAX_BODY:
        raise TooLarge(f"too long: {len(data)} bytes where {MAX_BODY} are allowed")
    _parse(decode(data))
    return data


def read_body(data: bytes) -> Body:
    """Read a body; anything not understood becomes `Unknown`, nothing raises."""
    try:
        value = decode(data)
    except Refused:
        return Unknown(MALFORMED)
    try:
        return _parse(value)
    except Refused:
        return Unknown(_kind_of(value))


def _parse(value: Value) -> KnownBody:
    kind = _kind_of(value)
    if kind not in _MAKERS or type(value) is not dict:
        raise BadShape("no known kind")
    rules = RULES[kind]
    given = {name: rules[name](item) for name, item in value.items() if name in rules}
    try:
        return _MAKERS[kind](**given)
    except TypeError as error:
        raise BadShape("a field is missing") from error


def _kind_of(value: Value) -> str:
    kind = value.get("kind") if type(value) is dict else None
    if type(kind) is not str or not kind.isidentifier() or not kind.isascii():
        return MALFORMED
    return kind if len(kind) <= MAX_KIND else MALFORMED


def _is_left_out(value: object) -> bool:
    return value is None or value is False or value == ()


def _written(value: object) -> Value:
    if isinstance(value, Reference):
        return written_reference(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    assert value is None or isinstance(value, bool | int | str | bytes)
    return value


def _label(
    name: str,
    entries: tuple[Reference, ...] = (),
    accounts: tuple[bytes, ...] = (),
    off: bool = False,
) -> Label:
    if not entries and not accounts:
        raise BadShape("a label on nothing")
    return Label(name, entries, accounts, off)


_MAKERS: Mapping[str, Callable[..., KnownBody]] = {
    **{kind.KIND: kind for kind in (Open, Post, React, Repost, Profile, Follow, Unfollow, View)},
    Label.KIND: _label,
}

KNOWN_KINDS = frozenset(_MAKERS)
