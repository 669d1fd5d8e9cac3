"""Statements of an account about its feeds, each signed by an account key.

On the wire a statement is the array ``[bytes, signature]``, at most `MAX_STATEMENT` bytes; a
grant is ``[bytes, signature, feed signature]``. The bytes are a canonical array that begins
with version, type and account; the signature is Ed25519 over `DOMAIN` and the bytes, that of
the feed over `FEED_DOMAIN` and the bytes. There are three types.

``[1, "grant", account, feed, next]``, signed by `account` and by `feed`: the feed is the
account's own. Without the feed's signature anybody could claim a stranger's feed.
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
Rotations may follow each other, but not in a circle: of those that would form one the one
whose signed bytes come last does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..codec import Value, encode
from ..crypto.hashing import HASH_SIZE, next_key_hash
from ..crypto.keys import KEY_SIZE, KeyPair, check_key, note_checked
from ..errors import BadShape, NotGranted, TooLarge, UnknownVersion
from ..feed.entry import check_seq
from ..limits import MAX_FEEDS_AN_ACCOUNT
from .envelope import (
    FEED_DOMAIN,
    VERSION,
    Opened,
    key_of,
    open_statement,
    sign,
    sized,
)


@dataclass(frozen=True, slots=True)
class End:
    """The end of a feed: its last entry that counts; seq 0 and None where nothing counts."""

    seq: int
    id: bytes | None


NOTHING = End(0, None)

FeedEnd = tuple[bytes, int, bytes]
"""In a rotation: feed, and sequence number (from 1) and id of its last entry that counts."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The word of account and feed that they belong together; made by `sign_grant`,
    `accept_grant` or `read_grant`."""

    account: bytes
    feed: bytes
    next_key_hash: bytes
    wire: bytes = field(repr=False)
    """The statement as it travels, signatures included; kept as received."""


@dataclass(frozen=True, slots=True)
class GrantOffer:
    """The account's half of a grant, which the feed has not signed; made by `offer_grant` or
    `read_offer`. Nobody takes it for a grant."""

    account: bytes
    feed: bytes
    next_key_hash: bytes
    wire: bytes = field(repr=False)
    """``[bytes, signature]``."""


@dataclass(frozen=True, slots=True)
class GrantClaim:
    """The claim of a grant about itself, in the right shape; made by `claim_of`. No key and no
    signature of it is verified: only `verified` gives something to believe."""

    account: bytes
    feed: bytes
    next_key_hash: bytes
    _opened: Opened = field(repr=False)

    def verified(self, *, account_is_valid: bool = False) -> Grant:
        """The grant, with `account_is_valid` without checking the account's key, for callers
        that know it from elsewhere. Raises `BadKey` or `BadSignature`."""
        if not account_is_valid:
            check_key(self.account)
        check_key(self.feed)
        self._opened.verify(self.account)
        self._opened.verify(self.feed, FEED_DOMAIN, 1)
        if account_is_valid:
            # Posts name it. What has rotted since it was checked is no key that could have signed.
            note_checked(self.account)
        return Grant(self.account, self.feed, self.next_key_hash, self._opened.wire)


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
        """The end of the feed by this revoke."""
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
        """The end of this feed of the old account."""
        return next((End(seq, name) for key, seq, name in self.ends if key == feed), NOTHING)


Statement = Grant | Revoke | Rotate


# --- signing ------------------------------------------------------------------------


def sign_grant(account: KeyPair, feed: KeyPair, next_key_hash: bytes) -> Grant:
    """Join account and feed. Raises `Refused` for a grant that no one would read."""
    return accept_grant(offer_grant(account, feed.public, next_key_hash), feed)


def offer_grant(account: KeyPair, feed: bytes, next_key_hash: bytes) -> GrantOffer:
    """Let the account adopt a feed whose key is elsewhere, if that key accepts.

    Raises `Refused` for an offer that no one would read.
    """
    return read_offer(sign(account, [VERSION, "grant", account.public, feed, next_key_hash]))


def accept_grant(offer: GrantOffer, feed: KeyPair) -> Grant:
    """Let the feed take an account's offer. Raises `NotGranted` where it is for another."""
    if offer.feed != feed.public:
        raise NotGranted("a grant that is offered to another feed")
    opened = open_statement(offer.wire)
    accepted = feed.sign(FEED_DOMAIN, opened.statement)
    return read_grant(encode([opened.statement, *opened.signatures, accepted]))


