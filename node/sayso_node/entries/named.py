"""Entries that others name: what they answer, quote and repost, read a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sayso_protocol.content.body import Body, Poll, Post, Reference, Repost
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.names import Names
from .body import answered_by, body_of, carried_by
from .item import Item
from .poll_state import poll_state
from .version import changed_since, shown_body


@dataclass(frozen=True, slots=True)
class NamedEntries:
    """The entries that those of a page name, as far as they are held, by id; `edits` are those that
    are shown in place of entries of the page and of these."""

    store: Store
    names: Names
    held: Mapping[bytes, StoredEntry]
    edits: Mapping[bytes, StoredEntry]
    gone: Collection[bytes] = ()
    """Those of the page, and of what it names, that their authors took back."""

    def item(self, reference: Reference) -> Item:
        """The item of what a reference names, in the version that is shown; without what it names
        in turn."""
        entry = self.held.get(reference.id)
        if entry is None:
            return unheld_item(self.names, reference, taken_back=reference.id in self.gone)
        edit = self.edits.get(entry.id)
        body = shown_body(body_of(entry), edit)
        poll = poll_state(self.store, entry.id, body) if isinstance(body, Poll) else None
        name = self.names.of(entry.account)
        gone = entry.id in self.gone
        return Item(entry.reference, name, entry, body, edit=edit, poll=poll, taken_back=gone)

    def is_changed(self, body: Body | None) -> bool:
        """Whether something that a body answers or shows was edited after the version that its
        author saw."""
        return any(
            changed_since(self.edits, of.id, seen, self.held.get(seen or b""))
            for of, seen in _seen_by(body)
        )


def load_named(store: Store, names: Names, entries: Sequence[StoredEntry]) -> NamedEntries:
    """What these entries answer, quote and repost."""
    bodies = [body_of(entry) for entry in entries]
    wanted = [one.id for body in bodies for one in _named_by(body)]
    wanted += [seen for body in bodies for _, seen in _seen_by(body) if seen is not None]
    held = store.by_ids(wanted) if wanted else {}
    edits = store.shown_edits([*(entry.id for entry in entries), *held])
    every = {entry.id: entry for entry in entries} | dict(held)
    blank = [one for one, entry in every.items() if entry.body is None]
    blank += [one for one in wanted if one not in held]
    gone = store.taken_back(blank) if blank else set()
    return NamedEntries(store, names, held, edits, gone)


def unheld_item(names: Names, reference: Reference, *, taken_back: bool = False) -> Item:
    """The item of an entry of which only a name is here."""
    return Item(reference, names.of(reference.account), taken_back=taken_back)


def _named_by(body: Body | None) -> Iterator[Reference]:
    for reference in (answered_by(body), carried_by(body)):
        if reference is not None:
            yield reference


def _seen_by(body: Body | None) -> Iterator[tuple[Reference, bytes | None]]:
    """What a body answers or shows, and the version of it that its author saw."""
    match body:
        case Post():
            if body.reply is not None:
                yield body.reply, body.reply_version
            if body.quote is not None:
                yield body.quote, body.quote_version
        case Poll(reply=Reference() as reply):
            yield reply, body.reply_version
        case Repost():
            yield body.of, body.version
