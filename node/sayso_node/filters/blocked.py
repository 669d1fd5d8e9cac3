"""The accounts of which nothing is taken in, for commands that take much in at once."""

from __future__ import annotations

import os
from collections.abc import Container

from sayso_storage.interface.store import Store

from ..home.directory import Home


def blocked_accounts(home: Home, store: Store) -> Container[bytes]:
    """The accounts that the owner's rules keep out. Without a file of rules nothing of them is
    loaded. Raises `RulesError`."""
    if not os.path.lexists(home.filters):
        return ()
    from ..clock import now_ms
    from .file import load_rules
    from .ledger import blocked

    return blocked(store, load_rules(home), now_ms())
