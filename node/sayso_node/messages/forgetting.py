"""What an owner means who forgets: a message, a conversation, a post of a group, or a group."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.translation import _
from sayso_storage.interface.sealed_records import SealedRecords
from sayso_storage.interface.store import Store

from ..accounts.lookup import find_account
from ..errors import Ambiguous, NotFound
from .conversation import find_message, forget_conversation, forget_message
from .erasure import mark_forgotten
from .group_book import GroupBook
from .group_writing import find_group_post
from .known_groups import find_group, known_groups

_HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was forgotten."""

    messages: int = 0
    posts: int = 0
    is_group: bool = False
    """Whether a group is gone with its posts."""


@dataclass(frozen=True, slots=True)
class _Meant:
    """Something that can be forgotten."""

    id: str
    forget: Callable[[], Forgotten]


def forget(store: Store, records: SealedRecords, book: GroupBook, typed: str) -> Forgotten:
    """Forget what is named so, or whose id begins so; in the files until `erase_due`,
    which the running node does too. Raises `NotFound`, `Ambiguous`, `StoreError`."""
    found = [*_messages(store, records, typed), *_of_groups(book, typed)]
    if not found and not _HEX.issuperset(typed):
        found = [_conversation(store, records, typed)]
    if not found:
        raise NotFound(
            _("no such message or group: `sayso messages` and `sayso group list` list them")
        )
    if len(found) > 1:
        raise Ambiguous(
            _("{typed} is the beginning of several ids: type more of it").format(typed=typed),
            [one.id for one in found],
        )
    with records.writing():
        gone = found[0].forget()
        mark_forgotten(records)
    return gone


def _messages(store: Store, records: SealedRecords, typed: str) -> list[_Meant]:
    if not _HEX.issuperset(typed):
        return []
    with suppress(NotFound):
        id = find_message(records, typed).message.id
        return [_Meant(id.hex(), lambda: Forgotten(int(forget_message(store, records, id))))]
    return []


def _of_groups(book: GroupBook, typed: str) -> list[_Meant]:
    found = []
    with suppress(NotFound):
        group = find_group(book, typed).group
        found.append(
            _Meant(
                group.id.hex(),
                lambda: Forgotten(posts=book.forget(group.id), is_group=not group.is_in),
            )
        )
    with suppress(NotFound):
        id = find_group_post(book, known_groups(book), typed).post.id
        found.append(_Meant(id.hex(), lambda: Forgotten(posts=int(book.forget_post(id)))))
    return found


def _conversation(store: Store, records: SealedRecords, typed: str) -> _Meant:
    account = find_account(store, typed)
    return _Meant(
        key_text(account),
        lambda: Forgotten(forget_conversation(store, records, account)),
    )
