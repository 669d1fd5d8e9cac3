"""Bodies: a canonical msgpack map with a `kind`.

A body never decides whether its entry is authentic: a node that dropped the body could
not judge it, and nodes would disagree. So `read_body` sorts what arrives into the known
kinds, checked field by field, and `Unknown`, which is kept, relayed and shown as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from .codec import Value, decode, encode
from .entry import check_seq, check_time
from .errors import BadShape, Refused, TooLarge
from .hashing import HASH_SIZE
from .keys import KEY_SIZE, check_key
from .limits import (
    MAX_BIO,
    MAX_BODY,
    MAX_DEVICE,
    MAX_KIND,
    MAX_LANG,
    MAX_NAME,
    MAX_ORIGIN,
    MAX_TAG,
    MAX_TAGS,
    MAX_WARNING,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Names an entry so that it can be found: ``[account, feed, seq, id]``."""

    account: bytes
    feed: bytes
    seq: int
    id: bytes


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
    id on the network that it came from.
    """

    text: str
    reply: Reference | None = None
    root: Reference | None = None
    quote: Reference | None = None
    tags: tuple[str, ...] = ()
    lang: str | None = None
    warn: str | None = None
    written: int | None = None
    origin: str | None = None
    reply_origin: str | None = None
    KIND = "post"


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
class Unknown:
    """A body of a kind, version or shape that this software does not know."""

    kind: str


Body = Open | Post | Profile | Follow | Unfollow | Unknown
KnownBody = Open | Post | Profile | Follow | Unfollow

MALFORMED = ""
"""`Unknown.kind` of a body that has no readable kind."""


def write_body(body: KnownBody) -> bytes:
    """Return the canonical bytes. Raises `Refused` for a body that would be unknown."""
    values = {"kind": body.KIND} | {
        spec.name: _written(value)
        for spec in fields(body)
        if (value := getattr(body, spec.name)) not in (None, ())
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
    if kind not in _KINDS or type(value) is not dict:
        raise BadShape("no known kind")
    make, rules = _KINDS[kind]
    given = {name: rules[name](item) for name, item in value.items() if name in rules}
    try:
        return make(**given)
    except TypeError as error:
        raise BadShape("a field is missing") from error


def _kind_of(value: Value) -> str:
    kind = value.get("kind") if type(value) is dict else None
    if type(kind) is not str or not kind.isidentifier() or not kind.isascii():
        return MALFORMED
    return kind if len(kind) <= MAX_KIND else MALFORMED


def _written(value: object) -> Value:
    if isinstance(value, Reference):
        return [value.account, value.feed, value.seq, value.id]
    if isinstance(value, tuple):
        return list(value)
    assert value is None or isinstance(value, bool | int | str | bytes)
    return value


def _text(limit: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        if type(value) is not str:
            raise BadShape("a field that must be text")
        if len(value.encode()) > limit:
            raise TooLarge("a text longer than its limit")
        if "\0" in value:  # ends a text early in C, SQLite included
            raise BadShape("a text with a NUL")
        return value

    return check


def _tags(value: object) -> tuple[str, ...]:
    if type(value) is not list or not 0 < len(value) <= MAX_TAGS:
        raise BadShape("tags are a short array of texts")
    check = _text(MAX_TAG)
    return tuple(check(item) for item in value)


def _bytes(value: object) -> bytes:
    if type(value) is not bytes:
        raise BadShape("a field that must be bytes")
    return value


def _key(value: object) -> bytes:
    if type(value) is not bytes or len(value) != KEY_SIZE:
        raise BadShape("a field that must be a key")
    return check_key(value)


def _reference(value: object) -> Reference:
    if type(value) is not list or len(value) != 4:
        raise BadShape("a reference has four parts")
    account, feed, seq, entry = value
    if type(entry) is not bytes or len(entry) != HASH_SIZE:
        raise BadShape("a reference ends in an id")
    return Reference(_key(account), _key(feed), check_seq(seq), entry)


_Rules = Mapping[str, Callable[[object], Any]]
_KINDS: Mapping[str, tuple[Callable[..., KnownBody], _Rules]] = {
    Open.KIND: (Open, {"grant": _bytes, "device": _text(MAX_DEVICE)}),
    Post.KIND: (
        Post,
        {
            "text": _text(MAX_BODY),
            "reply": _reference,
            "root": _reference,
            "quote": _reference,
            "tags": _tags,
            "lang": _text(MAX_LANG),
            "warn": _text(MAX_WARNING),
            "written": check_time,
            "origin": _text(MAX_ORIGIN),
            "reply_origin": _text(MAX_ORIGIN),
        },
    ),
    Profile.KIND: (Profile, {"name": _text(MAX_NAME), "bio": _text(MAX_BIO)}),
    Follow.KIND: (Follow, {"account": _key}),
    Unfollow.KIND: (Unfollow, {"account": _key}),
}
