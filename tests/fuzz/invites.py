"""What must hold of invites and introductions, whatever bytes stand for one."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Iterator

from tests.vectors.cases import ACCOUNT, FEED, NEXT, STRANGER
from tests.vectors.make import load

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import invite_check
from sayso_protocol.discovery.introduction import (
    InviteReply,
    read_introduction,
    read_reply,
    sign_introduction,
    token_of,
    write_reply,
)
from sayso_protocol.discovery.invite import (
    SCHEME,
    Invite,
    invite_bytes,
    invite_text,
    parse_invite,
    read_invite,
)
from sayso_protocol.errors import BadSignature, BadText, Mistyped

from .properties import ACCEPTED, verdict
from .signing import loosely

GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
NODES = NEXT.public, STRANGER.public


def invites() -> Iterator[bytes]:
    """Invites as bytes and as lines."""
    for case in load("invites"):
        yield case["link"].encode()
        if "bytes" in case:
            yield bytes.fromhex(case["bytes"])


def check_invite(data: bytes, parse: Callable[[bytes], Invite] = parse_invite) -> str:
    """A line, or else what stands in one, which gets its letters and check sum from here."""
    said, invite = verdict(read_invite, data.decode("utf-8", "surrogateescape"))
    if said in (BadText.code, Mistyped.code):
        letters = b32encode(data + invite_check(data)[:3]).decode().rstrip("=")
        said, invite = verdict(parse, data)
        if len(letters) < 8000 and data:
            assert said == verdict(read_invite, SCHEME + letters)[0], "text and bytes differ"
    if said == ACCEPTED:
        assert parse(invite_bytes(invite)) == invite, "read and written it is another"
        assert read_invite(invite_text(invite).upper()) == invite
    return said


def introductions() -> Iterator[bytes]:
    """Introductions and replies."""
    for token in (b"token!", bytes(32)):
        yield sign_introduction(FEED, GRANT, token, *NODES)
    yield encode([1, b"token!", GRANT.wire])
    yield from map(write_reply, InviteReply)


def check_introduction(data: bytes) -> str:
    """An introduction, signed anew where that is all that is wrong; or a reply."""
    said, reply = verdict(read_reply, data)
    if said == ACCEPTED:
        assert write_reply(reply) == data, "another reply"
        return said
    said, found = verdict(lambda data: read_introduction(data, *NODES), data)
    if said == BadSignature.code:
        fields = loosely(data)
        if type(fields) is list and type(fields[1]) is bytes and 6 <= len(fields[1]) <= 32:
            data = sign_introduction(FEED, GRANT, fields[1], *NODES)
            said, found = verdict(lambda data: read_introduction(data, *NODES), data)
    if said == ACCEPTED:
        assert token_of(data) == found.token
        assert sign_introduction(FEED, GRANT, found.token, *NODES) == data, "another introduction"
    return said
