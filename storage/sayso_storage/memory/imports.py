"""Imports in memory, written as their definition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..interface.records import ImportedPosts, StoredEntry

PAUSE_MS: Final = 3_600_000


def imports_of(posts: Iterable[StoredEntry]) -> list[ImportedPosts]:
    """The imports that imported posts make up; see `ImportedPosts`."""
    groups: list[list[StoredEntry]] = []
    for one in sorted(posts, key=lambda entry: (entry.feed, entry.seq)):
        last = groups[-1][-1] if groups else None
        if last is not None and last.feed == one.feed and one.time_ms - last.time_ms <= PAUSE_MS:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [
        ImportedPosts(
            some[-1],
            some[-1].signed_ms,
            len(some),
            min(entry.sort_ms for entry in some),
            max(entry.sort_ms for entry in some),
        )
        for some in groups
    ]
