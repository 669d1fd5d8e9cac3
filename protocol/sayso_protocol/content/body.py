"""Bodies: a canonical msgpack map with a `kind`.

A body never decides whether its entry is authentic: a node that dropped the body could
not judge it, and nodes would disagree. So `read_body` sorts what arrives into the known
kinds, checked field by field, and `Unknown`, which is kept, relayed and shown as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from ..codec import Value, decode, encode
from ..errors import BadShape, Refused, TooLarge
from ..limits import MAX_BODY, MAX_KIND
from . import (
    edit,
    follow,
    label,
    open,
    poll,
    post,
    prekey,
    profile,
    reaction,
    repost,
    retraction,
    view,
)
from .attachment import Attachment as Attachment
from .attachment import written as written_attachment
from .edit import Edit as Edit
from .fields import Fields
from .follow import Follow as Follow
from .follow import Unfollow as Unfollow
from .label import Label as Label
from .open import Open as Open
from .poll import Poll as Poll
from .poll import Vote as Vote
from .post import Post as Post
from .prekey import Prekey as Prekey
from .profile import Profile as Profile
from .reaction import React as React
from .reference import Reference as Reference
from .reference import written as written_reference
from .repost import Repost as Repost
from .repost import Unrepost as Unrepost
from .retraction import Retract as Retract
from .view import ViewOffer as ViewOffer


@dataclass(frozen=True, slots=True)
class Unknown:
    """A body of a kind, version or shape that this software does not know."""

    kind: str


KnownBody = (
    Open
    | Post
    | Edit
    | Retract
    | Poll
    | Vote
    | React
    | Repost
    | Unrepost
    | Profile
    | Follow
    | Unfollow
    | Label
    | ViewOffer
    | Prekey
)
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


class _Kind(NamedTuple):
    """One kind of entry: what its fields must be, and what makes a body of them."""

    fields: Fields
    make: Callable[..., KnownBody]


_KINDS: Mapping[str, _Kind] = {
    Open.KIND: _Kind(open.FIELDS, Open),
    Post.KIND: _Kind(post.FIELDS, Post),
    Edit.KIND: _Kind(edit.FIELDS, Edit),
    Retract.KIND: _Kind(retraction.FIELDS, Retract),
    Poll.KIND: _Kind(poll.POLL_FIELDS, Poll),
    Vote.KIND: _Kind(poll.VOTE_FIELDS, Vote),
    React.KIND: _Kind(reaction.FIELDS, React),
    Repost.KIND: _Kind(repost.REPOST_FIELDS, Repost),
    Unrepost.KIND: _Kind(repost.FIELDS, Unrepost),
    Profile.KIND: _Kind(profile.FIELDS, Profile),
    Follow.KIND: _Kind(follow.FIELDS, Follow),
    Unfollow.KIND: _Kind(follow.FIELDS, Unfollow),
    Label.KIND: _Kind(label.FIELDS, label.read_label),
    ViewOffer.KIND: _Kind(view.FIELDS, ViewOffer),
    Prekey.KIND: _Kind(prekey.FIELDS, Prekey),
}

KNOWN_KINDS = frozenset(_KINDS)


def _parse(value: Value) -> KnownBody:
    kind = _KINDS.get(_kind_of(value))
    if kind is None or type(value) is not dict:
        raise BadShape("no known kind")
    rules = kind.fields
    given = {name: rules[name](item) for name, item in value.items() if name in rules}
    try:
        return kind.make(**given)
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
    if isinstance(value, Attachment):
        return written_attachment(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    assert value is None or isinstance(value, bool | int | str | bytes)
    return value
