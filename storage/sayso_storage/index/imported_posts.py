"""Imports: posts of a feed that sort by the time of their writing, as lines for timelines.

Imported posts of a feed that were signed without a pause of an hour are one import. So what is kept
of them follows from the entries that are held, whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final, NamedTuple

PAUSE_MS: Final = 3_600_000
"""The time without an imported post after which the next one begins another import."""


class Import(NamedTuple):
    """A row; `first` and `last` are numbers of posts, `sort_ms` and `arrival` those of the last,
    where it would stand by its signed time."""

    feed: int
    first: int
    last: int
    first_ms: int
    last_ms: int
    sort_ms: int
    arrival: int
    entries: int
    from_ms: int
    to_ms: int


def one_post(
    feed: int, seq: int, time_ms: int, arrived_ms: int, arrival: int, written_ms: int
) -> Import:
    """The import that one post is by itself."""
    sort_ms = min(time_ms, arrived_ms)
    return Import(feed, seq, seq, time_ms, time_ms, sort_ms, arrival, 1, written_ms, written_ms)


def joined(posts: Iterable[Import]) -> list[Import]:
    """Imports of one feed that are near each other, as one."""
    found: list[Import] = []
    for one in sorted(posts, key=attrgetter("first")):
        if found and one.first_ms - found[-1].last_ms <= PAUSE_MS:
            found[-1] = _as_one(found[-1], one)
        else:
            found.append(one)
    return found


def _as_one(one: Import, other: Import) -> Import:
    """Two that are near each other; posts of one may lie among those of the other."""
    top = max(one, other, key=attrgetter("last"))
    return Import(
        one.feed,
        min(one.first, other.first),
        top.last,
        min(one.first_ms, other.first_ms),
        top.last_ms,
        top.sort_ms,
        top.arrival,
        one.entries + other.entries,
        min(one.from_ms, other.from_ms),
        max(one.to_ms, other.to_ms),
    )
