"""The ways to be refused: one exception for each broken rule.

`code` is stable and machine-readable (it goes into `bye` frames, counters and logs);
the text is for people and holds nothing that the peer chose.
"""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """Something from outside broke a rule of the protocol. Base of all of them."""

    code: ClassVar[str] = "refused"


class NotCanonical(Refused):
    """The bytes are not the one canonical msgpack encoding of what they say."""

    code = "not-canonical"


class BadShape(Refused):
    """A field is missing, of the wrong type, unknown or out of its range."""

    code = "bad-shape"


class TooLarge(Refused):
    """Something is longer than its limit."""

    code = "too-large"


class UnknownVersion(Refused):
    """A version that this software does not speak."""

    code = "unknown-version"


class BadKey(Refused):
    """Thirty-two bytes that are no point of the prime-order group of Ed25519."""

    code = "bad-key"


class BadSignature(Refused):
    """An Ed25519 signature does not verify."""

    code = "bad-signature"


class BadPhrase(Refused):
    """Not twenty-four words of the BIP 39 list with the right check sum."""

    code = "bad-phrase"


class BadText(Refused):
    """A key, id or link in text form that cannot be read."""

    code = "bad-text"


class Mistyped(Refused):
    """A link of an invite that was not copied letter for letter."""

    code = "mistyped"


class WrongBody(Refused):
    """A body that is not the one its header commits to."""

    code = "wrong-body"


class WrongBlock(Refused):
    """A block of a blob's tree, or a leaf, that is not the one that its name commits to."""

    code = "wrong-block"


class TimeGoesBack(Refused):
    """An entry with an earlier time than the entry before it."""

    code = "time-goes-back"


class BadSequence(Refused):
    """Sequence numbers that do not follow each other, or lie outside 1 .. 2^63-1."""

    code = "bad-sequence"


class NotGranted(Refused):
    """A feed without its account's grant, or with a grant for something else."""

    code = "not-granted"


class PromiseBroken(Refused):
    """A grant that promises another next key than the account's first, or a rotation to a
    key that was not promised."""

    code = "promise-broken"


class CircularRotation(Refused):
    """A rotation to an account that comes earlier in the same chain of successors, with bytes
    that come after those of all others in the circle."""

    code = "circular-rotation"


class Revoked(Refused):
    """An entry after the end that its account gave the feed, or on another branch."""

    code = "revoked"


class Forked(Refused):
    """Two authentic entries of one feed with one sequence number."""

    code = "forked"


class NotForked(Refused):
    """A fork proof whose two runs do not contradict each other."""

    code = "not-forked"


class ProtocolViolation(Refused):
    """A frame that the peer must not send in this state."""

    code = "protocol-violation"


class TooSlow(Refused):
    """A frame that begins and does not end in time."""

    code = "too-slow"


class WrongDay(ProtocolViolation):
    """Interest for more days than have passed: each may cost a table of names."""

    code = "wrong-day"


class NotAsked(ProtocolViolation):
    """Entries that nobody asked for, or an answer to no question."""

    code = "not-asked"


class Overdrawn(Refused):
    """The peer goes on making work of which nothing comes, after it was made to wait for long."""

    code = "overdrawn"
