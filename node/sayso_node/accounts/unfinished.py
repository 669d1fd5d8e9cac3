"""What an interrupted command left in a home, removed when a node starts there.

What can be finished is finished by whoever needs it (`rotation.finish`, `device add`).
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from sayso_storage.interface.store import Store

from ..home.atomic_file import STALE_SECONDS
from ..home.directory import Home
from .creation import DRAFT, clear_draft
from .lineage import own_account

log = logging.getLogger(__name__)


def remove_unfinished(home: Home, store: Store) -> None:
    """Remove the draft of a home, and next keys that were never announced; while the home's lock is
    held. Raises `StoreError`."""
    with suppress(OSError):
        clear_draft(Home(home.path / DRAFT), home)
    with suppress(OSError):
        if _is_abandoned(home, store):
            home.next_keys.unlink(missing_ok=True)
            log.info("keys of a rotation that was not announced are removed")


def _is_abandoned(home: Home, store: Store) -> bool:
    """Whether a rotation was interrupted before it was in the store. One that goes on now wrote its
    keys just now."""
    if not home.next_keys.exists() or store.successor(own_account(store)) is not None:
        return False
    return time.time() - home.next_keys.stat().st_mtime > STALE_SECONDS
