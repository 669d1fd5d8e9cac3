"""Own marks: what the owner made of entries, as a reaction, a repost or a bookmark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sayso_protocol.content.body import React
from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from ..entries.body import body_of
from ..errors import NotFound


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """Ids of entries: `reactions` with the emoji, `reposts`, `bookmarks`."""

    reactions: Mapping[bytes, str] = field(default_factory=dict)
    reposts: Collection[bytes] = ()
    bookmarks: Collection[bytes] = ()


def own_marks(store: Store, ids: Collection[bytes]) -> OwnMarks:
    """The marks on these entries."""
    if not ids:
        return OwnMarks()
    try:
        own = set(own_accounts(store))
    except NotFound:
        own = set()

    def is_own(stance: Stance) -> bool:
        return stance.account in own

    reactions = {
        one: stance.value
        for one, stances in store.reactions(ids).items()
        for stance in filter(is_own, stances)
    }
    reposts = {one for one, stances in store.reposts(ids).items() if any(map(is_own, stances))}
    marked = {one.of.id for one in store.bookmarks()}
    return OwnMarks(reactions, reposts, marked.intersection(ids))


class OwnReaction(NamedTuple):
    """A reaction of the owner's that counts: its place in the order of arrival, and what it is
    to."""

    arrival: int
    of: bytes


def own_reactions(store: Store, limit: int) -> list[OwnReaction]:
    """The newest reactions of the owner that count, the last first."""
    found: dict[bytes, OwnReaction] = {}
    said = set[bytes]()
    own = own_accounts(store)
    every = [one for account in own for one in store.of_kind(account, React.KIND, limit)]
    for entry in sorted(every, key=lambda one: one.arrival, reverse=True):
        body = body_of(entry)
        if isinstance(body, React) and body.on.id not in said:
            said.add(body.on.id)
            if body.emoji is not None:
                found[body.on.id] = OwnReaction(entry.arrival, body.on.id)
    return [*found.values()]
