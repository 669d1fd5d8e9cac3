"""The frames of `/sayso/sync/1`, `/sayso/sync/2` and `/sayso/sync/3` as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...crypto.keys import SIGNATURE_SIZE
from ...feed.absence import AbsenceProof
from ...feed.run import RawRun
from ...ranges import Range

SYNC_1: Final = 1
SYNC_2: Final = 2
SYNC_3: Final = 3
"""Versions of the protocol of sessions. From the second on `Entries` has proofs, and so a body may
be absent where one of them explains it; in the third there are rosters."""

EPOCH_SIZE = 16
CHECK_SIZE = 8
HEIGHT_CHECK_SIZE = 16
"""So long that nobody finds two signatures of his own with one check."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the receiver knows the sender's store: all that came into it up to `arrival`
    has been offered in frames before this one.

    `check` is the first 8 bytes of the id of the entry that came in at `arrival` (zeros for
    none): a store that was wound back and grew again has another entry there.
    """

    arrival: int
    check: bytes


@dataclass(frozen=True, slots=True)
class Resume:
    """The sender was here before: it holds all that was offered to it up to `mark` of the
    store with this `epoch`, and had named the list of wants that bears `token`. With
    `changed` a list of wants follows, without it that list still holds."""

    epoch: bytes
    mark: Mark
    token: bytes
    changed: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame of each side. `epoch` is the 16 bytes of the sender's store, `roster` the name of
    the receiver's roster, as far as the sender knows it."""

    version: int
    software: str
    epoch: bytes
    resume: Resume | None = None
    roster: bytes | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """Accounts that the sender wants, blinded for a day; `more` follows at once. `token` is
    the sender's name for all that it wants, up to and with this frame."""

    day: int
    blinds: Sequence[bytes]
    more: bool
    token: bytes


@dataclass(frozen=True, slots=True)
class Unwant:
    """Accounts that the sender no longer wants, blinded for a day; `token` as in `Want`."""

    day: int
    blinds: Sequence[bytes]
    token: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """One feed in a `Have`: the account's grant on the wire and what is held of the feed."""

    grant: bytes
    held: Sequence[Range]


@dataclass(frozen=True, slots=True)
class Have:
    """What the sender holds of wanted accounts; without `more` all wants are answered."""

    offers: Sequence[Offer]
    more: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """One wanted range; `number` is chosen by who asks, above 0, and comes back."""

    number: int
    feed: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Get:
    """Ranges that the sender asks for; each is answered once, by `Entries` or `Miss`."""

    asks: Sequence[Ask]


@dataclass(frozen=True, slots=True)
class Entries:
    """A run: the newest stretch of what was asked for, or unasked (`number` 0) a new entry
    of a feed that the receiver wants. `proofs` say why bodies of it are absent."""

    number: int
    run: RawRun
    proofs: Sequence[AbsenceProof] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing of these asked ranges is held."""

    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Heights:
    """Newest sequence numbers held of wanted feeds, each with the feed and maybe a check.

    `checks`, where there are any, has one for each: `height_check` of the signature of the entry
    at that height, or nothing. Two that differ show that the feed has forked.
    """

    heights: Sequence[tuple[bytes, int]]
    checks: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Synced:
    """The sender now holds everything that it wants of what it was offered."""


@dataclass(frozen=True, slots=True)
class Again:
    """The sender does not remember what a `Resume` speaks of: name all wants again."""


@dataclass(frozen=True, slots=True)
class Prune:
    """Announce new entries of these feeds from now on, instead of pushing them: they come
    from elsewhere already."""

    feeds: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Graft:
    """Push new entries of these feeds again."""

    feeds: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Say:
    """What accounts that the receiver wants say of their feeds (revokes, rotations), and proofs
    against feeds of them, each as it travels. See the module `attestation`."""

    statements: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Serve:
    """The signed list of the nodes that serve the sender's store (`roster`), as it travels; empty
    where the sender stands in none."""

    roster: bytes


@dataclass(frozen=True, slots=True)
class Bye:
    """The sender ends the session; `code` is one of `errors` or ``done``."""

    code: str
    reason: str


Frame = (
    Hello
    | Want
    | Unwant
    | Have
    | Get
    | Entries
    | Miss
    | Heights
    | Synced
    | Bye
    | Mark
    | Again
    | Prune
    | Graft
    | Say
    | Serve
)


def height_check(signature: bytes) -> bytes:
    """What a `Heights` says of an entry: the first half of its signature's second half. The first
    half of a signature is the writer's to choose, and may be the same for two entries."""
    return signature[SIGNATURE_SIZE // 2 :][:HEIGHT_CHECK_SIZE]
