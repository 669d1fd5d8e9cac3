"""Reacting to entries and reposting them: from what a person typed to a durable entry."""

from __future__ import annotations

import unicodedata

from sayso_protocol.content.body import Edit, KnownBody, React, Reference, Repost, Unrepost
from sayso_protocol.content.reaction import MAX_REACTION
from sayso_protocol.text.normal_form import keep
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lookup import find_entry
from ..entries.body import body_of
from ..entries.version import version_of
from ..errors import PostError
from .standing import already_at, own_stance

_UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that no reaction has: controls, halves, line ends."""


def react(store: Store, author: Author, entry: str, emoji: str | None) -> Published:
    """Append a reaction to the entry that an ID names; without `emoji` it takes back what was
    there. Nothing is written where the same reaction counts already. Raises `NodeError` or
    `StoreError`."""
    if emoji is not None:
        emoji = _checked(emoji)
    on = meant(find_entry(store, entry))
    before = own_stance(store, store.reactions([on.id]).get(on.id, ()))
    if emoji is None and before is None:
        raise PostError(_("there is no reaction of yours to take back"))
    if before is not None and before.value == emoji:
        return already_at(store, before)
    version = None if emoji is None else _version(store, on)
    return _publish(store, author, React(on, emoji, version))


def repost(store: Store, author: Author, entry: str) -> Published:
    """Append a repost of the entry that an ID names, unless it is reposted already. Raises as
    `react`."""
    of = meant(find_entry(store, entry))
    before = own_stance(store, store.reposts([of.id]).get(of.id, ()))
    if before is not None:
        return already_at(store, before)
    return _publish(store, author, Repost(of, _version(store, of)))


def unrepost(store: Store, author: Author, entry: str) -> Published:
    """Take back the own repost of the entry that an ID names, or that is that repost. Raises as
    `react`."""
    of = meant(find_entry(store, entry))
    if own_stance(store, store.reposts([of.id]).get(of.id, ())) is None:
        raise PostError(_("there is no repost of yours to take back"))
    return _publish(store, author, Unrepost(of))


def _publish(store: Store, author: Author, body: KnownBody) -> Published:
    return published(store, author.publish([body]))


def meant(entry: StoredEntry) -> Reference:
    """The entry itself, or of a repost what it shows, of an edit what it changes."""
    body = body_of(entry)
    return body.of if isinstance(body, Repost | Edit) else entry.reference


def _version(store: Store, of: Reference) -> bytes | None:
    """The id of the edit that the owner sees of an entry."""
    entry = store.entry(of.id)
    return None if entry is None else version_of(store, entry)


def _checked(emoji: str) -> str:
    emoji = keep(emoji.strip())
    if not emoji or any(unicodedata.category(char) in _UNSHOWN for char in emoji):
        raise PostError(_("a reaction is an emoji or a short word"))
    if len(emoji.encode()) > MAX_REACTION:
        raise PostError(
            _("a reaction has at most {max_reaction} bytes: post a reply instead").format(
                max_reaction=MAX_REACTION
            )
        )
    return emoji
