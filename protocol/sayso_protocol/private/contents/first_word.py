"""The first word of a stranger: an entry that concerns the reader, with its proof, or a message.

The canonical array ``[1, "first word", reason, grant, entry, text, name, way]``, at most
`MAX_FIRST_WORD` bytes. `grant` is the statement that makes the sender's feed his own, as it
travels. `entry` is ``[header, signature, body]`` of that feed, its body nil where the whole would
be too long; nil for a ``message``, which has its `text` instead, and no other has one. `name` is
what the sender calls himself, or nil.

`way` is what makes his price lower, or nil: ``["follows", accounts, follows]``, where `accounts`
stand between the reader and the sender, nearest to the reader first, and `follows` are entries with
their grants, ``[grant, header, signature, body]``, that prove steps which the reader may not know
of; ``["invite", token]``; or ``["label", account]``, the labeller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ...accounts.statement import Grant, read_grant
from ...codec import Value, decode, encode
from ...content.body import Body, Edit, Follow, Poll, Post, read_body
from ...content.fields import text as text_rule
from ...content.profile import MAX_NAME
from ...content.reference import Reference, read_key
from ...crypto.keys import SIGNATURE_SIZE
from ...discovery.invite_limits import MAX_INVITE_TOKEN, MIN_INVITE_TOKEN
from ...errors import BadShape, NotGranted, TooLarge, UnknownVersion
from ...feed.entry import check_body, decode_header, encode_header
from ...feed.run import RawRun, Run, commitment, verify_run
from ...letters.prices import MAX_HOPS
from ...limits import MAX_GRANT

VERSION: Final = 1
KIND: Final = "first word"

MAX_FIRST_WORD: Final = 4096
"""Longest first word, encoded: half of a letter of 8 KiB, with the wraps for sixteen devices."""

MAX_BETWEEN: Final = MAX_HOPS - 1
"""Accounts between reader and sender."""


class Reason(StrEnum):
    """Why somebody knocks."""

    REPLY = "reply"
    MENTION = "mention"
    QUOTE = "quote"
    FOLLOW = "follow"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry that its feed signed, and the account's word that the feed is its own; only
    `read_first_word` and whoever holds the entry make one."""

    grant: Grant
    run: Run
    """Of this one entry, its body absent where it did not come."""

    @property
    def body(self) -> Body | None:
        """What it says; None where that did not come."""
        [body] = self.run.bodies
        return read_body(body) if isinstance(body, bytes) else None


@dataclass(frozen=True, slots=True)
class FollowsWay:
    """Accounts between the reader and the sender, nearest to the reader first, and entries that
    prove steps between them."""

    between: tuple[bytes, ...]
    proofs: tuple[SignedEntry, ...] = ()

    def proven(self) -> frozenset[tuple[bytes, bytes]]:
        """The follows that are proven here: who, and whom."""
        return frozenset(
            (one.grant.account, body.account)
            for one in self.proofs
            if isinstance(body := one.body, Follow)
        )


@dataclass(frozen=True, slots=True)
class InviteWay:
    """The token of an invite of the reader."""

    token: bytes


@dataclass(frozen=True, slots=True)
class LabelWay:
    """A labeller who vouches for the sender."""

    account: bytes


Way = FollowsWay | InviteWay | LabelWay


@dataclass(frozen=True, slots=True)
class FirstWord:
    """See the module. Its signatures hold."""

    reason: Reason
    grant: Grant
    entry: SignedEntry | None
    text: str | None = None
    name: str | None = None
    way: Way | None = None


def reason_of(body: object, reader: frozenset[bytes]) -> Reason | None:
    """Why an entry concerns a reader, who has these keys; None where it does not."""
    match body:
        case Post(reply=reply) if _is_of(reply, reader):
            return Reason.REPLY
        case Poll(reply=reply) if _is_of(reply, reader):
            return Reason.REPLY
        case Post(quote=quote) if _is_of(quote, reader):
            return Reason.QUOTE
        case Post(mentions=mentions) | Poll(mentions=mentions) | Edit(mentions=mentions):
            return None if reader.isdisjoint(mentions) else Reason.MENTION
        case Follow(account=account) if account in reader:
            return Reason.FOLLOW
        case _:
            return None


def write_first_word(word: FirstWord) -> bytes:
    """Return the bytes; without the entry's body where the whole would be too long. Raises
    `Refused` for one that could not be read."""
    data = _encoded(word, with_body=True)
    if len(data) > MAX_FIRST_WORD and word.entry is not None:
        data = _encoded(word, with_body=False)
    read_first_word(data)
    return data


