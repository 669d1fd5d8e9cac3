"""Taking in what was accepted: the entry lies in the store from then on, in its conversation, and
is passed on, as those of followed accounts are. The account is not followed, and nothing more of it
is asked for: what it writes to the owner comes by letter, free."""

from __future__ import annotations

from sayso_protocol.discovery.hub.carried_account import BY_OWNER
from sayso_protocol.errors import Refused
from sayso_protocol.private.contents.first_word import FirstWord, SignedEntry
from sayso_storage.interface.store import Store


def take_in(store: Store, word: FirstWord, now_ms: int) -> bool:
    """Take the entry of a first word into the store. True where it lies there now; a message has
    none. Raises `StoreError`, `Refused` for one that contradicts what is held."""
    if word.entry is None:
        return False
    account = word.grant.account
    # Who is carried already stays so, as he is: by a hub for others, or since he was accepted.
    carried = {one.account for one in store.carried_for_others()}
    is_new = account not in carried.union(store.carried_accounts())
    if is_new:
        store.carry(account, BY_OWNER, "", "", now_ms)
        store.let_grow([account], grows=False)
    try:
        _append(store, word, word.entry, now_ms)
    except Refused:
        if is_new and not any(one.held for one in store.feeds_of(account)):
            store.end_carriage(account)
        raise
    return True


def _append(store: Store, word: FirstWord, entry: SignedEntry, now_ms: int) -> None:
    store.add_grant(word.grant, now_ms)
    [taken] = store.append([entry.run], now_ms)
    if isinstance(taken, Refused):
        raise taken
