"""Who carried which account: whom to dial where an account has too few sources."""

from __future__ import annotations

from collections.abc import Iterable

from . import book_limits as limits

Carried = tuple[bytes, str, int]
"""Account, peer, and when it was last known to carry it, Unix milliseconds."""


class Carriers:
    """Bounded by account and in all: the oldest knowledge is forgotten first."""

    def __init__(self, rows: Iterable[Carried] = ()) -> None:
        self._of: dict[bytes, dict[str, int]] = {}
        self._by: dict[str, set[bytes]] = {}
        self._count = 0
        self._changed: dict[tuple[bytes, str], int | None] = {}
        for account, peer_id, at_ms in sorted(rows, key=lambda row: row[2]):
            self.note(account, peer_id, at_ms)
        self._changed.clear()

    def of(self, account: bytes) -> list[str]:
        """The peers that carried an account, the last known first."""
        return list(reversed(self._of.get(account, {})))

    def by(self, peer_id: str) -> frozenset[bytes]:
        """The accounts that a peer carried."""
        return frozenset(self._by.get(peer_id, ()))

    def note(self, account: bytes, peer_id: str, at_ms: int) -> None:
        """A peer carries an account."""
        peers = self._of.setdefault(account, {})
        if peers.pop(peer_id, None) is None:
            self._count += 1
        peers[peer_id] = at_ms
        self._by.setdefault(peer_id, set()).add(account)
        self._changed[account, peer_id] = at_ms
        if len(peers) > limits.MAX_CARRIERS:
            self._remove(account, next(iter(peers)))
        while self._count > limits.MAX_CARRIED:
            eldest = next(iter(self._of))
            self._remove(eldest, next(iter(self._of[eldest])))

    def forget(self, account: bytes, peer_id: str) -> None:
        """A peer was found not to carry an account."""
        if peer_id in self._of.get(account, {}):
            self._remove(account, peer_id)

    def keep_only(self, accounts: Iterable[bytes]) -> None:
        """Only these accounts are of interest."""
        wanted = set(accounts)
        for account in [one for one in self._of if one not in wanted]:
            for peer_id in list(self._of[account]):
                self._remove(account, peer_id)

    def take_changes(self) -> list[tuple[bytes, str, int | None]]:
        """What has to be kept since this was last asked; None for what is known no longer."""
        changed, self._changed = self._changed, {}
        return [(account, peer_id, at_ms) for (account, peer_id), at_ms in changed.items()]

    def _remove(self, account: bytes, peer_id: str) -> None:
        peers = self._of[account]
        del peers[peer_id]
        self._by[peer_id].discard(account)
        if not self._by[peer_id]:
            del self._by[peer_id]
        self._count -= 1
        self._changed[account, peer_id] = None
        if not peers:
            del self._of[account]
