"""Invitations to closed groups among what others did to the owner, and beside the knocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sayso_protocol.filters.rules import Rules
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.names import Names
from ..errors import Ambiguous, NotFound
from ..knocks.incoming import is_blocked
from ..knocks.strangers import Stranger, find_stranger
from ..messages.group_book import GroupBook
from ..messages.known_groups import (
    LEAST_PREFIX,
    KnownGroup,
    State,
    find_group,
    known_groups,
)
from .invitation_item import InvitationItem


def invitations(
    store: Store,
    book: GroupBook,
    rules: Rules,
    now_ms: int,
    since_ms: int | None = None,
    *,
    strangers: bool,
) -> list[InvitationItem]:
    """Those by accounts that the owner carries, or else those by `strangers`, the newest first;
    none by whom he blocked. Raises `StoreError`."""
    names, carried = Names(store), set(store.shown_accounts())
    found = [
        InvitationItem(one, one.invited.by, one.invited.came_ms, names.of(one.invited.by))
        for one in known_groups(book)
        if one.invited is not None
        and one.invited.came_ms >= (since_ms or 0)
        and (one.invited.by in carried) is not strangers
        and not is_blocked(store, rules, one.invited.by, now_ms)
    ]
    return sorted(found, key=lambda one: -one.came_ms)


def find_approach(
    store: Store, records: SealedRecords, book: GroupBook, typed: str
) -> Stranger | KnownGroup:
    """The knock or the invitation whose id begins so, else the invitation to a group of that name:
    what others call a group gets in the way of no id. Raises `NotFound`, `Ambiguous`,
    `StoreError`."""
    found = list(_begun(store, records, book, typed))
    if not found:
        with suppress(NotFound):
            found.append(find_group(book, typed, (State.INVITED,)))
    if len(found) > 1:
        raise Ambiguous(
            _("{typed} is the beginning of several ids: type more of it").format(typed=typed),
            [one.id for one in found],
        )
    if not found:
        raise NotFound(
            _(
                "no stranger knocked with {typed}, and you are invited to no group that is called "
                "so: `sayso notifications --strangers` and `sayso group list` list them"
            ).format(typed=typed)
        )
    return found[0]


def _begun(
    store: Store, records: SealedRecords, book: GroupBook, typed: str
) -> Iterator[Stranger | KnownGroup]:
    with suppress(NotFound):
        yield find_stranger(store, records, typed)
    begin = typed.strip().lower()
    for one in known_groups(book) if len(begin) >= LEAST_PREFIX else ():
        if one.state == State.INVITED and one.id.startswith(begin):
            yield one
