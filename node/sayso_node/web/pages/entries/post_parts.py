"""What a page shows beside its posts: the owner's own acts, names, and which files can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from sayso_protocol.media.media_type import SNIFFED, media_type

from ....entries.item import Item
from ....home.directory import Home
from ....media.blob_store import open_blobs
from ....timeline.own_acts import NO_ACTS, OwnActs, own_acts
from ...blobs.blob_response import SHOWN
from ..visit import Visit

QUICK_REACTIONS: Final = ("👍", "❤️", "😂", "😮", "😢", "🙏")
"""Reactions that take one press; any other can be typed on the page of an entry."""

MAX_NAMED: Final = 5
"""Accounts that are named in a line; the rest is counted."""


class PostParts:
    """See the module; made for the items of one page, in one look at the store each."""

    def __init__(
        self, visit: Visit, items: Iterable[Item], *, focus: str = "", unfold: bool = False
    ) -> None:
        self.names = visit.names()
        self.focus = focus
        """The id of the entry that the page is about."""
        self.unfold = unfold
        """Whether what rules fold stands open."""
        self.quick = QUICK_REACTIONS
        self.back = visit.here
        self._home = visit.home
        shown = [one for item in items for one in (item, item.original) if one is not None]
        self._acts = own_acts(visit.store, [one.reference for one in shown if one.entry])

    def acts(self, item: Item) -> OwnActs:
        """What the owner did with an entry."""
        return self._acts.get(item.reference.id, NO_ACTS)

    def shown_as(self, cid: bytes) -> str:
        """How a blob that is held can be seen: as ``image``, ``video`` or ``audio`` by its bytes,
        whatever its author says that it is; else as nothing."""
        try:
            return _seen_as(self._home, cid)
        except LookupError:
            return ""

    def accounts(self, accounts: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """The accounts that are named in a line, and how many more there are."""
        self.names.prepare(accounts[:MAX_NAMED])
        return accounts[:MAX_NAMED], max(len(accounts) - MAX_NAMED, 0)


@lru_cache(maxsize=4096)
def _seen_as(home: Home, cid: bytes) -> str:
    """See `PostParts.shown_as`. What a CID names never changes, so it is looked at once. Raises
    `LookupError` where it is gone."""
    reader = open_blobs(home).open(cid)
    if reader is None:
        raise LookupError
    try:
        kind = media_type(reader.read(0, min(SNIFFED, reader.size)))
    finally:
        reader.close()
    return kind.partition("/")[0] if kind in SHOWN else ""
