"""The introduction: how whoever took an invite tells the inviter's node who he is, and its reply.

Protocol ``/sayso/invite/1``: the newcomer opens a stream and sends one message, the other answers
with one, and the stream ends. A message is its length (a varint, at most `MAX_INTRODUCTION`) and a
canonical msgpack array: ``[1, token, grant, signature]`` and ``[1, reply]``. The signature is that
of the granted feed, in its own domain, over the canonical array ``[1, "invite", token, account,
feed, newcomer, inviter]`` where the last two are the keys of the two nodes: what one node was told
is worth nothing to another, and nobody else can say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..accounts.statement import Grant, read_grant
from ..codec import Value, decode, encode
from ..crypto.keys import KEY_SIZE, KeyPair, verify
from ..errors import BadShape, TooLarge, UnknownVersion
from .invite_limits import MAX_INTRODUCTION, MAX_INVITE_TOKEN, MIN_INVITE_TOKEN

INVITE_PROTOCOL: Final = "/sayso/invite/1"
DOMAIN: Final = b"sayso/1/invite\x00"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Introduction:
    """A newcomer: the account's grant to the feed that signed, and the token."""

    token: bytes
    grant: Grant


class InviteReply(StrEnum):
    """The inviter's node to an introduction."""

    FOLLOWED = "followed"
    """Welcome, and the inviter follows the account from now on."""
    WELCOME = "welcome"
    """Welcome; the inviter has been told."""
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED = "used"
    """Others took it, and it lets no more in."""
    LATER = "later"
    """Too many have asked: ask again in some minutes."""


FINAL_REPLIES: Final = frozenset(InviteReply) - {InviteReply.LATER}
"""Whoever got one of these need not ask again."""


def sign_introduction(
    feed: KeyPair, grant: Grant, token: bytes, newcomer: bytes, inviter: bytes
) -> bytes:
    """Return the message with which the node `newcomer` introduces an account to the node
    `inviter`, both by their keys of 32 bytes. `grant` is that of `feed`."""
    signature = feed.sign(DOMAIN, _signed(token, grant, newcomer, inviter))
    return encode([VERSION, token, grant.wire, signature])


def read_introduction(data: bytes, newcomer: bytes, inviter: bytes) -> Introduction:
    """Read and verify a message that `newcomer` sent to `inviter`: three signatures. Raises
    `Refused`."""
    token, wire, signature = _fields(data, 3)
    if not (type(token) is bytes and type(wire) is bytes and type(signature) is bytes):
        raise BadShape("an introduction is a token, a grant and a signature")
    if not MIN_INVITE_TOKEN <= len(token) <= MAX_INVITE_TOKEN:
        raise BadShape("a token of another size")
    grant = read_grant(wire)
    verify(grant.feed, DOMAIN, _signed(token, grant, newcomer, inviter), signature)
    return Introduction(token, grant)


def token_of(data: bytes) -> bytes:
    """The token of an introduction, unverified: what can be looked up at no cost. Raises
    `Refused`."""
    token, _, _ = _fields(data, 3)
    if type(token) is not bytes:
        raise BadShape("a token is bytes")
    return token


def write_reply(reply: InviteReply) -> bytes:
    """Return the message that answers."""
    return encode([VERSION, reply.value])


def read_reply(data: bytes) -> InviteReply:
    """Read an answer. Raises `Refused`."""
    (reply,) = _fields(data, 1)
    try:
        return InviteReply(str(reply))
    except ValueError as error:
        raise BadShape("an answer that is not known") from error


def _signed(token: bytes, grant: Grant, newcomer: bytes, inviter: bytes) -> bytes:
    if len(newcomer) != KEY_SIZE or len(inviter) != KEY_SIZE:
        raise BadShape("a node's key has 32 bytes")
    return encode([VERSION, "invite", token, grant.account, grant.feed, newcomer, inviter])


def _fields(data: bytes, count: int) -> list[Value]:
    if len(data) > MAX_INTRODUCTION:
        raise TooLarge("an introduction or answer that is too long")
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape("an introduction or answer is an array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("an introduction or answer of another version")
    if len(fields) != count + 1:
        raise BadShape("an introduction or answer with more or fewer fields")
    return fields[1:]
