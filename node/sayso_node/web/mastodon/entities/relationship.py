"""Relationships: what the owner has to do with other accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sayso_protocol.crypto.keys import key_text

from ....accounts.lineage import line_of, own_account
from ....clock import now_ms
from ....filters.edit import BLOCK, mutes_and_blocks
from ...context import WebContext
from ..names.ids import account_id
from ..saved_state import SavedState

Entity = dict[str, object]


def relationships(context: WebContext, accounts: Sequence[bytes]) -> list[Entity]:
    """The relationship to each of these accounts, in order. Blocks. Raises `FiltersError`."""
    store = context.store
    followed = [one.account for one in store.subscriptions() if one.followed]
    shown = {key for one in followed for key in line_of(store, one)}
    readers = store.following_among(own_account(store), accounts)
    muted = mutes_and_blocks(context.home, now_ms())
    notes = SavedState(context.home).notes()

    def made(account: bytes) -> Entity:
        word, follows = muted.get(key_text(account)), account in shown
        return {
            "id": account_id(account),
            "following": follows,
            "showing_reblogs": follows,
            "notifying": False,
            "languages": None,
            "followed_by": account in readers,
            "blocking": word == BLOCK,
            "blocked_by": False,
            "muting": word is not None and word != BLOCK,
            "muting_notifications": word is not None,
            "requested": False,
            "requested_by": False,
            "domain_blocking": False,
            "endorsed": False,
            "note": notes.get(key_text(account), ""),
        }

    return [made(one) for one in accounts]
