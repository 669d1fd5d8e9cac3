"""The accounts that a peer wants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from ...crypto.hashing import INTEREST_SIZE, blinded
from ...limits import MAX_UNMATCHED
from ..interest import Days, Directory
from ..now import Now
from ..resume_state import Interest

_ANY_DAY: Final = 0
"""Under which a want is kept that was given under the name of some other day."""


@dataclass(slots=True)
class PeerInterest:
    """Wanted accounts that are carried here, and blinded names that match none of them."""

    wants: set[bytes] = field(default_factory=set)
    """Accounts that it asked for and that are carried here."""
    token: bytes = b""
    """Its own name for all that it wants."""
    _changed: bool = False
    """It is not yet saved."""
    _days: Days = field(default_factory=Days)
    """Days for which it names wants."""
    _unmatched: dict[int, bytearray] = field(default_factory=dict)

    # --- frames ----------------------------------------------------------------------------

    def add(self, directory: Directory, day: int, blinds: Sequence[bytes], now: Now) -> list[bytes]:
        """It wants these too. Gives the carried accounts that it did not want before. Raises
        `WrongDay`."""
        self._days.note(day, *now)
        found: list[bytes] = []
        for blind in blinds:
            account = directory.find(day, blind)
            if account is None:
                self.keep_unmatched(day, blind)
            elif account not in self.wants:
                self.wants.add(account)
                found.append(account)
        return found

    def remove(self, directory: Directory, day: int, blinds: Sequence[bytes], now: Now) -> None:
        """It wants these no longer, whatever they are. A name that it gave on another day is not
        recognised, and stays until it lists its wants anew. Raises `WrongDay`."""
        self._days.note(day, *now)
        for blind in blinds:
            self.wants.discard(directory.find(day, blind) or b"")
        names, gone = self._unmatched.get(day), set(blinds)
        if names and gone:
            self._unmatched[day] = bytearray().join(n for n in _split(names) if n not in gone)

    def rename(self, token: bytes) -> None:
        """The list of wants is complete, or has changed, and bears this name now."""
        self.token = token
        self._changed = True

    # --- from one session to the next ------------------------------------------------------

    def restore(self, interest: Interest) -> None:
        """It wants what it wanted in an earlier session."""
        self.token = interest.token
        self.wants = set(interest.accounts)
        self._unmatched = {day: bytearray(names) for day, names in interest.unmatched.items()}

    def clear(self) -> None:
        """It is going to name all that it wants anew."""
        self.wants.clear()
        self._unmatched.clear()

    @property
    def saved(self) -> Interest:
        """The form in which it is kept until the next session."""
        unmatched = {day: bytes(names) for day, names in self._unmatched.items()}
        return Interest(self.token, sorted(self.wants), unmatched)

    def take_changed(self) -> Interest | None:
        """The same, where it has changed since it was saved; it counts as saved."""
        changed, self._changed = self._changed, False
        return self.saved if changed else None

    # --- accounts that come and go here ----------------------------------------------------

    def keep_unmatched(self, day: int, blind: bytes) -> None:
        """Keep a blinded name that matches nothing yet; beyond the limit it is forgotten."""
        if sum(map(len, self._unmatched.values())) < MAX_UNMATCHED * INTEREST_SIZE:
            self._unmatched.setdefault(day, bytearray()).extend(blind)

    def set_aside(self, account: bytes) -> bool:
        """Know the want for an account no longer, until `match_late` finds it again. True where
        it was wanted."""
        if account not in self.wants:
            return False
        self.wants.discard(account)
        self.keep_unmatched(_ANY_DAY, blinded(account, _ANY_DAY))
        self._changed = True
        return True

    def match_late(self, account: bytes) -> bool:
        """Whether the peer had asked for an account that is carried only now; if so it is
        among its wants from here on."""
        for day, names in self._unmatched.items():
            if _has(names, blinded(account, day)):
                self.wants.add(account)
                return True
        return False

    def match_all(self, accounts: Set[bytes]) -> list[bytes]:
        """Those of the accounts that it had asked for while they were not carried here; they
        are among its wants from here on."""
        found: list[bytes] = []
        others = sorted(accounts - self.wants) if self._unmatched else []
        for day, names in self._unmatched.items():
            known = set(_split(names))
            found += [account for account in others if blinded(account, day) in known]
        self.wants.update(found)
        return found


def _split(names: bytearray) -> Iterable[bytes]:
    data = bytes(names)
    return [data[at : at + INTEREST_SIZE] for at in range(0, len(data), INTEREST_SIZE)]


def _has(names: bytearray, name: bytes) -> bool:
    at = names.find(name)
    while at >= 0 and at % INTEREST_SIZE:
        at = names.find(name, at + 1)
    return at >= 0
