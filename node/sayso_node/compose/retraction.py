"""Taking own entries back: from the ids that a person typed to durable retractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sayso_protocol.content.body import Edit, Poll, Post, React, Reference, Repost, Retract
from sayso_protocol.content.retraction import MAX_RETRACTED
from sayso_protocol.feed.entry import id_text
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, StoredEntry

from ..accounts.author import Author, Published, published
from ..accounts.lineage import own_accounts
from ..accounts.lookup import find_entry
from ..entries.body import body_of
from ..errors import PostError

_MAY_GO = Post | Poll | Repost | React | Edit

MOST = MAX_RETRACTED * 50
"""Entries that are taken back at once, at the most: fifty retractions."""


@dataclass(frozen=True, slots=True)
class RetractionPlan:
    """What would be taken back: the `entries` that were named, and the `edits` of these that are
    known here and have to be named, too. `already` was taken back before."""

    entries: Sequence[StoredEntry]
    edits: Sequence[StoredEntry]
    already: Sequence[StoredEntry]

    @property
    def references(self) -> list[Reference]:
        """All that the retractions name."""
        return [entry.reference for entry in (*self.entries, *self.edits)]


def plan_retraction(store: Store, ids: Iterable[str]) -> RetractionPlan:
    """Look up what ids name. Raises `NodeError` where one of them cannot be taken back: nothing is
    done then."""
    found = {entry.id: entry for entry in (find_entry(store, one) for one in ids)}
    gone = store.taken_back(found)
    own = own_accounts(store)
    for entry in found.values():
        _check(entry, own, is_gone=entry.id in gone)
    if len(found) > MOST:
        raise PostError(
            _("at most {most} entries are taken back at once: name fewer").format(most=MOST)
        )
    entries = [entry for entry in found.values() if entry.id not in gone]
    edits = {edit.id: edit for entry in found.values() for edit in store.edits_of(entry.reference)}
    named = store.taken_back(edits)
    new = [edit for edit in edits.values() if edit.id not in named and edit.id not in found]
    already = [entry for entry in found.values() if entry.id in gone]
    return RetractionPlan(entries, new, already)


def retract(store: Store, author: Author, plan: RetractionPlan) -> Published:
    """Publish the retractions of a plan that names something; gives the last one. Raises
    `NodeError` or `StoreError`."""
    named = plan.references
    if not named:
        raise ValueError("a plan that takes nothing back")
    parts = [named[at : at + MAX_RETRACTED] for at in range(0, len(named), MAX_RETRACTED)]
    bodies = [Retract(tuple(part)) for part in parts]
    for at in range(0, len(bodies), MAX_RUN_ENTRIES):
        run = author.publish(list(bodies[at : at + MAX_RUN_ENTRIES]))
    return published(store, run)


def summary_of(entry: StoredEntry) -> tuple[str, str]:
    """The kind of an entry and what it says, to show what would be taken back."""
    body = body_of(entry)
    match body:
        case Post(text=text) | Edit(text=text) | Poll(text=text):
            return body.KIND, text
        case React(emoji=emoji):
            return body.KIND, emoji or ""
        case Repost():
            return body.KIND, ""
        case _:
            return "entry", ""


def _check(entry: StoredEntry, own: Sequence[bytes], *, is_gone: bool) -> None:
    short = id_text(entry.id)[:8]
    if entry.account not in own:
        raise PostError(
            _("{short} is somebody else's: only its author can take it back").format(short=short)
        )
    body = body_of(entry)
    if is_gone or isinstance(body, _MAY_GO):
        return
    if isinstance(body, Retract):
        raise PostError(_("{short} is a retraction: it cannot be taken back").format(short=short))
    if body is None:
        raise PostError(
            _("{short} is held without its body: what it is cannot be told").format(short=short)
        )
    raise PostError(
        _("{short} is no post, poll, repost, reaction or edit: those alone are taken back").format(
            short=short
        )
    )
