"""What a mailbox is told. Times are Unix milliseconds, keys 32 bytes, ids 16."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .agreement import Device


class LetterState(IntEnum):
    """What became of a sealed letter at the carriers. Stored in files: these may never change."""

    CARRIED = 1
    """A carrier holds it."""
    DELIVERED = 2
    """The reader's node took it."""
    RETURNED = 3
    """No carrier took it, or the one that did lost it."""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What a device's newest `prekey` entry says, and the time of that entry."""

    device: Device
    since_ms: int


@dataclass(frozen=True, slots=True)
class DevicesKnown:
    """All devices of an account that have a prekey entry, and the feeds that its account ended.
    Told at each start, and when it changes; of the own account too, whose own device may be there
    or not."""

    account: bytes
    devices: tuple[KnownDevice, ...]
    ended: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Write:
    """Send a content to all devices of these accounts, the own device left out. Who wants the own
    other devices to have it names the own account too. Of `feeds`, where there are any, only to
    those. `first_word` goes into the knock where one is needed. `is_stranger`: whether the readers
    may not know the writer; then it gets a knock of its own where they were called already and have
    not answered."""

    id: bytes
    accounts: tuple[bytes, ...]
    content: bytes
    until_ms: int
    feeds: frozenset[bytes] = frozenset()
    first_word: bytes = b""
    is_stranger: bool = True


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The owner forgets what he wrote: it is sent no more."""

    id: bytes


@dataclass(frozen=True, slots=True)
class KnockTaken:
    """A letter from the own door."""

    letter: bytes


@dataclass(frozen=True, slots=True)
class LettersTaken:
    """Letters from secret boxes: each the box and the letter."""

    letters: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class LetterReported:
    """A courier's report of a letter: its id, as `Deliver` named it."""

    letter: bytes
    state: LetterState


@dataclass(frozen=True, slots=True)
class Accepted:
    """The owner wants to hear from an account: he follows it, answered it, or wrote to it."""

    account: bytes


@dataclass(frozen=True, slots=True)
class PrekeyPublished:
    """The own prekey entry stands in the feed; `introduction` shows it to whoever is called
    (`contents.introduction`, with nothing in it)."""

    week: bytes
    introduction: bytes


@dataclass(frozen=True, slots=True)
class CarriersEmptied:
    """All that all carriers of the own account held was collected just now."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; at least hourly."""


Event = (
    DevicesKnown
    | Write
    | Withdrawn
    | KnockTaken
    | LettersTaken
    | LetterReported
    | Accepted
    | PrekeyPublished
    | CarriersEmptied
    | Tick
)
