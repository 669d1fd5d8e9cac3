"""What an account says of its feeds: statements, each signed by one account key alone.

On the wire a statement is the array ``[bytes, signature]``, at most `MAX_STATEMENT` bytes.
The bytes are a canonical array that begins with version, type and account; the signature is
Ed25519 over `DOMAIN` and the bytes. There are three types.

``[1, "grant", account, feed, next]``, signed by `account`: the feed is the account's own.
`next` is the hash (`hashing.next_key_hash`) of the account key that will follow the present
one: a *promise*, which only the holder of the phrase can keep. All grants of an account
carry the same promise. The first that a node takes in binds the account there, and a grant
with another one is refused: whoever stole the account key would promise a key of his own.

``[1, "revoke", account, feed, seq, id]``, signed by `account`: the feed *ends* with its entry
`seq`, whose id is `id`; later entries, and entries on another branch, do not count. With
`seq` 0 and `id` nil nothing of the feed counts. Of several revokes of one feed by one account
the one with the lowest (seq, id bytes) counts, so that nodes that know the same revokes agree.

``[1, "rotate", account, successor, ends]``, signed by `successor`, whose hash the account
promised: from now on the account is `successor`, and the old key says nothing more. `ends` is
an array of at most `MAX_FEEDS_AN_ACCOUNT` arrays ``[feed, seq, id]``, `seq` from 1, in strictly
ascending order of the feeds' bytes: each feed of the old account ends as named here, a feed
that is not named does not count at all, and so no revoke by the old key counts any more. Of
several rotations of one account the one whose signed bytes come first counts (they compare as
strings of unsigned bytes); a promise names one key, so all of them are by the same successor.
Rotations may follow each other, but not in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .codec import Value, decode, encode
from .entry import check_seq
from .errors import BadShape, NotGranted, TooLarge, UnknownVersion
from .hashing import HASH_SIZE, next_key_hash
from .keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, check_key, verify
from .limits import MAX_FEEDS_AN_ACCOUNT, MAX_STATEMENT

VERSION = 1
DOMAIN = b"sayso/1/statement\x00"


@dataclass(frozen=True, slots=True)
class End:
    """Where a feed ends: its last entry that counts; seq 0 and None where nothing counts."""

    seq: int
    id: bytes | None


NOTHING = End(0, None)

FeedEnd = tuple[bytes, int, bytes]
"""In a rotation: feed, and sequence number (from 1) and id of its last entry that counts."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The account's word that a feed is its own; made by `sign_grant` or `read_grant`."""

    account: bytes
    feed: bytes
    next_key_hash: bytes
    wire: bytes = field(repr=False)
    """The statement as it travels, signature included; kept as received."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """The account's word that a feed has ended; made by `sign_revoke` or `read_statement`."""

    account: bytes
    feed: bytes
    seq: int
    id: bytes | None
    wire: bytes = field(repr=False)

    @property
    def end(self) -> End:
        """Where the feed ends by this revoke."""
        return End(self.seq, self.id)

    @property
    def rank(self) -> tuple[int, bytes]:
        """Of revokes of one feed by one account the lowest counts."""
        return self.seq, self.id or b""


@dataclass(frozen=True, slots=True)
class Rotate:
    """The promised key's word that it follows the account's; made by `sign_rotate` or
    `read_statement`. Whether it was promised only who knows a grant can say: `keeps`."""

    account: bytes
    successor: bytes
    ends: tuple[FeedEnd, ...]
    wire: bytes = field(repr=False)

    @property
    def rank(self) -> bytes:
        """The signed bytes: of rotations of one account the lowest counts."""
        return encode(_rotate_fields(self.account, self.successor, self.ends))

    def keeps(self, promise: bytes) -> bool:
        """Whether the successor is the one that a grant's `next_key_hash` promised."""
        return next_key_hash(self.successor) == promise

    def end_of(self, feed: bytes) -> End:
        """Where this feed of the old account ends."""
        return next((End(seq, name) for key, seq, name in self.ends if key == feed), NOTHING)


Statement = Grant | Revoke | Rotate


# --- signing ------------------------------------------------------------------------


def sign_grant(account: KeyPair, feed: bytes, next_key_hash: bytes) -> Grant:
    """Let the account adopt a feed. Raises `Refused` for a grant that no one would read."""
    return read_grant(_sign(account, [VERSION, "grant", account.public, feed, next_key_hash]))


def sign_revoke(account: KeyPair, feed: bytes, seq: int, id: bytes | None) -> Revoke:
    """Let the account end a feed with its entry `seq`, or with 0 and None before its first.

    Raises `Refused` for a revoke that no one would read.
    """
    wire = _sign(account, [VERSION, "revoke", account.public, feed, seq, id])
    return _read_revoke(_opened(wire))


def sign_rotate(successor: KeyPair, account: bytes, ends: Sequence[FeedEnd]) -> Rotate:
    """Let `successor` follow `account`, whose feeds end as named, in any order.

    Raises `Refused` for a rotation that no one would read.
    """
    wire = _sign(successor, _rotate_fields(account, successor.public, sorted(ends)))
    return _read_rotate(_opened(wire))


