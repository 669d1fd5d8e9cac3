"""What a mailbox wants done. All effects of one event belong into one transaction: what is sent is
sent after it, what was taken is erased at the carrier after it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class MessageState(IntEnum):
    """What became of something written. Stored in files: these may never change."""

    WAITING = 0
    CARRIED = 1
    """A carrier holds it for at least one device, and the knock that brings it."""
    DELIVERED = 2
    """A device of the reader has read it, and said so."""
    RETURNED = 3
    """None has within 30 days."""


@dataclass(frozen=True, slots=True)
class Store:
    """Keep a record under kind and key, or delete it where there is no value; `Mailbox.restore`
    reads it again."""

    kind: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Deliver:
    """Lay a letter into a box at the carriers of an account, durably, and report what becomes of
    it. A door wants a stamp, whose price the courier knows; secret boxes want none. `word` is the
    id of what was written whose first word a knock brings, None where it brings none."""

    letter_id: bytes
    account: bytes
    box: bytes
    letter: bytes
    at_door: bool
    word: bytes | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Deliver this letter no more."""

    letter_id: bytes


@dataclass(frozen=True, slots=True)
class Show:
    """A content that came from a device of an account, for the first time; its kind says who takes
    it (`contents.content_kind`)."""

    account: bytes
    feed: bytes
    id: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Knocked:
    """Somebody called. His keys are proven; `first_word` is what he says to who does not know him,
    perhaps nothing."""

    account: bytes
    feed: bytes
    first_word: bytes


@dataclass(frozen=True, slots=True)
class NoteState:
    """What became of something written."""

    id: bytes
    state: MessageState


@dataclass(frozen=True, slots=True)
class WordTaken:
    """The reader's node took the knock that brought the first word of something written."""

    id: bytes


@dataclass(frozen=True, slots=True)
class PublishPrekey:
    """Publish a prekey entry with these public keys, then tell `PrekeyPublished`."""

    identity: bytes
    week: bytes
    number: int
    """Weeks since the Unix epoch."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the owner of a new device of somebody whom he writes to, or of his own, before anything
    is sent to it: who has stolen an account key can grant one."""

    account: bytes
    feed: bytes


Effect = (
    Store | Deliver | Withdraw | Show | Knocked | NoteState | WordTaken | PublishPrekey | Announce
)
