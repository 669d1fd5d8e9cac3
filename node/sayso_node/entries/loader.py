"""Items of stored entries, loaded a page at a time with all that they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sayso_protocol.content.body import Body, Reference, Repost
from sayso_protocol.text.fold import fold
from sayso_storage.interface.relations import Interactions
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from .body import body_of
from .item import Item, Reaction

PAGE = 5000
"""Entries read from the store at a time: a few MB."""

_NOTHING: Final = Interactions()


def load_items(store: Store, names: Names, entries: Sequence[StoredEntry]) -> list[Item]:
    """Items of entries of any kind, in order."""
    bodies = [body_of(entry) for entry in entries]
    made = store.interactions([entry.id for entry in entries])
    reposted = [body.of for body in bodies if isinstance(body, Repost)]
    originals = store.entries([one.id for one in reposted]) if reposted else {}
    accounts = [entry.account for entry in (*entries, *originals.values())]
    names.prepare([*accounts, *(one.account for one in reposted)])
    return [
        _item(names, entry, body, made.get(entry.id, _NOTHING), originals)
        for entry, body in zip(entries, bodies, strict=True)
    ]


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


def _item(
    names: Names,
    entry: StoredEntry,
    body: Body | None,
    made: Interactions,
    originals: Mapping[bytes, StoredEntry],
) -> Item:
    return Item(
        entry.reference,
        names.of(entry.account),
        entry,
        body,
        _original(names, body.of, originals) if isinstance(body, Repost) else None,
        made.replies,
        count_reactions(made.reactions) if made.reactions else {},
        made.reposts,
    )


def _original(names: Names, reference: Reference, held: Mapping[bytes, StoredEntry]) -> Item:
    """The entry that a repost shows; of a repost of a repost no more than that."""
    entry = held.get(reference.id)
    if entry is None:
        return unheld_item(names, reference)
    return Item(entry.reference, names.of(entry.account), entry, body_of(entry))