def sign_revoke(account: KeyPair, feed: bytes, seq: int, id: bytes | None) -> Revoke:
    """Let the account end a feed with its entry `seq`, or with 0 and None before its first.

    Raises `Refused` for a revoke that no one would read.
    """
    wire = sign(account, [VERSION, "revoke", account.public, feed, seq, id])
    return _read_revoke(open_statement(wire))


def sign_rotate(successor: KeyPair, account: bytes, ends: Sequence[FeedEnd]) -> Rotate:
    """Let `successor` follow `account`, whose feeds end as named, in any order.

    Raises `Refused` for a rotation that no one would read.
    """
    wire = sign(successor, _rotate_fields(account, successor.public, sorted(ends)))
    return _read_rotate(open_statement(wire))


def _rotate_fields(account: bytes, successor: bytes, ends: Sequence[FeedEnd]) -> Value:
    return [VERSION, "rotate", account, successor, [list(end) for end in ends]]


# --- reading ------------------------------------------------------------------------


def read_statement(wire: bytes) -> Statement:
    """Read and verify a statement of any type. Raises `Refused` for anything but a sound one."""
    opened = open_statement(wire)
    read = _READERS.get(opened.kind)
    if read is None:
        raise BadShape("a statement of an unknown type")
    return read(opened)


def claimed(wire: bytes) -> tuple[str, bytes]:
    """Type and account that a statement gives, unverified. Raises `UnknownVersion` for a type
    that may come to be, another `Refused` for any other form."""
    opened = open_statement(wire)
    if opened.kind not in _READERS:
        raise UnknownVersion("a statement of an unknown type")
    if not opened.fields:
        raise BadShape("a statement of no account")
    return opened.kind, sized(opened.fields[0], KEY_SIZE)


def read_grant(wire: bytes) -> Grant:
    """Read and verify a grant. Raises `Refused` for anything but a sound one."""
    return claim_of(wire).verified()


def claim_of(wire: bytes) -> GrantClaim:
    """Read a grant without curve arithmetic: as cheap to refuse as to look at. Raises `Refused`."""
    return _claim(_opened_grant(wire))


def read_offer(wire: bytes) -> GrantOffer:
    """Read and verify an account's offer. Raises `Refused` for anything but a sound one."""
    opened = _opened_grant(wire)
    account, feed, promise = opened.take(3)
    offer = GrantOffer(key_of(account), key_of(feed), sized(promise, HASH_SIZE), wire)
    opened.verify(offer.account)
    return offer


def grant_for(wire: bytes, account: bytes, feed: bytes) -> Grant:
    """Read a grant that must join just these two. Raises `NotGranted` or `Refused`."""
    grant = read_grant(wire)
    if grant.account != account or grant.feed != feed:
        raise NotGranted("a grant for another account or feed")
    return grant


def _opened_grant(wire: bytes) -> Opened:
    opened = open_statement(wire)
    if opened.kind != "grant":
        raise BadShape("not a grant")
    return opened


def _claim(opened: Opened) -> GrantClaim:
    account, feed, promise = opened.take(3, signatures=2)
    keys = sized(account, KEY_SIZE), sized(feed, KEY_SIZE)
    return GrantClaim(*keys, sized(promise, HASH_SIZE), opened)


def _read_grant(opened: Opened) -> Grant:
    return _claim(opened).verified()


def _read_revoke(opened: Opened) -> Revoke:
    account, feed, seq, name = opened.take(4)
    if type(seq) is int and seq == 0:
        if name is not None:
            raise BadShape("a revoke of a whole feed names no entry")
        revoke = Revoke(key_of(account), key_of(feed), 0, None, opened.wire)
    else:
        last = check_seq(seq), sized(name, HASH_SIZE)
        revoke = Revoke(key_of(account), key_of(feed), *last, opened.wire)
    opened.verify(revoke.account)
    return revoke


def _read_rotate(opened: Opened) -> Rotate:
    account, successor, ends = opened.take(3)
    rotate = Rotate(key_of(account), key_of(successor), _ends(ends), opened.wire)
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
    return key_of(feed), check_seq(seq), sized(name, HASH_SIZE)


_READERS: dict[str, Callable[[Opened], Statement]] = {
    "grant": _read_grant,
    "revoke": _read_revoke,
    "rotate": _read_rotate,
}
