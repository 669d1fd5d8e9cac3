"""Secret boxes of all pairs: where to write, and where to look."""

from __future__ import annotations

from collections.abc import Iterable

from ..crypto.keys import KeyPair
from ..letters.box import day_at, pair_key, secret_box
from .peer import Peer, Ticket
from .private_limits import PEEK_DAYS, TICKET_MS

DAYS_AHEAD = 1
"""Whose clock is ahead writes into tomorrow's box."""


class SecretBoxes:
    """Keys of boxes, each made once: one takes 30 microseconds."""

    def __init__(self) -> None:
        self._keys: dict[tuple[bytes, int, int], tuple[bytes, KeyPair]] = {}

    def to_write(self, ticket: Ticket, day: int) -> bytes:
        """The box into which a pair's letter goes on a day."""
        return self._box(ticket.secret, day, ticket.direction)[0]

    def to_read(self, peers: Iterable[Peer], now_ms: int) -> dict[bytes, tuple[Peer, Ticket]]:
        """The boxes in which letters of these devices may lie."""
        found: dict[bytes, tuple[Peer, Ticket]] = {}
        kept: set[tuple[bytes, int, int]] = set()
        for peer in peers:
            for ticket in peer.tickets:
                for day in _days(ticket, now_ms):
                    name = ticket.secret, day, 1 - ticket.direction
                    found[self._box(*name)[0]] = peer, ticket
                    kept.add(name)
        for name in self._keys.keys() - kept:
            del self._keys[name]
        return found

    def keys(self, peers: Iterable[Peer], now_ms: int) -> dict[bytes, KeyPair]:
        """Of these boxes, what proves that one may collect from them."""
        found = self.to_read(peers, now_ms)
        by_box = dict(self._keys.values())
        return {box: by_box[box] for box in found}

    def _box(self, secret: bytes, day: int, direction: int) -> tuple[bytes, KeyPair]:
        name = secret, day, direction
        found = self._keys.get(name)
        if found is None:
            key = pair_key(secret, day, direction)
            found = self._keys[name] = secret_box(key.public), key
        return found


def _days(ticket: Ticket, now_ms: int) -> range:
    """The days of a ticket whose boxes may hold something now."""
    today = day_at(now_ms)
    first = day_at(max(0, ticket.until_ms - TICKET_MS)) - DAYS_AHEAD
    last = day_at(ticket.until_ms) + DAYS_AHEAD
    return range(max(first, today - PEEK_DAYS, 0), min(last, today + DAYS_AHEAD) + 1)
