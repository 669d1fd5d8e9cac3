"""Labelling entries and accounts: from what a person typed to a durable entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sayso_protocol.content.body import KnownBody, Label, Reference
from sayso_protocol.content.label import MAX_LABELLED_ACCOUNTS, MAX_LABELLED_ENTRIES
from sayso_protocol.filters.syntax.values import check_label
from sayso_protocol.text.normal_form import keep
from sayso_protocol.toml.values import BadValue
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..accounts.author import Author, Published, published
from ..accounts.lineage import own_accounts
from ..accounts.lookup import find_account, find_entry
from ..entries.body import body_of
from ..errors import PostError
from .standing import already

MAX_OWN_LABELS = 10_000
"""Own labels that are gone through for the one that said the same before."""

_ID_DIGITS = frozenset("0123456789abcdefABCDEF")


def label(
    store: Store, author: Author, subjects: Sequence[str], name: str, *, off: bool = False
) -> Published:
    """Append a label on the entries and accounts that IDs and KEYs name; with `off` it takes
    back what was there. What has the label already, or has it not, is left out. One entry holds
    many; gives the last. Raises `NodeError` or `StoreError`."""
    name = _checked(name)
    entries, accounts = list[Reference](), list[bytes]()
    for subject in subjects:
        if _ID_DIGITS.issuperset(subject):
            entries.append(find_entry(store, subject).reference)
        else:
            accounts.append(find_account(store, subject))
    labelled = _labelled(store, name, entries, accounts)
    new = [one for one in entries if (one.id in labelled) == off]
    new_accounts = [one for one in accounts if (one in labelled) == off]
    bodies: list[KnownBody] = [*_bodies(name, new, new_accounts, off)]
    if bodies:
        return published(store, author.publish(bodies))
    if off:
        raise PostError(_("there is no label {name} of yours to take back").format(name=name))
    return _said_before(store, name, labelled)


def _labelled(
    store: Store, name: str, entries: Sequence[Reference], accounts: Sequence[bytes]
) -> set[bytes]:
    """The ids and keys among these that have the label by the own account."""
    own = own_accounts(store)
    found = store.labels_on([one.id for one in entries], own)
    found |= store.labels_on(accounts, own, on_account=True)
    return {subject for subject, every in found.items() if any(one.name == name for one in every)}


def _said_before(store: Store, name: str, labelled: set[bytes]) -> Published:
    """The newest own entry that puts the label on one of these."""
    for account in reversed(own_accounts(store)):
        for entry in store.of_kind(account, Label.KIND, MAX_OWN_LABELS):
            body = body_of(entry)
            if not isinstance(body, Label) or body.name != name or body.off:
                continue
            if not labelled.isdisjoint([*(one.id for one in body.entries), *body.accounts]):
                return already(entry)
    raise PostError(_("all of this has the label {name} already").format(name=name))


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
        raise PostError(
            _("{name!r} is no name of a label: {error}").format(name=name, error=error)
        ) from error
