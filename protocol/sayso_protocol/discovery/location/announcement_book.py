"""The newest announcements of the accounts that are followed here.

They come from lookups and from sync peers, and stay while nothing newer is known, up to
`MAX_AGE_MS`: so a follower can lay them down anew for another day, and a reader still learns where
an account's node was last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...codec import pack_array, unpack
from ...errors import BadShape, Refused
from .announcement import Announcement, read_announcement
from .announcement_limits import FRESH_MS, MAX_KEPT, NODES_AN_ACCOUNT


class AnnouncementBook:
    """One node's; bounded in each account and in all."""

    def __init__(self) -> None:
        self._newest: dict[bytes, dict[str, Announcement]] = {}
        """By account and peer id."""
        self._count = 0
        self.changes = 0
        """How often anything changed, ever."""

    def __len__(self) -> int:
        return self._count

    def learn(self, announcement: Announcement, now_ms: int) -> bool:
        """Take one in. True where it is newer than what was known of that node."""
        nodes = self._newest.get(announcement.account, {})
        old = nodes.get(announcement.peer_id)
        if not announcement.is_believable(now_ms):
            return False
        if old is not None and _age_key(old) >= _age_key(announcement):
            return False
        if old is None and len(nodes) >= NODES_AN_ACCOUNT:
            eldest = min(nodes.values(), key=_age_key)
            if _age_key(eldest) >= _age_key(announcement):
                return False
            self._forget(eldest)
        if old is None and self._count >= MAX_KEPT and not self._drop_old(now_ms):
            return False
        self._count += old is None
        self.changes += 1
        self._newest.setdefault(announcement.account, {})[announcement.peer_id] = announcement
        return True

    def newest(self, account: bytes, now_ms: int) -> list[Announcement]:
        """What is known of an account's nodes, the newest first."""
        found = self._newest.get(account, {}).values()
        believable = (one for one in found if one.is_believable(now_ms))
        return sorted(believable, key=_age_key, reverse=True)

    def is_fresh(self, account: bytes, now_ms: int) -> bool:
        """Whether a node of the account was on within a day, as far as is known."""
        return any(now_ms - one.time_ms < FRESH_MS for one in self.newest(account, now_ms))

    def accounts(self) -> list[bytes]:
        """The accounts of which anything is known."""
        return list(self._newest)

    def retain(self, accounts: Collection[bytes]) -> None:
        """Forget all other accounts: those that are followed no longer."""
        for account in self._newest.keys() - set(accounts):
            self._count -= len(self._newest.pop(account))
            self.changes += 1

    def forget(self, account: bytes, feed: bytes) -> None:
        """Forget what a feed said: its account has ended it."""
        for one in list(self._newest.get(account, {}).values()):
            if one.grant.feed == feed:
                self._forget(one)

    # --- kept over restarts ------------------------------------------------------------

    def pack(self) -> bytes:
        """All of it, for `unpacked`."""
        return pack_array([[one.account, one.wire] for one in self._all()])

    @classmethod
    def unpacked(cls, data: bytes, now_ms: int) -> AnnouncementBook:
        """What `pack` gave, verified again; what does not hold is left out."""
        book = cls()
        for announcement in _read_all(data):
            book.learn(announcement, now_ms)
        return book

    def _all(self) -> Iterator[Announcement]:
        for nodes in self._newest.values():
            yield from nodes.values()

    def _drop_old(self, now_ms: int) -> bool:
        for one in [one for one in self._all() if not one.is_believable(now_ms)]:
            self._forget(one)
        return self._count < MAX_KEPT

    def _forget(self, announcement: Announcement) -> None:
        nodes = self._newest[announcement.account]
        del nodes[announcement.peer_id]
        self._count -= 1
        self.changes += 1
        if not nodes:
            del self._newest[announcement.account]


def _age_key(announcement: Announcement) -> tuple[int, bytes]:
    """Newest last; of two of one time the same one is the newer everywhere."""
    return announcement.time_ms, announcement.wire


def _read_all(data: bytes) -> Iterator[Announcement]:
    try:
        rows = unpack(data)
    except Refused:
        return
    for row in rows if type(rows) is list else ():
        try:
            account, wire = row
            if type(account) is not bytes or type(wire) is not bytes:
                raise BadShape("not what was packed")
            yield read_announcement(wire, account)
        except (Refused, TypeError, ValueError):
            continue
