"""Hidden media: entries whose pictures and films do not come by themselves, as rules hide them."""

from __future__ import annotations

from collections.abc import Sequence

from sayso_storage.interface.store import Store, StoredEntry

from ..clock import now_ms
from ..home.directory import Home
from .file import load_rules
from .judge import Judge


def hidden_among(home: Home, store: Store, entries: Sequence[StoredEntry]) -> set[bytes]:
    """The ids of the entries that rules hide, fold or keep back. Raises `FiltersError`,
    `StoreError`."""
    judge = Judge(store, load_rules(home), now_ms())
    verdicts = zip(entries, judge.judge(entries), strict=True)
    return {
        entry.id
        for entry, verdict in verdicts
        if verdict.show is not None or store.withheld_by(entry) is not None
    }
