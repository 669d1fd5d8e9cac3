"""The posts of a group that one device has: ids and parents, not what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .group_limits import MAX_IDS, MAX_PARENTS, MAX_POSTS
from .post import GroupPost


class KnownPosts:
    """Posts by id, in the order in which they came."""

    def __init__(self) -> None:
        self._parents: dict[bytes, tuple[bytes, ...]] = {}
        self._epoch: dict[bytes, bytes] = {}
        self._heads: dict[bytes, None] = {}
        self._named: set[bytes] = set()
        self._wanted: dict[bytes, None] = {}

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self._parents))

    def __contains__(self, id: bytes) -> bool:
        return id in self._parents

    def put(self, post: GroupPost) -> None:
        """Take a post in that is not known."""
        self._parents[post.id] = post.parents
        self._epoch[post.id] = post.epoch
        self._wanted.pop(post.id, None)
        for parent in post.parents:
            self._heads.pop(parent, None)
            if parent not in self._parents:
                self._named.add(parent)
                self._wanted[parent] = None
        if post.id in self._named:
            self._named.discard(post.id)
        else:
            self._heads[post.id] = None
        self._bound()

    def _bound(self) -> None:
        while len(self._parents) > MAX_POSTS:
            oldest = next(iter(self._parents))
            del self._parents[oldest]
            del self._epoch[oldest]
            self._heads.pop(oldest, None)
        while len(self._wanted) > MAX_POSTS:
            del self._wanted[next(iter(self._wanted))]
        while len(self._named) > MAX_POSTS:
            self._named.pop()

    def heads(self, most: int = MAX_PARENTS) -> tuple[bytes, ...]:
        """The newest that none names as parent, the last to come where there are more."""
        return tuple(sorted(list(self._heads)[-most:]))

    def newest(self, most: int) -> list[tuple[bytes, tuple[bytes, ...]]]:
        """The last posts that came, in the order in which they came, with their parents."""
        return list(self._parents.items())[-most:] if most > 0 else []

    def wanted(self) -> tuple[bytes, ...]:
        """Posts that others name and that are not here."""
        return tuple(sorted(list(self._wanted)[-MAX_IDS:]))

    def epoch_of(self, id: bytes) -> bytes:
        """The epoch of a known post."""
        return self._epoch[id]

    def beyond(self, heads: Iterable[bytes], most: int) -> list[bytes]:
        """Posts that are neither these nor their ancestors, the newest first."""
        known = self._walk(heads, set(), MAX_POSTS)
        return list(self._walk(reversed(self._heads), known.keys(), most))

    def _walk(
        self, heads: Iterable[bytes], without: Iterable[bytes], most: int
    ) -> dict[bytes, None]:
        passed = set(without)
        found: dict[bytes, None] = {}
        open_now = [one for one in heads if one in self._parents]
        while open_now and len(found) < most:
            above: list[bytes] = []
            for one in open_now:
                if one in passed or one in found:
                    continue
                found[one] = None
                above += [up for up in self._parents[one] if up in self._parents]
            open_now = above
        return dict.fromkeys(list(found)[:most])
