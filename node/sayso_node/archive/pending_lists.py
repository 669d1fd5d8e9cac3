"""Pending lists: whom the owner followed elsewhere, and the posts that they liked or marked there,
until those come over. They are the owner's alone, in one file of the home, published nowhere.

A name waits for whoever had it: `old_name` finds accounts that say so, and the owner looks whether
they prove it. A post
waits until it is here, under the same origin, and is a bookmark then. Today that is so for own
posts alone: an origin is what an author says, and nobody gets among the bookmarks by saying so.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sayso_protocol.content.body import Reference
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import HomeError
from ..home.directory import Home
from ..home.plain_file import NotPlainError, plain_file
from ..home.secret_file import write_secret
from .archive_limits import MAX_LISTED
from .model import ArchivedLists

MAX_WAITING_FILE: Final = 128 << 20
"""Bytes that are read: three full lists of long names."""


@dataclass(frozen=True, slots=True)
class PendingLists:
    """The three lists, each in the order in which it came."""

    follows: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    bookmarks: tuple[str, ...] = ()

    def with_lists(self, lists: ArchivedLists) -> PendingLists:
        """These and those of an archive, each once; what is too much stays out."""
        return PendingLists(
            _joined(self.follows, lists.follows),
            _joined(self.likes, lists.likes),
            _joined(self.bookmarks, lists.bookmarks),
        )

    def entries_of(self, origins: Mapping[str, Reference]) -> list[Reference]:
        """The entries that marked and liked posts have become, by their origins."""
        wanted = dict.fromkeys((*self.bookmarks, *self.likes))
        return [origins[one] for one in wanted if one in origins]

    def without(self, origins: Collection[str]) -> PendingLists:
        """What waits on, where the posts with these origins are here."""
        likes, bookmarks = (
            tuple(one for one in names if one not in origins)
            for names in (self.likes, self.bookmarks)
        )
        return PendingLists(self.follows, likes, bookmarks)

    @property
    def total(self) -> int:
        """All that waits."""
        return len(self.follows) + len(self.likes) + len(self.bookmarks)


def read_pending(home: Home) -> PendingLists:
    """What waits; nothing where there is no such file. Raises `HomeError` for a damaged one."""
    path = home.waiting
    if not path.exists():
        return PendingLists()
    try:
        with plain_file(path) as (file, _state):
            content = json.loads(file.read(MAX_WAITING_FILE))
        lists = (tuple(map(str, content[name])) for name in ("follows", "likes", "bookmarks"))
        return PendingLists(*lists)
    except (NotPlainError, OSError, ValueError, KeyError, TypeError) as error:
        raise HomeError(
            _("{path} is damaged: move it away, and import the archive again").format(path=path)
        ) from error


def keep_pending(
    home: Home, store: Store, lists: ArchivedLists, known: Mapping[str, Reference]
) -> int:
    """Keep the lists of an archive, durably; liked and marked posts that are `known` become
    bookmarks. Gives how much more waits now. Raises `HomeError`, `StoreError`."""
    before = read_pending(home)
    joined = before.with_lists(lists)
    for reference in reversed(joined.entries_of(known)):
        store.add_bookmark(reference, now_ms())
    after = joined.without(known.keys())
    if after != before:
        write_secret(home.waiting, json.dumps(asdict(after)).encode(), replace=True)
    return max(after.total - before.total, 0)


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[:MAX_LISTED]
