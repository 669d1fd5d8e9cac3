"""The version of an entry that is shown: what its newest edit made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sayso_protocol.content.body import Body, Edit, Poll, Post
from sayso_storage.interface.content.relations import order_of
from sayso_storage.interface.store import Store, StoredEntry

from .body import body_of


def shown_body(body: Body | None, edit: StoredEntry | None) -> Body | None:
    """A body as an edit of it leaves it. What it answers and quotes, and the options and the end
    of a poll, stay."""
    new = body_of(edit)
    if not isinstance(new, Edit):
        return body
    if isinstance(body, Post):
        return replace(
            body,
            text=new.text,
            attach=new.attach,
            mentions=new.mentions,
            tags=new.tags,
            lang=new.lang,
            warn=new.warn,
        )
    if isinstance(body, Poll):
        return replace(
            body,
            text=new.text,
            mentions=new.mentions,
            tags=new.tags,
            lang=new.lang,
            warn=new.warn,
        )
    return body


def original_of(store: Store, entry: StoredEntry) -> StoredEntry:
    """The entry itself, or of an edit what that changes, where it is held."""
    body = body_of(entry)
    found = store.entry(body.of.id) if isinstance(body, Edit) else None
    return entry if found is None else found


def version_of(store: Store, entry: StoredEntry) -> bytes | None:
    """The id of the edit that is shown in place of an entry, as who answers it names it; None for
    the entry itself."""
    edit = store.shown_edits([entry.id]).get(entry.id)
    return None if edit is None else edit.id


def changed_since(
    edits: Mapping[bytes, StoredEntry], of: bytes, seen: bytes | None, held: StoredEntry | None
) -> bool:
    """Whether an entry was edited after the version that was `seen`: the id of an edit, which is
    `held` or not, or None for the entry as it was first written. What was seen and is not held is
    taken to be the newest."""
    edit = edits.get(of)
    if edit is None or edit.id == seen:
        return False
    return seen is None or (held is not None and order_of(edit) > order_of(held))