def _sign(signer: KeyPair, fields: Value) -> bytes:
    statement = encode(fields)
    return encode([statement, signer.sign(DOMAIN, statement)])


def _rotate_fields(account: bytes, successor: bytes, ends: Sequence[FeedEnd]) -> Value:
    return [VERSION, "rotate", account, successor, [list(end) for end in ends]]


# --- reading ------------------------------------------------------------------------


def read_statement(wire: bytes) -> Statement:
    """Read and verify a statement of any type. Raises `Refused` for anything but a sound one."""
    opened = _opened(wire)
    read = _READERS.get(opened.kind)
    if read is None:
        raise BadShape("a statement of an unknown type")
    return read(opened)


def claimed(wire: bytes) -> tuple[str, bytes]:
    """Type and account that a statement gives, unverified. Raises `Refused`."""
    opened = _opened(wire)
    if opened.kind not in _READERS or not opened.fields:
        raise BadShape("a statement of an unknown type")
    return opened.kind, _sized(opened.fields[0], KEY_SIZE)


def read_grant(wire: bytes) -> Grant:
    """Read and verify a grant. Raises `Refused` for anything but a sound one."""
    opened = _opened(wire)
    if opened.kind != "grant":
        raise BadShape("not a grant")
    return _read_grant(opened)


def grant_for(wire: bytes, account: bytes, feed: bytes) -> Grant:
    """Read a grant that must join just these two. Raises `NotGranted` or `Refused`."""
    grant = read_grant(wire)
    if grant.account != account or grant.feed != feed:
        raise NotGranted("a grant for another account or feed")
    return grant


@dataclass(frozen=True, slots=True)
class _Opened:
    """A statement taken apart; `kind` is text, nothing else of it is checked yet."""

    kind: str
    fields: list[Value]
    """What follows the type."""
    statement: bytes
    signature: bytes
    wire: bytes

    def take(self, count: int) -> list[Value]:
        if len(self.fields) != count:
            raise BadShape("a statement with too few or too many fields")
        return self.fields

    def verify(self, signer: bytes) -> None:
        verify(signer, DOMAIN, self.statement, self.signature)


def _opened(wire: bytes) -> _Opened:
    if len(wire) > MAX_STATEMENT:
        raise TooLarge("a statement over its limit")
    outer = decode(wire)
    if type(outer) is not list or len(outer) != 2:
        raise BadShape("a statement is a pair of bytes and signature")
    statement = _sized(outer[0], None)
    signature = _sized(outer[1], SIGNATURE_SIZE)
    fields = decode(statement)
    if type(fields) is not list or len(fields) < 2:
        raise BadShape("a statement is an array")
    version, kind, *rest = fields
    if type(version) is not int or version != VERSION:
        raise UnknownVersion("a statement of another version")
    if type(kind) is not str:
        raise BadShape("a statement's type is text")
    return _Opened(kind, rest, statement, signature, wire)


def _read_grant(opened: _Opened) -> Grant:
    account, feed, promise = opened.take(3)
    grant = Grant(_key(account), _key(feed), _sized(promise, HASH_SIZE), opened.wire)
    opened.verify(grant.account)
    return grant


def _read_revoke(opened: _Opened) -> Revoke:
    account, feed, seq, name = opened.take(4)
    if type(seq) is int and seq == 0:
        if name is not None:
            raise BadShape("a revoke of a whole feed names no entry")
        revoke = Revoke(_key(account), _key(feed), 0, None, opened.wire)
    else:
        last = check_seq(seq), _sized(name, HASH_SIZE)
        revoke = Revoke(_key(account), _key(feed), *last, opened.wire)
    opened.verify(revoke.account)
    return revoke


def _read_rotate(opened: _Opened) -> Rotate:
    account, successor, ends = opened.take(3)
    rotate = Rotate(_key(account), _key(successor), _ends(ends), opened.wire)
    if rotate.account == rotate.successor:
        raise BadShape("a key cannot follow itself")
    opened.verify(rotate.successor)
    return rotate


def _ends(value: Value) -> tuple[FeedEnd, ...]:
    if type(value) is not list:
        raise BadShape("ends are an array")
    if len(value) > MAX_FEEDS_AN_ACCOUNT:
        raise TooLarge("ends of more feeds than an account may have")
    ends = tuple(map(_end, value))
    if any(one[0] >= other[0] for one, other in pairwise(ends)):
        raise BadShape("ends out of order, or two of one feed")
    return ends


def _end(value: Value) -> FeedEnd:
    if type(value) is not list or len(value) != 3:
        raise BadShape("an end is a feed, a sequence number and an id")
    feed, seq, name = value
    return _key(feed), check_seq(seq), _sized(name, HASH_SIZE)


def _key(value: Value) -> bytes:
    return check_key(_sized(value, KEY_SIZE))


def _sized(value: object, size: int | None) -> bytes:
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise BadShape("a field of the wrong type or length")
    return value


_READERS: dict[str, Callable[[_Opened], Statement]] = {
    "grant": _read_grant,
    "revoke": _read_revoke,
    "rotate": _read_rotate,
}
