"""What the owner did with entries that are shown: so that a face can offer to take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sayso_protocol.content.body import Reference
from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.store import Store

from ..accounts.lineage import own_accounts
from ..errors import NotFound


class OwnActs(NamedTuple):
    """The own reaction to an entry, and whether it is reposted and bookmarked."""

    emoji: str | None = None
    reposted: bool = False
    bookmarked: bool = False


NO_ACTS: Final = OwnActs()


def own_acts(store: Store, entries: Sequence[Reference]) -> dict[bytes, OwnActs]:
    """The own acts on each of these entries, by id; what nothing was done with is left out. Raises
    `StoreError`."""
    ids = list(dict.fromkeys(one.id for one in entries))
    if not ids:
        return {}
    try:
        own = set(own_accounts(store))
    except NotFound:
        return {}
    reacted = _own(store.reactions(ids), own)
    reposted = _own(store.reposts(ids), own)
    wanted = set(ids)
    marked = {one.of.id for one in store.bookmarks() if one.of.id in wanted}
    return {
        one: OwnActs(reacted[one].value if one in reacted else None, one in reposted, one in marked)
        for one in ids
        if one in reacted or one in reposted or one in marked
    }


def _own(found: Mapping[bytes, Sequence[Stance]], own: set[bytes]) -> dict[bytes, Stance]:
    by_entry = (
        (of, next((one for one in all_ if one.account in own), None)) for of, all_ in found.items()
    )
    return {of: stance for of, stance in by_entry if stance is not None}
