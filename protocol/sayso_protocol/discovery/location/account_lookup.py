"""A lookup of an account: what places have of it is opened, verified, and compared as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...errors import Refused
from ..kademlia.contact import Contact
from ..kademlia.kademlia_limits import MAX_FOUND
from ..kademlia.lookup import Lookup
from ..kademlia.messages import Message
from .announcement import Announcement, unseal
from .announcement_limits import ENOUGH_COPIES

Accepts = Callable[[Announcement], bool]
"""Whether the own store has nothing against an announcement: a feed that its account ended, another
promise than the account's."""


class AccountLookup:
    """One lookup of an account's announcements of one day.

    The lookup stops early where enough places have one and the same newest announcement of a node,
    and that is at least as new as `since_ms`.
    """

    def __init__(
        self, account: bytes, day: int, lookup: Lookup, *, accepts: Accepts, since_ms: int
    ) -> None:
        self.account = account
        self.day = day
        self.lookup = lookup
        """That of the account's key of the day."""
        self._accepts = accepts
        self._since_ms = since_ms
        self._opened: dict[bytes, Announcement | None] = {}
        self.told_by: dict[Announcement, set[bytes]] = {}
        """What was found, and the ids of the places that had it."""

    def answered(self, peer: bytes, message: Message) -> None:
        """A place that was asked answered."""
        self.lookup.answered(peer, message)
        self.note(peer, message.sealed)

    def note(self, peer: bytes, found: Iterable[bytes]) -> None:
        """A place has these sealed announcements: one that was asked, or the own node."""
        for sealed in found:
            announcement = self._open(sealed)
            if announcement is not None:
                self.told_by.setdefault(announcement, set()).add(peer)
        newest = self.newest
        if newest is None or newest.time_ms < self._since_ms:
            return
        if self.copies(newest) >= ENOUGH_COPIES:
            self.lookup.stop()

    @property
    def newest(self) -> Announcement | None:
        """The newest announcement that was found."""
        return max(self.told_by, key=lambda one: (one.time_ms, one.wire), default=None)

    @property
    def plain(self) -> list[Contact]:
        """Peers that name themselves as carriers: nobody's word but their own."""
        return list(self.lookup.providers.values())

    def copies(self, announcement: Announcement) -> int:
        """How many places have just this announcement."""
        return len(self.told_by.get(announcement, ()))

    def _open(self, sealed: bytes) -> Announcement | None:
        """Each is opened once, and of what many places say no more than a bound."""
        if sealed not in self._opened and len(self._opened) < MAX_FOUND:
            self._opened[sealed] = self._read(sealed)
        return self._opened.get(sealed)

    def _read(self, sealed: bytes) -> Announcement | None:
        try:
            announcement = unseal(sealed, self.account, self.day)
        except Refused:
            return None
        return announcement if self._accepts(announcement) else None