def fits(word: FirstWord) -> bool:
    """Whether a first word is not too long, if need be without its entry's body."""
    return len(_encoded(word, with_body=False)) <= MAX_FIRST_WORD


def read_first_word(data: bytes) -> FirstWord:
    """Read and verify a first word: two or three signatures, and three for each follow that it
    proves. Raises `Refused`."""
    if len(data) > MAX_FIRST_WORD:
        raise TooLarge("a first word that is too long")
    fields = decode(data)
    if type(fields) is not list or not fields:
        raise BadShape("a first word is an array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("a first word of another version")
    if len(fields) != 8 or fields[1] != KIND:
        raise BadShape("a first word has eight fields")
    _, _, said, wire, entry, text, name, way = fields
    reason = _reason(said)
    if (reason is Reason.MESSAGE) != (entry is None) or (entry is None) != (text is not None):
        raise BadShape("a message has a text, and all else an entry")
    known_text = None if text is None else text_rule(MAX_FIRST_WORD, text, least=1)
    known_name = None if name is None else text_rule(MAX_NAME, name, least=1)
    grant = _grant(wire)
    signed = None if entry is None else _entry(grant, entry)
    return FirstWord(reason, grant, signed, known_text, known_name, _way(way))


def _encoded(word: FirstWord, *, with_body: bool) -> bytes:
    entry: Value = None
    if word.entry is not None:
        entry = _entry_fields(word.entry)
        if not with_body:
            entry[2] = None
    way = _way_fields(word.way)
    return encode(
        [VERSION, KIND, word.reason.value, word.grant.wire, entry, word.text, word.name, way]
    )


def _reason(value: Value) -> Reason:
    try:
        return Reason(str(value))
    except ValueError as error:
        raise BadShape("a reason that is not known") from error


def _grant(wire: Value) -> Grant:
    if type(wire) is not bytes or len(wire) > MAX_GRANT:
        raise BadShape("a grant is bytes")
    return read_grant(wire)


def _entry(grant: Grant, fields: Value) -> SignedEntry:
    """An entry of the granted feed, verified."""
    if type(fields) is not list or len(fields) != 3:
        raise BadShape("an entry has three parts")
    header_bytes, signature, body = fields
    if type(header_bytes) is not bytes or type(signature) is not bytes:
        raise BadShape("a header and a signature are bytes")
    if len(signature) != SIGNATURE_SIZE or not (body is None or type(body) is bytes):
        raise BadShape("a signature or body of another shape")
    header = decode_header(header_bytes)
    if header.feed != grant.feed:
        raise NotGranted("an entry of another feed than the granted one")
    there = (header.body_size, header.body_hash) if body is None else check_body(header, body)
    raw = RawRun(header.feed, header.seq, header.previous, [header.time_ms], [there], [signature])
    return SignedEntry(grant, verify_run(raw))


def _entry_fields(entry: SignedEntry) -> list[Value]:
    run = entry.run
    [time_ms], [body], [signature] = run.times, run.bodies, run.signatures
    size, digest = commitment(body)
    header = encode_header(run.feed, run.first, run.previous, time_ms, size, digest)
    return [header, signature, body if isinstance(body, bytes) else None]


def _way(value: Value) -> Way | None:
    if value is None:
        return None
    match value:
        case ["follows", [*accounts], [*follows]]:
            if not 0 < len(accounts) <= MAX_BETWEEN or len(follows) > MAX_BETWEEN:
                raise BadShape("a way of more or fewer follows")
            return FollowsWay(tuple(map(read_key, accounts)), tuple(map(_follow, follows)))
        case ["invite", bytes() as token] if MIN_INVITE_TOKEN <= len(token) <= MAX_INVITE_TOKEN:
            return InviteWay(token)
        case ["label", account]:
            return LabelWay(read_key(account))
        case _:
            raise BadShape("a way that is not known")


def _follow(value: Value) -> SignedEntry:
    if type(value) is not list or len(value) != 4:
        raise BadShape("a follow with its grant has four parts")
    entry = _entry(_grant(value[0]), value[1:])
    if not isinstance(entry.body, Follow):
        raise BadShape("a step that is no follow")
    return entry


def _way_fields(way: Way | None) -> Value:
    match way:
        case FollowsWay(between, proofs):
            follows: list[Value] = [[one.grant.wire, *_entry_fields(one)] for one in proofs]
            return ["follows", list(between), follows]
        case InviteWay(token):
            return ["invite", token]
        case LabelWay(account):
            return ["label", account]
    return None


def _is_of(reference: Reference | None, reader: frozenset[bytes]) -> bool:
    return reference is not None and reference.account in reader
