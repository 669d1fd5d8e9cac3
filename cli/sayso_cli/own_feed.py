"""The word of a peer on where the own feed stands, before something is signed in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sayso_node.home.directory import Home
    from sayso_storage.interface.store import Store

HEAR_SECONDS = 5.0
"""How long the first entry after a doubt waits for a peer's word: a connection that has to be made
takes a second or two, and nobody waits longer for a post without wondering."""


def unheard(home: Home, store: Store) -> str | None:
    """Where this home may not know all of its own feed, wait for the word of a peer. Gives what to
    say where nobody could be asked, else None. Raises `NodeError`, `StoreError`."""
    from sayso_node.accounts.signing_record import doubt_about, read_record, words_of
    from sayso_node.clock import now_ms

    doubt = doubt_about(home, store.own_feed(), now_ms())
    if doubt is None or store.unwritable is not None:
        return None
    from sayso_node.daemon.one_off.own_feed_question import away_since, is_heard

    record = read_record(home)
    away_ms = away_since(record, now_ms())
    if is_heard(home, store, doubt, away_ms, HEAR_SECONDS):
        return None
    return words_of(doubt, record, now_ms())
