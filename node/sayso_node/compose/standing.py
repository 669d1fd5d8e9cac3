"""What the own account says already, so that saying it again writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.records import StoredEntry
from sayso_storage.interface.store import Store

from ..accounts.author import Published
from ..accounts.lineage import own_accounts


def own_stance(store: Store, stances: Sequence[Stance]) -> Stance | None:
    """The one among the stances of all accounts that is the own account's, if it has one."""
    if not stances:
        return None
    own = own_accounts(store)
    return next((one for one in stances if one.account in own), None)


def already_at(store: Store, stance: Stance) -> Published:
    """The own entry that takes this stance, as the answer to who says it again."""
    [entry] = store.arrived_after(stance.place[2] - 1, 1)
    return already(entry)


def already(entry: StoredEntry) -> Published:
    """An own entry, as the answer to who says the same again."""
    return Published(entry.id, entry.account, entry.feed, entry.seq, entry.time_ms, already=True)
