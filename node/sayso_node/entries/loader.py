"""Items of stored entries, loaded a page at a time with all that they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sayso_protocol.content.body import Reference, Repost
from sayso_protocol.text.fold import fold
from sayso_storage.interface.relations import Stance
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from .body import body_of
from .item import Item, Reaction

PAGE = 5000
"""Entries read from the store at a time: a few MB."""


def load_items(store: Store, names: Names, entries: Sequence[StoredEntry]) -> list[Item]:
    """Items of entries of any kind, in order."""
    ids = [entry.id for entry in entries]
    counts = _Counts(store.reply_counts(ids), store.reactions(ids), store.reposts(ids))
    items = [_item(store, names, entry, counts) for entry in entries]
    return _with_blobs(store, items)


def _with_blobs(store: Store, items: list[Item]) -> list[Item]:
    """The items with what is here of their attachments; one look at the disk for each."""
    shown = [one for item in items for one in (item, item.original) if one is not None]
    cids = {one.cid for item in shown for one in item.attachments}
    if not cids or store.open_blobs is None:
        return items
    held = store.open_blobs().held_among(cids)
    return [_holding(item, held) for item in items]


def _holding(item: Item, held: set[bytes]) -> Item:
    own = frozenset(one.cid for one in item.attachments if one.cid in held)
    original = None if item.original is None else _holding(item.original, held)
    return replace(item, held_blobs=own, original=original)


def load_reactions(store: Store, names: Names, entry: StoredEntry) -> list[Reaction]:
    """The reactions to an entry, newest first."""
    stances = store.reactions([entry.id]).get(entry.id, [])
    return [Reaction(one.account, names.of(one.account), one.value) for one in stances]


def unheld_item(names: Names, reference: Reference) -> Item:
    """The item of an entry of which only a name is here."""
    return Item(reference, names.of(reference.account))


def count_reactions(emoji: Iterable[str]) -> dict[str, int]:
    """How many reacted with what, in order. Forms of one sign, as ``❤`` in black and in colour, are
    one: the form that most have, or of such the longest, stands for all."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in emoji:
        counts[fold(one) or one][one] += 1
    shown = {
        max(forms, key=lambda form: (forms[form], len(form), form)): forms.total()
        for forms in counts.values()
    }
    return dict(sorted(shown.items()))


@dataclass(frozen=True, slots=True)
class _Counts:
    """Replies, reactions and reposts of entries."""

    replies: Mapping[bytes, int]
    reactions: Mapping[bytes, Sequence[Stance]]
    reposts: Mapping[bytes, Sequence[Stance]]


def _item(store: Store, names: Names, entry: StoredEntry, counts: _Counts) -> Item:
    body, stances = body_of(entry), counts.reactions.get(entry.id, ())
    return Item(
        entry.reference,
        names.of(entry.account),
        entry,
        body,
        _original(store, names, body.of) if isinstance(body, Repost) else None,
        counts.replies.get(entry.id, 0),
        count_reactions(stance.value for stance in stances) if stances else {},
        len(counts.reposts.get(entry.id, ())),
    )


def _original(store: Store, names: Names, reference: Reference) -> Item:
    """The entry that a repost shows; of a repost of a repost no more than that."""
    entry = store.entry(reference.id)
    if entry is None:
        return unheld_item(names, reference)
    return Item(entry.reference, names.of(entry.account), entry, body_of(entry))
