"""Items of stored entries, loaded a page at a time with all that they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sayso_protocol.content.body import Body, Poll, Post, Repost
from sayso_protocol.text.fold import fold
from sayso_storage.interface.content.relations import Interactions
from sayso_storage.interface.store import Store, StoredEntry, StoreError

from ..accounts.names import Names
from .body import answered_by, body_of
from .item import Item, Reaction
from .named import NamedEntries, load_named
from .poll_state import poll_state
from .version import shown_body

PAGE = 5000
"""Entries read from the store at a time: a few MB."""

_NOTHING: Final = Interactions()


def load_items(store: Store, names: Names, entries: Sequence[StoredEntry]) -> list[Item]:
    """Items of entries of any kind, in order, each in the version that is shown."""
    made = store.interactions([entry.id for entry in entries])
    names.prepare(entry.account for entry in entries)
    named = load_named(store, names, entries)
    items = [_item(store, names, entry, made.get(entry.id, _NOTHING), named) for entry in entries]
    return _with_blobs(store, items)


def _with_blobs(store: Store, items: list[Item]) -> list[Item]:
    """The items with what is here of their attachments; one look at the disk for each."""
    shown = [one for item in items for one in (item, item.original, item.quoted) if one is not None]
    cids = {one.cid for item in shown for one in item.attachments}
    if not cids or store.open_blobs is None:
        return items
    try:
        held = store.open_blobs().held_among(cids)
    except StoreError:  # posts are read all the same, and say that their media are not here
        held = set()
    return [_holding(item, held) for item in items]


def _holding(item: Item, held: set[bytes]) -> Item:
    own = frozenset(one.cid for one in item.attachments if one.cid in held)
    original = None if item.original is None else _holding(item.original, held)
    quoted = None if item.quoted is None else _holding(item.quoted, held)
    return replace(item, held_blobs=own, original=original, quoted=quoted)


def load_reactions(store: Store, names: Names, entry: StoredEntry) -> list[Reaction]:
    """The reactions to an entry, newest first."""
    stances = store.reactions([entry.id]).get(entry.id, [])
    return [Reaction(one.account, names.of(one.account), one.value) for one in stances]


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
    store: Store, names: Names, entry: StoredEntry, made: Interactions, named: NamedEntries
) -> Item:
    edit = named.edits.get(entry.id)
    body = shown_body(body_of(entry), edit)
    return Item(
        entry.reference,
        names.of(entry.account),
        entry,
        body,
        named.item(body.of) if isinstance(body, Repost) else None,
        made.replies,
        count_reactions(made.reactions) if made.reactions else {},
        made.reposts,
        edit=edit,
        poll=poll_state(store, entry.id, body) if isinstance(body, Poll) else None,
        answered=_answered(named, body),
        quoted=_quoted(named, body),
        changed=named.is_changed(body),
        taken_back=entry.id in named.gone,
    )


def _answered(named: NamedEntries, body: Body | None) -> Item | None:
    reply = answered_by(body)
    return None if reply is None else named.item(reply)


def _quoted(named: NamedEntries, body: Body | None) -> Item | None:
    return None if not isinstance(body, Post) or body.quote is None else named.item(body.quote)
