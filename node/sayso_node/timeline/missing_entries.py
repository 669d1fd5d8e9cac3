"""What a conversation names and is not held here, and what was fetched in place of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sayso_protocol.content.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import id_text, parse_id
from sayso_protocol.translation import _
from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.lookup import CANDIDATES, entry_prefix
from ..accounts.names import Name, Names
from ..entries.body import body_of, references_of
from ..entries.item import Item
from ..entries.loader import load_items
from ..errors import Ambiguous

LOOKED_AT = 10
"""Entries that name one that is not held, which are looked at for its author."""


def missing_of(items: Iterable[Item]) -> list[Reference]:
    """What these items are, answer, quote or show, as far as it is not held."""
    found = [
        one.reference
        for item in items
        for one in (item, item.original, item.answered, item.quoted)
        if one is not None and one.entry is None
    ]
    return list({one.id: one for one in found}.values())


def reference_to(store: Store, typed: str) -> Reference | None:
    """The whole name of an entry that is not held, by its id or what begins it, as entries that are
    held give it; None where none does. Raises `Ambiguous`."""
    entry_id = _id_of(store, typed)
    if entry_id is None:
        return None
    naming = [
        *store.replies(entry_id, LOOKED_AT),
        *store.quotes(entry_id, LOOKED_AT),
        *store.rooted(entry_id, LOOKED_AT),
        *(store.arrived_after(one.place[2] - 1, 1)[0] for one in _reposts(store, entry_id)),
    ]
    named = (one for entry in naming for one in references_of(body_of(entry)))
    return next((one for one in named if one.id == entry_id), None)


def _id_of(store: Store, typed: str) -> bytes | None:
    try:
        return parse_id(typed)
    except Refused:
        prefix = entry_prefix(typed)
    if prefix is None or store.find_entries(prefix, 1):
        return None
    found = store.named_ids(prefix, CANDIDATES)
    if len(found) > 1:
        raise Ambiguous(
            _("{text} begins several entries").format(text=typed), [id_text(one) for one in found]
        )
    return found[0] if found else None


def named_by(store: Store, references: Iterable[Reference]) -> list[StoredEntry]:
    """The entries that are held and name one of these."""
    return [
        entry
        for one in references
        for entry in (*store.replies(one.id, LOOKED_AT), *store.quotes(one.id, LOOKED_AT))
    ]


def items_from(there: Store, names: Names, wanted: Sequence[Reference]) -> dict[bytes, Item]:
    """The items of these entries as another store has them, under the names that they have here, or
    else there."""
    held = there.by_ids([one.id for one in wanted])
    authors = {one.id: one.account for one in wanted}
    entries = [entry for entry in held.values() if entry.account == authors[entry.id]]
    return {
        item.reference.id: item for item in load_items(there, _BothNames(names, there), entries)
    }


class _BothNames(Names):
    """Names as they are here, and where there are none, as another store has them."""

    def __init__(self, here: Names, there: Store) -> None:
        super().__init__(there)
        self._here = here

    def of(self, account: bytes) -> Name:
        name = self._here.of(account)
        return name if name.shown or name.is_own else super().of(account)


def filled(item: Item, fetched: Mapping[bytes, Item]) -> Item:
    """An item with what was fetched in the places of what is not held."""
    own = fetched.get(item.reference.id)
    if item.entry is None and own is not None:
        item = replace(own, depth=item.depth, answered=None if item.depth else own.answered)
    return replace(
        item,
        original=_found(item.original, fetched),
        answered=_found(item.answered, fetched),
        quoted=_found(item.quoted, fetched),
    )


def _found(item: Item | None, fetched: Mapping[bytes, Item]) -> Item | None:
    if item is None or item.entry is not None:
        return item
    return fetched.get(item.reference.id, item)


def _reposts(store: Store, entry_id: bytes) -> Sequence[Stance]:
    return store.reposts([entry_id]).get(entry_id, ())[:LOOKED_AT]
