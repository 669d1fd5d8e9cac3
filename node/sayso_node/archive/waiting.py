"""Lists that wait for others to come over: whom the owner followed elsewhere, and the posts that
they liked or marked there. They are the owner's alone, in one file of the home, published nowhere.

A name waits until its owner proves here that it was theirs; `follows_of` is asked then. A post
waits until it is imported by its author, under the same origin; `entries_of` gives those that are
here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sayso_protocol.content.body import Reference

from ..errors import HomeError
from ..home.directory import Home
from ..home.plain_file import NotPlainError, plain_file
from ..home.secret_file import write_secret
from .archive_limits import MAX_LISTED
from .model import ArchivedLists

_MOST: Final = 128 << 20
"""Bytes that are read: three full lists of long names."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The three lists, each in the order in which it came."""

    follows: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    bookmarks: tuple[str, ...] = ()

    def with_lists(self, lists: ArchivedLists) -> Waiting:
        """These and those of an archive, each once; what is too much stays out."""
        return Waiting(
            _joined(self.follows, lists.follows),
            _joined(self.likes, lists.likes),
            _joined(self.bookmarks, lists.bookmarks),
        )

    def follows_of(self, names: set[str]) -> list[str]:
        """Which of the names that somebody proved to be theirs the owner waits for."""
        return [name for name in self.follows if name in names]

    def entries_of(self, origins: Mapping[str, Reference]) -> list[Reference]:
        """The entries that marked and liked posts have become, by their origins."""
        wanted = dict.fromkeys((*self.bookmarks, *self.likes))
        return [origins[one] for one in wanted if one in origins]

    @property
    def total(self) -> int:
        """All that waits."""
        return len(self.follows) + len(self.likes) + len(self.bookmarks)


def read_waiting(home: Home) -> Waiting:
    """What waits; nothing where there is no such file. Raises `HomeError` for a damaged one."""
    path = home.waiting
    if not path.exists():
        return Waiting()
    try:
        with plain_file(path) as (file, _):
            content = json.loads(file.read(_MOST))
        lists = (tuple(map(str, content[name])) for name in ("follows", "likes", "bookmarks"))
        return Waiting(*lists)
    except (NotPlainError, OSError, ValueError, KeyError, TypeError) as error:
        raise HomeError(f"{path} is damaged: move it away, and import the archive again") from error


def keep_waiting(home: Home, lists: ArchivedLists) -> int:
    """Keep the lists of an archive, durably; gives how much of them is new. Raises
    `HomeError`."""
    before = read_waiting(home)
    after = before.with_lists(lists)
    if after != before:
        write_secret(home.waiting, json.dumps(asdict(after)).encode(), replace=True)
    return after.total - before.total


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[:MAX_LISTED]
