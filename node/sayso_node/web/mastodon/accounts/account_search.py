"""Accounts by what a person types for them in an app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.text.fold import bare

from ....accounts.lookup import find_account, invite_of
from ....accounts.names import Names
from ....errors import Ambiguous, NotFound
from ...context import WebContext
from ..names.addresses import account_in
from ..names.handles import account_of_handle
from ..requests.lookup import ResolvedAccounts

MAX_TYPED: Final = 2000
LOOKED_AT: Final = 2000
"""Accounts whose names are looked at."""


def find_accounts(
    context: WebContext, resolved: ResolvedAccounts, typed: str, *, resolve: bool
) -> list[bytes]:
    """The accounts that are meant, the best first: by a handle, a key or its beginning, an invite
    link, the address of the page, a petname; then those with the words in a name. One that is not
    known here is found by its whole key where `resolve` is asked for. Blocks."""
    typed = typed.strip()
    if not typed or len(typed) > MAX_TYPED:
        return []
    store, names = context.store, Names(context.store)
    found = dict[bytes, None]()
    by_handle = account_of_handle(store, names, typed)
    if by_handle is not None:
        found[by_handle] = None
    with suppress(NotFound, Ambiguous):
        typed = account_in(typed) or typed
        named, invite = find_account(store, typed), invite_of(typed)
        if invite is not None:
            resolved.add(named, invite)
        if store.find_accounts(key_text(named), 1):
            found[named] = None
        elif resolve:
            resolved.add(named, invite)
            found[named] = None
    if by_handle is None:
        for one in _called(context, names, typed):
            found[one] = None
    return [*found]


def _called(context: WebContext, names: Names, typed: str) -> Iterator[bytes]:
    """Accounts that the owner, or who they are themselves, calls so."""
    wanted = bare(typed.removeprefix("@"))
    if not wanted:
        return
    every = context.store.carried_accounts()[:LOOKED_AT]
    names.prepare(every)
    for one in every:
        name = names.of(one)
        if any(wanted in bare(word) for word in (name.petname, name.profile) if word):
            yield one
