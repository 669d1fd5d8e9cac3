"""What is known of one peer while its session lasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .frames import Ask
from .hashing import INTEREST_SIZE, blinded
from .limits import MAX_UNMATCHED
from .session import Session


class Now(NamedTuple):
    """The time, from outside: Unix milliseconds UTC, and milliseconds of a clock that never
    jumps, for time-outs."""

    wall_ms: int
    mono_ms: int


@dataclass(slots=True)
class Peer:
    """See the module."""

    name: str
    session: Session = field(default_factory=Session)
    software: str = ""
    wants: set[bytes] = field(default_factory=set)
    """Accounts that it asked for and that are carried here."""
    told: set[bytes] = field(default_factory=set)
    """Feeds that were offered to it, so that it knows their grants."""
    listed: bool = False
    """It has answered all that was asked for."""
    judging: int = 0
    """Runs of it that are being verified and stored."""
    told_synced: bool = False
    synced: bool = False
    """It has said that it lacks nothing of what is offered to it."""
    refusals: int = 0
    received: int = 0
    """Entries taken from it."""
    asked_at: dict[int, int] = field(default_factory=dict)
    """When each open ask was sent, by number; milliseconds of `Now.mono_ms`."""
    _unmatched: dict[int, bytearray] = field(default_factory=dict)

    @property
    def in_sync(self) -> bool:
        """Neither side lacks anything of what the other has."""
        return self.told_synced and self.synced

    def remember(self, day: int, blind: bytes) -> None:
        """Keep a blinded name that matches nothing yet; beyond the limit it is forgotten."""
        if sum(map(len, self._unmatched.values())) < MAX_UNMATCHED * INTEREST_SIZE:
            self._unmatched.setdefault(day, bytearray()).extend(blind)

    def match_late(self, account: bytes) -> bool:
        """Whether the peer had asked for an account that is carried only now; if so it is
        among its wants from here on."""
        for day, names in self._unmatched.items():
            if _has(names, blinded(account, day)):
                self.wants.add(account)
                return True
        return False

    def overdue(self, now: Now, timeout_ms: int) -> list[Ask]:
        """Own asks that have been open for longer than the time-out."""
        return [
            self.session.asked[number]
            for number, at in self.asked_at.items()
            if now.mono_ms - at > timeout_ms
        ]


def _has(names: bytearray, name: bytes) -> bool:
    at = names.find(name)
    while at >= 0 and at % INTEREST_SIZE:
        at = names.find(name, at + 1)
    return at >= 0
