"""Posts as they arrive, from the store: whoever writes to it, a running node or another command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import key_text
from sayso_storage.index.body_facts import fold_tag
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery

from ..accounts.lineage import line_of
from ..accounts.names import Names
from ..entries.item import Item
from ..entries.loader import load_items

if TYPE_CHECKING:
    from ..filters.judge import Judge

PAGE = 500
"""Posts looked at together."""


class Watch:
    """Looks for what arrived since it looked last, beginning now or behind `arrival`; of a query
    all counts but its limit and where it goes on."""

    def __init__(
        self,
        store: Store,
        query: TimelineQuery,
        judge: Judge | None,
        arrival: int | None = None,
        *,
        unfiltered: bool,
        among: frozenset[str] | None = None,
    ) -> None:
        """Posts of those `among` key texts alone, where there are some."""
        self._store = store
        self._query = query
        self._judge = judge
        self._unfiltered = unfiltered
        self._among = among
        self._arrival = store.last_arrival() if arrival is None else arrival

    def look(self) -> Iterator[Item]:
        """What has come since, in the order of arrival. Raises `StoreError`."""
        last = self._store.last_arrival()
        while self._arrival < last:
            page = self._store.shown_after(self._arrival, PAGE, self._query.since_ms)
            self._arrival = page[-1].arrival if len(page) == PAGE else max(last, self._arrival)
            wanted = [
                entry for entry in page if entry.arrival <= last and self._is_asked_for(entry)
            ]
            yield from self._items(wanted)

    def _items(self, entries: list[StoredEntry]) -> list[Item]:
        names = Names(self._store)
        if self._judge is None:
            items = load_items(self._store, names, entries)
        else:
            from .filtered import filtered_page

            items = filtered_page(
                self._store, names, self._judge, entries, unfiltered=self._unfiltered
            )
        return [item for item in items if self._has_tag(item)]

    def _is_asked_for(self, entry: StoredEntry) -> bool:
        if self._among is not None and key_text(entry.account) not in self._among:
            return False
        account = self._query.account
        return account is None or entry.account in line_of(self._store, account)

    def _has_tag(self, item: Item) -> bool:
        if self._query.tag is None:
            return True
        tags = item.post.tags if item.post is not None else ()
        return fold_tag(self._query.tag) in map(fold_tag, tags)
