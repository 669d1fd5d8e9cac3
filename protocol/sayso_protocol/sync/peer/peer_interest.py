"""The accounts that a peer wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ...crypto.hashing import blinded
from ..interest import Days, Directory
from ..now import Now
from ..resume_state import Interest
from .unmatched_names import UnmatchedNames

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
    _unmatched: UnmatchedNames = field(default_factory=UnmatchedNames)

    # --- frames ----------------------------------------------------------------------------

    def add(self, directory: Directory, day: int, blinds: Sequence[bytes], now: Now) -> list[bytes]:
        """It wants these too. Gives the carried accounts that it did not want before. Raises
        `WrongDay`."""
        self._days.note(day, *now)
        if not blinds:
            return []
        carried = directory.names(day)
        found: list[bytes] = []
        for account in map(carried.get, blinds):
            if account is not None and account not in self.wants:
                self.wants.add(account)
                found.append(account)
        self._unmatched.add(day, [blind for blind in blinds if blind not in carried])
        return found

    def remove(self, directory: Directory, day: int, blinds: Sequence[bytes], now: Now) -> None:
        """It wants these no longer, whatever they are. A name that it gave on another day is not
        recognised, and stays until it lists its wants anew. Raises `WrongDay`."""
        self._days.note(day, *now)
        if blinds:
            carried = directory.names(day)
            self.wants.difference_update(carried[blind] for blind in blinds if blind in carried)
            self._unmatched.remove(day, blinds)

    def rename(self, token: bytes) -> None:
        """The list of wants is complete, or has changed, and bears this name now."""
        self.token = token
        self._changed = True

    # --- from one session to the next ------------------------------------------------------

    def restore(self, interest: Interest) -> None:
        """It wants what it wanted in an earlier session."""
        self.token = interest.token
        self.wants = set(interest.accounts)
        self._unmatched = UnmatchedNames(interest.unmatched)

    def clear(self) -> None:
        """It is going to name all that it wants anew."""
        self.wants.clear()
        self._unmatched.clear()

    @property
    def saved(self) -> Interest:
        """The form in which it is kept until the next session."""
        return Interest(self.token, sorted(self.wants), self._unmatched.packed)

    def take_changed(self) -> Interest | None:
        """The same, where it has changed since it was saved; it counts as saved."""
        changed, self._changed = self._changed, False
        return self.saved if changed else None

    # --- accounts that come and go here ----------------------------------------------------

    def set_aside(self, account: bytes) -> bool:
        """Know the want for an account no longer, until `match_late` finds it again. True where
        it was wanted."""
        if account not in self.wants:
            return False
        self.wants.discard(account)
        self._unmatched.add(_ANY_DAY, [blinded(account, _ANY_DAY)])
        self._changed = True
        return True

    def match_late(self, account: bytes) -> bool:
        """Whether the peer had asked for an account that is carried only now; if so it is
        among its wants from here on."""
        if any(self._unmatched.has(day, blinded(account, day)) for day in self._unmatched):
            self.wants.add(account)
            return True
        return False

    def match_all(self, directory: Directory) -> list[bytes]:
        """The carried accounts that it had asked for while they were not; they are among its wants
        from here on."""
        found: list[bytes] = []
        for day in self._unmatched:
            carried = directory.names(day)
            named = {carried[name] for name in self._unmatched.names(day) if name in carried}
            found += sorted(named - self.wants)
            self.wants |= named
        return found
