"""Labelling entries and accounts: from what a person typed to a durable entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso_protocol.content.body import Label, Reference
from sayso_protocol.content.label import MAX_LABELLED_ACCOUNTS, MAX_LABELLED_ENTRIES
from sayso_protocol.filters.syntax.values import check_label
from sayso_protocol.text.normal_form import keep
from sayso_protocol.toml.values import BadValue
from sayso_storage.interface.store import Store

from ..accounts.author import Author, Published, published
from ..accounts.lookup import find_account, find_entry
from ..errors import PostError

_ID_DIGITS = frozenset("0123456789abcdefABCDEF")


def label(
    store: Store, author: Author, subjects: Sequence[str], name: str, *, off: bool = False
) -> Published:
    """Append a label on the entries and accounts that IDs and KEYs name; with `off` it takes
    back what was there. One entry holds many; gives the last. Raises `NodeError` or
    `StoreError`."""
    name = _checked(name)
    entries, accounts = list[Reference](), list[bytes]()
    for subject in subjects:
        if _ID_DIGITS.issuperset(subject):
            entries.append(find_entry(store, subject).reference)
        else:
            accounts.append(find_account(store, subject))
    return published(store, author.publish(list(_bodies(name, entries, accounts, off))))


def _bodies(
    name: str, entries: Sequence[Reference], accounts: Sequence[bytes], off: bool
) -> Iterator[Label]:
    for at in range(0, len(entries), MAX_LABELLED_ENTRIES):
        yield Label(name, tuple(entries[at : at + MAX_LABELLED_ENTRIES]), off=off)
    for at in range(0, len(accounts), MAX_LABELLED_ACCOUNTS):
        yield Label(name, accounts=tuple(accounts[at : at + MAX_LABELLED_ACCOUNTS]), off=off)


def _checked(name: str) -> str:
    try:
        return check_label(keep(name.strip()))
    except BadValue as error:
        raise PostError(f"{name!r} is no name of a label: {error}") from error
