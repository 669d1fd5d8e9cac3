"""When a node says where it is, and when a follower says it again for one that is off.

**The owner's node** announces itself under today's key, and from noon under tomorrow's; anew every
eleven hours, and soon after its addresses changed.

**A follower** looks after the records of an account of which nothing newer is known than a day.
Once for each day's key it looks whether enough places have the newest announcement, and lays it
down if not. When, follows from its own id, the account and the day: somewhere between the noon
before that day and its own noon. So of ten thousand followers the first few do it, and the others
find that it is done; and of two, who are on in turns, one does.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from .announcement import days_written
from .announcement_book import AnnouncementBook
from .announcement_limits import (
    ANNOUNCE_MS,
    CATCH_UP_MS,
    CHECKS_A_DAY,
    DAY_MS,
    ENOUGH_PLACES,
    FIRST_SEARCH_MS,
    MOVED_MS,
    SEARCH_MS,
    UNHEARD_MS,
)

_DAYS_REMEMBERED: Final = 3
_CHANCES: Final = 1 << 32


class OwnPublication:
    """The days under which the own node is announced next. All times are Unix milliseconds."""

    def __init__(self) -> None:
        self._next_ms: dict[int, int] = {}
        """By day, when it is announced anew."""
        self._moved_ms: int | None = None

    def moved(self, now_ms: int) -> None:
        """The own addresses changed."""
        if self._moved_ms is None:
            self._moved_ms = now_ms

    def due(self, now_ms: int) -> int | None:
        """The day to announce under now, if any."""
        if self._moved_ms is not None and abs(now_ms - self._moved_ms) >= MOVED_MS:
            self._moved_ms = None
            self._next_ms.clear()
        if self._moved_ms is not None:
            return None
        for day in days_written(now_ms):
            next_ms = self._next_ms.get(day, now_ms)
            if next_ms <= now_ms or next_ms - now_ms > ANNOUNCE_MS:  # the clock was set back
                return day
        return None

    def done(self, day: int, places: int, now_ms: int) -> None:
        """It was announced under this day's key at so many places. Where these are few, it is
        tried again sooner: the node has just started, or there is nobody yet."""
        pause = ANNOUNCE_MS if places >= ENOUGH_PLACES else UNHEARD_MS
        self._next_ms[day] = now_ms + pause
        for old in sorted(self._next_ms)[:-_DAYS_REMEMBERED]:
            del self._next_ms[old]


class Republication:
    """The records that a follower looks after. `seed` is the own node's id, or anything else that
    differs from follower to follower; `started_ms` is when this node started."""

    def __init__(self, seed: bytes, started_ms: int) -> None:
        self._seed = blake2b(seed).digest()
        self._started_ms = started_ms
        self._done: dict[int, set[bytes]] = {}

    def due(
        self, accounts: Iterable[bytes], book: AnnouncementBook, now_ms: int
    ) -> tuple[bytes, int] | None:
        """An account, and the day whose key is to be looked after now; None where none is."""
        for day in days_written(now_ms):
            done = self._done.get(day, set())
            if len(done) >= CHECKS_A_DAY:
                continue
            for account in accounts:
                if account not in done and self._is_due(account, day, book, now_ms):
                    return account, day
        return None

    def done(self, account: bytes, day: int) -> None:
        """It was looked after, or cannot be."""
        self._done.setdefault(day, set()).add(account)
        for old in sorted(self._done)[:-_DAYS_REMEMBERED]:
            del self._done[old]

    def _is_due(self, account: bytes, day: int, book: AnnouncementBook, now_ms: int) -> bool:
        if book.is_fresh(account, now_ms) or not book.newest(account, now_ms):
            return False
        chance = self._chance(account, day)
        turn_ms = day * DAY_MS - DAY_MS // 2 + chance * DAY_MS // _CHANCES
        late_ms = self._started_ms + chance * CATCH_UP_MS // _CHANCES
        return now_ms >= max(turn_ms, late_ms)

    def _chance(self, account: bytes, day: int) -> int:
        message = account + day.to_bytes(8, "big")
        return int.from_bytes(blake2b(message, key=self._seed, digest_size=4).digest(), "big")


class Searches:
    """When an account with too few sources is looked up: at once, and then less and less often."""

    def __init__(self) -> None:
        self._next_ms: dict[bytes, int] = {}
        self._pause_ms: dict[bytes, int] = {}

    def due(self, accounts: Iterable[bytes], now_ms: int) -> bytes | None:
        """The one of these accounts that has waited longest, if it is its turn."""
        waiting = [(self._next_ms.get(one, 0), one) for one in accounts]
        next_ms, account = min(waiting, default=(now_ms + 1, b""))
        return account if next_ms <= now_ms or next_ms - now_ms > SEARCH_MS else None

    def done(self, account: bytes, found: bool, now_ms: int) -> None:
        """It was looked up."""
        pause = SEARCH_MS if found else self._pause_ms.get(account, FIRST_SEARCH_MS)
        self._next_ms[account] = now_ms + pause
        self._pause_ms[account] = FIRST_SEARCH_MS if found else min(2 * pause, SEARCH_MS)

    def retain(self, accounts: Iterable[bytes]) -> None:
        """Forget all others."""
        kept = set(accounts)
        for account in self._next_ms.keys() - kept:
            del self._next_ms[account], self._pause_ms[account]
